//! Every cause is a row: raw objects in, sentences out.

use jiff::Timestamp;
use pintle_release_api::{Health, Reason};
use pintle_release_manifest::{Gvk, ObjectKey};
use serde_json::{Value, json};

use super::{Evidence, MAX_CAUSES, MAX_SENTENCE, causes};
use crate::{ClaimFacts, EventFacts, Judgement, PodFacts, ReplicaSetFacts, judge};

fn list<T>(case: &Value, name: &str, read: fn(&Value) -> T) -> Vec<T> {
    case[name].as_array().into_iter().flatten().map(read).collect()
}

fn evidence(case: &Value) -> Evidence {
    let object = &case["object"];
    let text = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let gvk = Gvk::new(text("/apiVersion"), text("/kind"));
    let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
    Evidence {
        object: ObjectKey {
            group: gvk.group,
            kind: gvk.kind,
            namespace: text("/metadata/namespace").to_owned(),
            name: text("/metadata/name").to_owned(),
        },
        judgement: judge(object, now),
        pods: list(case, "pods", PodFacts::read),
        replica_sets: list(case, "replicaSets", ReplicaSetFacts::read),
        claims: list(case, "claims", ClaimFacts::read),
        events: list(case, "events", EventFacts::read),
    }
}

#[test]
fn table() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../../tests/data/causes.json")).unwrap();
    let mut wrong = Vec::new();
    for case in &cases {
        let got: Vec<Value> = causes(&[evidence(case)])
            .iter()
            .map(|it| json!({"object": it.object, "reason": it.reason, "message": it.message, "since": it.since}))
            .collect();
        let matches = |got: &Value, want: &Value| {
            want.as_object().unwrap().iter().all(|(name, value)| &got[name] == value)
        };
        let want = case["want"].as_array().unwrap();
        if got.len() != want.len() || !got.iter().zip(want).all(|(got, want)| matches(got, want)) {
            wrong.push(format!(
                "{}:\n  got  {}\n  want {}",
                case["name"],
                json!(got),
                case["want"]
            ));
        }
    }
    println!("causes: {} of {} rows agree", cases.len() - wrong.len(), cases.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn failing(kind: &str, name: &str, health: Health, reason: Reason, message: &str) -> Evidence {
    Evidence {
        object: ObjectKey {
            group: "apps".to_owned(),
            kind: kind.to_owned(),
            namespace: "t".to_owned(),
            name: name.to_owned(),
        },
        judgement: Judgement {
            health,
            reason,
            message: Some(message.to_owned()),
            ..Judgement::not_found()
        },
        pods: Vec::new(),
        replica_sets: Vec::new(),
        claims: Vec::new(),
        events: Vec::new(),
    }
}

#[test]
fn worst_first_one_for_each_object() {
    let some = [
        failing("Thing", "b", Health::InProgress, Reason::NotReady, "waits"),
        failing("Thing", "a", Health::Failed, Reason::NotReady, "broken"),
        failing("Job", "c", Health::Failed, Reason::JobFailed, "gave up"),
        failing("Job", "c", Health::Failed, Reason::JobFailed, "gave up"),
    ];
    let said: Vec<String> = causes(&some).into_iter().map(|it| it.message).collect();
    assert_eq!(said, ["gave up", "broken", "waits"]);
    let hint = causes(&some).first().and_then(|it| it.hint.clone());
    assert_eq!(hint.as_deref(), Some(Reason::JobFailed.remedy()));
}

#[test]
fn as_many_causes_as_a_status_holds() {
    let check = |count: usize, want: usize| {
        let some: Vec<Evidence> = (0..count)
            .map(|it| failing("Thing", &format!("t{it}"), Health::Failed, Reason::NotReady, "x"))
            .collect();
        assert_eq!(causes(&some).len(), want);
    };
    check(MAX_CAUSES, MAX_CAUSES);
    check(MAX_CAUSES + 1, MAX_CAUSES);
}

#[test]
fn sentences_are_cut_at_their_limit() {
    let check = |length: usize, cut: bool| {
        let it = failing("Thing", "t", Health::Failed, Reason::NotReady, &"ä".repeat(length));
        let message = causes(&[it]).remove(0).message;
        assert_eq!(message.ends_with('…'), cut);
        assert_eq!(message.chars().count(), length.min(MAX_SENTENCE));
    };
    check(MAX_SENTENCE, false);
    check(MAX_SENTENCE + 1, true);
}
