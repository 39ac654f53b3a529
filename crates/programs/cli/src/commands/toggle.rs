//! `suspend`, `resume`, `reconcile`, `retry`: one field or annotation each.

use pintle_release_api::{Phase, Release};
use serde_json::json;

use crate::args::RequestArgs;
use crate::args::ToggleArgs;
use crate::cluster::Cluster;
use crate::commands::{Outcome, status};
use crate::exit::ExitStatus;
use crate::releases;
use crate::settings::Settings;
use crate::watching::{Verdict, readiness};

pub(super) async fn suspend(settings: &Settings, cluster: &Cluster, args: &ToggleArgs) -> Outcome {
    let change = json!({"spec": {"suspend": true}});
    let release = releases::patch(cluster, &args.name, &change).await?;
    settings.printer.word(&format!("release {} is being suspended", args.name));
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    let generation = release.metadata.generation.unwrap_or(0);
    let judge = |release: &Release| match readiness(release, generation) {
        Verdict::Stuck => Verdict::Stuck,
        _ if is_suspended(release, generation) => Verdict::Ready,
        _ => Verdict::Going,
    };
    status::wait_until(settings, cluster, &args.name, args.wait.timeout, judge).await
}

fn is_suspended(release: &Release, generation: i64) -> bool {
    let Some(status) = &release.status else { return false };
    status.observed_generation >= generation && status.phase == Some(Phase::Suspended)
}

pub(super) async fn resume(settings: &Settings, cluster: &Cluster, args: &ToggleArgs) -> Outcome {
    let change = json!({"spec": {"suspend": false}});
    let release = releases::patch(cluster, &args.name, &change).await?;
    settings.printer.word(&format!("release {} starts again", args.name));
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    let generation = release.metadata.generation.unwrap_or(0);
    status::wait_until_ready(settings, cluster, &args.name, generation, args.wait.timeout).await
}

pub(super) async fn request(settings: &Settings, cluster: &Cluster, args: &RequestArgs) -> Outcome {
    let mark = releases::request(cluster, &args.name).await?;
    settings.printer.word(&format!("release {} is looked at now", args.name));
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    let judge = |release: &Release| {
        let seen = release.status.as_ref().and_then(|it| it.requested_at.as_deref());
        // Until then the verdict is about what was before.
        if seen == Some(mark.as_str()) { readiness(release, 0) } else { Verdict::Going }
    };
    status::wait_until(settings, cluster, &args.name, args.wait.timeout, judge).await
}
