//! `pintle list`: the Releases of a namespace, or of all.

use kube::Api;
use pintle_release_api::{GROUP, Release};
use serde_json::json;

use crate::args::{ListArgs, Output};
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::objects;
use crate::releases;
use crate::settings::Settings;
use crate::summary::{cause_text, phase, status};
use crate::table::Table;
use crate::time::{age, now};

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &ListArgs) -> Outcome {
    let api =
        if args.all_namespaces { Api::all(cluster.client.clone()) } else { cluster.releases() };
    let releases = releases::list(api, args.selector.as_deref()).await?;
    let output = args.output.output;
    let text = match output {
        Some(Output::Json) => objects::json(&list_object(&releases))?,
        Some(Output::Yaml) => objects::yaml(&list_object(&releases))?,
        Some(Output::Name) => names(&releases),
        Some(Output::Wide) | None if releases.is_empty() => {
            let place = match args.all_namespaces {
                true => "in any namespace".to_owned(),
                false => format!("in namespace {}", cluster.namespace),
            };
            settings.printer.word(&format!("there is no release {place}"));
            return Ok(ExitStatus::Success);
        }
        Some(Output::Wide) => table(&releases, args.all_namespaces, true),
        None => table(&releases, args.all_namespaces, false),
    };
    settings.printer.data(&text)?;
    Ok(ExitStatus::Success)
}

/// A List, as kubectl prints several objects.
pub(super) fn list_object<T: serde::Serialize>(items: &[T]) -> serde_json::Value {
    json!({"apiVersion": "v1", "kind": "List", "items": items, "metadata": {}})
}

fn names(releases: &[Release]) -> String {
    let names = releases.iter().filter_map(|it| it.metadata.name.as_ref());
    names.map(|it| format!("release.{GROUP}/{it}\n")).collect()
}

fn table(releases: &[Release], namespaces: bool, wide: bool) -> String {
    let mut headers = vec!["NAME", "VERSION", "PHASE", "READY", "CHART", "AGE"];
    if namespaces {
        headers.insert(0, "NAMESPACE");
    }
    if wide {
        headers.extend(["APP VERSION", "CAUSE"]);
    }
    let mut table = Table::new(&headers);
    let now = now();
    for release in releases {
        let status = status(release);
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let mut cells = vec![
            release.metadata.name.clone().unwrap_or_default(),
            or_dash(status.version.map(|it| it.to_string())),
            phase(release),
            or_dash(status.ready.clone()),
            or_dash(status.chart.as_ref().map(|it| it.reference.clone())),
            age(release.metadata.creation_timestamp.as_ref(), now),
        ];
        if namespaces {
            cells.insert(0, release.metadata.namespace.clone().unwrap_or_default());
        }
        if wide {
            cells.push(or_dash(status.chart.as_ref().and_then(|it| it.app_version.clone())));
            cells.push(status.causes.first().map(cause_text).unwrap_or_default());
        }
        table.row(cells);
    }
    table.text()
}
