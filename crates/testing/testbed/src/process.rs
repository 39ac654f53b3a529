//! A controller in a process of its own, behind a proxy.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Proxy;

/// What a process logs unless `RUST_LOG` says otherwise: all that the controller has to say.
const LOGGED: &str = "debug,hyper=info,tower=info,h2=info";

/// The process; it ends with this.
pub struct Process {
    child: Arc<Mutex<Option<Child>>>,
    log: PathBuf,
}

impl Process {
    /// Starts `testbed-controller` (the path of it) for one namespace.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start(program: &str, proxy: &Proxy, namespace: &str) -> anyhow::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let log = std::env::temp_dir().join(format!("{namespace}-{number}.log"));
        let mut command = Command::new(program);
        command.args([&proxy.url(), namespace]).stdout(Stdio::null()).stderr(File::create(&log)?);
        if std::env::var_os("RUST_LOG").is_none() {
            command.env("RUST_LOG", LOGGED);
        }
        let child = Arc::new(Mutex::new(Some(command.spawn()?)));
        Ok(Process { child, log })
    }

    /// What it has logged so far.
    ///
    /// # Errors
    /// When the log can't be read.
    pub fn log(&self) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Ends the process when it is called: SIGKILL.
    pub fn killer(&self) -> impl FnOnce() + Send + 'static {
        let child = Arc::clone(&self.child);
        move || end(&child)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        end(&self.child);
        // A log that is gone already is no harm.
        let _ = std::fs::remove_file(&self.log);
    }
}

fn end(child: &Mutex<Option<Child>>) {
    let child = child.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(mut child) = child {
        // It may have ended by itself.
        let _ = child.kill();
        let _ = child.wait();
    }
}
