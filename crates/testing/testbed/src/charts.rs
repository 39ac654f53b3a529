//! Charts for tests: out of files given in the test, or out of `examples/`; and what is none.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
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

/// A `.tgz` of any paths and bytes, chart or not.
///
/// # Errors
/// When a path is longer than 100 bytes.
pub fn raw_archive(files: &[(&str, &[u8])]) -> anyhow::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::best()));
    for (path, bytes) in files {
        let mut header = tar::Header::new_ustar();
        // Past the library, which refuses the paths that a test of refusals is about.
        let name = header.as_old_mut().name.get_mut(..path.len());
        name.ok_or_else(|| anyhow::anyhow!("{path} is too long"))?.write_all(path.as_bytes())?;
        header.set_mode(0o644);
        header.set_size(bytes.len().try_into()?);
        header.set_cksum();
        archive.append(&header, *bytes)?;
    }
    Ok(archive.into_inner()?.finish()?)
}
