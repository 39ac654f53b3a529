//! What all reconciles share.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use k8s_openapi::api::core::v1::ObjectReference;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};
use kube::runtime::reflector::Store;
use kube::{Client, Resource};
use pintle_cluster_apply::{Kinds, impersonate};
use pintle_cluster_observe::{Observer, ReleaseRef};
use pintle_release_api::{DEFAULT_SERVICE_ACCOUNT, Reason, Release};

use crate::Authority;
use crate::charts::Charts;
use crate::fault::Fault;
use crate::histories::Histories;
use crate::memory::{Bodies, Memory};
use crate::metrics::Metrics;

/// The most bytes that the API server takes for the text of an Event, a few less.
const MAX_NOTE: usize = 1000;

/// The most texts of Events that are remembered, so that the same one counts up.
const MAX_TEXTS: usize = 512;

/// The most clients of accounts that are kept.
const MAX_ACCOUNTS: usize = 4096;

/// What all reconciles share.
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) authority: Authority,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) observer: Observer,
    pub(crate) histories: Arc<Histories>,
    pub(crate) charts: Charts,
    pub(crate) bodies: Bodies,
    pub(crate) metrics: Metrics,
    pub(crate) releases: Store<Release>,
    /// A recorder a text, since to one of them two Events that differ in their text alone are one.
    recorders: Mutex<HashMap<String, Recorder>>,
    accounts: Mutex<HashMap<(String, String), Client>>,
    memories: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Memory>>>>,
}

impl Context {
    pub(crate) fn new(
        client: Client,
        authority: Authority,
        observer: Observer,
        histories: Arc<Histories>,
        releases: Store<Release>,
    ) -> Self {
        Context {
            kinds: Arc::new(Kinds::new(client.clone())),
            charts: Charts::new(client.clone()),
            recorders: Mutex::default(),
            client,
            authority,
            observer,
            histories,
            releases,
            bodies: Bodies::default(),
            metrics: Metrics::new(),
            accounts: Mutex::default(),
            memories: Mutex::default(),
        }
    }

    /// A client with the rights of a release: those of its account, unless the controller's own
    /// were asked for.
    pub(crate) fn client_of(&self, release: &Release) -> Result<Client, Fault> {
        if self.authority == Authority::Controller {
            return Ok(self.client.clone());
        }
        let namespace = release.metadata.namespace.clone().unwrap_or_default();
        let account = release.spec.service_account_name.as_deref();
        let account = account.unwrap_or(DEFAULT_SERVICE_ACCOUNT).to_owned();
        let key = (namespace, account);
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = accounts.get(&key) {
            return Ok(client.clone());
        }
        let client = impersonate(&self.client, &key.0, &key.1).map_err(|_| {
            let message = format!("spec.serviceAccountName {:?} is not a name", key.1);
            Fault::new(Reason::Forbidden, message)
        })?;
        if accounts.len() >= MAX_ACCOUNTS {
            accounts.clear();
        }
        accounts.insert(key, client.clone());
        Ok(client)
    }

    /// The charts of a namespace that somebody uses: every version, and every Release that names a
    /// stored chart and is not on its way out.
    pub(crate) fn charts_used(&self, namespace: &str) -> BTreeSet<String> {
        let mut used = self.histories.charts_in(namespace);
        for release in self.releases.state() {
            let here = release.metadata.namespace.as_deref() == Some(namespace);
            if here && release.metadata.deletion_timestamp.is_none() {
                used.extend(release.spec.chart.blob.clone());
            }
        }
        used
    }

    /// What is remembered of a release, by its uid.
    pub(crate) fn memory(&self, uid: &str) -> Arc<tokio::sync::Mutex<Memory>> {
        let mut memories = self.memories.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(memories.entry(uid.to_owned()).or_default())
    }

    /// A Release is gone, by its end or since somebody took our finalizer off: nothing is kept of
    /// it. Tells those that waited for its name.
    pub(crate) fn gone(&self, gone: &Release) -> Vec<ReleaseRef> {
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let reference =
            |it: &Release| ReleaseRef::new(text(&it.metadata.namespace), text(&it.metadata.name));
        self.forget(&text(&gone.metadata.uid));
        let (own, namespace) = (reference(gone), &gone.metadata.namespace);
        let there = self.releases.state();
        if !there.iter().any(|it| reference(it) == own) {
            self.observer.refer(&own, Vec::new());
            self.observer.need_evidence(&own.namespace, false, &own);
        }
        let same_name = |it: &&Arc<Release>| {
            it.metadata.namespace == *namespace && it.release_name() == gone.release_name()
        };
        there.iter().filter(same_name).map(|it| reference(it)).collect()
    }

    /// Forgets a release that is gone.
    pub(crate) fn forget(&self, uid: &str) {
        self.memories.lock().unwrap_or_else(PoisonError::into_inner).remove(uid);
    }

    /// Tells an Event of a release.
    pub(crate) async fn event(&self, release: &Release, warning: bool, reason: &str, note: String) {
        self.event_of(&release.object_ref(&()), warning, reason, note).await;
    }

    /// Tells an Event of any object. An Event that can't be written is only logged: it is a
    /// courtesy, and the status says the same.
    pub(crate) async fn event_of(
        &self,
        object: &ObjectReference,
        warning: bool,
        reason: &str,
        note: String,
    ) {
        let end = (0..=note.len().min(MAX_NOTE)).rfind(|end| note.is_char_boundary(*end));
        let note = note[..end.unwrap_or(0)].to_owned();
        let recorder = self.recorder(&note);
        let event = Event {
            type_: if warning { EventType::Warning } else { EventType::Normal },
            reason: reason.to_owned(),
            note: Some(note),
            action: "Reconcile".to_owned(),
            secondary: None,
        };
        if let Err(error) = recorder.publish(&event, object).await {
            tracing::debug!(%error, "an Event could not be written");
        }
    }

    fn recorder(&self, note: &str) -> Recorder {
        let mut recorders = self.recorders.lock().unwrap_or_else(PoisonError::into_inner);
        if recorders.len() >= MAX_TEXTS {
            recorders.clear();
        }
        let made = || {
            let reporter = Reporter { controller: "pintle".to_owned(), instance: None };
            Recorder::new(self.client.clone(), reporter)
        };
        recorders.entry(note.to_owned()).or_insert_with(made).clone()
    }
}
