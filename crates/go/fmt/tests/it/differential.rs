//! strconv's own tables, and random formats, values, numbers and literals (`tests/data`, from a
//! fixed seed), with the answers that the pinned Go gave when the oracle asked it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_fmt::{
    append_quote, append_quote_to_ascii, append_quote_to_graphic, can_backquote, format_float,
    parse_bool, parse_float, parse_int, parse_uint, sprint, sprintf, sprintln, unquote,
};
use pintle_go_value::{FloatKind, Heap, Value};
use serde_json::Value as Json;

use crate::typed::{bytes, decode};
use crate::{check, equal};

#[test]
fn strconv_tables_of_literals_hold() {
    check("../../../conformance/data/quote.json", quoting);
}

#[test]
fn strconv_tables_of_numbers_hold() {
    check("../../../conformance/data/strconv-float.json", numbers);
    check("../../../conformance/data/strconv-int.json", numbers);
}

#[test]
fn random_values_print_as_in_go() {
    check("tests/data/fmt.json", print);
}

#[test]
fn random_texts_are_quoted_and_unquoted_as_in_go() {
    check("tests/data/quote.json", quoting);
}

#[test]
fn random_numbers_are_written_and_read_as_in_go() {
    check("tests/data/strconv.json", numbers);
}

/// The text of an answer that is no error.
fn wanted(row: &Json) -> Option<Vec<u8>> {
    let want = &row["want"];
    match (&want["ok"], &want["ok_b64"]) {
        (Json::String(text), _) => Some(text.as_bytes().to_vec()),
        (_, Json::String(text)) => Some(STANDARD.decode(text).expect("base64")),
        _ => None,
    }
}

fn print(row: &Json) -> Result<(), String> {
    let heap = Heap::new();
    let args: Vec<_> =
        row["args"].as_array().expect("args").iter().map(|arg| decode(&heap, arg)).collect();
    let mut out = Vec::new();
    match row["func"].as_str() {
        Some("Sprint") => sprint(&mut out, &args),
        Some("Sprintln") => sprintln(&mut out, &args),
        _ => sprintf(&mut out, &bytes(&row["format"]), &args),
    }
    .expect("within limits");
    equal(&out, &wanted(row).expect("a text"))
}

fn quoting(row: &Json) -> Result<(), String> {
    let text = bytes(&row["text"]);
    let mut out = Vec::new();
    match row["op"].as_str() {
        Some("quote") => append_quote(&mut out, &text),
        Some("ascii") => append_quote_to_ascii(&mut out, &text),
        Some("graphic") => append_quote_to_graphic(&mut out, &text),
        Some("canbackquote") => out.extend(can_backquote(&text).to_string().bytes()),
        _ => match (unquote(&text), wanted(row)) {
            (Ok(text), Some(_)) => out.extend_from_slice(&text),
            (Err(error), None) => {
                let want = row["want"]["err"].as_str().expect("an error");
                return equal(error.to_string().as_bytes(), want.as_bytes());
            }
            (got, _) => return Err(format!("{got:?}")),
        },
    }
    equal(&out, &wanted(row).expect("a text"))
}

fn numbers(row: &Json) -> Result<(), String> {
    let text = row["text"].as_str().unwrap_or_default().as_bytes();
    let bits = row["bits"].as_u64().expect("bits") as u32;
    let base = row["base"].as_u64().unwrap_or_default() as u32;
    let kind = if bits == 32 { FloatKind::Float32 } else { FloatKind::Float64 };
    let heap = Heap::new();
    let got = match row["op"].as_str() {
        Some("format") => {
            let Value::Float(_, number) = decode(&heap, &row["f"]) else { panic!("no float") };
            let layout = row["fmt"].as_str().expect("a layout").as_bytes()[0];
            let precision = usize::try_from(row["prec"].as_i64().expect("a precision")).ok();
            let text = format_float(number, layout, precision, kind);
            return equal(text.as_bytes(), &wanted(row).expect("a text"));
        }
        Some("parsefloat") => parse_float(text, kind).map(Value::float64),
        Some("parsebool") => parse_bool(text).map(Value::Bool),
        Some("parseint") => parse_int(text, base, bits).map(Value::int64),
        _ => parse_uint(text, base, bits)
            .map(|number| Value::Uint(pintle_go_value::UintKind::Uint64, number)),
    };
    match (got, row["want"]["err"].as_str()) {
        (Err(error), Some(want)) => equal(error.to_string().as_bytes(), want.as_bytes()),
        (Ok(got), None) => {
            let want = decode(&heap, &row["want"]["value"]);
            equal(format!("{got:?}").as_bytes(), format!("{want:?}").as_bytes())
        }
        (got, _) => Err(format!("{got:?}")),
    }
}
