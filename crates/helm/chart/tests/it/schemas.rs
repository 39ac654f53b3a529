//! JSON schemas against the validator in Helm.

use pintle_go_value::Heap;
use pintle_helm_chart::{
    File, Instance, coalesce_values, load_files, read_values, validate_values,
};
use serde::Deserialize;

use crate::{cases, report};

#[derive(Deserialize)]
struct Case {
    name: String,
    schema: Option<String>,
    #[serde(default)]
    yaml: String,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    ok: Option<String>,
    err: Option<String>,
}

/// Helm's words before the errors of the one chart.
const PREFIX: &str =
    "values don't meet the specifications of the schema(s) in the following chart(s):\nc:\n";

/// Rows that differ on purpose, and why.
const DIFFERENCES: &[(&str, &str)] = &[
    ("helm 1", "a schema that is a number beyond float64 is no JSON here"),
    ("trap 255", "the words about a $schema that is no URL are the library's"),
    ("trap 259", "schemas are never loaded from files"),
    ("trap 627", "the words about an $id that is no URL are those about any other URL"),
    ("trap 642", "bounds are compared as float64"),
    ("trap 643", "bounds are compared as float64"),
    ("trap 651", "bounds are compared as float64"),
    ("trap 652", "bounds are compared as float64"),
    ("trap 654", "multiples beyond 2^53 are those of float64"),
    ("trap 655", "multiples beyond 2^53 are those of float64"),
    ("trap 665", "whole numbers beyond 64 bits are float64"),
    ("trap 666", "whole numbers beyond 64 bits are float64"),
    ("trap 673", "expressions nest less deeply"),
    ("trap 675", "expressions take less memory"),
    ("trap 713", "where a name is wrong is not known, so neither are the layers around it"),
];

fn run(schema: &str, yaml: &str) -> Result<(), String> {
    let files = vec![
        File::new("Chart.yaml", *b"apiVersion: v2\nname: c\nversion: 0.1.0\n"),
        File::new("values.schema.json", schema.as_bytes()),
    ];
    let chart = load_files(files, &mut Vec::new()).unwrap();
    let values = read_values(yaml.as_bytes()).unwrap();
    let heap = Heap::new();
    let instance = Instance::new(&chart);
    let values = coalesce_values(&heap, &instance, &values, &mut Vec::new()).unwrap();
    validate_values(&instance, values).map_err(|error| {
        let text = error.to_string();
        text.strip_prefix(PREFIX).unwrap_or(&text).to_owned()
    })
}

#[test]
fn messages_are_those_of_helm() {
    let cases: Vec<Case> = cases("schema.json", 200);
    let mut failures = Vec::new();
    for case in &cases {
        let Some(schema) = &case.schema else { continue };
        let want = match (&case.want.ok, &case.want.err) {
            (Some(_), _) => Ok(()),
            (None, error) => Err(error.clone().unwrap()),
        };
        let got = run(schema, &case.yaml);
        let differs = DIFFERENCES.iter().any(|(name, _)| *name == case.name);
        if (got != want) != differs {
            let Case { name, yaml, .. } = case;
            failures.push(format!("{name}: {schema} on {yaml}\n  want {want:?}\n  got  {got:?}"));
        }
    }
    report(&failures, cases.len());
}
