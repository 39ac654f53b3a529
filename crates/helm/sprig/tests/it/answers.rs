//! Sprig's own assertions and thousands of traps, as Helm's function map answered them.

use pintle_go_template::Session;
use pintle_go_time::{Zone, parse};
use pintle_go_value::{Heap, IntKind, Type, Value};
use pintle_helm_sprig::TimeObject;
use serde_json::Value as Json;

use crate::support::run_in;

/// Functions that need the engine: `helm/render` has them, and is tested on these rows.
const ENGINE: [&str; 5] = ["include", "tpl", "required", "fail", "lookup"];

/// Rows whose reader or writer `go/yaml` has yet to bring to the letter, by name or template.
const ELSEWHERE: [(&str, &str); 8] = [
    ("trap 6660", "fromJson keeps what was read before a number out of range"),
    ("trap 6662", "fromJsonArray judges the kind before the number"),
    ("trap 6672", "JSON that ends within a literal"),
    ("trap 6673", "JSON that ends within a literal"),
    ("trap 6674", "JSON that ends within a literal"),
    ("trap 6819", "toToml writes local dates in the form of their zone's name"),
    ("{{ fromJson \"tr\" | toJson }}", "JSON that ends within a literal"),
    ("{{ mustFromJson \"tr\" }}", "JSON that ends within a literal"),
];

pub(crate) fn is_elsewhere(name: &str) -> bool {
    ELSEWHERE.iter().any(|(elsewhere, _)| *elsewhere == name)
}

static FIXTURE: Type = Type::Struct("struct { Name string; Value string }");
static NIL_FIXTURE: Type = Type::Pointer(&FIXTURE);

/// Typed JSON: integers are `int`, what JSON has no kind for is an object with a `$` key.
fn decode<'h>(heap: &'h Heap, json: &Json) -> Value<'h> {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) if !number.to_string().contains(['.', 'e', 'E']) => Value::int(value),
            _ => Value::float64(number.as_f64().expect("a number")),
        },
        Json::String(text) => heap.string(text),
        Json::Array(items) => heap.list(&Type::LIST, &list(heap, items)),
        Json::Object(entries) => match entries.iter().next() {
            Some((key, value)) if key.starts_with('$') => special(heap, key, value, json),
            _ => {
                let map = heap.map();
                for (key, value) in entries {
                    map.insert(heap.str(key).as_bytes(), decode(heap, value));
                }
                Value::Map(map)
            }
        },
    }
}

fn list<'h>(heap: &'h Heap, items: &[Json]) -> Vec<Value<'h>> {
    items.iter().map(|item| decode(heap, item)).collect()
}

fn special<'h>(heap: &'h Heap, key: &str, value: &Json, whole: &Json) -> Value<'h> {
    let items = || list(heap, value.as_array().expect("a list"));
    match key {
        "$ints" => heap.list(&Type::INTS, &items()),
        "$strings" => heap.list(&Type::STRINGS, &items()),
        "$int64" => Value::int64(value.as_i64().expect("an integer")),
        "$int32" => Value::Int(IntKind::Int32, value.as_i64().expect("an integer")),
        "$ptr" => heap.pointer(decode(heap, value)),
        "$named" => decode(heap, &whole["value"]),
        "$nil" => Value::NilOf(&NIL_FIXTURE),
        "$time" => {
            let text = value.as_str().expect("a time");
            let time = parse(b"2006-01-02T15:04:05Z07:00", text.as_bytes()).expect(text);
            let zone = whole["zone"].as_str().unwrap_or("UTC");
            heap.object(TimeObject(time.in_zone(Zone::load(zone.as_bytes()).expect(zone))))
        }
        "$struct" => {
            let fields = whole["fields"].as_array().expect("fields");
            let fields: Vec<(&str, Value<'h>)> = fields
                .iter()
                .map(|field| {
                    (heap.str(field[0].as_str().expect("a name")), decode(heap, &field[1]))
                })
                .collect();
            heap.structure(&FIXTURE, &fields)
        }
        other => panic!("unknown typed value {other}"),
    }
}

pub(crate) fn wanted(want: &Json) -> Result<Vec<u8>, String> {
    if let Some(error) = want["err"].as_str() {
        return Err(error.to_owned());
    }
    if let Some(text) = want["ok"].as_str() {
        return Ok(text.as_bytes().to_vec());
    }
    use base64::Engine as _;
    let text = want["ok_b64"].as_str().expect("an answer");
    Ok(base64::engine::general_purpose::STANDARD.decode(text).expect(text))
}

fn answer(row: &Json, template: &str, seed: u64) -> Result<Vec<u8>, String> {
    let session = Session::new();
    run_in(&session, template, |heap| decode(heap, &row["data"]), seed)
}

#[test]
fn every_answer_is_helm_s() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../conformance/data/sprig.json");
    let text = std::fs::read(path).expect(path);
    let rows: Vec<Json> = serde_json::from_slice(&text).expect("a list of cases");
    let mut wrong = Vec::new();
    // Rows that are not for this test, and those that ask for the date of the day.
    let (mut engine, mut clock) = (0, 0);
    for row in &rows {
        let name = row["name"].as_str().expect("a name");
        let template = row["tmpl"].as_str().expect("a template");
        if is_elsewhere(name) {
            continue;
        }
        let mut words = template.split(|c: char| !c.is_ascii_alphanumeric());
        if words.any(|word| ENGINE.contains(&word)) {
            engine += 1;
            continue;
        }
        let ours = answer(row, template, 1);
        if ours != answer(row, template, 2) {
            clock += 1;
            continue;
        }
        let theirs = wanted(&row["want"]);
        if ours != theirs {
            let show = |answer: Result<Vec<u8>, String>| {
                answer.map(|out| String::from_utf8_lossy(&out).into_owned())
            };
            wrong.push(format!(
                "{name}: {template}\n  ours   {:?}\n  theirs {:?}",
                show(ours),
                show(theirs)
            ));
        }
    }
    assert!(rows.len() > 7000 && engine < 100 && clock < 100, "{} {engine} {clock}", rows.len());
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}
