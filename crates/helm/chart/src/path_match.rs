//! Go's `filepath.Match`: the patterns of `.helmignore` and of `--show-only`.

use std::fmt;

/// The pattern is malformed. Displays as Go's `filepath.ErrBadPattern`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadPattern;

impl fmt::Display for BadPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("syntax error in pattern")
    }
}

impl std::error::Error for BadPattern {}

/// Whether `name` as a whole matches `pattern`: `*` and `?` do not match `/`, `[a-z]` and `[^a]`
/// are classes, `\` escapes. A port of `filepath.Match`, which finds an error only in what it
/// reaches, and then checks the rest.
pub fn path_match(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let (mut pattern, mut name) = (pattern, name);
    while !pattern.is_empty() {
        let (star, chunk, rest) = scan_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains('/'));
        }
        let (matched, after) = match_chunk(chunk, name)?;
        if matched && (after.is_empty() || !pattern.is_empty()) {
            name = after;
            continue;
        }
        if star && let Some(after) = match_later(chunk, name, pattern.is_empty())? {
            name = after;
            continue;
        }
        while !pattern.is_empty() {
            let (_, chunk, rest) = scan_chunk(pattern);
            pattern = rest;
            match_chunk(chunk, "")?;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// After a star: the chunk at a later place, with no `/` skipped over.
fn match_later<'n>(chunk: &str, name: &'n str, last: bool) -> Result<Option<&'n str>, BadPattern> {
    for (at, c) in name.char_indices() {
        if c == '/' {
            break;
        }
        let (matched, after) = match_chunk(chunk, &name[at + c.len_utf8()..])?;
        if matched && (!last || after.is_empty()) {
            return Ok(Some(after));
        }
    }
    Ok(None)
}

/// The next run of the pattern up to a star outside a class, and whether stars come before it.
fn scan_chunk(pattern: &str) -> (bool, &str, &str) {
    let trimmed = pattern.trim_start_matches('*');
    let star = trimmed.len() < pattern.len();
    let (mut in_class, mut escaped) = (false, false);
    for (at, c) in trimmed.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => return (star, &trimmed[..at], &trimmed[at..]),
            _ => {}
        }
    }
    (star, trimmed, "")
}

/// Matches one chunk at the start of `name`; gives what is left of the name. Like Go's, it goes on
/// over the chunk after a mismatch, to find what is malformed in it.
fn match_chunk<'n>(chunk: &str, name: &'n str) -> Result<(bool, &'n str), BadPattern> {
    let mut failed = false;
    let mut pattern = chunk.chars();
    let mut name = name;
    while let Some(p) = pattern.next() {
        if !failed && name.is_empty() {
            failed = true;
        }
        let c = if failed { None } else { name.chars().next() };
        let matched = match p {
            '[' => class(&mut pattern, c)?,
            '?' => c.is_some_and(|c| c != '/'),
            '\\' => {
                let literal = pattern.next().ok_or(BadPattern)?;
                c == Some(literal)
            }
            literal => c == Some(literal),
        };
        match c {
            Some(c) if matched => name = &name[c.len_utf8()..],
            _ => failed = true,
        }
    }
    Ok(if failed { (false, "") } else { (true, name) })
}

/// A class after its `[`: whether `c` is in it.
fn class(pattern: &mut std::str::Chars<'_>, c: Option<char>) -> Result<bool, BadPattern> {
    let mut rest = pattern.as_str();
    let negated = rest.starts_with('^');
    if negated {
        rest = &rest[1..];
    }
    let (mut matched, mut ranges) = (false, 0);
    loop {
        if ranges > 0 && rest.starts_with(']') {
            *pattern = rest[1..].chars();
            return Ok(matched != negated && c.is_some());
        }
        let low = class_char(&mut rest)?;
        let mut high = low;
        if let Some(after) = rest.strip_prefix('-') {
            rest = after;
            high = class_char(&mut rest)?;
        }
        matched |= c.is_some_and(|c| low <= c && c <= high);
        ranges += 1;
    }
}

/// One character of a class (Go's `getEsc`); something must follow it.
fn class_char(rest: &mut &str) -> Result<char, BadPattern> {
    if rest.is_empty() || rest.starts_with('-') || rest.starts_with(']') {
        return Err(BadPattern);
    }
    let text = rest.strip_prefix('\\').unwrap_or(rest);
    let c = text.chars().next().ok_or(BadPattern)?;
    *rest = &text[c.len_utf8()..];
    if rest.is_empty() { Err(BadPattern) } else { Ok(c) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Go's own table (`path/filepath/match_test.go`).
    #[test]
    fn matches_as_go_does() {
        let bad = Err(BadPattern);
        let cases: &[(&str, &str, Result<bool, BadPattern>)] = &[
            ("abc", "abc", Ok(true)),
            ("*", "abc", Ok(true)),
            ("*c", "abc", Ok(true)),
            ("a*", "a", Ok(true)),
            ("a*", "abc", Ok(true)),
            ("a*", "ab/c", Ok(false)),
            ("a*/b", "abc/b", Ok(true)),
            ("a*/b", "a/c/b", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxe/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", Ok(true)),
            ("a*b*c*d*e*/f", "axbxcxdxe/xxx/f", Ok(false)),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/fff", Ok(false)),
            ("a*b?c*x", "abxbbxdbxebxczzx", Ok(true)),
            ("a*b?c*x", "abxbbxdbxebxczzy", Ok(false)),
            ("ab[c]", "abc", Ok(true)),
            ("ab[b-d]", "abc", Ok(true)),
            ("ab[e-g]", "abc", Ok(false)),
            ("ab[^c]", "abc", Ok(false)),
            ("ab[^b-d]", "abc", Ok(false)),
            ("ab[^e-g]", "abc", Ok(true)),
            ("a\\*b", "a*b", Ok(true)),
            ("a\\*b", "ab", Ok(false)),
            ("a?b", "a☺b", Ok(true)),
            ("a[^a]b", "a☺b", Ok(true)),
            ("a???b", "a☺b", Ok(false)),
            ("a[^a][^a][^a]b", "a☺b", Ok(false)),
            ("[a-ζ]*", "α", Ok(true)),
            ("*[a-ζ]", "A", Ok(false)),
            ("a?b", "a/b", Ok(false)),
            ("a*b", "a/b", Ok(false)),
            ("[\\]a]", "]", Ok(true)),
            ("[\\-]", "-", Ok(true)),
            ("[x\\-]", "x", Ok(true)),
            ("[x\\-]", "z", Ok(false)),
            ("[\\-x]", "a", Ok(false)),
            ("[]a]", "]", bad),
            ("[-]", "-", bad),
            ("[x-]", "x", bad),
            ("[-x]", "x", bad),
            ("\\", "a", bad),
            ("[a-b-c]", "a", bad),
            ("[", "a", bad),
            ("[^", "a", bad),
            ("[^bc", "a", bad),
            ("a[", "a", bad),
            ("a[", "ab", bad),
            ("a[", "x", bad),
            ("a/b[", "x", bad),
            ("*x", "xxx", Ok(true)),
        ];
        for (pattern, name, want) in cases {
            assert_eq!(path_match(pattern, name), *want, "{pattern} against {name}");
        }
    }
}
