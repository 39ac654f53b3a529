//! Rules of the built-in kinds that run no pods, from kstatus' `core.go`, with our messages.

use pintle_release_api::Reason;
use serde_json::Value;

use super::suspended;
use crate::judgement::Verdict;
use crate::read::{Condition, find, int, items, text};

/// As many of a thing's parts as one line has room for.
const SHOWN: usize = 3;

/// `serviceConditions`
pub(super) fn service(object: &Value) -> Verdict {
    let kind = text(object, "/spec/type");
    let address = text(object, "/spec/clusterIP");
    if kind == "LoadBalancer" && address.is_empty() {
        return Verdict::progress("NoIPAssigned", "waits for a cluster address");
    }
    let message = match kind {
        "ExternalName" => format!("→ {}", text(object, "/spec/externalName")),
        "LoadBalancer" => {
            let outside: Vec<&str> = items(object, "/status/loadBalancer/ingress")
                .iter()
                .map(|it| {
                    if text(it, "/ip").is_empty() { text(it, "/hostname") } else { text(it, "/ip") }
                })
                .collect();
            if outside.is_empty() {
                format!("{address}, no outside address yet")
            } else {
                outside.join(", ")
            }
        }
        _ if address == "None" => "headless".to_owned(),
        _ => address.to_owned(),
    };
    let ports =
        shown(items(object, "/spec/ports").iter().map(|it| int(it, "/port", 0).to_string()));
    let message = if ports.is_empty() { message } else { format!("{message} port {ports}") };
    Verdict::current(Some(message).filter(|it| !it.is_empty()))
}

/// `pvcConditions`
pub(super) fn claim(object: &Value) -> Verdict {
    let phase = text(object, "/status/phase");
    if phase != "Bound" {
        let message = match phase {
            "" | "Pending" => "not bound to a volume yet".to_owned(),
            "Lost" => "its volume is lost".to_owned(),
            other => format!("not bound: {other}"),
        };
        return Verdict::progress("NotBound", message).because(Reason::VolumePending);
    }
    let size = match text(object, "/status/capacity/storage") {
        "" => text(object, "/spec/resources/requests/storage"),
        size => size,
    };
    Verdict::current(format!("{size} bound").trim_start().to_owned())
}

/// `pdbConditions`: whether its controller has seen it was decided before.
pub(super) fn disruption_budget(object: &Value) -> Verdict {
    let allowed = object.pointer("/status/disruptionsAllowed").and_then(Value::as_i64);
    Verdict::current(allowed.map(|it| format!("{it} disruptions allowed")))
}

/// Always ready for kstatus; ours tells how the last run went, and when it is suspended.
pub(super) fn cron_job(object: &Value) -> Verdict {
    if suspended(object) {
        return Verdict::suspended("suspended");
    }
    let last = text(object, "/status/lastScheduleTime");
    let good = text(object, "/status/lastSuccessfulTime");
    let state = if !items(object, "/status/active").is_empty() {
        "running now"
    } else if last.is_empty() {
        "never run yet"
    } else if good >= last {
        // Both are RFC 3339 in UTC with seconds: they compare as texts.
        "last run ok"
    } else {
        "last run not ok"
    };
    let schedule = text(object, "/spec/schedule");
    Verdict::current(if schedule.is_empty() {
        state.to_owned()
    } else {
        format!("at {schedule}, {state}")
    })
}

/// `crdConditions`
pub(super) fn definition(read: &[Condition<'_>]) -> Verdict {
    for it in read {
        match (it.kind, it.status) {
            ("NamesAccepted", "False") => {
                return Verdict::failed(it.reason.to_owned(), Reason::NotReady, it.message);
            }
            ("Established", "False") if it.reason != "Installing" => {
                return Verdict::failed(it.reason.to_owned(), Reason::NotReady, it.message);
            }
            ("Established", "True") => return Verdict::current("established".to_owned()),
            _ => {}
        }
    }
    Verdict::progress("Installing", "being established")
}

/// kstatus has no rule for it, and would call one current whose server is away.
pub(super) fn api_service(read: &[Condition<'_>]) -> Verdict {
    match find(read, "Available") {
        Some(it) if it.status == "True" => Verdict::current("available".to_owned()),
        Some(it) => Verdict::progress(it.reason.to_owned(), it.message).because(Reason::NotReady),
        None => Verdict::progress("NotObserved", "not seen by the API server yet"),
    }
}

/// Current for kstatus, with or without an address; ours shows where it leads.
pub(super) fn ingress(object: &Value) -> Verdict {
    let rules = items(object, "/spec/rules").iter().map(|rule| {
        let host = Some(text(rule, "/host")).filter(|it| !it.is_empty()).unwrap_or("*");
        let backend = rule.pointer("/http/paths/0/backend").unwrap_or(&Value::Null);
        let port = match int(backend, "/service/port/number", 0) {
            0 => text(backend, "/service/port/name").to_owned(),
            number => number.to_string(),
        };
        match (text(backend, "/service/name"), port.as_str()) {
            ("", _) => host.to_owned(),
            (service, "") => format!("{host} → {service}"),
            (service, port) => format!("{host} → {service}:{port}"),
        }
    });
    Verdict::current(Some(shown(rules)).filter(|it| !it.is_empty()))
}

/// Current for kstatus; a cluster without metrics must not keep a release from being ready.
pub(super) fn autoscaler(object: &Value) -> Verdict {
    let least = int(object, "/spec/minReplicas", 1);
    let most = int(object, "/spec/maxReplicas", least);
    let target = text(object, "/spec/scaleTargetRef/name");
    let message = match object.pointer("/status/currentReplicas").and_then(Value::as_i64) {
        Some(now) => format!("{target}: {now} of {least} to {most}"),
        None => format!("{target}: {least} to {most}"),
    };
    Verdict::current(message)
}

fn shown(parts: impl Iterator<Item = String>) -> String {
    let all: Vec<String> = parts.collect();
    let mut text = all.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN {
        text.push_str(&format!(" and {} more", all.len() - SHOWN));
    }
    text
}
