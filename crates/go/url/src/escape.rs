//! What is escaped where in a URL: Go's `escape` and `unescape`.

use pintle_go_fmt::quote;

/// What a piece of a URL is, which decides what is escaped in it: Go's `encoding`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Path,
    PathSegment,
    Host,
    Zone,
    UserPassword,
    Fragment,
}

/// Why a text has no meaning as a piece of a URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EscapeError {
    /// `url.EscapeError`: no two hexadecimal digits, or an escape that this piece may not have.
    #[error("invalid URL escape {}", quote(.0))]
    Escape(Vec<u8>),
    /// `url.InvalidHostError`: a character that no host has.
    #[error("invalid character {} in host name", quote(&[*.0]))]
    Host(u8),
}

/// `url.PathEscape`
pub fn path_escape(text: &[u8]) -> String {
    escape(text, Part::PathSegment)
}

/// `url.PathUnescape`
pub fn path_unescape(text: &[u8]) -> Result<Vec<u8>, EscapeError> {
    unescape(text, Part::PathSegment)
}

/// `shouldEscape`
pub(crate) fn should_escape(byte: u8, part: Part) -> bool {
    let plain: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::PathSegment => b"$&+:=@",
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
        Part::UserPassword => b"$&+,;=",
        Part::Fragment => b"$&+,/:;=?@!()*",
    };
    !(byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || plain.contains(&byte))
}

/// `escape`: ASCII, whatever comes in.
pub(crate) fn escape(text: &[u8], part: Part) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text {
        if should_escape(*byte, part) {
            out.push('%');
            out.push(HEX[usize::from(byte >> 4)]);
            out.push(HEX[usize::from(byte & 15)]);
        } else {
            out.push(char::from(*byte));
        }
    }
    out
}

const HEX: [char; 16] =
    ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

/// `unescape`
pub(crate) fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, EscapeError> {
    let mut out = Vec::with_capacity(text.len());
    let host = matches!(part, Part::Host | Part::Zone);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte == b'%' {
            out.push(unescape_one(&text[at..], part)?);
            at += 3;
            continue;
        }
        if host && byte < 0x80 && should_escape(byte, part) {
            return Err(EscapeError::Host(byte));
        }
        out.push(byte);
        at += 1;
    }
    Ok(out)
}

/// The byte that the escape in front of a text stands for.
fn unescape_one(text: &[u8], part: Part) -> Result<u8, EscapeError> {
    let piece = &text[..text.len().min(3)];
    let bad = || EscapeError::Escape(piece.to_vec());
    let &[_, high, low] = piece else { return Err(bad()) };
    let high = hex_value(high).ok_or_else(bad)?;
    let low = hex_value(low).ok_or_else(bad)?;
    let value = high << 4 | low;
    let allowed = match part {
        _ if value == b'%' => true,
        // RFC 3986: only what is not ASCII is escaped in a host.
        Part::Host => high >= 8,
        // RFC 6874 allows anything in a zone; Go only what could stand there, and Windows' spaces.
        Part::Zone => value == b' ' || !should_escape(value, Part::Host),
        _ => true,
    };
    if allowed { Ok(value) } else { Err(bad()) }
}

fn hex_value(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

/// `validEncoded`: whether a piece may stay as it was written.
pub(crate) fn is_encoded(text: &[u8], part: Part) -> bool {
    text.iter().all(|byte| b"!$&'()*+,;=:@[]%".contains(byte) || !should_escape(*byte, part))
}
