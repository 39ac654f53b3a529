//! A namespace, an observer, and what a release's applier would do.

use std::time::{Duration, Instant};

use kube::api::{Api, ApiResource, DynamicObject, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use pintle_cluster_observe::{Observed, Observer, ReleaseRef, Watched};
use pintle_release_api as api;
use pintle_release_manifest::{Gvk, ObjectKey};
use pintle_testing_plane::Plane;
use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

/// Longer than anything here takes on a busy machine.
const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Bench {
    pub(crate) client: kube::Client,
    pub(crate) observer: Observer,
    pub(crate) namespace: String,
    told: UnboundedReceiver<ReleaseRef>,
}

impl Bench {
    pub(crate) async fn new(namespace: &str) -> Self {
        let plane = Plane::shared().await.unwrap();
        let client = plane.client().await.unwrap();
        let namespaces: Api<DynamicObject> =
            Api::all_with(client.clone(), &resource("v1", "Namespace", "namespaces"));
        let body = json!({"metadata": {"name": namespace}});
        let body: DynamicObject = serde_json::from_value(body).unwrap();
        namespaces.create(&PostParams::default(), &body).await.unwrap();
        let (triggers, told) = tokio::sync::mpsc::unbounded_channel();
        let observer = Observer::start(client.clone(), triggers);
        Bench { client, observer, namespace: namespace.to_owned(), told }
    }

    pub(crate) fn release(&self) -> ReleaseRef {
        ReleaseRef::new(self.namespace.clone(), "shop")
    }

    pub(crate) fn api(&self, api_version: &str, kind: &str, plural: &str) -> Api<DynamicObject> {
        let resource = resource(api_version, kind, plural);
        Api::namespaced_with(self.client.clone(), &self.namespace, &resource)
    }

    pub(crate) fn key(&self, api_version: &str, kind: &str, name: &str) -> ObjectKey {
        let group = Gvk::new(api_version, kind).group;
        let (kind, name) = (kind.to_owned(), name.to_owned());
        ObjectKey { group, kind, namespace: self.namespace.clone(), name }
    }

    /// Applies an object as the release would, and answers with what the server says.
    pub(crate) async fn apply(&self, plural: &str, mut object: Value) -> DynamicObject {
        let text = |name: &str| object[name].as_str().unwrap().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let name = object["metadata"]["name"].as_str().unwrap().to_owned();
        let id = self.key(&api_version, &kind, &name).id();
        object["metadata"]["labels"] = json!({
            api::LABEL_RELEASE: "shop", api::LABEL_RELEASE_NAMESPACE: self.namespace});
        object["metadata"]["annotations"] = json!({api::ANNOTATION_ID: id});
        let parameters = PatchParams::apply(api::FIELD_MANAGER).force();
        let api = self.api(&api_version, &kind, plural);
        api.patch(&name, &parameters, &Patch::Apply(&object)).await.unwrap()
    }

    pub(crate) async fn ensure(&self, kinds: &[(&str, &str, &str)]) {
        let kinds: Vec<Watched> = kinds.iter().map(|it| watched(it.0, it.1, it.2)).collect();
        self.observer.ensure(&kinds).await.unwrap();
    }

    /// Waits for a sight of an object.
    pub(crate) async fn until_seen(
        &self,
        key: &ObjectKey,
        what: &str,
        wanted: impl Fn(&Observed) -> bool,
    ) -> std::sync::Arc<Observed> {
        let found = || self.observer.get(key).filter(|it| wanted(it));
        until(what, || found().is_some()).await;
        found().unwrap()
    }

    /// Waits until the release is sent, and takes all that has been sent. The observer sees the
    /// releases of all tests, so those of others are passed over.
    pub(crate) async fn until_told(&mut self, what: &str) {
        let release = self.release();
        let told = async { while self.told.recv().await.unwrap() != release {} };
        tokio::time::timeout(DEADLINE, told).await.unwrap_or_else(|_| panic!("not told: {what}"));
        self.drain();
    }

    /// Takes all that has been sent; answers how often it was this release.
    pub(crate) fn drain(&mut self) -> usize {
        let release = self.release();
        std::iter::from_fn(|| self.told.try_recv().ok()).filter(|it| *it == release).count()
    }
}

/// Waits for a condition.
pub(crate) async fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < DEADLINE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

pub(crate) fn resource(api_version: &str, kind: &str, plural: &str) -> ApiResource {
    let Gvk { group, version, kind } = Gvk::new(api_version, kind);
    ApiResource::from_gvk_with_plural(&GroupVersionKind { group, version, kind }, plural)
}

pub(crate) fn watched(api_version: &str, kind: &str, plural: &str) -> Watched {
    Watched { gvk: Gvk::new(api_version, kind), plural: plural.to_owned(), namespaced: true }
}

pub(crate) fn version(object: &DynamicObject) -> String {
    object.metadata.resource_version.clone().unwrap()
}

pub(crate) fn deployment(name: &str, image: &str) -> Value {
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name},
        "spec": {"replicas": 1, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "main", "image": image}]}}}})
}

pub(crate) fn config_map(name: &str) -> Value {
    json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {"a": "1"}})
}
