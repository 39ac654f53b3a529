//! The house rules that no compiler checks.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use walkdir::WalkDir;

use crate::{codegen, differences, layers};

/// The most lines of a file. A declared table of like-shaped items may be longer; see [`EXEMPT`].
const FILE_LINES: usize = 800;
/// The most lines of a function, as clippy's `too-many-lines-threshold`, signature included.
const FUNCTION_LINES: usize = 75;
/// The most lines of ARCHITECTURE.md: what is longer is not read.
const ARCHITECTURE_LINES: usize = 300;
/// Where exemptions stand, each with its reason.
const EXEMPT: &str = "xtask/exemptions.txt";
/// What must not be in the dependency tree: TLS is rustls with ring, and nothing else.
const BANNED: &[&str] =
    &["aws-lc-rs", "aws-lc-sys", "openssl", "openssl-sys", "native-tls", "serde_yaml"];
/// Texts that must not stand in code, and why.
const HOLES: &[(&str, &str)] = &[
    (concat!("todo", "!("), "unfinished code"),
    (concat!("unimplemented", "!("), "unfinished code"),
    (concat!("#[", "ignore"), "a test that nobody runs proves nothing"),
    (concat!("#[", "should_panic"), "say which error is expected instead"),
];

/// Every breach, with its place.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let exempt = exemptions(root)?;
    let mut breaches = layers::check(root)?;
    for entry in WalkDir::new(root).into_iter().filter_entry(|it| !is_built(it)) {
        let entry = entry?;
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|it| it != "rs") {
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(path).display().to_string();
        let text = std::fs::read_to_string(path).with_context(|| name.clone())?;
        breaches.extend(
            source(&name, &text)
                .into_iter()
                .filter(|it| !exempt.iter().any(|exempt| it.starts_with(exempt.as_str()))),
        );
    }
    breaches.extend(architecture(root)?);
    breaches.extend(differences::check(root)?);
    breaches.extend(generated(root)?);
    breaches.extend(banned(root)?);
    breaches.sort();
    Ok(breaches)
}

fn is_built(entry: &walkdir::DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    // `fuzz` is a workspace of its own.
    let top = entry.depth() == 1 || entry.path().ends_with("fuzz/target");
    top && (name == "target" || name == ".git")
}

/// Lines of the form `PATH[:FUNCTION] # reason`.
fn exemptions(root: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join(EXEMPT)).with_context(|| EXEMPT.to_owned())?;
    let mut exempt = Vec::new();
    for line in text.lines().filter(|it| !it.trim().is_empty() && !it.starts_with('#')) {
        let (what, reason) = line.split_once(" # ").unwrap_or((line, ""));
        anyhow::ensure!(!reason.trim().is_empty(), "{EXEMPT}: {what} has no reason");
        exempt.push(format!("{}:", what.trim()));
    }
    Ok(exempt)
}

/// The rules for one source file.
fn source(name: &str, text: &str) -> Vec<String> {
    let mut breaches = Vec::new();
    if !text.starts_with("//! ") {
        breaches.push(format!("{name}: does not open with a //! sentence"));
    }
    let lines = text.lines().count();
    if lines > FILE_LINES {
        breaches.push(format!("{name}: has {lines} lines, and the limit is {FILE_LINES}"));
    }
    let file = name.rsplit('/').next().unwrap_or(name);
    if file == "mod.rs" {
        breaches.push(format!("{name}: submodules are foo.rs beside foo/, not mod.rs"));
    }
    if matches!(file, "utils.rs" | "util.rs" | "helpers.rs" | "common.rs") {
        breaches.push(format!("{name}: name it by the noun it is about"));
    }
    for (number, line) in text.lines().enumerate() {
        let hole = HOLES.iter().find(|(hole, _)| line.trim_start().contains(hole));
        if let Some((hole, why)) = hole {
            breaches.push(format!("{name}: line {}: {hole}: {why}", number + 1));
        }
    }
    breaches.extend(long_functions(name, text));
    breaches
}

/// Functions by their indentation, which rustfmt guarantees: one ends at the first `}` as far
/// indented as it begins.
fn long_functions(name: &str, text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut breaches = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let Some(function) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        let end = format!("{indent}}}");
        let length = lines[start..].iter().position(|it| **it == end);
        if let Some(length) = length.filter(|it| *it + 1 > FUNCTION_LINES) {
            let length = length + 1;
            breaches.push(format!(
                "{name}:{function}: line {}: has {length} lines, and the limit is {FUNCTION_LINES}",
                start + 1
            ));
        }
    }
    breaches
}

fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    for prefix in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(prefix).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    name.split(['(', '<']).next()
}

/// The code map names every crate, every source file of it and every folder beside the crates, and
/// what it names is there.
fn architecture(root: &Path) -> anyhow::Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).context("ARCHITECTURE.md")?;
    let mut breaches = Vec::new();
    let lines = text.lines().count();
    if lines > ARCHITECTURE_LINES {
        breaches.push(format!(
            "ARCHITECTURE.md: has {lines} lines, and the limit is {ARCHITECTURE_LINES}"
        ));
    }
    let mut there = BTreeSet::new();
    for entry in WalkDir::new(root.join("crates")).min_depth(2).max_depth(2) {
        let entry = entry?;
        if entry.path().join("Cargo.toml").is_file() {
            let path = entry.path().strip_prefix(root)?.display().to_string();
            there.insert(path);
        }
    }
    let quoted = text.split('`').skip(1).step_by(2);
    let named: BTreeSet<String> = quoted
        .filter(|it| it.starts_with("crates/") && !it.contains([' ', '*', '{']))
        .map(|it| it.trim_end_matches('/').to_owned())
        .collect();
    for path in &there {
        if !named.contains(path) {
            breaches.push(format!("ARCHITECTURE.md: the code map does not name {path}"));
        }
    }
    for path in named.iter().filter(|it| !root.join(it).exists()) {
        breaches.push(format!("ARCHITECTURE.md: names {path}, which is not there"));
    }
    breaches.extend(mapped_files(root, &text, &there)?);
    breaches.extend(mapped_folders(root, &text)?);
    Ok(breaches)
}

/// Files that every crate may have, and the map describes once for all.
const UNMAPPED: &[&str] = &["lib.rs", "error.rs", "fault.rs", "tests.rs"];

fn mapped_files(root: &Path, text: &str, crates: &BTreeSet<String>) -> anyhow::Result<Vec<String>> {
    let mut breaches = Vec::new();
    let mut files = BTreeSet::new();
    for path in crates {
        let entry = text.lines().find(|it| it.starts_with(&format!("- `{path}`")));
        let named: BTreeSet<&str> =
            entry.unwrap_or_default().split('`').skip(1).step_by(2).collect();
        let source = root.join(path).join("src");
        for file in WalkDir::new(&source) {
            let file = file?;
            let name = file.path().strip_prefix(&source)?.display().to_string();
            let is_source = file.file_type().is_file() && name.ends_with(".rs");
            let is_test = name.contains("/tests/") || name.starts_with("tests/");
            let (folder, last) = name.rsplit_once('/').unwrap_or(("", &name));
            // A folder can be described as a whole.
            let is_named =
                named.contains(name.as_str()) || named.contains(format!("{folder}/").as_str());
            if is_source && !is_test && !UNMAPPED.contains(&last) && !is_named {
                breaches.push(format!("ARCHITECTURE.md: {path} does not name {name}"));
            }
            files.insert(name);
        }
    }
    let (_, map) = text.split_once("## Code map").unwrap_or(("", text));
    let (map, _) = map.split_once("\n## ").unwrap_or((map, ""));
    let (map, _) = map.split_once("### Beside the crates").unwrap_or((map, ""));
    for name in map.split('`').skip(1).step_by(2).filter(|it| it.ends_with(".rs")) {
        let in_a_crate = crates.iter().any(|it| root.join(it).join(name).exists());
        let known = UNMAPPED.contains(&name) || files.contains(name);
        if !known && !in_a_crate && !root.join(name).exists() {
            breaches.push(format!("ARCHITECTURE.md: names {name}, which is in no crate"));
        }
    }
    Ok(breaches)
}

/// The folders at the top, and those of `tools`.
fn mapped_folders(root: &Path, text: &str) -> anyhow::Result<Vec<String>> {
    let mut breaches = Vec::new();
    for folder in [root.to_owned(), root.join("tools")] {
        for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            let name = path.strip_prefix(root)?.display().to_string();
            let is_ours = path.is_dir()
                && !name.starts_with('.')
                && !matches!(name.as_str(), "target" | "tools" | "crates");
            if is_ours && !text.contains(&format!("`{name}")) {
                breaches.push(format!("ARCHITECTURE.md: the code map does not name {name}"));
            }
        }
    }
    Ok(breaches)
}

fn generated(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut breaches = Vec::new();
    for (path, want) in codegen::generated()? {
        let have = std::fs::read_to_string(root.join(&path)).unwrap_or_default();
        if have != want {
            breaches.push(format!("{path}: is stale: run cargo xtask codegen"));
        }
    }
    Ok(breaches)
}

fn banned(root: &Path) -> anyhow::Result<Vec<String>> {
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock")?;
    let found = |name: &&&str| lock.contains(&format!("name = \"{name}\"\n"));
    Ok(BANNED.iter().filter(found).map(|it| format!("Cargo.lock: {it} is in the tree")).collect())
}
