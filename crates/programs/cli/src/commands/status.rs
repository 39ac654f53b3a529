//! `pintle status`, and the waiting that other commands share.

use std::time::Duration;

use k8s_openapi::api::apps::v1::StatefulSet;
use k8s_openapi::api::core::v1::PersistentVolumeClaim;
use kube::api::{Api, ListParams};
use pintle_release_api::{GROUP, Health, InventoryEntry, Release};

use crate::args::{Output, StatusArgs};
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::live::{Live, Stream};
use crate::objects::{json, yaml};
use crate::releases;
use crate::settings::Settings;
use crate::summary;
use crate::time::now;
use crate::tree::{View, tree};
use crate::watching::{Verdict, Waited, follow, readiness};

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &StatusArgs) -> Outcome {
    if args.watch {
        return watch(cluster, args).await;
    }
    let release = releases::get(cluster, &args.name).await?;
    let text = match args.output.output {
        Some(Output::Json) => json(&release)?,
        Some(Output::Yaml) => yaml(&release)?,
        Some(Output::Name) => format!("release.{GROUP}/{}", args.name),
        wide => {
            let claims = claims(cluster, &release).await;
            text(cluster, &release, &claims, wide.is_some())
        }
    };
    settings.printer.data(&text)?;
    Ok(ExitStatus::Success)
}

async fn watch(cluster: &Cluster, args: &StatusArgs) -> Outcome {
    let mut live = Live::new(Stream::Data);
    // So that a wrong name is an error, not a wait for it to appear.
    let release = releases::get(cluster, &args.name).await?;
    let claims = claims(cluster, &release).await;
    let wide = args.output.output == Some(Output::Wide);
    let ended = follow(cluster.releases(), &args.name, None, |release| {
        let Some(release) = release else { return Some(()) };
        live.show(&text(cluster, release, &claims, wide), &summary::line(release));
        None
    });
    match ended.await {
        Waited::Done(()) => live.show("it is gone", "it is gone"),
        Waited::TimedOut(_) | Waited::Interrupted => {}
    }
    Ok(ExitStatus::Success)
}

fn text(cluster: &Cluster, release: &Release, claims: &[InventoryEntry], wide: bool) -> String {
    tree(&View { release, claims, now: now(), flag: !cluster.is_own_namespace, wide })
}

/// The tree of a release as it is now, for those who print it at the end of something.
pub(crate) async fn now_text(cluster: &Cluster, release: &Release) -> String {
    text(cluster, release, &claims(cluster, release).await, false)
}

/// Waits until a release is ready for a spec of this generation, showing how far it is, and prints
/// the tree.
pub(crate) async fn wait_until_ready(
    settings: &Settings,
    cluster: &Cluster,
    name: &str,
    generation: i64,
    timeout: Duration,
) -> Outcome {
    wait_until(settings, cluster, name, timeout, |it| readiness(it, generation)).await
}

/// Waits until a release is where `judge` wants it.
pub(crate) async fn wait_until(
    settings: &Settings,
    cluster: &Cluster,
    name: &str,
    timeout: Duration,
    judge: impl Fn(&Release) -> Verdict,
) -> Outcome {
    let mut live = Live::new(Stream::Words);
    let waited = follow(cluster.releases(), name, Some(timeout), |release| {
        let Some(release) = release else { return Some(None) };
        live.show(&text(cluster, release, &[], false), &summary::line(release));
        match judge(release) {
            Verdict::Going => None,
            verdict => Some(Some((verdict, release.clone()))),
        }
    })
    .await;
    live.clear();
    match waited {
        Waited::Done(Some((verdict, release))) => {
            settings.printer.data(&now_text(cluster, &release).await)?;
            Ok(if verdict == Verdict::Ready { ExitStatus::Success } else { ExitStatus::NotReady })
        }
        Waited::Done(None) => {
            settings.printer.word(&format!("release {name} was deleted meanwhile"));
            Ok(ExitStatus::NotReady)
        }
        Waited::TimedOut(last) => {
            if let Some(release) = last {
                settings.printer.data(&now_text(cluster, &release).await)?;
            }
            let time = crate::time::short(timeout);
            settings.printer.word(&format!("release {name} is not ready after {time}"));
            Ok(ExitStatus::NotReady)
        }
        Waited::Interrupted => Ok(ExitStatus::Interrupted),
    }
}

/// The claims that StatefulSets made of their templates: storage of the application that no
/// manifest names. They are an extra: without the right to read them, there are none.
pub(crate) async fn claims(cluster: &Cluster, release: &Release) -> Vec<InventoryEntry> {
    let status = summary::status(release);
    let sets =
        status.inventory.iter().filter(|it| it.kind == "StatefulSet" && it.namespace.is_none());
    let mut found = Vec::new();
    for entry in sets {
        let sets: Api<StatefulSet> = Api::namespaced(cluster.client.clone(), &cluster.namespace);
        let Ok(Some(set)) = sets.get_opt(&entry.name).await else { continue };
        let spec = set.spec.unwrap_or_default();
        let templates = spec.volume_claim_templates.unwrap_or_default();
        if templates.is_empty() {
            continue;
        }
        let claims: Api<PersistentVolumeClaim> =
            Api::namespaced(cluster.client.clone(), &cluster.namespace);
        let Ok(claims) = claims.list(&ListParams::default()).await else { continue };
        for claim in claims {
            let name = claim.metadata.name.clone().unwrap_or_default();
            let ours = templates.iter().any(|template| {
                let template = template.metadata.name.as_deref().unwrap_or_default();
                let rest = name.strip_prefix(&format!("{template}-{}-", entry.name));
                rest.is_some_and(|it| it.chars().all(|it| it.is_ascii_digit()))
            });
            if ours {
                found.push(claim_entry(&claim, &entry.component));
            }
        }
    }
    found
}

fn claim_entry(claim: &PersistentVolumeClaim, component: &str) -> InventoryEntry {
    let status = claim.status.clone().unwrap_or_default();
    let bound = status.phase.as_deref() == Some("Bound");
    let size = status.capacity.and_then(|it| it.get("storage").map(|it| it.0.clone()));
    InventoryEntry {
        api_version: "v1".to_owned(),
        kind: "PersistentVolumeClaim".to_owned(),
        namespace: None,
        name: claim.metadata.name.clone().unwrap_or_default(),
        component: component.to_owned(),
        health: if bound { Health::Current } else { Health::InProgress },
        message: Some(match size.filter(|_| bound) {
            Some(size) => format!("{size} bound"),
            None => "not bound to a volume yet".to_owned(),
        }),
    }
}
