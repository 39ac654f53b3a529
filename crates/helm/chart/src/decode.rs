//! Trees into structs as sigs.k8s.io/yaml and encoding/json do it: field names without regard to
//! case, scalars turned into strings where a string is wanted, the first type error kept.

use pintle_go_value::Tree;

/// One decoding of one document. Errors do not stop it: as with Go, the rest is still decoded and
/// the first error is told at the end.
#[derive(Default)]
pub(crate) struct Decoder {
    path: Vec<&'static str>,
    /// The structs whose fields are being visited.
    owners: Vec<&'static str>,
    error: Option<String>,
    /// Whether the error ended the decoding, so that it is told and nothing before it.
    ended: bool,
    strict: bool,
}

impl Decoder {
    /// A decoder that refuses unknown fields, as `UnmarshalStrict` does.
    pub(crate) fn strict() -> Self {
        Decoder { strict: true, ..Decoder::default() }
    }

    /// The first type error, in the words of sigs.k8s.io/yaml's Unmarshal.
    pub(crate) fn finish(self) -> Result<(), String> {
        match self.error {
            None => Ok(()),
            Some(text) => Err(format!("error unmarshaling JSON: while decoding JSON: {text}")),
        }
    }

    /// Visits the fields of a struct that are there and known: `visit` gets the decoder, the
    /// field's own name, and the value. Null values leave a field as it is.
    pub(crate) fn fields(
        &mut self,
        tree: &Tree,
        ty: &'static str,
        names: &[&'static str],
        mut visit: impl FnMut(&mut Self, &'static str, &Tree),
    ) {
        let Some(map) = tree.as_map() else {
            let owner = self.owners.last().copied().unwrap_or_default();
            self.mismatch(tree, owner, &format!("v2.{ty}"));
            return;
        };
        self.owners.push(ty);
        for (key, value) in map {
            let exact = names.iter().find(|name| ***name == **key);
            let folded = || names.iter().find(|name| name.eq_ignore_ascii_case(key));
            match exact.or_else(folded) {
                Some(name) if !value.is_null() => {
                    self.path.push(name);
                    visit(self, name, value);
                    self.path.pop();
                }
                None if self.strict && self.error.is_none() => {
                    let key = pintle_go_fmt::quote(key.as_bytes());
                    self.error = Some(format!("json: unknown field {key}"));
                }
                _ => {}
            }
        }
        self.owners.pop();
    }

    /// A `time.Time`, as it is written.
    pub(crate) fn time(&mut self, tree: &Tree) -> String {
        let Tree::String(text) = tree else {
            self.end("Time.UnmarshalJSON: input is not a JSON string".to_owned());
            return String::new();
        };
        if let Err(error) = pintle_go_time::parse(pintle_go_time::RFC3339, text.as_bytes()) {
            self.end(error.to_string());
        }
        text.to_string()
    }

    /// Keeps the error of a type that decodes itself: Go stops there and forgets others.
    fn end(&mut self, error: String) {
        if !self.ended {
            self.ended = true;
            self.error = Some(error);
        }
    }

    /// A string; numbers and booleans are written as text.
    pub(crate) fn string(&mut self, tree: &Tree, owner: &str) -> String {
        scalar_text(tree).unwrap_or_else(|| {
            self.mismatch(tree, owner, "string");
            String::new()
        })
    }

    /// A boolean.
    pub(crate) fn bool(&mut self, tree: &Tree, owner: &str) -> bool {
        tree.as_bool().unwrap_or_else(|| {
            self.mismatch(tree, owner, "bool");
            false
        })
    }

    /// A list; `ty` is the Go type for the error text.
    pub(crate) fn list<T>(
        &mut self,
        tree: &Tree,
        owner: &str,
        ty: &str,
        mut item: impl FnMut(&mut Self, &Tree) -> T,
    ) -> Vec<T> {
        let Some(items) = tree.as_list() else {
            self.mismatch(tree, owner, ty);
            return Vec::new();
        };
        items.iter().map(|value| item(self, value)).collect()
    }

    /// A list of strings; a null among them is an empty one.
    pub(crate) fn strings(&mut self, tree: &Tree, owner: &str) -> Vec<String> {
        self.list(tree, owner, "[]string", |decoder, item| match item {
            Tree::Null => String::new(),
            item => decoder.string(item, owner),
        })
    }

    /// A `map[string]string`.
    pub(crate) fn string_map(&mut self, tree: &Tree, owner: &str) -> Vec<(String, String)> {
        let Some(map) = tree.as_map() else {
            self.mismatch(tree, owner, "map[string]string");
            return Vec::new();
        };
        map.iter()
            .map(|(key, value)| match value {
                Tree::Null => (key.to_string(), String::new()),
                value => (key.to_string(), self.string(value, owner)),
            })
            .collect()
    }

    /// Keeps an `UnmarshalTypeError`, if it is the first.
    fn mismatch(&mut self, tree: &Tree, owner: &str, ty: &str) {
        if self.error.is_some() {
            return;
        }
        let kind = json_kind(tree);
        self.error = Some(if self.path.is_empty() {
            format!("json: cannot unmarshal {kind} into Go value of type {ty}")
        } else {
            let path = self.path.join(".");
            format!(
                "json: cannot unmarshal {kind} into Go struct field {owner}.{path} of type {ty}"
            )
        });
    }
}

/// What encoding/json calls a value in its errors.
fn json_kind(tree: &Tree) -> &'static str {
    match tree {
        Tree::Null => "null",
        Tree::Bool(_) => "bool",
        Tree::Int(_) | Tree::Float(_) => "number",
        Tree::String(_) | Tree::Bytes(_) => "string",
        Tree::List(_) => "array",
        Tree::Map(_) => "object",
    }
}

/// A scalar as sigs.k8s.io/yaml writes it where the target is a string; none for the rest. Numbers
/// must come from [`pintle_go_yaml::read_exact`], or integers and floats are not told apart.
#[must_use]
pub fn scalar_text(tree: &Tree) -> Option<String> {
    match tree {
        Tree::String(text) => Some(text.to_string()),
        other => pintle_go_yaml::number_text(other),
    }
}
