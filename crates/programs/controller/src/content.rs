//! From the spec to a version: what the chart and the values are, and which version that is.

use std::collections::BTreeMap;

use pintle_cluster_content::{Version, VersionBlob};
use pintle_cluster_source::{Archive, FoundValues, Pinned, Sources};
use pintle_helm_chart::{SetKind, Values, canonical_json, merge_maps, parse_set, read_values};
use pintle_release_api::{
    ANNOTATION_REQUESTED_AT, ChartSource, PINNED_ABSENT, Reason, ReleaseHistorySpec, ReleaseSpec,
    RenderedChart, ValuesKind,
};
use pintle_release_manifest::{ObjectKey, Redactor, Sensitive};
use pintle_release_revision::{
    Content, Identity, SALT_LEN, Salt, content_digest, identify, keyed_digest,
};

use crate::charts::RenderInput;
use crate::fault::Fault;
use crate::histories::Recorded;
use crate::job::Job;
use crate::memory::Inputs;

/// The version that the spec is.
pub(crate) struct Target {
    pub(crate) version: i64,
    /// Whether it is scaled to nothing.
    pub(crate) suspend: bool,
    /// What is to be recorded before anything of it is touched; none for a version that is.
    pub(crate) new: Option<New>,
}

/// A version that is not recorded yet.
pub(crate) struct New {
    pub(crate) archive: Archive,
    pub(crate) version: Version,
}

/// Finds out which version the spec is, and renders it if it is a new one.
pub(crate) async fn version(job: &mut Job<'_>) -> Result<Target, Fault> {
    let inputs = Inputs {
        generation: job.generation(),
        references: job.context.observer.reference_version(&job.reference()),
    };
    refer(job);
    if let Some(version) = known(job, inputs) {
        job.wanted = Some(version);
        return Ok(Target { version, suspend: job.release.spec.suspend, new: None });
    }
    let histories = job.context.histories.of(&job.namespace, &job.name);
    let salt = salt(job, &histories).await?;
    let input = resolve(job).await?;
    let digest = content_digest(
        &salt,
        &Content {
            chart: &input.archive.digest,
            values: &input.canonical,
            release_name: job.release.release_name(),
            namespace: &job.namespace,
            rerender: job.release.spec.rerender.as_deref(),
        },
    );
    // What is lost is in no history any more, but its number was given.
    let latest = histories.keys().next_back().copied().max(job.before.latest_version);
    let there = histories.iter().filter(|(_, it)| !it.lost);
    let digests = there.map(|(it, recorded)| (*it, recorded.content_digest.clone()));
    let identity = identify(&digest, &digests.collect(), latest);
    job.wanted = Some(identity.version());
    let new = match identity {
        Identity::Known(_) => None,
        Identity::New(version) => Some(render(job, version, salt, digest, input).await?),
    };
    if new.is_none() {
        // A new version counts as identified only when it is recorded.
        job.memory.identified = Some((inputs, identity.version()));
    }
    Ok(Target { version: identity.version(), suspend: job.release.spec.suspend, new })
}

/// Names what the spec refers to, so that its changes bring a reconcile. Before it is read, so that
/// none is missed.
fn refer(job: &Job<'_>) {
    let spec = &job.release.spec;
    let key = |kind: &str, name: &str| ObjectKey {
        group: String::new(),
        kind: kind.to_owned(),
        namespace: job.namespace.clone(),
        name: name.to_owned(),
    };
    let values = spec.values_from.iter().map(|it| match it.kind {
        ValuesKind::Secret => key("Secret", &it.name),
        ValuesKind::ConfigMap => key("ConfigMap", &it.name),
    });
    let secret = spec.chart.secret.iter().map(|it| key("Secret", &it.name));
    let map = spec.chart.config_map.iter().map(|it| key("ConfigMap", &it.name));
    job.context.observer.refer(&job.reference(), values.chain(secret).chain(map).collect());
}

/// The version that is known without a request: nothing that the spec depends on has changed since
/// it was identified, by this process or (as the status says) by one before it.
fn known(job: &Job<'_>, inputs: Inputs) -> Option<i64> {
    let annotations = job.release.metadata.annotations.as_ref();
    let asked = annotations.and_then(|it| it.get(ANNOTATION_REQUESTED_AT));
    let asked_anew = asked.is_some() && asked != job.before.requested_at.as_ref();
    let by_memory = job.memory.identified.filter(|(it, _)| *it == inputs).map(|(_, it)| it);
    let version = by_memory.or_else(|| by_status(job))?;
    let recorded = job.context.histories.of(&job.namespace, &job.name);
    let there = recorded.get(&version).is_some_and(|it| !it.lost);
    (!asked_anew && there).then_some(version)
}

/// After a restart: a Ready status of this very generation names its version, unless the spec
/// refers to something that may have changed meanwhile.
fn by_status(job: &Job<'_>) -> Option<i64> {
    let spec = &job.release.spec;
    let pinned = spec.values_from.iter().all(|it| it.digest.is_some());
    let refers = !pinned || spec.chart.secret.is_some() || spec.chart.config_map.is_some();
    let ready = job.before.conditions.iter().any(|it| {
        it.type_ == "Ready"
            && it.status == "True"
            && it.observed_generation == Some(job.generation())
    });
    job.before.version.filter(|_| ready && !refers)
}

/// The key of the release's digests: from any of its blobs, or made with its first version. Where
/// all blobs are lost no content can be told to be an earlier one, and a new key does no harm.
async fn salt(job: &mut Job<'_>, histories: &BTreeMap<i64, Recorded>) -> Result<Salt, Fault> {
    if let Some(salt) = job.memory.salt {
        return Ok(salt);
    }
    let mut found = None;
    for (version, _) in histories.iter().rev().filter(|(_, it)| !it.lost) {
        found = job.blob(*version).await?.and_then(|it| it.salt());
        if found.is_some() {
            break;
        }
    }
    let salt = match found {
        Some(salt) => salt,
        None => {
            let mut salt = [0; SALT_LEN];
            getrandom::fill(&mut salt)
                .map_err(|error| Fault::transient(format!("no randomness: {error}")))?;
            salt
        }
    };
    job.memory.salt = Some(salt);
    Ok(salt)
}

/// A spec's chart and values, fetched.
struct Resolved {
    archive: Archive,
    values: Values,
    canonical: String,
    found: Vec<FoundValues>,
}

async fn resolve(job: &mut Job<'_>) -> Result<Resolved, Fault> {
    let spec = &job.release.spec;
    let sources = Sources::new(&job.client, &job.namespace);
    let archive = sources.chart(&spec.chart).await.map_err(|error| {
        let fault = Fault::from(error);
        match fault.reason {
            Reason::ValuesMissing => Fault { reason: Reason::ChartMissing, ..fault },
            Reason::ValuesInvalid => Fault { reason: Reason::ChartInvalid, ..fault },
            _ => fault,
        }
    })?;
    let pinned = pinned(job).await?;
    let found = sources.values(&spec.values_from, &pinned).await?;
    let (own, texts) = (&job.release.spec, &found);
    texts.iter().for_each(|it| hide(&mut job.secrets, own, it));
    let values = merged(spec, &found)?;
    let canonical = canonical_json(&values).map_err(|it| invalid("spec.values", &it))?;
    Ok(Resolved { archive, values, canonical, found })
}

/// What comes from a Secret must not be shown.
fn hide(secrets: &mut Redactor, spec: &ReleaseSpec, found: &FoundValues) {
    let entry = spec.values_from.get(found.index);
    if entry.is_some_and(|it| it.kind == ValuesKind::Secret) {
        hide_values(secrets, found.text.reveal(), found.target_path.is_some());
    }
}

/// Hides each value of a values file, or a text that is one value.
pub(crate) fn hide_values(secrets: &mut Redactor, text: &str, is_one: bool) {
    if is_one {
        secrets.hide(text);
        return;
    }
    let json = read_values(text.as_bytes()).ok().and_then(|it| canonical_json(&it).ok());
    match json.and_then(|it| serde_json::from_str(&it).ok()) {
        Some(value) => secrets.hide_value(&value),
        None => secrets.hide_words(text),
    }
}

/// What pinned entries held, out of the versions' blobs, newest first.
async fn pinned(job: &Job<'_>) -> Result<Pinned, Fault> {
    let entries = job.release.spec.values_from.iter();
    let digests = entries.filter_map(|it| it.digest.as_ref());
    let mut wanted: Vec<&String> = digests.filter(|it| *it != PINNED_ABSENT).collect();
    let mut pinned = Pinned::new();
    let histories = job.context.histories.of(&job.namespace, &job.name);
    for (version, _) in histories.iter().rev().filter(|(_, it)| !it.lost) {
        if wanted.is_empty() {
            break;
        }
        let Some(blob) = job.blob(*version).await? else { continue };
        pinned.extend(blob.values_from);
        wanted.retain(|digest| !pinned.contains_key(*digest));
    }
    Ok(pinned)
}

/// `valuesFrom` in order, then `values`, then `valuesText`.
fn merged(spec: &ReleaseSpec, found: &[FoundValues]) -> Result<Values, Fault> {
    let mut values = Values::map();
    for entry in found {
        match &entry.target_path {
            None => {
                let read = read_values(entry.text.reveal().as_bytes());
                merge_maps(&mut values, read.map_err(|it| invalid(&entry.place, &it))?);
            }
            Some(path) => {
                let text = format!("{path}={}", entry.text.reveal());
                let no_files = &mut |_: &str| Err(std::io::ErrorKind::Unsupported.into());
                parse_set(&mut values, &text, SetKind::Literal, no_files)
                    .map_err(|it| invalid(&format!("{} targetPath {path}", entry.place), &it))?;
            }
        }
    }
    // JSON is YAML, and goes through the same reader, so that numbers are what Helm makes of them.
    let json = spec.values.as_ref().map(|it| serde_json::Value::from(it.clone()).to_string());
    for (place, text) in [("spec.values", &json), ("spec.valuesText", &spec.values_text)] {
        let Some(text) = text else { continue };
        merge_maps(&mut values, read_values(text.as_bytes()).map_err(|it| invalid(place, &it))?);
    }
    Ok(values)
}

fn invalid(place: &str, error: &pintle_helm_chart::ChartError) -> Fault {
    Fault::new(Reason::ValuesInvalid, format!("{place}: {error}"))
}

/// Renders a new version.
async fn render(
    job: &mut Job<'_>,
    version: i64,
    salt: Salt,
    digest: String,
    resolved: Resolved,
) -> Result<New, Fault> {
    let Resolved { archive, values, canonical, found } = resolved;
    let input = RenderInput {
        archive: archive.clone(),
        values,
        release_name: job.release.release_name().to_owned(),
        namespace: job.namespace.clone(),
        revision: version,
        upgrade: !job.context.histories.of(&job.namespace, &job.name).is_empty(),
        client: job.client.clone(),
        secrets: job.secrets.clone(),
    };
    let (manifest, chart) = job.context.charts.render(input).await?;
    job.chart = Some(chart.clone());
    if let Some(hook) =
        manifest.hooks.iter().find(|it| it.events.iter().any(|it| !it.starts_with("test")))
    {
        let message =
            format!("{}: {} hooks are not run yet", hook.object.source, hook.events.join(", "));
        return Err(Fault::new(Reason::Unsupported, message));
    }
    let empty = manifest.objects.is_empty() && manifest.crds.is_empty();
    if empty && version > 1 && !job.release.spec.upgrade.allow_empty {
        let message = "the chart renders no object at all, and the version before has some";
        return Err(Fault::new(Reason::EmptyRender, message));
    }
    let held: BTreeMap<String, Sensitive> = found
        .iter()
        .map(|it| (keyed_digest(&salt, it.text.reveal().as_bytes()), it.text.clone()))
        .collect();
    let json: serde_json::Value = serde_json::from_str(&canonical).unwrap_or_default();
    let history = ReleaseHistorySpec {
        release: job.name.clone(),
        version,
        description: job.release.spec.description.clone(),
        content_digest: digest,
        chart: RenderedChart { digest: archive.digest.clone(), ..chart },
        snapshot: snapshot(&job.release.spec, &archive.digest, &salt, &found),
        manifest_digest: keyed_digest(&salt, manifest.text.as_bytes()),
        values_digest: keyed_digest(&salt, canonical.as_bytes()),
    };
    let blob = VersionBlob::new(&salt, manifest, json, held);
    Ok(New { archive, version: Version { history, blob } })
}

/// The spec as a rollback writes it back: the chart by its digest, and each value by the digest of
/// what it held, or as absent.
fn snapshot(spec: &ReleaseSpec, chart: &str, salt: &Salt, found: &[FoundValues]) -> String {
    let mut spec = spec.clone();
    spec.chart = ChartSource { blob: Some(chart.to_owned()), ..ChartSource::default() };
    spec.rollback_to = None;
    for (index, source) in spec.values_from.iter_mut().enumerate() {
        let held = found.iter().find(|it| it.index == index);
        let digest = held.map(|it| keyed_digest(salt, it.text.reveal().as_bytes()));
        source.digest = Some(digest.unwrap_or_else(|| PINNED_ABSENT.to_owned()));
    }
    serde_json::to_string(&spec).unwrap_or_default()
}
