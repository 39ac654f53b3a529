//! `pintle apply`: a chart and values become a Release.

use pintle_helm_chart::check_complete;

use crate::args::{ApplyArgs, Output};
use crate::charts;
use crate::cluster::Cluster;
use crate::commands::{Outcome, status};
use crate::exit::ExitStatus;
use crate::objects::{json, yaml};
use crate::releases::{self, Change, Wish};
use crate::settings::Settings;

pub(super) async fn run(settings: &Settings, args: &ApplyArgs) -> Outcome {
    // All that is wrong with the chart and the values is said before the cluster is asked.
    let packed = charts::pack(&settings.printer, &args.chart)?;
    packed.chart.check_installable()?;
    check_complete(&packed.chart)?;
    let values = charts::to_json(&charts::values(&args.values)?)?;
    let wish = |chart| Wish {
        name: args.name.clone(),
        chart,
        values,
        description: args.description.clone(),
        service_account: args.service_account.clone(),
    };
    if args.dry_run {
        return dry_run(settings, args, &packed.bytes, wish).await;
    }
    let cluster = Cluster::connect(settings).await?;
    let chart = charts::source(&cluster.client, &cluster.namespace, &packed.bytes).await?;
    let (release, change) = releases::put(&cluster, &wish(chart)).await?;
    print(settings, args.output.output, &release, change)?;
    if !args.wait.wait {
        return Ok(ExitStatus::Success);
    }
    let generation = release.metadata.generation.unwrap_or(0);
    status::wait_until_ready(settings, &cluster, &args.name, generation, args.wait.timeout).await
}

/// What would be sent, without a word to the cluster but for its default namespace.
async fn dry_run(
    settings: &Settings,
    args: &ApplyArgs,
    archive: &[u8],
    wish: impl FnOnce(pintle_release_api::ChartSource) -> Wish,
) -> Outcome {
    use base64::Engine;
    let text = base64::engine::general_purpose::STANDARD.encode(archive);
    if text.len() > pintle_release_api::MAX_INLINE_CHART_BASE64 {
        settings.printer.word("the chart is too large to travel inside a Release of a file");
    }
    let namespace = match &settings.namespace {
        Some(namespace) => namespace.clone(),
        None => match Cluster::connect(settings).await {
            Ok(cluster) => cluster.namespace,
            Err(_) => "default".to_owned(),
        },
    };
    let chart = pintle_release_api::ChartSource { inline: Some(text), ..Default::default() };
    let release = wish(chart).release(&namespace)?;
    print(settings, args.output.output.or(Some(Output::Yaml)), &release, Change::Created)?;
    Ok(ExitStatus::Success)
}

fn print(
    settings: &Settings,
    output: Option<Output>,
    release: &pintle_release_api::Release,
    change: Change,
) -> anyhow::Result<()> {
    let name = format!(
        "release.{}/{}",
        pintle_release_api::GROUP,
        release.metadata.name.as_deref().unwrap_or_default()
    );
    let text = match output {
        Some(Output::Json) => json(release)?,
        Some(Output::Yaml) => yaml(release)?,
        Some(Output::Name) => name,
        Some(Output::Wide) | None => format!("{name} {}", change.as_str()),
    };
    Ok(settings.printer.data(&text)?)
}
