//! Whose an object is, is asked again right before it is deleted to be made anew.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use kube::api::{Api, Patch, PatchParams, PostParams};
use pintle_cluster_apply::{Applier, ApplyError, InFlight, Kinds, Metadata, Preflight};
use pintle_release_api::{Adopt, LABEL_RELEASE, OnImmutable, Reason};
use pintle_release_manifest::{Object, ObjectKey, Source};
use pintle_release_plan::{Action, Owner, Plan, Scope, Step, normalise};
use pintle_testing_plane::Plane;
use serde_json::json;

/// Nobody watches here.
struct Unwatched;

impl InFlight for Unwatched {
    fn begin(&self, _: &ObjectKey) -> Box<dyn Send> {
        Box::new(())
    }

    fn written(&self, _: &ObjectKey, _: &Metadata) {}
}

#[tokio::test]
async fn what_was_taken_over_since_the_preflight_is_not_deleted() {
    let client = Plane::shared().await.unwrap().client().await.unwrap();
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace: Namespace =
        serde_json::from_value(json!({"metadata": {"name": "apply-ownership"}})).unwrap();
    namespaces.create(&PostParams::default(), &namespace).await.unwrap();
    let owner = Owner {
        name: "shop".to_owned(),
        namespace: "apply-ownership".to_owned(),
        uid: "1".to_owned(),
        release_name: "shop".to_owned(),
    };
    let applier = Applier::new(
        client.clone(),
        Arc::new(Kinds::new(client.clone())),
        owner.clone(),
        Arc::new(Unwatched),
    );
    let desired = |text: &str| {
        let source = Source { path: "a.yaml".to_owned(), document: 1, line: 1 };
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "immutable": true,
            "metadata": {"name": "a"}, "data": {"a": text}});
        vec![normalise(&Object { source, body }, &owner, Scope::Namespaced).unwrap()]
    };
    let (replicas, adopted) = (HashMap::new(), HashSet::new());
    let options = Preflight {
        adopt: Adopt::Unowned,
        on_immutable: OnImmutable::Recreate,
        replicas: &replicas,
        adopted: &adopted,
    };
    let plan = |action| Plan { waves: vec![vec![Step { index: 0, action }]], ..Plan::default() };
    let first = desired("1");
    let checked = applier.preflight(&first, &plan(Action::Create), options).await;
    applier.apply(&first, &checked, &mut Vec::new()).await.unwrap();

    let second = desired("2");
    let checked = applier.preflight(&second, &plan(Action::Patch), options).await;
    assert!(checked.refused.is_empty(), "{:?}", checked.refused);
    let actions: Vec<Action> = checked.waves.iter().flatten().map(|it| it.step.action).collect();
    assert_eq!(actions, [Action::Recreate], "it can't be changed");

    // Another release takes it over in between.
    let objects: Api<ConfigMap> = Api::namespaced(client, "apply-ownership");
    let other = json!({"metadata": {"labels": {LABEL_RELEASE: "other"}}});
    let taken = objects.patch("a", &PatchParams::default(), &Patch::Merge(other)).await.unwrap();
    let refused = applier.apply(&second, &checked, &mut Vec::new()).await.unwrap_err();
    assert!(
        matches!(&refused, ApplyError::Refused(it) if it.reason == Reason::OwnedByOther),
        "{refused:?}"
    );
    let now = objects.get("a").await.unwrap();
    assert_eq!((now.metadata.uid, now.data), (taken.metadata.uid, taken.data));

    // Given back, it is made anew.
    let ours = json!({"metadata": {"labels": {LABEL_RELEASE: "shop"}}});
    let back = objects.patch("a", &PatchParams::default(), &Patch::Merge(ours)).await.unwrap();
    applier.apply(&second, &checked, &mut Vec::new()).await.unwrap();
    let now = objects.get("a").await.unwrap();
    assert_ne!(now.metadata.uid, back.metadata.uid);
    assert_eq!(now.data.unwrap()["a"], "2");
}
