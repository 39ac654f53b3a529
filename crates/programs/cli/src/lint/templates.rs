//! `values.yaml` and `templates/` (`lint/rules/values.go`, `lint/rules/template.go`).

use std::path::Path;

use pintle_go_value::{Tree, TreeMap};
use pintle_helm_chart::{Warning, go_read_error, validate_against_schema};
use pintle_helm_render::{KubeVersion, ParsedChart, lint_files};

use super::objects::Stub;
use super::{Choice, Report, Severity, deprecations, holds, load, names};

const VALUES: &str = "values.yaml";
/// How the error ends that says what the file is read into.
const MAP: &str = "map[string]interface {}";
const TEMPLATES: &str = "templates/";

/// Helm's `ValuesWithOverrides`.
pub(super) fn check_values(root: &Path, choice: &Choice<'_>, report: &mut Report) {
    let path = root.join(VALUES);
    let there = holds(path.exists(), "file does not exist");
    if report.rule(Severity::Info, VALUES, there).is_none() {
        return;
    }
    let checked = values(root, &path, choice, &mut report.warnings);
    report.rule(Severity::Error, VALUES, checked);
}

fn values(
    root: &Path,
    path: &Path,
    choice: &Choice<'_>,
    warnings: &mut Vec<Warning>,
) -> Result<(), String> {
    let fault = |error: String| format!("unable to parse YAML: {error}");
    let text = std::fs::read(path)
        .map_err(|error| fault(go_read_error(&path.display().to_string(), &error)))?;
    let defaults = pintle_go_yaml::read_map(&text).map_err(|error| {
        // Helm reads into its own type here.
        let text = error.to_string();
        fault(match text.strip_suffix(MAP) {
            Some(start) => format!("{start}common.Values"),
            None => text,
        })
    })?;
    let schema = std::fs::read(root.join("values.schema.json")).unwrap_or_default();
    if schema.is_empty() || choice.options.skip_schema_validation {
        return Ok(());
    }
    if choice.options.debug && pintle_go_yaml::read_json(&schema).is_ok() {
        let text = String::from_utf8_lossy(&schema);
        warnings.push(Warning::debug("unmarshalled JSON schema").with("schema", text));
    }
    let mut merged = choice.values.clone();
    coalesce(&mut merged, &defaults);
    validate_against_schema(&merged, &schema).map_err(|error| error.to_string())
}

/// Helm's `CoalesceTables`: what is there wins; a null takes away a default.
fn coalesce(over: &mut Tree, defaults: &Tree) {
    let Some(over) = over.as_map_mut() else { return };
    for (key, default) in defaults.as_map().into_iter().flatten() {
        match over.get_mut(key) {
            Some(Tree::Null) if !default.is_null() => {
                over.remove(key);
            }
            Some(have @ Tree::Map(_)) if default.as_map().is_some() => coalesce(have, default),
            Some(_) => {}
            None => {
                TreeMap::insert(over, key.clone(), default.clone());
            }
        }
    }
}

/// Helm's `rules.Templates`.
pub(super) fn check(root: &Path, choice: &Choice<'_>, report: &mut Report) {
    let folder = root.join("templates");
    let there = holds(folder.exists(), "directory does not exist");
    if report.rule(Severity::Warning, TEMPLATES, there).is_none() {
        return;
    }
    let is_folder = holds(folder.is_dir(), "not a directory");
    if report.rule(Severity::Error, TEMPLATES, is_folder).is_none() {
        return;
    }
    let loaded = load(root, report);
    let Some(chart) = report.rule(Severity::Error, TEMPLATES, loaded) else { return };
    let chart = ParsedChart::new(chart);
    let rendered = lint_files(&chart, choice.values, choice.options, &mut report.warnings);
    let rendered = rendered.map_err(|error| error.to_string());
    let rendered = report.rule(Severity::Error, TEMPLATES, rendered);
    if rendered.is_none() {
        report.explain(chart.chart(), choice.given);
    }
    let Some(Some(rendered)) = rendered else { return };
    let version = &choice.options.capabilities.kube_version;
    for template in chart.chart().templates() {
        let name: &str = &template.name;
        let extension = extension(name);
        let known = [".yaml", ".yml", ".tpl", ".txt"].contains(&extension);
        let text = format!(
            "file extension '{extension}' not valid. \
             Valid extensions are .yaml, .yml, .tpl, or .txt"
        );
        report.rule(Severity::Error, name, holds(known, &text));
        if ![".yaml", ".yml"].contains(&extension.to_lowercase().as_str()) {
            continue;
        }
        let path = format!("{}/{name}", chart.chart().name());
        let Some(file) = rendered.files.iter().find(|file| *file.path == *path) else { continue };
        if check_file(name, &file.content, version, report).is_none() {
            return;
        }
    }
}

/// The part of a name from its last dot on, as Go's `filepath.Ext` gives it.
fn extension(name: &str) -> &str {
    let base = name.rfind('/').map_or(0, |at| at + 1);
    name[base..].rfind('.').map_or("", |at| &name[base + at..])
}

/// One rendered file; none where Helm looks at no further one.
fn check_file(
    name: &str,
    content: &[u8],
    version: &KubeVersion,
    report: &mut Report,
) -> Option<()> {
    let text = String::from_utf8_lossy(content);
    if text.trim().is_empty() {
        return Some(());
    }
    report.rule(Severity::Warning, name, top_indent(&text));
    for stub in Stub::read_all(content) {
        let stub = stub.map_err(|error| format!("unable to parse YAML: {error}"));
        let Some(stub) = report.rule(Severity::Error, name, stub)? else { continue };
        report.rule(Severity::Warning, name, names::check(&stub));
        report.rule(Severity::Warning, name, deprecations::check(&stub, version));
        report.rule(Severity::Error, name, selector(&stub, &text));
        report.rule(Severity::Error, name, list_annotations(&stub, content));
    }
    Some(())
}

fn top_indent(text: &str) -> Result<(), String> {
    let mut lines = text.lines();
    let Some(line) = lines.find(|line| !line.trim().is_empty()) else { return Ok(()) };
    let quoted = pintle_go_fmt::quote(line.as_bytes());
    let text = format!(
        "document starts with an illegal indent: {quoted}, which may cause parsing problems"
    );
    holds(!line.starts_with([' ', '\t']), &text)
}

fn selector(object: &Stub, text: &str) -> Result<(), String> {
    let kind = object.kind.as_str();
    let needs = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"].contains(&kind);
    let has = text.contains("matchLabels") || text.contains("matchExpressions");
    let name = pintle_go_fmt::quote(object.name.as_bytes());
    let text =
        format!("a {kind} must contain matchLabels or matchExpressions, and {name} does not");
    holds(!needs || has, &text)
}

fn list_annotations(object: &Stub, content: &[u8]) -> Result<(), String> {
    if object.kind != "List" {
        return Ok(());
    }
    let tree =
        pintle_go_yaml::read(content).map_err(|error| format!("unable to parse YAML: {error}"))?;
    let items = tree.get("items").and_then(Tree::as_list).unwrap_or_default();
    let has_policy = |item: &Tree| {
        let annotations = item.get("metadata").and_then(|it| it.get("annotations"));
        annotations.is_some_and(|it| it.get("helm.sh/resource-policy").is_some())
    };
    let text = "annotation 'helm.sh/resource-policy' within List objects are ignored";
    holds(!items.iter().any(has_policy), text)
}

#[cfg(test)]
mod tests {
    use pintle_helm_render::{RenderOptions, SEED_LEN, Seeded};

    use super::*;
    use crate::args::ValuesArgs;
    use crate::lint::lint;

    #[test]
    fn extensions_are_those_of_go() {
        for (name, want) in
            [("templates/a.yaml", ".yaml"), ("a.b/c", ""), ("a.", "."), ("x/.yaml", ".yaml")]
        {
            assert_eq!(extension(name), want, "{name}");
        }
    }

    #[test]
    fn an_error_of_a_render_is_explained() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        };
        write("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        write("values.yaml", "api:\n  port: 80\n");
        write("templates/a.yaml", "a: {{ index .Values.api.port 1 }}\n");
        let generator = std::sync::Arc::new(Seeded::new([0; SEED_LEN], 0, 0));
        let mut options = RenderOptions::new("test-release", "default", generator);
        options.lint = true;
        let values = pintle_go_yaml::read_map(b"{}").unwrap();
        let choice = Choice { values: &values, given: &ValuesArgs::default(), options: &options };
        let report = lint(&folder.path().display().to_string(), &choice);
        let told: Vec<String> = report
            .messages
            .iter()
            .filter(|it| !it.explanation.is_empty())
            .map(|it| anstream::adapter::strip_str(&it.explanation).to_string())
            .collect();
        let want = "
 --> shop/templates/a.yaml:1:7
1 | a: {{ index .Values.api.port 1 }}
  |       ^^^^^^^^^^^^^^^^^^^^^^^^
  = .Values.api.port is set by shop/values.yaml:2";
        assert_eq!(told, [want.trim_start_matches('\n')], "{:#?}", report.messages);
    }
}
