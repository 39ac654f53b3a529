//! The scanner: text to tokens, a port of goyaml.v2's `scannerc.go` to slices of memory.
//!
//! The order of checks is Go's, because which error comes first is part of the contract. What is
//! not Go's: there is no refill of a buffer, and scalars that stand unbroken in the text are
//! borrowed from it.

use std::borrow::Cow;
use std::collections::VecDeque;

use crate::direct::Scalar;
use crate::{Error, Place};

mod chars;
mod directive;
mod scalar;

/// The deepest nesting of flow collections, and of indentation (goyaml's `max_flow_level` and
/// `max_indents`).
pub(crate) const DEPTH_LIMIT: usize = 10_000;

/// How far behind its start the `:` of a simple key may stand, in characters (YAML 1.1).
const SIMPLE_KEY_LIMIT: u32 = 1024;

/// How far an escape looks ahead: an error this near the end may be for lack of text alone.
const LOOK_AHEAD: usize = 10;

/// A position as goyaml keeps it: everything counts characters, from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) index: u32,
    pub(crate) line: u32,
    pub(crate) column: u32,
}

impl Mark {
    pub(crate) fn place(self) -> Place {
        Place { line: self.line + 1, column: self.column + 1 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    StreamStart,
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    PlainScalar,
    OtherScalar,
}

#[derive(Debug)]
pub(crate) struct Token<'t> {
    pub(crate) kind: TokenKind,
    pub(crate) mark: Mark,
    /// The text of a scalar, the name of an anchor, the handle of a tag, the version.
    pub(crate) value: Cow<'t, str>,
    /// The suffix of a tag, the prefix of a tag directive.
    pub(crate) suffix: Option<Box<str>>,
}

impl<'t> Token<'t> {
    fn new(kind: TokenKind, mark: Mark) -> Self {
        Token { kind, mark, value: Cow::Borrowed(""), suffix: None }
    }

    fn with(kind: TokenKind, mark: Mark, value: impl Into<Cow<'t, str>>) -> Self {
        Token { kind, mark, value: value.into(), suffix: None }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct SimpleKey {
    possible: bool,
    required: bool,
    token_number: usize,
    mark: Mark,
}

#[derive(Debug)]
pub(crate) struct Scanner<'t> {
    text: &'t str,
    bytes: &'t [u8],
    pos: usize,
    mark: Mark,
    /// The reader's error, due when the scanner needs what is behind the end of `text`.
    stop: Option<Error>,
    tokens: VecDeque<Token<'t>>,
    tokens_parsed: usize,
    token_available: bool,
    started: bool,
    flow_level: usize,
    indent: i64,
    indents: Vec<i64>,
    simple_key_allowed: bool,
    simple_keys: Vec<SimpleKey>,
    /// goyaml's `simple_keys_by_tok`: token number and place in `simple_keys`, in order of number.
    keys_by_token: Vec<(usize, usize)>,
}

/// A scalar that was read by itself, and where the scanner stopped behind it.
pub(crate) struct Alone<'t> {
    pub(crate) value: Cow<'t, str>,
    pub(crate) pos: usize,
    pub(crate) mark: Mark,
}

type Scanned<T = ()> = Result<T, Error>;

impl<'t> Scanner<'t> {
    pub(crate) fn new(text: &'t str, stop: Option<Error>) -> Self {
        Scanner {
            text,
            bytes: text.as_bytes(),
            pos: 0,
            mark: Mark::default(),
            stop,
            tokens: VecDeque::with_capacity(16),
            tokens_parsed: 0,
            token_available: false,
            started: false,
            flow_level: 0,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: true,
            simple_keys: vec![SimpleKey::default()],
            keys_by_token: Vec::new(),
        }
    }

    /// The kind and place of the next token.
    pub(crate) fn peek(&mut self) -> Scanned<(TokenKind, Mark)> {
        if !self.token_available {
            self.fetch_more()?;
        }
        match self.tokens.front() {
            Some(token) => Ok((token.kind, token.mark)),
            None => Ok((TokenKind::StreamEnd, self.mark)),
        }
    }

    /// Takes the token that was peeked at.
    pub(crate) fn take(&mut self) -> Token<'t> {
        self.token_available = false;
        self.tokens_parsed += 1;
        self.tokens.pop_front().unwrap_or_else(|| Token::new(TokenKind::StreamEnd, self.mark))
    }

    /// Reads a scalar that starts at a place in block context, and nothing else.
    pub(crate) fn scan_alone(
        &mut self,
        scalar: Scalar,
        pos: usize,
        mark: Mark,
        indent: i64,
    ) -> Scanned<Alone<'t>> {
        self.pos = pos;
        self.mark = mark;
        self.indent = indent;
        let token = match scalar {
            Scalar::Plain => self.scan_plain()?,
            Scalar::Quoted(single) => self.scan_quoted(single)?,
            Scalar::Block(literal) => self.scan_block(literal)?,
        };
        Ok(Alone { value: token.value, pos: self.pos, mark: self.mark })
    }

    fn error<T>(&self, problem: &str, context: Mark) -> Scanned<T> {
        Err(Error::scanner(problem, self.mark, context))
    }

    /// Fetches until the head of the queue can no longer turn out to be a simple key.
    fn fetch_more(&mut self) -> Scanned {
        loop {
            if !self.tokens.is_empty() {
                let number = self.tokens_parsed;
                let Ok(at) = self.keys_by_token.binary_search_by_key(&number, |entry| entry.0)
                else {
                    break;
                };
                if !self.simple_key_is_valid(self.keys_by_token[at].1)? {
                    break;
                }
            }
            self.fetch_next()?;
        }
        self.token_available = true;
        Ok(())
    }

    /// Fetches one token, unless the reader stopped before what that needs.
    fn fetch_next(&mut self) -> Scanned {
        let Some(stop) = &self.stop else { return self.dispatch() };
        let stop = stop.clone();
        // Go asks for four characters before it looks at a token.
        if self.text[self.pos..].chars().nth(3).is_none() {
            return Err(stop);
        }
        let fetched = self.dispatch();
        let needed = self.pos + if fetched.is_err() { LOOK_AHEAD } else { 0 };
        if needed >= self.bytes.len() { Err(stop) } else { fetched }
    }

    fn dispatch(&mut self) -> Scanned {
        use TokenKind as Kind;
        if !self.started {
            self.started = true;
            return self.push(Token::new(Kind::StreamStart, self.mark));
        }
        self.scan_to_next_token();
        self.unroll_indent(i64::from(self.mark.column));
        if self.at_end() {
            return self.fetch_stream_end();
        }
        if self.mark.column == 0 {
            if self.byte(0) == b'%' {
                return self.fetch_directive();
            }
            match self.document_indicator() {
                Some(b'-') => return self.fetch_document_indicator(Kind::DocumentStart),
                Some(_) => return self.fetch_document_indicator(Kind::DocumentEnd),
                None => {}
            }
        }
        let in_flow = self.flow_level > 0;
        match self.byte(0) {
            b'[' => self.fetch_flow_start(Kind::FlowSequenceStart),
            b'{' => self.fetch_flow_start(Kind::FlowMappingStart),
            b']' => self.fetch_flow_end(Kind::FlowSequenceEnd),
            b'}' => self.fetch_flow_end(Kind::FlowMappingEnd),
            b',' => self.fetch_flow_entry(),
            b'-' if self.is_blankz(1) => self.fetch_block_entry(),
            b'?' if in_flow || self.is_blankz(1) => self.fetch_key(),
            b':' if in_flow || self.is_blankz(1) => self.fetch_value(),
            b'*' => self.fetch_simple(|s| s.scan_anchor(Kind::Alias)),
            b'&' => self.fetch_simple(|s| s.scan_anchor(Kind::Anchor)),
            b'!' => self.fetch_simple(Self::scan_tag),
            b'|' if !in_flow => self.fetch_block_scalar(true),
            b'>' if !in_flow => self.fetch_block_scalar(false),
            b'\'' => self.fetch_simple(|s| s.scan_quoted(true)),
            b'"' => self.fetch_simple(|s| s.scan_quoted(false)),
            _ if self.starts_plain() => self.fetch_simple(Self::scan_plain),
            _ => self.error("found character that cannot start any token", self.mark),
        }
    }

    /// Whether a plain scalar may start here; indicators with a meaning were taken before.
    fn starts_plain(&self) -> bool {
        match self.byte(0) {
            b'-' => !self.is_blank(1),
            b'?' | b':' => self.flow_level == 0 && !self.is_blankz(1),
            b',' | b'[' | b']' | b'{' | b'}' | b'#' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`' => false,
            _ => !self.is_blankz(0),
        }
    }

    fn push(&mut self, token: Token<'t>) -> Scanned {
        self.tokens.push_back(token);
        Ok(())
    }

    /// goyaml's `yaml_insert_token`: a place before the head of the queue means its end.
    fn insert(&mut self, number: usize, token: Token<'t>) {
        match number.checked_sub(self.tokens_parsed) {
            Some(at) if at <= self.tokens.len() => self.tokens.insert(at, token),
            _ => self.tokens.push_back(token),
        }
    }

    fn next_token_number(&self) -> usize {
        self.tokens_parsed + self.tokens.len()
    }

    fn simple_key_is_valid(&mut self, at: usize) -> Scanned<bool> {
        let Some(key) = self.simple_keys.get(at).copied() else { return Ok(false) };
        if !key.possible {
            return Ok(false);
        }
        if key.mark.line < self.mark.line || key.mark.index + SIMPLE_KEY_LIMIT < self.mark.index {
            if key.required {
                return self.error("could not find expected ':'", key.mark);
            }
            self.simple_keys[at].possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_simple_key(&mut self) -> Scanned {
        if !self.simple_key_allowed {
            return Ok(());
        }
        let required = self.flow_level == 0 && self.indent == i64::from(self.mark.column);
        let number = self.next_token_number();
        let key = SimpleKey { possible: true, required, token_number: number, mark: self.mark };
        self.remove_simple_key()?;
        let at = self.simple_keys.len() - 1;
        self.simple_keys[at] = key;
        match self.keys_by_token.binary_search_by_key(&number, |entry| entry.0) {
            Ok(found) => self.keys_by_token[found].1 = at,
            Err(place) => self.keys_by_token.insert(place, (number, at)),
        }
        Ok(())
    }

    fn remove_simple_key(&mut self) -> Scanned {
        let Some(key) = self.simple_keys.last_mut() else { return Ok(()) };
        if key.possible {
            if key.required {
                let context = key.mark;
                return self.error("could not find expected ':'", context);
            }
            key.possible = false;
            let number = key.token_number;
            self.forget_key(number);
        }
        Ok(())
    }

    fn forget_key(&mut self, number: usize) {
        if let Ok(at) = self.keys_by_token.binary_search_by_key(&number, |entry| entry.0) {
            self.keys_by_token.remove(at);
        }
    }

    /// Opens a block collection where the column is deeper than the indentation.
    fn roll_indent(
        &mut self,
        column: u32,
        number: Option<usize>,
        kind: TokenKind,
        mark: Mark,
    ) -> Scanned {
        if self.flow_level > 0 || self.indent >= i64::from(column) {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = i64::from(column);
        if self.indents.len() > DEPTH_LIMIT {
            let context = self.simple_keys.last().map_or(self.mark, |key| key.mark);
            return self.error(&format!("exceeded max depth of {DEPTH_LIMIT}"), context);
        }
        let token = Token::new(kind, mark);
        match number {
            Some(number) => self.insert(number, token),
            None => self.tokens.push_back(token),
        }
        Ok(())
    }

    fn unroll_indent(&mut self, column: i64) {
        if self.flow_level > 0 {
            return;
        }
        while self.indent > column {
            self.tokens.push_back(Token::new(TokenKind::BlockEnd, self.mark));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn fetch_stream_end(&mut self) -> Scanned {
        if self.mark.column != 0 {
            self.mark.column = 0;
            self.mark.line += 1;
        }
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push(Token::new(TokenKind::StreamEnd, self.mark))
    }

    fn fetch_directive(&mut self) -> Scanned {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        let token = self.scan_directive()?;
        self.push(token)
    }

    fn fetch_document_indicator(&mut self, kind: TokenKind) -> Scanned {
        self.unroll_indent(-1);
        self.remove_simple_key()?;
        self.simple_key_allowed = false;
        self.push_indicator(kind, 3)
    }

    fn push_indicator(&mut self, kind: TokenKind, width: usize) -> Scanned {
        let mark = self.mark;
        self.skip_ascii(width);
        self.push(Token::new(kind, mark))
    }

    fn fetch_flow_start(&mut self, kind: TokenKind) -> Scanned {
        self.save_simple_key()?;
        self.simple_keys.push(SimpleKey {
            possible: false,
            required: false,
            token_number: self.next_token_number(),
            mark: self.mark,
        });
        self.flow_level += 1;
        if self.flow_level > DEPTH_LIMIT {
            return self.error(&format!("exceeded max depth of {DEPTH_LIMIT}"), self.mark);
        }
        self.simple_key_allowed = true;
        self.push_indicator(kind, 1)
    }

    fn fetch_flow_end(&mut self, kind: TokenKind) -> Scanned {
        self.remove_simple_key()?;
        if self.flow_level > 0 {
            self.flow_level -= 1;
            if let Some(key) = self.simple_keys.pop() {
                // Go drops the entry of this number whoever it belongs to: after `[]` and `{}`
                // that is the collection's own, which so can't be found to be a key any more.
                self.forget_key(key.token_number);
            }
        }
        self.simple_key_allowed = false;
        self.push_indicator(kind, 1)
    }

    fn fetch_flow_entry(&mut self) -> Scanned {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::FlowEntry, 1)
    }

    fn fetch_block_entry(&mut self) -> Scanned {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                let problem = "block sequence entries are not allowed in this context";
                return self.error(problem, self.mark);
            }
            self.roll_indent(self.mark.column, None, TokenKind::BlockSequenceStart, self.mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        self.push_indicator(TokenKind::BlockEntry, 1)
    }

    fn fetch_key(&mut self) -> Scanned {
        if self.flow_level == 0 {
            if !self.simple_key_allowed {
                return self.error("mapping keys are not allowed in this context", self.mark);
            }
            self.roll_indent(self.mark.column, None, TokenKind::BlockMappingStart, self.mark)?;
        }
        self.remove_simple_key()?;
        self.simple_key_allowed = self.flow_level == 0;
        self.push_indicator(TokenKind::Key, 1)
    }

    fn fetch_value(&mut self) -> Scanned {
        let last = self.simple_keys.len() - 1;
        if self.simple_key_is_valid(last)? {
            let key = self.simple_keys[last];
            self.insert(key.token_number, Token::new(TokenKind::Key, key.mark));
            let number = Some(key.token_number);
            self.roll_indent(key.mark.column, number, TokenKind::BlockMappingStart, key.mark)?;
            self.simple_keys[last].possible = false;
            self.forget_key(key.token_number);
            self.simple_key_allowed = false;
        } else {
            if self.flow_level == 0 {
                if !self.simple_key_allowed {
                    return self.error("mapping values are not allowed in this context", self.mark);
                }
                self.roll_indent(self.mark.column, None, TokenKind::BlockMappingStart, self.mark)?;
            }
            self.simple_key_allowed = self.flow_level == 0;
        }
        self.push_indicator(TokenKind::Value, 1)
    }

    /// Anchors, tags and scalars but block ones: each may be a simple key, none may follow it.
    fn fetch_simple(&mut self, scan: impl FnOnce(&mut Self) -> Scanned<Token<'t>>) -> Scanned {
        self.save_simple_key()?;
        self.simple_key_allowed = false;
        let token = scan(self)?;
        self.push(token)
    }

    fn fetch_block_scalar(&mut self, literal: bool) -> Scanned {
        self.remove_simple_key()?;
        self.simple_key_allowed = true;
        let token = self.scan_block(literal)?;
        self.push(token)
    }

    fn scan_to_next_token(&mut self) {
        loop {
            // goyaml looks for the mark at the start of its buffer, whatever the line.
            if self.pos == 0 && self.bytes.starts_with(b"\xEF\xBB\xBF") {
                self.skip_char();
            }
            let tabs = self.flow_level > 0 || !self.simple_key_allowed;
            while self.byte(0) == b' ' || (tabs && self.byte(0) == b'\t') {
                self.skip_ascii(1);
            }
            if self.byte(0) == b'#' {
                self.skip_to_break();
            }
            if !self.is_break(0) {
                return;
            }
            self.skip_line();
            if self.flow_level == 0 {
                self.simple_key_allowed = true;
            }
        }
    }
}
