//! Why a release is not well, in one sentence, from the pods on simulated nodes.

use pintle_release_api::Reason;
use pintle_testing_testbed::Bed;
use serde_json::{Value, json};

use crate::web;

async fn cause(name: &str, values: Value, reason: Reason, words: &[&str]) {
    let bed = Bed::new(name).await.unwrap();
    bed.apply("app", &web::chart(), values).await.unwrap();
    let release = bed
        .wait("app", reason.as_str(), |it| {
            let causes = it.status.iter().flat_map(|it| &it.causes);
            causes.into_iter().any(|it| it.reason == reason)
        })
        .await
        .unwrap();
    let status = release.status.unwrap();
    let cause = &status.causes[0];
    assert_eq!((cause.reason, cause.object.as_deref()), (reason, Some("Deployment/app-web")));
    for word in words {
        assert!(cause.message.contains(word), "{word:?} is not in: {}", cause.message);
    }
    println!("{}: {}", reason.as_str(), cause.message);
}

fn simulate(what: &str) -> Value {
    json!({"replicas": 1, "podAnnotations": {"plane.pintle.dev/simulate": what}})
}

#[tokio::test]
async fn an_image_that_is_not_there() {
    let values = json!({"replicas": 1, "image": "registry.example/web:missing"});
    cause("image", values, Reason::ImagePull, &["registry.example/web:missing"]).await;
}

#[tokio::test]
async fn a_crash_loop() {
    cause("crash", simulate("crash-loop"), Reason::CrashLoop, &["exit"]).await;
}

#[tokio::test]
async fn a_probe_that_fails() {
    cause("probe", simulate("never-ready"), Reason::ProbeFailed, &["probe"]).await;
}

#[tokio::test]
async fn a_pod_that_no_node_can_take() {
    let values = json!({"replicas": 1, "resources": {"requests": {"cpu": "9999"}}});
    cause("nodes", values, Reason::Unschedulable, &["nodes"]).await;
}

#[tokio::test]
async fn a_slow_start_becomes_ready_by_itself() {
    let bed = Bed::new("slow").await.unwrap();
    bed.apply("app", &web::chart(), simulate("slow-start")).await.unwrap();
    bed.wait("app", "Progressing", |it| {
        it.status.as_ref().and_then(|it| it.phase).is_some_and(|it| it.as_str() == "Progressing")
    })
    .await
    .unwrap();
    bed.ready("app").await.unwrap();
}

#[tokio::test]
async fn a_job_that_fails() {
    let bed = Bed::new("job").await.unwrap();
    let job = "apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec:\n  backoffLimit: 0\n  template:\n    metadata: {annotations: {plane.pintle.dev/simulate: job-failure}}\n    spec:\n      restartPolicy: Never\n      containers: [{name: main, image: 'busybox:1'}]\n";
    let empty = [("templates/web.yaml", ""), ("templates/config.yaml", job)];
    bed.apply("app", &web::chart_with(&empty), json!({})).await.unwrap();
    let release = bed
        .wait("app", "JobFailed", |it| {
            let causes = it.status.iter().flat_map(|it| &it.causes);
            causes.into_iter().any(|it| it.reason == Reason::JobFailed)
        })
        .await
        .unwrap();
    println!("{}", release.status.unwrap().causes[0].message);
}
