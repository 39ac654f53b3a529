//! `--dry-run=server`: what the cluster can do, and what `lookup` finds in it, as the controller
//! asks for it.

use kube::Client;
pub(super) use pintle_controller::ClusterLookup;
use pintle_controller::{CapabilitiesError, server_capabilities};
use pintle_helm_render::Capabilities;

use crate::fault::{Fault, api};

/// What the API server can do, as charts see it.
pub(super) async fn capabilities(client: &Client) -> anyhow::Result<Capabilities> {
    const WHAT: &str = "the API server does not say what it can do";
    server_capabilities(client).await.map_err(|error| match error {
        CapabilitiesError::Api(error) => api(WHAT)(error),
        CapabilitiesError::Version(error) => Fault::new(format!("{WHAT}: {error}")).into(),
    })
}
