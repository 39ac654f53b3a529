//! The direct way: nodes straight from the lines of a text, for the YAML that charts are made of.
//!
//! Block maps and lists, scalars of all kinds, comments, and flow collections on one line are read
//! without tokens and events. Whatever else turns up (anchors, tags, directives, complex keys,
//! tabs, a second document, any error) ends the attempt: the text is then read by scanner and
//! parser, whose word is final. Scalars that span lines are read by the scanner's own functions.
//! A test holds both ways against each other on random texts.
//!
//! What is found goes to a [`Sink`]: nodes for the decoder, or nothing at all but what a reader is
//! after (`skim`).

mod flow;

use std::borrow::Cow;

use crate::build::NODE_LIMIT;
use crate::node::{Document, Node, NodeKind};
use crate::scan::{Mark, Scanner};

/// Deeper nesting is left to the scanner, which has goyaml's limit.
const DEPTH_LIMIT: usize = 200;

/// Longer keys are left to the scanner, which counts to 1024 characters.
const KEY_LIMIT: usize = 1000;

/// Room for a literal block to begin with; few are longer.
const BLOCK_GUESS: usize = 256;

/// Where what is found goes, in the order of the text.
pub(crate) trait Sink<'t> {
    /// Whether texts and places are asked for. Else columns may count bytes, and the text of a scalar
    /// of [`Style::Other`] may be missing.
    const KEEPS: bool;

    /// A key, plain or quoted on its line.
    fn key(&mut self, text: &'t str, mark: Mark, plain: bool) -> Attempt;

    fn scalar(&mut self, text: Cow<'t, str>, mark: Mark, style: Style) -> Attempt;

    /// A collection begins; its number comes back when it ends.
    fn open(&mut self, is_map: bool, mark: Mark) -> Attempt<usize>;

    fn close(&mut self, number: usize, is_map: bool);
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// On one line, without quotes; none at all is an empty one.
    Plain,
    /// On one line, in quotes, its text as it stands there.
    Quoted,
    /// A plain one over several lines.
    LongPlain,
    /// A block, or in quotes with escapes or over several lines.
    Other,
}

/// An open block collection.
#[derive(Clone, Copy)]
struct Level {
    /// The column of its keys or dashes.
    indent: usize,
    number: usize,
    is_map: bool,
    /// A list at the column of the key it belongs to.
    indentless: bool,
    /// Whether a key or dash waits for its value, and where a missing one would stand.
    waits: Option<Mark>,
}

pub(crate) struct Direct<'t, S> {
    text: &'t str,
    bytes: &'t [u8],
    scanner: Scanner<'t>,
    pos: usize,
    line: u32,
    /// Where the line starts, and whether columns are bytes.
    line_start: usize,
    ascii: bool,
    sink: S,
    /// Whether there was any content.
    begun: bool,
    levels: Vec<Level>,
}

/// The attempt has ended.
#[derive(Debug)]
pub(crate) struct Unusual;

pub(crate) type Attempt<T = ()> = Result<T, Unusual>;

/// The first document of a text, if it can be read this way.
pub(crate) fn parse(text: &str) -> Option<Document<'_>> {
    let nodes = Nodes(Vec::with_capacity(text.len() / 32));
    let Nodes(nodes) = Direct::run(text, nodes).ok()?;
    Some(Document::of(nodes))
}

/// The nodes of a document, as the decoder wants them.
struct Nodes<'t>(Vec<Node<'t>>);

impl<'t> Nodes<'t> {
    fn push(&mut self, kind: NodeKind, value: Cow<'t, str>, mark: Mark, implicit: bool) {
        self.0.push(Node { kind, mark, value, tag: String::new(), implicit });
    }
}

impl<'t> Sink<'t> for Nodes<'t> {
    const KEEPS: bool = true;

    fn key(&mut self, text: &'t str, mark: Mark, plain: bool) -> Attempt {
        self.push(NodeKind::Scalar, Cow::Borrowed(text), mark, plain);
        Ok(())
    }

    fn scalar(&mut self, text: Cow<'t, str>, mark: Mark, style: Style) -> Attempt {
        let plain = matches!(style, Style::Plain | Style::LongPlain);
        self.push(NodeKind::Scalar, text, mark, plain);
        Ok(())
    }

    fn open(&mut self, _: bool, mark: Mark) -> Attempt<usize> {
        self.push(NodeKind::Mapping(0), Cow::Borrowed(""), mark, false);
        Ok(self.0.len() - 1)
    }

    fn close(&mut self, number: usize, is_map: bool) {
        let behind = self.0.len();
        self.0[number].kind = match is_map {
            true => NodeKind::Mapping(behind),
            false => NodeKind::Sequence(behind),
        };
    }
}

impl<'t, S: Sink<'t>> Direct<'t, S> {
    /// Reads the first document of a text into a sink, and gives it back.
    pub(crate) fn run(text: &'t str, sink: S) -> Attempt<S> {
        let ascii = text.is_ascii();
        // No byte is more than one node.
        if text.len() > NODE_LIMIT || !ascii && has_unusual_break(text.as_bytes()) {
            return Err(Unusual);
        }
        let mut direct = Direct {
            text,
            bytes: text.as_bytes(),
            scanner: Scanner::new(text, None),
            pos: 0,
            line: 0,
            line_start: 0,
            ascii,
            sink,
            begun: false,
            levels: Vec::with_capacity(16),
        };
        direct.document()?;
        Ok(direct.sink)
    }

    fn document(&mut self) -> Attempt {
        while let Some(column) = self.next_content()? {
            self.content(column)?;
        }
        while !self.levels.is_empty() {
            self.close()?;
        }
        // No content at all, or a scalar alone, is not worth a way of its own.
        if self.begun { Ok(()) } else { Err(Unusual) }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn is_blank_or_end(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    fn mark(&self, at: usize) -> Mark {
        let before = &self.bytes[self.line_start..at];
        let column = match self.ascii || !S::KEEPS {
            true => before.len(),
            false => before.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count(),
        };
        Mark { index: 0, line: self.line, column: u32::try_from(column).unwrap_or(u32::MAX) }
    }

    /// Moves to the next content; gives its column, which only spaces come before.
    fn next_content(&mut self) -> Attempt<Option<usize>> {
        loop {
            while self.byte(self.pos) == b' ' {
                self.pos += 1;
            }
            match self.bytes.get(self.pos) {
                None => return Ok(None),
                Some(b'\n') => self.new_line(self.pos + 1),
                Some(b'#') => self.skip_comment()?,
                Some(b'\t' | b'\r') => return Err(Unusual),
                Some(_) => return Ok(Some(self.pos - self.line_start)),
            }
        }
    }

    fn new_line(&mut self, at: usize) {
        self.pos = at;
        self.line += 1;
        self.line_start = at;
    }

    /// Skips the rest of the line, which is a comment.
    fn skip_comment(&mut self) -> Attempt {
        let rest = &self.bytes[self.pos..];
        match memchr::memchr2(b'\n', b'\r', rest) {
            // A carriage return by itself ends a comment too.
            Some(length) if rest[length] == b'\r' => return Err(Unusual),
            Some(length) => self.new_line(self.pos + length + 1),
            None => self.pos = self.bytes.len(),
        }
        Ok(())
    }

    /// A line's content: a dash or a key, perhaps several in a row.
    fn content(&mut self, mut column: usize) -> Attempt {
        if column == 0 && (self.bytes[self.pos..].starts_with(b"---") || self.is_dots_or_percent())
        {
            return Err(Unusual);
        }
        let mut first = true;
        loop {
            let is_entry = self.byte(self.pos) == b'-' && self.is_blank_or_end(self.pos + 1);
            let key = if is_entry { None } else { self.key()? };
            if first {
                self.settle(column, is_entry)?;
                first = false;
            }
            match key {
                None if is_entry => {
                    self.entry(column)?;
                    // What follows the dash on its line may be a collection of its own.
                    while self.byte(self.pos) == b' ' {
                        self.pos += 1;
                    }
                    if self.at_line_end()? {
                        return Ok(());
                    }
                    column = self.pos - self.line_start;
                    if self.is_collection_start()? {
                        continue;
                    }
                    return self.value();
                }
                // A value on a line of its own, such as the `{}` that charts write below a key.
                None if self.waits_for(column) => return self.value(),
                None => return Err(Unusual),
                Some(key) => {
                    self.map_entry(column, key)?;
                    while self.byte(self.pos) == b' ' {
                        self.pos += 1;
                    }
                    return if self.at_line_end()? { Ok(()) } else { self.value() };
                }
            }
        }
    }

    /// Whether the innermost level waits for a value, and one at this column can be it.
    fn waits_for(&self, column: usize) -> bool {
        self.levels.last().is_some_and(|level| level.waits.is_some() && level.indent < column)
    }

    fn is_dots_or_percent(&self) -> bool {
        self.byte(self.pos) == b'%' || self.bytes[self.pos..].starts_with(b"...")
    }

    /// Whether nothing but a comment is left on the line; then the next line is up.
    fn at_line_end(&mut self) -> Attempt<bool> {
        match self.bytes.get(self.pos) {
            None => Ok(true),
            Some(b'\n') => {
                self.new_line(self.pos + 1);
                Ok(true)
            }
            Some(b'#') => {
                self.skip_comment()?;
                Ok(true)
            }
            Some(b'\t' | b'\r') => Err(Unusual),
            Some(_) => Ok(false),
        }
    }

    /// Closes what content at this column ends, and checks that it belongs to what is left.
    fn settle(&mut self, column: usize, is_entry: bool) -> Attempt {
        while let Some(level) = self.levels.last().copied() {
            let ends =
                level.indent > column || (level.indentless && level.indent == column && !is_entry);
            if !ends {
                break;
            }
            self.close()?;
        }
        let Some(level) = self.levels.last().copied() else {
            // The first line opens the root; nothing comes after the root is closed.
            return if self.begun { Err(Unusual) } else { Ok(()) };
        };
        if level.indent < column {
            return if level.waits.is_some() { Ok(()) } else { Err(Unusual) };
        }
        // At the same column: the next of its kind, or the list that its key waits for.
        if level.is_map != is_entry {
            return self.fill();
        }
        if level.is_map && level.waits.is_some() { Ok(()) } else { Err(Unusual) }
    }

    /// Writes the null that a key or dash waited for in vain.
    fn fill(&mut self) -> Attempt {
        match self.levels.last_mut().and_then(|level| level.waits.take()) {
            Some(mark) => self.sink.scalar(Cow::Borrowed(""), mark, Style::Plain),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Attempt {
        self.fill()?;
        if let Some(level) = self.levels.pop() {
            self.sink.close(level.number, level.is_map);
        }
        Ok(())
    }

    /// The innermost level gets the value it waits for.
    fn value_comes(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            level.waits = None;
        }
    }

    fn open(&mut self, indent: usize, is_map: bool, indentless: bool) -> Attempt {
        if self.levels.len() >= DEPTH_LIMIT {
            return Err(Unusual);
        }
        self.value_comes();
        self.begun = true;
        let mark = self.mark(self.line_start + indent);
        let number = self.sink.open(is_map, mark)?;
        self.levels.push(Level { indent, number, is_map, indentless, waits: None });
        Ok(())
    }

    /// Whether a level at this column, of this kind, is the innermost one.
    fn is_open(&self, column: usize, is_map: bool) -> bool {
        self.levels.last().is_some_and(|level| level.indent == column && level.is_map == is_map)
    }

    /// Takes a dash.
    fn entry(&mut self, column: usize) -> Attempt {
        if !self.is_open(column, false) {
            let indentless = self.is_open(column, true);
            self.open(column, false, indentless)?;
        }
        self.pos += 1;
        self.wait();
        Ok(())
    }

    /// Takes a key that [`Self::key`] found.
    fn map_entry(&mut self, column: usize, key: Key<'t>) -> Attempt {
        if !self.is_open(column, true) {
            self.open(column, true, false)?;
        }
        let mark = self.mark(self.pos);
        self.sink.key(key.text, mark, key.plain)?;
        self.pos = key.behind;
        self.wait();
        Ok(())
    }

    fn wait(&mut self) {
        let mark = self.mark(self.pos);
        if let Some(level) = self.levels.last_mut() {
            level.waits = Some(mark);
        }
    }

    /// Whether a dash or a key is next.
    fn is_collection_start(&self) -> Attempt<bool> {
        if self.byte(self.pos) == b'-' && self.is_blank_or_end(self.pos + 1) {
            return Ok(true);
        }
        Ok(self.key()?.is_some())
    }
}

/// The end of a plain scalar's first line.
struct PlainEnd {
    end: usize,
    /// Whether the scalar ends there, but for lines that go on.
    whole: bool,
    /// Whether there is a tab or a carriage return in it.
    odd: bool,
}

/// A key, and where the text goes on behind its colon.
#[derive(Clone, Copy)]
struct Key<'t> {
    text: &'t str,
    plain: bool,
    behind: usize,
}

impl<'t, S: Sink<'t>> Direct<'t, S> {
    /// The key that stands here, if one does.
    fn key(&self) -> Attempt<Option<Key<'t>>> {
        let start = self.pos;
        let odd;
        let (text, plain, mut at) = match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                let Some(end) = self.simple_quoted_end(start, quote) else { return Ok(None) };
                odd = self.bytes[start + 1..end - 1].contains(&b'\t');
                (self.slice(start + 1, end - 1), false, end)
            }
            first if starts_plain(first) || self.is_dash_word(start) => {
                let found = self.plain_end(start);
                odd = found.odd;
                (self.slice(start, found.end), true, found.end)
            }
            _ => return Ok(None),
        };
        while self.byte(at) == b' ' {
            at += 1;
        }
        if self.byte(at) != b':' || !self.is_blank_or_end(at + 1) {
            return Ok(None);
        }
        if at - start > KEY_LIMIT || odd {
            return Err(Unusual);
        }
        Ok(Some(Key { text, plain, behind: at + 1 }))
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// A plain scalar may start with a dash, a colon or a question mark that no blank follows.
    fn is_dash_word(&self, at: usize) -> bool {
        matches!(self.byte(at), b'-' | b':' | b'?')
            && !self.is_blank_or_end(at + 1)
            && !matches!(self.byte(at + 1), b'\t' | b'\r')
    }

    /// Behind the closing quote of a scalar that stands in the text as it is meant, on one line.
    fn simple_quoted_end(&self, start: usize, quote: u8) -> Option<usize> {
        let rest = &self.bytes[start + 1..];
        let length = memchr::memchr3(quote, b'\\', b'\n', rest)?;
        let simple = rest[length] == quote && !rest[..length].contains(&b'\r');
        let end = start + length + 2;
        // Two single quotes are one.
        (simple && !(quote == b'\'' && self.byte(end) == b'\'')).then_some(end)
    }

    /// Where a plain scalar ends on its line: behind its last character that is no blank, before `: `
    /// or ` #`. Byte by byte, since most are too short for a search of each kind to pay.
    fn plain_end(&self, start: usize) -> PlainEnd {
        let mut at = start;
        let mut odd = false;
        let (stop, whole) = loop {
            let byte = self.byte(at);
            if !STOPS_PLAIN[usize::from(byte)] {
                at += 1;
                continue;
            }
            match byte {
                b'\n' => break (at, true),
                0 if at >= self.bytes.len() => break (at, true),
                b':' if matches!(
                    self.bytes.get(at + 1),
                    None | Some(b' ' | b'\t' | b'\r' | b'\n')
                ) =>
                {
                    break (at, false);
                }
                b'#' if at > start && matches!(self.bytes[at - 1], b' ' | b'\t') => {
                    break (at, true);
                }
                b'\t' | b'\r' => odd = true,
                _ => {}
            }
            at += 1;
        };
        let mut end = stop;
        while end > start && self.bytes[end - 1] == b' ' {
            end -= 1;
        }
        PlainEnd { end, whole, odd }
    }

    /// The value behind a key or dash: anything but a block collection.
    fn value(&mut self) -> Attempt {
        let start = self.pos;
        let mark = self.mark(start);
        self.value_comes();
        match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                let Some(end) = self.simple_quoted_end(start, quote) else {
                    return self.scanned(Scalar::Quoted(quote == b'\''), mark);
                };
                let text = Cow::Borrowed(self.slice(start + 1, end - 1));
                self.sink.scalar(text, mark, Style::Quoted)?;
                self.pos = end;
                self.end_of_value()
            }
            b'|' if self.literal(mark)? => Ok(()),
            header @ (b'|' | b'>') => self.scanned(Scalar::Block(header == b'|'), mark),
            b'[' | b'{' => {
                self.flow(0)?;
                self.end_of_value()
            }
            first if starts_plain(first) || self.is_dash_word(start) => self.plain(start, mark),
            _ => Err(Unusual),
        }
    }

    fn plain(&mut self, start: usize, mark: Mark) -> Attempt {
        let PlainEnd { end, whole, odd } = self.plain_end(start);
        let text = self.slice(start, end);
        // A blank at the end that is no space, or a break that is no line feed.
        if !whole || odd {
            return Err(Unusual);
        }
        let mut behind = end;
        while self.byte(behind) == b' ' {
            behind += 1;
        }
        if self.byte(behind) == b'\n' && self.goes_on(behind + 1) {
            return self.scanned(Scalar::Plain, mark);
        }
        self.sink.scalar(Cow::Borrowed(text), mark, Style::Plain)?;
        self.pos = behind;
        self.end_of_value()
    }

    /// Takes a literal block whose lines are all indented as its first one is, with nothing but
    /// spaces before them; leaves any other to the scanner.
    fn literal(&mut self, mark: Mark) -> Attempt<bool> {
        let (keep, mut at) = match self.byte(self.pos + 1) {
            b'\n' => (None, self.pos + 2),
            b'-' if self.byte(self.pos + 2) == b'\n' => (Some(false), self.pos + 3),
            b'+' if self.byte(self.pos + 2) == b'\n' => (Some(true), self.pos + 3),
            _ => return Ok(false),
        };
        let parent = self.levels.last().map_or(0, |level| level.indent);
        let guess = if S::KEEPS { BLOCK_GUESS } else { 0 };
        let (mut value, mut indent) = (String::with_capacity(guess), 0);
        // Line breaks since the last line with content, and lines in all.
        let (mut breaks, mut lines) = (0, 1);
        while at < self.bytes.len() {
            let line = self.bytes[at..].iter().position(|byte| *byte != b' ');
            let start = line.map_or(self.bytes.len(), |spaces| at + spaces);
            let column = start - at;
            match self.byte(start) {
                // An empty line. Spaces on one before the first with content may settle how deep
                // the block is, which is for the scanner.
                b'\n' if column == 0 || (indent != 0 && column <= indent) => at = start + 1,
                b'\n' if indent == 0 => return Ok(false),
                b'\t' | b'\r' | 0 => return Ok(false),
                _ if indent == 0 && column <= parent => return Ok(false),
                _ if indent != 0 && column < indent => break,
                _ => {
                    if indent == 0 {
                        indent = column;
                    }
                    let rest = &self.bytes[at..];
                    let Some(length) = memchr::memchr2(b'\n', b'\r', rest) else {
                        return Ok(false);
                    };
                    if rest[length] == b'\r' {
                        return Ok(false);
                    }
                    if S::KEEPS {
                        value.extend(std::iter::repeat_n('\n', breaks));
                        value.push_str(self.slice(at + indent, at + length));
                    }
                    at += length + 1;
                    breaks = 0;
                }
            }
            breaks += 1;
            lines += 1;
        }
        if indent == 0 {
            return Ok(false);
        }
        let kept = match keep {
            None => 1,
            Some(false) => 0,
            Some(true) => breaks,
        };
        if S::KEEPS {
            value.extend(std::iter::repeat_n('\n', kept));
        }
        self.sink.scalar(Cow::Owned(value), mark, Style::Other)?;
        self.pos = at;
        self.line += lines;
        self.line_start = at;
        Ok(true)
    }

    /// Whether the line at `at`, or the first one behind it that is not empty, is indented deeper
    /// than the innermost collection: then a plain scalar goes on there.
    fn goes_on(&self, mut at: usize) -> bool {
        let indent = self.levels.last().map_or(0, |level| level.indent);
        loop {
            let line = at;
            while self.byte(at) == b' ' {
                at += 1;
            }
            match self.bytes.get(at) {
                None => return false,
                Some(b'\n') => at += 1,
                // Whatever a tab or a carriage return means there, the scanner knows.
                Some(b'\t' | b'\r') => return true,
                Some(b'#') => return false,
                Some(_) => return at - line > indent,
            }
        }
    }

    /// Nothing but a comment may follow a value on its line.
    fn end_of_value(&mut self) -> Attempt {
        let end = self.pos;
        while self.byte(self.pos) == b' ' {
            self.pos += 1;
        }
        // A comment needs a blank before it.
        if self.byte(self.pos) == b'#' && self.pos == end {
            return Err(Unusual);
        }
        if self.at_line_end()? { Ok(()) } else { Err(Unusual) }
    }

    /// Has the scanner read a scalar here, and goes on where it stopped.
    fn scanned(&mut self, scalar: Scalar, mark: Mark) -> Attempt {
        let indent =
            self.levels.last().map_or(-1, |level| i64::try_from(level.indent).unwrap_or(-1));
        let read = self.scanner.scan_alone(scalar, self.pos, mark, indent).map_err(|_| Unusual)?;
        let style = if matches!(scalar, Scalar::Plain) { Style::LongPlain } else { Style::Other };
        self.sink.scalar(read.value, mark, style)?;
        let stopped = read.mark.line;
        self.pos = read.pos;
        if stopped != self.line {
            self.line = stopped;
            let before = &self.bytes[..self.pos];
            self.line_start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        }
        // Quoted scalars end within a line. Behind others, only spaces can stand before here.
        match scalar {
            Scalar::Quoted(_) => self.end_of_value(),
            Scalar::Plain | Scalar::Block(_) => {
                let before = &self.bytes[self.line_start..self.pos];
                let fresh = before.iter().all(|byte| *byte == b' ');
                if fresh || self.pos == self.bytes.len() { Ok(()) } else { self.end_of_value() }
            }
        }
    }
}

/// What the scanner is asked to read by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Scalar {
    Plain,
    /// Single (true) or double.
    Quoted(bool),
    /// Literal (true) or folded.
    Block(bool),
}

/// Bytes at which a plain scalar may end, or is looked at closer; zero stands for the end of the text.
static STOPS_PLAIN: [bool; 256] = {
    let mut stops = [false; 256];
    let bytes = [b'\n', b':', b'#', b'\t', b'\r', 0];
    let mut at = 0;
    while at < bytes.len() {
        stops[bytes[at] as usize] = true;
        at += 1;
    }
    stops
};

/// Whether a plain scalar may start with this byte, whatever follows it.
fn starts_plain(byte: u8) -> bool {
    !matches!(
        byte,
        0 | b' '
            | b'\t'
            | b'\r'
            | b'\n'
            | b'-'
            | b'?'
            | b':'
            | b','
            | b'['
            | b']'
            | b'{'
            | b'}'
            | b'#'
            | b'&'
            | b'*'
            | b'!'
            | b'|'
            | b'>'
            | b'\''
            | b'"'
            | b'%'
            | b'@'
            | b'`'
    )
}

/// Whether one of NEL, LS, PS, or a byte order mark is in the text.
fn has_unusual_break(bytes: &[u8]) -> bool {
    memchr::memchr3_iter(0xC2, 0xE2, 0xEF, bytes).any(|at| {
        matches!(
            bytes[at..],
            [0xC2, 0x85, ..] | [0xE2, 0x80, 0xA8 | 0xA9, ..] | [0xEF, 0xBB, 0xBF, ..]
        )
    })
}

#[cfg(test)]
mod tests;
