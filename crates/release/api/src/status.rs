//! The status of a Release: what runs, how it is, and why.

use std::collections::BTreeMap;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;

use crate::{Reason, RenderedChart};

/// The chart of a version, as the status shows it.
pub type ChartStatus = RenderedChart;

/// What is running.
#[derive(JsonSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ReleaseStatus {
    /// The generation of the spec that this status speaks of.
    pub observed_generation: i64,
    /// The version being served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// The highest version ever given out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_version: Option<i64>,
    /// Where the release is in its life.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The chart of the version being served.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chart: Option<ChartStatus>,
    /// Healthy objects of all objects, as `7/9`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ready: Option<String>,
    /// `Ready`, `Available`, `Reconciling`, `Stalled`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-kubernetes-list-type" = "map", "x-kubernetes-list-map-keys" = ["type"]))]
    pub conditions: Vec<Condition>,
    /// How many objects there are, by health.
    pub resources: ResourceCounts,
    /// Counts by chart path, then kind, then health.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub components: BTreeMap<String, BTreeMap<String, BTreeMap<String, i32>>>,
    /// Why the release is not as it should be: first cause first, at most 20.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<Cause>,
    /// Pods that the workloads promise, and those that are ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pods: Option<PodCounts>,
    /// Every object with its health; at most 1000, the healthy ones left out past that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inventory: Vec<InventoryEntry>,
    /// The last 20 moves of the version pointer, newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub activations: Vec<Activation>,
    /// The versions that have been healthy.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub healthy_versions: Vec<i64>,
    /// What the last plan was going to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanStatus>,
    /// What holds up the deletion.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blocked_by: Vec<String>,
    /// Eight bytes of the hash of our managed fields for each object of the version, in the order
    /// of its manifest, base64: a restarted controller compares instead of applying again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<String>,
    /// Replica counts and flags at suspension, by `Kind/name`; sent again on resume until an
    /// autoscaler owns them.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub suspended: BTreeMap<String, RememberedReplicas>,
    /// Jobs that have finished: facts, which are never run again.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub jobs: BTreeMap<String, JobRecord>,
    /// The last value of the annotation `pintle.dev/requested-at` that was acted upon.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requested_at: Option<String>,
    /// When the version being served began to go out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Time>,
    /// When this status last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_update_time: Option<Time>,
}

/// Where a release is in its life.
#[derive(JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// No version is recorded yet, or something it waits for is missing.
    Pending,
    /// The first version is going out, or objects that were healthy are not.
    Progressing,
    /// A version other than the last healthy one is going out.
    Updating,
    /// Every object is healthy.
    Running,
    /// Nothing but finished Jobs.
    Succeeded,
    /// Scaled to nothing on request.
    Suspended,
    /// Only a change by a person helps, or the progress deadline has passed.
    Failed,
    /// Being deleted.
    Deleting,
}

impl Phase {
    /// The word the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Phase::Pending => "Pending",
            Phase::Progressing => "Progressing",
            Phase::Updating => "Updating",
            Phase::Running => "Running",
            Phase::Succeeded => "Succeeded",
            Phase::Suspended => "Suspended",
            Phase::Failed => "Failed",
            Phase::Deleting => "Deleting",
        }
    }
}

/// The types of a Release's conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConditionType {
    /// The current content is applied and every object is healthy.
    Ready,
    /// Every workload serves its promised minimum, of whatever version.
    Available,
    /// Work is under way.
    Reconciling,
    /// Only a change by a person helps.
    Stalled,
}

impl ConditionType {
    /// The word the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ConditionType::Ready => "Ready",
            ConditionType::Available => "Available",
            ConditionType::Reconciling => "Reconciling",
            ConditionType::Stalled => "Stalled",
        }
    }
}

/// The health of one object, in the words of kstatus, and `Suspended`.
#[derive(
    JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Health {
    /// As described.
    Current,
    /// On its way.
    InProgress,
    /// Stuck or broken.
    Failed,
    /// Being deleted.
    Terminating,
    /// Not there.
    NotFound,
    /// Can't be told.
    Unknown,
    /// Scaled to nothing on request.
    Suspended,
}

impl Health {
    /// The word the API uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Health::Current => "Current",
            Health::InProgress => "InProgress",
            Health::Failed => "Failed",
            Health::Terminating => "Terminating",
            Health::NotFound => "NotFound",
            Health::Unknown => "Unknown",
            Health::Suspended => "Suspended",
        }
    }
}

/// Objects by health.
#[derive(JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ResourceCounts {
    /// All.
    pub total: i32,
    /// Healthy.
    pub ready: i32,
    /// On their way.
    pub progressing: i32,
    /// Broken.
    pub failed: i32,
}

/// Why something is not as it should be.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cause {
    /// `Kind/name` of the object, where it is one's fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<String>,
    /// One word of the closed list.
    pub reason: Reason,
    /// One sentence.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
}

/// Pods promised and ready.
#[derive(JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PodCounts {
    /// As many as the workloads ask for.
    pub desired: i32,
    /// As many as are ready.
    pub ready: i32,
}

/// One object of the release.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InventoryEntry {
    /// `apiVersion` it is applied with.
    pub api_version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; none for cluster-scoped objects and for those of the Release's own namespace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// Chart path.
    pub component: String,
    /// Health.
    pub health: Health,
    /// What it says of itself: `2/3 updated`, `8Gi bound`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// One move of the version pointer.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activation {
    /// To this version.
    pub version: i64,
    /// When.
    pub at: Time,
    /// Why.
    pub by: ActivationCause,
    /// From that version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
}

/// Why the version pointer moved.
#[derive(JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ActivationCause {
    /// The first version.
    Install,
    /// New content.
    Upgrade,
    /// Content of an earlier version.
    Rollback,
}

/// What a plan was going to do.
#[derive(JsonSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct PlanStatus {
    /// Objects to create.
    pub creates: i32,
    /// Objects to change.
    pub patches: i32,
    /// Objects to delete and create anew.
    pub recreates: i32,
    /// Objects to remove.
    pub prunes: i32,
    /// Fields left to those that own them, as `Deployment/web /spec/replicas`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub yields: Vec<String>,
    /// What the API server refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

/// What a workload had before it was suspended.
#[derive(JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedReplicas {
    /// Its replica count.
    pub replicas: i64,
}

/// How a Job ended.
#[derive(JsonSchema, Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobRecord {
    /// The Job's uid.
    pub uid: String,
    /// Whether it succeeded.
    pub succeeded: bool,
    /// Hash of the Job as it was sent: a changed one is a new Job.
    pub template: String,
}
