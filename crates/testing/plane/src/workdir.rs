//! The directory of one plane, which goes with it, or at the next start if it was killed.

use crate::error::Error;
use std::fs::{self, DirBuilder, File};
use std::io;
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
            let name = format!("{PREFIX}{id}-{number}");
            // It gets its real name once it is locked: a sweep of another process sees it only then.
            let (hidden, path) = (parent.join(format!(".{name}")), parent.join(&name));
            match Self::locked(&hidden, &path) {
                Ok(lock) => return Ok(Self { path, _lock: lock }),
                Err(error) => result = Some(Error::io(&path)(error)),
            }
        }
        Err(result.unwrap_or(Error::NoCache))
    }

    fn locked(hidden: &Path, path: &Path) -> io::Result<File> {
        DirBuilder::new().mode(0o700).create(hidden)?;
        let file = hidden.join(LOCK);
        let lock = File::create(&file).and_then(|lock| {
            lock.lock()?;
            // Fails if a directory of that name has anything in it.
            fs::rename(hidden, path)?;
            Ok(lock)
        });
        if lock.is_err() {
            let _ = fs::remove_dir_all(hidden);
        }
        lock
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

/// Removes the directories of planes whose process is gone.
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
        // One without a lock is half removed.
        let dead = File::open(path.join(LOCK)).map_or(true, |lock| lock.try_lock().is_ok());
        if dead {
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
