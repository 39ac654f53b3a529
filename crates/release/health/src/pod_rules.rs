//! Causes that lie in pods: told by container states, the scheduler and the kubelet's Events.

use pintle_release_api::Reason;

use crate::causes::{Evidence, Finding};
use crate::facts::{ContainerFacts, Ending, PodFacts};
use crate::{event_rules, image};

/// Exit code of a process ended by SIGKILL, which is how the kernel ends what uses too much.
const KILLED: i64 = 137;

/// One finding for each reason: of the first pod that has it, with the number of the others.
pub(crate) fn all(evidence: &Evidence) -> Vec<Finding> {
    let mut findings: Vec<(Finding, usize)> = Vec::new();
    for pod in &evidence.pods {
        let Some(finding) = one(evidence, pod) else { continue };
        match findings.iter_mut().find(|(it, _)| it.reason == finding.reason) {
            Some((_, more)) => *more += 1,
            None => findings.push((finding, 0)),
        }
    }
    findings
        .into_iter()
        .map(|(mut finding, more)| {
            if more > 0 {
                let pods = if more == 1 { "pod" } else { "pods" };
                finding.message.push_str(&format!(" (and {more} more {pods})"));
            }
            finding
        })
        .collect()
}

fn one(evidence: &Evidence, pod: &PodFacts) -> Option<Finding> {
    let of_job = evidence.object.kind == "Job";
    if pod.deleting || pod.phase == "Succeeded" || (pod.ready && !of_job) {
        return None;
    }
    containers(pod)
        .or_else(|| node(pod))
        .or_else(|| homeless(evidence, pod))
        .or_else(|| mounts(evidence, pod))
        .or_else(|| probes(evidence, pod))
        .or_else(|| starting(pod).filter(|_| !of_job))
}

fn containers(pod: &PodFacts) -> Option<Finding> {
    pod.containers.iter().find_map(|it| waiting(pod, it)).or_else(|| {
        let ended = pod.containers.iter().find_map(|it| ended(pod, it));
        ended.map(|text| Finding::new(Reason::CrashLoop, text, pod.since))
    })
}

fn waiting(pod: &PodFacts, container: &ContainerFacts) -> Option<Finding> {
    let waiting = container.waiting.as_ref()?;
    let (reason, text) = match waiting.reason.as_str() {
        "ErrImagePull"
        | "ImagePullBackOff"
        | "InvalidImageName"
        | "ErrImageNeverPull"
        | "ImageInspectError"
        | "RegistryUnavailable"
        | "SignatureValidationFailed" => {
            let what = image::pull_failure(&container.image, &waiting.reason, &waiting.message);
            (Reason::ImagePull, what)
        }
        "CreateContainerConfigError" => (Reason::ConfigMissing, waiting.message.clone()),
        "CrashLoopBackOff" => {
            let text = ended(pod, container).unwrap_or_else(|| {
                format!(
                    "pod {}: container \"{}\" crashes again and again",
                    pod.name, container.name
                )
            });
            return Some(Finding::new(Reason::CrashLoop, text, pod.since));
        }
        "CreateContainerError" | "RunContainerError" | "StartError" | "PostStartHookError" => {
            let text =
                format!("container \"{}\" can't be started: {}", container.name, waiting.message);
            (Reason::CrashLoop, text)
        }
        _ => return None,
    };
    Some(Finding::new(reason, format!("pod {}: {text}", pod.name), pod.since))
}

/// A container that has ended with an error at least once, and is not well now.
fn ended(pod: &PodFacts, container: &ContainerFacts) -> Option<String> {
    let ending = container.ending.as_ref().filter(|it| it.exit_code != 0 && !container.ready)?;
    let again = match container.restarts {
        0 => String::new(),
        1 => ", restarted once".to_owned(),
        times => format!(", restarted {times} times"),
    };
    Some(format!("pod {}: container \"{}\" {}{again}", pod.name, container.name, how(ending)))
}

fn how(ending: &Ending) -> String {
    let code = ending.exit_code;
    let mut text = match ending.reason.as_str() {
        "OOMKilled" => {
            format!("was killed for using more memory than its limit (exit code {code})")
        }
        "ContainerCannotRun" | "StartError" => format!("can't be started (exit code {code})"),
        _ if code == KILLED => format!("was killed (exit code {code})"),
        _ => format!("ended with exit code {code}"),
    };
    if let Some(line) = ending.message.trim_end().lines().last() {
        text.push_str(&format!(": {}", line.trim()));
    }
    text
}

/// Evicted, lost with its node, or refused by it.
fn node(pod: &PodFacts) -> Option<Finding> {
    let text = match pod.reason.as_str() {
        "" => return None,
        "Evicted" => {
            format!("pod {} was evicted from node {}: {}", pod.name, pod.node, pod.message)
        }
        "NodeLost"
        | "NodeShutdown"
        | "Terminated"
        | "Shutdown"
        | "NodeAffinity"
        | "UnexpectedAdmissionError" => {
            format!("pod {} failed with its node {}: {}", pod.name, pod.node, pod.message)
        }
        "DeadlineExceeded" => {
            let text = format!("pod {} ran longer than its deadline", pod.name);
            return Some(Finding::new(Reason::DeadlineExceeded, text, pod.since));
        }
        other => format!("pod {}: {other}: {}", pod.name, pod.message),
    };
    Some(Finding::new(Reason::NodeProblem, text, pod.since))
}

fn homeless(evidence: &Evidence, pod: &PodFacts) -> Option<Finding> {
    let why = pod.unscheduled.as_ref()?;
    if why.message.contains("unbound immediate PersistentVolumeClaims")
        || why.message.contains("persistentvolumeclaim \"")
    {
        return Some(unbound(evidence, pod, &why.message));
    }
    let text = match why.reason.as_str() {
        "SchedulingGated" => format!("pod {} waits for a scheduling gate to be lifted", pod.name),
        _ => format!("pod {}: {}", pod.name, scheduler(&why.message)),
    };
    Some(Finding::new(Reason::Unschedulable, text, pod.since))
}

/// `0/4 nodes are available: 4 Insufficient memory. preemption: …` without its second half.
fn scheduler(message: &str) -> &str {
    let end = message.find(" preemption:").unwrap_or(message.len());
    let first = message[..end].trim_end().trim_end_matches('.');
    if first.is_empty() { "no node can take it" } else { first }
}

fn unbound(evidence: &Evidence, pod: &PodFacts, said: &str) -> Finding {
    let told = event_rules::claims(evidence).into_iter().next();
    let claim =
        evidence.claims.iter().find(|it| it.phase != "Bound" && pod.claims.contains(&it.name));
    let text = match (told, claim) {
        (Some(told), _) => format!("pod {}: {}", pod.name, told.message),
        (None, Some(claim)) => match &claim.storage_class {
            Some(class) => format!(
                "pod {}: claim {} ({}, storage class \"{class}\") is not bound",
                pod.name, claim.name, claim.size
            ),
            None => format!(
                "pod {}: claim {} ({}) is not bound, and names no storage class",
                pod.name, claim.name, claim.size
            ),
        },
        (None, None) => format!("pod {}: {}", pod.name, scheduler(said)),
    };
    Finding::new(Reason::VolumePending, text, pod.since)
}

/// Only while a container still waits to be created: a mount that works now has left its Events.
fn mounts(evidence: &Evidence, pod: &PodFacts) -> Option<Finding> {
    if pod.containers.iter().any(|it| it.running || it.ending.is_some()) {
        return None;
    }
    let about = |reason: &str| {
        evidence
            .events
            .iter()
            .filter(|it| it.kind == "Pod" && it.name == pod.name && it.reason == reason)
            .max_by_key(|it| it.last)
    };
    about("FailedMount")
        .or_else(|| about("FailedAttachVolume"))
        .or_else(|| about("FailedMapVolume"))
        .map(|it| event_rules::mount(&pod.name, it))
        .or_else(|| {
            about("FailedCreatePodSandBox").map(|it| {
                let text = format!("pod {}: its node can't set it up: {}", pod.name, it.message);
                Finding::new(Reason::NodeProblem, text, it.since)
            })
        })
}

fn probes(evidence: &Evidence, pod: &PodFacts) -> Option<Finding> {
    if !pod.containers.iter().any(|it| it.running && !it.ready) {
        return None;
    }
    let event = evidence
        .events
        .iter()
        .filter(|it| it.kind == "Pod" && it.name == pod.name)
        .filter(|it| matches!(it.reason.as_str(), "Unhealthy" | "ProbeError"))
        .max_by_key(|it| it.last)?;
    let mut said = event.message.trim().to_owned();
    if let Some(first) = said.get(..1).map(str::to_lowercase) {
        said.replace_range(..1, &first);
    }
    Some(Finding::new(Reason::ProbeFailed, format!("pod {}: {said}", pod.name), event.since))
}

/// Nothing is wrong so far: what is waited for.
fn starting(pod: &PodFacts) -> Option<Finding> {
    let container = pod.containers.iter().find(|it| it.running && !it.ready)?;
    let what = match pod.phase.as_str() {
        "Running" => "has started and is not ready yet",
        // An init container, most often.
        "Pending" => "runs, and the pod's other containers wait",
        _ => return None,
    };
    let text = format!("pod {}: container \"{}\" {what}", pod.name, container.name);
    Some(Finding::new(Reason::Starting, text, pod.since))
}
