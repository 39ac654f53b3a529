//! Removes what no longer belongs: only what is provably ours, and only as it was seen.

use futures::StreamExt;
use pintle_release_api::{
    ANNOTATION_ADOPTED, ANNOTATION_COMPONENT, ANNOTATION_ID, ANNOTATION_RELEASE_UID, LABEL_RELEASE,
    LABEL_RELEASE_NAMESPACE,
};
use pintle_release_plan::{Answer, Prune, PruneMode, Verdict, classify};
use serde_json::json;

use crate::applier::CONCURRENCY;
use crate::request::{self, url};
use crate::{Applier, ApplyError};

impl Applier {
    /// Deletes or orphans one wave. Does not wait until the objects are gone.
    ///
    /// # Errors
    /// The first refusal or fault; the others of the wave were tried all the same.
    pub async fn prune(&self, wave: &[Prune]) -> Result<(), ApplyError> {
        let prunes: Vec<_> = wave.iter().map(|prune| self.prune_one(prune)).collect();
        let results = futures::stream::iter(prunes).buffer_unordered(CONCURRENCY);
        let mut first = Ok(());
        for (key, result) in results.collect::<Vec<_>>().await {
            let Err(answer) = result else { continue };
            let error = match classify(key, &answer) {
                Verdict::Refused(refusal) => ApplyError::Refused(refusal),
                _ => ApplyError::Transient(format!("{key}: {}", answer.message)),
            };
            first = first.and(Err(error));
        }
        first
    }

    async fn prune_one<'a>(
        &self,
        prune: &'a Prune,
    ) -> (&'a pintle_release_manifest::ObjectKey, Result<(), Answer>) {
        (&prune.key, self.try_prune(prune).await)
    }

    async fn try_prune(&self, prune: &Prune) -> Result<(), Answer> {
        let kind = match self.kinds.resolve(&prune.live.gvk).await {
            Ok(Some(kind)) => kind,
            // Its kind is gone, and it with it.
            Ok(None) => return Ok(()),
            Err(error) => return Err(Answer { message: error.to_string(), ..Answer::default() }),
        };
        let url = url(&prune.live.gvk, &kind, &prune.key);
        if prune.mode == PruneMode::Orphan {
            return request::merge(&self.client, &url, &without_marks()).await;
        }
        let live = &prune.live;
        match request::delete(&self.client, &url, &live.uid, &live.resource_version).await {
            Err(answer) if answer.code == 409 => {
                // It has changed since it was seen (its status, most likely): look again, and
                // delete it only if it still is what was meant.
                let Some(now) = request::read(&self.client, &url).await? else { return Ok(()) };
                if now.uid() == live.uid && self.is_ours(&prune.key, &now) {
                    request::delete(&self.client, &url, now.uid(), now.resource_version()).await
                } else {
                    Ok(())
                }
            }
            other => other,
        }
    }
}

/// Takes our marks off. Helm's stay, so that Helm can take the object over.
fn without_marks() -> serde_json::Value {
    json!({"metadata": {
        "labels": {LABEL_RELEASE: null, LABEL_RELEASE_NAMESPACE: null},
        "annotations": {
            ANNOTATION_ID: null,
            ANNOTATION_COMPONENT: null,
            ANNOTATION_RELEASE_UID: null,
            ANNOTATION_ADOPTED: null,
        },
    }})
}
