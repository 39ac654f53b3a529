//! Charts against Helm's own answers (conformance/data), and this crate's own promises.
#![cfg(test)]

mod archives;
mod merging;
mod schemas;
mod sets;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_value::{Heap, Tree, Value};
use pintle_helm_chart::{Chart, ChartError, File, load_files, merge_maps, read_values};
use serde::Deserialize;
use serde_json::Value as Json;

/// A chart by its files, and the user's values.
#[derive(Deserialize)]
struct ChartCase {
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    files_b64: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<String>,
}

impl ChartCase {
    fn load(&self) -> Result<Chart, ChartError> {
        let mut files: Vec<File> =
            self.files.iter().map(|(name, text)| File::new(&**name, text.as_bytes())).collect();
        for (name, text) in &self.files_b64 {
            files.push(File::new(&**name, STANDARD.decode(text).unwrap()));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        load_files(files, &mut Vec::new())
    }

    fn user(&self) -> Result<Tree, ChartError> {
        let mut base = Tree::map();
        for text in &self.values {
            merge_maps(&mut base, read_values(text.as_bytes())?);
        }
        Ok(base)
    }
}

/// The cases of a table, of which at least `least` are there.
fn cases<T: for<'de> Deserialize<'de>>(file: &str, least: usize) -> Vec<T> {
    let path = format!("{}/../../../conformance/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<T> = serde_json::from_slice(&text).unwrap();
    assert!(cases.len() >= least, "{file} has only {} cases", cases.len());
    cases
}

/// A value in the typed JSON of the tables: plain integers are Go's `int`, so others are marked.
fn typed(value: Value<'_>) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(value),
        Value::Int(_, value) => serde_json::json!({"$int64": value}),
        Value::Float(_, value) => Json::from(value),
        Value::String(text) => Json::from(String::from_utf8_lossy(text)),
        Value::List(list) => list.items().iter().map(|item| typed(*item)).collect(),
        Value::Map(map) => {
            let mut object = serde_json::Map::new();
            map.for_each(|key, value| {
                object.insert(String::from_utf8_lossy(key).into_owned(), typed(value));
            });
            Json::Object(object)
        }
        _ => Json::Null,
    }
}

/// The same for a tree.
fn typed_tree(tree: &Tree) -> Json {
    typed(Heap::new().tree(tree))
}

/// All that differs, told at once.
fn report(failures: &[String], of: usize) {
    assert!(failures.is_empty(), "{} of {of}:\n{}", failures.len(), failures.join("\n"));
}
