//! What was rendered as text, as Helm prints it, and as objects.

use pintle_go_value::Tree;
use pintle_helm_chart::Crd;
use pintle_release_manifest::{Hook, Manifest, Object};
use serde_json::Value as Json;

use crate::document::read_crds;
use crate::{Document, HookDocument, RenderError, Rendered};

/// How deep lists of objects may lie in each other.
const MAX_LIST_DEPTH: usize = 8;

impl Rendered {
    /// The text of all objects but the hooks, as `helm get manifest` shows it.
    #[must_use]
    pub fn manifest_text(&self, include_crds: bool) -> Vec<u8> {
        let mut text = Vec::new();
        if include_crds {
            for crd in &self.crds {
                write_document(&mut text, &crd.path, &crd.data);
            }
        }
        for document in &self.documents {
            write_document(&mut text, &document.source.path, document.text());
        }
        text
    }

    /// The objects with their places.
    ///
    /// # Errors
    /// A document that is no object, or one without `apiVersion`, kind or name.
    pub fn manifest(&self) -> Result<Manifest, RenderError> {
        let mut manifest = Manifest {
            notes: String::from_utf8_lossy(&self.notes).into_owned(),
            text: String::from_utf8_lossy(&self.manifest_text(false)).into_owned(),
            ..Manifest::default()
        };
        for Crd { path, data, .. } in &self.crds {
            for document in read_crds(path, data)? {
                add_objects(&document, &document.body(), 0, &mut manifest.crds)?;
            }
        }
        for document in &self.documents {
            add_objects(document, &document.body(), 0, &mut manifest.objects)?;
        }
        for hook in &self.hooks {
            manifest.hooks.extend(hook_objects(hook)?);
        }
        Ok(manifest)
    }
}

/// `---`, the source, the text.
pub(crate) fn write_document(out: &mut Vec<u8>, path: &str, text: &[u8]) {
    out.extend_from_slice(b"---\n# Source: ");
    out.extend_from_slice(path.as_bytes());
    out.push(b'\n');
    out.extend_from_slice(text);
    out.push(b'\n');
}

fn hook_objects(hook: &HookDocument) -> Result<Vec<Hook>, RenderError> {
    let mut objects = Vec::new();
    add_objects(&hook.document, &hook.document.body(), 0, &mut objects)?;
    let of = |object| Hook {
        object,
        events: hook.events.iter().map(|event| event.name().to_owned()).collect(),
        weight: hook.weight,
        delete_policies: hook.delete_policies.clone(),
    };
    Ok(objects.into_iter().map(of).collect())
}

/// Adds the object of a document, or those of a list; a document of comments alone has none.
fn add_objects(
    document: &Document,
    body: &Tree,
    depth: usize,
    objects: &mut Vec<Object>,
) -> Result<(), RenderError> {
    let refuse = |what: &str| {
        let source = document.source.clone();
        let text = format!("{source}: {what}");
        Err(RenderError::manifest(source, None, text))
    };
    if body.is_null() {
        return Ok(());
    }
    let text = |key: &str| body.get(key).and_then(Tree::as_str).unwrap_or_default();
    if body.as_map().is_none() {
        return refuse("is not an object; a Kubernetes object is a map with apiVersion and kind");
    }
    if text("apiVersion").is_empty() {
        return refuse("has no apiVersion; every Kubernetes object needs one");
    }
    if text("kind").is_empty() {
        return refuse("has no kind; every Kubernetes object needs one");
    }
    if let Some(items) = body.get("items").and_then(Tree::as_list)
        && text("kind").ends_with("List")
    {
        if depth >= MAX_LIST_DEPTH {
            return refuse("holds lists in lists without end");
        }
        return items.iter().try_for_each(|item| add_objects(document, item, depth + 1, objects));
    }
    let name = body.get("metadata").and_then(|metadata| metadata.get("name"));
    if name.and_then(Tree::as_str).unwrap_or_default().is_empty() {
        return refuse("has no metadata.name; give the object a fixed name");
    }
    objects.push(Object { source: document.source.clone(), body: to_json(body) });
    Ok(())
}

fn to_json(tree: &Tree) -> Json {
    match tree {
        Tree::Null => Json::Null,
        Tree::Bool(value) => Json::Bool(*value),
        Tree::Int(value) => Json::from(*value),
        // Whole floats beyond int64 keep their value; NaN and infinities cannot come out of YAML.
        Tree::Float(value) => Json::from(*value),
        Tree::String(text) => Json::String(text.to_string()),
        Tree::Bytes(text) => Json::String(String::from_utf8_lossy(text).into_owned()),
        Tree::List(items) => Json::Array(items.iter().map(to_json).collect()),
        Tree::Map(entries) => Json::Object(
            entries.iter().map(|(key, value)| (key.to_string(), to_json(value))).collect(),
        ),
    }
}
