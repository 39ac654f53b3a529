//! An umbrella chart with many subcharts, made out of one of the examples.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use serde_json::json;
use walkdir::WalkDir;

/// How many subcharts the umbrella has.
const SUBCHARTS: usize = 100;
/// The chart that each subchart is a copy of.
const EXAMPLE: &str = "examples/stateless";
/// The name of the umbrella, and of its case.
pub(super) const UMBRELLA: &str = "umbrella-100";

/// Writes the packed umbrella and a `cases.json` of its one case into `folder`.
pub(super) fn write(root: &Path, folder: &Path) -> anyhow::Result<()> {
    let tree = folder.join(UMBRELLA);
    if tree.exists() {
        fs::remove_dir_all(&tree)?;
    }
    let names: Vec<String> = (0..SUBCHARTS).map(|at| format!("part-{at:03}")).collect();
    for name in &names {
        copy(&root.join(EXAMPLE), &tree.join("charts").join(name), name)?;
    }
    let dependencies: String = names
        .iter()
        .map(|name| format!("  - {{name: {name}, version: 0.1.0, condition: {name}.enabled}}\n"))
        .collect();
    let chart =
        format!("apiVersion: v2\nname: {UMBRELLA}\nversion: 1.0.0\ndependencies:\n{dependencies}");
    fs::write(tree.join("Chart.yaml"), chart)?;
    let values: String =
        names.iter().map(|name| format!("{name}:\n  enabled: true\n  replicas: 3\n")).collect();
    fs::write(tree.join("values.yaml"), format!("global: {{team: shop}}\n{values}"))?;
    let loaded = pintle_helm_chart::load_directory(&tree, &mut Vec::new())?;
    let package = pintle_helm_chart::package(&loaded)?;
    fs::write(folder.join(&package.file_name), &package.bytes)?;
    let case = json!([{
        "id": UMBRELLA,
        "class": "ok",
        "chart": package.file_name,
        "args": ["template", "golden", package.file_name, "--namespace", "golden-ns"],
    }]);
    fs::write(folder.join("cases.json"), case.to_string())?;
    Ok(())
}

/// Copies the example under another name; what it defines gets names of its own too.
fn copy(from: &Path, to: &Path, name: &str) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let target = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&target)?;
            continue;
        }
        let text =
            fs::read_to_string(entry.path()).with_context(|| entry.path().display().to_string())?;
        fs::write(&target, text.replace("stateless", name))?;
    }
    Ok(())
}
