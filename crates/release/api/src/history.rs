//! The `ReleaseHistory`: one version of a release, written once.

use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One version of a Release, written once before any object of it is touched.
#[derive(CustomResource, KubeSchema, Clone, Debug, PartialEq, Serialize, Deserialize)]
#[kube(
    group = "pintle.dev",
    version = "v1alpha1",
    kind = "ReleaseHistory",
    plural = "releasehistories",
    shortname = "relhist",
    category = "pintle",
    namespaced,
    derive = "PartialEq",
    doc = "One version of a Release.",
    printcolumn = r#"{"name":"Release","type":"string","jsonPath":".spec.release"}"#,
    printcolumn = r#"{"name":"Version","type":"integer","jsonPath":".spec.version"}"#,
    printcolumn = r#"{"name":"Chart","type":"string","jsonPath":".spec.chart.ref"}"#,
    printcolumn = r#"{"name":"Description","type":"string","jsonPath":".spec.description"}"#,
    printcolumn = r#"{"name":"Age","type":"date","jsonPath":".metadata.creationTimestamp"}"#,
    validation = Rule::new("self.spec == oldSelf.spec").message("a version is never rewritten"),
)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseHistorySpec {
    /// Name of the Release.
    pub release: String,
    /// Number of the version, from 1.
    #[schemars(range(min = 1))]
    pub version: i64,
    /// `spec.description` when the version was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What the version is: a keyed digest of chart, values and rendering options, with the name
    /// of its scheme (`v1:…`).
    pub content_digest: String,
    /// The chart it was rendered from.
    pub chart: RenderedChart,
    /// The Release's spec as JSON, with the chart and every value pinned by digest: what a rollback
    /// writes back. A string, since CEL's equality is not to be trusted on free-form maps.
    pub snapshot: String,
    /// Keyed digest of the rendered manifest.
    pub manifest_digest: String,
    /// Keyed digest of the merged values.
    pub values_digest: String,
}

/// A chart by name, version and content.
#[derive(JsonSchema, Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenderedChart {
    /// `NAME-VERSION`
    #[serde(rename = "ref")]
    pub reference: String,
    /// Name from Chart.yaml.
    pub name: String,
    /// Version from Chart.yaml.
    pub version: String,
    /// appVersion from Chart.yaml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// Digest of the archive.
    pub digest: String,
}
