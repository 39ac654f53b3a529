//! Go's own tables with Go's own answers, and random cases that the real Go has answered.
#![cfg(test)]

mod differential;
mod fmt_table;
mod limits;
mod typed;
mod values;

use serde_json::Value as Json;

/// The rows of a data file, which lies at `path` from this crate.
fn rows(path: &str) -> Vec<Json> {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Asks `answer` about every row, and fails with all the rows that differ.
fn check(path: &str, answer: impl Fn(&Json) -> Result<(), String>) {
    let rows = rows(path);
    assert!(!rows.is_empty(), "{path} has no rows");
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| answer(row).err().map(|got| format!("{row}: got {got}")))
        .collect();
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

/// `Err` with what was got, if that is not what was wanted.
fn equal(got: &[u8], want: &[u8]) -> Result<(), String> {
    if got == want { Ok(()) } else { Err(String::from_utf8_lossy(got).into_owned()) }
}
