//! The plan: for each object create, patch, leave or recreate; and what goes.

use std::collections::{BTreeMap, HashMap, HashSet};

use pintle_release_manifest::{Gvk, ObjectKey};
use serde_json::Value;

use crate::{Desired, template_hash};

/// What was sent for an object the last time, and what its fields hashed to afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Applied<'a> {
    /// The body, before any yielding.
    pub body: &'a Value,
    /// Hash of our managedFields entry in the API server's answer.
    pub hash: Option<u64>,
}

/// What is there, and provably ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Group, version and kind it was seen as.
    pub gvk: Gvk,
    /// Its uid.
    pub uid: String,
    /// Its resource version.
    pub resource_version: String,
    /// Hash of our managedFields entry.
    pub hash: Option<u64>,
    /// Whether it is being deleted.
    pub terminating: bool,
    /// Whether it was there before the release, and so outlives it.
    pub adopted: bool,
    /// Whether it says that it outlives its release.
    pub keep: bool,
}

/// A Job that has finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedJob {
    /// [`template_hash`] of the Job that finished.
    pub template: String,
}

/// What the change is, as far as the plan must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Intent {
    /// Back to an earlier version: what holds data is kept.
    pub rollback: bool,
}

/// What happens to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It is not there.
    Create,
    /// It is there and differs, or may differ.
    Patch,
    /// Nothing.
    Leave,
    /// It is deleted and created anew.
    Recreate,
    /// It is being deleted by somebody else: created when it is gone.
    Await,
}

/// One object and what happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index of the object in the list the plan was made for.
    pub index: usize,
    /// What happens.
    pub action: Action,
}

/// How an object leaves the release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PruneMode {
    /// It is deleted.
    Delete,
    /// Only our marks are taken off.
    Orphan,
}

/// An object that no longer belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// The object.
    pub key: ObjectKey,
    /// What it was seen as.
    pub live: Live,
    /// How it goes.
    pub mode: PruneMode,
}

/// What has to happen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Steps in waves; a wave begins when the one before is done.
    pub waves: Vec<Vec<Step>>,
    /// What goes, in waves, the reverse of the order in which such objects come.
    pub prunes: Vec<Vec<Prune>>,
}

impl Plan {
    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prunes.is_empty() && self.steps().all(|step| step.action == Action::Leave)
    }

    /// All steps, in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.waves.iter().flatten()
    }
}

/// Makes the plan.
///
/// An object is left alone when the same body was sent before and its fields still hash to what
/// they hashed to then: no request is made for it.
#[must_use]
pub fn plan(
    desired: &[Desired],
    applied: &HashMap<&ObjectKey, Applied<'_>>,
    live: &HashMap<ObjectKey, Live>,
    finished: &BTreeMap<String, FinishedJob>,
    intent: Intent,
) -> Plan {
    let mut waves: BTreeMap<u16, Vec<Step>> = BTreeMap::new();
    for (index, object) in desired.iter().enumerate() {
        let finished = finished.get(&object.key.to_string());
        let action = decide(object, applied.get(&object.key), live.get(&object.key), finished);
        waves.entry(object.rank).or_default().push(Step { index, action });
    }
    let wanted: HashSet<&ObjectKey> = desired.iter().map(|it| &it.key).collect();
    let gone = live.iter().filter(|(key, it)| !wanted.contains(key) && !it.terminating);
    Plan { waves: waves.into_values().collect(), prunes: prunes(gone, intent) }
}

fn decide(
    object: &Desired,
    applied: Option<&Applied<'_>>,
    live: Option<&Live>,
    finished: Option<&FinishedJob>,
) -> Action {
    let same_job = finished.is_some_and(|it| it.template == template_hash(object));
    let is_job = object.key.group == "batch" && object.key.kind == "Job";
    let Some(live) = live else {
        // A finished Job is a fact, not an object to keep alive.
        return if same_job { Action::Leave } else { Action::Create };
    };
    if live.terminating {
        return if same_job { Action::Leave } else { Action::Await };
    }
    let same_body = applied.is_some_and(|it| it.body == &object.body);
    let same_fields = live.hash.is_some() && applied.is_some_and(|it| it.hash == live.hash);
    match (same_body && same_fields, is_job) {
        (true, _) => Action::Leave,
        // A pod template can't be changed: a changed Job is a new Job.
        (false, true) if applied.is_some() && !same_spec(object, applied) => Action::Recreate,
        (false, true) if same_job => Action::Leave,
        (false, _) => Action::Patch,
    }
}

fn same_spec(object: &Desired, applied: Option<&Applied<'_>>) -> bool {
    let spec = |body: &Value, at: &str| body.pointer(at).cloned();
    applied.is_some_and(|it| {
        ["/spec/template", "/spec/completions", "/spec/selector", "/spec/completionMode"]
            .iter()
            .all(|at| spec(it.body, at) == spec(&object.body, at))
    })
}

fn prunes<'a>(
    gone: impl Iterator<Item = (&'a ObjectKey, &'a Live)>,
    intent: Intent,
) -> Vec<Vec<Prune>> {
    let mut waves: BTreeMap<u16, Vec<Prune>> = BTreeMap::new();
    for (key, live) in gone {
        let kept = live.adopted || live.keep || is_definition(key);
        let mode = if kept || (intent.rollback && holds_data(key)) {
            PruneMode::Orphan
        } else {
            PruneMode::Delete
        };
        let prune = Prune { key: key.clone(), live: live.clone(), mode };
        waves.entry(crate::rank(&key.group, &key.kind)).or_default().push(prune);
    }
    for wave in waves.values_mut() {
        wave.sort_by(|a, b| a.key.cmp(&b.key));
    }
    waves.into_values().rev().collect()
}

/// What a rollback never deletes.
fn holds_data(key: &ObjectKey) -> bool {
    key.group.is_empty() && matches!(key.kind.as_str(), "PersistentVolumeClaim" | "Namespace")
}

/// Every object of a definition's kind goes with it, whoever made it: definitions are never pruned.
fn is_definition(key: &ObjectKey) -> bool {
    key.group == "apiextensions.k8s.io" && key.kind == "CustomResourceDefinition"
}
