//! `.Capabilities`: what a chart may know of the cluster (`pkg/chart/common/capabilities.go`).

use std::fmt;
use std::sync::Arc;

use pintle_go_value::{Heap, Method, Object, Type, Value};

/// The Helm whose behaviour and version templates see.
pub const HELM_VERSION: &str = "v4.2.4";

/// The Go that Helm is built with, as `.Capabilities.HelmVersion.GoVersion` tells it.
const GO_VERSION: &str = "go1.26.8";

/// The Kubernetes that Helm's client library belongs to.
const CLIENT_VERSION: &str = "v1.36";

/// What a cluster can do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// Its version.
    pub kube_version: KubeVersion,
    /// The API versions it serves, with and without kinds: `apps/v1`, `apps/v1/Deployment`.
    pub api_versions: Arc<Vec<String>>,
}

/// A version of Kubernetes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersion {
    /// In full, as the server says it: `v1.33.4-gke.1245000`.
    pub version: String,
    /// Without what follows the numbers: `v1.33.4`. Empty if it came from a server.
    pub normalized: String,
    /// The first number.
    pub major: String,
    /// The second number.
    pub minor: String,
}

/// A text that is no version of Kubernetes. Displays as Kubernetes' own error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KubeVersionError(String);

impl fmt::Display for KubeVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KubeVersionError {}

impl KubeVersion {
    /// Helm's `ParseKubeVersion`: two or more numbers with dots between them, then anything.
    pub fn parse(text: &str) -> Result<Self, KubeVersionError> {
        let quoted = || pintle_go_fmt::quote(text.as_bytes());
        let fail = |what: String| Err(KubeVersionError(what));
        let numbers = text.trim_start().strip_prefix('v').unwrap_or(text.trim_start());
        let mut components: Vec<&str> = Vec::new();
        let mut rest = numbers;
        loop {
            let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            components.push(&rest[..end]);
            match rest[end..].strip_prefix('.') {
                Some(after) if after.starts_with(|c: char| c.is_ascii_digit()) => rest = after,
                _ => break,
            }
        }
        if components.is_empty() {
            return fail(format!("could not parse {} as version", quoted()));
        }
        if components.len() < 2 {
            return fail(format!("illegal version string {}", quoted()));
        }
        if components[0].len() > 1 && components[0].starts_with('0') {
            let component = pintle_go_fmt::quote(components[0].as_bytes());
            return fail(format!(
                "illegal zero-prefixed version component {component} in {}",
                quoted()
            ));
        }
        let mut parsed: Vec<u64> = Vec::with_capacity(components.len());
        for component in components {
            let Ok(number) = component.parse() else {
                let component = pintle_go_fmt::quote(component.as_bytes());
                return fail(format!(
                    "illegal non-numeric version component {component} in {}: \
                     strconv.ParseUint: parsing {component}: value out of range",
                    quoted()
                ));
            };
            parsed.push(number);
        }
        let texts: Vec<String> = parsed.iter().map(ToString::to_string).collect();
        Ok(KubeVersion {
            version: if text.starts_with('v') { text.to_owned() } else { format!("v{text}") },
            normalized: format!("v{}", texts.join(".")),
            major: texts[0].clone(),
            minor: texts[1].clone(),
        })
    }

    /// What constraints are checked against, and what it prints as.
    #[must_use]
    pub fn comparable(&self) -> &str {
        if self.normalized.is_empty() { &self.version } else { &self.normalized }
    }
}

impl Default for Capabilities {
    /// What Helm assumes where there is no cluster.
    fn default() -> Self {
        let version = "v1.36.0".to_owned();
        Capabilities {
            kube_version: KubeVersion {
                normalized: version.clone(),
                version,
                major: "1".to_owned(),
                minor: "36".to_owned(),
            },
            api_versions: Arc::new(DEFAULT_API_VERSIONS.map(str::to_owned).to_vec()),
        }
    }
}

/// Every group and version that client-go v0.36 knows, in its order.
const DEFAULT_API_VERSIONS: [&str; 55] = [
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha2",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
];

const NO_PARAMS: Method = Method { params: &[], variadic: false };
const ONE_STRING: Method = Method { params: &[Type::String], variadic: false };

const VERSION_SET: Type = Type::Named("common.VersionSet", &Type::STRINGS);
const KUBE_VERSION: Type = Type::Struct("common.KubeVersion");
const BUILD_INFO: Type = Type::Struct("version.BuildInfo");
const CAPABILITIES: Type = Type::Struct("common.Capabilities");

/// `*common.Capabilities`
impl Object for Capabilities {
    fn ty(&self) -> &'static Type {
        &Type::Pointer(&CAPABILITIES)
    }

    fn field<'h>(&self, heap: &'h Heap, name: &str) -> Option<Value<'h>> {
        match name {
            "KubeVersion" => Some(heap.object(self.kube_version.clone())),
            "APIVersions" => Some(heap.object(VersionSet(self.api_versions.clone()))),
            "HelmVersion" => Some(heap.object(BuildInfo)),
            _ => None,
        }
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        (name == "Copy").then_some(&NO_PARAMS)
    }

    fn call<'h>(&self, heap: &'h Heap, name: &str, _: &[Value<'h>]) -> Result<Value<'h>, String> {
        match name {
            "Copy" => Ok(heap.object(self.clone())),
            other => Err(format!("no method {other}")),
        }
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let field = |name: &'static str| {
            let value = Object::field(self, heap, name).unwrap_or(Value::Nil);
            (name, value)
        };
        heap.pointer(heap.structure(
            &CAPABILITIES,
            &[field("KubeVersion"), field("APIVersions"), field("HelmVersion")],
        ))
    }
}

/// `common.KubeVersion`: its methods are of the pointer, but a field of a pointed-to struct can be
/// addressed, so templates reach them.
impl Object for KubeVersion {
    fn ty(&self) -> &'static Type {
        &KUBE_VERSION
    }

    fn field<'h>(&self, heap: &'h Heap, name: &str) -> Option<Value<'h>> {
        match name {
            "Version" => Some(heap.string(&self.version)),
            "Major" => Some(heap.string(&self.major)),
            "Minor" => Some(heap.string(&self.minor)),
            _ => None,
        }
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        matches!(name, "String" | "GitVersion").then_some(&NO_PARAMS)
    }

    fn call<'h>(&self, heap: &'h Heap, name: &str, _: &[Value<'h>]) -> Result<Value<'h>, String> {
        match name {
            "String" => Ok(heap.string(self.comparable())),
            "GitVersion" => Ok(heap.string(&self.version)),
            other => Err(format!("no method {other}")),
        }
    }

    fn addressed_text(&self) -> Option<String> {
        Some(self.comparable().to_owned())
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        heap.structure(
            &KUBE_VERSION,
            &[
                ("Version", heap.string(&self.version)),
                ("normalizedVersion", heap.string(&self.normalized)),
                ("Major", heap.string(&self.major)),
                ("Minor", heap.string(&self.minor)),
            ],
        )
    }

    fn copied<'h>(&self, heap: &'h Heap) -> Option<Value<'h>> {
        let copy = KubeVersion { normalized: String::new(), ..self.clone() };
        Some(copy.plain(heap))
    }
}

/// `common.VersionSet`
#[derive(Debug)]
struct VersionSet(Arc<Vec<String>>);

impl Object for VersionSet {
    fn ty(&self) -> &'static Type {
        &VERSION_SET
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        (name == "Has").then_some(&ONE_STRING)
    }

    fn call<'h>(&self, _: &'h Heap, name: &str, args: &[Value<'h>]) -> Result<Value<'h>, String> {
        let wanted = args.first().and_then(Value::as_bytes).unwrap_or_default();
        match name {
            "Has" => Ok(Value::Bool(self.0.iter().any(|have| have.as_bytes() == wanted))),
            other => Err(format!("no method {other}")),
        }
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let items: Vec<_> = self.0.iter().map(|item| heap.string(item)).collect();
        heap.list(&VERSION_SET, &items)
    }
}

/// `version.BuildInfo`: which Helm this is.
#[derive(Debug)]
struct BuildInfo;

/// Its fields: the name in Go, the name in JSON, the value. Empty ones are left out of JSON.
const BUILD_FIELDS: [(&str, &str, &str); 5] = [
    ("Version", "version", HELM_VERSION),
    ("GitCommit", "git_commit", ""),
    ("GitTreeState", "git_tree_state", ""),
    ("GoVersion", "go_version", GO_VERSION),
    ("KubeClientVersion", "kube_client_version", CLIENT_VERSION),
];

impl Object for BuildInfo {
    fn ty(&self) -> &'static Type {
        &BUILD_INFO
    }

    fn field<'h>(&self, _: &'h Heap, name: &str) -> Option<Value<'h>> {
        let field = BUILD_FIELDS.iter().find(|(field, ..)| *field == name);
        field.map(|(.., value)| Value::str(value))
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        heap.structure(&BUILD_INFO, &BUILD_FIELDS.map(|(name, _, value)| (name, Value::str(value))))
    }

    fn json<'h>(&self, heap: &'h Heap) -> Option<Value<'h>> {
        let there = BUILD_FIELDS.iter().filter(|(.., value)| !value.is_empty());
        let fields: Vec<_> = there.map(|(_, name, value)| (*name, Value::str(value))).collect();
        Some(heap.structure(&BUILD_INFO, &fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_kubernetes_reads_them() {
        let check = |text: &str, want: Result<(&str, &str, &str, &str), &str>| {
            let got = KubeVersion::parse(text);
            let got = got.as_ref().map_err(ToString::to_string).map(|v| {
                (v.version.as_str(), v.normalized.as_str(), v.major.as_str(), v.minor.as_str())
            });
            assert_eq!(got, want.map_err(str::to_owned), "{text}");
        };
        check("1.36.3", Ok(("v1.36.3", "v1.36.3", "1", "36")));
        check("v1.29", Ok(("v1.29", "v1.29", "1", "29")));
        check("1.30.1-gke.5+x", Ok(("v1.30.1-gke.5+x", "v1.30.1", "1", "30")));
        check("v1.2.3.4", Ok(("v1.2.3.4", "v1.2.3.4", "1", "2")));
        check("1.02.3", Ok(("v1.02.3", "v1.2.3", "1", "2")));
        check("1", Err("illegal version string \"1\""));
        check("abc", Err("could not parse \"abc\" as version"));
        check("01.2", Err("illegal zero-prefixed version component \"01\" in \"01.2\""));
    }
}
