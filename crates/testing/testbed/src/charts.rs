//! Charts for tests: out of files given in the test, or out of `examples/`.

use std::path::{Path, PathBuf};

use pintle_helm_chart::{File, load_directory, load_files, package};

/// Packs a chart out of paths and texts. Chart.yaml is added where there is none.
///
/// # Errors
/// When it is no chart.
pub fn chart_archive(name: &str, files: &[(&str, &str)]) -> anyhow::Result<Vec<u8>> {
    let mut all: Vec<File> =
        files.iter().map(|(path, text)| File::new(*path, text.as_bytes().to_vec())).collect();
    if !files.iter().any(|(path, _)| *path == "Chart.yaml") {
        let text = format!("apiVersion: v2\nname: {name}\nversion: 1.0.0\n");
        all.push(File::new("Chart.yaml", text.into_bytes()));
    }
    Ok(package(&load_files(all, &mut Vec::new())?)?.bytes)
}

/// Packs one of the project's example charts.
///
/// # Errors
/// When it is no chart.
pub fn example_archive(name: &str) -> anyhow::Result<Vec<u8>> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../examples").join(name);
    Ok(package(&load_directory(&root, &mut Vec::new())?)?.bytes)
}
