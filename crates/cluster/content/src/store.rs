//! The store of one namespace, as seen with one release's rights.

use std::collections::{BTreeMap, BTreeSet};

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use k8s_openapi::jiff::Timestamp;
use kube::api::{DeleteParams, ListParams, PartialObjectMeta, PostParams, PropagationPolicy};
use kube::{Api, Client};
use pintle_release_api::{CONTENT_TYPE, LABEL_CONTENT, LABEL_RELEASE, ReleaseHistory};
use pintle_release_revision::sha256;

use crate::blob::{chunk_name, chunks, read_chunk};
use crate::version::history_object;
use crate::{ContentError, Version, VersionBlob, history_name};

/// Prefix of chart blobs' names.
const CHART: &str = "pintle-chart";

/// Reads and writes the content of a namespace.
#[derive(Clone)]
pub struct Store {
    secrets: Api<Secret>,
    metadata: Api<PartialObjectMeta<Secret>>,
    histories: Api<ReleaseHistory>,
}

impl Store {
    /// A store over a client that has the release's rights.
    #[must_use]
    pub fn new(client: &Client, namespace: &str) -> Self {
        Store {
            secrets: Api::namespaced(client.clone(), namespace),
            metadata: Api::namespaced(client.clone(), namespace),
            histories: Api::namespaced(client.clone(), namespace),
        }
    }

    /// A chart archive by its digest; none when it is not stored here.
    ///
    /// # Errors
    /// When the API server refuses, or a chunk is lost.
    pub async fn chart(&self, digest: &str) -> Result<Option<Vec<u8>>, ContentError> {
        let name = chart_name(digest);
        let Some(bytes) = self.read(&name).await? else { return Ok(None) };
        if sha256(&bytes) == digest {
            Ok(Some(bytes))
        } else {
            Err(ContentError::Damaged { name, what: "its digest differs".to_owned() })
        }
    }

    /// Stores a chart archive, and gives its digest. Content names it, so writing it again is free.
    ///
    /// # Errors
    /// When the API server refuses, or it is too large.
    pub async fn put_chart(&self, archive: &[u8]) -> Result<String, ContentError> {
        let digest = sha256(archive);
        let name = chart_name(&digest);
        let labels = BTreeMap::from([(LABEL_CONTENT.to_owned(), label_value(&digest))]);
        // The first chunk is written last: it is what `chart` looks for.
        for secret in chunks(&name, archive, &labels, None, true)?.iter().rev() {
            match self.secrets.create(&PostParams::default(), secret).await {
                Ok(_) => {}
                Err(kube::Error::Api(status)) if status.is_already_exists() => {}
                Err(source) => return Err(api("store chart", &name)(source)),
            }
        }
        Ok(digest)
    }

    /// Removes the chart blobs that no history of the namespace names: those created before
    /// `created_before`, and those in `at_once` whatever their age. Gives the digests that went.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn sweep_charts(
        &self,
        referenced: &BTreeSet<String>,
        created_before: Timestamp,
        at_once: &BTreeSet<String>,
    ) -> Result<BTreeSet<String>, ContentError> {
        let params = ListParams::default().labels(LABEL_CONTENT);
        let list = self.metadata.list(&params).await.map_err(api("list content", CHART))?;
        let by_label = |digests: &BTreeSet<String>| -> BTreeSet<String> {
            digests.iter().map(|digest| label_value(digest)).collect()
        };
        let (referenced, at_once) = (by_label(referenced), by_label(at_once));
        let mut removed = BTreeSet::new();
        for blob in list.items {
            let Some(name) = blob.metadata.name.filter(|it| it.starts_with(CHART)) else {
                continue;
            };
            let label = blob.metadata.labels.unwrap_or_default().remove(LABEL_CONTENT);
            let Some(label) = label.filter(|it| !referenced.contains(it)) else { continue };
            let old = blob.metadata.creation_timestamp.is_some_and(|it| it.0 < created_before);
            if old || at_once.contains(&label) {
                self.delete_secret(&name).await?;
                removed.insert(label);
            }
        }
        Ok(removed)
    }

    /// Records a version: its blob, then its history. A blob that a cut attempt left behind is
    /// overwritten, since nothing of that version was touched without its history.
    ///
    /// # Errors
    /// When the API server refuses, or the version is recorded already.
    pub async fn record(
        &self,
        version: &Version,
        owner: &OwnerReference,
    ) -> Result<ReleaseHistory, ContentError> {
        let release = &version.history.release;
        let name = history_name(release, version.history.version);
        let labels = BTreeMap::from([(LABEL_RELEASE.to_owned(), release.clone())]);
        let bytes = version.blob.pack().map_err(|it| damaged(&name, &it))?;
        for secret in chunks(&name, &bytes, &labels, Some(owner), false)?.iter().rev() {
            self.write(secret, &name).await?;
        }
        let mut history = history_object(version.history.clone());
        history.metadata.owner_references = Some(vec![owner.clone()]);
        history.metadata.labels = Some(labels);
        match self.histories.create(&PostParams::default(), &history).await {
            Err(kube::Error::Api(status)) if status.is_already_exists() => {
                Err(ContentError::Recorded { name })
            }
            written => written.map_err(api("record ReleaseHistory", &name)),
        }
    }

    /// A version's history.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn history(
        &self,
        release: &str,
        version: i64,
    ) -> Result<Option<ReleaseHistory>, ContentError> {
        let name = history_name(release, version);
        self.histories.get_opt(&name).await.map_err(api("read ReleaseHistory", &name))
    }

    /// A version's blob.
    ///
    /// # Errors
    /// When the API server refuses, or the blob is lost or damaged.
    pub async fn version(&self, release: &str, version: i64) -> Result<VersionBlob, ContentError> {
        let name = history_name(release, version);
        let Some(bytes) = self.read(&name).await? else {
            let what = "its Secret is not there".to_owned();
            return Err(ContentError::Damaged { name, what });
        };
        VersionBlob::unpack(&bytes).map_err(|it| damaged(&name, &it))
    }

    /// Removes a version: its history first, since a version exists when its history does.
    ///
    /// # Errors
    /// When the API server refuses; what is gone already is no error.
    pub async fn remove(&self, release: &str, version: i64) -> Result<(), ContentError> {
        let name = history_name(release, version);
        let params = DeleteParams {
            propagation_policy: Some(PropagationPolicy::Background),
            ..DeleteParams::default()
        };
        match self.histories.delete(&name, &params).await {
            Ok(_) => {}
            Err(kube::Error::Api(status)) if status.is_not_found() => {}
            Err(source) => return Err(api("delete ReleaseHistory", &name)(source)),
        }
        self.delete_blob(&name).await
    }

    /// Removes every version blob of a release, also those whose histories are gone: with their
    /// definition, or since nobody ever recorded them.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn remove_blobs(&self, release: &str) -> Result<(), ContentError> {
        let params = ListParams::default()
            .labels(&format!("{LABEL_RELEASE}={release}"))
            .fields(&format!("type={CONTENT_TYPE}"));
        let list = self.metadata.list(&params).await.map_err(api("list content of", release))?;
        for name in list.items.into_iter().filter_map(|it| it.metadata.name) {
            self.delete_secret(&name).await?;
        }
        Ok(())
    }

    async fn delete_blob(&self, blob: &str) -> Result<(), ContentError> {
        let first = self.secrets.get_opt(&chunk_name(blob, 0)).await;
        let first = first.map_err(api("read Secret", blob))?;
        let count = first.and_then(|secret| read_chunk(secret).1).unwrap_or(1);
        // The first chunk knows how many there are, so it goes last.
        for index in (0..count).rev() {
            self.delete_secret(&chunk_name(blob, index)).await?;
        }
        Ok(())
    }

    async fn delete_secret(&self, name: &str) -> Result<(), ContentError> {
        match self.secrets.delete(name, &DeleteParams::default()).await {
            Ok(_) => Ok(()),
            Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
            Err(source) => Err(api("delete Secret", name)(source)),
        }
    }

    /// Writes a chunk of a version that is not recorded. What stands in its way is looked at before
    /// the history is looked for, and replaced as it was then.
    async fn write(&self, secret: &Secret, version: &str) -> Result<(), ContentError> {
        let name = secret.metadata.name.as_deref().unwrap_or_default();
        match self.secrets.create(&PostParams::default(), secret).await {
            Err(kube::Error::Api(status)) if status.is_already_exists() => {}
            written => return written.map(|_| ()).map_err(api("write Secret", name)),
        }
        let there = self.secrets.get(name).await.map_err(api("read Secret", name))?;
        let history = self.histories.get_opt(version).await;
        if history.map_err(api("read ReleaseHistory", version))?.is_some() {
            return Err(ContentError::Recorded { name: version.to_owned() });
        }
        let mut secret = secret.clone();
        secret.metadata.resource_version = there.metadata.resource_version;
        let replaced = self.secrets.replace(name, &PostParams::default(), &secret).await;
        replaced.map(|_| ()).map_err(api("write Secret", name))
    }

    async fn read(&self, blob: &str) -> Result<Option<Vec<u8>>, ContentError> {
        let chunk = async |index: usize| {
            let name = chunk_name(blob, index);
            self.secrets.get_opt(&name).await.map_err(api("read Secret", &name))
        };
        let Some(first) = chunk(0).await? else { return Ok(None) };
        let (mut bytes, count) = read_chunk(first);
        for index in 1..count.unwrap_or(1) {
            let Some(next) = chunk(index).await? else {
                let what = format!("chunk {index} is not there");
                return Err(ContentError::Damaged { name: blob.to_owned(), what });
            };
            bytes.extend(read_chunk(next).0);
        }
        Ok(Some(bytes))
    }
}

/// A chart blob's name: Secrets' names are bounded, and 160 bits tell archives apart; the full
/// digest is checked on reading.
fn chart_name(digest: &str) -> String {
    let hex = digest.trim_start_matches("sha256:");
    format!("{CHART}-{}", hex.get(..40).unwrap_or(hex))
}

/// A label's value has at most 63 characters.
fn label_value(digest: &str) -> String {
    digest.trim_start_matches("sha256:").chars().take(63).collect()
}

fn api(what: &'static str, name: &str) -> impl FnOnce(kube::Error) -> ContentError {
    let name = name.to_owned();
    move |source| ContentError::Api { what, name, source }
}

fn damaged(name: &str, error: &std::io::Error) -> ContentError {
    ContentError::Damaged { name: name.to_owned(), what: error.to_string() }
}
