//! TOML against what Helm's `fromToml` and `toToml` answered.

use pintle_go_value::{Heap, Tree, Value};
use pintle_go_yaml::{read_exact, read_json, read_toml, to_json, to_toml, to_yaml_pretty};

fn field<'a>(case: &'a Tree, name: &str) -> Option<&'a str> {
    case.get(name).and_then(Tree::as_str)
}

/// Times are somebody else's matter; one that is none is refused.
fn time<'h>(heap: &'h Heap, text: &str) -> Option<Value<'h>> {
    (text.len() >= 10).then(|| heap.string(text))
}

/// `fromToml`, then both writers.
fn read_and_written(text: &str) -> (String, String) {
    let heap = Heap::new();
    let value = read_toml(&heap, text.as_bytes(), &time).unwrap_or_else(|error| {
        let map = heap.map();
        map.insert(b"Error", heap.string(error.to_string()));
        Value::Map(map)
    });
    let (mut json, mut yaml) = (Vec::new(), Vec::new());
    // Infinities are no JSON: Helm gives nothing then.
    let _ = to_json(&mut json, (&heap, value)).map_err(|_| json.clear());
    to_yaml_pretty(&mut yaml, (&heap, value)).expect("plain kinds");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&json), text(yaml.strip_suffix(b"\n").unwrap_or(&yaml)))
}

#[test]
fn texts_and_values_are_as_helm_has_them() {
    let path = std::env::var("PINTLE_TOML_TABLE").unwrap_or_else(|_| {
        concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/toml.json").to_owned()
    });
    let table = read_json(std::fs::read(path).expect("the table")).expect("JSON");
    let cases = table.as_list().expect("a list");
    let mut failed = 0;
    for case in cases {
        let (have, want) = match (field(case, "toml"), field(case, "value")) {
            (Some(text), _) => {
                let (json, yaml) = read_and_written(text);
                let want =
                    [field(case, "json"), field(case, "yaml")].map(Option::unwrap_or_default);
                (format!("{json}\n{yaml}"), want.join("\n"))
            }
            (None, Some(value)) => {
                let mut out = Vec::new();
                let tree = read_exact(value).expect("JSON is YAML");
                let text = match to_toml(&mut out, &tree) {
                    Ok(()) => String::from_utf8_lossy(&out).into_owned(),
                    Err(error) => error.to_string(),
                };
                let want = field(case, "written").expect("an answer");
                // A panic comes wrapped by the template.
                let want = want.rsplit("error calling toToml: ").next().unwrap_or(want);
                (text, want.to_owned())
            }
            (None, None) => panic!("a case has toml or value"),
        };
        if have != want {
            failed += 1;
            let input = field(case, "toml").or(field(case, "value"));
            println!("{input:?}\n   have {have:?}\n   want {want:?}");
        }
    }
    assert!(cases.len() > 1000, "the table is cut short");
    assert_eq!(failed, 0, "of {}", cases.len());
}

#[test]
fn nesting_has_a_limit() {
    let heap = Heap::new();
    let nested = |depth| format!("a = {}{}", "[".repeat(depth), "]".repeat(depth));
    assert!(read_toml(&heap, nested(500).as_bytes(), &time).is_ok());
    let error = read_toml(&heap, nested(501).as_bytes(), &time).expect_err("past the limit");
    assert_eq!(
        error.to_string(),
        "toml: line 1 (last key \"a\"): nesting exceeds the limit of 500"
    );
}
