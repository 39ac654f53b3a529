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
}

type Key = (String, String);

/// The index.
pub(crate) struct Histories {
    versions: Mutex<HashMap<Key, BTreeMap<i64, Recorded>>>,
    synced: watch::Sender<bool>,
}

impl Histories {
    pub(crate) fn new() -> Self {
        Histories { versions: Mutex::default(), synced: watch::Sender::new(false) }
    }

    /// Follows the histories, for ever.
    ///
    /// # Errors
    /// Never by a fault of the API server, which is waited out.
    pub(crate) async fn run(&self, api: Api<ReleaseHistory>) -> Result<(), watcher::Error> {
        let mut events = watcher(api, watcher::Config::default()).default_backoff().boxed();
        let mut fresh: HashMap<Key, BTreeMap<i64, Recorded>> = HashMap::new();
        loop {
            match events.try_next().await {
                Ok(None) => return Ok(()),
                Ok(Some(watcher::Event::Init)) => fresh.clear(),
                Ok(Some(watcher::Event::InitApply(history))) => add(&mut fresh, &history),
                Ok(Some(watcher::Event::InitDone)) => {
                    *self.lock() = std::mem::take(&mut fresh);
                    self.synced.send_replace(true);
                }
                Ok(Some(watcher::Event::Apply(history))) => add(&mut self.lock(), &history),
                Ok(Some(watcher::Event::Delete(history))) => {
                    let key = key(&history);
                    self.remove(&key.0, &key.1, history.spec.version);
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
        self.lock().get(&key).cloned().unwrap_or_default()
    }

    /// The chart of a version.
    pub(crate) fn chart_of(
        &self,
        namespace: &str,
        release: &str,
        version: i64,
    ) -> Option<RenderedChart> {
        let key = (namespace.to_owned(), release.to_owned());
        self.lock().get(&key)?.get(&version).map(|it| it.chart.clone())
    }

    /// Notes what this process has just recorded: the watch may lag behind.
    pub(crate) fn recorded(&self, history: &ReleaseHistory) {
        add(&mut self.lock(), history);
    }

    /// Notes that a version is gone.
    pub(crate) fn remove(&self, namespace: &str, release: &str, version: i64) {
        let key = (namespace.to_owned(), release.to_owned());
        let mut all = self.lock();
        if let Some(versions) = all.get_mut(&key) {
            versions.remove(&version);
            if versions.is_empty() {
                all.remove(&key);
            }
        }
    }

    /// The digests of every chart that a version of the namespace was made from.
    pub(crate) fn charts_in(&self, namespace: &str) -> BTreeSet<String> {
        let all = self.lock();
        let here = all.iter().filter(|((of, _), _)| of == namespace);
        here.flat_map(|(_, versions)| versions.values().map(|it| it.chart.digest.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, BTreeMap<i64, Recorded>>> {
        // Nothing that holds the lock can leave the index half changed.
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn key(history: &ReleaseHistory) -> Key {
    let namespace = history.metadata.namespace.clone().unwrap_or_default();
    (namespace, history.spec.release.clone())
}

fn add(all: &mut HashMap<Key, BTreeMap<i64, Recorded>>, history: &ReleaseHistory) {
    let versions = all.entry(key(history)).or_default();
    if history.metadata.deletion_timestamp.is_some() {
        versions.remove(&history.spec.version);
        return;
    }
    let recorded = Recorded {
        content_digest: history.spec.content_digest.clone(),
        chart: history.spec.chart.clone(),
    };
    versions.insert(history.spec.version, recorded);
}
