//! What sprig asks reflection: kinds, elements, emptiness, deep equality, texts of values.

use std::borrow::Cow;

use pintle_go_fmt::Limit;
use pintle_go_template::{CallError, Func, func};
use pintle_go_value::{Heap, KeyedMap, Map, Object, Type, UintKind, Value};

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

pub(crate) fn heap_full(heap: &Heap) -> CallError {
    CallError::limit(format!("exceeded the limit of {} bytes of values", heap.limit()))
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
    Err(heap_full(heap))
}

/// The most steps of work that one call does at once; see [`Heap::charge`].
const WORK_LIMIT: u64 = 20_000_000;

/// Notes work before it is done, and refuses what is too much for one call.
pub(crate) fn work(heap: &Heap, steps: u64) -> Result<(), CallError> {
    heap.charge(steps);
    if steps > WORK_LIMIT {
        return Err(CallError::limit(format!(
            "exceeded the limit of {WORK_LIMIT} steps in one call"
        )));
    }
    Ok(())
}

/// How many bytes the heap can still take.
pub(crate) fn room_left(heap: &Heap) -> usize {
    heap.limit().saturating_sub(heap.allocated())
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

/// How many values one comparison looks at. Values may share parts, so that little memory unfolds
/// into endless comparing; this many take about a second.
pub(crate) const COMPARE_LIMIT: usize = 20_000_000;

/// `reflect.DeepEqual`
pub(crate) fn deep_equal<'h>(
    heap: &'h Heap,
    left: Value<'h>,
    right: Value<'h>,
) -> Result<bool, CallError> {
    Comparison::new(heap).equal(left, right, 0)
}

/// The comparisons of one call.
pub(crate) struct Comparison<'h> {
    heap: &'h Heap,
    /// Values that may still be looked at.
    left: usize,
}

/// What looking a value up in a set counts.
const HASHED: usize = 4;

/// What one comparison counts, in steps.
const STEPS_PER_COMPARISON: u64 = 4;

/// How many bytes of two texts count as one value.
const COMPARED_BYTES: usize = 64;

impl Drop for Comparison<'_> {
    fn drop(&mut self) {
        self.heap.charge((COMPARE_LIMIT - self.left) as u64 * STEPS_PER_COMPARISON);
    }
}

impl<'h> Comparison<'h> {
    pub(crate) fn new(heap: &'h Heap) -> Self {
        Comparison { heap, left: COMPARE_LIMIT }
    }

    /// Whether two values are deeply equal, as one of many comparisons.
    pub(crate) fn are_equal(
        &mut self,
        left: Value<'h>,
        right: Value<'h>,
    ) -> Result<bool, CallError> {
        self.all(&[left], &[right], 0)
    }

    fn count(&mut self, values: usize) -> Result<(), CallError> {
        self.left = self.left.checked_sub(values).ok_or_else(|| {
            CallError::limit(format!("exceeded the limit of {COMPARE_LIMIT} comparisons"))
        })?;
        Ok(())
    }

    /// Counts the reading of a text.
    pub(crate) fn reads(&mut self, text: &[u8]) -> Result<(), CallError> {
        self.count(HASHED + text.len() / COMPARED_BYTES)
    }

    fn texts(&mut self, left: &[u8], right: &[u8]) -> Result<bool, CallError> {
        if left.len() != right.len() {
            return Ok(false);
        }
        self.count(left.len() / COMPARED_BYTES)?;
        Ok(left == right)
    }

    fn equal(
        &mut self,
        left: Value<'h>,
        right: Value<'h>,
        depth: usize,
    ) -> Result<bool, CallError> {
        Ok(match (left, right) {
            (Value::Missing | Value::Nil, Value::Missing | Value::Nil) => true,
            (Value::NilOf(a), Value::NilOf(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(ka, a), Value::Int(kb, b)) => ka == kb && a == b,
            (Value::Uint(ka, a), Value::Uint(kb, b)) => ka == kb && a == b,
            (Value::Float(ka, a), Value::Float(kb, b)) => ka == kb && a == b,
            (Value::Complex(a), Value::Complex(b)) => a == b,
            (Value::String(a), Value::String(b)) | (Value::Bytes(a), Value::Bytes(b)) => {
                self.texts(a, b)?
            }
            _ => return self.equal_inside(left, right, depth),
        })
    }

    /// Values that hold others.
    fn equal_inside(
        &mut self,
        left: Value<'h>,
        right: Value<'h>,
        depth: usize,
    ) -> Result<bool, CallError> {
        if depth > NESTING_LIMIT {
            return Err(nested_too_deep("deepEqual"));
        }
        let deep = depth + 1;
        match (left, right) {
            (Value::List(a), Value::List(b)) => {
                let (x, y) = (a.items(), b.items());
                let same = std::ptr::eq(x, y);
                Ok(a.ty() == b.ty() && (same || self.all(x, y, deep)?))
            }
            (Value::Map(a), Value::Map(b)) => {
                if a.ty() != b.ty() || a.len() != b.len() {
                    return Ok(false);
                }
                Ok(std::ptr::eq(a, b) || self.maps(a, b, deep)?)
            }
            (Value::KeyedMap(a), Value::KeyedMap(b)) => {
                let parts = |map: &'h KeyedMap<'h>| {
                    map.entries().iter().flat_map(|(k, v)| [*k, *v]).collect::<Vec<_>>()
                };
                Ok(a.ty() == b.ty() && self.all(&parts(a), &parts(b), deep)?)
            }
            (Value::Struct(a), Value::Struct(b)) => {
                let parts = |fields: &[(&str, Value<'h>)]| {
                    fields.iter().map(|(_, value)| *value).collect::<Vec<_>>()
                };
                Ok(a.ty() == b.ty() && self.all(&parts(a.fields()), &parts(b.fields()), deep)?)
            }
            (Value::Pointer(a), Value::Pointer(b)) => {
                Ok(std::ptr::eq(a, b) || self.all(&[*a], &[*b], deep)?)
            }
            (Value::Object(a), Value::Object(b)) => {
                if a.ty() != b.ty() || a.text() != b.text() {
                    return Ok(false);
                }
                let (a, b) = (a.plain(self.heap), b.plain(self.heap));
                Ok(matches!(a, Value::Object(_)) || self.all(&[a], &[b], deep)?)
            }
            _ => Ok(false),
        }
    }

    fn maps(
        &mut self,
        left: &'h Map<'h>,
        right: &'h Map<'h>,
        depth: usize,
    ) -> Result<bool, CallError> {
        let mut at = 0;
        while let Some((key, value)) = left.at(at) {
            let Some(other) = right.get(key) else { return Ok(false) };
            if !self.all(&[value], &[other], depth)? {
                return Ok(false);
            }
            at += 1;
        }
        Ok(true)
    }

    fn all(
        &mut self,
        left: &[Value<'h>],
        right: &[Value<'h>],
        depth: usize,
    ) -> Result<bool, CallError> {
        if left.len() != right.len() {
            return Ok(false);
        }
        for (a, b) in left.iter().zip(right) {
            self.count(1)?;
            if !deeper(|| self.equal(*a, *b, depth))? {
                return Ok(false);
            }
        }
        Ok(true)
    }
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
