//! Every limit at the limit and one past it.

use pintle_go_value::{Heap, Type, Value};
use pintle_go_yaml::{
    NODE_LIMIT, TREE_DEPTH_LIMIT, read, read_json, read_json_value, read_toml, read_value, to_json,
    to_yaml, to_yaml_pretty,
};

fn nested(depth: usize) -> String {
    "[".repeat(depth) + &"]".repeat(depth)
}

fn error(text: &str) -> String {
    let heap = Heap::new();
    read_value(&heap, text.as_bytes()).expect_err("past the limit").to_string()
}

fn is_read(text: &str) -> bool {
    let heap = Heap::new();
    read_value(&heap, text.as_bytes()).is_ok()
}

#[test]
fn nesting_of_texts() {
    let exceeded = "error converting YAML to JSON: yaml: exceeded max depth of 10000";
    assert!(is_read(&nested(10_000)));
    assert_eq!(error(&nested(10_001)), exceeded);
    let block = |depth: usize| "- ".repeat(depth);
    assert!(is_read(&block(10_000)));
    assert_eq!(error(&block(10_001)), exceeded);
    // Each within its own limit, both together beyond encoding/json's.
    assert!(is_read(&(block(5_000) + &nested(5_000))));
    assert_eq!(
        error(&(block(5_000) + &nested(5_001))),
        "error unmarshaling JSON: while decoding JSON: exceeded max depth"
    );
    let heap = Heap::new();
    assert!(read_json_value(&heap, nested(10_000).leak().as_bytes()).is_ok());
    let past = read_json_value(&heap, nested(10_001).leak().as_bytes());
    assert_eq!(past.expect_err("too deep").to_string(), "exceeded max depth");
}

#[test]
fn nesting_of_trees() {
    assert!(read(nested(TREE_DEPTH_LIMIT)).is_ok());
    assert_eq!(
        read(nested(TREE_DEPTH_LIMIT + 1)).expect_err("too deep").to_string(),
        "error unmarshaling JSON: while decoding JSON: exceeded max depth of 1000"
    );
    assert!(read_json(nested(TREE_DEPTH_LIMIT)).is_ok());
    assert!(read_json(nested(TREE_DEPTH_LIMIT + 1)).is_err());
}

#[test]
fn nesting_of_values() {
    let heap = Heap::new();
    let deep = |depth: usize| {
        (1..depth).fold(heap.list(&Type::LIST, &[]), |inner, _| heap.list(&Type::LIST, &[inner]))
    };
    let mut out = Vec::new();
    // The innermost list is empty, and costs no level.
    for depth in [10_000, 10_001] {
        assert!(to_yaml(&mut out, (&heap, deep(depth))).is_ok());
        assert!(to_yaml_pretty(&mut out, (&heap, deep(depth))).is_ok());
    }
    assert!(to_json(&mut out, (&heap, deep(10_000))).is_ok());
    out.clear();
    assert!(to_json(&mut out, (&heap, deep(10_001))).is_err());
    assert!(to_yaml(&mut out, (&heap, deep(10_002))).is_err());
    assert!(to_yaml_pretty(&mut out, (&heap, deep(10_002))).is_err());
}

#[test]
fn a_value_that_contains_itself() {
    let heap = Heap::new();
    let map = heap.map();
    map.insert(b"self", Value::Map(map));
    let mut out = Vec::new();
    let want = "json: unsupported value: encountered a cycle via map[string]interface {}";
    let error = to_json(&mut out, (&heap, Value::Map(map))).expect_err("a cycle");
    assert_eq!(error.to_string(), want);
    let error = to_yaml(&mut out, (&heap, Value::Map(map))).expect_err("a cycle");
    assert_eq!(error.to_string(), format!("error marshaling into JSON: {want}"));
    assert!(to_yaml_pretty(&mut out, (&heap, Value::Map(map))).is_err());
}

#[test]
fn aliases_that_unfold() {
    // Nine aliases to each of nine levels: 9^9 values out of 400 bytes.
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ('b'..='i').zip('a'..) {
        let aliases = vec![format!("*{inner}"); 9].join(", ");
        bomb.push_str(&format!("{name}: &{name} [{aliases}]\n"));
    }
    assert_eq!(
        error(&bomb),
        "error converting YAML to JSON: yaml: document contains excessive aliasing"
    );
    assert_eq!(
        error("a: &a\n  b: *a\n"),
        "error converting YAML to JSON: yaml: anchor 'a' value contains itself"
    );
    // A hundred aliases are free.
    let many = "a: &a {x: 1}\nl:\n".to_owned() + &"- *a\n".repeat(100);
    assert!(is_read(&many));
}

#[test]
fn keys_within_1024_characters() {
    let key = |length: usize| format!("{}: 1\n", "k".repeat(length));
    assert!(is_read(&key(1024)));
    assert_eq!(
        error(&key(1025)),
        "error converting YAML to JSON: yaml: mapping values are not allowed in this context"
    );
}

/// As many values as a text may have, and one more.
#[test]
fn values_of_one_text() {
    // The list itself is one.
    let list = |values: usize| format!("[{}1]", "1,".repeat(values - 2));
    let past = format!("exceeded the limit of {NODE_LIMIT} values in one text");
    assert!(read(list(NODE_LIMIT)).is_ok());
    let error = read(list(NODE_LIMIT + 1)).expect_err("too many");
    assert!(error.is_limit() && error.place().is_some());
    assert_eq!(error.to_string(), format!("error converting YAML to JSON: {past}"));
    assert!(read_json(list(NODE_LIMIT)).is_ok());
    assert_eq!(read_json(list(NODE_LIMIT + 1)).expect_err("too many").to_string(), past);
    let heap = Heap::new();
    let toml = |values| read_toml(&heap, format!("a={}", list(values)).as_bytes(), &|_, _| None);
    assert!(toml(NODE_LIMIT).is_ok());
    assert!(toml(NODE_LIMIT + 1).expect_err("too many").to_string().contains(&past));
}
