//! `index` and `slice`: places in lists and strings, keys in maps.

use pintle_go_value::{Heap, IntKind, Type, UintKind, Value};

use crate::CallError;
use crate::reflect::{self, Slot, dig, indirect, is_nil_pointer, plain};

/// Go's `indexArg`: the place that a value names. The end itself gets through.
fn place(index: Value<'_>, capacity: usize) -> Result<usize, CallError> {
    let at = match index {
        Value::Int(_, at) => at,
        Value::Uint(_, at) => at.cast_signed(),
        Value::Missing | Value::Nil => {
            return Err(CallError::new("cannot index slice/array with nil"));
        }
        other => {
            return Err(no_index(&other.type_name()));
        }
    };
    usize::try_from(at)
        .ok()
        .filter(|at| *at <= capacity)
        .ok_or_else(|| CallError::new(format!("index out of range: {at}")))
}

fn no_index(ty: &str) -> CallError {
    CallError::new(format!("cannot index slice/array with type {ty}"))
}

/// The panic of `reflect.Value.Index` for the place after the last.
fn past_end(what: &str) -> CallError {
    CallError::panic(format!("reflect: {what} index out of range"))
}

/// `index x a b` is `x[a][b]`.
pub(super) fn index<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    let mut item = dig(args[0]);
    if matches!(item, Value::Missing) {
        return Err(CallError::new("index of untyped nil"));
    }
    for index in &args[1..] {
        item = indirect(item);
        if is_nil_pointer(&item) {
            return Err(CallError::new("index of nil pointer"));
        }
        item = element(heap, item, dig(*index))?;
    }
    Ok(item)
}

fn element<'h>(heap: &'h Heap, item: Value<'h>, index: Value<'h>) -> Result<Value<'h>, CallError> {
    match plain(item, heap) {
        Value::String(bytes) => byte(bytes, index, "string"),
        Value::Bytes(bytes) => byte(bytes, index, "slice"),
        Value::List(list) => {
            let what = if is_array(list.ty()) { "array" } else { "slice" };
            let at = place(index, list.len())?;
            list.items().get(at).copied().ok_or_else(|| past_end(what))
        }
        Value::Map(map) => {
            let key = key(index, &Type::String)?;
            let found = key.as_bytes().and_then(|key| map.get(key));
            Ok(found.unwrap_or_else(|| reflect::zero(map.elem())))
        }
        Value::KeyedMap(map) => {
            let (key_type, elem) = map.key_and_elem();
            let key = key(index, key_type)?;
            let found = map.entries().iter().find(|(have, _)| same_key(*have, key));
            Ok(found.map_or_else(|| reflect::zero(elem), |(_, value)| *value))
        }
        Value::NilOf(ty) => match ty.underlying() {
            Type::Map(key_type, elem) => {
                key(index, key_type)?;
                Ok(reflect::zero(elem))
            }
            Type::Slice(_) => {
                place(index, 0)?;
                Err(past_end("slice"))
            }
            _ => Err(CallError::new(format!("can't index item of type {}", item.type_name()))),
        },
        _ => Err(CallError::new(format!("can't index item of type {}", item.type_name()))),
    }
}

fn is_array(ty: &Type) -> bool {
    matches!(ty.underlying(), Type::Array(..))
}

fn byte<'h>(bytes: &'h [u8], index: Value<'h>, what: &str) -> Result<Value<'h>, CallError> {
    let at = place(index, bytes.len())?;
    let byte = bytes.get(at).ok_or_else(|| past_end(what))?;
    Ok(Value::Uint(UintKind::Uint8, u64::from(*byte)))
}

/// `prepareArg`: the value as a key of type `ty`.
fn key<'h>(value: Value<'h>, ty: &'static Type) -> Result<Value<'h>, CallError> {
    if matches!(value, Value::Missing) {
        if !ty.can_be_nil() {
            return Err(CallError::new(format!("value is nil; should be of type {ty}")));
        }
        return Ok(reflect::zero(ty));
    }
    let number = match value {
        Value::Int(_, value) => Some(value),
        Value::Uint(_, value) => Some(value.cast_signed()),
        _ => None,
    };
    match (ty.underlying(), number) {
        (Type::Any, _) => return Ok(value),
        (Type::Int(kind), Some(number)) => return Ok(Value::Int(*kind, truncated(*kind, number))),
        (Type::Uint(kind), Some(number)) => {
            return Ok(Value::Uint(*kind, truncated_unsigned(*kind, number)));
        }
        (wanted, _) if value.ty().is_some_and(|have| have == *wanted) => return Ok(value),
        _ => {}
    }
    let have = value.type_name();
    Err(CallError::new(format!("value has type {have}; should be {ty}")))
}

/// Go's conversion to a narrower integer, which cuts bits off.
fn truncated(kind: IntKind, value: i64) -> i64 {
    match kind {
        IntKind::Int8 => i64::from(value as i8),
        IntKind::Int16 => i64::from(value as i16),
        IntKind::Int32 => i64::from(value as i32),
        IntKind::Int | IntKind::Int64 => value,
    }
}

fn truncated_unsigned(kind: UintKind, value: i64) -> u64 {
    match kind {
        UintKind::Uint8 => u64::from(value as u8),
        UintKind::Uint16 => u64::from(value as u16),
        UintKind::Uint32 => u64::from(value as u32),
        UintKind::Uint | UintKind::Uint64 | UintKind::Uintptr => value.cast_unsigned(),
    }
}

fn same_key(a: Value<'_>, b: Value<'_>) -> bool {
    match (a, b) {
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(kind, a), Value::Int(other, b)) => kind == other && a == b,
        (Value::Uint(kind, a), Value::Uint(other, b)) => kind == other && a == b,
        (Value::Float(kind, a), Value::Float(other, b)) => kind == other && a == b,
        (Value::String(a), Value::String(b)) => a == b,
        _ => false,
    }
}

/// `slice x 1 2 3` is `x[1:2:3]`.
pub(crate) fn slice<'h>(heap: &'h Heap, args: &[Slot<'h>]) -> Result<Value<'h>, CallError> {
    let item = dig(args[0].value);
    if matches!(item, Value::Missing) {
        return Err(CallError::new("slice of untyped nil"));
    }
    let item = indirect(item);
    if is_nil_pointer(&item) {
        return Err(CallError::new("slice of nil pointer"));
    }
    let indexes = &args[1..];
    if indexes.len() > 3 {
        let count = indexes.len();
        return Err(CallError::new(format!("too many slice indexes: {count}")));
    }
    let below = plain(item, heap);
    let length = match below {
        Value::String(_) if indexes.len() == 3 => {
            return Err(CallError::new("cannot 3-index slice a string"));
        }
        Value::String(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::NilOf(ty) if matches!(ty.underlying(), Type::Slice(_)) => 0,
        _ => {
            let ty = item.type_name();
            return Err(CallError::new(format!("can't slice item of type {ty}")));
        }
    };
    let (from, to) = bounds(indexes, length)?;
    Ok(match below {
        Value::String(bytes) => Value::String(&bytes[from..to]),
        Value::Bytes(bytes) => Value::Bytes(&bytes[from..to]),
        Value::List(list) => list.part(heap, slice_type(list.ty()), from, to),
        other => other,
    })
}

/// The type of a slice of a list. Go slices only arrays that it can address, those behind pointers;
/// a value here does not know where it was found, so all are.
fn slice_type(ty: &'static Type) -> &'static Type {
    match ty.underlying() {
        Type::Array(_, Type::Any) => &Type::LIST,
        Type::Array(_, Type::String) => &Type::STRINGS,
        Type::Array(_, elem) if **elem == Type::INT => &Type::INTS,
        _ => ty,
    }
}

/// The bounds that up to three indexes set. A list here has no capacity beyond its length.
fn bounds(indexes: &[Slot<'_>], length: usize) -> Result<(usize, usize), CallError> {
    let mut places = [0, length, length];
    for (at, index) in indexes.iter().enumerate() {
        // Unlike `index`, `slice` does not look into interfaces.
        if index.in_interface || matches!(index.value, Value::Nil) {
            return Err(no_index(&Type::Any.to_string()));
        }
        places[at] = place(index.value, length)?;
    }
    let [from, to, capacity] = places;
    for (low, high) in [(from, to), (to, capacity)] {
        if low > high {
            return Err(CallError::new(format!("invalid slice index: {low} > {high}")));
        }
    }
    Ok((from, to))
}
