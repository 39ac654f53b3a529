//! Values from Secrets: waited for, followed, and pinned by a rollback.

use k8s_openapi::api::core::v1::Secret;
use kube::Api;
use kube::api::{Patch, PatchParams};
use pintle_release_api::{Reason, ReleaseSpec};
use pintle_testing_testbed::Bed;
use serde_json::json;

use crate::web;

async fn put_secret(bed: &Bed, greeting: &str) {
    let api: Api<Secret> = Api::namespaced(bed.client.clone(), &bed.namespace);
    let secret: Secret = serde_json::from_value(json!({
        "apiVersion": "v1", "kind": "Secret",
        "metadata": {"name": "shop-db"}, "stringData": {"greeting": greeting},
    }))
    .unwrap();
    let params = PatchParams::apply("test").force();
    api.patch("shop-db", &params, &Patch::Apply(&secret)).await.unwrap();
}

fn spec(bed: &Bed) -> ReleaseSpec {
    let _ = bed;
    let inline = serde_json::to_value(k8s_openapi::ByteString(web::chart())).unwrap();
    serde_json::from_value(json!({
        "chart": {"inline": inline},
        "valuesFrom": [{"kind": "Secret", "name": "shop-db", "key": "greeting", "targetPath": "greeting"}],
    }))
    .unwrap()
}

fn greeting(bed: &Bed) -> String {
    let config = bed.get("configmap/app-config").unwrap();
    config["data"]["greeting"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_missing_secret_is_waited_for_and_followed_and_pinned() {
    let bed = Bed::new("values").await.unwrap();
    bed.apply_spec("app", spec(&bed)).await.unwrap();
    let waits = bed
        .wait("app", "waiting for its values", |it| {
            let cause = it.status.as_ref().and_then(|it| it.causes.first());
            cause.is_some_and(|it| it.reason == Reason::ValuesMissing)
        })
        .await
        .unwrap();
    let message = &waits.status.unwrap().causes[0].message;
    assert!(message.contains("Secret shop-db"), "{message}");

    put_secret(&bed, "one").await;
    bed.ready("app").await.unwrap();
    assert_eq!(greeting(&bed), "one");

    put_secret(&bed, "two").await;
    bed.wait("app", "at version 2", |it| it.status.as_ref().and_then(|it| it.version) == Some(2))
        .await
        .unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(greeting(&bed), "two");

    let manifest =
        |release: &pintle_release_api::ReleaseHistory| release.spec.manifest_digest.clone();
    let first = bed.histories().get("app-v1").await.unwrap();
    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    bed.wait("app", "at version 1", |it| it.status.as_ref().and_then(|it| it.version) == Some(1))
        .await
        .unwrap();
    let back = bed.ready("app").await.unwrap();
    assert_eq!(greeting(&bed), "one", "the same bytes, whatever the Secret holds today");
    assert!(back.spec.values_from[0].digest.is_some(), "pinned");
    assert_eq!(bed.versions("app").await.unwrap(), [1, 2]);
    let again = bed.histories().get("app-v1").await.unwrap();
    assert_eq!(manifest(&again), manifest(&first));
    let text = serde_json::to_string(&again).unwrap();
    assert!(!text.contains("\"one\""), "a history must not show what a Secret holds");
}

#[tokio::test]
async fn what_was_absent_stays_absent_in_its_version() {
    let bed = Bed::new("absent").await.unwrap();
    let mut spec = spec(&bed);
    spec.values_from[0].optional = true;
    bed.apply_spec("app", spec).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(greeting(&bed), "hello", "the chart's own");
    put_secret(&bed, "there").await;
    bed.wait("app", "at version 2", |it| it.status.as_ref().and_then(|it| it.version) == Some(2))
        .await
        .unwrap();
    bed.ready("app").await.unwrap();
    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    bed.wait("app", "at version 1", |it| it.status.as_ref().and_then(|it| it.version) == Some(1))
        .await
        .unwrap();
    let back = bed.ready("app").await.unwrap();
    assert_eq!(back.spec.values_from[0].digest.as_deref(), Some("absent"));
    assert_eq!(greeting(&bed), "hello", "as version 1 was, whatever is there today");
    assert_eq!(bed.versions("app").await.unwrap(), [1, 2]);
}
