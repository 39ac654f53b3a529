//! One Release in a few words: the pieces that tables, trees and lines share.

use anstyle::Style;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use pintle_release_api::{Condition, ConditionType, Health, Phase, Release, ReleaseStatus};

use crate::printer::{BAD, BOLD, BUSY, DIM, GOOD};

/// The status, or one that says nothing.
pub(crate) fn status(release: &Release) -> std::borrow::Cow<'_, ReleaseStatus> {
    match &release.status {
        Some(status) => std::borrow::Cow::Borrowed(status),
        None => std::borrow::Cow::Owned(ReleaseStatus::default()),
    }
}

/// A condition of a Release.
pub(crate) fn condition(release: &Release, kind: ConditionType) -> Option<&Condition> {
    let conditions = &release.status.as_ref()?.conditions;
    conditions.iter().find(|it| it.type_ == kind.as_str())
}

/// Whether a condition is there and true.
pub(crate) fn holds(release: &Release, kind: ConditionType) -> bool {
    condition(release, kind).is_some_and(|it| it.status == "True")
}

/// Since when the release is as it is: ready, or on its way.
pub(crate) fn since(release: &Release) -> Option<Time> {
    let ready = condition(release, ConditionType::Ready);
    match ready {
        Some(ready) if ready.status != "True" => {
            let started = release.status.as_ref().and_then(|it| it.started_at.clone());
            started.or_else(|| Some(ready.last_transition_time.clone()))
        }
        Some(ready) => Some(ready.last_transition_time.clone()),
        None => release.metadata.creation_timestamp.clone(),
    }
}

/// The phase as a word, coloured; one that no controller has seen has none.
pub(crate) fn phase(release: &Release) -> String {
    match release.status.as_ref().and_then(|it| it.phase) {
        Some(phase) => {
            let style = phase_style(phase);
            format!("{style}{}{style:#}", phase.as_str())
        }
        None => format!("{DIM}Unseen{DIM:#}"),
    }
}

fn phase_style(phase: Phase) -> Style {
    match phase {
        Phase::Running | Phase::Succeeded => GOOD,
        Phase::Failed => BAD,
        Phase::Pending | Phase::Progressing | Phase::Updating => BUSY,
        Phase::Suspended | Phase::Deleting => DIM,
    }
}

/// `v4 (from v3)` while the fourth is on its way, `v4` once it is there.
pub(crate) fn version(release: &Release) -> String {
    let status = status(release);
    let Some(version) = status.version else { return "no version yet".to_owned() };
    let on_its_way = !holds(release, ConditionType::Ready)
        && !matches!(status.phase, Some(Phase::Suspended | Phase::Deleting));
    match status.activations.first().and_then(|it| it.from) {
        Some(from) if on_its_way && from != version => format!("v{version} (from v{from})"),
        _ => format!("v{version}"),
    }
}

/// A mark whose shape says as much as its colour.
pub(crate) fn mark(health: Health, has_cause: bool) -> String {
    let (style, mark) = match health {
        Health::Current => (GOOD, '✔'),
        Health::Failed => (BAD, '✖'),
        // A cause was found: it won't get there by waiting.
        Health::InProgress | Health::NotFound if has_cause => (BAD, '✖'),
        Health::InProgress => (BUSY, '◌'),
        Health::Terminating => (BUSY, '↓'),
        Health::NotFound | Health::Unknown => (BUSY, '?'),
        Health::Suspended => (DIM, '‖'),
    };
    format!("{style}{mark}{style:#}")
}

/// One line for a log: name, phase, version, counts, and the first cause.
pub(crate) fn line(release: &Release) -> String {
    let status = status(release);
    let name = release.metadata.name.as_deref().unwrap_or_default();
    let mut line = format!("{BOLD}{name}{BOLD:#}  {}  {}", phase(release), version(release));
    if let Some(ready) = &status.ready {
        line.push_str(&format!("  {ready} ready"));
    }
    if let Some(cause) = status.causes.first() {
        line.push_str(&format!("  {BAD}✖{BAD:#} {}", cause_text(cause)));
    }
    if let Some(blocker) = status.blocked_by.first() {
        line.push_str(&format!("  waits for {blocker}"));
    }
    line
}

/// A cause with its object in front, unless the sentence begins with it.
pub(crate) fn cause_text(cause: &pintle_release_api::Cause) -> String {
    match &cause.object {
        Some(object) if !cause.message.starts_with(object.as_str()) => {
            format!("{object}: {}", cause.message)
        }
        _ => cause.message.clone(),
    }
}
