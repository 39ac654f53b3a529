//! Typed values, and the doors that want a map or a list.

use pintle_go_value::{FloatKind, Heap, Tree, Type, UintKind, Value};
use pintle_go_yaml::{
    Place, number_text, read, read_exact, read_json_value, read_list_value, read_map,
    read_map_value, read_strict, to_json, to_pretty_json, to_raw_json, to_toml, to_yaml,
    to_yaml_pretty,
};

fn text(write: impl FnOnce(&mut Vec<u8>) -> Result<(), pintle_go_yaml::Error>) -> String {
    let mut out = Vec::new();
    match write(&mut out) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(error) => format!("error: {error}"),
    }
}

#[test]
fn kinds_that_only_values_have() {
    let heap = Heap::new();
    let map = heap.map();
    map.insert(b"bytes", Value::Bytes(b"hi"));
    map.insert(b"invalid", Value::String(b"a\xFFb"));
    map.insert(b"nilmap", Value::NilOf(&Type::MAP));
    map.insert(b"single", Value::Float(FloatKind::Float32, f64::from(0.1_f32)));
    map.insert(b"uint", Value::Uint(UintKind::Uint64, u64::MAX));
    map.insert(
        b"struct",
        heap.structure(&Type::Struct("main.T"), &[("Cert", Value::str("c")), ("key", Value::Nil)]),
    );
    let value = (&heap, Value::Map(map));
    assert_eq!(
        text(|out| to_json(out, value)),
        r#"{"bytes":"aGk=","invalid":"a\ufffdb","nilmap":null,"single":0.1,"struct":{"Cert":"c"},"uint":18446744073709551615}"#
    );
    assert_eq!(
        text(|out| to_yaml(out, value)),
        "bytes: aGk=\ninvalid: a\u{FFFD}b\nnilmap: null\nsingle: 0.1\nstruct:\n  Cert: c\nuint: 18446744073709551615\n"
    );
    assert_eq!(
        text(|out| to_yaml_pretty(out, value)),
        "bytes:\n  - 104\n  - 105\ninvalid: !!binary Yf9i\nnilmap: {}\nsingle: 0.1\nstruct:\n  cert: c\nuint: 18446744073709551615\n"
    );
    assert_eq!(
        text(|out| to_json(out, (&heap, heap.complex(1.0, 2.0)))),
        "error: json: unsupported type: complex128"
    );
    assert_eq!(
        text(|out| to_yaml(out, (&heap, Value::float64(f64::NAN)))),
        "error: error marshaling into JSON: json: unsupported value: NaN"
    );
    assert_eq!(text(|out| to_yaml_pretty(out, (&heap, Value::float64(f64::NAN)))), ".nan\n");
    let keyed = heap.keyed_map(
        &Type::Map(&Type::INT, &Type::String),
        &[(Value::int(2), Value::str("b")), (Value::int(10), Value::str("a"))],
    );
    assert_eq!(text(|out| to_json(out, (&heap, keyed))), r#"{"10":"a","2":"b"}"#);
}

#[test]
fn json_has_three_layouts() {
    let tree = read("{a: '<&>', b: [], c: {}, d: [1, {e: null}]}").expect("YAML");
    assert_eq!(
        text(|out| to_json(out, &tree)),
        r#"{"a":"\u003c\u0026\u003e","b":[],"c":{},"d":[1,{"e":null}]}"#
    );
    assert_eq!(
        text(|out| to_raw_json(out, &tree)),
        r#"{"a":"<&>","b":[],"c":{},"d":[1,{"e":null}]}"#
    );
    assert_eq!(
        text(|out| to_pretty_json(out, &tree)),
        "{\n  \"a\": \"\\u003c\\u0026\\u003e\",\n  \"b\": [],\n  \"c\": {},\n  \"d\": [\n    1,\n    {\n      \"e\": null\n    }\n  ]\n}"
    );
}

#[test]
fn doors_want_their_kind() {
    let heap = Heap::new();
    let null = read_map_value(&heap, b"").expect("an empty map");
    assert_eq!(null.as_map().map(pintle_go_value::Map::len), Some(0));
    let refused = |error: pintle_go_yaml::Error| error.to_string();
    assert_eq!(
        refused(read_map_value(&heap, b"- a").expect_err("a list")),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}"
    );
    assert_eq!(
        refused(read_list_value(&heap, b"a").expect_err("a string")),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal string into Go value of type []interface {}"
    );
    assert_eq!(
        refused(read_map("1").expect_err("a number")),
        "error unmarshaling JSON: while decoding JSON: json: cannot unmarshal number into Go value of type map[string]interface {}"
    );
    assert!(matches!(read_json_value(&heap, b"null"), Ok(Value::Nil)));
}

#[test]
fn exact_numbers_come_back_as_text() {
    let tree = read_exact("{a: 1000000, b: 1e6, c: 1.10, d: yes, e: x, f: 0x10}").expect("YAML");
    let shown = |key: &str| tree.get(key).and_then(number_text);
    assert_eq!(shown("a").as_deref(), Some("1000000"));
    assert_eq!(shown("b").as_deref(), Some("1e+06"));
    assert_eq!(shown("c").as_deref(), Some("1.1"));
    assert_eq!(shown("d").as_deref(), Some("true"));
    assert_eq!(shown("e"), None);
    assert_eq!(tree.get("f"), Some(&Tree::Int(16)));
}

#[test]
fn strict_reading_refuses_duplicates() {
    assert!(read("a: 1\na: 2\n").is_ok());
    assert!(read_strict("a: {b: 1}\nc: {b: 1}\n").is_ok());
    assert_eq!(
        read_strict("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n").expect_err("duplicates").to_string(),
        "error converting YAML to JSON: yaml: unmarshal errors:\n  line 4: key \"c\" already set in map\n  line 5: key \"a\" already set in map"
    );
}

#[test]
fn errors_have_a_place() {
    let error = read("a: 1\nb: [\n  x: {\n").expect_err("open brackets");
    assert_eq!(error.place().map(|place| place.line), Some(4));
    let error = read("a: *x\n").expect_err("no anchor");
    assert_eq!(
        error.to_string(),
        "error converting YAML to JSON: yaml: unknown anchor 'x' referenced"
    );
    assert_eq!(error.place(), Some(Place { line: 1, column: 4 }));
}

#[test]
fn unrendered_templates_are_bad_keys() {
    let error = read("a: {{ .Values.x }}\n").expect_err("a map as key");
    assert_eq!(
        error.to_string(),
        "error converting YAML to JSON: yaml: invalid map key: map[interface {}]interface {}{\".Values.x\":interface {}(nil)}"
    );
}

#[test]
fn toml_keeps_integers_of_values() {
    let heap = Heap::new();
    let map = heap.map();
    map.insert(b"a", Value::int64(1));
    map.insert(b"b", Value::float64(1.0));
    assert_eq!(text(|out| to_toml(out, (&heap, Value::Map(map)))), "a = 1\nb = 1.0\n");
    assert_eq!(text(|out| to_toml(out, (&heap, Value::NilOf(&Type::MAP)))), "");
    assert_eq!(text(|out| to_toml(out, (&heap, Value::NilOf(&Type::LIST)))), "[]");
    let panic = to_toml(&mut Vec::new(), &Tree::Null).expect_err("nil");
    assert!(panic.is_panic());
}

/// Where Go leaves it to chance, or to where its buffer ends.
#[test]
fn chances_are_decided() {
    let tree = read("1: a\n\"1\": b\n").expect("YAML");
    assert_eq!(tree.get("1").and_then(Tree::as_str), Some("b"));
    let tree = read("a: 1\n\u{FEFF}b: 2\n").expect("YAML");
    assert!(tree.get("\u{FEFF}b").is_some());
}
