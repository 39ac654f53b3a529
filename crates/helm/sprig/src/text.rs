//! The parts of Go's package `strings` that differ from Rust's: bytes that may not be UTF-8.

use memchr::memmem;
use pintle_go_fmt::decode_rune;

use crate::unicode::{is_digit, is_letter, is_space, to_lower, to_title, to_upper};

/// The characters as Go's `range` gives them: an invalid byte is one U+FFFD.
pub(crate) fn runes(text: &[u8]) -> impl Iterator<Item = char> + '_ {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (c, width) = decode_rune(rest);
        rest = &rest[width..];
        (width > 0).then_some(c)
    })
}

/// The last character and its width (Go `utf8.DecodeLastRune`).
fn last_rune(text: &[u8]) -> (char, usize) {
    for width in 2..=text.len().min(4) {
        let tail = &text[text.len() - width..];
        let (c, decoded) = decode_rune(tail);
        if decoded == width {
            return (c, width);
        }
    }
    match text.last() {
        Some(byte) if byte.is_ascii() => (char::from(*byte), 1),
        Some(_) => (char::REPLACEMENT_CHARACTER, 1),
        None => (char::REPLACEMENT_CHARACTER, 0),
    }
}

pub(crate) fn push_char(out: &mut Vec<u8>, c: char) {
    let mut utf8 = [0; 4];
    out.extend_from_slice(c.encode_utf8(&mut utf8).as_bytes());
}

/// `strings.Map`
pub(crate) fn map(text: &[u8], mapping: impl FnMut(char) -> char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for c in runes(text).map(mapping) {
        push_char(&mut out, c);
    }
    out
}

pub(crate) fn upper(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_uppercase() } else { map(text, to_upper) }
}

pub(crate) fn lower(text: &[u8]) -> Vec<u8> {
    if text.is_ascii() { text.to_ascii_lowercase() } else { map(text, to_lower) }
}

/// `strings.Title`, deprecated in Go for knowing nothing of apostrophes.
pub(crate) fn title(text: &[u8]) -> Vec<u8> {
    let mut previous = ' ';
    map(text, |c| {
        let begins = is_separator(previous);
        previous = c;
        if begins { to_title(c) } else { c }
    })
}

fn is_separator(c: char) -> bool {
    if c.is_ascii() {
        return !(c.is_ascii_alphanumeric() || c == '_');
    }
    !is_letter(c) && !is_digit(c) && is_space(c)
}

pub(crate) fn trim_left(text: &[u8], drop: impl Fn(char) -> bool) -> &[u8] {
    let mut rest = text;
    loop {
        let (c, width) = decode_rune(rest);
        if width == 0 || !drop(c) {
            return rest;
        }
        rest = &rest[width..];
    }
}

pub(crate) fn trim_right(text: &[u8], drop: impl Fn(char) -> bool) -> &[u8] {
    let mut rest = text;
    loop {
        let (c, width) = last_rune(rest);
        if width == 0 || !drop(c) {
            return rest;
        }
        rest = &rest[..rest.len() - width];
    }
}

/// `strings.TrimSpace`
pub(crate) fn trim_space(text: &[u8]) -> &[u8] {
    trim_right(trim_left(text, is_space), is_space)
}

/// `strings.Trim`: every character of the set, off both ends.
pub(crate) fn trim<'t>(text: &'t [u8], set: &[u8]) -> &'t [u8] {
    let set: Vec<char> = runes(set).collect();
    let drop = |c: char| set.contains(&c);
    trim_right(trim_left(text, drop), drop)
}

/// `strings.Index`
pub(crate) fn find(text: &[u8], piece: &[u8]) -> Option<usize> {
    memmem::find(text, piece)
}

/// `strings.SplitN`; a negative `n` gives all pieces, zero gives none.
pub(crate) fn split_n<'t>(text: &'t [u8], separator: &[u8], n: i64) -> Option<Vec<&'t [u8]>> {
    if n == 0 {
        return None;
    }
    let limit = usize::try_from(n).unwrap_or(usize::MAX);
    let mut pieces = Vec::new();
    let mut rest = text;
    if separator.is_empty() {
        while !rest.is_empty() && pieces.len() + 1 < limit {
            let (head, tail) = rest.split_at(decode_rune(rest).1);
            pieces.push(head);
            rest = tail;
        }
        if !rest.is_empty() {
            pieces.push(rest);
        }
        return Some(pieces);
    }
    while pieces.len() + 1 < limit {
        let Some(at) = find(rest, separator) else { break };
        pieces.push(&rest[..at]);
        rest = &rest[at + separator.len()..];
    }
    pieces.push(rest);
    Some(pieces)
}

/// Every place of a piece that is not empty, from left to right, without overlaps.
fn each_place(text: &[u8], piece: &[u8], found: impl FnMut(usize)) {
    match piece {
        // Where every byte may be a match, a search for pieces takes ten times as long.
        [byte] => memchr::memchr_iter(*byte, text).for_each(found),
        piece => memmem::find_iter(text, piece).for_each(found),
    }
}

/// `strings.Count`
pub(crate) fn count(text: &[u8], piece: &[u8]) -> usize {
    if piece.is_empty() {
        return runes(text).count() + 1;
    }
    let mut count = 0;
    each_place(text, piece, |_| count += 1);
    count
}

/// `strings.ReplaceAll`; an empty `old` is found before every character and at the end.
pub(crate) fn replace_all(text: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    if old.is_empty() {
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(decode_rune(rest).1);
            out.extend_from_slice(new);
            out.extend_from_slice(head);
            rest = tail;
        }
        out.extend_from_slice(new);
        return out;
    }
    let mut done = 0;
    each_place(text, old, |at| {
        out.extend_from_slice(&text[done..at]);
        out.extend_from_slice(new);
        done = at + old.len();
    });
    out.extend_from_slice(&text[done..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_rune_is_go_s() {
        for (text, c, width) in [
            (&b""[..], '\u{fffd}', 0),
            (b"a", 'a', 1),
            ("é".as_bytes(), 'é', 2),
            ("日".as_bytes(), '日', 3),
            (b"\xe6\x97", '\u{fffd}', 1),
            (b"a\xff", '\u{fffd}', 1),
            ("x𐍈".as_bytes(), '𐍈', 4),
        ] {
            assert_eq!(last_rune(text), (c, width), "{text:?}");
        }
    }
}
