//! Bad input: said in words, with its place; nothing is applied, and what runs keeps running.

use pintle_release_api::{Reason, Release};
use pintle_testing_testbed::{Bed, is, raw_archive};
use serde_json::{Value, json};

use crate::web;

fn first_cause(release: &Release) -> Option<(Reason, String)> {
    let cause = release.status.as_ref()?.causes.first()?;
    Some((cause.reason, cause.message.clone()))
}

/// Version 1 runs; the bad input ends as `Stalled` with this reason; version 1 still runs, no
/// object has changed, and no version number was used up.
async fn refused(name: &str, archive: &[u8], values: Value, reason: Reason, words: &[&str]) {
    let bed = Bed::new(name).await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    let objects = || bed.get("configmaps,deployments,services").unwrap();
    let seen = |all: Value| -> Vec<Value> {
        let items = all["items"].as_array().cloned().unwrap_or_default();
        items
            .iter()
            .map(|it| json!([it["metadata"]["uid"], it["metadata"]["generation"], it["data"]]))
            .collect()
    };
    let before = seen(objects());
    bed.apply("app", archive, values).await.unwrap();
    let release = bed.wait("app", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let (got, message) = first_cause(&release).unwrap();
    assert_eq!(got, reason, "{message}");
    for word in words {
        assert!(message.contains(word), "{word:?} is not in: {message}");
    }
    println!("{}: {message}", got.as_str());
    assert_eq!(seen(objects()), before, "no object has changed");
    let status = release.status.unwrap();
    assert_eq!((status.version, status.latest_version), (Some(1), Some(1)));
    assert_eq!(bed.versions("app").await.unwrap(), [1], "no version number is used up");
    assert!(status.conditions.iter().any(|it| it.type_ == "Available" && it.status == "True"));
    // The old content heals it.
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
}

#[tokio::test]
async fn an_archive_that_is_none() {
    refused("no-archive", b"this is not gzip", json!({}), Reason::ChartInvalid, &["gzip"]).await;
}

#[tokio::test]
async fn an_archive_without_a_chart() {
    let archive = raw_archive(&[("web/templates/a.yaml", b"a: b\n")]).unwrap();
    let words = ["Chart.yaml file is missing"];
    refused("no-chart", &archive, json!({}), Reason::ChartInvalid, &words).await;
}

#[tokio::test]
async fn an_archive_whose_paths_escape() {
    let chart: &[u8] = b"apiVersion: v2\nname: web\nversion: 1.0.0\n";
    let archive = raw_archive(&[("web/Chart.yaml", chart), ("web/../../evil.yaml", b"a")]).unwrap();
    let words = ["web/../../evil.yaml", "illegally references parent directory"];
    refused("escape", &archive, json!({}), Reason::ChartInvalid, &words).await;
}

#[tokio::test]
async fn an_archive_that_is_too_large() {
    let chart: &[u8] = b"apiVersion: v2\nname: web\nversion: 1.0.0\n";
    let zeros = vec![0; 6 << 20];
    let archive = raw_archive(&[("web/Chart.yaml", chart), ("web/zeros", &zeros)]).unwrap();
    let words = ["web/zeros", "larger than the maximum file size 5242880"];
    refused("too-large", &archive, json!({}), Reason::ChartInvalid, &words).await;
}

#[tokio::test]
async fn a_chart_without_what_it_depends_on() {
    let text =
        "apiVersion: v2\nname: web\nversion: 0.1.0\ndependencies: [{name: db, version: 1.x.x}]\n";
    let chart = web::chart_with(&[("Chart.yaml", text)]);
    let words = ["missing in charts/ directory: db"];
    refused("no-dependency", &chart, json!({}), Reason::ChartInvalid, &words).await;
}

#[tokio::test]
async fn a_template_error() {
    let chart = web::chart_with(&[("templates/bad.yaml", "a: {{ .Values.a.b.c }}\n")]);
    let words = ["web/templates/bad.yaml:1:", "nil pointer evaluating interface {}.b"];
    refused("template-error", &chart, json!({}), Reason::RenderFailed, &words).await;
}

#[tokio::test]
async fn text_that_is_no_yaml() {
    let chart = web::chart_with(&[("templates/bad.yaml", "kind: A\n---\na: b: c\n")]);
    let words = ["web/templates/bad.yaml", "document 2", "line 3"];
    refused("no-yaml", &chart, json!({}), Reason::ManifestInvalid, &words).await;
}

#[tokio::test]
async fn an_object_without_a_kind() {
    let text = "apiVersion: v1\nmetadata: {name: x}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["web/templates/bad.yaml", "document 1", "kind"];
    refused("no-kind", &chart, json!({}), Reason::ManifestInvalid, &words).await;
}

#[tokio::test]
async fn an_object_without_a_name() {
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: x-}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["web/templates/bad.yaml", "name"];
    refused("no-name", &chart, json!({}), Reason::ManifestInvalid, &words).await;
}

#[tokio::test]
async fn a_kind_that_nobody_knows() {
    let text = "apiVersion: example.org/v1\nkind: Thing\nmetadata: {name: x}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["no such kind", "example.org/v1 Thing", "web/templates/bad.yaml"];
    refused("no-such-kind", &chart, json!({"greeting": "x"}), Reason::ApplyRefused, &words).await;
}

#[tokio::test]
async fn an_object_that_the_account_may_not_write() {
    let text = "apiVersion: v1\nkind: Namespace\nmetadata: {name: mine}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["Namespace/mine", "cannot"];
    refused("forbidden", &chart, json!({"greeting": "x"}), Reason::Forbidden, &words).await;
}

#[tokio::test]
async fn a_field_that_the_schema_does_not_know() {
    let text = "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {prts: []}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["Service/x", "spec.prts"];
    refused("schema", &chart, json!({"greeting": "x"}), Reason::ApplyRefused, &words).await;
}

#[tokio::test]
async fn a_value_that_validation_refuses() {
    let text =
        "apiVersion: v1\nkind: Service\nmetadata: {name: x}\nspec: {ports: [{port: 99999}]}\n";
    let chart = web::chart_with(&[("templates/bad.yaml", text)]);
    let words = ["Service/x", "spec.ports[0].port"];
    refused("validation", &chart, json!({"greeting": "x"}), Reason::ApplyRefused, &words).await;
}

#[tokio::test]
async fn a_field_that_can_not_be_changed() {
    let chart = web::chart_with(&[(
        "templates/web.yaml",
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app-web}\nspec:\n  selector: {matchLabels: {app: other}}\n  template:\n    metadata: {labels: {app: other}}\n    spec: {containers: [{name: web, image: 'nginx:1'}]}\n",
    )]);
    let words = ["Deployment/app-web", "spec.selector"];
    refused("immutable", &chart, json!({"greeting": "x"}), Reason::ImmutableField, &words).await;
}

#[tokio::test]
async fn a_render_without_objects() {
    let empty = [("templates/web.yaml", ""), ("templates/config.yaml", "")];
    let chart = web::chart_with(&empty);
    refused("empty", &chart, json!({}), Reason::EmptyRender, &["no object"]).await;
}

#[tokio::test]
async fn a_hook_that_is_not_run_yet() {
    let text = "apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\n  annotations: {helm.sh/hook: pre-upgrade}\n";
    let chart = web::chart_with(&[("templates/hook.yaml", text)]);
    let words = ["web/templates/hook.yaml", "pre-upgrade"];
    refused("hook", &chart, json!({}), Reason::Unsupported, &words).await;
}

#[tokio::test]
async fn an_object_of_another_release() {
    let bed = Bed::new("claimed").await.unwrap();
    bed.apply("one", &web::chart(), json!({})).await.unwrap();
    bed.ready("one").await.unwrap();
    let text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one-config}\ndata: {a: b}\n";
    let chart = web::chart_with(&[("templates/config.yaml", text)]);
    bed.apply("two", &chart, json!({})).await.unwrap();
    let release = bed.wait("two", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let (reason, message) = first_cause(&release).unwrap();
    assert_eq!(reason, Reason::OwnedByOther);
    assert!(message.contains(&format!("release {}/one", bed.namespace)), "{message}");
    assert_eq!(bed.get("configmap/one-config").unwrap()["data"]["greeting"], "hello");
    assert!(!bed.exists("deployment/two-web"), "nothing of it was applied");
}

#[tokio::test]
async fn a_release_name_that_is_taken() {
    let bed = Bed::new("taken").await.unwrap();
    bed.apply("one", &web::chart(), json!({})).await.unwrap();
    bed.ready("one").await.unwrap();
    let mut spec = bed.releases().get("one").await.unwrap().spec;
    spec.release_name = Some("one".to_owned());
    bed.apply_spec("two", spec).await.unwrap();
    let release = bed.wait("two", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let (reason, message) = first_cause(&release).unwrap();
    assert_eq!(reason, Reason::NameTaken);
    assert!(message.contains("Release one"), "{message}");
    // Its turn comes when the older one is gone.
    bed.delete("one").await.unwrap();
    bed.ready("two").await.unwrap();
}

#[tokio::test]
async fn a_rollback_to_nowhere() {
    let bed = Bed::new("nowhere").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    bed.patch("app", json!({"spec": {"rollbackTo": {"version": 9}}})).await.unwrap();
    let release = bed.wait("app", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let (reason, message) = first_cause(&release).unwrap();
    assert_eq!(reason, Reason::VersionNotFound);
    assert!(message.contains("there are: 1"), "{message}");
}

#[tokio::test]
async fn names_that_are_too_long_are_refused_at_once() {
    let bed = Bed::new("too-long").await.unwrap();
    let error = bed.apply(&"a".repeat(54), &web::chart(), json!({})).await.unwrap_err();
    assert!(format!("{error:#}").contains("at most 53 characters"), "{error:#}");
    bed.apply(&"a".repeat(53), &web::chart(), json!({})).await.unwrap();
}

#[tokio::test]
async fn names_that_are_none_are_refused_at_once() {
    let bed = Bed::new("no-name").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    for (field, name, words) in [
        ("serviceAccountName", "no name", "spec.serviceAccountName"),
        ("serviceAccountName", "Me", "spec.serviceAccountName"),
        ("releaseName", "no name", "spec.releaseName"),
        // It had none, so that it was `app`.
        ("releaseName", "other", "spec.releaseName can't be changed"),
    ] {
        let error = bed.patch("app", json!({"spec": {field: name}})).await.unwrap_err();
        assert!(format!("{error:#}").contains(words), "{field}: {name}: {error:#}");
    }
    // Its own name said aloud is no change, and neither is leaving it unsaid again.
    bed.patch("app", json!({"spec": {"releaseName": "app"}})).await.unwrap();
    bed.patch("app", json!({"spec": {"releaseName": null}})).await.unwrap();
    let mut spec = bed.releases().get("app").await.unwrap().spec;
    spec.release_name = Some("two".to_owned());
    bed.apply_spec("other", spec).await.unwrap();
    let error = bed.patch("other", json!({"spec": {"releaseName": null}})).await.unwrap_err();
    assert!(format!("{error:#}").contains("spec.releaseName can't be changed"), "{error:#}");
}

#[tokio::test]
async fn a_job_of_somebody_else_is_not_replaced() {
    let bed = Bed::new("foreign-job").await.unwrap();
    let job = |image: &str| {
        format!(
            "apiVersion: batch/v1\nkind: Job\nmetadata: {{name: once}}\nspec:\n  template:\n    \
             spec:\n      restartPolicy: Never\n      containers: [{{name: main, image: '{image}'}}]\n"
        )
    };
    let theirs = std::env::temp_dir().join(format!("{}.yaml", bed.namespace));
    std::fs::write(&theirs, job("busybox:1")).unwrap();
    let file = theirs.display().to_string();
    bed.plane.kubectl(&["create", "-n", &bed.namespace, "-f", &file]).unwrap();
    std::fs::remove_file(&theirs).unwrap();
    let uid = bed.get("job/once").unwrap()["metadata"]["uid"].clone();
    let ours = job("busybox:2");
    let empty = [("templates/web.yaml", ""), ("templates/config.yaml", ours.as_str())];
    bed.apply("app", &web::chart_with(&empty), json!({})).await.unwrap();
    let release = bed.wait("app", "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
    let (reason, message) = first_cause(&release).unwrap();
    assert_eq!(reason, Reason::ImmutableField, "{message}");
    assert_eq!(bed.get("job/once").unwrap()["metadata"]["uid"], uid);
}
