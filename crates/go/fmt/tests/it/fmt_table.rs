//! `fmtTests`, `TestReorder` and their neighbours in Go's `fmt_test.go`.
//!
//! The rows that no value here can stand for (functions, channels, `Format` methods) are in
//! `conformance/data/not-applicable.json` with their reasons; those that print an address are in
//! `values.rs`.

use pintle_go_fmt::sprintf;
use pintle_go_value::Heap;
use serde_json::Value as Json;

use crate::typed::{bytes, decode};
use crate::{check, equal};

#[test]
fn printf_answers_as_go_does() {
    check("../../../conformance/data/fmt.json", printf);
}

#[test]
fn complex_numbers_print_as_go_prints_them() {
    check("../../../conformance/data/fmt-complex.json", printf);
}

fn printf(row: &Json) -> Result<(), String> {
    let heap = Heap::new();
    let args: Vec<_> =
        row["args"].as_array().expect("args").iter().map(|arg| decode(&heap, arg)).collect();
    let mut out = Vec::new();
    sprintf(&mut out, &bytes(&row["format"]), &args).expect("within limits");
    equal(&out, &bytes(&row["want"]))
}
