//! The directory of one plane, which goes with it, or at the next start if it was killed.

use crate::error::Error;
use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

const PREFIX: &str = "pintle-plane-";
/// Held locked while the plane lives; the system frees it when its process dies.
const LOCK: &str = "lock";
/// How many names are tried; one process never has as many planes.
const NAMES: usize = 1000;

/// A directory that is removed when this is dropped.
#[derive(Debug)]
pub(crate) struct Workdir {
    path: PathBuf,
    _lock: File,
}

impl Workdir {
    /// Makes a new one, readable to this user only, for it holds tokens.
    pub(crate) fn new() -> Result<Self, Error> {
        let parent = std::env::temp_dir();
        let id = std::process::id();
        let mut result = None;
        for number in 0..NAMES {
            let path = parent.join(format!("{PREFIX}{id}-{number}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => return Self::locked(path),
                Err(error) => result = Some(Error::io(&path)(error)),
            }
        }
        Err(result.unwrap_or(Error::NoCache))
    }

    fn locked(path: PathBuf) -> Result<Self, Error> {
        let file = path.join(LOCK);
        let lock = File::create(&file).map_err(Error::io(&file))?;
        lock.lock().map_err(Error::io(&file))?;
        Ok(Self { path, _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file inside.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf, Error> {
        let path = self.path.join(name);
        fs::write(&path, text).map_err(Error::io(&path))?;
        Ok(path)
    }
}

impl Drop for Workdir {
    fn drop(&mut self) {
        // What can't be removed now is swept at the next start.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes the directories of planes whose process is gone. One without a lock file is being made.
pub(crate) fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let ours = path
            .file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(PREFIX));
        if !ours {
            continue;
        }
        let Ok(lock) = File::open(path.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LOCK, PREFIX, Workdir, sweep};

    #[test]
    fn the_living_stay_and_the_dead_are_swept() {
        let living = Workdir::new().unwrap();
        let dead = std::env::temp_dir().join(format!("{PREFIX}dead-{}", std::process::id()));
        std::fs::create_dir_all(dead.join("etcd")).unwrap();
        std::fs::write(dead.join(LOCK), "").unwrap();
        sweep();
        assert!(living.path().is_dir());
        assert!(!dead.exists());
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }
}
