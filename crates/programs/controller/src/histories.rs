//! Which versions every release has: an index kept by one watch, a few bytes a version.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures::{StreamExt, TryStreamExt};
use kube::Api;
use kube::runtime::{WatchStreamExt, watcher};
use pintle_release_api::{ReleaseHistory, RenderedChart};
use tokio::sync::watch;

/// What the index keeps of a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recorded {
    /// The content's digest.
    pub(crate) content_digest: String,
    /// The chart.
    pub(crate) chart: RenderedChart,
    /// Whether its blob turned out to be lost: it can't be served or gone back to.
    pub(crate) lost: bool,
}

type Key = (String, String);

/// The versions of all releases.
#[derive(Default)]
struct Index {
    versions: HashMap<Key, BTreeMap<i64, Recorded>>,
    /// What a list that is under way has told so far.
    fresh: HashMap<Key, BTreeMap<i64, Recorded>>,
    /// What this process has recorded (or removed: none) since that list began, which may lack it.
    since: HashMap<(Key, i64), Option<Recorded>>,
    listing: bool,
}

impl Index {
    fn take(&mut self, event: watcher::Event<ReleaseHistory>) {
        match event {
            watcher::Event::Init => {
                self.fresh.clear();
                self.since.clear();
                self.listing = true;
            }
            watcher::Event::InitApply(history) => {
                if let Some(recorded) = recorded(&history) {
                    let versions = self.fresh.entry(key(&history)).or_default();
                    versions.insert(history.spec.version, recorded);
                }
            }
            watcher::Event::InitDone => self.end_list(),
            watcher::Event::Apply(history) => {
                self.note(&key(&history), history.spec.version, recorded(&history));
            }
            watcher::Event::Delete(history) => {
                self.note(&key(&history), history.spec.version, None);
            }
        }
    }

    fn end_list(&mut self) {
        self.listing = false;
        let before = std::mem::replace(&mut self.versions, std::mem::take(&mut self.fresh));
        for ((key, version), recorded) in std::mem::take(&mut self.since) {
            self.put(&key, version, recorded);
        }
        let lost = before.into_iter().flat_map(|(key, versions)| {
            let lost = versions.into_iter().filter(|(_, it)| it.lost);
            lost.map(|(version, _)| (key.clone(), version)).collect::<Vec<_>>()
        });
        for (key, version) in lost {
            self.lose(&key, version);
        }
    }

    /// A version as it is now; none when it is gone.
    fn note(&mut self, key: &Key, version: i64, recorded: Option<Recorded>) {
        if self.listing {
            self.since.insert((key.clone(), version), recorded.clone());
        }
        self.put(key, version, recorded);
    }

    fn put(&mut self, key: &Key, version: i64, recorded: Option<Recorded>) {
        let versions = self.versions.entry(key.clone()).or_default();
        match recorded {
            Some(recorded) => {
                let lost = versions.get(&version).is_some_and(|it| it.lost);
                versions.insert(version, Recorded { lost, ..recorded });
            }
            None => drop(versions.remove(&version)),
        }
        if versions.is_empty() {
            self.versions.remove(key);
        }
    }

    /// Whether this is news.
    fn lose(&mut self, key: &Key, version: i64) -> bool {
        let recorded = self.versions.get_mut(key).and_then(|it| it.get_mut(&version));
        recorded.is_some_and(|it| !std::mem::replace(&mut it.lost, true))
    }
}

/// The index.
pub(crate) struct Histories {
    index: Mutex<Index>,
    synced: watch::Sender<bool>,
}

impl Histories {
    pub(crate) fn new() -> Self {
        Histories { index: Mutex::default(), synced: watch::Sender::new(false) }
    }

    /// Follows the histories, for ever.
    ///
    /// # Errors
    /// Never by a fault of the API server, which is waited out.
    pub(crate) async fn run(&self, api: Api<ReleaseHistory>) -> Result<(), watcher::Error> {
        let mut events = watcher(api, watcher::Config::default()).default_backoff().boxed();
        loop {
            match events.try_next().await {
                Ok(None) => return Ok(()),
                Ok(Some(event)) => {
                    let complete = matches!(event, watcher::Event::InitDone);
                    self.lock().take(event);
                    if complete {
                        self.synced.send_replace(true);
                    }
                }
                Err(error) => tracing::warn!(%error, "the watch of histories was cut; it goes on"),
            }
        }
    }

    /// Waits until the first list is in.
    pub(crate) async fn ready(&self) {
        let mut synced = self.synced.subscribe();
        // The sender lives as long as the index itself, so this only ends when it is synced.
        let _ = synced.wait_for(|it| *it).await;
    }

    pub(crate) fn is_ready(&self) -> bool {
        *self.synced.borrow()
    }

    /// The versions of a release.
    pub(crate) fn of(&self, namespace: &str, release: &str) -> BTreeMap<i64, Recorded> {
        let key = (namespace.to_owned(), release.to_owned());
        self.lock().versions.get(&key).cloned().unwrap_or_default()
    }

    /// The chart of a version.
    pub(crate) fn chart_of(
        &self,
        namespace: &str,
        release: &str,
        version: i64,
    ) -> Option<RenderedChart> {
        let key = (namespace.to_owned(), release.to_owned());
        self.lock().versions.get(&key)?.get(&version).map(|it| it.chart.clone())
    }

    /// Notes what this process has just recorded: the watch may lag behind.
    pub(crate) fn recorded(&self, history: &ReleaseHistory) {
        self.lock().note(&key(history), history.spec.version, recorded(history));
    }

    /// Notes that a version is gone.
    pub(crate) fn remove(&self, namespace: &str, release: &str, version: i64) {
        self.lock().note(&(namespace.to_owned(), release.to_owned()), version, None);
    }

    /// Notes that a version's blob is lost, and says whether that is news.
    pub(crate) fn lose(&self, namespace: &str, release: &str, version: i64) -> bool {
        self.lock().lose(&(namespace.to_owned(), release.to_owned()), version)
    }

    /// The digests of every chart that a version of the namespace was made from.
    pub(crate) fn charts_in(&self, namespace: &str) -> BTreeSet<String> {
        let index = self.lock();
        let here = index.versions.iter().filter(|((of, _), _)| of == namespace);
        here.flat_map(|(_, versions)| versions.values().map(|it| it.chart.digest.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Index> {
        // Nothing that holds the lock can leave the index half changed.
        self.index.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(history: &ReleaseHistory) -> Key {
    let namespace = history.metadata.namespace.clone().unwrap_or_default();
    (namespace, history.spec.release.clone())
}

/// What is kept of a history; nothing of one that is on its way out.
fn recorded(history: &ReleaseHistory) -> Option<Recorded> {
    history.metadata.deletion_timestamp.is_none().then(|| Recorded {
        content_digest: history.spec.content_digest.clone(),
        chart: history.spec.chart.clone(),
        lost: false,
    })
}

#[cfg(test)]
mod tests {
    use pintle_release_api::ReleaseHistorySpec;
    use watcher::Event;

    use super::*;

    fn history(version: i64) -> ReleaseHistory {
        let mut history = ReleaseHistory::new(
            &format!("app-v{version}"),
            ReleaseHistorySpec {
                release: "app".into(),
                version,
                description: None,
                content_digest: format!("v1:{version}"),
                chart: RenderedChart::default(),
                snapshot: String::new(),
                manifest_digest: String::new(),
                values_digest: String::new(),
            },
        );
        history.metadata.namespace = Some("t".into());
        history
    }

    fn versions(histories: &Histories) -> Vec<i64> {
        histories.of("t", "app").into_keys().collect()
    }

    /// An index that has been listed once, with these versions.
    fn listed(versions: &[i64]) -> Histories {
        let histories = Histories::new();
        list(&histories, versions, || ());
        histories
    }

    /// A list with these versions; `meanwhile` happens before it is complete.
    fn list(histories: &Histories, versions: &[i64], meanwhile: impl FnOnce()) {
        histories.lock().take(Event::Init);
        for version in versions {
            histories.lock().take(Event::InitApply(history(*version)));
        }
        meanwhile();
        histories.lock().take(Event::InitDone);
    }

    #[test]
    fn a_new_list_does_not_drop_what_was_recorded_meanwhile() {
        let histories = listed(&[1]);
        list(&histories, &[1], || histories.recorded(&history(2)));
        assert_eq!(versions(&histories), [1, 2]);
        // The next list is newer than that record.
        list(&histories, &[1], || ());
        assert_eq!(versions(&histories), [1]);
    }

    #[test]
    fn a_new_list_does_not_bring_back_what_was_removed_meanwhile() {
        let histories = listed(&[1, 2]);
        list(&histories, &[1, 2], || histories.remove("t", "app", 1));
        assert_eq!(versions(&histories), [2]);
        list(&histories, &[], || ());
        assert!(histories.of("t", "app").is_empty());
        assert!(histories.lock().versions.is_empty(), "nothing is kept of a release that is gone");
    }

    #[test]
    fn a_list_that_begins_anew_forgets_the_half_of_the_one_before() {
        let histories = listed(&[1]);
        histories.lock().take(Event::Init);
        histories.lock().take(Event::InitApply(history(7)));
        list(&histories, &[1, 2], || ());
        assert_eq!(versions(&histories), [1, 2]);
    }

    #[test]
    fn what_is_lost_stays_lost() {
        let histories = listed(&[1, 2]);
        assert!(histories.lose("t", "app", 2), "news");
        assert!(!histories.lose("t", "app", 2), "no news");
        histories.lock().take(Event::Apply(history(2)));
        list(&histories, &[1, 2], || ());
        let lost = |version| histories.of("t", "app")[&version].lost;
        assert_eq!((lost(1), lost(2)), (false, true));
    }
}
