//! Takes edited list items over from other managers.

use pintle_release_api::FIELD_MANAGER;
use serde_json::{Map, Value, json};

/// A JSON patch on `managedFields` that gives our entry every keyed list item (`k:{…}`) that other
/// managers own in lists that we send too, guarded by the resource version. None when there is no
/// such item.
pub(crate) fn untangle(metadata: &Value, body: &Value) -> Option<Value> {
    let entries = metadata.get("managedFields")?.as_array()?;
    let ours = entries.iter().position(is_ours)?;
    let mut fields = entries.get(ours)?.get("fieldsV1")?.clone();
    let mut patch = vec![json!({
        "op": "test",
        "path": "/metadata/resourceVersion",
        "value": metadata.get("resourceVersion")?,
    })];
    let mut taken = false;
    for (index, entry) in entries.iter().enumerate() {
        if index == ours || entry.get("subresource").is_some() {
            continue;
        }
        let Some(mut theirs) = entry.get("fieldsV1").cloned() else { continue };
        if take(&mut fields, &mut theirs, body) {
            taken = true;
            patch.push(json!({
                "op": "replace",
                "path": format!("/metadata/managedFields/{index}/fieldsV1"),
                "value": theirs,
            }));
        }
    }
    patch.push(json!({
        "op": "replace",
        "path": format!("/metadata/managedFields/{ours}/fieldsV1"),
        "value": fields,
    }));
    taken.then_some(Value::Array(patch))
}

fn is_ours(entry: &Value) -> bool {
    entry.get("manager").and_then(Value::as_str) == Some(FIELD_MANAGER)
        && entry.get("operation").and_then(Value::as_str) == Some("Apply")
        && entry.get("subresource").is_none()
}

/// Moves foreign list items into our set, list by list, as far as the lists are in what we send.
/// Says whether any moved.
fn take(ours: &mut Value, theirs: &mut Value, sent: &Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_object_mut(), theirs.as_object_mut()) else {
        return false;
    };
    let mut taken = false;
    let keys: Vec<String> = theirs.keys().cloned().collect();
    for key in keys {
        if key.starts_with("k:") && sent.is_array() && !ours.contains_key(&key) {
            if let Some(item) = theirs.remove(&key) {
                ours.insert(key, item);
                taken = true;
            }
            continue;
        }
        let (Some(sent), Some(other)) = (member(sent, &key), theirs.get_mut(&key)) else {
            continue;
        };
        let known = ours.contains_key(&key);
        let mine = ours.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
        let moved = take(mine, other, sent);
        if !moved && !known {
            ours.remove(&key);
        }
        taken |= moved;
    }
    taken
}

/// What a key of `fieldsV1` names in what we send: a field, or the list item with these keys.
fn member<'a>(sent: &'a Value, key: &str) -> Option<&'a Value> {
    if let Some(field) = key.strip_prefix("f:") {
        return sent.get(field);
    }
    let wanted: Value = serde_json::from_str(key.strip_prefix("k:")?).ok()?;
    let wanted = wanted.as_object()?;
    sent.as_array()?.iter().find(|item| {
        // A key that is not sent has its default (`protocol: TCP`), which can't be told from here.
        wanted.iter().all(|(name, value)| item.get(name).is_none_or(|it| it == value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body() -> Value {
        json!({"spec": {"ports": [{"name": "http", "port": 80}], "type": "ClusterIP"}})
    }

    fn entry(manager: &str, operation: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "fieldsV1": fields})
    }

    #[test]
    fn an_edited_port_moves_into_our_entry() {
        let item = json!({".": {}, "f:port": {}});
        let check = |ours: Value, want: Value| {
            let theirs = json!({"f:spec": {"f:type": {}, "f:ports": {"k:{\"port\":81}": item}}});
            let metadata = json!({"resourceVersion": "7", "managedFields": [
                entry("pintle", "Apply", &ours),
                entry("kubectl-edit", "Update", &theirs),
            ]});
            let patch = untangle(&metadata, &body()).unwrap();
            assert_eq!(
                patch,
                json!([
                    {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                    {"op": "replace", "path": "/metadata/managedFields/1/fieldsV1",
                        "value": {"f:spec": {"f:type": {}, "f:ports": {}}}},
                    {"op": "replace", "path": "/metadata/managedFields/0/fieldsV1", "value": want},
                ])
            );
        };
        // The item that was edited is another one now: we own none of the list any more.
        check(
            json!({"f:spec": {"f:selector": {}}}),
            json!({"f:spec": {"f:selector": {}, "f:ports": {"k:{\"port\":81}": item}}}),
        );
        check(
            json!({"f:spec": {"f:ports": {"k:{\"port\":80}": item}}}),
            json!({"f:spec": {"f:ports": {"k:{\"port\":80}": item, "k:{\"port\":81}": item}}}),
        );
    }

    #[test]
    fn nothing_to_take_is_no_patch() {
        let metadata = json!({"resourceVersion": "7", "managedFields": [
            entry("pintle", "Apply", &json!({"f:spec": {"f:ports": {}}})),
            entry("kubectl", "Update", &json!({"f:spec": {"f:externalIPs": {}, "f:type": {}}})),
        ]});
        assert_eq!(untangle(&metadata, &body()), None);
    }
}
