//! What is drift and what is not, as the real API server tracks fields.

use std::time::Instant;

use kube::api::{Patch, PatchParams};
use pintle_cluster_observe::owned_hash;
use pintle_release_api::Health;
use serde_json::{Value, json};

use crate::support::{Bench, config_map, deployment, until, version};

#[tokio::test]
async fn foreign_edits_change_the_hash_and_additions_do_not() {
    let mut bench = Bench::new("observe-drift").await;
    bench
        .ensure(&[("apps/v1", "Deployment", "deployments"), ("v1", "ConfigMap", "configmaps")])
        .await;
    let key = bench.key("apps/v1", "Deployment", "api");
    let api = bench.api("apps/v1", "Deployment", "deployments");
    let answer = bench.apply("deployments", deployment("api", "nginx:1")).await;
    bench.observer.note_written(&key, &version(&answer));
    bench.until_told("our own write is seen").await;
    let well = bench.until_seen(&key, "healthy", |it| it.judgement.health == Health::Current).await;
    assert_eq!(well.judgement.message.as_deref(), Some("1/1"));
    assert!(well.ours && !well.stale && well.judgement.available);
    let entries = serde_json::to_value(&answer.metadata.managed_fields).unwrap();
    let ours = entries.as_array().unwrap().iter().find(|it| it["manager"] == "pintle").unwrap();
    assert_eq!(well.hash, Some(owned_hash(ours)), "the answer to an apply tells the same");

    // Somebody adds a label of their own: seen, and of no interest.
    bench.drain();
    let label = json!({"metadata": {"labels": {"team": "x"}}});
    let edited = api.patch("api", &PatchParams::default(), &Patch::Merge(&label)).await.unwrap();
    let version_of_it: u64 = version(&edited).parse().unwrap();
    let after = bench
        .until_seen(&key, "the label's version", |it| it.resource_version >= version_of_it)
        .await;
    assert_eq!(after.hash, well.hash);
    assert_eq!(bench.drain(), 0, "an addition is no drift");

    // Somebody changes what is ours: each way is told.
    let edits = [
        (
            "image",
            json!({"spec": {"template": {"spec": {"containers": [{"name": "main", "image": "nginx:2"}]}}}}),
        ),
        ("replicas", json!({"spec": {"replicas": 3}})),
    ];
    for (name, edit) in edits {
        bench.drain();
        let start = Instant::now();
        api.patch("api", &PatchParams::default(), &Patch::Strategic(&edit)).await.unwrap();
        bench.until_told(name).await;
        println!("an edit of the {name} is told {:.1?} after it was sent", start.elapsed());
        bench.until_seen(&key, name, |it| it.hash != well.hash).await;
        let again = bench.apply("deployments", deployment("api", "nginx:1")).await;
        bench.observer.note_written(&key, &version(&again));
        let restored =
            bench.until_seen(&key, "restored", |it| !it.stale && it.hash == well.hash).await;
        assert_eq!(restored.hash, well.hash, "a re-apply brings the same hash back");
    }

    bench.drain();
    api.delete("api", &Default::default()).await.unwrap();
    until("gone", || bench.observer.get(&key).is_none()).await;
    bench.until_told("deleted").await;
}

/// Kinds without a status are watched as metadata, and drift is seen all the same.
#[tokio::test]
async fn drift_is_seen_without_bodies() {
    let mut bench = Bench::new("observe-metadata").await;
    bench.ensure(&[("v1", "ConfigMap", "configmaps")]).await;
    let key = bench.key("v1", "ConfigMap", "web");
    let hold = bench.observer.hold(&key);
    let answer = bench.apply("configmaps", config_map("web")).await;
    hold.written(&version(&answer));
    let seen = bench.until_seen(&key, "the ConfigMap", |it| it.ours && !it.stale).await;
    assert_eq!(seen.judgement.health, Health::Current);
    bench.until_told("seen").await;
    let api = bench.api("v1", "ConfigMap", "configmaps");
    let edit = json!({"data": {"a": "2"}});
    api.patch("web", &PatchParams::default(), &Patch::Merge(&edit)).await.unwrap();
    bench.until_told("edited").await;
    bench.until_seen(&key, "drift", |it| it.hash != seen.hash).await;

    // Without the label it is not ours to watch any more.
    let edit = json!({"metadata": {"labels": {"pintle.dev/release": Value::Null}}});
    api.patch("web", &PatchParams::default(), &Patch::Merge(&edit)).await.unwrap();
    until("unlabelled", || bench.observer.get(&key).is_none()).await;
    bench.until_told("unlabelled").await;
}

/// What we write is awaited until it is seen, never longer.
#[tokio::test]
async fn our_writes_are_awaited() {
    let bench = Bench::new("observe-writes").await;
    bench.ensure(&[("v1", "ConfigMap", "configmaps")]).await;
    let api = bench.api("v1", "ConfigMap", "configmaps");
    for round in 0..20 {
        let name = format!("c{round}");
        let key = bench.key("v1", "ConfigMap", &name);
        let answer = bench.apply("configmaps", config_map(&name)).await;
        bench.observer.note_written(&key, &version(&answer));
        until("seen", || !bench.observer.is_awaited(&key)).await;
        assert!(bench.observer.get(&key).is_some_and(|it| !it.stale));
        // Somebody deletes it before our next answer is in.
        let edit = json!({"data": {"a": round.to_string()}});
        let parameters = PatchParams::default();
        let answer = api.patch(&name, &parameters, &Patch::Merge(&edit)).await.unwrap();
        api.delete(&name, &Default::default()).await.unwrap();
        if round % 2 == 0 {
            until("gone", || bench.observer.get(&key).is_none()).await;
        }
        bench.observer.note_written(&key, &version(&answer));
        until("not awaited", || !bench.observer.is_awaited(&key)).await;
    }
    until("all gone", || bench.observer.of_release(&bench.namespace, "shop").is_empty()).await;
}
