//! Which kinds the API server knows: discovered once per process, again on a miss.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use kube::Client;
use kube::discovery::{Discovery, Scope as ApiScope};
use pintle_release_manifest::Gvk;
use pintle_release_plan::Scope;
use tokio::sync::RwLock;

/// A miss asks the API server again, but not more often than this: a release with a kind that
/// does not exist would otherwise cost a discovery at each of its retries.
const REFRESH_AFTER: Duration = Duration::from_secs(2);

/// A kind as the API server serves it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The name in URLs, such as `deployments`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub scope: Scope,
}

#[derive(Default)]
struct Known {
    kinds: HashMap<Gvk, Kind>,
    asked: Option<Instant>,
}

/// The kinds that the API server serves.
pub struct Kinds {
    client: Client,
    known: RwLock<Known>,
}

impl Kinds {
    /// A cache that is filled on first use, with the controller's own rights.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Kinds { client, known: RwLock::default() }
    }

    /// A kind, or none when the API server does not serve it.
    ///
    /// # Errors
    /// When the API server can't be asked.
    pub async fn resolve(&self, gvk: &Gvk) -> Result<Option<Kind>, kube::Error> {
        {
            let known = self.known.read().await;
            let fresh = known.asked.is_some_and(|at| at.elapsed() < REFRESH_AFTER);
            match known.kinds.get(gvk) {
                Some(kind) => return Ok(Some(kind.clone())),
                None if fresh => return Ok(None),
                None => {}
            }
        }
        let mut known = self.known.write().await;
        // Somebody else may have asked while this task waited for the lock.
        if known.asked.is_none_or(|at| at.elapsed() >= REFRESH_AFTER) {
            known.kinds = self.discover().await?;
            known.asked = Some(Instant::now());
        }
        Ok(known.kinds.get(gvk).cloned())
    }

    /// Forgets kinds, which are asked for anew the next time: their definitions may be gone.
    pub async fn forget(&self, kinds: impl Iterator<Item = &Gvk>) {
        let mut known = self.known.write().await;
        for gvk in kinds {
            known.kinds.remove(gvk);
        }
        known.asked = None;
    }

    /// Forgets what was asked, so that the next miss asks again at once: a CRD was applied.
    pub async fn expire(&self) {
        self.known.write().await.asked = None;
    }

    async fn discover(&self) -> Result<HashMap<Gvk, Kind>, kube::Error> {
        let discovery = Discovery::new(self.client.clone()).run_aggregated().await?;
        let mut kinds = HashMap::new();
        for group in discovery.groups() {
            for version in group.versions() {
                for (resource, capabilities) in group.versioned_resources(version) {
                    let gvk = Gvk {
                        group: resource.group,
                        version: resource.version,
                        kind: resource.kind,
                    };
                    let scope = match capabilities.scope {
                        ApiScope::Cluster => Scope::Cluster,
                        ApiScope::Namespaced => Scope::Namespaced,
                    };
                    kinds.insert(gvk, Kind { plural: resource.plural, scope });
                }
            }
        }
        Ok(kinds)
    }
}
