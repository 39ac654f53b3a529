//! The emitter: goyaml's `emitterc.go` for block style, fed by a walk over the value instead of by
//! events.

use pintle_go_value::FloatKind;

use crate::Error;
use crate::number::{append_g, append_json};
use crate::resolve::{Resolved, Version, resolve};
use crate::walk::{Dialect, Guard, Source, View, check_output};

mod letters;
mod order;
mod scalar;

use scalar::{Analysis, analyze};

/// The width beyond which goyaml.v2 folds lines at a space.
const FOLD_WIDTH: usize = 80;

/// The longest key on one line with its value, in bytes.
const SIMPLE_KEY_LENGTH: usize = 128;

/// The deepest nesting that is written: what goyaml.v2 reads back in `toYaml`. goyaml.v3 would go
/// on until Go's stack ends.
const DEPTH_LIMIT: usize = 10_000;

/// The longest key that is looked at on the fast way; with each byte escaped at most six-fold, and
/// in quotes, it is within the 1024 characters that a key may have.
const KEY_LENGTH: usize = 170;

/// Integers up to here are exact, so their shortest digits are all their digits.
const EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// Why writing stopped.
pub(crate) enum Stop {
    /// The value, as JSON text, would not come out of goyaml's reader as it went in: write that
    /// text, read it, and write what was read.
    Roundabout,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop::Failed(error)
    }
}

pub(crate) struct Emitter<'o> {
    out: &'o mut Vec<u8>,
    version: Version,
    dialect: Dialect,
    width: usize,
    /// Whether the value has been through goyaml's reader.
    read: bool,
    column: usize,
    indent: i64,
    /// Whether the last character was white space.
    whitespace: bool,
    /// Whether there is nothing but indentation and indicators on the line.
    indention: bool,
}

/// An open list or map: its children are in the stack from `next` to `end`.
struct Frame {
    is_map: bool,
    base: usize,
    next: usize,
    end: usize,
    /// The indentation outside of it.
    indent: i64,
}

impl<'o> Emitter<'o> {
    /// An emitter as goyaml.v2 has it, of what JSON makes of a value.
    pub(crate) fn v2(out: &'o mut Vec<u8>) -> Self {
        Self::new(out, Version::V2, Dialect::Json, FOLD_WIDTH)
    }

    /// An emitter as goyaml.v3 has it with an indentation of two.
    pub(crate) fn v3(out: &'o mut Vec<u8>) -> Self {
        Self::new(out, Version::V3, Dialect::Yaml3, usize::MAX)
    }

    /// Of what goyaml read: nothing in it needs the long way any more.
    pub(crate) fn read(mut self) -> Self {
        self.read = true;
        self
    }

    fn new(out: &'o mut Vec<u8>, version: Version, dialect: Dialect, width: usize) -> Self {
        Emitter {
            out,
            version,
            dialect,
            width,
            read: version == Version::V3,
            column: 0,
            indent: -1,
            whitespace: true,
            indention: true,
        }
    }

    /// Writes a document.
    pub(crate) fn document<'a, S: Source<'a>>(mut self, root: S) -> Result<(), Stop> {
        let start = self.out.len();
        let mut guard = Guard::new(DEPTH_LIMIT);
        let mut frames: Vec<Frame> = Vec::new();
        let mut children: Vec<(&'a [u8], S)> = Vec::new();
        let mut in_map = false;
        let mut node = Some(root);
        loop {
            if let Some(value) = node.take()
                && let Some(is_map) = self.scalar_or_kind(value)?
            {
                let base = children.len();
                value.children(self.dialect, &mut children);
                let end = children.len();
                if base == end {
                    self.indicator(if is_map { b"{" } else { b"[" }, true, true, false);
                    self.indicator(if is_map { b"}" } else { b"]" }, false, false, false);
                } else {
                    guard.enter(value)?;
                    if is_map {
                        order::sort(&mut children[base..], self.version);
                    }
                    frames.push(Frame { is_map, base, next: base, end, indent: self.indent });
                    self.increase_indent(!is_map && in_map);
                }
                check_output(self.out, start)?;
            }
            let Some(frame) = frames.last_mut() else { break };
            if frame.next == frame.end {
                self.indent = frame.indent;
                children.truncate(frame.base);
                frames.pop();
                guard.leave();
                continue;
            }
            let (key, value) = children[frame.next];
            frame.next += 1;
            in_map = frame.is_map;
            self.write_indent();
            if in_map {
                self.key(key)?;
            } else {
                self.indicator(b"-", true, false, true);
            }
            node = Some(value);
        }
        self.indent = -1;
        self.write_indent();
        Ok(())
    }

    /// goyaml's `increase_indent`; v2 does not indent lists under their key.
    fn increase_indent(&mut self, list_in_map: bool) {
        let indentless = list_in_map && self.version == Version::V2 && !self.indention;
        if self.indent < 0 {
            self.indent = 0;
        } else if !indentless {
            self.indent += 2;
        }
    }

    fn write_indent(&mut self) {
        let indent = usize::try_from(self.indent).unwrap_or(0);
        let breaks =
            !self.indention || self.column > indent || (self.column == indent && !self.whitespace);
        if breaks {
            self.put_break();
        }
        if self.column < indent {
            self.out.resize(self.out.len() + indent - self.column, b' ');
            self.column = indent;
        }
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, text: &[u8], needs_space: bool, is_space: bool, is_indention: bool) {
        if needs_space && !self.whitespace {
            self.out.push(b' ');
            self.column += 1;
        }
        self.out.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = is_space;
        self.indention &= is_indention;
    }

    fn key(&mut self, key: &[u8]) -> Result<(), Stop> {
        if !self.read && (key.len() > KEY_LENGTH || is_unfaithful(key)) {
            return Err(Stop::Roundabout);
        }
        let found = analyze(key, self.version);
        if key.len() <= SIMPLE_KEY_LENGTH && !found.multiline {
            self.text(key, found, true);
            self.indicator(b":", false, false, false);
        } else {
            self.indicator(b"?", true, false, true);
            self.text(key, found, false);
            self.write_indent();
            self.indicator(b":", true, false, true);
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8], found: Analysis, simple_key: bool) {
        if std::str::from_utf8(text).is_ok() {
            self.string(text, found, simple_key);
            return;
        }
        // Only v3 comes here: it writes such bytes in base64, in lines of 70.
        let encoded = crate::binary::encode(text);
        let mut lines = String::with_capacity(encoded.len() + encoded.len() / BINARY_LINE + 1);
        for line in encoded.as_bytes().chunks(BINARY_LINE) {
            lines.push_str(std::str::from_utf8(line).unwrap_or_default());
            if encoded.len() >= BINARY_LINE {
                lines.push('\n');
            }
        }
        self.word(b"!!binary");
        self.string(lines.as_bytes(), analyze(lines.as_bytes(), self.version), simple_key);
    }

    /// Writes a scalar; of a collection, says whether it is a map.
    fn scalar_or_kind<'a>(&mut self, value: impl Source<'a>) -> Result<Option<bool>, Stop> {
        match value.view(self.dialect) {
            View::Null => self.word(b"null"),
            View::Bool(true) => self.word(b"true"),
            View::Bool(false) => self.word(b"false"),
            View::Int(value) => self.word(itoa::Buffer::new().format(value).as_bytes()),
            View::Uint(value) => self.word(itoa::Buffer::new().format(value).as_bytes()),
            View::Float(value, kind) => self.float(value, kind)?,
            View::Time(text) if self.version == Version::V3 => self.word(text),
            View::Text(text) | View::Time(text) => {
                if !self.read && is_unfaithful(text) {
                    return Err(Stop::Roundabout);
                }
                self.text(text, analyze(text, self.version), false);
            }
            View::List => return Ok(Some(false)),
            View::Map => return Ok(Some(true)),
            View::Unsupported(ty) if self.version == Version::V2 => {
                return Err(crate::json::unsupported_type(&ty).into());
            }
            View::Unsupported(ty) => {
                return Err(Error::new(format!("cannot marshal type: {ty}")).into());
            }
        }
        Ok(None)
    }

    fn float(&mut self, value: f64, kind: FloatKind) -> Result<(), Stop> {
        let mut text = Vec::with_capacity(32);
        if self.version == Version::V3 {
            match value {
                f64::INFINITY => text.extend_from_slice(b".inf"),
                f64::NEG_INFINITY => text.extend_from_slice(b"-.inf"),
                v if v.is_nan() => text.extend_from_slice(b".nan"),
                _ => append_g(&mut text, value, kind),
            }
            self.word(&text);
            return Ok(());
        }
        crate::json::check_float(value)?;
        // goyaml reads the JSON text anew, and finds integers in it.
        #[expect(clippy::cast_possible_truncation, reason = "the value is integral and in range")]
        if value.abs() < EXACT_INTEGER && value.fract() == 0.0 {
            self.word(itoa::Buffer::new().format(value as i64).as_bytes());
            return Ok(());
        }
        append_json(&mut text, value, kind);
        let read = resolve(std::str::from_utf8(&text).unwrap_or_default(), Version::V2);
        if let Resolved::Float(read) = read {
            text.clear();
            append_g(&mut text, read, FloatKind::Float64);
        }
        self.word(&text);
        Ok(())
    }
}

/// How much base64 goyaml puts on a line.
const BINARY_LINE: usize = 70;

/// Whether goyaml's reader would refuse this text in JSON, or change it: controls that JSON does not
/// escape (DEL, C1, U+FFFE, U+FFFF), NEL, which folds, and bytes that are no UTF-8.
fn is_unfaithful(text: &[u8]) -> bool {
    if text.iter().all(|byte| *byte < 0x7F) {
        return false;
    }
    let suspects = |pair: &[u8]| match pair {
        [0xC2, second] => *second < 0xA0,
        [0xBF, 0xBE | 0xBF] => true,
        _ => false,
    };
    text.contains(&0x7F) || text.windows(2).any(suspects) || std::str::from_utf8(text).is_err()
}
