//! Rendered documents: where they come from, what they are, whether they are hooks
//! (`release/v1/util/manifest_sorter.go`).

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use pintle_go_value::{Heap, Tree, Value};
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
    content: Arc<Vec<u8>>,
    range: Range<usize>,
}

impl Document {
    /// What the text says; integers are [`Tree::Int`]. Read anew at each call: printing needs none.
    #[must_use]
    pub fn body(&self) -> Tree {
        // It was read before, when the document was made.
        pintle_go_yaml::read_exact(self.text()).unwrap_or_default()
    }

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
    let heap = Heap::new();
    let text = &content[range.clone()];
    let body = match pintle_go_yaml::read_value(&heap, text) {
        Ok(body) => body,
        Err(error) => {
            let line = error.place().map(|place| place.line);
            return Err(RenderError::yaml(source, line, &error.to_string()));
        }
    };
    let head = match Head::read(text, body) {
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

/// Go's type of `SimpleHead.Metadata`, as errors print it.
const METADATA_TYPE: &str = "struct { Name string \"json:\\\"name\\\"\"; Annotations \
                             map[string]string \"json:\\\"annotations\\\"\" }";

impl Head {
    fn annotation(&self, name: &str) -> Option<&str> {
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

/// Whether a rendered path is of the notes, which are no manifest.
pub(crate) fn is_notes(path: &str) -> bool {
    path.ends_with("NOTES.txt")
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}
