//! What lies around the objects of one namespace: its pods, ReplicaSets, claims and warnings.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use kube::runtime::watcher::Event;
use pintle_release_health::{ClaimFacts, EventFacts, Evidence, Owner, PodFacts, ReplicaSetFacts};
use serde_json::Value;

use crate::live::Whole;
use crate::observed::Observed;

/// As many pods, ReplicaSets and claims of a namespace as are kept, of each the newest. What causes
/// trouble is rarely the oldest, and one entry takes about 1 KiB.
pub const MAX_PODS: usize = 2_000;
/// As many warning Events of a namespace as are kept, the newest.
pub const MAX_EVENTS: usize = 1_000;
/// As many pods as are looked at for one object, those that are not ready first.
pub const MAX_PODS_PER_OBJECT: usize = 200;

/// Facts of one kind, by name.
#[derive(Debug)]
struct Shelf<T> {
    facts: HashMap<String, T>,
    listed: Option<HashSet<String>>,
    read: fn(&Value) -> T,
    age: fn(&T) -> Option<Timestamp>,
    most: usize,
}

impl<T: PartialEq> Shelf<T> {
    fn new(read: fn(&Value) -> T, age: fn(&T) -> Option<Timestamp>, most: usize) -> Self {
        Shelf { facts: HashMap::new(), listed: None, read, age, most }
    }

    /// Takes an event; answers whether anything is other than before.
    fn take(&mut self, event: Event<Whole<false>>) -> bool {
        match event {
            Event::Init => {
                self.listed = Some(HashSet::new());
                false
            }
            Event::InitApply(it) | Event::Apply(it) => self.put(&it),
            Event::Delete(it) => self.facts.remove(&name(&it)).is_some(),
            Event::InitDone => {
                let before = self.facts.len();
                if let Some(listed) = self.listed.take() {
                    self.facts.retain(|it, _| listed.contains(it));
                }
                self.facts.len() != before
            }
        }
    }

    fn put(&mut self, it: &Whole<false>) -> bool {
        let name = name(it);
        if let Some(listed) = &mut self.listed {
            listed.insert(name.clone());
        }
        let facts = (self.read)(&it.body);
        if self.facts.get(&name) == Some(&facts) {
            return false;
        }
        self.facts.insert(name, facts);
        if self.facts.len() > self.most {
            let oldest = self.facts.iter().min_by_key(|(_, it)| (self.age)(it));
            if let Some(oldest) = oldest.map(|(name, _)| name.clone()) {
                self.facts.remove(&oldest);
            }
        }
        true
    }
}

fn name(it: &Whole<false>) -> String {
    it.identity().name.clone().unwrap_or_default()
}

/// One namespace's facts.
#[derive(Debug)]
pub(crate) struct Surroundings {
    pods: Shelf<PodFacts>,
    sets: Shelf<ReplicaSetFacts>,
    claims: Shelf<ClaimFacts>,
    events: Shelf<EventFacts>,
}

/// The kinds that are watched around objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Pods,
    Sets,
    Claims,
    Events,
}

impl Default for Surroundings {
    fn default() -> Self {
        Surroundings {
            pods: Shelf::new(PodFacts::read, |it| it.since, MAX_PODS),
            sets: Shelf::new(ReplicaSetFacts::read, |_| None, MAX_PODS),
            claims: Shelf::new(ClaimFacts::read, |_| None, MAX_PODS),
            events: Shelf::new(EventFacts::read, |it| it.last, MAX_EVENTS),
        }
    }
}

impl Surroundings {
    /// Takes an event; answers whether a cause could be another now.
    pub(crate) fn take(&mut self, part: Part, event: Event<Whole<false>>) -> bool {
        match part {
            Part::Pods => self.pods.take(event),
            Part::Sets => self.sets.take(event),
            Part::Claims => self.claims.take(event),
            Part::Events => self.events.take(event),
        }
    }

    /// All that belongs to an object, by way of owners: Deployment → ReplicaSet → Pod, and Job,
    /// StatefulSet, DaemonSet → Pod → claim.
    pub(crate) fn around(&self, object: &Observed) -> Evidence {
        let owned = |owner: Option<&Owner>| owner.is_some_and(|it| *it.uid == *object.uid);
        let sets: Vec<&ReplicaSetFacts> =
            self.sets.facts.values().filter(|it| owned(it.owner.as_ref())).collect();
        let mut pods: Vec<&PodFacts> = self
            .pods
            .facts
            .values()
            .filter(|pod| {
                *pod.uid == *object.uid
                    || owned(pod.owner.as_ref())
                    || sets.iter().any(|set| pod.owner.as_ref().is_some_and(|it| it.uid == set.uid))
            })
            .collect();
        pods.sort_by(|one, other| (one.ready, &one.name).cmp(&(other.ready, &other.name)));
        pods.truncate(MAX_PODS_PER_OBJECT);
        let is_claim = object.key.kind == "PersistentVolumeClaim" && object.key.group.is_empty();
        let mut claims: Vec<&ClaimFacts> = self
            .claims
            .facts
            .values()
            .filter(|claim| {
                is_claim && claim.name == object.key.name
                    || pods.iter().any(|it| it.claims.contains(&claim.name))
            })
            .collect();
        claims.sort_by(|one, other| one.name.cmp(&other.name));
        let uids: HashSet<&str> = std::iter::once(&*object.uid)
            .chain(sets.iter().map(|it| it.uid.as_str()))
            .chain(pods.iter().map(|it| it.uid.as_str()))
            .chain(claims.iter().map(|it| it.uid.as_str()))
            .filter(|it| !it.is_empty())
            .collect();
        let mut events: Vec<&EventFacts> =
            self.events.facts.values().filter(|it| uids.contains(it.uid.as_str())).collect();
        events.sort_by(|one, other| (one.last, &one.message).cmp(&(other.last, &other.message)));
        let mut sets = sets;
        sets.sort_by(|one, other| one.name.cmp(&other.name));
        Evidence {
            object: object.key.clone(),
            judgement: object.judgement.clone(),
            pods: pods.into_iter().cloned().collect(),
            replica_sets: sets.into_iter().cloned().collect(),
            claims: claims.into_iter().cloned().collect(),
            events: events.into_iter().cloned().collect(),
        }
    }
}

/// An object around which nothing is known (yet).
pub(crate) fn alone(object: &Observed) -> Evidence {
    Evidence {
        object: object.key.clone(),
        judgement: object.judgement.clone(),
        pods: Vec::new(),
        replica_sets: Vec::new(),
        claims: Vec::new(),
        events: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use pintle_release_health::causes;
    use serde_json::json;

    use super::*;
    use crate::observed::tests::seen;

    fn take(all: &mut Surroundings, part: Part, object: Value) -> bool {
        all.take(part, Event::Apply(object.into()))
    }

    fn meta(name: &str, uid: &str, owner: &str) -> Value {
        let owners = if owner.is_empty() {
            json!([])
        } else {
            json!([{"controller": true, "kind": "X", "name": "x", "uid": owner}])
        };
        json!({"name": name, "uid": uid, "ownerReferences": owners})
    }

    #[test]
    fn a_deployment_is_judged_by_the_pods_of_its_sets() {
        let mut all = Surroundings::default();
        take(&mut all, Part::Sets, json!({"metadata": meta("api-1", "r1", "d1")}));
        take(&mut all, Part::Sets, json!({"metadata": meta("else-1", "r2", "d2")}));
        let waiting = json!([{"name": "c", "state": {"waiting": {"reason": "ErrImagePull", "message": "x: not found"}}}]);
        let pod = |name: &str, owner: &str| {
            json!({"metadata": meta(name, name, owner),
                "spec": {"containers": [{"name": "c", "image": "a/b:1"}],
                    "volumes": [{"persistentVolumeClaim": {"claimName": "data"}}]},
                "status": {"phase": "Pending", "containerStatuses": waiting}})
        };
        assert!(take(&mut all, Part::Pods, pod("api-1-x", "r1")));
        assert!(!take(&mut all, Part::Pods, pod("api-1-x", "r1")), "nothing new");
        take(&mut all, Part::Pods, pod("else-1-x", "r2"));
        take(&mut all, Part::Claims, json!({"metadata": meta("data", "c1", "")}));
        take(&mut all, Part::Claims, json!({"metadata": meta("other", "c2", "")}));
        for (name, uid) in [("e1", "api-1-x"), ("e2", "else-1-x"), ("e3", "r1"), ("e4", "c1")] {
            take(
                &mut all,
                Part::Events,
                json!({"metadata": {"name": name}, "involvedObject": {"uid": uid}, "reason": name, "message": name}),
            );
        }
        let evidence = all.around(&seen("api", |it| {
            it.uid = "d1".into();
            it.judgement.health = pintle_release_api::Health::InProgress;
        }));
        let names = |it: Vec<&str>| it.join(" ");
        assert_eq!(names(evidence.pods.iter().map(|it| it.name.as_str()).collect()), "api-1-x");
        assert_eq!(
            names(evidence.replica_sets.iter().map(|it| it.name.as_str()).collect()),
            "api-1"
        );
        assert_eq!(names(evidence.claims.iter().map(|it| it.name.as_str()).collect()), "data");
        assert_eq!(
            names(evidence.events.iter().map(|it| it.reason.as_str()).collect()),
            "e1 e3 e4"
        );
        assert_eq!(
            causes(&[evidence])[0].message,
            "pod api-1-x: image \"a/b:1\" not found in docker.io"
        );
    }

    #[test]
    fn the_newest_are_kept() {
        let check = |count: usize, want: usize| {
            let mut all = Surroundings::default();
            for number in 0..count {
                let last =
                    Timestamp::from_second(1_000_000 + i64::try_from(number).unwrap()).unwrap();
                take(
                    &mut all,
                    Part::Events,
                    json!({"metadata": {"name": format!("e{number}")},
                    "lastTimestamp": last.to_string()}),
                );
            }
            assert_eq!(all.events.facts.len(), want);
            assert!(all.events.facts.contains_key(&format!("e{}", count - 1)));
            assert_eq!(all.events.facts.contains_key("e0"), count <= MAX_EVENTS);
        };
        check(MAX_EVENTS, MAX_EVENTS);
        check(MAX_EVENTS + 1, MAX_EVENTS);
        let pods = |count: usize| {
            let mut all = Surroundings::default();
            for number in 0..count {
                take(
                    &mut all,
                    Part::Pods,
                    json!({"metadata": {"name": format!("p{number}"), "uid": "u"}}),
                );
            }
            let object = seen("u", |it| it.uid = "u".into());
            (all.pods.facts.len(), all.around(&object).pods.len())
        };
        assert_eq!(pods(MAX_PODS_PER_OBJECT), (MAX_PODS_PER_OBJECT, MAX_PODS_PER_OBJECT));
        assert_eq!(pods(MAX_PODS_PER_OBJECT + 1).1, MAX_PODS_PER_OBJECT);
        assert_eq!(pods(MAX_PODS).0, MAX_PODS);
        assert_eq!(pods(MAX_PODS + 1).0, MAX_PODS);
    }

    #[test]
    fn a_new_list_forgets_what_it_lacks() {
        let mut all = Surroundings::default();
        let pod = |name: &str| json!({"metadata": {"name": name, "uid": name}});
        take(&mut all, Part::Pods, pod("a"));
        take(&mut all, Part::Pods, pod("b"));
        assert!(!all.take(Part::Pods, Event::Init));
        assert!(!all.take(Part::Pods, Event::InitApply(pod("a").into())));
        assert!(all.take(Part::Pods, Event::InitDone));
        assert!(!all.take(Part::Pods, Event::Delete(pod("b").into())), "it is gone already");
        assert!(all.take(Part::Pods, Event::Delete(pod("a").into())));
    }
}
