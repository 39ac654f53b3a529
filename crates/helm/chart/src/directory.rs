//! Chart directories to files: `.helmignore`, symbolic links followed, sizes checked
//! (`loader/directory.go`, `internal/sympath/walk.go`).

use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::archive::{go_quote, trim_bom};
use crate::link::resolve;
use crate::{ChartError, File, IgnoreRules, MAX_DECOMPRESSED_FILE_SIZE, Warning};

/// How deep directories may lie in each other. Links are followed as Helm follows them, and a link
/// to a parent would lead for ever down; no chart is nearly as deep.
pub const MAX_DIRECTORY_DEPTH: usize = 64;

/// The files of a chart directory, sorted by path as a walk meets them. Each symbolic link that is
/// followed is told of.
///
/// # Errors
/// What cannot be read, in Helm's words.
pub fn read_directory(
    directory: &Path,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<File>, ChartError> {
    let rules = match fs::read(directory.join(".helmignore")) {
        Ok(text) => IgnoreRules::parse(&text)?,
        Err(_) => IgnoreRules::parse(b"")?,
    };
    let mut walk = Walk { rules, files: Vec::new(), warnings };
    walk.directory(&absolute(directory), "", 0)?;
    Ok(walk.files)
}

/// Go's `filepath.Abs`: `..` goes back by name, whatever links there are.
fn absolute(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in std::path::absolute(path).unwrap_or_else(|_| path.to_owned()).components() {
        match part {
            Component::ParentDir => {
                clean.pop();
            }
            part => clean.push(part),
        }
    }
    clean
}

/// The words of Go's `syscall.Errno`: those of the C library, but in small letters.
#[must_use]
pub fn io_text(error: &io::Error) -> String {
    let text = match error.kind() {
        io::ErrorKind::NotFound => return "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => return "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => return "is a directory".to_owned(),
        _ => error.to_string(),
    };
    let text = text.split(" (os error ").next().unwrap_or_default();
    match text.strip_prefix(|c: char| c.is_ascii_uppercase()) {
        Some(rest) if error.raw_os_error().is_some() => text[..1].to_ascii_lowercase() + rest,
        _ => text.to_owned(),
    }
}

/// The error of Go's `os.ReadFile`, which opens directories and fails when it reads them.
#[must_use]
pub fn read_error(name: &str, error: &io::Error) -> String {
    let verb = if error.kind() == io::ErrorKind::IsADirectory { "read" } else { "open" };
    format!("{verb} {name}: {}", io_text(error))
}

struct Walk<'w> {
    rules: IgnoreRules,
    files: Vec<File>,
    warnings: &'w mut Vec<Warning>,
}

impl Walk<'_> {
    fn directory(
        &mut self,
        directory: &Path,
        prefix: &str,
        depth: usize,
    ) -> Result<(), ChartError> {
        if depth > MAX_DIRECTORY_DEPTH {
            return Err(ChartError::archive(format!(
                "{}: directories are nested more than {MAX_DIRECTORY_DEPTH} deep; \
                 look for a symbolic link to a parent directory",
                directory.display()
            )));
        }
        let failed = |error: io::Error| {
            ChartError::archive(format!("open {}: {}", directory.display(), io_text(&error)))
        };
        let mut names = Vec::new();
        for entry in fs::read_dir(directory).map_err(failed)? {
            names.push(entry.map_err(failed)?.file_name());
        }
        names.sort_unstable();
        for name in names {
            // Names of files are texts; what is none is found all the same.
            self.entry(&directory.join(&name), prefix, &name.to_string_lossy(), depth)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        path: &Path,
        prefix: &str,
        name: &str,
        depth: usize,
    ) -> Result<(), ChartError> {
        let below = if prefix.is_empty() { name.to_owned() } else { format!("{prefix}/{name}") };
        let metadata = self.metadata(path)?;
        if self.rules.ignores(&below, metadata.is_dir()) {
            return Ok(());
        }
        if metadata.is_dir() {
            return self.directory(path, &below, depth + 1);
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
                go_quote(name)
            )));
        }
        let data = fs::read(path).map_err(|error| {
            let text = io_text(&error);
            ChartError::archive(format!("error reading {below}: open {}: {text}", path.display()))
        })?;
        self.files.push(File::new(below, trim_bom(&data)));
        Ok(())
    }

    /// What is there, or where a link leads.
    fn metadata(&mut self, path: &Path) -> Result<fs::Metadata, ChartError> {
        let failed = |path: &Path, error: &io::Error| {
            ChartError::archive(format!("lstat {}: {}", path.display(), io_text(error)))
        };
        let metadata = fs::symlink_metadata(path).map_err(|error| failed(path, &error))?;
        if !metadata.is_symlink() {
            return Ok(metadata);
        }
        let resolved = resolve(path).map_err(|error| {
            ChartError::archive(format!("error evaluating symlink {}: {error}", path.display()))
        })?;
        self.warnings.push(
            Warning::info("found symbolic link in path. Contents of linked file included and used")
                .with("path", path.display().to_string())
                .with("resolved", resolved.display().to_string()),
        );
        fs::symlink_metadata(&resolved).map_err(|error| failed(&resolved, &error))
    }
}
