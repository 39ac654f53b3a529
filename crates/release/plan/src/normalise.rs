//! From what a chart renders to what is sent: marked as ours, and in a form that the API server can
//! track field by field.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_release_api::{
    ANNOTATION_COMPONENT, ANNOTATION_ID, ANNOTATION_RELEASE_UID, HELM_KEEP_ANNOTATION,
    HELM_MANAGED_BY_LABEL, HELM_RELEASE_NAME, HELM_RELEASE_NAMESPACE, LABEL_RELEASE,
    LABEL_RELEASE_NAMESPACE,
};
use pintle_release_manifest::{Gvk, Object, ObjectKey, Source, component_of};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::order::rank;

/// The release that objects are marked with.
#[derive(Clone, Debug)]
pub struct Owner {
    /// `metadata.name` of the Release.
    pub name: String,
    /// Its namespace.
    pub namespace: String,
    /// Its uid.
    pub uid: String,
    /// Its name for the chart.
    pub release_name: String,
}

/// Whether objects of a kind live in namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In a namespace.
    Namespaced,
    /// In none.
    Cluster,
}

/// An object as it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    /// Its identity.
    pub key: ObjectKey,
    /// Group, version and kind it is sent as.
    pub gvk: Gvk,
    /// The body.
    pub body: Value,
    /// Its place in the chart.
    pub source: Source,
    /// The chart path it comes from.
    pub component: String,
    /// Whether it outlives its release (`helm.sh/resource-policy: keep`).
    pub keep: bool,
    /// Its place in the order.
    pub rank: u16,
}

/// An object that can't be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct NormaliseError {
    /// Where in the chart.
    pub at: Source,
    /// What is wrong with it, and what to do.
    pub what: String,
}

/// Makes an object ready to be sent.
///
/// # Errors
/// When it has no name (`generateName` can't be applied: a second apply would not find the first).
pub fn normalise(object: &Object, owner: &Owner, scope: Scope) -> Result<Desired, NormaliseError> {
    let fail = |what: String| NormaliseError { at: object.source.clone(), what };
    let gvk = object.gvk();
    if object.name().is_empty() {
        let cause = if object.body.pointer("/metadata/generateName").is_some() {
            "metadata.generateName is not supported, since an object without a fixed name can't \
             be found again: give it a metadata.name"
        } else {
            "the object has no metadata.name: give it one"
        };
        return Err(fail(format!("{}: {cause}", gvk.kind)));
    }
    let namespace = match scope {
        Scope::Namespaced => object.namespace().unwrap_or(&owner.namespace).to_owned(),
        Scope::Cluster => String::new(),
    };
    let key = ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace,
        name: object.name().to_owned(),
    };
    let component = component_of(&object.source.path);
    let mut body = object.body.clone();
    clean(&mut body);
    mark(&mut body, owner, &key, &component)
        .ok_or_else(|| fail(format!("{key}: metadata, labels and annotations must be maps")))?;
    if key.kind == "Secret" && key.group.is_empty() {
        encode_string_data(&mut body);
    }
    last_of_each_env(&mut body);
    Ok(Desired {
        rank: rank(&key.group, &key.kind),
        keep: object.annotation(HELM_KEEP_ANNOTATION).is_some_and(|it| it.trim() == "keep"),
        gvk,
        key,
        body,
        source: object.source.clone(),
        component,
    })
}

/// A hash of an object as it is sent, to tell whether a Job is the one that has finished.
#[must_use]
pub fn template_hash(desired: &Desired) -> String {
    let mut spec = desired.body.get("spec").cloned().unwrap_or_default();
    // Suspending a release must not make its finished Jobs new ones.
    if let Some(spec) = spec.as_object_mut() {
        spec.remove("suspend");
    }
    let spec = spec.to_string();
    let digest = Sha256::digest(spec.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Drops what must not be sent: nulls (Helm's objects lose them on their way to the server, and an
/// applied null would own the field), status, and server-made metadata.
fn clean(body: &mut Value) {
    drop_nulls(body);
    if let Some(body) = body.as_object_mut() {
        body.remove("status");
    }
    if let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) {
        for field in ["creationTimestamp", "managedFields", "resourceVersion", "uid", "generation"]
        {
            metadata.remove(field);
        }
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.retain(|_, inner| !inner.is_null());
            map.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Sets our labels and annotations, and Helm's as Helm sets them.
fn mark(body: &mut Value, owner: &Owner, key: &ObjectKey, component: &str) -> Option<()> {
    let metadata = entry(body.as_object_mut()?, "metadata")?;
    if key.namespace.is_empty() {
        metadata.remove("namespace");
    } else {
        metadata.insert("namespace".into(), key.namespace.clone().into());
    }
    let labels = entry(metadata, "labels")?;
    labels.insert(LABEL_RELEASE.into(), owner.name.clone().into());
    labels.insert(LABEL_RELEASE_NAMESPACE.into(), owner.namespace.clone().into());
    labels.insert(HELM_MANAGED_BY_LABEL.into(), "Helm".into());
    let annotations = entry(metadata, "annotations")?;
    annotations.insert(ANNOTATION_ID.into(), key.id().into());
    annotations.insert(ANNOTATION_COMPONENT.into(), component.into());
    annotations.insert(ANNOTATION_RELEASE_UID.into(), owner.uid.clone().into());
    annotations.insert(HELM_RELEASE_NAME.into(), owner.release_name.clone().into());
    annotations.insert(HELM_RELEASE_NAMESPACE.into(), owner.namespace.clone().into());
    Some(())
}

fn entry<'a>(map: &'a mut Map<String, Value>, key: &str) -> Option<&'a mut Map<String, Value>> {
    map.entry(key).or_insert_with(|| Value::Object(Map::new())).as_object_mut()
}

/// `stringData` is tracked by server-side apply as itself, so that a foreign edit of `data` or a
/// dropped key would go unseen: send `data` instead.
fn encode_string_data(body: &mut Value) {
    let Some(body) = body.as_object_mut() else { return };
    let Some(Value::Object(texts)) = body.remove("stringData") else { return };
    let Some(data) = entry(body, "data") else { return };
    for (key, text) in texts {
        let text = text.as_str().map_or_else(|| text.to_string(), str::to_owned);
        data.insert(key, STANDARD.encode(text).into());
    }
}

/// Of several environment variables of one name, the last counts on a node, and server-side apply
/// refuses the list (`duplicate entries for key`): keep the last.
fn last_of_each_env(body: &mut Value) {
    let specs = ["/spec/template/spec", "/spec/jobTemplate/spec/template/spec", "/spec"];
    for pointer in specs {
        for list in ["containers", "initContainers"] {
            let containers = body.pointer_mut(pointer).and_then(|spec| spec.get_mut(list));
            for container in containers.and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(env) = container.get_mut("env").and_then(Value::as_array_mut) {
                    keep_last_by_name(env);
                }
            }
        }
    }
}

fn keep_last_by_name(env: &mut Vec<Value>) {
    let mut seen = std::collections::HashSet::new();
    let mut kept: Vec<Value> = Vec::with_capacity(env.len());
    for item in env.drain(..).rev() {
        let name = item.get("name").and_then(Value::as_str).map(str::to_owned);
        if name.is_none_or(|name| seen.insert(name)) {
            kept.push(item);
        }
    }
    kept.reverse();
    *env = kept;
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sent(body: Value) -> Value {
        let owner = Owner {
            name: "shop".to_owned(),
            namespace: "ns".to_owned(),
            uid: "u1".to_owned(),
            release_name: "web".to_owned(),
        };
        let source = Source { path: "c/templates/a.yaml".to_owned(), document: 1, line: 1 };
        normalise(&Object { source, body }, &owner, Scope::Namespaced).unwrap().body
    }

    #[test]
    fn texts_of_a_secret_become_data() {
        let secret = sent(json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"},
            "data": {"both": "b2xk", "kept": "eA=="}, "stringData": {"both": "new", "number": 1}
        }));
        assert_eq!(secret["data"], json!({"both": "bmV3", "kept": "eA==", "number": "MQ=="}));
        assert!(secret.get("stringData").is_none());
    }

    #[test]
    fn nulls_and_what_is_the_servers_are_dropped() {
        let object = sent(json!({
            "apiVersion": "v1", "kind": "ConfigMap", "data": {"a": null, "b": "x"},
            "metadata": {
                "name": "a", "creationTimestamp": null, "managedFields": [], "uid": "x",
                "resourceVersion": "1", "generation": 2, "finalizers": ["kept"]
            },
            "list": [{"a": null}], "status": {"x": 1}
        }));
        assert_eq!((&object["data"], &object["list"]), (&json!({"b": "x"}), &json!([{}])));
        let metadata: Vec<&str> =
            object["metadata"].as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(metadata, ["annotations", "finalizers", "labels", "name", "namespace"]);
        assert!(object.get("status").is_none());
    }

    #[test]
    fn of_one_environment_variable_the_last_is_sent() {
        let env = json!([{"name": "A", "value": "1"}, {"name": "B"}, {"name": "A", "value": "2"}]);
        let pod =
            json!({"containers": [{"name": "c", "env": env}], "initContainers": [{"env": env}]});
        let want = json!([{"name": "B"}, {"name": "A", "value": "2"}]);
        let kinds = [
            ("Pod", pod.clone(), ""),
            ("Deployment", json!({"template": {"spec": pod}}), "/template/spec"),
            (
                "CronJob",
                json!({"jobTemplate": {"spec": {"template": {"spec": pod}}}}),
                "/jobTemplate/spec/template/spec",
            ),
        ];
        for (kind, spec, at) in kinds {
            let object = sent(
                json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}),
            );
            let spec = object["spec"].pointer(at).unwrap();
            assert_eq!(spec["containers"][0]["env"], want, "{kind}");
            assert_eq!(spec["initContainers"][0]["env"], want, "{kind}");
        }
    }

    #[test]
    fn labels_are_helms_and_ours_and_none_in_pod_templates() {
        let template = json!({"metadata": {"labels": {"app": "x"}}, "spec": {}});
        let object = sent(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "labels": {"app": "x", HELM_MANAGED_BY_LABEL: "someone"}},
            "spec": {"template": template}
        }));
        let labels = json!({
            "app": "x", HELM_MANAGED_BY_LABEL: "Helm",
            LABEL_RELEASE: "shop", LABEL_RELEASE_NAMESPACE: "ns"
        });
        assert_eq!(object["metadata"]["labels"], labels);
        let annotations = &object["metadata"]["annotations"];
        assert_eq!(
            (&annotations[HELM_RELEASE_NAME], &annotations[HELM_RELEASE_NAMESPACE]),
            (&json!("web"), &json!("ns"))
        );
        assert_eq!(annotations[ANNOTATION_RELEASE_UID], "u1");
        assert_eq!(object["spec"]["template"], template);
    }
}
