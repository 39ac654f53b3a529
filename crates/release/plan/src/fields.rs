//! Fields that others own by design: a replica count belongs to the autoscaler that targets it.

use pintle_release_manifest::ObjectKey;
use serde_json::Value;

use crate::Desired;

/// What is known of a live workload's replica count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replicas {
    /// The live count.
    pub live: Option<i64>,
    /// Whether another manager than us owns the field.
    pub owned_by_other: bool,
    /// Whether an autoscaler targets the workload.
    pub scaled: bool,
    /// The count that was remembered when the release was suspended.
    pub remembered: Option<i64>,
}

/// How the replica count goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentReplicas {
    /// As the chart says.
    AsRendered,
    /// This value, until the autoscaler owns the field: a field that only we own falls to its
    /// default (1!) when it is dropped.
    Value(i64),
    /// Not at all: it belongs to the autoscaler.
    LeftOut,
}

/// Whether objects of this kind have `/spec/replicas`.
#[must_use]
pub fn has_replicas(key: &ObjectKey) -> bool {
    key.group == "apps" && matches!(key.kind.as_str(), "Deployment" | "StatefulSet" | "ReplicaSet")
}

/// Decides how a workload's replica count goes out.
#[must_use]
pub fn wanted_replicas(facts: Replicas) -> SentReplicas {
    let Replicas { live, owned_by_other, scaled, remembered } = facts;
    match live {
        _ if !scaled => SentReplicas::AsRendered,
        None => SentReplicas::AsRendered,
        // Suspended until now: an autoscaler leaves a workload at zero alone, so wake it.
        Some(0) => remembered.map_or(SentReplicas::AsRendered, SentReplicas::Value),
        Some(_) if owned_by_other => SentReplicas::LeftOut,
        Some(live) => SentReplicas::Value(live),
    }
}

/// Puts the decision into the body.
pub fn send_replicas(desired: &mut Desired, sent: SentReplicas) {
    let Some(spec) = desired.body.get_mut("spec").and_then(Value::as_object_mut) else { return };
    match sent {
        SentReplicas::AsRendered => {}
        SentReplicas::Value(count) => {
            spec.insert("replicas".into(), count.into());
        }
        SentReplicas::LeftOut => {
            spec.remove("replicas");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_replica_count_is_yielded_without_falling_to_one() {
        let check = |live, owned_by_other, scaled, remembered, want| {
            let facts = Replicas { live, owned_by_other, scaled, remembered };
            assert_eq!(wanted_replicas(facts), want, "{facts:?}");
        };
        check(Some(5), true, false, None, SentReplicas::AsRendered);
        check(None, false, true, None, SentReplicas::AsRendered);
        check(Some(5), false, true, None, SentReplicas::Value(5));
        check(Some(5), true, true, None, SentReplicas::LeftOut);
        check(Some(0), false, true, Some(4), SentReplicas::Value(4));
        check(Some(0), true, true, None, SentReplicas::AsRendered);
    }
}
