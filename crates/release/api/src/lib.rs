//! The API of Pintle: the custom resources `Release` and `ReleaseHistory`, and the words they use.
//!
//! Types only: no client, no clock, no decision. Another controller can depend on this crate to
//! watch releases as it would watch Deployments.

#![expect(unreachable_pub, reason = "the resource derive writes a private copy of each spec")]

mod crds;
mod history;
mod names;
mod reason;
mod release;
mod status;

pub use crds::crds;
pub use history::{ReleaseHistory, ReleaseHistorySpec, RenderedChart};
pub use names::{
    ANNOTATION_ADOPTED, ANNOTATION_COMPONENT, ANNOTATION_ID, ANNOTATION_RELEASE_UID,
    ANNOTATION_REQUESTED_AT, CONTENT_TYPE, DEFAULT_SERVICE_ACCOUNT, FIELD_MANAGER, FINALIZER,
    GROUP, HELM_KEEP_ANNOTATION, HELM_MANAGED_BY_LABEL, HELM_RELEASE_NAME, HELM_RELEASE_NAMESPACE,
    LABEL_CONTENT, LABEL_RELEASE, LABEL_RELEASE_NAMESPACE, MAX_INLINE_CHART_BASE64, MAX_NAME,
    PINNED_ABSENT, SUSPENDED_NODE_SELECTOR, VERSION,
};
pub use reason::{Category, Reason};
pub use release::{
    Adopt, ChartSource, Deletion, DeletionPolicy, KeyRef, OnImmutable, Release, ReleaseSpec,
    RollbackTo, Upgrade, ValuesKind, ValuesSource,
};
pub use status::{
    Activation, ActivationCause, Cause, ChartStatus, Condition, ConditionType, Health,
    InventoryEntry, JobRecord, Phase, PlanStatus, PodCounts, ReleaseStatus, RememberedReplicas,
    ResourceCounts,
};
