//! The example charts render, switch off part by part, and are what a cluster accepts.

use pintle_testing_plane::Plane;

use crate::support::{example, pintle};

/// Objects of a kind in a rendered text.
fn kinds(text: &str) -> Vec<&str> {
    text.lines().filter_map(|it| it.strip_prefix("kind: ")).collect()
}

fn rendered(chart: &str, set: &[&str]) -> String {
    let folder = example(chart);
    let mut arguments = vec!["template", "demo", &folder];
    for text in set {
        arguments.extend(["--set", text]);
    }
    pintle(&arguments).ok()
}

#[test]
fn every_part_of_the_shop_can_be_switched_off() {
    let check = |set: &[&str], without: &[&str], count: usize| {
        let text = rendered("shop", set);
        let kinds = kinds(&text);
        assert_eq!(kinds.len(), count, "{set:?}: {kinds:?}");
        for kind in without {
            assert!(!kinds.contains(kind), "{set:?}: {kind}");
        }
    };
    check(&[], &[], 20);
    check(&["ingress.enabled=false"], &["Ingress"], 19);
    check(&["api.enabled=false"], &["Ingress", "Deployment", "HorizontalPodAutoscaler"], 13);
    check(&["postgresql.enabled=false"], &["StatefulSet", "NetworkPolicy"], 14);
    check(&["backup.enabled=false"], &["CronJob", "PersistentVolumeClaim"], 18);
    check(&["logging.enabled=false", "monitoring.enabled=false"], &["DaemonSet"], 15);
    check(&["api.autoscaling.enabled=false"], &["HorizontalPodAutoscaler"], 19);
}

#[test]
fn each_kind_has_its_workload() {
    let check = |chart: &str, set: &[&str], workload: &str| {
        let text = rendered(chart, set);
        assert!(kinds(&text).contains(&workload), "{chart}: {text}");
    };
    check("stateless", &[], "Deployment");
    check("stateless", &["ingress.enabled=true"], "Ingress");
    check("stateful", &[], "StatefulSet");
    check("daemon", &[], "DaemonSet");
    check("batch", &[], "Job");
    check("batch", &["schedule=@hourly"], "CronJob");
}

/// `tests/helm` holds what Helm 4.2.4 prints: `tools/oracle`, `oracle helm template demo CHART`.
#[test]
fn they_render_as_helm_renders_them() {
    let check = |chart: &str, set: &[&str]| {
        let path = format!("{}/tests/helm/{chart}.yaml", env!("CARGO_MANIFEST_DIR"));
        let want = std::fs::read_to_string(path).unwrap();
        let got = rendered(chart, set);
        let first = want.lines().zip(got.lines()).position(|(want, got)| want != got);
        assert_eq!(got, want, "{chart} differs from line {first:?} on");
    };
    // The password is random otherwise.
    check("shop", &["postgresql.auth.password=secret"]);
    check("stateless", &[]);
    check("stateful", &[]);
    check("daemon", &[]);
    check("batch", &[]);
}

#[tokio::test]
async fn the_api_server_accepts_them_all() {
    let plane = Plane::shared().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (chart, set) in [
        ("shop", &[][..]),
        ("shop", &["api.autoscaling.enabled=false", "ingress.tls.enabled=true"][..]),
        ("stateless", &["ingress.enabled=true"][..]),
        ("stateful", &[][..]),
        ("daemon", &[][..]),
        ("batch", &[][..]),
        ("batch", &["schedule=@hourly"][..]),
    ] {
        let file = folder.path().join("manifest.yaml");
        std::fs::write(&file, rendered(chart, set)).unwrap();
        let file = file.display().to_string();
        // Strict: a field that the API server does not know is an error, not a warning.
        let flags = ["--server-side", "--dry-run=server", "--validate=strict", "-f", &file];
        plane.kubectl(&[&["apply"][..], &flags].concat()).unwrap();
    }
}
