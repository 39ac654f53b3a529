//! One reconcile of one release: what it works with, and what it has found so far.

use std::sync::Arc;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::{Client, Resource};
use pintle_cluster_apply::Applier;
use pintle_cluster_content::{ContentError, Store, VersionBlob, history_name};
use pintle_cluster_observe::ReleaseRef;
use pintle_release_api::{ChartStatus, Release, ReleaseStatus};
use pintle_release_manifest::Redactor;
use pintle_release_plan::Owner;

use crate::context::Context;
use crate::fault::Fault;
use crate::memory::Memory;

/// One reconcile.
pub(crate) struct Job<'a> {
    pub(crate) context: &'a Arc<Context>,
    pub(crate) release: &'a Release,
    pub(crate) memory: &'a mut Memory,
    pub(crate) name: String,
    pub(crate) namespace: String,
    pub(crate) uid: String,
    /// The status as it was when the reconcile began.
    pub(crate) before: ReleaseStatus,
    /// A client with the release's rights.
    pub(crate) client: Client,
    /// The version that the spec's content is, once known.
    pub(crate) wanted: Option<i64>,
    pub(crate) chart: Option<ChartStatus>,
    pub(crate) blocked_by: Vec<String>,
    /// What must not be shown: values from Secrets, and what Secrets of the release hold.
    pub(crate) secrets: Redactor,
}

impl<'a> Job<'a> {
    pub(crate) fn new(
        context: &'a Arc<Context>,
        release: &'a Release,
        memory: &'a mut Memory,
    ) -> Result<Self, Fault> {
        let metadata = &release.metadata;
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        // What was written last is newer than what a lagging watch shows.
        let before = memory.written.clone().or_else(|| release.status.clone()).unwrap_or_default();
        Ok(Job {
            client: context.client_of(release)?,
            name: text(&metadata.name),
            namespace: text(&metadata.namespace),
            uid: text(&metadata.uid),
            context,
            release,
            memory,
            before,
            wanted: None,
            chart: None,
            blocked_by: Vec::new(),
            secrets: Redactor::default(),
        })
    }

    /// The Release as the observer names it.
    pub(crate) fn reference(&self) -> ReleaseRef {
        ReleaseRef::new(&self.namespace, &self.name)
    }

    pub(crate) fn store(&self) -> Store {
        Store::new(&self.client, &self.namespace)
    }

    /// A version's blob; none when it is lost, which is told once. A version that is lost counts as
    /// one that was trimmed: its number is not given again, and its content gets a new one.
    pub(crate) async fn blob(&self, version: i64) -> Result<Option<VersionBlob>, Fault> {
        let what = match self.store().version(&self.name, version).await {
            Ok(blob) if blob.salt().is_some() => return Ok(Some(blob)),
            Ok(_) => "its salt is none".to_owned(),
            Err(ContentError::Damaged { what, .. }) => what,
            Err(error) => return Err(error.into()),
        };
        if self.context.histories.lose(&self.namespace, &self.name, version) {
            let blob = history_name(&self.name, version);
            let note = format!(
                "version {version} is lost, content {blob} can't be read back: {what}; it can't be \
                 rolled back to, and the same content gets a new number"
            );
            tracing::warn!(release = %self.name, namespace = %self.namespace, note);
            self.context.event(self.release, true, "VersionLost", note).await;
        }
        Ok(None)
    }

    /// Whether a version's blob turned out to be lost.
    pub(crate) fn is_lost(&self, version: i64) -> bool {
        let histories = self.context.histories.of(&self.namespace, &self.name);
        histories.get(&version).is_some_and(|it| it.lost)
    }

    /// Whom objects are marked with.
    pub(crate) fn owner(&self) -> Owner {
        Owner {
            name: self.name.clone(),
            namespace: self.namespace.clone(),
            uid: self.uid.clone(),
            release_name: self.release.release_name().to_owned(),
        }
    }

    pub(crate) fn applier(&self) -> Applier {
        let kinds = Arc::clone(&self.context.kinds);
        let in_flight = Arc::new(crate::rollout::Notes(self.context.observer.clone()));
        Applier::new(self.client.clone(), kinds, self.owner(), in_flight)
    }

    /// The reference by which histories and blobs are collected with the Release.
    pub(crate) fn owner_reference(&self) -> OwnerReference {
        let reference = self.release.controller_owner_ref(&());
        reference.unwrap_or_default()
    }

    pub(crate) fn generation(&self) -> i64 {
        self.release.metadata.generation.unwrap_or_default()
    }

    /// The version whose objects are meant to be there.
    pub(crate) fn served_version(&self) -> Option<i64> {
        self.memory.served.as_ref().map(|it| it.version).or(self.before.version)
    }
}
