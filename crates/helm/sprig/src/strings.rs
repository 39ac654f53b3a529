//! Strings (sprig `strings.go` and the string entries of `functions.go`).

use std::borrow::Cow;

use pintle_go_fmt::append_quote;
use pintle_go_template::{CallError, Func, Int, Rest, func};
use pintle_go_value::{Heap, Type, Value};

use crate::Generator;
use crate::reflect::{elements, is_nil, print_limit, printed, room, strval, work};
use crate::table::Table;
use crate::text;
use crate::words;

fn hello() -> &'static str {
    "Hello!"
}

/// Go's text for a slice expression that is out of bounds.
fn out_of_bounds(start: Option<i64>, end: i64, length: usize) -> CallError {
    let bounds = match start {
        _ if end < 0 => format!(":{end}]"),
        Some(start) => format!("{start}:{end}]"),
        None => format!(":{end}] with length {length}"),
    };
    CallError::panic(format!("runtime error: slice bounds out of range [{bounds}"))
}

fn substr(start: Int, end: Int, text: &[u8]) -> Result<&[u8], CallError> {
    let (start, end, length) = (start.0, end.0, text.len());
    if start < 0 {
        let end_at = usize::try_from(end).ok().filter(|end| *end <= length);
        return end_at.map(|end| &text[..end]).ok_or_else(|| out_of_bounds(None, end, length));
    }
    let end = if end < 0 || end > length as i64 { length as i64 } else { end };
    let start_at = usize::try_from(start).unwrap_or(usize::MAX);
    text.get(start_at..end as usize).ok_or_else(|| out_of_bounds(Some(start), end, length))
}

fn trunc(count: Int, text: &[u8]) -> &[u8] {
    let length = text.len() as i64;
    match count.0 {
        count if count < 0 && length.saturating_add(count) > 0 => {
            &text[(length + count) as usize..]
        }
        count if count >= 0 && length > count => &text[..count as usize],
        _ => text,
    }
}

fn repeat(heap: &Heap, count: Int, text: &[u8]) -> Result<Vec<u8>, CallError> {
    let Ok(count) = usize::try_from(count.0) else {
        return Err(CallError::panic("strings: negative Repeat count"));
    };
    if count.checked_mul(text.len()).is_none_or(|bytes| bytes > i64::MAX as usize) {
        return Err(CallError::panic("strings: Repeat output length overflow"));
    }
    room(heap, count, text.len())?;
    Ok(text.repeat(count))
}

fn trim_all<'h>(set: &'h [u8], text: &'h [u8]) -> &'h [u8] {
    text::trim(text, set)
}

fn trim_suffix<'h>(suffix: &'h [u8], text: &'h [u8]) -> &'h [u8] {
    text.strip_suffix(suffix).unwrap_or(text)
}

fn trim_prefix<'h>(prefix: &'h [u8], text: &'h [u8]) -> &'h [u8] {
    text.strip_prefix(prefix).unwrap_or(text)
}

fn abbrev(width: Int, text: &[u8]) -> Vec<u8> {
    if width.0 < 4 { text.to_vec() } else { words::abbreviate(text, 0, width.0) }
}

fn abbrevboth(left: Int, right: Int, text: &[u8]) -> Vec<u8> {
    if right.0 < 4 || left.0 > 0 && right.0 < 7 {
        return text.to_vec();
    }
    words::abbreviate(text, left.0, right.0)
}

fn snakecase(text: &[u8]) -> Vec<u8> {
    words::lower_words(text, '_')
}

fn kebabcase(text: &[u8]) -> Vec<u8> {
    words::lower_words(text, '-')
}

fn wrap(width: Int, text: &[u8]) -> Vec<u8> {
    words::wrap(text, width.0, b"", false)
}

fn wrap_with(heap: &Heap, width: Int, separator: &[u8], text: &[u8]) -> Result<Vec<u8>, CallError> {
    let spaces = text.iter().filter(|byte| **byte == b' ').count();
    let cuts = text.len() / usize::try_from(width.0).unwrap_or(0).max(1);
    room(heap, spaces + cuts + 1, separator.len() + 1)?;
    Ok(words::wrap(text, width.0, separator, true))
}

fn contains(piece: &[u8], text: &[u8]) -> bool {
    text::find(text, piece).is_some()
}

fn has_prefix(prefix: &[u8], text: &[u8]) -> bool {
    text.starts_with(prefix)
}

fn has_suffix(suffix: &[u8], text: &[u8]) -> bool {
    text.ends_with(suffix)
}

fn quote<'h>(values: Rest<'_, 'h, Value<'h>>) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    for value in values.iter().filter(|value| !is_nil(value)) {
        separate(&mut out);
        append_quote(&mut out, &strval(value)?);
    }
    Ok(out)
}

fn squote<'h>(values: Rest<'_, 'h, Value<'h>>) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    for value in values.iter().filter(|value| !is_nil(value)) {
        separate(&mut out);
        out.push(b'\'');
        out.extend_from_slice(&printed(value)?);
        out.push(b'\'');
    }
    Ok(out)
}

/// A space before every piece but the first; quoted pieces are never empty.
fn separate(out: &mut Vec<u8>) {
    if !out.is_empty() {
        out.push(b' ');
    }
}

fn cat<'h>(values: Rest<'_, 'h, Value<'h>>) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    for (index, value) in values.iter().filter(|value| !is_nil(value)).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        pintle_go_fmt::write_value(&mut out, value).map_err(print_limit)?;
    }
    Ok(out)
}

fn indented(heap: &Heap, spaces: Int, text: &[u8], lead: &[u8]) -> Result<Vec<u8>, CallError> {
    let Ok(width) = usize::try_from(spaces.0) else {
        return Err(CallError::panic("strings: negative Repeat count"));
    };
    let lines = 1 + text.iter().filter(|byte| **byte == b'\n').count();
    room(heap, lines, width)?;
    room(heap, text.len(), 1)?;
    let mut out = Vec::with_capacity(text.len() + lines * width + lead.len());
    out.extend_from_slice(lead);
    for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + width, b' ');
        out.extend_from_slice(line);
    }
    Ok(out)
}

fn indent(heap: &Heap, spaces: Int, text: &[u8]) -> Result<Vec<u8>, CallError> {
    indented(heap, spaces, text, b"")
}

fn nindent(heap: &Heap, spaces: Int, text: &[u8]) -> Result<Vec<u8>, CallError> {
    indented(heap, spaces, text, b"\n")
}

/// How many bytes are searched for what is replaced in one step; each may be a match.
const REPLACED_BYTES_PER_STEP: u64 = 2;

fn replace(heap: &Heap, old: &[u8], new: &[u8], text: &[u8]) -> Result<Vec<u8>, CallError> {
    if new.len() > old.len() {
        room(heap, text::count(text, old), new.len())?;
    }
    heap.charge(text.len() as u64 / REPLACED_BYTES_PER_STEP);
    Ok(text::replace_all(text, old, new))
}

fn plural<'h>(one: &'h [u8], many: &'h [u8], count: Int) -> &'h [u8] {
    if count.0 == 1 { one } else { many }
}

fn to_string(value: Value<'_>) -> Result<Cow<'_, [u8]>, CallError> {
    strval(value)
}

/// What making a text of one element counts, in steps.
const STEPS_PER_ITEM: u64 = 8;

/// `strslice`: the elements as strings, without nils; anything else is a list of one.
pub(crate) fn string_list<'h>(
    heap: &'h Heap,
    value: Value<'h>,
) -> Result<Vec<Cow<'h, [u8]>>, CallError> {
    if let Some(items) = elements(heap, value) {
        work(heap, items.len() as u64 * STEPS_PER_ITEM)?;
        let mut made = 0;
        let mut text = |item: &Value<'h>| {
            let text = strval(*item)?;
            if let Cow::Owned(text) = &text {
                made += text.len();
                room(heap, made, 1)?;
            }
            Ok(text)
        };
        return items.iter().filter(|item| !is_nil(item)).map(&mut text).collect();
    }
    if is_nil(&value) {
        return Ok(Vec::new());
    }
    Ok(vec![strval(value)?])
}

fn to_strings<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Value<'h>, CallError> {
    // A list of strings is handed on as it is, a nil one too.
    if value.ty() == Some(Type::STRINGS) {
        return Ok(value);
    }
    Ok(heap.strings(string_list(heap, value)?))
}

fn join<'h>(heap: &'h Heap, separator: &[u8], value: Value<'h>) -> Result<Vec<u8>, CallError> {
    let pieces = string_list(heap, value)?;
    let bytes = pieces.iter().map(|piece| piece.len() + separator.len()).sum();
    room(heap, bytes, 1)?;
    Ok(pieces.join(separator))
}

/// `_0`, `_1`, … for the pieces.
fn numbered<'h>(heap: &'h Heap, pieces: &[&'h [u8]]) -> Value<'h> {
    let map = heap.map_of(&Type::STRING_MAP, pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        map.insert(heap.str(&format!("_{index}")).as_bytes(), Value::String(piece));
    }
    Value::Map(map)
}

fn split<'h>(heap: &'h Heap, separator: &'h [u8], text: &'h [u8]) -> Value<'h> {
    numbered(heap, &text::split_n(text, separator, -1).unwrap_or_default())
}

fn splitn<'h>(heap: &'h Heap, separator: &'h [u8], n: Int, text: &'h [u8]) -> Value<'h> {
    numbered(heap, &text::split_n(text, separator, n.0).unwrap_or_default())
}

fn split_list<'h>(heap: &'h Heap, separator: &'h [u8], text: &'h [u8]) -> Value<'h> {
    let pieces = text::split_n(text, separator, -1).unwrap_or_default();
    let pieces: Vec<Value<'h>> = pieces.into_iter().map(Value::String).collect();
    heap.list(&Type::STRINGS, &pieces)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Strings.
    pub(crate) const STRINGS: &'static [Func<H>] = &[
        func!("hello", hello, ()),
        func!("abbrev", abbrev, (Int, &[u8])),
        func!("abbrevboth", abbrevboth, (Int, Int, &[u8])),
        func!("trunc", trunc, (Int, &[u8])),
        func!("trim", text::trim_space, (&[u8])),
        func!("upper", text::upper, (&[u8])),
        func!("lower", text::lower, (&[u8])),
        func!("title", text::title, (&[u8])),
        func!("untitle", words::untitle, (&[u8])),
        func!("substr", substr, (Int, Int, &[u8])),
        func!("repeat", repeat, heap, (Int, &[u8])),
        func!("trimall", trim_all, (&[u8], &[u8])),
        func!("trimAll", trim_all, (&[u8], &[u8])),
        func!("trimSuffix", trim_suffix, (&[u8], &[u8])),
        func!("trimPrefix", trim_prefix, (&[u8], &[u8])),
        func!("nospace", words::without_space, (&[u8])),
        func!("initials", words::initials, (&[u8])),
        func!("swapcase", words::swap_case, (&[u8])),
        func!("snakecase", snakecase, (&[u8])),
        func!("camelcase", words::camel_case, (&[u8])),
        func!("kebabcase", kebabcase, (&[u8])),
        func!("wrap", wrap, (Int, &[u8])),
        func!("wrapWith", wrap_with, heap, (Int, &[u8], &[u8])),
        func!("contains", contains, (&[u8], &[u8])),
        func!("hasPrefix", has_prefix, (&[u8], &[u8])),
        func!("hasSuffix", has_suffix, (&[u8], &[u8])),
        func!("quote", quote, (; Value<'_>)),
        func!("squote", squote, (; Value<'_>)),
        func!("cat", cat, (; Value<'_>)),
        func!("indent", indent, heap, (Int, &[u8])),
        func!("nindent", nindent, heap, (Int, &[u8])),
        func!("replace", replace, heap, (&[u8], &[u8], &[u8])),
        func!("plural", plural, (&[u8], &[u8], Int)),
        func!("toString", to_string, (Value<'_>)),
        func!("toStrings", to_strings, heap, (Value<'_>)),
        func!("join", join, heap, (&[u8], Value<'_>)),
        func!("split", split, heap, (&[u8], &[u8])),
        func!("splitn", splitn, heap, (&[u8], Int, &[u8])),
        func!("splitList", split_list, heap, (&[u8], &[u8])),
    ];
}
