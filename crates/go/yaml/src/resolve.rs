//! What a scalar means: goyaml's `resolve`, for reading and for the decision to quote.

use std::borrow::Cow;

use crate::number::{Integer, parse_based, parse_point_float, parse_prefixed, parse_yaml_float};

/// The tags goyaml knows, in its long form.
pub(crate) mod tag {
    pub(crate) const LONG: &str = "tag:yaml.org,2002:";
    pub(crate) const NULL: &str = "tag:yaml.org,2002:null";
    pub(crate) const BOOL: &str = "tag:yaml.org,2002:bool";
    pub(crate) const STR: &str = "tag:yaml.org,2002:str";
    pub(crate) const INT: &str = "tag:yaml.org,2002:int";
    pub(crate) const FLOAT: &str = "tag:yaml.org,2002:float";
    pub(crate) const TIMESTAMP: &str = "tag:yaml.org,2002:timestamp";
    pub(crate) const BINARY: &str = "tag:yaml.org,2002:binary";
    pub(crate) const MERGE: &str = "tag:yaml.org,2002:merge";
}

/// Which goyaml decides: v3 no longer takes `yes`, `on`, `y` and their like for booleans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    V2,
    V3,
}

/// A scalar by its meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// A date; goyaml.v2 gives it out as the text it is.
    Timestamp,
    /// The text itself.
    Str,
}

impl Resolved {
    /// goyaml's `shortTag` of what this is.
    fn short_tag(self) -> &'static str {
        match self {
            Resolved::Null => "!!null",
            Resolved::Bool(_) => "!!bool",
            Resolved::Int(_) | Resolved::Uint(_) => "!!int",
            Resolved::Float(_) => "!!float",
            Resolved::Timestamp => "!!timestamp",
            Resolved::Str => "!!str",
        }
    }
}

/// A scalar with its tag, as goyaml.v2 resolves it. The error is that of `failf`, without `yaml: `.
pub(crate) fn resolve_tagged(tag: &str, text: &str) -> Result<Resolved, String> {
    let plain = match tag {
        "" => return Ok(resolve(text, Version::V2)),
        tag::STR => return Ok(Resolved::Str),
        tag::BOOL | tag::INT | tag::FLOAT | tag::NULL => {
            match resolve(text, Version::V2) {
                // A date is only looked for where the tag allows one.
                Resolved::Timestamp => resolve_number(text),
                other => other,
            }
        }
        tag::TIMESTAMP => resolve(text, Version::V2),
        _ => return Ok(Resolved::Str),
    };
    let fits = match plain {
        Resolved::Null => tag == tag::NULL,
        Resolved::Bool(_) => tag == tag::BOOL,
        Resolved::Int(value) if tag == tag::FLOAT => {
            #[expect(clippy::cast_precision_loss, reason = "Go converts with the same loss")]
            return Ok(Resolved::Float(value as f64));
        }
        Resolved::Int(_) | Resolved::Uint(_) => tag == tag::INT,
        Resolved::Float(_) => tag == tag::FLOAT,
        Resolved::Timestamp => tag == tag::TIMESTAMP,
        Resolved::Str => false,
    };
    if fits {
        return Ok(plain);
    }
    let wanted = tag.strip_prefix(tag::LONG).unwrap_or(tag);
    Err(format!("cannot decode {} `{text}` as a !!{wanted}", plain.short_tag()))
}

/// A plain scalar without a tag.
pub(crate) fn resolve(text: &str, version: Version) -> Resolved {
    let Some(first) = text.bytes().next() else { return Resolved::Null };
    match first {
        b'+' | b'-' | b'.' | b'0'..=b'9' => match special(text) {
            Some(found) => found,
            None if first == b'.' => parse_point_float(text).map_or(Resolved::Str, Resolved::Float),
            None if is_timestamp(text) => Resolved::Timestamp,
            None => resolve_number_as(text, version),
        },
        b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~' => {
            match word(text) {
                Some(Resolved::Bool(_)) if version == Version::V3 && is_old_bool(text) => {
                    Resolved::Str
                }
                found => found.unwrap_or(Resolved::Str),
            }
        }
        _ => Resolved::Str,
    }
}

/// Words with a meaning, in exactly these spellings.
fn word(text: &str) -> Option<Resolved> {
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => return None,
    })
}

/// v3's `isOldBool`: words that YAML 1.1 takes for booleans, and v3 does not read as such.
pub(crate) fn is_old_bool(text: &str) -> bool {
    !matches!(text, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
        && matches!(word(text), Some(Resolved::Bool(_)))
}

fn special(text: &str) -> Option<Resolved> {
    Some(Resolved::Float(match text {
        ".nan" | ".NaN" | ".NAN" => f64::NAN,
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => f64::INFINITY,
        "-.inf" | "-.Inf" | "-.INF" => f64::NEG_INFINITY,
        _ => return None,
    }))
}

fn resolve_number(text: &str) -> Resolved {
    resolve_number_as(text, Version::V2)
}

/// A text that starts as a number does. Underscores stand anywhere and mean nothing.
fn resolve_number_as(text: &str, version: Version) -> Resolved {
    let plain: Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    let plain: &str = &plain;
    let found = parse_prefixed(plain).or_else(|| match parse_yaml_float(plain) {
        Some(_) => None,
        None => prefixed_again(plain, "0b", 2).or_else(|| match version {
            Version::V2 => None,
            Version::V3 => prefixed_again(plain, "0o", 8),
        }),
    });
    match found {
        Some(Integer::Int(value)) => Resolved::Int(value),
        Some(Integer::Uint(value)) => Resolved::Uint(value),
        None => parse_yaml_float(plain).map_or(Resolved::Str, Resolved::Float),
    }
}

/// goyaml's own look at `0b…`, which lets a sign stand behind the prefix.
fn prefixed_again(plain: &str, prefix: &str, base: u32) -> Option<Integer> {
    if let Some(digits) = plain.strip_prefix(prefix) {
        return parse_based(digits, base);
    }
    let digits = plain.strip_prefix('-')?.strip_prefix(prefix)?;
    match parse_based(&format!("-{digits}"), base) {
        Some(Integer::Int(value)) => Some(Integer::Int(value)),
        _ => None,
    }
}

/// goyaml's `parseTimestamp`: `time.Parse` with four layouts.
fn is_timestamp(text: &str) -> bool {
    let bytes = text.as_bytes();
    if bytes.len() < 6 || !bytes[..4].iter().all(u8::is_ascii_digit) || bytes[4] != b'-' {
        return false;
    }
    Clock { rest: &bytes[5..] }.date_and_time(&bytes[..4]).is_some()
}

/// What is left of a date to read.
struct Clock<'t> {
    rest: &'t [u8],
}

impl Clock<'_> {
    /// `2006-1-2`, alone or with `T15:4:5.999999999Z07:00`, or ` 15:4:5.999999999` without a zone.
    fn date_and_time(mut self, year: &[u8]) -> Option<()> {
        let year = year.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
        let month = self.number()?;
        self.literal(b'-')?;
        let day = self.number()?;
        if !(1..=12).contains(&month) || day < 1 || day > days_in(month, year) {
            return None;
        }
        let Some((separator, rest)) = self.rest.split_first() else { return Some(()) };
        self.rest = rest;
        match separator {
            b'T' | b't' => {
                self.time()?;
                self.zone()?;
            }
            b' ' => self.time()?,
            _ => return None,
        }
        self.rest.is_empty().then_some(())
    }

    /// `time.getnum` without fixed width: one digit or two.
    fn number(&mut self) -> Option<u32> {
        let first = *self.rest.first().filter(|byte| byte.is_ascii_digit())?;
        let mut value = u32::from(first - b'0');
        self.rest = &self.rest[1..];
        if let Some(second) = self.rest.first().filter(|byte| byte.is_ascii_digit()) {
            value = value * 10 + u32::from(second - b'0');
            self.rest = &self.rest[1..];
        }
        Some(value)
    }

    fn literal(&mut self, want: u8) -> Option<()> {
        let (have, rest) = self.rest.split_first()?;
        self.rest = rest;
        (*have == want).then_some(())
    }

    fn time(&mut self) -> Option<()> {
        let hour = self.number()?;
        self.literal(b':')?;
        let minute = self.number()?;
        self.literal(b':')?;
        let second = self.number()?;
        if hour >= 24 || minute >= 60 || second >= 60 {
            return None;
        }
        if let [b'.' | b',', b'0'..=b'9', ..] = self.rest {
            let digits = self.rest[1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            self.rest = &self.rest[1 + digits..];
        }
        Some(())
    }

    fn zone(&mut self) -> Option<()> {
        match self.rest {
            [b'Z', rest @ ..] => {
                self.rest = rest;
                Some(())
            }
            [b'+' | b'-', h1, h2, b':', m1, m2, rest @ ..] => {
                if ![h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit()) {
                    return None;
                }
                let hours = (h1 - b'0') * 10 + (h2 - b'0');
                let minutes = (m1 - b'0') * 10 + (m2 - b'0');
                self.rest = rest;
                // time.Parse allows 24 hours and 60 minutes.
                (hours <= 24 && minutes <= 60).then_some(())
            }
            _ => None,
        }
    }
}

fn days_in(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// goyaml's `isBase60Float`: `^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$`. Such texts are
/// quoted, though goyaml itself would read them as strings.
pub(crate) fn is_base60(text: &str) -> bool {
    let bytes = text.as_bytes();
    let signed = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    if !bytes.get(signed).is_some_and(u8::is_ascii_digit) {
        return false;
    }
    let digits = |from: usize| {
        from + bytes[from..].iter().take_while(|b| b.is_ascii_digit() || **b == b'_').count()
    };
    let mut at = digits(signed);
    let mut groups = 0;
    while bytes.get(at) == Some(&b':') {
        at += match bytes.get(at + 1..) {
            Some([b'0'..=b'5', b'0'..=b'9', ..]) => 3,
            Some([b'0'..=b'9', ..]) => 2,
            _ => return false,
        };
        groups += 1;
    }
    if bytes.get(at) == Some(&b'.') {
        at = digits(at + 1);
    }
    groups > 0 && at == bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_resolve_as_in_go() {
        let cases = [
            ("", Resolved::Null),
            ("~", Resolved::Null),
            ("nULL", Resolved::Str),
            ("On", Resolved::Bool(true)),
            ("oN", Resolved::Str),
            ("tRue", Resolved::Str),
            ("n", Resolved::Bool(false)),
            ("0644", Resolved::Int(420)),
            ("0_7", Resolved::Int(7)),
            ("1__0", Resolved::Int(10)),
            ("_1", Resolved::Str),
            ("09", Resolved::Float(9.0)),
            ("0b-1", Resolved::Int(-1)),
            ("-0b1", Resolved::Int(-1)),
            ("0b2", Resolved::Str),
            ("0o7", Resolved::Int(7)),
            ("0x", Resolved::Str),
            ("18446744073709551615", Resolved::Uint(u64::MAX)),
            ("18446744073709551616", Resolved::Float(18_446_744_073_709_551_616.0)),
            ("0x10000000000000000", Resolved::Str),
            (".5", Resolved::Float(0.5)),
            (".5_0", Resolved::Float(0.5)),
            ("._5", Resolved::Str),
            ("5.", Resolved::Float(5.0)),
            (".", Resolved::Str),
            ("1E+3", Resolved::Float(1000.0)),
            ("1e400", Resolved::Str),
            (".Infinity", Resolved::Str),
            ("-.inf", Resolved::Float(f64::NEG_INFINITY)),
            ("0x1p3", Resolved::Str),
            ("1:30", Resolved::Str),
            ("2001-01-01", Resolved::Timestamp),
            ("2001-1-1 1:2:3", Resolved::Timestamp),
            ("2001-1-1 1:2:3 -5", Resolved::Str),
            ("2001-02-29", Resolved::Str),
            ("2000-02-29T00:00:00Z", Resolved::Timestamp),
            ("2000-02-29t0:0:0,5+01:00", Resolved::Timestamp),
            ("2000-02-29T00:00:00", Resolved::Str),
            ("<<", Resolved::Str),
            ("-", Resolved::Str),
        ];
        for (text, want) in cases {
            assert_eq!(resolve(text, Version::V2), want, "{text}");
        }
        assert_eq!(resolve("yes", Version::V3), Resolved::Str);
        assert_eq!(resolve("0o-7", Version::V3), Resolved::Int(-7));
        assert!(is_base60("1:30") && is_base60("-190:20:30.15") && is_base60("1_0:5."));
        assert!(!is_base60("1:60") && !is_base60("1") && !is_base60("a:1"));
    }

    #[test]
    fn a_tag_must_fit() {
        assert_eq!(resolve_tagged(tag::FLOAT, "1"), Ok(Resolved::Float(1.0)));
        assert_eq!(resolve_tagged(tag::STR, "1"), Ok(Resolved::Str));
        let refused = "cannot decode !!str `x` as a !!int".to_owned();
        assert_eq!(resolve_tagged(tag::INT, "x"), Err(refused));
    }
}
