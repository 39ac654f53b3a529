//! How a plane shall be.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

/// Takes lines that say how far a build or a start has come.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(&str) + Send + Sync>);

impl Progress {
    /// Calls `report` with each line.
    pub fn new(report: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Arc::new(report))
    }

    pub(crate) fn say(&self, line: &str) {
        (self.0)(line);
    }
}

impl Default for Progress {
    /// Lines go to `tracing`, at level info.
    fn default() -> Self {
        Self::new(|line| tracing::info!(target: "pintle::plane", "{line}"))
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Progress")
    }
}

/// How a plane shall be; the default is what most tests want.
#[derive(Debug, Clone)]
#[must_use]
pub struct Options {
    pub(crate) progress: Progress,
    pub(crate) users: Vec<(String, Vec<String>)>,
    pub(crate) nodes: usize,
    pub(crate) binaries: Option<PathBuf>,
    pub(crate) apiserver_flags: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            progress: Progress::default(),
            users: Vec::new(),
            nodes: 4,
            binaries: None,
            apiserver_flags: Vec::new(),
        }
    }
}

impl Options {
    /// Reports how far it has come to `progress` instead of `tracing`.
    pub fn progress(mut self, progress: Progress) -> Self {
        self.progress = progress;
        self
    }

    /// Knows one more user beside `admin`, who has no rights but those of `groups`.
    pub fn user(mut self, name: impl Into<String>, groups: &[&str]) -> Self {
        self.users.push((name.into(), groups.iter().map(|&group| group.to_owned()).collect()));
        self
    }

    /// Simulates this many nodes (4).
    pub fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// Takes the binaries from this folder instead of looking for them.
    pub fn binaries(mut self, folder: impl Into<PathBuf>) -> Self {
        self.binaries = Some(folder.into());
        self
    }

    /// Gives kube-apiserver one more flag, an audit log for instance.
    pub fn apiserver_flag(mut self, flag: impl Into<String>) -> Self {
        self.apiserver_flags.push(flag.into());
        self
    }
}
