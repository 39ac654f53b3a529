//! Rendered documents: where they come from, what they are, whether they are hooks
//! (`release/v1/util/manifest_sorter.go`).

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use pintle_go_value::Tree;
use pintle_helm_chart::{Warning, scalar_text};
use pintle_release_manifest::Source;

use crate::RenderError;
use crate::split::{line_at, split_documents};

/// One document of a rendered file.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where it comes from.
    pub source: Source,
    /// `apiVersion`; empty if it has none.
    pub api_version: String,
    /// `kind`; empty if it has none.
    pub kind: String,
    /// `metadata.name`; empty if it has none.
    pub name: String,
    /// What the text says: integers are [`Tree::Int`].
    pub body: Tree,
    content: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Document {
    /// The text, as Helm prints it.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.content[self.range.clone()]
    }
}

/// A hook: a document that is run at an event.
#[derive(Clone, Debug)]
pub struct HookDocument {
    /// The document.
    pub document: Document,
    /// When it is run.
    pub events: Vec<HookEvent>,
    /// Hooks of one event are run by weight.
    pub weight: i64,
    /// When it is deleted, as the annotation says it.
    pub delete_policies: Vec<String>,
    /// When its log is kept, as the annotation says it.
    pub output_log_policies: Vec<String>,
}

impl HookDocument {
    /// Whether it is a test.
    #[must_use]
    pub fn is_test(&self) -> bool {
        self.events.contains(&HookEvent::Test)
    }
}

/// When a hook is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookEvent {
    /// `pre-install`
    PreInstall,
    /// `post-install`
    PostInstall,
    /// `pre-delete`
    PreDelete,
    /// `post-delete`
    PostDelete,
    /// `pre-upgrade`
    PreUpgrade,
    /// `post-upgrade`
    PostUpgrade,
    /// `pre-rollback`
    PreRollback,
    /// `post-rollback`
    PostRollback,
    /// `test`, and Helm 2's `test-success`
    Test,
}

impl HookEvent {
    /// The name in annotations.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            HookEvent::PreInstall => "pre-install",
            HookEvent::PostInstall => "post-install",
            HookEvent::PreDelete => "pre-delete",
            HookEvent::PostDelete => "post-delete",
            HookEvent::PreUpgrade => "pre-upgrade",
            HookEvent::PostUpgrade => "post-upgrade",
            HookEvent::PreRollback => "pre-rollback",
            HookEvent::PostRollback => "post-rollback",
            HookEvent::Test => "test",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_lowercase().as_str() {
            "pre-install" => HookEvent::PreInstall,
            "post-install" => HookEvent::PostInstall,
            "pre-delete" => HookEvent::PreDelete,
            "post-delete" => HookEvent::PostDelete,
            "pre-upgrade" => HookEvent::PreUpgrade,
            "post-upgrade" => HookEvent::PostUpgrade,
            "pre-rollback" => HookEvent::PreRollback,
            "post-rollback" => HookEvent::PostRollback,
            "test" | "test-success" => HookEvent::Test,
            _ => return None,
        })
    }
}

/// Documents, and those of them that are hooks, in the order of their files.
#[derive(Default)]
pub(crate) struct Sorted {
    pub(crate) documents: Vec<Document>,
    pub(crate) hooks: Vec<HookDocument>,
}

impl Sorted {
    /// Splits one rendered file and adds what it holds.
    pub(crate) fn add_file(
        &mut self,
        path: &str,
        content: Vec<u8>,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), RenderError> {
        let content = Arc::new(content);
        let (mut line, mut at) = (1, 0);
        for (index, range) in split_documents(&content).into_iter().enumerate() {
            line += line_at(&content[at..], range.start - at) - 1;
            at = range.start;
            let source = Source {
                path: path.to_owned(),
                document: u32::try_from(index + 1).unwrap_or(u32::MAX),
                line: u32::try_from(line).unwrap_or(u32::MAX),
            };
            let (document, head) = read(source, content.clone(), range)?;
            self.add(document, &head, warnings);
        }
        Ok(())
    }

    fn add(&mut self, document: Document, head: &Head, warnings: &mut Vec<Warning>) {
        let Some(types) = head.annotation("helm.sh/hook") else {
            self.documents.push(document);
            return;
        };
        let events: Option<Vec<_>> = types.split(',').map(HookEvent::parse).collect();
        let Some(events) = events else {
            warnings.push(Warning::info("skipping unknown hooks").with("hookTypes", types));
            return;
        };
        let policies = |name: &str| -> Vec<String> {
            let texts = head.annotation(name).into_iter().flat_map(|text| text.split(','));
            texts.map(|text| text.trim().to_lowercase()).collect()
        };
        let weight = head.annotation("helm.sh/hook-weight").and_then(|text| text.parse().ok());
        self.hooks.push(HookDocument {
            document,
            events,
            weight: weight.unwrap_or(0),
            delete_policies: policies("helm.sh/hook-delete-policy"),
            output_log_policies: policies("helm.sh/hook-output-log-policy"),
        });
    }
}

/// The documents of a CRD file, which is no template.
pub(crate) fn read_crds(path: &str, data: &[u8]) -> Result<Vec<Document>, RenderError> {
    let mut sorted = Sorted::default();
    sorted.add_file(path, data.to_vec(), &mut Vec::new())?;
    let hooks = sorted.hooks.into_iter().map(|hook| hook.document);
    Ok(sorted.documents.into_iter().chain(hooks).collect())
}

fn read(
    source: Source,
    content: Arc<Vec<u8>>,
    range: Range<usize>,
) -> Result<(Document, Head), RenderError> {
    let text = &content[range.clone()];
    let body = match pintle_go_yaml::read_exact(text) {
        Ok(body) => body,
        Err(error) => {
            let line = error.place().map(|place| place.line);
            return Err(RenderError::yaml(source, line, &error.to_string()));
        }
    };
    let head = match Head::read(&body) {
        Ok(head) => head,
        Err(error) => {
            let error = format!("error unmarshaling JSON: while decoding JSON: json: {error}");
            return Err(RenderError::yaml(source, None, &error));
        }
    };
    let document = Document {
        source,
        api_version: head.api_version.clone(),
        kind: head.kind.clone(),
        name: head.name.clone(),
        body,
        content,
        range,
    };
    Ok((document, head))
}

/// Helm's `SimpleHead`: the few fields that sorting needs.
#[derive(Default)]
struct Head {
    api_version: String,
    kind: String,
    name: String,
    /// Only those of Helm.
    annotations: Vec<(String, String)>,
}

impl Head {
    fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Decodes as encoding/json does: names without regard to case, the first type error told.
    fn read(body: &Tree) -> Result<Self, String> {
        let mut head = Head::default();
        let mut error = None;
        let mut text = |tree: &Tree, field: &str, slot: &mut String| match scalar_text(tree) {
            Some(text) => *slot = text,
            None if tree.is_null() => {}
            None => {
                let kind = json_kind(tree);
                error.get_or_insert(format!(
                    "cannot unmarshal {kind} into Go struct field {field} of type string"
                ));
            }
        };
        let Some(map) = body.as_map() else {
            return match body {
                Tree::Null => Ok(head),
                other => Err(wrong_type(other, "value of type util.SimpleHead")),
            };
        };
        let mut metadata = None;
        for (key, value) in map {
            if key.eq_ignore_ascii_case("apiVersion") {
                text(value, "SimpleHead.apiVersion", &mut head.api_version);
            } else if key.eq_ignore_ascii_case("kind") {
                text(value, "SimpleHead.kind", &mut head.kind);
            } else if key.eq_ignore_ascii_case("metadata") && !value.is_null() {
                metadata = Some(value);
            }
        }
        for (key, value) in metadata.and_then(Tree::as_map).into_iter().flatten() {
            if key.eq_ignore_ascii_case("name") {
                text(value, ".metadata.name", &mut head.name);
            } else if key.eq_ignore_ascii_case("annotations") && !value.is_null() {
                head.read_annotations(value, &mut text)?;
            }
        }
        if let Some(other) = metadata.filter(|metadata| metadata.as_map().is_none()) {
            let ty = "struct { Name string \"json:\\\"name\\\"\"; Annotations map[string]string \
                      \"json:\\\"annotations\\\"\" }";
            return Err(wrong_type(
                other,
                &format!("struct field SimpleHead.metadata of type {ty}"),
            ));
        }
        match error {
            Some(error) => Err(error),
            None => Ok(head),
        }
    }

    fn read_annotations(
        &mut self,
        tree: &Tree,
        text: &mut impl FnMut(&Tree, &str, &mut String),
    ) -> Result<(), String> {
        let Some(map) = tree.as_map() else {
            let field = "struct field .metadata.annotations of type map[string]string";
            return Err(wrong_type(tree, field));
        };
        for (key, value) in map {
            let mut read = String::new();
            text(value, ".metadata.annotations", &mut read);
            if key.starts_with("helm.sh/") {
                self.annotations.push((key.to_string(), read));
            }
        }
        Ok(())
    }
}

fn wrong_type(tree: &Tree, target: &str) -> String {
    format!("cannot unmarshal {} into Go {target}", json_kind(tree))
}

fn json_kind(tree: &Tree) -> &'static str {
    match tree {
        Tree::Null => "null",
        Tree::Bool(_) => "bool",
        Tree::Int(_) | Tree::Float(_) => "number",
        Tree::String(_) => "string",
        Tree::List(_) => "array",
        Tree::Map(_) => "object",
    }
}

/// Whether a rendered path is of the notes, which are no manifest.
pub(crate) fn is_notes(path: &str) -> bool {
    path.ends_with("NOTES.txt")
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}
