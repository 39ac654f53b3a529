//! Rendered documents: where they come from, what they are, whether they are hooks
//! (`release/v1/util/manifest_sorter.go`).

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use pintle_go_value::Tree;
use pintle_helm_chart::Warning;
use pintle_release_manifest::Source;

use crate::RenderError;
use crate::head::{Head, HeadError};
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

/// How many documents a release may have. Helm has no limit; its store holds some ten thousand small
/// objects, and a template can print millions.
pub const MAX_DOCUMENTS: usize = 100_000;

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
            if self.documents.len() + self.hooks.len() >= MAX_DOCUMENTS {
                let text = format!("{source}: exceeded the limit of {MAX_DOCUMENTS} documents");
                return Err(RenderError::manifest(source, None, text));
            }
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
    let head = match Head::of(&content[range.clone()]) {
        Ok(head) => head,
        Err(HeadError { line, text }) => return Err(RenderError::yaml(source, line, &text)),
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

/// Whether a rendered path is of the notes, which are no manifest.
pub(crate) fn is_notes(path: &str) -> bool {
    path.ends_with("NOTES.txt")
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    Path::new(path).file_name().and_then(|name| name.to_str()).unwrap_or(path)
}
