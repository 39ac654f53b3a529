//! The reader of JSON: encoding/json's scanner, and its decoder into `interface{}`.

use std::borrow::Cow;

use pintle_go_fmt::quote;
use pintle_go_value::{Heap, Tree, Value};

use crate::Error;
use crate::build::{
    Build, HeapBuilder, NODE_LIMIT, Scalar, TreeBuilder, sort_entries, too_deep, too_many,
};
use crate::decode::lossy;

/// Reads one JSON text as `json.Unmarshal` into an `interface{}` does.
///
/// # Errors
/// encoding/json's: `invalid character 'x' looking for beginning of value`.
pub fn read_json(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    whole(Reader::new(text.as_ref(), &mut TreeBuilder { exact: false }).run()?)
}

/// Reads as [`read_json`], onto a heap. Note what Go does with `null` and a typed target: the
/// target becomes its nil.
///
/// # Errors
/// As [`read_json`].
pub fn read_json_value<'h>(heap: &'h Heap, text: &'h [u8]) -> Result<Value<'h>, Error> {
    whole(Reader::new(text, &mut HeapBuilder { heap }).run()?)
}

/// Reads as [`read_json_value`], and past numbers that no `float64` holds: Go leaves null in their
/// place and gives the error of the first beside the value.
///
/// # Errors
/// As [`read_json`], of syntax alone.
pub fn read_json_partly<'h>(
    heap: &'h Heap,
    text: &'h [u8],
) -> Result<(Value<'h>, Option<Error>), Error> {
    Reader::new(text, &mut HeapBuilder { heap }).run()
}

fn whole<N>((value, out_of_range): (N, Option<Error>)) -> Result<N, Error> {
    match out_of_range {
        Some(error) => Err(error),
        None => Ok(value),
    }
}

/// An open array or object, and where its elements start.
enum Frame<'t> {
    Array(usize),
    Object(usize, Option<Cow<'t, str>>),
}

struct Reader<'d, 't, B: Build<'t>> {
    text: &'t [u8],
    pos: usize,
    build: &'d mut B,
    frames: Vec<Frame<'t>>,
    items: Vec<B::Node>,
    entries: Vec<(Cow<'t, str>, B::Node)>,
    /// Go decodes only what it has checked whole, so this comes after any syntax error.
    out_of_range: Option<Error>,
    /// How many values were begun.
    values: usize,
}

impl<'d, 't, B: Build<'t>> Reader<'d, 't, B> {
    fn new(text: &'t [u8], build: &'d mut B) -> Self {
        let (frames, items, entries) = (Vec::new(), Vec::new(), Vec::new());
        Reader { text, pos: 0, build, frames, items, entries, out_of_range: None, values: 0 }
    }

    fn run(mut self) -> Result<(B::Node, Option<Error>), Error> {
        let value = loop {
            let Some(value) = self.value()? else { continue };
            if let Some(value) = self.deliver(value)? {
                break value;
            }
        };
        if self.peek().is_some() {
            return self.unexpected("after top-level value");
        }
        Ok((value, self.out_of_range))
    }

    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.text.get(self.pos) {
            self.pos += 1;
        }
        self.text.get(self.pos).copied()
    }

    fn unexpected<T>(&self, context: &str) -> Result<T, Error> {
        let Some(&byte) = self.text.get(self.pos) else {
            return Err(Error::new("unexpected end of JSON input"));
        };
        misplaced(byte, context)
    }

    /// [`Self::unexpected`] inside a literal or an escape: at the end of the text Go's scanner is
    /// given one more space, and complains about that.
    fn unexpected_inside<T>(&self, context: &str) -> Result<T, Error> {
        misplaced(self.text.get(self.pos).copied().unwrap_or(b' '), context)
    }

    /// A scalar, an empty collection, or nothing where one was opened.
    fn value(&mut self) -> Result<Option<B::Node>, Error> {
        self.values += 1;
        if self.values > NODE_LIMIT {
            return Err(too_many());
        }
        match self.peek() {
            Some(b'{') => {
                self.open(Frame::Object(self.entries.len(), None))?;
                if self.peek() == Some(b'}') {
                    self.pos += 1;
                    return Ok(self.close());
                }
                self.key()?;
                Ok(None)
            }
            Some(b'[') => {
                self.open(Frame::Array(self.items.len()))?;
                if self.peek() == Some(b']') {
                    self.pos += 1;
                    return Ok(self.close());
                }
                Ok(None)
            }
            Some(b'"') => {
                let text = self.string()?;
                Ok(Some(self.build.scalar(Scalar::Text(text))))
            }
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(b't') => self.literal("true", Scalar::Bool(true)),
            Some(b'f') => self.literal("false", Scalar::Bool(false)),
            Some(b'n') => self.literal("null", Scalar::Null),
            _ => self.unexpected("looking for beginning of value"),
        }
    }

    fn open(&mut self, frame: Frame<'t>) -> Result<(), Error> {
        self.pos += 1;
        self.frames.push(frame);
        if self.frames.len() > B::DEPTH_LIMIT {
            return Err(too_deep(B::DEPTH_LIMIT));
        }
        Ok(())
    }

    fn close(&mut self) -> Option<B::Node> {
        Some(match self.frames.pop()? {
            Frame::Array(base) => self.build.list(self.items.drain(base..)),
            Frame::Object(base, _) => {
                sort_entries(&mut self.entries, base);
                self.build.map(self.entries.drain(base..))
            }
        })
    }

    /// Puts a value where it belongs and reads on to the next one; gives back the whole.
    fn deliver(&mut self, mut value: B::Node) -> Result<Option<B::Node>, Error> {
        loop {
            match self.frames.last_mut() {
                None => return Ok(Some(value)),
                Some(Frame::Array(_)) => {
                    self.items.push(value);
                    match self.peek() {
                        Some(b',') => {
                            self.pos += 1;
                            return Ok(None);
                        }
                        Some(b']') => self.pos += 1,
                        _ => return self.unexpected("after array element"),
                    }
                }
                Some(Frame::Object(_, key)) => {
                    self.entries.push((key.take().unwrap_or_default(), value));
                    match self.peek() {
                        Some(b',') => {
                            self.pos += 1;
                            self.key()?;
                            return Ok(None);
                        }
                        Some(b'}') => self.pos += 1,
                        _ => return self.unexpected("after object key:value pair"),
                    }
                }
            }
            match self.close() {
                Some(closed) => value = closed,
                None => return Ok(None),
            }
        }
    }

    fn key(&mut self) -> Result<(), Error> {
        if self.peek() != Some(b'"') {
            return self.unexpected("looking for beginning of object key string");
        }
        let text = self.string()?;
        if self.peek() != Some(b':') {
            return self.unexpected("after object key");
        }
        self.pos += 1;
        if let Some(Frame::Object(_, key)) = self.frames.last_mut() {
            *key = Some(text);
        }
        Ok(())
    }

    fn literal(&mut self, word: &str, scalar: Scalar<'t>) -> Result<Option<B::Node>, Error> {
        for expected in word.bytes() {
            if self.text.get(self.pos) != Some(&expected) {
                let expected = char::from(expected);
                return self
                    .unexpected_inside(&format!("in literal {word} (expecting '{expected}')"));
            }
            self.pos += 1;
        }
        Ok(Some(self.build.scalar(scalar)))
    }

    fn digits(&mut self) -> usize {
        let rest = &self.text[self.pos..];
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.pos += count;
        count
    }

    fn number(&mut self) -> Result<B::Node, Error> {
        let start = self.pos;
        self.pos += usize::from(self.text[start] == b'-');
        match self.text.get(self.pos) {
            Some(b'0') => self.pos += 1,
            _ if self.digits() > 0 => {}
            _ => return self.unexpected_inside("in numeric literal"),
        }
        if self.text.get(self.pos) == Some(&b'.') {
            self.pos += 1;
            if self.digits() == 0 {
                return self.unexpected_inside("after decimal point in numeric literal");
            }
        }
        if let Some(b'e' | b'E') = self.text.get(self.pos) {
            self.pos += 1;
            self.pos += usize::from(matches!(self.text.get(self.pos), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return self.unexpected_inside("in exponent of numeric literal");
            }
        }
        let text = std::str::from_utf8(&self.text[start..self.pos]).unwrap_or_default();
        let value = text.parse::<f64>().unwrap_or_default();
        if value.is_infinite() && self.out_of_range.is_none() {
            let text =
                format!("json: cannot unmarshal number {text} into Go value of type float64");
            self.out_of_range = Some(Error::new(text));
        }
        let scalar = if value.is_finite() { Scalar::Float(value) } else { Scalar::Null };
        Ok(self.build.scalar(scalar))
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Error> {
        self.pos += 1;
        let start = self.pos;
        let mut plain = true;
        loop {
            match self.text.get(self.pos) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    self.check_escape()?;
                }
                Some(0..=0x1F) | None => return self.unexpected("in string literal"),
                Some(_) => self.pos += 1,
            }
        }
        let raw = &self.text[start..self.pos];
        self.pos += 1;
        match std::str::from_utf8(raw) {
            Ok(text) if plain => Ok(Cow::Borrowed(text)),
            _ => Ok(Cow::Owned(unescape(raw))),
        }
    }

    fn check_escape(&mut self) -> Result<(), Error> {
        self.pos += 1;
        match self.text.get(self.pos) {
            Some(b'b' | b'f' | b'n' | b'r' | b't' | b'\\' | b'/' | b'"') => self.pos += 1,
            Some(b'u') => {
                self.pos += 1;
                for _ in 0..4 {
                    if !self.text.get(self.pos).is_some_and(u8::is_ascii_hexdigit) {
                        return self.unexpected_inside("in \\u hexadecimal character escape");
                    }
                    self.pos += 1;
                }
            }
            _ => return self.unexpected_inside("in string escape code"),
        }
        Ok(())
    }
}

fn misplaced<T>(byte: u8, context: &str) -> Result<T, Error> {
    let shown = match byte {
        b'\'' => "\\'".to_owned(),
        b'"' => "\"".to_owned(),
        _ => {
            // Go quotes the byte as if it were a character by itself.
            let quoted = quote(char::from(byte).encode_utf8(&mut [0; 4]).as_bytes());
            quoted[1..quoted.len() - 1].to_owned()
        }
    };
    Err(Error::new(format!("invalid character '{shown}' {context}")))
}

/// encoding/json's `unquote` of a checked literal: half a surrogate pair, and each byte that is not
/// UTF-8, becomes U+FFFD.
fn unescape(raw: &[u8]) -> String {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    while let Some(&byte) = raw.get(at) {
        if byte != b'\\' {
            out.push(byte);
            at += 1;
            continue;
        }
        let escaped = raw.get(at + 1).copied().unwrap_or_default();
        at += 2;
        let plain = match escaped {
            b'b' => 8,
            b'f' => 0x0C,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let first = code_unit(raw, at);
                let second = match raw.get(at + 4..at + 6) {
                    Some(b"\\u") => code_unit(raw, at + 6),
                    _ => 0,
                };
                let mut units = char::decode_utf16([first, second]);
                let char = units.next().and_then(Result::ok).unwrap_or(char::REPLACEMENT_CHARACTER);
                at += if char.len_utf16() == 2 { 10 } else { 4 };
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                continue;
            }
            other => other,
        };
        out.push(plain);
    }
    lossy(out)
}

fn code_unit(raw: &[u8], at: usize) -> u16 {
    let digits = raw.get(at..at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
    digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).unwrap_or_default()
}
