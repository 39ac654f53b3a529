//! What a release does otherwise than Helm, as docs/differences.md says.

use pintle_release_api::Reason;
use pintle_testing_testbed::{Bed, is};
use serde_json::json;

use crate::web;

#[tokio::test]
async fn the_revision_is_the_version() {
    let bed = Bed::new("revision").await.unwrap();
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\ndata: {revision: \
                  '{{ .Release.Revision }}', greeting: {{ .Values.greeting }}}\n";
    let chart = web::chart_with(&[("templates/config.yaml", config), ("templates/web.yaml", "")]);
    let check = async |greeting: &str, want: &str| {
        bed.apply("app", &chart, json!({"greeting": greeting})).await.unwrap();
        bed.until("the revision", || async {
            let data = bed.get("configmap/it")?["data"].clone();
            Ok(data["greeting"] == greeting && data["revision"] == want)
        })
        .await
        .unwrap();
    };
    bed.apply("app", &chart, json!({"greeting": "one"})).await.unwrap();
    bed.ready("app").await.unwrap();
    check("one", "1").await;
    check("two", "2").await;
    // Helm would count on.
    check("one", "1").await;
}

#[tokio::test]
async fn an_object_that_stands_twice_is_refused_with_both_places() {
    let bed = Bed::new("twice").await.unwrap();
    let config = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it}\n";
    let files = [("templates/config.yaml", config), ("templates/web.yaml", config)];
    bed.apply("app", &web::chart_with(&files), json!({})).await.unwrap();
    let release = bed.wait("app", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let cause = release.status.unwrap().causes.remove(0);
    assert_eq!(cause.reason, Reason::ManifestInvalid, "{}", cause.message);
    for place in ["templates/config.yaml", "templates/web.yaml"] {
        assert!(cause.message.contains(place), "{}", cause.message);
    }
    assert!(!bed.exists("configmap/it"));
}

#[tokio::test]
async fn definitions_change_with_their_chart_and_stay_when_it_goes() {
    let bed = Bed::new("crds").await.unwrap();
    let binding = ["create", "clusterrolebinding", &bed.namespace, "--clusterrole=cluster-admin"];
    let to = format!("--serviceaccount={}:pintle", bed.namespace);
    bed.plane.kubectl(&[&binding[..], &[&to]].concat()).unwrap();
    let group = format!("{}.example.org", bed.namespace);
    let definition = |word: &str| {
        format!(
            "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {{name: \
             things.{group}}}\nspec:\n  group: {group}\n  scope: Namespaced\n  names: {{kind: Thing, \
             plural: things, singular: thing, listKind: ThingList, shortNames: [{word}]}}\n  \
             versions:\n    - name: v1\n      served: true\n      storage: true\n      schema: \
             {{openAPIV3Schema: {{type: object}}}}\n"
        )
    };
    let short = || {
        bed.get(&format!("crd/things.{group}"))
            .map(|it| it["spec"]["names"]["shortNames"][0].clone())
    };
    for word in ["one", "two"] {
        let text = definition(word);
        let chart = web::chart_with(&[("crds/things.yaml", text.as_str())]);
        bed.apply("app", &chart, json!({"greeting": word})).await.unwrap();
        bed.until("defined", || async { Ok(short().is_ok_and(|it| it == word)) }).await.unwrap();
        bed.ready("app").await.unwrap();
    }
    bed.delete("app").await.unwrap();
    assert_eq!(short().unwrap(), "two", "kept");
    bed.plane.kubectl(&["delete", "clusterrolebinding", &bed.namespace]).unwrap();
    bed.plane.kubectl(&["delete", "crd", &format!("things.{group}"), "--wait=false"]).unwrap();
}
