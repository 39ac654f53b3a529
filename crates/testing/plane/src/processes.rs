//! The running components: plain child processes that no async runtime owns.

use crate::error::Error;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a component may take to end after its input has; it exits at once, but a loaded
/// machine may not run it at once.
const END_GRACE: Duration = Duration::from_secs(5);
const END_POLL: Duration = Duration::from_millis(5);
/// How much of a log an error shows.
const SHOWN_BYTES: u64 = 3000;

#[derive(Debug)]
struct Component {
    name: &'static str,
    child: Child,
}

/// All components of a plane; dropping it ends them.
#[derive(Debug)]
pub(crate) struct Processes {
    logs: PathBuf,
    running: Mutex<Vec<Component>>,
}

impl Processes {
    pub(crate) fn new(workdir: &Path) -> Result<Self, Error> {
        let logs = workdir.join("logs");
        std::fs::create_dir_all(&logs).map_err(Error::io(&logs))?;
        Ok(Self { logs, running: Mutex::new(Vec::new()) })
    }

    fn running(&self) -> MutexGuard<'_, Vec<Component>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts a component: `binary NAME FLAGS`, with its output in `logs/NAME.log`.
    ///
    /// Its standard input is a pipe whose other end only this process holds, so that it reads end
    /// of file when we end, however we end. It leads its own process group, so that Ctrl-C reaches
    /// us alone and the plane outlives an orderly shutdown of what uses it.
    pub(crate) fn spawn(
        &self,
        binary: &Path,
        name: &'static str,
        flags: &[String],
    ) -> Result<(), Error> {
        let path = self.log_path(name);
        let log = File::create(&path).map_err(Error::io(&path))?;
        let both = log.try_clone().map_err(Error::io(&path))?;
        let child = Command::new(binary)
            .arg(name)
            .args(flags)
            .current_dir(&self.logs)
            .env_remove("KUBECONFIG")
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(both)
            .process_group(0)
            .spawn()
            .map_err(Error::io(binary))?;
        self.running().push(Component { name, child });
        Ok(())
    }

    pub(crate) fn log_path(&self, name: &str) -> PathBuf {
        self.logs.join(format!("{name}.log"))
    }

    /// The end of a component's log.
    pub(crate) fn log_tail(&self, name: &str) -> String {
        let read = || {
            let mut file = File::open(self.log_path(name))?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(SHOWN_BYTES)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok::<_, std::io::Error>(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_else(|error| format!("(can't be read: {error})"))
    }

    /// Fails if a component has ended.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for component in self.running().iter_mut() {
            if let Ok(Some(status)) = component.child.try_wait() {
                return Err(Error::Ended {
                    component: component.name,
                    status: status.to_string(),
                    log: self.log_tail(component.name),
                });
            }
        }
        Ok(())
    }

    /// Names and process ids.
    pub(crate) fn pids(&self) -> Vec<(&'static str, u32)> {
        self.running().iter().map(|component| (component.name, component.child.id())).collect()
    }

    /// Ends all components and waits until they are gone.
    pub(crate) fn end(&self) {
        let mut running = self.running();
        for component in running.iter_mut() {
            drop(component.child.stdin.take());
        }
        let deadline = Instant::now() + END_GRACE;
        for mut component in running.drain(..) {
            while matches!(component.child.try_wait(), Ok(None)) {
                if Instant::now() >= deadline {
                    // Fails only if it has just ended.
                    let _ = component.child.kill();
                    let _ = component.child.wait();
                    break;
                }
                std::thread::sleep(END_POLL);
            }
        }
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        self.end();
    }
}
