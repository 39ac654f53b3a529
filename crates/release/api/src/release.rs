//! The `Release`: a chart and its values, to be kept running in a namespace.

use kube::{CustomResource, KubeSchema};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

use crate::ReleaseStatus;

/// What should run: a chart, its values, and how to treat it.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "pintle.dev",
    version = "v1alpha1",
    kind = "Release",
    shortname = "rel",
    category = "pintle",
    namespaced,
    status = "ReleaseStatus",
    derive = "PartialEq",
    doc = "A chart and its values, kept running as one application.",
    printcolumn = r#"{"name":"Version","type":"integer","jsonPath":".status.version","description":"The version being served."}"#,
    printcolumn = r#"{"name":"Phase","type":"string","jsonPath":".status.phase","description":"Where the release is in its life."}"#,
    printcolumn = r#"{"name":"Ready","type":"string","jsonPath":".status.ready","description":"Healthy objects of all objects."}"#,
    printcolumn = r#"{"name":"Chart","type":"string","jsonPath":".status.chart.ref","description":"Name and version of the chart."}"#,
    printcolumn = r#"{"name":"Cause","type":"string","priority":1,"jsonPath":".status.causes[0].message","description":"The first cause of what is wrong."}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    validation = Rule::new("size(self.metadata.name) <= 53").message("metadata.name: a release's name has at most 53 characters, as in Helm"),
    // On the whole object, since leaving the field out is a name too: that of the Release.
    validation = Rule::new("(has(self.spec.releaseName) ? self.spec.releaseName : self.metadata.name) == (has(oldSelf.spec.releaseName) ? oldSelf.spec.releaseName : oldSelf.metadata.name)").message("spec.releaseName can't be changed: create another Release under the new name and delete this one"),
)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseSpec {
    /// What this release is for, in the words of its owner. Not part of the version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where the chart comes from: exactly one source. One piece to server-side apply.
    #[schemars(extend("x-kubernetes-map-type" = "atomic"))]
    pub chart: ChartSource,
    /// Values for the chart. One piece to server-side apply: who applies it replaces all of it, or
    /// a rollback's values would be mixed with the next apply's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "free_form")]
    pub values: Option<serde_json::Map<String, serde_json::Value>>,
    /// The same as YAML text, merged over `values`: for clients that drop a `key: null`, as
    /// kubectl's client-side apply does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values_text: Option<String>,
    /// Values from Secrets and ConfigMaps of this namespace, merged in order, below `values`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 64))]
    pub values_from: Vec<ValuesSource>,
    /// The release's name for the chart (`.Release.Name`); `metadata.name` unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 53),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub release_name: Option<String>,
    /// The ServiceAccount of this namespace whose rights decide what the release may do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(
        length(min = 1, max = 253),
        regex(pattern = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$")
    )]
    pub service_account_name: Option<String>,
    /// Scales everything that runs to nothing; network, storage and configuration stay.
    #[serde(default, skip_serializing_if = "is_false")]
    pub suspend: bool,
    /// Only observe: nothing is created, changed or deleted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub paused: bool,
    /// Asks for an earlier version. Carried out by overwriting this spec from that version's
    /// history, and cleared in the same update.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback_to: Option<RollbackTo>,
    /// Any string: a new one renders unchanged content afresh, as a new version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rerender: Option<String>,
    /// How many versions are kept; 10 unless given. The one that is served and the newest healthy
    /// one are kept besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1000))]
    pub history_limit: Option<i32>,
    /// How long a version may take to become ready before the release counts as failed, as a Go
    /// duration; 10m unless given. Nothing is stopped then, and a late recovery counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$"))]
    pub progress_deadline: Option<String>,
    /// What happens to the objects when the Release is deleted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub deletion: Deletion,
    /// How changes are carried out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub upgrade: Upgrade,
}

/// Where a chart comes from.
#[derive(KubeSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[x_kube(validation = Rule::new("[has(self.inline), has(self.blob), has(self.secret), has(self.configMap)].filter(x, x).size() == 1").message("spec.chart: give exactly one of inline, blob, secret, configMap"))]
pub struct ChartSource {
    /// The chart archive itself (`.tgz`), base64; at most 150 KiB, since kubectl's client-side
    /// apply copies the whole object into an annotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(length(max = 153_600))]
    pub inline: Option<String>,
    /// The digest (`sha256:…`) of an archive that is stored in this namespace already.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-f]{64}$"))]
    pub blob: Option<String>,
    /// A key of a Secret that holds the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<KeyRef>,
    /// A key of a ConfigMap that holds the archive (`binaryData`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config_map: Option<KeyRef>,
}

/// A key of a Secret or ConfigMap in the Release's namespace.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyRef {
    /// The object's name.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The key in its data.
    #[schemars(length(min = 1, max = 253))]
    pub key: String,
}

/// Values held by a Secret or ConfigMap.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ValuesSource {
    /// `Secret` or `ConfigMap`.
    pub kind: ValuesKind,
    /// The object's name, in the Release's namespace.
    #[schemars(length(min = 1, max = 253))]
    pub name: String,
    /// The key; `values.yaml` unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Puts the text at this path (`db.password`, as in `--set-string`) instead of reading it as
    /// a values file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_path: Option<String>,
    /// Whether the release goes on without it when it is not there.
    #[serde(default, skip_serializing_if = "is_false")]
    pub optional: bool,
    /// Digest of what it held when a version was recorded, or `absent` where it was not there.
    /// Written by a rollback: the entry then resolves to that content (or to none), whatever the
    /// object holds today.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
}

/// The kinds that can hold values.
#[derive(JsonSchema, Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValuesKind {
    /// A Secret.
    Secret,
    /// A ConfigMap.
    ConfigMap,
}

/// A wish for an earlier version.
#[derive(JsonSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RollbackTo {
    /// The version; 0 is the newest healthy one other than the current.
    #[schemars(range(min = 0))]
    pub version: i64,
    /// Also to a version that never was healthy.
    #[serde(default, skip_serializing_if = "is_false")]
    pub force: bool,
}

/// What happens to the objects when the Release is deleted.
#[derive(JsonSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deletion {
    /// `Delete` removes the objects, `Orphan` only takes our labels off them.
    #[serde(default)]
    pub policy: DeletionPolicy,
}

/// Whether objects go with their Release.
#[derive(JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeletionPolicy {
    /// They are deleted, in reverse order.
    #[default]
    Delete,
    /// They stay, and belong to nobody.
    Orphan,
}

/// How changes are carried out.
#[derive(JsonSchema, Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Upgrade {
    /// What to do when a field that can't be changed differs.
    #[serde(default)]
    pub on_immutable: OnImmutable,
    /// Which objects that exist already may be taken over.
    #[serde(default)]
    pub adopt: Adopt,
    /// Whether a version without any object may replace one that has some.
    #[serde(default)]
    pub allow_empty: bool,
}

/// What to do when a field that can't be changed differs.
#[derive(JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnImmutable {
    /// The version is refused, and the field named. Jobs are recreated all the same.
    #[default]
    Fail,
    /// The object is deleted and created anew; never a PersistentVolumeClaim.
    Recreate,
}

/// Which objects that exist already may be taken over.
#[derive(JsonSchema, Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Adopt {
    /// Those that no other release owns, Pintle's or Helm's.
    #[default]
    Unowned,
    /// None.
    Never,
    /// Any.
    Any,
}

impl Release {
    /// The name the chart sees: `spec.releaseName`, or the Release's own.
    #[must_use]
    pub fn release_name(&self) -> &str {
        let own = self.metadata.name.as_deref().unwrap_or_default();
        self.spec.release_name.as_deref().unwrap_or(own)
    }
}

fn free_form(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "type": "object",
        "x-kubernetes-preserve-unknown-fields": true,
        "x-kubernetes-map-type": "atomic",
    })
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde's skip_serializing_if passes a reference"
)]
fn is_false(value: &bool) -> bool {
    !value
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
