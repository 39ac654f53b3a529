//! `pintle uninstall`: the way to leave. Applications stay unless told otherwise.

use std::io::{BufRead, IsTerminal, Write};
use std::time::{Duration, Instant};

use kube::Api;
use pintle_release_api::Release;

use crate::args::{AuthorityArg, InstallArgs, UninstallArgs};
use crate::cluster::Cluster;
use crate::commands::install::controller_objects;
use crate::commands::{Outcome, delete};
use crate::exit::ExitStatus;
use crate::fault::Fault;
use crate::objects::{self, label};
use crate::releases;
use crate::settings::Settings;

/// How often it is looked whether Releases are gone.
const POLL: Duration = Duration::from_millis(250);

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &UninstallArgs) -> Outcome {
    let releases = match releases::list(Api::all(cluster.client.clone()), None).await {
        Ok(releases) => releases,
        // Without the CRD there are none; what else is there can still go.
        Err(_) if !crds_are_there(cluster).await? => Vec::new(),
        Err(error) => return Err(error),
    };
    if !args.yes && !confirm(settings, args, releases.len())? {
        settings.printer.word("nothing was changed");
        return Ok(ExitStatus::Failure);
    }
    if !args.keep_crds {
        remove_releases(settings, cluster, args, &releases).await?;
        for crd in objects::definitions()? {
            remove(settings, cluster, &crd).await?;
        }
    }
    let install = InstallArgs {
        apply: false,
        only: None,
        image: None,
        // Its objects are a superset.
        authority: AuthorityArg::Controller,
    };
    for object in controller_objects(settings.namespace.as_deref(), &install)?.iter().rev() {
        remove(settings, cluster, object).await?;
    }
    Ok(ExitStatus::Success)
}

async fn crds_are_there(cluster: &Cluster) -> anyhow::Result<bool> {
    use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
    let crds: Api<CustomResourceDefinition> = Api::all(cluster.client.clone());
    let found = crds.get_metadata_opt(&format!("releases.{}", pintle_release_api::GROUP)).await;
    let found = found.map_err(crate::fault::api("the definitions can't be read"))?;
    Ok(found.is_some())
}

async fn remove(
    settings: &Settings,
    cluster: &Cluster,
    object: &serde_json::Value,
) -> anyhow::Result<()> {
    if objects::delete(&cluster.client, object).await? {
        settings.printer.word(&format!("{} deleted", label(object)));
    }
    Ok(())
}

/// Releases go before their definition: the controller is there to see to what they own.
async fn remove_releases(
    settings: &Settings,
    cluster: &Cluster,
    args: &UninstallArgs,
    releases: &[Release],
) -> anyhow::Result<()> {
    for release in releases {
        let (namespace, name) = place(release);
        let there = Cluster::of(cluster.client.clone(), namespace);
        delete::request(&there, name, !args.delete_applications).await?;
        settings.printer.word(&format!("release {namespace}/{name} is being deleted"));
    }
    let end = Instant::now() + args.timeout;
    while !releases.is_empty() {
        let left = releases::list(Api::all(cluster.client.clone()), None).await?;
        let Some(first) = left.first() else { break };
        if Instant::now() >= end {
            let (namespace, name) = place(first);
            let time = crate::time::short(args.timeout);
            let message = format!(
                "{} releases are still there after {time}, {namespace}/{name} first",
                left.len()
            );
            let hint = "the controller has to run to let them go; nothing else was removed yet";
            return Err(Fault::new(message).status(ExitStatus::NotReady).hint(hint).into());
        }
        tokio::time::sleep(POLL).await;
    }
    Ok(())
}

fn place(release: &Release) -> (&str, &str) {
    let metadata = &release.metadata;
    (
        metadata.namespace.as_deref().unwrap_or_default(),
        metadata.name.as_deref().unwrap_or_default(),
    )
}

fn confirm(settings: &Settings, args: &UninstallArgs, count: usize) -> anyhow::Result<bool> {
    let fate = match (args.keep_crds, args.delete_applications) {
        (true, _) => "Releases and definitions stay; nobody acts on them".to_owned(),
        (false, true) => format!("{count} releases AND THEIR APPLICATIONS are deleted"),
        (false, false) => format!("{count} releases are deleted; their applications go on running"),
    };
    if !std::io::stdin().is_terminal() {
        let fault = Fault::usage(format!("uninstall asks before it acts: {fate}"));
        return Err(fault.hint("--yes answers").into());
    }
    settings.printer.word(&format!("Pintle is taken out of this cluster. {fate}."));
    let mut prompt = std::io::stderr();
    write!(prompt, "Go on? [y/N] ")?;
    prompt.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}
