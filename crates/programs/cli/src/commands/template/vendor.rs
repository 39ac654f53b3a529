//! `--dependency-update`, for what is on this machine (Helm's `downloader.Manager`).

use std::fs;
use std::path::{Path, PathBuf};

use k8s_openapi::jiff::Timestamp;
use pintle_go_semver::{Constraints, Version};
use pintle_go_value::{Tree, TreeMap};
use pintle_helm_chart::{
    ApiVersion, Chart, Dependency, Package, load_archive, load_directory, package,
};
use sha2::{Digest, Sha256};

use crate::printer::Printer;

/// Packs the charts of `file://` repositories into `charts/`, and writes the lock file.
pub(super) fn update(printer: &Printer, chart: &Chart, path: &Path) -> Result<(), String> {
    if !path.is_dir() {
        return Err("only unpacked charts can be updated".to_owned());
    }
    let wanted = &chart.metadata().dependencies;
    let mut locked = Vec::new();
    let mut packed = Vec::new();
    for entry in wanted {
        let there = chart.dependencies().iter().find(|it| it.name() == entry.name);
        if let Some(folder) = entry.repository.strip_prefix("file://") {
            let source = load_local(entry, &path.join(folder))?;
            locked.push(lock_entry(entry, &source.metadata().version));
            packed.push(pack(&source)?);
        } else if let Some(there) = there {
            locked.push(lock_entry(entry, &there.metadata().version));
        } else {
            return Err(unfetched(entry));
        }
    }
    // Helm prints this among the manifests, too.
    let say = |text: &str| printer.data(text).map_err(|error| error.to_string());
    say(&format!("Saving {} charts", wanted.len()))?;
    let folder = path.join("charts");
    for package in &packed {
        save(&folder, package)?;
    }
    say("Deleting outdated charts")?;
    for (name, package) in packed.iter().map(|it| (&it.0, &it.1)) {
        remove_outdated(&folder, name, &package.file_name);
    }
    write_lock(chart, path, wanted, &locked)
}

fn unfetched(entry: &Dependency) -> String {
    let Dependency { name, repository, .. } = entry;
    if repository.is_empty() {
        return format!("dependency {name} names no repository; put its chart into charts/{name}");
    }
    format!(
        "dependency {name} comes from {repository}, and Pintle fetches no charts; run \
         `helm dependency update`, or put its archive into charts/"
    )
}

/// The chart of a `file://` repository, if its version is in range.
fn load_local(entry: &Dependency, folder: &Path) -> Result<Chart, String> {
    let Dependency { name, repository, version, .. } = entry;
    if !folder.is_dir() {
        return Err(format!("directory {} not found", folder.display()));
    }
    let quoted = |text: &str| pintle_go_fmt::quote(text.as_bytes());
    let range = Constraints::parse(version).map_err(|error| {
        let name = quoted(name);
        format!("dependency {name} has an invalid version/constraint format: {error}")
    })?;
    // What it warns of is told when the whole chart is loaded.
    let chart = load_directory(folder, &mut Vec::new()).map_err(|error| error.to_string())?;
    let fits = Version::parse(&chart.metadata().version).is_ok_and(|it| range.check(&it));
    if fits {
        return Ok(chart);
    }
    let what = format!(
        "{} (repository {}, version {})",
        quoted(name),
        quoted(repository),
        quoted(version)
    );
    Err(format!(
        "can't get a valid version for 1 subchart(s): {what}. Make sure a matching chart version \
         exists in the repo, or change the version constraint in Chart.yaml"
    ))
}

fn pack(chart: &Chart) -> Result<(String, Package), String> {
    let package = package(chart).map_err(|error| error.to_string())?;
    Ok((chart.name().to_owned(), package))
}

fn save(folder: &Path, (_, package): &(String, Package)) -> Result<(), String> {
    let path = folder.join(&package.file_name);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, &package.bytes));
    written.map_err(|error| format!("open {}: {error}", path.display()))
}

/// Removes other archives of the same chart. What can't be read is nobody's to remove.
fn remove_outdated(folder: &Path, name: &str, keep: &str) {
    let archives = fs::read_dir(folder).into_iter().flatten().flatten().map(|it| it.path());
    let is_old = |path: &PathBuf| {
        let is_archive = path.extension().is_some_and(|it| it == "tgz");
        let is_other = path.file_name().is_some_and(|it| it != keep);
        let load = || load_archive(&fs::read(path).ok()?, &mut Vec::new()).ok();
        is_archive && is_other && load().is_some_and(|chart| chart.name() == name)
    };
    for path in archives.filter(is_old) {
        // One that stays is loaded beside the new one, and Helm goes on, too.
        let _ = fs::remove_file(path);
    }
}

fn lock_entry(entry: &Dependency, version: &str) -> Dependency {
    Dependency {
        name: entry.name.clone(),
        repository: entry.repository.clone(),
        version: version.to_owned(),
        ..Dependency::default()
    }
}

/// Helm's `writeLock`, unless what was chosen is what the lock file says already.
fn write_lock(
    chart: &Chart,
    path: &Path,
    wanted: &[Dependency],
    locked: &[Dependency],
) -> Result<(), String> {
    let json = format!("[{},{}]", dependencies_json(wanted)?, dependencies_json(locked)?);
    let hex: String =
        Sha256::digest(json.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
    let digest = format!("sha256:{hex}");
    if chart.lock().is_some_and(|lock| lock.digest == digest) {
        return Ok(());
    }
    let text = |text: &str| Tree::String(text.into());
    let entries = locked.iter().map(|entry| {
        let fields =
            [("name", &entry.name), ("repository", &entry.repository), ("version", &entry.version)];
        let fields = fields.into_iter().map(|(key, value)| (key.into(), text(value)));
        Tree::Map(fields.collect::<TreeMap>().into())
    });
    let lock = TreeMap::from([
        ("dependencies".into(), Tree::List(entries.collect::<Vec<_>>().into())),
        ("digest".into(), text(&digest)),
        ("generated".into(), text(&Timestamp::now().to_string())),
    ]);
    let mut yaml = Vec::new();
    pintle_go_yaml::to_yaml(&mut yaml, &Tree::Map(lock.into())).map_err(|it| it.to_string())?;
    let v1 = chart.metadata().api() == ApiVersion::V1;
    let path = path.join(if v1 { "requirements.lock" } else { "Chart.lock" });
    if path.is_symlink() {
        return Err(format!("the {} file is a symlink", path.display()));
    }
    fs::write(&path, yaml).map_err(|error| format!("open {}: {error}", path.display()))
}

/// `[]*chart.Dependency` as encoding/json writes it: in the order of the fields.
fn dependencies_json(entries: &[Dependency]) -> Result<String, String> {
    let json = |tree: &Tree| -> Result<String, String> {
        let mut out = Vec::new();
        pintle_go_yaml::to_json(&mut out, tree).map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&out).trim_end().to_owned())
    };
    let text = |text: &String| Tree::String(text.as_str().into());
    let mut all = Vec::new();
    for entry in entries {
        let tags: Vec<Tree> = entry.tags.iter().map(text).collect();
        let mut fields = Vec::new();
        for (key, value, optional) in [
            ("name", text(&entry.name), false),
            ("version", text(&entry.version), entry.version.is_empty()),
            ("repository", text(&entry.repository), false),
            ("condition", text(&entry.condition), entry.condition.is_empty()),
            ("tags", Tree::List(tags.into()), entry.tags.is_empty()),
            ("enabled", Tree::Bool(true), !entry.enabled),
            (
                "import-values",
                Tree::List(entry.import_values.clone().into()),
                entry.import_values.is_empty(),
            ),
            ("alias", text(&entry.alias), entry.alias.is_empty()),
        ] {
            if !optional {
                fields.push(format!("\"{key}\":{}", json(&value)?));
            }
        }
        all.push(format!("{{{}}}", fields.join(",")));
    }
    Ok(format!("[{}]", all.join(",")))
}
