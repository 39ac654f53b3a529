//! `pintle get`: what a version is made of.

use anyhow::Context;
use pintle_cluster_content::{Store, VersionBlob};

use crate::args::{GetArgs, GetWhat, Output};
use crate::cluster::Cluster;
use crate::commands::{Outcome, list::list_object};
use crate::exit::ExitStatus;
use crate::fault::Fault;
use crate::objects::{json, yaml};
use crate::releases;
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &GetArgs) -> Outcome {
    let release = releases::get(cluster, &args.name).await?;
    let served = release.status.unwrap_or_default().version;
    let Some(version) = args.version.or(served) else {
        let hint = format!("pintle status {} says why", args.name);
        let message = format!("release {} has no version yet", args.name);
        return Err(Fault::new(message).hint(hint).into());
    };
    let blob = blob(cluster, &args.name, version).await?;
    settings.printer.data(&text(&blob, args)?)?;
    Ok(ExitStatus::Success)
}

async fn blob(cluster: &Cluster, name: &str, version: i64) -> anyhow::Result<VersionBlob> {
    let there: Vec<i64> =
        releases::histories(cluster, name).await?.iter().map(|it| it.spec.version).collect();
    if !there.contains(&version) {
        let list = there.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let fault = Fault::new(format!("release {name} has no version {version}"));
        return Err(fault.hint(format!("there are: {list}")).into());
    }
    let store = Store::new(&cluster.client, &cluster.namespace);
    let blob = store.version(name, version).await;
    blob.with_context(|| Fault::new(format!("version {version} of {name} can't be read")))
}

fn text(blob: &VersionBlob, args: &GetArgs) -> anyhow::Result<String> {
    let output = args.output.output;
    Ok(match (args.what, output) {
        (_, Some(Output::Wide | Output::Name)) => {
            return Err(Fault::usage("get prints -o json or -o yaml").into());
        }
        (GetWhat::Values, Some(Output::Json)) => json(&blob.values)?,
        (GetWhat::Values, _) => yaml(&blob.values)?,
        (GetWhat::Manifest, None) => blob.manifest.text.clone(),
        (GetWhat::Manifest, Some(format)) => {
            let objects: Vec<_> = blob.manifest.objects.iter().map(|it| &it.body).collect();
            let list = list_object(&objects);
            if format == Output::Json { json(&list)? } else { yaml(&list)? }
        }
        (GetWhat::Notes, None) => blob.manifest.notes.clone(),
        (GetWhat::Notes, Some(format)) => {
            let notes = serde_json::json!({"notes": blob.manifest.notes});
            if format == Output::Json { json(&notes)? } else { yaml(&notes)? }
        }
    })
}
