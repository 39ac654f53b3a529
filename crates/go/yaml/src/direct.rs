//! The direct way: nodes straight from the lines of a text, for the YAML that charts are made of.
//!
//! Block maps and lists, scalars of all kinds, comments, and flow collections on one line are read
//! without tokens and events. Whatever else turns up (anchors, tags, directives, complex keys,
//! tabs, a second document, any error) ends the attempt: the text is then read by scanner and
//! parser, whose word is final. Scalars that span lines are read by the scanner's own functions.
//! A test holds both ways against each other on random texts.

use std::borrow::Cow;

use crate::node::{Document, Node, NodeId, NodeKind};
use crate::scan::{Mark, Scanner};

/// Deeper nesting is left to the scanner, which has goyaml's limit.
const DEPTH_LIMIT: usize = 200;

/// Longer keys are left to the scanner, which counts to 1024 characters.
const KEY_LIMIT: usize = 1000;

/// Room for a literal block to begin with; few are longer.
const BLOCK_GUESS: usize = 256;

/// An open block collection.
#[derive(Clone, Copy)]
struct Level {
    /// The column of its keys or dashes.
    indent: usize,
    node: NodeId,
    is_map: bool,
    /// A list at the column of the key it belongs to.
    indentless: bool,
    /// Whether a key or dash waits for its value, and where a missing one would stand.
    waits: Option<Mark>,
}

pub(crate) struct Direct<'t> {
    text: &'t str,
    bytes: &'t [u8],
    scanner: Scanner<'t>,
    pos: usize,
    line: u32,
    /// Where the line starts, and whether columns are bytes.
    line_start: usize,
    ascii: bool,
    nodes: Vec<Node<'t>>,
    levels: Vec<Level>,
}

/// The attempt has ended.
struct Unusual;

type Attempt<T = ()> = Result<T, Unusual>;

impl<'t> Direct<'t> {
    /// The first document of a text, if it can be read this way.
    pub(crate) fn parse(text: &'t str) -> Option<Document<'t>> {
        let ascii = text.is_ascii();
        if !ascii && has_unusual_break(text.as_bytes()) {
            return None;
        }
        let mut direct = Direct {
            text,
            bytes: text.as_bytes(),
            scanner: Scanner::new(text, None),
            pos: 0,
            line: 0,
            line_start: 0,
            ascii,
            nodes: Vec::with_capacity(text.len() / 32),
            levels: Vec::with_capacity(16),
        };
        direct.document().ok()?;
        Some(Document::of(direct.nodes))
    }

    fn document(&mut self) -> Attempt {
        while let Some(column) = self.next_content()? {
            self.content(column)?;
        }
        while !self.levels.is_empty() {
            self.close();
        }
        // No content at all, or a scalar alone, is not worth a way of its own.
        if self.nodes.is_empty() { Err(Unusual) } else { Ok(()) }
    }

    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(0)
    }

    fn is_blank_or_end(&self, at: usize) -> bool {
        matches!(self.bytes.get(at), None | Some(b' ' | b'\n'))
    }

    fn mark(&self, at: usize) -> Mark {
        let before = &self.bytes[self.line_start..at];
        let column = match self.ascii {
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
                Some(b'#') => self.skip_line(),
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
    fn skip_line(&mut self) {
        let rest = &self.bytes[self.pos..];
        match memchr::memchr(b'\n', rest) {
            Some(length) => self.new_line(self.pos + length + 1),
            None => self.pos = self.bytes.len(),
        }
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
                self.skip_line();
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
            self.close();
        }
        let Some(level) = self.levels.last().copied() else {
            // The first line opens the root; nothing comes after the root is closed.
            return if self.nodes.is_empty() { Ok(()) } else { Err(Unusual) };
        };
        if level.indent < column {
            return if level.waits.is_some() { Ok(()) } else { Err(Unusual) };
        }
        // At the same column: the next of its kind, or the list that its key waits for.
        if level.is_map != is_entry {
            self.fill();
            return Ok(());
        }
        if level.is_map && level.waits.is_some() { Ok(()) } else { Err(Unusual) }
    }

    /// Writes the null that a key or dash waited for in vain.
    fn fill(&mut self) {
        if let Some(mark) = self.levels.last_mut().and_then(|level| level.waits.take()) {
            self.push_scalar(Cow::Borrowed(""), mark, true);
        }
    }

    fn close(&mut self) {
        self.fill();
        let behind = self.nodes.len();
        if let Some(level) = self.levels.pop() {
            self.nodes[level.node].kind = match level.is_map {
                true => NodeKind::Mapping(behind),
                false => NodeKind::Sequence(behind),
            };
        }
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
        let mark = self.mark(self.line_start + indent);
        self.levels.push(Level { indent, node: self.nodes.len(), is_map, indentless, waits: None });
        self.push(NodeKind::Mapping(0), Cow::Borrowed(""), mark, false);
        Ok(())
    }

    fn push(&mut self, kind: NodeKind, value: Cow<'t, str>, mark: Mark, implicit: bool) {
        self.nodes.push(Node { kind, mark, value, tag: String::new(), implicit });
    }

    fn push_scalar(&mut self, value: Cow<'t, str>, mark: Mark, plain: bool) {
        self.push(NodeKind::Scalar, value, mark, plain);
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
        self.push_scalar(key.text, mark, key.plain);
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

/// A key, and where the text goes on behind its colon.
struct Key<'t> {
    text: Cow<'t, str>,
    plain: bool,
    behind: usize,
}

impl<'t> Direct<'t> {
    /// The key that stands here, if one does.
    fn key(&self) -> Attempt<Option<Key<'t>>> {
        let start = self.pos;
        let (text, plain, mut at) = match self.byte(start) {
            quote @ (b'"' | b'\'') => {
                let Some(end) = self.simple_quoted_end(start, quote) else { return Ok(None) };
                (self.slice(start + 1, end - 1), false, end)
            }
            first if starts_plain(first) || self.is_dash_word(start) => {
                let (end, _) = self.plain_end(start);
                (self.slice(start, end), true, end)
            }
            _ => return Ok(None),
        };
        while self.byte(at) == b' ' {
            at += 1;
        }
        if self.byte(at) != b':' || !self.is_blank_or_end(at + 1) {
            return Ok(None);
        }
        if at - start > KEY_LIMIT || text.bytes().any(|byte| matches!(byte, b'\t' | b'\r')) {
            return Err(Unusual);
        }
        Ok(Some(Key { text: Cow::Borrowed(text), plain, behind: at + 1 }))
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

    /// Where a plain scalar ends on its line, and whether the line ends there: behind its last
    /// character that is no blank, before `: ` or ` #`.
    fn plain_end(&self, start: usize) -> (usize, bool) {
        let rest = &self.bytes[start..];
        let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
        let mut end = line.len();
        let mut whole = true;
        for at in memchr::memchr2_iter(b':', b'#', line) {
            let ends = match line[at] {
                b':' => matches!(line.get(at + 1), None | Some(b' ' | b'\t' | b'\r')),
                _ => at > 0 && matches!(line[at - 1], b' ' | b'\t'),
            };
            if ends {
                end = at;
                whole = line[at] == b'#';
                break;
            }
        }
        while end > 0 && line[end - 1] == b' ' {
            end -= 1;
        }
        (start + end, whole)
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
                self.push_scalar(Cow::Borrowed(self.slice(start + 1, end - 1)), mark, false);
                self.pos = end;
                self.end_of_value()
            }
            b'|' if self.literal(mark) => Ok(()),
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
        let (end, whole) = self.plain_end(start);
        let text = self.slice(start, end);
        // A blank at the end that is no space, or a break that is no line feed.
        if !whole || text.bytes().any(|byte| matches!(byte, b'\t' | b'\r')) {
            return Err(Unusual);
        }
        let mut behind = end;
        while self.byte(behind) == b' ' {
            behind += 1;
        }
        if self.byte(behind) == b'\n' && self.goes_on(behind + 1) {
            return self.scanned(Scalar::Plain, mark);
        }
        self.push_scalar(Cow::Borrowed(text), mark, true);
        self.pos = behind;
        self.end_of_value()
    }

    /// Takes a literal block whose lines are all indented as its first one is, with nothing but
    /// spaces before them; leaves any other to the scanner.
    fn literal(&mut self, mark: Mark) -> bool {
        let (keep, mut at) = match self.byte(self.pos + 1) {
            b'\n' => (None, self.pos + 2),
            b'-' if self.byte(self.pos + 2) == b'\n' => (Some(false), self.pos + 3),
            b'+' if self.byte(self.pos + 2) == b'\n' => (Some(true), self.pos + 3),
            _ => return false,
        };
        let parent = self.levels.last().map_or(0, |level| level.indent);
        let (mut value, mut indent) = (String::with_capacity(BLOCK_GUESS), 0);
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
                b'\n' if indent == 0 => return false,
                b'\t' | b'\r' | 0 => return false,
                _ if indent == 0 && column <= parent => return false,
                _ if indent != 0 && column < indent => break,
                _ => {
                    if indent == 0 {
                        indent = column;
                    }
                    let rest = &self.bytes[at..];
                    let Some(length) = memchr::memchr2(b'\n', b'\r', rest) else { return false };
                    if rest[length] == b'\r' {
                        return false;
                    }
                    value.extend(std::iter::repeat_n('\n', breaks));
                    value.push_str(self.slice(at + indent, at + length));
                    at += length + 1;
                    breaks = 0;
                }
            }
            breaks += 1;
            lines += 1;
        }
        if indent == 0 {
            return false;
        }
        let kept = match keep {
            None => 1,
            Some(false) => 0,
            Some(true) => breaks,
        };
        value.extend(std::iter::repeat_n('\n', kept));
        self.push_scalar(Cow::Owned(value), mark, false);
        self.pos = at;
        self.line += lines;
        self.line_start = at;
        true
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
        self.push_scalar(read.value, mark, matches!(scalar, Scalar::Plain));
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

/// Flow collections on one line.
impl<'t> Direct<'t> {
    fn flow(&mut self, depth: usize) -> Attempt {
        if depth > DEPTH_LIMIT {
            return Err(Unusual);
        }
        let mark = self.mark(self.pos);
        let is_map = self.byte(self.pos) == b'{';
        let closing = if is_map { b'}' } else { b']' };
        let node = self.nodes.len();
        self.push(NodeKind::Mapping(0), Cow::Borrowed(""), mark, false);
        self.pos += 1;
        loop {
            self.skip_spaces();
            if self.byte(self.pos) == closing {
                break;
            }
            if is_map {
                self.flow_scalar()?;
                self.skip_spaces();
                // A key without a value, or one that a value sticks to, is for the scanner.
                if self.byte(self.pos) != b':' || self.byte(self.pos + 1) != b' ' {
                    return Err(Unusual);
                }
                self.pos += 1;
                self.skip_spaces();
            }
            match self.byte(self.pos) {
                b'[' | b'{' => self.flow(depth + 1)?,
                _ => self.flow_scalar()?,
            }
            self.skip_spaces();
            match self.byte(self.pos) {
                b',' => self.pos += 1,
                byte if byte == closing => {}
                _ => return Err(Unusual),
            }
        }
        self.pos += 1;
        let behind = self.nodes.len();
        self.nodes[node].kind = match is_map {
            true => NodeKind::Mapping(behind),
            false => NodeKind::Sequence(behind),
        };
        Ok(())
    }

    fn skip_spaces(&mut self) {
        while self.byte(self.pos) == b' ' {
            self.pos += 1;
        }
    }

    fn flow_scalar(&mut self) -> Attempt {
        let start = self.pos;
        let mark = self.mark(start);
        if let quote @ (b'"' | b'\'') = self.byte(start) {
            let end = self.simple_quoted_end(start, quote).ok_or(Unusual)?;
            self.push_scalar(Cow::Borrowed(self.slice(start + 1, end - 1)), mark, false);
            self.pos = end;
            return Ok(());
        }
        if !starts_plain(self.byte(start)) {
            return Err(Unusual);
        }
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b':' | b'\n'))
            .ok_or(Unusual)?;
        // Comments, breaks and what flow context forbids in plain scalars.
        if rest[..length].iter().any(|byte| matches!(byte, b'#' | b'?' | b'\t' | b'\r')) {
            return Err(Unusual);
        }
        let text = self.slice(start, start + length).trim_end_matches(' ');
        self.push_scalar(Cow::Borrowed(text), mark, true);
        self.pos = start + text.len();
        Ok(())
    }
}

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
mod tests {
    use super::*;

    /// Reads both ways; says whether the direct one could.
    fn check(text: &str) -> bool {
        let Some(direct) = Direct::parse(text) else { return false };
        let parsed = match Document::parse_whole(text, None) {
            Ok(parsed) => parsed,
            Err(error) => panic!("{text:?} is refused: {error}"),
        };
        let shown = |document: &Document<'_>| {
            let nodes = (0..document.len()).map(|id| document.node(id));
            nodes
                .map(|n| {
                    format!(
                        "{:?} {:?} {} {}:{}",
                        n.kind, n.value, n.implicit, n.mark.line, n.mark.column
                    )
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(shown(&direct), shown(&parsed), "{text:?}");
        true
    }

    #[test]
    fn common_texts_are_read_directly() {
        let text = "# c\na: 1\nb:\n- x\n- y: z\n  w: \"q\"   # c\n-\n- - n\n  - m\nc:\n    d: 'é'\n\n    e: [a, \"b\", {c: d}]\n\
            f: |\n  text\n\n  more\n\n# c\ng: >-\n  folded\n  text\nh: plain\n  goes on\n\ni: \"a\n  b\\n\"\nj: {}\nk:\n  - 1\nl:\n  {}\nm:\n  null\nn:\n  - o:\n      [a]\np:\n";
        assert!(check(text));
        assert!(check("  a:\n    - b\n  c: d"));
        assert!(check("a: b: c\n") || Document::parse_whole("a: b: c\n", None).is_err());
        assert!(!check("a: &x 1\n") && !check("---\na: 1\n") && !check("a:\tb\n") && !check("x\n"));
    }

    /// Lines of random pieces, some of which are unusual.
    #[test]
    fn random_texts_are_read_the_same_both_ways() {
        let pieces = [
            "a: ",
            "b:",
            "- ",
            "-",
            "key: v",
            " ",
            "  ",
            "    ",
            "\n",
            "\n",
            "\n  ",
            "\n- ",
            "\n  - ",
            "\nc: ",
            "\"q\"",
            "'s'",
            "\"x\\ny\"",
            "|\n",
            "|-\n",
            "|+\n",
            ">-\n",
            "# c",
            " # c",
            "[",
            "]",
            "{",
            "}",
            ", ",
            "x: y",
            ":",
            "#",
            "é",
            "word",
            "1",
            "null",
            "'",
            "\"",
            "\t",
            "\r\n",
            "&a ",
            "*a",
            "! ",
            "?",
            "? ",
            "%",
            "@",
            "...",
            "---",
            "\u{85}",
        ];
        let mut state = 1u64;
        let mut random = |bound: usize| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % bound
        };
        let mut direct = 0;
        for _ in 0..200_000 {
            let tame = if random(3) > 0 { 35 } else { pieces.len() };
            let text: String = (0..1 + random(14)).map(|_| pieces[random(tame)]).collect();
            direct += usize::from(check(&text));
        }
        assert!(direct > 18_000, "only {direct} texts were read directly");
    }
}
