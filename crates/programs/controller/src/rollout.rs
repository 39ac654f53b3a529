//! Rolls a version out: plan, preflight, record, apply, prune. Also what puts drift right, since
//! drift is nothing but a plan that is not empty for a version that is served already.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use pintle_cluster_apply::{Applied as Done, Checked, InFlight, Metadata, Preflight};
use pintle_cluster_content::ContentError;
use pintle_cluster_observe::{Observed, Observer, Watched, owned_hash};
use pintle_release_api::{
    ANNOTATION_REQUESTED_AT, JobRecord, PlanStatus, Reason, ReleaseHistory, RememberedReplicas,
    ValuesKind,
};
use pintle_release_manifest::{Gvk, Manifest, Object, ObjectKey, Redactor};
use pintle_release_plan::{
    Action, Applied, Desired, FinishedJob, Intent, Live, Plan, Refusal, Replicas, Scope,
    has_replicas, normalise, plan, suspend, template_hash,
};
use pintle_release_revision::{DEFAULT_HISTORY_LIMIT, trim};

use crate::content::{New, Target, hide_values};
use crate::fault::{Fault, clean};
use crate::job::Job;
use crate::memory::{Prepared, Served, ServedObject, unpack_hashes};

/// Tells the observer of our own writes.
pub(crate) struct Notes(pub(crate) Observer);

impl InFlight for Notes {
    fn begin(&self, key: &ObjectKey) -> Box<dyn Send> {
        Box::new(self.0.hold(key))
    }

    fn written(&self, key: &ObjectKey, metadata: &Metadata) {
        self.0.note_written(key, metadata.resource_version());
    }
}

/// Rolls out what is wanted, as far as it is not there.
pub(crate) async fn roll_out(job: &mut Job<'_>, target: Target) -> Result<(), Fault> {
    if target.new.is_none() && in_order(job, &target) {
        return Ok(());
    }
    let desired = desired(job, &target).await?;
    let stale = older_kinds(job, target.version).await;
    watch(job, desired.iter().map(|it| it.gvk.clone()).chain(stale).collect()).await?;
    let previous = previous(job, &desired, &target).await;
    let live = live(job);
    let plan = make_plan(job, &desired, previous.as_ref(), &live, &target);
    let checked = preflight(job, &desired, &plan, &live, &target).await?;
    record(job, target, &desired).await?;
    apply(job, &desired, &plan, &checked).await?;
    let applier = job.applier();
    for wave in &plan.prunes {
        applier.prune(wave).await?;
    }
    if !plan.is_empty() {
        job.memory.applied_at = Some(std::time::Instant::now());
    }
    trim_history(job).await
}

/// Puts right what has drifted of the version that is served, while the spec's own can't be. What
/// stands in the way of that is for the next try: the status tells of the spec.
pub(crate) async fn keep_served(job: &mut Job<'_>) {
    let Some(served) = &job.memory.served else { return };
    let target = Target { version: served.version, suspend: served.suspend, new: None };
    if job.is_lost(target.version) || in_order(job, &target) {
        return;
    }
    let told = job.memory.plan.take();
    if let Err(fault) = roll_out(job, target).await {
        let fault = fault.redacted(&job.secrets);
        tracing::info!(release = %job.name, namespace = %job.namespace, %fault, "drift stays");
    }
    job.memory.plan = told;
}

/// After a restart, what was served is derived from the version's blob and the status' hashes.
pub(crate) async fn restore_served(job: &mut Job<'_>) -> Result<(), Fault> {
    if job.memory.served.is_some() {
        return Ok(());
    }
    let Some(version) = job.before.version else { return Ok(()) };
    let histories = job.context.histories.of(&job.namespace, &job.name);
    if !histories.contains_key(&version) {
        return restore_from_status(job, version).await;
    }
    let suspended = job.release.spec.suspend;
    let bodies = match stored_bodies(job, version, suspended).await {
        Err(_) if job.is_lost(version) => return restore_from_status(job, version).await,
        bodies => bodies?,
    };
    // The hashes speak of the spec that the status speaks of: of another one, `suspend` may differ.
    let same_spec = job.before.observed_generation == job.generation();
    let hashes = job.before.applied.as_deref().map(unpack_hashes).unwrap_or_default();
    let hashes =
        if same_spec && hashes.len() == bodies.len() { hashes } else { vec![None; bodies.len()] };
    watch(job, bodies.iter().map(|it| it.gvk.clone()).collect()).await?;
    job.memory.served = Some(Served {
        version,
        suspend: suspended,
        objects: served_objects(&bodies),
        hashes,
        jobs: job.before.jobs.clone(),
        suspended: job.before.suspended.clone(),
    });
    Ok(())
}

/// Where the version that is served is lost, what the status lists of it is still told of.
async fn restore_from_status(job: &mut Job<'_>, version: i64) -> Result<(), Fault> {
    let mut objects = Vec::new();
    for entry in &job.before.inventory {
        let gvk = Gvk::new(&entry.api_version, &entry.kind);
        let kind = job.context.kinds.resolve(&gvk).await?;
        let namespaced = kind.is_some_and(|it| it.scope == Scope::Namespaced);
        let own = if namespaced { job.namespace.as_str() } else { "" };
        let key = ObjectKey {
            group: gvk.group.clone(),
            kind: gvk.kind.clone(),
            namespace: entry.namespace.clone().unwrap_or_else(|| own.to_owned()),
            name: entry.name.clone(),
        };
        objects.push(ServedObject { key, gvk, component: entry.component.clone(), template: None });
    }
    watch(job, objects.iter().map(|it| it.gvk.clone()).collect()).await?;
    job.memory.served = Some(Served {
        version,
        suspend: job.release.spec.suspend,
        hashes: vec![None; objects.len()],
        objects: Arc::new(objects),
        jobs: job.before.jobs.clone(),
        suspended: job.before.suspended.clone(),
    });
    Ok(())
}

/// Whether the version is served and nothing of it has drifted: then there is nothing to do, and
/// no request is made.
fn in_order(job: &Job<'_>, target: &Target) -> bool {
    let Some(served) = &job.memory.served else { return false };
    if served.version != target.version || served.suspend != target.suspend {
        return false;
    }
    let annotations = job.release.metadata.annotations.as_ref();
    let asked = annotations.and_then(|it| it.get(ANNOTATION_REQUESTED_AT));
    if asked.is_some() && asked != job.before.requested_at.as_ref() {
        return false;
    }
    let there = job.context.observer.of_release(&job.namespace, &job.name);
    let ours = there.iter().filter(|it| it.ours && !it.deleting).count();
    let mut present = 0;
    let all = served.objects.iter().zip(&served.hashes).all(|(object, hash)| {
        let finished = object.template.is_some() && finished_job(served, object);
        match job.context.observer.get(&object.key) {
            _ if job.context.observer.is_awaited(&object.key) => true,
            Some(it) if it.deleting => finished,
            Some(it) => {
                present += 1;
                finished || (it.hash == *hash && it.ours)
            }
            None => finished,
        }
    });
    let stale = served.objects.iter().any(|it| job.context.observer.is_awaited(&it.key));
    all && (stale || ours <= present)
}

fn finished_job(served: &Served, object: &ServedObject) -> bool {
    let record = served.jobs.get(&object.key.to_string());
    record.is_some_and(|it| Some(&it.template) == object.template.as_ref())
}

/// The objects of the version, ready to be sent.
async fn desired(job: &mut Job<'_>, target: &Target) -> Result<Arc<Vec<Desired>>, Fault> {
    let Some(new) = &target.new else {
        return stored_bodies(job, target.version, target.suspend).await;
    };
    let desired = prepare(job, &new.version.blob.manifest, target.suspend).await?;
    hide_secrets(&mut job.secrets, &desired);
    Ok(Arc::new(desired))
}

async fn stored_bodies(
    job: &mut Job<'_>,
    version: i64,
    suspended: bool,
) -> Result<Arc<Vec<Desired>>, Fault> {
    let key = (job.uid.clone(), version, suspended);
    if let Some(bodies) = job.context.bodies.get(&key) {
        job.secrets.extend(&bodies.secrets);
        return Ok(bodies.objects);
    }
    let Some(blob) = job.blob(version).await? else { return Err(Fault::lost(version)) };
    let mut secrets = Redactor::default();
    let spec = &job.release.spec;
    if spec.values_from.iter().any(|it| it.kind == ValuesKind::Secret) {
        // Which of them came from a Secret then is not recorded.
        blob.values_from.values().for_each(|it| hide_values(&mut secrets, it.reveal(), false));
    }
    job.secrets.extend(&secrets);
    let objects = Arc::new(prepare(job, &blob.manifest, suspended).await?);
    hide_secrets(&mut secrets, &objects);
    job.secrets.extend(&secrets);
    let bodies = Prepared { objects: Arc::clone(&objects), secrets: Arc::new(secrets) };
    job.context.bodies.put(key, bodies);
    Ok(objects)
}

/// What Secrets of the release hold must not be shown.
fn hide_secrets(secrets: &mut Redactor, desired: &[Desired]) {
    let is_secret = |it: &&Desired| it.key.kind == "Secret" && it.key.group.is_empty();
    desired.iter().filter(is_secret).for_each(|it| secrets.hide_secret(&it.body));
}

/// Normalises every object of a manifest.
async fn prepare(
    job: &Job<'_>,
    manifest: &Manifest,
    suspended: bool,
) -> Result<Vec<Desired>, Fault> {
    let owner = job.owner();
    let mut desired = Vec::new();
    let mut seen = HashMap::new();
    let crds = manifest.crds.iter().map(|it| (it, true));
    for (object, is_crd) in crds.chain(manifest.objects.iter().map(|it| (it, false))) {
        let scope = scope(job, object, manifest).await?;
        let mut it = normalise(object, &owner, scope)
            .map_err(|error| Fault::new(Reason::ManifestInvalid, error.to_string()))?;
        it.keep |= is_crd;
        if let Some(first) = seen.insert(it.key.clone(), it.source.clone()) {
            let message =
                format!("{} stands twice in the chart: {first} and {}", it.key, it.source);
            return Err(Fault::new(Reason::ManifestInvalid, message));
        }
        if suspended {
            suspend(&mut it);
        }
        desired.push(it);
    }
    Ok(desired)
}

/// Whether an object's kind is namespaced: by discovery, or by a CRD of the same chart.
async fn scope(job: &Job<'_>, object: &Object, manifest: &Manifest) -> Result<Scope, Fault> {
    let gvk = object.gvk();
    if let Some(kind) = job.context.kinds.resolve(&gvk).await? {
        return Ok(kind.scope);
    }
    let text =
        |it: &Object, at: &str| it.body.pointer(at).and_then(|it| it.as_str()).map(str::to_owned);
    let defined = manifest.crds.iter().chain(&manifest.objects).find(|it| {
        it.gvk().kind == "CustomResourceDefinition"
            && text(it, "/spec/group").as_deref() == Some(&gvk.group)
            && text(it, "/spec/names/kind").as_deref() == Some(&gvk.kind)
    });
    match defined.and_then(|it| text(it, "/spec/scope")).as_deref() {
        Some("Cluster") => Ok(Scope::Cluster),
        Some(_) => Ok(Scope::Namespaced),
        None => Err(Fault::refused(&[Refusal {
            reason: Reason::ApplyRefused,
            object: ObjectKey {
                group: gvk.group.clone(),
                kind: gvk.kind.clone(),
                namespace: job.namespace.clone(),
                name: object.name().to_owned(),
            },
            field: None,
            message: format!(
                "no such kind on this server: {gvk} (is its CustomResourceDefinition installed?); from {}",
                object.source
            ),
        }])),
    }
}

/// Kinds of versions that were recorded but may never have become the served one: a cut rollout
/// can have left objects of theirs behind.
async fn older_kinds(job: &Job<'_>, version: i64) -> Vec<Gvk> {
    let mut kinds: Vec<Gvk> =
        job.before.inventory.iter().map(|it| Gvk::new(&it.api_version, &it.kind)).collect();
    let served = job.before.version.unwrap_or(0);
    let histories = job.context.histories.of(&job.namespace, &job.name);
    for other in histories.into_keys().filter(|it| *it > served && *it != version) {
        if let Ok(Some(blob)) = job.blob(other).await {
            kinds.extend(blob.manifest.objects.iter().map(Object::gvk));
        }
    }
    kinds
}

/// Makes sure that every kind is watched, and its objects are known. A kind that does not exist
/// yet has no objects.
pub(crate) async fn watch(job: &Job<'_>, mut kinds: Vec<Gvk>) -> Result<(), Fault> {
    kinds.sort();
    kinds.dedup();
    let mut watched = Vec::with_capacity(kinds.len());
    for gvk in kinds {
        if let Some(kind) = job.context.kinds.resolve(&gvk).await? {
            let namespaced = kind.scope == Scope::Namespaced;
            watched.push(Watched { gvk, plural: kind.plural, namespaced });
        }
    }
    let ensured = job.context.observer.ensure(&watched).await;
    if let Err(error) = ensured {
        // A kind may be gone with its definition: it is asked for anew before the next try.
        job.context.kinds.forget(watched.iter().map(|it| &it.gvk)).await;
        return Err(error.into());
    }
    Ok(())
}

/// What was applied before, for the objects of the plan.
struct Previous {
    bodies: Arc<Vec<Desired>>,
    hashes: Vec<Option<u64>>,
}

async fn previous(
    job: &mut Job<'_>,
    desired: &Arc<Vec<Desired>>,
    target: &Target,
) -> Option<Previous> {
    let served = job.memory.served.clone()?;
    if served.version == target.version && served.suspend == target.suspend {
        return Some(Previous { bodies: Arc::clone(desired), hashes: served.hashes });
    }
    // Without it every object is patched, which is the same in the end.
    let bodies = stored_bodies(job, served.version, served.suspend).await.ok()?;
    (bodies.len() == served.hashes.len()).then_some(Previous { bodies, hashes: served.hashes })
}

/// Objects that were written, and are not seen yet.
pub(crate) fn unseen(job: &Job<'_>) -> Vec<String> {
    let served = job.memory.served.iter().flat_map(|it| it.objects.iter());
    let unseen = served.filter(|it| job.context.observer.is_awaited(&it.key));
    unseen.map(|it| it.key.to_string()).collect()
}

/// What is there, and provably ours.
pub(crate) fn live(job: &Job<'_>) -> HashMap<ObjectKey, Live> {
    let there = job.context.observer.of_release(&job.namespace, &job.name);
    there
        .into_iter()
        .filter(|it| it.ours)
        .map(|it| {
            let live = Live {
                gvk: Gvk::clone(&it.gvk),
                uid: it.uid.to_string(),
                resource_version: it.resource_version.to_string(),
                hash: it.hash,
                terminating: it.deleting,
                adopted: it.adopted,
                keep: it.keep,
            };
            (it.key.clone(), live)
        })
        .collect()
}

fn make_plan(
    job: &Job<'_>,
    desired: &[Desired],
    previous: Option<&Previous>,
    live: &HashMap<ObjectKey, Live>,
    target: &Target,
) -> Plan {
    let applied: HashMap<&ObjectKey, Applied<'_>> = previous
        .into_iter()
        .flat_map(|it| it.bodies.iter().zip(&it.hashes))
        .map(|(object, hash)| (&object.key, Applied { body: &object.body, hash: *hash }))
        .collect();
    let served = job.memory.served.as_ref();
    let jobs = served.map(|it| it.jobs.clone()).unwrap_or_default();
    let finished: BTreeMap<String, FinishedJob> =
        jobs.into_iter().map(|(key, it)| (key, FinishedJob { template: it.template })).collect();
    // Told by the history, which outlives a cut or failed attempt: a retry must not take the way
    // back for a way forward, and prune what holds data.
    let newest = job.context.histories.of(&job.namespace, &job.name).into_keys().next_back();
    let intent = Intent { rollback: newest.is_some_and(|it| target.version < it) };
    plan(desired, &applied, live, &finished, intent)
}

async fn preflight(
    job: &mut Job<'_>,
    desired: &[Desired],
    plan: &Plan,
    live: &HashMap<ObjectKey, Live>,
    target: &Target,
) -> Result<Checked, Fault> {
    if plan.steps().all(|it| it.action == Action::Leave) {
        return Ok(Checked::default());
    }
    let replicas = replicas(job, desired, target.suspend);
    let adopted = live.iter().filter(|(_, it)| it.adopted).map(|(key, _)| key.clone()).collect();
    let options = Preflight {
        adopt: job.release.spec.upgrade.adopt,
        on_immutable: job.release.spec.upgrade.on_immutable,
        replicas: &replicas,
        adopted: &adopted,
    };
    let checked = job.applier().preflight(desired, plan, options).await;
    let refused = |it: &Refusal| clean(&job.secrets, Some(&it.object.to_string()), &it.sentence());
    let all = || checked.waves.iter().flatten();
    let count = |action| {
        i32::try_from(all().filter(|it| it.step.action == action).count()).unwrap_or(i32::MAX)
    };
    job.memory.plan = Some(PlanStatus {
        creates: count(Action::Create),
        patches: count(Action::Patch),
        recreates: count(Action::Recreate),
        prunes: i32::try_from(plan.prunes.iter().flatten().count()).unwrap_or(i32::MAX),
        yields: all().flat_map(|it| it.yields.clone()).collect(),
        refused: checked.refused.iter().map(refused).collect(),
    });
    tracing::debug!(release = %job.name, version = target.version, plan = ?job.memory.plan, "planned");
    if !checked.refused.is_empty() {
        return Err(Fault::refused(&checked.refused));
    }
    if let Some(first) = checked.transient.first() {
        return Err(Fault::transient(first.clone()));
    }
    Ok(checked)
}

/// What is known of the replica counts of workloads that autoscalers target, those of the version
/// itself included.
fn replicas(job: &Job<'_>, desired: &[Desired], suspended: bool) -> HashMap<ObjectKey, Replicas> {
    if suspended {
        return HashMap::new();
    }
    let remembered = |key: &ObjectKey| {
        let served = job.memory.served.as_ref()?;
        served.suspended.get(&key.to_string()).map(|it| it.replicas)
    };
    let observer = &job.context.observer;
    let scaled = desired.iter().filter(|it| has_replicas(&it.key) && observer.is_scaled(&it.key));
    scaled
        .map(|it| {
            let live = observer.get(&it.key);
            let facts = Replicas {
                live: live.as_ref().and_then(|it| it.replicas),
                owned_by_other: live.is_some_and(|it| it.replicas_owner.is_some()),
                scaled: true,
                remembered: remembered(&it.key),
            };
            (it.key.clone(), facts)
        })
        .collect()
}

/// Write-ahead: no object of a version is touched before the version is recorded.
async fn record(
    job: &mut Job<'_>,
    target: Target,
    desired: &Arc<Vec<Desired>>,
) -> Result<(), Fault> {
    let Target { version, suspend: suspended, new } = target;
    if let Some(new) = new {
        let history = record_new(job, &new).await?;
        job.context.metrics.version_recorded();
        let chart = &history.spec.chart.reference;
        let note = format!("version {version} of {chart} recorded");
        job.context.event(job.release, false, "VersionRecorded", note).await;
    }
    let key = (job.uid.clone(), version, suspended);
    let bodies = Prepared { objects: Arc::clone(desired), secrets: Arc::new(job.secrets.clone()) };
    job.context.bodies.put(key, bodies);
    let before = job.memory.served.take();
    let known = before.filter(|it| {
        it.version == version && it.suspend == suspended && it.objects.len() == desired.len()
    });
    let remembered = remember(job, desired, suspended);
    let jobs = job.before.jobs.clone();
    job.memory.served = Some(known.unwrap_or_else(|| Served {
        version,
        suspend: suspended,
        objects: served_objects(desired),
        hashes: vec![None; desired.len()],
        jobs,
        suspended: remembered,
    }));
    Ok(())
}

async fn record_new(job: &Job<'_>, new: &New) -> Result<ReleaseHistory, Fault> {
    let store = job.store();
    let charts = &job.context.charts;
    // Until the version is recorded, nobody else knows that its chart is in use.
    let _hold = charts.hold(&job.namespace).await;
    charts.store(&store, &job.namespace, &new.archive).await?;
    let history = match store.record(&new.version, &job.owner_reference()).await {
        Err(ContentError::Recorded { name }) => {
            // The index did not know: the next try does.
            let version = new.version.history.version;
            let there = store.history(&job.name, version).await?;
            there.iter().for_each(|it| job.context.histories.recorded(it));
            return Err(Fault::transient(format!("version {name} is recorded already")));
        }
        recorded => recorded?,
    };
    job.context.histories.recorded(&history);
    Ok(history)
}

/// The replica counts that autoscalers gave, at the moment of suspension.
fn remember(
    job: &Job<'_>,
    desired: &[Desired],
    suspended: bool,
) -> BTreeMap<String, RememberedReplicas> {
    let mut remembered = job.before.suspended.clone();
    let names: BTreeSet<String> = desired.iter().map(|it| it.key.to_string()).collect();
    remembered.retain(|key, _| names.contains(key));
    if suspended {
        for object in desired.iter().filter(|it| has_replicas(&it.key)) {
            let live = job.context.observer.get(&object.key).and_then(|it| it.replicas);
            if let Some(replicas) = live.filter(|it| *it > 0)
                && job.context.observer.is_scaled(&object.key)
            {
                remembered.insert(object.key.to_string(), RememberedReplicas { replicas });
            }
        }
    }
    remembered
}

fn served_objects(desired: &[Desired]) -> Arc<Vec<ServedObject>> {
    let objects = desired.iter().map(|it| ServedObject {
        key: it.key.clone(),
        gvk: it.gvk.clone(),
        component: it.component.clone(),
        template: (it.key.group == "batch" && it.key.kind == "Job").then(|| template_hash(it)),
    });
    Arc::new(objects.collect())
}

async fn apply(
    job: &mut Job<'_>,
    desired: &[Desired],
    plan: &Plan,
    checked: &Checked,
) -> Result<(), Fault> {
    let mut done: Vec<Done> = Vec::new();
    let result = job.applier().apply(desired, checked, &mut done).await;
    let live: HashMap<ObjectKey, Arc<Observed>> = plan
        .steps()
        .filter(|it| it.action == Action::Leave)
        .filter_map(|it| {
            let key = &desired[it.index].key;
            job.context.observer.get(key).map(|seen| (key.clone(), seen))
        })
        .collect();
    if let Some(served) = &mut job.memory.served {
        for step in plan.steps().filter(|it| it.action == Action::Leave) {
            if let Some(seen) = live.get(&desired[step.index].key) {
                served.hashes[step.index] = seen.hash;
            }
        }
        for applied in &done {
            served.hashes[applied.index] = applied.metadata.our_entry().map(owned_hash);
        }
    }
    if job.before.version == job.memory.served.as_ref().map(|it| it.version) {
        job.context.metrics.drift_corrected(done.len() as u64);
    }
    result.map_err(Fault::from)
}

/// Notes the Jobs that have finished: facts, which are never run again.
pub(crate) fn note_finished_jobs(job: &mut Job<'_>) {
    let observer = job.context.observer.clone();
    let Some(served) = &mut job.memory.served else { return };
    for object in served.objects.iter() {
        let Some(template) = &object.template else { continue };
        let Some(seen) = observer.get(&object.key) else { continue };
        if let Some(finished) = &seen.judgement.job {
            let record = JobRecord {
                uid: finished.uid.clone(),
                succeeded: finished.succeeded,
                template: template.clone(),
            };
            served.jobs.insert(object.key.to_string(), record);
        }
    }
    let names: std::collections::HashSet<String> =
        served.objects.iter().map(|it| it.key.to_string()).collect();
    served.jobs.retain(|key, _| names.contains(key));
}

async fn trim_history(job: &mut Job<'_>) -> Result<(), Fault> {
    let histories = job.context.histories.of(&job.namespace, &job.name);
    let limit = job.release.spec.history_limit.and_then(|it| usize::try_from(it).ok());
    let limit = limit.unwrap_or(DEFAULT_HISTORY_LIMIT);
    let served = job.served_version();
    let versions = histories.keys().copied().collect();
    let mut charts = BTreeSet::new();
    for version in trim(&versions, limit, served, &job.before.healthy_versions) {
        job.store().remove(&job.name, version).await?;
        job.context.histories.remove(&job.namespace, &job.name, version);
        charts.extend(histories.get(&version).map(|it| it.chart.digest.clone()));
    }
    let used = || job.context.charts_used(&job.namespace);
    if charts.is_subset(&used()) {
        return Ok(());
    }
    let (store, none) = (job.store(), BTreeSet::new());
    if let Err(fault) = job.context.charts.sweep(&store, &job.namespace, used, &none).await {
        // What is left lying is swept with the next version.
        tracing::info!(release = %job.name, namespace = %job.namespace, %fault, "charts are kept");
    }
    Ok(())
}
