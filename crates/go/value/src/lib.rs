//! Go's kinds as one value model, for templates that must print what Go prints.
//!
//! Go templates see values through reflection: an `int` is not an `int64`, a missing key is not a
//! nil, a `map[string]string` prints its own type name, and maps are shared, so that `set` in one
//! template is seen by the next. This crate is that model and nothing more: no printing
//! (`go/fmt`), no reading (`go/yaml`), no functions.
//!
//! Two forms of the same data:
//! - [`Value`] is a 24-byte `Copy` handle into a [`Heap`], an arena that lives for one render. Maps
//!   are mutable and aliased; strings are bytes; everything is freed at once.
//! - [`Tree`] is the owned, copy-on-write form that charts keep between renders. Cloning one is a
//!   reference count; [`Heap::tree`] brings it into a render without copying a string.

mod heap;
mod kind;
mod list;
mod map;
mod object;
mod tree;
mod value;

pub use heap::{HEAP_LIMIT, Heap};
pub use kind::{FloatKind, IntKind, Type, UintKind};
pub use list::List;
pub use map::{KeyedMap, Map, MapMethods};
pub use object::{Method, Object, Struct};
pub use tree::{Tree, TreeMap};
pub use value::Value;
