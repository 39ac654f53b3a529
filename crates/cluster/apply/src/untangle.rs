//! Takes edited list items over from other managers.

use pintle_release_api::FIELD_MANAGER;
use serde_json::{Map, Value, json};

/// A JSON patch on `managedFields` that gives our entry every keyed list item (`k:{…}`) that other
/// managers own in lists where we own items too, guarded by the resource version. None when there
/// is no such item.
pub(crate) fn untangle(metadata: &Value) -> Option<Value> {
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
        if take(&mut fields, &mut theirs) {
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

/// Moves foreign list items into our set, list by list. Says whether any moved.
fn take(ours: &mut Value, theirs: &mut Value) -> bool {
    let (Some(ours), Some(theirs)) = (ours.as_object_mut(), theirs.as_object_mut()) else {
        return false;
    };
    let mut taken = false;
    let list_of_ours = ours.keys().any(|key| key.starts_with("k:"));
    if list_of_ours {
        let foreign = |key: &&String| key.starts_with("k:") && !ours.contains_key(*key);
        let items: Vec<String> = theirs.keys().filter(foreign).cloned().collect();
        for key in items {
            if let Some(item) = theirs.remove(&key) {
                ours.insert(key, item);
                taken = true;
            }
        }
    }
    let shared: Vec<String> =
        theirs.keys().filter(|key| ours.contains_key(*key)).cloned().collect();
    for key in shared {
        let empty = Value::Object(Map::new());
        let mine = ours.entry(key.clone()).or_insert(empty);
        if let Some(other) = theirs.get_mut(&key) {
            taken |= take(mine, other);
        }
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edited_port_moves_into_our_entry() {
        let metadata = json!({
            "resourceVersion": "7",
            "managedFields": [
                {"manager": "pintle", "operation": "Apply", "fieldsV1":
                    {"f:spec": {"f:ports": {"k:{\"port\":80}": {".": {}, "f:port": {}}}}}},
                {"manager": "kubectl-edit", "operation": "Update", "fieldsV1":
                    {"f:spec": {"f:type": {}, "f:ports": {"k:{\"port\":81}": {".": {}, "f:port": {}}}}}},
                {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
                    "fieldsV1": {"f:status": {}}},
            ],
        });
        let patch = untangle(&metadata).unwrap();
        let item = json!({".": {}, "f:port": {}});
        assert_eq!(
            patch,
            json!([
                {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
                {"op": "replace", "path": "/metadata/managedFields/1/fieldsV1",
                    "value": {"f:spec": {"f:type": {}, "f:ports": {}}}},
                {"op": "replace", "path": "/metadata/managedFields/0/fieldsV1",
                    "value": {"f:spec": {"f:ports": {"k:{\"port\":80}": item, "k:{\"port\":81}": item}}}},
            ])
        );
    }

    #[test]
    fn nothing_to_take_is_no_patch() {
        let metadata = json!({"resourceVersion": "7", "managedFields": [
            {"manager": "pintle", "operation": "Apply", "fieldsV1": {"f:data": {"f:a": {}}}},
            {"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:data": {"f:b": {}}}},
        ]});
        assert_eq!(untangle(&metadata), None);
    }
}
