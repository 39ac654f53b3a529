//! From a live object to its health, and from what surrounds it to the cause of what is wrong.
//!
//! Everything here is a function: no client, no clock (the time is an argument). `cluster/observe`
//! gathers, this crate judges, so that every rule and every cause is a row of a test.
//!
//! [`judge`] mirrors kstatus (`cli-utils`, `pkg/kstatus/status`), the rules that `kubectl wait`-like
//! tools share, and adds `Suspended` and a short message for people. [`causes`] turns the pods,
//! events and claims around unhealthy workloads into one sentence each.

mod causes;
mod event_rules;
mod facts;
mod image;
mod judge;
mod judgement;
mod pod_rules;
mod read;

pub use causes::{Evidence, MAX_CAUSES, MAX_SENTENCE, causes};
pub use facts::{
    ClaimFacts, ContainerFacts, Ending, EventFacts, Owner, PodFacts, ReplicaSetFacts, Unscheduled,
    Waiting,
};
pub use judge::{SCHEDULE_WINDOW_SECONDS, judge};
pub use judgement::{FinishedJob, Judgement, Pods};
