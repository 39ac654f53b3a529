//! Every answer that Masterminds/semver gave for `data/generate.go`, asked again here.
#![cfg(test)]

use std::collections::BTreeMap;

use pintle_go_semver::{Constraints, Version, VersionError};

fn rows() -> Vec<Vec<String>> {
    include_str!("data/answers.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect(line))
        .collect()
}

fn text(result: &Result<Version, VersionError>) -> String {
    match result {
        Err(error) => format!("error: {error}"),
        Ok(v) => format!(
            "{v} {} {} {} {} {} {}",
            v.original(),
            v.major(),
            v.minor(),
            v.patch(),
            v.prerelease(),
            v.metadata()
        ),
    }
}

fn reasons(constraint: &str, version: &str, include_prerelease: bool) -> String {
    let constraints =
        Constraints::parse(constraint).expect(constraint).with_prereleases(include_prerelease);
    let version = Version::parse(version).expect(version);
    let validated = constraints.validate(&version);
    assert_eq!(constraints.check(&version), validated.is_ok());
    validated.err().unwrap_or_default().join("; ")
}

fn answer(row: &[String], parsed: &[Version]) -> (String, String) {
    let [kind, input, ..] = row else { panic!("short row {row:?}") };
    let version = || Version::parse(input).expect(input);
    let ours = match kind.as_str() {
        "parse" => text(&Version::parse(input)),
        "strict" => text(&Version::strict(input)),
        "patch" => text(&version().inc_patch()),
        "minor" => text(&version().inc_minor()),
        "major" => text(&version().inc_major()),
        "compare" => {
            let signs = parsed.iter().map(|other| version().compare(other) as i8);
            signs.map(|sign| sign.to_string()).collect::<Vec<_>>().join(" ")
        }
        "constraint" => match Constraints::parse(input) {
            Ok(constraints) => constraints.to_string(),
            Err(error) => format!("error: {error}"),
        },
        "check" => reasons(input, &row[2], false),
        "check+pre" => reasons(input, &row[2], true),
        other => match other.split_once(' ') {
            Some(("pre", pre)) => text(&version().with_prerelease(pre)),
            Some(("meta", metadata)) => text(&version().with_metadata(metadata)),
            _ => panic!("unknown row {row:?}"),
        },
    };
    (ours, row.last().expect("a row has cells").clone())
}

#[test]
fn every_answer_is_masterminds() {
    let rows = rows();
    let parsed: Vec<Version> = rows
        .iter()
        .filter(|row| row[0] == "parse")
        .filter_map(|row| Version::parse(&row[1]).ok())
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in &rows {
        let (ours, theirs) = answer(row, &parsed);
        *counts.entry(row[0].as_str()).or_default() += 1;
        if ours != theirs {
            wrong.push(format!("{row:?}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
    assert!(counts.len() == 17 && rows.len() > 8000, "the table is not whole: {counts:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
