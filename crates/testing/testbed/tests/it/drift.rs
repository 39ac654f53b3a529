//! Drift is put right at once, and nobody is fought who owns a field by design.

use std::time::{Duration, Instant};

use pintle_release_api::Cause;
use pintle_testing_testbed::Bed;
use serde_json::json;

use crate::web;

async fn web(name: &str, values: serde_json::Value) -> Bed {
    let bed = Bed::new(name).await.unwrap();
    bed.apply("app", &web::chart(), values).await.unwrap();
    bed.ready("app").await.unwrap();
    bed
}

fn kubectl(bed: &Bed, arguments: &[&str]) {
    let all = [arguments, &["-n", bed.namespace.as_str()]].concat();
    bed.plane.kubectl(&all).unwrap();
}

#[tokio::test]
async fn foreign_edits_are_put_right() {
    let bed = web("drift", json!({})).await;
    let mut times = Vec::new();
    for round in 0..10 {
        let patch = format!(r#"{{"data":{{"greeting":"drifted {round}"}}}}"#);
        kubectl(&bed, &["patch", "configmap/app-config", "--type=merge", "-p", &patch]);
        let began = Instant::now();
        bed.until("put right", || async {
            Ok(bed.get("configmap/app-config")?["data"]["greeting"] == "hello")
        })
        .await
        .unwrap();
        times.push(began.elapsed());
    }
    kubectl(&bed, &["delete", "service/app-web"]);
    let began = Instant::now();
    bed.until("there again", || async { Ok(bed.exists("service/app-web")) }).await.unwrap();
    times.push(began.elapsed());
    kubectl(&bed, &["scale", "deployment/app-web", "--replicas=5"]);
    bed.until("scaled back", || async {
        Ok(bed.get("deployment/app-web")?["spec"]["replicas"] == 2)
    })
    .await
    .unwrap();
    times.sort();
    println!(
        "drift: median {:?}, worst {:?} of {}",
        times[times.len() / 2],
        times[times.len() - 1],
        times.len()
    );
    assert!(times[times.len() / 2] < Duration::from_secs(2), "{times:?}");
    assert_eq!(bed.versions("app").await.unwrap(), [1]);
}

#[tokio::test]
async fn drift_is_put_right_while_a_new_spec_is_refused() {
    let bed = web("refused-drift", json!({})).await;
    let bad = [
        ("apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prts: []}\n", "ApplyRefused"),
        ("a: {{ .Values.a.b.c }}\n", "RenderFailed"),
    ];
    for (text, reason) in bad {
        let chart = web::chart_with(&[("templates/bad.yaml", text)]);
        bed.apply("app", &chart, json!({"greeting": "never"})).await.unwrap();
        let refused = |it: &pintle_release_api::Release| {
            let causes = it.status.iter().flat_map(|it| &it.causes);
            causes.into_iter().any(|it| it.reason.as_str() == reason)
        };
        bed.wait("app", reason, refused).await.unwrap();
        let patch = r#"{"data":{"greeting":"drifted"}}"#;
        kubectl(&bed, &["patch", "configmap/app-config", "--type=merge", "-p", patch]);
        kubectl(&bed, &["delete", "service/app-web"]);
        bed.until("put right", || async {
            let greeting = bed.get("configmap/app-config")?["data"]["greeting"] == "hello";
            Ok(greeting && bed.exists("service/app-web"))
        })
        .await
        .unwrap();
        let release = bed.releases().get("app").await.unwrap();
        assert!(refused(&release), "the status still tells of the spec");
        let plan = release.status.unwrap().plan.unwrap();
        assert!(!plan.refused.is_empty(), "as does the plan: {plan:?}");
    }
    assert_eq!(bed.versions("app").await.unwrap(), [1]);
}

#[tokio::test]
async fn an_edited_port_is_put_right() {
    let bed = web("port", json!({})).await;
    let patch = r#"[{"op": "replace", "path": "/spec/ports/0/port", "value": 81}]"#;
    kubectl(&bed, &["patch", "service/app-web", "--type=json", "-p", patch]);
    bed.until("one port, 80", || async {
        let ports = bed.get("service/app-web")?["spec"]["ports"].clone();
        Ok(ports.as_array().is_some_and(|it| it.len() == 1 && it[0]["port"] == 80))
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn additions_by_others_are_no_drift() {
    let bed = web("additions", json!({})).await;
    kubectl(&bed, &["label", "configmap/app-config", "team=blue"]);
    kubectl(
        &bed,
        &["patch", "configmap/app-config", "--type=merge", "-p", r#"{"data":{"more":"yes"}}"#],
    );
    // A change of ours after it tells that the additions were seen and left alone.
    bed.apply("app", &web::chart(), json!({"greeting": "new"})).await.unwrap();
    bed.ready("app").await.unwrap();
    let config = bed.get("configmap/app-config").unwrap();
    assert_eq!(config["data"]["more"], "yes");
    assert_eq!(config["metadata"]["labels"]["team"], "blue");
}

#[tokio::test]
async fn an_autoscaler_is_not_fought() {
    let bed = web("autoscaler", json!({"autoscaling": true})).await;
    let replicas = || bed.get("deployment/app-web").unwrap()["spec"]["replicas"].clone();
    kubectl(&bed, &["scale", "deployment/app-web", "--replicas=4"]);
    bed.apply("app", &web::chart(), json!({"autoscaling": true, "greeting": "new"})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(replicas(), 4, "an upgrade leaves the count alone");

    bed.patch("app", json!({"spec": {"suspend": true}})).await.unwrap();
    bed.until("at zero", || async { Ok(replicas() == 0) }).await.unwrap();
    bed.wait("app", "Suspended", |it| {
        it.status.as_ref().and_then(|it| it.phase).is_some_and(|it| it.as_str() == "Suspended")
    })
    .await
    .unwrap();
    bed.patch("app", json!({"spec": {"suspend": false}})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(replicas(), 4, "resumed with the count at suspension");
}

#[tokio::test]
async fn a_paused_release_is_only_observed() {
    let bed = web("paused", json!({})).await;
    bed.patch("app", json!({"spec": {"paused": true}})).await.unwrap();
    bed.wait("app", "Paused", |it| {
        let conditions = it.status.iter().flat_map(|it| &it.conditions);
        conditions.into_iter().any(|it| it.reason == "Paused")
    })
    .await
    .unwrap();
    kubectl(&bed, &["delete", "service/app-web"]);
    bed.wait("app", "seen as missing", |it| {
        let counts = it.status.as_ref().map(|it| it.resources).unwrap_or_default();
        counts.ready == counts.total - 1
    })
    .await
    .unwrap();
    assert!(!bed.exists("service/app-web"));
    bed.patch("app", json!({"spec": {"paused": false}})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert!(bed.exists("service/app-web"));
}

#[tokio::test]
async fn a_finished_job_stays_finished() {
    let bed = Bed::new("finished").await.unwrap();
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec:\n  ttlSecondsAfterFinished: 1\n  template:\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: 'busybox:1'}]\n";
    let empty = [("templates/web.yaml", ""), ("templates/config.yaml", job)];
    bed.apply("app", &web::chart_with(&empty), json!({})).await.unwrap();
    let done = bed.ready("app").await.unwrap();
    assert_eq!(done.status.unwrap().phase.unwrap().as_str(), "Succeeded");
    bed.until("collected by its TTL", || async { Ok(!bed.exists("job/once")) }).await.unwrap();
    bed.patch("app", json!({"spec": {"description": "touched"}})).await.unwrap();
    let again = bed.ready("app").await.unwrap();
    assert_eq!(again.status.unwrap().phase.unwrap().as_str(), "Succeeded");
    assert!(!bed.exists("job/once"), "never run again");
}

#[tokio::test]
async fn a_claim_that_cannot_go_does_not_hold_up_the_rest() {
    let bed = Bed::new("held-up").await.unwrap();
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  finalizers: [example.org/held]\nspec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}\n";
    let chart = web::chart_with(&[("templates/claim.yaml", claim)]);
    bed.apply("app", &chart, json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    kubectl(&bed, &["delete", "pvc/data", "--wait=false"]);
    bed.apply("app", &chart, json!({"greeting": "new"})).await.unwrap();
    bed.until("changed all the same", || async {
        Ok(bed.get("configmap/app-config")?["data"]["greeting"] == "new")
    })
    .await
    .unwrap();
    // Version 1 may have said so before, if it saw the claim go before the new spec came.
    bed.wait("app", "version 2, which says what it waits for", |it| {
        it.status.as_ref().is_some_and(|status| {
            let waits = |it: &Cause| it.reason.as_str() == "ObjectTerminating";
            status.version == Some(2) && status.causes.iter().any(waits)
        })
    })
    .await
    .unwrap();
    kubectl(
        &bed,
        &["patch", "pvc/data", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#],
    );
    bed.ready("app").await.unwrap();
    assert!(bed.exists("pvc/data"), "created again");
    kubectl(
        &bed,
        &["patch", "pvc/data", "--type=merge", "-p", r#"{"metadata":{"finalizers":null}}"#],
    );
}
