//! `pintle history`: the versions of a release.

use pintle_release_api::{GROUP, Release, ReleaseHistory};

use crate::args::{HistoryArgs, Output};
use crate::cluster::Cluster;
use crate::commands::{Outcome, list::list_object};
use crate::exit::ExitStatus;
use crate::objects;
use crate::releases;
use crate::settings::Settings;
use crate::summary::status;
use crate::table::Table;
use crate::time::{age, now};

pub(super) async fn run(settings: &Settings, cluster: &Cluster, args: &HistoryArgs) -> Outcome {
    let release = releases::get(cluster, &args.name).await?;
    let versions = releases::histories(cluster, &args.name).await?;
    let text = match args.output.output {
        Some(Output::Json) => objects::json(&list_object(&versions))?,
        Some(Output::Yaml) => objects::yaml(&list_object(&versions))?,
        Some(Output::Name) => {
            let names = versions.iter().filter_map(|it| it.metadata.name.as_ref());
            names.map(|it| format!("releasehistory.{GROUP}/{it}\n")).collect()
        }
        wide => table(&release, &versions, wide.is_some()),
    };
    settings.printer.data(&text)?;
    Ok(ExitStatus::Success)
}

fn table(release: &Release, versions: &[ReleaseHistory], wide: bool) -> String {
    let mut headers = vec!["VERSION", "STATE", "CHART", "APP VERSION", "AGE", "DESCRIPTION"];
    if wide {
        headers.extend(["CONTENT"]);
    }
    let mut table = Table::new(&headers);
    let now = now();
    for version in versions {
        let spec = &version.spec;
        let mut cells = vec![
            spec.version.to_string(),
            state(release, spec.version).to_owned(),
            spec.chart.reference.clone(),
            spec.chart.app_version.clone().unwrap_or_else(|| "-".to_owned()),
            age(version.metadata.creation_timestamp.as_ref(), now),
            spec.description.clone().unwrap_or_default(),
        ];
        if wide {
            cells.push(spec.content_digest.clone());
        }
        table.row(cells);
    }
    table.text()
}

/// What a version is to the release today.
fn state(release: &Release, version: i64) -> &'static str {
    let status = status(release);
    let healthy = status.healthy_versions.contains(&version);
    match (status.version == Some(version), healthy) {
        (true, true) => "serving",
        (true, false) => "going out",
        (false, true) => "was healthy",
        (false, false) => "never healthy",
    }
}
