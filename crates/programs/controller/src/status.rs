//! From what is known of a release to its status. Pure: the time is an argument.

use std::collections::BTreeMap;
use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use pintle_release_api::{
    Activation, ActivationCause, Category, Cause, ChartStatus, Condition, ConditionType, Health,
    InventoryEntry, JobRecord, Phase, PlanStatus, PodCounts, Reason, ReleaseStatus,
    RememberedReplicas, ResourceCounts,
};
use pintle_release_health::Judgement;
use pintle_release_manifest::{Gvk, ObjectKey};

use crate::fault::{Fault, hint};

/// The most objects that the status lists; past it, the healthy ones are left out, so that a huge
/// release stays far below the size limit of an object.
const MAX_INVENTORY: usize = 1000;
/// The most causes that the status lists.
const MAX_CAUSES: usize = 20;
/// The most moves of the version pointer that the status lists.
const MAX_ACTIVATIONS: usize = 20;

/// One object of the served version.
#[derive(Clone, Debug)]
pub(crate) struct ObjectFact {
    pub(crate) key: ObjectKey,
    pub(crate) gvk: Gvk,
    pub(crate) component: String,
    pub(crate) judgement: Judgement,
}

/// All that a status is made from.
#[derive(Clone, Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) now: Timestamp,
    pub(crate) generation: i64,
    pub(crate) namespace: &'a str,
    pub(crate) suspend: bool,
    pub(crate) paused: bool,
    pub(crate) deleting: bool,
    /// The version being served; none before the first is recorded.
    pub(crate) version: Option<i64>,
    /// The versions that are in the history.
    pub(crate) versions: Vec<i64>,
    /// Whether the content of the spec is what is served.
    pub(crate) content_served: bool,
    pub(crate) chart: Option<ChartStatus>,
    pub(crate) objects: Vec<ObjectFact>,
    /// Why objects are not healthy.
    pub(crate) causes: Vec<Cause>,
    /// What ended the reconcile early.
    pub(crate) fault: Option<Fault>,
    pub(crate) plan: Option<PlanStatus>,
    pub(crate) blocked_by: Vec<String>,
    pub(crate) applied: Option<String>,
    pub(crate) suspended: BTreeMap<String, RememberedReplicas>,
    pub(crate) jobs: BTreeMap<String, JobRecord>,
    pub(crate) requested_at: Option<String>,
    pub(crate) deadline: Duration,
}

/// The status that these facts make, given the one before.
pub(crate) fn status(before: &ReleaseStatus, facts: &Facts<'_>) -> ReleaseStatus {
    let counts = counts(&facts.objects);
    let started_at = started(before, facts);
    let late = is_late(facts, started_at.as_ref());
    let outlook = outlook(facts, counts, late);
    let mut status = ReleaseStatus {
        observed_generation: facts.generation,
        version: facts.version,
        latest_version: facts.versions.iter().max().copied().max(before.latest_version),
        phase: Some(phase(before, facts, &outlook)),
        chart: facts.chart.clone(),
        ready: facts.version.map(|_| format!("{}/{}", counts.ready, counts.total)),
        conditions: Vec::new(),
        resources: counts,
        components: components(&facts.objects),
        causes: all_causes(before, facts, late),
        pods: pods(&facts.objects),
        inventory: inventory(facts),
        activations: activations(before, facts),
        healthy_versions: healthy_versions(before, facts, &outlook),
        plan: facts.plan.clone().or_else(|| before.plan.clone()),
        blocked_by: facts.blocked_by.clone(),
        applied: facts.applied.clone(),
        suspended: facts.suspended.clone(),
        jobs: facts.jobs.clone(),
        requested_at: facts.requested_at.clone(),
        started_at,
        last_update_time: before.last_update_time.clone(),
    };
    status.conditions = conditions(before, facts, &outlook, &status);
    status
}

/// Whether two statuses read the same: the time of the last update is no change by itself.
pub(crate) fn same(a: &ReleaseStatus, b: &ReleaseStatus) -> bool {
    let timeless = |it: &ReleaseStatus| ReleaseStatus { last_update_time: None, ..it.clone() };
    timeless(a) == timeless(b)
}

/// The verdict on the release as a whole.
struct Outlook {
    reason: Reason,
    message: String,
    ready: bool,
    available: bool,
    reconciling: bool,
    stalled: bool,
}

fn outlook(facts: &Facts<'_>, counts: ResourceCounts, late: bool) -> Outlook {
    let settled = facts.objects.iter().all(|it| it.judgement.is_settled());
    let available =
        facts.version.is_some() && facts.objects.iter().all(|it| it.judgement.available);
    let base = Outlook {
        reason: Reason::Progressing,
        message: format!("{} of {} objects are ready", counts.ready, counts.total),
        ready: false,
        available,
        reconciling: true,
        stalled: false,
    };
    if facts.deleting {
        let message = match facts.blocked_by.first() {
            Some(first) => format!("waits for {first}"),
            None => "its objects are being removed".to_owned(),
        };
        return Outlook { reason: Reason::Deleting, message, ..base };
    }
    if let Some(fault) = &facts.fault {
        let stalled = fault.category() == Category::Stalled;
        let (reason, message) = (fault.reason, fault.message.clone());
        return match fault.category() {
            // A passing fault changes nothing that a reader should worry about.
            Category::Transient if settled && facts.content_served => {
                Outlook { reason, message, ready: true, reconciling: true, ..base }
            }
            _ => Outlook { reason, message, stalled, reconciling: !stalled, ..base },
        };
    }
    match facts {
        Facts { version: None, .. } => base,
        Facts { paused: true, .. } => Outlook {
            reason: Reason::Paused,
            message: "only observed, as asked".to_owned(),
            ready: settled && facts.content_served,
            reconciling: false,
            ..base
        },
        _ if settled && facts.suspend => Outlook {
            reason: Reason::Suspended,
            message: "scaled to nothing, as asked".to_owned(),
            reconciling: false,
            ..base
        },
        _ if settled => Outlook {
            reason: if is_batch(facts) { Reason::Completed } else { Reason::Healthy },
            message: format!("all {} objects are ready", counts.total),
            ready: true,
            reconciling: false,
            ..base
        },
        _ if late => Outlook {
            reason: Reason::DeadlineExceeded,
            message: match facts.causes.first() {
                Some(cause) => format!("not ready in time: {}", cause.message),
                None => format!("not ready in time: {}", base.message),
            },
            // Stalled, so that those who wait by kstatus do not wait for ever.
            stalled: true,
            reconciling: false,
            ..base
        },
        _ => match facts.causes.first() {
            Some(cause) => Outlook { message: cause.message.clone(), ..base },
            None => base,
        },
    }
}

/// The first phase that holds.
fn phase(before: &ReleaseStatus, facts: &Facts<'_>, outlook: &Outlook) -> Phase {
    let healthy = facts.version.is_some_and(|it| before.healthy_versions.contains(&it));
    if facts.deleting {
        Phase::Deleting
    } else if facts.suspend && outlook.reason == Reason::Suspended {
        Phase::Suspended
    } else if outlook.stalled {
        Phase::Failed
    } else if facts.version.is_none() || waits_for_input(facts) {
        Phase::Pending
    } else if outlook.ready {
        if is_batch(facts) { Phase::Succeeded } else { Phase::Running }
    } else if !healthy && !before.healthy_versions.is_empty() {
        Phase::Updating
    } else {
        Phase::Progressing
    }
}

fn waits_for_input(facts: &Facts<'_>) -> bool {
    let reason = facts.fault.as_ref().map(|it| it.reason);
    matches!(reason, Some(Reason::ValuesMissing | Reason::ChartMissing)) && !facts.content_served
}

/// Nothing but finished Jobs (and what they need).
fn is_batch(facts: &Facts<'_>) -> bool {
    let workload = |it: &&ObjectFact| it.judgement.pods.is_some() || it.key.group == "batch";
    let mut workloads = facts.objects.iter().filter(workload).peekable();
    workloads.peek().is_some()
        && workloads.all(|it| it.key.kind == "Job" && it.judgement.health == Health::Current)
}

fn is_late(facts: &Facts<'_>, started_at: Option<&Time>) -> bool {
    started_at.is_some_and(|it| {
        let elapsed = facts.now.duration_since(it.0);
        elapsed.unsigned_abs() > facts.deadline && !elapsed.is_negative()
    })
}

/// The time since which the version goes out; it begins anew with each version, and when objects
/// that were healthy are not.
fn started(before: &ReleaseStatus, facts: &Facts<'_>) -> Option<Time> {
    facts.version?;
    let was_ready = before.conditions.iter().any(|it| it.type_ == "Ready" && it.status == "True");
    let same = before.version == facts.version
        && before.observed_generation == facts.generation
        && (!was_ready || facts.objects.iter().all(|it| it.judgement.is_settled()));
    before.started_at.clone().filter(|_| same).or(Some(Time(facts.now)))
}

fn counts(objects: &[ObjectFact]) -> ResourceCounts {
    let mut counts = ResourceCounts::default();
    for object in objects {
        counts.total += 1;
        match object.judgement.health {
            Health::Current | Health::Suspended => counts.ready += 1,
            Health::Failed => counts.failed += 1,
            Health::InProgress | Health::Terminating | Health::NotFound | Health::Unknown => {
                counts.progressing += 1;
            }
        }
    }
    counts
}

fn components(objects: &[ObjectFact]) -> BTreeMap<String, BTreeMap<String, BTreeMap<String, i32>>> {
    let mut components: BTreeMap<String, BTreeMap<String, BTreeMap<String, i32>>> = BTreeMap::new();
    for object in objects {
        let kinds = components.entry(object.component.clone()).or_default();
        let healths = kinds.entry(object.key.kind.clone()).or_default();
        *healths.entry(object.judgement.health.as_str().to_owned()).or_default() += 1;
    }
    components
}

fn pods(objects: &[ObjectFact]) -> Option<PodCounts> {
    let all = objects.iter().filter_map(|it| it.judgement.pods);
    all.fold(None, |sum: Option<PodCounts>, it| {
        let sum = sum.unwrap_or_default();
        Some(PodCounts { desired: sum.desired + it.desired, ready: sum.ready + it.ready })
    })
}

fn inventory(facts: &Facts<'_>) -> Vec<InventoryEntry> {
    let fold = facts.objects.len() > MAX_INVENTORY;
    let listed = facts.objects.iter().filter(|it| !fold || !it.judgement.is_settled());
    let entry = |it: &ObjectFact| InventoryEntry {
        api_version: it.gvk.api_version(),
        kind: it.key.kind.clone(),
        namespace: Some(it.key.namespace.clone())
            .filter(|it| !it.is_empty() && it != facts.namespace),
        name: it.key.name.clone(),
        component: it.component.clone(),
        health: it.judgement.health,
        message: it.judgement.message.clone(),
    };
    listed.take(MAX_INVENTORY).map(entry).collect()
}

fn all_causes(before: &ReleaseStatus, facts: &Facts<'_>, late: bool) -> Vec<Cause> {
    let mut causes = facts.fault.as_ref().map(Fault::causes).unwrap_or_default();
    causes.extend(facts.causes.iter().cloned());
    for cause in causes.iter_mut().filter(|it| late && it.reason == Reason::Starting) {
        cause.reason = Reason::DeadlineExceeded;
        cause.message = format!("not ready in time: {}", cause.message);
        cause.hint = hint(Reason::DeadlineExceeded);
    }
    if causes.is_empty() && late {
        let unready = facts.objects.iter().filter(|it| !it.judgement.is_settled());
        causes.extend(unready.map(|it| Cause {
            object: Some(it.key.to_string()),
            reason: Reason::DeadlineExceeded,
            message: format!(
                "{} is not ready in time{}",
                it.key,
                it.judgement.message.as_ref().map(|it| format!(": {it}")).unwrap_or_default()
            ),
            hint: hint(Reason::DeadlineExceeded),
            since: None,
        }));
    }
    causes.truncate(MAX_CAUSES);
    for cause in &mut causes {
        // The same cause keeps the time since which it is known.
        let known = before.causes.iter().find(|it| {
            (&it.object, it.reason, &it.message) == (&cause.object, cause.reason, &cause.message)
        });
        let since = known.and_then(|it| it.since.clone()).or(cause.since.take());
        cause.since = since.or(Some(Time(facts.now)));
    }
    causes
}

fn activations(before: &ReleaseStatus, facts: &Facts<'_>) -> Vec<Activation> {
    let mut all = before.activations.clone();
    if let Some(version) = facts.version
        && before.version != Some(version)
    {
        let by = match before.version {
            None => ActivationCause::Install,
            Some(from) if version < from => ActivationCause::Rollback,
            Some(_) => ActivationCause::Upgrade,
        };
        all.insert(0, Activation { version, at: Time(facts.now), by, from: before.version });
        all.truncate(MAX_ACTIVATIONS);
    }
    all
}

fn healthy_versions(before: &ReleaseStatus, facts: &Facts<'_>, outlook: &Outlook) -> Vec<i64> {
    let mut healthy = before.healthy_versions.clone();
    // Those that were trimmed can't be gone back to, and the list must have an end.
    healthy.retain(|it| facts.versions.contains(it) || facts.version == Some(*it));
    if let Some(version) = facts.version
        && outlook.ready
        && !facts.paused
        && !healthy.contains(&version)
    {
        healthy.push(version);
        healthy.sort_unstable();
    }
    healthy
}

fn conditions(
    before: &ReleaseStatus,
    facts: &Facts<'_>,
    outlook: &Outlook,
    status: &ReleaseStatus,
) -> Vec<Condition> {
    let available = if outlook.available {
        (Reason::Healthy, "every workload serves its minimum".to_owned())
    } else {
        let missing = facts.objects.iter().find(|it| !it.judgement.available);
        let message = match (missing, status.version) {
            (Some(object), _) => format!("{} does not serve its minimum", object.key),
            (None, _) => "nothing is deployed yet".to_owned(),
        };
        (Reason::NotReady, message)
    };
    let of = |kind: ConditionType, holds: bool, reason: Reason, message: String| {
        let state = if holds { "True" } else { "False" };
        let known = before
            .conditions
            .iter()
            .find(|it| it.type_ == kind.as_str() && it.status == state)
            .map(|it| it.last_transition_time.clone());
        Condition {
            type_: kind.as_str().to_owned(),
            status: state.to_owned(),
            reason: reason.as_str().to_owned(),
            message,
            observed_generation: Some(facts.generation),
            last_transition_time: known.unwrap_or(Time(facts.now)),
        }
    };
    let main = || (outlook.reason, outlook.message.clone());
    let (ready, reconciling, stalled) = (main(), main(), main());
    vec![
        of(ConditionType::Ready, outlook.ready, ready.0, ready.1),
        of(ConditionType::Available, outlook.available, available.0, available.1),
        of(ConditionType::Reconciling, outlook.reconciling, reconciling.0, reconciling.1),
        of(ConditionType::Stalled, outlook.stalled, stalled.0, stalled.1),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(version: i64, versions: &[i64]) -> Facts<'static> {
        Facts {
            now: Timestamp::UNIX_EPOCH,
            generation: 1,
            namespace: "team-a",
            suspend: false,
            paused: false,
            deleting: false,
            version: Some(version),
            versions: versions.to_vec(),
            content_served: true,
            chart: None,
            objects: Vec::new(),
            causes: Vec::new(),
            fault: None,
            plan: None,
            blocked_by: Vec::new(),
            applied: None,
            suspended: BTreeMap::new(),
            jobs: BTreeMap::new(),
            requested_at: None,
            deadline: Duration::from_secs(600),
        }
    }

    #[test]
    fn healthy_versions_are_those_of_the_history() {
        let mut before = ReleaseStatus::default();
        for version in 1..=50 {
            let first = (version - 9).max(1);
            before = status(&before, &facts(version, &(first..=version).collect::<Vec<_>>()));
        }
        assert_eq!(before.healthy_versions, (41..=50).collect::<Vec<_>>());
        assert_eq!(before.latest_version, Some(50));
        // Nothing is forgotten of what is served, and no number is, ever.
        let lost = status(&before, &facts(50, &[]));
        assert_eq!((lost.healthy_versions, lost.latest_version), (vec![50], Some(50)));
    }

    #[test]
    fn a_passing_fault_is_no_failure() {
        let before = status(&ReleaseStatus::default(), &facts(1, &[1]));
        let fault = Some(Fault::transient("the API server did not answer"));
        for content_served in [true, false] {
            let fault = fault.clone();
            let now = status(&before, &Facts { fault, content_served, ..facts(1, &[1]) });
            let holds =
                |kind| now.conditions.iter().any(|it| it.type_ == kind && it.status == "True");
            assert_ne!(now.phase, Some(Phase::Failed));
            assert!(!holds("Stalled") && holds("Reconciling") && holds("Available"));
            assert_eq!(holds("Ready"), content_served, "what is served is as good as before");
        }
    }

    #[test]
    fn what_starts_for_too_long_is_late() {
        let object = ObjectFact {
            key: pintle_release_manifest::ObjectKey {
                group: "apps".to_owned(),
                kind: "Deployment".to_owned(),
                namespace: "team-a".to_owned(),
                name: "web".to_owned(),
            },
            gvk: pintle_release_manifest::Gvk::new("apps/v1", "Deployment"),
            component: String::new(),
            judgement: Judgement { health: Health::InProgress, ..Judgement::not_found() },
        };
        let starting = Cause {
            object: Some("Deployment/web".to_owned()),
            reason: Reason::Starting,
            message: "pod web-1: container \"web\" has started and is not ready yet".to_owned(),
            hint: None,
            since: None,
        };
        let at = |before: &ReleaseStatus, seconds| {
            let now = Timestamp::from_second(seconds).unwrap();
            let (objects, causes) = (vec![object.clone()], vec![starting.clone()]);
            status(before, &Facts { now, objects, causes, ..facts(1, &[1]) })
        };
        let first = at(&ReleaseStatus::default(), 0);
        assert_eq!(
            (first.phase, first.causes[0].reason),
            (Some(Phase::Progressing), Reason::Starting)
        );
        let late = at(&first, 601);
        assert_eq!(late.phase, Some(Phase::Failed));
        let cause = &late.causes[0];
        assert_eq!(cause.reason, Reason::DeadlineExceeded);
        assert_eq!(cause.message, format!("not ready in time: {}", starting.message));
        assert!(cause.hint.is_some());
    }
}
