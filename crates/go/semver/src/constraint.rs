//! The constraint language: reading, checking, and the reasons for a refusal (Go `constraints.go`).

use std::cmp::Ordering;
use std::fmt;

use thiserror::Error;

use crate::quote::quote;
use crate::version::{Version, compare_prerelease, take_identifiers, take_while};

/// Longest constraint text that is looked at (Go `MaxConstraintLen`).
pub const MAX_CONSTRAINT_LEN: usize = 512;
/// Most `||` groups in a constraint (Go `MaxConstraintGroups`).
pub const MAX_CONSTRAINT_GROUPS: usize = 32;

/// Why a text is not a constraint; the texts are Masterminds'.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ConstraintError {
    /// The text is longer than [`MAX_CONSTRAINT_LEN`].
    #[error("constraint string is too long (max {MAX_CONSTRAINT_LEN} bytes)")]
    TooLong,
    /// There are more groups than [`MAX_CONSTRAINT_GROUPS`].
    #[error("too many constraint groups (max {MAX_CONSTRAINT_GROUPS})")]
    TooManyGroups,
    /// One group is not a list of terms.
    #[error("improper constraint: {}", quote(.0))]
    Improper(String),
    /// A term has the form of a constraint but no readable version.
    #[error("constraint parser error")]
    Parser,
}

/// Groups of terms: one group must hold, and in it every term.
#[derive(Debug, Clone)]
pub struct Constraints {
    groups: Vec<Group>,
    include_prerelease: bool,
}

#[derive(Debug, Clone)]
struct Group {
    terms: Vec<Term>,
    /// One of the terms names a prerelease, so prereleases may match this group.
    has_prerelease: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    TildeOrEqual,
    NotEqual,
    Greater,
    Less,
    GreaterEqual,
    LessEqual,
    Tilde,
    Caret,
}

/// What a term leaves open; Go keeps three flags, of which these are the possible combinations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wildcard {
    None,
    Patch,
    Minor,
    Major,
}

#[derive(Debug, Clone)]
struct Term {
    operator: Operator,
    operator_text: &'static str,
    version: Version,
    original: String,
    wildcard: Wildcard,
}

impl Constraints {
    /// Reads a constraint (Go `NewConstraint`).
    ///
    /// # Errors
    /// When a limit is exceeded or a group is malformed; an empty text is malformed.
    pub fn parse(text: &str) -> Result<Self, ConstraintError> {
        if text.len() > MAX_CONSTRAINT_LEN {
            return Err(ConstraintError::TooLong);
        }
        let rewritten = rewrite_ranges(text);
        let pieces: Vec<&str> = rewritten.split("||").collect();
        if pieces.len() > MAX_CONSTRAINT_GROUPS {
            return Err(ConstraintError::TooManyGroups);
        }
        let groups = pieces.into_iter().map(Group::parse).collect::<Result<_, _>>()?;
        Ok(Self { groups, include_prerelease: false })
    }

    /// Lets prereleases match every group (Go's field `IncludePrerelease`).
    #[must_use]
    pub fn with_prereleases(mut self, include: bool) -> Self {
        self.include_prerelease = include;
        self
    }

    /// Whether the version satisfies the constraint (Go `Check`).
    #[must_use]
    pub fn check(&self, version: &Version) -> bool {
        self.groups.iter().any(|group| {
            let include = self.include_prerelease || group.has_prerelease;
            group.terms.iter().all(|term| term.check(version, include).is_ok())
        })
    }

    /// As [`check`](Self::check), with every reason for a refusal (Go `Validate`).
    ///
    /// # Errors
    /// The reasons, in Masterminds' words; never empty.
    pub fn validate(&self, version: &Version) -> Result<(), Vec<String>> {
        let mut reasons = Vec::new();
        let mut prerelease_said = false;
        for group in &self.groups {
            let include = self.include_prerelease || group.has_prerelease;
            let mut holds = true;
            for term in &group.terms {
                let Err(reason) = term.check(version, include) else { continue };
                holds = false;
                if !include && !version.prerelease().is_empty() {
                    if prerelease_said {
                        continue;
                    }
                    prerelease_said = true;
                }
                reasons.push(reason);
            }
            if holds {
                return Ok(());
            }
        }
        Err(reasons)
    }
}

impl fmt::Display for Constraints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, group) in self.groups.iter().enumerate() {
            if i > 0 {
                f.write_str(" || ")?;
            }
            for (k, term) in group.terms.iter().enumerate() {
                if k > 0 {
                    f.write_str(" ")?;
                }
                write!(f, "{}{}", term.operator_text, term.original)?;
            }
        }
        Ok(())
    }
}

/// RE2's `\s`.
fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\x0c' | b'\r' | b' ')
}

fn skip_space(rest: &mut &str) -> bool {
    !take_while(rest, is_space).is_empty()
}

/// The pieces that Go's `cvRegex` captures, and the whole text.
struct TermVersion<'t> {
    text: &'t str,
    segments: [&'t str; 3],
    prerelease: &'t str,
}

impl<'t> TermVersion<'t> {
    /// Cuts a version with wildcards off the front.
    fn take(rest: &mut &'t str) -> Option<Self> {
        // `[0-9|x|X|\*]` of the original: the bar is in the class by mistake, and stays.
        let is_segment = |b: u8| b.is_ascii_digit() || matches!(b, b'|' | b'x' | b'X' | b'*');
        let start = *rest;
        let mut tail = start.strip_prefix('v').unwrap_or(start);
        let mut segments = [""; 3];
        segments[0] = take_while(&mut tail, is_segment);
        if segments[0].is_empty() {
            return None;
        }
        for segment in &mut segments[1..] {
            let Some(mut next) = tail.strip_prefix('.') else { break };
            *segment = take_while(&mut next, is_segment);
            if segment.is_empty() {
                break;
            }
            tail = next;
        }
        let prerelease = take_identifiers(&mut tail, '-');
        take_identifiers(&mut tail, '+');
        *rest = tail;
        Some(Self { text: &start[..start.len() - tail.len()], segments, prerelease })
    }
}

/// Writes hyphen ranges as two terms: `1 - 2` → `>= 1, <= 2 ` (Go `rewriteRange`).
fn rewrite_ranges(text: &str) -> String {
    let mut out = text.to_owned();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some((whole, low, high)) = range_at(rest) {
            out = out.replacen(whole, &format!(">= {low}, <= {high} "), 1);
            rest = &rest[whole.len()..];
        } else {
            let step = rest.chars().next().map_or(1, char::len_utf8);
            rest = &rest[step..];
        }
    }
    out
}

fn range_at(text: &str) -> Option<(&str, &str, &str)> {
    let mut rest = text;
    skip_space(&mut rest);
    let low = TermVersion::take(&mut rest)?;
    if !skip_space(&mut rest) {
        return None;
    }
    rest = rest.strip_prefix('-')?;
    if !skip_space(&mut rest) {
        return None;
    }
    let high = TermVersion::take(&mut rest)?;
    skip_space(&mut rest);
    Some((&text[..text.len() - rest.len()], low.text, high.text))
}

const OPERATORS: [(&str, Operator); 11] = [
    ("!=", Operator::NotEqual),
    (">=", Operator::GreaterEqual),
    ("=>", Operator::GreaterEqual),
    ("<=", Operator::LessEqual),
    ("=<", Operator::LessEqual),
    ("~>", Operator::Tilde),
    ("=", Operator::TildeOrEqual),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("~", Operator::Tilde),
    ("^", Operator::Caret),
];

impl Group {
    fn parse(text: &str) -> Result<Self, ConstraintError> {
        let improper = || ConstraintError::Improper(text.to_owned());
        let mut rest = text;
        let mut terms = Vec::new();
        let mut malformed = None;
        loop {
            skip_space(&mut rest);
            let (operator_text, operator) = OPERATORS
                .into_iter()
                .find(|(symbol, _)| rest.starts_with(symbol))
                .unwrap_or(("", Operator::TildeOrEqual));
            rest = &rest[operator_text.len()..];
            skip_space(&mut rest);
            let version = TermVersion::take(&mut rest).ok_or_else(improper)?;
            match Term::new(operator, operator_text, &version) {
                Ok(term) => terms.push(term),
                // The form of the whole group is judged first, as in Go.
                Err(error) => malformed = malformed.or(Some(error)),
            }
            let spaced = skip_space(&mut rest);
            if rest.is_empty() {
                break;
            }
            match rest.strip_prefix(',') {
                Some(tail) => rest = tail,
                None if spaced => {}
                None => return Err(improper()),
            }
        }
        if let Some(error) = malformed {
            return Err(error);
        }
        let has_prerelease = terms.iter().any(|term| !term.version.prerelease().is_empty());
        Ok(Self { terms, has_prerelease })
    }
}

impl Term {
    fn new(
        operator: Operator,
        operator_text: &'static str,
        written: &TermVersion<'_>,
    ) -> Result<Self, ConstraintError> {
        let open = |segment: &str| matches!(segment, "" | "x" | "X" | "*");
        let [major, minor, patch] = written.segments;
        let pre = match written.prerelease {
            "" => String::new(),
            pre => format!("-{pre}"),
        };
        let (wildcard, text) = if open(major) {
            (Wildcard::Major, format!("0.0.0{pre}"))
        } else if open(minor) {
            (Wildcard::Minor, format!("{major}.0.0{pre}"))
        } else if open(patch) {
            (Wildcard::Patch, format!("{major}.{minor}.0{pre}"))
        } else {
            (Wildcard::None, written.text.to_owned())
        };
        let version = Version::parse(&text).map_err(|_| ConstraintError::Parser)?;
        let original = written.text.to_owned();
        Ok(Self { operator, operator_text, version, original, wildcard })
    }

    fn check(&self, version: &Version, include_prerelease: bool) -> Result<(), String> {
        if !version.prerelease().is_empty() && !include_prerelease {
            return Err(format!(
                "\"{version}\" is a prerelease version and the constraint is only looking for \
                 release versions"
            ));
        }
        match self.operator {
            Operator::TildeOrEqual => self.tilde_or_equal(version),
            Operator::NotEqual => self.not_equal(version),
            Operator::Greater => self.greater(version),
            Operator::Less => self.require(
                version.compare(&self.version) == Ordering::Less,
                version,
                "is greater than or equal to",
            ),
            Operator::GreaterEqual => self.require(
                version.compare(&self.version) != Ordering::Less,
                version,
                "is less than",
            ),
            Operator::LessEqual => self.less_equal(version),
            Operator::Tilde => self.tilde(version),
            Operator::Caret => self.caret(version),
        }
    }

    fn require(&self, holds: bool, version: &Version, words: &str) -> Result<(), String> {
        if holds {
            return Ok(());
        }
        Err(format!("\"{version}\" {words} {}", quote(&self.original)))
    }

    fn not_equal(&self, version: &Version) -> Result<(), String> {
        let con = &self.version;
        let differs = if self.wildcard == Wildcard::None {
            version.compare(con) != Ordering::Equal
        } else if con.major() != version.major() {
            true
        } else {
            match self.wildcard {
                Wildcard::Minor => false,
                _ if con.minor() != version.minor() => true,
                Wildcard::Patch => {
                    let (v, c) = (version.prerelease(), con.prerelease());
                    (!v.is_empty() || !c.is_empty()) && compare_prerelease(v, c) != Ordering::Equal
                }
                // Go leaves the flags of `x` unset and so falls through to the plain comparisons.
                _ => con.patch() != version.patch() || version.compare(con) != Ordering::Equal,
            }
        };
        self.require(differs, version, "is equal to")
    }

    fn greater(&self, version: &Version) -> Result<(), String> {
        let con = &self.version;
        let holds = if self.wildcard == Wildcard::None {
            version.compare(con) == Ordering::Greater
        } else {
            match version.major().cmp(&con.major()) {
                Ordering::Greater => true,
                Ordering::Less => false,
                Ordering::Equal => match self.wildcard {
                    // `>11` needs 12 or higher, `>11.1` needs 11.2 or higher.
                    Wildcard::Minor => false,
                    Wildcard::Patch => version.minor() > con.minor(),
                    _ => version.compare(con) == Ordering::Greater,
                },
            }
        };
        self.require(holds, version, "is less than or equal to")
    }

    fn less_equal(&self, version: &Version) -> Result<(), String> {
        let con = &self.version;
        let holds = if self.wildcard == Wildcard::None {
            version.compare(con) != Ordering::Greater
        } else {
            version.major() < con.major()
                || (version.major() == con.major()
                    && (version.minor() <= con.minor() || self.wildcard == Wildcard::Minor))
        };
        self.require(holds, version, "is greater than")
    }

    fn tilde_or_equal(&self, version: &Version) -> Result<(), String> {
        if self.wildcard != Wildcard::None {
            return self.tilde(version);
        }
        let equal = version.compare(&self.version) == Ordering::Equal;
        self.require(equal, version, "is not equal to")
    }

    fn tilde(&self, version: &Version) -> Result<(), String> {
        let con = &self.version;
        self.require(version.compare(con) != Ordering::Less, version, "is less than")?;
        let zero = con.major() == 0 && con.minor() == 0 && con.patch() == 0;
        // `~0.0.0` accepts everything from 0.0.0 on.
        if zero && !matches!(self.wildcard, Wildcard::Minor | Wildcard::Patch) {
            return Ok(());
        }
        self.require(
            version.major() == con.major(),
            version,
            "does not have same major version as",
        )?;
        self.require(
            version.minor() == con.minor() || self.wildcard == Wildcard::Minor,
            version,
            "does not have same major and minor version as",
        )
    }

    fn caret(&self, version: &Version) -> Result<(), String> {
        let con = &self.version;
        self.require(version.compare(con) != Ordering::Less, version, "is less than")?;
        let same_major = "does not have same major version as";
        if con.major() > 0 || self.wildcard == Wildcard::Minor {
            return self.require(version.major() == con.major(), version, same_major);
        }
        self.require(version.major() == 0, version, same_major)?;
        let same_minor = "does not have same minor version as";
        if con.minor() > 0 || self.wildcard == Wildcard::Patch {
            let holds = version.minor() == con.minor();
            return self.require(holds, version, same_minor).map_err(|reason| {
                reason + ". Expected minor versions to match when constraint major version is 0"
            });
        }
        self.require(version.minor() == 0, version, same_minor)?;
        let holds = con.patch() == version.patch();
        self.require(holds, version, "does not equal").map_err(|reason| {
            reason + ". Expect version and constraint to equal when major and minor versions are 0"
        })
    }
}
