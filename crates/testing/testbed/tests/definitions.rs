//! The definitions themselves are deleted, with releases there: no application dies of it. On a
//! plane of its own, since the definitions are everybody's.
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::Api;
use kube::api::ListParams;
use pintle_testing_testbed::{Bed, blobs, example_archive, install_definitions};
use serde_json::{Value, json};

/// Everything that the release made, by kind and name, with its uid: what is made anew differs.
fn objects(bed: &Bed) -> Vec<String> {
    let kinds = "deployments,statefulsets,daemonsets,cronjobs,services,configmaps,ingresses,pods";
    let all = bed.get(kinds).unwrap();
    let text = |it: &Value, at: &str| it.pointer(at).unwrap().as_str().unwrap().to_owned();
    let of = |it: &Value| {
        let name = text(it, "/metadata/name");
        format!("{}/{name} {}", text(it, "/kind"), text(it, "/metadata/uid"))
    };
    let mut all: Vec<String> = all["items"].as_array().unwrap().iter().map(of).collect();
    all.sort();
    all
}

async fn definitions(bed: &Bed) -> usize {
    let api: Api<CustomResourceDefinition> = Api::all(bed.client.clone());
    api.list(&ListParams::default()).await.unwrap().items.len()
}

#[tokio::test]
async fn no_application_dies_with_the_definitions() {
    let bed = Bed::new("definitions").await.unwrap();
    let shop = example_archive("shop").unwrap();
    bed.apply("shop", &shop, json!({})).await.unwrap();
    bed.ready("shop").await.unwrap();
    let before = objects(&bed);
    assert!(before.len() > 8, "{before:?}");

    let both = ["releases.pintle.dev", "releasehistories.pintle.dev"];
    bed.plane.kubectl(&["delete", "crd", both[0], both[1], "--wait=false"]).unwrap();
    bed.until("without definitions", || async { Ok(definitions(&bed).await == 0) }).await.unwrap();
    assert_eq!(objects(&bed), before, "nothing was deleted or made anew");
    let ours = "deployments,statefulsets,daemonsets,cronjobs,services,configmaps,secrets,ingresses";
    let marked = ["get", ours, "-n", &bed.namespace, "-l", "pintle.dev/release", "-o", "name"];
    assert_eq!(bed.plane.kubectl(&marked).unwrap(), "", "they belong to nobody");
    let stored = blobs(&bed.client, &bed.namespace).await.unwrap();
    assert!(stored.is_empty(), "nothing of ours stays: {stored:?}");

    // Whoever comes back finds the application as it was.
    install_definitions(&bed.client).await.unwrap();
    bed.apply("shop", &shop, json!({})).await.unwrap();
    bed.ready("shop").await.unwrap();
    assert_eq!(objects(&bed), before, "taken over, not replaced");
}
