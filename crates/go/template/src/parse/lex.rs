//! Text to tokens: Go's `parse/lex.go`, state by state.

use std::sync::LazyLock;

use memchr::{memchr_iter, memmem};
use pintle_go_fmt::decode_rune;
use pintle_go_value::{IntKind, Value};

use crate::ast::Span;

/// The kinds of tokens; keywords come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u32)]
pub(crate) enum Kind {
    Error,
    Bool,
    Char,
    CharConstant,
    Comment,
    Complex,
    Assign,
    Declare,
    Eof,
    Field,
    Identifier,
    LeftDelim,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelim,
    RightParen,
    Space,
    String,
    Text,
    Variable,
    Block,
    Break,
    Continue,
    Dot,
    Define,
    Else,
    End,
    If,
    Nil,
    Range,
    Template,
    With,
}

impl Kind {
    pub(crate) fn is_keyword(self) -> bool {
        self > Kind::Variable
    }

    fn of_keyword(word: &[u8]) -> Option<Kind> {
        Some(match word {
            b"." => Kind::Dot,
            b"block" => Kind::Block,
            b"break" => Kind::Break,
            b"continue" => Kind::Continue,
            b"define" => Kind::Define,
            b"else" => Kind::Else,
            b"end" => Kind::End,
            b"if" => Kind::If,
            b"range" => Kind::Range,
            b"nil" => Kind::Nil,
            b"template" => Kind::Template,
            b"with" => Kind::With,
            _ => return None,
        })
    }
}

/// A token: its kind and its place in the source. Go's tokens carry the line too; here it is counted
/// from the place when an error needs it.
///
/// Two numbers in all, so that the parser's many moves of tokens stay in registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) kind: Kind,
    /// Start and end, in the lower and the upper half.
    place: u64,
}

impl Item {
    pub(crate) const NONE: Item = Item { kind: Kind::Error, place: 0 };

    fn new(kind: Kind, start: usize, end: usize) -> Self {
        // The parser refuses texts of 4 GiB before it lexes them.
        Item { kind, place: (start as u64) | (end as u64) << 32 }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the lower half is meant")]
    pub(crate) fn start(self) -> u32 {
        self.place as u32
    }

    pub(crate) fn end(self) -> u32 {
        (self.place >> 32) as u32
    }

    pub(crate) fn span(self) -> Span {
        Span { start: self.start(), end: self.end() }
    }
}

/// What the lexer treats differently.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    /// Comments become tokens.
    pub(crate) comments: bool,
    /// `break` is a function's name and so no keyword.
    pub(crate) break_is_func: bool,
    /// `continue` is a function's name and so no keyword.
    pub(crate) continue_is_func: bool,
}

const LEFT_DELIM: &[u8] = b"{{";
const RIGHT_DELIM: &[u8] = b"}}";
const LEFT_COMMENT: &[u8] = b"/*";
const RIGHT_COMMENT: &[u8] = b"*/";
/// `- ` after the left delimiter or ` -` before the right one.
const TRIM_MARKER_LEN: usize = 2;

/// What a state says: the state to go on in, or none where it has set [`Lexer::item`].
type Step = Option<State>;

/// A state of the scanner. A wrapper, since a function type cannot name itself.
struct State(fn(&mut Lexer<'_>) -> Step);

/// The scanner.
pub(crate) struct Lexer<'t> {
    input: &'t [u8],
    pos: usize,
    start: usize,
    at_eof: bool,
    paren_depth: i32,
    inside_action: bool,
    /// The token that the last state found.
    item: Item,
    pub(crate) options: Options,
    /// The text of the [`Kind::Error`] token, once there is one.
    pub(crate) error: String,
}

impl<'t> Lexer<'t> {
    pub(crate) fn new(input: &'t [u8], options: Options) -> Self {
        Lexer {
            input,
            pos: 0,
            start: 0,
            at_eof: false,
            paren_depth: 0,
            inside_action: false,
            item: Item::NONE,
            options,
            error: String::new(),
        }
    }

    /// The next token.
    pub(crate) fn next_item(&mut self) -> Item {
        let mut state = State(if self.inside_action { lex_inside_action } else { lex_text });
        while let Some(next) = state.0(self) {
            state = next;
        }
        self.item
    }

    fn rest(&self) -> &'t [u8] {
        &self.input[self.pos..]
    }

    /// The next character, none at the end.
    fn next(&mut self) -> Option<char> {
        let Some(&byte) = self.input.get(self.pos) else {
            self.at_eof = true;
            return None;
        };
        if byte.is_ascii() {
            self.pos += 1;
            return Some(char::from(byte));
        }
        let (c, width) = decode_rune(self.rest());
        self.pos += width;
        Some(c)
    }

    fn peek(&mut self) -> Option<char> {
        let c = self.next();
        self.backup();
        c
    }

    /// One character back, unless the end was ever seen.
    fn backup(&mut self) {
        if self.at_eof || self.pos == 0 {
            return;
        }
        let before = &self.input[..self.pos];
        let width = last_width(before);
        self.pos -= width;
    }

    /// Makes a token of what was scanned since the last.
    fn take(&mut self, kind: Kind) -> Item {
        let item = Item::new(kind, self.start, self.pos);
        self.start = self.pos;
        item
    }

    fn emit(&mut self, kind: Kind) -> Step {
        self.item = self.take(kind);
        None
    }

    fn ignore(&mut self) {
        self.start = self.pos;
    }

    fn accept(&mut self, valid: &[u8]) -> bool {
        if self.next().is_some_and(|c| c.is_ascii() && valid.contains(&(c as u8))) {
            return true;
        }
        self.backup();
        false
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.next().is_some_and(|c| c.is_ascii() && valid.contains(&(c as u8))) {}
        self.backup();
    }

    /// An error token; nothing is left to scan after it.
    fn fail(&mut self, message: impl Into<String>) -> Step {
        self.error = message.into();
        self.item = Item::new(Kind::Error, self.start, self.start);
        self.start = 0;
        self.pos = 0;
        self.input = &[];
        None
    }

    /// Whether a right delimiter is here, and whether it trims.
    fn at_right_delim(&self) -> (bool, bool) {
        let rest = self.rest();
        if has_right_trim_marker(rest) && rest[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
            return (true, true);
        }
        (rest.starts_with(RIGHT_DELIM), false)
    }

    /// Whether what may follow an identifier is here.
    fn at_terminator(&mut self) -> bool {
        match self.input.get(self.pos) {
            None => {
                self.at_eof = true;
                true
            }
            Some(b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(') => true,
            Some(b'}') => self.rest().starts_with(RIGHT_DELIM),
            Some(_) => false,
        }
    }

    /// Skips bytes up to the first that `stop` picks; all of them are ASCII but line breaks, or
    /// parts of characters that the caller does not look at.
    fn skip_to(&mut self, stop: impl Fn(u8) -> bool) -> Option<u8> {
        let rest = self.rest();
        let found = rest.iter().position(|c| stop(*c));
        self.pos += found.unwrap_or(rest.len());
        self.at_eof |= found.is_none();
        found.map(|at| rest[at])
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        if digits.len() == 10 + 1 && self.accept(b"eE") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        if digits.len() == 16 + 6 + 1 && self.accept(b"pP") {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.next();
            return false;
        }
        true
    }

    fn bad_number(&mut self) -> Step {
        let text = pintle_go_fmt::quote(&self.input[self.start..self.pos]);
        self.fail(format!("bad number syntax: {text}"))
    }
}

fn lex_text(l: &mut Lexer<'_>) -> Step {
    let Some(found) = find_left_delim(l.rest()) else {
        l.pos = l.input.len();
        if l.pos > l.start {
            return l.emit(Kind::Text);
        }
        return l.emit(Kind::Eof);
    };
    if found > 0 {
        l.pos += found;
        let mut trimmed = 0;
        if has_left_trim_marker(&l.input[l.pos + LEFT_DELIM.len()..]) {
            let text = &l.input[l.start..l.pos];
            trimmed = text.len() - trim_end(text);
        }
        l.pos -= trimmed;
        let item = l.take(Kind::Text);
        l.pos += trimmed;
        l.ignore();
        if item.end() > item.start() {
            l.item = item;
            return None;
        }
    }
    Some(State(lex_left_delim))
}

/// Braces are rare outside of delimiters, so one byte is looked for.
fn find_left_delim(text: &[u8]) -> Option<usize> {
    memchr_iter(b'{', text).find(|at| text[*at..].starts_with(LEFT_DELIM))
}

fn lex_left_delim(l: &mut Lexer<'_>) -> Step {
    l.pos += LEFT_DELIM.len();
    let after = if has_left_trim_marker(l.rest()) { TRIM_MARKER_LEN } else { 0 };
    if l.rest()[after..].starts_with(LEFT_COMMENT) {
        l.pos += after;
        l.ignore();
        return Some(State(lex_comment));
    }
    l.item = l.take(Kind::LeftDelim);
    l.inside_action = true;
    l.pos += after;
    l.ignore();
    l.paren_depth = 0;
    None
}

fn lex_comment(l: &mut Lexer<'_>) -> Step {
    l.pos += LEFT_COMMENT.len();
    let Some(found) = memmem::find(l.rest(), RIGHT_COMMENT) else {
        return l.fail("unclosed comment");
    };
    l.pos += found + RIGHT_COMMENT.len();
    let (delim, trim) = l.at_right_delim();
    if !delim {
        return l.fail("comment ends before closing delimiter");
    }
    l.item = l.take(Kind::Comment);
    if trim {
        l.pos += TRIM_MARKER_LEN;
    }
    l.pos += RIGHT_DELIM.len();
    if trim {
        l.pos += trim_start(l.rest());
    }
    l.ignore();
    if l.options.comments {
        return None;
    }
    Some(State(lex_text))
}

fn lex_right_delim(l: &mut Lexer<'_>) -> Step {
    let (_, trim) = l.at_right_delim();
    if trim {
        l.pos += TRIM_MARKER_LEN;
        l.ignore();
    }
    l.pos += RIGHT_DELIM.len();
    l.item = l.take(Kind::RightDelim);
    if trim {
        l.pos += trim_start(l.rest());
        l.ignore();
    }
    l.inside_action = false;
    None
}

fn lex_inside_action(l: &mut Lexer<'_>) -> Step {
    let Some(&byte) = l.input.get(l.pos) else {
        l.at_eof = true;
        return l.fail("unclosed action");
    };
    if matches!(byte, b'}' | b' ' | b'\t' | b'\r' | b'\n') && l.at_right_delim().0 {
        if l.paren_depth == 0 {
            return Some(State(lex_right_delim));
        }
        return l.fail("unclosed left paren");
    }
    let after = l.input.get(l.pos + 1).copied();
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => return lex_identifier(l),
        b'0'..=b'9' | b'+' | b'-' => return lex_number(l),
        b'.' if after.is_none_or(|c| c.is_ascii_digit()) => return lex_number(l),
        b' ' | b'\t' | b'\r' | b'\n' => return lex_space(l),
        0x80.. => return lex_beyond_ascii(l),
        _ => l.pos += 1,
    }
    match byte {
        b'.' => lex_field_or_variable(l, Kind::Field),
        b'$' => lex_variable(l),
        b'|' => l.emit(Kind::Pipe),
        b'"' => lex_quoted(l, b'"', Kind::String, "unterminated quoted string"),
        b'\'' => lex_quoted(l, b'\'', Kind::CharConstant, "unterminated character constant"),
        b'`' => lex_raw_quote(l),
        b'(' => {
            l.paren_depth += 1;
            l.emit(Kind::LeftParen)
        }
        b')' if l.paren_depth == 0 => l.fail("unexpected right paren"),
        b')' => {
            l.paren_depth -= 1;
            l.emit(Kind::RightParen)
        }
        b'=' => l.emit(Kind::Assign),
        b':' if after == Some(b'=') => {
            l.pos += 1;
            l.emit(Kind::Declare)
        }
        b':' => l.fail("expected :="),
        b' '..=b'~' => l.emit(Kind::Char),
        byte => unrecognized(l, char::from(byte)),
    }
}

fn lex_beyond_ascii(l: &mut Lexer<'_>) -> Step {
    match decode_rune(l.rest()).0 {
        c if is_letter_or_digit(c) => lex_identifier(l),
        c => unrecognized(l, c),
    }
}

fn unrecognized(l: &mut Lexer<'_>, c: char) -> Step {
    l.fail(format!("unrecognized character in action: {}", unicode(c)))
}

fn lex_space(l: &mut Lexer<'_>) -> Step {
    let from = l.pos;
    l.skip_to(|c| !is_space(c));
    let spaces = l.pos - from;
    // The last space may belong to a right delimiter that trims.
    let last = &l.input[l.pos - 1..];
    if has_right_trim_marker(last) && last[TRIM_MARKER_LEN..].starts_with(RIGHT_DELIM) {
        l.backup();
        if spaces == 1 {
            return Some(State(lex_right_delim));
        }
    }
    l.emit(Kind::Space)
}

fn lex_identifier(l: &mut Lexer<'_>) -> Step {
    let after = skip_alphanumeric(l);
    if !l.at_terminator() {
        return bad_character(l, after);
    }
    let word = &l.input[l.start..l.pos];
    match Kind::of_keyword(word) {
        Some(Kind::Break) if l.options.break_is_func => l.emit(Kind::Identifier),
        Some(Kind::Continue) if l.options.continue_is_func => l.emit(Kind::Identifier),
        Some(keyword) => l.emit(keyword),
        None if word == b"true" || word == b"false" => l.emit(Kind::Bool),
        None => l.emit(Kind::Identifier),
    }
}

/// The ASCII letters, digits and underscore: one look instead of three comparisons for each byte of
/// each name.
static WORD: [bool; 256] = {
    let mut word = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        word[byte] = (byte as u8).is_ascii_alphanumeric() || byte == b'_' as usize;
        byte += 1;
    }
    word
};

/// Skips letters and digits; gives the character that ends them.
fn skip_alphanumeric(l: &mut Lexer<'_>) -> Option<char> {
    loop {
        match l.skip_to(|c| !WORD[usize::from(c)]) {
            None => return None,
            Some(c) if c.is_ascii() => return Some(char::from(c)),
            Some(_) => {
                let (c, width) = decode_rune(l.rest());
                if !is_letter_or_digit(c) {
                    return Some(c);
                }
                l.pos += width;
            }
        }
    }
}

fn bad_character(l: &mut Lexer<'_>, c: Option<char>) -> Step {
    let c = c.map(unicode).unwrap_or_default();
    l.fail(format!("bad character {c}"))
}

fn lex_variable(l: &mut Lexer<'_>) -> Step {
    if l.at_terminator() {
        return l.emit(Kind::Variable);
    }
    lex_field_or_variable(l, Kind::Variable)
}

fn lex_field_or_variable(l: &mut Lexer<'_>, kind: Kind) -> Step {
    if l.at_terminator() {
        return l.emit(if kind == Kind::Variable { Kind::Variable } else { Kind::Dot });
    }
    let after = skip_alphanumeric(l);
    if !l.at_terminator() {
        return bad_character(l, after);
    }
    l.emit(kind)
}

/// A quoted string or character constant, whose syntax the parser checks.
fn lex_quoted(l: &mut Lexer<'_>, quote: u8, kind: Kind, unterminated: &str) -> Step {
    loop {
        let found = l.skip_to(|c| c == quote || matches!(c, b'\\' | b'\n'));
        match (found, l.input.get(l.pos + 1)) {
            (Some(b'\\'), Some(next)) if *next != b'\n' => l.pos += 2,
            (Some(c), _) if c == quote => {
                l.pos += 1;
                return l.emit(kind);
            }
            _ => return l.fail(unterminated),
        }
    }
}

fn lex_raw_quote(l: &mut Lexer<'_>) -> Step {
    if l.skip_to(|c| c == b'`').is_none() {
        return l.fail("unterminated raw quoted string");
    }
    l.pos += 1;
    l.emit(Kind::RawString)
}

fn lex_number(l: &mut Lexer<'_>) -> Step {
    if !l.scan_number() {
        return l.bad_number();
    }
    if matches!(l.peek(), Some('+' | '-')) {
        // A complex constant has no spaces and ends in 'i'.
        if !l.scan_number() || l.input[l.pos - 1] != b'i' {
            return l.bad_number();
        }
        return l.emit(Kind::Complex);
    }
    l.emit(Kind::Number)
}

/// The width of the last character, as `utf8.DecodeLastRune` has it.
fn last_width(bytes: &[u8]) -> usize {
    for width in 1..=bytes.len().min(4) {
        let (_, decoded) = decode_rune(&bytes[bytes.len() - width..]);
        if decoded == width && !matches!(bytes[bytes.len() - width], 0x80..0xc0) {
            return width;
        }
    }
    1
}

fn trim_end(text: &[u8]) -> usize {
    text.iter().rposition(|c| !is_space(*c)).map_or(0, |at| at + 1)
}

fn trim_start(text: &[u8]) -> usize {
    text.iter().position(|c| !is_space(*c)).unwrap_or(text.len())
}

fn has_left_trim_marker(text: &[u8]) -> bool {
    matches!(text, [b'-', space, ..] if is_space(*space))
}

fn has_right_trim_marker(text: &[u8]) -> bool {
    matches!(text, [space, b'-', ..] if is_space(*space))
}

fn is_space(c: u8) -> bool {
    matches!(c, b' ' | b'\t' | b'\r' | b'\n')
}

fn is_alphanumeric(c: char) -> bool {
    if c.is_ascii() {
        return c == '_' || c.is_ascii_alphanumeric();
    }
    is_letter_or_digit(c)
}

/// `unicode.IsLetter` or `unicode.IsDigit`, which are narrower than Rust's alphabetic and numeric.
fn is_letter_or_digit(c: char) -> bool {
    static CLASS: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
        let hir = regex_syntax::parse(r"[\p{L}\p{Nd}]").map(regex_syntax::hir::Hir::into_kind);
        match hir {
            Ok(regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class))) => {
                class.iter().map(|range| (range.start(), range.end())).collect()
            }
            _ => Vec::new(),
        }
    });
    let after = CLASS.partition_point(|(start, _)| *start <= c);
    after > 0 && c <= CLASS[after - 1].1
}

/// A character as `%#U` prints it.
fn unicode(c: char) -> String {
    let mut out = Vec::new();
    let code = Value::Int(IntKind::Int32, i64::from(u32::from(c)));
    // A character's few bytes reach no limit.
    let _ = pintle_go_fmt::sprintf(&mut out, b"%#U", &[code]);
    String::from_utf8_lossy(&out).into_owned()
}
