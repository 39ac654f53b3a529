//! The head of a rendered document: what sorting it and telling hooks apart need.

mod skim;

use pintle_go_value::{Heap, Value};
use pintle_helm_chart::scalar_text;

/// Helm's `SimpleHead`: the few fields that sorting needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) api_version: String,
    pub(crate) kind: String,
    pub(crate) name: String,
    /// Only those of Helm.
    annotations: Vec<(String, String)>,
}

/// Go's type of `SimpleHead.Metadata`, as errors print it.
const METADATA_TYPE: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations \
                             map[string]string \"json:\\\"annotations\\\"\" }";

/// Why a document has no head.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HeadError {
    /// The line in the document, from 1, where that is known.
    pub(crate) line: Option<u32>,
    /// The error in Helm's words.
    pub(crate) text: String,
}

impl Head {
    /// The head of a document. Helm reads all of it, so all of it must be YAML.
    pub(crate) fn of(text: &[u8]) -> Result<Self, HeadError> {
        match skim::head(text) {
            Some(head) => Ok(head),
            None => Self::read_whole(text),
        }
    }

    fn read_whole(text: &[u8]) -> Result<Self, HeadError> {
        let heap = Heap::new();
        let body = pintle_go_yaml::read_value(&heap, text).map_err(|error| HeadError {
            line: error.place().map(|place| place.line),
            text: error.to_string(),
        })?;
        Self::read(text, body).map_err(|error| HeadError {
            line: None,
            text: format!("error unmarshaling JSON: while decoding JSON: json: {error}"),
        })
    }

    pub(crate) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Decodes as encoding/json does: names without regard to case, the first type error told.
    fn read(text: &[u8], body: Value<'_>) -> Result<Self, String> {
        let map = match body {
            Value::Map(map) => map,
            Value::Nil => return Ok(Head::default()),
            other => return Err(wrong_type(other, "value of type util.SimpleHead")),
        };
        let mut reader = HeadReader { text, error: None };
        let mut head = Head::default();
        map.for_each(|key, value| {
            if key.eq_ignore_ascii_case(b"apiVersion") {
                reader.string(value, &[key], "SimpleHead.apiVersion", &mut head.api_version);
            } else if key.eq_ignore_ascii_case(b"kind") {
                reader.string(value, &[key], "SimpleHead.kind", &mut head.kind);
            } else if key.eq_ignore_ascii_case(b"metadata") && !value.is_nil() {
                reader.metadata(key, value, &mut head);
            }
        });
        match reader.error {
            Some(error) => Err(error),
            None => Ok(head),
        }
    }
}

/// Reads the fields of a head, and keeps the first type error.
struct HeadReader<'t> {
    text: &'t [u8],
    error: Option<String>,
}

impl HeadReader<'_> {
    fn fail(&mut self, value: Value<'_>, target: &str) {
        self.error.get_or_insert_with(|| wrong_type(value, target));
    }

    /// A string field; other scalars are written as text.
    fn string(&mut self, value: Value<'_>, path: &[&[u8]], field: &str, slot: &mut String) {
        match value {
            Value::Nil => {}
            Value::String(text) => *slot = String::from_utf8_lossy(text).into_owned(),
            Value::List(_) | Value::Map(_) => {
                self.fail(value, &format!("struct field {field} of type string"));
            }
            // Numbers keep their text only in the exact reading.
            _ => *slot = exact_text(self.text, path).unwrap_or_default(),
        }
    }

    fn metadata(&mut self, key: &[u8], value: Value<'_>, head: &mut Head) {
        let Value::Map(map) = value else {
            return self
                .fail(value, &format!("struct field SimpleHead.metadata of type {METADATA_TYPE}"));
        };
        map.for_each(|field, value| {
            if field.eq_ignore_ascii_case(b"name") {
                self.string(value, &[key, field], ".metadata.name", &mut head.name);
            } else if field.eq_ignore_ascii_case(b"annotations") && !value.is_nil() {
                self.annotations(&[key, field], value, head);
            }
        });
    }

    fn annotations(&mut self, path: &[&[u8]; 2], value: Value<'_>, head: &mut Head) {
        let Value::Map(map) = value else {
            let target = "struct field .metadata.annotations of type map[string]string";
            return self.fail(value, target);
        };
        map.for_each(|name, value| {
            let ours = name.starts_with(b"helm.sh/");
            let nested = matches!(value, Value::List(_) | Value::Map(_));
            if ours || nested {
                let mut text = String::new();
                let path = [path[0], path[1], name];
                self.string(value, &path, ".metadata.annotations", &mut text);
                head.annotations.push((String::from_utf8_lossy(name).into_owned(), text));
            }
        });
    }
}

/// What sigs.k8s.io/yaml makes of a number where a string is wanted.
fn exact_text(text: &[u8], path: &[&[u8]]) -> Option<String> {
    let body = pintle_go_yaml::read_exact(text).ok()?;
    let at = path.iter().try_fold(&body, |tree, key| tree.get(std::str::from_utf8(key).ok()?))?;
    scalar_text(at)
}

fn wrong_type(value: Value<'_>, target: &str) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Int(..) | Value::Uint(..) | Value::Float(..) => "number",
        Value::String(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "null",
    };
    format!("cannot unmarshal {kind} into Go {target}")
}
