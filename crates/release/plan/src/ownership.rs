//! Whose an object is, judged by its metadata alone.

use pintle_release_api::{
    ANNOTATION_ID, FIELD_MANAGER, HELM_MANAGED_BY_LABEL, HELM_RELEASE_NAME, HELM_RELEASE_NAMESPACE,
    LABEL_RELEASE, LABEL_RELEASE_NAMESPACE,
};
use pintle_release_manifest::ObjectKey;
use serde_json::Value;

/// Whose an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Provably of the Pintle release `namespace/name`: it carries the label, *and* an id that
    /// names this very object, *and* fields applied by us, *and* no controller owns it. Copies of
    /// our labels (`EndpointSlices`, operators' children) fail one of these.
    Release {
        /// The release's namespace.
        namespace: String,
        /// The release's name.
        name: String,
    },
    /// Of a Helm release, `namespace/name`.
    Helm(String),
    /// Of a controller, `Kind/name`.
    Controller(String),
    /// Nobody's.
    Nobody,
}

/// Judges an object's metadata (`metav1.ObjectMeta` as JSON).
#[must_use]
pub fn ownership(key: &ObjectKey, metadata: &Value) -> Ownership {
    let label = |name: &str| text(metadata, "labels", name);
    let annotation = |name: &str| text(metadata, "annotations", name);
    let owners = metadata.get("ownerReferences").and_then(Value::as_array);
    let controller = owners
        .into_iter()
        .flatten()
        .find(|it| it.get("controller").and_then(Value::as_bool) == Some(true));
    if let Some(owner) = controller {
        let part = |name: &str| owner.get(name).and_then(Value::as_str).unwrap_or_default();
        return Ownership::Controller(format!("{}/{}", part("kind"), part("name")));
    }
    if let (Some(name), Some(namespace)) = (label(LABEL_RELEASE), label(LABEL_RELEASE_NAMESPACE))
        && annotation(ANNOTATION_ID) == Some(&key.id())
        && our_entry(metadata).is_some()
    {
        return Ownership::Release { namespace: namespace.to_owned(), name: name.to_owned() };
    }
    match (label(HELM_MANAGED_BY_LABEL), annotation(HELM_RELEASE_NAME)) {
        (Some("Helm"), Some(name)) => {
            let namespace = annotation(HELM_RELEASE_NAMESPACE).unwrap_or_default();
            Ownership::Helm(format!("{namespace}/{name}"))
        }
        _ => Ownership::Nobody,
    }
}

/// Our entry of `managedFields`: the fields that we have applied, if any.
#[must_use]
pub fn our_entry(metadata: &Value) -> Option<&Value> {
    let entries = metadata.get("managedFields")?.as_array()?;
    let is = |entry: &Value, name: &str, want: &str| {
        entry.get(name).and_then(Value::as_str) == Some(want)
    };
    entries.iter().find(|entry| {
        is(entry, "manager", FIELD_MANAGER)
            && is(entry, "operation", "Apply")
            && entry.get("subresource").is_none()
    })
}

fn text<'a>(metadata: &'a Value, map: &str, name: &str) -> Option<&'a str> {
    metadata.get(map)?.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn copies_of_our_labels_are_not_ours() {
        let key = ObjectKey {
            group: String::new(),
            kind: "Service".into(),
            namespace: "team-a".into(),
            name: "web".into(),
        };
        let labels = json!({LABEL_RELEASE: "shop", LABEL_RELEASE_NAMESPACE: "team-a", HELM_MANAGED_BY_LABEL: "Helm"});
        let fields = json!([{"manager": "pintle", "operation": "Apply", "fieldsV1": {}}]);
        let ours = json!({"labels": labels, "annotations": {ANNOTATION_ID: key.id()}, "managedFields": fields});
        let release = Ownership::Release { namespace: "team-a".into(), name: "shop".into() };
        let check = |change: Value, want: Ownership| {
            let mut metadata = ours.clone();
            for (field, value) in change.as_object().unwrap() {
                metadata[field] = value.clone();
            }
            assert_eq!(ownership(&key, &metadata), want, "{change}");
        };
        check(json!({}), release);
        check(json!({"labels": {}}), Ownership::Nobody);
        check(json!({"annotations": {ANNOTATION_ID: "/Service/team-a/other"}}), Ownership::Nobody);
        check(json!({"managedFields": []}), Ownership::Nobody);
        let owner = json!([{"kind": "Service", "name": "web", "controller": true}]);
        check(json!({"ownerReferences": owner}), Ownership::Controller("Service/web".into()));
        let helm = json!({HELM_RELEASE_NAME: "old", HELM_RELEASE_NAMESPACE: "team-a"});
        check(json!({"annotations": helm}), Ownership::Helm("team-a/old".into()));
    }
}
