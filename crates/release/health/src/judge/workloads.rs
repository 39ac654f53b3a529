//! Rules of the kinds that run pods, from kstatus' `core.go`, in its order.

use jiff::Timestamp;
use pintle_release_api::{Reason, SUSPENDED_NODE_SELECTOR};
use serde_json::Value;

use super::{SCHEDULE_WINDOW_SECONDS, suspended};
use crate::judgement::Verdict;
use crate::read::{Condition, holds, int, items, text, time};

/// The controller's own default of `progressDeadlineSeconds` when there is none to exceed.
const NO_DEADLINE: i64 = i32::MAX as i64;

/// `stsConditions`
pub(super) fn stateful_set(object: &Value) -> Verdict {
    let wanted = int(object, "/spec/replicas", 1);
    let ready = int(object, "/status/readyReplicas", 0);
    if text(object, "/spec/updateStrategy/type") == "OnDelete" {
        return Verdict::current(format!("{ready}/{wanted}, updated on delete"));
    }
    let current = int(object, "/status/currentReplicas", 0);
    let updated = int(object, "/status/updatedReplicas", 0);
    let replicas = int(object, "/status/replicas", 0);
    let partition = int(object, "/spec/updateStrategy/rollingUpdate/partition", -1);
    if wanted > replicas {
        return Verdict::progress("LessReplicas", format!("{replicas}/{wanted} created"));
    }
    if wanted > ready {
        return Verdict::progress("LessReady", format!("{ready}/{wanted} ready"));
    }
    if replicas > wanted {
        return Verdict::progress("ExtraPods", format!("{} ending", replicas - wanted));
    }
    if partition != -1 {
        if updated < wanted - partition {
            let message = format!("{updated}/{} updated", wanted - partition);
            return Verdict::progress("PartitionRollout", message);
        }
        return Verdict::current(format!("{ready}/{wanted}, {updated} updated"));
    }
    if wanted > current {
        return Verdict::progress("LessCurrent", format!("{updated}/{wanted} updated"));
    }
    if text(object, "/status/currentRevision") != text(object, "/status/updateRevision") {
        return Verdict::progress("RevisionMismatch", format!("{updated}/{wanted} updated"));
    }
    Verdict::current(format!("{ready}/{wanted}"))
}

/// `deploymentConditions`
pub(super) fn deployment(object: &Value, read: &[Condition<'_>]) -> Verdict {
    let mut progressing = int(object, "/spec/progressDeadlineSeconds", NO_DEADLINE) == NO_DEADLINE;
    let mut available = false;
    for it in read {
        match it.kind {
            "Progressing" if it.reason == "ProgressDeadlineExceeded" => {
                let message = deployment_counts(object)
                    .map_or_else(String::new, |(_, counts)| format!("{counts}; "));
                return Verdict::failed(
                    it.reason.to_owned(),
                    Reason::DeadlineExceeded,
                    format!("{message}past its progress deadline"),
                );
            }
            "Progressing" => {
                progressing |= it.status == "True" && it.reason == "NewReplicaSetAvailable";
            }
            "Available" => available |= it.status == "True",
            _ => {}
        }
    }
    if let Some((word, message)) = deployment_counts(object) {
        return Verdict::progress(word, message);
    }
    if !progressing {
        return Verdict::progress("ReplicaSetNotAvailable", "its new pods are not available yet");
    }
    if !available {
        return Verdict::progress("DeploymentNotAvailable", "too few pods are available");
    }
    let (wanted, ready) =
        (int(object, "/spec/replicas", 1), int(object, "/status/readyReplicas", 0));
    Verdict::current(format!("{ready}/{wanted}"))
}

/// What a Deployment's counters still lack.
fn deployment_counts(object: &Value) -> Option<(&'static str, String)> {
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = int(object, "/status/replicas", 0);
    let updated = int(object, "/status/updatedReplicas", 0);
    let ready = int(object, "/status/readyReplicas", 0);
    let available = int(object, "/status/availableReplicas", 0);
    if wanted > replicas {
        Some(("LessReplicas", format!("{replicas}/{wanted} created")))
    } else if wanted > updated {
        Some(("LessUpdated", format!("{updated}/{wanted} updated")))
    } else if replicas > wanted {
        Some(("ExtraPods", format!("{wanted}/{wanted} updated, {} old ending", replicas - wanted)))
    } else if updated > available {
        Some(("LessAvailable", format!("{available}/{updated} available")))
    } else if wanted > ready {
        Some(("LessReady", format!("{ready}/{wanted} ready")))
    } else {
        None
    }
}

/// `replicasetConditions`
pub(super) fn replica_set(object: &Value, read: &[Condition<'_>]) -> Verdict {
    if let Some(it) = read.iter().find(|it| it.kind == "ReplicaFailure" && it.status == "True") {
        return Verdict::progress("ReplicaFailure", it.message);
    }
    let wanted = int(object, "/spec/replicas", 1);
    let replicas = int(object, "/status/replicas", 0);
    let ready = int(object, "/status/readyReplicas", 0);
    let available = int(object, "/status/availableReplicas", 0);
    let labelled = int(object, "/status/fullyLabeledReplicas", 0);
    if wanted > labelled {
        return Verdict::progress("LessLabelled", format!("{labelled}/{wanted} created"));
    }
    if wanted > available {
        return Verdict::progress("LessAvailable", format!("{available}/{wanted} available"));
    }
    if wanted > ready {
        return Verdict::progress("LessReady", format!("{ready}/{wanted} ready"));
    }
    if replicas > wanted {
        return Verdict::progress("ExtraPods", format!("{} ending", replicas - wanted));
    }
    Verdict::current(format!("{ready}/{wanted}"))
}

/// `daemonsetConditions`
pub(super) fn daemon_set(object: &Value) -> Result<Verdict, String> {
    for (pointer, word) in [
        ("/metadata/generation", "NoGeneration"),
        ("/status/observedGeneration", "NoObservedGeneration"),
    ] {
        if object.pointer(pointer).is_none() {
            return Ok(Verdict::progress(word, "its controller has not seen it yet"));
        }
    }
    let wanted = int(object, "/status/desiredNumberScheduled", -1);
    let scheduled = int(object, "/status/currentNumberScheduled", 0);
    let updated = int(object, "/status/updatedNumberScheduled", 0);
    let available = int(object, "/status/numberAvailable", 0);
    let ready = int(object, "/status/numberReady", 0);
    if wanted == -1 {
        return Ok(Verdict::progress(
            "NoDesiredNumber",
            "its controller has not counted nodes yet",
        ));
    }
    let off = object.pointer("/spec/template/spec/nodeSelector").and_then(Value::as_object);
    if wanted == 0 && off.is_some_and(|it| it.contains_key(SUSPENDED_NODE_SELECTOR)) {
        return Ok(if scheduled == 0 && int(object, "/status/numberMisscheduled", 0) == 0 {
            Verdict::suspended("suspended")
        } else {
            Verdict::progress("ExtraPods", "its pods are ending")
        });
    }
    Ok(if wanted > scheduled {
        Verdict::progress("LessCurrent", format!("{scheduled}/{wanted} created"))
    } else if wanted > updated {
        Verdict::progress("LessUpdated", format!("{updated}/{wanted} updated"))
    } else if wanted > available {
        Verdict::progress("LessAvailable", format!("{available}/{wanted} available"))
    } else if wanted > ready {
        Verdict::progress("LessReady", format!("{ready}/{wanted} ready"))
    } else {
        Verdict::current(format!("{ready}/{wanted}"))
    })
}

/// `podConditions`
pub(super) fn pod(
    object: &Value,
    read: &[Condition<'_>],
    now: Timestamp,
) -> Result<Verdict, String> {
    match text(object, "/status/phase") {
        "Succeeded" => Ok(Verdict::current("completed".to_owned())),
        "Failed" => Ok(Verdict::current("ended with an error".to_owned())),
        "Running" if holds(read, "Ready", "True") => Ok(Verdict::current("ready".to_owned())),
        "Running" => Ok(not_ready_pod(object)),
        "Pending" => Ok(pending_pod(object, read, now)),
        "" => Ok(Verdict::progress("PodNotObserved", "not seen by a node yet")),
        phase => Err(format!("unknown phase {phase}")),
    }
}

fn not_ready_pod(object: &Value) -> Verdict {
    let looping: Vec<&str> = items(object, "/status/containerStatuses")
        .iter()
        .filter(|it| text(it, "/state/waiting/reason") == "CrashLoopBackOff")
        .map(|it| text(it, "/name"))
        .collect();
    if looping.is_empty() {
        return Verdict::progress("PodRunningNotReady", "running, not ready");
    }
    let message = format!("crashes again and again: {}", looping.join(", "));
    Verdict::failed("ContainerCrashLooping", Reason::CrashLoop, message)
}

fn pending_pod(object: &Value, read: &[Condition<'_>], now: Timestamp) -> Verdict {
    let homeless = read
        .iter()
        .find(|it| it.kind == "PodScheduled" && it.status == "False")
        .filter(|it| it.reason == "Unschedulable");
    let Some(homeless) = homeless else {
        return Verdict::progress("PodPending", "pending");
    };
    // Go's zero time stands for a missing creation time, long ago.
    let young = time(object, "/metadata/creationTimestamp")
        .is_some_and(|it| now.as_second() - it.as_second() < SCHEDULE_WINDOW_SECONDS);
    if young {
        return Verdict::progress("PodNotScheduled", "no node yet");
    }
    let message =
        if homeless.message.is_empty() { "no node can take it" } else { homeless.message };
    Verdict::failed("PodUnschedulable", Reason::Unschedulable, message)
}

/// `jobConditions`: a Job that runs is current; one that has ended says so for ever.
pub(super) fn job(object: &Value, read: &[Condition<'_>]) -> Verdict {
    let parallelism = int(object, "/spec/parallelism", 1);
    let completions = int(object, "/spec/completions", parallelism);
    let succeeded = int(object, "/status/succeeded", 0);
    let active = int(object, "/status/active", 0);
    let failed = int(object, "/status/failed", 0);
    for it in read.iter().filter(|it| it.status == "True") {
        if it.kind == "Complete" {
            return Verdict::current(format!("completed {succeeded}/{completions}"))
                .because(Reason::Completed);
        }
        if it.kind == "Failed" {
            let limit = int(object, "/spec/backoffLimit", 6);
            let why = match it.reason {
                "BackoffLimitExceeded" => {
                    format!("gave up after {failed} failures (limit {limit})")
                }
                "DeadlineExceeded" => "ran longer than its deadline".to_owned(),
                _ if it.message.is_empty() => format!("failed: {}", it.reason),
                _ => it.message.to_owned(),
            };
            return Verdict::failed("JobFailed", Reason::JobFailed, why);
        }
    }
    if suspended(object) {
        return Verdict::suspended("suspended");
    }
    if text(object, "/status/startTime").is_empty() {
        return Verdict::progress("JobNotStarted", "not started yet");
    }
    let trouble = if failed > 0 { format!(", {failed} failed") } else { String::new() };
    Verdict::current(format!("running: {succeeded}/{completions} done, {active} active{trouble}"))
}
