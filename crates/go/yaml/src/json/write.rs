//! The writer of JSON: encoding/json's `Marshal`, `MarshalIndent`, and `Encoder` without HTML
//! escapes.

use pintle_go_value::FloatKind;

use crate::Error;
use crate::number::{append_g, append_json, text};
use crate::walk::{Dialect, Guard, Source, View, check_output};

/// The deepest nesting that is written. encoding/json has no limit but its stack; goyaml, which
/// reads the result for `toYaml`, has this one.
const DEPTH_LIMIT: usize = 10_000;

/// `json.Marshal`: sorted keys, `<`, `>` and `&` escaped.
///
/// # Errors
/// encoding/json's, for values that JSON has not: NaN, infinities, functions, cycles.
pub fn to_json<'a>(out: &mut Vec<u8>, value: impl Source<'a>) -> Result<(), Error> {
    Writer { out, indent: None, html: true }.write(value)
}

/// `json.MarshalIndent(value, "", "  ")`, which is sprig's `toPrettyJson`.
///
/// # Errors
/// As [`to_json`].
pub fn to_pretty_json<'a>(out: &mut Vec<u8>, value: impl Source<'a>) -> Result<(), Error> {
    Writer { out, indent: Some("  "), html: true }.write(value)
}

/// Sprig's `toRawJson`: as [`to_json`], `<`, `>` and `&` as they are.
///
/// # Errors
/// As [`to_json`].
pub fn to_raw_json<'a>(out: &mut Vec<u8>, value: impl Source<'a>) -> Result<(), Error> {
    Writer { out, indent: None, html: false }.write(value)
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    indent: Option<&'static str>,
    html: bool,
}

/// An open list or map: its children are in the stack from `next` to `end`.
struct Frame {
    is_map: bool,
    base: usize,
    next: usize,
    end: usize,
}

impl Writer<'_> {
    fn write<'a, S: Source<'a>>(mut self, root: S) -> Result<(), Error> {
        let start = self.out.len();
        let mut guard = Guard::new(DEPTH_LIMIT);
        let mut frames: Vec<Frame> = Vec::new();
        let mut children: Vec<(&'a [u8], S)> = Vec::new();
        let mut node = Some(root);
        loop {
            if let Some(value) = node.take() {
                if let Some(is_map) = self.scalar_or_kind(value)? {
                    guard.enter(value)?;
                    let base = children.len();
                    value.children(Dialect::Json, &mut children);
                    frames.push(Frame { is_map, base, next: base, end: children.len() });
                    self.out.push(if is_map { b'{' } else { b'[' });
                }
                check_output(self.out, start)?;
            }
            let depth = frames.len();
            let Some(frame) = frames.last_mut() else { return Ok(()) };
            if frame.next == frame.end {
                if frame.base < frame.end {
                    self.new_line(depth - 1);
                }
                self.out.push(if frame.is_map { b'}' } else { b']' });
                children.truncate(frame.base);
                frames.pop();
                guard.leave();
                continue;
            }
            if frame.next > frame.base {
                self.out.push(b',');
            }
            self.new_line(depth);
            let (key, value) = children[frame.next];
            frame.next += 1;
            if frame.is_map {
                append_string(self.out, key, self.html);
                self.out.push(b':');
                if self.indent.is_some() {
                    self.out.push(b' ');
                }
            }
            node = Some(value);
        }
    }

    fn new_line(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent.as_bytes());
            }
        }
    }

    /// Writes a scalar; of a collection, says whether it is a map.
    fn scalar_or_kind<'a>(&mut self, value: impl Source<'a>) -> Result<Option<bool>, Error> {
        match value.view(Dialect::Json) {
            View::Null => self.out.extend_from_slice(b"null"),
            View::Bool(true) => self.out.extend_from_slice(b"true"),
            View::Bool(false) => self.out.extend_from_slice(b"false"),
            View::Int(value) => {
                self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
            View::Uint(value) => {
                self.out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
            }
            View::Float(value, kind) => {
                check_float(value)?;
                append_json(self.out, value, kind);
            }
            View::Text(bytes) | View::Time(bytes) => append_string(self.out, bytes, self.html),
            View::List => return Ok(Some(false)),
            View::Map => return Ok(Some(true)),
            View::Unsupported(ty) => return Err(unsupported_type(&ty)),
        }
        Ok(None)
    }
}

/// encoding/json's `UnsupportedTypeError`.
pub(crate) fn unsupported_type(ty: &str) -> Error {
    Error::new(format!("json: unsupported type: {ty}"))
}

/// encoding/json's `UnsupportedValueError` for what is no number.
pub(crate) fn check_float(value: f64) -> Result<(), Error> {
    if value.is_finite() {
        return Ok(());
    }
    let shown = text(|out| append_g(out, value, FloatKind::Float64));
    Err(Error::new(format!("json: unsupported value: {shown}")))
}

/// How a byte is written: as it is, by a short escape, as `\u00xx`, or after a closer look.
const ESCAPE: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'"' => b'"',
            b'\\' => b'\\',
            0x08 => b'b',
            0x0C => b'f',
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0..=0x1F => b'u',
            b'<' | b'>' | b'&' => b'h',
            0x80..=0xFF => b'8',
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// encoding/json's `appendString`.
fn append_string(out: &mut Vec<u8>, text: &[u8], html: bool) {
    out.push(b'"');
    let mut start = 0;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let class = ESCAPE[usize::from(byte)];
        if class == 0 || (class == b'h' && !html) {
            at += 1;
            continue;
        }
        if class == b'8' {
            let width = char_width(&text[at..]);
            let escape: &[u8] = match &text[at..at + width.max(1)] {
                _ if width == 0 => b"\\ufffd",
                [0xE2, 0x80, 0xA8] => b"\\u2028",
                [0xE2, 0x80, 0xA9] => b"\\u2029",
                _ => {
                    at += width;
                    continue;
                }
            };
            out.extend_from_slice(&text[start..at]);
            out.extend_from_slice(escape);
            at += width.max(1);
            start = at;
            continue;
        }
        out.extend_from_slice(&text[start..at]);
        if matches!(class, b'u' | b'h') {
            let digit = |nibble: u8| b"0123456789abcdef"[usize::from(nibble)];
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xF)]);
        } else {
            out.extend_from_slice(&[b'\\', class]);
        }
        at += 1;
        start = at;
    }
    out.extend_from_slice(&text[start..]);
    out.push(b'"');
}

/// The width of the UTF-8 character that starts here; 0 if none does.
pub(crate) fn char_width(text: &[u8]) -> usize {
    let width = match text.first() {
        Some(0xC2..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF4) => 4,
        _ => return 0,
    };
    let valid = text.get(..width).is_some_and(|char| std::str::from_utf8(char).is_ok());
    if valid { width } else { 0 }
}
