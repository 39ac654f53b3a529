//! The targets on the stable toolchain.

use std::path::Path;

use pintle_testing_fuzzing::{Target, named, replay};

/// What was found before, in `tests/data/TARGET`.
fn found_before(target: &Target) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(target.name);
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (format!("{}", path.display()), std::fs::read(&path).unwrap()))
        .collect();
    found.sort();
    found
}

#[track_caller]
fn check(name: &str) {
    let target = named(name).unwrap();
    match replay(target, found_before(target)).unwrap() {
        Ok(replayed) => println!("{name}: {replayed:?}"),
        Err(failure) => {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}"));
            std::fs::write(&file, &failure.input).unwrap();
            panic!(
                "{name}: {failure}\n  again: cargo run -p pintle-testing-fuzzing -- run {name} {}",
                file.display()
            );
        }
    }
}

#[test]
fn lexer() {
    check("lexer");
}

#[test]
fn parser() {
    check("parser");
}

#[test]
fn render() {
    check("render");
}

#[test]
fn yaml() {
    check("yaml");
}

#[test]
fn json() {
    check("json");
}

#[test]
fn toml() {
    check("toml");
}

#[test]
fn archive() {
    check("archive");
}

#[test]
fn regexp() {
    check("regexp");
}

#[test]
fn strvals() {
    check("strvals");
}

#[test]
fn semver() {
    check("semver");
}

#[test]
fn time() {
    check("time");
}

/// Each target stands above, and has a binary of its own.
#[test]
fn no_target_is_left_out() {
    let here = include_str!("replays.rs");
    for target in pintle_testing_fuzzing::TARGETS {
        let name = target.name;
        assert!(here.contains(&format!("check(\"{name}\")")), "{name} is not replayed");
        let binary = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../../../fuzz/fuzz_targets/{name}.rs"));
        assert!(binary.is_file(), "{} is not there", binary.display());
    }
}
