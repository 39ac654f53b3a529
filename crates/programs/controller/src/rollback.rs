//! Back to an earlier version: its snapshot overwrites the spec, and the version does not go up.

use std::collections::BTreeSet;

use kube::Api;
use kube::api::PostParams;
use pintle_release_api::{Reason, Release, ReleaseSpec, RollbackTo};
use pintle_release_revision::{RollbackError, rollback_target};

use crate::fault::Fault;
use crate::job::Job;

/// Writes the snapshot of the version asked for over the spec and clears the wish, in one update
/// guarded by the resource version. The next reconcile finds by itself which version that is.
pub(crate) async fn rollback(job: &Job<'_>, wish: &RollbackTo) -> Result<(), Fault> {
    let versions: BTreeSet<i64> =
        job.context.histories.of(&job.namespace, &job.name).into_keys().collect();
    let healthy: BTreeSet<i64> = job.before.healthy_versions.iter().copied().collect();
    let target = rollback_target(wish, &versions, &healthy, job.before.version);
    let target = target.map_err(|error| {
        let reason = match error {
            RollbackError::NotFound { .. } => Reason::VersionNotFound,
            RollbackError::NeverHealthy { .. } | RollbackError::NoHealthy { .. } => {
                Reason::VersionNeverHealthy
            }
        };
        Fault::new(reason, error.to_string())
    })?;
    let Some(history) = job.store().history(&job.name, target).await? else {
        let message = format!("version {target} is not in the history any more");
        return Err(Fault::new(Reason::VersionNotFound, message));
    };
    let snapshot: ReleaseSpec = serde_json::from_str(&history.spec.snapshot).map_err(|error| {
        let message = format!("the snapshot of version {target} can't be read: {error}");
        Fault::new(Reason::VersionNotFound, message)
    })?;
    let mut release = job.release.clone();
    overwrite(&mut release.spec, snapshot);
    release.status = None;
    let api: Api<Release> = Api::namespaced(job.context.client.clone(), &job.namespace);
    api.replace(&job.name, &PostParams::default(), &release).await?;
    tracing::info!(release = %job.name, namespace = %job.namespace, version = target, "rolled back");
    let note = format!("spec overwritten from version {target}");
    job.context.event(job.release, false, "RolledBack", note).await;
    Ok(())
}

/// What makes a version comes from the snapshot; how it is treated stays.
fn overwrite(spec: &mut ReleaseSpec, snapshot: ReleaseSpec) {
    spec.chart = snapshot.chart;
    spec.values = snapshot.values;
    spec.values_from = snapshot.values_from;
    spec.rerender = snapshot.rerender;
    spec.rollback_to = None;
}
