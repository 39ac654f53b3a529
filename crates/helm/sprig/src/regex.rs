//! Regular expressions (sprig `regex.go`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use pintle_go_fmt::{can_backquote, quote};
use pintle_go_regexp::{Error, ErrorCode, MAX_AUTOMATON_BYTES, Regex, quote_meta};
use pintle_go_template::{CallError, Func, Int, func};
use pintle_go_value::{Heap, Type, Value};

use crate::Generator;
use crate::reflect::{heap_full, room_left, work};
use crate::table::Table;

/// How many compiled patterns a thread keeps; charts use a handful, and a template that builds
/// patterns by the thousand must not fill the memory.
const CACHE_LIMIT: usize = 128;

/// How many bytes the patterns that a thread keeps take; one alone may take
/// [`MAX_AUTOMATON_BYTES`].
const CACHE_BYTES: usize = 16 << 20;

/// What looking up a pattern and starting it counts, in steps.
const MATCH_STEPS: u64 = 10;

/// What compiling a pattern counts, in steps, beside the bytes of its automaton.
const COMPILE_STEPS: u64 = 1000;

/// How many bytes of an automaton are made in one step.
const AUTOMATON_BYTES_PER_STEP: usize = 2;

/// How many bytes of text are matched in one step, compiled patterns being what they may be.
const TEXT_BYTES_PER_STEP: usize = 8;

/// How many steps a byte is where every match counts: there may be one at each, and each begins
/// anew.
const STEPS_OF_ALL_MATCHES: u64 = 4;

/// Notes the search for all matches of a text.
fn all_of(heap: &Heap, text: &[u8]) -> Result<(), CallError> {
    work(heap, text.len() as u64 * STEPS_OF_ALL_MATCHES)
}

thread_local! {
    /// A pattern in a loop or a named template is compiled once.
    static CACHE: RefCell<Cache> = RefCell::default();
}

#[derive(Default)]
struct Cache {
    patterns: Bounded<Pattern>,
    /// The render whose patterns `paid` has.
    render: u64,
    /// What that render was charged for. It is forgotten as if the render had the cache for itself:
    /// what an earlier one left there must not decide whether this one passes its limit.
    paid: Bounded<()>,
}

/// What is known of some patterns; all is forgotten when it becomes too much.
struct Bounded<T> {
    patterns: HashMap<Vec<u8>, T>,
    bytes: usize,
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Bounded { patterns: HashMap::new(), bytes: 0 }
    }
}

impl<T> Bounded<T> {
    fn insert(&mut self, pattern: &[u8], bytes: usize, what: T) {
        if self.patterns.len() >= CACHE_LIMIT || self.bytes + bytes > CACHE_BYTES {
            *self = Self::default();
        }
        // One that alone is larger stays until the next.
        self.bytes += bytes;
        self.patterns.insert(pattern.to_vec(), what);
    }
}

/// A pattern that was compiled, or refused.
#[derive(Clone)]
struct Pattern {
    regex: Result<Rc<Regex>, Error>,
    /// What it takes in the cache.
    bytes: usize,
    /// What compiling it counts.
    steps: u64,
}

impl Pattern {
    fn compile(pattern: &[u8]) -> Self {
        let regex = Regex::new(pattern).map(Rc::new);
        let built = match &regex {
            Ok(regex) => regex.memory(),
            Err(error) if error.code == ErrorCode::Large => MAX_AUTOMATON_BYTES,
            Err(_) => 0,
        };
        let steps = COMPILE_STEPS + (pattern.len() + built / AUTOMATON_BYTES_PER_STEP) as u64;
        let bytes = pattern.len() + if regex.is_ok() { built } else { 0 };
        Pattern { regex, bytes, steps }
    }
}

/// The pattern, compiled, for one text; both are charged for, compiling once in a render.
fn compiled(heap: &Heap, pattern: &[u8], text: &[u8]) -> Result<Rc<Regex>, Error> {
    heap.charge(MATCH_STEPS + (text.len() / TEXT_BYTES_PER_STEP) as u64);
    CACHE.with_borrow_mut(|cache| {
        let found = match cache.patterns.patterns.get(pattern) {
            Some(known) => known.clone(),
            None => {
                let compiled = Pattern::compile(pattern);
                cache.patterns.insert(pattern, compiled.bytes, compiled.clone());
                compiled
            }
        };
        if cache.render != heap.id() {
            (cache.render, cache.paid) = (heap.id(), Bounded::default());
        }
        if !cache.paid.patterns.contains_key(pattern) {
            heap.charge(found.steps);
            cache.paid.insert(pattern, found.bytes, ());
        }
        found.regex
    })
}

/// `regexp.MustCompile`, which panics.
fn must(heap: &Heap, pattern: &[u8], text: &[u8]) -> Result<Rc<Regex>, CallError> {
    compiled(heap, pattern, text).map_err(|error| {
        let quoted = if can_backquote(pattern) {
            format!("`{}`", String::from_utf8_lossy(pattern))
        } else {
            quote(pattern)
        };
        CallError::panic(format!("regexp: Compile({quoted}): {error}"))
    })
}

/// `regexp.Compile`
fn try_compile(heap: &Heap, pattern: &[u8], text: &[u8]) -> Result<Rc<Regex>, CallError> {
    compiled(heap, pattern, text).map_err(|error| CallError::new(error.to_string()))
}

fn matches(heap: &Heap, pattern: &[u8], text: &[u8]) -> bool {
    compiled(heap, pattern, text).is_ok_and(|regex| regex.is_match(text))
}

fn must_match(heap: &Heap, pattern: &[u8], text: &[u8]) -> Result<bool, CallError> {
    Ok(try_compile(heap, pattern, text)?.is_match(text))
}

/// A `[]string`, nil if there are none.
fn strings<'h>(heap: &'h Heap, pieces: &[&'h [u8]]) -> Value<'h> {
    if pieces.is_empty() {
        return Value::NilOf(&Type::STRINGS);
    }
    let pieces: Vec<Value<'h>> = pieces.iter().map(|piece| Value::String(piece)).collect();
    heap.list(&Type::STRINGS, &pieces)
}

fn all_matches<'h>(
    heap: &'h Heap,
    regex: &Regex,
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    all_of(heap, text)?;
    let found: Vec<&'h [u8]> =
        regex.find_all(text, n.0).into_iter().map(|range| &text[range]).collect();
    Ok(strings(heap, &found))
}

fn find_all<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    all_matches(heap, &*must(heap, pattern, text)?, text, n)
}

fn must_find_all<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    all_matches(heap, &*try_compile(heap, pattern, text)?, text, n)
}

fn first_match<'h>(regex: &Regex, text: &'h [u8]) -> &'h [u8] {
    regex.find(text).map_or(&[], |range| &text[range])
}

fn find<'h>(heap: &Heap, pattern: &'h [u8], text: &'h [u8]) -> Result<&'h [u8], CallError> {
    Ok(first_match(&*must(heap, pattern, text)?, text))
}

fn must_find<'h>(heap: &Heap, pattern: &'h [u8], text: &'h [u8]) -> Result<&'h [u8], CallError> {
    Ok(first_match(&*try_compile(heap, pattern, text)?, text))
}

fn replaced(heap: &Heap, regex: &Regex, text: &[u8], with: &[u8]) -> Result<Vec<u8>, CallError> {
    all_of(heap, text)?;
    regex.replace_all_within(text, with, room_left(heap)).ok_or_else(|| heap_full(heap))
}

fn replaced_literally(
    heap: &Heap,
    regex: &Regex,
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    all_of(heap, text)?;
    regex.replace_all_literal_within(text, with, room_left(heap)).ok_or_else(|| heap_full(heap))
}

fn replace(heap: &Heap, pattern: &[u8], text: &[u8], with: &[u8]) -> Result<Vec<u8>, CallError> {
    replaced(heap, &*must(heap, pattern, text)?, text, with)
}

fn must_replace(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced(heap, &*try_compile(heap, pattern, text)?, text, with)
}

fn replace_literal(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced_literally(heap, &*must(heap, pattern, text)?, text, with)
}

fn must_replace_literal(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced_literally(heap, &*try_compile(heap, pattern, text)?, text, with)
}

fn pieces<'h>(
    heap: &'h Heap,
    regex: &Regex,
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    if n.0 == 0 {
        return Ok(Value::NilOf(&Type::STRINGS));
    }
    all_of(heap, text)?;
    let pieces: Vec<Value<'h>> = regex.split(text, n.0).into_iter().map(Value::String).collect();
    Ok(heap.list(&Type::STRINGS, &pieces))
}

fn split<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    pieces(heap, &*must(heap, pattern, text)?, text, n)
}

fn must_split<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    pieces(heap, &*try_compile(heap, pattern, text)?, text, n)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Regular expressions.
    pub(crate) const REGEX: &'static [Func<H>] = &[
        func!("regexMatch", matches, heap, (&[u8], &[u8])),
        func!("mustRegexMatch", must_match, heap, (&[u8], &[u8])),
        func!("regexFindAll", find_all, heap, (&[u8], &[u8], Int)),
        func!("mustRegexFindAll", must_find_all, heap, (&[u8], &[u8], Int)),
        func!("regexFind", find, heap, (&[u8], &[u8])),
        func!("mustRegexFind", must_find, heap, (&[u8], &[u8])),
        func!("regexReplaceAll", replace, heap, (&[u8], &[u8], &[u8])),
        func!("mustRegexReplaceAll", must_replace, heap, (&[u8], &[u8], &[u8])),
        func!("regexReplaceAllLiteral", replace_literal, heap, (&[u8], &[u8], &[u8])),
        func!("mustRegexReplaceAllLiteral", must_replace_literal, heap, (&[u8], &[u8], &[u8])),
        func!("regexSplit", split, heap, (&[u8], &[u8], Int)),
        func!("mustRegexSplit", must_split, heap, (&[u8], &[u8], Int)),
        func!("regexQuoteMeta", quote_meta, (&[u8])),
    ];
}
