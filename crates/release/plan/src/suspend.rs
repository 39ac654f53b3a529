//! A suspended release: everything that runs is scaled to nothing, and nothing else changes.

use pintle_release_api::SUSPENDED_NODE_SELECTOR;
use serde_json::{Value, json};

use crate::Desired;

/// KEDA's word for "scale it to as many and leave it there"; without it KEDA wakes the workload up
/// again. <https://keda.sh/docs/latest/concepts/scaling-deployments/#pausing-autoscaling>
const KEDA_PAUSED_REPLICAS: &str = "autoscaling.keda.sh/paused-replicas";
/// The same for what has no replicas.
const KEDA_PAUSED: &str = "autoscaling.keda.sh/paused";

/// Changes an object so that it runs nothing. Services, configuration and storage stay as they are.
pub fn suspend(desired: &mut Desired) {
    match (desired.key.group.as_str(), desired.key.kind.as_str()) {
        ("keda.sh", "ScaledObject") => return annotate(desired, KEDA_PAUSED_REPLICAS, "0"),
        ("keda.sh", "ScaledJob") => return annotate(desired, KEDA_PAUSED, "true"),
        _ => {}
    }
    let spec = desired.body.get_mut("spec").and_then(Value::as_object_mut);
    let Some(spec) = spec else { return };
    match (desired.key.group.as_str(), desired.key.kind.as_str()) {
        ("apps", "Deployment" | "StatefulSet" | "ReplicaSet") => {
            spec.insert("replicas".into(), 0.into());
        }
        ("batch", "CronJob" | "Job") => {
            spec.insert("suspend".into(), true.into());
        }
        ("apps", "DaemonSet") => {
            let pod = spec.get_mut("template").and_then(|it| it.get_mut("spec"));
            if let Some(pod) = pod.and_then(Value::as_object_mut) {
                let selector = pod.entry("nodeSelector").or_insert_with(|| json!({}));
                if let Some(selector) = selector.as_object_mut() {
                    selector.insert(SUSPENDED_NODE_SELECTOR.into(), "true".into());
                }
            }
        }
        _ => {}
    }
}

fn annotate(desired: &mut Desired, name: &str, value: &str) {
    let Some(metadata) = desired.body.get_mut("metadata").and_then(Value::as_object_mut) else {
        return;
    };
    let annotations = metadata.entry("annotations").or_insert_with(|| json!({}));
    if let Some(annotations) = annotations.as_object_mut() {
        annotations.insert(name.to_owned(), value.into());
    }
}

#[cfg(test)]
mod tests {
    use pintle_release_manifest::{Gvk, ObjectKey, Source};

    use super::*;

    /// What becomes of a body.
    fn suspended(group: &str, kind: &str, body: Value) -> Value {
        let mut desired = Desired {
            key: ObjectKey {
                group: group.to_owned(),
                kind: kind.to_owned(),
                namespace: "ns".to_owned(),
                name: "a".to_owned(),
            },
            gvk: Gvk::new(&format!("{group}/v1"), kind),
            body,
            source: Source { path: "c/templates/a.yaml".to_owned(), document: 1, line: 1 },
            component: String::new(),
            keep: false,
            rank: 0,
        };
        suspend(&mut desired);
        desired.body
    }

    #[test]
    fn keda_is_told_to_leave_it_there() {
        let body = |annotations: Value| json!({"metadata": {"annotations": annotations}, "spec": {"maxReplicaCount": 3}});
        let check = |kind: &str, name: &str, value: &str| {
            let got = suspended("keda.sh", kind, body(json!({"a": "b"})));
            assert_eq!(got, body(json!({"a": "b", name: value})), "{kind}");
        };
        check("ScaledObject", "autoscaling.keda.sh/paused-replicas", "0");
        check("ScaledJob", "autoscaling.keda.sh/paused", "true");
    }

    #[test]
    fn what_runs_is_stopped_and_nothing_else_changes() {
        let check = |group: &str, kind: &str, spec: Value, want: Value| {
            let got = suspended(group, kind, json!({"spec": spec, "data": {"kept": "x"}}));
            assert_eq!(got, json!({"spec": want, "data": {"kept": "x"}}), "{kind}");
        };
        for kind in ["Deployment", "StatefulSet", "ReplicaSet"] {
            check("apps", kind, json!({"replicas": 3}), json!({"replicas": 0}));
            // An autoscaler's count is not rendered at all.
            check("apps", kind, json!({}), json!({"replicas": 0}));
        }
        for kind in ["Job", "CronJob"] {
            check("batch", kind, json!({"suspend": false}), json!({"suspend": true}));
        }
        let pod = |selector: Value| json!({"template": {"spec": {"nodeSelector": selector}}});
        check(
            "apps",
            "DaemonSet",
            pod(json!({"disk": "ssd"})),
            pod(json!({"disk": "ssd", SUSPENDED_NODE_SELECTOR: "true"})),
        );
        check(
            "apps",
            "DaemonSet",
            json!({"template": {"spec": {}}}),
            pod(json!({SUSPENDED_NODE_SELECTOR: "true"})),
        );
        for (group, kind) in [("", "Service"), ("", "PersistentVolumeClaim"), ("x.org", "Job")] {
            check(group, kind, json!({"replicas": 3}), json!({"replicas": 3}));
        }
        check("apps", "Deployment", Value::Null, Value::Null);
    }
}
