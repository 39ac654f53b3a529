//! Fetches what a Release refers to: its chart archive and its values, with the release's rights.

mod chart;
mod error;
mod values;

pub use chart::{Archive, MAX_ARCHIVE};
pub use error::SourceError;
pub use values::{FoundValues, MAX_VALUES, Pinned, VALUES_KEY};

use k8s_openapi::api::core::v1::{ConfigMap, Secret};
use kube::{Api, Client};
use pintle_cluster_content::Store;

/// The sources of one namespace, as seen with one release's rights.
pub struct Sources {
    secrets: Api<Secret>,
    config_maps: Api<ConfigMap>,
    store: Store,
}

impl Sources {
    /// Sources over a client that has the release's rights.
    #[must_use]
    pub fn new(client: &Client, namespace: &str) -> Self {
        Sources {
            secrets: Api::namespaced(client.clone(), namespace),
            config_maps: Api::namespaced(client.clone(), namespace),
            store: Store::new(client, namespace),
        }
    }

    /// A key of a Secret, as bytes.
    async fn secret(&self, name: &str, key: &str) -> Result<Vec<u8>, SourceError> {
        let missing = || SourceError::missing("Secret", name, key);
        let found = self.secrets.get_opt(name).await;
        let secret = found.map_err(|it| SourceError::api("Secret", name, it))?;
        let data = secret.ok_or_else(missing)?.data.unwrap_or_default();
        data.get(key).map(|it| it.0.clone()).ok_or_else(missing)
    }

    /// A key of a ConfigMap, as bytes.
    async fn config_map(&self, name: &str, key: &str) -> Result<Vec<u8>, SourceError> {
        let missing = || SourceError::missing("ConfigMap", name, key);
        let found = self.config_maps.get_opt(name).await;
        let map = found.map_err(|it| SourceError::api("ConfigMap", name, it))?;
        let map = map.ok_or_else(missing)?;
        let text = map.data.and_then(|mut it| it.remove(key)).map(String::into_bytes);
        let bytes = map.binary_data.and_then(|mut it| it.remove(key)).map(|it| it.0);
        text.or(bytes).ok_or_else(missing)
    }
}
