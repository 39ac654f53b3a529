//! Objects that are not Releases, for the few commands that may write some: what Pintle needs in a
//! cluster, and what lets it deploy into a namespace.

use std::time::Duration;

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::runtime::{conditions, wait};
use kube::{Api, Client};
use pintle_go_yaml::{read, read_json, to_yaml};
use serde::Serialize;
use serde_json::Value;

use crate::fault::{Fault, api};
use crate::releases::MANAGER;

/// How long a new CRD may take until the API server serves it.
const ESTABLISH: Duration = Duration::from_secs(60);

/// The documents of a YAML file of ours.
pub(crate) fn documents(text: &str) -> anyhow::Result<Vec<Value>> {
    let mut documents = Vec::new();
    for document in text.split("\n---\n") {
        let tree = read(document)?;
        documents.push(crate::charts::to_json(&tree)?);
    }
    Ok(documents)
}

/// Anything as YAML, keys sorted, as kubectl prints it.
pub(crate) fn yaml<T: Serialize + ?Sized>(value: &T) -> anyhow::Result<String> {
    let tree = read_json(&serde_json::to_vec(value)?)?;
    let mut text = Vec::new();
    to_yaml(&mut text, &tree)?;
    Ok(String::from_utf8(text)?)
}

/// Anything as indented JSON.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> anyhow::Result<String> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// Several objects as one YAML stream.
pub(crate) fn stream(objects: &[Value]) -> anyhow::Result<String> {
    let texts: Vec<String> = objects.iter().map(yaml).collect::<anyhow::Result<_>>()?;
    Ok(texts.join("---\n"))
}

/// The text at a pointer, or nothing.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// `Kind/name`, as it is printed.
pub(crate) fn label(object: &Value) -> String {
    format!("{}/{}", text(object, "/kind"), text(object, "/metadata/name"))
}

/// Where an object is written. The kinds of an installation have regular plurals.
fn endpoint(client: &Client, object: &Value) -> (Api<DynamicObject>, String) {
    let api_version = text(object, "/apiVersion");
    let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
    let gvk = GroupVersionKind::gvk(group, version, text(object, "/kind"));
    let resource = ApiResource::from_gvk(&gvk);
    let name = text(object, "/metadata/name").to_owned();
    let api = match text(object, "/metadata/namespace") {
        "" => Api::all_with(client.clone(), &resource),
        namespace => Api::namespaced_with(client.clone(), namespace, &resource),
    };
    (api, name)
}

/// Creates or changes an object by server-side apply.
pub(crate) async fn apply(client: &Client, object: &Value) -> anyhow::Result<()> {
    let (objects, name) = endpoint(client, object);
    let params = PatchParams::apply(MANAGER).force();
    let done = objects.patch(&name, &params, &Patch::Apply(object)).await;
    done.map(drop).map_err(api(format!("{} can't be applied", label(object))))
}

/// Deletes an object; one that is not there is fine. Tells whether it was.
pub(crate) async fn delete(client: &Client, object: &Value) -> anyhow::Result<bool> {
    let (objects, name) = endpoint(client, object);
    match objects.delete(&name, &DeleteParams::background()).await {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.is_not_found() => Ok(false),
        Err(error) => Err(api(format!("{} can't be deleted", label(object)))(error)),
    }
}

/// Pintle's CustomResourceDefinitions as objects.
pub(crate) fn definitions() -> anyhow::Result<Vec<Value>> {
    let crds = pintle_release_api::crds();
    crds.iter().map(|it| Ok(serde_json::to_value(it)?)).collect()
}

/// Waits until the API server serves a definition.
pub(crate) async fn established(client: &Client, name: &str) -> anyhow::Result<()> {
    let crds: Api<CustomResourceDefinition> = Api::all(client.clone());
    let ready = wait::await_condition(crds, name, conditions::is_crd_established());
    match tokio::time::timeout(ESTABLISH, ready).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(anyhow::Error::new(error)
            .context(Fault::new(format!("the definition {name} can't be watched")))),
        Err(_) => Err(Fault::new(format!(
            "the definition {name} was not established within {} s",
            ESTABLISH.as_secs()
        ))
        .hint(format!("kubectl describe crd {name}"))
        .into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_files_are_objects() {
        for file in [crate::commands::CONTROLLER, crate::commands::GRANT] {
            let objects = documents(file).unwrap();
            assert!(objects.len() >= 4);
            for object in &objects {
                let label = label(object);
                assert!(!label.starts_with('/') && !label.ends_with('/'), "{object}");
            }
            let again = documents(&stream(&objects).unwrap()).unwrap();
            assert_eq!(again, objects);
        }
    }
}
