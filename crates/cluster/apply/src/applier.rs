//! What the three steps share.

use std::sync::Arc;

use kube::Client;
use pintle_release_manifest::ObjectKey;
use pintle_release_plan::{Answer, Desired, Owner, Ownership, ownership};

use crate::{Kind, Kinds, Metadata};

/// The most requests of one release in flight: past this, the API server only queues them.
pub(crate) const CONCURRENCY: usize = 16;

/// Told about our own writes, so that whoever watches the objects never takes them for drift.
pub trait InFlight: Send + Sync {
    /// An object is about to be written; until the guard is dropped, its events are not judged.
    fn begin(&self, key: &ObjectKey) -> Box<dyn Send>;

    /// An object was written, and has this resource version now.
    fn written(&self, key: &ObjectKey, metadata: &Metadata);
}

/// Carries out the plans of one release.
pub struct Applier {
    pub(crate) client: Client,
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) owner: Owner,
    pub(crate) in_flight: Arc<dyn InFlight>,
}

impl Applier {
    /// An applier for a release; the client has its rights.
    #[must_use]
    pub fn new(
        client: Client,
        kinds: Arc<Kinds>,
        owner: Owner,
        in_flight: Arc<dyn InFlight>,
    ) -> Self {
        Applier { client, kinds, owner, in_flight }
    }

    /// Whether an object, as it is now, is provably this release's: only then may it be deleted.
    pub(crate) fn is_ours(&self, key: &ObjectKey, now: &Metadata) -> bool {
        let owner = Ownership::Release {
            namespace: self.owner.namespace.clone(),
            name: self.owner.name.clone(),
        };
        ownership(key, &now.0) == owner
    }

    /// The kind of an object as an answer, since "no such kind" is one.
    pub(crate) async fn kind(&self, desired: &Desired) -> Result<Kind, Answer> {
        match self.kinds.resolve(&desired.gvk).await {
            Ok(Some(kind)) => Ok(kind),
            Ok(None) => Err(Answer {
                code: 404,
                reason: "NotFound".to_owned(),
                message: format!(
                    "no such kind on this server: {} (is its CustomResourceDefinition installed?)",
                    desired.gvk
                ),
                details: None,
            }),
            Err(error) => Err(Answer { message: error.to_string(), ..Answer::default() }),
        }
    }
}
