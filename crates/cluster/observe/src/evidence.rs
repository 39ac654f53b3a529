//! Watches around what is not well: opened per namespace when needed, counted, and closed.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kube::api::ApiResource;
use kube::runtime::watcher::Config;
use pintle_release_api::Cause;
use pintle_release_health::{Evidence, causes};
use tokio::sync::{Notify, Semaphore, watch};

use crate::gather::{Part, Surroundings, alone};
use crate::live::{Whole, resource};
use crate::observed::{Observed, ReleaseRef};
use crate::observer::{Inner, lock};
use crate::stream::{Progress, follow};

/// How long something must be unwell before its namespace is looked at: a rollout that goes well
/// is over by then, and costs no watch.
pub const OPEN_AFTER: Duration = Duration::from_secs(2);
/// As many namespaces as are looked at together, each by four watches. The others wait their turn.
pub const MAX_OPEN_NAMESPACES: usize = 64;
/// How long a namespace is still looked at when all is well again: rollouts come in rows.
const LINGER: Duration = Duration::from_secs(5);
/// How long a namespace is looked at while others wait.
const TURN: Duration = Duration::from_secs(30);
/// Changes within this time are looked at together.
const GATHER: Duration = Duration::from_millis(100);

/// A namespace that somebody wants to know about.
struct Place {
    around: Surroundings,
    /// The releases that want to know, each with a hash of the causes it was last told.
    wanted: HashMap<ReleaseRef, u64>,
    changed: Arc<Notify>,
    quiet: Arc<Notify>,
}

/// All such namespaces.
pub(crate) struct Hub {
    places: Mutex<HashMap<String, Place>>,
    turns: Semaphore,
    queue: AtomicUsize,
}

impl Default for Hub {
    fn default() -> Self {
        Hub {
            places: Mutex::default(),
            turns: Semaphore::new(MAX_OPEN_NAMESPACES),
            queue: AtomicUsize::new(0),
        }
    }
}

impl Hub {
    /// Notes that a release wants to know, or no more. Answers whether somebody must now attend to
    /// the namespace.
    pub(crate) fn want(&self, namespace: &str, on: bool, release: &ReleaseRef) -> bool {
        let mut places = lock(&self.places);
        if let Some(place) = places.get_mut(namespace) {
            if on {
                place.wanted.entry(release.clone()).or_insert(digest(&[]));
            } else if place.wanted.remove(release).is_some() && place.wanted.is_empty() {
                place.quiet.notify_one();
            }
            return false;
        }
        if on {
            let place = Place {
                around: Surroundings::default(),
                wanted: HashMap::from([(release.clone(), digest(&[]))]),
                changed: Arc::default(),
                quiet: Arc::default(),
            };
            places.insert(namespace.to_owned(), place);
        }
        on
    }

    /// What is known around these objects; those that are well, or were just written, are left out.
    pub(crate) fn evidence(&self, objects: &[Arc<Observed>]) -> Vec<Evidence> {
        let places = lock(&self.places);
        objects
            .iter()
            .filter(|it| !it.stale && !it.judgement.is_settled())
            .map(|it| match places.get(&it.key.namespace) {
                Some(place) => place.around.around(it),
                None => alone(it),
            })
            .collect()
    }

    fn signals(&self, namespace: &str) -> Option<(Arc<Notify>, Arc<Notify>)> {
        let places = lock(&self.places);
        places.get(namespace).map(|it| (Arc::clone(&it.changed), Arc::clone(&it.quiet)))
    }

    /// Forgets a namespace that nobody wants to know about any more.
    fn forget_unwanted(&self, namespace: &str) -> bool {
        let mut places = lock(&self.places);
        let unwanted = places.get(namespace).is_none_or(|it| it.wanted.is_empty());
        if unwanted {
            places.remove(namespace);
        }
        unwanted
    }

    fn take(
        &self,
        namespace: &str,
        part: Part,
        event: kube::runtime::watcher::Event<Whole<false>>,
    ) {
        let mut places = lock(&self.places);
        if let Some(place) = places.get_mut(namespace)
            && place.around.take(part, event)
        {
            place.changed.notify_one();
        }
    }

    fn wanting(&self, namespace: &str) -> Vec<ReleaseRef> {
        let places = lock(&self.places);
        places.get(namespace).map(|it| it.wanted.keys().cloned().collect()).unwrap_or_default()
    }

    /// Notes the causes a release has now; answers whether they are others than before.
    fn renew(&self, namespace: &str, release: &ReleaseRef, now: u64) -> bool {
        let mut places = lock(&self.places);
        let known = places.get_mut(namespace).and_then(|it| it.wanted.get_mut(release));
        known.is_some_and(|it| std::mem::replace(it, now) != now)
    }
}

/// Attends to a namespace until nobody wants to know about it.
pub(crate) async fn attend(inner: Arc<Inner>, namespace: String) {
    tokio::time::sleep(OPEN_AFTER).await;
    while !inner.hub.forget_unwanted(&namespace) {
        inner.hub.queue.fetch_add(1, Ordering::Relaxed);
        let turn = inner.hub.turns.acquire().await;
        inner.hub.queue.fetch_sub(1, Ordering::Relaxed);
        if turn.is_err() {
            return;
        }
        if !inner.hub.forget_unwanted(&namespace) {
            look(&inner, &namespace).await;
        }
    }
}

/// Looks until all is quiet, or the turn is over.
async fn look(inner: &Inner, namespace: &str) {
    let Some((changed, quiet)) = inner.hub.signals(namespace) else { return };
    tokio::select! {
        () = watches(inner, namespace) => {}
        () = tell(inner, namespace, &changed) => {}
        () = until_quiet(inner, namespace, &quiet) => {}
        () = until_others_wait(inner) => {}
    }
}

async fn until_quiet(inner: &Inner, namespace: &str, quiet: &Notify) {
    loop {
        quiet.notified().await;
        tokio::time::sleep(LINGER).await;
        if inner.hub.forget_unwanted(namespace) {
            return;
        }
    }
}

async fn until_others_wait(inner: &Inner) {
    loop {
        tokio::time::sleep(TURN).await;
        if inner.hub.queue.load(Ordering::Relaxed) > 0 {
            return;
        }
    }
}

async fn watches(inner: &Inner, namespace: &str) {
    let pods = resource("", "v1", "Pod", "pods");
    let sets = resource("apps", "v1", "ReplicaSet", "replicasets");
    let claims = resource("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims");
    let events = resource("", "v1", "Event", "events");
    tokio::join!(
        part(inner, namespace, &pods, Part::Pods),
        part(inner, namespace, &sets, Part::Sets),
        part(inner, namespace, &claims, Part::Claims),
        part(inner, namespace, &events, Part::Events),
    );
}

async fn part(inner: &Inner, namespace: &str, kind: &ApiResource, part: Part) {
    let config = match part {
        Part::Events => Config::default().fields("type=Warning"),
        _ => Config::default(),
    };
    let (progress, _) = watch::channel(Progress::Starting);
    let on = |event| inner.hub.take(namespace, part, event);
    let scope = Some(namespace);
    follow::<Whole<false>>(&inner.client, kind, scope, config, &inner.counters, &progress, on)
        .await;
}

/// Sends each release whose causes are others than before.
async fn tell(inner: &Inner, namespace: &str, changed: &Notify) {
    loop {
        changed.notified().await;
        tokio::time::sleep(GATHER).await;
        for release in inner.hub.wanting(namespace) {
            let mut objects = lock(&inner.store).of_release(&release);
            objects.retain(|it| it.key.namespace == namespace);
            let now = digest(&causes(&inner.hub.evidence(&objects)));
            if inner.hub.renew(namespace, &release, now) {
                inner.tell([&release]);
            }
        }
    }
}

fn digest(causes: &[Cause]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for it in causes {
        (&it.object, it.reason, &it.message).hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_are_counted() {
        let hub = Hub::default();
        let (a, b) = (ReleaseRef::new("t", "a"), ReleaseRef::new("t", "b"));
        assert!(!hub.want("t", false, &a), "nothing to close");
        assert!(hub.want("t", true, &a), "opened");
        assert!(!hub.want("t", true, &a), "once for each release");
        assert!(!hub.want("t", true, &b));
        assert!(!hub.want("t", false, &a));
        assert!(!hub.forget_unwanted("t"), "b still wants to know");
        assert!(!hub.want("t", false, &b));
        assert!(hub.forget_unwanted("t"));
        assert!(hub.want("t", true, &b), "opened anew");
    }

    #[test]
    fn only_other_causes_are_told() {
        let hub = Hub::default();
        let a = ReleaseRef::new("t", "a");
        hub.want("t", true, &a);
        assert!(!hub.renew("t", &a, digest(&[])), "none, as before");
        assert!(hub.renew("t", &a, 7));
        assert!(!hub.renew("t", &a, 7));
        assert!(!hub.renew("t", &ReleaseRef::new("t", "b"), 7), "nobody");
    }

    #[test]
    fn as_many_turns_as_the_limit() {
        let hub = Hub::default();
        let turns: Vec<_> =
            (0..MAX_OPEN_NAMESPACES).filter_map(|_| hub.turns.try_acquire().ok()).collect();
        assert_eq!(turns.len(), MAX_OPEN_NAMESPACES);
        assert!(hub.turns.try_acquire().is_err(), "one past the limit waits");
    }
}
