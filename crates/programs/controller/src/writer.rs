//! Writes a Release's status and finalizer: the only code that does.

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;
use kube::Api;
use kube::api::{Patch, PatchParams};
use pintle_release_api::{
    ANNOTATION_REQUESTED_AT, Category, FINALIZER, Health, Phase, Reason, Release, ReleaseStatus,
};
use pintle_release_health::{Judgement, causes};
use serde_json::json;

use crate::fault::Fault;
use crate::job::Job;
use crate::memory::pack_hashes;
use crate::rollout;
use crate::status::{Facts, ObjectFact, same, status};

/// How long a version may take to become ready unless the spec says otherwise.
const PROGRESS_DEADLINE: Duration = Duration::from_secs(600);

/// As many passing faults in a row are not told of: most are over by then, and a reader could do
/// nothing about them.
const QUIET_ATTEMPTS: u32 = 2;

/// Adds our finalizer, so that the objects are removed before the Release is gone.
pub(crate) async fn add_finalizer(job: &Job<'_>) -> Result<(), Fault> {
    let mut finalizers = job.release.metadata.finalizers.clone().unwrap_or_default();
    finalizers.push(FINALIZER.to_owned());
    patch_finalizers(job, &finalizers).await
}

/// Takes our finalizer off.
pub(crate) async fn remove_finalizer(job: &Job<'_>) -> Result<(), Fault> {
    let mut finalizers = job.release.metadata.finalizers.clone().unwrap_or_default();
    finalizers.retain(|it| it != FINALIZER);
    match patch_finalizers(job, &finalizers).await {
        Err(fault) if fault.message.contains("not found") => Ok(()),
        other => other,
    }
}

/// Guarded by the resource version: a list is replaced as a whole, and others have finalizers too.
async fn patch_finalizers(job: &Job<'_>, finalizers: &[String]) -> Result<(), Fault> {
    let patch = json!({"metadata": {
        "resourceVersion": job.release.metadata.resource_version,
        "finalizers": finalizers,
    }});
    let api: Api<Release> = Api::namespaced(job.context.client.clone(), &job.namespace);
    api.patch_metadata(&job.name, &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(())
}

/// Makes the status out of what is known now, and writes it if a reader could see a difference.
/// Says also whether every object is as it should be.
///
/// `fresh`: the version went out a moment ago, and a status that only says so is held back, so
/// that a release that is ready at once costs one write.
pub(crate) async fn write_status(
    job: &mut Job<'_>,
    fault: Option<Fault>,
    fresh: bool,
) -> (Result<(), kube::Error>, bool) {
    let transient = fault.as_ref().is_some_and(|it| it.category() == Category::Transient);
    if transient && job.memory.served.is_none() && job.before.version.is_some() {
        // What is served could not be looked up: the status before is truer than an empty one.
        return (Ok(()), false);
    }
    if transient && job.memory.attempts < QUIET_ATTEMPTS {
        return (Ok(()), false);
    }
    rollout::note_finished_jobs(job);
    let objects = objects(job);
    let settled = fault.is_none() && objects.iter().all(|it| it.judgement.is_settled());
    let evidence = gather(job, &objects);
    let facts = facts(job, objects, evidence, fault);
    let mut next = status(&job.before, &facts);
    if fresh && !settled && facts.fault.is_none() && job.before.phase.is_some_and(keeps) {
        return (Ok(()), false);
    }
    if same(&job.before, &next) || (fresh && !settled && facts.fault.is_none()) {
        return (Ok(()), settled);
    }
    next.last_update_time = Some(Time(Timestamp::now()));
    let announce = announcement(&job.before, &next);
    let written = patch_status(job, &next).await;
    if written.is_ok() {
        job.memory.written = Some(next);
        job.context.metrics.status_written();
        if let Some((warning, reason, note)) = announce {
            job.context.event(job.release, warning, &reason, note).await;
        }
    }
    (written, settled)
}

/// Phases that a moment more can't mislead anybody.
fn keeps(phase: Phase) -> bool {
    matches!(phase, Phase::Progressing | Phase::Updating | Phase::Pending)
}

/// The time until the progress deadline, while there is one to wait for.
pub(crate) fn until_deadline(job: &Job<'_>) -> Option<Duration> {
    let status = job.memory.written.as_ref().unwrap_or(&job.before);
    let started = status.started_at.as_ref()?;
    let elapsed = Timestamp::now().duration_since(started.0).unsigned_abs();
    deadline(job).checked_sub(elapsed).map(|it| it + Duration::from_millis(200))
}

/// Every object of the served version, with its health now.
fn objects(job: &Job<'_>) -> Vec<ObjectFact> {
    let Some(served) = &job.memory.served else { return Vec::new() };
    let observer = &job.context.observer;
    let judge = |it: &crate::memory::ServedObject, hash: Option<u64>| {
        let record = served.jobs.get(&it.key.to_string());
        let finished = record.filter(|record| Some(&record.template) == it.template.as_ref());
        match observer.get(&it.key) {
            // Written, and not seen since: on its way.
            _ if observer.is_awaited(&it.key) => on_its_way(),
            // kstatus calls a running Job current; a release waits for its end.
            Some(seen) if it.template.is_some() && seen.judgement.job.is_none() => {
                unfinished(&seen.judgement)
            }
            Some(seen) => seen.judgement.clone(),
            // A finished Job is a fact, also when its TTL has removed it.
            None if finished.is_some_and(|it| it.succeeded) => done(),
            None if hash.is_none() => on_its_way(),
            None => Judgement::not_found(),
        }
    };
    let zipped = served.objects.iter().zip(&served.hashes);
    zipped
        .map(|(it, hash)| ObjectFact {
            key: it.key.clone(),
            gvk: it.gvk.clone(),
            component: it.component.clone(),
            judgement: judge(it, *hash),
        })
        .collect()
}

fn on_its_way() -> Judgement {
    Judgement { health: Health::InProgress, reason: Reason::Progressing, ..Judgement::not_found() }
}

fn unfinished(job: &Judgement) -> Judgement {
    let health = if job.health == Health::Current { Health::InProgress } else { job.health };
    Judgement { health, ..job.clone() }
}

fn done() -> Judgement {
    Judgement {
        health: Health::Current,
        reason: Reason::Healthy,
        message: Some("finished".to_owned()),
        available: true,
        ..Judgement::not_found()
    }
}

/// Why objects are not healthy; the pods and events of a namespace are only watched while
/// something there is not.
fn gather(job: &Job<'_>, objects: &[ObjectFact]) -> Vec<pintle_release_api::Cause> {
    let unsettled: Vec<&ObjectFact> =
        objects.iter().filter(|it| !it.judgement.is_settled()).collect();
    let observer = &job.context.observer;
    observer.need_evidence(&job.namespace, !unsettled.is_empty(), &job.reference());
    let seen: Vec<_> = unsettled.iter().filter_map(|it| observer.get(&it.key)).collect();
    causes(&observer.evidence_for(&seen))
}

fn facts<'a>(
    job: &'a Job<'_>,
    objects: Vec<ObjectFact>,
    causes: Vec<pintle_release_api::Cause>,
    fault: Option<Fault>,
) -> Facts<'a> {
    let served = job.memory.served.as_ref();
    let version = job.served_version();
    let histories = job.context.histories.of(&job.namespace, &job.name);
    let annotations = job.release.metadata.annotations.as_ref();
    let asked = annotations.and_then(|it| it.get(ANNOTATION_REQUESTED_AT).cloned());
    // Echoed when it was acted upon, and not before.
    let acted = !job.release.spec.paused
        && fault.as_ref().is_none_or(|it| it.category() == Category::Stalled);
    let asked = if acted { asked } else { job.before.requested_at.clone() };
    Facts {
        now: Timestamp::now(),
        generation: job.generation(),
        namespace: &job.namespace,
        suspend: job.release.spec.suspend,
        paused: job.release.spec.paused,
        deleting: job.release.metadata.deletion_timestamp.is_some(),
        version,
        versions: histories.into_keys().collect(),
        content_served: (fault.is_none() && !job.release.spec.paused)
            || content_is_served(job, version),
        chart: chart(job, version),
        objects,
        causes,
        fault,
        plan: job.memory.plan.clone(),
        blocked_by: job.blocked_by.clone(),
        applied: served.map(|it| pack_hashes(&it.hashes)).or_else(|| job.before.applied.clone()),
        suspended: served.map_or_else(|| job.before.suspended.clone(), |it| it.suspended.clone()),
        jobs: served.map(|it| it.jobs.clone()).unwrap_or_else(|| job.before.jobs.clone()),
        requested_at: asked,
        deadline: deadline(job),
    }
}

/// Whether the spec's content is what is served: by what this reconcile found out, or, where a
/// fault came before that, by what is known of this very generation.
fn content_is_served(job: &Job<'_>, version: Option<i64>) -> bool {
    match job.wanted {
        Some(wanted) => Some(wanted) == version,
        None => job.before.conditions.iter().any(|it| {
            it.type_ == "Ready"
                && it.status == "True"
                && it.observed_generation == Some(job.generation())
        }),
    }
}

/// The chart of the version that is served.
fn chart(job: &Job<'_>, version: Option<i64>) -> Option<pintle_release_api::ChartStatus> {
    let version = version?;
    if job.before.version == Some(version) && job.before.chart.is_some() {
        return job.before.chart.clone();
    }
    let recorded = job.context.histories.chart_of(&job.namespace, &job.name, version);
    recorded.or_else(|| job.chart.clone())
}

fn deadline(job: &Job<'_>) -> Duration {
    let text = job.release.spec.progress_deadline.as_deref();
    text.and_then(parse_duration).unwrap_or(PROGRESS_DEADLINE)
}

/// A Go duration as the schema lets it through: `1h30m`, `90s`, `500ms`, `1.5h`.
fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text;
    let mut total = Duration::ZERO;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let end = rest.find(|it: char| it.is_ascii_digit()).unwrap_or(rest.len());
        let unit = match &rest[..end] {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total = total.checked_add(Duration::try_from_secs_f64(number * unit).ok()?)?;
        rest = &rest[end..];
    }
    Some(total)
}

async fn patch_status(job: &Job<'_>, next: &ReleaseStatus) -> Result<(), kube::Error> {
    let api: Api<Release> = Api::namespaced(job.context.client.clone(), &job.namespace);
    let patch = merge_patch(&job.before, next);
    let result = api.patch_status(&job.name, &PatchParams::default(), &Patch::Merge(patch)).await;
    match result {
        // It went away meanwhile: nobody reads its status any more.
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
        other => other.map(|_| ()),
    }
}

/// The whole status; fields that are gone become null.
fn merge_patch(before: &ReleaseStatus, next: &ReleaseStatus) -> serde_json::Value {
    let object = |it: &ReleaseStatus| match serde_json::to_value(it) {
        Ok(serde_json::Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    let (before, mut next) = (object(before), object(next));
    for key in before.keys() {
        next.entry(key.clone()).or_insert(serde_json::Value::Null);
    }
    // Maps inside are merged key by key, so that keys that are gone must be nulled there too.
    for (key, value) in &mut next {
        if let Some(old) = before.get(key) {
            null_lost_keys(old, value);
        }
    }
    json!({"status": next})
}

fn null_lost_keys(before: &serde_json::Value, next: &mut serde_json::Value) {
    let (Some(before), Some(next)) = (before.as_object(), next.as_object_mut()) else { return };
    for (key, old) in before {
        match next.get_mut(key) {
            None => {
                next.insert(key.clone(), serde_json::Value::Null);
            }
            Some(value) => null_lost_keys(old, value),
        }
    }
}

/// What is worth an Event: a new phase, and what made it so.
fn announcement(before: &ReleaseStatus, next: &ReleaseStatus) -> Option<(bool, String, String)> {
    if before.phase == next.phase && first_reason(before) == first_reason(next) {
        return None;
    }
    let phase = next.phase?;
    let ready = next.conditions.iter().find(|it| it.type_ == "Ready")?;
    let failed = phase == Phase::Failed || first_reason(next).is_some();
    let version = next.version.map(|it| format!("version {it}: ")).unwrap_or_default();
    Some((failed, ready.reason.clone(), format!("{version}{}: {}", phase.as_str(), ready.message)))
}

/// What is wrong first of all; that something is about to start is nothing wrong.
fn first_reason(status: &ReleaseStatus) -> Option<Reason> {
    status.causes.first().map(|it| it.reason).filter(|it| *it != Reason::Starting)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_durations() {
        let check = |text, want: Option<u64>| {
            assert_eq!(parse_duration(text), want.map(Duration::from_millis), "{text}");
        };
        check("10m", Some(600_000));
        check("1h30m", Some(5_400_000));
        check("1.5h", Some(5_400_000));
        check("500ms", Some(500));
        check("10", None);
        check("10x", None);
    }

    #[test]
    fn a_patch_takes_back_what_is_gone() {
        let mut before =
            ReleaseStatus { version: Some(2), ready: Some("1/2".into()), ..Default::default() };
        before.jobs.insert(
            "Job/a".into(),
            pintle_release_api::JobRecord {
                uid: "u".into(),
                succeeded: true,
                template: "t".into(),
            },
        );
        let mut next = ReleaseStatus { version: Some(2), ..Default::default() };
        next.jobs.insert("Job/b".into(), before.jobs["Job/a"].clone());
        let patch = merge_patch(&before, &next);
        assert_eq!(patch["status"]["ready"], serde_json::Value::Null);
        assert_eq!(patch["status"]["jobs"]["Job/a"], serde_json::Value::Null);
        assert_eq!(patch["status"]["jobs"]["Job/b"]["uid"], "u");
    }
}
