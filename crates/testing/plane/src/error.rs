//! What can go wrong between "start" and "ready", each with the place and a remedy.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Why there is no control plane.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The folder named by the user lacks a binary.
    #[error(
        "{binary} is not in {folder}, the folder that PINTLE_CONTROL_PLANE names; \
         build tools/control-plane into it, or unset the variable to have it built"
    )]
    BinaryMissing {
        /// Which binary.
        binary: &'static str,
        /// The folder.
        folder: PathBuf,
    },
    /// There is no Go compiler to build with.
    #[error(
        "the control plane has to be built once, and `go` can't be run ({0}); install Go 1.26 or \
         newer and put it on PATH, or name a folder of built binaries in PINTLE_CONTROL_PLANE"
    )]
    GoMissing(io::Error),
    /// The Go compiler refused.
    #[error("`go {what}` failed in {folder}:\n{output}")]
    Build {
        /// The sub-command.
        what: &'static str,
        /// Where it ran.
        folder: PathBuf,
        /// The end of its output.
        output: String,
    },
    /// No folder for the build could be found.
    #[error("neither XDG_CACHE_HOME nor HOME is set; set one, so that the build can be kept")]
    NoCache,
    /// A file operation failed.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A certificate could not be made.
    #[error("the control plane's certificates can't be made: {0}")]
    Certificates(#[from] rcgen::Error),
    /// A component ended although it should run.
    #[error("{component} ended ({status}); the end of its log:\n{log}")]
    Ended {
        /// The component.
        component: &'static str,
        /// Its exit status.
        status: String,
        /// The end of its log.
        log: String,
    },
    /// Something did not become ready in time.
    #[error(
        "{what} was not there after {after:?}; last seen: {seen}; the end of {component}'s log:\n{log}"
    )]
    Deadline {
        /// What was waited for.
        what: &'static str,
        /// How long.
        after: Duration,
        /// The last answer.
        seen: String,
        /// Whose log is shown.
        component: &'static str,
        /// The end of that log.
        log: String,
    },
    /// The API server refused what a plane needs to have.
    #[error("{what}: {source}")]
    Api {
        /// What was asked for.
        what: String,
        /// Its answer.
        source: Box<kube::Error>,
    },
    /// A user that the plane was not started with.
    #[error("the plane knows no user {name:?}; it was started with {known}")]
    UnknownUser {
        /// The name.
        name: String,
        /// The known ones.
        known: String,
    },
    /// kubectl said no.
    #[error("kubectl {arguments} failed:\n{stderr}")]
    Kubectl {
        /// Its arguments.
        arguments: String,
        /// What it wrote to standard error.
        stderr: String,
    },
    /// The plane that this process shares did not start.
    #[error("this process's shared control plane did not start: {0}")]
    Shared(String),
}

impl Error {
    /// An I/O error with its place.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    /// Whether another process took a port between its choice and its use; a new start helps.
    pub(crate) fn is_port_taken(&self) -> bool {
        matches!(self, Self::Ended { log, .. } if log.contains("address already in use"))
    }
}
