//! `html`, `js` and `urlquery`: each appends the escaped text, and says whether it changed.

use pintle_go_fmt::{decode_rune, is_print};

const UPPER_HEX: &[u8; 16] = b"0123456789ABCDEF";

fn push_hex(out: &mut Vec<u8>, byte: u8) {
    out.push(UPPER_HEX[usize::from(byte >> 4)]);
    out.push(UPPER_HEX[usize::from(byte & 0xf)]);
}

/// `HTMLEscape`
pub(super) fn html(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut last = 0;
    for (at, byte) in text.iter().enumerate() {
        let escape: &[u8] = match byte {
            0 => "\u{fffd}".as_bytes(),
            b'"' => b"&#34;",
            b'\'' => b"&#39;",
            b'&' => b"&amp;",
            b'<' => b"&lt;",
            b'>' => b"&gt;",
            _ => continue,
        };
        out.extend_from_slice(&text[last..at]);
        out.extend_from_slice(escape);
        last = at + 1;
    }
    out.extend_from_slice(&text[last..]);
    last > 0
}

/// `JSEscape`
pub(super) fn js(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut changed = false;
    let mut at = 0;
    while at < text.len() {
        let (c, width) = decode_rune(&text[at..]);
        let raw = &text[at..at + width];
        at += width;
        let escape: &[u8] = match c {
            '\\' => br"\\",
            '\'' => br"\'",
            '"' => br#"\""#,
            '<' => br"\u003C",
            '>' => br"\u003E",
            '&' => br"\u0026",
            '=' => br"\u003D",
            '\0'..' ' => {
                out.extend_from_slice(br"\u00");
                push_hex(out, raw[0]);
                changed = true;
                continue;
            }
            c if c.is_ascii() || is_print(c.into()) => raw,
            c => {
                out.extend_from_slice(format!("\\u{:04X}", u32::from(c)).as_bytes());
                changed = true;
                continue;
            }
        };
        changed |= escape.len() != width;
        out.extend_from_slice(escape);
    }
    changed
}

/// `url.QueryEscape`
pub(super) fn url_query(text: &[u8], out: &mut Vec<u8>) -> bool {
    let mut changed = false;
    for byte in text {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(*byte);
                continue;
            }
            b' ' => out.push(b'+'),
            byte => {
                out.push(b'%');
                push_hex(out, *byte);
            }
        }
        changed = true;
    }
    changed
}
