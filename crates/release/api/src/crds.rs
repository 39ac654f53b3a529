//! The CustomResourceDefinitions, as generated from the types.

use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::{
    CustomResourceDefinition, JSONSchemaProps, JSONSchemaPropsOrArray, JSONSchemaPropsOrBool,
};
use kube::CustomResourceExt;

use crate::{Release, ReleaseHistory};

/// The definitions of both resources.
///
/// They carry no defaults: what is stored is what somebody wrote, and a default has one place, the
/// code that acts on it.
#[must_use]
pub fn crds() -> Vec<CustomResourceDefinition> {
    let mut crds = vec![Release::crd(), ReleaseHistory::crd()];
    for version in crds.iter_mut().flat_map(|crd| &mut crd.spec.versions) {
        if let Some(schema) = version.schema.as_mut().and_then(|it| it.open_api_v3_schema.as_mut())
        {
            strip_defaults(schema);
        }
    }
    crds
}

fn strip_defaults(schema: &mut JSONSchemaProps) {
    schema.default = None;
    for inner in schema.properties.iter_mut().flat_map(|map| map.values_mut()) {
        strip_defaults(inner);
    }
    if let Some(JSONSchemaPropsOrArray::Schema(items)) = &mut schema.items {
        strip_defaults(items);
    }
    if let Some(JSONSchemaPropsOrBool::Schema(inner)) = &mut schema.additional_properties {
        strip_defaults(inner);
    }
}
