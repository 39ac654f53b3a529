//! Chart directories to files: `.helmignore`, symbolic links followed, sizes checked
//! (`loader/directory.go`).

use std::fs;
use std::path::Path;

use crate::archive::{go_quote, trim_bom};
use crate::{ChartError, File, IgnoreRules, MAX_DECOMPRESSED_FILE_SIZE};

/// How deep directories may lie in each other. Links are followed as Helm follows them, and a link
/// to a parent would lead for ever down; no chart is nearly as deep.
pub const MAX_DIRECTORY_DEPTH: usize = 64;

/// The files of a chart directory, sorted by path as a walk meets them.
pub fn read_directory(directory: &Path) -> Result<Vec<File>, ChartError> {
    let rules = match fs::read(directory.join(".helmignore")) {
        Ok(text) => IgnoreRules::parse(&text)?,
        Err(_) => IgnoreRules::parse(b"")?,
    };
    let mut files = Vec::new();
    walk(directory, "", &rules, 0, &mut files)?;
    Ok(files)
}

fn walk(
    directory: &Path,
    prefix: &str,
    rules: &IgnoreRules,
    depth: usize,
    files: &mut Vec<File>,
) -> Result<(), ChartError> {
    if depth > MAX_DIRECTORY_DEPTH {
        return Err(ChartError::archive(format!(
            "{}: directories are nested more than {MAX_DIRECTORY_DEPTH} deep; \
             look for a symbolic link to a parent directory",
            directory.display()
        )));
    }
    let failed = |path: &Path, error: std::io::Error| {
        ChartError::archive(format!("error reading {}: {error}", path.display()))
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).map_err(|error| failed(directory, error))? {
        let entry = entry.map_err(|error| failed(directory, error))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    for name in names {
        let path = directory.join(&name);
        let below = if prefix.is_empty() { name.clone() } else { format!("{prefix}/{name}") };
        let metadata = fs::metadata(&path).map_err(|error| failed(&path, error))?;
        if rules.ignores(&below, metadata.is_dir()) {
            continue;
        }
        if metadata.is_dir() {
            walk(&path, &below, rules, depth + 1, files)?;
            continue;
        }
        if !metadata.is_file() {
            return Err(ChartError::archive(format!(
                "cannot load irregular file {} as it has file mode type bits set",
                path.display()
            )));
        }
        if metadata.len() > MAX_DECOMPRESSED_FILE_SIZE {
            return Err(ChartError::archive(format!(
                "chart file {} is larger than the maximum file size {MAX_DECOMPRESSED_FILE_SIZE}",
                go_quote(&name)
            )));
        }
        let data = fs::read(&path).map_err(|error| failed(&path, error))?;
        files.push(File::new(below, trim_bom(&data)));
    }
    Ok(())
}
