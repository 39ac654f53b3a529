//! A suspended release: everything that runs is scaled to nothing, and nothing else changes.

use pintle_release_api::SUSPENDED_NODE_SELECTOR;
use serde_json::{Value, json};

use crate::Desired;

/// Changes an object so that it runs nothing. Services, configuration and storage stay as they are.
pub fn suspend(desired: &mut Desired) {
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
