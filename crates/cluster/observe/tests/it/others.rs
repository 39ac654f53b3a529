//! What is not of a release, and matters to it: autoscalers, Secrets, ConfigMaps.

use kube::api::{Patch, PatchParams};
use serde_json::{Value, json};

use crate::support::{Bench, deployment, until};

#[tokio::test]
async fn autoscalers_name_whose_replicas_are_theirs() {
    let mut bench = Bench::new("observe-scaled").await;
    bench.ensure(&[("apps/v1", "Deployment", "deployments")]).await;
    bench.apply("deployments", deployment("api", "nginx:1")).await;
    let key = bench.key("apps/v1", "Deployment", "api");
    bench.until_seen(&key, "the Deployment", |it| it.judgement.is_settled()).await;
    assert!(!bench.observer.is_scaled(&key));
    bench.drain();
    let scalers =
        bench.api("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
    let scaler = json!({"apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "foreign"}, "spec": {"maxReplicas": 5, "minReplicas": 2,
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}}});
    let parameters = PatchParams::apply("somebody");
    scalers.patch("foreign", &parameters, &Patch::Apply(&scaler)).await.unwrap();
    bench.until_told("scaled").await;
    until("scaled", || bench.observer.is_scaled(&key)).await;
    let targets = bench.observer.scale_targets(&bench.namespace);
    assert_eq!(
        targets.into_iter().collect::<Vec<_>>(),
        [("Deployment".to_owned(), "api".to_owned())]
    );
    // Its minimum is above what we ask for: it takes the replicas over, by its own manager.
    let taken =
        bench.until_seen(&key, "replicas taken over", |it| it.replicas_owner.is_some()).await;
    assert_eq!(taken.replicas, Some(2));
    bench.drain();
    scalers.delete("foreign", &Default::default()).await.unwrap();
    bench.until_told("not scaled any more").await;
    until("not scaled", || !bench.observer.is_scaled(&key)).await;
}

#[tokio::test]
async fn what_a_release_refers_to_is_watched() {
    let mut bench = Bench::new("observe-refer").await;
    let secrets = bench.api("v1", "Secret", "secrets");
    let parameters = PatchParams::apply("somebody");
    let secret = |name: &str, value: &str| -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"a": value}})
    };
    let release = bench.release();
    let key = bench.key("v1", "Secret", "db");
    bench.observer.refer(&release, vec![key, bench.key("v1", "ConfigMap", "later")]);
    secrets.patch("db", &parameters, &Patch::Apply(&secret("db", "1"))).await.unwrap();
    bench.until_told("created").await;
    secrets.patch("db", &parameters, &Patch::Apply(&secret("db", "2"))).await.unwrap();
    bench.until_told("changed").await;
    secrets.patch("other", &parameters, &Patch::Apply(&secret("other", "1"))).await.unwrap();
    secrets.delete("db", &Default::default()).await.unwrap();
    bench.until_told("deleted").await;
    let maps = bench.api("v1", "ConfigMap", "configmaps");
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "later"}});
    maps.patch("later", &parameters, &Patch::Apply(&map)).await.unwrap();
    bench.until_told("the ConfigMap").await;
}
