//! Single requests, and what their answers say.

use http::{Method, Request, StatusCode, header};
use http_body_util::BodyExt;
use kube::Client;
use kube::client::Body;
use pintle_release_api::FIELD_MANAGER;
use pintle_release_manifest::{Gvk, ObjectKey};
use pintle_release_plan::{Answer, our_entry};
use serde_json::{Value, json};

use crate::Kind;

/// Asks for metadata alone: an answer is a fraction of the object, and nothing else is read.
const METADATA_ONLY: &str = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";

/// An object's metadata, as the API server answers.
#[derive(Clone, Debug)]
pub struct Metadata(pub Value);

impl Metadata {
    /// `metadata.uid`
    #[must_use]
    pub fn uid(&self) -> &str {
        self.text("uid")
    }

    /// `metadata.resourceVersion`
    #[must_use]
    pub fn resource_version(&self) -> &str {
        self.text("resourceVersion")
    }

    /// Whether it is being deleted.
    #[must_use]
    pub fn terminating(&self) -> bool {
        self.0.get("deletionTimestamp").is_some()
    }

    /// Our entry of `managedFields`: the fields that we own, if any.
    #[must_use]
    pub fn our_entry(&self) -> Option<&Value> {
        our_entry(&self.0)
    }

    fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// A successful write.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    /// Whether the object was not there before.
    pub(crate) created: bool,
    /// Its metadata now.
    pub(crate) metadata: Metadata,
}

/// Where an object is served.
pub(crate) fn url(gvk: &Gvk, kind: &Kind, key: &ObjectKey) -> String {
    format!("{}/{}", collection(gvk, kind, &key.namespace), key.name)
}

/// Where objects of a kind are created.
pub(crate) fn collection(gvk: &Gvk, kind: &Kind, namespace: &str) -> String {
    let root = if gvk.group.is_empty() {
        format!("/api/{}", gvk.version)
    } else {
        format!("/apis/{}/{}", gvk.group, gvk.version)
    };
    match namespace {
        "" => format!("{root}/{}", kind.plural),
        namespace => format!("{root}/namespaces/{namespace}/{}", kind.plural),
    }
}

/// Server-side apply. `force` takes fields over from other managers.
pub(crate) async fn apply(
    client: &Client,
    url: &str,
    body: &Value,
    force: bool,
    dry_run: bool,
) -> Result<Written, Answer> {
    let dry = if dry_run { "&dryRun=All" } else { "" };
    let uri = format!("{url}?fieldManager={FIELD_MANAGER}&force={force}{dry}");
    let body = body.to_string().into_bytes();
    let (status, answer) =
        send(client, Method::PATCH, &uri, "application/apply-patch+yaml", body).await?;
    let created = status == StatusCode::CREATED;
    Ok(Written { created, metadata: metadata(answer) })
}

/// A dry-run create: what is left to ask when an object is to be replaced by a new one.
pub(crate) async fn dry_create(client: &Client, url: &str, body: &Value) -> Result<(), Answer> {
    let uri = format!("{url}?fieldManager={FIELD_MANAGER}&dryRun=All");
    let body = body.to_string().into_bytes();
    match send(client, Method::POST, &uri, "application/json", body).await {
        Ok(_) => Ok(()),
        // It stands in its own way, which says that it is valid otherwise.
        Err(answer) if answer.code == 409 && answer.reason == "AlreadyExists" => Ok(()),
        Err(answer) => Err(answer),
    }
}

/// An object's metadata; none when it is not there.
pub(crate) async fn read(client: &Client, url: &str) -> Result<Option<Metadata>, Answer> {
    match send(client, Method::GET, url, "application/json", Vec::new()).await {
        Ok((_, answer)) => Ok(Some(metadata(answer))),
        Err(answer) if answer.code == 404 => Ok(None),
        Err(answer) => Err(answer),
    }
}

/// Deletes what has this uid and resource version. Gone already is fine.
pub(crate) async fn delete(
    client: &Client,
    url: &str,
    uid: &str,
    resource_version: &str,
) -> Result<(), Answer> {
    let body = json!({
        "kind": "DeleteOptions",
        "apiVersion": "v1",
        "propagationPolicy": "Background",
        "preconditions": {"uid": uid, "resourceVersion": resource_version},
    });
    let body = body.to_string().into_bytes();
    match send(client, Method::DELETE, url, "application/json", body).await {
        Err(answer) if answer.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}

/// A JSON merge patch.
pub(crate) async fn merge(client: &Client, url: &str, patch: &Value) -> Result<(), Answer> {
    let uri = format!("{url}?fieldManager={FIELD_MANAGER}");
    let body = patch.to_string().into_bytes();
    match send(client, Method::PATCH, &uri, "application/merge-patch+json", body).await {
        Err(answer) if answer.code == 404 => Ok(()),
        other => other.map(|_| ()),
    }
}

/// A JSON patch (RFC 6902).
pub(crate) async fn json_patch(client: &Client, url: &str, patch: &Value) -> Result<(), Answer> {
    let uri = format!("{url}?fieldManager={FIELD_MANAGER}");
    let body = patch.to_string().into_bytes();
    send(client, Method::PATCH, &uri, "application/json-patch+json", body).await.map(|_| ())
}

fn metadata(mut answer: Value) -> Metadata {
    Metadata(answer.get_mut("metadata").map(Value::take).unwrap_or_default())
}

async fn send(
    client: &Client,
    method: Method,
    uri: &str,
    content_type: &str,
    body: Vec<u8>,
) -> Result<(StatusCode, Value), Answer> {
    let request = Request::builder()
        .method(method)
        .uri(uri)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ACCEPT, METADATA_ONLY)
        .body(Body::from(body))
        .map_err(|error| unreachable_server(&error))?;
    let response = client.send(request).await.map_err(|error| unreachable_server(&error))?;
    let status = response.status();
    let bytes = response.into_body().collect().await;
    let bytes = bytes.map_err(|error| unreachable_server(&error))?.to_bytes();
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    if status.is_success() {
        return Ok((status, value));
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let message = match text("message") {
        empty if empty.is_empty() => String::from_utf8_lossy(&bytes).trim().to_owned(),
        message => message,
    };
    let details = value.get("details").cloned();
    Err(Answer { code: status.as_u16(), reason: text("reason"), message, details })
}

/// No answer came: code 0. The chain of errors is told, since the outermost says least.
fn unreachable_server(error: &dyn std::error::Error) -> Answer {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        message = format!("{message}: {inner}");
        source = inner.source();
    }
    Answer { message, ..Answer::default() }
}
