//! Charts and values from the user's disk.

use std::io::Read;
use std::path::Path;

use anyhow::Context;
use base64::Engine;
use pintle_cluster_content::Store;
use pintle_go_value::Tree;
use pintle_helm_chart::{
    Chart, Package, ValuesOptions, Warning, load_archive, load_directory, package,
};
use pintle_release_api::{ChartSource, MAX_INLINE_CHART_BASE64};

use crate::args::ValuesArgs;
use crate::fault::Fault;
use crate::printer::Printer;

/// A chart ready to be sent: packed, or the archive as it was.
pub(crate) struct Packed {
    /// The chart.
    pub(crate) chart: Chart,
    /// The archive.
    pub(crate) bytes: Vec<u8>,
}

/// Reads a chart from a directory or an archive, and packs it. The same files give the same
/// archive, and so the same version, wherever it is packed.
pub(crate) fn pack(printer: &Printer, path: &Path) -> anyhow::Result<Packed> {
    let shown = path.display();
    let mut warnings = Vec::new();
    let packed = if path.is_dir() {
        let chart = load_directory(path, &mut warnings)
            .with_context(|| Fault::new(format!("{shown} is not a chart")))?;
        pack_chart(chart)?
    } else if path.is_file() {
        let bytes = std::fs::read(path).with_context(|| format!("{shown}"))?;
        let chart = load_archive(&bytes, &mut warnings)
            .with_context(|| Fault::new(format!("{shown} is not a chart")))?;
        Packed { chart, bytes }
    } else {
        let hint = "CHART is a chart's directory, or an archive made by `helm package`";
        return Err(Fault::new(format!("{shown} is not there")).hint(hint).into());
    };
    warn(printer, &warnings);
    Ok(packed)
}

/// Packs a chart that is loaded already.
pub(crate) fn pack_chart(chart: Chart) -> anyhow::Result<Packed> {
    let Package { bytes, .. } = package(&chart)?;
    Ok(Packed { chart, bytes })
}

/// Prints what the loader has to say.
pub(crate) fn warn(printer: &Printer, warnings: &[Warning]) {
    for warning in warnings {
        printer.word(&warning.to_string());
    }
}

/// Values files and `--set` flags, merged in Helm's order.
pub(crate) fn values(args: &ValuesArgs) -> anyhow::Result<Tree> {
    let options = ValuesOptions {
        files: args.values.clone(),
        json: args.set_json.clone(),
        set: args.set.clone(),
        strings: args.set_string.clone(),
        from_files: args.set_file.clone(),
        literals: args.set_literal.clone(),
    };
    Ok(options.merge(&mut read_file)?)
}

/// A file by the name the user gave; `-` is standard input.
fn read_file(name: &str) -> std::io::Result<Vec<u8>> {
    if name == "-" {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    std::fs::read(name)
}

/// Values as the Release's spec has them.
pub(crate) fn to_json(values: &Tree) -> anyhow::Result<serde_json::Value> {
    let mut text = Vec::new();
    pintle_go_yaml::to_json(&mut text, values)?;
    Ok(serde_json::from_slice(&text)?)
}

/// Where the controller finds the archive: in the Release itself if it is small, else in the
/// namespace's content, which is written first.
pub(crate) async fn source(
    client: &kube::Client,
    namespace: &str,
    archive: &[u8],
) -> anyhow::Result<ChartSource> {
    let text = base64::engine::general_purpose::STANDARD.encode(archive);
    if text.len() <= MAX_INLINE_CHART_BASE64 {
        return Ok(ChartSource { inline: Some(text), ..ChartSource::default() });
    }
    let stored = Store::new(client, namespace).put_chart(archive).await;
    let digest = stored.context(Fault::new("the chart's archive can't be stored"))?;
    Ok(ChartSource { blob: Some(digest), ..ChartSource::default() })
}
