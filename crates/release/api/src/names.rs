//! Names that other programs may rely on: the group, labels, annotations and limits.

/// API group of both resources.
pub const GROUP: &str = "pintle.dev";
/// API version of both resources.
pub const VERSION: &str = "v1alpha1";
/// The finalizer that keeps a Release until its objects are gone.
pub const FINALIZER: &str = "pintle.dev/release";
/// The field manager of every server-side apply.
pub const FIELD_MANAGER: &str = "pintle";

/// Label on every object of a release: the Release's `metadata.name`.
pub const LABEL_RELEASE: &str = "pintle.dev/release";
/// Label on every object of a release: the Release's namespace.
pub const LABEL_RELEASE_NAMESPACE: &str = "pintle.dev/release-namespace";
/// Label on content blobs: the first 63 characters of the digest they hold.
pub const LABEL_CONTENT: &str = "pintle.dev/content";

/// Annotation: `group/kind/namespace/name` of the very object that carries it, so that copies of
/// our labels (`EndpointSlices`, operators' children) are never taken for ours.
pub const ANNOTATION_ID: &str = "pintle.dev/id";
/// Annotation: the chart path the object comes from, such as `shop/postgresql`.
pub const ANNOTATION_COMPONENT: &str = "pintle.dev/component";
/// Annotation: uid of the Release that owns the object.
pub const ANNOTATION_RELEASE_UID: &str = "pintle.dev/release-uid";
/// Annotation: the object existed before the release and is orphaned, not deleted, with it.
pub const ANNOTATION_ADOPTED: &str = "pintle.dev/adopted";
/// Annotation on a Release: any new value asks for a reconcile now.
pub const ANNOTATION_REQUESTED_AT: &str = "pintle.dev/requested-at";

/// Helm's label that names the tool in charge of an object.
pub const HELM_MANAGED_BY_LABEL: &str = "app.kubernetes.io/managed-by";
/// Helm's annotation with the release's name.
pub const HELM_RELEASE_NAME: &str = "meta.helm.sh/release-name";
/// Helm's annotation with the release's namespace.
pub const HELM_RELEASE_NAMESPACE: &str = "meta.helm.sh/release-namespace";
/// Helm's annotation that keeps an object when its release goes (`keep`).
pub const HELM_KEEP_ANNOTATION: &str = "helm.sh/resource-policy";

/// Type of the Secrets that hold content blobs.
pub const CONTENT_TYPE: &str = "pintle.dev/content";
/// The account a Release is applied with unless it names another.
pub const DEFAULT_SERVICE_ACCOUNT: &str = "pintle";

/// The longest release name Helm accepts (`chartutil.ValidateReleaseName`).
pub const MAX_NAME: usize = 53;
/// The longest inline chart, in base64 characters: kubectl's client-side apply copies the object
/// into an annotation, and all annotations of an object may take 256 KiB.
pub const MAX_INLINE_CHART_BASE64: usize = 150 * 1024;

/// In place of the digest of a `valuesFrom` entry: there was nothing.
pub const PINNED_ABSENT: &str = "absent";

/// Node label that no node has: a suspended DaemonSet selects by it.
pub const SUSPENDED_NODE_SELECTOR: &str = "pintle.dev/suspended";
