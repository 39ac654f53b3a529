//! Go's view of bytes as runes: `unicode/utf8`, where each invalid byte counts as one U+FFFD.

/// `utf8.RuneError`, what invalid bytes decode to.
pub const RUNE_ERROR: u32 = 0xfffd;

/// `utf8.MaxRune`
pub const MAX_RUNE: u32 = 0x10_ffff;

/// The longest encoding of a code point, in bytes.
const UTF8_MAX: usize = 4;

/// `utf8.DecodeRune`: the first code point and its width; `(U+FFFD, 1)` for an invalid byte,
/// `(U+FFFD, 0)` for no bytes.
#[must_use]
pub fn decode_rune(bytes: &[u8]) -> (char, usize) {
    let Some(first) = bytes.first() else { return (char::REPLACEMENT_CHARACTER, 0) };
    if first.is_ascii() {
        return (char::from(*first), 1);
    }
    let head = &bytes[..bytes.len().min(UTF8_MAX)];
    let valid = head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next());
    valid.map_or((char::REPLACEMENT_CHARACTER, 1), |decoded| (decoded, decoded.len_utf8()))
}

/// `utf8.RuneCount`
#[must_use]
pub fn rune_count(bytes: &[u8]) -> usize {
    bytes
        .utf8_chunks()
        .map(|chunk| chunk.valid().chars().count() + invalid_runes(chunk.invalid()))
        .sum()
}

/// Bytes as a text, one U+FFFD for each byte that is not UTF-8, as Go's conversion to runes and
/// encoding/json have it. (Rust's own puts one for what begins a character.)
#[must_use]
pub fn rune_text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// `utf8.AppendRune`: what is no code point (a surrogate, or too large) becomes U+FFFD.
pub fn append_rune(out: &mut Vec<u8>, code: u32) {
    let decoded = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    append_char(out, decoded);
}

/// The first `count` runes of `bytes`.
pub(crate) fn truncate(bytes: &[u8], count: usize) -> &[u8] {
    if bytes.len() <= count {
        return bytes;
    }
    let mut at = 0;
    for _ in 0..count {
        if at == bytes.len() {
            break;
        }
        at += decode_rune(&bytes[at..]).1;
    }
    &bytes[..at]
}

pub(crate) fn append_char(out: &mut Vec<u8>, decoded: char) {
    out.extend_from_slice(decoded.encode_utf8(&mut [0; UTF8_MAX]).as_bytes());
}

/// Go resynchronises after one byte, Rust after the longest prefix that could have become valid:
/// so that every byte of an invalid chunk is a rune of its own.
fn invalid_runes(invalid: &[u8]) -> usize {
    invalid.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runes_are_counted_as_go_counts_them() {
        for (bytes, want) in [
            (&b""[..], 0),
            (b"abc", 3),
            ("\u{65e5}\u{672c}\u{8a9e}".as_bytes(), 3),
            (b"\xff\xfe", 2),
            (b"\xe6\x97", 2),
            (b"\xe6\x97\xe6\x97\xa5", 3),
            (b"\xf0\x9f\x98a", 4),
            (b"\xed\xa0\x80", 3),
        ] {
            assert_eq!(rune_count(bytes), want, "{bytes:?}");
            let mut rest = bytes;
            let mut decoded = 0;
            while !rest.is_empty() {
                rest = &rest[decode_rune(rest).1..];
                decoded += 1;
            }
            assert_eq!(decoded, want, "decoding {bytes:?}");
        }
    }

    #[test]
    fn truncation_is_by_runes() {
        assert_eq!(truncate("h\u{e9}llo".as_bytes(), 2), "h\u{e9}".as_bytes());
        assert_eq!(truncate(b"\xff\xe6\x97x", 3), b"\xff\xe6\x97");
        assert_eq!(truncate(b"ab", 9), b"ab");
    }
}
