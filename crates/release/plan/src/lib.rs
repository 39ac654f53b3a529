//! Decides what has to happen to objects. Pure: facts in, a plan out.
//!
//! ```text
//! Object ── normalise ──► Desired ─┐
//! what we applied before ──────────┼── plan ──► Plan: waves of steps, and what is pruned
//! what is there (Live) ────────────┘
//! the API server's answer ── refusal / conflict ──► what it means for the plan
//! ```

mod conflict;
mod fields;
mod normalise;
mod order;
mod ownership;
mod plan;
mod refusal;
mod suspend;

pub use conflict::{Conflict, Settlement, conflicts, settle};
pub use fields::{Replicas, SentReplicas, has_replicas, send_replicas, wanted_replicas};
pub use normalise::{Desired, NormaliseError, Owner, Scope, normalise, template_hash};
pub use order::{RANK_CRD, RANK_NAMESPACE, rank};
pub use ownership::{Ownership, our_entry, ownership};
pub use plan::{Action, Applied, FinishedJob, Intent, Live, Plan, Prune, PruneMode, Step, plan};
pub use refusal::{Answer, Refusal, Verdict, classify};
pub use suspend::suspend;
