//! A private control plane for tests and for the demo: etcd, kube-apiserver, kube-controller-manager
//! and kube-scheduler for real, nodes and pods simulated by kwok.
//!
//! [`Plane::start`] finds or builds the binaries (see [`ensure_binaries`]), boots them on free
//! loopback ports in a directory of their own, and returns when everything is ready.
//! [`Plane::shared`] gives all tests of a process one plane.
//!
//! Nothing outlives the process that started it, even when it is killed: each component ends when
//! its standard input reaches end of file, and this process holds the other end. The directories of
//! planes that died without cleaning up are removed at the next start.
//!
//! # What simulated pods do
//!
//! By default a pod is Running and Ready at once; one with `restartPolicy: Never` or `OnFailure`
//! then succeeds. What goes wrong is said in the pod's annotations:
//!
//! | annotation | value |
//! |---|---|
//! | `plane.pintle.dev/simulate` | `image-pull-error`, `crash-loop`, `never-ready`, `slow-start`, `job-failure` |
//! | `plane.pintle.dev/container` | the container that fails (all of them, if absent) |
//! | `plane.pintle.dev/delay` | how long a slow start takes (`5s`), how long a Job's pod runs (`500ms`) |
//! | `plane.pintle.dev/exit-code`, `…/reason`, `…/message` | how a crashing container ends (`1`, `Error`, none); the message is also the failing probe's |
//! | `plane.pintle.dev/termination-delay` | how long a deleted pod lingers (not at all) |
//!
//! Without any annotation, an image can't be pulled whose tag is `missing` or ends in `-missing`
//! (not found), or whose registry is a host under `.invalid` (no such host). A pod heals when its
//! annotation is removed. What can't be scheduled is decided by the real scheduler: a node has
//! 1000 CPUs and 1 TiB of memory.

mod binaries;
mod boot;
mod certificates;
mod embedded;
mod error;
mod kubeconfig;
mod options;
mod plane;
mod processes;
mod seed;
mod stages;
mod workdir;

pub use binaries::ensure_binaries;
pub use error::Error;
pub use options::{Options, Progress};
pub use plane::{KubectlOutput, Plane};

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
