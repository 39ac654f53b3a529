//! Installing for real and leaving again: the rights that `install` gives are those that the
//! controller needs, and what it ran goes on running without it.

use kube::config::{KubeConfigOptions, Kubeconfig};
use pintle_testing_plane::{Options, Plane};

use crate::support::{command, example, run};

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
