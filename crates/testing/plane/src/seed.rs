//! What every plane has from the start: simulated nodes and a default storage class.

use crate::error::Error;
use k8s_openapi::api::core::v1::Node;
use k8s_openapi::api::storage::v1::StorageClass;
use kube::api::{Api, PostParams};
use serde::de::DeserializeOwned;
use serde_json::json;

/// What one node offers: enough that no test fills it, and little enough that one can ask for more.
const NODE_CPU: &str = "1000";
const NODE_MEMORY: &str = "1Ti";
const NODE_PODS: &str = "1000000";
/// Nodes are spread over this many zones.
const ZONES: usize = 2;

/// Creates the nodes and the class.
pub(crate) async fn seed(client: &kube::Client, nodes: usize) -> Result<(), Error> {
    let classes: Api<StorageClass> = Api::all(client.clone());
    create(&classes, "the storage class", storage_class()).await?;
    let api: Api<Node> = Api::all(client.clone());
    for number in 1..=nodes {
        create(&api, "a node", node(number)).await?;
    }
    Ok(())
}

async fn create<K>(api: &Api<K>, what: &str, object: serde_json::Value) -> Result<(), Error>
where
    K: kube::Resource + Clone + std::fmt::Debug + DeserializeOwned + serde::Serialize,
{
    let failed = |source| Error::Api { what: format!("creating {what}"), source: Box::new(source) };
    let object = serde_json::from_value(object).map_err(kube::Error::SerdeError).map_err(failed)?;
    match api.create(&PostParams::default(), &object).await {
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(()),
        Err(error) => Err(failed(error)),
        Ok(_) => Ok(()),
    }
}

/// The class that claims without one get; the plane's own provisioner serves it.
fn storage_class() -> serde_json::Value {
    json!({
        "metadata": {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": "plane.pintle.dev/provisioner",
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "Immediate",
        "allowVolumeExpansion": true,
    })
}

fn node(number: usize) -> serde_json::Value {
    let name = format!("node-{number}");
    let resources = json!({
        "cpu": NODE_CPU, "memory": NODE_MEMORY, "pods": NODE_PODS, "ephemeral-storage": "1Ti",
    });
    json!({
        "metadata": {
            "name": name,
            "annotations": {"kwok.x-k8s.io/node": "fake"},
            "labels": {
                "kubernetes.io/hostname": name,
                "kubernetes.io/os": "linux",
                "kubernetes.io/arch": "amd64",
                "node-role.kubernetes.io/worker": "",
                "topology.kubernetes.io/region": "plane",
                "topology.kubernetes.io/zone": format!("zone-{}", (number - 1) % ZONES + 1),
            },
        },
        "status": {"capacity": resources, "allocatable": resources},
    })
}
