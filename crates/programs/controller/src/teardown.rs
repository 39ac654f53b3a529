//! The end of a release: its objects in reverse order, then its versions, then its finalizer.

use k8s_openapi::api::core::v1::{Namespace, ObjectReference};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::{Api, Resource as _};
use pintle_cluster_apply::{Applier, ApplyError};
use pintle_release_api::{DeletionPolicy, FINALIZER};
use pintle_release_manifest::{Gvk, Object, ObjectKey};
use pintle_release_plan::{Live, Prune, PruneMode, rank};

use crate::charts::own_charts;
use crate::fault::Fault;
use crate::job::Job;
use crate::reconcile::Flow;
use crate::{rollout, writer};

/// The name of our own definition.
const OWN_CRD: &str = "releases.pintle.dev";

/// How many of the objects that are left behind an Event names.
const NAMED: usize = 10;

/// What stands around a release that is being deleted.
struct Setting {
    /// The objects stay: it was asked for, or the definition of Releases itself is being deleted,
    /// and no application must die of that.
    orphan: bool,
    /// The namespace, when it is being deleted: the account and its rights go first, and Kubernetes
    /// deletes what is in the namespace itself.
    leaving: Option<ObjectReference>,
}

/// Goes one step further: one wave a reconcile, so that no worker ever waits.
pub(crate) async fn teardown(job: &mut Job<'_>) -> Result<Flow, Fault> {
    let ours = job.release.metadata.finalizers.iter().flatten().any(|it| it == FINALIZER);
    if !ours {
        return Ok(Flow::Gone);
    }
    let setting = setting(job).await?;
    rollout::watch(job, kinds(job).await).await?;
    let unseen = rollout::unseen(job);
    if !unseen.is_empty() && setting.leaving.is_none() {
        // What was written a moment ago and is not seen yet would be left behind. The watch brings
        // the next step as soon as it is.
        job.blocked_by = unseen;
        return Ok(Flow::Settled);
    }
    let mut waves = waves(job, &setting);
    if let Some(namespace) = &setting.leaving {
        leave_with_namespace(job, waves, namespace).await?;
    } else {
        if let Some((_, wave)) = waves.pop_last() {
            job.blocked_by = wave.iter().map(|it| it.key.to_string()).collect();
            let fresh: Vec<Prune> = wave.into_iter().filter(|it| !it.live.terminating).collect();
            job.applier().prune(&fresh).await?;
            // The watch tells when they are gone, and brings the next wave.
            return Ok(Flow::Settled);
        }
        remove_versions(job).await?;
    }
    writer::remove_finalizer(job).await?;
    tracing::info!(release = %job.name, namespace = %job.namespace, "gone");
    Ok(Flow::Gone)
}

async fn setting(job: &Job<'_>) -> Result<Setting, Fault> {
    let orphan =
        job.release.spec.deletion.policy == DeletionPolicy::Orphan || definition_goes(job).await?;
    let namespaces: Api<Namespace> = Api::all(job.context.client.clone());
    let namespace = namespaces.get_opt(&job.namespace).await?;
    let leaving = match namespace {
        Some(it) if it.metadata.deletion_timestamp.is_none() => None,
        Some(it) => Some(it.object_ref(&())),
        // Somebody took its finalizer off, and the account's rights went with it all the same.
        None => Some(ObjectReference {
            api_version: Some("v1".to_owned()),
            kind: Some("Namespace".to_owned()),
            name: Some(job.namespace.clone()),
            ..ObjectReference::default()
        }),
    };
    Ok(Setting { orphan, leaving })
}

/// Whether the definition of Releases itself is being deleted.
async fn definition_goes(job: &Job<'_>) -> Result<bool, Fault> {
    let crds: Api<CustomResourceDefinition> = Api::all(job.context.client.clone());
    match crds.get_opt(OWN_CRD).await {
        Ok(crd) => Ok(crd.is_none_or(|it| it.metadata.deletion_timestamp.is_some())),
        // Who may not look at definitions can't tell; then the release is deleted as it says.
        Err(kube::Error::Api(status)) if status.code == 403 => Ok(false),
        // A passing fault must not decide that an application dies.
        Err(error) => Err(error.into()),
    }
}

/// The kinds of everything that was ever sent for this release, as far as it is recorded.
async fn kinds(job: &Job<'_>) -> Vec<Gvk> {
    let mut kinds: Vec<Gvk> =
        job.before.inventory.iter().map(|it| Gvk::new(&it.api_version, &it.kind)).collect();
    if let Some(served) = &job.memory.served {
        kinds.extend(served.objects.iter().map(|it| it.gvk.clone()));
    }
    for version in job.context.histories.of(&job.namespace, &job.name).into_keys() {
        // A blob that can't be read (its rights are gone, say) must not block the end.
        if let Ok(Some(blob)) = job.blob(version).await {
            let manifest = blob.manifest;
            kinds.extend(manifest.objects.iter().chain(&manifest.crds).map(Object::gvk));
        }
    }
    kinds
}

/// What is there and ours, by rank.
fn waves(job: &Job<'_>, setting: &Setting) -> std::collections::BTreeMap<u16, Vec<Prune>> {
    let mut waves: std::collections::BTreeMap<u16, Vec<Prune>> = std::collections::BTreeMap::new();
    for (key, live) in rollout::live(job) {
        let mode = mode(&key, &live, setting);
        let rank = rank(&key.group, &key.kind);
        waves.entry(rank).or_default().push(Prune { key, live, mode });
    }
    waves
}

/// Definitions are kept, since every object of their kinds would go with them.
fn mode(key: &ObjectKey, live: &Live, setting: &Setting) -> PruneMode {
    let kept = live.keep || live.adopted || key.kind == "CustomResourceDefinition";
    if kept || setting.orphan { PruneMode::Orphan } else { PruneMode::Delete }
}

/// In a namespace that goes, only what is cluster-scoped is ours to remove. What can't be removed
/// loses our marks with the controller's own rights, and is named in an Event of the Namespace: in
/// it, none can be written any more. Nothing but a passing fault holds the namespace up.
async fn leave_with_namespace(
    job: &mut Job<'_>,
    waves: std::collections::BTreeMap<u16, Vec<Prune>>,
    namespace: &ObjectReference,
) -> Result<(), Fault> {
    let own = Applier::new(
        job.context.client.clone(),
        std::sync::Arc::clone(&job.context.kinds),
        job.owner(),
        std::sync::Arc::new(rollout::Notes(job.context.observer.clone())),
    );
    let (mut left, mut passing) = (Vec::new(), None);
    for prune in waves.into_values().rev().flatten() {
        if prune.key.namespace == job.namespace || prune.live.terminating {
            continue;
        }
        match leave(job, &own, prune).await {
            Ok(None) => {}
            Ok(Some(name)) => left.push(name),
            Err(error) => passing = passing.or(Some(error)),
        }
    }
    if !left.is_empty() {
        tracing::warn!(release = %job.name, namespace = %job.namespace, ?left, "left behind");
        let more = match left.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        left.truncate(NAMED);
        let note = format!(
            "release {} left behind what it may not delete any more, since its rights in this \
             namespace are gone: {}{more}",
            job.name,
            left.join(", ")
        );
        job.context.event_of(namespace, true, "LeftBehind", note).await;
    }
    passing.map_or(Ok(()), |error| Err(error.into()))
}

/// Removes one object, or lets it go, by its name then. A passing fault must not decide which.
async fn leave(job: &Job<'_>, own: &Applier, prune: Prune) -> Result<Option<String>, ApplyError> {
    match job.applier().prune(std::slice::from_ref(&prune)).await {
        Ok(()) => return Ok(None),
        Err(error @ ApplyError::Transient(_)) => return Err(error),
        Err(_) => {}
    }
    let orphan = Prune { mode: PruneMode::Orphan, ..prune };
    let key = &orphan.key;
    Ok(Some(match own.prune(std::slice::from_ref(&orphan)).await {
        Ok(()) => key.to_string(),
        Err(error @ ApplyError::Transient(_)) => return Err(error),
        // Nobody may write a role that allows more than he may himself, not even its labels.
        Err(_) => format!("{key} (with the labels of this release)"),
    }))
}

/// Histories and blobs, oldest first; then the charts that nobody else uses.
async fn remove_versions(job: &mut Job<'_>) -> Result<(), Fault> {
    let store = job.store();
    for version in job.context.histories.of(&job.namespace, &job.name).into_keys() {
        store.remove(&job.name, version).await?;
        job.context.histories.remove(&job.namespace, &job.name, version);
    }
    store.remove_blobs(&job.name).await?;
    // What goes with its last release goes at once; what somebody may be about to use, later.
    let own = own_charts(job.release);
    let used = || job.context.charts_used(&job.namespace);
    job.context.charts.sweep(&store, &job.namespace, used, &own).await
}
