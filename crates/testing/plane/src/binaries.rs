//! Where the binaries come from: a folder that is named, the user's cache, or a build.

use crate::embedded::{FILES, KUBECTL, LDFLAGS, SERVER, TOOLS, key};
use crate::error::Error;
use crate::options::Progress;
use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Names a folder of built binaries, which is then used as it is.
const FOLDER_VARIABLE: &str = "PINTLE_CONTROL_PLANE";
/// How often the lock of another build is tried again.
const LOCK_POLL: Duration = Duration::from_millis(200);
/// How often a waiting process says that it waits.
const LOCK_NEWS: Duration = Duration::from_secs(15);
/// How often a running build says how far it is.
const BUILD_NEWS: Duration = Duration::from_secs(5);
/// How many lines of a failed command are shown.
const SHOWN_LINES: usize = 40;

/// The folder of the control plane's binaries, built first if they are nowhere to be found.
///
/// Looks in the folder that `$PINTLE_CONTROL_PLANE` names, then in the user's cache, then builds
/// the embedded Go module into that cache; a lock keeps two processes from building at once. Blocks
/// for minutes when it builds.
///
/// # Errors
/// When a named folder is incomplete, Go is missing, or the build fails.
pub fn ensure_binaries(progress: &Progress) -> Result<PathBuf, Error> {
    if let Some(folder) = std::env::var_os(FOLDER_VARIABLE).filter(|value| !value.is_empty()) {
        let folder = PathBuf::from(folder);
        return check(&folder).map(|()| folder);
    }
    let home = cache()?.join("pintle/control-plane");
    let folder = home.join(key());
    let bin = folder.join("bin");
    if check(&bin).is_ok() {
        return Ok(bin);
    }
    fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
    let _lock = lock(&folder.join("lock"), progress)?;
    if check(&bin).is_err() {
        build(&folder, &bin, progress)?;
    }
    Ok(bin)
}

/// Whether the folder has all that a plane needs.
pub(crate) fn check(folder: &Path) -> Result<(), Error> {
    match [SERVER, TOOLS, KUBECTL].into_iter().find(|name| !folder.join(name).is_file()) {
        None => Ok(()),
        // The link is convenience: it can be made where only the two binaries were copied.
        Some(KUBECTL) => link(folder),
        Some(binary) => Err(Error::BinaryMissing { binary, folder: folder.to_owned() }),
    }
}

fn link(folder: &Path) -> Result<(), Error> {
    let path = folder.join(KUBECTL);
    match std::os::unix::fs::symlink(TOOLS, &path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(Error::io(&path)(error))
        }
        _ => Ok(()),
    }
}

/// The user's cache folder, by the rules of the platform.
fn cache() -> Result<PathBuf, Error> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(folder) = variable("XDG_CACHE_HOME") {
        return Ok(PathBuf::from(folder));
    }
    let home = PathBuf::from(variable("HOME").ok_or(Error::NoCache)?);
    Ok(home.join(if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" }))
}

/// Takes the lock, however long its holder builds; a holder that dies gives it up.
fn lock(path: &Path, progress: &Progress) -> Result<File, Error> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .map_err(Error::io(path))?;
    let start = Instant::now();
    let mut news = start;
    while let Err(error) = file.try_lock() {
        match error {
            fs::TryLockError::WouldBlock => {}
            fs::TryLockError::Error(error) => return Err(Error::io(path)(error)),
        }
        if news <= Instant::now() {
            let waited = start.elapsed().as_secs();
            progress.say(&format!("another process builds the control plane ({waited} s)"));
            news += LOCK_NEWS;
        }
        std::thread::sleep(LOCK_POLL);
    }
    Ok(file)
}

/// Builds the embedded module; `bin` appears only when it is complete.
fn build(folder: &Path, bin: &Path, progress: &Progress) -> Result<(), Error> {
    let source = folder.join("src");
    for (name, text) in FILES {
        let path = source.join(name);
        let parent = path.parent().unwrap_or(&source);
        fs::create_dir_all(parent).map_err(Error::io(parent))?;
        fs::write(&path, text).map_err(Error::io(&path))?;
    }
    let start = Instant::now();
    progress.say("building the control plane, once: fetching its Go modules");
    let total = go(&source, "list", &["-deps", "./..."], |_| ())?;
    let fresh = folder.join("bin.new");
    if fresh.exists() {
        fs::remove_dir_all(&fresh).map_err(Error::io(&fresh))?;
    }
    // The trailing separator makes `go build` write one file per command into the folder.
    let output = format!("{}/", fresh.display());
    let mut news = Instant::now();
    let arguments = ["-v", "-trimpath", "-ldflags", LDFLAGS, "-o", &output, "./..."];
    go(&source, "build", &arguments, |done| {
        if news.elapsed() >= BUILD_NEWS {
            let seconds = start.elapsed().as_secs();
            progress.say(&format!(
                "building the control plane: {done} of at most {total} packages, {seconds} s"
            ));
            news = Instant::now();
        }
    })?;
    link(&fresh)?;
    if bin.exists() {
        fs::remove_dir_all(bin).map_err(Error::io(bin))?;
    }
    fs::rename(&fresh, bin).map_err(Error::io(bin))?;
    progress.say(&format!("built the control plane in {} s", start.elapsed().as_secs()));
    Ok(())
}

/// Runs `go`, calls `on_line` with the number of lines so far, and returns that number.
fn go(
    folder: &Path,
    what: &'static str,
    arguments: &[&str],
    mut on_line: impl FnMut(usize),
) -> Result<usize, Error> {
    let (reader, writer) = std::io::pipe().map_err(Error::io(folder))?;
    let both = writer.try_clone().map_err(Error::io(folder))?;
    let mut command = Command::new("go");
    command
        .arg(what)
        .args(arguments)
        .current_dir(folder)
        // A user's workspace or flags must not change what is built.
        .env("GOWORK", "off")
        .env("CGO_ENABLED", "0")
        .env("GOFLAGS", "-mod=readonly -buildvcs=false")
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(both);
    let mut child = command.spawn().map_err(Error::GoMissing)?;
    // Our copies of the write end go, or the pipe would never end.
    drop(command);
    let mut count = 0;
    let mut tail = VecDeque::new();
    for line in BufReader::new(reader).lines() {
        count += 1;
        on_line(count);
        tail.push_back(line.map_err(Error::io(folder))?);
        if tail.len() > SHOWN_LINES {
            tail.pop_front();
        }
    }
    if child.wait().map_err(Error::io(folder))?.success() {
        return Ok(count);
    }
    let output = tail.into_iter().collect::<Vec<_>>().join("\n");
    Err(Error::Build { what, folder: folder.to_owned(), output })
}
