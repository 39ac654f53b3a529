//! Matching, splitting and replacing: Go's loops (`regexp.go`) over the automaton.

use std::borrow::Cow;
use std::ops::Range;

use regex_automata::Input;
use regex_automata::meta;

use crate::error::{Error, ErrorCode};
use crate::parse::{Parsed, first_char, parse};

/// Most memory the automaton of one pattern may take. Go's limit of 128 MiB is about its own
/// program; the automaton works on bytes and is a few times larger for Unicode classes.
pub const MAX_AUTOMATON_BYTES: usize = 64 << 20;

/// Patterns deeper than this are compiled on a thread of their own: the compiler is recursive, and
/// callers may be on small stacks.
const DEEP: u32 = 100;
const DEEP_STACK_BYTES: usize = 64 << 20;

/// Byte ranges of the groups of one match, the whole match first.
type Groups = Vec<Option<Range<usize>>>;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Regex {
    expression: Vec<u8>,
    automaton: meta::Regex,
    names: Vec<String>,
}

/// Text as the automaton wants it: valid UTF-8, every invalid byte being one U+FFFD.
struct Text<'t> {
    bytes: Cow<'t, [u8]>,
    /// Where in `bytes` a replacement character stands for one byte.
    replaced: Vec<usize>,
}

impl<'t> Text<'t> {
    fn new(text: &'t [u8]) -> Self {
        if std::str::from_utf8(text).is_ok() {
            return Self { bytes: Cow::Borrowed(text), replaced: Vec::new() };
        }
        let mut bytes = Vec::with_capacity(text.len() + 16);
        let mut replaced = Vec::new();
        for chunk in text.utf8_chunks() {
            bytes.extend_from_slice(chunk.valid().as_bytes());
            for _ in chunk.invalid() {
                replaced.push(bytes.len());
                bytes.extend_from_slice("\u{fffd}".as_bytes());
            }
        }
        Self { bytes: Cow::Owned(bytes), replaced }
    }

    /// The place in the original text.
    fn original(&self, place: usize) -> usize {
        place - 2 * self.replaced.partition_point(|&start| start < place)
    }

    fn width_at(&self, place: usize) -> usize {
        first_char(&self.bytes[place..]).map_or(0, char::len_utf8)
    }
}

impl Regex {
    /// Compiles a pattern (Go `regexp.Compile`).
    ///
    /// # Errors
    /// Go's syntax errors, and `expression too large` past [`MAX_AUTOMATON_BYTES`].
    pub fn new(expression: &[u8]) -> Result<Self, Error> {
        let Parsed { hir, height, names } = parse(expression)?;
        let build = move || {
            let config =
                meta::Config::new().nfa_size_limit(Some(MAX_AUTOMATON_BYTES)).utf8_empty(true);
            meta::Builder::new().configure(config).build_from_hir(&hir).ok()
        };
        let built = if height <= DEEP {
            build()
        } else {
            let thread = std::thread::Builder::new().stack_size(DEEP_STACK_BYTES).spawn(build);
            thread.ok().and_then(|thread| thread.join().ok()).flatten()
        };
        let Some(automaton) = built else {
            return Err(Error::new(ErrorCode::Large, expression));
        };
        Ok(Self { expression: expression.to_vec(), automaton, names })
    }

    /// About how much memory the compiled pattern takes, its caches not counted.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.automaton.memory_usage()
    }

    /// The pattern.
    #[must_use]
    pub fn expression(&self) -> &[u8] {
        &self.expression
    }

    /// Names of the groups; the first stands for the whole match and is empty.
    #[must_use]
    pub fn group_names(&self) -> &[String] {
        &self.names
    }

    /// Whether the text contains a match (Go `MatchString`).
    #[must_use]
    pub fn is_match(&self, text: &[u8]) -> bool {
        self.automaton.is_match(&*Text::new(text).bytes)
    }

    /// The first match (Go `FindStringIndex`).
    #[must_use]
    pub fn find(&self, text: &[u8]) -> Option<Range<usize>> {
        self.find_all(text, 1).into_iter().next()
    }

    /// The first match with its groups (Go `FindStringSubmatchIndex`).
    #[must_use]
    pub fn find_groups(&self, text: &[u8]) -> Option<Groups> {
        self.find_all_groups(text, 1).into_iter().next()
    }

    /// At most `n` successive matches, all if `n` is negative (Go `FindAllStringIndex`).
    #[must_use]
    pub fn find_all(&self, text: &[u8], n: i64) -> Vec<Range<usize>> {
        let mut found = Vec::new();
        self.each_match(text, n, false, |groups| {
            found.extend(groups.into_iter().next().flatten());
        });
        found
    }

    /// As [`find_all`](Self::find_all), with groups (Go `FindAllStringSubmatchIndex`).
    #[must_use]
    pub fn find_all_groups(&self, text: &[u8], n: i64) -> Vec<Groups> {
        let mut found = Vec::new();
        self.each_match(text, n, true, |groups| found.push(groups));
        found
    }

    fn search(&self, text: &Text<'_>, from: usize, groups: bool) -> Option<Groups> {
        let input = Input::new(&*text.bytes).range(from..);
        if !groups {
            return self.automaton.search(&input).map(|found| vec![Some(found.range())]);
        }
        let mut captures = self.automaton.create_captures();
        self.automaton.search_captures(&input, &mut captures);
        captures.is_match().then(|| {
            // A group under `{0}` is unknown to the automaton, but Go counts it.
            let group = |index| captures.get_group(index).map(|span| span.range());
            (0..self.names.len()).map(group).collect()
        })
    }

    /// Go's `allMatches`: an empty match right after a match does not count.
    fn each_match(&self, text: &[u8], n: i64, groups: bool, mut deliver: impl FnMut(Groups)) {
        let text = Text::new(text);
        let end = text.bytes.len();
        let limit = usize::try_from(n).unwrap_or(end + 1);
        let (mut place, mut count, mut last_end) = (0, 0, None);
        while count < limit && place <= end {
            let Some(found) = self.search(&text, place, groups) else { break };
            let Some(whole) = found[0].clone() else { break };
            let mut accept = true;
            if whole.end == place {
                accept = last_end != Some(whole.start);
                place = match text.width_at(place) {
                    0 => end + 1,
                    width => place + width,
                };
            } else {
                place = whole.end;
            }
            last_end = Some(whole.end);
            if accept {
                let original =
                    |span: Range<usize>| text.original(span.start)..text.original(span.end);
                deliver(found.into_iter().map(|group| group.map(original)).collect());
                count += 1;
            }
        }
    }

    /// Replaces every match by the expanded template: `$1`, `${name}`, `$$`
    /// (Go `ReplaceAllString`).
    #[must_use]
    pub fn replace_all(&self, text: &[u8], template: &[u8]) -> Vec<u8> {
        self.replace_all_within(text, template, usize::MAX).unwrap_or_default()
    }

    /// As [`replace_all`](Self::replace_all), or none when the result outgrows `limit` bytes: few
    /// matches of a long template make much text.
    #[must_use]
    pub fn replace_all_within(
        &self,
        text: &[u8],
        template: &[u8],
        limit: usize,
    ) -> Option<Vec<u8>> {
        let groups = template.contains(&b'$');
        self.replace(text, groups, limit, |out, source, found| {
            self.expand(out, template, source, found);
        })
    }

    /// Replaces every match by the text as it is (Go `ReplaceAllLiteralString`).
    #[must_use]
    pub fn replace_all_literal(&self, text: &[u8], replacement: &[u8]) -> Vec<u8> {
        self.replace_all_literal_within(text, replacement, usize::MAX).unwrap_or_default()
    }

    /// As [`replace_all_literal`](Self::replace_all_literal), or none when the result outgrows
    /// `limit` bytes.
    #[must_use]
    pub fn replace_all_literal_within(
        &self,
        text: &[u8],
        replacement: &[u8],
        limit: usize,
    ) -> Option<Vec<u8>> {
        self.replace(text, false, limit, |out, _, _| out.extend_from_slice(replacement))
    }

    /// Go's `replaceAll`.
    fn replace(
        &self,
        source: &[u8],
        groups: bool,
        limit: usize,
        mut substitute: impl FnMut(&mut Vec<u8>, &[u8], &Groups),
    ) -> Option<Vec<u8>> {
        let text = Text::new(source);
        let mut out = Vec::with_capacity(source.len());
        let (mut last_end, mut place) = (0, 0);
        while place <= text.bytes.len() {
            if out.len() > limit {
                return None;
            }
            let Some(found) = self.search(&text, place, groups) else { break };
            let Some(whole) = found[0].clone() else { break };
            let unmatched = text.original(last_end)..text.original(whole.start);
            out.extend_from_slice(&source[unmatched]);
            // No copy for an empty match right after another match.
            if whole.end > last_end || whole.start == 0 {
                let original =
                    |span: Range<usize>| text.original(span.start)..text.original(span.end);
                let found = found.into_iter().map(|group| group.map(original)).collect();
                substitute(&mut out, source, &found);
            }
            last_end = whole.end;
            let width = text.width_at(place);
            place = if place + width > whole.end {
                place + width
            } else if place + 1 > whole.end {
                place + 1
            } else {
                whole.end
            };
        }
        out.extend_from_slice(&source[text.original(last_end)..]);
        (out.len() <= limit).then_some(out)
    }

    /// Go's `expand`.
    fn expand(&self, out: &mut Vec<u8>, template: &[u8], source: &[u8], groups: &Groups) {
        let mut rest = template;
        let group = |index: usize| groups.get(index).cloned().flatten();
        while let Some(dollar) = rest.iter().position(|&b| b == b'$') {
            out.extend_from_slice(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            if let Some(tail) = rest.strip_prefix(b"$") {
                out.push(b'$');
                rest = tail;
                continue;
            }
            let Some((name, length)) = extract_name(rest) else {
                // Malformed: the sign stays.
                out.push(b'$');
                continue;
            };
            rest = &rest[length..];
            let span = match group_number(name) {
                Some(index) => group(index),
                None => {
                    let named = self.names.iter().enumerate();
                    let mut named = named.filter(|(_, group)| group.as_bytes() == name);
                    named.find_map(|(index, _)| group(index))
                }
            };
            if let Some(span) = span {
                out.extend_from_slice(&source[span]);
            }
        }
        out.extend_from_slice(rest);
    }

    /// The pieces between matches: at most `n`, all if `n` is negative, none if it is zero
    /// (Go `Split`).
    #[must_use]
    pub fn split<'t>(&self, text: &'t [u8], n: i64) -> Vec<&'t [u8]> {
        if n == 0 {
            return Vec::new();
        }
        if !self.expression.is_empty() && text.is_empty() {
            return vec![b""];
        }
        let mut pieces = Vec::new();
        let (mut begin, mut end) = (0, 0);
        for found in self.find_all(text, n) {
            if usize::try_from(n).is_ok_and(|n| pieces.len() + 1 >= n) {
                break;
            }
            end = found.start;
            if found.end != 0 {
                pieces.push(&text[begin..end]);
            }
            begin = found.end;
        }
        if end != text.len() {
            pieces.push(&text[begin..]);
        }
        pieces
    }
}

/// Escapes everything that means something in a pattern (Go `QuoteMeta`).
#[must_use]
pub fn quote_meta(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    for &byte in text {
        if br"\.+*?()|[]{}^$".contains(&byte) {
            out.push(b'\\');
        }
        out.push(byte);
    }
    out
}

/// The name of a variable after its `$`, and how long its text is (Go `extract`).
fn extract_name(text: &[u8]) -> Option<(&[u8], usize)> {
    let brace = text.first() == Some(&b'{');
    let body = if brace { &text[1..] } else { text };
    let mut end = 0;
    while let Some(c) = first_char(&body[end..]) {
        if !(c == '_' || is_letter_or_digit(c)) {
            break;
        }
        end += c.len_utf8();
    }
    if end == 0 {
        return None;
    }
    if brace {
        return (body.get(end) == Some(&b'}')).then(|| (&body[..end], end + 2));
    }
    Some((&body[..end], end))
}

/// Go's `unicode.IsLetter || unicode.IsDigit`; Rust's `is_alphanumeric` also holds for marks and
/// letter-like numbers, which end a name in Go.
fn is_letter_or_digit(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    let within = |name: &[u8]| {
        crate::class::unicode_class(name, false).is_some_and(|class| {
            class.ranges().iter().any(|range| range.start() <= c && c <= range.end())
        })
    };
    within(b"L") || within(b"Nd")
}

fn group_number(name: &[u8]) -> Option<usize> {
    // Go gives up on numbers from 1e8 on, and on leading zeros.
    const TOO_LARGE: usize = 100_000_000;
    if name[0] == b'0' && name.len() > 1 {
        return None;
    }
    let mut number = 0;
    for digit in name {
        if !digit.is_ascii_digit() || number >= TOO_LARGE {
            return None;
        }
        number = number * 10 + usize::from(digit - b'0');
    }
    Some(number)
}
