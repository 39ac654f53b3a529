//! Each failure looks as on a real node: statuses, conditions and events.

use crate::support::{Space, condition, space, wait};
use serde_json::{Value, json};

/// A Deployment of one pod.
fn deployment(simulate: Option<&str>, container: &Value) -> String {
    let annotations = match simulate {
        Some(mode) => json!({"plane.pintle.dev/simulate": mode, "plane.pintle.dev/delay": "2s"}),
        None => json!({}),
    };
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "app"},
        "spec": {
            "selector": {"matchLabels": {"app": "app"}},
            "template": {
                "metadata": {"labels": {"app": "app"}, "annotations": annotations},
                "spec": {"containers": [container]},
            },
        },
    })
    .to_string()
}

/// Waits until the first container of the first pod is in the state that `holds` names.
fn container(space: &Space, holds: impl Fn(&Value) -> bool) -> (Value, Value) {
    let pods = space.until("pod", |pods| {
        pods.first().is_some_and(|pod| holds(&pod["status"]["containerStatuses"][0]))
    });
    (pods[0].clone(), pods[0]["status"]["containerStatuses"][0].clone())
}

/// Waits for an event and returns its message.
fn event(space: &Space, kind: &str, reason: &str, contains: &str) -> Value {
    wait(reason, || {
        let events = space.list("event");
        let found = events.iter().find(|event| {
            event["type"] == kind
                && event["reason"] == reason
                && event["message"].as_str().is_some_and(|message| message.contains(contains))
        });
        found.cloned().ok_or_else(|| format!("{events:#?}"))
    })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// What both kinds of bad image have in common.
fn check_pull(space: &Space, image: &str, error: &str) {
    let (pod, status) =
        container(space, |status| status["state"]["waiting"]["reason"] == "ImagePullBackOff");
    assert_eq!(pod["status"]["phase"], "Pending");
    let message = text(&status["state"]["waiting"]["message"]);
    assert!(
        message.starts_with(&format!("Back-off pulling image \"{image}\": ErrImagePull: ")),
        "{message}"
    );
    assert!(message.contains(error), "{message}");
    assert_eq!(status["ready"], false);
    assert_eq!(status["imageID"], "");
    let ready = condition(&pod, "Ready");
    assert_eq!(
        (text(&ready["status"]), text(&ready["reason"]), text(&ready["message"])),
        ("False", "ContainersNotReady", "containers with unready status: [app]")
    );
    event(space, "Normal", "Pulling", &format!("Pulling image \"{image}\""));
    let failed = event(space, "Warning", "Failed", &format!("Failed to pull image \"{image}\": "));
    assert!(text(&failed["message"]).contains(error), "{failed}");
    assert_eq!(failed["involvedObject"]["fieldPath"], "spec.containers{app}");
    assert_eq!(failed["involvedObject"]["uid"], pod["metadata"]["uid"]);
    event(space, "Warning", "Failed", "Error: ErrImagePull");
    event(space, "Normal", "BackOff", "Back-off pulling image");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_with_a_missing_tag() {
    let space = space("missing-tag").await;
    space.apply(&deployment(None, &json!({"name": "app", "image": "shop/api:2.1-missing"})));
    let reference = "docker.io/shop/api:2.1-missing";
    check_pull(
        &space,
        "shop/api:2.1-missing",
        &format!(
            "rpc error: code = NotFound desc = failed to pull and unpack image \"{reference}\": \
             failed to resolve reference \"{reference}\": {reference}: not found"
        ),
    );
    // A good image rolls out past it.
    space.apply(&deployment(None, &json!({"name": "app", "image": "shop/api:2.1"})));
    space.until("deployment", |found| {
        found[0]["status"]["updatedReplicas"] == 1
            && found[0]["status"]["availableReplicas"] == 1
            && found[0]["status"]["replicas"] == 1
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_of_a_registry_that_does_not_exist() {
    let space = space("missing-registry").await;
    let image = "registry.invalid/team/app:1";
    space.apply(&deployment(None, &json!({"name": "app", "image": image})));
    check_pull(
        &space,
        image,
        "failed to do request: Head \"https://registry.invalid/v2/team/app/manifests/1\": \
         dial tcp: lookup registry.invalid: no such host",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_pull_error_by_annotation_heals_when_it_goes() {
    let space = space("pull-error").await;
    space.apply(&deployment(Some("image-pull-error"), &json!({"name": "app", "image": "app"})));
    check_pull(&space, "app", "docker.io/library/app:latest: not found");
    space.kubectl(&["annotate", "pod", "--all", "plane.pintle.dev/simulate-"]);
    space.until("deployment", |found| found[0]["status"]["availableReplicas"] == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_init_container_whose_image_is_missing_blocks_the_pod() {
    let space = space("missing-init").await;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"},
        "spec": {
            "initContainers": [{"name": "setup", "image": "setup:missing"}],
            "containers": [{"name": "app", "image": "app"}],
        },
    });
    space.apply(&pod.to_string());
    let pods = space.until("pod", |pods| {
        pods[0]["status"]["initContainerStatuses"][0]["state"]["waiting"]["reason"]
            == "ImagePullBackOff"
    });
    let status = &pods[0]["status"];
    assert_eq!(status["containerStatuses"][0]["state"]["waiting"]["reason"], "PodInitializing");
    assert_eq!(condition(&pods[0], "Initialized")["reason"], "ContainersNotInitialized");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_loop() {
    let space = space("crash-loop").await;
    space.apply(&deployment(Some("crash-loop"), &json!({"name": "app", "image": "app"})));
    let (pod, status) =
        container(&space, |status| status["state"]["waiting"]["reason"] == "CrashLoopBackOff");
    let (name, uid) = (text(&pod["metadata"]["name"]), text(&pod["metadata"]["uid"]));
    assert_eq!(pod["status"]["phase"], "Running");
    assert_eq!(
        text(&status["state"]["waiting"]["message"]),
        format!("back-off 10s restarting failed container=app pod={name}_crash-loop({uid})")
    );
    assert_eq!(status["restartCount"], 1);
    let last = &status["lastState"]["terminated"];
    assert_eq!((last["exitCode"].as_i64(), text(&last["reason"])), (Some(1), "Error"));
    assert!(last["startedAt"].is_string() && last["finishedAt"].is_string(), "{last}");
    assert_eq!(condition(&pod, "Ready")["reason"], "ContainersNotReady");
    let backoff = event(&space, "Warning", "BackOff", "Back-off restarting failed container app");
    assert_eq!(
        text(&backoff["message"]),
        format!("Back-off restarting failed container app in pod {name}_crash-loop({uid})")
    );
    // It starts again after the ten seconds, and ends again.
    let (_, status) = container(&space, |status| {
        status["restartCount"] == 2 && status["state"]["waiting"]["reason"] == "CrashLoopBackOff"
    });
    assert!(text(&status["state"]["waiting"]["message"]).starts_with("back-off 20s "), "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_container_of_two_crashes_as_it_is_told() {
    let space = space("crash-one").await;
    let pod = json!({
        "apiVersion": "v1", "kind": "Pod",
        "metadata": {"name": "p", "annotations": {
            "plane.pintle.dev/simulate": "crash-loop",
            "plane.pintle.dev/container": "worker",
            "plane.pintle.dev/exit-code": "137",
            "plane.pintle.dev/reason": "OOMKilled",
        }},
        "spec": {"containers": [{"name": "web", "image": "web"}, {"name": "worker", "image": "w"}]},
    });
    space.apply(&pod.to_string());
    let pods = space.until("pod", |pods| {
        pods[0]["status"]["containerStatuses"][1]["state"]["waiting"]["reason"]
            == "CrashLoopBackOff"
    });
    let containers = &pods[0]["status"]["containerStatuses"];
    assert_eq!(containers[0]["ready"], true);
    let last = &containers[1]["lastState"]["terminated"];
    assert_eq!((last["exitCode"].as_i64(), text(&last["reason"])), (Some(137), "OOMKilled"));
    let ready = condition(&pods[0], "Ready");
    assert_eq!(text(&ready["message"]), "containers with unready status: [worker]");
}

#[tokio::test(flavor = "multi_thread")]
async fn never_ready_until_it_heals() {
    let space = space("never-ready").await;
    let probe = json!({
        "name": "app", "image": "app",
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 80}},
    });
    space.apply(&deployment(Some("never-ready"), &probe));
    let (pod, status) = container(&space, |status| !status["state"]["running"].is_null());
    assert_eq!((&status["ready"], &status["started"]), (&json!(false), &json!(true)));
    assert_eq!(condition(&pod, "Ready")["reason"], "ContainersNotReady");
    let unhealthy = event(&space, "Warning", "Unhealthy", "Readiness probe failed");
    assert_eq!(
        text(&unhealthy["message"]),
        "Readiness probe failed: HTTP probe failed with statuscode: 503"
    );
    let name = text(&pod["metadata"]["name"]);
    space.kubectl(&["annotate", "pod", name, "plane.pintle.dev/simulate-"]);
    space.until("deployment", |found| found[0]["status"]["availableReplicas"] == 1);
    // And a healthy pod can be broken.
    space.kubectl(&["annotate", "pod", name, "plane.pintle.dev/simulate=never-ready"]);
    space.until("deployment", |found| found[0]["status"]["availableReplicas"].is_null());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_start() {
    let space = space("slow-start").await;
    space.apply(&deployment(Some("slow-start"), &json!({"name": "app", "image": "app"})));
    let (pod, status) = container(&space, |status| !status["state"]["running"].is_null());
    assert_eq!(status["ready"], false, "{status}");
    assert_eq!(condition(&pod, "Ready")["status"], "False");
    let (pod, _) = container(&space, |status| status["ready"] == true);
    assert_eq!(condition(&pod, "Ready")["status"], "True");
}

/// A failing Job by restart policy, and the reason that the Job controller gives.
fn check_job(space: &Space, policy: &str) -> Value {
    let job = json!({
        "apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "bad"},
        "spec": {
            "backoffLimit": 0,
            "template": {
                "metadata": {"annotations": {
                    "plane.pintle.dev/simulate": "job-failure",
                    "plane.pintle.dev/exit-code": "3",
                }},
                "spec": {"restartPolicy": policy, "containers": [{"name": "app", "image": "app"}]},
            },
        },
    });
    space.apply(&job.to_string());
    let jobs = space.until("job", |jobs| condition(&jobs[0], "Failed")["status"] == "True");
    assert_eq!(condition(&jobs[0], "Failed")["reason"], "BackoffLimitExceeded");
    assert_eq!(
        text(&condition(&jobs[0], "Failed")["message"]),
        "Job has reached the specified backoff limit"
    );
    jobs[0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job() {
    let space = space("job-failure").await;
    let job = check_job(&space, "Never");
    assert_eq!(job["status"]["failed"], 1);
    let pod = &space.list("pod")[0];
    assert_eq!(pod["status"]["phase"], "Failed");
    assert_eq!(condition(pod, "Ready")["reason"], "PodFailed");
    let ended = &pod["status"]["containerStatuses"][0]["state"]["terminated"];
    assert_eq!((ended["exitCode"].as_i64(), text(&ended["reason"])), (Some(3), "Error"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_job_that_restarts_in_place() {
    let space = space("job-restarts").await;
    check_job(&space, "OnFailure");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_node_can_hold_is_unschedulable() {
    let space = space("unschedulable").await;
    let large = json!({
        "name": "app", "image": "app", "resources": {"requests": {"cpu": "5000"}},
    });
    space.apply(&deployment(None, &large));
    let pods = space.until("pod", |pods| {
        pods.first().is_some_and(|pod| condition(pod, "PodScheduled")["status"] == "False")
    });
    let scheduled = condition(&pods[0], "PodScheduled");
    assert_eq!(scheduled["reason"], "Unschedulable");
    assert!(text(&scheduled["message"]).contains("4 Insufficient cpu"), "{scheduled}");
    event(&space, "Warning", "FailedScheduling", "0/4 nodes are available");
}
