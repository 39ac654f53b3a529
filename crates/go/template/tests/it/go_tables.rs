//! Go's own tables (conformance/data, from `text/template/{exec,multi}_test.go`), answers by Go.

use std::sync::LazyLock;

use pintle_go_template::{CallError, Func, FuncMap, Int, MissingKey, Reflect, Rest, func};
use pintle_go_value::{Heap, Map, Type, Value};
use serde_json::Value as Json;

use crate::{Case, leak, typed};

fn rows(file: &str) -> Vec<Json> {
    let path = format!("{}/../../../conformance/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap()
}

/// Rows that cannot apply, and why.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    ("len(s) < indexes < cap(s)", "a list has no capacity beyond its length"),
    ("len(s) < indexes < cap(s) #2", "a list has no capacity beyond its length"),
    ("indexes > cap(s)", "a list has no capacity beyond its length"),
    ("indexes > cap(s) #2", "a list has no capacity beyond its length"),
];

/// Runs a table, of which at least `least` rows are there.
fn check(file: &str, least: usize, funcs: &'static FuncMap<()>) {
    let rows = rows(file);
    assert!(rows.len() >= least, "{file} has only {} rows", rows.len());
    let left_out = |row: &&Json| !NOT_APPLICABLE.iter().any(|(name, _)| row["name"] == *name);
    let failures: Vec<String> =
        rows.iter().filter(left_out).filter_map(|row| failure(row, funcs)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

fn failure(row: &Json, funcs: &'static FuncMap<()>) -> Option<String> {
    let text = row["tmpl"].as_str().unwrap();
    let mut defined: Vec<(&str, &str)> = Vec::new();
    for (name, text) in row["defs"].as_object().into_iter().flatten() {
        defined.push((name, text.as_str().unwrap()));
    }
    let missing_key = match row["missingkey"].as_str() {
        Some("zero") => MissingKey::Zero,
        Some("error") => MissingKey::Error,
        _ => MissingKey::Invalid,
    };
    let case = Case { defined: &defined, missing_key, ..Case::new(text) };
    let got = case.run(funcs, |session| typed::decode(session.heap(), &row["data"]));
    let want = match &row["want"] {
        want if want["err"].is_string() => Err(want["err"].as_str().unwrap().to_owned()),
        want => Ok(String::from_utf8_lossy(&typed::bytes(&want["ok"])).into_owned()),
    };
    (got != want).then(|| format!("{}: {text:?}\n  want {want:?}\n  got  {got:?}", row["name"]))
}

fn type_of(value: Value<'_>) -> String {
    value.type_name()
}

fn add(numbers: Rest<'_, '_, Int>) -> Int {
    Int(numbers.iter().map(|number| number.0).sum())
}

fn echo(value: Value<'_>) -> Value<'_> {
    value
}

fn make_map<'h>(heap: &'h Heap, pairs: Rest<'_, 'h, &'h [u8]>) -> Value<'h> {
    let map = heap.map_of(&Type::STRING_MAP, pairs.len() / 2);
    let pairs: Vec<&[u8]> = pairs.iter().collect();
    for pair in pairs.chunks(2) {
        map.insert(pair[0], Value::String(pair[1]));
    }
    Value::Map(map)
}

fn map_of_three(heap: &Heap) -> &Map<'_> {
    let map = heap.map();
    map.insert(b"three", Value::int(3));
    map
}

fn count<'h>(heap: &'h Heap, count: Int) -> Value<'h> {
    let letters = "abcdefghijklmnop";
    heap.strings((0..usize::try_from(count.0).unwrap()).map(|at| letters[at..=at].to_owned()))
}

fn die() -> Result<bool, CallError> {
    Err(CallError::panic("die"))
}

static TABLE: &[Func<()>] = &[
    func!("typeOf", type_of, (Value<'_>)),
    func!("add", add, (; Int)),
    func!("echo", echo, (Value<'_>)),
    func!("makemap", make_map, heap, (; &[u8])),
    func!("mapOfThree", map_of_three, heap, ()),
    func!("zeroArgs", || "zeroArgs", ()),
    func!("oneArg", |text: &[u8]| [b"oneArg=", text].concat(), (&[u8])),
    func!("twoArgs", |a: &[u8], b: &[u8]| [b"twoArgs=", a, b].concat(), (&[u8], &[u8])),
    func!("dddArg", |_: Int, _: Rest<'_, '_, &[u8]>| "dddArg", (Int; &[u8])),
    func!("valueString", |_: &[u8]| "value is ignored", (&[u8])),
    func!("returnInt", || Int(7), ()),
    func!("vfunc", |_: Reflect<'_>, _: Reflect<'_>| "vfunc", (Reflect<'_>, Reflect<'_>)),
    func!("count", count, heap, (Int)),
    func!("die", die, ()),
];

static FUNCS: LazyLock<&'static FuncMap<()>> = LazyLock::new(|| leak(TABLE));

#[test]
fn executions_are_those_of_go() {
    check("template-exec.json", 294, leak(&[]));
}

#[test]
fn comparisons_are_those_of_go() {
    check("template-compare.json", 100, leak(&[]));
}

#[test]
fn functions_are_called_as_go_calls_them() {
    check("template-funcs.json", 30, *FUNCS);
}
