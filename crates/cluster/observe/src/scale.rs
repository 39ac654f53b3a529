//! Whose replicas an autoscaler decides: every HPA and ScaledObject of the cluster, not only ours.

use std::collections::{BTreeSet, HashMap, HashSet};

use kube::runtime::watcher::Event;
use pintle_release_manifest::{Gvk, ObjectKey};
use serde_json::Value;

use crate::live::Whole;

/// An autoscaler: the kind it is of, its namespace, its name.
type Scaler = (&'static str, String, String);

#[derive(Debug, Default)]
pub(crate) struct Scales {
    targets: HashMap<Scaler, ObjectKey>,
    listed: HashMap<&'static str, HashSet<Scaler>>,
}

impl Scales {
    pub(crate) fn contains(&self, key: &ObjectKey) -> bool {
        self.targets.values().any(|it| it == key)
    }

    pub(crate) fn of_namespace(&self, namespace: &str) -> BTreeSet<(String, String)> {
        self.targets
            .values()
            .filter(|it| it.namespace == namespace)
            .map(|it| (it.kind.clone(), it.name.clone()))
            .collect()
    }

    /// Takes an event of the watch of a kind of autoscalers; answers with the workloads that are
    /// scaled now and were not, or the other way round.
    pub(crate) fn take<const META: bool>(
        &mut self,
        kind: &'static str,
        event: Event<Whole<META>>,
    ) -> Vec<ObjectKey> {
        match event {
            Event::Init => {
                self.listed.insert(kind, HashSet::new());
                Vec::new()
            }
            Event::InitApply(it) => {
                let scaler = scaler(kind, &it);
                self.listed.entry(kind).or_default().insert(scaler.clone());
                self.put(scaler, target(&it))
            }
            Event::Apply(it) => self.put(scaler(kind, &it), target(&it)),
            Event::Delete(it) => self.put(scaler(kind, &it), None),
            Event::InitDone => {
                let listed = self.listed.remove(kind).unwrap_or_default();
                let gone: Vec<Scaler> = self
                    .targets
                    .keys()
                    .filter(|it| it.0 == kind && !listed.contains(*it))
                    .cloned()
                    .collect();
                gone.into_iter().flat_map(|it| self.put(it, None)).collect()
            }
        }
    }

    fn put(&mut self, scaler: Scaler, target: Option<ObjectKey>) -> Vec<ObjectKey> {
        let after = target.clone();
        let before = match target {
            Some(target) => self.targets.insert(scaler, target),
            None => self.targets.remove(&scaler),
        };
        if before == after { Vec::new() } else { before.into_iter().chain(after).collect() }
    }
}

fn scaler<const META: bool>(kind: &'static str, it: &Whole<META>) -> Scaler {
    let identity = it.identity();
    (
        kind,
        identity.namespace.clone().unwrap_or_default(),
        identity.name.clone().unwrap_or_default(),
    )
}

/// KEDA's reference may leave out kind and version: a Deployment is meant then.
fn target<const META: bool>(it: &Whole<META>) -> Option<ObjectKey> {
    let reference = it.body.pointer("/spec/scaleTargetRef")?;
    let text = |name: &str| reference.get(name).and_then(Value::as_str);
    let gvk =
        Gvk::new(text("apiVersion").unwrap_or("apps/v1"), text("kind").unwrap_or("Deployment"));
    Some(ObjectKey {
        group: gvk.group,
        kind: gvk.kind,
        namespace: it.identity().namespace.clone().unwrap_or_default(),
        name: text("name")?.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn hpa(name: &str, target: &str) -> Whole<false> {
        let body = json!({"metadata": {"name": name, "namespace": "t"},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": target}}});
        body.into()
    }

    fn names(keys: Vec<ObjectKey>) -> Vec<String> {
        keys.into_iter().map(|it| it.name).collect()
    }

    #[test]
    fn targets_come_move_and_go() {
        let mut scales = Scales::default();
        let mut take = |event| names(scales.take("HPA", event));
        assert_eq!(take(Event::Apply(hpa("h", "api"))), ["api"]);
        assert!(take(Event::Apply(hpa("h", "api"))).is_empty(), "nothing new");
        assert_eq!(take(Event::Apply(hpa("h", "web"))), ["api", "web"]);
        assert_eq!(take(Event::Apply(hpa("other", "db"))), ["db"]);
        assert!(take(Event::Init).is_empty());
        assert!(take(Event::InitApply(hpa("h", "web"))).is_empty());
        assert_eq!(take(Event::InitDone), ["db"], "what a new list lacks is gone");
        let set = scales.of_namespace("t");
        assert_eq!(
            set.into_iter().collect::<Vec<_>>(),
            [("Deployment".to_owned(), "web".to_owned())]
        );
        assert!(scales.of_namespace("u").is_empty());
        assert_eq!(names(scales.take("HPA", Event::Delete(hpa("h", "web")))), ["web"]);
    }

    #[test]
    fn keda_may_leave_out_the_kind() {
        let body = json!({"metadata": {"name": "s", "namespace": "t"},
            "spec": {"scaleTargetRef": {"name": "api"}}});
        let key = target::<false>(&body.into()).unwrap();
        assert_eq!(key.id(), "apps/Deployment/t/api");
    }
}
