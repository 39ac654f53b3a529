//! `--output-dir`: a file per template (`writeToFile` of Helm's `pkg/cmd/template.go`).

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use pintle_helm_chart::go_io_text;
use pintle_helm_render::{Rendered, TemplateOptions};

/// Where files go.
pub(super) struct Target<'t> {
    /// `--output-dir`
    pub(super) folder: &'t Path,
    /// The release's name, with `--release-name`.
    pub(super) below: Option<&'t str>,
}

impl Target<'_> {
    fn of_release(&self) -> PathBuf {
        self.below.map_or_else(|| self.folder.to_owned(), |it| self.folder.join(it))
    }
}

/// Writes all that would be printed but the hooks, and prints a line per document as Helm does.
pub(super) fn write_manifests(
    target: &Target<'_>,
    rendered: &Rendered,
    choice: &TemplateOptions,
    out: &mut dyn Write,
) -> Result<(), String> {
    let mut written = HashSet::new();
    if choice.include_crds {
        // Helm puts these beside the folder of the release, not into it.
        for crd in &rendered.crds {
            let again = !written.insert(crd.path.clone());
            put(target.folder, &crd.path, &crd.data, again, out)?;
        }
    }
    let folder = target.of_release();
    for document in &rendered.documents {
        let path = &document.source.path;
        let again = !written.insert(path.clone());
        put(&folder, path, document.text(), again, out)?;
    }
    Ok(())
}

/// Writes the hooks that would be printed.
pub(super) fn write_hooks(
    target: &Target<'_>,
    rendered: &Rendered,
    choice: &TemplateOptions,
    out: &mut dyn Write,
) -> Result<(), String> {
    let folder = target.of_release();
    for hook in &rendered.hooks {
        if choice.no_hooks || (choice.skip_tests && hook.is_test()) {
            continue;
        }
        // Hooks are added to a file that is there, even from an earlier run: Helm's own test.
        let path = &hook.document.source.path;
        let again = folder.join(path).exists();
        put(&folder, path, hook.document.text(), again, out)?;
    }
    Ok(())
}

fn put(
    folder: &Path,
    name: &str,
    text: &[u8],
    append: bool,
    out: &mut dyn Write,
) -> Result<(), String> {
    let path = format!("{}/{name}", folder.display());
    make_folder_of(Path::new(&path))?;
    let mut open = || -> std::io::Result<()> {
        let mut file = if append {
            OpenOptions::new().append(true).open(&path)?
        } else {
            File::create(&path)?
        };
        write!(file, "---\n# Source: {name}\n")?;
        file.write_all(text)?;
        file.write_all(b"\n")?;
        writeln!(out, "wrote {path}")
    };
    open().map_err(|error| format!("open {path}: {}", go_io_text(&error)))
}

/// Helm's `ensureDirectoryForFile`.
fn make_folder_of(path: &Path) -> Result<(), String> {
    let folder: PathBuf = path.parent().into_iter().flat_map(Path::components).collect();
    match folder.metadata() {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(format!("stat {}: {}", folder.display(), go_io_text(&error)))
        }
        _ => fs::create_dir_all(&folder).map_err(|error| {
            // Go names the folder that could not be made: the first that is not there.
            let missing = folder.ancestors().take_while(|it| !it.exists()).last();
            let shown = missing.unwrap_or(&folder).display();
            format!("mkdir {shown}: {}", go_io_text(&error))
        }),
    }
}
