//! What Helm never shows below an error: the line of the source with a caret, the templates that
//! included it, and where the offending value comes from.
//!
//! It is read off Helm's own text, which names every place on the way down, innermost last.

mod origin;
mod trace;

use std::fmt::Write;

use anstyle::Style;
use pintle_helm_chart::Chart;

use crate::args::ValuesArgs;
use crate::printer::{BOLD, DIM, ERROR};
use origin::Origins;
use trace::Step;

/// How many lines before the one that is wrong are shown.
const BEFORE: usize = 2;
/// How many includes are told; chains can be a thousand long.
const MOST_STEPS: usize = 8;
/// How many values are traced for one error.
const MOST_VALUES: usize = 8;

/// An error of a render.
pub(crate) struct Failure<'f> {
    /// Helm's text.
    pub(crate) text: &'f str,
    /// The chart.
    pub(crate) chart: &'f Chart,
    /// What the user gave.
    pub(crate) values: &'f ValuesArgs,
    /// The rendered file and the line in it, where that is what is wrong.
    pub(crate) rendered: Option<(Vec<u8>, u32)>,
}

/// The lines below the error; empty if there is nothing to say.
pub(crate) fn explain(failure: &Failure<'_>) -> String {
    let mut out = String::new();
    if let Some((content, line)) = &failure.rendered {
        let text = String::from_utf8_lossy(content);
        let (title, number) = ("what was rendered", *line as usize);
        let line = text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
        excerpt(&mut out, title, &text, number, whole(line));
    }
    let steps = trace::steps(failure.text);
    let origins = Origins::new(failure.chart, failure.values);
    if let Some((last, above)) = steps.split_last() {
        place(&mut out, failure.chart, last);
        for step in above.iter().rev().take(MOST_STEPS) {
            included(&mut out, failure.chart, step);
        }
        if above.len() > MOST_STEPS {
            note(&mut out, &format!("and {} includes more", above.len() - MOST_STEPS));
        }
        for path in value_paths(failure.chart, &steps).iter().take(MOST_VALUES) {
            note(&mut out, &origins.tell(&last.path, path));
        }
    }
    for (chart, pointer) in trace::schema_places(failure.text).iter().take(MOST_VALUES) {
        note(&mut out, &origins.tell_pointer(chart, pointer));
    }
    out.trim_end().to_owned()
}

/// The source of a template by its path below the root chart.
fn source<'c>(chart: &'c Chart, path: &str) -> Option<std::borrow::Cow<'c, str>> {
    let mut chart = chart;
    let mut rest = path.strip_prefix(chart.name())?.strip_prefix('/')?;
    while let Some(below) = rest.strip_prefix("charts/") {
        let (name, below) = below.split_once('/')?;
        let mut entries = chart.metadata().dependencies.iter();
        let real = entries.find(|it| it.known_as() == name).map_or(name, |it| it.name.as_str());
        chart = chart.dependencies().iter().find(|it| it.name() == real)?;
        rest = below;
    }
    let file = chart.templates().iter().find(|file| *file.name == *rest)?;
    Some(String::from_utf8_lossy(&file.data))
}

fn place(out: &mut String, chart: &Chart, step: &Step) {
    let Some(text) = source(chart, &step.path) else { return };
    let line = text.lines().nth(step.line.saturating_sub(1)).unwrap_or_default();
    let (title, mark) = match step.column {
        Some(column) => {
            let mark = underline(line, column, step.node.as_deref());
            (format!("{}:{}:{}", step.path, step.line, mark.0 + 1), mark)
        }
        None => (format!("{}:{}", step.path, step.line), whole(line)),
    };
    excerpt(out, &title, &text, step.line, mark);
}

/// All of a line: where nobody says from where on it is wrong.
fn whole(line: &str) -> (usize, usize) {
    (line.len() - line.trim_start().len(), line.trim().len())
}

/// From which byte on how many are underlined. Go's column may point into a chain of fields; the
/// whole chain is meant.
fn underline(line: &str, column: usize, node: Option<&str>) -> (usize, usize) {
    let node = node.unwrap_or_default();
    let matches = line.match_indices(node).filter(|_| !node.is_empty());
    let around = matches.map(|(at, _)| at).find(|at| (*at..*at + node.len()).contains(&column));
    match around {
        Some(at) => (at, node.len()),
        None => (column.min(line.len()), 1),
    }
}

fn excerpt(out: &mut String, title: &str, text: &str, line: usize, mark: (usize, usize)) {
    let width = line.to_string().len();
    let gutter = |number: &str| format!("{DIM}{number:>width$} |{DIM:#}");
    let arrow = "-->";
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{:width$}{DIM}{arrow}{DIM:#} {BOLD}{title}{BOLD:#}", "");
    let first = line.saturating_sub(BEFORE).max(1);
    for (number, shown) in text.lines().enumerate().map(|(at, it)| (at + 1, it)) {
        if (first..=line).contains(&number) {
            let style = if number == line { Style::new() } else { DIM };
            let _ = writeln!(out, "{} {style}{shown}{style:#}", gutter(&number.to_string()));
        }
    }
    let (from, len) = mark;
    let shown = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    let before = shown.get(..from).unwrap_or_default();
    // Tabs stay tabs, so that the mark stands below what it means.
    let blank: String = before.chars().map(|c| if c == '\t' { c } else { ' ' }).collect();
    let marked = shown.get(from..from + len).map_or(1, |it| it.chars().count());
    let carets = "^".repeat(marked.max(1));
    let _ = writeln!(out, "{} {blank}{ERROR}{carets}{ERROR:#}", gutter(""));
}

fn included(out: &mut String, chart: &Chart, step: &Step) {
    let text = source(chart, &step.path);
    let line = text.as_deref().and_then(|it| it.lines().nth(step.line.saturating_sub(1)));
    let shown = line.map(|it| format!(": {}", it.trim())).unwrap_or_default();
    note(out, &format!("included by {}:{}{shown}", step.path, step.line));
}

fn note(out: &mut String, text: &str) {
    if !text.is_empty() {
        let _ = writeln!(out, "  {DIM}={DIM:#} {text}");
    }
}

/// The paths below `.Values` that the innermost step names, or, where it names none, those of its
/// action in the source.
fn value_paths(chart: &Chart, steps: &[Step]) -> Vec<Vec<String>> {
    let Some(last) = steps.last() else { return Vec::new() };
    let named = trace::value_paths(last.node.as_deref().unwrap_or_default());
    if !named.is_empty() {
        return named;
    }
    let Some(text) = source(chart, &last.path) else { return Vec::new() };
    let line = text.lines().nth(last.line.saturating_sub(1)).unwrap_or_default();
    let column = last.column.unwrap_or_default();
    let start = line.get(..column).and_then(|it| it.rfind("{{")).unwrap_or_default();
    let action = line.get(start..).unwrap_or_default();
    trace::value_paths(action.split("}}").next().unwrap_or_default())
}

#[cfg(test)]
mod tests;
