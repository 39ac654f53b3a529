//! Merging values and settling dependencies, against Helm's answers.

use pintle_go_value::{Heap, Value};
use pintle_helm_chart::{
    Instance, coalesce_values, merge_values, process_dependencies, validate_values,
};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::{ChartCase, cases, report, typed};

#[derive(Deserialize)]
struct Case {
    name: String,
    op: Option<String>,
    #[serde(flatten)]
    chart: ChartCase,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    value: Option<Json>,
    values: Option<Json>,
    dependencies: Option<Vec<String>>,
    err: Option<String>,
}

fn merged(case: &Case) -> Result<Json, String> {
    let chart = case.chart.load().map_err(|error| error.to_string())?;
    let user = case.chart.user().map_err(|error| error.to_string())?;
    let heap = Heap::new();
    let instance = Instance::new(&chart);
    let mut warnings = Vec::new();
    let merged = match case.op.as_deref() {
        Some("merge") => merge_values(&heap, &instance, &user, &mut warnings),
        _ => coalesce_values(&heap, &instance, &user, &mut warnings),
    };
    merged.map(|map| typed(Value::Map(map))).map_err(|error| error.to_string())
}

#[test]
fn values_merge_as_in_helm() {
    let cases: Vec<Case> = cases("coalesce.json", 400);
    let mut failures = Vec::new();
    for case in &cases {
        if !matches!(case.op.as_deref(), Some("coalesce" | "merge")) {
            continue;
        }
        let want = match (&case.want.value, &case.want.err) {
            (Some(value), _) => Ok(value.clone()),
            (None, error) => Err(error.clone().unwrap()),
        };
        let got = merged(case);
        if got != want {
            failures.push(format!("{}\n  want {want:?}\n  got  {got:?}", case.name));
        }
    }
    report(&failures, cases.len());
}

fn paths(instance: &Instance<'_>, path: &str, paths_so_far: &mut Vec<String>) {
    paths_so_far.push(path.to_owned());
    for sub in instance.dependencies() {
        paths(sub, &format!("{path}/charts/{}", sub.name()), paths_so_far);
    }
}

fn settled(case: &Case) -> Result<(Json, Vec<String>), String> {
    let chart = case.chart.load().map_err(|error| error.to_string())?;
    let user = case.chart.user().map_err(|error| error.to_string())?;
    let heap = Heap::new();
    let mut warnings = Vec::new();
    let mut settle = || {
        let instance = process_dependencies(&heap, &chart, &user, &mut warnings)?;
        let values = coalesce_values(&heap, &instance, &user, &mut warnings)?;
        validate_values(&instance, values)?;
        chart.check_kube_version("v1.36.0", "v1.36.0")?;
        let mut enabled = Vec::new();
        paths(&instance, instance.name(), &mut enabled);
        enabled.sort();
        Ok((typed(Value::Map(values)), enabled))
    };
    settle().map_err(|error: pintle_helm_chart::ChartError| error.to_string())
}

#[test]
fn dependencies_are_settled_as_in_helm() {
    let cases: Vec<Case> = cases("dependencies.json", 300);
    let mut failures = Vec::new();
    for case in &cases {
        let want = match (&case.want.values, &case.want.dependencies, &case.want.err) {
            (Some(values), Some(enabled), _) => Ok((values.clone(), enabled.clone())),
            (_, _, error) => Err(error.clone().unwrap()),
        };
        let got = settled(case);
        if got != want {
            failures.push(format!("{}\n  want {want:?}\n  got  {got:?}", case.name));
        }
    }
    report(&failures, cases.len());
}

/// `-f URL` is a file of that name: nothing is fetched.
#[test]
fn a_url_names_a_file() {
    let options = pintle_helm_chart::ValuesOptions {
        files: vec!["https://example.com/v.yaml".to_owned()],
        ..Default::default()
    };
    let mut asked = Vec::new();
    let values = options.merge(&mut |name| {
        asked.push(name.to_owned());
        Ok(b"a: 1\n".to_vec())
    });
    assert!(values.unwrap().get("a").is_some());
    assert_eq!(asked, ["https://example.com/v.yaml"]);
}
