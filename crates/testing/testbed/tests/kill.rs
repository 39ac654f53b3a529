//! The crash test: the controller dies before and after every mutating call, or loses its answer,
//! is started again, and ends where an undisturbed run ends.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::BTreeMap;

use pintle_testing_testbed::{Bed, Call, Cut, Process, Proxy, chart_archive, normalised};
use serde_json::{Value, json};

/// Enough to cut at: three kinds, one of them with a controller of its own.
const TEMPLATE: &str = r"
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config}
data: {greeting: {{ .Values.greeting }}}
---
apiVersion: v1
kind: Service
metadata: {name: app-web}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: app-web}
spec:
  replicas: 0
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'docker.io/library/nginx:1.27'}]}
";

/// What is done to a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Create,
    Update,
    Rollback,
    Delete,
}

/// The controller that is killed.
const CONTROLLER: &str = env!("CARGO_BIN_EXE_testbed-controller");

struct Run {
    calls: Vec<Call>,
    end: BTreeMap<String, Value>,
    /// Whether the cut was reached.
    was_cut: bool,
}

/// Brings a release to where the operation begins, does the operation with at most one cut, and
/// tells the mutating calls of the operation and the end state.
async fn run(operation: Operation, cut: Option<Cut>) -> Run {
    let bed = Bed::without_controller("kill").await.unwrap();
    let proxy = Proxy::start(bed.client.clone()).await.unwrap();
    let mut process = Process::start(CONTROLLER, &proxy, &bed.namespace).unwrap();
    let chart = chart_archive("web", &[("templates/all.yaml", TEMPLATE)]).unwrap();
    let (one, two) = (json!({"greeting": "one"}), json!({"greeting": "two"}));
    if operation != Operation::Create {
        bed.apply("app", &chart, one.clone()).await.unwrap();
        bed.ready("app").await.unwrap();
    }
    if operation == Operation::Rollback {
        bed.apply("app", &chart, two.clone()).await.unwrap();
        bed.ready("app").await.unwrap();
    }
    let before = settled(&proxy).await;
    if let Some(cut) = cut {
        proxy.cut(shifted(cut, before), process.killer());
    }
    match operation {
        Operation::Create => drop(bed.apply("app", &chart, one).await.unwrap()),
        Operation::Update => drop(bed.apply("app", &chart, two).await.unwrap()),
        Operation::Rollback => {
            drop(bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap());
        }
        Operation::Delete => {
            drop(bed.releases().delete("app", &Default::default()).await.unwrap());
        }
    }
    if let Some(cut) = cut {
        // A deletion looks again where something has changed meanwhile, so that the number of its
        // calls differs by one or two: a cut that is never reached is an undisturbed run.
        let over = async || {
            operation == Operation::Delete
                && bed.releases().get_opt("app").await.is_ok_and(|it| it.is_none())
        };
        bed.until("cut", || async { Ok(proxy.has_cut() || over().await) }).await.unwrap_or_else(
            |error| panic!("{operation:?} {cut:?}: {error:#}\n{:?}", proxy.calls()),
        );
        if !matches!(cut, Cut::Answer(_)) {
            process = Process::start(CONTROLLER, &proxy, &bed.namespace).unwrap();
        }
    }
    finish(&bed, operation).await;
    let after = settled(&proxy).await;
    let calls = proxy.calls()[before..after].to_vec();
    let (end, was_cut) = (end_state(&bed), proxy.has_cut());
    drop(process);
    bed.plane.kubectl(&["delete", "namespace", &bed.namespace, "--wait=false"]).unwrap();
    Run { calls, end, was_cut }
}

async fn finish(bed: &Bed, operation: Operation) {
    match operation {
        Operation::Delete => {
            bed.gone("app").await.unwrap();
            bed.until("empty", || async { Ok(bed.left_overs()?.is_empty()) }).await.unwrap();
        }
        Operation::Rollback => {
            let back = |it: &pintle_release_api::Release| {
                it.spec.rollback_to.is_none()
                    && it.status.as_ref().and_then(|it| it.version) == Some(1)
            };
            bed.wait("app", "at version 1", back).await.unwrap();
            bed.ready("app").await.unwrap();
        }
        Operation::Create | Operation::Update => drop(bed.ready("app").await.unwrap()),
    }
}

fn shifted(cut: Cut, by: usize) -> Cut {
    match cut {
        Cut::Before(at) => Cut::Before(at + by),
        Cut::After(at) => Cut::After(at + by),
        Cut::Answer(at) => Cut::Answer(at + by),
    }
}

/// Waits until no mutating call has come for a moment, and gives their number.
async fn settled(proxy: &Proxy) -> usize {
    let mut last = proxy.calls().len();
    loop {
        tokio::time::sleep(std::time::Duration::from_millis(700)).await;
        let now = proxy.calls().len();
        if now == last {
            return now;
        }
        last = now;
    }
}

/// Every object of the namespace that Pintle wrote, by kind and name.
fn end_state(bed: &Bed) -> BTreeMap<String, Value> {
    let kinds = "releases,releasehistories,deployments,services,configmaps,secrets";
    let all = bed.get(kinds).unwrap();
    let mut end = BTreeMap::new();
    for item in all["items"].as_array().unwrap() {
        let text = |at: &str| item.pointer(at).and_then(Value::as_str).unwrap_or_default();
        if text("/metadata/name") == "kube-root-ca.crt" {
            continue;
        }
        let mut item = item.clone();
        let name = format!("{}/{}", text_of(&item, "/kind"), text_of(&item, "/metadata/name"));
        strip(&mut item);
        end.insert(name, normalised(&item, &bed.namespace));
    }
    end
}

fn text_of(item: &Value, at: &str) -> String {
    item.pointer(at).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What a fresh salt and the number of tries make differ.
fn strip(item: &mut Value) {
    if item["kind"] == "Secret" {
        item["data"] = Value::Null;
    }
    if item["kind"] == "ReleaseHistory" {
        for digest in ["contentDigest", "manifestDigest", "valuesDigest", "snapshot"] {
            item["spec"][digest] = Value::Null;
        }
    }
    if item["kind"] == "Release" {
        // What the last plan had left to do depends on where it was cut.
        item["status"]["plan"] = Value::Null;
    }
    if item["kind"] == "Deployment" {
        item["metadata"]["annotations"]["deployment.kubernetes.io/revision"] = Value::Null;
        item["status"] = Value::Null;
    }
}

async fn survives(operation: Operation) {
    let calm = run(operation, None).await;
    let mut reached = 0;
    for at in 0..calm.calls.len() {
        for cut in [Cut::Before(at), Cut::After(at), Cut::Answer(at)] {
            let cut_run = run(operation, Some(cut)).await;
            let differing = differences("", &json!(cut_run.end), &json!(calm.end));
            assert!(
                differing.is_empty(),
                "{operation:?} cut at {cut:?} of {:?}: {differing:#?}",
                calm.calls[at]
            );
            reached += usize::from(cut_run.was_cut);
            // A shorter deletion may miss a cut at its end, which then proves nothing.
            assert!(
                cut_run.was_cut || at + 3 >= calm.calls.len(),
                "{operation:?}: {cut:?} was not reached of {:?}",
                calm.calls
            );
        }
    }
    println!(
        "{operation:?}: {} mutating calls, {reached} cuts, {reached} converged",
        calm.calls.len()
    );
    for call in &calm.calls {
        println!("    {} {}", call.method, call.path);
    }
}

/// Where two values differ, as `path: one != other`.
fn differences(path: &str, one: &Value, other: &Value) -> Vec<String> {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let of = |map: &serde_json::Map<String, Value>, key: &str| {
                map.get(key).cloned().unwrap_or_default()
            };
            keys.into_iter()
                .flat_map(|key| differences(&format!("{path}/{key}"), &of(a, key), &of(b, key)))
                .collect()
        }
        (a, b) if a == b => Vec::new(),
        (a, b) => vec![format!("{path}: {a} != {b}")],
    }
}

#[tokio::test]
async fn a_create_survives_every_cut() {
    survives(Operation::Create).await;
}

#[tokio::test]
async fn an_update_survives_every_cut() {
    survives(Operation::Update).await;
}

#[tokio::test]
async fn a_rollback_survives_every_cut() {
    survives(Operation::Rollback).await;
}

#[tokio::test]
async fn a_deletion_survives_every_cut() {
    survives(Operation::Delete).await;
}
