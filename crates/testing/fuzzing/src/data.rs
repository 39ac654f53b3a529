//! Targets over YAML, JSON and TOML: what is written reads back, and both ways of reading agree.

use pintle_go_value::{Heap, Tree, Value};
use pintle_go_yaml::{
    Error, Step, locate, read, read_by_parser, read_exact, read_json, read_json_value, read_strict,
    read_toml, read_value, to_json, to_pretty_json, to_raw_json, to_toml, to_yaml, to_yaml_pretty,
};

/// Any text as YAML.
pub(crate) fn yaml(data: &[u8]) {
    let tree = read(data);
    let exact = read_by_parser(data);
    assert_eq!(shown(&tree), shown(&exact), "the direct way differs");
    if let (Ok(tree), strict @ Ok(_)) = (&tree, read_strict(data)) {
        assert_eq!(shown(&Ok(tree.clone())), shown(&strict), "strict reading differs");
    }
    let _ = read_exact(data);
    let _ = locate(data, &[Step::Key("a"), Step::Index(0), Step::Key("b")]);
    let heap = Heap::new();
    let value = read_value(&heap, data);
    let Ok(tree) = tree else { return };
    if let Ok(value) = value {
        assert_eq!(json_of(&tree), json_of((&heap, value)), "tree and heap differ");
    }
    writes(&tree);
}

/// Any text as JSON.
pub(crate) fn json(data: &[u8]) {
    let heap = Heap::new();
    let text = heap.bytes(data);
    let tree = read_json(data);
    let value = read_json_value(&heap, text);
    let Ok(tree) = tree else { return };
    assert!(value.is_ok(), "read as a tree, not as a value");
    writes(&tree);
}

/// Any text as TOML.
pub(crate) fn toml(data: &[u8]) {
    let heap = Heap::new();
    let Ok(value) = read_toml(&heap, data, &date) else { return };
    let mut written = Vec::new();
    if to_toml(&mut written, (&heap, value)).is_err() {
        return;
    }
    let again = read_toml(&heap, &written, &date).map_err(|error| error.to_string());
    let same =
        again.as_ref().is_ok_and(|again| json_of((&heap, *again)) == json_of((&heap, value)));
    assert!(same, "{:?} reads as {again:?}", String::from_utf8_lossy(&written));
}

/// Dates stay texts here.
fn date<'h>(heap: &'h Heap, text: &str) -> Option<Value<'h>> {
    Some(Value::str(heap.str(text)))
}

/// Every writer's text of a tree reads back as that tree.
fn writes<'t>(tree: &'t Tree) {
    let writers: [(&str, Write<'t>); 3] =
        [("json", to_json), ("pretty json", to_pretty_json), ("raw json", to_raw_json)];
    for (name, write) in writers {
        if let Some(text) = written(tree, write) {
            reads_back(name, tree, &text, &read_json(&text));
        }
    }
    if has_merge_key(tree) {
        return;
    }
    // As in Go, `toYaml` writes what the JSON text says when it is read as YAML.
    let as_json = written(tree, to_json).and_then(|text| read(text).ok());
    if let (Some(tree), Some(text)) = (as_json, written(tree, to_yaml)) {
        yaml_reads_back("yaml", &tree, &text);
    }
    if let Some(text) = written(tree, to_yaml_pretty).filter(|_| !begins_with_tab(tree)) {
        yaml_reads_back("pretty yaml", tree, &text);
    }
}

fn yaml_reads_back(name: &str, tree: &Tree, text: &[u8]) {
    let back = read(text);
    reads_back(name, tree, text, &back);
    assert_eq!(shown(&back), shown(&read_by_parser(text)), "the direct way differs");
}

/// goyaml v3 writes such a text as a block without saying how far it is indented, and v2, which
/// reads it, takes the tab for indentation.
fn begins_with_tab(tree: &Tree) -> bool {
    let is_such =
        |text: &str| text.contains('\n') && text.trim_start_matches('\n').starts_with('\t');
    match tree {
        Tree::String(text) => is_such(text),
        Tree::List(items) => items.iter().any(begins_with_tab),
        Tree::Map(map) => map.iter().any(|(key, value)| is_such(key) || begins_with_tab(value)),
        _ => false,
    }
}

/// goyaml writes the key `<<` without quotes, and so reads it back as a merge.
fn has_merge_key(tree: &Tree) -> bool {
    match tree {
        Tree::List(items) => items.iter().any(has_merge_key),
        Tree::Map(map) => map.iter().any(|(key, value)| &**key == "<<" || has_merge_key(value)),
        _ => false,
    }
}

type Write<'t> = fn(&mut Vec<u8>, &'t Tree) -> Result<(), Error>;

/// The text, if there is one.
fn written<'t>(tree: &'t Tree, write: Write<'t>) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    write(&mut text, tree).ok().map(|()| text)
}

fn reads_back(name: &str, tree: &Tree, text: &[u8], read: &Result<Tree, Error>) {
    let want = Ok(tree.clone());
    let text = String::from_utf8_lossy(text);
    // goyaml reads -0 as an integer.
    let unsigned =
        |shown: Result<String, String>| shown.map(|it| it.replace("Float(-0.0)", "Float(0.0)"));
    let (want, got) = (unsigned(shown(&want)), unsigned(shown(read)));
    assert_eq!(want, got, "{name} does not read back: {text:?}");
}

/// A tree to compare: NaN is equal to itself, and zeros have signs.
fn shown(tree: &Result<Tree, Error>) -> Result<String, String> {
    match tree {
        Ok(tree) => Ok(format!("{tree:?}")),
        Err(error) => Err(error.to_string()),
    }
}

fn json_of<'a>(value: impl pintle_go_yaml::Source<'a>) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    to_json(&mut out, value).map_err(|error| error.to_string()).map(|()| out)
}
