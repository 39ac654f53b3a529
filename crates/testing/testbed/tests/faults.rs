//! Passing faults: whatever the API server answers for a while, or whether it answers at all, a
//! release ends Ready, its status never calls it a failure, and drift is put right afterwards.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail as tests do"
)]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt;
use http::StatusCode;
use kube::runtime::{WatchStreamExt, watcher};
use pintle_release_api::{Category, ReleaseStatus};
use pintle_testing_testbed::{Bed, Calls, Process, Proxy, WatchEnd, chart_archive};
use serde_json::{Value, json};

/// The controller that meets the faults.
const CONTROLLER: &str = env!("CARGO_BIN_EXE_testbed-controller");

const TEMPLATE: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config}
data: {greeting: {{ .Values.greeting }}, uid: {{ (lookup "v1" "Namespace" "" .Release.Namespace).kind | default "none" }}}
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
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: 'docker.io/library/nginx:1.27'}]}
"#;

/// A namespace, a proxy, a controller behind it, and every status that was ever written.
struct Field {
    bed: Bed,
    proxy: Proxy,
    process: Process,
    seen: Arc<Mutex<Vec<ReleaseStatus>>>,
    watch: tokio::task::JoinHandle<()>,
}

impl Field {
    async fn new(name: &str) -> Self {
        let bed = Bed::without_controller(name).await.unwrap();
        let proxy = Proxy::start(bed.client.clone()).await.unwrap();
        let process = Process::start(CONTROLLER, &proxy, &bed.namespace).unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (releases, all) = (bed.releases(), Arc::clone(&seen));
        // Past the proxy: the test sees what the server has.
        let watch = tokio::spawn(async move {
            let changes = watcher(releases, watcher::Config::default()).default_backoff();
            let mut changes = changes.applied_objects().boxed();
            while let Some(change) = changes.next().await {
                if let Ok(status) = change.map(|it| it.status) {
                    all.lock().unwrap().extend(status);
                }
            }
        });
        Field { bed, proxy, process, seen, watch }
    }

    async fn apply(&self, greeting: &str) {
        let chart = chart_archive("web", &[("templates/all.yaml", TEMPLATE)]).unwrap();
        self.bed.apply("app", &chart, json!({"greeting": greeting})).await.unwrap();
    }

    async fn ready(&self, greeting: &str) {
        if let Err(error) = self.bed.ready("app").await {
            panic!("{error:#}\n{}", self.process.log().unwrap());
        }
        assert_eq!(self.greeting(), greeting);
    }

    fn greeting(&self) -> Value {
        self.bed.get("configmap/app-config").unwrap()["data"]["greeting"].clone()
    }

    /// No status ever called the fault a failure.
    fn assert_never_failed(&self) {
        let seen = self.seen.lock().unwrap();
        assert!(!seen.is_empty(), "no status was seen at all");
        for status in seen.iter() {
            let text = || serde_json::to_string_pretty(status).unwrap();
            assert_ne!(
                status.phase.map(pintle_release_api::Phase::as_str),
                Some("Failed"),
                "{}",
                text()
            );
            let stalled = status.conditions.iter().find(|it| it.type_ == "Stalled");
            assert!(stalled.is_none_or(|it| it.status == "False"), "{}", text());
            for cause in &status.causes {
                assert_ne!(cause.reason.category(), Category::Stalled, "{}", text());
            }
        }
    }

    async fn put_right(&self, what: &str) {
        let patch = format!(r#"{{"data":{{"greeting":"drifted by {what}"}}}}"#);
        let namespace = self.bed.namespace.as_str();
        let patch =
            ["patch", "configmap/app-config", "--type=merge", "-n", namespace, "-p", &patch];
        let before = self.greeting();
        self.bed.plane.kubectl(&patch).unwrap();
        let began = std::time::Instant::now();
        let back = self.bed.until("put right", || async { Ok(self.greeting() == before) }).await;
        if let Err(error) = back {
            panic!("{what}: {error:#}\n{}", self.process.log().unwrap());
        }
        println!("{what}: drift was put right after {:?}", began.elapsed());
    }
}

impl Drop for Field {
    fn drop(&mut self) {
        self.watch.abort();
        let namespace = self.bed.namespace.as_str();
        let _ = self.bed.plane.kubectl(&["delete", "namespace", namespace, "--wait=false"]);
    }
}

/// Every call of a sort is answered so the first time, while a release is created and changed.
async fn answered(name: &str, calls: Calls, code: StatusCode) {
    let field = Field::new(name).await;
    for greeting in ["one", "two"] {
        let before = field.proxy.made_up();
        field.proxy.answer_once(calls, code);
        field.apply(greeting).await;
        field.ready(greeting).await;
        field.proxy.answer_no_more();
        let made_up = field.proxy.made_up() - before;
        println!("{code} to {calls:?}, {greeting}: {made_up} answers made up");
        assert!(made_up > 1, "the fault never happened");
    }
    field.assert_never_failed();
    field.put_right(name).await;
}

#[tokio::test]
async fn a_lost_version_does_not_stall_its_release() {
    let mut field = Field::new("lost").await;
    field.apply("one").await;
    field.ready("one").await;
    field.process.killer()();
    let secret = ["delete", "secret/app-v1-0", "-n", field.bed.namespace.as_str()];
    field.bed.plane.kubectl(&secret).unwrap();
    let uid = |bed: &Bed| bed.get("deployment/app-web").unwrap()["metadata"]["uid"].clone();
    let before = uid(&field.bed);
    field.process = Process::start(CONTROLLER, &field.proxy, &field.bed.namespace).unwrap();
    // The same content, and still no number is given twice.
    let again = |it: &pintle_release_api::Release| {
        it.status
            .as_ref()
            .is_some_and(|it| it.version == Some(2) && it.ready.as_deref() == Some("3/3"))
    };
    field.bed.wait("app", "at version 2", again).await.unwrap();
    field.ready("one").await;
    assert_eq!(uid(&field.bed), before, "what ran goes on running");
    assert!(field.process.log().unwrap().contains("version 1 is lost"), "told in words");
    field.assert_never_failed();
    field.put_right("somebody").await;
}

#[tokio::test]
async fn conflicts_are_passed() {
    answered("conflict", Calls::Writes, StatusCode::CONFLICT).await;
}

#[tokio::test]
async fn too_many_requests_are_passed() {
    answered("too-many", Calls::Writes, StatusCode::TOO_MANY_REQUESTS).await;
    answered("too-many-asked", Calls::Questions, StatusCode::TOO_MANY_REQUESTS).await;
}

#[tokio::test]
async fn internal_errors_are_passed() {
    answered("internal", Calls::Writes, StatusCode::INTERNAL_SERVER_ERROR).await;
    answered("internal-asked", Calls::Questions, StatusCode::INTERNAL_SERVER_ERROR).await;
}

#[tokio::test]
async fn an_unavailable_server_is_passed() {
    answered("unavailable", Calls::Writes, StatusCode::SERVICE_UNAVAILABLE).await;
    answered("unavailable-asked", Calls::Questions, StatusCode::SERVICE_UNAVAILABLE).await;
}

#[tokio::test]
async fn a_server_that_is_away_is_waited_for() {
    let field = Field::new("away").await;
    for (greeting, after) in [("one", 0), ("two", 0), ("three", 40), ("four", 150)] {
        field.apply(greeting).await;
        tokio::time::sleep(Duration::from_millis(after)).await;
        field.proxy.be_away(Duration::from_secs(2));
        field.ready(greeting).await;
    }
    field.assert_never_failed();
    // What happens while it is away is learned of afterwards.
    field.proxy.be_away(Duration::from_secs(2));
    field.put_right("an absence").await;
}

#[tokio::test]
async fn watches_that_end_are_taken_up_again() {
    let field = Field::new("watches").await;
    field.apply("zero").await;
    field.ready("zero").await;
    for (greeting, how) in [("one", WatchEnd::Cut), ("two", WatchEnd::Expired)] {
        let ended = field.proxy.end_watches(how);
        assert!(ended > 2, "{ended} watches were open");
        field.apply(greeting).await;
        field.ready(greeting).await;
        field.proxy.end_watches(how);
        field.put_right(&format!("{how:?}")).await;
    }
    // Those that are opened again are told that it is too late for that.
    field.proxy.answer_once(Calls::Watches, StatusCode::GONE);
    let before = field.proxy.made_up();
    field.proxy.end_watches(WatchEnd::Cut);
    field.apply("three").await;
    field.ready("three").await;
    field.put_right("410 Gone").await;
    assert!(field.proxy.made_up() > before, "the fault never happened");
    field.assert_never_failed();
}
