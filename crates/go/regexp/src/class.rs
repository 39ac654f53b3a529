//! Character classes as sets of code points, with Go's Unicode version and folding.

use std::sync::LazyLock;

use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, HirKind};

use crate::tables::{CATEGORIES, CATEGORY_ALIASES, SCRIPTS};

/// Case pairs that Unicode 16 (the tables of `regex-syntax`) added to those of Go 1.26, which still
/// has Unicode 15.0.
const FOLDS_NEWER_THAN_GO: [(char, char); 5] = [
    ('\u{1c89}', '\u{1c8a}'),
    ('\u{a7cb}', '\u{a7cd}'),
    ('\u{a7da}', '\u{a7dc}'),
    ('\u{10d50}', '\u{10d65}'),
    ('\u{10d70}', '\u{10d85}'),
];

/// Ahom consonant sign medial ra: Mn in Unicode 15, Mc in 16.
const MOVED_SINCE_GO: char = '\u{1171e}';

/// Everything that Unicode 15.0 assigns.
static ASSIGNED_IN_GO: LazyLock<ClassUnicode> =
    LazyLock::new(|| property("age=15.0").unwrap_or_else(ClassUnicode::empty));

/// Makes a class of ranges that are known to be in order.
pub(crate) fn of_ranges(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(ranges.iter().map(|&(lo, hi)| ClassUnicodeRange::new(lo, hi)))
}

/// Adds a range of code points; surrogates can be named in a pattern but never occur in text.
pub(crate) fn push_range(class: &mut ClassUnicode, lo: u32, hi: u32) {
    const LAST_BELOW: u32 = 0xd7ff;
    const FIRST_ABOVE: u32 = 0xe000;
    for (lo, hi) in [(lo, hi.min(LAST_BELOW)), (lo.max(FIRST_ABOVE), hi)] {
        if let (Some(lo), Some(hi)) = (char::from_u32(lo), char::from_u32(hi))
            && lo <= hi
        {
            class.push(ClassUnicodeRange::new(lo, hi));
        }
    }
}

/// Closes a class under Go's simple case folding.
pub(crate) fn fold(class: &mut ClassUnicode) {
    let newest = FOLDS_NEWER_THAN_GO[0].0;
    let mut folded = class.clone();
    if folded.ranges().last().is_some_and(|range| range.end() >= newest) {
        folded.difference(&of_ranges(&FOLDS_NEWER_THAN_GO));
    }
    folded.case_fold_simple();
    if folded.ranges().last().is_some_and(|range| range.end() >= newest) {
        folded.difference(&of_ranges(&FOLDS_NEWER_THAN_GO));
    }
    class.union(&folded);
}

/// The class behind `\p{name}`, folded if asked for (Go `unicodeTable` with its fold tables).
pub(crate) fn unicode_class(name: &[u8], folded: bool) -> Option<ClassUnicode> {
    let mut class = unicode_table(name)?;
    // Go has no fold table for LC, so `(?i)\p{LC}` lacks U+0345, which folds to a letter.
    if folded && !matches!(canonical_name(name)?.as_str(), "Lc" | "Casedletter") {
        fold(&mut class);
    }
    Some(class)
}

/// The code points of a category or script as Go's `unicode` tables have them, in sorted ranges:
/// `unicode_ranges(b"Lu")`.
#[must_use]
pub fn unicode_ranges(name: &[u8]) -> Option<Vec<(char, char)>> {
    let class = unicode_table(name)?;
    Some(class.ranges().iter().map(|range| (range.start(), range.end())).collect())
}

fn unicode_table(name: &[u8]) -> Option<ClassUnicode> {
    let name = canonical_name(name)?;
    match name.as_str() {
        "Any" => return Some(of_ranges(&[('\0', char::MAX)])),
        "Ascii" => return Some(of_ranges(&[('\0', '\x7f')])),
        "Assigned" => {
            let mut class = category("Cn")?;
            class.negate();
            return Some(class);
        }
        "Lc" => return category("LC"),
        _ => {}
    }
    if CATEGORIES.contains(&name.as_str()) {
        return category(&name);
    }
    if SCRIPTS.contains(&name.as_str()) {
        let mut class = property(&format!("script={name}"))?;
        class.intersect(&ASSIGNED_IN_GO);
        return Some(class);
    }
    let (_, actual) = CATEGORY_ALIASES.iter().find(|(alias, _)| *alias == name)?;
    category(actual)
}

fn category(name: &str) -> Option<ClassUnicode> {
    if name == "Cs" {
        return Some(ClassUnicode::empty());
    }
    let mut class = property(&format!("gc={name}"))?;
    if matches!(name, "C" | "Cn") {
        // What is assigned since is still unassigned for Go.
        let mut later = ASSIGNED_IN_GO.clone();
        later.negate();
        class.union(&later);
    } else {
        class.intersect(&ASSIGNED_IN_GO);
    }
    // Unicode 16 moved one character from Mn to Mc.
    let moved = of_ranges(&[(MOVED_SINCE_GO, MOVED_SINCE_GO)]);
    match name {
        "Mn" => class.union(&moved),
        "Mc" => class.difference(&moved),
        _ => {}
    }
    Some(class)
}

fn property(query: &str) -> Option<ClassUnicode> {
    let hir = regex_syntax::Parser::new().parse(&format!("\\p{{{query}}}")).ok()?;
    match hir.into_kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class),
        // A class of one character is simplified to a literal.
        HirKind::Literal(literal) => {
            let c = std::str::from_utf8(&literal.0).ok()?.chars().next()?;
            Some(of_ranges(&[(c, c)]))
        }
        _ => None,
    }
}

/// One leading capital, then lower case, without underscores, spaces and hyphens.
fn canonical_name(name: &[u8]) -> Option<String> {
    let mut out = String::with_capacity(name.len());
    for c in std::str::from_utf8(name).ok()?.chars() {
        match c {
            '_' | '-' | ' ' => {}
            _ if out.is_empty() => out.push(c.to_ascii_uppercase()),
            _ => out.push(c.to_ascii_lowercase()),
        }
    }
    Some(out)
}
