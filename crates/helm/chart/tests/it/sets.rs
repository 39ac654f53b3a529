//! `--set` and its sisters against `pkg/strvals`.

use std::collections::BTreeMap;
use std::io;

use pintle_go_value::{Tree, TreeMap};
use pintle_helm_chart::{MAX_INDEX, MAX_NESTED_NAME_LEVEL, SetKind, parse_set};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{cases, report, typed_tree};

#[derive(Deserialize)]
struct Case {
    name: String,
    op: String,
    input: String,
    into: Option<Json>,
    #[serde(default)]
    files: BTreeMap<String, String>,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    value: Option<Json>,
    err: Option<String>,
}

/// Rows that cannot apply, and why.
const NOT_APPLICABLE: &[(&str, &str)] =
    &[("helm 119", "sets into a nil map, where there is always one here")];

fn tree(json: &Json) -> Tree {
    match json {
        Json::Null => Tree::Null,
        Json::Bool(value) => Tree::Bool(*value),
        Json::Number(number) => Tree::Float(number.as_f64().unwrap()),
        Json::String(text) => Tree::from(text.as_str()),
        Json::Array(items) => Tree::from(items.iter().map(tree).collect::<Vec<_>>()),
        Json::Object(entries) => match entries.get("$int64") {
            Some(value) => Tree::Int(value.as_i64().unwrap()),
            None => Tree::from(
                entries
                    .iter()
                    .map(|(key, value)| (key.as_str().into(), tree(value)))
                    .collect::<TreeMap>(),
            ),
        },
    }
}

fn run(case: &Case) -> Result<Tree, String> {
    let kind = match case.op.as_str() {
        "set" => SetKind::Typed,
        "set-string" => SetKind::String,
        "set-json" => SetKind::Json,
        "set-file" => SetKind::File,
        "set-literal" => SetKind::Literal,
        other => panic!("no kind {other}"),
    };
    let mut values = case.into.as_ref().map_or_else(Tree::map, tree);
    let mut read = |name: &str| match case.files.get(name) {
        Some(text) => Ok(text.clone().into_bytes()),
        None => Err(io::Error::from(io::ErrorKind::NotFound)),
    };
    parse_set(&mut values, &case.input, kind, &mut read).map_err(|error| error.to_string())?;
    Ok(values)
}

#[test]
fn arguments_are_parsed_as_in_helm() {
    let cases: Vec<Case> = cases("strvals.json", 500);
    let applies = |case: &&Case| !NOT_APPLICABLE.iter().any(|(name, _)| *name == case.name);
    let mut failures = Vec::new();
    for case in cases.iter().filter(applies) {
        // Integers that the table holds plain were floats in the values given.
        let got = run(case).map(|tree| typed_tree(&tree));
        let want = match (&case.want.value, &case.want.err) {
            (Some(value), _) => Ok(typed_tree(&tree(value))),
            (None, error) => Err(error.clone().unwrap()),
        };
        if got != want {
            let Case { name, op, input, .. } = case;
            failures.push(format!("{name}: --{op} {input:?}\n  want {want:?}\n  got  {got:?}"));
        }
    }
    report(&failures, cases.len());
}

fn set(text: &str) -> Result<Tree, String> {
    let mut values = Tree::map();
    parse_set(&mut values, text, SetKind::Typed, &mut |_| Err(io::ErrorKind::NotFound.into()))
        .map_err(|error| error.to_string())?;
    Ok(values)
}

#[test]
fn indexes_and_nesting_have_limits() {
    let at = |index: usize| set(&format!("a[{index}]=1"));
    assert_eq!(at(MAX_INDEX).unwrap().get("a").unwrap().as_list().unwrap().len(), MAX_INDEX + 1);
    assert_eq!(
        at(MAX_INDEX + 1).unwrap_err(),
        "index of 65537 is greater than maximum supported index of 65536"
    );
    let nested = |levels: usize| set(&format!("{}a=1", "a.".repeat(levels)));
    assert!(nested(MAX_NESTED_NAME_LEVEL).is_ok());
    assert_eq!(
        nested(MAX_NESTED_NAME_LEVEL + 1).unwrap_err(),
        "value name nested level is greater than maximum supported nested level of 30"
    );
}

#[test]
fn endless_nesting_of_indexes_is_refused() {
    let nested = |levels: usize| set(&format!("a{}=1", "[0]".repeat(levels)));
    assert!(nested(400).is_ok());
    assert_eq!(nested(100_000).unwrap_err(), "value is nested more than 500 levels deep");
}
