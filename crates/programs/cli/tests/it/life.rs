//! The whole life of a release by commands, on a plane, with the controller in this process.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;

use pintle_testing_plane::Plane;

use crate::support::{Ran, command, example, run, snapshot};

/// A plane with Pintle in it, and the controller.
struct Stage {
    plane: &'static Plane,
    namespace: &'static str,
}

impl Stage {
    async fn set(namespace: &'static str) -> Self {
        let plane = Plane::shared().await.unwrap();
        let stage = Stage { plane, namespace };
        stage.pintle(&["install", "--apply", "--only", "crds"]).ok();
        plane.kubectl(&["create", "namespace", namespace]).unwrap();
        stage.pintle(&["grant"]).ok();
        control(plane);
        stage
    }

    fn pintle(&self, arguments: &[&str]) -> Ran {
        let mut command = command();
        command.args(arguments).args(["-n", self.namespace]);
        run(command.env("KUBECONFIG", self.plane.kubeconfig_path()))
    }

    /// kubectl with our plugin on its path.
    fn kubectl(&self, arguments: &[&str]) -> Ran {
        let plugin = PathBuf::from(env!("CARGO_BIN_EXE_kubectl-pintle"));
        let folder = plugin.parent().unwrap().display().to_string();
        let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
        let mut command: Command = self.plane.kubectl_command();
        run(command.args(arguments).args(["-n", self.namespace]).env("PATH", path))
    }
}

/// One controller for all tests of this process, on a runtime that outlives each of them.
fn control(plane: &'static Plane) {
    static STARTED: Once = Once::new();
    STARTED.call_once(|| {
        std::thread::spawn(|| {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let options = pintle_controller::Options::new(plane.client().await.unwrap());
                pintle_controller::run(options, std::future::pending()).await.unwrap();
            });
        });
    });
}

/// What differs from run to run is blanked: times, addresses.
fn stable(text: &str) -> String {
    let line = |line: &str| {
        let words: Vec<&str> = line.split(' ').map(stable_word).collect();
        words.join(" ").trim_end().to_owned() + "\n"
    };
    text.lines().map(line).collect()
}

fn stable_word(word: &str) -> &str {
    let number = word.trim_end_matches(['s', 'm']);
    let is_number = !number.is_empty() && number.chars().all(|it| it.is_ascii_digit());
    if is_number && number != word {
        "AGE"
    } else if word.starts_with("10.") && word.matches('.').count() == 3 {
        "ADDRESS"
    } else {
        word
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_apply_to_delete() {
    let stage = Stage::set("life").await;
    let chart = example("stateless");
    let wait = ["--wait", "--timeout", "2m"];
    let apply = |set: &str| {
        let arguments = [&["apply", "web", &chart, "--set", set][..], &wait].concat();
        stage.pintle(&arguments)
    };

    let text = apply("replicas=2").ok();
    assert!(text.starts_with("release.pintle.dev/web created\n"), "{text}");
    snapshot("life-running", &stable(&text));
    let again = apply("replicas=2").ok();
    assert!(again.starts_with("release.pintle.dev/web unchanged\n"), "{again}");
    snapshot("life-list", &stable(&stage.pintle(&["list", "-o", "wide"]).ok()));

    stage.kubectl(&["wait", "--for=condition=Ready", "rel/web", "--timeout=60s"]).ok();
    let wide = stage.kubectl(&["get", "rel", "-o", "wide"]).ok();
    snapshot("life-kubectl-get", &stable(&wide));
    let plugin = stage.kubectl(&["pintle", "status", "web"]).ok();
    assert!(plugin.contains("Deployment/web"), "{plugin}");

    apply("replicas=3").ok();
    let bad = stage.pintle(&["rollback", "web", "9"]);
    assert_eq!(bad.code, 1);
    assert!(bad.stderr.contains("hint: there are: 1, 2"), "{}", bad.stderr);
    let back = stage.pintle(&[&["rollback", "web", "1"][..], &wait].concat()).ok();
    assert!(back.contains("  v1  "), "{back}");
    snapshot("life-history", &stable(&stage.pintle(&["history", "web"]).ok()));
    // After a rollback the controller owns the chart and the values: ours must still win.
    let forth = apply("page=new").ok();
    assert!(forth.contains("  v3  "), "{forth}");
    let values = stage.pintle(&["get", "values", "web"]).ok();
    assert_eq!(values, "page: new\n", "what an earlier apply set is gone");
    assert_eq!(stage.pintle(&["get", "values", "web", "--version", "2"]).ok(), "replicas: 3\n");
    assert!(stage.pintle(&["get", "manifest", "web"]).ok().contains("# Source: stateless/"));
    assert!(
        stage.pintle(&["get", "notes", "web"]).ok().contains("web-stateless serves on port 80")
    );

    stage.pintle(&[&["suspend", "web"][..], &wait].concat()).ok();
    let pods = || stage.kubectl(&["get", "pods", "-o", "name"]).ok().lines().count();
    snapshot("life-suspended", &stable(&stage.pintle(&["status", "web"]).ok()));
    stage.pintle(&[&["resume", "web"][..], &wait].concat()).ok();
    assert_eq!(pods(), 2);
    stage.pintle(&[&["reconcile", "web"][..], &wait].concat()).ok();

    stage.pintle(&[&["delete", "web"][..], &wait].concat()).ok();
    let left = stage.kubectl(&["get", "deploy,svc,cm,secret,relhist", "-l", "pintle.dev/release"]);
    assert_eq!(left.ok(), "");
    assert_eq!(stage.pintle(&["status", "web"]).code, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_the_wait() {
    let stage = Stage::set("refusal").await;
    let chart = example("stateless");
    let arguments = ["apply", "web", &chart, "--set", "service.port=70000", "--wait"];
    let ran = stage.pintle(&arguments);
    assert_eq!(ran.code, 3, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("Failed") && ran.stdout.contains("70000"), "{}", ran.stdout);
    assert!(ran.stdout.contains("try: "), "{}", ran.stdout);
    // Nowhere to put it: said at once, with what to do.
    let mut command = command();
    command.args(["apply", "web", &chart, "-n", "nowhere"]);
    let ran = run(command.env("KUBECONFIG", stage.plane.kubeconfig_path()));
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("namespaces \"nowhere\" not found"), "{}", ran.stderr);
    assert!(ran.stderr.contains("pintle grant -n NAMESPACE"), "{}", ran.stderr);
}

/// A chart too large to travel inside a Release is stored first, and goes with it.
#[tokio::test(flavor = "multi_thread")]
async fn a_big_chart_is_stored() {
    let stage = Stage::set("big").await;
    let folder = tempfile::tempdir().unwrap();
    for entry in ["Chart.yaml", "values.yaml", "templates"] {
        let from = format!("{}/{entry}", example("daemon"));
        run(Command::new("cp").args(["-r", &from]).arg(folder.path()));
    }
    // Bytes that no compression makes small, and more than one Secret holds.
    let mut state = 1_u64;
    let noise: Vec<u8> = (0..1_200_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state.to_be_bytes()[0]
        })
        .collect();
    std::fs::write(folder.path().join("noise.bin"), noise).unwrap();
    let chart = folder.path().display().to_string();
    stage.pintle(&["apply", "node", &chart, "--wait", "--timeout", "2m"]).ok();
    let release = stage.kubectl(&["get", "rel", "node", "-o", "jsonpath={.spec.chart}"]).ok();
    assert!(release.starts_with("{\"blob\":\"sha256:"), "{release}");
    let stored = stage.kubectl(&["get", "secrets", "-l", "pintle.dev/content", "-o", "name"]).ok();
    assert!(stored.lines().count() >= 2, "{stored}");
    stage.pintle(&["delete", "node", "--wait", "--timeout", "1m"]).ok();
    assert_eq!(stage.kubectl(&["get", "ds,relhist", "-o", "name"]).ok(), "");
}
