//! The parser of patterns: a port of Go's `regexp/syntax/parse.go` that emits HIR.
//!
//! Go builds a tree on a stack with pseudo-operators; here each open group is a frame that holds
//! its finished alternatives and the sequence being read. Go's rewriting of the tree (joining
//! literals, factoring prefixes) is left out: it changes no match.

use regex_syntax::hir::{Capture, Class, ClassUnicode, Dot, Hir, Look, Repetition};

use crate::class::{fold, of_ranges, push_range, unicode_class};
use crate::error::{Error, ErrorCode};
use crate::tables::{perl_group, posix_group};

/// Most copies that nested counted repetitions may ask for together (Go: 1000).
pub const MAX_REPEAT: u32 = 1000;
/// Deepest tree (Go `maxHeight`).
pub const MAX_HEIGHT: u32 = 1000;
/// Largest pattern in instructions of Go's program, 40 bytes each (Go `maxSize`: 128 MiB).
pub const MAX_SIZE: u64 = (128 << 20) / 40;
/// Most range bounds in all classes of a pattern (Go `maxRunes`: 128 MiB).
pub const MAX_RUNES: usize = (128 << 20) / 4;

const FOLD_CASE: u8 = 1;
const DOT_NL: u8 = 2;
const ONE_LINE: u8 = 4;
const NON_GREEDY: u8 = 8;

/// What a pattern becomes.
pub(crate) struct Parsed {
    pub(crate) hir: Hir,
    /// Height of Go's tree; deep ones need a larger stack to compile.
    pub(crate) height: u32,
    /// Name of each group, the whole match (index 0) included.
    pub(crate) names: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Concat,
    Alternate,
    Other,
}

/// A piece of the pattern with the figures that Go's limits are about.
struct Node {
    hir: Hir,
    shape: Shape,
    height: u32,
    size: u64,
    /// Largest product of nested repetition counts inside.
    copies: u64,
}

struct Frame {
    capture: Option<u32>,
    /// Flags to go back to when the group closes.
    flags: u8,
    alternatives: Vec<Node>,
    sequence: Vec<Node>,
}

impl Frame {
    fn new(capture: Option<u32>, flags: u8) -> Self {
        Self { capture, flags, alternatives: Vec::new(), sequence: Vec::new() }
    }
}

struct Parser<'p> {
    pattern: &'p [u8],
    rest: &'p [u8],
    flags: u8,
    frames: Vec<Frame>,
    top: Frame,
    names: Vec<String>,
    runes: usize,
    last_repeat: Option<&'p [u8]>,
    /// The last named Unicode class: building one costs far more than its few bytes of pattern.
    last_class: Option<(Vec<u8>, bool, ClassUnicode)>,
}

/// Parses with Go's `syntax.Perl` flags.
pub(crate) fn parse(pattern: &[u8]) -> Result<Parsed, Error> {
    let mut parser = Parser {
        pattern,
        rest: pattern,
        flags: ONE_LINE,
        frames: Vec::new(),
        top: Frame::new(None, ONE_LINE),
        names: vec![String::new()],
        runes: 0,
        last_repeat: None,
        last_class: None,
    };
    while !parser.rest.is_empty() {
        let repeated = parser.step()?;
        parser.last_repeat = repeated;
    }
    if !parser.frames.is_empty() {
        return parser.fail(ErrorCode::MissingParen, pattern);
    }
    let node = parser.finish_frame()?;
    Ok(Parsed { hir: node.hir, height: node.height, names: parser.names })
}

impl<'p> Parser<'p> {
    fn fail<T>(&self, code: ErrorCode, expression: &[u8]) -> Result<T, Error> {
        Err(Error::new(code, expression))
    }

    /// Reads one element; returns its text if it was a repetition.
    fn step(&mut self) -> Result<Option<&'p [u8]>, Error> {
        let text = self.rest;
        match text[0] {
            b'(' if text.get(1) == Some(&b'?') => self.perl_flags()?,
            b'(' => {
                self.advance(1);
                self.open(Some(String::new()));
            }
            b'|' => {
                self.advance(1);
                self.close_alternative()?;
            }
            b')' => {
                self.close_group()?;
                self.advance(1);
            }
            b'^' | b'$' => {
                self.advance(1);
                let look = match (text[0], self.flags & ONE_LINE != 0) {
                    (b'^', true) => Look::Start,
                    (b'^', false) => Look::StartLF,
                    (_, true) => Look::End,
                    (_, false) => Look::EndLF,
                };
                self.push_leaf(Hir::look(look))?;
            }
            b'.' => {
                self.advance(1);
                let dot =
                    if self.flags & DOT_NL != 0 { Dot::AnyChar } else { Dot::AnyCharExceptLF };
                self.push_leaf(Hir::dot(dot))?;
            }
            b'[' => self.class()?,
            b'*' => return self.repeat(text, 1, 0, None, false),
            b'+' => return self.repeat(text, 1, 1, None, false),
            b'?' => return self.repeat(text, 1, 0, Some(1), false),
            b'{' => return self.counted_repeat(),
            b'\\' => self.escape()?,
            _ => {
                let c = self.next_rune()?;
                self.literal(c)?;
            }
        }
        Ok(None)
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn next_rune(&mut self) -> Result<u32, Error> {
        let Some(c) = first_char(self.rest) else {
            return self.fail(ErrorCode::InvalidUtf8, self.rest);
        };
        self.advance(c.len_utf8());
        Ok(c as u32)
    }

    // Pieces.

    fn push(&mut self, node: Node) -> Result<(), Error> {
        self.check(&node)?;
        self.top.sequence.push(node);
        Ok(())
    }

    fn check(&self, node: &Node) -> Result<(), Error> {
        if node.size > MAX_SIZE || self.runes > MAX_RUNES {
            return self.fail(ErrorCode::Large, self.pattern);
        }
        if node.height > MAX_HEIGHT {
            return self.fail(ErrorCode::NestingDepth, self.pattern);
        }
        Ok(())
    }

    fn push_leaf(&mut self, hir: Hir) -> Result<(), Error> {
        self.push(Node { hir, shape: Shape::Other, height: 1, size: 1, copies: 1 })
    }

    fn push_class(&mut self, class: ClassUnicode) -> Result<(), Error> {
        self.runes += 2 * class.ranges().len();
        self.push_leaf(Hir::class(Class::Unicode(class)))
    }

    fn literal(&mut self, rune: u32) -> Result<(), Error> {
        self.runes += 1;
        let Some(c) = char::from_u32(rune) else {
            // A surrogate is in no text.
            return self.push_leaf(Hir::fail());
        };
        if self.flags & FOLD_CASE == 0 {
            let mut utf8 = [0; 4];
            return self.push_leaf(Hir::literal(c.encode_utf8(&mut utf8).as_bytes()));
        }
        let mut class = of_ranges(&[(c, c)]);
        fold(&mut class);
        self.push_leaf(Hir::class(Class::Unicode(class)))
    }

    // Groups.

    fn open(&mut self, name: Option<String>) {
        let capture = name.map(|name| {
            self.names.push(name);
            (self.names.len() - 1) as u32
        });
        let inner = Frame::new(capture, self.flags);
        self.frames.push(std::mem::replace(&mut self.top, inner));
    }

    fn close_alternative(&mut self) -> Result<(), Error> {
        let sequence = std::mem::take(&mut self.top.sequence);
        let node = join(sequence, Shape::Concat);
        self.check(&node)?;
        self.top.alternatives.push(node);
        Ok(())
    }

    fn finish_frame(&mut self) -> Result<Node, Error> {
        self.close_alternative()?;
        let node = join(std::mem::take(&mut self.top.alternatives), Shape::Alternate);
        self.check(&node)?;
        Ok(node)
    }

    fn close_group(&mut self) -> Result<(), Error> {
        let node = self.finish_frame()?;
        let Some(outer) = self.frames.pop() else {
            return self.fail(ErrorCode::UnexpectedParen, self.pattern);
        };
        let frame = std::mem::replace(&mut self.top, outer);
        self.flags = frame.flags;
        let Some(index) = frame.capture else { return self.push(node) };
        self.push(Node {
            hir: Hir::capture(Capture { index, name: None, sub: Box::new(node.hir) }),
            shape: Shape::Other,
            height: node.height + 1,
            size: node.size + 2,
            copies: node.copies,
        })
    }

    /// `(?i)`, `(?i:…`, `(?:…`, `(?P<name>…`, `(?<name>…` (Go `parsePerlFlags`).
    fn perl_flags(&mut self) -> Result<(), Error> {
        let text = self.rest;
        let with_p = text.len() > 4 && text[2] == b'P' && text[3] == b'<';
        let with_name = text.len() > 3 && text[2] == b'<';
        if with_p || with_name {
            return self.named_group(if with_name { 3 } else { 4 });
        }
        self.advance(2);
        let mut flags = self.flags;
        let (mut negative, mut saw_flag) = (false, false);
        while !self.rest.is_empty() {
            let c = char::from_u32(self.next_rune()?);
            match c {
                Some('i') => flags |= FOLD_CASE,
                Some('m') => flags &= !ONE_LINE,
                Some('s') => flags |= DOT_NL,
                Some('U') => flags |= NON_GREEDY,
                Some('-') if !negative => {
                    // The flags are kept inverted until the end, so that setting unsets.
                    negative = true;
                    flags = !flags;
                    saw_flag = false;
                    continue;
                }
                Some(':' | ')') if !negative || saw_flag => {
                    if c == Some(':') {
                        self.open(None);
                    }
                    self.flags = if negative { !flags } else { flags };
                    return Ok(());
                }
                _ => break,
            }
            saw_flag = true;
        }
        let read = &text[..text.len() - self.rest.len()];
        self.fail(ErrorCode::InvalidPerlOp, read)
    }

    fn named_group(&mut self, start: usize) -> Result<(), Error> {
        let text = self.rest;
        let Some(end) = text.iter().position(|&b| b == b'>') else {
            check_utf8(text)?;
            return self.fail(ErrorCode::InvalidNamedCapture, text);
        };
        let name = &text[start..end];
        check_utf8(name)?;
        if name.is_empty() || !name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') {
            return self.fail(ErrorCode::InvalidNamedCapture, &text[..=end]);
        }
        self.open(Some(String::from_utf8_lossy(name).into_owned()));
        self.advance(end + 1);
        Ok(())
    }

    // Repetitions.

    /// Applies a repetition whose operator is `skip` bytes long (Go `repeat`).
    fn repeat(
        &mut self,
        before: &'p [u8],
        skip: usize,
        min: u32,
        max: Option<u32>,
        counted: bool,
    ) -> Result<Option<&'p [u8]>, Error> {
        self.rest = &before[skip..];
        let mut flags = self.flags;
        if self.rest.first() == Some(&b'?') {
            self.advance(1);
            flags ^= NON_GREEDY;
        }
        if let Some(last) = self.last_repeat {
            let expression = &last[..last.len() - self.rest.len()];
            return self.fail(ErrorCode::InvalidRepeatOp, expression);
        }
        let expression = &before[..before.len() - self.rest.len()];
        let Some(node) = self.top.sequence.pop() else {
            return self.fail(ErrorCode::MissingRepeatArgument, expression);
        };
        let (size, factor) = repeat_size(node.size, min, max, counted);
        let copies = if max == Some(0) { 1 } else { node.copies.saturating_mul(factor) };
        let greedy = flags & NON_GREEDY == 0;
        let repeated = Node {
            hir: Hir::repetition(Repetition { min, max, greedy, sub: Box::new(node.hir) }),
            shape: Shape::Other,
            height: node.height + 1,
            size,
            copies,
        };
        self.check(&repeated)?;
        let many = min >= 2 || max.is_some_and(|max| max >= 2);
        if counted && many && repeated.copies > u64::from(MAX_REPEAT) {
            return self.fail(ErrorCode::InvalidRepeatSize, expression);
        }
        self.top.sequence.push(repeated);
        Ok(Some(before))
    }

    fn counted_repeat(&mut self) -> Result<Option<&'p [u8]>, Error> {
        let before = self.rest;
        let Some((min, max, skip)) = parse_counts(before) else {
            // What is no repetition is a literal brace.
            self.advance(1);
            self.literal(u32::from(b'{'))?;
            return Ok(None);
        };
        let in_limit = |n: Option<u32>| n.filter(|&n| n <= MAX_REPEAT);
        let (min, max) = match (in_limit(min), max) {
            (Some(min), None) => (min, None),
            (Some(min), Some(max)) if in_limit(max).is_some_and(|max| min <= max) => (min, max),
            _ => return self.fail(ErrorCode::InvalidRepeatSize, &before[..skip]),
        };
        self.repeat(before, skip, min, max, true)
    }

    // Escapes and classes.

    fn escape(&mut self) -> Result<(), Error> {
        let text = self.rest;
        let look = match text.get(1) {
            Some(b'A') => Some(Look::Start),
            Some(b'z') => Some(Look::End),
            Some(b'b') => Some(Look::WordAscii),
            Some(b'B') => Some(Look::WordAsciiNegate),
            Some(b'C') => return self.fail(ErrorCode::InvalidEscape, &text[..2]),
            Some(b'Q') => return self.quoted(),
            _ => None,
        };
        if let Some(look) = look {
            self.advance(2);
            return self.push_leaf(Hir::look(look));
        }
        if let Some(class) = self.unicode_class()? {
            return self.push_class(class);
        }
        if let Some(class) = self.perl_class() {
            return self.push_class(class);
        }
        let c = self.character_escape()?;
        self.literal(c)
    }

    /// `\Q…\E`: everything between is literal.
    fn quoted(&mut self) -> Result<(), Error> {
        let body = &self.rest[2..];
        let end = body.windows(2).position(|pair| pair == b"\\E");
        let after = end.map_or(&body[body.len()..], |end| &body[end + 2..]);
        self.rest = &body[..end.unwrap_or(body.len())];
        while !self.rest.is_empty() {
            let c = self.next_rune()?;
            self.literal(c)?;
        }
        self.rest = after;
        Ok(())
    }

    fn perl_class(&mut self) -> Option<ClassUnicode> {
        let [b'\\', letter, ..] = self.rest else { return None };
        let ranges = perl_group(*letter)?;
        self.advance(2);
        Some(self.group(ranges, letter.is_ascii_uppercase()))
    }

    fn group(&self, ranges: &[(char, char)], negated: bool) -> ClassUnicode {
        let mut class = of_ranges(ranges);
        if self.flags & FOLD_CASE != 0 {
            fold(&mut class);
        }
        if negated {
            class.negate();
        }
        class
    }

    /// `\pL`, `\p{Greek}`, `\P{^Lu}` (Go `parseUnicodeClass`).
    fn unicode_class(&mut self) -> Result<Option<ClassUnicode>, Error> {
        let text = self.rest;
        let [b'\\', letter @ (b'p' | b'P'), ..] = text else { return Ok(None) };
        self.advance(2);
        if self.rest.is_empty() {
            // Go's decoder answers an empty rune for an empty text, and finds no such class.
            return self.fail(ErrorCode::InvalidCharRange, text);
        }
        let c = self.next_rune()?;
        let (sequence, mut name) = if c == u32::from(b'{') {
            let Some(end) = text.iter().position(|&b| b == b'}') else {
                check_utf8(text)?;
                return self.fail(ErrorCode::InvalidCharRange, text);
            };
            self.rest = &text[end + 1..];
            check_utf8(&text[3..end])?;
            (&text[..=end], &text[3..end])
        } else {
            let sequence = &text[..text.len() - self.rest.len()];
            (sequence, &sequence[2..])
        };
        let mut negated = *letter == b'P';
        if let Some(tail) = name.strip_prefix(b"^") {
            negated = !negated;
            name = tail;
        }
        let Some(mut class) = self.named_class(name) else {
            return self.fail(ErrorCode::InvalidCharRange, sequence);
        };
        if negated {
            class.negate();
        }
        Ok(Some(class))
    }

    fn named_class(&mut self, name: &[u8]) -> Option<ClassUnicode> {
        let folded = self.flags & FOLD_CASE != 0;
        match &self.last_class {
            Some((last, as_folded, class)) if last == name && *as_folded == folded => {
                Some(class.clone())
            }
            _ => {
                let class = unicode_class(name, folded)?;
                self.last_class = Some((name.to_vec(), folded, class.clone()));
                Some(class)
            }
        }
    }

    /// One escaped character (Go `parseEscape`).
    fn character_escape(&mut self) -> Result<u32, Error> {
        let text = self.rest;
        self.advance(1);
        if self.rest.is_empty() {
            return self.fail(ErrorCode::TrailingBackslash, b"");
        }
        let c = self.next_rune()?;
        let is_octal = |b: Option<&u8>| b.is_some_and(|b| (b'0'..=b'7').contains(b));
        let letter = u8::try_from(c).unwrap_or(0x80);
        let value = match letter {
            // A single digit other than zero would be a back reference.
            b'1'..=b'7' if !is_octal(self.rest.first()) => None,
            b'0'..=b'7' => {
                let mut value = c - u32::from(b'0');
                for _ in 0..2 {
                    if !is_octal(self.rest.first()) {
                        break;
                    }
                    value = value * 8 + u32::from(self.rest[0] - b'0');
                    self.advance(1);
                }
                Some(value)
            }
            b'x' => self.hex_escape()?,
            b'a' => Some(7),
            b'f' => Some(0xc),
            b'n' => Some(0xa),
            b'r' => Some(0xd),
            b't' => Some(9),
            b'v' => Some(0xb),
            _ if c < 0x80 && !letter.is_ascii_alphanumeric() => Some(c),
            _ => None,
        };
        match value {
            Some(value) => Ok(value),
            None => {
                let read = &text[..text.len() - self.rest.len()];
                self.fail(ErrorCode::InvalidEscape, read)
            }
        }
    }

    fn hex_escape(&mut self) -> Result<Option<u32>, Error> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let first = self.next_rune()?;
        if first != u32::from(b'{') {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let second = self.next_rune()?;
            return Ok(hex_digit(first).zip(hex_digit(second)).map(|(x, y)| x * 16 + y));
        }
        let (mut value, mut digits) = (0, 0);
        while !self.rest.is_empty() {
            let c = self.next_rune()?;
            if c == u32::from(b'}') {
                return Ok((digits > 0).then_some(value));
            }
            let Some(digit) = hex_digit(c) else { break };
            value = value * 16 + digit;
            if value > char::MAX as u32 {
                break;
            }
            digits += 1;
        }
        Ok(None)
    }

    /// `[…]` (Go `parseClass`).
    fn class(&mut self) -> Result<(), Error> {
        let whole = self.rest;
        self.advance(1);
        let negated = self.rest.first() == Some(&b'^');
        if negated {
            self.advance(1);
        }
        let mut class = ClassUnicode::empty();
        let mut first = true;
        // A closing bracket is an ordinary character in first place.
        while first || self.rest.first() != Some(&b']') {
            first = false;
            if let Some(named) = self.posix_class()? {
                class.union(&named);
            } else if let Some(table) = self.unicode_class()? {
                class.union(&table);
            } else if let Some(group) = self.perl_class() {
                class.union(&group);
            } else {
                self.class_range(whole, &mut class)?;
            }
        }
        self.advance(1);
        if negated {
            class.negate();
        }
        self.push_class(class)
    }

    fn posix_class(&mut self) -> Result<Option<ClassUnicode>, Error> {
        let text = self.rest;
        if text.len() <= 2 || !text.starts_with(b"[:") {
            return Ok(None);
        }
        let Some(end) = text[2..].windows(2).position(|pair| pair == b":]") else {
            return Ok(None);
        };
        let inner = &text[2..2 + end];
        let (name, negated) = match inner.strip_prefix(b"^") {
            Some(name) => (name, true),
            None => (inner, false),
        };
        let Some(ranges) = posix_group(name) else {
            return self.fail(ErrorCode::InvalidCharRange, &text[..end + 4]);
        };
        self.advance(end + 4);
        Ok(Some(self.group(ranges, negated)))
    }

    fn class_range(&mut self, whole: &[u8], class: &mut ClassUnicode) -> Result<(), Error> {
        let text = self.rest;
        let lo = self.class_character(whole)?;
        let mut hi = lo;
        // `[a-]` is a or a hyphen.
        if self.rest.len() >= 2 && self.rest[0] == b'-' && self.rest[1] != b']' {
            self.advance(1);
            hi = self.class_character(whole)?;
            if hi < lo {
                let range = &text[..text.len() - self.rest.len()];
                return self.fail(ErrorCode::InvalidCharRange, range);
            }
        }
        if self.flags & FOLD_CASE == 0 {
            push_range(class, lo, hi);
        } else {
            let mut range = ClassUnicode::empty();
            push_range(&mut range, lo, hi);
            fold(&mut range);
            class.union(&range);
        }
        Ok(())
    }

    fn class_character(&mut self, whole: &[u8]) -> Result<u32, Error> {
        match self.rest.first() {
            None => self.fail(ErrorCode::MissingBracket, whole),
            Some(b'\\') => self.character_escape(),
            Some(_) => self.next_rune(),
        }
    }
}

/// Size of a repetition in Go's instructions, and its count for the copies limit.
fn repeat_size(sub: u64, min: u32, max: Option<u32>, counted: bool) -> (u64, u64) {
    let (min, count) = (u64::from(min), u64::from(max.unwrap_or(min)));
    let size = match (counted, max) {
        (false, None) if min == 0 => 2 + sub,
        (false, _) => 1 + sub,
        (true, None) if min == 0 => 2 + sub,
        (true, None) => 1 + min * sub,
        (true, Some(_)) => count * sub + (count - min),
    };
    (size.max(1), if counted { count.max(1) } else { 1 })
}

/// Joins pieces, flattening pieces of the same shape as Go's `collapse` does.
fn join(mut nodes: Vec<Node>, shape: Shape) -> Node {
    if nodes.len() == 1
        && let Some(node) = nodes.pop()
    {
        return node;
    }
    let tallest = nodes.iter().map(|n| n.height - u32::from(n.shape == shape)).max();
    let bars = if shape == Shape::Alternate { nodes.len().saturating_sub(1) as u64 } else { 0 };
    let size = nodes.iter().map(|n| n.size).sum::<u64>() + bars;
    let copies = nodes.iter().map(|n| n.copies).max().unwrap_or(1);
    let hirs: Vec<Hir> = nodes.into_iter().map(|n| n.hir).collect();
    let hir = match shape {
        Shape::Alternate => Hir::alternation(hirs),
        _ => Hir::concat(hirs),
    };
    Node { hir, shape, height: 1 + tallest.unwrap_or(0), size: size.max(1), copies }
}

/// `{min}`, `{min,}`, `{min,max}`: the counts (none: too large) and the length of the text. The
/// outer option of `max` is whether there is one.
#[expect(clippy::option_option, reason = "no maximum and an unreadable maximum differ")]
fn parse_counts(text: &[u8]) -> Option<(Option<u32>, Option<Option<u32>>, usize)> {
    let (min, mut at) = parse_int(text, 1)?;
    let max = if *text.get(at)? == b',' {
        at += 1;
        if *text.get(at)? == b'}' {
            None
        } else {
            let (max, after) = parse_int(text, at)?;
            at = after;
            Some(max)
        }
    } else {
        Some(min)
    };
    (*text.get(at)? == b'}').then_some((min, max, at + 1))
}

/// A decimal number without leading zeros; the value is none when it is far too large.
fn parse_int(text: &[u8], start: usize) -> Option<(Option<u32>, usize)> {
    let digits = text.get(start..)?.iter().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || (digits > 1 && text[start] == b'0') {
        return None;
    }
    let end = start + digits;
    let value = std::str::from_utf8(&text[start..end]).ok()?.parse().ok();
    Some((value, end))
}

fn hex_digit(c: u32) -> Option<u32> {
    char::from_u32(c)?.to_digit(16)
}

/// The first character, unless the text is empty or does not start with valid UTF-8.
pub(crate) fn first_char(text: &[u8]) -> Option<char> {
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    valid.chars().next()
}

fn check_utf8(text: &[u8]) -> Result<(), Error> {
    match std::str::from_utf8(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::new(ErrorCode::InvalidUtf8, &text[error.valid_up_to()..])),
    }
}
