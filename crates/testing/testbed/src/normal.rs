//! Objects without what differs from run to run.

use serde_json::Value;

/// What a server makes up, wherever it stands.
const MADE_UP: &[&str] = &[
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "observedGeneration",
    "managedFields",
    "clusterIP",
    "clusterIPs",
    "lastTransitionTime",
    "lastUpdateTime",
    "startTime",
    "startedAt",
    "completionTime",
    "since",
    "at",
    "applied",
    "volumeName",
    "controller-uid",
    "batch.kubernetes.io/controller-uid",
    "pintle.dev/release-uid",
    "ownerReferences",
    "lastScheduleTime",
];

/// An object with all that differs from run to run taken out, and the namespace's name replaced.
#[must_use]
pub fn normalised(object: &Value, namespace: &str) -> Value {
    match object {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !MADE_UP.contains(&key.as_str()))
            .map(|(key, value)| (key.replace(namespace, "NAMESPACE"), normalised(value, namespace)))
            .collect(),
        Value::Array(items) => items.iter().map(|it| normalised(it, namespace)).collect(),
        Value::String(text) => {
            Value::String(without_addresses(&text.replace(namespace, "NAMESPACE")))
        }
        other => other.clone(),
    }
}

/// IPv4 addresses inside a text (a Service's message tells its own) become one word.
fn without_addresses(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_address = parts.len() == 4 && parts.iter().all(|it| it.parse::<u8>().is_ok());
        if is_address { "ADDRESS" } else { word }
    });
    words.collect::<Vec<_>>().join(" ")
}
