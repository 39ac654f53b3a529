//! The few fields of pods, events and claims that a cause can lie in.
//!
//! `cluster/observe` keeps these instead of the objects; each has a `read` that takes an object
//! of any shape and never fails.

use jiff::Timestamp;
use serde_json::Value;

use crate::read::{conditions, find, int, items, text, time};

/// The controller of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Owner {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
}

impl Owner {
    /// The controlling owner reference, if there is one.
    #[must_use]
    pub fn read(object: &Value) -> Option<Self> {
        let owner = items(object, "/metadata/ownerReferences")
            .iter()
            .find(|it| it.get("controller").and_then(Value::as_bool) == Some(true))?;
        Some(Owner {
            kind: text(owner, "/kind").to_owned(),
            name: text(owner, "/name").to_owned(),
            uid: text(owner, "/uid").to_owned(),
        })
    }
}

/// Why a container waits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Waiting {
    /// One word, such as `ImagePullBackOff`.
    pub reason: String,
    /// The kubelet's sentence.
    pub message: String,
}

/// How a container ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Ending {
    /// Exit code.
    pub exit_code: i64,
    /// One word, such as `Error` or `OOMKilled`.
    pub reason: String,
    /// The container's own last words.
    pub message: String,
}

/// One container of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContainerFacts {
    /// Its name.
    pub name: String,
    /// Its image, as the pod asks for it.
    pub image: String,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether it runs now.
    pub running: bool,
    /// How often it was started again.
    pub restarts: i64,
    /// Why it waits, if it does.
    pub waiting: Option<Waiting>,
    /// How it ended, this time or the last.
    pub ending: Option<Ending>,
}

/// A pod without a node.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Unscheduled {
    /// One word: `Unschedulable`, `SchedulingGated`.
    pub reason: String,
    /// The scheduler's sentence.
    pub message: String,
}

/// What matters of a pod.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct PodFacts {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its controller.
    pub owner: Option<Owner>,
    /// Its phase.
    pub phase: String,
    /// Its own reason, such as `Evicted`.
    pub reason: String,
    /// Its own message.
    pub message: String,
    /// Whether it is ready.
    pub ready: bool,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// Its node, once it has one.
    pub node: String,
    /// Why it has no node.
    pub unscheduled: Option<Unscheduled>,
    /// Its containers, init containers first.
    pub containers: Vec<ContainerFacts>,
    /// The claims it mounts.
    pub claims: Vec<String>,
    /// Since when it is as it is: its last change of readiness, or its creation.
    pub since: Option<Timestamp>,
}

impl PodFacts {
    /// Reads a pod.
    #[must_use]
    pub fn read(pod: &Value) -> Self {
        let read = conditions(pod).unwrap_or_default();
        let ready = find(&read, "Ready");
        let unscheduled = find(&read, "PodScheduled")
            .filter(|it| it.status == "False")
            .map(|it| Unscheduled { reason: it.reason.to_owned(), message: it.message.to_owned() });
        let claims = items(pod, "/spec/volumes")
            .iter()
            .map(|it| text(it, "/persistentVolumeClaim/claimName"))
            .filter(|it| !it.is_empty());
        PodFacts {
            name: text(pod, "/metadata/name").to_owned(),
            uid: text(pod, "/metadata/uid").to_owned(),
            owner: Owner::read(pod),
            phase: text(pod, "/status/phase").to_owned(),
            reason: text(pod, "/status/reason").to_owned(),
            message: text(pod, "/status/message").to_owned(),
            ready: ready.is_some_and(|it| it.status == "True"),
            deleting: !text(pod, "/metadata/deletionTimestamp").is_empty(),
            node: text(pod, "/spec/nodeName").to_owned(),
            unscheduled,
            containers: containers(pod),
            claims: claims.map(str::to_owned).collect(),
            since: since(pod),
        }
    }

    /// Whether it still counts towards what its workload promises.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !self.deleting && !matches!(self.phase.as_str(), "Failed" | "Succeeded")
    }
}

fn since(pod: &Value) -> Option<Timestamp> {
    items(pod, "/status/conditions")
        .iter()
        .find(|it| text(it, "/type") == "Ready")
        .and_then(|it| time(it, "/lastTransitionTime"))
        .or_else(|| time(pod, "/metadata/creationTimestamp"))
}

fn containers(pod: &Value) -> Vec<ContainerFacts> {
    let mut facts = Vec::new();
    for (specs, statuses) in [
        ("/spec/initContainers", "/status/initContainerStatuses"),
        ("/spec/containers", "/status/containerStatuses"),
    ] {
        for spec in items(pod, specs) {
            let name = text(spec, "/name");
            let status = items(pod, statuses).iter().find(|it| text(it, "/name") == name);
            facts.push(container(spec, status.unwrap_or(&Value::Null)));
        }
    }
    facts
}

fn container(spec: &Value, status: &Value) -> ContainerFacts {
    let ending = status
        .pointer("/state/terminated")
        .or_else(|| status.pointer("/lastState/terminated"))
        .map(|it| Ending {
            exit_code: int(it, "/exitCode", 0),
            reason: text(it, "/reason").to_owned(),
            message: text(it, "/message").to_owned(),
        });
    ContainerFacts {
        name: text(spec, "/name").to_owned(),
        image: text(spec, "/image").to_owned(),
        ready: status.get("ready").and_then(Value::as_bool).unwrap_or_default(),
        running: status.pointer("/state/running").is_some(),
        restarts: int(status, "/restartCount", 0),
        waiting: status.pointer("/state/waiting").map(|it| Waiting {
            reason: text(it, "/reason").to_owned(),
            message: text(it, "/message").to_owned(),
        }),
        ending,
    }
}

/// What matters of a warning Event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct EventFacts {
    /// Kind of the object it is about.
    pub kind: String,
    /// Name of that object.
    pub name: String,
    /// Uid of that object.
    pub uid: String,
    /// One word, such as `FailedMount`.
    pub reason: String,
    /// The sentence.
    pub message: String,
    /// When it was first seen.
    pub since: Option<Timestamp>,
    /// When it was last seen.
    pub last: Option<Timestamp>,
}

impl EventFacts {
    /// Reads an Event of `v1` or of `events.k8s.io/v1`.
    #[must_use]
    pub fn read(event: &Value) -> Self {
        let about = ["/involvedObject", "/regarding"]
            .iter()
            .find_map(|it| event.pointer(it))
            .unwrap_or(&Value::Null);
        let message = match text(event, "/message") {
            "" => text(event, "/note"),
            message => message,
        };
        let first = |pointers: &[&str]| pointers.iter().find_map(|it| time(event, it));
        EventFacts {
            kind: text(about, "/kind").to_owned(),
            name: text(about, "/name").to_owned(),
            uid: text(about, "/uid").to_owned(),
            reason: text(event, "/reason").to_owned(),
            message: message.to_owned(),
            since: first(&[
                "/firstTimestamp",
                "/deprecatedFirstTimestamp",
                "/eventTime",
                "/metadata/creationTimestamp",
            ]),
            last: first(&[
                "/series/lastObservedTime",
                "/lastTimestamp",
                "/deprecatedLastTimestamp",
                "/eventTime",
                "/metadata/creationTimestamp",
            ]),
        }
    }
}

/// What matters of a claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClaimFacts {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its phase.
    pub phase: String,
    /// The storage class it asks for.
    pub storage_class: Option<String>,
    /// The size it asks for.
    pub size: String,
}

impl ClaimFacts {
    /// Reads a `PersistentVolumeClaim`.
    #[must_use]
    pub fn read(claim: &Value) -> Self {
        ClaimFacts {
            name: text(claim, "/metadata/name").to_owned(),
            uid: text(claim, "/metadata/uid").to_owned(),
            phase: text(claim, "/status/phase").to_owned(),
            storage_class: claim
                .pointer("/spec/storageClassName")
                .and_then(Value::as_str)
                .map(str::to_owned),
            size: text(claim, "/spec/resources/requests/storage").to_owned(),
        }
    }
}

/// What matters of a `ReplicaSet`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReplicaSetFacts {
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its controller.
    pub owner: Option<Owner>,
    /// As many pods as it asks for.
    pub desired: i64,
    /// Why it can't create pods, as its condition `ReplicaFailure` says.
    pub failure: Option<String>,
}

impl ReplicaSetFacts {
    /// Reads a `ReplicaSet`.
    #[must_use]
    pub fn read(set: &Value) -> Self {
        let read = conditions(set).unwrap_or_default();
        ReplicaSetFacts {
            name: text(set, "/metadata/name").to_owned(),
            uid: text(set, "/metadata/uid").to_owned(),
            owner: Owner::read(set),
            desired: int(set, "/spec/replicas", 1),
            failure: find(&read, "ReplicaFailure")
                .filter(|it| it.status == "True")
                .map(|it| it.message.to_owned()),
        }
    }
}
