//! What charts may ask of the API server: what it can do, and `lookup`. The command line's
//! `--dry-run=server` is this, too.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use kube::api::{DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::discovery::{Discovery, Scope, pinned_kind};
use kube::{Api, Client};
use pintle_helm_chart::{Values, read_values};
use pintle_helm_render::{Capabilities, KubeVersion, Lookup};

/// The API server does not say what it can do.
#[derive(Debug, thiserror::Error)]
pub enum CapabilitiesError {
    /// It did not answer, or refused.
    #[error(transparent)]
    Api(#[from] kube::Error),
    /// Its version is none.
    #[error("{0}")]
    Version(String),
}

/// What the API server can do, as charts see it.
///
/// # Errors
/// When it does not answer, or says what can't be read.
pub async fn server_capabilities(client: &Client) -> Result<Capabilities, CapabilitiesError> {
    let version = client.apiserver_version().await?;
    let discovery = Discovery::new(client.clone()).run_aggregated().await?;
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
        .map_err(|error| CapabilitiesError::Version(error.to_string()))?;
    Ok(Capabilities { kube_version, api_versions: Arc::new(served.into_iter().collect()) })
}

/// `lookup` with the rights of a client. Called where a thread may block.
pub struct ClusterLookup {
    client: Client,
    handle: tokio::runtime::Handle,
    passing: Mutex<Option<String>>,
}

impl ClusterLookup {
    /// To be called in a tokio runtime, which carries the requests.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let handle = tokio::runtime::Handle::current();
        ClusterLookup { client, handle, passing: Mutex::default() }
    }

    /// The passing fault that a lookup has met, if any: then the chart is not to blame for a render
    /// that failed.
    pub(crate) fn passing_fault(&self) -> Option<String> {
        self.passing.lock().unwrap_or_else(PoisonError::into_inner).clone()
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
        match found {
            Ok(None) => Ok(Values::map()),
            Ok(Some(json)) => read_values(json.to_string().as_bytes()).map_err(|it| it.to_string()),
            Err(error) => {
                if is_passing(&error) {
                    let mut passing = self.passing.lock().unwrap_or_else(PoisonError::into_inner);
                    *passing = Some(crate::fault::chain(&error));
                }
                Err(error.to_string())
            }
        }
    }
}

/// Whether the same question may be answered the next time.
fn is_passing(error: &kube::Error) -> bool {
    match error {
        kube::Error::Api(status) => matches!(status.code, 409 | 410 | 429 | 500..),
        _ => true,
    }
}
