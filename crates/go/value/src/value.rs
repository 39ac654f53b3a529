//! The value handle itself.

use crate::{FloatKind, IntKind, KeyedMap, List, Map, Object, Struct, Type, UintKind};

/// A Go value: a `Copy` handle, its contents on the [`Heap`](crate::Heap) that `'h` names.
///
/// The tag is a whole word: with a byte, compilers move the bytes behind it in overlapping pieces, and
/// reading a value right after it was written stalls. It costs no room.
#[derive(Clone, Copy, Debug, Default)]
#[repr(u64)]
pub enum Value<'h> {
    /// `reflect.Value{}`: there is no value at all. Prints `<no value>`.
    #[default]
    Missing,
    /// A nil `interface {}`. `%v` prints `<nil>`, an action `<no value>`.
    Nil,
    /// A nil pointer, slice, map or function of a known type.
    NilOf(&'static Type),
    /// `bool`
    Bool(bool),
    /// A signed integer.
    Int(IntKind, i64),
    /// An unsigned integer.
    Uint(UintKind, u64),
    /// A floating point number; a `float32` is held exactly.
    Float(FloatKind, f64),
    /// `complex128`: real and imaginary part.
    Complex(&'h (f64, f64)),
    /// A string: bytes, mostly but not always UTF-8.
    String(&'h [u8]),
    /// `[]byte`
    Bytes(&'h [u8]),
    /// A slice or array.
    List(&'h List<'h>),
    /// A map with string keys.
    Map(&'h Map<'h>),
    /// A map with other keys.
    KeyedMap(&'h KeyedMap<'h>),
    /// A struct without methods.
    Struct(&'h Struct<'h>),
    /// A pointer to a value; pointers to objects are objects of pointer type instead.
    Pointer(&'h Value<'h>),
    /// A value with fields or methods of its own.
    Object(&'h dyn Object),
}

impl<'h> Value<'h> {
    /// A Go `int`.
    #[must_use]
    pub fn int(value: i64) -> Self {
        Value::Int(IntKind::Int, value)
    }

    /// A Go `int64`.
    #[must_use]
    pub fn int64(value: i64) -> Self {
        Value::Int(IntKind::Int64, value)
    }

    /// A Go `float64`.
    #[must_use]
    pub fn float64(value: f64) -> Self {
        Value::Float(FloatKind::Float64, value)
    }

    /// A string that lives long enough already.
    #[must_use]
    pub fn str(value: &'h str) -> Self {
        Value::String(value.as_bytes())
    }

    /// The dynamic Go type; none for [`Value::Missing`] and [`Value::Nil`].
    ///
    /// Pointers have their type built from what they point to, so only their kind can be told by a
    /// [`Type`]: `*T` of any `T` is `Pointer(&Any)` here, and [`Value::type_name`] has the name.
    #[must_use]
    pub fn ty(&self) -> Option<Type> {
        Some(match self {
            Value::Missing | Value::Nil => return None,
            Value::NilOf(ty) => **ty,
            Value::Bool(_) => Type::Bool,
            Value::Int(kind, _) => Type::Int(*kind),
            Value::Uint(kind, _) => Type::Uint(*kind),
            Value::Float(kind, _) => Type::Float(*kind),
            Value::Complex(_) => Type::Complex(true),
            Value::String(_) => Type::String,
            Value::Bytes(_) => Type::BYTES,
            Value::List(list) => *list.ty(),
            Value::Map(map) => *map.ty(),
            Value::KeyedMap(map) => *map.ty(),
            Value::Struct(value) => *value.ty(),
            Value::Pointer(_) => Type::Pointer(&Type::Any),
            Value::Object(object) => *object.ty(),
        })
    }

    /// The dynamic type's name as Go prints it; `<nil>` where there is none.
    #[must_use]
    pub fn type_name(&self) -> String {
        match (self, self.ty()) {
            (Value::Pointer(to), _) => format!("*{}", to.type_name()),
            (_, Some(ty)) => ty.to_string(),
            (_, None) => "<nil>".to_owned(),
        }
    }

    /// Whether this is missing, a nil interface, or a typed nil.
    #[must_use]
    pub fn is_nil(&self) -> bool {
        matches!(self, Value::Missing | Value::Nil | Value::NilOf(_))
    }

    /// The string map, seen through nothing else.
    #[must_use]
    pub fn as_map(&self) -> Option<&'h Map<'h>> {
        match self {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The bytes of a string.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&'h [u8]> {
        match self {
            Value::String(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The elements of a list.
    #[must_use]
    pub fn as_items(&self) -> Option<&'h [Value<'h>]> {
        match self {
            Value::List(list) => Some(list.items()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every argument and every map entry is one of these; growth shows in each render.
    #[test]
    fn a_value_is_three_words() {
        assert_eq!(std::mem::size_of::<Value<'_>>(), 24);
    }
}
