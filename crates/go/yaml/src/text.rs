//! The input as goyaml's reader lets it through: UTF-8, or UTF-16 behind its mark, and no control
//! characters.

use std::borrow::Cow;

use crate::Error;

/// What goyaml's reader fills its raw buffer with at a time. A character that is not allowed stops
/// a read as soon as its chunk is decoded, before scanner errors that stand later.
const CHUNK: usize = 512;

/// The longest text that is read: positions are 32 bits wide. Helm refuses files of 5 MiB.
pub(crate) const TEXT_LIMIT: usize = 1 << 30;

/// A checked text.
#[derive(Debug)]
pub(crate) struct Text<'t> {
    /// As far as it is in order.
    pub(crate) good: Cow<'t, str>,
    /// What stopped the reader there, if it did not reach the end.
    pub(crate) stop: Option<Error>,
}

impl<'t> Text<'t> {
    pub(crate) fn new(bytes: &'t [u8]) -> Self {
        if bytes.len() > TEXT_LIMIT {
            let error = Error::new(format!("yaml: text exceeds the limit of {TEXT_LIMIT} bytes"));
            return Text { good: Cow::Borrowed(""), stop: Some(error) };
        }
        match bytes {
            [0xFF, 0xFE, rest @ ..] => Self::wide(rest, u16::from_le_bytes),
            [0xFE, 0xFF, rest @ ..] => Self::wide(rest, u16::from_be_bytes),
            [0xEF, 0xBB, 0xBF, rest @ ..] => Self::narrow(rest, 3),
            _ => Self::narrow(bytes, 0),
        }
    }

    fn narrow(bytes: &'t [u8], skipped: usize) -> Self {
        let (text, mut problem) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let (good, bad) = bytes.split_at(error.valid_up_to());
                (std::str::from_utf8(good).unwrap_or_default(), Some(encoding_problem(bad)))
            }
        };
        let mut end = text.len();
        if let Some(at) = find_control(text.as_bytes()) {
            end = at;
            problem = Some("control characters are not allowed");
        }
        match problem {
            None => Text { good: Cow::Borrowed(text), stop: None },
            Some(problem) => {
                let good = &text[..chunk_start(text, end, skipped)];
                let stop = Some(Error::new(format!("yaml: {problem}")));
                Text { good: Cow::Borrowed(good), stop }
            }
        }
    }

    fn wide(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Text<'static> {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]])).collect();
        let mut good = String::with_capacity(bytes.len());
        let mut problem = None;
        for unit in char::decode_utf16(units) {
            match unit {
                Ok(char) if is_allowed(char) => good.push(char),
                Ok(_) => problem = Some("control characters are not allowed"),
                Err(error) if (0xDC00..0xE000).contains(&error.unpaired_surrogate()) => {
                    problem = Some("unexpected low surrogate area");
                }
                Err(_) => problem = Some("expected low surrogate area"),
            }
            if problem.is_some() {
                break;
            }
        }
        if problem.is_none() && bytes.len() % 2 == 1 {
            problem = Some("incomplete UTF-16 character");
        }
        let stop = problem.map(|problem| Error::new(format!("yaml: {problem}")));
        Text { good: Cow::Owned(good), stop }
    }
}

/// Where the reader's chunk that holds `at` starts: everything before it was decoded earlier.
fn chunk_start(text: &str, at: usize, skipped: usize) -> usize {
    let mut start = 0;
    let mut end = CHUNK - skipped;
    loop {
        // A character cut by the end of a chunk waits for the next one.
        while end < text.len() && !text.is_char_boundary(end) {
            end -= 1;
        }
        if at < end {
            return start;
        }
        start = end;
        end += CHUNK;
    }
}

/// goyaml's words for the first thing wrong with bytes that are not UTF-8.
fn encoding_problem(bytes: &[u8]) -> &'static str {
    let first = bytes.first().copied().unwrap_or_default();
    let width = match first {
        0..=0x7F => 1,
        b if b & 0xE0 == 0xC0 => 2,
        b if b & 0xF0 == 0xE0 => 3,
        b if b & 0xF8 == 0xF0 => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    let Some(bytes) = bytes.get(..width) else { return "incomplete UTF-8 octet sequence" };
    if bytes[1..].iter().any(|byte| byte & 0xC0 != 0x80) {
        return "invalid trailing UTF-8 octet";
    }
    let lead = u32::from(first) & (0x7F >> width);
    let value = bytes[1..].iter().fold(lead, |value, b| (value << 6) + u32::from(b & 0x3F));
    if value < [0, 0, 0x80, 0x800, 0x1_0000][width] {
        "invalid length of a UTF-8 sequence"
    } else {
        "invalid Unicode character"
    }
}

/// Whether goyaml reads this character.
fn is_allowed(char: char) -> bool {
    matches!(char, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{A0}'..='\u{FFFD}' | '\u{10000}'..)
}

/// The first character that goyaml's reader refuses, by its bytes: C0, DEL, C1 but NEL, U+FFFE and
/// U+FFFF.
fn find_control(bytes: &[u8]) -> Option<usize> {
    if is_plain(bytes) {
        return None;
    }
    let mut at = 0;
    loop {
        let found = bytes[at..].iter().position(|byte| SUSPECT[usize::from(*byte)])?;
        at += found;
        let refused = match bytes[at..] {
            [0xC2, second, ..] => second < 0xA0 && second != 0x85,
            [0xEF, second, third, ..] => second == 0xBF && third >= 0xBE,
            _ => true,
        };
        if refused {
            return Some(at);
        }
        at += 1;
    }
}

/// Whether all is printable ASCII, tabs and line breaks, as nearly every text is: told without a
/// branch for each byte, so that compilers look at many at once.
fn is_plain(bytes: &[u8]) -> bool {
    const AT_ONCE: usize = 64;
    let plain = |byte: &u8| (0x20..0x7F).contains(byte) | matches!(byte, b'\t' | b'\n' | b'\r');
    bytes.chunks(AT_ONCE).all(|chunk| chunk.iter().fold(true, |all, byte| all & plain(byte)))
}

/// Bytes that are, or start, a character that may be refused.
const SUSPECT: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 0x20 {
        table[byte] = !matches!(byte as u8, b'\t' | b'\n' | b'\r');
        byte += 1;
    }
    table[0x7F] = true;
    table[0xC2] = true;
    table[0xEF] = true;
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    fn check(bytes: &[u8], want: Result<&str, &str>) {
        let text = Text::new(bytes);
        match (want, &text.stop) {
            (Ok(want), None) => assert_eq!(text.good, want),
            (Err(want), Some(stop)) => assert_eq!(stop.to_string(), format!("yaml: {want}")),
            (want, stop) => panic!("{bytes:?}: want {want:?}, have {stop:?}"),
        }
    }

    #[test]
    fn encodings_and_their_errors() {
        check(b"a", Ok("a"));
        check(b"\xEF\xBB\xBFa", Ok("a"));
        check(b"\xFF\xFEa\0", Ok("a"));
        check(b"\xFE\xFF\0a", Ok("a"));
        check("\u{85}\u{A0}\u{FEFF}\u{FFFD}😀".as_bytes(), Ok("\u{85}\u{A0}\u{FEFF}\u{FFFD}😀"));
        check(b"a\0", Err("control characters are not allowed"));
        check(b"\x7F", Err("control characters are not allowed"));
        check("\u{9F}".as_bytes(), Err("control characters are not allowed"));
        check("\u{FFFE}".as_bytes(), Err("control characters are not allowed"));
        check(b"\xFF", Err("invalid leading UTF-8 octet"));
        check(b"\xE2\x80", Err("incomplete UTF-8 octet sequence"));
        check(b"\xE2\x28\xA1", Err("invalid trailing UTF-8 octet"));
        check(b"\xC0\x80", Err("invalid length of a UTF-8 sequence"));
        check(b"\xED\xA0\x80", Err("invalid Unicode character"));
        check(b"\xFF\xFE\x00\xDC", Err("unexpected low surrogate area"));
        check(b"\xFF\xFEa", Err("incomplete UTF-16 character"));
    }

    #[test]
    fn a_chunk_is_decoded_whole() {
        let text = format!("{}\u{1}", "a".repeat(CHUNK));
        assert_eq!(Text::new(text.as_bytes()).good.len(), CHUNK);
        let text = format!("{}\u{1}", "a".repeat(CHUNK - 1));
        assert_eq!(Text::new(text.as_bytes()).good.len(), 0);
    }
}
