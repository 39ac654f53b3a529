//! One version: reading (lenient and strict), writing, ordering, stepping (Go `version.go`).

use std::cmp::Ordering;
use std::fmt;

use thiserror::Error;

/// Longest version text that is looked at (Go `MaxVersionLen`): it bounds the work of parsing.
pub const MAX_VERSION_LEN: usize = 256;

/// Why a text is not a version; the texts are Masterminds'.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VersionError {
    /// The text does not look like a version at all.
    #[error("invalid semantic version")]
    Invalid,
    /// `strict` was given an empty text.
    #[error("version string empty")]
    Empty,
    /// A segment holds something other than digits.
    #[error("invalid characters in version")]
    InvalidCharacters,
    /// A numeric segment starts with a zero.
    #[error("version segment starts with 0")]
    SegmentStartsZero,
    /// The part after `+` is malformed.
    #[error("invalid metadata string")]
    InvalidMetadata,
    /// The part after `-` is malformed.
    #[error("invalid prerelease string")]
    InvalidPrerelease,
    /// The text is longer than [`MAX_VERSION_LEN`].
    #[error("version string is too long (max {MAX_VERSION_LEN} bytes)")]
    TooLong,
    /// A segment does not fit 64 bits (text of `strconv.ParseUint`, as the strict reader gives it).
    #[error("strconv.ParseUint: parsing \"{0}\": {1}")]
    Segment(String, &'static str),
    /// A segment does not fit 64 bits, as the lenient reader says it.
    #[error("error parsing version segment: strconv.ParseUint: parsing \"{0}\": {1}")]
    LenientSegment(String, &'static str),
    /// A segment is at its maximum and cannot be stepped (Go panics with this text).
    #[error("{0} version increment would overflow uint64")]
    Overflow(&'static str),
}

/// A semantic version and the text it was read from. The default is Go's zero, `0.0.0` from no text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Version {
    major: u64,
    minor: u64,
    patch: u64,
    pre: String,
    metadata: String,
    original: String,
}

impl Version {
    /// Reads leniently (Go `NewVersion` with `CoerceNewVersion`): a leading `v`, one to three
    /// segments and leading zeros are accepted.
    ///
    /// # Errors
    /// When the text is too long, malformed, or a segment does not fit 64 bits.
    pub fn parse(text: &str) -> Result<Self, VersionError> {
        if text.len() > MAX_VERSION_LEN {
            return Err(VersionError::TooLong);
        }
        let parts = LooseParts::split(text).ok_or(VersionError::Invalid)?;
        let version = Self {
            major: lenient_segment(parts.segments[0])?,
            minor: lenient_segment(parts.segments[1])?,
            patch: lenient_segment(parts.segments[2])?,
            pre: parts.pre.to_owned(),
            metadata: parts.metadata.to_owned(),
            original: text.to_owned(),
        };
        if !version.pre.is_empty() {
            validate_prerelease(&version.pre)?;
        }
        if !version.metadata.is_empty() {
            validate_metadata(&version.metadata)?;
        }
        Ok(version)
    }

    /// Reads strictly (Go `StrictNewVersion`): three segments, no leading `v`.
    ///
    /// # Errors
    /// One of the texts of [`VersionError`], in the order the Go function checks.
    pub fn strict(text: &str) -> Result<Self, VersionError> {
        if text.is_empty() {
            return Err(VersionError::Empty);
        }
        if text.len() > MAX_VERSION_LEN {
            return Err(VersionError::TooLong);
        }
        let mut split = text.splitn(3, '.');
        let (Some(major), Some(minor), Some(mut patch)) =
            (split.next(), split.next(), split.next())
        else {
            return Err(VersionError::Invalid);
        };
        let mut metadata = "";
        if let Some((head, tail)) = patch.split_once('+') {
            (patch, metadata) = (head, tail);
            validate_metadata(metadata)?;
        }
        let mut pre = "";
        if let Some((head, tail)) = patch.split_once('-') {
            (patch, pre) = (head, tail);
            validate_prerelease(pre)?;
        }
        for part in [major, minor, patch] {
            if !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(VersionError::InvalidCharacters);
            }
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::SegmentStartsZero);
            }
        }
        let number = |part: &str| {
            parse_uint(part).map_err(|why| VersionError::Segment(part.to_owned(), why))
        };
        Ok(Self {
            major: number(major)?,
            minor: number(minor)?,
            patch: number(patch)?,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: text.to_owned(),
        })
    }

    /// Makes a version of its parts; nothing is checked (Go `New`).
    #[must_use]
    pub fn new(major: u64, minor: u64, patch: u64, pre: &str, metadata: &str) -> Self {
        let mut version = Self {
            major,
            minor,
            patch,
            pre: pre.to_owned(),
            metadata: metadata.to_owned(),
            original: String::new(),
        };
        version.original = version.to_string();
        version
    }

    /// The text that was read, a leading `v` included.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The first segment.
    #[must_use]
    pub fn major(&self) -> u64 {
        self.major
    }

    /// The second segment.
    #[must_use]
    pub fn minor(&self) -> u64 {
        self.minor
    }

    /// The third segment.
    #[must_use]
    pub fn patch(&self) -> u64 {
        self.patch
    }

    /// The part after `-`, without it; empty for a release.
    #[must_use]
    pub fn prerelease(&self) -> &str {
        &self.pre
    }

    /// The part after `+`, without it.
    #[must_use]
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    fn stepped(&self, major: u64, minor: u64, patch: u64) -> Self {
        let mut next = Self::new(major, minor, patch, "", "");
        next.restore_prefix(&self.original);
        next
    }

    fn restore_prefix(&mut self, original: &str) {
        let prefix = if original.starts_with('v') { "v" } else { "" };
        self.original = format!("{prefix}{self}");
    }

    /// The next patch version; a prerelease becomes its own release (Go `IncPatch`).
    ///
    /// # Errors
    /// When the segment is at its maximum.
    pub fn inc_patch(&self) -> Result<Self, VersionError> {
        if !self.pre.is_empty() {
            return Ok(self.stepped(self.major, self.minor, self.patch));
        }
        let patch = self.patch.checked_add(1).ok_or(VersionError::Overflow("patch"))?;
        Ok(self.stepped(self.major, self.minor, patch))
    }

    /// The next minor version (Go `IncMinor`).
    ///
    /// # Errors
    /// When the segment is at its maximum.
    pub fn inc_minor(&self) -> Result<Self, VersionError> {
        let minor = self.minor.checked_add(1).ok_or(VersionError::Overflow("minor"))?;
        Ok(self.stepped(self.major, minor, 0))
    }

    /// The next major version (Go `IncMajor`).
    ///
    /// # Errors
    /// When the segment is at its maximum.
    pub fn inc_major(&self) -> Result<Self, VersionError> {
        let major = self.major.checked_add(1).ok_or(VersionError::Overflow("major"))?;
        Ok(self.stepped(major, 0, 0))
    }

    /// The same version with another prerelease (Go `SetPrerelease`).
    ///
    /// # Errors
    /// When the prerelease is malformed.
    pub fn with_prerelease(&self, pre: &str) -> Result<Self, VersionError> {
        if !pre.is_empty() {
            validate_prerelease(pre)?;
        }
        let mut next = Self { pre: pre.to_owned(), ..self.clone() };
        next.restore_prefix(&self.original);
        Ok(next)
    }

    /// The same version with other metadata (Go `SetMetadata`).
    ///
    /// # Errors
    /// When the metadata is malformed.
    pub fn with_metadata(&self, metadata: &str) -> Result<Self, VersionError> {
        if !metadata.is_empty() {
            validate_metadata(metadata)?;
        }
        let mut next = Self { metadata: metadata.to_owned(), ..self.clone() };
        next.restore_prefix(&self.original);
        Ok(next)
    }

    /// Order by segments, then prerelease; metadata and original text play no part (Go `Compare`).
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        (self.major, self.minor, self.patch)
            .cmp(&(other.major, other.minor, other.patch))
            .then_with(|| match (self.pre.is_empty(), other.pre.is_empty()) {
                (true, true) => Ordering::Equal,
                (true, false) => Ordering::Greater,
                (false, true) => Ordering::Less,
                (false, false) => compare_prerelease(&self.pre, &other.pre),
            })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)?;
        if !self.pre.is_empty() {
            write!(f, "-{}", self.pre)?;
        }
        if !self.metadata.is_empty() {
            write!(f, "+{}", self.metadata)?;
        }
        Ok(())
    }
}

/// The pieces that Go's `looseSemVerRegex` captures.
struct LooseParts<'t> {
    segments: [&'t str; 3],
    pre: &'t str,
    metadata: &'t str,
}

impl<'t> LooseParts<'t> {
    fn split(text: &'t str) -> Option<Self> {
        let mut rest = text.strip_prefix('v').unwrap_or(text);
        let mut segments = [""; 3];
        segments[0] = take_while(&mut rest, |b| b.is_ascii_digit());
        if segments[0].is_empty() {
            return None;
        }
        for segment in &mut segments[1..] {
            let Some(mut tail) = rest.strip_prefix('.') else { break };
            *segment = take_while(&mut tail, |b| b.is_ascii_digit());
            if segment.is_empty() {
                return None;
            }
            rest = tail;
        }
        let pre = take_identifiers(&mut rest, '-');
        let metadata = take_identifiers(&mut rest, '+');
        rest.is_empty().then_some(Self { segments, pre, metadata })
    }
}

/// Cuts the longest run of accepted bytes off the front; all accepted bytes are ASCII.
pub(crate) fn take_while<'t>(rest: &mut &'t str, accept: impl Fn(u8) -> bool) -> &'t str {
    let end = rest.bytes().position(|b| !accept(b)).unwrap_or(rest.len());
    let (head, tail) = rest.split_at(end);
    *rest = tail;
    head
}

/// Cuts `MARKER id(.id)*` off the front and returns the identifiers; nothing if it is not there.
pub(crate) fn take_identifiers<'t>(rest: &mut &'t str, marker: char) -> &'t str {
    let Some(body) = rest.strip_prefix(marker) else { return "" };
    let is_id = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    let mut tail = body;
    if take_while(&mut tail, is_id).is_empty() {
        return "";
    }
    while let Some(mut next) = tail.strip_prefix('.') {
        if take_while(&mut next, is_id).is_empty() {
            break;
        }
        tail = next;
    }
    *rest = tail;
    &body[..body.len() - tail.len()]
}

fn parse_uint(digits: &str) -> Result<u64, &'static str> {
    if digits.is_empty() {
        return Err("invalid syntax");
    }
    digits.parse().map_err(|_| "value out of range")
}

fn lenient_segment(digits: &str) -> Result<u64, VersionError> {
    if digits.is_empty() {
        return Ok(0);
    }
    parse_uint(digits).map_err(|why| VersionError::LenientSegment(digits.to_owned(), why))
}

fn is_identifier(part: &str) -> bool {
    part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn validate_prerelease(pre: &str) -> Result<(), VersionError> {
    for part in pre.split('.') {
        if part.is_empty() {
            return Err(VersionError::InvalidPrerelease);
        }
        if part.bytes().all(|b| b.is_ascii_digit()) {
            if part.len() > 1 && part.starts_with('0') {
                return Err(VersionError::SegmentStartsZero);
            }
        } else if !is_identifier(part) {
            return Err(VersionError::InvalidPrerelease);
        }
    }
    Ok(())
}

fn validate_metadata(metadata: &str) -> Result<(), VersionError> {
    let ok = metadata.split('.').all(|part| !part.is_empty() && is_identifier(part));
    if ok { Ok(()) } else { Err(VersionError::InvalidMetadata) }
}

/// Go `comparePrerelease`: part by part, a missing part being the smaller.
pub(crate) fn compare_prerelease(left: &str, right: &str) -> Ordering {
    let (mut lefts, mut rights) = (left.split('.'), right.split('.'));
    loop {
        let (l, r) = (lefts.next(), rights.next());
        if l.is_none() && r.is_none() {
            return Ordering::Equal;
        }
        let order = compare_part(l.unwrap_or_default(), r.unwrap_or_default());
        if order != Ordering::Equal {
            return order;
        }
    }
}

/// Go `comparePrePart`; a part too large for 64 bits counts as text there, and so it does here.
fn compare_part(left: &str, right: &str) -> Ordering {
    if left == right {
        return Ordering::Equal;
    }
    if left.is_empty() {
        return Ordering::Less;
    }
    if right.is_empty() {
        return Ordering::Greater;
    }
    let number = |part: &str| {
        if part.bytes().all(|b| b.is_ascii_digit()) { part.parse::<u64>().ok() } else { None }
    };
    match (number(left), number(right)) {
        (None, None) => left.cmp(right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        // "01" and "1" are unequal texts of one number: Go answers -1 for both orders.
        (Some(l), Some(r)) => {
            if l > r {
                Ordering::Greater
            } else {
                Ordering::Less
            }
        }
    }
}
