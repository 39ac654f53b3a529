//! Literals of TOML: numbers and escapes.

use pintle_go_fmt::quote;

use crate::number::{Integer, parse_prefixed};

/// What a text that starts as a number is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    Integer,
    Float,
    Datetime,
}

/// Where BurntSushi's lexer stops, and why.
pub(super) struct NumberError {
    pub(super) skipped: usize,
    pub(super) text: String,
}

impl Number {
    /// The length of the literal at the start of a text, and its kind.
    pub(super) fn scan(text: &[u8]) -> Result<(usize, Number), NumberError> {
        match text.first() {
            Some(b'+' | b'-') => Self::scan_signed(text),
            Some(b'0') => match text.get(1) {
                Some(base @ (b'x' | b'o' | b'b')) => Self::scan_based(text, *base),
                _ => Ok(Self::scan_decimal(text, 1)),
            },
            _ => Ok(Self::scan_decimal(text, 1)),
        }
    }

    fn scan_decimal(text: &[u8], from: usize) -> (usize, Number) {
        let length = |from: usize, more: &[u8]| {
            let count = text[from..].iter().take_while(|b| b.is_ascii_digit() || more.contains(b));
            from + count.count()
        };
        let end = length(from, b"");
        match text.get(end) {
            Some(b'-' | b':') => (length(end, b"-:Tt .Zz+"), Number::Datetime),
            Some(b'.' | b'e' | b'E') => (length(end, b"_.-+eE"), Number::Float),
            Some(b'_') => {
                let end = length(end, b"_");
                match text.get(end) {
                    Some(b'.' | b'e' | b'E') => (length(end, b"_.-+eE"), Number::Float),
                    _ => (end, Number::Integer),
                }
            }
            _ => (end, Number::Integer),
        }
    }

    fn scan_signed(text: &[u8]) -> Result<(usize, Number), NumberError> {
        let fail = |skipped: usize, text: String| Err(NumberError { skipped, text });
        match text.get(1..) {
            Some([b'i', b'n', b'f', ..] | [b'n', b'a', b'n', ..]) => Ok((4, Number::Float)),
            Some(rest @ [first @ (b'i' | b'n'), ..]) => {
                let word: &[u8] = if *first == b'i' { b"inf" } else { b"nan" };
                let same = rest.iter().zip(word).take_while(|(a, b)| a == b).count();
                let shown = String::from_utf8_lossy(&text[..=same]);
                fail(1 + same, format!("invalid float: '{shown}'"))
            }
            Some([b'0', base @ (b'b' | b'o' | b'x'), ..]) => {
                let (sign, base) = (char::from(text[0]), char::from(*base));
                fail(2, format!("cannot use sign with non-decimal numbers: '{sign}0{base}'"))
            }
            Some([b'.', ..]) => fail(2, "floats must start with a digit, not '.'".to_owned()),
            Some([b'0'..=b'9', ..]) => {
                let (end, kind) = Self::scan_decimal(text, 2);
                // A sign makes dates impossible: the number ends before the dash.
                if kind == Number::Datetime {
                    let digits = text[2..].iter().take_while(|byte| byte.is_ascii_digit()).count();
                    return Ok((2 + digits, Number::Integer));
                }
                Ok((end, kind))
            }
            _ => {
                let next = String::from_utf8_lossy(text.get(1..).unwrap_or_default());
                let mut shown = Vec::new();
                let code = next.chars().next().map_or(0, u32::from);
                pintle_go_fmt::append_quote_rune(&mut shown, code);
                let shown = String::from_utf8_lossy(&shown);
                fail(1, format!("expected a digit but got {shown}"))
            }
        }
    }

    fn scan_based(text: &[u8], base: u8) -> Result<(usize, Number), NumberError> {
        let (radix, name) = match base {
            b'x' => (16, "a hexadecimal"),
            b'o' => (8, "an octal"),
            _ => (2, "a binary"),
        };
        let is_digit = |byte: &u8| char::from(*byte).is_digit(radix);
        if !text.get(2).is_some_and(is_digit) {
            let next = String::from_utf8_lossy(text.get(2..).unwrap_or_default());
            let next = next.chars().next().unwrap_or('\0');
            let text = format!("not {name} number: '0{}{next}'", char::from(base));
            return Err(NumberError { skipped: 2, text });
        }
        let more = text[2..].iter().take_while(|byte| is_digit(byte) || **byte == b'_');
        Ok((2 + more.count(), Number::Integer))
    }
}

/// BurntSushi's `numUnderscoresOK`.
fn underscores_fit(text: &str) -> bool {
    let mut accepted = false;
    for char in text.chars() {
        if char == '_' && !accepted {
            return false;
        }
        accepted = char.is_ascii_hexdigit();
    }
    accepted
}

fn has_leading_zero(text: &str) -> bool {
    match text.as_bytes() {
        [b'0', second, ..] => !matches!(second, b'b' | b'o' | b'x'),
        [b'+' | b'-', b'0', _, ..] => true,
        _ => false,
    }
}

pub(super) fn integer(text: &str) -> Result<i64, String> {
    let shown = || quote(text.as_bytes());
    if !underscores_fit(text) {
        return Err(format!(
            "Invalid integer {}: underscores must be surrounded by digits",
            shown()
        ));
    }
    if has_leading_zero(text) {
        return Err(format!("Invalid integer {}: cannot have leading zeroes", shown()));
    }
    match parse_prefixed(&text.replace('_', "")) {
        Some(Integer::Int(value)) => Ok(value),
        _ => Err(format!("{text} is out of range for int64")),
    }
}

pub(super) fn float(text: &str) -> Result<f64, String> {
    let invalid = |why: &str| Err(format!("Invalid float {}: {why}", quote(text.as_bytes())));
    match text.trim_start_matches(['+', '-']) {
        "inf" if text.starts_with('-') => return Ok(f64::NEG_INFINITY),
        "inf" => return Ok(f64::INFINITY),
        "nan" if text.starts_with('-') => return Ok(-f64::NAN),
        "nan" => return Ok(f64::NAN),
        _ => {}
    }
    let mut parts = text.split(['.', 'e', 'E']).filter(|part| !part.is_empty()).peekable();
    let zero = parts.peek().is_some_and(|part| has_leading_zero(part));
    if !parts.all(underscores_fit) {
        return invalid("underscores must be surrounded by digits");
    }
    if zero {
        return invalid("cannot have leading zeroes");
    }
    let follows = |at: usize| text.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
    if text.match_indices('.').any(|(at, _)| !follows(at)) {
        return invalid("'.' must be followed by one or more digits");
    }
    match text.replace('_', "").parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        Ok(_) => Err(format!("{text} is out of range for float64")),
        Err(_) => Err(format!("Invalid float value: {}", quote(text.as_bytes()))),
    }
}

/// BurntSushi's `replaceEscapes` and, for texts of several lines, `stripEscapedNewlines`.
pub(super) fn unescape(raw: &str) -> Result<String, String> {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        // A backslash at the end of a line takes all white space behind it along.
        let text = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if rest[..rest.len() - text.len()].contains('\n') {
            rest = text;
            continue;
        }
        let mut chars = rest.chars();
        let letter = chars.next().unwrap_or('\0');
        rest = chars.as_str();
        let (plain, digits) = match letter {
            'b' => ('\u{8}', 0),
            't' => ('\t', 0),
            'n' => ('\n', 0),
            'f' => ('\u{C}', 0),
            'r' => ('\r', 0),
            'e' => ('\u{1B}', 0),
            '"' | '\\' => (letter, 0),
            'x' => (letter, 2),
            'u' => (letter, 4),
            'U' => (letter, 8),
            _ => return Err(format!("invalid escape: '\\{letter}'")),
        };
        if digits == 0 {
            out.push(plain);
            continue;
        }
        let (code, behind) = rest.split_at_checked(digits).unwrap_or((rest, ""));
        let char = u32::from_str_radix(code, 16).ok().and_then(char::from_u32);
        out.push(char.ok_or_else(|| format!("Escaped character '\\u{code}' is not valid UTF-8."))?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}
