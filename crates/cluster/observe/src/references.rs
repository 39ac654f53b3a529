//! The Secrets and ConfigMaps that releases refer to: of all others nothing is kept.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use kube::core::ObjectMeta;
use kube::runtime::watcher::Event;
use pintle_release_manifest::ObjectKey;

use crate::live::Whole;
use crate::observed::ReleaseRef;

/// As many references as one release may have: 64 values and the chart by the schema, and room.
pub const MAX_REFERENCES: usize = 128;

#[derive(Debug, Default)]
struct Referred {
    by: HashSet<Arc<ReleaseRef>>,
    /// Its last known resourceVersion, as the server writes it; none while it is not there.
    version: Option<String>,
}

#[derive(Debug, Default)]
pub(crate) struct References {
    of: HashMap<Arc<ReleaseRef>, Vec<ObjectKey>>,
    referred: HashMap<ObjectKey, Referred>,
    listed: HashMap<&'static str, HashSet<ObjectKey>>,
    /// How often something that a release refers to has changed.
    changes: HashMap<Arc<ReleaseRef>, u64>,
}

impl References {
    /// Puts these in place of the references a release had. Those past the limit are dropped.
    pub(crate) fn replace(&mut self, release: &ReleaseRef, mut keys: Vec<ObjectKey>) {
        keys.truncate(MAX_REFERENCES);
        let (release, before) = self
            .of
            .remove_entry(release)
            .unwrap_or_else(|| (Arc::new(release.clone()), Vec::new()));
        for key in before.iter().filter(|it| !keys.contains(it)) {
            if let Some(referred) = self.referred.get_mut(key) {
                referred.by.remove(&release);
                if referred.by.is_empty() {
                    self.referred.remove(key);
                }
            }
        }
        for key in &keys {
            self.referred.entry(key.clone()).or_default().by.insert(Arc::clone(&release));
        }
        if keys.is_empty() {
            self.changes.remove(&release);
        } else {
            self.of.insert(release, keys);
        }
    }

    /// How often something that a release refers to has changed since it was first named.
    pub(crate) fn changes(&self, release: &ReleaseRef) -> u64 {
        self.changes.get(release).copied().unwrap_or(0)
    }

    /// Takes an event of the watch of a kind; answers with the releases that refer to what changed.
    pub(crate) fn take(
        &mut self,
        kind: &'static str,
        event: Event<Whole<true>>,
    ) -> Vec<Arc<ReleaseRef>> {
        match event {
            Event::Init => {
                self.listed.insert(kind, HashSet::new());
                Vec::new()
            }
            Event::InitApply(it) => {
                let key = key(kind, it.identity());
                if !self.referred.contains_key(&key) {
                    return Vec::new();
                }
                self.listed.entry(kind).or_default().insert(key.clone());
                self.put(&key, it.identity().resource_version.clone())
            }
            Event::Apply(it) => {
                self.put(&key(kind, it.identity()), it.identity().resource_version.clone())
            }
            Event::Delete(it) => self.put(&key(kind, it.identity()), None),
            Event::InitDone => {
                let listed = self.listed.remove(kind).unwrap_or_default();
                let gone: Vec<ObjectKey> = self
                    .referred
                    .iter()
                    .filter(|(key, it)| {
                        key.kind == kind && it.version.is_some() && !listed.contains(*key)
                    })
                    .map(|(key, _)| key.clone())
                    .collect();
                gone.iter().flat_map(|it| self.put(it, None)).collect()
            }
        }
    }

    fn put(&mut self, key: &ObjectKey, version: Option<String>) -> Vec<Arc<ReleaseRef>> {
        let Some(referred) = self.referred.get_mut(key) else { return Vec::new() };
        if version.is_some() && referred.version == version {
            return Vec::new();
        }
        referred.version = version;
        for release in &referred.by {
            *self.changes.entry(Arc::clone(release)).or_default() += 1;
        }
        referred.by.iter().cloned().collect()
    }
}

fn key(kind: &str, identity: &ObjectMeta) -> ObjectKey {
    ObjectKey {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: identity.namespace.clone().unwrap_or_default(),
        name: identity.name.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const KIND: &str = "Secret";

    fn secret(name: &str, version: &str) -> Whole<true> {
        json!({"metadata": {"name": name, "namespace": "t", "resourceVersion": version}}).into()
    }

    fn of(name: &str) -> ObjectKey {
        super::key(KIND, secret(name, "1").identity())
    }

    fn told(references: &mut References, event: Event<Whole<true>>) -> Vec<String> {
        let mut names: Vec<String> =
            references.take(KIND, event).iter().map(|it| it.name.clone()).collect();
        names.sort();
        names
    }

    #[test]
    fn those_who_refer_are_told() {
        let mut it = References::default();
        it.replace(&ReleaseRef::new("t", "a"), vec![of("x"), of("y")]);
        it.replace(&ReleaseRef::new("t", "b"), vec![of("x")]);
        assert_eq!(told(&mut it, Event::Apply(secret("x", "1"))), ["a", "b"]);
        assert!(told(&mut it, Event::Apply(secret("x", "1"))).is_empty(), "a replay");
        assert!(told(&mut it, Event::Apply(secret("z", "1"))).is_empty(), "nobody's");
        assert_eq!(told(&mut it, Event::Delete(secret("x", "2"))), ["a", "b"]);
        it.replace(&ReleaseRef::new("t", "a"), vec![of("y")]);
        assert_eq!(told(&mut it, Event::Apply(secret("x", "3"))), ["b"]);
        it.replace(&ReleaseRef::new("t", "b"), Vec::new());
        assert!(told(&mut it, Event::Apply(secret("x", "4"))).is_empty());
        assert_eq!(it.referred.len(), 1, "what nobody refers to is forgotten");
    }

    #[test]
    fn a_new_list_tells_what_was_missed() {
        let mut it = References::default();
        it.replace(&ReleaseRef::new("t", "a"), vec![of("x"), of("y"), of("z")]);
        for name in ["x", "y", "z"] {
            told(&mut it, Event::Apply(secret(name, "1")));
        }
        assert!(told(&mut it, Event::Init).is_empty());
        assert!(told(&mut it, Event::InitApply(secret("x", "1"))).is_empty());
        assert_eq!(told(&mut it, Event::InitApply(secret("y", "2"))), ["a"]);
        assert_eq!(told(&mut it, Event::InitDone), ["a"], "z is gone");
    }

    #[test]
    fn as_many_references_as_the_limit() {
        let check = |count: usize, want: usize| {
            let mut it = References::default();
            it.replace(
                &ReleaseRef::new("t", "a"),
                (0..count).map(|number| of(&format!("s{number}"))).collect(),
            );
            assert_eq!(it.referred.len(), want);
        };
        check(MAX_REFERENCES, MAX_REFERENCES);
        check(MAX_REFERENCES + 1, MAX_REFERENCES);
    }
}
