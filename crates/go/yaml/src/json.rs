//! JSON as encoding/json reads and writes it.

use pintle_go_value::{Tree, Type, Value};

use crate::Error;

mod read;
mod write;

pub use read::{read_json, read_json_partly, read_json_value};
pub(crate) use write::{char_width, check_float, unsupported_type};
pub use write::{to_json, to_pretty_json, to_raw_json};

/// encoding/json's `UnmarshalTypeError`.
pub(crate) fn wrong_type(kind: &str, wanted: &Type) -> Error {
    Error::new(format!("json: cannot unmarshal {kind} into Go value of type {wanted}"))
}

/// What encoding/json calls a value of this kind in a text.
pub(crate) fn kind_of(value: &Value<'_>) -> &'static str {
    match value {
        Value::Bool(_) => "bool",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    }
}

/// [`kind_of`] for trees.
pub(crate) fn kind_of_tree(value: &Tree) -> &'static str {
    match value {
        Tree::Bool(_) => "bool",
        Tree::String(_) | Tree::Bytes(_) => "string",
        Tree::List(_) => "array",
        Tree::Map(_) => "object",
        Tree::Null | Tree::Int(_) | Tree::Float(_) => "number",
    }
}
