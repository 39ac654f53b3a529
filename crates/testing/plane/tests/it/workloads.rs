//! Every kind of workload comes up by itself.

use crate::support::{condition, space};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_comes_up() {
    let space = space("workloads").await;
    space.apply(include_str!("../cases/healthy.yaml"));
    space.until("deployment", |found| found[0]["status"]["availableReplicas"] == 3);
    space.until("statefulset", |found| found[0]["status"]["availableReplicas"] == 2);
    space.until("daemonset", |found| found[0]["status"]["numberAvailable"] == 4);
    space.until("persistentvolumeclaim", |found| {
        found.len() == 2 && found.iter().all(|claim| claim["status"]["phase"] == "Bound")
    });
    space.kubectl(&["wait", "job/once", "--for=condition=Complete", "--timeout=60s"]);
    // A CronJob whose last run is years ago is due at once.
    let last = r#"{"status":{"lastScheduleTime":"2020-01-01T00:00:00Z"}}"#;
    space.kubectl(&[
        "patch",
        "cronjob",
        "yearly",
        "--subresource=status",
        "--type=merge",
        "-p",
        last,
    ]);
    space.until("cronjob", |found| !found[0]["status"]["lastSuccessfulTime"].is_null());

    let pods = space.list("pod");
    let web = pods.iter().find(|pod| pod["metadata"]["labels"]["app"] == "web").unwrap();
    assert_eq!(web["status"]["phase"], "Running");
    for name in ["PodScheduled", "PodReadyToStartContainers", "Initialized", "Ready"] {
        assert_eq!(condition(web, name)["status"], "True", "{name}");
    }
    let containers = &web["status"]["containerStatuses"];
    assert_eq!(containers[0]["started"], true);
    assert_eq!(containers[0]["restartCount"], 0);
    let id = containers[0]["imageID"].as_str().unwrap();
    assert!(id.starts_with("docker.io/example/web@sha256:"), "{id}");
    let id = containers[1]["imageID"].as_str().unwrap();
    assert!(id.starts_with("registry.example:5000/proxy@sha256:"), "{id}");
    let migrated = &web["status"]["initContainerStatuses"][0]["state"]["terminated"];
    assert_eq!(migrated["reason"], "Completed");
    let once = pods.iter().find(|pod| pod["metadata"]["labels"]["job-name"] == "once").unwrap();
    assert_eq!(once["status"]["phase"], "Succeeded");
    assert_eq!(condition(once, "Ready")["reason"], "PodCompleted");
    let yearly = pods.iter().filter(|pod| {
        let job = pod["metadata"]["labels"]["job-name"].as_str();
        job.is_some_and(|job| job.starts_with("yearly-"))
    });
    assert!(yearly.count() >= 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_goes_and_a_termination_delay_is_kept() {
    let space = space("deletion").await;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "slow", "annotations": {"plane.pintle.dev/termination-delay": "2s"}},
        "spec": {"containers": [{"name": "c", "image": "c"}]},
    });
    space.apply(&pod.to_string());
    space.until("pod", |found| condition(&found[0], "Ready")["status"] == "True");
    space.kubectl(&["delete", "pod", "slow", "--wait=false"]);
    assert!(!space.get("pod", "slow")["metadata"]["deletionTimestamp"].is_null());
    space.until("pod", <[_]>::is_empty);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_runs_as_long_as_it_says() {
    let space = space("long-job").await;
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "long"},
        "spec": {"template": {
            "metadata": {"annotations": {"plane.pintle.dev/delay": "1h"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "c"}]},
        }},
    });
    space.apply(&job.to_string());
    space.until("job", |found| found[0]["status"]["ready"] == 1);
    assert_eq!(space.list("pod")[0]["status"]["phase"], "Running");
}
