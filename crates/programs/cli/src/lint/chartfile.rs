//! `Chart.yaml` (`lint/rules/chartfile.go`).

use std::path::Path;

use pintle_go_semver::{Constraints, Version};
use pintle_go_value::Tree;
use pintle_helm_chart::{Maintainer, Metadata, go_io_text};

use super::{Report, Severity, holds, urls};

const FILE: &str = "Chart.yaml";

pub(super) fn check(root: &Path, report: &mut Report) {
    let path = root.join(FILE);
    let text = "should be a file, not a directory";
    report.rule(Severity::Error, FILE, holds(!path.is_dir(), text));
    let read = std::fs::read(&path).map_err(|error| {
        let verb = if path.is_dir() { "read" } else { "open" };
        format!("{verb} {}: {}", path.display(), go_io_text(&error))
    });
    let parsed = read.and_then(|text| Metadata::read(&text).map(|metadata| (text, metadata)));
    let parsed = parsed.map_err(|error| format!("unable to parse YAML\n\t{error}"));
    let Some((text, metadata)) = report.rule(Severity::Error, FILE, parsed) else { return };
    let strict = Metadata::check_strict(&text);
    let strict =
        strict.map_err(|error| format!("failed to strictly parse chart metadata file\n\t{error}"));
    report.rule(Severity::Warning, FILE, strict);
    // What can't be read was told above.
    let tree = pintle_go_yaml::read(&text).unwrap_or_default();
    let mut error = |result| report.rule(Severity::Error, FILE, result);
    error(name(&metadata));
    error(api_version(&metadata));
    error(is_string(&tree, "version"));
    error(version(&metadata));
    error(is_string(&tree, "appVersion"));
    error(maintainers(&metadata));
    error(sources(&metadata));
    let icon = &metadata.icon;
    report.rule(Severity::Info, FILE, holds(!icon.is_empty(), "icon is recommended"));
    let mut error = |result| report.rule(Severity::Error, FILE, result);
    let icon_known = icon.is_empty() || urls::is_request_url(icon);
    error(holds(icon_known, &format!("invalid icon URL '{icon}'")));
    error(only_v2(&metadata, !metadata.kind.is_empty(), "chart type is not valid in", "It is"));
    let has_dependencies = !metadata.dependencies.is_empty();
    let text = "dependencies are not valid in the Chart file with";
    error(only_v2(&metadata, has_dependencies, text, "They are"));
    let strict = Version::strict(&metadata.version).is_ok();
    let text = format!("version '{}' is not a valid SemVerV2", metadata.version);
    report.rule(Severity::Warning, FILE, holds(strict, &text));
}

fn name(metadata: &Metadata) -> Result<(), String> {
    holds(!metadata.name.is_empty(), "name is required")?;
    let quoted = pintle_go_fmt::quote(metadata.name.as_bytes());
    let plain = !metadata.name.contains('/') || metadata.name == "/";
    holds(plain, &format!("chart name {quoted} is invalid"))
}

fn api_version(metadata: &Metadata) -> Result<(), String> {
    const ALLOWED: &str = "The value must be either \"v1\" or \"v2\"";
    match metadata.api_version.as_str() {
        "" => Err(format!("apiVersion is required. {ALLOWED}")),
        "v1" | "v2" => Ok(()),
        other => Err(format!("apiVersion '{other}' is not valid. {ALLOWED}")),
    }
}

fn only_v2(metadata: &Metadata, used: bool, what: &str, they: &str) -> Result<(), String> {
    let version = &metadata.api_version;
    let text = format!("{what} apiVersion '{version}'. {they} valid in apiVersion 'v2'");
    holds(!used || version == "v2", &text)
}

/// The type as YAML has it, before numbers become texts.
fn is_string(tree: &Tree, key: &str) -> Result<(), String> {
    let ty = match tree.get(key) {
        None | Some(Tree::String(_) | Tree::Bytes(_)) => return Ok(()),
        Some(Tree::Null) => "<nil>",
        Some(Tree::Bool(_)) => "bool",
        Some(Tree::Int(_) | Tree::Float(_)) => "float64",
        Some(Tree::List(_)) => "[]interface {}",
        Some(Tree::Map(_)) => "map[string]interface {}",
    };
    Err(format!("{key} should be of type string but it's of type {ty}"))
}

fn version(metadata: &Metadata) -> Result<(), String> {
    let text = &metadata.version;
    holds(!text.is_empty(), "version is required")?;
    let Ok(version) = Version::parse(text) else {
        return Err(format!("version '{text}' is not a valid SemVer"));
    };
    let least = Constraints::parse(">0.0.0-0").map_err(|error| error.to_string())?;
    match least.validate(&version) {
        Err(reasons) if !reasons.is_empty() => Err(format!("version {}", reasons[0])),
        _ => Ok(()),
    }
}

fn maintainers(metadata: &Metadata) -> Result<(), String> {
    for Maintainer { name, email, url } in &metadata.maintainers {
        let empty = name.is_empty() && email.is_empty() && url.is_empty();
        holds(!(empty && metadata.has_null_maintainer()), "a maintainer entry is empty")?;
        holds(!name.is_empty(), "each maintainer requires a name")?;
        let known = email.is_empty() || urls::is_email(email);
        holds(known, &format!("invalid email '{email}' for maintainer '{name}'"))?;
        // Helm looks at the page only where there is no address that is wrong.
        let known = url.is_empty() || urls::is_url(url);
        holds(known, &format!("invalid url '{url}' for maintainer '{name}'"))?;
    }
    Ok(())
}

fn sources(metadata: &Metadata) -> Result<(), String> {
    for source in &metadata.sources {
        let known = urls::is_request_url(source);
        holds(known, &format!("invalid source URL '{source}'"))?;
    }
    Ok(())
}
