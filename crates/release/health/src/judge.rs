//! The judge: kstatus' order of rules, from `Compute` in `pkg/kstatus/status/status.go`.

use jiff::Timestamp;
use pintle_release_api::{Health, Reason};
use serde_json::Value;

use crate::judgement::{FinishedJob, Judgement, Pods, Verdict};
use crate::read::{Condition, conditions, find, flag, holds, int, text};

mod others;
mod workloads;

/// How long a pod may be without a node before it counts as unschedulable: kstatus'
/// `ScheduleWindow`.
pub const SCHEDULE_WINDOW_SECONDS: i64 = 15;

/// Judges a live object (`apiVersion`, `kind`, `metadata`, `spec`, `status`), as of `now`.
///
/// The order is kstatus': deletion, generation, the standard conditions `Reconciling` and
/// `Stalled`, the rules of built-in kinds, a condition `Ready`; what has none of these is current.
#[must_use]
pub fn judge(object: &Value, now: Timestamp) -> Judgement {
    let (group, kind) = group_and_kind(object);
    let verdict = decide(object, group, kind, now).unwrap_or_else(Verdict::unknown);
    let read = conditions(object).unwrap_or_default();
    let pods = pods(object, group, kind);
    Judgement {
        health: verdict.health,
        reason: verdict.reason,
        message: verdict.message,
        generation_seen: !matches!(generation(object), Ok(Some(_))),
        job: finished_job(object, group, kind, &read),
        available: available(object, group, kind, &read, pods),
        pods,
        has_status: object.get("status").is_some_and(|it| !is_empty(it)),
    }
}

/// The word kstatus would put into its condition, with its status: what its own table checks.
#[cfg(test)]
pub(crate) fn in_kstatus_words(object: &Value, now: Timestamp) -> (Health, String) {
    let (group, kind) = group_and_kind(object);
    let verdict = decide(object, group, kind, now).unwrap_or_else(Verdict::unknown);
    (verdict.health, verdict.word.into_owned())
}

fn group_and_kind(object: &Value) -> (&str, &str) {
    let api_version = text(object, "/apiVersion");
    (api_version.split_once('/').map_or("", |(group, _)| group), text(object, "/kind"))
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty)
}

fn decide(object: &Value, group: &str, kind: &str, now: Timestamp) -> Result<Verdict, String> {
    if let Some(verdict) = generic(object)? {
        return Ok(verdict);
    }
    let read = conditions(object)?;
    match (group, kind) {
        ("", "Service") => Ok(others::service(object)),
        ("", "Pod") => workloads::pod(object, &read, now),
        ("", "PersistentVolumeClaim") => Ok(others::claim(object)),
        ("apps", "StatefulSet") => Ok(workloads::stateful_set(object)),
        ("apps" | "extensions", "DaemonSet") => workloads::daemon_set(object),
        ("apps" | "extensions", "Deployment") => Ok(workloads::deployment(object, &read)),
        ("apps" | "extensions", "ReplicaSet") => Ok(workloads::replica_set(object, &read)),
        ("", "Secret" | "ConfigMap") => Ok(Verdict::current(None)),
        ("policy", "PodDisruptionBudget") => Ok(others::disruption_budget(object)),
        ("batch", "CronJob") => Ok(others::cron_job(object)),
        ("batch", "Job") => Ok(workloads::job(object, &read)),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => Ok(others::definition(&read)),
        ("apiregistration.k8s.io", "APIService") => Ok(others::api_service(&read)),
        ("networking.k8s.io" | "extensions", "Ingress") => Ok(others::ingress(object)),
        ("autoscaling", "HorizontalPodAutoscaler") => Ok(others::autoscaler(object)),
        _ => Ok(ready_condition(&read).unwrap_or_else(|| Verdict::current(None))),
    }
}

/// kstatus' `checkGenericProperties`.
fn generic(object: &Value) -> Result<Option<Verdict>, String> {
    if !text(object, "/metadata/deletionTimestamp").is_empty() {
        return Ok(Some(Verdict {
            health: Health::Terminating,
            reason: Reason::ObjectTerminating,
            word: "".into(),
            message: Some(terminating_message(object)),
        }));
    }
    if let Some(_behind) = generation(object)? {
        let word = "LatestGenerationNotObserved";
        return Ok(Some(Verdict::progress(word, "its controller has not seen the change yet")));
    }
    for it in conditions(object)? {
        match (it.kind, it.status) {
            ("Reconciling", "True") => {
                return Ok(Some(Verdict::progress(it.reason.to_owned(), it.message)));
            }
            ("Stalled", "True") => {
                let word = it.reason.to_owned();
                return Ok(Some(Verdict::failed(word, Reason::NotReady, it.message)));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn terminating_message(object: &Value) -> String {
    let finalizers: Vec<&str> = crate::read::items(object, "/metadata/finalizers")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    if finalizers.is_empty() {
        "being deleted".to_owned()
    } else {
        format!("being deleted; waits for {}", finalizers.join(", "))
    }
}

/// kstatus' `checkGeneration`: how far the controller is behind, if it is.
fn generation(object: &Value) -> Result<Option<i64>, String> {
    let read = |pointer: &str| match object.pointer(pointer) {
        None => Ok(None),
        Some(value) => value
            .as_i64()
            .map(Some)
            .ok_or_else(|| format!("{} is not an integer", pointer[1..].replace('/', "."))),
    };
    let Some(generation) = read("/metadata/generation")? else { return Ok(None) };
    let Some(observed) = read("/status/observedGeneration")? else { return Ok(None) };
    Ok(Some(generation - observed).filter(|it| *it != 0))
}

/// kstatus' `checkReadyCondition`.
fn ready_condition(read: &[Condition<'_>]) -> Option<Verdict> {
    read.iter().filter(|it| it.kind == "Ready").find_map(|it| match it.status {
        "True" => Some(Verdict::current(None)),
        "False" | "Unknown" => {
            let word = it.reason.to_owned();
            Some(Verdict::progress(word, it.message).because(Reason::NotReady))
        }
        _ => None,
    })
}

fn finished_job(
    object: &Value,
    group: &str,
    kind: &str,
    read: &[Condition<'_>],
) -> Option<FinishedJob> {
    if (group, kind) != ("batch", "Job") {
        return None;
    }
    let ended =
        read.iter().find(|it| matches!(it.kind, "Complete" | "Failed") && it.status == "True")?;
    Some(FinishedJob {
        uid: text(object, "/metadata/uid").to_owned(),
        succeeded: ended.kind == "Complete",
    })
}

fn pods(object: &Value, group: &str, kind: &str) -> Option<Pods> {
    let count = |pointer: &str, default| i32::try_from(int(object, pointer, default)).unwrap_or(0);
    match (group, kind) {
        ("apps" | "extensions", "Deployment" | "StatefulSet" | "ReplicaSet")
        | ("", "ReplicationController") => {
            let desired = count("/spec/replicas", 1);
            Some(Pods { desired, ready: count("/status/readyReplicas", 0).min(desired) })
        }
        ("apps" | "extensions", "DaemonSet") => {
            let desired = count("/status/desiredNumberScheduled", 0);
            Some(Pods { desired, ready: count("/status/numberReady", 0).min(desired) })
        }
        ("", "Pod") => {
            let done = matches!(text(object, "/status/phase"), "Succeeded" | "Failed");
            let read = conditions(object).unwrap_or_default();
            let ready = i32::from(holds(&read, "Ready", "True"));
            (!done).then_some(Pods { desired: 1, ready })
        }
        _ => None,
    }
}

/// Whether a workload serves its promised minimum: a Deployment says so itself; a `StatefulSet` and
/// a `DaemonSet` may lose one pod to a rolling update, but not their last.
fn available(
    object: &Value,
    group: &str,
    kind: &str,
    read: &[Condition<'_>],
    pods: Option<Pods>,
) -> bool {
    let Some(pods) = pods else { return true };
    if pods.desired == 0 {
        return kind != "DaemonSet" || object.pointer("/status/desiredNumberScheduled").is_some();
    }
    match (group, kind) {
        ("apps" | "extensions", "Deployment") => {
            find(read, "Available").is_some_and(|it| it.status == "True")
        }
        ("apps" | "extensions", "StatefulSet" | "DaemonSet") => {
            pods.ready >= (pods.desired - 1).max(1)
        }
        _ => pods.ready >= pods.desired,
    }
}

/// Whether `spec.suspend` is set.
fn suspended(object: &Value) -> bool {
    flag(object, "/spec/suspend")
}

#[cfg(test)]
mod tests;
