//! Objects that were there before the release: whose they are is asked before anything is sent, and
//! what was taken over outlives its release.

use std::fs;

use pintle_release_api::Reason;
use pintle_testing_testbed::{Bed, is};
use serde_json::json;

use crate::web;

/// As somebody else would: not by our field manager, and without our marks.
fn create(bed: &Bed, text: &str) {
    let file = std::env::temp_dir().join(format!("{}-{}.yaml", bed.namespace, text.len()));
    fs::write(&file, text).unwrap();
    let path = file.display().to_string();
    bed.plane.kubectl(&["create", "-n", &bed.namespace, "-f", &path]).unwrap();
    fs::remove_file(&file).unwrap();
}

#[tokio::test]
async fn what_was_taken_over_stays_when_its_release_goes() {
    let bed = Bed::new("adopted").await.unwrap();
    create(&bed, "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: app-config}\ndata: {own: x}\n");
    let uid = || bed.get("configmap/app-config").unwrap()["metadata"]["uid"].clone();
    let mark = || {
        let config = bed.get("configmap/app-config").unwrap();
        config["metadata"]["annotations"]["pintle.dev/adopted"].clone()
    };
    let before = uid();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(mark(), "true", "taken over");
    // A version more, and drift: both send the object again.
    bed.apply("app", &web::chart(), json!({"greeting": "new"})).await.unwrap();
    bed.ready("app").await.unwrap();
    assert_eq!(mark(), "true", "still known to be somebody's");
    let patch = r#"{"data":{"greeting":"drifted"}}"#;
    let arguments = ["patch", "configmap/app-config", "--type=merge", "-p", patch];
    bed.plane.kubectl(&[&arguments[..], &["-n", &bed.namespace]].concat()).unwrap();
    bed.until("put right", || async {
        Ok(bed.get("configmap/app-config")?["data"]["greeting"] == "new")
    })
    .await
    .unwrap();
    assert_eq!(mark(), "true");
    bed.delete("app").await.unwrap();
    assert_eq!(uid(), before, "it was there before the release, and is there after it");
}

#[tokio::test]
async fn what_could_not_be_judged_before_is_not_taken_from_its_owner() {
    let bed = Bed::new("deferred").await.unwrap();
    let account = format!("{}:pintle", bed.namespace);
    let binding = ["create", "clusterrolebinding", &bed.namespace, "--clusterrole=cluster-admin"];
    let to = format!("--serviceaccount={account}");
    bed.plane.kubectl(&[&binding[..], &[&to]].concat()).unwrap();
    let group = format!("{}.example.org", bed.namespace);
    let definition = format!(
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: \
         things.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Thing, \
         plural: things, singular: thing, listKind: ThingList}}\n  versions:\n    - name: v1\n      \
         served: true\n      storage: true\n      schema: {{openAPIV3Schema: {{type: object, \
         x-kubernetes-preserve-unknown-fields: true}}}}\n"
    );
    let thing = |text: &str| {
        format!(
            "apiVersion: {group}/v1\nkind: Thing\nmetadata: {{name: it}}\nspec: {{of: {text}}}\n"
        )
    };
    // The definition is nobody's, so the second release may take it over; the thing is the first's.
    create(&bed, &definition);
    let resource = format!("things.{group}");
    bed.until("served", || async {
        Ok(bed.plane.kubectl(&["get", &resource, "-n", &bed.namespace]).is_ok())
    })
    .await
    .unwrap();
    let one = thing("one");
    let empty = [("templates/web.yaml", ""), ("templates/config.yaml", one.as_str())];
    bed.apply("one", &web::chart_with(&empty), json!({})).await.unwrap();
    bed.ready("one").await.unwrap();
    let two = thing("two");
    let files = [
        ("templates/definition.yaml", definition.as_str()),
        ("templates/config.yaml", two.as_str()),
        ("templates/web.yaml", ""),
    ];
    bed.apply("two", &web::chart_with(&files), json!({})).await.unwrap();
    let release = bed.wait("two", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let cause = release.status.unwrap().causes.remove(0);
    assert_eq!(cause.reason, Reason::OwnedByOther, "{}", cause.message);
    let owner = format!("release {}/one", bed.namespace);
    assert!(cause.message.contains(&owner), "{}", cause.message);
    let it = bed.get(&format!("{resource}/it")).unwrap();
    assert_eq!(it["spec"]["of"], "one", "not overwritten");
    bed.plane.kubectl(&["delete", "clusterrolebinding", &bed.namespace]).unwrap();
    bed.plane.kubectl(&["delete", "crd", &resource, "--wait=false"]).unwrap();
}

#[tokio::test]
async fn what_was_let_go_is_not_deleted_to_be_made_anew() {
    let bed = Bed::new("letgo").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    let uid = || bed.get("deployment/app-web").unwrap()["metadata"]["uid"].clone();
    let before = uid();
    bed.patch("app", json!({"spec": {"deletion": {"policy": "Orphan"}}})).await.unwrap();
    bed.delete("app").await.unwrap();
    // The same release again, with a selector that can't be changed in place.
    let other = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-web}\nspec:\n  selector: \
                 {matchLabels: {app: other}}\n  template:\n    metadata: {labels: {app: \
                 other}}\n    spec: {containers: [{name: web, image: nginx}]}\n";
    let chart = web::chart_with(&[("templates/web.yaml", other)]);
    bed.apply("app", &chart, json!({})).await.unwrap();
    bed.patch("app", json!({"spec": {"upgrade": {"onImmutable": "Recreate"}}})).await.unwrap();
    // The spec with the wish to recreate has been looked at, and refused.
    let judged = |it: &pintle_release_api::Release| {
        let seen = it.status.as_ref().map(|status| status.observed_generation);
        seen == it.metadata.generation && is(it, "Stalled", "True")
    };
    let release = bed.wait("app", "Stalled", judged).await.unwrap();
    let cause = release.status.unwrap().causes.remove(0);
    assert_eq!(cause.reason, Reason::ImmutableField, "{}", cause.message);
    assert_eq!(uid(), before, "it belongs to nobody, so it is nobody's to delete");
}
