//! Claims are bound, grown and given back by the plane's provisioner.

use crate::support::{Space, space, wait};
use serde_json::{Value, json};

fn claim(name: &str, spec: Value) -> String {
    let mut spec = spec;
    spec["accessModes"] = json!(["ReadWriteOnce"]);
    json!({"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name}, "spec": spec})
        .to_string()
}

fn bound(space: &Space, name: &str) -> Value {
    wait(name, || {
        let claim = space.get("pvc", name);
        if claim["status"]["phase"] == "Bound" { Ok(claim) } else { Err(claim.to_string()) }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_is_bound_grown_and_its_volume_deleted_with_it() {
    let space = space("claims").await;
    space.apply(&claim("data", json!({"resources": {"requests": {"storage": "1Gi"}}})));
    let found = bound(&space, "data");
    assert_eq!(found["spec"]["storageClassName"], "standard");
    assert_eq!(found["status"]["capacity"]["storage"], "1Gi");
    let volume = found["spec"]["volumeName"].as_str().unwrap().to_owned();

    space.apply(&claim("data", json!({"resources": {"requests": {"storage": "2Gi"}}})));
    wait("grown", || {
        let claim = space.get("pvc", "data");
        if claim["status"]["capacity"]["storage"] == "2Gi" {
            Ok(())
        } else {
            Err(claim.to_string())
        }
    });

    space.kubectl(&["delete", "pvc", "data"]);
    wait("the volume is gone", || {
        let volume = space.get("pv", &volume);
        if volume.is_null() { Ok(()) } else { Err(volume.to_string()) }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_volume_and_an_unknown_class_are_honoured() {
    let space = space("classes").await;
    let volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": "made-before"},
        "spec": {
            "accessModes": ["ReadWriteOnce"], "capacity": {"storage": "5Gi"},
            "persistentVolumeReclaimPolicy": "Retain", "storageClassName": "",
            "hostPath": {"path": "/somewhere"},
        },
    });
    space.apply(&volume.to_string());
    space.apply(&claim(
        "named",
        json!({
            "volumeName": "made-before", "storageClassName": "",
            "resources": {"requests": {"storage": "1Gi"}},
        }),
    ));
    assert_eq!(bound(&space, "named")["spec"]["volumeName"], "made-before");

    space.apply(&claim(
        "nobody",
        json!({"storageClassName": "nobody", "resources": {"requests": {"storage": "1Gi"}}}),
    ));
    let words = wait("ProvisioningFailed", || {
        let events = space.list("event");
        let found = events.iter().find(|event| {
            event["reason"] == "ProvisioningFailed" && event["involvedObject"]["name"] == "nobody"
        });
        found.map(|event| event["message"].to_string()).ok_or_else(|| format!("{events:?}"))
    });
    assert!(words.contains("\\\"nobody\\\" not found"), "{words}");
    assert_eq!(space.get("pvc", "nobody")["status"]["phase"], "Pending");
}
