//! Where a symbolic link leads, step by step as Go's `filepath.EvalSymlinks` goes
//! (`path/filepath/symlink.go`): its errors name the step that failed.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::directory::io_text;

/// Go's own limit.
const MAX_LINKS: usize = 255;

/// The place that an absolute path stands for, free of links.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, String> {
    let mut pending: VecDeque<OsString> = steps(path).collect();
    let mut place = PathBuf::from("/");
    let mut links = 0;
    while let Some(step) = pending.pop_front() {
        if step == ".." {
            place.pop();
            continue;
        }
        place.push(&step);
        let failed = |call: &str, error: &std::io::Error| {
            format!("{call} {}: {}", place.display(), io_text(error))
        };
        let metadata = fs::symlink_metadata(&place).map_err(|error| failed("lstat", &error))?;
        if !metadata.is_symlink() {
            if !metadata.is_dir() && !pending.is_empty() {
                return Err("not a directory".to_owned());
            }
            continue;
        }
        links += 1;
        if links > MAX_LINKS {
            return Err("EvalSymlinks: too many links".to_owned());
        }
        let link = fs::read_link(&place).map_err(|error| failed("readlink", &error))?;
        if link.is_absolute() {
            place = PathBuf::from("/");
        } else {
            place.pop();
        }
        for step in steps(&link).collect::<Vec<_>>().into_iter().rev() {
            pending.push_front(step);
        }
    }
    Ok(place)
}

fn steps(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        _ => None,
    })
}
