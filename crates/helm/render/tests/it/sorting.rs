//! Splitting, hooks and kind order against `release/v1/util`.

use std::collections::BTreeMap;

use pintle_helm_render::{RenderedFile, sort_manifests};
use serde::Deserialize;

use crate::{Piece, cases, hook_piece, piece, report};

#[derive(Deserialize)]
struct Case {
    name: String,
    files: BTreeMap<String, String>,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    #[serde(default)]
    manifests: Vec<Piece>,
    #[serde(default)]
    hooks: Vec<Piece>,
    err: Option<String>,
}

#[test]
fn files_are_split_and_sorted_as_in_helm() {
    let cases: Vec<Case> = cases("kindsort.json", 150);
    let count = cases.len();
    let mut failures = Vec::new();
    for case in cases {
        let files = case
            .files
            .into_iter()
            .map(|(path, text)| RenderedFile { path: path.into(), content: text.into_bytes() });
        let got = sort_manifests(files.collect(), &mut Vec::new())
            .map(|(documents, hooks)| {
                let documents: Vec<Piece> = documents.iter().map(piece).collect();
                (documents, hooks.iter().map(hook_piece).collect::<Vec<_>>())
            })
            .map_err(|error| error.to_string());
        let want = match case.want.err {
            Some(error) => Err(error),
            None => Ok((case.want.manifests, case.want.hooks)),
        };
        if got != want {
            failures.push(format!("{}\n  want {want:?}\n  got  {got:?}", case.name));
        }
    }
    report(&failures, count);
}
