//! The end of a release, and what must not hold it up.

use kube::api::{DeleteParams, PropagationPolicy};
use pintle_testing_testbed::{Bed, blobs};
use serde_json::json;

use crate::web;

#[tokio::test]
async fn orphans_stay() {
    let bed = Bed::new("orphan").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    bed.patch("app", json!({"spec": {"deletion": {"policy": "Orphan"}}})).await.unwrap();
    bed.delete("app").await.unwrap();
    let config = bed.get("configmap/app-config").unwrap();
    assert_eq!(config["metadata"]["labels"].get("pintle.dev/release"), None);
    assert!(bed.exists("deployment/app-web"));
    assert!(bed.versions("app").await.unwrap().is_empty());
    bed.until("without blobs", || async {
        Ok(blobs(&bed.client, &bed.namespace).await?.is_empty())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn what_is_to_be_kept_is_kept() {
    let bed = Bed::new("keep").await.unwrap();
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: kept\n  annotations: {helm.sh/resource-policy: keep}\n";
    bed.apply("app", &web::chart_with(&[("templates/kept.yaml", text)]), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    bed.delete("app").await.unwrap();
    assert!(bed.exists("configmap/kept"));
    assert!(!bed.exists("configmap/app-config"));
}

#[tokio::test]
async fn a_terminating_namespace_is_not_held_up() {
    namespace_goes(&Bed::new("terminating").await.unwrap(), json!({})).await;
}

/// What would stay goes with its namespace, too, and must not wait for rights that are gone.
#[tokio::test]
async fn a_terminating_namespace_is_not_held_up_by_what_would_stay() {
    let policy = json!({"spec": {"deletion": {"policy": "Orphan"}}});
    namespace_goes(&Bed::new("terminating-orphan").await.unwrap(), policy).await;
}

async fn namespace_goes(bed: &Bed, patch: serde_json::Value) {
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.patch("app", patch).await.unwrap();
    bed.ready("app").await.unwrap();
    // The rights go first, as they do when the namespace's objects are deleted.
    bed.plane.kubectl(&["delete", "rolebinding", "--all", "-n", &bed.namespace]).unwrap();
    bed.plane.kubectl(&["delete", "namespace", &bed.namespace, "--wait=false"]).unwrap();
    bed.until("gone with its namespace", || async {
        let found = bed.plane.kubectl(&[
            "get",
            "namespace",
            &bed.namespace,
            "--ignore-not-found",
            "-o",
            "name",
        ])?;
        Ok(found.trim().is_empty())
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn foreground_deletion_ends() {
    let bed = Bed::new("foreground").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    let params = DeleteParams {
        propagation_policy: Some(PropagationPolicy::Foreground),
        ..DeleteParams::default()
    };
    bed.releases().delete("app", &params).await.unwrap();
    bed.gone("app").await.unwrap();
    bed.until("empty", || async { Ok(bed.left_overs()?.is_empty()) }).await.unwrap();
}
