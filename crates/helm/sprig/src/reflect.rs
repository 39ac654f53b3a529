//! What sprig asks reflection: kinds, elements, emptiness, deep equality, texts of values.

use std::borrow::Cow;

use pintle_go_fmt::Limit;
use pintle_go_template::{CallError, Func, func};
use pintle_go_value::{Heap, Object, Type, UintKind, Value};

use crate::Generator;
use crate::table::Table;

/// Values nested deeper than this are not walked: Go would end in a stack overflow. It is what the
/// YAML reader lets in.
pub(crate) const NESTING_LIMIT: usize = 10_000;

/// What Go's run time says of a nil dereference, which sprig commits on nil arguments.
pub(crate) const NIL_DEREFERENCE: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// What `reflect` says when sprig or a writer asks nil for its type.
pub(crate) const TYPE_OF_NIL: &str = "reflect: call of reflect.Value.Type on zero Value";

/// Runs one level of a recursion with enough stack.
pub(crate) fn deeper<R>(inner: impl FnOnce() -> R) -> R {
    const RED_ZONE: usize = 64 << 10;
    const SEGMENT: usize = 1 << 20;
    stacker::maybe_grow(RED_ZONE, SEGMENT, inner)
}

pub(crate) fn nested_too_deep(what: &str) -> CallError {
    CallError::limit(format!(
        "{what} stopped at {NESTING_LIMIT} levels of nesting: does the value contain itself?"
    ))
}

/// The printer's own limits.
pub(crate) fn print_limit(limit: Limit) -> CallError {
    CallError::limit(limit.to_string())
}

/// Whether the heap can take so many more bytes; asked before much is made of little.
pub(crate) fn room(heap: &Heap, count: usize, each: usize) -> Result<(), CallError> {
    if count.checked_mul(each).is_some_and(|bytes| heap.has_room(bytes)) {
        return Ok(());
    }
    Err(CallError::limit(format!("exceeded the limit of {} bytes of values", heap.limit())))
}

/// What pointers lead to.
pub(crate) fn indirect(mut value: Value<'_>) -> Value<'_> {
    while let Value::Pointer(to) = value {
        value = *to;
    }
    value
}

/// Whether this is a nil `interface {}`.
pub(crate) fn is_nil(value: &Value<'_>) -> bool {
    matches!(value, Value::Nil | Value::Missing)
}

/// `reflect.ValueOf(v).Kind().String()`
pub(crate) fn kind_of(value: &Value<'_>) -> &'static str {
    value.ty().map_or("invalid", |ty| ty.kind_name())
}

/// The object's value in plain kinds, if it is not a struct or pointer.
fn below_object<'h>(heap: &'h Heap, object: &'h dyn Object) -> Value<'h> {
    object.plain(heap)
}

/// The elements of a slice or array; none for other kinds. An error for nil, as `reflect` panics.
pub(crate) fn items<'h>(
    heap: &'h Heap,
    value: Value<'h>,
) -> Result<Option<&'h [Value<'h>]>, CallError> {
    if is_nil(&value) {
        return Err(CallError::panic(NIL_DEREFERENCE));
    }
    Ok(elements(heap, value))
}

/// The elements of a slice or array.
pub(crate) fn elements<'h>(heap: &'h Heap, value: Value<'h>) -> Option<&'h [Value<'h>]> {
    match value {
        Value::List(list) => Some(list.items()),
        Value::NilOf(ty) if matches!(ty.underlying(), Type::Slice(_)) => Some(&[]),
        Value::Bytes(bytes) => {
            let numbers: Vec<Value<'h>> =
                bytes.iter().map(|b| Value::Uint(UintKind::Uint8, u64::from(*b))).collect();
            Some(heap.values(&numbers))
        }
        Value::Object(object) => match object.ty().underlying() {
            Type::Slice(_) | Type::Array(..) => elements(heap, below_object(heap, object)),
            _ => None,
        },
        _ => None,
    }
}

/// Sprig's `empty`: the zero of its kind.
pub(crate) fn is_empty(heap: &Heap, value: Value<'_>) -> bool {
    match value {
        Value::Missing | Value::Nil | Value::NilOf(_) => true,
        Value::Bool(value) => !value,
        Value::Int(_, value) => value == 0,
        Value::Uint(_, value) => value == 0,
        Value::Float(_, value) => value == 0.0,
        Value::Complex((re, im)) => *re == 0.0 && *im == 0.0,
        Value::String(bytes) | Value::Bytes(bytes) => bytes.is_empty(),
        Value::List(list) => list.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::KeyedMap(map) => map.entries().is_empty(),
        Value::Struct(_) | Value::Pointer(_) => false,
        Value::Object(object) => match object.ty().underlying() {
            Type::Struct(_) | Type::Pointer(_) => false,
            _ => is_empty(heap, below_object(heap, object)),
        },
    }
}

/// Sprig's `strval`: a string, bytes, an error's or Stringer's text, else `%v`.
pub(crate) fn strval<'h>(value: Value<'h>) -> Result<Cow<'h, [u8]>, CallError> {
    match value {
        Value::String(bytes) | Value::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        Value::Object(object) => match object.text() {
            Some(text) => Ok(Cow::Owned(text.into_bytes())),
            None => printed(value),
        },
        value => printed(value),
    }
}

/// `fmt.Sprintf("%v", value)`
pub(crate) fn printed<'h>(value: Value<'h>) -> Result<Cow<'h, [u8]>, CallError> {
    let mut out = Vec::new();
    pintle_go_fmt::write_value(&mut out, value).map_err(print_limit)?;
    Ok(Cow::Owned(out))
}

/// `reflect.DeepEqual`
pub(crate) fn deep_equal<'h>(
    heap: &'h Heap,
    left: Value<'h>,
    right: Value<'h>,
) -> Result<bool, CallError> {
    equal_at(heap, left, right, 0)
}

fn equal_at<'h>(
    heap: &'h Heap,
    left: Value<'h>,
    right: Value<'h>,
    depth: usize,
) -> Result<bool, CallError> {
    if depth > NESTING_LIMIT {
        return Err(nested_too_deep("deepEqual"));
    }
    Ok(match (left, right) {
        (Value::Missing | Value::Nil, Value::Missing | Value::Nil) => true,
        (Value::NilOf(a), Value::NilOf(b)) => a == b,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(ka, a), Value::Int(kb, b)) => ka == kb && a == b,
        (Value::Uint(ka, a), Value::Uint(kb, b)) => ka == kb && a == b,
        (Value::Float(ka, a), Value::Float(kb, b)) => ka == kb && a == b,
        (Value::Complex(a), Value::Complex(b)) => a == b,
        (Value::String(a), Value::String(b)) | (Value::Bytes(a), Value::Bytes(b)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.ty() == b.ty() && all_equal(heap, a.items(), b.items(), depth)?
        }
        (Value::Map(a), Value::Map(b)) => {
            if a.ty() != b.ty() || a.len() != b.len() {
                return Ok(false);
            }
            if std::ptr::eq(a, b) {
                return Ok(true);
            }
            for (key, value) in a.snapshot(heap) {
                let Some(other) = b.get(key) else { return Ok(false) };
                if !deeper(|| equal_at(heap, *value, other, depth + 1))? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::KeyedMap(a), Value::KeyedMap(b)) => {
            let pairs = |map: &'h pintle_go_value::KeyedMap<'h>| {
                map.entries().iter().flat_map(|(key, value)| [*key, *value]).collect::<Vec<_>>()
            };
            a.ty() == b.ty() && all_equal(heap, &pairs(a), &pairs(b), depth)?
        }
        (Value::Struct(a), Value::Struct(b)) => {
            let values = |fields: &[(&str, Value<'h>)]| {
                fields.iter().map(|(_, value)| *value).collect::<Vec<_>>()
            };
            a.ty() == b.ty() && all_equal(heap, &values(a.fields()), &values(b.fields()), depth)?
        }
        (Value::Pointer(a), Value::Pointer(b)) => {
            std::ptr::eq(a, b) || deeper(|| equal_at(heap, *a, *b, depth + 1))?
        }
        (Value::Object(a), Value::Object(b)) => {
            if a.ty() != b.ty() || a.text() != b.text() {
                return Ok(false);
            }
            let (a, b) = (a.plain(heap), b.plain(heap));
            matches!((a, b), (Value::Object(_), _)) || deeper(|| equal_at(heap, a, b, depth + 1))?
        }
        _ => false,
    })
}

fn all_equal<'h>(
    heap: &'h Heap,
    left: &[Value<'h>],
    right: &[Value<'h>],
    depth: usize,
) -> Result<bool, CallError> {
    if left.len() != right.len() {
        return Ok(false);
    }
    for (a, b) in left.iter().zip(right) {
        if !deeper(|| equal_at(heap, *a, *b, depth + 1))? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn type_of(value: Value<'_>) -> String {
    value.type_name()
}

fn type_is(target: &[u8], value: Value<'_>) -> bool {
    target == value.type_name().as_bytes()
}

fn type_is_like(target: &[u8], value: Value<'_>) -> bool {
    let name = value.type_name();
    let name = name.as_bytes();
    target == name || name.strip_prefix(b"*") == Some(target)
}

fn kind_of_value(value: Value<'_>) -> &'static str {
    kind_of(&value)
}

fn kind_is(target: &[u8], value: Value<'_>) -> bool {
    target == kind_of(&value).as_bytes()
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Types and kinds (sprig `reflect.go`).
    pub(crate) const REFLECTION: &'static [Func<H>] = &[
        func!("typeOf", type_of, (Value<'_>)),
        func!("typeIs", type_is, (&[u8], Value<'_>)),
        func!("typeIsLike", type_is_like, (&[u8], Value<'_>)),
        func!("kindOf", kind_of_value, (Value<'_>)),
        func!("kindIs", kind_is, (&[u8], Value<'_>)),
        func!("deepEqual", deep_equal, heap, (Value<'_>, Value<'_>)),
    ];
}
