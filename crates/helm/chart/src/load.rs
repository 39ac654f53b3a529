//! Files to a [`Chart`] (`pkg/chart/v2/loader`).

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use pintle_go_semver::{Constraints, Version};
use pintle_go_value::Tree;

use crate::chart::Links;
use crate::schema::Schema;
use crate::{
    Chart, ChartError, File, Lock, Metadata, Warning, read_archive, read_directory, read_values,
};

/// How deep charts may lie in each other. Helm has no limit but the stack; an archive within an
/// archive can be made to nest without end.
pub const MAX_SUBCHART_DEPTH: usize = 100;

/// Loads a chart from a gzipped tar archive. Warnings are told as Helm's log tells them.
pub fn load_archive(archive: &[u8], warnings: &mut Vec<Warning>) -> Result<Chart, ChartError> {
    load(read_archive(archive)?, warnings, 0)
}

/// Loads a chart from a directory, `.helmignore` obeyed.
pub fn load_directory(path: &Path, warnings: &mut Vec<Warning>) -> Result<Chart, ChartError> {
    let files = read_directory(path, warnings)?;
    load(files, warnings, 0)
}

/// Loads a chart from files in memory.
pub fn load_files(files: Vec<File>, warnings: &mut Vec<Warning>) -> Result<Chart, ChartError> {
    load(files, warnings, 0)
}

/// What is gathered while a chart's files are gone through.
#[derive(Default)]
struct Loading {
    metadata: Option<Metadata>,
    lock: Option<Lock>,
    templates: Vec<File>,
    files: Vec<File>,
    values: Option<Tree>,
    schema: Option<Schema>,
    subcharts: BTreeMap<Arc<str>, Vec<File>>,
}

fn load(files: Vec<File>, warnings: &mut Vec<Warning>, depth: usize) -> Result<Chart, ChartError> {
    if depth > MAX_SUBCHART_DEPTH {
        return Err(ChartError::archive(format!(
            "charts are nested more than {MAX_SUBCHART_DEPTH} deep"
        )));
    }
    let mut loading = Loading::default();
    for file in files.iter().filter(|file| &*file.name == "Chart.yaml") {
        let metadata = loading.metadata.get_or_insert_default();
        metadata
            .read_over(&file.data)
            .map_err(|text| ChartError::metadata(format!("cannot load Chart.yaml: {text}")))?;
        if metadata.api_version.is_empty() {
            metadata.api_version = "v1".to_owned();
        }
    }
    for file in &files {
        loading.take(file, warnings)?;
    }
    let Some(mut metadata) = loading.metadata else {
        return Err(ChartError::metadata("Chart.yaml file is missing"));
    };
    metadata.validate()?;
    let dependencies = load_subcharts(&metadata.name, loading.subcharts, warnings, depth)?;
    Ok(Chart {
        links: link(&metadata, &dependencies),
        index: Arc::new(
            loading.files.iter().map(|file| (file.name.clone(), file.data.clone())).collect(),
        ),
        metadata,
        lock: loading.lock,
        raw: files,
        templates: loading.templates,
        files: loading.files,
        values: loading.values.unwrap_or_else(Tree::map),
        schema: loading.schema,
        dependencies,
    })
}

impl Loading {
    fn take(&mut self, file: &File, warnings: &mut Vec<Warning>) -> Result<(), ChartError> {
        let name: &str = &file.name;
        match name {
            "Chart.yaml" => {}
            "Chart.lock" => self.lock = Some(read_lock(file)?),
            "values.yaml" => {
                let values = read_values(&file.data)
                    .map_err(|error| error.within("cannot load values.yaml"))?;
                self.values = Some(values);
            }
            "values.schema.json" => self.schema = Some(Schema::new(file.data.clone())),
            "requirements.yaml" => self.take_requirements(file, warnings)?,
            "requirements.lock" => {
                self.lock = Some(read_lock(file)?);
                let v1 = self.metadata.get_or_insert_default().api_version == "v1";
                self.keep_v1_file(file, v1, LOCK_WARNING, warnings);
            }
            _ if name.starts_with("templates/") => self.templates.push(file.clone()),
            _ if name.starts_with("charts/") && !name.ends_with(".prov") => {
                let below = &name["charts/".len()..];
                let chart = below.split('/').next().unwrap_or(below);
                let file = File { name: below.into(), data: file.data.clone() };
                self.subcharts.entry(chart.into()).or_default().push(file);
            }
            _ => self.files.push(file.clone()),
        }
        Ok(())
    }

    fn take_requirements(
        &mut self,
        file: &File,
        warnings: &mut Vec<Warning>,
    ) -> Result<(), ChartError> {
        let metadata = self.metadata.get_or_insert_default();
        let v1 = metadata.api_version == "v1";
        let read = metadata.read_over(&file.data);
        self.keep_v1_file(file, v1, REQUIREMENTS_WARNING, warnings);
        read.map_err(|text| ChartError::metadata(format!("cannot load requirements.yaml: {text}")))
    }

    /// The old files of a v1 chart stay visible to templates; in a v2 chart they are out of place.
    fn keep_v1_file(&mut self, file: &File, v1: bool, text: &str, warnings: &mut Vec<Warning>) {
        if v1 {
            self.files.push(file.clone());
        } else {
            warnings.push(Warning::info(text));
        }
    }
}

const REQUIREMENTS_WARNING: &str = "Warning: Dependencies are handled in Chart.yaml since \
     apiVersion \"v2\". We recommend migrating dependencies to Chart.yaml.";
const LOCK_WARNING: &str = "Warning: Dependency locking is handled in Chart.lock since \
     apiVersion \"v2\". We recommend migrating to Chart.lock.";

fn read_lock(file: &File) -> Result<Lock, ChartError> {
    Lock::read(&file.data)
        .map_err(|text| ChartError::metadata(format!("cannot load {}: {text}", file.name)))
}

fn load_subcharts(
    parent: &str,
    subcharts: BTreeMap<Arc<str>, Vec<File>>,
    warnings: &mut Vec<Warning>,
    depth: usize,
) -> Result<Vec<Arc<Chart>>, ChartError> {
    let mut dependencies = Vec::with_capacity(subcharts.len());
    for (name, files) in subcharts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let loaded = if name.ends_with(".tgz") {
            load_packed(parent, &name, &files, warnings, depth)
        } else {
            let below = |file: &File| {
                let (_, rest) = file.name.split_once('/')?;
                Some(File { name: rest.into(), data: file.data.clone() })
            };
            load(files.iter().filter_map(below).collect(), warnings, depth + 1).map_err(|error| {
                error.within(&format!("error unpacking subchart {name} in {parent}"))
            })
        };
        dependencies.push(Arc::new(loaded?));
    }
    Ok(dependencies)
}

fn load_packed(
    parent: &str,
    name: &str,
    files: &[File],
    warnings: &mut Vec<Warning>,
    depth: usize,
) -> Result<Chart, ChartError> {
    let Some(file) = files.first().filter(|file| &*file.name == name) else {
        let got = files.first().map_or("nothing", |file| &file.name);
        return Err(ChartError::archive(format!(
            "error unpacking subchart tar in {parent}: expected {name}, got {got}"
        )));
    };
    let loaded = read_archive(&file.data).and_then(|files| load(files, warnings, depth + 1));
    loaded.map_err(|error| error.within(&format!("error unpacking subchart {name} in {parent}")))
}

/// Finds which chart each entry of `dependencies` means (Helm's `getAliasDependency`).
fn link(metadata: &Metadata, charts: &[Arc<Chart>]) -> Links {
    let means = |entry: &crate::Dependency, chart: &Chart| {
        chart.name() == entry.name && is_compatible(&entry.version, &chart.metadata.version)
    };
    let wanted = metadata
        .dependencies
        .iter()
        .map(|entry| charts.iter().position(|chart| means(entry, chart)))
        .collect();
    let listed = |chart: &Chart| metadata.dependencies.iter().any(|entry| means(entry, chart));
    let unlisted = (0..charts.len()).filter(|index| !listed(&charts[*index])).collect();
    Links { wanted, unlisted }
}

/// Helm's `IsCompatibleRange`.
#[must_use]
pub(crate) fn is_compatible(range: &str, version: &str) -> bool {
    let (Ok(version), Ok(range)) = (Version::parse(version), Constraints::parse(range)) else {
        return false;
    };
    range.check(&version)
}

impl Chart {
    /// Whether the chart says it works on this version of Kubernetes. `version` is the normalised
    /// one to compare with, `shown` the one to show.
    pub fn check_kube_version(&self, version: &str, shown: &str) -> Result<(), ChartError> {
        let range = &self.metadata.kube_version;
        if range.is_empty() || is_compatible(range, version) {
            return Ok(());
        }
        Err(ChartError::metadata(format!(
            "chart requires kubeVersion: {range} which is incompatible with Kubernetes {shown}"
        )))
    }
}

/// What Helm asks of a chart before it renders it, beside
/// [`check_installable`](Chart::check_installable): every dependency is there, and the chart is of a
/// form that is rendered.
///
/// # Errors
/// Helm's.
pub fn check_complete(chart: &Chart) -> Result<(), ChartError> {
    check_form(chart)?;
    check_dependencies(chart)
}

/// What Helm's install makes of a chart of the form to come, `v3`: it is loaded and its dependencies
/// are looked at, but it is not rendered.
fn check_form(chart: &Chart) -> Result<(), ChartError> {
    if chart.metadata.api_version != "v3" {
        return Ok(());
    }
    // The list of dependencies is made as long as that of the charts.
    if chart.dependencies.len() > chart.metadata.dependencies.len() {
        return Err(ChartError::dependencies(
            "an error occurred while checking for chart dependencies. You may need to run 'helm \
             dependency build' to fetch missing dependencies: unsupported chart dependency type",
        ));
    }
    check_dependencies(chart)?;
    Err(ChartError::metadata("invalid chart apiVersion"))
}

/// Helm's `CheckDependencies`: every chart that `Chart.yaml` names must be under `charts/`.
pub fn check_dependencies(chart: &Chart) -> Result<(), ChartError> {
    let there = |name: &str| chart.dependencies.iter().any(|chart| chart.name() == name);
    let missing: Vec<&str> = chart
        .metadata
        .dependencies
        .iter()
        .map(|dependency| dependency.name.as_str())
        .filter(|name| !there(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ChartError::dependencies(format!(
        "an error occurred while checking for chart dependencies. You may need to run 'helm \
         dependency build' to fetch missing dependencies: found in Chart.yaml, but missing in \
         charts/ directory: {}",
        missing.join(", ")
    )))
}
