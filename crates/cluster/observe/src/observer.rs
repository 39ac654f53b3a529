//! The front door: starts watches when they are asked for, and answers from what they have told.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kube::Client;
use kube::api::ApiResource;
use kube::runtime::watcher::{Config, Event};
use pintle_release_api::LABEL_RELEASE;
use pintle_release_health::Evidence;
use pintle_release_manifest::{Gvk, ObjectKey};
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::counters::Counters;
use crate::error::ObserveError;
use crate::evidence::{Hub, attend};
use crate::live::{Tracked, Whole, resource};
use crate::observed::{Observed, ReleaseRef, Watched, key, number};
use crate::references::References;
use crate::scale::Scales;
use crate::store::{KindKey, Store, kind_key};
use crate::stream::{Progress, follow};

/// How long [`Observer::ensure`] waits for first lists.
pub const SYNC_DEADLINE: Duration = Duration::from_secs(30);
/// How often it is looked whether KEDA has been installed.
const KEDA_RETRY: Duration = Duration::from_secs(300);

const AUTOSCALER: &str = "HorizontalPodAutoscaler";
const SCALED_OBJECT: &str = "ScaledObject";

/// Watches the cluster for all releases together. Clones are the same observer; its watches end
/// with the last of them.
#[derive(Clone)]
pub struct Observer {
    handle: Arc<Handle>,
}

struct Handle {
    inner: Arc<Inner>,
    tasks: Mutex<JoinSet<()>>,
}

pub(crate) struct Inner {
    pub(crate) client: Client,
    pub(crate) store: Mutex<Store>,
    pub(crate) hub: Hub,
    pub(crate) counters: Counters,
    kinds: Mutex<HashMap<KindKey, watch::Receiver<Progress>>>,
    scales: Mutex<Scales>,
    scaled: watch::Receiver<Progress>,
    references: Mutex<References>,
    referred: Mutex<HashSet<&'static str>>,
    triggers: UnboundedSender<ReleaseRef>,
}

/// A lock is never held over anything that can panic half-way, so a poisoned one is fit for use.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Observer {
    /// Starts to observe; `triggers` is sent each release about which something has changed.
    ///
    /// To be called in a tokio runtime. What it starts at once are the watches of autoscalers.
    #[must_use]
    pub fn start(client: Client, triggers: UnboundedSender<ReleaseRef>) -> Self {
        let (progress, scaled) = watch::channel(Progress::Starting);
        let inner = Arc::new(Inner {
            client,
            store: Mutex::default(),
            hub: Hub::default(),
            counters: Counters::default(),
            kinds: Mutex::default(),
            scales: Mutex::default(),
            scaled,
            references: Mutex::default(),
            referred: Mutex::default(),
            triggers,
        });
        let observer =
            Observer { handle: Arc::new(Handle { inner, tasks: Mutex::new(JoinSet::new()) }) };
        observer.spawn(|inner| autoscalers(inner, progress));
        observer.spawn(scaled_objects);
        observer
    }

    /// Watches these kinds, and waits until each has been listed once.
    ///
    /// # Errors
    /// Names the first kind that the server refuses, does not serve, or does not list in time, with
    /// the server's words. Its watch goes on trying.
    pub async fn ensure(&self, kinds: &[Watched]) -> Result<(), ObserveError> {
        let deadline = Instant::now() + SYNC_DEADLINE;
        let opened: Vec<(&Watched, watch::Receiver<Progress>)> =
            kinds.iter().map(|it| (it, self.open(it))).collect();
        let scales = Gvk::new("autoscaling/v2", AUTOSCALER);
        synced(&scales, self.inner().scaled.clone(), deadline).await?;
        for (kind, progress) in opened {
            synced(&kind.gvk, progress, deadline).await?;
        }
        Ok(())
    }

    /// The objects that name a release, ours or not, in the order of their keys.
    #[must_use]
    pub fn of_release(&self, namespace: &str, name: &str) -> Vec<Arc<Observed>> {
        lock(&self.inner().store).of_release(&ReleaseRef::new(namespace, name))
    }

    /// One object, if it names a release and its kind is watched.
    #[must_use]
    pub fn get(&self, key: &ObjectKey) -> Option<Arc<Observed>> {
        lock(&self.inner().store).get(key)
    }

    /// Whether a write of ours is still to be seen: the object, if there is one, is not to be judged,
    /// and its release is sent when it is.
    #[must_use]
    pub fn is_awaited(&self, key: &ObjectKey) -> bool {
        lock(&self.inner().store).is_awaited(key)
    }

    /// To be called before an object is written: its events are held back until the [`Hold`] ends,
    /// so that a write of ours is never taken for a change by somebody else.
    pub fn hold(&self, key: &ObjectKey) -> Hold {
        lock(&self.inner().store).hold(key);
        Hold { observer: self.clone(), key: key.clone() }
    }

    /// To be called with the answer to a write: what was seen of the object before it is stale.
    pub fn note_written(&self, key: &ObjectKey, resource_version: &str) {
        lock(&self.inner().store).note(key, number(Some(resource_version)));
    }

    /// The workloads of a namespace (kind and name) whose replicas an autoscaler decides.
    #[must_use]
    pub fn scale_targets(&self, namespace: &str) -> BTreeSet<(String, String)> {
        lock(&self.inner().scales).of_namespace(namespace)
    }

    /// Whether an autoscaler decides a workload's replicas.
    #[must_use]
    pub fn is_scaled(&self, key: &ObjectKey) -> bool {
        lock(&self.inner().scales).contains(key)
    }

    /// Names the Secrets and ConfigMaps that a release refers to, in place of those it named before
    /// (none, when it is gone). A change of one sends the release. To be called before they are
    /// read, so that no change is missed.
    pub fn refer(&self, release: &ReleaseRef, keys: Vec<ObjectKey>) {
        let kinds: BTreeSet<&'static str> = keys.iter().filter_map(reference_kind).collect();
        lock(&self.inner().references).replace(release, keys);
        for kind in kinds {
            if lock(&self.inner().referred).insert(kind) {
                self.spawn(move |inner| references(inner, kind));
            }
        }
    }

    /// A number that is another one whenever something that a release refers to has changed: what
    /// was read before then is to be read again.
    #[must_use]
    pub fn reference_version(&self, release: &ReleaseRef) -> u64 {
        lock(&self.inner().references).changes(release)
    }

    /// Says whether something of a release in a namespace is not well. While there is, the pods,
    /// ReplicaSets, claims and warnings of the namespace are watched (from
    /// [`OPEN_AFTER`](crate::OPEN_AFTER) on), and the release is sent when its causes change.
    pub fn need_evidence(&self, namespace: &str, on: bool, release: &ReleaseRef) {
        if self.inner().hub.want(namespace, on, release) {
            let namespace = namespace.to_owned();
            self.spawn(move |inner| attend(inner, namespace));
        }
    }

    /// What is known around those of these objects that are not well, for
    /// [`pintle_release_health::causes`].
    #[must_use]
    pub fn evidence_for(&self, objects: &[Arc<Observed>]) -> Vec<Evidence> {
        self.inner().hub.evidence(objects)
    }

    /// What was done so far.
    #[must_use]
    pub fn counters(&self) -> &Counters {
        &self.inner().counters
    }

    fn inner(&self) -> &Inner {
        &self.handle.inner
    }

    fn open(&self, kind: &Watched) -> watch::Receiver<Progress> {
        let mut kinds = lock(&self.inner().kinds);
        let known = kinds.get(&kind_key(&kind.gvk)).filter(|it| *it.borrow() != Progress::Unserved);
        if let Some(known) = known {
            return known.clone();
        }
        let (progress, receiver) = watch::channel(Progress::Starting);
        kinds.insert(kind_key(&kind.gvk), receiver.clone());
        let kind = kind.clone();
        self.spawn(move |inner| tracked(inner, kind, progress));
        receiver
    }

    /// Every task is owned, and ends with the observer.
    fn spawn<F>(&self, task: impl FnOnce(Arc<Inner>) -> F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let mut tasks = lock(&self.handle.tasks);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task(Arc::clone(&self.handle.inner)));
    }
}

/// A write under way: see [`Observer::hold`]. It ends when this is dropped.
#[must_use]
pub struct Hold {
    observer: Observer,
    key: ObjectKey,
}

impl Hold {
    /// Ends it with the answer to the write.
    pub fn written(self, resource_version: &str) {
        self.observer.note_written(&self.key, resource_version);
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let inner = self.observer.inner();
        let told = lock(&inner.store).let_go(&self.key);
        inner.tell(told.iter().map(|it| &**it));
    }
}

impl Inner {
    pub(crate) fn tell<'a>(&self, releases: impl IntoIterator<Item = &'a ReleaseRef>) {
        for release in releases {
            self.counters.trigger();
            // Without a receiver the controller is ending, and nobody needs to know.
            let _ = self.triggers.send(release.clone());
        }
    }

    fn take<const META: bool>(&self, gvk: &Arc<Gvk>, kind: &KindKey, event: Event<Tracked<META>>) {
        let told = match event {
            Event::Init => {
                lock(&self.store).begin_list(kind);
                return;
            }
            Event::InitApply(it) | Event::Apply(it) => {
                let Some(seen) = Observed::read(gvk, &gvk.api_version(), it) else { return };
                lock(&self.store).see(seen, kind)
            }
            Event::Delete(it) => {
                let identity = it.identity();
                let version = number(identity.resource_version.as_deref());
                lock(&self.store).lose(&key(gvk, identity), version)
            }
            Event::InitDone => lock(&self.store).end_list(kind),
        };
        self.counters.set_objects(lock(&self.store).len());
        self.tell(told.iter().map(|it| &**it));
    }

    /// A workload is scaled now, or no more: its release has fields to leave alone, or to take back.
    fn rescaled(&self, workloads: &[ObjectKey]) {
        let releases: Vec<Arc<ReleaseRef>> = {
            let store = lock(&self.store);
            workloads
                .iter()
                .filter_map(|it| store.get(it))
                .map(|it| Arc::clone(&it.release))
                .collect()
        };
        self.tell(releases.iter().map(|it| &**it));
    }
}

async fn synced(
    kind: &Gvk,
    mut progress: watch::Receiver<Progress>,
    deadline: Instant,
) -> Result<(), ObserveError> {
    let decided = |it: &Progress| {
        matches!(
            it,
            Progress::Synced | Progress::Unserved | Progress::Trouble { refused: true, .. }
        )
    };
    // Whether it is decided or time is up, what counts is how far it has come.
    let _ = tokio::time::timeout_at(deadline, progress.wait_for(decided)).await;
    let now = progress.borrow().clone();
    match now {
        Progress::Synced => Ok(()),
        Progress::Unserved => Err(ObserveError::NoSuchKind { kind: kind.clone() }),
        Progress::Trouble { said, refused: true } => {
            Err(ObserveError::Refused { kind: kind.clone(), said })
        }
        Progress::Trouble { said, refused: false } => Err(late(kind, said)),
        Progress::Starting => Err(late(kind, "the API server has not answered".to_owned())),
    }
}

fn late(kind: &Gvk, said: String) -> ObserveError {
    ObserveError::NotSynced { kind: kind.clone(), seconds: SYNC_DEADLINE.as_secs(), said }
}

/// The watch of a kind of releases' objects. Ends when the server serves the kind no more.
async fn tracked(inner: Arc<Inner>, watched: Watched, progress: watch::Sender<Progress>) {
    let kind = kind_key(&watched.gvk);
    let address =
        resource(&watched.gvk.group, &watched.gvk.version, &watched.gvk.kind, &watched.plural);
    let gvk = Arc::new(watched.gvk.clone());
    let config = Config::default().labels(LABEL_RELEASE);
    let (client, counters) = (&inner.client, &inner.counters);
    if watched.is_metadata_only() {
        let on = |event| inner.take::<true>(&gvk, &kind, event);
        follow(client, &address, None, config, counters, &progress, on).await;
    } else {
        let on = |event| inner.take::<false>(&gvk, &kind, event);
        follow(client, &address, None, config, counters, &progress, on).await;
    }
    lock(&inner.kinds)
        .retain(|it, progress| *it != kind || *progress.borrow() != Progress::Unserved);
    let told = lock(&inner.store).drop_kind(&kind);
    inner.tell(told.iter().map(|it| &**it));
}

async fn autoscalers(inner: Arc<Inner>, progress: watch::Sender<Progress>) {
    let address = resource("autoscaling", "v2", AUTOSCALER, "horizontalpodautoscalers");
    loop {
        scalers(&inner, AUTOSCALER, &address, &progress).await;
        tokio::time::sleep(KEDA_RETRY).await;
    }
}

/// KEDA makes an autoscaler for each of its own objects, but for those that rest at zero.
async fn scaled_objects(inner: Arc<Inner>) {
    let address = resource("keda.sh", "v1alpha1", SCALED_OBJECT, "scaledobjects");
    let (progress, _) = watch::channel(Progress::Starting);
    loop {
        if inner.client.list_api_group_resources(&address.api_version).await.is_ok() {
            scalers(&inner, SCALED_OBJECT, &address, &progress).await;
        }
        tokio::time::sleep(KEDA_RETRY).await;
    }
}

async fn scalers(
    inner: &Inner,
    kind: &'static str,
    address: &ApiResource,
    progress: &watch::Sender<Progress>,
) {
    let on = |event: Event<Whole<false>>| {
        let changed = lock(&inner.scales).take(kind, event);
        inner.rescaled(&changed);
    };
    follow(&inner.client, address, None, Config::default(), &inner.counters, progress, on).await;
}

fn reference_kind(key: &ObjectKey) -> Option<&'static str> {
    match (key.group.as_str(), key.kind.as_str()) {
        ("", "Secret") => Some("Secret"),
        ("", "ConfigMap") => Some("ConfigMap"),
        _ => None,
    }
}

async fn references(inner: Arc<Inner>, kind: &'static str) {
    let plural = if kind == "Secret" { "secrets" } else { "configmaps" };
    let address = resource("", "v1", kind, plural);
    let (progress, _) = watch::channel(Progress::Starting);
    let on = |event: Event<Whole<true>>| {
        let told = lock(&inner.references).take(kind, event);
        inner.tell(told.iter().map(|it| &**it));
    };
    follow(&inner.client, &address, None, Config::default(), &inner.counters, &progress, on).await;
}
