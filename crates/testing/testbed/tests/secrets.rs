//! What Secrets hold is in no status, no Event and no log, whatever quotes it: a schema, a
//! template, the API server.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail as tests do")]

use k8s_openapi::api::core::v1::{Event, Secret};
use kube::Api;
use kube::api::{ListParams, PostParams};
use pintle_release_api::{Reason, ReleaseSpec};
use pintle_testing_testbed::{Bed, Process, Proxy, chart_archive, is};
use serde_json::{Value, json};

/// The controller whose log is read.
const CONTROLLER: &str = env!("CARGO_BIN_EXE_testbed-controller");

/// What the Secret holds; no part of it may be seen anywhere.
const PASSWORD: &str = "open sesame!";
const NUMBER: &str = "987654321";
const BROKEN: &str = "password: [hunter2\nuser: \"tiger";
const WORDS: &[&str] = &["sesame", "987654321", "hunter2", "tiger", "b3BlbiBzZXNhbWUh"];

struct Case {
    name: &'static str,
    /// The key of the Secret, and whether it is one value.
    key: (&'static str, bool),
    files: &'static [(&'static str, &'static str)],
    reason: Reason,
    /// Whether the text that is redacted quotes the Secret.
    quotes: bool,
}

const CASES: &[Case] = &[
    Case {
        name: "schema",
        key: ("password", true),
        files: &[
            (
                "values.schema.json",
                r#"{"properties": {"password": {"type": "string", "pattern": "^[0-9]+$"}}}"#,
            ),
            ("templates/a.yaml", "kind: A\n"),
        ],
        reason: Reason::ValuesInvalid,
        quotes: true,
    },
    Case {
        name: "template",
        key: ("password", true),
        files: &[("templates/a.yaml", "{{ fail (printf \"no %s\" .Values.password) }}\n")],
        reason: Reason::RenderFailed,
        quotes: true,
    },
    Case {
        name: "values",
        key: ("broken", false),
        files: &[("templates/a.yaml", "kind: A\n")],
        reason: Reason::ValuesInvalid,
        quotes: false,
    },
    Case {
        name: "validation",
        key: ("password", true),
        files: &[(
            "templates/a.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  labels: {a: {{ .Values.password | quote }}}\n",
        )],
        reason: Reason::ApplyRefused,
        quotes: true,
    },
    Case {
        name: "typed",
        key: ("password", true),
        files: &[(
            "templates/a.yaml",
            "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {ports: {{ .Values.password | quote }}}\n",
        )],
        reason: Reason::ApplyRefused,
        quotes: true,
    },
    Case {
        name: "secret",
        key: ("number", true),
        files: &[(
            "templates/a.yaml",
            "apiVersion: v1\nkind: Secret\nmetadata: {name: c}\ndata: {password: {{ .Values.password }}}\n",
        )],
        reason: Reason::ApplyRefused,
        quotes: true,
    },
];

#[tokio::test]
async fn what_secrets_hold_is_nowhere_to_be_read() {
    let bed = Bed::without_controller("secrets").await.unwrap();
    let proxy = Proxy::start(bed.client.clone()).await.unwrap();
    let process = Process::start(CONTROLLER, &proxy, &bed.namespace).unwrap();
    let secret: Secret = serde_json::from_value(json!({
        "metadata": {"name": "vault"},
        "stringData": {"password": PASSWORD, "number": NUMBER, "broken": BROKEN},
    }))
    .unwrap();
    let secrets: Api<Secret> = Api::namespaced(bed.client.clone(), &bed.namespace);
    secrets.create(&PostParams::default(), &secret).await.unwrap();

    for case in CASES {
        let chart = chart_archive("web", case.files).unwrap();
        let mut from = json!({"kind": "Secret", "name": "vault", "key": case.key.0});
        if case.key.1 {
            from["targetPath"] = "password".into();
        }
        let inline = serde_json::to_value(k8s_openapi::ByteString(chart)).unwrap();
        let spec: ReleaseSpec =
            serde_json::from_value(json!({"chart": {"inline": inline}, "valuesFrom": [from]}))
                .unwrap();
        bed.apply_spec(case.name, spec).await.unwrap();
    }
    let mut said = String::new();
    for case in CASES {
        let release = bed.wait(case.name, "Stalled", |it| is(it, "Stalled", "True")).await.unwrap();
        let status = release.status.unwrap();
        let cause = &status.causes[0];
        println!("{}: {}", case.name, cause.message);
        assert_eq!(cause.reason, case.reason, "{}: {}", case.name, cause.message);
        // Or the case would prove nothing.
        let redacted = cause.message.contains("<redacted>");
        assert_eq!(redacted, case.quotes, "{}: {}", case.name, cause.message);
        said.push_str(&serde_json::to_string(&status).unwrap());
    }
    let events: Api<Event> = Api::namespaced(bed.client.clone(), &bed.namespace);
    let all = async || events.list(&ListParams::default()).await.unwrap().items;
    bed.until("told", || async { Ok(all().await.len() >= CASES.len()) }).await.unwrap();
    let events: Vec<Event> = all().await;
    said.push_str(&serde_json::to_string(&events).unwrap());
    let log = process.log().unwrap();
    assert!(log.contains("<redacted>"), "the log tells of the faults:\n{log}");
    said.push_str(&log);
    let histories: Value = bed.get("releasehistories").unwrap();
    said.push_str(&histories.to_string());
    for word in WORDS {
        let at = said.find(word);
        let around = at.map(|at| said[said.floor_char_boundary(at.saturating_sub(300))..].chars());
        let around: Option<String> = around.map(|it| it.take(400).collect());
        assert_eq!(around, None, "{word} can be read");
    }
}
