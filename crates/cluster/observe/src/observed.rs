//! What is kept of an object: a few hundred bytes that say all a reconcile could care about.

use std::sync::Arc;

use kube::core::ObjectMeta;
use pintle_release_api::FIELD_MANAGER;
use pintle_release_health::Judgement;
use pintle_release_manifest::{Gvk, ObjectKey};

use crate::live::Tracked;

/// Which Release is meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReleaseRef {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
}

impl ReleaseRef {
    /// The Release of a name in a namespace.
    #[must_use]
    pub fn new(namespace: impl Into<String>, name: impl Into<String>) -> Self {
        ReleaseRef { namespace: namespace.into(), name: name.into() }
    }
}

impl std::fmt::Display for ReleaseRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.namespace, self.name)
    }
}

/// A kind to watch, as discovery tells it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Watched {
    /// Group, version and kind.
    pub gvk: Gvk,
    /// Its plural, as in URLs.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Watched {
    /// Whether its objects have neither a status nor a spec that tells anything: of such kinds only
    /// metadata is asked for, so that no Secret's content ever reaches this process.
    pub(crate) fn is_metadata_only(&self) -> bool {
        matches!(
            (self.gvk.group.as_str(), self.gvk.kind.as_str()),
            (
                "",
                "ConfigMap"
                    | "Secret"
                    | "ServiceAccount"
                    | "LimitRange"
                    | "Endpoints"
                    | "PodTemplate"
            ) | (
                "rbac.authorization.k8s.io",
                "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding"
            ) | (
                "admissionregistration.k8s.io",
                "MutatingWebhookConfiguration"
                    | "ValidatingWebhookConfiguration"
                    | "ValidatingAdmissionPolicyBinding"
                    | "MutatingAdmissionPolicy"
                    | "MutatingAdmissionPolicyBinding"
            ) | ("networking.k8s.io", "NetworkPolicy" | "IngressClass")
                | ("scheduling.k8s.io", "PriorityClass")
                | ("storage.k8s.io", "StorageClass" | "CSIDriver")
                | ("discovery.k8s.io", "EndpointSlice")
                | ("node.k8s.io", "RuntimeClass")
                | ("coordination.k8s.io", "Lease")
        )
    }
}

/// An object of a release, as it was last seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Which object it is.
    pub key: ObjectKey,
    /// The version it is watched in.
    pub gvk: Arc<Gvk>,
    /// Its uid.
    pub uid: Box<str>,
    /// Its resourceVersion; 0 where the server's is no number.
    pub resource_version: u64,
    /// Whether it is being deleted.
    pub deleting: bool,
    /// The release its labels name.
    pub release: Arc<ReleaseRef>,
    /// Whether it is provably ours: our labels, an id that names this very object, an apply of ours
    /// in its `managedFields`, and no controller.
    pub ours: bool,
    /// The uid of the Release that applied it.
    pub release_uid: Option<Box<str>>,
    /// Whether it was there before the release.
    pub adopted: bool,
    /// Whether Helm's annotation keeps it when its release goes.
    pub keep: bool,
    /// [`owned_hash`](crate::owned_hash) of what our apply owns; none if it owns nothing.
    pub hash: Option<u64>,
    /// `spec.replicas`, where there is one.
    pub replicas: Option<i64>,
    /// Another field manager that owns `spec.replicas`.
    pub replicas_owner: Option<Box<str>>,
    /// It was written by us after it was seen: to be waited for, not to be judged.
    pub stale: bool,
    /// Its health, and what it says of itself.
    pub judgement: Judgement,
}

impl Observed {
    /// Reduces a live object; none if it does not name a release.
    pub(crate) fn read<const META: bool>(
        gvk: &Arc<Gvk>,
        api_version: &str,
        mut live: Tracked<META>,
    ) -> Option<Self> {
        let identity = live.identity().clone();
        let key = key(gvk, &identity);
        let labels = live.meta.labels.take().unwrap_or_default();
        let namespace = labels.release_namespace.unwrap_or_else(|| key.namespace.clone());
        let release = ReleaseRef { namespace, name: labels.release? };
        let annotations = live.meta.annotations.take().unwrap_or_default();
        let fields = live.meta.applied_by(FIELD_MANAGER);
        let names_itself = annotations.id.is_some_and(|it| it == key.id());
        let replicas = live.spec.get("replicas").and_then(serde_json::Value::as_i64);
        Some(Observed {
            gvk: Arc::clone(gvk),
            uid: identity.uid.unwrap_or_default().into(),
            resource_version: number(identity.resource_version.as_deref()),
            deleting: live.meta.deletion_timestamp.is_some(),
            release: Arc::new(release),
            ours: names_itself && fields.is_some() && !live.meta.has_controller(),
            release_uid: annotations.release_uid.map(Into::into),
            adopted: annotations.adopted.is_some_and(|it| it != "false"),
            keep: annotations.resource_policy.is_some_and(|it| it.trim() == "keep"),
            hash: fields.map(|it| it.hash),
            replicas_owner: replicas
                .and_then(|_| live.meta.replicas_owner(FIELD_MANAGER))
                .map(Into::into),
            replicas,
            stale: false,
            judgement: live.judged(api_version, &gvk.kind),
            key,
        })
    }

    /// Whether a reconcile could care about the difference.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let told = |it: &Self| {
            (it.deleting, it.ours, it.adopted, it.keep, it.hash, it.stale, Arc::clone(&it.release))
        };
        told(self) != told(other)
            || self.uid != other.uid
            || self.release_uid != other.release_uid
            || self.replicas_owner != other.replicas_owner
            || self.judgement != other.judgement
    }
}

pub(crate) fn key(gvk: &Gvk, identity: &ObjectMeta) -> ObjectKey {
    ObjectKey {
        group: gvk.group.clone(),
        kind: gvk.kind.clone(),
        namespace: identity.namespace.clone().unwrap_or_default(),
        name: identity.name.clone().unwrap_or_default(),
    }
}

/// A resourceVersion as a number; Kubernetes promises that they compare as such.
pub(crate) fn number(resource_version: Option<&str>) -> u64 {
    resource_version.and_then(|it| it.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod tests;
