//! `eq`, `ne`, `lt`, `le`, `gt`, `ge`: by basic kind.

use pintle_go_value::{Heap, Type, Value};

use super::type_of_nothing;
use crate::CallError;
use crate::reflect::dig;

/// Go's `basicKind`, with the value.
enum Basic<'h> {
    Bool(bool),
    Complex(f64, f64),
    Int(i64),
    Float(f64),
    String(&'h [u8]),
    Uint(u64),
    /// Everything else, and no value.
    Other,
}

fn basic<'h>(value: Value<'h>, heap: &'h Heap) -> Basic<'h> {
    match value {
        Value::Bool(value) => Basic::Bool(value),
        Value::Complex((re, im)) => Basic::Complex(*re, *im),
        Value::Int(_, value) => Basic::Int(value),
        Value::Uint(_, value) => Basic::Uint(value),
        Value::Float(_, value) => Basic::Float(value),
        Value::String(bytes) => Basic::String(bytes),
        // A named number or string, such as a duration.
        Value::Object(object)
            if !matches!(
                object.ty().underlying(),
                Type::Slice(_) | Type::Map(..) | Type::Struct(_) | Type::Pointer(_)
            ) =>
        {
            match object.plain(heap) {
                Value::Object(_) => Basic::Other,
                plain => basic(plain, heap),
            }
        }
        _ => Basic::Other,
    }
}

fn incompatible(a: Value<'_>, b: Value<'_>) -> CallError {
    let (a, b) = (a.type_name(), b.type_name());
    CallError::new(format!("incompatible types for comparison: {a} and {b}"))
}

fn bad_comparison() -> CallError {
    CallError::new("invalid type for comparison")
}

fn same(int: i64, uint: u64) -> bool {
    u64::try_from(int).is_ok_and(|int| int == uint)
}

/// `eq a b c…`: whether `a` equals any of the others.
pub(super) fn eq<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    let first = dig(args[0]);
    if args.len() < 2 {
        return Err(CallError::new("missing argument for comparison"));
    }
    for other in &args[1..] {
        if equal(first, dig(*other), heap)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn equal<'h>(a: Value<'h>, b: Value<'h>, heap: &'h Heap) -> Result<bool, CallError> {
    Ok(match (basic(a, heap), basic(b, heap)) {
        (Basic::Bool(a), Basic::Bool(b)) => a == b,
        (Basic::Complex(a, c), Basic::Complex(b, d)) => a == b && c == d,
        (Basic::Float(a), Basic::Float(b)) => a == b,
        (Basic::Int(a), Basic::Int(b)) => a == b,
        (Basic::String(a), Basic::String(b)) => a == b,
        (Basic::Uint(a), Basic::Uint(b)) => a == b,
        (Basic::Int(int), Basic::Uint(uint)) | (Basic::Uint(uint), Basic::Int(int)) => {
            same(int, uint)
        }
        (Basic::Other, Basic::Other) => return other_equal(a, b, heap),
        _ if matches!(a, Value::Missing) || matches!(b, Value::Missing) => false,
        _ => return Err(incompatible(a, b)),
    })
}

/// Values of no basic kind: nil against nil, else Go's `==` where the type has it.
fn other_equal<'h>(a: Value<'h>, b: Value<'h>, heap: &'h Heap) -> Result<bool, CallError> {
    let known = !matches!(a, Value::Missing) && !matches!(b, Value::Missing);
    if known && kind(a) != kind(b) {
        return Err(CallError::new(format!(
            "non-comparable types {}: {}, {}: {}",
            crate::exec::formatted(b"%s", a),
            a.type_name(),
            b.type_name(),
            crate::exec::formatted(b"%v", b)
        )));
    }
    if a.is_nil() || b.is_nil() {
        return Ok(a.is_nil() == b.is_nil());
    }
    if !is_comparable(b) {
        let ty = b.type_name();
        return Err(CallError::new(format!(
            "non-comparable type {}: {ty}",
            crate::exec::formatted(b"%s", b)
        )));
    }
    Ok(identical(a, b, heap))
}

fn kind(value: Value<'_>) -> &'static str {
    value.ty().map_or("invalid", |ty| ty.kind_name())
}

/// `reflect.Type.Comparable`
fn is_comparable(value: Value<'_>) -> bool {
    match value {
        Value::List(list) => {
            matches!(list.ty().underlying(), Type::Array(..))
                && list.items().iter().all(|item| is_comparable(*item))
        }
        Value::Bytes(_) | Value::Map(_) | Value::KeyedMap(_) => false,
        Value::NilOf(ty) => {
            !matches!(ty.underlying(), Type::Slice(_) | Type::Map(..) | Type::Func(_))
        }
        Value::Struct(value) => value.fields().iter().all(|(_, field)| is_comparable(*field)),
        Value::Object(object) => {
            !matches!(object.ty().underlying(), Type::Slice(_) | Type::Map(..))
        }
        _ => true,
    }
}

/// Go's `==` of two interfaces.
fn identical<'h>(a: Value<'h>, b: Value<'h>, heap: &'h Heap) -> bool {
    match (a, b) {
        (Value::Pointer(a), Value::Pointer(b)) => std::ptr::eq(a, b),
        (Value::Object(a), Value::Object(b)) => {
            std::ptr::addr_eq(std::ptr::from_ref(a), std::ptr::from_ref(b))
        }
        (Value::List(a), Value::List(b)) => {
            a.ty() == b.ty()
                && a.items().iter().zip(b.items()).all(|(a, b)| identical(*a, *b, heap))
        }
        (Value::Struct(a), Value::Struct(b)) => {
            let (left, right) = (a.fields(), b.fields());
            a.ty() == b.ty()
                && left.iter().zip(right).all(|((_, a), (_, b))| identical(*a, *b, heap))
        }
        (a, b) if a.is_nil() && b.is_nil() => a.ty() == b.ty(),
        (a, b) => a.ty() == b.ty() && equal(a, b, heap).unwrap_or(false),
    }
}

/// `ne a b`
pub(super) fn ne<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    Ok(Value::Bool(!equal(dig(args[0]), dig(args[1]), heap)?))
}

/// `lt a b`
pub(super) fn lt<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    Ok(Value::Bool(less(heap, args)?))
}

/// `le a b` is `<` or `==`.
pub(super) fn le<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    Ok(Value::Bool(less_or_equal(heap, args)?))
}

/// `gt a b` is the inverse of `le`.
pub(super) fn gt<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    Ok(Value::Bool(!less_or_equal(heap, args)?))
}

/// `ge a b` is the inverse of `lt`.
pub(super) fn ge<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    Ok(Value::Bool(!less(heap, args)?))
}

fn less_or_equal<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<bool, CallError> {
    Ok(less(heap, args)? || equal(dig(args[0]), dig(args[1]), heap)?)
}

fn less<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<bool, CallError> {
    let (a, b) = (dig(args[0]), dig(args[1]));
    Ok(match (basic(a, heap), basic(b, heap)) {
        (Basic::Other, _) | (_, Basic::Other) => return Err(bad_comparison()),
        (Basic::Float(a), Basic::Float(b)) => a < b,
        (Basic::Int(a), Basic::Int(b)) => a < b,
        (Basic::String(a), Basic::String(b)) => a < b,
        (Basic::Uint(a), Basic::Uint(b)) => a < b,
        (Basic::Int(int), Basic::Uint(uint)) => u64::try_from(int).map_or(true, |int| int < uint),
        (Basic::Uint(uint), Basic::Int(int)) => u64::try_from(int).is_ok_and(|int| uint < int),
        (Basic::Bool(_), Basic::Bool(_)) | (Basic::Complex(..), Basic::Complex(..)) => {
            return Err(bad_comparison());
        }
        _ if matches!(a, Value::Missing) => return Err(type_of_nothing()),
        _ => return Err(incompatible(a, b)),
    })
}
