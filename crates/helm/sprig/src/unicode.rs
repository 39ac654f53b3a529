//! Go's view of characters (package `unicode`, Unicode 15.0): classes and simple case mapping.

use std::sync::LazyLock;

use pintle_go_regexp::unicode_ranges;

type Ranges = LazyLock<Vec<(char, char)>>;

static UPPER: Ranges = LazyLock::new(|| unicode_ranges(b"Lu").unwrap_or_default());
static LOWER: Ranges = LazyLock::new(|| unicode_ranges(b"Ll").unwrap_or_default());
static TITLE: Ranges = LazyLock::new(|| unicode_ranges(b"Lt").unwrap_or_default());
static LETTER: Ranges = LazyLock::new(|| unicode_ranges(b"L").unwrap_or_default());
static DIGIT: Ranges = LazyLock::new(|| unicode_ranges(b"Nd").unwrap_or_default());
static NUMBER: Ranges = LazyLock::new(|| unicode_ranges(b"N").unwrap_or_default());
static PUNCTUATION: Ranges = LazyLock::new(|| unicode_ranges(b"P").unwrap_or_default());

fn within(ranges: &[(char, char)], c: char) -> bool {
    let at = ranges.partition_point(|(_, end)| *end < c);
    ranges.get(at).is_some_and(|(start, _)| *start <= c)
}

pub(crate) fn is_upper(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_uppercase() } else { within(&UPPER, c) }
}

pub(crate) fn is_lower(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_lowercase() } else { within(&LOWER, c) }
}

pub(crate) fn is_title(c: char) -> bool {
    !c.is_ascii() && within(&TITLE, c)
}

pub(crate) fn is_letter(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_alphabetic() } else { within(&LETTER, c) }
}

pub(crate) fn is_digit(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { within(&DIGIT, c) }
}

pub(crate) fn is_number(c: char) -> bool {
    if c.is_ascii() { c.is_ascii_digit() } else { within(&NUMBER, c) }
}

/// Go's `IsPunct`: category P, so `$`, `+` and their like are not.
pub(crate) fn is_punctuation(c: char) -> bool {
    within(&PUNCTUATION, c)
}

/// Go's `IsSpace`: the property White_Space.
pub(crate) fn is_space(c: char) -> bool {
    c.is_whitespace()
}

/// Case pairs newer than Go's tables: letters that Unicode 15 does not assign, and the two old ones
/// that got a capital since.
fn newer_than_go(c: char) -> bool {
    matches!(
        c,
        '\u{19b}' | '\u{264}'
            | '\u{1c89}'..='\u{1c8a}'
            | '\u{a7cb}'..='\u{a7df}'
            | '\u{10d50}'..='\u{10d85}'
            | '\u{16ea0}'..='\u{16ed3}'
    )
}

/// The only character of a mapping; several stand for a special casing, which Go leaves out.
fn single(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next()?;
    mapped.next().is_none().then_some(first)
}

/// `unicode.ToUpper`
pub(crate) fn to_upper(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    if newer_than_go(c) {
        return c;
    }
    single(c.to_uppercase()).unwrap_or_else(|| iota_capital(c))
}

/// Greek letters with a small iota: their full capital is two letters, the simple one is that with
/// the iota beside it.
fn iota_capital(c: char) -> char {
    let code = c as u32;
    let up = match code {
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => code + 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => code + 9,
        _ => code,
    };
    char::from_u32(up).unwrap_or(c)
}

/// `unicode.ToLower`
pub(crate) fn to_lower(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    match c {
        // Its full mapping has a combining dot.
        '\u{130}' => 'i',
        c if newer_than_go(c) => c,
        c => single(c.to_lowercase()).unwrap_or(c),
    }
}

/// `unicode.ToTitle`
pub(crate) fn to_title(c: char) -> char {
    match c {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals, but no title case.
        '\u{10d0}'..='\u{10fa}' | '\u{10fd}'..='\u{10ff}' => c,
        c => to_upper(c),
    }
}
