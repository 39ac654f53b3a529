//! `--output-dir`: a file per template (`writeToFile` of Helm's `pkg/cmd/template.go`).

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use pintle_helm_render::{Rendered, TemplateOptions};

/// Where files go.
pub(super) struct Target<'t> {
    /// `--output-dir`
    pub(super) folder: &'t Path,
    /// The release's name, with `--release-name`.
    pub(super) below: Option<&'t str>,
}

/// Writes all that would be printed, and prints a line per document as Helm does.
pub(super) fn write(
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
    let folder = target.below.map_or_else(|| target.folder.to_owned(), |it| target.folder.join(it));
    for document in &rendered.documents {
        let path = &document.source.path;
        let again = !written.insert(path.clone());
        put(&folder, path, document.text(), again, out)?;
    }
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
    let mut open = || -> std::io::Result<()> {
        if let Some(parent) = Path::new(&path).parent() {
            fs::create_dir_all(parent)?;
        }
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
    open().map_err(|error| format!("open {path}: {error}"))
}
