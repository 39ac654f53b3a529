//! Exit codes, and that data and words go where they belong.

use std::io::Read;
use std::process::Stdio;

use crate::support::{command, example, pintle};

/// A port that nobody listens on: the discard service, which no machine runs.
const NOBODY: &str = "
apiVersion: v1
kind: Config
current-context: nobody
clusters: [{name: nobody, cluster: {server: 'http://127.0.0.1:9'}}]
users: [{name: nobody, user: {}}]
contexts: [{name: nobody, context: {cluster: nobody, user: nobody, namespace: somewhere}}]
";

fn check(arguments: &[&str], code: i32, stderr: &[&str]) {
    let ran = pintle(arguments);
    assert_eq!(ran.code, code, "{arguments:?}\n{}\n{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stdout, "", "{arguments:?}: words belong to standard error");
    for part in stderr {
        assert!(ran.stderr.contains(part), "{arguments:?}: no {part:?} in\n{}", ran.stderr);
    }
}

#[test]
fn arguments_that_make_no_sense() {
    check(&["--nonsense"], 2, &["--nonsense", "Usage"]);
    check(&["rollback", "shop", "0"], 2, &["0 is not in 1.."]);
    check(&["status", "shop", "-o", "xml"], 2, &["json", "yaml", "wide", "name"]);
    check(&["apply", "shop", ".", "--timeout", "5"], 2, &["write 90s, 10m or 1h30m"]);
    check(&["demo", "--nodes", "0"], 2, &["1..=1000"]);
    check(&["uninstall", "--keep-crds", "--delete-applications"], 2, &["cannot be used with"]);
}

#[test]
fn the_version_is_told() {
    let own = env!("CARGO_PKG_VERSION");
    assert_eq!(pintle(&["version", "--short"]).ok(), format!("v{own}\n"));
    let long = pintle(&["version"]).ok();
    assert_eq!(long, format!("pintle v{own}, renders as Helm v4.2.4\n"));
}

#[test]
fn charts_that_are_none() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().display().to_string();
    check(&["apply", "shop", &folder], 1, &["error:", "is not a chart", "Chart.yaml"]);
    check(&["apply", "shop", "./nowhere.tgz"], 1, &["is not there", "hint: CHART is"]);
    let shop = example("shop");
    check(&["apply", "shop", &shop, "--set", "a[x]=1"], 1, &["failed parsing --set data"]);
    check(&["template", "shop", "./nowhere"], 1, &["Error: path \"./nowhere\" not found"]);
    let arguments = ["template", "shop", &shop, "--set", "ingress.path=x"];
    check(&arguments, 1, &["Error: values don't meet the specifications of the schema(s)"]);
}

#[test]
fn a_server_that_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config");
    std::fs::write(&path, NOBODY).unwrap();
    let config = path.display().to_string();
    check(&["list", "--kubeconfig", &config], 4, &["releases can't be listed", "hint: check"]);
    check(&["list", "--kubeconfig", "/nonexistent/config"], 4, &["the kubeconfig can't be used"]);
    let arguments = ["list", "--kubeconfig", &config, "--context", "other"];
    check(&arguments, 4, &["the kubeconfig can't be used", "other"]);
}

#[test]
fn what_needs_no_server_asks_none() {
    let printed = pintle(&["install"]).ok();
    for part in ["name: releases.pintle.dev", "name: pintle-controller", "kind: Deployment"] {
        assert!(printed.contains(part), "no {part}");
    }
    let crds = pintle(&["install", "--only", "crds"]).ok();
    assert_eq!(crds.matches("kind: CustomResourceDefinition").count(), 2);
    assert!(!crds.contains("kind: Deployment"));
    let other = ["install", "--only", "controller", "-n", "ops", "--image", "a/b:c"];
    let other = pintle(&other).ok();
    assert!(other.contains("image: a/b:c") && other.contains("namespace: ops"));
    assert!(!other.contains("pintle-system"), "{other}");
    let granted = pintle(&["grant", "--print", "-n", "team-a", "--account", "deployer"]).ok();
    assert!(granted.contains("name: deployer-deploy") && granted.contains("namespace: team-a"));
    assert!(!granted.contains("namespace: default"), "{granted}");
    assert!(pintle(&["completion", "bash"]).ok().contains("_pintle"));
}

#[test]
fn a_release_for_git() {
    let shop = example("shop");
    let arguments =
        ["apply", "shop", &shop, "--dry-run", "-n", "team-a", "--set", "api.replicas=3"];
    let text = pintle(&arguments).ok();
    assert!(text.contains("kind: Release") && text.contains("namespace: team-a"), "{text}");
    assert!(text.contains("replicas: 3"), "{text}");
    assert_eq!(text, pintle(&arguments).ok(), "the same chart packs to the same bytes");
    let name = pintle(&["apply", "shop", &shop, "--dry-run", "-n", "team-a", "-o", "name"]).ok();
    assert_eq!(name, "release.pintle.dev/shop\n");
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child =
        command().arg("install").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 1];
    let mut stdout = child.stdout.take().unwrap();
    stdout.read_exact(&mut first).unwrap();
    drop(stdout);
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
}

#[test]
fn colours_only_where_they_are_wanted() {
    let folder = example("nowhere");
    let plain = pintle(&["apply", "shop", &folder]).stderr;
    assert!(!plain.contains('\x1b'), "{plain}");
    let coloured = pintle(&["apply", "shop", &folder, "--color", "always"]).stderr;
    assert!(coloured.contains('\x1b'), "{coloured}");
}
