//! Go types, as far as a template can see them, and their printed names.

use std::fmt;

/// Go's signed integer kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntKind {
    /// `int`, 64 bits wide here as on every platform Helm ships for.
    Int,
    /// `int8`
    Int8,
    /// `int16`
    Int16,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
}

/// Go's unsigned integer kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UintKind {
    /// `uint`, 64 bits wide.
    Uint,
    /// `uint8`
    Uint8,
    /// `uint16`
    Uint16,
    /// `uint32`
    Uint32,
    /// `uint64`
    Uint64,
    /// `uintptr`
    Uintptr,
}

/// Go's floating point kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FloatKind {
    /// `float32`
    Float32,
    /// `float64`
    Float64,
}

/// A Go type. Displays as `reflect.Type.String` does: `map[string]interface {}`.
///
/// Types are compared by structure, so a `const` in any crate is the same type everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Type {
    /// `bool`
    Bool,
    /// A signed integer.
    Int(IntKind),
    /// An unsigned integer.
    Uint(UintKind),
    /// A floating point number.
    Float(FloatKind),
    /// `complex64` (false) or `complex128` (true)
    Complex(bool),
    /// `string`
    String,
    /// `interface {}`
    Any,
    /// `error`
    Error,
    /// `reflect.Value`, a parameter that takes anything, missing values included.
    Reflect,
    /// `[]T`
    Slice(&'static Type),
    /// `[N]T`
    Array(usize, &'static Type),
    /// `map[K]V`
    Map(&'static Type, &'static Type),
    /// `*T`
    Pointer(&'static Type),
    /// A named type, such as `common.Values`, and what it is made of.
    Named(&'static str, &'static Type),
    /// A struct, named or not (`struct { A int }`), of which only the name is known here.
    Struct(&'static str),
    /// `func(...)`, of which only the text is known here.
    Func(&'static str),
    /// `chan T`
    Chan(&'static Type),
}

impl Type {
    /// `int`
    pub const INT: Type = Type::Int(IntKind::Int);
    /// `int64`
    pub const INT64: Type = Type::Int(IntKind::Int64);
    /// `uint8`
    pub const UINT8: Type = Type::Uint(UintKind::Uint8);
    /// `float64`
    pub const FLOAT64: Type = Type::Float(FloatKind::Float64);
    /// `[]interface {}`
    pub const LIST: Type = Type::Slice(&Type::Any);
    /// `[]string`
    pub const STRINGS: Type = Type::Slice(&Type::String);
    /// `[]int`
    pub const INTS: Type = Type::Slice(&Type::INT);
    /// `[]uint8`
    pub const BYTES: Type = Type::Slice(&Type::UINT8);
    /// `map[string]interface {}`
    pub const MAP: Type = Type::Map(&Type::String, &Type::Any);
    /// `map[string]string`
    pub const STRING_MAP: Type = Type::Map(&Type::String, &Type::String);

    /// The type with its names taken off: what `reflect.Kind` is decided by.
    #[must_use]
    pub fn underlying(&self) -> &Type {
        match self {
            Type::Named(_, inner) => inner.underlying(),
            other => other,
        }
    }

    /// `reflect.Kind.String`: `int`, `map`, `slice`, `ptr`, …
    #[must_use]
    pub fn kind_name(&self) -> &'static str {
        match self.underlying() {
            Type::Bool => "bool",
            Type::Int(kind) => kind.name(),
            Type::Uint(kind) => kind.name(),
            Type::Float(kind) => kind.name(),
            Type::Complex(false) => "complex64",
            Type::Complex(true) => "complex128",
            Type::String => "string",
            Type::Any | Type::Error => "interface",
            Type::Slice(_) => "slice",
            Type::Array(..) => "array",
            Type::Map(..) => "map",
            Type::Pointer(_) => "ptr",
            Type::Reflect | Type::Struct(_) | Type::Named(..) => "struct",
            Type::Func(_) => "func",
            Type::Chan(_) => "chan",
        }
    }

    /// Whether a nil can stand for this type (template's `canBeNil`).
    #[must_use]
    pub fn can_be_nil(&self) -> bool {
        matches!(
            self.underlying(),
            Type::Any
                | Type::Error
                | Type::Reflect
                | Type::Slice(_)
                | Type::Map(..)
                | Type::Pointer(_)
                | Type::Func(_)
                | Type::Chan(_)
        )
    }
}

impl IntKind {
    /// The Go name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            IntKind::Int => "int",
            IntKind::Int8 => "int8",
            IntKind::Int16 => "int16",
            IntKind::Int32 => "int32",
            IntKind::Int64 => "int64",
        }
    }
}

impl UintKind {
    /// The Go name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            UintKind::Uint => "uint",
            UintKind::Uint8 => "uint8",
            UintKind::Uint16 => "uint16",
            UintKind::Uint32 => "uint32",
            UintKind::Uint64 => "uint64",
            UintKind::Uintptr => "uintptr",
        }
    }
}

impl FloatKind {
    /// The Go name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FloatKind::Float32 => "float32",
            FloatKind::Float64 => "float64",
        }
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("interface {}"),
            Type::Error => f.write_str("error"),
            Type::Reflect => f.write_str("reflect.Value"),
            Type::Slice(elem) => write!(f, "[]{elem}"),
            Type::Array(len, elem) => write!(f, "[{len}]{elem}"),
            Type::Map(key, elem) => write!(f, "map[{key}]{elem}"),
            Type::Pointer(elem) => write!(f, "*{elem}"),
            Type::Chan(elem) => write!(f, "chan {elem}"),
            Type::Named(name, _) | Type::Struct(name) | Type::Func(name) => f.write_str(name),
            scalar => f.write_str(scalar.kind_name()),
        }
    }
}
