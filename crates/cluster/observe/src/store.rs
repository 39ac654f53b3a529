//! All observed objects of all releases, and when a change of one is worth telling.
//!
//! No client and no clock: events go in, releases to be told come out.

use std::borrow::Borrow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use pintle_release_manifest::{Gvk, ObjectKey};

use crate::observed::{Observed, ReleaseRef};

/// As many writes of ours may wait to be seen again. Past that a write is not waited for: the
/// release is then told of it as of anybody's. A write waits for milliseconds, so this is reached
/// only when watches are down; an entry takes some 300 bytes.
pub const MAX_NOTES: usize = 50_000;
/// As many deletions as are remembered, for the answer to a write that comes after the event that
/// its object is gone. Answers are late by milliseconds; without this such a write would be waited
/// for until the next list.
pub const MAX_GONE: usize = 1_024;

/// Group and kind: an object is one, in whatever version it is served.
pub(crate) type KindKey = (String, String);

pub(crate) fn kind_key(gvk: &Gvk) -> KindKey {
    (gvk.group.clone(), gvk.kind.clone())
}

/// An object in a set that is searched by key, so that no key is kept twice.
#[derive(Clone, Debug)]
struct Entry(Arc<Observed>);

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.0.key == other.0.key
    }
}

impl Eq for Entry {}

impl Hash for Entry {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.key.hash(state);
    }
}

impl Borrow<ObjectKey> for Entry {
    fn borrow(&self) -> &ObjectKey {
        &self.0.key
    }
}

/// A write of ours that is not seen yet.
#[derive(Clone, Copy, Debug)]
struct Note {
    resource_version: u64,
    /// How many lists of the kind had begun: a later list would show the write.
    lists: u64,
}

/// A write of ours that is under way.
#[derive(Clone, Debug, Default)]
struct HeldBack {
    writers: usize,
    changed: bool,
    /// The release of the object, if it is gone.
    lost: Option<Arc<ReleaseRef>>,
}

#[derive(Debug, Default)]
struct Listing {
    begun: u64,
    listed: Option<HashSet<ObjectKey>>,
}

/// The releases to be told.
pub(crate) type Told = Vec<Arc<ReleaseRef>>;

#[derive(Debug, Default)]
pub(crate) struct Store {
    objects: HashSet<Entry>,
    releases: HashMap<Arc<ReleaseRef>, HashSet<Entry>>,
    notes: HashMap<ObjectKey, Note>,
    held: HashMap<ObjectKey, HeldBack>,
    gone: VecDeque<(ObjectKey, u64)>,
    listings: HashMap<KindKey, Listing>,
}

impl Store {
    pub(crate) fn len(&self) -> usize {
        self.objects.len()
    }

    pub(crate) fn get(&self, key: &ObjectKey) -> Option<Arc<Observed>> {
        self.objects.get(key).map(|it| Arc::clone(&it.0))
    }

    /// In the order of their keys.
    pub(crate) fn of_release(&self, release: &ReleaseRef) -> Vec<Arc<Observed>> {
        let mut all: Vec<Arc<Observed>> =
            self.releases.get(release).into_iter().flatten().map(|it| Arc::clone(&it.0)).collect();
        all.sort_by(|one, other| one.key.cmp(&other.key));
        all
    }

    /// A list of a kind begins.
    pub(crate) fn begin_list(&mut self, kind: &KindKey) {
        let listing = self.listings.entry(kind.clone()).or_default();
        listing.begun += 1;
        listing.listed = Some(HashSet::new());
    }

    /// A list of a kind is complete: what it lacks is gone, and what we wrote before it began and it
    /// lacks will not come any more.
    pub(crate) fn end_list(&mut self, kind: &KindKey) -> Told {
        let Some(listing) = self.listings.get_mut(kind) else { return Vec::new() };
        let Some(listed) = listing.listed.take() else { return Vec::new() };
        let begun = listing.begun;
        self.notes.retain(|key, note| !is_of(key, kind) || note.lists >= begun);
        self.remove_where(|key| is_of(key, kind) && !listed.contains(key))
    }

    /// The server serves a kind no more.
    pub(crate) fn drop_kind(&mut self, kind: &KindKey) -> Told {
        self.listings.remove(kind);
        self.notes.retain(|key, _| !is_of(key, kind));
        self.remove_where(|key| is_of(key, kind))
    }

    fn remove_where(&mut self, gone: impl Fn(&ObjectKey) -> bool) -> Told {
        let gone: Vec<Arc<Observed>> =
            self.objects.iter().filter(|it| gone(&it.0.key)).map(|it| Arc::clone(&it.0)).collect();
        gone.iter().filter_map(|it| self.take_out(&it.key)).filter_map(|it| told(&it)).collect()
    }

    /// An object is as it is, seen in a list or in an event.
    pub(crate) fn see(&mut self, mut seen: Observed, kind: &KindKey) -> Told {
        let listing = self.listings.get_mut(kind).and_then(|it| it.listed.as_mut());
        let in_list = listing.is_some();
        if let Some(listed) = listing {
            listed.insert(seen.key.clone());
        }
        let before = self.get(&seen.key);
        if !in_list && before.as_ref().is_some_and(|it| is_replay(it, &seen)) {
            return Vec::new();
        }
        if self.is_older_than_our_write(&seen) {
            seen.stale = true;
        } else {
            self.notes.remove(&seen.key);
        }
        let known = self.releases.get_key_value(&seen.release).map(|(it, _)| Arc::clone(it));
        seen.release = known.unwrap_or(seen.release);
        let seen = Arc::new(seen);
        self.put_in(&seen, before.as_deref());
        if seen.stale || !seen.ours && before.as_ref().is_none_or(|it| !it.ours) {
            return Vec::new();
        }
        let changed = before.as_ref().is_none_or(|it| it.differs(&seen));
        if !changed || self.hold_back(&seen.key) {
            return Vec::new();
        }
        let mut all = vec![Arc::clone(&seen.release)];
        all.extend(before.map(|it| Arc::clone(&it.release)).filter(|it| *it != seen.release));
        all
    }

    /// An object is gone, or has lost the label it was watched by.
    pub(crate) fn lose(&mut self, key: &ObjectKey, resource_version: u64) -> Told {
        if self.gone.len() >= MAX_GONE {
            self.gone.pop_front();
        }
        self.gone.push_back((key.clone(), resource_version));
        let rewritten =
            self.notes.get(key).is_some_and(|it| it.resource_version > resource_version);
        if !rewritten {
            self.notes.remove(key);
        }
        let Some(lost) = self.take_out(key) else { return Vec::new() };
        if let Some(held) = self.held.get_mut(key) {
            held.changed = true;
            held.lost = told(&lost);
            return Vec::new();
        }
        if rewritten { Vec::new() } else { told(&lost).into_iter().collect() }
    }

    /// We have written an object: what is older than this is stale.
    pub(crate) fn note(&mut self, key: &ObjectKey, resource_version: u64) {
        let before = self.get(key);
        if before.as_ref().is_some_and(|it| it.resource_version >= resource_version) {
            return;
        }
        if self.gone.iter().any(|(it, version)| it == key && *version >= resource_version) {
            return;
        }
        let kind = (key.group.clone(), key.kind.clone());
        // Nobody would ever see a kind that is not watched, and there must be an end.
        let Some(listing) = self.listings.get(&kind) else { return };
        if self.notes.len() >= MAX_NOTES && !self.notes.contains_key(key) {
            return;
        }
        self.notes.insert(key.clone(), Note { resource_version, lists: listing.begun });
        if let Some(before) = before {
            let mut stale = (*before).clone();
            stale.stale = true;
            self.put_in(&Arc::new(stale), Some(&before));
        }
    }

    /// Whether a write of ours is not seen yet.
    pub(crate) fn is_awaited(&self, key: &ObjectKey) -> bool {
        self.notes.contains_key(key)
    }

    /// A write of ours begins: what its object's events tell is held back.
    pub(crate) fn hold(&mut self, key: &ObjectKey) {
        self.held.entry(key.clone()).or_default().writers += 1;
    }

    /// A write of ours has ended. What was held back is told, unless it is older than the write.
    pub(crate) fn let_go(&mut self, key: &ObjectKey) -> Told {
        let Some(held) = self.held.get_mut(key) else { return Vec::new() };
        held.writers -= 1;
        if held.writers > 0 {
            return Vec::new();
        }
        let Some(held) = self.held.remove(key) else { return Vec::new() };
        if !held.changed || self.notes.contains_key(key) {
            return Vec::new();
        }
        self.get(key).and_then(|it| told(&it)).or(held.lost).into_iter().collect()
    }

    fn hold_back(&mut self, key: &ObjectKey) -> bool {
        let held = self.held.get_mut(key);
        if let Some(held) = held {
            held.changed = true;
            return true;
        }
        false
    }

    fn is_older_than_our_write(&self, seen: &Observed) -> bool {
        seen.resource_version != 0
            && self
                .notes
                .get(&seen.key)
                .is_some_and(|it| it.resource_version > seen.resource_version)
    }

    fn put_in(&mut self, seen: &Arc<Observed>, before: Option<&Observed>) {
        if let Some(before) = before.filter(|it| it.release != seen.release) {
            self.take_from_release(before);
        }
        let entry = Entry(Arc::clone(seen));
        self.objects.replace(entry.clone());
        self.releases.entry(Arc::clone(&seen.release)).or_default().replace(entry);
    }

    fn take_out(&mut self, key: &ObjectKey) -> Option<Arc<Observed>> {
        let Entry(lost) = self.objects.take(key)?;
        self.take_from_release(&lost);
        Some(lost)
    }

    fn take_from_release(&mut self, lost: &Observed) {
        if let Some(all) = self.releases.get_mut(&lost.release) {
            all.remove(&lost.key);
            if all.is_empty() {
                self.releases.remove(&lost.release);
            }
        }
    }
}

fn is_of(key: &ObjectKey, kind: &KindKey) -> bool {
    key.kind == kind.1 && key.group == kind.0
}

/// Watches that are opened anew may repeat themselves. Another uid is another object.
fn is_replay(before: &Observed, seen: &Observed) -> bool {
    seen.resource_version != 0
        && before.uid == seen.uid
        && before.resource_version >= seen.resource_version
}

/// Copies of our labels (`EndpointSlice`s, children of operators) tell nobody.
fn told(it: &Arc<Observed>) -> Option<Arc<ReleaseRef>> {
    it.ours.then(|| Arc::clone(&it.release))
}

#[cfg(test)]
mod tests;
