//! A chart as it was loaded, and its files.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use pintle_go_value::Tree;

use crate::schema::Schema;
use crate::{Lock, Metadata};

/// A file of a chart: its path below the chart's folder, and its bytes, shared.
#[derive(Clone, PartialEq, Eq)]
pub struct File {
    /// The path, with `/` between its parts.
    pub name: Arc<str>,
    /// The contents, without a byte order mark.
    pub data: Arc<[u8]>,
}

impl File {
    /// A file.
    #[must_use]
    pub fn new(name: impl Into<Arc<str>>, data: impl Into<Arc<[u8]>>) -> Self {
        File { name: name.into(), data: data.into() }
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({} bytes)", self.name, self.data.len())
    }
}

/// A loaded chart with its dependencies. Never changes once loaded, so that renders can share it.
#[derive(Debug, Clone)]
pub struct Chart {
    pub(crate) metadata: Metadata,
    pub(crate) lock: Option<Lock>,
    pub(crate) raw: Vec<File>,
    pub(crate) templates: Vec<File>,
    pub(crate) files: Vec<File>,
    pub(crate) values: Tree,
    pub(crate) schema: Option<Schema>,
    pub(crate) dependencies: Vec<Arc<Chart>>,
    pub(crate) links: Links,
    pub(crate) index: FileIndex,
}

/// Files by their path; of two with one path, the later.
pub type FileIndex = Arc<BTreeMap<Arc<str>, Arc<[u8]>>>;

/// How the dependencies named in `Chart.yaml` and the charts under `charts/` belong together.
/// Needed at every render and costly to find (version ranges), so it is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Links {
    /// Per entry of `metadata.dependencies`, the chart it means.
    pub(crate) wanted: Vec<Option<usize>>,
    /// Charts that no entry means; they are always on.
    pub(crate) unlisted: Vec<usize>,
}

/// A file under `crds/`.
#[derive(Debug, Clone)]
pub struct Crd {
    /// The path below the chart's folder.
    pub name: Arc<str>,
    /// The path below the root chart's, as `# Source:` shows it.
    pub path: String,
    /// The contents.
    pub data: Arc<[u8]>,
}

impl Chart {
    /// The name in `Chart.yaml`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.metadata.name
    }

    /// What `Chart.yaml` says.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// `Chart.lock` (or `requirements.lock`), if there is one.
    #[must_use]
    pub fn lock(&self) -> Option<&Lock> {
        self.lock.as_ref()
    }

    /// Every file as it came, those of `charts/` included.
    #[must_use]
    pub fn raw(&self) -> &[File] {
        &self.raw
    }

    /// The files under `templates/`.
    #[must_use]
    pub fn templates(&self) -> &[File] {
        &self.templates
    }

    /// The files that are nothing else, as `.Files` shows them.
    #[must_use]
    pub fn files(&self) -> &[File] {
        &self.files
    }

    /// The same files by path.
    #[must_use]
    pub fn file_index(&self) -> &FileIndex {
        &self.index
    }

    /// The default values; a map.
    #[must_use]
    pub fn values(&self) -> &Tree {
        &self.values
    }

    /// The text of `values.schema.json`.
    #[must_use]
    pub fn schema(&self) -> Option<&[u8]> {
        self.schema.as_ref().map(Schema::text)
    }

    /// The charts under `charts/`, in the order of their names there.
    #[must_use]
    pub fn dependencies(&self) -> &[Arc<Chart>] {
        &self.dependencies
    }

    /// Whether this is a library chart: its templates may be included, not rendered.
    #[must_use]
    pub fn is_library(&self) -> bool {
        self.metadata.kind.eq_ignore_ascii_case("library")
    }

    /// Helm's `checkIfInstallable`: library charts cannot be installed by themselves.
    pub fn check_installable(&self) -> Result<(), crate::ChartError> {
        match self.metadata.kind.as_str() {
            "" | "application" => Ok(()),
            kind => Err(crate::ChartError::metadata(format!("{kind} charts are not installable"))),
        }
    }
}
