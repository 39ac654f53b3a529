//! `pintle template` where it does more than print: files, dependencies, other programs, a cluster.

use std::fs;
use std::path::Path;

use pintle_testing_plane::Plane;

use crate::support::{Ran, command, run};

const OBJECT: &str = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: x}\n";

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn template(folder: &Path, args: &[&str]) -> Ran {
    run(command().arg("template").args(args).current_dir(folder))
}

const CHART: (&str, &str) = ("p/Chart.yaml", "apiVersion: v2\nname: p\nversion: 0.1.0\n");

/// What Helm 4.2.4 prints and writes for the same chart and flags.
#[test]
fn files_instead_of_text() {
    let hook = "kind: Job\nmetadata:\n  name: h\n  annotations: {helm.sh/hook: test}\n";
    let both = format!("{OBJECT}---\n{hook}");
    let folder = folder(&[
        CHART,
        ("p/crds/c.yaml", "kind: X\n"),
        ("p/templates/a.yaml", &both),
        ("p/templates/b.yaml", "a: 1\n---\nb: 2\n"),
    ]);
    let flags = ["p", "--output-dir", "out", "--release-name", "--include-crds"];
    let wrote = |below: &str, names: &[&str]| -> String {
        let lines = names.iter().map(|name| format!("wrote out/{below}{name}\n"));
        lines.collect()
    };
    let crds = wrote("", &["p/crds/c.yaml"]);
    let rest = ["p/templates/a.yaml", "p/templates/b.yaml", "p/templates/b.yaml"];
    let rest = wrote("release-name/", &rest);
    let skipped = [&flags[..], &["--skip-tests"]].concat();
    assert_eq!(template(folder.path(), &skipped).ok(), format!("{crds}{rest}\n"));
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let source = "---\n# Source: p/templates/a.yaml\n";
    assert_eq!(read("out/release-name/p/templates/a.yaml"), format!("{source}{OBJECT}\n"));
    let pieces = "---\n# Source: p/templates/b.yaml\na: 1\n\n\
                  ---\n# Source: p/templates/b.yaml\nb: 2\n\n";
    assert_eq!(read("out/release-name/p/templates/b.yaml"), pieces);
    template(folder.path(), &flags).ok();
    let text = format!("{source}{OBJECT}\n{source}{hook}\n");
    assert_eq!(read("out/release-name/p/templates/a.yaml"), text);
    let shown = [&flags[..], &["-s", "templates/a.yaml"]].concat();
    let ran = template(folder.path(), &shown);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stderr, "Error: could not find template templates/a.yaml in chart\n");
}

#[test]
fn dependencies_on_this_machine() {
    let with = |repository: &str| {
        format!(
            "{}dependencies:\n- name: dep\n  version: \">=0.1.0 <1\"\n  repository: {repository}\n",
            CHART.1
        )
    };
    let local = with("file://../dep");
    let folder = folder(&[
        (CHART.0, &local),
        ("p/templates/a.yaml", OBJECT),
        ("dep/Chart.yaml", "apiVersion: v2\nname: dep\nversion: 0.2.0\n"),
        ("dep/templates/a.yaml", OBJECT),
    ]);
    let missing = template(folder.path(), &["p"]);
    assert_eq!(missing.code, 1);
    assert!(missing.stderr.ends_with("missing in charts/ directory: dep\n"), "{}", missing.stderr);
    let text = template(folder.path(), &["p", "--dependency-update"]).ok();
    let head = "Saving 1 charts\nDeleting outdated charts\n---\n# Source: p/charts/dep/";
    assert!(text.starts_with(head), "{text}");
    let lock = fs::read_to_string(folder.path().join("p/Chart.lock")).unwrap();
    // Helm's digest for the same dependencies.
    let digest = "sha256:ca79c2953409d83a251edc9d2e475346e80889e22ed9b7a4dbc96dce170c75a0";
    let want = format!(
        "dependencies:\n- name: dep\n  repository: file://../dep\n  version: 0.2.0\ndigest: {digest}\n"
    );
    assert!(lock.starts_with(&want), "{lock}");
    assert!(template(folder.path(), &["p"]).ok().starts_with("---\n# Source: p/charts/dep/"));

    fs::remove_dir_all(folder.path().join("p/charts")).unwrap();
    fs::write(folder.path().join(CHART.0), with("https://charts.example.com")).unwrap();
    let remote = template(folder.path(), &["p", "--dependency-update"]);
    assert_eq!(remote.code, 1);
    assert!(remote.stderr.contains("Pintle fetches no charts"), "{}", remote.stderr);
}

#[test]
fn another_program_changes_what_was_rendered() {
    let folder = folder(&[CHART, ("p/templates/a.yaml", OBJECT)]);
    let added = "s/name: x/name: x, labels: {a: b}/";
    let flags = ["p", "--post-renderer", "sed", "--post-renderer-args", "-e"];
    let text = template(folder.path(), &[&flags[..], &["--post-renderer-args", added]].concat());
    let object = OBJECT.replace("name: x", "name: x, labels: {a: b}");
    assert_eq!(text.ok(), format!("---\n# Source: p/templates/a.yaml\n{object}"));
    let renamed = [&flags[..], &["--post-renderer-args", "s/name: x/name: y/"]].concat();
    let text = template(folder.path(), &renamed).ok();
    assert!(text.starts_with("---\n# Source: generated-by-postrender-0.yaml\n"), "{text}");
    let check = |program: &str, want: &str| {
        let ran = template(folder.path(), &["p", "--post-renderer", program]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
        let start = format!("Error: error while running post render on files: {want}");
        assert!(ran.stderr.starts_with(&start), "{}", ran.stderr);
    };
    check("false", "false ended with exit status: 1");
    check("true", "post-renderer \"true\" produced empty output");
    check("./nowhere", "./nowhere can't be run");
}

#[test]
fn explanations_are_for_terminals() {
    let folder = folder(&[CHART, ("p/templates/a.yaml", "x: {{ .Values.a.b }}\n")]);
    let ran = template(folder.path(), &["p"]);
    let helm = "Error: p/templates/a.yaml:1:13\n  executing \"p/templates/a.yaml\" at \
                <.Values.a.b>:\n    nil pointer evaluating interface {}.b\n\n\
                Use --debug flag to render out invalid YAML\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, helm));
}

#[tokio::test]
async fn a_cluster_is_asked() {
    let plane = Plane::shared().await.unwrap();
    let text = "kind: A\nversion: {{ .Capabilities.KubeVersion.Version }}\n\
                has: {{ .Capabilities.APIVersions.Has \"apps/v1/Deployment\" }}\n\
                none: {{ lookup \"v1\" \"Namespace\" \"\" \"nobody\" | len }}\n\
                phase: {{ (lookup \"v1\" \"Namespace\" \"\" \"default\").status.phase }}\n\
                count: {{ gt (len (lookup \"v1\" \"Namespace\" \"\" \"\").items) 2 }}\n";
    let folder = folder(&[CHART, ("p/templates/a.yaml", text)]);
    let config = plane.kubeconfig_path().display().to_string();
    let ran = template(folder.path(), &["p", "--dry-run=server", "--kubeconfig", &config]);
    let version = plane.kubectl(&["get", "--raw", "/version"]).unwrap();
    let version: serde_json::Value = serde_json::from_str(&version).unwrap();
    let version = version["gitVersion"].as_str().unwrap();
    let want = format!(
        "---\n# Source: p/templates/a.yaml\nkind: A\nversion: {version}\nhas: true\nnone: 0\n\
         phase: Active\ncount: true\n"
    );
    assert_eq!(ran.ok(), want);
    let away = template(folder.path(), &["p", "--dry-run=server", "--kubeconfig", "/nonexistent"]);
    assert_eq!(away.code, 4, "{}", away.stderr);
}
