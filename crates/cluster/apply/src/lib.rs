//! Carries out a plan: the only code that writes workloads.
//!
//! ```text
//! Plan ── preflight (dry runs; changes nothing) ──► Checked, or refusals
//! Checked ── apply (server-side apply, wave by wave) ──► what our fields hash to now
//! Prunes ── prune (delete or orphan, with preconditions)
//! ```
//!
//! Every request is made with the rights of the release: the [`Applier`] is given a client that
//! impersonates its account.

mod account;
mod applier;
mod execute;
mod kinds;
mod preflight;
mod prune;
mod request;
mod untangle;

pub use account::impersonate;
pub use applier::{Applier, InFlight};
pub use execute::{Applied, ApplyError};
pub use kinds::{Kind, Kinds};
pub use preflight::{Checked, Preflight, Ready};
pub use request::Metadata;
