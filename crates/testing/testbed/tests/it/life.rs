//! The life of a release, for each kind of application and the whole shop.

use pintle_release_api::{Reason, Release};
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
    // A StatefulSet keeps the claims it made of its template, which the examples call `data`: they
    // are no objects of the chart.
    let of_chart = |it: &String| !it.starts_with("persistentvolumeclaim/data-");
    bed.until("empty", || async { Ok(!bed.left_overs()?.iter().any(of_chart)) }).await.unwrap();
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

/// A way back leaves what holds data, and a way forward finds it again.
#[tokio::test]
async fn a_rollback_deletes_no_claim() {
    let bed = Bed::new("data").await.unwrap();
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec:\n  \
                 accessModes: [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n";
    let with = [("templates/claim.yaml", claim), ("templates/more.yaml", config)];
    bed.apply("app", &crate::web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    bed.apply("app", &crate::web::chart_with(&with), json!({})).await.unwrap();
    assert_eq!(version(&bed.ready("app").await.unwrap()), Some(2));
    let uid = || bed.get("pvc/data").unwrap()["metadata"]["uid"].clone();
    let before = uid();
    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    bed.wait("app", "at version 1 again", |it| version(it) == Some(1)).await.unwrap();
    bed.ready("app").await.unwrap();
    assert!(!bed.exists("configmap/more"), "the rest of version 2 is gone");
    let left = bed.get("pvc/data").unwrap();
    assert_eq!(
        (&left["metadata"]["uid"], &left["metadata"]["deletionTimestamp"]),
        (&before, &Value::Null)
    );
    assert_eq!(left["metadata"]["labels"].get("pintle.dev/release"), None, "it belongs to nobody");
    bed.apply("app", &crate::web::chart_with(&with), json!({})).await.unwrap();
    bed.wait("app", "at version 2 again", |it| version(it) == Some(2)).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(uid(), before, "the same claim, with its data");
}

/// What `kubectl describe` shows of a release.
#[tokio::test]
async fn events_tell_the_life() {
    let bed = Bed::new("events").await.unwrap();
    let chart = crate::web::chart();
    bed.apply("app", &chart, json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    bed.apply("app", &chart, json!({"image": "registry.example/web:missing"})).await.unwrap();
    let no_image = |it: &Release| {
        let causes = it.status.iter().flat_map(|it| &it.causes);
        causes.into_iter().any(|it| it.reason == Reason::ImagePull)
    };
    bed.wait("app", "without its image", no_image).await.unwrap();
    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    bed.wait("app", "at version 1 again", |it| version(it) == Some(1)).await.unwrap();
    bed.ready("app").await.unwrap();
    let told = || -> anyhow::Result<Vec<String>> {
        let events = bed.get("events")?;
        let ours = |it: &&Value| it["involvedObject"]["kind"] == "Release";
        let text = |it: &Value| {
            let part = |name: &str| it[name].as_str().unwrap_or_default().to_owned();
            format!("{} {}: {}", part("type"), part("reason"), part("message"))
        };
        Ok(events["items"].as_array().into_iter().flatten().filter(ours).map(text).collect())
    };
    for want in [
        "Normal VersionRecorded: version 1 of web-1.0.0 recorded",
        "Normal Healthy: version 1: Running: all 3 objects are ready",
        "Normal VersionRecorded: version 2 of web-1.0.0 recorded",
        "Warning Progressing: version 2: Updating: ",
        "Normal RolledBack: spec overwritten from version 1",
    ] {
        // An Event is written after the status that it tells of.
        bed.until(want, || async { Ok(told()?.iter().any(|it| it.starts_with(want))) })
            .await
            .unwrap();
    }
    let bad = told().unwrap().into_iter().find(|it| it.starts_with("Warning")).unwrap();
    assert!(bad.contains("registry.example/web:missing"), "{bad}");
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
