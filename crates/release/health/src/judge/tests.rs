//! kstatus' own table, and rows for what goes beyond it.

use jiff::Timestamp;
use pintle_release_api::Health;
use serde_json::{Value, json};

use super::{SCHEDULE_WINDOW_SECONDS, in_kstatus_words, judge};

const NOW: &str = "2026-11-23T12:00:00Z";

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The 53 cases of cli-utils' `status_compute_test.go`, as data: status and condition words.
#[test]
fn kstatus_own_cases() {
    let table =
        include_str!("../../tests/data/kstatus.json").replace("\"NOW\"", &format!("\"{NOW}\""));
    let cases: Vec<Value> = serde_json::from_str(&table).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let (health, word) = in_kstatus_words(&case["object"], now());
        let want_word = case["conditions"][0]["reason"].as_str().unwrap_or_default();
        let want = case["status"].as_str().unwrap();
        if health.as_str() != want || word != want_word {
            wrong.push(format!(
                "{}: {}/{word}, want {want}/{want_word}",
                case["name"],
                health.as_str()
            ));
        }
    }
    println!("kstatus: {} of {} cases agree", cases.len() - wrong.len(), cases.len());
    assert_eq!(cases.len(), 53, "the whole table is there");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn rows_beyond_kstatus() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/data/judge.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let got = judge(&case["object"], now());
        let mut shown = json!({"health": got.health.as_str(), "reason": got.reason.as_str()});
        let optional = [
            ("message", got.message.clone().map(Value::from)),
            ("available", Some(got.available.into())),
            ("generationSeen", Some(got.generation_seen.into())),
            ("hasStatus", Some(got.has_status.into())),
            ("pods", got.pods.map(|it| json!([it.desired, it.ready]))),
            ("job", got.job.as_ref().map(|it| json!([it.uid, it.succeeded]))),
        ];
        for (name, value) in optional {
            if case["want"].get(name).is_some() {
                shown[name] = value.unwrap_or(Value::Null);
            }
        }
        if shown != case["want"] {
            wrong.push(format!("{}:\n  got  {shown}\n  want {}", case["name"], case["want"]));
        }
    }
    println!("judge: {} of {} rows agree", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn schedule_window_at_its_limit_and_one_past() {
    let check = |age: i64, want| {
        let created = now() - jiff::SignedDuration::from_secs(age);
        let pod = json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": "p", "creationTimestamp": created.to_string()},
            "status": {"phase": "Pending", "conditions": [
                {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}]}});
        assert_eq!(judge(&pod, now()).health, want, "{age} s old");
    };
    check(SCHEDULE_WINDOW_SECONDS - 1, Health::InProgress);
    check(SCHEDULE_WINDOW_SECONDS, Health::Failed);
}

/// Whatever a server sends, the judge answers.
#[test]
fn no_shape_panics() {
    let shapes = [
        Value::Null,
        json!(5),
        json!([]),
        json!("x"),
        json!({}),
        json!({"spec": 1}),
        json!([{"a": 1}]),
    ];
    let kinds = [
        "Pod",
        "Service",
        "PersistentVolumeClaim",
        "Deployment",
        "StatefulSet",
        "DaemonSet",
        "ReplicaSet",
        "Job",
        "CronJob",
        "Ingress",
        "HorizontalPodAutoscaler",
        "APIService",
        "CustomResourceDefinition",
        "PodDisruptionBudget",
        "Other",
    ];
    for api in [
        "v1",
        "apps/v1",
        "batch/v1",
        "policy/v1",
        "autoscaling/v2",
        "networking.k8s.io/v1",
        "apiextensions.k8s.io/v1",
        "apiregistration.k8s.io/v1",
    ] {
        for kind in kinds {
            for part in &shapes {
                for conditions in &shapes {
                    let object = json!({"apiVersion": api, "kind": kind, "metadata": part,
                        "spec": part, "status": {"conditions": conditions, "phase": part,
                            "containerStatuses": part, "observedGeneration": part}});
                    let judgement = judge(&object, now());
                    let pods = judgement.pods.unwrap_or_default();
                    assert!(pods.ready <= pods.desired.max(0));
                    assert!(judge(part, now()).generation_seen);
                }
            }
        }
    }
    let odd = json!({"apiVersion": "v1", "kind": "X", "status": {"conditions": [{"type": 3}]}});
    assert_eq!(judge(&odd, now()).health, Health::Unknown);
}
