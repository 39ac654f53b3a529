//! Functions that templates can call: plain typed Rust functions behind Go's argument rules.
//!
//! A table is made with [`func!`](crate::func!); the engine checks count and types of the arguments
//! with Go's words before it calls, so a function sees only what its signature says:
//!
//! ```
//! use pintle_go_template::{CallError, Func, Int, Rest, func};
//! use pintle_go_value::{Heap, Value};
//!
//! fn trunc(count: Int, text: &[u8]) -> Vec<u8> {
//!     text[..text.len().min(usize::try_from(count.0).unwrap_or(0))].to_vec()
//! }
//!
//! fn list<'h>(heap: &'h Heap, items: Rest<'_, 'h, Value<'h>>) -> Value<'h> {
//!     heap.list(&pintle_go_value::Type::LIST, items.values())
//! }
//!
//! fn fail(text: &[u8]) -> Result<&'static str, CallError> {
//!     Err(CallError::new(String::from_utf8_lossy(text)))
//! }
//!
//! static FUNCS: &[Func<()>] = &[
//!     func!("trunc", trunc, (Int, &[u8])),
//!     func!("list", list, heap, (; Value<'_>)),
//!     func!("fail", fail, (&[u8])),
//! ];
//! ```

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::marker::PhantomData;

use pintle_go_value::{Heap, Map, Type, Value};

use crate::{CallError, Exec};

/// The code of a [`Func`]: the arguments are as many, and of the types, that the [`Func`] says.
pub type FuncFn<H> =
    for<'c, 'h> fn(&mut Exec<'c, 'h, H>, &[Value<'h>]) -> Result<Value<'h>, CallError>;

/// A template function: its Go signature and its code. `H` is what it needs of its surroundings.
pub struct Func<H: ?Sized + 'static> {
    /// The name that templates call it by.
    pub name: &'static str,
    /// The types of the parameters; of a variadic function, the last is that of one element.
    pub params: &'static [Type],
    /// Whether the last parameter may come any number of times.
    pub variadic: bool,
    /// The code.
    pub call: FuncFn<H>,
}

/// Makes a [`Func`] of a Rust function.
///
/// `func!("name", path, (A, B))`; a variadic one as `(A, B; Rest)` or `(; Rest)`, where the function
/// takes a [`Rest`](crate::Rest). With `heap` after the path its first parameter is `&'h Heap`, with
/// `exec` it is `&mut Exec<'_, 'h, H>`. Parameter types implement [`Arg`](crate::Arg), results
/// [`IntoValue`](crate::IntoValue).
#[macro_export]
macro_rules! func {
    (@params $($t:ty),* ; $($r:ty)?) => {
        &[$(<$t as $crate::Arg<'_>>::TYPE,)* $(<$r as $crate::Arg<'_>>::TYPE,)?]
    };
    ($name:literal, $f:expr, ($($t:ty),* $(,)?)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ;),
            variadic: false,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                let _ = &mut args;
                $crate::IntoValue::into_value($f($(args.next::<$t>()),*), exec.heap())
            },
        }
    };
    ($name:literal, $f:expr, ($($t:ty),* ; $r:ty)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ; $r),
            variadic: true,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                $crate::IntoValue::into_value(
                    $f($(args.next::<$t>(),)* args.rest::<$r>()),
                    exec.heap(),
                )
            },
        }
    };
    ($name:literal, $f:expr, heap, ($($t:ty),* $(,)?)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ;),
            variadic: false,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                let _ = &mut args;
                $crate::IntoValue::into_value($f(exec.heap(), $(args.next::<$t>()),*), exec.heap())
            },
        }
    };
    ($name:literal, $f:expr, heap, ($($t:ty),* ; $r:ty)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ; $r),
            variadic: true,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                $crate::IntoValue::into_value(
                    $f(exec.heap(), $(args.next::<$t>(),)* args.rest::<$r>()),
                    exec.heap(),
                )
            },
        }
    };
    ($name:literal, $f:expr, exec, ($($t:ty),* $(,)?)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ;),
            variadic: false,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                let _ = &mut args;
                let result = $f(&mut *exec, $(args.next::<$t>()),*);
                $crate::IntoValue::into_value(result, exec.heap())
            },
        }
    };
    ($name:literal, $f:expr, exec, ($($t:ty),* ; $r:ty)) => {
        $crate::Func {
            name: $name,
            params: $crate::func!(@params $($t),* ; $r),
            variadic: true,
            call: |exec, args| {
                let mut args = $crate::Args::new(args);
                let result = $f(&mut *exec, $(args.next::<$t>(),)* args.rest::<$r>());
                $crate::IntoValue::into_value(result, exec.heap())
            },
        }
    };
}

/// The functions that a set of templates knows beside Go's builtins; built once per process.
pub struct FuncMap<H: ?Sized + 'static> {
    funcs: Vec<&'static Func<H>>,
    index: HashMap<&'static [u8], u32, BuildHasherDefault<NameHasher>>,
}

impl<H: ?Sized + 'static> FuncMap<H> {
    /// The functions of all tables; of two with the same name the later one wins, and any of them
    /// wins over a builtin.
    #[must_use]
    pub fn new(tables: &[&'static [Func<H>]]) -> Self {
        let mut map = FuncMap { funcs: Vec::new(), index: HashMap::default() };
        for func in tables.iter().flat_map(|table| table.iter()) {
            match map.index.get(func.name.as_bytes()) {
                Some(at) => map.funcs[*at as usize] = func,
                None => {
                    map.index.insert(
                        func.name.as_bytes(),
                        u32::try_from(map.funcs.len()).unwrap_or(u32::MAX),
                    );
                    map.funcs.push(func);
                }
            }
        }
        map
    }

    /// The functions, in the order of the tables.
    pub fn iter(&self) -> impl Iterator<Item = &'static Func<H>> + '_ {
        self.funcs.iter().copied()
    }

    /// The function of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'static Func<H>> {
        self.index.get(name.as_bytes()).map(|at| self.funcs[*at as usize])
    }

    pub(crate) fn position(&self, name: &[u8]) -> Option<u32> {
        self.index.get(name).copied()
    }

    pub(crate) fn at(&self, position: u32) -> Option<&'static Func<H>> {
        self.funcs.get(position as usize).copied()
    }
}

/// FNV-1a: the names are a program's own, so nobody can make them collide, and each identifier of a
/// text is looked up.
#[derive(Default)]
struct NameHasher(u64);

impl Hasher for NameHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        }
    }
}

/// A type that a function may take. The engine has made sure that the value is of [`Arg::TYPE`], or
/// a nil of it where Go has one.
pub trait Arg<'h>: Sized {
    /// The Go type of the parameter.
    const TYPE: Type;

    /// The value in Rust; what cannot come gives that type's zero.
    fn from_value(value: Value<'h>) -> Self;
}

/// A Go `int`, where `i64` is Go's `int64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int(pub i64);

/// A `reflect.Value` parameter: unlike an `interface {}` it can tell a missing value from a nil.
#[derive(Clone, Copy, Debug)]
pub struct Reflect<'h>(pub Value<'h>);

/// A `[]interface {}` parameter; a nil slice is empty.
#[derive(Clone, Copy, Debug)]
pub struct Items<'h>(pub &'h [Value<'h>]);

/// A `[]string` parameter; each element is a [`Value::String`].
#[derive(Clone, Copy, Debug)]
pub struct Strings<'h>(pub &'h [Value<'h>]);

/// A `[]byte` parameter, where `&[u8]` is Go's `string`.
#[derive(Clone, Copy, Debug)]
pub struct Bytes<'h>(pub &'h [u8]);

impl<'h> Arg<'h> for Value<'h> {
    const TYPE: Type = Type::Any;

    fn from_value(value: Value<'h>) -> Self {
        value
    }
}

impl<'h> Arg<'h> for Reflect<'h> {
    const TYPE: Type = Type::Reflect;

    fn from_value(value: Value<'h>) -> Self {
        Reflect(value)
    }
}

impl<'h> Arg<'h> for &'h [u8] {
    const TYPE: Type = Type::String;

    fn from_value(value: Value<'h>) -> Self {
        value.as_bytes().unwrap_or_default()
    }
}

impl<'h> Arg<'h> for bool {
    const TYPE: Type = Type::Bool;

    fn from_value(value: Value<'h>) -> Self {
        matches!(value, Value::Bool(true))
    }
}

impl<'h> Arg<'h> for Int {
    const TYPE: Type = Type::INT;

    fn from_value(value: Value<'h>) -> Self {
        Int(i64::from_value(value))
    }
}

impl<'h> Arg<'h> for i64 {
    const TYPE: Type = Type::INT64;

    fn from_value(value: Value<'h>) -> Self {
        match value {
            Value::Int(_, value) => value,
            _ => 0,
        }
    }
}

impl<'h> Arg<'h> for f64 {
    const TYPE: Type = Type::FLOAT64;

    fn from_value(value: Value<'h>) -> Self {
        match value {
            Value::Float(_, value) => value,
            _ => 0.0,
        }
    }
}

/// A `map[string]interface {}`; none is Go's nil map.
impl<'h> Arg<'h> for Option<&'h Map<'h>> {
    const TYPE: Type = Type::MAP;

    fn from_value(value: Value<'h>) -> Self {
        value.as_map()
    }
}

impl<'h> Arg<'h> for Items<'h> {
    const TYPE: Type = Type::LIST;

    fn from_value(value: Value<'h>) -> Self {
        Items(value.as_items().unwrap_or_default())
    }
}

impl<'h> Arg<'h> for Strings<'h> {
    const TYPE: Type = Type::STRINGS;

    fn from_value(value: Value<'h>) -> Self {
        Strings(value.as_items().unwrap_or_default())
    }
}

impl<'h> Arg<'h> for Bytes<'h> {
    const TYPE: Type = Type::BYTES;

    fn from_value(value: Value<'h>) -> Self {
        match value {
            Value::Bytes(bytes) => Bytes(bytes),
            _ => Bytes(&[]),
        }
    }
}

/// The arguments of a variadic parameter.
#[derive(Clone, Copy, Debug)]
pub struct Rest<'a, 'h, T> {
    values: &'a [Value<'h>],
    of: PhantomData<fn() -> T>,
}

impl<'a, 'h, T: Arg<'h>> Rest<'a, 'h, T> {
    /// The arguments as values.
    #[must_use]
    pub fn values(&self) -> &'a [Value<'h>] {
        self.values
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The argument at a place.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<T> {
        self.values.get(index).map(|value| T::from_value(*value))
    }

    /// The arguments in Rust.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = T> + ExactSizeIterator + use<'a, 'h, T> {
        self.values.iter().map(|value| T::from_value(*value))
    }
}

/// Takes arguments one by one; what [`func!`](crate::func!) expands to.
#[derive(Debug)]
pub struct Args<'a, 'h> {
    left: &'a [Value<'h>],
}

impl<'a, 'h> Args<'a, 'h> {
    /// All arguments.
    #[must_use]
    pub fn new(values: &'a [Value<'h>]) -> Self {
        Args { left: values }
    }

    /// The next one.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "each call may ask for another type")]
    pub fn next<T: Arg<'h>>(&mut self) -> T {
        match self.left.split_first() {
            Some((first, left)) => {
                self.left = left;
                T::from_value(*first)
            }
            None => T::from_value(Value::Missing),
        }
    }

    /// All that are left.
    #[must_use]
    pub fn rest<T: Arg<'h>>(self) -> Rest<'a, 'h, T> {
        Rest { values: self.left, of: PhantomData }
    }
}

/// What a function may return.
pub trait IntoValue<'h> {
    /// The result on the heap, or the Go error.
    fn into_value(self, heap: &'h Heap) -> Result<Value<'h>, CallError>;
}

/// Results that need no failing: the value as an expression of `self` and the heap.
macro_rules! into_value {
    ($($t:ty => |$self:ident, $heap:ident| $value:expr;)*) => {$(
        impl<'h> IntoValue<'h> for $t {
            fn into_value($self, $heap: &'h Heap) -> Result<Value<'h>, CallError> {
                let _ = $heap;
                Ok($value)
            }
        }
    )*};
}

into_value! {
    Value<'h> => |self, heap| self;
    bool => |self, heap| Value::Bool(self);
    Int => |self, heap| Value::int(self.0);
    i64 => |self, heap| Value::int64(self);
    f64 => |self, heap| Value::float64(self);
    &'h [u8] => |self, heap| Value::String(self);
    &'h str => |self, heap| Value::str(self);
    String => |self, heap| heap.string(self);
    Vec<u8> => |self, heap| heap.string(self);
    Cow<'h, [u8]> => |self, heap| match self {
        Cow::Borrowed(bytes) => Value::String(bytes),
        Cow::Owned(bytes) => heap.string(bytes),
    };
    &'h Map<'h> => |self, heap| Value::Map(self);
}

impl<'h, T: IntoValue<'h>, E: Into<CallError>> IntoValue<'h> for Result<T, E> {
    fn into_value(self, heap: &'h Heap) -> Result<Value<'h>, CallError> {
        self.map_err(Into::into)?.into_value(heap)
    }
}
