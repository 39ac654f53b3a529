//! Live objects in, what is kept of them out.

use std::sync::Arc;

use pintle_release_api as api;
use pintle_release_health::Judgement;
use pintle_release_manifest::{Gvk, ObjectKey};
use serde_json::{Value, json};

use super::{Observed, ReleaseRef, Watched};
use crate::live::Tracked;
use crate::owned_hash;

/// An object as the store keeps it, changed a little.
pub(crate) fn seen(name: &str, change: impl FnOnce(&mut Observed)) -> Observed {
    let gvk = Arc::new(Gvk::new("apps/v1", "Deployment"));
    let mut it = Observed {
        key: ObjectKey {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: "t".to_owned(),
            name: name.to_owned(),
        },
        gvk,
        uid: "u".into(),
        resource_version: 1,
        deleting: false,
        release: Arc::new(ReleaseRef::new("t", "shop")),
        ours: true,
        release_uid: None,
        adopted: false,
        keep: false,
        hash: Some(1),
        replicas: None,
        replicas_owner: None,
        stale: false,
        judgement: Judgement {
            health: api::Health::Current,
            reason: api::Reason::Healthy,
            ..Judgement::not_found()
        },
    };
    change(&mut it);
    it
}

fn live() -> Value {
    json!({
        "metadata": {
            "name": "api", "namespace": "t", "uid": "u1", "resourceVersion": "77", "generation": 2,
            "labels": {"app": "x", api::LABEL_RELEASE: "shop", api::LABEL_RELEASE_NAMESPACE: "team"},
            "annotations": {
                api::ANNOTATION_ID: "apps/Deployment/t/api",
                api::ANNOTATION_RELEASE_UID: "r1",
                "other": "y"},
            "managedFields": [
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
                    "apiVersion": "apps/v1", "fieldsType": "FieldsV1", "time": "2026-01-01T00:00:00Z",
                    "fieldsV1": {"f:status": {"f:replicas": {}}}},
                {"manager": "pintle", "operation": "Update", "fieldsV1": {"f:x": {}}},
                {"manager": "pintle", "operation": "Apply", "subresource": "status", "fieldsV1": {"f:y": {}}},
                {"manager": "pintle", "operation": "Apply", "fieldsV1": {"f:spec": {"f:template": {}}}},
            ]},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": "a"}], "nodeSelector": {"a": "b"}}}},
        "status": {"observedGeneration": 2, "replicas": 2, "updatedReplicas": 1},
    })
}

fn read(object: Value) -> Option<Observed> {
    let gvk = Arc::new(Gvk::new("apps/v1", "Deployment"));
    let live: Tracked<false> = serde_json::from_value(object).unwrap();
    Observed::read(&gvk, "apps/v1", live)
}

#[test]
fn what_is_kept() {
    let it = read(live()).unwrap();
    assert_eq!(it.key.id(), "apps/Deployment/t/api");
    assert_eq!(*it.release, ReleaseRef::new("team", "shop"));
    assert_eq!((&*it.uid, it.resource_version, it.replicas), ("u1", 77, Some(2)));
    assert_eq!(it.release_uid.as_deref(), Some("r1"));
    assert!(it.ours && !it.adopted && !it.keep && !it.deleting && !it.stale);
    assert_eq!(it.hash, Some(owned_hash(&live()["metadata"]["managedFields"][3])));
    assert_eq!(it.replicas_owner, None, "a status has replicas too, and is not meant");
    assert_eq!(it.judgement.message.as_deref(), Some("1/2 updated"));
}

/// Each part of the proof of ownership alone is not enough.
#[test]
fn what_is_ours() {
    let check = |name: &str, change: fn(&mut Value)| {
        let mut object = live();
        change(&mut object);
        let it = read(object).unwrap();
        assert!(!it.ours, "{name}");
    };
    check("the id of another", |it| {
        it["metadata"]["annotations"][api::ANNOTATION_ID] = json!("apps/Deployment/t/web");
    });
    check("no id", |it| it["metadata"]["annotations"] = Value::Null);
    check("never applied by us", |it| it["metadata"]["managedFields"] = Value::Null);
    check("only its status applied by us", |it| {
        it["metadata"]["managedFields"][3]["subresource"] = json!("status");
    });
    check("a child of a controller", |it| {
        it["metadata"]["ownerReferences"] = json!([{"uid": "x", "kind": "Operator", "name": "o", "apiVersion": "v1", "controller": true}]);
    });
    let mut object = live();
    object["metadata"]["ownerReferences"] =
        json!([{"uid": "x", "kind": "Release", "name": "shop", "apiVersion": "v1"}]);
    assert!(read(object).unwrap().ours, "an owner that does not control");
    let mut object = live();
    object["metadata"]["labels"] = json!({"app": "x"});
    assert!(read(object).is_none(), "no release");
}

#[test]
fn marks_are_read() {
    let mut object = live();
    let annotations = &mut object["metadata"]["annotations"];
    annotations[api::ANNOTATION_ADOPTED] = json!("true");
    annotations[api::HELM_KEEP_ANNOTATION] = json!("keep");
    object["metadata"]["deletionTimestamp"] = json!("2026-01-01T00:00:00Z");
    let fields = object["metadata"]["managedFields"].as_array_mut().unwrap();
    fields.push(json!({"manager": "kubectl", "operation": "Update", "subresource": "scale",
        "fieldsV1": {"f:spec": {"f:replicas": {}}}}));
    let it = read(object).unwrap();
    assert!(it.adopted && it.keep && it.deleting);
    assert_eq!(it.replicas_owner.as_deref(), Some("kubectl"));
    assert_eq!(it.judgement.health, api::Health::Terminating);
}

/// Any shape of spec and status is kept as it is: one odd object never ends a stream.
#[test]
fn odd_shapes_are_read() {
    for odd in
        [json!(null), json!(5), json!("x"), json!([1]), json!({"conditions": 5, "replicas": "x"})]
    {
        let mut object = live();
        object["spec"] = odd.clone();
        object["status"] = odd.clone();
        object["metadata"]["managedFields"][3]["fieldsV1"] = odd;
        let it = read(object).unwrap();
        assert!(it.ours);
    }
}

#[test]
fn a_new_resource_version_alone_is_no_difference() {
    let check = |name: &str, want: bool, change: fn(&mut Observed)| {
        assert_eq!(seen("a", |_| {}).differs(&seen("a", change)), want, "{name}");
    };
    check("resourceVersion", false, |it| it.resource_version = 9);
    check("replicas, which health and hash tell", false, |it| it.replicas = Some(9));
    check("hash", true, |it| it.hash = Some(9));
    check("no hash", true, |it| it.hash = None);
    check("uid", true, |it| it.uid = "v".into());
    check("release", true, |it| it.release = Arc::new(ReleaseRef::new("t", "b")));
    check("ours", true, |it| it.ours = false);
    check("deleting", true, |it| it.deleting = true);
    check("message", true, |it| it.judgement.message = Some("1/2".to_owned()));
    check("health", true, |it| it.judgement.health = api::Health::Failed);
    check("replicas' owner", true, |it| it.replicas_owner = Some("hpa".into()));
}

/// The names in the field attributes of `live` are those of the API.
#[test]
fn names_are_those_of_the_api() {
    assert_eq!(api::LABEL_RELEASE, "pintle.dev/release");
    assert_eq!(api::LABEL_RELEASE_NAMESPACE, "pintle.dev/release-namespace");
    assert_eq!(api::ANNOTATION_ID, "pintle.dev/id");
    assert_eq!(api::ANNOTATION_RELEASE_UID, "pintle.dev/release-uid");
    assert_eq!(api::ANNOTATION_ADOPTED, "pintle.dev/adopted");
    assert_eq!(api::HELM_KEEP_ANNOTATION, "helm.sh/resource-policy");
}

#[test]
fn what_is_kept_is_small() {
    assert!(size_of::<Observed>() <= 400, "{}", size_of::<Observed>());
}

#[test]
fn secrets_are_never_read_whole() {
    let of = |api: &str, kind: &str| Watched {
        gvk: Gvk::new(api, kind),
        plural: String::new(),
        namespaced: true,
    };
    assert!(of("v1", "Secret").is_metadata_only());
    assert!(of("v1", "ConfigMap").is_metadata_only());
    assert!(!of("example/v1", "Secret").is_metadata_only());
    assert!(!of("apps/v1", "Deployment").is_metadata_only());
}
