//! One way to walk what the writers write, be it trees or values on a heap.

use std::collections::HashSet;

use pintle_go_value::{FloatKind, Heap, Object, Struct, Tree, Type, Value};

use crate::{Error, binary};

/// The most that one call writes, in bytes. Values may share parts, so that little memory unfolds
/// into much text; and Helm keeps a whole release below 1 MiB.
pub const OUTPUT_LIMIT: usize = 64 << 20;

/// How deep collections nest before a writer looks for one that contains itself
/// (encoding/json's `startDetectCyclesAfter`).
const CYCLE_CHECK_DEPTH: usize = 1000;

/// The writers' libraries, which see typed values each in its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// encoding/json, and so `toYaml`.
    Json,
    /// goyaml.v3
    Yaml3,
    /// BurntSushi/toml
    Toml,
}

/// A value as a writer sees it.
#[derive(Debug)]
pub enum View<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A float of either size.
    Float(f64, FloatKind),
    /// A string.
    Text(&'a [u8]),
    /// A time, in RFC 3339 with nanoseconds: a string to JSON, plain elsewhere.
    Time(&'a [u8]),
    /// A list; its elements are the children.
    List,
    /// A map; its entries are the children.
    Map,
    /// Nothing that can be written: the Go type.
    Unsupported(String),
}

/// What the writers take: `&Tree`, or `(&Heap, Value)`.
pub trait Source<'a>: Copy {
    /// What this is.
    fn view(self, dialect: Dialect) -> View<'a>;

    /// Appends the elements of a list (with empty keys) or the entries of a map, by order of key
    /// but for structs.
    fn children(self, dialect: Dialect, out: &mut Vec<(&'a [u8], Self)>);

    /// Where the collection lives: tells one from another.
    fn address(self) -> usize;

    /// The Go type, for errors.
    fn type_name(self) -> String;
}

impl<'a> Source<'a> for &'a Tree {
    fn view(self, _: Dialect) -> View<'a> {
        match self {
            Tree::Null => View::Null,
            Tree::Bool(value) => View::Bool(*value),
            Tree::Int(value) => View::Int(*value),
            Tree::Float(value) => View::Float(*value, FloatKind::Float64),
            Tree::String(text) => View::Text(text.as_bytes()),
            Tree::Bytes(text) => View::Text(text),
            Tree::List(_) => View::List,
            Tree::Map(_) => View::Map,
        }
    }

    fn children(self, _: Dialect, out: &mut Vec<(&'a [u8], Self)>) {
        match self {
            Tree::List(items) => out.extend(items.iter().map(|item| (&[][..], item))),
            Tree::Map(entries) => {
                out.extend(entries.iter().map(|(key, value)| (key.as_bytes(), value)));
            }
            _ => {}
        }
    }

    fn address(self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    fn type_name(self) -> String {
        match self {
            Tree::Null => "<nil>",
            Tree::Bool(_) => "bool",
            Tree::Int(_) => "int64",
            Tree::Float(_) => "float64",
            Tree::String(_) | Tree::Bytes(_) => "string",
            Tree::List(_) => "[]interface {}",
            Tree::Map(_) => "map[string]interface {}",
        }
        .to_owned()
    }
}

impl<'h> Source<'h> for (&'h Heap, Value<'h>) {
    fn view(self, dialect: Dialect) -> View<'h> {
        let (heap, value) = self;
        match value {
            Value::Missing | Value::Nil => View::Null,
            Value::NilOf(ty) => view_nil(ty, dialect),
            Value::Bool(value) => View::Bool(value),
            Value::Int(_, value) => View::Int(value),
            Value::Uint(_, value) => View::Uint(value),
            Value::Float(kind, value) => View::Float(value, kind),
            Value::Complex(_) => View::Unsupported(value.type_name()),
            Value::String(bytes) => View::Text(bytes),
            Value::Bytes(bytes) if dialect == Dialect::Json => {
                View::Text(heap.bytes(binary::encode(bytes).as_bytes()))
            }
            Value::Bytes(_) | Value::List(_) => View::List,
            Value::Map(_) | Value::Struct(_) => View::Map,
            Value::KeyedMap(map) => match map.key_and_elem().0.underlying() {
                Type::String | Type::Int(_) | Type::Uint(_) => View::Map,
                _ => View::Unsupported(value.type_name()),
            },
            Value::Pointer(to) => (heap, *to).view(dialect),
            Value::Object(object) => match marshalled(heap, object, dialect) {
                Some(view) => view,
                None => (heap, contents(heap, object, dialect)).view(dialect),
            },
        }
    }

    fn children(self, dialect: Dialect, out: &mut Vec<(&'h [u8], Self)>) {
        let (heap, value) = self;
        match value {
            Value::Bytes(bytes) => {
                let kind = pintle_go_value::UintKind::Uint8;
                let numbers = bytes.iter().map(|byte| Value::Uint(kind, u64::from(*byte)));
                out.extend(numbers.map(|number| (&[][..], (heap, number))));
            }
            Value::List(list) => {
                out.extend(list.items().iter().map(|item| (&[][..], (heap, *item))));
            }
            Value::Map(map) => map.for_each(|key, value| out.push((key, (heap, value)))),
            Value::KeyedMap(map) => {
                let from = out.len();
                for (key, value) in map.entries() {
                    out.push((key_text(heap, *key), (heap, *value)));
                }
                out[from..].sort_by_key(|entry| entry.0);
            }
            Value::Struct(fields) => struct_children(heap, fields, dialect, out),
            Value::Pointer(to) => (heap, *to).children(dialect, out),
            Value::Object(object) => match contents(heap, object, dialect) {
                Value::Struct(tagged)
                    if dialect == Dialect::Json && object.json(heap).is_some() =>
                {
                    let fields = tagged.fields().iter();
                    out.extend(fields.map(|(name, value)| (name.as_bytes(), (heap, *value))));
                }
                contents => (heap, contents).children(dialect, out),
            },
            _ => {}
        }
    }

    fn address(self) -> usize {
        match self.1 {
            Value::List(list) => list.items().as_ptr().addr(),
            Value::Map(map) => std::ptr::from_ref(map).addr(),
            Value::KeyedMap(map) => std::ptr::from_ref(map).addr(),
            Value::Pointer(to) => std::ptr::from_ref(to).addr(),
            _ => 0,
        }
    }

    fn type_name(self) -> String {
        self.1.type_name()
    }
}

/// What a library sees of an object; encoding/json goes by the tags of its fields.
fn contents<'h>(heap: &'h Heap, object: &'h dyn Object, dialect: Dialect) -> Value<'h> {
    match dialect {
        Dialect::Json => object.json(heap).unwrap_or_else(|| object.plain(heap)),
        Dialect::Yaml3 | Dialect::Toml => object.plain(heap),
    }
}

/// A nil collection is null to JSON, and empty to goyaml.
fn view_nil(ty: &'static Type, dialect: Dialect) -> View<'static> {
    match ty.underlying() {
        Type::Func(_) | Type::Chan(_) => View::Unsupported(ty.to_string()),
        Type::Slice(_) if dialect == Dialect::Yaml3 => View::List,
        Type::Map(..) if dialect == Dialect::Yaml3 => View::Map,
        _ => View::Null,
    }
}

/// Types that write themselves: times in RFC 3339, versions as their text.
fn marshalled<'h>(heap: &'h Heap, object: &'h dyn Object, dialect: Dialect) -> Option<View<'h>> {
    match object.ty().to_string().as_str() {
        "time.Time" | "*time.Time" => {
            let format = |layout: &'h str| {
                object.call(heap, "Format", &[Value::str(layout)]).ok().and_then(|v| v.as_bytes())
            };
            // BurntSushi's zones for what has none say what to write.
            let layout = match (dialect, format("MST")) {
                (Dialect::Toml, Some(b"datetime-local")) => "2006-01-02T15:04:05.999999999",
                (Dialect::Toml, Some(b"date-local")) => "2006-01-02",
                (Dialect::Toml, Some(b"time-local")) => "15:04:05.999999999",
                _ => "2006-01-02T15:04:05.999999999Z07:00",
            };
            Some(View::Time(format(layout)?))
        }
        "semver.Version" | "*semver.Version" => {
            Some(View::Text(heap.bytes(object.text()?.as_bytes())))
        }
        _ => None,
    }
}

fn key_text<'h>(heap: &'h Heap, key: Value<'h>) -> &'h [u8] {
    match key {
        Value::String(bytes) => bytes,
        Value::Int(_, value) => heap.bytes(value.to_string().as_bytes()),
        Value::Uint(_, value) => heap.bytes(value.to_string().as_bytes()),
        _ => &[],
    }
}

/// The exported fields; goyaml writes their names in lower case.
fn struct_children<'h>(
    heap: &'h Heap,
    fields: &'h Struct<'h>,
    dialect: Dialect,
    out: &mut Vec<(&'h [u8], (&'h Heap, Value<'h>))>,
) {
    for (name, value) in fields.fields() {
        if !name.starts_with(char::is_uppercase) {
            continue;
        }
        let name = match dialect {
            Dialect::Yaml3 => heap.str(&name.to_lowercase()).as_bytes(),
            Dialect::Json | Dialect::Toml => name.as_bytes(),
        };
        out.push((name, (heap, *value)));
    }
}

/// Guards a walk: its depth, cycles in it, and what it writes.
pub(crate) struct Guard {
    depth_limit: usize,
    depth: usize,
    /// Addresses of the collections entered beyond [`CYCLE_CHECK_DEPTH`].
    deep: HashSet<usize>,
    path: Vec<usize>,
}

impl Guard {
    pub(crate) fn new(depth_limit: usize) -> Self {
        Guard { depth_limit, depth: 0, deep: HashSet::new(), path: Vec::new() }
    }

    /// Enters a collection.
    pub(crate) fn enter<'a>(&mut self, node: impl Source<'a>) -> Result<(), Error> {
        self.depth += 1;
        if self.depth <= CYCLE_CHECK_DEPTH {
            return Ok(());
        }
        let address = node.address();
        if address != 0 && !self.deep.insert(address) {
            let ty = node.type_name();
            let text = format!("json: unsupported value: encountered a cycle via {ty}");
            return Err(Error::new(text));
        }
        if self.depth > self.depth_limit {
            return Err(Error::new(format!("yaml: exceeded max depth of {}", self.depth_limit)));
        }
        self.path.push(address);
        Ok(())
    }

    /// Leaves the innermost collection.
    pub(crate) fn leave(&mut self) {
        if self.depth > CYCLE_CHECK_DEPTH {
            let address = self.path.pop().unwrap_or(0);
            self.deep.remove(&address);
        }
        self.depth -= 1;
    }
}

/// Refuses output that outgrows [`OUTPUT_LIMIT`] since `start`.
pub(crate) fn check_output(out: &[u8], start: usize) -> Result<(), Error> {
    match out.len() - start <= OUTPUT_LIMIT {
        true => Ok(()),
        false => Err(Error::limit(format!("output exceeds the limit of {OUTPUT_LIMIT} bytes"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_has_a_limit() {
        let out = vec![0; OUTPUT_LIMIT + 1];
        assert!(check_output(&out[..OUTPUT_LIMIT], 0).is_ok());
        assert!(check_output(&out, 1).is_ok());
        assert!(check_output(&out, 0).is_err());
    }
}
