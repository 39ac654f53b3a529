//! What the controller remembers of a release between two reconciles. All of it can be derived
//! again from the cluster; none of it is needed for correctness.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use pintle_release_api::{JobRecord, RememberedReplicas};
use pintle_release_manifest::Redactor;
use pintle_release_plan::Desired;
use pintle_release_revision::Salt;

/// The most releases whose rendered objects are kept, to compare and repair without a request; of
/// others they are read from their blob when they are needed. At 10 to 100 KiB each.
const MAX_BODIES: usize = 128;

/// What is remembered of one release.
#[derive(Default)]
pub(crate) struct Memory {
    /// The key of its digests.
    pub(crate) salt: Option<Salt>,
    /// Which version the spec was, the last time anything it depends on changed.
    pub(crate) identified: Option<(Inputs, i64)>,
    /// What was applied.
    pub(crate) served: Option<Served>,
    /// The last plan, until a status tells of it.
    pub(crate) plan: Option<pintle_release_api::PlanStatus>,
    /// Failed attempts in a row, at the spec of `tried`.
    pub(crate) attempts: u32,
    /// `metadata.generation` of the last attempt.
    tried: i64,
    /// The status that was written last; the watch may lag behind.
    pub(crate) written: Option<pintle_release_api::ReleaseStatus>,
    /// When a version began to go out, until its first status is written.
    pub(crate) applied_at: Option<std::time::Instant>,
}

impl Memory {
    /// An attempt at a spec begins: another spec does not wait for what was wrong with the last.
    pub(crate) fn attempt(&mut self, generation: i64) {
        if std::mem::replace(&mut self.tried, generation) != generation {
            self.attempts = 0;
        }
    }
}

/// Everything that the content of a spec depends on, by version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inputs {
    /// `metadata.generation`
    pub(crate) generation: i64,
    /// Changes of what it refers to, counted by the observer.
    pub(crate) references: u64,
}

/// What was applied last.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) version: i64,
    pub(crate) suspend: bool,
    /// The objects, as far as their health is told from the watches.
    pub(crate) objects: Arc<Vec<ServedObject>>,
    /// Hash of our fields of each object; none where it was not applied yet.
    pub(crate) hashes: Vec<Option<u64>>,
    pub(crate) jobs: BTreeMap<String, JobRecord>,
    pub(crate) suspended: BTreeMap<String, RememberedReplicas>,
}

/// One object of what was applied.
#[derive(Clone)]
pub(crate) struct ServedObject {
    pub(crate) key: pintle_release_manifest::ObjectKey,
    pub(crate) gvk: pintle_release_manifest::Gvk,
    pub(crate) component: String,
    /// Hash of the template, of Jobs only.
    pub(crate) template: Option<String>,
}

/// Rendered objects of the releases that were busy last.
#[derive(Default)]
pub(crate) struct Bodies {
    inner: Mutex<BodiesInner>,
}

#[derive(Default)]
struct BodiesInner {
    clock: u64,
    entries: HashMap<BodyKey, (u64, Prepared)>,
}

/// The objects of a version, and what of it must not be shown.
#[derive(Clone, Default)]
pub(crate) struct Prepared {
    pub(crate) objects: Arc<Vec<Desired>>,
    pub(crate) secrets: Arc<Redactor>,
}

/// Release uid, version, and whether suspended.
pub(crate) type BodyKey = (String, i64, bool);

impl Bodies {
    pub(crate) fn get(&self, key: &BodyKey) -> Option<Prepared> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let clock = inner.clock;
        let (used, bodies) = inner.entries.get_mut(key)?;
        *used = clock;
        Some(bodies.clone())
    }

    pub(crate) fn put(&self, key: BodyKey, bodies: Prepared) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.clock += 1;
        let clock = inner.clock;
        inner.entries.insert(key, (clock, bodies));
        while inner.entries.len() > MAX_BODIES {
            let oldest = inner.entries.iter().min_by_key(|(_, (used, _))| *used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else { break };
            inner.entries.remove(&oldest);
        }
    }
}

/// The hashes as the status keeps them: eight bytes an object, in the order of the manifest, in
/// base64; zero where there is none.
pub(crate) fn pack_hashes(hashes: &[Option<u64>]) -> String {
    use k8s_openapi::ByteString;
    let bytes: Vec<u8> = hashes.iter().flat_map(|it| it.unwrap_or(0).to_be_bytes()).collect();
    match serde_json::to_value(ByteString(bytes)) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The other way round; nothing for a text of another shape.
pub(crate) fn unpack_hashes(text: &str) -> Vec<Option<u64>> {
    use k8s_openapi::ByteString;
    let bytes: Result<ByteString, _> = serde_json::from_value(text.into());
    let Ok(ByteString(bytes)) = bytes else { return Vec::new() };
    let (chunks, _) = bytes.as_chunks::<8>();
    chunks.iter().map(|it| Some(u64::from_be_bytes(*it)).filter(|it| *it != 0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_spec_is_tried_at_once() {
        let mut memory = Memory::default();
        memory.attempt(1);
        memory.attempts = 7;
        memory.attempt(1);
        assert_eq!(memory.attempts, 7);
        memory.attempt(2);
        assert_eq!(memory.attempts, 0);
    }

    #[test]
    fn hashes_come_back() {
        let hashes = [Some(7), None, Some(u64::MAX)];
        assert_eq!(unpack_hashes(&pack_hashes(&hashes)), hashes);
        assert_eq!(unpack_hashes("?"), []);
    }

    #[test]
    fn the_least_used_bodies_go() {
        let bodies = Bodies::default();
        let key = |it: usize| (it.to_string(), 1, false);
        for it in 0..MAX_BODIES {
            bodies.put(key(it), Prepared::default());
        }
        assert!(bodies.get(&key(0)).is_some());
        bodies.put(key(MAX_BODIES), Prepared::default());
        assert!(bodies.get(&key(0)).is_some());
        assert!(bodies.get(&key(1)).is_none());
    }
}
