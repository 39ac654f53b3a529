//! Lists (sprig `list.go`); each function and its `must` twin say the same words.

use std::collections::HashSet;

use pintle_go_template::{CallError, Func, Int, Rest, func};
use pintle_go_value::{Heap, IntKind, Type, UintKind, Value};

use crate::Generator;
use crate::cast::{float_to_int, to_int64};
use crate::reflect::{Comparison, indirect, is_empty, is_nil, items, kind_of, room, work};
use crate::strings::string_list;
use crate::table::Table;

/// How many elements are looked at in one step.
const ITEMS_PER_STEP: u64 = 8;

const LISTS: Type = Type::Slice(&Type::LIST);

/// The elements, or sprig's refusal in its words.
fn elements<'h>(
    heap: &'h Heap,
    list: Value<'h>,
    words: &str,
) -> Result<&'h [Value<'h>], CallError> {
    items(heap, list)?
        .ok_or_else(|| CallError::new(format!("Cannot {words} type {}", kind_of(&list))))
}

fn list<'h>(heap: &'h Heap, items: Rest<'_, 'h, Value<'h>>) -> Value<'h> {
    heap.list(&Type::LIST, items.values())
}

fn push<'h>(heap: &'h Heap, list: Value<'h>, item: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "push on")?;
    Ok(heap.list(&Type::LIST, &[items, &[item]].concat()))
}

fn prepend<'h>(heap: &'h Heap, list: Value<'h>, item: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "prepend on")?;
    Ok(heap.list(&Type::LIST, &[&[item], items].concat()))
}

/// Sprig counts in floats, so that negative sizes mostly give nothing, and sometimes a panic.
fn chunk<'h>(heap: &'h Heap, size: Int, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "chunk")?;
    let out_of_range = || CallError::panic("runtime error: makeslice: len out of range");
    let (length, step) = (items.len() as f64, size.0 as f64);
    let count = float_to_int(((length - 1.0) / step).floor() + 1.0);
    let count = usize::try_from(count).map_err(|_| out_of_range())?;
    let mut chunks = Vec::with_capacity(count.min(items.len()));
    for index in 0..count {
        let mut take = size.0;
        if index + 1 == count {
            take = match float_to_int((length % step).floor()) {
                0 => size.0,
                rest => rest,
            };
        }
        let take = usize::try_from(take).map_err(|_| out_of_range())?;
        let start = index * usize::try_from(size.0).unwrap_or(0);
        let chunk = items.get(start..start + take);
        let chunk = chunk.ok_or_else(|| CallError::panic("reflect: slice index out of range"))?;
        chunks.push(heap.list(&Type::LIST, chunk));
    }
    Ok(heap.list(&LISTS, &chunks))
}

fn first<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "find first on")?;
    Ok(items.first().copied().unwrap_or(Value::Nil))
}

fn last<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "find last on")?;
    Ok(items.last().copied().unwrap_or(Value::Nil))
}

fn rest<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "find rest on")?;
    let Some((_, rest)) = items.split_first() else { return Ok(Value::NilOf(&Type::LIST)) };
    Ok(heap.list_of(&Type::LIST, rest))
}

fn initial<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "find initial on")?;
    let Some((_, initial)) = items.split_last() else { return Ok(Value::NilOf(&Type::LIST)) };
    Ok(heap.list_of(&Type::LIST, initial))
}

fn sort_alpha<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    if is_nil(&list) {
        return Ok(heap.strings(["<nil>"]));
    }
    if list.ty() == Some(Type::STRINGS) {
        return sorted_in_place(heap, list);
    }
    let mut strings = string_list(heap, indirect(list))?;
    work(heap, sorting_steps(strings.iter().map(|text| text.len())))?;
    strings.sort();
    Ok(heap.strings(strings))
}

/// A `[]string` is sorted where it lies, and whoever holds it sees that; a nil one stays nil.
fn sorted_in_place<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Value<'h>, CallError> {
    if let Value::List(list) = value {
        let text = |item: &Value<'h>| item.as_bytes().unwrap_or_default();
        let mut items = list.items().to_vec();
        work(heap, sorting_steps(items.iter().map(|item| text(item).len())))?;
        room(heap, items.len(), size_of::<Value<'_>>())?;
        if !items.is_sorted_by_key(text) {
            items.sort_by(|a, b| text(a).cmp(text(b)));
            list.write(heap, heap.values(&items));
        }
    }
    Ok(value)
}

/// What sorting texts of these lengths may take: each is compared about as often as the number of
/// them has binary digits.
fn sorting_steps(lengths: impl ExactSizeIterator<Item = usize>) -> u64 {
    const COMPARED_BYTES: usize = 64;
    let rounds = u64::from(lengths.len().checked_ilog2().unwrap_or(0) + 1);
    let each: u64 = lengths.map(|length| 1 + (length / COMPARED_BYTES) as u64).sum();
    each.saturating_mul(rounds)
}

fn reverse<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let mut items = elements(heap, list, "find reverse on")?.to_vec();
    items.reverse();
    Ok(heap.list(&Type::LIST, &items))
}

fn compact<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let items = elements(heap, list, "compact on")?;
    heap.charge(items.len() as u64 / ITEMS_PER_STEP);
    let kept: Vec<Value<'h>> =
        items.iter().copied().filter(|item| !is_empty(heap, *item)).collect();
    Ok(heap.list(&Type::LIST, &kept))
}

fn in_list<'h>(
    comparison: &mut Comparison<'h>,
    list: &[Value<'h>],
    needle: Value<'h>,
) -> Result<bool, CallError> {
    for item in list {
        if comparison.are_equal(needle, *item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A value that is equal to another when its parts are: found in a set instead of by a search.
#[derive(PartialEq, Eq, Hash)]
enum Scalar<'h> {
    Text(&'h [u8]),
    Int(IntKind, i64),
    Uint(UintKind, u64),
    Bool(bool),
}

fn scalar(value: Value<'_>) -> Option<Scalar<'_>> {
    Some(match value {
        Value::String(text) => Scalar::Text(text),
        Value::Int(kind, value) => Scalar::Int(kind, value),
        Value::Uint(kind, value) => Scalar::Uint(kind, value),
        Value::Bool(value) => Scalar::Bool(value),
        _ => return None,
    })
}

/// What looking an item up in a set counts.
const HASHED_STEPS: u64 = 8;

fn uniq<'h>(heap: &'h Heap, list: Value<'h>) -> Result<Value<'h>, CallError> {
    let mut kept: Vec<Value<'h>> = Vec::new();
    let mut others: Vec<Value<'h>> = Vec::new();
    let mut scalars = HashSet::new();
    let mut comparison = Comparison::new(heap);
    let items = elements(heap, list, "find uniq on")?;
    heap.charge(items.len() as u64 * HASHED_STEPS);
    for item in items {
        comparison.reads(item.as_bytes().unwrap_or_default())?;
        let is_new = match scalar(*item) {
            Some(scalar) => scalars.insert(scalar),
            None => !in_list(&mut comparison, &others, *item)?,
        };
        if is_new {
            kept.push(*item);
            if scalar(*item).is_none() {
                others.push(*item);
            }
        }
    }
    Ok(heap.list(&Type::LIST, &kept))
}

fn without<'h>(
    heap: &'h Heap,
    list: Value<'h>,
    omit: Rest<'_, 'h, Value<'h>>,
) -> Result<Value<'h>, CallError> {
    let mut kept: Vec<Value<'h>> = Vec::new();
    let mut comparison = Comparison::new(heap);
    for item in elements(heap, list, "find without on")? {
        if !in_list(&mut comparison, omit.values(), *item)? {
            kept.push(*item);
        }
    }
    Ok(heap.list(&Type::LIST, &kept))
}

fn has<'h>(heap: &'h Heap, needle: Value<'h>, list: Value<'h>) -> Result<bool, CallError> {
    if is_nil(&list) {
        return Ok(false);
    }
    in_list(&mut Comparison::new(heap), elements(heap, list, "find has on")?, needle)
}

fn slice<'h>(
    heap: &'h Heap,
    list: Value<'h>,
    indices: Rest<'_, 'h, Value<'h>>,
) -> Result<Value<'h>, CallError> {
    let Some(items) = items(heap, list)? else {
        let kind = kind_of(&list);
        return Err(CallError::new(format!("list should be type of slice or array but {kind}")));
    };
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = indices.get(0).map_or(0, to_int64);
    let end = indices.get(1).map_or(items.len() as i64, to_int64);
    let bounds = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let Some((start, end)) = bounds.filter(|(start, end)| start <= end && *end <= items.len())
    else {
        return Err(CallError::panic("reflect.Value.Slice: slice index out of bounds"));
    };
    Ok(match list {
        Value::Bytes(bytes) => Value::Bytes(&bytes[start..end]),
        Value::List(list) => list.part(heap, list.ty(), start, end),
        _ => heap.list_of(&Type::LIST, &items[start..end]),
    })
}

fn concat<'h>(heap: &'h Heap, lists: Rest<'_, 'h, Value<'h>>) -> Result<Value<'h>, CallError> {
    let mut all = Vec::new();
    for list in lists.iter() {
        let Some(items) = items(heap, list)? else {
            let kind = kind_of(&list);
            return Err(CallError::panic(format!("Cannot concat type {kind} as list")));
        };
        all.extend_from_slice(items);
    }
    // Go never made a slice when there was nothing to put in.
    Ok(if all.is_empty() { Value::NilOf(&Type::LIST) } else { heap.list(&Type::LIST, &all) })
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Lists.
    pub(crate) const LISTS: &'static [Func<H>] = &[
        func!("list", list, heap, (; Value<'_>)),
        func!("tuple", list, heap, (; Value<'_>)),
        func!("append", push, heap, (Value<'_>, Value<'_>)),
        func!("push", push, heap, (Value<'_>, Value<'_>)),
        func!("mustAppend", push, heap, (Value<'_>, Value<'_>)),
        func!("mustPush", push, heap, (Value<'_>, Value<'_>)),
        func!("prepend", prepend, heap, (Value<'_>, Value<'_>)),
        func!("mustPrepend", prepend, heap, (Value<'_>, Value<'_>)),
        func!("chunk", chunk, heap, (Int, Value<'_>)),
        func!("mustChunk", chunk, heap, (Int, Value<'_>)),
        func!("first", first, heap, (Value<'_>)),
        func!("mustFirst", first, heap, (Value<'_>)),
        func!("last", last, heap, (Value<'_>)),
        func!("mustLast", last, heap, (Value<'_>)),
        func!("rest", rest, heap, (Value<'_>)),
        func!("mustRest", rest, heap, (Value<'_>)),
        func!("initial", initial, heap, (Value<'_>)),
        func!("mustInitial", initial, heap, (Value<'_>)),
        func!("sortAlpha", sort_alpha, heap, (Value<'_>)),
        func!("reverse", reverse, heap, (Value<'_>)),
        func!("mustReverse", reverse, heap, (Value<'_>)),
        func!("compact", compact, heap, (Value<'_>)),
        func!("mustCompact", compact, heap, (Value<'_>)),
        func!("uniq", uniq, heap, (Value<'_>)),
        func!("mustUniq", uniq, heap, (Value<'_>)),
        func!("without", without, heap, (Value<'_>; Value<'_>)),
        func!("mustWithout", without, heap, (Value<'_>; Value<'_>)),
        func!("has", has, heap, (Value<'_>, Value<'_>)),
        func!("mustHas", has, heap, (Value<'_>, Value<'_>)),
        func!("slice", slice, heap, (Value<'_>; Value<'_>)),
        func!("mustSlice", slice, heap, (Value<'_>; Value<'_>)),
        func!("concat", concat, heap, (; Value<'_>)),
    ];
}
