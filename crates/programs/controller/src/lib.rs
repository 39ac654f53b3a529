//! The controller: keeps what runs as the Releases describe it.
//!
//! `reconcile.rs` is the pipeline, in order. Everything that triggers it ends in one queue
//! (`run.rs`); everything it learns ends in one status (`status.rs`); nothing is stored that could
//! lock a release.

mod admin;
mod backoff;
mod charts;
mod content;
mod context;
mod fault;
mod histories;
mod job;
mod memory;
mod metrics;
mod reconcile;
mod rollback;
mod rollout;
mod run;
mod server;
mod status;
mod teardown;
mod writer;

pub use run::{Authority, Options, run};
pub use server::{CapabilitiesError, ClusterLookup, server_capabilities};
