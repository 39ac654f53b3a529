//! Applies what preflight let through, wave by wave.

use std::time::Duration;

use futures::StreamExt;
use pintle_release_api::{ANNOTATION_ADOPTED, Adopt, Reason};
use pintle_release_plan::{Action, Answer, Desired, RANK_CRD, Refusal, Verdict, classify};
use serde_json::{Value, json};

use crate::applier::CONCURRENCY;
use crate::preflight::Claim;
use crate::request::{self, url};
use crate::{Applier, Checked, Kind, Metadata, Ready};

/// How long a wave of CRDs is waited for until the API server serves them.
const ESTABLISHED_WITHIN: Duration = Duration::from_secs(20);
/// How long an object that is being deleted is waited for before it is created anew.
const GONE_WITHIN: Duration = Duration::from_secs(20);
/// How often it is looked after meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How often one request is sent again after a passing fault, before the reconcile gives way to
/// its backoff.
const ATTEMPTS: u32 = 3;

/// What became of one object.
#[derive(Clone, Debug)]
pub struct Applied {
    /// Its index in the list the plan was made for.
    pub index: usize,
    /// Its metadata in the API server's answer.
    pub metadata: Metadata,
}

/// Why a version could not be rolled out to its end. The next attempt goes on where this one ended.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// The API server refuses an object that it accepted, or could not judge, before.
    #[error("{}", .0.sentence())]
    Refused(Refusal),
    /// Somebody else is deleting an object; everything else was applied.
    #[error("{0}")]
    Terminating(String),
    /// A passing fault.
    #[error("{0}")]
    Transient(String),
}

/// Why a single request did not go through.
enum Halt {
    Refused(Refusal),
    Answered(Answer),
}

impl From<Answer> for Halt {
    fn from(answer: Answer) -> Self {
        Halt::Answered(answer)
    }
}

impl Applier {
    /// Applies the waves, one after another; inside a wave all at once. What was applied before an
    /// error is told in `done`.
    ///
    /// # Errors
    /// When an object can't be applied; the waves after its own are not begun.
    pub async fn apply(
        &self,
        desired: &[Desired],
        checked: &Checked,
        done: &mut Vec<Applied>,
    ) -> Result<(), ApplyError> {
        for wave in &checked.waves {
            // What somebody else is deleting may need what comes later to be gone (a claim in use):
            // it must not hold that up, nor this worker.
            let steps: Vec<_> = wave
                .iter()
                .filter(|ready| ready.step.action != Action::Await)
                .map(|ready| self.step(&desired[ready.step.index], ready, checked.adopt))
                .collect();
            let results = futures::stream::iter(steps).buffer_unordered(CONCURRENCY);
            let mut first = None;
            for result in results.collect::<Vec<_>>().await {
                match result {
                    Ok(applied) => done.push(applied),
                    Err(error) => first = first.or(Some(error)),
                }
            }
            if let Some(error) = first {
                return Err(error);
            }
            let crds =
                wave.iter().map(|it| &desired[it.step.index]).filter(|it| it.rank == RANK_CRD);
            self.wait_established(&crds.collect::<Vec<_>>()).await?;
        }
        let awaited = checked.waves.iter().flatten().find(|it| it.step.action == Action::Await);
        match awaited.map(|it| &desired[it.step.index].key) {
            Some(key) => Err(ApplyError::Terminating(format!(
                "{key} is being deleted by somebody else; it is created again when it is gone"
            ))),
            None => Ok(()),
        }
    }

    async fn step(
        &self,
        desired: &Desired,
        ready: &Ready,
        adopt: Adopt,
    ) -> Result<Applied, ApplyError> {
        let _guard = self.in_flight.begin(&desired.key);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let answer = match self.once(desired, ready, adopt).await {
                Ok(metadata) => {
                    self.in_flight.written(&desired.key, &metadata);
                    return Ok(Applied { index: ready.step.index, metadata });
                }
                Err(Halt::Refused(refusal)) => return Err(ApplyError::Refused(refusal)),
                Err(Halt::Answered(answer)) => answer,
            };
            match classify(&desired.key, &answer) {
                Verdict::Refused(refusal) => return Err(ApplyError::Refused(refusal)),
                Verdict::Transient(message) | Verdict::Deferred(message) if attempt == ATTEMPTS => {
                    return Err(ApplyError::Transient(format!("{}: {message}", desired.key)));
                }
                Verdict::Conflict if attempt == ATTEMPTS => {
                    let message = format!("{}: others keep changing it", desired.key);
                    return Err(ApplyError::Transient(message));
                }
                _ => tokio::time::sleep(LOOK_EVERY * attempt).await,
            }
        }
    }

    async fn once(&self, desired: &Desired, ready: &Ready, adopt: Adopt) -> Result<Metadata, Halt> {
        let kind = self.kind(desired).await?;
        let url = url(&desired.gvk, &kind, &desired.key);
        match ready.step.action {
            Action::Recreate => self.remove_first(desired, &url).await?,
            Action::Create | Action::Patch | Action::Leave | Action::Await => {}
        }
        let mut is_adopted = ready.adopted;
        if ready.deferred.is_some() && ready.step.action == Action::Create {
            // No dry run has asked whose it is.
            match self.claim(desired, &url, adopt).await? {
                Claim::Ours | Claim::Kept => {}
                Claim::Adopted => is_adopted = true,
                Claim::Refused(refusal) => return Err(Halt::Refused(refusal)),
            }
        }
        let body = ready.body.as_ref().unwrap_or(&desired.body);
        let marked = is_adopted.then(|| adopted(body));
        let body = marked.as_ref().unwrap_or(body);
        match request::apply(&self.client, &url, body, true, false).await {
            Ok(written) => Ok(written.metadata),
            Err(answer) if self.untangle(desired, &kind, &url, &answer).await? => {
                Ok(request::apply(&self.client, &url, body, true, false).await?.metadata)
            }
            Err(answer) => Err(answer.into()),
        }
    }

    /// Deletes what is to be made anew, if it is provably ours: what the plan was made for may have
    /// been taken over since.
    async fn remove_first(&self, desired: &Desired, url: &str) -> Result<(), Halt> {
        if let Some(there) = request::read(&self.client, url).await? {
            if !there.terminating() {
                if !self.is_ours(&desired.key, &there) {
                    let message = "it would have to be deleted and made anew, and is not this \
                                   release's any more";
                    return Err(Halt::Refused(Refusal {
                        reason: Reason::OwnedByOther,
                        object: desired.key.clone(),
                        field: None,
                        message: message.to_owned(),
                    }));
                }
                let (uid, version) = (there.uid(), there.resource_version());
                request::delete(&self.client, url, uid, version).await?;
            }
            self.wait_gone(desired, url).await?;
        }
        Ok(())
    }

    async fn wait_gone(&self, desired: &Desired, url: &str) -> Result<(), Answer> {
        let deadline = tokio::time::Instant::now() + GONE_WITHIN;
        while request::read(&self.client, url).await?.is_some_and(|it| it.terminating()) {
            if tokio::time::Instant::now() > deadline {
                let message = format!("{} is still being deleted; see its finalizers", desired.key);
                return Err(Answer { message, ..Answer::default() });
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// CRDs are served a moment after they are accepted.
    async fn wait_established(&self, crds: &[&Desired]) -> Result<(), ApplyError> {
        if crds.is_empty() {
            return Ok(());
        }
        self.kinds.expire().await;
        let deadline = tokio::time::Instant::now() + ESTABLISHED_WITHIN;
        for crd in crds {
            while !self.is_served(crd).await {
                if tokio::time::Instant::now() > deadline {
                    let message = format!("{} is not served yet", crd.key);
                    return Err(ApplyError::Transient(message));
                }
                tokio::time::sleep(LOOK_EVERY).await;
                self.kinds.expire().await;
            }
        }
        Ok(())
    }

    async fn is_served(&self, crd: &Desired) -> bool {
        let text = |at: &str| crd.body.pointer(at).and_then(Value::as_str).unwrap_or_default();
        let versions = crd.body.pointer("/spec/versions").and_then(Value::as_array);
        let served = versions.into_iter().flatten().filter(|it| it["served"] == true);
        for version in served.filter_map(|it| it["name"].as_str()) {
            let gvk = pintle_release_manifest::Gvk {
                group: text("/spec/group").to_owned(),
                version: version.to_owned(),
                kind: text("/spec/names/kind").to_owned(),
            };
            if !matches!(self.kinds.resolve(&gvk).await, Ok(Some(_))) {
                return false;
            }
        }
        true
    }

    /// The patch that would untangle an object; none when that is not what is wrong with it.
    async fn untangling(
        &self,
        desired: &Desired,
        url: &str,
        answer: &Answer,
    ) -> Result<Option<Value>, Answer> {
        let words = ["Duplicate value", "Required value"];
        if answer.code != 422 || !words.iter().any(|it| answer.message.contains(it)) {
            return Ok(None);
        }
        let there = request::read(&self.client, url).await?;
        Ok(there.and_then(|Metadata(metadata)| crate::untangle::untangle(&metadata, &desired.body)))
    }

    /// Whether an object can be applied once edited list items are taken over. Changes nothing.
    pub(crate) async fn is_tangled(&self, desired: &Desired, kind: &Kind, answer: &Answer) -> bool {
        let url = url(&desired.gvk, kind, &desired.key);
        matches!(self.untangling(desired, &url, answer).await, Ok(Some(_)))
    }

    /// A foreign edit of a list key (a port's number) leaves an item that is not ours beside the
    /// one that is, and the API server refuses both together (`Duplicate value`, `Required value`).
    /// One guarded patch makes the foreign entries of `managedFields` ours: the apply that follows
    /// then drops the foreign item. Says whether there was anything to do.
    async fn untangle(
        &self,
        desired: &Desired,
        kind: &Kind,
        url: &str,
        answer: &Answer,
    ) -> Result<bool, Answer> {
        let Some(patch) = self.untangling(desired, url, answer).await? else { return Ok(false) };
        tracing::info!(object = %desired.key, plural = kind.plural, "takes over edited list items");
        request::json_patch(&self.client, url, &patch).await?;
        Ok(true)
    }
}

/// Marks an object that was there before the release.
fn adopted(body: &Value) -> Value {
    let mut body = body.clone();
    if let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
        annotations[ANNOTATION_ADOPTED] = json!("true");
    }
    body
}
