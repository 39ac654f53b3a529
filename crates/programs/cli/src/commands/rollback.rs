//! `pintle rollback`: asks for an earlier version, which keeps its number.

use serde_json::json;

use crate::args::RollbackArgs;
use crate::cluster::Cluster;
use crate::commands::{Outcome, status};
use crate::exit::ExitStatus;
use crate::fault::Fault;
use crate::releases;
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &RollbackArgs) -> Outcome {
    if let Some(version) = args.version {
        check(cluster, args, version).await?;
    }
    let wish = json!({"version": args.version.unwrap_or(0), "force": args.force});
    let change = json!({"spec": {"rollbackTo": wish}});
    let release = releases::patch(cluster, &args.name, &change).await?;
    let target = match args.version {
        Some(version) => format!("version {version}"),
        None => "the newest healthy version".to_owned(),
    };
    settings.printer.word(&format!("release {} goes back to {target}", args.name));
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    let generation = release.metadata.generation.unwrap_or(0);
    status::wait_until_ready(settings, cluster, &args.name, generation, args.wait.timeout).await
}

/// Says at once what the controller would say a moment later: nothing is asked for in vain.
async fn check(cluster: &Cluster, args: &RollbackArgs, version: i64) -> anyhow::Result<()> {
    let release = releases::get(cluster, &args.name).await?;
    let versions = releases::histories(cluster, &args.name).await?;
    let list = |numbers: Vec<i64>| match numbers.is_empty() {
        true => "none".to_owned(),
        false => numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let there: Vec<i64> = versions.iter().map(|it| it.spec.version).collect();
    if !there.contains(&version) {
        let message = format!("release {} has no version {version}", args.name);
        let hint = format!("there are: {}", list(there));
        return Err(Fault::new(message).hint(hint).into());
    }
    let healthy = release.status.unwrap_or_default().healthy_versions;
    if !healthy.contains(&version) && !args.force {
        let message = format!("version {version} of release {} was never healthy", args.name);
        let hint = format!("healthy were: {}; --force goes there all the same", list(healthy));
        return Err(Fault::new(message).hint(hint).into());
    }
    Ok(())
}
