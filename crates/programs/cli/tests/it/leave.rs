//! Installing for real and leaving again: the rights that `install` gives are those that the
//! controller needs, and what it ran goes on running without it.

use kube::config::{KubeConfigOptions, Kubeconfig};
use pintle_testing_plane::{Options, Plane};

use crate::support::{Ran, command, example, run};

/// A client with the rights of the installed account, and no others.
async fn installed_client(plane: &Plane) -> kube::Client {
    let arguments = ["create", "token", "pintle-controller", "-n", "pintle-system"];
    let token = plane.kubectl(&arguments).unwrap();
    let config = plane.kubeconfig_of("admin", None).unwrap().replace(plane.token(), token.trim());
    assert!(!config.contains(plane.token()));
    let config = Kubeconfig::from_yaml(&config).unwrap();
    let options = KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(config, &options).await.unwrap();
    kube::Client::try_from(config).unwrap()
}

/// What a release may write besides: a class, and a role that allows more than the controller may.
const CLUSTER_RIGHTS: &str = r"
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: team-b-cluster}
rules:
  - {apiGroups: [scheduling.k8s.io], resources: [priorityclasses], verbs: ['*']}
  - {apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: ['*', escalate]}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: team-b-cluster}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: team-b-cluster}
subjects: [{kind: ServiceAccount, name: pintle, namespace: team-b}]
";

/// Two objects outside of any namespace, and one inside.
const CLUSTER_OBJECTS: &str = r"
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: team-b-high}
value: 1000
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: team-b-reads}
rules: [{apiGroups: [''], resources: [pods], verbs: [create]}]
---
apiVersion: v1
kind: ConfigMap
metadata: {name: inside}
";

/// A namespace goes, and every right in and out of it before: what can't be removed any more is
/// let go as far as the controller's own rights reach, named in an Event of the Namespace, and
/// holds nothing up.
async fn a_namespace_goes_with_its_rights(plane: &Plane, pintle: &impl Fn(&[&str]) -> Ran) {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    plane.kubectl(&["create", "namespace", "team-b"]).unwrap();
    pintle(&["grant", "-n", "team-b"]).ok();
    plane.kubectl(&["apply", "-f", &write("rights.yaml", CLUSTER_RIGHTS)]).unwrap();
    write("chart/Chart.yaml", "apiVersion: v2\nname: wide\nversion: 1.0.0\n");
    write("chart/templates/all.yaml", CLUSTER_OBJECTS);
    let chart = folder.path().join("chart").display().to_string();
    pintle(&["apply", "wide", &chart, "-n", "team-b", "--wait", "--timeout", "2m"]).ok();

    plane.kubectl(&["delete", "clusterrolebinding", "team-b-cluster"]).unwrap();
    plane.kubectl(&["delete", "rolebinding", "--all", "-n", "team-b"]).unwrap();
    plane.kubectl(&["delete", "namespace", "team-b", "--timeout=60s"]).unwrap();

    let marks = |what: &str| {
        plane.kubectl(&["get", what, "-o", "jsonpath={.metadata.labels.pintle\\.dev/release}"])
    };
    assert_eq!(marks("priorityclass/team-b-high").unwrap(), "");
    assert_eq!(marks("clusterrole/team-b-reads").unwrap(), "wide");
    let about =
        ["get", "events", "-n", "default", "--field-selector", "involvedObject.name=team-b"];
    let events = plane.kubectl(&about).unwrap();
    for part in [
        "Warning   LeftBehind   namespace/team-b",
        "release wide left behind what it may not delete any more",
        "PriorityClass/team-b-high",
        "ClusterRole/team-b-reads (with the labels of this release)",
    ] {
        assert!(events.contains(part), "no {part:?} in\n{events}");
    }
    assert!(!events.contains("inside"), "Kubernetes deletes that:\n{events}");
}

#[tokio::test(flavor = "multi_thread")]
async fn applications_outlive_pintle() {
    // A plane of its own: what is uninstalled is everybody's.
    let plane = Plane::start(Options::default()).await.unwrap();
    let pintle = |arguments: &[&str]| {
        let mut command = command();
        run(command.args(arguments).env("KUBECONFIG", plane.kubeconfig_path()))
    };
    pintle(&["install", "--apply"]).ok();
    pintle(&["install", "--apply"]).ok();
    pintle(&["grant"]).ok();
    let options = pintle_controller::Options::new(installed_client(&plane).await);
    let (ended, end) = tokio::sync::oneshot::channel();
    tokio::spawn(async move {
        let outcome = pintle_controller::run(options, std::future::pending()).await;
        // Nobody may be listening any more.
        let _ = ended.send(format!("{outcome:?}"));
    });
    let applied = pintle(&["apply", "shop", &example("shop"), "--wait", "--timeout", "2m"]);
    assert_eq!(applied.code, 0, "{}\n{}", applied.stdout, applied.stderr);
    plane.kubectl(&["get", "events", "--field-selector", "type=Warning"]).unwrap();

    a_namespace_goes_with_its_rights(&plane, &pintle).await;

    let unasked = pintle(&["uninstall"]);
    assert_eq!(unasked.code, 2, "{}", unasked.stderr);
    assert!(unasked.stderr.contains("1 releases are deleted"), "{}", unasked.stderr);
    assert!(unasked.stderr.contains("hint: --yes answers"), "{}", unasked.stderr);
    pintle(&["uninstall", "--yes"]).ok();

    let there = plane.kubectl(&["get", "deploy,sts,ds,svc,pvc", "-o", "name"]).unwrap();
    for part in ["deployment.apps/shop-api", "statefulset.apps/shop-postgresql", "shop-backup"] {
        assert!(there.contains(part), "{part} is gone:\n{there}");
    }
    let labelled = plane.kubectl(&["get", "deploy,svc", "-l", "pintle.dev/release"]).unwrap();
    assert_eq!(labelled, "", "they belong to nobody now");
    assert_eq!(plane.kubectl(&["get", "crd", "-o", "name"]).unwrap(), "");
    let roles = plane.kubectl(&["get", "clusterrole,clusterrolebinding", "-o", "name"]).unwrap();
    assert!(!roles.contains("pintle"), "{roles}");
    // A second time finds nothing to do.
    pintle(&["uninstall", "--yes"]).ok();
    drop(end);
}
