//! Charts and values from the user's disk.

use std::io::Read;
use std::path::{Component, Path, PathBuf};

use anyhow::Context;
use base64::Engine;
use pintle_cluster_content::Store;
use pintle_go_value::Tree;
use pintle_helm_chart::{
    Chart, Metadata, Package, ValuesOptions, Warning, go_io_text, go_read_error, load_archive,
    load_directory, load_files, package, read_archive,
};
use pintle_release_api::{ChartSource, MAX_INLINE_CHART_BASE64};

use crate::args::{FetchingArgs, ValuesArgs};
use crate::fault::Fault;
use crate::printer::Printer;
use crate::settings::Settings;

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

/// Helm's `LocateChart`, as far as it needs no network: the error is Helm's text.
pub(crate) fn find(name: &str) -> Result<PathBuf, String> {
    let name = name.trim();
    let quoted = || pintle_go_fmt::quote(name.as_bytes());
    let path = Path::new(name);
    if path.exists() {
        return absolute(path);
    }
    if path.is_absolute() || name.starts_with('.') {
        return Err(format!("path {} not found", quoted()));
    }
    if name.contains("://") {
        let fetch = "Pintle fetches no charts; get it with `helm pull`";
        return Err(format!("chart {} is not on this machine: {fetch}", quoted()));
    }
    Err(match name.split_once('/') {
        Some((repository, _)) => format!("repo {repository} not found"),
        None => {
            format!("non-absolute URLs should be in form of repo_name/path_to_chart, got: {name}")
        }
    })
}

/// Go's `filepath.Abs`.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, String> {
    let absolute = std::path::absolute(path).map_err(|error| go_io_text(&error))?;
    Ok(clean(&absolute))
}

/// Go's `filepath.Clean`.
pub(crate) fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match (part, clean.components().next_back()) {
            (Component::CurDir, _) | (Component::ParentDir, Some(Component::RootDir)) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                clean.pop();
            }
            _ => clean.push(part),
        }
    }
    if clean.as_os_str().is_empty() { PathBuf::from(".") } else { clean }
}

/// [`find`] for a command of Helm, with its flags about charts from elsewhere.
pub(crate) fn locate(
    settings: &Settings,
    args: &FetchingArgs,
    name: &str,
) -> Result<PathBuf, String> {
    if let Some(repository) = args.repo.as_deref().filter(|it| !it.is_empty()) {
        let fetch = "Pintle fetches no charts; get it with `helm pull`";
        let quoted = pintle_go_fmt::quote(repository.as_bytes());
        return Err(format!("the repository {quoted} is not asked: {fetch}"));
    }
    let path = find(name).inspect_err(|_| {
        if !Path::new(name).is_absolute() && !name.starts_with('.') {
            settings.debug("set up default downloader cache", &[]);
        }
    })?;
    if !args.verify {
        return Ok(path);
    }
    Err(if path.is_dir() {
        "unpacked charts cannot be verified".to_owned()
    } else {
        "Pintle verifies no signatures; do it with `helm verify`".to_owned()
    })
}

/// What Helm logs with `--debug` before it looks for the chart.
pub(crate) fn tell_version(settings: &Settings, args: &FetchingArgs, message: &'static str) {
    let version = args.version.as_deref().unwrap_or_default();
    settings.debug(message, &[("version", version)]);
    if args.devel && version.is_empty() {
        settings.debug("setting version to >0.0.0-0", &[]);
    }
}

/// Loads a chart that [`find`] found, of whichever form of charts (Helm's `pkg/chart/loader`): the
/// error is Helm's text.
pub(crate) fn load_any(path: &Path, warnings: &mut Vec<Warning>) -> Result<Chart, String> {
    if path.is_dir() {
        let name = path.join("Chart.yaml");
        let text = std::fs::read(&name).map_err(|error| {
            let (name, text) = (name.display(), go_io_text(&error));
            format!("unable to detect chart at {name}: open {name}: {text}")
        })?;
        check_form(&text)?;
        return load_directory(path, warnings).map_err(|error| error.to_string());
    }
    let files = read_archive(&archive(path)?).map_err(|error| match error.to_string() {
        text if text == "gzip: invalid header" => {
            let shown = path.display();
            format!("file '{shown}' does not appear to be a valid chart file (details: {text})")
        }
        _ => "unable to load chart archive".to_owned(),
    })?;
    match files.iter().find(|file| &*file.name == "Chart.yaml") {
        Some(file) => check_form(&file.data)?,
        None => return Err("unable to detect chart version, no Chart.yaml found".to_owned()),
    }
    load_files(files, warnings).map_err(|error| error.to_string())
}

/// Refuses forms of charts that Helm does not know. What cannot be read is left to the loader.
fn check_form(chart_yaml: &[u8]) -> Result<(), String> {
    let Ok(metadata) = Metadata::read(chart_yaml) else { return Ok(()) };
    match metadata.api_version.as_str() {
        "" | "v1" | "v2" | "v3" => Ok(()),
        _ => Err("unsupported chart version".to_owned()),
    }
}

/// Loads a chart that [`find`] found (the loader of charts of today's form): the error is Helm's
/// text.
pub(crate) fn load(path: &Path, warnings: &mut Vec<Warning>) -> Result<Chart, String> {
    if path.is_dir() {
        return load_directory(path, warnings).map_err(|error| error.to_string());
    }
    load_archive(&archive(path)?, warnings).map_err(|error| error.to_string())
}

/// A gzipped file (Helm's `EnsureArchive`).
fn archive(path: &Path) -> Result<Vec<u8>, String> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|error| go_read_error(&shown.to_string(), &error))?;
    if bytes.starts_with(GZIP) {
        return Ok(bytes);
    }
    let extension = path.extension().and_then(|it| it.to_str());
    if matches!(extension, Some("yml" | "yaml")) {
        let text = "seems to be a YAML file, but expected a gzipped archive";
        return Err(format!("file '{shown}' {text}"));
    }
    let kind =
        if is_text(&bytes) { "text/plain; charset=utf-8" } else { "application/octet-stream" };
    Err(format!("file '{shown}' does not appear to be a gzipped archive; got '{kind}'"))
}

/// What Go's `http.DetectContentType` takes for text. Helm shows it a buffer that is filled up with
/// zeros, so nothing short is.
fn is_text(bytes: &[u8]) -> bool {
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0B | 0x0E..=0x1A | 0x1C..=0x1F);
    bytes.get(..SNIFFED).is_some_and(|start| !start.iter().any(binary))
}

/// How much of a file its kind is told by.
const SNIFFED: usize = 512;

/// How every gzipped file begins.
const GZIP: &[u8] = &[0x1f, 0x8b];

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
        // `-f ""` names no file.
        files: args.values.iter().filter(|it| !it.is_empty()).cloned().collect(),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cleaned_as_go_cleans_them() {
        let check = |path: &str, want: &str| {
            assert_eq!(clean(Path::new(path)), Path::new(want), "{path}");
        };
        check("a/./b//c/", "a/b/c");
        check("./a", "a");
        check("", ".");
        check("a/..", ".");
        check("../../a", "../../a");
        check("/../a", "/a");
        check("/a/b/../..", "/");
    }
}
