//! `--dry-run=server`: what the cluster can do, and what `lookup` finds in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use kube::api::{DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Discovery, Scope, pinned_kind};
use kube::{Api, Client};
use pintle_helm_chart::{Values, read_values};
use pintle_helm_render::{Capabilities, KubeVersion, Lookup};

use crate::fault::{Fault, api};

/// What the API server can do, as charts see it.
pub(super) async fn capabilities(client: &Client) -> anyhow::Result<Capabilities> {
    const WHAT: &str = "the API server does not say what it can do";
    let version = client.apiserver_version().await.map_err(api(WHAT))?;
    let discovery = Discovery::new(client.clone()).run_aggregated().await.map_err(api(WHAT))?;
    let mut served = BTreeSet::new();
    for group in discovery.groups() {
        for version in group.versions() {
            for (resource, _) in group.versioned_resources(version) {
                served.insert(resource.api_version.clone());
                served.insert(format!("{}/{}", resource.api_version, resource.kind));
            }
        }
    }
    let kube_version = KubeVersion::parse(&version.git_version)
        .map_err(|error| Fault::new(format!("{WHAT}: {error}")))?;
    Ok(Capabilities { kube_version, api_versions: Arc::new(served.into_iter().collect()) })
}

/// `lookup` with the rights of the kubeconfig's user. Called where a thread may block.
pub(super) struct ClusterLookup {
    client: Client,
    handle: tokio::runtime::Handle,
}

impl ClusterLookup {
    pub(super) fn new(client: Client) -> Self {
        ClusterLookup { client, handle: tokio::runtime::Handle::current() }
    }

    /// As Helm's: a kind that is not there has no objects.
    async fn ask(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<serde_json::Value>, kube::Error> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let gvk = GroupVersionKind::gvk(group, version, kind);
        let (resource, capabilities) = match pinned_kind(&self.client, &gvk).await {
            Ok(found) => found,
            Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(None),
            Err(kube::Error::Discovery(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let api: Api<DynamicObject> = match capabilities.scope {
            Scope::Namespaced if !namespace.is_empty() => {
                Api::namespaced_with(self.client.clone(), namespace, &resource)
            }
            _ => Api::all_with(self.client.clone(), &resource),
        };
        if name.is_empty() {
            let list = api.list(&ListParams::default()).await?;
            return serde_json::to_value(list).map(Some).map_err(kube::Error::SerdeError);
        }
        let found = api.get_opt(name).await?;
        found.map(serde_json::to_value).transpose().map_err(kube::Error::SerdeError)
    }
}

impl Lookup for ClusterLookup {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Values, String> {
        let found = self.handle.block_on(self.ask(api_version, kind, namespace, name));
        match found.map_err(|error| error.to_string())? {
            None => Ok(Values::map()),
            Some(json) => read_values(json.to_string().as_bytes()).map_err(|it| it.to_string()),
        }
    }
}
