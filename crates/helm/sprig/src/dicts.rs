//! Dictionaries (sprig `dict.go`). Go walks maps in random order; here it is that of the keys.

use pintle_go_template::{CallError, Func, Rest, func};
use pintle_go_value::{Heap, KeyedMap, Map, Type, Value};

use crate::Generator;
use crate::merge::{Merge, as_parameter, merge_all};
use crate::reflect::{
    NESTING_LIMIT, TYPE_OF_NIL, deeper, heap_full, is_nil, nested_too_deep, strval,
};
use crate::table::Table;

type Dict<'h> = Option<&'h Map<'h>>;

fn dict<'h>(heap: &'h Heap, pairs: Rest<'_, 'h, Value<'h>>) -> Result<Value<'h>, CallError> {
    let map = heap.map();
    for pair in pairs.values().chunks(2) {
        let key = match pair[0] {
            Value::String(key) => key,
            key => heap.bytes(&strval(key)?),
        };
        map.insert(key, pair.get(1).copied().unwrap_or(Value::String(b"")));
    }
    Ok(Value::Map(map))
}

fn get<'h>(dict: Dict<'h>, key: &[u8]) -> Value<'h> {
    dict.and_then(|dict| dict.get(key)).unwrap_or(Value::String(b""))
}

/// A new key that comes late into a large map costs a part of sorting it; see [`Map`].
const ENTRIES_PER_STEP_OF_SET: u64 = 512;

fn set<'h>(
    heap: &'h Heap,
    dict: Dict<'h>,
    key: &'h [u8],
    value: Value<'h>,
) -> Result<Value<'h>, CallError> {
    let Some(dict) = dict else {
        return Err(CallError::panic("assignment to entry in nil map"));
    };
    heap.charge(dict.len() as u64 / ENTRIES_PER_STEP_OF_SET);
    // A map holds nil interfaces, never missing ones.
    dict.insert(key, if is_nil(&value) { Value::Nil } else { value });
    Ok(as_parameter(heap, dict))
}

/// How many entries move in one step.
const MOVED_PER_STEP: u64 = 4;

fn unset<'h>(heap: &'h Heap, dict: Dict<'h>, key: &[u8]) -> Value<'h> {
    let Some(dict) = dict else { return Value::NilOf(&Type::MAP) };
    // What stands behind the key moves.
    heap.charge(dict.len() as u64 / MOVED_PER_STEP);
    dict.remove(key);
    as_parameter(heap, dict)
}

fn has_key(dict: Dict<'_>, key: &[u8]) -> bool {
    dict.is_some_and(|dict| dict.contains_key(key))
}

fn pluck<'h>(heap: &'h Heap, key: &[u8], dicts: Rest<'_, 'h, Dict<'h>>) -> Value<'h> {
    let found: Vec<Value<'h>> = dicts.iter().flatten().filter_map(|dict| dict.get(key)).collect();
    heap.list(&Type::LIST, &found)
}

fn keys<'h>(heap: &'h Heap, dicts: Rest<'_, 'h, Dict<'h>>) -> Value<'h> {
    let mut keys = Vec::new();
    for dict in dicts.iter().flatten() {
        dict.for_each(|key, _| keys.push(Value::String(key)));
    }
    heap.list(&Type::STRINGS, &keys)
}

fn values<'h>(heap: &'h Heap, dict: Dict<'h>) -> Value<'h> {
    let mut values = Vec::new();
    if let Some(dict) = dict {
        dict.for_each(|_, value| values.push(value));
    }
    heap.list(&Type::LIST, &values)
}

fn pick<'h>(heap: &'h Heap, dict: Dict<'h>, keys: Rest<'_, 'h, &'h [u8]>) -> &'h Map<'h> {
    let picked = heap.map();
    for key in keys.iter() {
        if let Some(value) = dict.and_then(|dict| dict.get(key)) {
            picked.insert(key, value);
        }
    }
    picked
}

fn omit<'h>(heap: &'h Heap, dict: Dict<'h>, keys: Rest<'_, 'h, &'h [u8]>) -> &'h Map<'h> {
    let left = heap.map();
    if let Some(dict) = dict {
        dict.for_each(|key, value| {
            if !keys.iter().any(|omitted| omitted == key) {
                left.insert(key, value);
            }
        });
    }
    left
}

fn merge<'h>(
    heap: &'h Heap,
    into: Dict<'h>,
    from: Rest<'_, 'h, Dict<'h>>,
) -> Result<Value<'h>, CallError> {
    swallowed(merge_all(heap, into, from.iter(), Merge::Fill))
}

fn merge_overwrite<'h>(
    heap: &'h Heap,
    into: Dict<'h>,
    from: Rest<'_, 'h, Dict<'h>>,
) -> Result<Value<'h>, CallError> {
    swallowed(merge_all(heap, into, from.iter(), Merge::Overwrite))
}

fn must_merge<'h>(
    heap: &'h Heap,
    into: Dict<'h>,
    from: Rest<'_, 'h, Dict<'h>>,
) -> Result<Value<'h>, CallError> {
    merge_all(heap, into, from.iter(), Merge::Fill)
}

fn must_merge_overwrite<'h>(
    heap: &'h Heap,
    into: Dict<'h>,
    from: Rest<'_, 'h, Dict<'h>>,
) -> Result<Value<'h>, CallError> {
    merge_all(heap, into, from.iter(), Merge::Overwrite)
}

/// Sprig turns an error of mergo into an empty text; panics and our own limits go on.
fn swallowed(merged: Result<Value<'_>, CallError>) -> Result<Value<'_>, CallError> {
    merged.or_else(|error| {
        let is_error =
            error.layers().all(|layer| matches!(layer, pintle_go_template::Layer::Text(_)));
        if is_error { Ok(Value::String(b"")) } else { Err(error) }
    })
}

fn deep_copy<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Value<'h>, CallError> {
    if is_nil(&value) {
        return Err(CallError::panic(TYPE_OF_NIL));
    }
    copy_at(heap, value, 0)
}

fn copy_at<'h>(heap: &'h Heap, value: Value<'h>, depth: usize) -> Result<Value<'h>, CallError> {
    if depth > NESTING_LIMIT {
        return Err(nested_too_deep("deepCopy"));
    }
    // Parts that are shared are copied each time, so that little can become much.
    if heap.over_limit() {
        return Err(heap_full(heap));
    }
    let copy = |value: Value<'h>| deeper(|| copy_at(heap, value, depth + 1));
    Ok(match value {
        Value::List(list) => {
            let items: Vec<Value<'h>> =
                list.items().iter().map(|item| copy(*item)).collect::<Result<_, _>>()?;
            heap.list(list.ty(), &items)
        }
        Value::Map(map) => {
            let copied = heap.map_of(map.ty(), map.len());
            for (key, value) in map.snapshot(heap) {
                copied.insert(key, copy(*value)?);
            }
            Value::Map(copied)
        }
        Value::KeyedMap(map) => keyed_copy(heap, map, copy)?,
        Value::Pointer(to) => heap.pointer(copy(*to)?),
        Value::Object(object) => object.copied(heap).unwrap_or(value),
        // Nothing can write into the others.
        other => other,
    })
}

fn keyed_copy<'h>(
    heap: &'h Heap,
    map: &'h KeyedMap<'h>,
    copy: impl Fn(Value<'h>) -> Result<Value<'h>, CallError>,
) -> Result<Value<'h>, CallError> {
    let mut entries = Vec::with_capacity(map.entries().len());
    for (key, value) in map.entries() {
        entries.push((*key, copy(*value)?));
    }
    Ok(heap.keyed_map(map.ty(), &entries))
}

/// Go's failed type assertion on an `interface {}`.
fn not_a(value: &Value<'_>, wanted: &str) -> CallError {
    let found = if is_nil(value) { "nil".to_owned() } else { value.type_name() };
    CallError::panic(format!("interface conversion: interface {{}} is {found}, not {wanted}"))
}

/// The map behind a `value.(map[string]interface {})`; a nil one has no entries.
fn as_dict<'h>(value: Value<'h>) -> Result<Dict<'h>, CallError> {
    match value {
        Value::Map(map) if *map.ty() == Type::MAP => Ok(Some(map)),
        Value::NilOf(ty) if *ty == Type::MAP => Ok(None),
        other => Err(not_a(&other, "map[string]interface {}")),
    }
}

fn dig<'h>(params: Rest<'_, 'h, Value<'h>>) -> Result<Value<'h>, CallError> {
    let [keys @ .., default, dict] = params.values() else {
        return Err(CallError::panic("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(CallError::panic("dig needs at least three arguments"));
    }
    let mut dict = as_dict(*dict)?;
    for key in keys {
        key.as_bytes().ok_or_else(|| not_a(key, "string"))?;
    }
    for (index, key) in keys.iter().enumerate() {
        let key = key.as_bytes().unwrap_or_default();
        let Some(step) = dict.and_then(|dict| dict.get(key)) else { return Ok(*default) };
        if index + 1 == keys.len() {
            return Ok(step);
        }
        dict = as_dict(step)?;
    }
    Ok(*default)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Dictionaries.
    pub(crate) const DICTS: &'static [Func<H>] = &[
        func!("dict", dict, heap, (; Value<'_>)),
        func!("get", get, (Option<&Map<'_>>, &[u8])),
        func!("set", set, heap, (Option<&Map<'_>>, &[u8], Value<'_>)),
        func!("unset", unset, heap, (Option<&Map<'_>>, &[u8])),
        func!("hasKey", has_key, (Option<&Map<'_>>, &[u8])),
        func!("pluck", pluck, heap, (&[u8]; Option<&Map<'_>>)),
        func!("keys", keys, heap, (; Option<&Map<'_>>)),
        func!("values", values, heap, (Option<&Map<'_>>)),
        func!("pick", pick, heap, (Option<&Map<'_>>; &[u8])),
        func!("omit", omit, heap, (Option<&Map<'_>>; &[u8])),
        func!("merge", merge, heap, (Option<&Map<'_>>; Option<&Map<'_>>)),
        func!("mergeOverwrite", merge_overwrite, heap, (Option<&Map<'_>>; Option<&Map<'_>>)),
        func!("mustMerge", must_merge, heap, (Option<&Map<'_>>; Option<&Map<'_>>)),
        func!(
            "mustMergeOverwrite",
            must_merge_overwrite,
            heap,
            (Option<&Map<'_>>; Option<&Map<'_>>)
        ),
        func!("deepCopy", deep_copy, heap, (Value<'_>)),
        func!("mustDeepCopy", deep_copy, heap, (Value<'_>)),
        func!("dig", dig, (; Value<'_>)),
    ];
}
