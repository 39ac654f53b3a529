//! `fmtTests`, `TestReorder` and their neighbours in Go's `fmt_test.go`.

use pintle_go_fmt::sprintf;
use pintle_go_value::Heap;
use serde_json::Value as Json;

use crate::typed::{bytes, decode};

/// Rows in the data that this crate answers otherwise, with the reason.
const DIFFERENT: &[(&str, &str)] = &[];

#[test]
fn printf_answers_as_go_does() {
    let mut wrong = Vec::new();
    let mut rows = 0;
    for table in ["fmt.json", "fmt-complex.json"] {
        for row in read(table).as_array().expect("a list of rows") {
            rows += 1;
            let name = row["name"].as_str().expect("a name");
            if DIFFERENT.iter().any(|(different, _)| *different == name) {
                continue;
            }
            if let Err(got) = check(row) {
                wrong.push(format!("{name} {}: {got}, want {}", row["args"], row["want"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
}

fn check(row: &Json) -> Result<(), String> {
    let heap = Heap::new();
    let args: Vec<_> =
        row["args"].as_array().expect("args").iter().map(|arg| decode(&heap, arg)).collect();
    let mut out = Vec::new();
    sprintf(&mut out, &bytes(&row["format"]), &args).expect("within limits");
    if out == bytes(&row["want"]) {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&out).into_owned())
    }
}

fn read(table: &str) -> Json {
    let path = format!("{}/../../../conformance/data/{table}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}
