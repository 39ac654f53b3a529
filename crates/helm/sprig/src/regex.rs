//! Regular expressions (sprig `regex.go`).

use std::cell::RefCell;
use std::collections::HashMap;

use pintle_go_fmt::{can_backquote, quote};
use pintle_go_regexp::{Error, Regex, quote_meta};
use pintle_go_template::{CallError, Func, Int, func};
use pintle_go_value::{Heap, Type, Value};

use crate::Generator;
use crate::reflect::{heap_full, room_left};
use crate::table::Table;

/// How many compiled patterns a thread keeps; charts use a handful, and a template that builds
/// patterns by the thousand must not fill the memory.
const CACHE_LIMIT: usize = 128;

thread_local! {
    /// A pattern in a loop or a named template is compiled once.
    static CACHE: RefCell<HashMap<Vec<u8>, Regex>> = RefCell::new(HashMap::new());
}

fn compiled(pattern: &[u8]) -> Result<Regex, Error> {
    CACHE.with_borrow_mut(|cache| {
        if let Some(regex) = cache.get(pattern) {
            return Ok(regex.clone());
        }
        let regex = Regex::new(pattern)?;
        if cache.len() >= CACHE_LIMIT {
            cache.clear();
        }
        cache.insert(pattern.to_vec(), regex.clone());
        Ok(regex)
    })
}

/// `regexp.MustCompile`, which panics.
fn must(pattern: &[u8]) -> Result<Regex, CallError> {
    compiled(pattern).map_err(|error| {
        let quoted = if can_backquote(pattern) {
            format!("`{}`", String::from_utf8_lossy(pattern))
        } else {
            quote(pattern)
        };
        CallError::panic(format!("regexp: Compile({quoted}): {error}"))
    })
}

/// `regexp.Compile`
fn try_compile(pattern: &[u8]) -> Result<Regex, CallError> {
    compiled(pattern).map_err(|error| CallError::new(error.to_string()))
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    compiled(pattern).is_ok_and(|regex| regex.is_match(text))
}

fn must_match(pattern: &[u8], text: &[u8]) -> Result<bool, CallError> {
    Ok(try_compile(pattern)?.is_match(text))
}

/// A `[]string`, nil if there are none.
fn strings<'h>(heap: &'h Heap, pieces: &[&'h [u8]]) -> Value<'h> {
    if pieces.is_empty() {
        return Value::NilOf(&Type::STRINGS);
    }
    let pieces: Vec<Value<'h>> = pieces.iter().map(|piece| Value::String(piece)).collect();
    heap.list(&Type::STRINGS, &pieces)
}

fn all_matches<'h>(heap: &'h Heap, regex: &Regex, text: &'h [u8], n: Int) -> Value<'h> {
    let found: Vec<&'h [u8]> =
        regex.find_all(text, n.0).into_iter().map(|range| &text[range]).collect();
    strings(heap, &found)
}

fn find_all<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    Ok(all_matches(heap, &must(pattern)?, text, n))
}

fn must_find_all<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    Ok(all_matches(heap, &try_compile(pattern)?, text, n))
}

fn first_match<'h>(regex: &Regex, text: &'h [u8]) -> &'h [u8] {
    regex.find(text).map_or(&[], |range| &text[range])
}

fn find<'h>(pattern: &'h [u8], text: &'h [u8]) -> Result<&'h [u8], CallError> {
    Ok(first_match(&must(pattern)?, text))
}

fn must_find<'h>(pattern: &'h [u8], text: &'h [u8]) -> Result<&'h [u8], CallError> {
    Ok(first_match(&try_compile(pattern)?, text))
}

fn replaced(heap: &Heap, regex: &Regex, text: &[u8], with: &[u8]) -> Result<Vec<u8>, CallError> {
    regex.replace_all_within(text, with, room_left(heap)).ok_or_else(|| heap_full(heap))
}

fn replaced_literally(
    heap: &Heap,
    regex: &Regex,
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    regex.replace_all_literal_within(text, with, room_left(heap)).ok_or_else(|| heap_full(heap))
}

fn replace(heap: &Heap, pattern: &[u8], text: &[u8], with: &[u8]) -> Result<Vec<u8>, CallError> {
    replaced(heap, &must(pattern)?, text, with)
}

fn must_replace(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced(heap, &try_compile(pattern)?, text, with)
}

fn replace_literal(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced_literally(heap, &must(pattern)?, text, with)
}

fn must_replace_literal(
    heap: &Heap,
    pattern: &[u8],
    text: &[u8],
    with: &[u8],
) -> Result<Vec<u8>, CallError> {
    replaced_literally(heap, &try_compile(pattern)?, text, with)
}

fn pieces<'h>(heap: &'h Heap, regex: &Regex, text: &'h [u8], n: Int) -> Value<'h> {
    if n.0 == 0 {
        return Value::NilOf(&Type::STRINGS);
    }
    let pieces: Vec<Value<'h>> = regex.split(text, n.0).into_iter().map(Value::String).collect();
    heap.list(&Type::STRINGS, &pieces)
}

fn split<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    Ok(pieces(heap, &must(pattern)?, text, n))
}

fn must_split<'h>(
    heap: &'h Heap,
    pattern: &[u8],
    text: &'h [u8],
    n: Int,
) -> Result<Value<'h>, CallError> {
    Ok(pieces(heap, &try_compile(pattern)?, text, n))
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Regular expressions.
    pub(crate) const REGEX: &'static [Func<H>] = &[
        func!("regexMatch", matches, (&[u8], &[u8])),
        func!("mustRegexMatch", must_match, (&[u8], &[u8])),
        func!("regexFindAll", find_all, heap, (&[u8], &[u8], Int)),
        func!("mustRegexFindAll", must_find_all, heap, (&[u8], &[u8], Int)),
        func!("regexFind", find, (&[u8], &[u8])),
        func!("mustRegexFind", must_find, (&[u8], &[u8])),
        func!("regexReplaceAll", replace, heap, (&[u8], &[u8], &[u8])),
        func!("mustRegexReplaceAll", must_replace, heap, (&[u8], &[u8], &[u8])),
        func!("regexReplaceAllLiteral", replace_literal, heap, (&[u8], &[u8], &[u8])),
        func!("mustRegexReplaceAllLiteral", must_replace_literal, heap, (&[u8], &[u8], &[u8])),
        func!("regexSplit", split, heap, (&[u8], &[u8], Int)),
        func!("mustRegexSplit", must_split, heap, (&[u8], &[u8], Int)),
        func!("regexQuoteMeta", quote_meta, (&[u8])),
    ];
}
