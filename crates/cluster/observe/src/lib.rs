//! What happens to the objects of all releases: one watch per kind, and what it tells.
//!
//! The front door is [`Observer`]. It holds, for every release together, one label-scoped watch
//! per kind in use, and keeps of each object the few fields a reconcile could care about
//! ([`Observed`]): its health, whether it is provably ours, and a hash of the fields we own
//! ([`owned_hash`]), which is all that drift detection needs. When one of these changes, the
//! release is sent through the channel given to [`Observer::start`]; a mere new resourceVersion
//! sends nothing.
//!
//! Beside these run a watch of autoscalers (whose targets' replicas are left alone), metadata
//! watches of the Secrets and ConfigMaps that releases refer to, and, only while something in a
//! namespace is not well, watches of its pods, ReplicaSets, claims and warning Events.
//!
//! Nothing here writes to the cluster.

mod counters;
mod error;
mod evidence;
mod gather;
mod live;
mod observed;
mod observer;
mod owned;
mod references;
mod scale;
mod store;
mod stream;

pub use counters::Counters;
pub use error::ObserveError;
pub use evidence::{MAX_OPEN_NAMESPACES, OPEN_AFTER};
pub use gather::{MAX_EVENTS, MAX_PODS, MAX_PODS_PER_OBJECT};
pub use observed::{Observed, ReleaseRef, Watched};
pub use observer::{Hold, Observer, SYNC_DEADLINE};
pub use owned::owned_hash;
pub use references::MAX_REFERENCES;
pub use store::{MAX_GONE, MAX_NOTES};
