//! Who may use whom: the table of the design, checked against `cargo metadata`.

use std::path::Path;
use std::process::Command;

use anyhow::Context as _;
use serde_json::Value;

/// A package, and the prefixes of the packages of this workspace that it may depend on. Tests may
/// use more: only normal and build dependencies count.
const MAY_USE: &[(&str, &[&str])] = &[
    ("pintle-go-value", &[]),
    ("pintle-go-time", &[]),
    ("pintle-go-semver", &[]),
    ("pintle-go-regexp", &[]),
    ("pintle-go-fmt", &["pintle-go-value"]),
    ("pintle-go-url", &["pintle-go-fmt"]),
    ("pintle-go-template", &["pintle-go-fmt", "pintle-go-value"]),
    ("pintle-go-yaml", &["pintle-go-fmt", "pintle-go-value", "pintle-go-time"]),
    (
        "pintle-helm-chart",
        &[
            "pintle-go-value",
            "pintle-go-yaml",
            "pintle-go-semver",
            "pintle-go-fmt",
            "pintle-go-regexp",
            "pintle-go-time",
            "pintle-go-url",
        ],
    ),
    ("pintle-helm-sprig", &["pintle-go-"]),
    ("pintle-helm-render", &["pintle-go-", "pintle-helm-", "pintle-release-manifest"]),
    ("pintle-release-manifest", &[]),
    ("pintle-release-api", &[]),
    ("pintle-release-", &["pintle-release-manifest", "pintle-release-api"]),
    ("pintle-cluster-source", &["pintle-release-", "pintle-helm-chart", "pintle-cluster-content"]),
    ("pintle-cluster-", &["pintle-release-"]),
    (
        "pintle-controller",
        &["pintle-release-", "pintle-cluster-", "pintle-helm-chart", "pintle-helm-render"],
    ),
    ("pintle-testing-fuzzing", &["pintle-go-", "pintle-helm-"]),
    ("pintle-testing-plane", &[]),
    ("pintle-testing-testbed", &["pintle-"]),
    ("pintle", &["pintle-"]),
    ("conformance", &["pintle-go-", "pintle-helm-"]),
    ("xtask", &["pintle-"]),
];

/// Every use that the table does not allow.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root)
        .output()
        .context("run cargo metadata")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let list = |value: &Value, key: &str| value[key].as_array().cloned().unwrap_or_default();
    let packages = list(&metadata, "packages");
    let names: Vec<String> = packages.iter().map(|it| text(it, "name")).collect();
    let mut breaches = Vec::new();
    for package in &packages {
        let name = text(package, "name");
        let Some(allowed) = allowed(&name) else {
            breaches.push(format!("{name}: is not in the table of xtask/src/layers.rs"));
            continue;
        };
        for dependency in list(package, "dependencies") {
            let used = text(&dependency, "name");
            let counts = dependency["kind"] != "dev" && names.contains(&used);
            if counts && !allowed.iter().any(|it| used.starts_with(it)) {
                breaches.push(format!("{name}: may not use {used} (see ARCHITECTURE.md, layers)"));
            }
        }
    }
    Ok(breaches)
}

/// The row with the longest name that fits: an entry that ends in `-` speaks of a family.
fn allowed(name: &str) -> Option<&'static [&'static str]> {
    let fits = |entry: &str| entry == name || (entry.ends_with('-') && name.starts_with(entry));
    let rows = MAY_USE.iter().filter(|(entry, _)| fits(entry));
    rows.max_by_key(|(entry, _)| entry.len()).map(|(_, allowed)| *allowed)
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
