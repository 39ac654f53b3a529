//! The closed list of reasons, used in conditions, causes, Events and metrics.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who can do something about it, which decides on retries and on `Stalled`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Category {
    /// Nothing is wrong.
    Fine,
    /// It goes on by itself.
    Waiting,
    /// A person has to change something; retried slowly all the same.
    Stalled,
    /// A passing fault; retried with backoff, and never called a failure.
    Transient,
}

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident => $category:ident, $remedy:literal;)+) => {
        /// Why a release is as it is.
        #[derive(JsonSchema, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason { $($(#[doc = $doc])+ $name,)+ }

        impl Reason {
            /// Every reason, in the order of the reference.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)+];

            /// The word the API uses.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Reason::$name => stringify!($name),)+ }
            }

            /// Who can do something about it.
            #[must_use]
            pub fn category(self) -> Category {
                match self { $(Reason::$name => Category::$category,)+ }
            }

            /// What to do; empty where there is nothing to do.
            #[must_use]
            pub fn remedy(self) -> &'static str {
                match self { $(Reason::$name => $remedy,)+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub fn meaning(self) -> &'static str {
                match self { $(Reason::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

reasons! {
    /// Every object is as described and healthy.
    Healthy => Fine, "";
    /// Every Job of the release has finished.
    Completed => Fine, "";
    /// The release is scaled to nothing, as asked.
    Suspended => Fine, "resume with: pintle resume NAME";
    /// The release is only observed, as asked.
    Paused => Fine, "set spec.paused to false to go on";
    /// Objects are on their way.
    Progressing => Waiting, "";
    /// The release is being deleted.
    Deleting => Waiting, "";
    /// A Secret or ConfigMap that values come from is not there.
    ValuesMissing => Waiting, "create it: the release goes on by itself";
    /// A Secret or ConfigMap that the chart comes from is not there.
    ChartMissing => Waiting, "create it: the release goes on by itself";
    /// The archive is not a chart.
    ChartInvalid => Stalled, "repair the chart and apply it again";
    /// The values can't be read, or do not fit the chart's schema.
    ValuesInvalid => Stalled, "repair the values";
    /// The chart's templates fail with these values.
    RenderFailed => Stalled, "repair the template or the value it names";
    /// What the chart renders is not a list of Kubernetes objects.
    ManifestInvalid => Stalled, "repair the template it names";
    /// The chart uses something that this version of Pintle does not do.
    Unsupported => Stalled, "take it out of the chart, or switch it off by a value";
    /// The API server refuses an object; nothing of that version was changed.
    ApplyRefused => Stalled, "repair the object or field it names";
    /// The account may not do what the release needs.
    Forbidden => Stalled, "grant the right, or name another spec.serviceAccountName";
    /// A field that can't be changed differs.
    ImmutableField => Stalled, "take the change back, or set spec.upgrade.onImmutable: Recreate";
    /// An object belongs to another release.
    OwnedByOther => Stalled, "rename the object, or remove it from the other release";
    /// An object exists that no release owns and that may not be taken over.
    ExistsUnowned => Stalled, "delete it, or set spec.upgrade.adopt";
    /// Another Release of this namespace has the same release name.
    NameTaken => Stalled, "choose another name, or delete the other Release";
    /// The version to roll back to is not in the history.
    VersionNotFound => Stalled, "choose one of the versions it lists";
    /// The version to roll back to was never healthy.
    VersionNeverHealthy => Stalled, "choose one of the versions it lists, or set spec.rollbackTo.force";
    /// The render has no objects, and the version before had some.
    EmptyRender => Stalled, "check the values, or set spec.upgrade.allowEmpty";
    /// The version is not ready within its progress deadline.
    DeadlineExceeded => Waiting, "look at the causes; a late recovery counts";
    /// Rolling objects forward was refused half-way; it is tried again.
    ApplyInterrupted => Transient, "";
    /// The API server can't be reached or is overloaded; tried again.
    ApiUnavailable => Transient, "";
    /// An image can't be pulled.
    ImagePull => Waiting, "check the image's name, tag and pull secret";
    /// A container ends again and again.
    CrashLoop => Waiting, "read its log: kubectl logs --previous POD";
    /// A container runs but its probe fails.
    ProbeFailed => Waiting, "check what the probe asks, and the container's log";
    /// A container has started and is not ready yet.
    Starting => Waiting, "";
    /// No node can take a pod.
    Unschedulable => Waiting, "add nodes, or lower what the pod asks for";
    /// A quota leaves no room.
    QuotaExceeded => Waiting, "raise the quota, or lower what the pod asks for";
    /// An admission webhook or policy refuses a pod.
    AdmissionDenied => Waiting, "change what it objects to";
    /// A volume is not bound or not mounted.
    VolumePending => Waiting, "check the claim's storage class and size";
    /// A Secret, ConfigMap or key that a container needs is not there.
    ConfigMissing => Waiting, "create it: the pod starts by itself";
    /// A pod was lost with its node, or its node can't set it up.
    NodeProblem => Waiting, "look at the node: kubectl describe node NODE";
    /// A Job has failed.
    JobFailed => Waiting, "read its pod's log; a changed Job is run anew";
    /// The object says of itself that it is not ready.
    NotReady => Waiting, "";
    /// The object is not there.
    ObjectMissing => Waiting, "it is created again by itself";
    /// The object is being deleted by somebody else.
    ObjectTerminating => Waiting, "see its finalizers";
}
