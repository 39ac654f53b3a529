//! Whole charts against `pkg/engine`.

use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_helm_render::{KubeVersion, render_files, sort_manifests};
use serde::Deserialize;

use crate::{Piece, cases, chart, hook_piece, options, piece, report, user};

#[derive(Deserialize)]
struct Case {
    name: String,
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    files_b64: BTreeMap<String, String>,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    set: Vec<String>,
    #[serde(default)]
    api_versions: Vec<String>,
    kube_version: Option<String>,
    #[serde(default)]
    strict: bool,
    release: Option<ReleaseCase>,
    want: Want,
}

#[derive(Deserialize)]
struct ReleaseCase {
    name: String,
    namespace: String,
    revision: i64,
    #[serde(default)]
    is_upgrade: bool,
}

#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Want {
    #[serde(default)]
    files: BTreeMap<String, String>,
    #[serde(default)]
    manifests: Vec<Piece>,
    #[serde(default)]
    hooks: Vec<Piece>,
    #[serde(default)]
    notes: String,
    sort_err: Option<String>,
    err: Option<String>,
}

/// Rows that differ on purpose, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("trap 185", "gobwas cuts characters beyond ASCII apart after a question mark"),
    ("trap 261", "and in a class"),
    ("trap 262", "and in alternatives"),
    ("trap 263", "and in a class of all others"),
    // An ordinary build of Helm says v4.2, the released one v4.2.4.
    ("trap 31", "the version of Helm is that of its release"),
    ("trap 77", "the version of Helm is that of its release"),
    ("trap 78", "the version of Helm is that of its release"),
];

fn run(case: &Case) -> Result<Want, String> {
    let parsed = chart(&case.files)?;
    let values = user(&case.values, &case.set)?;
    let mut options = options();
    options.strict = case.strict;
    if let Some(release) = &case.release {
        options.release.name.clone_from(&release.name);
        options.release.namespace.clone_from(&release.namespace);
        options.release.revision = release.revision;
        options.release.is_upgrade = release.is_upgrade;
    }
    if let Some(version) = &case.kube_version {
        options.capabilities.kube_version = KubeVersion::parse(version)
            .map_err(|error| format!("invalid kube version '{version}': {error}"))?;
    }
    Arc::make_mut(&mut options.capabilities.api_versions).extend(case.api_versions.clone());
    let mut warnings = Vec::new();
    let rendered = render_files(&parsed, &values, &options, &mut warnings)
        .map_err(|error| error.to_string())?;
    let mut got = Want::default();
    let own_notes = format!("{}/templates/NOTES.txt", parsed.chart().name());
    for file in &rendered.files {
        let text = String::from_utf8_lossy(&file.content).into_owned();
        if *file.path == own_notes {
            got.notes.clone_from(&text);
        }
        got.files.insert(file.path.to_string(), text);
    }
    match sort_manifests(rendered.files, &mut warnings) {
        Ok((documents, hooks)) => {
            got.manifests = documents.iter().map(piece).collect();
            got.hooks = hooks.iter().map(hook_piece).collect();
        }
        Err(error) => got.sort_err = Some(error.to_string()),
    }
    Ok(got)
}

#[test]
fn charts_render_as_in_helm() {
    let cases: Vec<Case> = cases("render.json", 300);
    let mut failures = Vec::new();
    for case in cases.iter().filter(|case| case.files_b64.is_empty()) {
        let got = match run(case) {
            Ok(got) => got,
            Err(error) => Want { err: Some(error), ..Want::default() },
        };
        // Where sorting fails, Helm still gives what it had sorted by then.
        let same = match case.want.sort_err {
            None => got == case.want,
            Some(_) => got.sort_err == case.want.sort_err && got.files == case.want.files,
        };
        let differs = DIFFERENCES.iter().any(|(name, _)| *name == case.name);
        if same == differs {
            failures.push(format!("{}\n  want {:?}\n  got  {got:?}", case.name, case.want));
        }
    }
    report(&failures, cases.len());
}
