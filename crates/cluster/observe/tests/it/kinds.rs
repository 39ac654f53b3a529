//! Kinds that are refused, missing, odd, or taken away.

use kube::api::{Api, DynamicObject, Patch, PatchParams};
use pintle_cluster_observe::{ObserveError, Observer};
use pintle_release_api::{Health, Reason};
use pintle_testing_plane::Plane;
use serde_json::json;

use crate::support::{Bench, resource, until, watched};

#[tokio::test]
async fn a_refusal_names_the_kind_and_the_servers_words() {
    let plane = Plane::shared().await.unwrap();
    let config = plane.client_config_of("alice").await.unwrap();
    let (triggers, _told) = tokio::sync::mpsc::unbounded_channel();
    let observer = Observer::start(kube::Client::try_from(config).unwrap(), triggers);
    let error =
        observer.ensure(&[watched("apps/v1", "Deployment", "deployments")]).await.unwrap_err();
    assert!(matches!(error, ObserveError::Refused { .. }), "{error}");
    assert_eq!(error.reason(), Reason::Forbidden);
    let text = error.to_string();
    let words = ["alice", "cannot list resource", "autoscaling/v2 HorizontalPodAutoscaler"];
    assert!(words.iter().all(|it| text.contains(it)), "{text}");
}

#[tokio::test]
async fn a_kind_that_is_not_served_is_an_error() {
    let bench = Bench::new("observe-unserved").await;
    let missing = watched("no.example/v1", "Nothing", "nothings");
    let error = bench.observer.ensure(std::slice::from_ref(&missing)).await.unwrap_err();
    assert_eq!(error, ObserveError::NoSuchKind { kind: missing.gvk });
}

/// A custom resource of any shape is read, and its kind may go and come back.
#[tokio::test]
async fn odd_objects_and_a_kind_that_goes() {
    let mut bench = Bench::new("observe-odd").await;
    let definitions: Api<DynamicObject> = Api::all_with(
        bench.client.clone(),
        &resource(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
        ),
    );
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "oddities.odd.example"},
        "spec": {"group": "odd.example", "scope": "Namespaced",
            "names": {"kind": "Oddity", "plural": "oddities"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {
                "openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}});
    let parameters = PatchParams::apply("test");
    for round in 0..2 {
        definitions
            .patch("oddities.odd.example", &parameters, &Patch::Apply(&definition))
            .await
            .unwrap();
        until_established(&definitions).await;
        bench.ensure(&[("odd.example/v1", "Oddity", "oddities")]).await;
        let odd = json!({"apiVersion": "odd.example/v1", "kind": "Oddity",
            "metadata": {"name": "odd"}, "spec": [1], "status": {"conditions": 5}});
        bench.apply("oddities", odd).await;
        let plain = json!({"apiVersion": "odd.example/v1", "kind": "Oddity",
            "metadata": {"name": "plain"}, "status": {"conditions": [{"type": "Ready", "status": "True"}]}});
        bench.apply("oddities", plain).await;
        let key = |name: &str| bench.key("odd.example/v1", "Oddity", name);
        bench.until_seen(&key("odd"), "unknown", |it| it.judgement.health == Health::Unknown).await;
        bench
            .until_seen(&key("plain"), "current", |it| it.judgement.health == Health::Current)
            .await;
        let (odd, plain) = (key("odd"), key("plain"));
        bench.drain();
        definitions.delete("oddities.odd.example", &Default::default()).await.unwrap();
        bench.until_told("the kind goes").await;
        until(&format!("gone {round}"), || {
            bench.observer.get(&odd).is_none() && bench.observer.get(&plain).is_none()
        })
        .await;
        until_absent(&definitions).await;
    }
}

async fn until_established(definitions: &Api<DynamicObject>) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    loop {
        let now = definitions.get("oddities.odd.example").await.unwrap();
        let conditions = now.data["status"]["conditions"].as_array().cloned().unwrap_or_default();
        if conditions.iter().any(|it| it["type"] == "Established" && it["status"] == "True") {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "not established");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

async fn until_absent(definitions: &Api<DynamicObject>) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while definitions.get_opt("oddities.odd.example").await.unwrap().is_some() {
        assert!(std::time::Instant::now() < deadline, "not gone");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}
