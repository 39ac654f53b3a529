//! Why a release is not well, in one sentence, from the pods on simulated nodes.

use pintle_release_api::{Phase, Reason, Release};
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
    let starting = |it: &Release| {
        let status = it.status.as_ref();
        status.is_some_and(|it| it.causes.iter().any(|it| it.reason == Reason::Starting))
    };
    let status = bed.wait("app", "Starting", starting).await.unwrap().status.unwrap();
    assert_eq!(status.phase, Some(Phase::Progressing));
    let cause = &status.causes[0];
    assert_eq!(cause.object.as_deref(), Some("Deployment/app-web"));
    let words = "container \"web\" has started and is not ready yet";
    assert!(cause.message.contains(words), "{}", cause.message);
    let status = bed.ready("app").await.unwrap().status.unwrap();
    assert_eq!(status.causes, []);
    let events = bed.get("events").unwrap();
    let ours = |it: &&Value| it["involvedObject"]["kind"] == "Release";
    let warnings: Vec<&Value> = events["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(ours)
        .filter(|it| it["type"] == "Warning")
        .collect();
    assert!(warnings.is_empty(), "a start is nothing to warn of: {warnings:#?}");
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
    let cause = &release.status.unwrap().causes[0];
    assert_eq!((cause.reason, cause.object.as_deref()), (Reason::JobFailed, Some("Job/once")));
    for words in ["gave up after 1 failure", "container \"main\" ended with exit code"] {
        assert!(cause.message.contains(words), "{words:?} is not in: {}", cause.message);
    }
}
