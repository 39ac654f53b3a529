//! From evidence to causes: the first thing that is wrong with each workload, worst first.

use std::collections::BTreeMap;

use jiff::Timestamp;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use pintle_release_api::{Cause, Health, Reason};
use pintle_release_manifest::ObjectKey;

use crate::facts::{ClaimFacts, EventFacts, PodFacts, ReplicaSetFacts};
use crate::judgement::Judgement;
use crate::{event_rules, pod_rules};

/// As many causes as a status holds.
pub const MAX_CAUSES: usize = 20;
/// As many characters as a cause's sentence has; what is longer is cut.
pub const MAX_SENTENCE: usize = 400;

/// An object that is not healthy, and what was found around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The object.
    pub object: ObjectKey,
    /// What the judge says of it.
    pub judgement: Judgement,
    /// The pods it owns, by way of its `ReplicaSet`s or itself.
    pub pods: Vec<PodFacts>,
    /// The `ReplicaSet`s it owns.
    pub replica_sets: Vec<ReplicaSetFacts>,
    /// The claims its pods mount, or the claim it is.
    pub claims: Vec<ClaimFacts>,
    /// Warning Events about any of these, and about itself.
    pub events: Vec<EventFacts>,
}

/// One finding: how early it stands in the chain of causes, and the sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) reason: Reason,
    pub(crate) message: String,
    pub(crate) since: Option<Timestamp>,
}

impl Finding {
    pub(crate) fn new(reason: Reason, message: String, since: Option<Timestamp>) -> Self {
        Finding { reason, message, since }
    }
}

/// The first cause of each unhealthy object, worst first, at most [`MAX_CAUSES`].
#[must_use]
pub fn causes(evidence: &[Evidence]) -> Vec<Cause> {
    let mut found: BTreeMap<String, (u8, bool, Cause)> = BTreeMap::new();
    for it in evidence {
        let Some(finding) = first_cause(it) else { continue };
        let rank = rank(finding.reason);
        let healing = it.judgement.health != Health::Failed;
        let cause = Cause {
            object: Some(it.object.to_string()),
            reason: finding.reason,
            message: shorten(&finding.message),
            hint: Some(finding.reason.remedy().to_owned()).filter(|it| !it.is_empty()),
            since: finding.since.map(Time),
        };
        found.insert(it.object.id(), (rank, healing, cause));
    }
    let mut sorted: Vec<(u8, bool, Cause)> = found.into_values().collect();
    // A stable sort: equals stay in the order of their keys, so that a status does not flicker.
    sorted.sort_by_key(|(rank, healing, _)| (*rank, *healing));
    sorted.into_iter().map(|(_, _, cause)| cause).take(MAX_CAUSES).collect()
}

/// Where in the life of a pod it goes wrong: what comes first hides what comes later.
fn rank(reason: Reason) -> u8 {
    match reason {
        Reason::Forbidden | Reason::AdmissionDenied => 0,
        Reason::QuotaExceeded => 1,
        Reason::ConfigMissing => 2,
        Reason::ImagePull => 3,
        Reason::CrashLoop => 4,
        Reason::JobFailed => 5,
        Reason::VolumePending => 6,
        Reason::Unschedulable => 7,
        Reason::NodeProblem => 8,
        Reason::ProbeFailed => 9,
        Reason::DeadlineExceeded => 11,
        Reason::Starting => 12,
        _ => 10,
    }
}

fn first_cause(evidence: &Evidence) -> Option<Finding> {
    if matches!(evidence.judgement.health, Health::Current | Health::Suspended) {
        return None;
    }
    let mut findings = event_rules::creation(evidence);
    findings.extend(pod_rules::all(evidence));
    findings.extend(event_rules::claims(evidence));
    let best = findings.into_iter().min_by_key(|it| rank(it.reason));
    // That something starts is no cause where the object itself has one to tell.
    match best.map(|it| with_job(evidence, it)) {
        Some(starts) if starts.reason == Reason::Starting => own_words(evidence).or(Some(starts)),
        Some(best) => Some(best),
        None => own_words(evidence),
    }
}

/// A Job that gave up says so, with how its last pod ended.
fn with_job(evidence: &Evidence, found: Finding) -> Finding {
    if evidence.judgement.reason != Reason::JobFailed {
        return found;
    }
    let said = evidence.judgement.message.as_deref().unwrap_or("failed");
    Finding {
        reason: Reason::JobFailed,
        message: format!("{said}; {}", found.message),
        since: found.since,
    }
}

/// What the object says of itself, where that is more than a count that goes up.
fn own_words(evidence: &Evidence) -> Option<Finding> {
    let Judgement { health, reason, message, .. } = &evidence.judgement;
    let message = message.clone();
    match (health, reason) {
        (Health::NotFound, _) => Some(Finding::new(
            Reason::ObjectMissing,
            format!("{} is not there", evidence.object),
            None,
        )),
        (Health::Terminating, _) => Some(Finding::new(
            Reason::ObjectTerminating,
            message.unwrap_or_else(|| "being deleted".to_owned()),
            None,
        )),
        (Health::Failed | Health::Unknown, _) | (_, Reason::NotReady) => {
            message.map(|it| Finding::new(*reason, it, None))
        }
        _ => None,
    }
}

/// One line, not too long.
fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= MAX_SENTENCE {
        return line;
    }
    let mut cut: String = line.chars().take(MAX_SENTENCE - 1).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests;
