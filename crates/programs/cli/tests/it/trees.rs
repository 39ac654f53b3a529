//! What `pintle status` prints for Releases in every state.

use crate::support::snapshot;

/// The time at which all of them are looked at.
const NOW: &str = "2026-11-02T12:00:00Z";

#[test]
fn every_state() {
    let cases = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut seen = 0;
    for entry in std::fs::read_dir(cases).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let tree = pintle_go_yaml::read(std::fs::read(&path).unwrap()).unwrap();
        let mut json = Vec::new();
        pintle_go_yaml::to_json(&mut json, &tree).unwrap();
        let release = serde_json::from_slice(&json).unwrap();
        let tree = pintle_cli::status_tree(&release, NOW.parse().unwrap());
        let line = pintle_cli::status_line(&release);
        snapshot(&format!("tree-{name}"), &format!("{tree}\n\nline: {line}\n"));
        seen += 1;
    }
    assert_eq!(seen, 7);
}
