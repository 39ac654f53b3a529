//! Back to an earlier version: its snapshot overwrites the spec, and the version does not go up.

use std::collections::BTreeSet;

use k8s_openapi::ByteString;
use kube::Api;
use kube::api::PostParams;
use pintle_release_api::{
    ChartSource, MAX_INLINE_CHART_BASE64, Reason, Release, ReleaseSpec, RollbackTo,
};
use pintle_release_revision::{RollbackError, rollback_target};

use crate::fault::Fault;
use crate::job::Job;

/// Where kubectl's client-side apply keeps what it applied last.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Writes the snapshot of the version asked for over the spec and clears the wish, in one update
/// guarded by the resource version. The next reconcile finds by itself which version that is.
pub(crate) async fn rollback(job: &Job<'_>, wish: &RollbackTo) -> Result<(), Fault> {
    let target = target(job, wish).await?;
    let Some(history) = job.store().history(&job.name, target).await? else {
        let message = format!("version {target} is not in the history any more");
        return Err(Fault::new(Reason::VersionNotFound, message));
    };
    let snapshot: ReleaseSpec = serde_json::from_str(&history.spec.snapshot).map_err(|error| {
        let message = format!("the snapshot of version {target} can't be read: {error}");
        Fault::new(Reason::VersionNotFound, message)
    })?;
    let mut release = job.release.clone();
    let chart = same_form(job, snapshot.chart.clone()).await?;
    overwrite(&mut release.spec, ReleaseSpec { chart, ..snapshot });
    hand_over(&mut release);
    release.status = None;
    let api: Api<Release> = Api::namespaced(job.context.client.clone(), &job.namespace);
    api.replace(&job.name, &PostParams::default(), &release).await?;
    tracing::info!(release = %job.name, namespace = %job.namespace, version = target, "rolled back");
    let note = format!("spec overwritten from version {target}");
    job.context.event(job.release, false, "RolledBack", note).await;
    Ok(())
}

/// The version that the wish means: one that is there, and can be read back.
async fn target(job: &Job<'_>, wish: &RollbackTo) -> Result<i64, Fault> {
    let healthy: BTreeSet<i64> = job.before.healthy_versions.iter().copied().collect();
    // One less each time, so there is an end.
    loop {
        let versions = job.context.histories.of(&job.namespace, &job.name).into_iter();
        let versions = versions.filter(|(_, it)| !it.lost).map(|(version, _)| version).collect();
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
        if job.blob(target).await?.is_some() {
            return Ok(target);
        }
        if !job.is_lost(target) {
            return Err(Fault::lost(target));
        }
    }
}

/// A spec that carries its chart goes on to do so, as far as it fits: who applies it the next time
/// then finds the field that it knows.
async fn same_form(job: &Job<'_>, chart: ChartSource) -> Result<ChartSource, Fault> {
    let (Some(digest), true) = (&chart.blob, job.release.spec.chart.inline.is_some()) else {
        return Ok(chart);
    };
    let Some(archive) = job.store().chart(digest).await? else { return Ok(chart) };
    match serde_json::to_value(ByteString(archive)) {
        Ok(serde_json::Value::String(inline)) if inline.len() <= MAX_INLINE_CHART_BASE64 => {
            Ok(ChartSource { inline: Some(inline), ..ChartSource::default() })
        }
        _ => Ok(chart),
    }
}

/// kubectl's client-side apply deletes what it applied last and is not asked to apply now. After a
/// rollback that is what the rollback wrote: or its values would be mixed with the next apply's.
fn hand_over(release: &mut Release) {
    let spec = serde_json::to_value(&release.spec).unwrap_or_default();
    let annotations = release.metadata.annotations.as_mut();
    let Some(last) = annotations.and_then(|it| it.get_mut(LAST_APPLIED)) else { return };
    // Anybody can write anything there.
    if let Ok(serde_json::Value::Object(mut object)) = serde_json::from_str(last) {
        object.insert("spec".to_owned(), spec);
        *last = serde_json::Value::Object(object).to_string();
    }
}

/// What makes a version comes from the snapshot; how it is treated stays.
fn overwrite(spec: &mut ReleaseSpec, snapshot: ReleaseSpec) {
    spec.chart = snapshot.chart;
    spec.values = snapshot.values;
    spec.values_text = snapshot.values_text;
    spec.values_from = snapshot.values_from;
    spec.rerender = snapshot.rerender;
    spec.rollback_to = None;
}
