//! What Go's engine asks reflection: kinds, nil, truth, whether a value fits a type.

use pintle_go_value::{Heap, Type, Value};

/// A value with what `reflect.Value` knows beside it: whether it was found in an `interface {}`,
/// as an element of a map or list is. Only error texts show the difference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot<'h> {
    pub(crate) value: Value<'h>,
    pub(crate) in_interface: bool,
}

impl<'h> Slot<'h> {
    /// A value whose static type is its own.
    #[inline]
    pub(crate) fn of(value: Value<'h>) -> Self {
        Slot { value, in_interface: false }
    }

    /// An element of a container whose elements are of type `elem`.
    #[inline]
    pub(crate) fn element(value: Value<'h>, elem: &Type) -> Self {
        Slot { value, in_interface: matches!(elem, Type::Any) }
    }

    /// The static type's name.
    pub(crate) fn type_name(&self) -> String {
        if self.in_interface || matches!(self.value, Value::Nil) {
            return Type::Any.to_string();
        }
        self.value.type_name()
    }
}

/// `indirectInterface`: a nil interface is no value at all.
#[inline]
pub(crate) fn dig(value: Value<'_>) -> Value<'_> {
    match value {
        Value::Nil => Value::Missing,
        value => value,
    }
}

/// `indirect`: what pointers lead to.
#[inline]
pub(crate) fn indirect(mut value: Value<'_>) -> Value<'_> {
    while let Value::Pointer(to) = value {
        value = *to;
    }
    value
}

/// Whether [`indirect`] ends in a nil pointer or interface.
pub(crate) fn is_nil_pointer(value: &Value<'_>) -> bool {
    match value {
        Value::Nil => true,
        Value::NilOf(ty) => matches!(ty.underlying(), Type::Pointer(_)),
        _ => false,
    }
}

/// What is below an object's methods: objects become plain values, through pointers.
pub(crate) fn plain<'h>(value: Value<'h>, heap: &'h Heap) -> Value<'h> {
    match indirect(value) {
        Value::Object(object) => indirect(object.plain(heap)),
        value => value,
    }
}

/// `isTrue`: not the zero of its kind, or not empty.
#[inline]
pub(crate) fn is_true(value: &Value<'_>, heap: &Heap) -> bool {
    match value {
        Value::Missing | Value::Nil | Value::NilOf(_) => false,
        Value::Bool(value) => *value,
        Value::Int(_, value) => *value != 0,
        Value::Uint(_, value) => *value != 0,
        Value::Float(_, value) => *value != 0.0,
        Value::Complex((re, im)) => *re != 0.0 || *im != 0.0,
        Value::String(bytes) | Value::Bytes(bytes) => !bytes.is_empty(),
        Value::List(list) => !list.is_empty(),
        Value::Map(map) => !map.is_empty(),
        Value::KeyedMap(map) => !map.entries().is_empty(),
        Value::Struct(_) | Value::Pointer(_) => true,
        Value::Object(object) => match object.ty().underlying() {
            Type::Struct(_) | Type::Pointer(_) => true,
            _ => is_true(&object.plain(heap), heap),
        },
    }
}

/// `reflect.Zero`: the zero value of a type.
pub(crate) fn zero<'h>(ty: &'static Type) -> Value<'h> {
    match ty.underlying() {
        Type::Bool => Value::Bool(false),
        Type::Int(kind) => Value::Int(*kind, 0),
        Type::Uint(kind) => Value::Uint(*kind, 0),
        Type::Float(kind) => Value::Float(*kind, 0.0),
        Type::Complex(_) => Value::Complex(&(0.0, 0.0)),
        Type::String => Value::String(b""),
        Type::Any | Type::Error => Value::Nil,
        Type::Reflect | Type::Struct(_) | Type::Array(..) => Value::Missing,
        _ => Value::NilOf(ty),
    }
}

/// The value as an argument of type `ty`, if Go would assign it (or what it points to).
pub(crate) fn assign<'h>(value: Value<'h>, ty: &'static Type, heap: &'h Heap) -> Option<Value<'h>> {
    match (ty, value) {
        (Type::Any | Type::Reflect, _)
        | (Type::String, Value::String(_))
        | (Type::Bool, Value::Bool(_)) => Some(value),
        (_, Value::Object(object)) => {
            let from = object.ty();
            if *from == *ty || matches!((ty, object.text()), (Type::Error, Some(_))) {
                return Some(value);
            }
            if types_assign(from, ty) {
                return Some(object.plain(heap));
            }
            // A pointer to what is wanted.
            matches!(from, Type::Pointer(to) if types_assign(to, ty)).then_some(value)
        }
        (Type::Pointer(_), Value::Pointer(_)) => {
            (value.type_name() == ty.to_string()).then_some(value)
        }
        (_, Value::Pointer(to)) => assign(*to, ty, heap),
        (_, value) => value.ty().filter(|from| types_assign(from, ty)).map(|_| value),
    }
}

/// `reflect.Type.AssignableTo`, for concrete types: the same, or the same below one name.
fn types_assign(from: &Type, to: &Type) -> bool {
    let named = |ty: &Type| matches!(ty, Type::Named(..));
    from == to
        || (named(from) != named(to) && from.underlying() == to.underlying() && {
            // `int` and its like are names themselves.
            matches!(
                from.underlying(),
                Type::Slice(_) | Type::Array(..) | Type::Map(..) | Type::Pointer(_) | Type::Chan(_)
            )
        })
}
