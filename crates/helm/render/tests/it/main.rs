//! Rendering against Helm's own answers (conformance/data), and this crate's own promises.
#![cfg(test)]

mod charts;
mod manifests;
mod sorting;

use std::collections::BTreeMap;
use std::sync::Arc;

use pintle_go_value::Tree;
use pintle_helm_chart::{File, load_files, merge_maps, parse_set, read_values};
use pintle_helm_render::{Document, HookDocument, ParsedChart, RenderOptions, Seeded};
use serde::Deserialize;

/// The cases of a table, of which at least `least` are there.
fn cases<T: for<'de> Deserialize<'de>>(file: &str, least: usize) -> Vec<T> {
    let path = format!("{}/../../../conformance/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let cases: Vec<T> = serde_json::from_slice(&text).unwrap();
    assert!(cases.len() >= least, "{file} has only {} cases", cases.len());
    cases
}

/// All that differs, told at once.
fn report(failures: &[String], of: usize) {
    assert!(failures.is_empty(), "{} of {of}:\n{}", failures.len(), failures.join("\n"));
}

/// A sorted document as the tables have it.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
struct Piece {
    name: String,
    kind: String,
    content: String,
    #[serde(default)]
    events: Vec<String>,
    #[serde(default)]
    weight: i64,
}

fn piece(document: &Document) -> Piece {
    Piece {
        name: document.source.path.clone(),
        kind: document.kind.clone(),
        content: String::from_utf8_lossy(document.text()).into_owned(),
        ..Piece::default()
    }
}

fn hook_piece(hook: &HookDocument) -> Piece {
    let events = hook.events.iter().map(|event| event.name().to_owned()).collect();
    Piece { events, weight: hook.weight, ..piece(&hook.document) }
}

/// A chart of these files.
fn chart(files: &BTreeMap<String, String>) -> Result<ParsedChart, String> {
    let files =
        files.iter().map(|(name, text)| File::new(name.as_str(), text.as_bytes())).collect();
    let chart = load_files(files, &mut Vec::new()).map_err(|error| error.to_string())?;
    Ok(ParsedChart::new(chart))
}

/// A chart named `c` with some templates.
fn small_chart(templates: &[(&str, &str)]) -> ParsedChart {
    let mut files = BTreeMap::new();
    files.insert("Chart.yaml".to_owned(), "apiVersion: v2\nname: c\nversion: 0.1.0\n".to_owned());
    for (name, text) in templates {
        files.insert((*name).to_owned(), (*text).to_owned());
    }
    chart(&files).unwrap()
}

fn options() -> RenderOptions {
    RenderOptions::new("release-name", "default", Arc::new(Seeded::new([7; 32], 0, 0)))
}

/// Values of YAML texts and `--set` arguments.
fn user(texts: &[String], sets: &[String]) -> Result<Tree, String> {
    let mut base = Tree::map();
    for text in texts {
        merge_maps(&mut base, read_values(text.as_bytes()).map_err(|error| error.to_string())?);
    }
    for set in sets {
        let kind = pintle_helm_chart::SetKind::Typed;
        parse_set(&mut base, set, kind, &mut |_| Err(std::io::ErrorKind::NotFound.into()))
            .map_err(|error| error.to_string())?;
    }
    Ok(base)
}
