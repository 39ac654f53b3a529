//! Live objects as they come off a watch, reduced while they are being read.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use kube::Resource;
use kube::api::ApiResource;
use kube::core::{DynamicResourceScope, ObjectMeta};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::owned::Fields;

/// Parts of specs that no rule of health reads, and that make up most of an object.
const UNREAD: [&str; 8] = [
    "containers",
    "initContainers",
    "volumes",
    "versions",
    "affinity",
    "volumeClaimTemplates",
    "jobTemplate",
    "validation",
];

/// An object of a release. `META`: only its metadata is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Wire")]
pub(crate) struct Tracked<const META: bool> {
    identity: ObjectMeta,
    pub(crate) meta: Meta,
    pub(crate) spec: Value,
    pub(crate) status: Value,
}

#[derive(Deserialize)]
struct Wire {
    #[serde(default)]
    metadata: Meta,
    #[serde(default)]
    spec: Pruned,
    #[serde(default)]
    status: Value,
}

impl<const META: bool> From<Wire> for Tracked<META> {
    fn from(mut wire: Wire) -> Self {
        let identity = ObjectMeta {
            name: wire.metadata.name.take(),
            namespace: wire.metadata.namespace.take(),
            uid: wire.metadata.uid.take(),
            resource_version: wire.metadata.resource_version.take(),
            ..ObjectMeta::default()
        };
        Tracked { identity, meta: wire.metadata, spec: wire.spec.0, status: wire.status }
    }
}

impl<const META: bool> Tracked<META> {
    pub(crate) fn identity(&self) -> &ObjectMeta {
        &self.identity
    }

    /// The object as the judge reads it.
    pub(crate) fn judged(
        &mut self,
        api_version: &str,
        kind: &str,
    ) -> pintle_release_health::Judgement {
        let mut object = json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": self.identity.name, "uid": self.identity.uid},
        });
        let metadata = &mut object["metadata"];
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                metadata[name] = value;
            }
        };
        put("generation", self.meta.generation.map(Value::from));
        put("creationTimestamp", self.meta.creation_timestamp.take().map(Value::from));
        put("deletionTimestamp", self.meta.deletion_timestamp.clone().map(Value::from));
        put("finalizers", self.meta.finalizers.take().map(Value::from));
        for (name, part) in [("spec", &mut self.spec), ("status", &mut self.status)] {
            if !part.is_null() {
                object[name] = part.take();
            }
        }
        pintle_release_health::judge(&object, Timestamp::now())
    }
}

/// The metadata that says whose an object is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Meta {
    name: Option<String>,
    namespace: Option<String>,
    uid: Option<String>,
    resource_version: Option<String>,
    generation: Option<i64>,
    creation_timestamp: Option<String>,
    pub(crate) deletion_timestamp: Option<String>,
    finalizers: Option<Vec<String>>,
    pub(crate) labels: Option<Labels>,
    pub(crate) annotations: Option<Annotations>,
    owner_references: Option<Vec<OwnerReference>>,
    managed_fields: Option<Vec<ManagedFields>>,
}

impl Meta {
    /// Whether a controller owns it: then it is that one's child, whatever labels it copied.
    pub(crate) fn has_controller(&self) -> bool {
        self.owner_references.iter().flatten().any(|it| it.controller == Some(true))
    }

    /// What the server-side apply of a manager owns.
    pub(crate) fn applied_by(&self, manager: &str) -> Option<Fields> {
        let entry = self.managed_fields.iter().flatten().find(|it| it.is_apply_of(manager))?;
        Some(entry.fields_v1.unwrap_or_default())
    }

    /// The first manager other than our own apply that owns `/spec/replicas`.
    pub(crate) fn replicas_owner(&self, manager: &str) -> Option<&str> {
        self.managed_fields
            .iter()
            .flatten()
            .filter(|it| !it.is_apply_of(manager))
            .find(|it| it.fields_v1.is_some_and(|it| it.replicas))
            .map(|it| it.manager.as_deref().unwrap_or_default())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Labels {
    #[serde(rename = "pintle.dev/release")]
    pub(crate) release: Option<String>,
    #[serde(rename = "pintle.dev/release-namespace")]
    pub(crate) release_namespace: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Annotations {
    #[serde(rename = "pintle.dev/id")]
    pub(crate) id: Option<String>,
    #[serde(rename = "pintle.dev/release-uid")]
    pub(crate) release_uid: Option<String>,
    #[serde(rename = "pintle.dev/adopted")]
    pub(crate) adopted: Option<String>,
    #[serde(rename = "helm.sh/resource-policy")]
    pub(crate) resource_policy: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
struct OwnerReference {
    controller: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct ManagedFields {
    manager: Option<String>,
    operation: Option<String>,
    subresource: Option<String>,
    fields_v1: Option<Fields>,
}

impl ManagedFields {
    fn is_apply_of(&self, manager: &str) -> bool {
        self.manager.as_deref() == Some(manager)
            && self.operation.as_deref() == Some("Apply")
            && self.subresource.as_deref().unwrap_or_default().is_empty()
    }
}

/// A value without the parts that nobody reads.
#[derive(Clone, Debug, Default)]
struct Pruned(Value);

impl<'de> Deserialize<'de> for Pruned {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Prune).map(Pruned)
    }
}

struct Prune;

impl<'de> DeserializeSeed<'de> for Prune {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Prune {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if UNREAD.contains(&key.as_ref()) {
                map.next_value::<IgnoredAny>()?;
            } else {
                kept.insert(key.into_owned(), map.next_value_seed(Prune)?);
            }
        }
        Ok(Value::Object(kept))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let mut kept = Vec::new();
        while let Some(item) = list.next_element_seed(Prune)? {
            kept.push(item);
        }
        Ok(Value::Array(kept))
    }

    fn visit_str<E>(self, it: &str) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_bool<E>(self, it: bool) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_i64<E>(self, it: i64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_u64<E>(self, it: u64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_f64<E>(self, it: f64) -> Result<Value, E> {
        Ok(it.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}

/// Any other object, whole but for its `managedFields`. `META`: only its metadata is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(from = "Value")]
pub(crate) struct Whole<const META: bool> {
    identity: ObjectMeta,
    pub(crate) body: Value,
}

impl<const META: bool> From<Value> for Whole<META> {
    fn from(mut body: Value) -> Self {
        if let Some(metadata) = body.get_mut("metadata").and_then(Value::as_object_mut) {
            metadata.remove("managedFields");
        }
        let text = |name: &str| body["metadata"][name].as_str().map(str::to_owned);
        let identity = ObjectMeta {
            name: text("name"),
            namespace: text("namespace"),
            uid: text("uid"),
            resource_version: text("resourceVersion"),
            ..ObjectMeta::default()
        };
        Whole { identity, body }
    }
}

impl<const META: bool> Whole<META> {
    pub(crate) fn identity(&self) -> &ObjectMeta {
        &self.identity
    }
}

/// kube's watcher asks for a `Resource` whose kind is known at run time.
macro_rules! dynamic_resource {
    ($type:ident) => {
        impl<const META: bool> Resource for $type<META> {
            type DynamicType = ApiResource;
            type Scope = DynamicResourceScope;

            fn metadata_api() -> bool {
                META
            }

            fn kind(dt: &ApiResource) -> Cow<'_, str> {
                dt.kind.as_str().into()
            }

            fn group(dt: &ApiResource) -> Cow<'_, str> {
                dt.group.as_str().into()
            }

            fn version(dt: &ApiResource) -> Cow<'_, str> {
                dt.version.as_str().into()
            }

            fn api_version(dt: &ApiResource) -> Cow<'_, str> {
                dt.api_version.as_str().into()
            }

            fn plural(dt: &ApiResource) -> Cow<'_, str> {
                dt.plural.as_str().into()
            }

            fn meta(&self) -> &ObjectMeta {
                &self.identity
            }

            fn meta_mut(&mut self) -> &mut ObjectMeta {
                &mut self.identity
            }
        }
    };
}

dynamic_resource!(Tracked);
dynamic_resource!(Whole);

/// The address of a kind.
pub(crate) fn resource(group: &str, version: &str, kind: &str, plural: &str) -> ApiResource {
    let api_version =
        if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    ApiResource {
        group: group.to_owned(),
        version: version.to_owned(),
        api_version,
        kind: kind.to_owned(),
        plural: plural.to_owned(),
    }
}
