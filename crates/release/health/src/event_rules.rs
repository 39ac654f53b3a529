//! Causes that lie before the first pod, and in volumes: told by Events and by `ReplicaSet`s.

use jiff::Timestamp;
use pintle_release_api::Reason;

use crate::causes::{Evidence, Finding};
use crate::facts::EventFacts;

/// Pods that can't be created: quota, admission, accounts.
pub(crate) fn creation(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<Finding> = evidence
        .replica_sets
        .iter()
        .filter(|it| it.desired > 0)
        .filter_map(|set| {
            let since = latest(evidence, &set.uid, "FailedCreate").and_then(|it| it.since);
            set.failure.as_deref().map(|it| refused(it, since))
        })
        .collect();
    if lacks_pods(evidence) {
        let event =
            latest_about(evidence, &evidence.object.kind, &evidence.object.name, "FailedCreate");
        findings.extend(event.map(|it| refused(&it.message, it.since)));
    }
    findings
}

/// Whether fewer pods live than are asked for: only then does a refusal of the past still hold.
fn lacks_pods(evidence: &Evidence) -> bool {
    let alive = evidence.pods.iter().filter(|it| it.is_alive()).count();
    match evidence.judgement.pods {
        Some(pods) => i64::try_from(alive).unwrap_or(i64::MAX) < i64::from(pods.desired),
        None => alive == 0 && evidence.pods.is_empty(),
    }
}

fn latest<'a>(evidence: &'a Evidence, uid: &str, reason: &str) -> Option<&'a EventFacts> {
    evidence
        .events
        .iter()
        .filter(|it| it.uid == uid && it.reason == reason)
        .max_by_key(|it| it.last)
}

fn latest_about<'a>(
    evidence: &'a Evidence,
    kind: &str,
    name: &str,
    reason: &str,
) -> Option<&'a EventFacts> {
    evidence
        .events
        .iter()
        .filter(|it| it.kind == kind && it.name == name && it.reason == reason)
        .max_by_key(|it| it.last)
}

/// The API server's refusal of a pod, in a sentence.
pub(crate) fn refused(message: &str, since: Option<Timestamp>) -> Finding {
    let message = message.strip_prefix("Error creating: ").unwrap_or(message);
    let (reason, text) = if let Some((_, rest)) = message.split_once("exceeded quota: ") {
        let (quota, numbers) = rest.split_once(", ").unwrap_or((rest, ""));
        let numbers = if numbers.is_empty() { String::new() } else { format!(": {numbers}") };
        (Reason::QuotaExceeded, format!("quota \"{quota}\" leaves no room for its pods{numbers}"))
    } else if let Some((_, rest)) = message.split_once("failed quota: ") {
        (Reason::QuotaExceeded, format!("its pods don't fit the quota {rest}"))
    } else if let Some((_, rest)) = message.split_once("serviceaccount \"") {
        let name = rest.split('"').next().unwrap_or_default();
        let text = format!("ServiceAccount \"{name}\", which its pods run as, is not there");
        (Reason::ConfigMissing, text)
    } else if message.contains("failed calling webhook") {
        (Reason::AdmissionDenied, format!("a webhook that must judge its pods fails: {message}"))
    } else if let Some((_, rest)) = message.split_once("admission webhook ") {
        (Reason::AdmissionDenied, format!("its pods are refused by admission webhook {rest}"))
    } else if let Some((_, rest)) = message.split_once("ValidatingAdmissionPolicy ") {
        (Reason::AdmissionDenied, format!("its pods are refused by policy {rest}"))
    } else if let Some((_, rest)) = message.split_once("violates PodSecurity ") {
        (Reason::AdmissionDenied, format!("its pods violate PodSecurity {rest}"))
    } else {
        (Reason::AdmissionDenied, format!("its pods can't be created: {message}"))
    };
    Finding::new(reason, text, since)
}

/// What a volume that can't be mounted lacks.
pub(crate) fn mount(pod: &str, event: &EventFacts) -> Finding {
    let message = &event.message;
    let missing = [
        "configmap \"",
        "secret \"",
        "configmap references non-existent",
        "references non-existent secret key",
    ];
    let volume = message.split_once("volume \"").and_then(|(_, rest)| rest.split('"').next());
    let what = message.rsplit(" : ").next().unwrap_or(message);
    if message.contains("not found") && missing[..2].iter().any(|it| message.contains(it)) {
        let text = match volume {
            Some(volume) => format!("pod {pod}: {what} (volume \"{volume}\")"),
            None => format!("pod {pod}: {what}"),
        };
        return Finding::new(Reason::ConfigMissing, text, event.since);
    }
    if missing[2..].iter().any(|it| message.contains(it)) {
        return Finding::new(Reason::ConfigMissing, format!("pod {pod}: {what}"), event.since);
    }
    Finding::new(Reason::VolumePending, format!("pod {pod}: {message}"), event.since)
}

/// Claims that are not bound, with the provisioner's sentence.
pub(crate) fn claims(evidence: &Evidence) -> Vec<Finding> {
    evidence
        .claims
        .iter()
        .filter(|it| it.phase != "Bound")
        .filter_map(|claim| {
            let why = ["ProvisioningFailed", "FailedBinding", "FailedScheduling"]
                .iter()
                .find_map(|it| latest_about(evidence, "PersistentVolumeClaim", &claim.name, it));
            let lost = claim.phase == "Lost";
            let text = match why {
                Some(event) => unbound(&claim.name, event),
                None if lost => format!("claim {}: its volume is lost", claim.name),
                // Without a complaint it is only on its way, unless a pod already waits for it.
                None => return None,
            };
            Some(Finding::new(Reason::VolumePending, text, why.and_then(|it| it.since)))
        })
        .collect()
}

fn unbound(claim: &str, event: &EventFacts) -> String {
    let message = event.message.trim_end_matches('.');
    if let Some((_, rest)) = message.split_once("storageclass.storage.k8s.io \"") {
        let class = rest.split('"').next().unwrap_or_default();
        return format!("claim {claim}: there is no storage class \"{class}\"");
    }
    format!("claim {claim} is not bound: {message}")
}
