//! What `pintle status` shows: the application as a tree by role, why it is not well, what to try.

use std::collections::BTreeMap;

use k8s_openapi::jiff::Timestamp;
use pintle_release_api::{Cause, ConditionType, Health, InventoryEntry, Phase, Release};

use crate::printer::{BAD, BOLD, DIM, HINT};
use crate::roles::{Role, role};
use crate::summary::{cause_text, holds, mark, phase, since, status, version};
use crate::table::seen;
use crate::time::short;

/// Column of the right-hand side of the first line.
const RIGHT: usize = 60;
/// The widest column of names; a longer name pushes its own line only.
const MAX_NAME: usize = 48;
/// As many causes beside the first as are told below the tree.
const MORE_CAUSES: usize = 4;

/// What is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    /// The release.
    pub(crate) release: &'a Release,
    /// Claims that its StatefulSets made, which no manifest names.
    pub(crate) claims: &'a [InventoryEntry],
    /// The time.
    pub(crate) now: Timestamp,
    /// Whether commands to try need `-n NAMESPACE`.
    pub(crate) flag: bool,
    /// Shows the part of the chart that an object comes from, too.
    pub(crate) wide: bool,
}

/// The whole text.
pub(crate) fn tree(view: &View<'_>) -> String {
    let mut lines = vec![header(view)];
    lines.extend(body(view));
    lines.extend(why(view));
    lines.extend(tries(view));
    lines.push(String::new());
    lines.join("\n")
}

/// `shop  Updating  v4 (from v3)  shop-1.4.0  team-a          8/9 ready · 41s`
fn header(view: &View<'_>) -> String {
    let release = view.release;
    let status = status(release);
    let name = release.metadata.name.as_deref().unwrap_or_default();
    let mut left = format!("{BOLD}{name}{BOLD:#}  {}", phase(release));
    let chart = status.chart.as_ref().map(|it| it.reference.clone());
    let words = [Some(version(release)), chart, release.metadata.namespace.clone()];
    for word in words.into_iter().flatten() {
        left.push_str("  ");
        left.push_str(&word);
    }
    let mut right = Vec::new();
    if let Some(ready) = &status.ready {
        right.push(format!("{ready} ready"));
    }
    if let Some(since) = since(release) {
        right.push(short(view.now.duration_since(since.0).unsigned_abs()));
    }
    let gap = RIGHT.saturating_sub(seen(&left)).max(2);
    format!("{left}{}{}", " ".repeat(gap), right.join(" · "))
}

/// One line of an object.
struct Row {
    label: String,
    mark: String,
    text: String,
}

fn body(view: &View<'_>) -> Vec<String> {
    let rows = rows(view);
    let width = rows.values().flatten().map(|it| seen(&it.label)).max().unwrap_or(0).min(MAX_NAME);
    let mut lines = Vec::new();
    let last = rows.len().saturating_sub(1);
    for (index, (role, rows)) in rows.iter().enumerate() {
        let (fork, trunk) = if index == last { ("└─", "  ") } else { ("├─", "│ ") };
        lines.push(format!("{DIM}{fork}{DIM:#} {}", role.as_str()));
        let end = rows.len().saturating_sub(1);
        for (index, row) in rows.iter().enumerate() {
            let fork = if index == end { "└─" } else { "├─" };
            let pad = " ".repeat(width.saturating_sub(seen(&row.label)));
            let line = format!(
                "{DIM}{trunk} {fork}{DIM:#} {}{pad}  {}  {}",
                row.label, row.mark, row.text
            );
            lines.push(line.trim_end().to_owned());
        }
    }
    let status = status(view.release);
    let listed = i32::try_from(status.inventory.len()).unwrap_or(i32::MAX);
    if status.resources.total > listed && listed > 0 {
        lines.push(format!("   … and {} healthy objects more", status.resources.total - listed));
    }
    lines
}

/// The objects by role, in the order of their kinds.
fn rows(view: &View<'_>) -> BTreeMap<Role, Vec<Row>> {
    let status = status(view.release);
    let mut entries: Vec<&InventoryEntry> = status.inventory.iter().chain(view.claims).collect();
    entries.sort_by_key(|it| (role(&it.kind), &it.kind, &it.name));
    let mut rows: BTreeMap<Role, Vec<Row>> = BTreeMap::new();
    for entry in entries {
        let label = format!("{}/{}", entry.kind, entry.name);
        let cause = status.causes.iter().find(|it| it.object.as_deref() == Some(label.as_str()));
        let row = row(view, entry, label, cause);
        rows.entry(role(&entry.kind).0).or_default().push(row);
    }
    rows
}

fn row(view: &View<'_>, entry: &InventoryEntry, label: String, cause: Option<&Cause>) -> Row {
    let mut words: Vec<String> = entry.message.iter().cloned().collect();
    match cause {
        Some(cause) => words.push(format!("{BAD}{}{BAD:#}", cause.message)),
        None if words.is_empty() && entry.health != Health::Current => {
            words.push(entry.health.as_str().to_owned());
        }
        None => {}
    }
    if let Some(namespace) = &entry.namespace {
        words.push(format!("in {namespace}"));
    }
    if view.wide {
        words.push(format!("{DIM}{}{DIM:#}", entry.component));
    }
    Row { label, mark: mark(entry.health, cause.is_some()), text: words.join(" · ") }
}

fn why(view: &View<'_>) -> Vec<String> {
    let release = view.release;
    let status = status(release);
    if release.status.is_none() {
        let text = "no controller has seen this release yet: is one running? (pintle install)";
        return vec![format!("{HINT}why{HINT:#}: {text}")];
    }
    let mut lines = Vec::new();
    for (index, blocker) in status.blocked_by.iter().enumerate() {
        let word = if index == 0 { format!("{HINT}why{HINT:#}:") } else { "    ".to_owned() };
        lines.push(format!("{word} waits for {blocker}"));
    }
    if let Some(cause) = status.causes.first() {
        let serving = serving(release).map(|it| format!("; {it}")).unwrap_or_default();
        lines.push(format!("{HINT}why{HINT:#}: {}{serving}", cause_text(cause)));
    }
    let rest = status.causes.iter().skip(1).filter(|it| !has_row(&status.inventory, it));
    let rest: Vec<String> = rest.map(|it| format!("     {}", cause_text(it))).collect();
    lines.extend(rest.iter().take(MORE_CAUSES).cloned());
    if rest.len() > MORE_CAUSES {
        lines.push(format!("     … and {} more", rest.len() - MORE_CAUSES));
    }
    lines
}

/// Whether a cause stands beside its object in the tree already.
fn has_row(inventory: &[InventoryEntry], cause: &Cause) -> bool {
    let object = cause.object.as_deref();
    inventory.iter().any(|it| object == Some(format!("{}/{}", it.kind, it.name).as_str()))
}

/// What still serves while the new version does not.
fn serving(release: &Release) -> Option<String> {
    let status = release.status.as_ref()?;
    if holds(release, ConditionType::Ready) || !holds(release, ConditionType::Available) {
        return None;
    }
    let from = status.activations.first()?.from?;
    let pods = status.pods.map(|it| format!(" ({} of {} pods)", it.ready, it.desired));
    Some(format!("version {from} still serves{}", pods.unwrap_or_default()))
}

/// Commands and advice, each on a line of its own.
fn tries(view: &View<'_>) -> Vec<String> {
    let release = view.release;
    let status = status(release);
    let name = release.metadata.name.as_deref().unwrap_or_default();
    let flag = match (&release.metadata.namespace, view.flag) {
        (Some(namespace), true) => format!(" -n {namespace}"),
        _ => String::new(),
    };
    let mut tries: Vec<(String, String)> = Vec::new();
    if let Some(hint) = status.causes.first().and_then(|it| it.hint.as_ref()) {
        tries.push((hint.replace("NAME", name), String::new()));
    }
    let unwell = !status.causes.is_empty() && status.phase != Some(Phase::Deleting);
    let healthy = status.healthy_versions.iter().rev().find(|it| Some(**it) != status.version);
    if let Some(version) = healthy.filter(|_| unwell) {
        let command = format!("pintle rollback {name} {version}{flag}");
        tries.push((command, format!("back to version {version}")));
    }
    if status.phase == Some(Phase::Suspended) {
        tries.push((format!("pintle resume {name}{flag}"), "starts it again".to_owned()));
    }
    let width = tries.iter().filter(|it| !it.1.is_empty()).map(|it| it.0.chars().count()).max();
    let lines = tries.into_iter().enumerate().map(|(index, (command, meaning))| {
        let word = if index == 0 { format!("{HINT}try{HINT:#}:") } else { "    ".to_owned() };
        let pad = width.unwrap_or(0).saturating_sub(command.chars().count());
        let line = format!("{word} {command}{}   {DIM}{meaning}{DIM:#}", " ".repeat(pad));
        if meaning.is_empty() { format!("{word} {command}") } else { line }
    });
    lines.collect()
}
