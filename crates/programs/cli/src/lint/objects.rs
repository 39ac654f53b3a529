//! The few fields of an object that are looked at, as Helm's `k8sYamlStruct` has them.

use pintle_go_value::Tree;
use pintle_helm_chart::{scalar_text, yaml_documents};

/// One document. A field that is not there is empty.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stub {
    pub(super) api_version: String,
    pub(super) kind: String,
    pub(super) name: String,
}

impl Stub {
    /// Every document of a text, as Kubernetes' `YAMLOrJSONDecoder` reads them; nothing for one
    /// without content. The error is that decoder's text.
    pub(super) fn read_all(text: &[u8]) -> Vec<Result<Option<Stub>, String>> {
        let documents = match yaml_documents(text) {
            Ok(documents) => documents,
            Err(error) => {
                let text = error.to_string();
                let bare = text.strip_prefix("error reading yaml document: ").unwrap_or(&text);
                return vec![Err(bare.to_owned())];
            }
        };
        documents.iter().map(|document| Stub::read(document)).collect()
    }

    fn read(document: &[u8]) -> Result<Option<Stub>, String> {
        let tree = pintle_go_yaml::read_exact(document).map_err(|error| error.to_string())?;
        if tree.is_null() {
            return Ok(None);
        }
        let mut reading = Reading::default();
        let mut stub = Stub::default();
        if !matches!(tree, Tree::Map(_)) {
            reading.mismatch(&tree, "", "rules.k8sYamlStruct");
        }
        for (key, value) in tree.as_map().into_iter().flatten().filter(|(_, it)| !it.is_null()) {
            match key.to_lowercase().as_str() {
                "apiversion" => stub.api_version = reading.text(value, "k8sYamlStruct.apiVersion"),
                "kind" => stub.kind = reading.text(value, "k8sYamlStruct.Kind"),
                "metadata" => reading.metadata(value, &mut stub),
                _ => {}
            }
        }
        match reading.error {
            None => Ok(Some(stub)),
            Some(text) => Err(format!("error unmarshaling JSON: while decoding JSON: {text}")),
        }
    }
}

/// Reads fields and keeps the first type error, as encoding/json does.
#[derive(Default)]
struct Reading {
    error: Option<String>,
}

impl Reading {
    fn metadata(&mut self, value: &Tree, stub: &mut Stub) {
        if value.as_map().is_none() {
            return self.mismatch(value, "k8sYamlStruct.Metadata", "rules.k8sYamlMetadata");
        }
        for (key, value) in value.as_map().into_iter().flatten().filter(|(_, it)| !it.is_null()) {
            match key.to_lowercase().as_str() {
                "name" => stub.name = self.text(value, "k8sYamlMetadata.Metadata.Name"),
                "namespace" => {
                    self.text(value, "k8sYamlMetadata.Metadata.Namespace");
                }
                _ => {}
            }
        }
    }

    fn text(&mut self, value: &Tree, field: &str) -> String {
        scalar_text(value).unwrap_or_else(|| {
            self.mismatch(value, field, "string");
            String::new()
        })
    }

    fn mismatch(&mut self, value: &Tree, field: &str, ty: &str) {
        let kind = match value {
            Tree::Null => "null",
            Tree::Bool(_) => "bool",
            Tree::Int(_) | Tree::Float(_) => "number",
            Tree::String(_) | Tree::Bytes(_) => "string",
            Tree::List(_) => "array",
            Tree::Map(_) => "object",
        };
        let target = if field.is_empty() {
            format!("Go value of type {ty}")
        } else {
            format!("Go struct field {field} of type {ty}")
        };
        self.error.get_or_insert_with(|| format!("json: cannot unmarshal {kind} into {target}"));
    }
}
