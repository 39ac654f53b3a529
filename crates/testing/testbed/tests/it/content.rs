//! What is stored: versions are written once, a lost one counts as trimmed, and charts that nobody
//! uses go.

use std::time::Duration;

use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Api;
use kube::api::DeleteParams;
use pintle_cluster_content::{ContentError, Store, Version, VersionBlob};
use pintle_release_api::{Reason, Release, ReleaseHistorySpec, ReleaseSpec, RenderedChart};
use pintle_release_manifest::Manifest;
use pintle_testing_testbed::{Bed, blobs};
use serde_json::{Value, json};

use crate::web;

fn version(release: &Release) -> Option<i64> {
    release.status.as_ref()?.version
}

fn version_of(values: Value) -> Version {
    let history = ReleaseHistorySpec {
        release: "app".into(),
        version: 1,
        description: None,
        content_digest: "v1:x".into(),
        chart: RenderedChart::default(),
        snapshot: "{}".into(),
        manifest_digest: "v1:y".into(),
        values_digest: "v1:z".into(),
    };
    let blob = VersionBlob::new(&[7; 32], Manifest::default(), values, [].into());
    Version { history, blob }
}

#[tokio::test]
async fn a_recorded_version_is_never_written_again() {
    let bed = Bed::without_controller("store").await.unwrap();
    let store = Store::new(&bed.client, &bed.namespace);
    let config = bed.get("serviceaccount/default").unwrap();
    let owner = OwnerReference {
        api_version: "v1".into(),
        kind: "ServiceAccount".into(),
        name: "default".into(),
        uid: config["metadata"]["uid"].as_str().unwrap().into(),
        ..OwnerReference::default()
    };
    let values = async || store.version("app", 1).await.unwrap().values;
    store.record(&version_of(json!({"a": 1})), &owner).await.unwrap();
    let again = store.record(&version_of(json!({"a": 2})), &owner).await;
    assert!(
        matches!(again, Err(ContentError::Recorded { ref name }) if name == "app-v1"),
        "{again:?}"
    );
    assert_eq!(values().await, json!({"a": 1}), "what was recorded is as it was");

    // Without its history a version is none: a cut attempt left its blob behind.
    bed.histories().delete("app-v1", &DeleteParams::default()).await.unwrap();
    store.record(&version_of(json!({"a": 3})), &owner).await.unwrap();
    assert_eq!(values().await, json!({"a": 3}));
}

#[tokio::test]
async fn a_lost_version_counts_as_trimmed() {
    let bed = Bed::new("lost").await.unwrap();
    for greeting in ["one", "two"] {
        bed.apply("app", &web::chart(), json!({"greeting": greeting})).await.unwrap();
        bed.ready("app").await.unwrap();
    }
    let secrets: Api<Secret> = Api::namespaced(bed.client.clone(), &bed.namespace);
    secrets.delete("app-v1-0", &DeleteParams::default()).await.unwrap();

    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    let refused = bed
        .wait("app", "refused", |it| {
            let causes = it.status.iter().flat_map(|it| &it.causes);
            causes.into_iter().any(|it| it.reason == Reason::VersionNotFound)
        })
        .await
        .unwrap();
    let message = &refused.status.unwrap().causes[0].message;
    assert!(message.contains("there are: 2"), "{message}");
    let told = bed.state().await;
    assert!(told.contains("VersionLost version 1 is lost"), "{told}");

    // Its content is another version now, and no number is given twice.
    bed.patch("app", json!({"spec": {"rollbackTo": null}})).await.unwrap();
    bed.apply("app", &web::chart(), json!({"greeting": "one"})).await.unwrap();
    bed.wait("app", "at version 3", |it| version(it) == Some(3)).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(bed.get("configmap/app-config").unwrap()["data"]["greeting"], "one");
}

#[tokio::test]
async fn a_chart_that_nobody_uses_goes_when_its_version_is_trimmed() {
    let bed = Bed::new("sweep").await.unwrap();
    let chart = |number: usize| {
        let text = format!("# {number}\n");
        web::chart_with(&[("templates/note.yaml", text.as_str())])
    };
    let digest = |release: Release| release.status.unwrap().chart.unwrap().digest;
    bed.apply("app", &chart(1), json!({})).await.unwrap();
    bed.patch("app", json!({"spec": {"historyLimit": 1}})).await.unwrap();
    let first = digest(bed.ready("app").await.unwrap());
    bed.apply("app", &chart(2), json!({})).await.unwrap();
    bed.wait("app", "at version 2", |it| version(it) == Some(2)).await.unwrap();
    let second = digest(bed.ready("app").await.unwrap());
    // A Release that has no version asks for the second chart.
    let spec: ReleaseSpec =
        serde_json::from_value(json!({"chart": {"blob": second}, "paused": true})).unwrap();
    bed.apply_spec("other", spec).await.unwrap();
    // As long as a chart may be about to be used by somebody.
    tokio::time::sleep(Duration::from_secs(62)).await;
    let store = Store::new(&bed.client, &bed.namespace);
    let stored = async |digest: &str| store.chart(digest).await.unwrap().is_some();
    assert!(stored(&first).await && stored(&second).await);
    for number in [3, 4] {
        bed.apply("app", &chart(number), json!({})).await.unwrap();
        let number = i64::try_from(number).unwrap();
        bed.wait("app", "served", |it| version(it) == Some(number)).await.unwrap();
        bed.ready("app").await.unwrap();
    }
    bed.until("trimmed", || async { Ok(bed.versions("app").await? == [3, 4]) }).await.unwrap();
    bed.until("swept", || async { Ok(!stored(&first).await) }).await.unwrap();
    assert!(stored(&second).await, "the other Release asks for it");
    bed.delete("other").await.unwrap();
    bed.until("swept", || async { Ok(!stored(&second).await) }).await.unwrap();
    let charts = blobs(&bed.client, &bed.namespace).await.unwrap();
    let charts = charts.iter().filter(|it| it.starts_with("pintle-chart-")).count();
    assert_eq!(charts, 2, "those of versions 3 and 4");
}
