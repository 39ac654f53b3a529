//! The one error of this crate: Helm's text, and which stage it comes from.

use thiserror::Error;

/// Why a chart or its values were refused. Displays as Helm's own text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct ChartError {
    kind: ErrorKind,
    text: String,
    /// The file it is about, where Helm's text leaves that out.
    file: Option<String>,
}

/// Which stage refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The archive or directory: not gzip, not tar, too large, paths that escape.
    Archive,
    /// `Chart.yaml` or a lock file.
    Metadata,
    /// A values file, or a `--set` argument.
    Values,
    /// Dependencies that are missing, or whose values do not fit.
    Dependencies,
    /// Values that the chart's JSON schema refuses, or a schema that is wrong itself.
    Schema,
}

impl ChartError {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        ChartError { kind, text: text.into(), file: None }
    }

    pub(crate) fn archive(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Archive, text)
    }

    pub(crate) fn metadata(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Metadata, text)
    }

    pub(crate) fn values(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Values, text)
    }

    pub(crate) fn dependencies(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Dependencies, text)
    }

    pub(crate) fn schema(text: impl Into<String>) -> Self {
        Self::new(ErrorKind::Schema, text)
    }

    /// The same error with words in front, as `fmt.Errorf("…: %w", err)` gives.
    pub(crate) fn within(self, prefix: &str) -> Self {
        ChartError { text: format!("{prefix}: {}", self.text), ..self }
    }

    /// The same error, about a file that Helm does not name.
    pub(crate) fn about(self, file: &str) -> Self {
        ChartError { file: Some(file.to_owned()), ..self }
    }

    /// The text with the file it is about, in the words of Helm otherwise.
    #[must_use]
    pub fn located(&self) -> String {
        match &self.file {
            Some(file) if !self.text.contains(file.as_str()) => format!("{}: {file:?}", self.text),
            _ => self.text.clone(),
        }
    }

    /// The stage that refused.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}
