//! Causes, from what the real scheduler and controllers and the simulated kubelets say.

use pintle_release_api::{Cause, Reason};
use pintle_release_health::causes;
use serde_json::{Value, json};

use crate::support::{Bench, deployment, until};

/// The causes of the release, as the controller would ask for them.
fn now(bench: &Bench) -> Vec<Cause> {
    let objects = bench.observer.of_release(&bench.namespace, "shop");
    causes(&bench.observer.evidence_for(&objects))
}

fn simulated(name: &str, simulation: &str) -> Value {
    let mut it = deployment(name, "nginx:1");
    it["spec"]["template"]["metadata"]["annotations"] =
        json!({"plane.pintle.dev/simulate": simulation, "plane.pintle.dev/exit-code": "3"});
    it
}

fn asking_too_much() -> Value {
    let mut it = deployment("huge", "nginx:1");
    it["spec"]["template"]["spec"]["containers"][0]["resources"] =
        json!({"requests": {"memory": "9000Ti"}});
    it
}

#[tokio::test]
async fn each_failure_is_a_sentence() {
    let mut bench = Bench::new("observe-causes").await;
    bench
        .ensure(&[
            ("apps/v1", "Deployment", "deployments"),
            ("batch/v1", "Job", "jobs"),
            ("v1", "PersistentVolumeClaim", "persistentvolumeclaims"),
        ])
        .await;
    let before = bench.observer.counters().watches();
    bench.apply("deployments", deployment("pull", "registry.example/shop/api:missing")).await;
    bench.apply("deployments", simulated("crash", "crash-loop")).await;
    bench.apply("deployments", simulated("probe", "never-ready")).await;
    bench.apply("deployments", asking_too_much()).await;
    let job = json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "seed"},
        "spec": {"backoffLimit": 0, "template": {
            "metadata": {"annotations": {"plane.pintle.dev/simulate": "job-failure", "plane.pintle.dev/exit-code": "4"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "main", "image": "nginx:1"}]}}}});
    bench.apply("jobs", job).await;
    let release = bench.release();
    bench.observer.need_evidence(&bench.namespace, true, &release);

    let wanted = [
        (
            Reason::ImagePull,
            "Deployment/pull",
            "image \"registry.example/shop/api:missing\" not found in registry.example",
        ),
        (Reason::CrashLoop, "Deployment/crash", "container \"main\" ended with exit code 3"),
        (Reason::JobFailed, "Job/seed", "container \"main\" ended with exit code 4"),
        (Reason::Unschedulable, "Deployment/huge", "Insufficient memory"),
        (
            Reason::ProbeFailed,
            "Deployment/probe",
            "readiness probe failed: HTTP probe failed with statuscode: 503",
        ),
    ];
    let found = |it: &(Reason, &str, &str), all: &[Cause]| {
        all.iter().any(|cause| {
            cause.reason == it.0
                && cause.object.as_deref() == Some(it.1)
                && cause.message.contains(it.2)
        })
    };
    for it in &wanted {
        until(&format!("{it:?}"), || found(it, &now(&bench))).await;
    }
    let all = now(&bench);
    let order: Vec<Reason> = all.iter().map(|it| it.reason).collect();
    assert_eq!(order, wanted.iter().map(|it| it.0).collect::<Vec<_>>(), "{all:#?}");
    bench.until_told("causes").await;
    assert_eq!(bench.observer.counters().watches(), before + 4, "pods, sets, claims, events");

    // The image is there now: one cause less, and the release is told.
    bench.drain();
    bench.apply("deployments", deployment("pull", "registry.example/shop/api:1")).await;
    until("healed", || now(&bench).iter().all(|it| it.reason != Reason::ImagePull)).await;
    bench.until_told("healed").await;

    // Nobody wants to know any more: the watches end.
    bench.observer.need_evidence(&bench.namespace, false, &release);
    until("closed", || bench.observer.counters().watches() == before).await;
}

#[tokio::test]
async fn a_quota_and_a_missing_class_are_named() {
    let bench = Bench::new("observe-quota").await;
    let kinds =
        [("apps/v1", "Deployment", "deployments"), ("apps/v1", "StatefulSet", "statefulsets")];
    bench.ensure(&kinds).await;
    let quota = json!({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small"},
        "spec": {"hard": {"pods": "1"}}});
    bench.apply("resourcequotas", quota).await;
    let set = json!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "db"},
        "spec": {"replicas": 1, "serviceName": "db", "selector": {"matchLabels": {"app": "db"}},
            "template": {"metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "main", "image": "nginx:1"}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": {
                "accessModes": ["ReadWriteOnce"], "storageClassName": "no-such-class",
                "resources": {"requests": {"storage": "8Gi"}}}}]}});
    bench.apply("statefulsets", set).await;
    bench.observer.need_evidence(&bench.namespace, true, &bench.release());
    let says = |reason: Reason, words: &str| {
        now(&bench).iter().any(|it| it.reason == reason && it.message.contains(words))
    };
    until("the claim", || says(Reason::VolumePending, "claim data-db-0")).await;
    bench.apply("deployments", deployment("api", "nginx:1")).await;
    until("the quota", || {
        says(Reason::QuotaExceeded, "quota \"small\" leaves no room for its pods")
    })
    .await;
}
