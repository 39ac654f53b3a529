//! Users beside the admin have the rights that they are given, and only those.

use crate::support::space;
use k8s_openapi::api::core::v1::ConfigMap;
use kube::api::{Api, ListParams};
use pintle_testing_plane::Plane;

async fn may_list(plane: &Plane, user: &str, namespace: &str) -> bool {
    let config = plane.client_config_of(user).await.unwrap();
    let api: Api<ConfigMap> = Api::namespaced(kube::Client::try_from(config).unwrap(), namespace);
    match api.list(&ListParams::default()).await {
        Ok(_) => true,
        Err(kube::Error::Api(status)) if status.code == 403 => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rights_are_given_by_rbac() {
    let space = space("users").await;
    assert!(may_list(space.plane, "admin", "users").await);
    assert!(!may_list(space.plane, "alice", "users").await);
    space.kubectl(&["create", "rolebinding", "alice", "--clusterrole=view", "--user=alice"]);
    assert!(may_list(space.plane, "alice", "users").await);
    assert!(!may_list(space.plane, "bob", "users").await);
    let error = space.plane.token_of("carol").unwrap_err().to_string();
    assert!(error.contains("\"carol\"") && error.contains("admin, alice, bob"), "{error}");
}
