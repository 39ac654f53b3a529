//! The readers of YAML: front doors over scanner, parser, nodes and decoder.

use pintle_go_value::{Heap, Tree, Type, Value};

use crate::build::{Build, HeapBuilder, TreeBuilder};
use crate::decode::{Decoder, FROM_JSON, TO_JSON};
use crate::node::Document;
use crate::text::Text;
use crate::{Error, json};

/// Reads the first document as `sigs.k8s.io/yaml.Unmarshal` into an `interface{}` does: goyaml.v2's
/// YAML 1.1, every number a `float64`, every key a string.
///
/// # Errors
/// In Go's words, `error converting YAML to JSON: yaml: line 2: …`.
pub fn read(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    decode(text.as_ref(), &mut TreeBuilder { exact: false }, false)
}

/// Reads as [`read`], always by scanner and parser, never the direct way: the fuzz targets hold one
/// against the other.
///
/// # Errors
/// As [`read`].
#[doc(hidden)]
pub fn read_by_parser(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    let checked = Text::new(text.as_ref());
    let document =
        Document::parse_whole(&checked.good, checked.stop).map_err(|error| error.under(TO_JSON))?;
    Decoder::new(&document, &mut TreeBuilder { exact: false }, false).run()
}

/// Reads as [`read`], but refuses a key that comes twice in one map: `UnmarshalStrict`.
///
/// # Errors
/// As [`read`]; duplicates are listed by line.
pub fn read_strict(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    decode(text.as_ref(), &mut TreeBuilder { exact: false }, true)
}

/// Reads as [`read`], but integers within `int64` stay [`Tree::Int`], as goyaml gives them out
/// before JSON. For targets of type `string`, where Go writes `1` and `1.5` back as text:
/// [`number_text`] does.
///
/// # Errors
/// As [`read`].
pub fn read_exact(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    decode(text.as_ref(), &mut TreeBuilder { exact: true }, false)
}

/// The text that sigs.k8s.io/yaml makes of a number or boolean where a `string` is wanted; floats
/// have the digits of a `float32`, sic. Give it what [`read_exact`] read.
#[must_use]
pub fn number_text(value: &Tree) -> Option<String> {
    use pintle_go_value::FloatKind::Float32;
    Some(match value {
        Tree::Bool(value) => value.to_string(),
        Tree::Int(value) => value.to_string(),
        Tree::Float(value) => {
            crate::number::text(|out| crate::number::append_g(out, *value, Float32))
        }
        _ => return None,
    })
}

/// Reads as [`read`] into a `map[string]interface{}`; a null or empty document is an empty map.
///
/// # Errors
/// As [`read`], and where the document is no map.
pub fn read_map(text: impl AsRef<[u8]>) -> Result<Tree, Error> {
    match read(text)? {
        Tree::Null => Ok(Tree::map()),
        map @ Tree::Map(_) => Ok(map),
        other => {
            let kind = json::kind_of_tree(&other);
            Err(json::wrong_type(kind, &Type::MAP).under(FROM_JSON))
        }
    }
}

/// Reads the first document onto a heap; strings are borrowed from the text where they stand in it
/// as they are.
///
/// # Errors
/// As [`read`].
pub fn read_value<'h>(heap: &'h Heap, text: &'h [u8]) -> Result<Value<'h>, Error> {
    let checked = Text::new(text);
    let text = match checked.good {
        std::borrow::Cow::Borrowed(text) => text,
        std::borrow::Cow::Owned(text) => heap.str(&text),
    };
    decode_text(text, checked.stop, &mut HeapBuilder { heap }, false)
}

/// What Helm's `fromYaml` reads: a map, empty if the document is null.
///
/// # Errors
/// As [`read`], and where the document is no map.
pub fn read_map_value<'h>(heap: &'h Heap, text: &'h [u8]) -> Result<Value<'h>, Error> {
    match read_value(heap, text)? {
        Value::Nil => Ok(Value::Map(heap.map())),
        map @ Value::Map(_) => Ok(map),
        other => Err(json::wrong_type(json::kind_of(&other), &Type::MAP).under(FROM_JSON)),
    }
}

/// What Helm's `fromYamlArray` reads: a list, empty if the document is null.
///
/// # Errors
/// As [`read`], and where the document is no list.
pub fn read_list_value<'h>(heap: &'h Heap, text: &'h [u8]) -> Result<Value<'h>, Error> {
    match read_value(heap, text)? {
        Value::Nil => Ok(heap.list(&Type::LIST, &[])),
        list @ Value::List(_) => Ok(list),
        other => Err(json::wrong_type(json::kind_of(&other), &Type::LIST).under(FROM_JSON)),
    }
}

fn decode<B: for<'t> Build<'t, Node = Tree>>(
    text: &[u8],
    build: &mut B,
    strict: bool,
) -> Result<Tree, Error> {
    let checked = Text::new(text);
    decode_text(&checked.good, checked.stop, build, strict)
}

fn decode_text<'t, B: Build<'t>>(
    text: &'t str,
    stop: Option<Error>,
    build: &mut B,
    strict: bool,
) -> Result<B::Node, Error> {
    let document = Document::parse(text, stop).map_err(|error| error.under(TO_JSON))?;
    Decoder::new(&document, build, strict).run()
}
