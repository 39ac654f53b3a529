//! `pintle delete`: the Release goes, and its objects with it or not.

use std::time::Duration;

use kube::api::DeleteParams;
use serde_json::json;

use crate::args::DeleteArgs;
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::fault::api;
use crate::live::{Live, Stream};
use crate::releases;
use crate::settings::Settings;
use crate::summary;
use crate::time::{now, short};
use crate::tree::{View, tree};
use crate::watching::{Waited, follow};

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &DeleteArgs) -> Outcome {
    releases::get(cluster, &args.name).await?;
    request(cluster, &args.name, args.orphan).await?;
    let rest = if args.orphan { "its objects stay" } else { "its objects go with it" };
    settings.printer.word(&format!("release {} is being deleted; {rest}", args.name));
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    wait(settings, cluster, &args.name, args.wait.timeout).await
}

/// Asks for the deletion. One that is under way already can still be told to orphan.
pub(crate) async fn request(cluster: &Cluster, name: &str, orphan: bool) -> anyhow::Result<()> {
    if orphan {
        let change = json!({"spec": {"deletion": {"policy": "Orphan"}}});
        releases::patch(cluster, name, &change).await?;
    }
    match cluster.releases().delete(name, &DeleteParams::background()).await {
        Ok(_) => Ok(()),
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(()),
        Err(error) => Err(api(format!("release {name} can't be deleted"))(error)),
    }
}

/// Waits until the Release is gone, showing what holds it up.
pub(crate) async fn wait(
    settings: &Settings,
    cluster: &Cluster,
    name: &str,
    timeout: Duration,
) -> Outcome {
    let mut live = Live::new(Stream::Words);
    let waited = follow(cluster.releases(), name, Some(timeout), |release| {
        let Some(release) = release else { return Some(()) };
        let view = View { release, claims: &[], now: now(), flag: false, wide: false };
        live.show(&tree(&view), &summary::line(release));
        None
    })
    .await;
    live.clear();
    match waited {
        Waited::Done(()) => {
            settings.printer.word(&format!("release {name} is gone"));
            Ok(ExitStatus::Success)
        }
        Waited::TimedOut(last) => {
            let blockers = last.and_then(|it| it.status).unwrap_or_default().blocked_by;
            let what = match blockers.first() {
                Some(first) => format!("waits for {first}"),
                None => "is still there: does a controller run?".to_owned(),
            };
            settings.printer.word(&format!("after {}, release {name} {what}", short(timeout)));
            Ok(ExitStatus::NotReady)
        }
        Waited::Interrupted => Ok(ExitStatus::Interrupted),
    }
}
