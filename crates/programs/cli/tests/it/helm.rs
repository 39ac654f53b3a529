//! `template`, `lint` and `show` against what Helm 4.2.4 printed for the same arguments
//! (`conformance/data`, made by `tools/oracle`).

use std::path::Path;

use base64::Engine;
use serde::Deserialize;

use crate::support::{command, run};

/// Cases that end in the words of another parser of arguments: clap's, and exit code 2.
const USAGE: &[&str] = &[
    "template",
    "template --nope testdata/testcharts/subchart",
    "template --hide-secret testdata/testcharts/subchart",
    "lint",
];

#[derive(Deserialize)]
struct Case {
    name: String,
    args: Vec<String>,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    exit: i32,
    stdout: String,
    #[serde(default)]
    stderr: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Data {
    Text(String),
    Bytes {
        #[serde(rename = "$str")]
        base64: String,
    },
}

#[derive(Deserialize)]
struct Fixture {
    path: String,
    data: Data,
}

fn data<T: for<'de> Deserialize<'de>>(name: &str) -> T {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../conformance/data");
    serde_json::from_slice(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

/// The folder in which Helm was run.
fn fixtures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for Fixture { path, data } in data::<Vec<Fixture>>("helm-fixtures.json") {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let bytes = match data {
            Data::Text(text) => text.into_bytes(),
            Data::Bytes { base64 } => {
                base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
            }
        };
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

fn check(file: &str, passed_want: usize, usage_want: usize) {
    let folder = fixtures();
    let cases: Vec<Case> = data(file);
    let (mut passed, mut usage, mut failed) = (0, 0, Vec::new());
    for Case { name, args, want } in &cases {
        let ran = run(command().args(args).current_dir(folder.path()));
        if USAGE.contains(&name.as_str()) {
            assert_eq!((ran.code, want.exit), (2, 1), "{name}");
            usage += 1;
        } else if (ran.code, &ran.stdout, &ran.stderr) == (want.exit, &want.stdout, &want.stderr) {
            passed += 1;
        } else {
            let want = format!("{} {}\n{}", want.exit, want.stdout, want.stderr);
            let got = format!("{} {}\n{}", ran.code, ran.stdout, ran.stderr);
            let differs = want.lines().zip(got.lines()).find(|(want, got)| want != got);
            failed.push(format!("{name}\n  {differs:?}"));
        }
    }
    assert!(failed.is_empty(), "{} differ\n{}", failed.len(), failed.join("\n"));
    assert_eq!((passed, usage, cases.len()), (passed_want, usage_want, passed_want + usage_want));
}

#[test]
fn template_is_as_helms() {
    check("helm-template.json", 90, 3);
}

#[test]
fn lint_and_show_are_as_helms() {
    check("helm-command.json", 82, 1);
}
