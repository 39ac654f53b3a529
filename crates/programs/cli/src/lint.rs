//! What `helm lint` looks at in a chart, in its order and its words (`pkg/chart/v2/lint`).

mod chartfile;
mod deprecations;
mod names;
mod objects;
mod templates;
mod urls;

use std::fmt;
use std::path::{Path, PathBuf};

use pintle_go_value::Tree;
use pintle_helm_chart::{
    Chart, Instance, Metadata, Warning, go_io_text, load_directory, read_archive,
};
use pintle_helm_render::RenderOptions;

use crate::args::ValuesArgs;
use crate::charts;
use crate::explain::{Failure, explain};

use objects::Stub;

/// How bad something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Severity {
    /// Could be better.
    Info,
    /// Goes against conventions.
    Warning,
    /// Will not work.
    Error,
}

/// One thing that was found. Displays as Helm prints it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) severity: Severity,
    path: String,
    text: String,
    /// What Helm does not show; empty where there is nothing more to say.
    pub(crate) explanation: String,
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Info => "INFO",
            Severity::Warning => "WARNING",
            Severity::Error => "ERROR",
        };
        write!(f, "[{severity}] {}: {}", self.path, self.text)
    }
}

/// What is linted with.
pub(crate) struct Choice<'c> {
    /// The user's values, merged.
    pub(crate) values: &'c Tree,
    /// Where they come from.
    pub(crate) given: &'c ValuesArgs,
    /// How templates are rendered.
    pub(crate) options: &'c RenderOptions,
}

/// What was found in one chart.
#[derive(Debug, Default)]
pub(crate) struct Report {
    /// Why it could not be looked at.
    pub(crate) refusal: Option<String>,
    /// What was found.
    pub(crate) messages: Vec<Message>,
    /// What Helm writes to its log.
    pub(crate) warnings: Vec<Warning>,
}

impl Report {
    /// Whether the chart failed; `strict` counts warnings.
    pub(crate) fn has_failed(&self, strict: bool) -> bool {
        let least = if strict { Severity::Warning } else { Severity::Error };
        self.refusal.is_some() || self.messages.iter().any(|it| it.severity >= least)
    }

    /// Whether there is more than information.
    pub(crate) fn has_warnings(&self) -> bool {
        self.messages.iter().any(|it| it.severity > Severity::Info)
    }

    /// Helm's `RunLinterRule`: keeps what is wrong; gives whether all was well.
    fn rule<T>(&mut self, severity: Severity, path: &str, result: Result<T, String>) -> Option<T> {
        result
            .map_err(|text| {
                let (path, explanation) = (path.to_owned(), String::new());
                self.messages.push(Message { severity, path, text, explanation });
            })
            .ok()
    }

    /// Explains what was found last: an error of a render.
    fn explain(&mut self, chart: &Chart, given: &ValuesArgs) {
        let Some(last) = self.messages.last_mut() else { return };
        let failure = Failure { text: &last.text, chart, values: given, rendered: None };
        last.explanation = explain(&failure);
    }
}

/// Looks at a chart's directory, or at its archive.
pub(crate) fn lint(path: &str, choice: &Choice<'_>) -> Report {
    let mut report = Report::default();
    if let Err(refusal) = lint_path(path, choice, &mut report) {
        report.refusal = Some(refusal);
    }
    report
}

fn lint_path(path: &str, choice: &Choice<'_>, report: &mut Report) -> Result<(), String> {
    let is_archive = path.ends_with(".tgz") || path.ends_with(".tar.gz");
    let folder = is_archive.then(|| expand(path)).transpose()?;
    let folder_path = folder.as_ref().map(|(_, path)| path.clone());
    let chart_path = folder_path.unwrap_or_else(|| PathBuf::from(path));
    let chart_file = charts::clean(&chart_path.join("Chart.yaml"));
    chart_file.metadata().map_err(|error| {
        let text = format!("stat {}: {}", chart_file.display(), go_io_text(&error));
        format!("unable to check Chart.yaml file in chart: {text}")
    })?;
    let root = charts::absolute(&chart_path)?;
    chartfile::check(&root, report);
    templates::check_values(&root, choice, report);
    templates::check(&root, choice, report);
    check_dependencies(&root, report);
    check_crds(&root, report);
    Ok(())
}

/// Helm's `Expand`: the archive's files in a folder of their own.
fn expand(path: &str) -> Result<(tempfile::TempDir, PathBuf), String> {
    let fault = |error: String| format!("unable to extract tarball: {error}");
    let bytes = std::fs::read(path)
        .map_err(|error| format!("unable to open tarball: open {path}: {}", go_io_text(&error)))?;
    let files = read_archive(&bytes).map_err(|error| fault(error.to_string()))?;
    let mut name = String::new();
    for file in files.iter().filter(|file| &*file.name == "Chart.yaml") {
        let read = Metadata::read(&file.data);
        name = read.map_err(|error| fault(format!("cannot load Chart.yaml: {error}")))?.name;
    }
    let quoted = pintle_go_fmt::quote(name.as_bytes());
    match name.as_str() {
        "" => return Err(fault("chart name not specified".to_owned())),
        "." | ".." => return Err(fault(format!("chart name {quoted} is not allowed"))),
        name if name.contains('/') => {
            return Err(fault(format!("chart name {quoted} must not contain path separators")));
        }
        _ => {}
    }
    let folder = tempfile::tempdir()
        .map_err(|error| format!("unable to create temp dir to extract tarball: {error}"))?;
    let root = folder.path().join(&name);
    for file in files {
        // `read_archive` refuses paths that lead out of the archive.
        let path = root.join(&*file.name);
        let parent = path.parent().unwrap_or(&root);
        let written =
            std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, &file.data));
        written.map_err(|error| fault(error.to_string()))?;
    }
    Ok((folder, root))
}

/// Helm's `rules.Dependencies`.
fn check_dependencies(root: &Path, report: &mut Report) {
    let loaded = load(root, report).map_err(|error| format!("unable to load chart\n\t{error}"));
    let Some(chart) = report.rule(Severity::Error, "", loaded) else { return };
    let place = root.display().to_string();
    let wanted = &chart.metadata().dependencies;
    let there = chart.dependencies();
    let unknown: Vec<&str> = there
        .iter()
        .map(|chart| chart.name())
        .filter(|name| !wanted.iter().any(|it| it.name == *name))
        .collect();
    let text = "chart metadata is missing these dependencies";
    report.rule(Severity::Error, &place, none_of(&unknown, text));
    let twice: Vec<&str> = wanted
        .iter()
        .enumerate()
        .filter(|(at, it)| wanted[..*at].iter().any(|other| other.known_as() == it.known_as()))
        .map(|(_, it)| it.known_as())
        .collect();
    let text = "multiple dependencies with name or alias";
    report.rule(Severity::Error, &place, none_of(&twice, text));
    let missing: Vec<&str> = wanted
        .iter()
        .map(|it| it.name.as_str())
        .filter(|name| !there.iter().any(|chart| chart.name() == *name))
        .collect();
    let text = "chart directory is missing these dependencies";
    report.rule(Severity::Warning, &place, none_of(&missing, text));
}

fn none_of(names: &[&str], text: &str) -> Result<(), String> {
    if names.is_empty() { Ok(()) } else { Err(format!("{text}: {}", names.join(","))) }
}

/// Helm's `rules.Crds`.
fn check_crds(root: &Path, report: &mut Report) {
    const FOLDER: &str = "crds/";
    let path = root.join("crds");
    if !path.exists() {
        return;
    }
    let is_folder = if path.is_dir() { Ok(()) } else { Err("not a directory".to_owned()) };
    if report.rule(Severity::Error, FOLDER, is_folder).is_none() {
        return;
    }
    let loaded = load(root, report);
    let Some(chart) = report.rule(Severity::Error, FOLDER, loaded) else { return };
    for crd in Instance::new(&chart).crds() {
        for stub in Stub::read_all(&crd.data) {
            let stub = stub.map_err(|error| format!("unable to parse YAML: {error}"));
            let Some(stub) = report.rule(Severity::Error, &crd.name, stub) else { return };
            let Some(stub) = stub else { continue };
            let known = stub.api_version.starts_with("apiextensions.k8s.io");
            let text = "apiVersion is not in 'apiextensions.k8s.io'";
            report.rule(Severity::Error, &crd.name, holds(known, text));
            let known = stub.kind == "CustomResourceDefinition";
            let text = "object kind is not 'CustomResourceDefinition'";
            report.rule(Severity::Error, &crd.name, holds(known, text));
        }
    }
}

fn holds(condition: bool, text: &str) -> Result<(), String> {
    if condition { Ok(()) } else { Err(text.to_owned()) }
}

fn load(root: &Path, report: &mut Report) -> Result<Chart, String> {
    load_directory(root, &mut report.warnings).map_err(|error| error.to_string())
}
