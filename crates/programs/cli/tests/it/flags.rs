//! Flags, variables and files of `template`, `lint` and `show` as Helm 4.2.4 takes them: each text
//! here is one that Helm printed.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Ran, command, run};

const CHART: &str = "apiVersion: v2\nname: c\nversion: 1.0.0\n";
const TEMPLATE: &str = "n: {{ .Release.Namespace }}\n";
const RENDERED: &str = "---\n# Source: c/templates/a.yaml\nn: default\n";

/// A folder with the chart `c` in it, and what else is said.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let base = [("c/Chart.yaml", CHART), ("c/templates/a.yaml", TEMPLATE)];
    for (path, text) in base.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn prepared(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = command();
    command.current_dir(folder).args(arguments);
    for name in ["HELM_NAMESPACE", "HELM_DEBUG", "HELM_KUBECONTEXT"] {
        command.env_remove(name);
    }
    command
}

fn helm(folder: &Path, arguments: &[&str]) -> Ran {
    run(&mut prepared(folder, arguments))
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str], error: &str) {
    let ran = helm(folder, arguments);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{arguments:?}\n{}", ran.stderr);
    assert_eq!(ran.stderr, format!("Error: {error}\n"), "{arguments:?}");
}

#[test]
fn flags_without_effect_are_taken() {
    let folder = folder(&[]);
    for flag in [
        "--no-hooks=true",
        "--include-crds=false",
        "--is-upgrade=F",
        "--dependency-update=0",
        "--output-dir=",
        "--post-renderer=",
        "--values=",
        "--version=1",
        "--devel",
        "--wait",
        "--wait=hookOnly",
        "--timeout=1h5m",
        "--force-conflicts",
        "--rollback-on-failure",
        "--server-side=false",
        "--kube-context=x",
        "--kubeconfig=",
        "--kube-token=x",
        "--qps=5",
        "--burst-limit=5",
        "--registry-config=x",
        "--repository-cache=x",
        "--colour=never",
        "--username=x",
        "--plain-http",
        "--labels=a=b,c=d",
    ] {
        let ran = helm(folder.path(), &["template", "c", flag]);
        assert_eq!(
            (ran.code, ran.stdout.as_str(), ran.stderr.as_str()),
            (0, RENDERED, ""),
            "{flag}"
        );
    }
}

#[test]
fn the_last_of_two_wins_and_a_flag_takes_what_follows() {
    let folder = folder(&[]);
    let ran = helm(folder.path(), &["template", "c", "-n", "a", "-n", "b", "--set", "--x=1"]);
    assert_eq!(ran.ok(), RENDERED.replace("default", "b"));
}

#[test]
fn values_that_a_flag_does_not_take() {
    let folder = folder(&[]);
    let check = |flag: &str, error: &str| fails(folder.path(), &["template", "c", flag], error);
    check(
        "--no-hooks=maybe",
        "invalid argument \"maybe\" for \"--no-hooks\" flag: strconv.ParseBool: parsing \"maybe\": \
         invalid syntax",
    );
    check(
        "--timeout=5",
        "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration \"5\"",
    );
    check(
        "--labels=bad",
        "invalid argument \"bad\" for \"-l, --labels\" flag: bad must be formatted as key=value",
    );
    check(
        "--wait=foo",
        "invalid argument \"foo\" for \"--wait\" flag: invalid wait input \"foo\". Valid inputs are \
         watcher, hookOnly, and legacy",
    );
    check("--verify", "unpacked charts cannot be verified");
}

#[test]
fn the_environment_of_helm() {
    let folder = folder(&[]);
    let namespace = |arguments: &[&str]| {
        let mut command = prepared(folder.path(), &["template", "c"]);
        run(command.args(arguments).env("HELM_NAMESPACE", "q")).ok()
    };
    assert_eq!(namespace(&[]), RENDERED.replace("default", "q"));
    assert_eq!(namespace(&["-n", "r"]), RENDERED.replace("default", "r"));
    assert_eq!(namespace(&["-n", ""]), RENDERED);
    let debug =
        |value: &str| run(prepared(folder.path(), &["lint", "c"]).env("HELM_DEBUG", value)).stderr;
    let line = "level=DEBUG msg=\"number of dependencies in the chart\" chart=c dependencies=0\n";
    assert_eq!((debug("1").as_str(), debug("x").as_str()), (line, ""));
}

#[test]
fn debug_prints_what_is_no_yaml() {
    let folder = folder(&[("c/templates/b.yaml", "a: b: c\n")]);
    let ran = helm(folder.path(), &["template", "c", "--debug"]);
    let error = "Error: YAML parse error on c/templates/b.yaml: error converting YAML to JSON: \
                 yaml: mapping values are not allowed in this context\n";
    assert_eq!((ran.code, ran.stderr.ends_with(error)), (1, true), "{}", ran.stderr);
    let rendered = format!("{RENDERED}\n---\n# Source: c/templates/b.yaml\na: b: c\n");
    assert_eq!(ran.stdout, rendered);
    let place = folder.path().canonicalize().unwrap();
    let line = format!("level=DEBUG msg=\"Chart path\" path={}/c\n", place.display());
    assert!(ran.stderr.contains(&line), "{}", ran.stderr);
}

#[test]
fn bytes_that_are_no_text_stay_as_they_are() {
    let folder =
        folder(&[("c/templates/a.yaml", "v: {{ .Values.a | b64enc }} {{ len .Values.a }}")]);
    fs::write(folder.path().join("b.bin"), [0xff, 0xfe, 0, b'a']).unwrap();
    let ran = helm(folder.path(), &["template", "c", "--set-file", "a=b.bin"]);
    assert_eq!(ran.ok(), "---\n# Source: c/templates/a.yaml\nv: //4AYQ== 4\n");
}

#[test]
fn files_that_cannot_be_read() {
    let folder = folder(&[("file", ""), ("d/x", "")]);
    let check = |arguments: &[&str], error: &str| {
        fails(folder.path(), &[&["template", "c"], arguments].concat(), error);
    };
    check(&["-f", "d"], "read d: is a directory");
    check(&["-f", "file/x"], "open file/x: not a directory");
    check(&["--set-file", "y=d"], "failed parsing --set-file data: read d: is a directory");
    check(
        &["--output-dir", "file"],
        "stat file/c/templates: not a directory\n\nUse --debug flag to render out invalid YAML",
    );
}

#[test]
fn half_of_a_surrogate_pair() {
    let folder = folder(&[("c/templates/a.yaml", "v: {{ .Values.a }}\n")]);
    let ran =
        helm(folder.path(), &["template", "c", "--set-json", r#"a="\ude00\ud83d\ude00\\ud83d""#]);
    assert_eq!(ran.ok(), "---\n# Source: c/templates/a.yaml\nv: \u{fffd}😀\\ud83d\n");
}

#[test]
fn when_a_lock_was_made_is_a_time() {
    let check = |generated: &str, error: Option<&str>| {
        let text = format!("generated: {generated}\ndigest: x\ndependencies: []\n");
        let folder = folder(&[("c/Chart.lock", &text)]);
        let start = "cannot load Chart.lock: error unmarshaling JSON: while decoding JSON: ";
        match error {
            None => assert_eq!(helm(folder.path(), &["template", "c"]).ok(), RENDERED),
            Some(error) => fails(folder.path(), &["template", "c"], &format!("{start}{error}")),
        }
    };
    check("2020-01-01T00:00:00Z", None);
    check("\"2020-01-01T00:00:00.5+02:00\"", None);
    check("null", None);
    let layout = "2006-01-02T15:04:05Z07:00";
    let day = format!("parsing time \"2020-01-01\" as \"{layout}\": cannot parse \"\" as \"T\"");
    check("2020-01-01", Some(&day));
    check("5", Some("Time.UnmarshalJSON: input is not a JSON string"));
}

#[test]
fn an_item_that_is_no_maintainer() {
    let text = format!("{CHART}maintainers: [x]\n");
    let folder = folder(&[("c/Chart.yaml", &text)]);
    let error = "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot \
                 unmarshal string into Go struct field Metadata.maintainers of type v2.Maintainer";
    fails(folder.path(), &["template", "c"], error);
}

#[test]
fn fields_of_the_build_keep_their_order() {
    let folder = folder(&[("c/templates/a.yaml", "v: {{ .Capabilities.HelmVersion | toJson }}\n")]);
    let text = helm(folder.path(), &["template", "c"]).ok();
    assert!(text.contains("v: {\"version\":\"v4.2.4\",\"go_version\":\"go1."), "{text}");
    assert!(text.ends_with("\",\"kube_client_version\":\"v1.36\"}\n"), "{text}");
}

#[test]
fn what_is_refused() {
    let folder = folder(&[]);
    let error = "the repository \"http://localhost/\" is not asked: Pintle fetches no charts; get it \
                 with `helm pull`";
    fails(folder.path(), &["template", "c", "--repo", "http://localhost/"], error);
    let ran = helm(folder.path(), &["template", "c", "--dry-run=server", "--kube-token", "x"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--kube-token is not known to --dry-run=server"), "{}", ran.stderr);
    let ran = helm(folder.path(), &["show", "values", "c", "--jsonpath", "{.a}"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("--jsonpath is not known"), "{}", ran.stderr);
}

#[test]
fn help_shows_switches_without_values() {
    let ran = helm(Path::new("."), &["template", "--no-hooks=true", "--help"]);
    assert!(!ran.stdout.contains("--no-hooks["), "{}", ran.stdout);
    let ran = helm(Path::new("."), &["template", "--help"]);
    assert!(ran.stdout.contains("--no-hooks  ") && !ran.stdout.contains("--kube-token"));
}

#[test]
fn arguments_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[("c/templates/a.yaml", "v: {{ .Values.a }}\n")]);
    let set = std::ffi::OsStr::from_bytes(b"a=x\xf0\x9fy");
    let ran = run(prepared(folder.path(), &["template", "c", "--set"]).arg(set));
    assert_eq!(ran.ok(), "---\n# Source: c/templates/a.yaml\nv: x\u{fffd}\u{fffd}y\n");
}

#[test]
fn names_of_hosts_are_looked_up_when_allowed() {
    let text = "v: {{ getHostByName \"localhost\" | quote }}\n";
    let folder = folder(&[("c/templates/a.yaml", text)]);
    let without = helm(folder.path(), &["template", "c"]).ok();
    assert!(without.ends_with("v: \"\"\n"), "{without}");
    let with = helm(folder.path(), &["template", "c", "--enable-dns"]).ok();
    assert!(with.contains("\"127.0.0.1\"") || with.contains("\"::1\""), "{with}");
}

#[test]
fn names_that_are_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let text = "v: {{ range $name, $data := .Files }}{{ $name }}={{ toString $data }}{{ end }}\n";
    let folder = folder(&[("c/templates/a.yaml", text)]);
    let name = std::ffi::OsStr::from_bytes(b"r\xff");
    fs::write(folder.path().join("c").join(name), "x").unwrap();
    let ran = helm(folder.path(), &["template", "c"]);
    assert_eq!(ran.ok(), "---\n# Source: c/templates/a.yaml\nv: r\u{fffd}=x\n");
}

#[test]
fn words_of_lint() {
    let name = "a".repeat(260);
    let object = format!("apiVersion: v1\nkind: PodTemplate\nmetadata: {{name: {name}}}\n");
    let folder = folder(&[("c/templates/b.yaml", &object), ("d/values.yaml", "- a\n")]);
    let long = helm(folder.path(), &["lint", "c"]).ok();
    assert!(long.contains("\": must be no more than 253 characters\n"), "{long}");
    fs::write(folder.path().join("d/Chart.yaml"), CHART).unwrap();
    let list = helm(folder.path(), &["lint", "d"]).stdout;
    let error = "[ERROR] values.yaml: unable to parse YAML: error unmarshaling JSON: while decoding \
                 JSON: json: cannot unmarshal array into Go value of type common.Values\n";
    assert!(list.contains(error), "{list}");
    let none = helm(folder.path(), &["lint", "."]).stdout;
    let error = "stat Chart.yaml: no such file or directory\n";
    assert!(none.contains(error), "{none}");
    let above = helm(&folder.path().join("c"), &["template", ".."]);
    let place = folder.path().canonicalize().unwrap().join("Chart.yaml");
    let error = format!("Error: unable to detect chart at {}: open ", place.display());
    assert!(above.stderr.starts_with(&error), "{}", above.stderr);
}
