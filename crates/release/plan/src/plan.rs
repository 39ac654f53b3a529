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

#[cfg(test)]
mod tests {
    use pintle_release_manifest::Source;
    use serde_json::json;

    use super::*;

    /// `Kind/name` in its group, as it is sent.
    fn desired(group: &str, kind: &str, body: &Value) -> Desired {
        let key = ObjectKey {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: "ns".to_owned(),
            name: "a".to_owned(),
        };
        Desired {
            gvk: Gvk { group: group.to_owned(), version: "v1".to_owned(), kind: kind.to_owned() },
            rank: crate::rank(group, kind),
            key,
            body: body.clone(),
            source: Source { path: "c/templates/a.yaml".to_owned(), document: 1, line: 1 },
            component: String::new(),
            keep: false,
        }
    }

    fn live(group: &str, kind: &str) -> Live {
        Live {
            gvk: Gvk { group: group.to_owned(), version: "v1".to_owned(), kind: kind.to_owned() },
            uid: "u".to_owned(),
            resource_version: "1".to_owned(),
            hash: Some(7),
            terminating: false,
            adopted: false,
            keep: false,
        }
    }

    #[test]
    fn an_object_is_left_alone_only_when_nothing_can_differ() {
        let body = json!({"data": {"a": "1"}});
        let object = desired("", "ConfigMap", &body);
        let there = || Some(live("", "ConfigMap"));
        let other = json!({"data": {"a": "0"}});
        let check = |sent: Option<(&Value, Option<u64>)>, live: Option<Live>, want| {
            let applied = sent.map(|(body, hash)| Applied { body, hash });
            let got = decide(&object, applied.as_ref(), live.as_ref(), None);
            assert_eq!(got, want, "{applied:?} {live:?}");
        };
        check(None, None, Action::Create);
        check(Some((&body, Some(7))), None, Action::Create);
        check(Some((&body, Some(7))), there(), Action::Leave);
        // Somebody has changed a field of ours.
        check(Some((&body, Some(8))), there(), Action::Patch);
        // The version says something else.
        check(Some((&other, Some(7))), there(), Action::Patch);
        // What was sent, or what came of it, is not known.
        check(None, there(), Action::Patch);
        check(Some((&body, None)), there(), Action::Patch);
        let unowned = there().map(|it| Live { hash: None, ..it });
        check(Some((&body, None)), unowned, Action::Patch);
        let going = there().map(|it| Live { terminating: true, ..it });
        check(Some((&body, Some(7))), going, Action::Await);
    }

    #[test]
    fn a_job_runs_once() {
        let job = |image: &str, ttl: i64| {
            let template = json!({"spec": {"containers": [{"image": image}]}});
            json!({"spec": {"template": template, "ttlSecondsAfterFinished": ttl}})
        };
        let (same, ttl, image) = (job("one", 1), job("one", 2), job("two", 1));
        let object = desired("batch", "Job", &same);
        let hash = |body: &Value| template_hash(&desired("batch", "Job", body));
        let there = || Some(live("batch", "Job"));
        let going = || there().map(|it| Live { terminating: true, ..it });
        let check = |sent: Option<&Value>, live: Option<Live>, done: Option<&Value>, want| {
            let applied = sent.map(|body| Applied { body, hash: Some(7) });
            let finished = done.map(|body| FinishedJob { template: hash(body) });
            let got = decide(&object, applied.as_ref(), live.as_ref(), finished.as_ref());
            assert_eq!(got, want, "{applied:?} {live:?} {finished:?}");
        };
        check(None, None, None, Action::Create);
        check(Some(&same), there(), None, Action::Leave);
        // Its template can't be changed; the rest can.
        check(Some(&image), there(), None, Action::Recreate);
        check(Some(&ttl), there(), None, Action::Patch);
        // It has finished: whether it is still there, on its way out, or gone by its TTL.
        check(None, None, Some(&same), Action::Leave);
        check(None, there(), Some(&same), Action::Leave);
        check(None, going(), Some(&same), Action::Leave);
        // Another one has finished.
        check(None, None, Some(&image), Action::Create);
        check(None, going(), Some(&image), Action::Await);
    }

    #[test]
    fn a_suspended_job_that_has_finished_is_the_same_job() {
        let job = |suspend| desired("batch", "Job", &json!({"spec": {"suspend": suspend}}));
        assert_eq!(template_hash(&job(true)), template_hash(&job(false)));
    }

    #[test]
    fn what_goes_is_deleted_but_for_what_must_stay() {
        let check = |group: &str, kind: &str, rollback, change: fn(Live) -> Live, want| {
            let key = desired(group, kind, &Value::Null).key;
            let there = HashMap::from([(key.clone(), change(live(group, kind)))]);
            let plan = plan(&[], &HashMap::new(), &there, &BTreeMap::new(), Intent { rollback });
            let modes: Vec<PruneMode> = plan.prunes.iter().flatten().map(|it| it.mode).collect();
            assert_eq!(modes, want, "{key} {there:?}, rollback: {rollback}");
        };
        const DELETE: &[PruneMode] = &[PruneMode::Delete];
        const ORPHAN: &[PruneMode] = &[PruneMode::Orphan];
        for rollback in [false, true] {
            check("", "ConfigMap", rollback, |it| it, DELETE);
            check("", "ConfigMap", rollback, |it| Live { keep: true, ..it }, ORPHAN);
            check("", "ConfigMap", rollback, |it| Live { adopted: true, ..it }, ORPHAN);
            check("", "ConfigMap", rollback, |it| Live { terminating: true, ..it }, &[]);
            let crds = "apiextensions.k8s.io";
            check(crds, "CustomResourceDefinition", rollback, |it| it, ORPHAN);
        }
        // A way forward that leaves them out means it; a way back does not.
        for kind in ["PersistentVolumeClaim", "Namespace"] {
            check("", kind, false, |it| it, DELETE);
            check("", kind, true, |it| it, ORPHAN);
        }
        check("example.org", "Namespace", true, |it| it, DELETE);
    }

    #[test]
    fn what_others_need_comes_first_and_goes_last() {
        let kinds = [("apps", "Deployment"), ("", "ServiceAccount"), ("", "Secret")];
        let objects: Vec<Desired> =
            kinds.iter().map(|(group, kind)| desired(group, kind, &Value::Null)).collect();
        let make = |desired: &[Desired], live: &HashMap<ObjectKey, Live>| {
            plan(desired, &HashMap::new(), live, &BTreeMap::new(), Intent { rollback: false })
        };
        let coming = make(&objects, &HashMap::new());
        let order: Vec<usize> = coming.steps().map(|it| it.index).collect();
        assert_eq!((order.as_slice(), coming.waves.len()), (&[1, 2, 0][..], 3));
        let there = objects.iter().map(|it| (it.key.clone(), live(&it.key.group, &it.key.kind)));
        let going = make(&[], &there.collect());
        let order: Vec<&str> =
            going.prunes.iter().flatten().map(|it| it.key.kind.as_str()).collect();
        assert_eq!(order, ["Deployment", "Secret", "ServiceAccount"]);
    }
}
