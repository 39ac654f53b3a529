//! The life of a release, for each kind of application and the whole shop.

use pintle_release_api::Release;
use pintle_testing_testbed::{Bed, example_archive};
use serde_json::{Value, json};

fn version(release: &Release) -> Option<i64> {
    release.status.as_ref()?.version
}

fn phase(release: &Release) -> String {
    let phase = release.status.as_ref().and_then(|it| it.phase);
    phase.map(|it| it.as_str().to_owned()).unwrap_or_default()
}

/// Create, change, roll back, change again, return to old content, suspend, resume, delete.
async fn lives(name: &str, one: Value, two: Value, three: Value) {
    let bed = Bed::new(&format!("life-{name}")).await.unwrap();
    let chart = example_archive(name).unwrap();

    bed.apply("app", &chart, one.clone()).await.unwrap();
    let first = bed.ready("app").await.unwrap();
    assert_eq!(version(&first), Some(1));
    let end = phase(&first);
    assert!(end == "Running" || end == "Succeeded", "{end}");

    bed.apply("app", &chart, two).await.unwrap();
    assert_eq!(version(&bed.ready("app").await.unwrap()), Some(2));

    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    bed.wait("app", "at version 1 again", |it| version(it) == Some(1)).await.unwrap();
    let back = bed.ready("app").await.unwrap();
    assert_eq!(back.spec.rollback_to, None, "the wish is cleared in the same update");
    assert_eq!(bed.versions("app").await.unwrap(), [1, 2], "no new history");

    bed.apply("app", &chart, three).await.unwrap();
    bed.wait("app", "at version 3", |it| version(it) == Some(3)).await.unwrap();
    bed.ready("app").await.unwrap();

    bed.apply("app", &chart, one).await.unwrap();
    bed.wait("app", "content of version 1 is version 1", |it| version(it) == Some(1))
        .await
        .unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(bed.versions("app").await.unwrap(), [1, 2, 3]);

    suspend_and_resume(&bed).await;

    bed.delete("app").await.unwrap();
    let claims = |it: &String| !it.starts_with("persistentvolumeclaim/");
    bed.until("empty", || async {
        // Claims of a StatefulSet's template belong to the StatefulSet's owner, not to the chart.
        Ok(bed.left_overs()?.into_iter().filter(claims).collect::<Vec<_>>().is_empty())
    })
    .await
    .unwrap();
}

async fn suspend_and_resume(bed: &Bed) {
    let before = replicas(bed);
    bed.patch("app", json!({"spec": {"suspend": true}})).await.unwrap();
    bed.wait("app", "Suspended", |it| phase(it) == "Suspended").await.unwrap();
    bed.until("without running pods", || async { Ok(running_pods(bed) == 0) }).await.unwrap();
    bed.patch("app", json!({"spec": {"suspend": null}})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(replicas(bed), before, "resumed as it was");
    assert_eq!(bed.versions("app").await.unwrap(), [1, 2, 3], "suspending is no version");
}

fn replicas(bed: &Bed) -> Vec<(String, Value)> {
    let all = bed.get("deployments,statefulsets").unwrap();
    let items = all["items"].as_array().cloned().unwrap_or_default();
    let of = |it: &Value| {
        (it["metadata"]["name"].as_str().unwrap().to_owned(), it["spec"]["replicas"].clone())
    };
    items.iter().map(of).collect()
}

fn running_pods(bed: &Bed) -> usize {
    let all = bed.get("pods").unwrap();
    let items = all["items"].as_array().cloned().unwrap_or_default();
    let done = |it: &Value| matches!(it["status"]["phase"].as_str(), Some("Succeeded" | "Failed"));
    items.iter().filter(|it| !done(it)).count()
}

#[tokio::test]
async fn a_stateless_application_lives() {
    lives("stateless", json!({}), json!({"page": "two"}), json!({"replicas": 3})).await;
}

#[tokio::test]
async fn a_stateful_application_lives() {
    let two = json!({"settings": {"maxmemory": "512mb"}});
    lives("stateful", json!({}), two, json!({"replicas": 3})).await;
}

#[tokio::test]
async fn a_daemon_lives() {
    lives("daemon", json!({}), json!({"podAnnotations": {"a": "b"}}), json!({"port": 9101})).await;
}

#[tokio::test]
async fn a_batch_lives() {
    let scheduled = json!({"schedule": "0 3 * * *"});
    lives("batch", json!({}), json!({"run": "2"}), scheduled).await;
}

#[tokio::test]
async fn the_shop_lives() {
    let two = json!({"ingress": {"host": "shop.example.com"}});
    lives("shop", json!({}), two, json!({"backup": {"keep": 3}})).await;
}

#[tokio::test]
async fn two_releases_of_one_name_do_not_see_each_other() {
    let (here, there) = (Bed::new("here").await.unwrap(), Bed::new("there").await.unwrap());
    let chart = crate::web::chart();
    here.apply("app", &chart, json!({"greeting": "here"})).await.unwrap();
    there.apply("app", &chart, json!({"greeting": "there"})).await.unwrap();
    here.ready("app").await.unwrap();
    there.ready("app").await.unwrap();
    here.delete("app").await.unwrap();
    assert_eq!(there.get("configmap/app-config").unwrap()["data"]["greeting"], "there");
    let release = there.releases().get("app").await.unwrap();
    assert_eq!(release.status.unwrap().version, Some(1));
}

#[tokio::test]
async fn an_update_creates_changes_and_deletes() {
    let bed = Bed::new("three-ways").await.unwrap();
    bed.apply("app", &crate::web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    let uid = |what: &str| bed.get(what).unwrap()["metadata"]["uid"].clone();
    let service = uid("service/app-web");
    let other = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\ndata: {a: b}\n";
    let next = crate::web::chart_with(&[("templates/config.yaml", other)]);
    bed.apply("app", &next, json!({"replicas": 3})).await.unwrap();
    let release = bed.ready("app").await.unwrap();
    assert_eq!(version(&release), Some(2));
    assert!(bed.exists("configmap/other"), "created");
    assert!(!bed.exists("configmap/app-config"), "deleted");
    assert_eq!(bed.get("deployment/app-web").unwrap()["spec"]["replicas"], 3, "changed");
    assert_eq!(uid("service/app-web"), service, "left alone");
    let plan = release.status.unwrap().plan.unwrap();
    assert_eq!((plan.creates, plan.patches, plan.prunes), (1, 1, 1));
}

#[tokio::test]
async fn a_new_spec_overtakes_a_running_rollout() {
    let bed = Bed::new("overtake").await.unwrap();
    let stuck = json!({"podAnnotations": {"plane.pintle.dev/simulate": "never-ready"}});
    let chart = crate::web::chart();
    bed.apply("app", &chart, stuck).await.unwrap();
    bed.wait("app", "Progressing", |it| phase(it) == "Progressing").await.unwrap();
    let began = std::time::Instant::now();
    bed.apply("app", &chart, json!({"greeting": "new"})).await.unwrap();
    bed.until("overtaken", || async {
        let config = bed.get("configmap/app-config")?;
        Ok(config["data"]["greeting"] == "new")
    })
    .await
    .unwrap();
    println!("a new spec overtook a running rollout in {:?}", began.elapsed());
    assert_eq!(version(&bed.ready("app").await.unwrap()), Some(2));
}
