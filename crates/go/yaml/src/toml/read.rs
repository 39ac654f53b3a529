//! The reader of TOML: BurntSushi/toml's lexer and parser in one, with its error texts.

use std::collections::BTreeMap;

use pintle_go_fmt::{append_quote_rune, quote};
use pintle_go_value::{Heap, Type, Value};

use super::literal::{Number, NumberError, unescape};
use super::write::append_key;
use crate::Error;
use crate::build::NODE_LIMIT;

/// `[]map[string]interface {}`: what `[[name]]` makes.
const TABLES: Type = Type::Slice(&Type::MAP);

/// The deepest nesting of arrays and inline tables. Go recurses until its stack ends.
const DEPTH_LIMIT: usize = 500;

/// Reads TOML into a `map[string]interface{}`: Helm's `fromToml`.
///
/// Dates and times are made by `datetime` out of their text, in the form of RFC 3339 (or a part of
/// it): this crate knows no clock. It gives nothing for what is no time.
///
/// # Errors
/// BurntSushi's: `toml: line 1 (last key "a"): expected value but found …`.
pub fn read_toml<'h>(
    heap: &'h Heap,
    text: &[u8],
    datetime: &dyn Fn(&'h Heap, &str) -> Option<Value<'h>>,
) -> Result<Value<'h>, Error> {
    let text = match text {
        [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] | [0xEF, 0xBB, 0xBF, rest @ ..] => rest,
        text => text,
    };
    if text.iter().take(6).any(|byte| *byte == 0) {
        return Err(Error::new(
            "toml: line 1: files cannot contain NULL bytes; probably using UTF-16; TOML files must be UTF-8",
        ));
    }
    let mut reader = Reader {
        heap,
        datetime,
        text,
        pos: 0,
        line: 1,
        context: Vec::new(),
        key: String::new(),
        root: Table::default(),
        depth: 0,
        values: 0,
        at_end: false,
    };
    match reader.document() {
        Ok(()) => Ok(reader.root.value(heap)),
        Err(Problem { line, text }) => {
            let mut last = Vec::new();
            append_path(&mut last, &reader.context);
            if !reader.key.is_empty() {
                if !last.is_empty() {
                    last.push(b'.');
                }
                last.extend_from_slice(reader.key.as_bytes());
            }
            Err(Error::new(match last.is_empty() {
                true => format!("toml: line {line}: {text}"),
                false => format!("toml: line {line} (last key {}): {text}", quote(&last)),
            }))
        }
    }
}

/// A table that is being filled.
#[derive(Default)]
struct Table<'h> {
    entries: BTreeMap<String, Node<'h>>,
}

enum Node<'h> {
    Value(Value<'h>),
    /// A table, and whether only longer keys have named it so far.
    Table(Table<'h>, bool),
    Tables(Vec<Table<'h>>),
}

impl<'h> Table<'h> {
    fn value(self, heap: &'h Heap) -> Value<'h> {
        let map = heap.map_of(&Type::MAP, self.entries.len());
        for (key, node) in self.entries {
            let value = match node {
                Node::Value(value) => value,
                Node::Table(table, _) => table.value(heap),
                Node::Tables(tables) => {
                    let items: Vec<_> = tables.into_iter().map(|table| table.value(heap)).collect();
                    heap.list(&TABLES, &items)
                }
            };
            map.insert(heap.bytes(key.as_bytes()), value);
        }
        Value::Map(map)
    }
}

/// What stopped the reader, and on which line.
struct Problem {
    line: usize,
    text: String,
}

struct Reader<'d, 'h> {
    heap: &'h Heap,
    datetime: &'d dyn Fn(&'h Heap, &str) -> Option<Value<'h>>,
    text: &'d [u8],
    pos: usize,
    line: usize,
    /// The table that entries go to, and the key that is being read: what errors name.
    context: Vec<String>,
    key: String,
    root: Table<'h>,
    depth: usize,
    values: usize,
    /// Whether the last character that was read, not peeked at, is the end.
    at_end: bool,
}

type Read<T = ()> = Result<T, Problem>;

/// Characters.
impl<'h> Reader<'_, 'h> {
    fn fail<T>(&self, text: impl Into<String>) -> Read<T> {
        // At the end of the text, the error is on the line that ends there.
        let ended = self.at_end && self.text.last() == Some(&b'\n');
        Err(Problem { line: self.line - usize::from(ended), text: text.into() })
    }

    /// An error about a line break that was read already.
    fn fail_before<T>(&self, text: impl Into<String>) -> Read<T> {
        Err(Problem { line: self.line - 1, text: text.into() })
    }

    /// The next character; none at the end.
    fn peek(&mut self) -> Read<Option<char>> {
        self.at_end = false;
        let rest = &self.text[self.pos..];
        let Some(first) = rest.first() else { return Ok(None) };
        // No more than one character, or every character would check all that follow.
        let head = &rest[..rest.len().min(char::MAX.len_utf8())];
        let char = match head.utf8_chunks().next().and_then(|chunk| chunk.valid().chars().next()) {
            Some(char) => char,
            None => return self.fail(format!("invalid UTF-8 byte: 0x{first:02x}")),
        };
        let lone_return = char == '\r' && rest.get(1) != Some(&b'\n');
        let control = char.is_ascii_control() && !matches!(char, '\t' | '\n' | '\r');
        if control || lone_return {
            let code = u32::from(char);
            let text = format!("TOML files cannot contain control characters: '0x{code:02x}'");
            return self.fail(text);
        }
        Ok(Some(char))
    }

    fn next(&mut self) -> Read<Option<char>> {
        let char = self.peek()?;
        self.at_end = char.is_none();
        if let Some(char) = char {
            self.pos += char.len_utf8();
            self.line += usize::from(char == '\n');
        }
        Ok(char)
    }

    fn accept(&mut self, wanted: &str) -> bool {
        let found = self.text[self.pos..].starts_with(wanted.as_bytes());
        self.pos += if found { wanted.len() } else { 0 };
        found
    }

    fn skip_blanks(&mut self) {
        while let Some(b' ' | b'\t') = self.text.get(self.pos) {
            self.pos += 1;
        }
    }

    /// Blanks, line breaks and comments.
    fn skip_space(&mut self) -> Read {
        loop {
            match self.peek()? {
                Some(' ' | '\t' | '\n' | '\r') => {
                    self.next()?;
                }
                Some('#') => self.skip_comment()?,
                _ => return Ok(()),
            }
        }
    }

    fn skip_comment(&mut self) -> Read {
        while !matches!(self.peek()?, None | Some('\n' | '\r')) {
            self.next()?;
        }
        Ok(())
    }

    fn slice(&self, from: usize) -> &str {
        std::str::from_utf8(&self.text[from..self.pos]).unwrap_or_default()
    }
}

/// Go's `%q` of a character; the end of the text is a NUL to the lexer.
fn quoted(char: Option<char>) -> String {
    let mut out = Vec::new();
    append_quote_rune(&mut out, char.map_or(0, u32::from));
    String::from_utf8(out).unwrap_or_default()
}

fn rune_or_end(char: Option<char>) -> String {
    char.map_or_else(|| "end of file".to_owned(), |char| format!("'{char}'"))
}

fn append_path(out: &mut Vec<u8>, keys: &[String]) {
    for (at, key) in keys.iter().enumerate() {
        if at > 0 {
            out.push(b'.');
        }
        append_key(out, key.as_bytes());
    }
}

fn path(keys: &[String]) -> String {
    let mut out = Vec::new();
    append_path(&mut out, keys);
    String::from_utf8(out).unwrap_or_default()
}

/// The document, its tables and keys.
impl<'h> Reader<'_, 'h> {
    fn document(&mut self) -> Read {
        loop {
            self.skip_space()?;
            match self.peek()? {
                None => return Ok(()),
                Some('[') => self.header()?,
                Some(_) => self.entry()?,
            }
            self.end_of_item()?;
        }
    }

    fn end_of_item(&mut self) -> Read {
        self.skip_blanks();
        match self.peek()? {
            None | Some('\n' | '\r') => Ok(()),
            Some('#') => self.skip_comment(),
            other => {
                self.next()?;
                self.fail(format!(
                    "expected a top-level item to end with a newline, comment, or EOF, but got {} instead",
                    quoted(other)
                ))
            }
        }
    }

    fn header(&mut self) -> Read {
        self.next()?;
        let is_array = self.accept("[");
        let mut keys = Vec::new();
        loop {
            self.skip_blanks();
            keys.push(match self.peek()? {
                None | Some(']') => {
                    return self.fail("unexpected end of table name (table names cannot be empty)");
                }
                Some('.') => {
                    return self.fail("unexpected table separator (table names cannot be empty)");
                }
                _ => self.key_part()?,
            });
            self.skip_blanks();
            match self.next()? {
                Some('.') => {}
                Some(']') => break,
                other => {
                    let other = quoted(other);
                    return self.fail(format!(
                        "expected '.' or ']' to end table name, but got {other} instead"
                    ));
                }
            }
        }
        if is_array {
            let other = self.next()?;
            if other != Some(']') {
                let other = quoted(other);
                return self.fail(format!(
                    "expected end of table array name delimiter ']', but got {other} instead"
                ));
            }
        }
        self.open_table(&keys, is_array)?;
        self.context = keys;
        Ok(())
    }

    /// A bare or quoted part of a key.
    fn key_part(&mut self) -> Read<String> {
        let from = self.pos;
        match self.peek()? {
            Some('"') => {
                self.next()?;
                self.basic_string()
            }
            Some('\'') => {
                self.next()?;
                self.raw_string()
            }
            _ => {
                let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
                while self.peek()?.is_some_and(bare) {
                    self.next()?;
                }
                Ok(self.slice(from).to_owned())
            }
        }
    }

    /// The parts of a key up to its `=`.
    fn keys(&mut self) -> Read<Vec<String>> {
        self.skip_blanks();
        match self.peek()? {
            None | Some('=') => return self.fail("unexpected '=': key name appears blank"),
            Some('.') => return self.fail("unexpected '.': keys cannot start with a '.'"),
            _ => {}
        }
        let mut keys = Vec::new();
        loop {
            self.skip_blanks();
            match self.peek()? {
                None | Some('=') => return self.fail("unexpected '='"),
                Some('.') => return self.fail("unexpected '.'"),
                _ => keys.push(self.key_part()?),
            }
            self.skip_blanks();
            match self.next()? {
                Some('.') => {}
                Some('=') => return Ok(keys),
                None => return self.fail("unexpected EOF; expected key separator '='"),
                other => {
                    let text = format!("expected '.' or '=', but got {} instead", quoted(other));
                    return if other == Some('\n') {
                        self.fail_before(text)
                    } else {
                        self.fail(text)
                    };
                }
            }
        }
    }

    fn entry(&mut self) -> Read {
        let mut keys = self.keys()?;
        let outer = self.context.len();
        let key = keys.pop().unwrap_or_default();
        self.key.clone_from(&key);
        self.context.append(&mut keys);
        let value = self.value()?;
        let line = self.line;
        let context = std::mem::take(&mut self.context);
        let set = set(&mut self.root, &[], &context, outer, &key, value);
        self.context = context;
        if let Err(text) = set {
            return Err(Problem { line, text });
        }
        self.context.truncate(outer);
        self.key.clear();
        Ok(())
    }

    /// BurntSushi's `addContext` for `[keys]` and `[[keys]]`.
    fn open_table(&mut self, keys: &[String], is_array: bool) -> Read {
        let line = self.line;
        let failed = |text: String| Err(Problem { line, text });
        let Some((last, parents)) = keys.split_last() else { return Ok(()) };
        let mut table = &mut self.root;
        for (at, key) in parents.iter().enumerate() {
            let node = table
                .entries
                .entry(key.clone())
                .or_insert_with(|| Node::Table(Table::default(), true));
            table = match inner(node) {
                Some(table) => table,
                None => {
                    let keys = path(&keys[..=at]);
                    return failed(format!("Key '{keys}' was already created as a hash."));
                }
            };
        }
        self.context = parents.to_vec();
        match (table.entries.get_mut(last), is_array) {
            (None, true) => {
                let tables = Node::Tables(vec![Table::default()]);
                table.entries.insert(last.clone(), tables);
            }
            (None, false) => {
                let fresh = Node::Table(Table::default(), false);
                table.entries.insert(last.clone(), fresh);
            }
            (Some(Node::Tables(tables)), true) => tables.push(Table::default()),
            (Some(Node::Table(_, implicit @ true)), false) => *implicit = false,
            (Some(_), true) => {
                let keys = path(keys);
                return failed(format!(
                    "Key '{keys}' was already created and cannot be used as an array."
                ));
            }
            (Some(_), false) => {
                return failed(format!("Key '{}' has already been defined.", path(keys)));
            }
        }
        Ok(())
    }
}

/// The table that entries under a node go to.
fn inner<'n, 'h>(node: &'n mut Node<'h>) -> Option<&'n mut Table<'h>> {
    match node {
        Node::Table(table, _) => Some(table),
        Node::Tables(tables) => tables.last_mut(),
        Node::Value(_) => None,
    }
}

/// BurntSushi's `setValue`: from `dotted` on, the context is of dotted keys, which make tables.
/// Errors name the key with the `prefix` of the table in front.
fn set<'h>(
    root: &mut Table<'h>,
    prefix: &[String],
    context: &[String],
    dotted: usize,
    key: &str,
    value: Value<'h>,
) -> Result<(), String> {
    let defined = |keys: &[String], last: &[String]| {
        format!("Key '{}' has already been defined.", path(&[prefix, keys, last].concat()))
    };
    let mut table = root;
    for (at, part) in context.iter().enumerate() {
        let fresh = !table.entries.contains_key(part);
        let node = table
            .entries
            .entry(part.clone())
            .or_insert_with(|| Node::Table(Table::default(), true));
        if at >= dotted
            && let Node::Table(_, implicit) = node
        {
            *implicit = fresh;
        }
        table = inner(node).ok_or_else(|| defined(&context[..=at], &[]))?;
    }
    if table.entries.contains_key(key) {
        return Err(defined(context, &[key.to_owned()]));
    }
    table.entries.insert(key.to_owned(), Node::Value(value));
    Ok(())
}

/// Values.
impl<'h> Reader<'_, 'h> {
    fn value(&mut self) -> Read<Value<'h>> {
        self.values += 1;
        if self.values > NODE_LIMIT {
            return self.fail(format!("exceeded the limit of {NODE_LIMIT} values in one text"));
        }
        self.skip_blanks();
        match self.peek()? {
            Some('[') => self.nested(Self::array),
            Some('{') => self.nested(Self::inline_table),
            Some('"') => {
                self.look_behind_empty(b"\"\"")?;
                let text = match self.accept("\"\"\"") {
                    true => self.multiline_string()?,
                    false => {
                        self.next()?;
                        self.basic_string()?
                    }
                };
                Ok(self.heap.string(text))
            }
            Some('\'') => {
                self.look_behind_empty(b"''")?;
                let text = match self.accept("'''") {
                    true => self.multiline_raw_string()?,
                    false => {
                        self.next()?;
                        self.raw_string()?
                    }
                };
                Ok(self.heap.string(text))
            }
            Some('.') => self.fail("floats must start with a digit, not '.'"),
            Some('0'..='9' | '+' | '-') => self.number(),
            Some('i' | 'n') => self.named_float(),
            Some(char) if char.is_alphabetic() => self.boolean(),
            other => {
                self.next()?;
                if other.is_none() {
                    return self.fail("unexpected EOF; expected value");
                }
                let text = format!("expected value but found {} instead", quoted(other));
                if other == Some('\n') { self.fail_before(text) } else { self.fail(text) }
            }
        }
    }

    /// Two quotes may be three: the lexer looks at what follows before it gives out the string.
    fn look_behind_empty(&mut self, quotes: &[u8]) -> Read {
        if self.text[self.pos..].starts_with(quotes) {
            self.pos += quotes.len();
            self.peek()?;
            self.pos -= quotes.len();
        }
        Ok(())
    }

    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Read<Value<'h>>) -> Read<Value<'h>> {
        self.next()?;
        self.depth += 1;
        if self.depth > DEPTH_LIMIT {
            return self.fail(format!("nesting exceeds the limit of {DEPTH_LIMIT}"));
        }
        let value = read(self)?;
        self.depth -= 1;
        Ok(value)
    }

    /// `inf` or `nan`. BurntSushi's lexer accepts their letters one by one, in either word, and
    /// goes one back where they do not add up: what its error then quotes is what it left.
    fn named_float(&mut self) -> Read<Value<'h>> {
        let from = self.pos;
        self.pos += 1;
        if (self.accept("n") && self.accept("f")) || (self.accept("a") && self.accept("n")) {
            let word = self.slice(from);
            return Ok(Value::float64(if word.starts_with('i') {
                f64::INFINITY
            } else {
                f64::NAN
            }));
        }
        self.pos -= 1;
        self.boolean()
    }

    fn boolean(&mut self) -> Read<Value<'h>> {
        let from = self.pos;
        while self.peek()?.is_some_and(char::is_alphabetic) {
            self.next()?;
        }
        match self.slice(from) {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            word => {
                let text = format!("expected value but found {} instead", quote(word.as_bytes()));
                self.fail(text)
            }
        }
    }

    fn number(&mut self) -> Read<Value<'h>> {
        let rest = &self.text[self.pos..];
        let (length, number) = match Number::scan(rest) {
            Ok(found) => found,
            Err(NumberError { skipped, text }) => {
                self.pos += skipped;
                return self.fail(text);
            }
        };
        let from = self.pos;
        self.pos += length;
        // The lexer sees what ends a number before the parser sees the number.
        self.peek()?;
        let text = self.slice(from).trim();
        let read = match number {
            Number::Integer => super::literal::integer(text).map(Value::int64),
            Number::Float => super::literal::float(text).map(Value::float64),
            Number::Datetime => {
                let text = text.replace('z', "Z").replace(['t', ' '], "T");
                let time = (self.datetime)(self.heap, &text);
                time.ok_or_else(|| format!("invalid datetime: {}", quote(text.as_bytes())))
            }
        };
        read.or_else(|text| self.fail(text))
    }

    fn array(&mut self) -> Read<Value<'h>> {
        let mut items = Vec::new();
        loop {
            self.skip_space()?;
            match self.peek()? {
                Some(',') => return self.fail("unexpected comma"),
                Some(']') => break,
                _ => items.push(self.value()?),
            }
            self.skip_space()?;
            match self.next()? {
                Some(',') => {}
                Some(']') => return Ok(self.heap.list(&Type::LIST, &items)),
                other => {
                    let other = rune_or_end(other);
                    return self.fail(format!(
                        "expected a comma (',') or array terminator (']'), but got {other}"
                    ));
                }
            }
        }
        self.next()?;
        Ok(self.heap.list(&Type::LIST, &items))
    }

    fn inline_table(&mut self) -> Read<Value<'h>> {
        let mut table = Table::default();
        let outer_key = std::mem::take(&mut self.key);
        let outer = self.context.len();
        self.context.push(outer_key.clone());
        loop {
            self.skip_space()?;
            match self.peek()? {
                Some(',') => return self.fail("unexpected comma"),
                Some('}') => break,
                _ => {}
            }
            let mut keys = self.keys()?;
            let key = keys.pop().unwrap_or_default();
            self.key.clone_from(&key);
            self.context.extend_from_slice(&keys);
            let value = self.value()?;
            let prefix = &self.context[..=outer];
            if let Err(text) = set(&mut table, prefix, &keys, 0, &key, value) {
                return self.fail(text);
            }
            self.context.truncate(outer + 1);
            self.skip_space()?;
            match self.peek()? {
                Some(',') => {
                    self.next()?;
                }
                Some('}') => break,
                other => {
                    self.next()?;
                    let other = rune_or_end(other);
                    return self.fail(format!(
                        "expected a comma or an inline table terminator '}}', but got {other} instead"
                    ));
                }
            }
        }
        self.next()?;
        self.context.truncate(outer);
        self.key = outer_key;
        Ok(table.value(self.heap))
    }
}

/// Strings.
impl Reader<'_, '_> {
    /// Behind the opening quote.
    fn basic_string(&mut self) -> Read<String> {
        let from = self.pos;
        loop {
            match self.next()? {
                None => return self.fail("unexpected EOF; expected '\"'"),
                Some('\n' | '\r') => return self.fail_before("strings cannot contain newlines"),
                Some('\\') => self.escape(from)?,
                Some('"') => break,
                Some(_) => {}
            }
        }
        let raw = self.slice(from);
        unescape(&raw[..raw.len() - 1]).or_else(|text| self.fail(text))
    }

    fn raw_string(&mut self) -> Read<String> {
        let from = self.pos;
        loop {
            match self.next()? {
                None => return self.fail("unexpected EOF; expected \"'\""),
                Some('\n' | '\r') => return self.fail_before("strings cannot contain newlines"),
                Some('\'') => break,
                Some(_) => {}
            }
        }
        let raw = self.slice(from);
        Ok(raw[..raw.len() - 1].to_owned())
    }

    /// Behind a backslash in the string that starts at `from`: checks what follows, the value is
    /// made later.
    fn escape(&mut self, from: usize) -> Read {
        let digits = match self.next()? {
            Some('e' | 'b' | 't' | 'n' | 'f' | 'r' | '"' | ' ' | '\t' | '\\') => return Ok(()),
            Some('x') => (2, "two", 'x'),
            Some('u') => (4, "four", 'u'),
            Some('U') => (8, "eight", 'U'),
            other => {
                let other = other.unwrap_or('\0');
                return self.fail(format!("invalid escape in string '\\{other}'"));
            }
        };
        let (count, word, letter) = digits;
        for _ in 0..count {
            if !self.next()?.is_some_and(|char| char.is_ascii_hexdigit()) {
                let found = quote(self.slice(from).as_bytes());
                return self.fail(format!(
                    "expected {word} hexadecimal digits after '\\{letter}', but got {found} instead"
                ));
            }
        }
        Ok(())
    }

    fn multiline_string(&mut self) -> Read<String> {
        let from = self.pos;
        loop {
            if self.accept("\"\"\"") {
                // Up to two quotes before the closing three belong to the text.
                let mut extra = 0;
                while extra < 2 && self.accept("\"") {
                    extra += 1;
                }
                break;
            }
            match self.next()? {
                None => return self.fail("unexpected EOF; expected '\"\"\"'"),
                Some('\\') => match self.peek()? {
                    Some('\n' | '\r') => {
                        self.next()?;
                    }
                    _ => self.escape(from)?,
                },
                Some(_) => {}
            }
        }
        let raw = self.slice(from);
        let raw = strip_first_break(&raw[..raw.len() - 3]);
        unescape(raw).or_else(|text| self.fail(text))
    }

    fn multiline_raw_string(&mut self) -> Read<String> {
        let from = self.pos;
        while !self.accept("'''") {
            if self.next()?.is_none() {
                return self.fail("unexpected EOF; expected \"'''\"");
            }
        }
        let mut extra = 0;
        while extra < 2 && self.accept("'") {
            extra += 1;
        }
        let raw = self.slice(from);
        Ok(strip_first_break(&raw[..raw.len() - 3]).to_owned())
    }
}

fn strip_first_break(text: &str) -> &str {
    text.strip_prefix("\r\n").or_else(|| text.strip_prefix('\n')).unwrap_or(text)
}
