//! One case and its answer, in the oracle's own form (tools/oracle/README.md, `render`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// A chart, values and a release.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Case {
    pub(super) files: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) set: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) release: Option<ReleaseCase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kube_version: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) api_versions: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) strict: bool,
}

/// What `.Release` holds.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct ReleaseCase {
    pub(super) name: String,
    pub(super) namespace: String,
    pub(super) revision: i64,
    #[serde(default)]
    pub(super) is_upgrade: bool,
}

/// A sorted document.
#[derive(Deserialize)]
pub(super) struct Piece {
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) content: String,
    #[serde(default)]
    pub(super) events: Vec<String>,
    #[serde(default)]
    pub(super) weight: i64,
}

/// What a case renders to, or the error.
#[derive(Default, Deserialize)]
pub(super) struct Answer {
    #[serde(default)]
    pub(super) files: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) notes: String,
    #[serde(default)]
    pub(super) hooks: Vec<Piece>,
    #[serde(default)]
    pub(super) manifests: Vec<Piece>,
    #[serde(default)]
    pub(super) sort_err: Option<String>,
    #[serde(default)]
    pub(super) err: Option<String>,
    /// The library panicked; Pintle never does, so that this always differs.
    #[serde(default)]
    pub(super) panic: Option<String>,
}

impl Answer {
    pub(super) fn error(error: String) -> Self {
        Answer { err: Some(error), ..Answer::default() }
    }

    /// All of it as one text, to be compared and shown.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for (name, error) in [("error", &self.err), ("panic", &self.panic)] {
            if let Some(error) = error {
                let _ = writeln!(text, "{name}: {error}");
            }
        }
        for (path, content) in &self.files {
            let _ = writeln!(text, "== file {path}\n{content}");
        }
        let _ = writeln!(text, "== notes\n{}", self.notes);
        if let Some(error) = &self.sort_err {
            // Helm gives beside this error what it had sorted by then; Pintle gives the error alone.
            let _ = writeln!(text, "== error of sorting\n{error}");
            return text;
        }
        for (what, pieces) in [("hook", &self.hooks), ("manifest", &self.manifests)] {
            for Piece { name, kind, content, events, weight } in pieces {
                let _ = writeln!(text, "== {what} {name} {kind} {events:?} {weight}\n{content}");
            }
        }
        text
    }
}
