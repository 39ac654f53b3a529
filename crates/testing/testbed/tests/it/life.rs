//! The life of a release: create, update, roll back, suspend, delete.

use pintle_testing_testbed::{Bed, chart_archive};
use serde_json::json;

const CONFIG: &str = r"
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
data:
  greeting: {{ .Values.greeting | quote }}
";

const DEPLOYMENT: &str = r"
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}-web
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels: {app: {{ .Release.Name }}}
  template:
    metadata:
      labels: {app: {{ .Release.Name }}}
    spec:
      containers:
        - name: web
          image: {{ .Values.image }}
";

fn chart() -> Vec<u8> {
    let values = "greeting: hello\nreplicas: 2\nimage: nginx:1.27\n";
    let files = [
        ("values.yaml", values),
        ("templates/config.yaml", CONFIG),
        ("templates/web.yaml", DEPLOYMENT),
    ];
    chart_archive("web", &files).unwrap()
}

#[tokio::test]
async fn a_release_lives() {
    let bed = Bed::new("life").await.unwrap();
    let chart = chart();
    bed.apply("web", &chart, json!({})).await.unwrap();
    let first = bed.ready("web").await.unwrap().status.unwrap();
    assert_eq!((first.version, first.ready.as_deref()), (Some(1), Some("2/2")));

    bed.apply("web", &chart, json!({"greeting": "ahoy"})).await.unwrap();
    let second = bed.ready("web").await.unwrap().status.unwrap();
    assert_eq!(second.version, Some(2));
    assert_eq!(bed.get("configmap/web-config").unwrap()["data"]["greeting"], "ahoy");

    bed.patch("web", json!({"spec": {"rollbackTo": {"version": 1}}})).await.unwrap();
    let back = bed
        .wait("web", "back at version 1", |it| {
            it.status.as_ref().and_then(|it| it.version) == Some(1)
        })
        .await
        .unwrap();
    assert_eq!(back.spec.rollback_to, None);
    bed.ready("web").await.unwrap();
    assert_eq!(bed.get("configmap/web-config").unwrap()["data"]["greeting"], "hello");
    assert_eq!(bed.versions("web").await.unwrap(), [1, 2]);

    bed.delete("web").await.unwrap();
    let nothing: Vec<String> = Vec::new();
    bed.until("empty", || async { Ok(bed.left_overs()? == nothing) }).await.unwrap();
}
