//! The table of Go's answers: every text that the tests of goyaml v2, v3 and sigs.k8s.io/yaml read,
//! every value that they write, and the traps of resolver, scanner and emitter; and random cases.

use pintle_go_value::{Heap, Tree, Value};
use pintle_go_yaml::{Error, read, read_json, read_value, to_json, to_yaml, to_yaml_pretty};

/// One writer of trees, and the same one of values.
type Writer = (
    &'static str,
    &'static str,
    fn(&mut Vec<u8>, &Tree) -> Result<(), Error>,
    for<'h> fn(&mut Vec<u8>, &'h Heap, Value<'h>) -> Result<(), Error>,
);

const WRITERS: [Writer; 3] = [
    (
        "json",
        "jsonerr",
        |out, tree| to_json(out, tree),
        |out, heap, value| to_json(out, (heap, value)),
    ),
    (
        "toyaml",
        "toyamlerr",
        |out, tree| to_yaml(out, tree),
        |out, heap, value| to_yaml(out, (heap, value)),
    ),
    (
        "pretty",
        "prettyerr",
        |out, tree| to_yaml_pretty(out, tree),
        |out, heap, value| to_yaml_pretty(out, (heap, value)),
    ),
];

fn text_of(tree: Option<&Tree>) -> Option<&str> {
    tree.and_then(Tree::as_str)
}

/// What a writer made, as text or as error.
fn written(write: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>) -> Result<String, String> {
    let mut out = Vec::new();
    match write(&mut out) {
        Ok(()) => Ok(String::from_utf8_lossy(&out).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The ways in which a case is not as Go has it.
pub(crate) fn differences(case: &Tree, want: &Tree) -> Vec<String> {
    let heap = Heap::new();
    let (read, value) = match text_of(case.get("yaml")) {
        Some(text) => (read(text), read_value(&heap, text.as_bytes())),
        None => {
            let tree = case.get("value").expect("a yaml or a value");
            (Ok(tree.clone()), Ok(heap.tree(tree)))
        }
    };
    let (tree, value) = match (read, value, text_of(want.get("err"))) {
        (Err(error), Err(same), Some(want)) if error.to_string() == want && error == same => {
            return Vec::new();
        }
        (Ok(tree), Ok(value), None) => (tree, value),
        (tree, _, want) => return vec![format!("read {:?}\n   want {want:?}", tree.map(drop))],
    };
    let mut found = Vec::new();
    for (name, error_name, write_tree, write_value) in WRITERS {
        let want = match (text_of(want.get(name)), text_of(want.get(error_name))) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, Some(error)) => Err(error.to_owned()),
            (None, None) => continue,
        };
        let have = written(|out| write_tree(out, &tree));
        if have != want {
            found.push(format!("{name}\n   have {have:?}\n   want {want:?}"));
        }
        assert_eq!(have, written(|out| write_value(out, &heap, value)), "trees and values differ");
    }
    found
}

/// Checks a file of cases.
pub(crate) fn check(path: &str, at_least: usize) {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let table = read_json(std::fs::read(path).expect("the table")).expect("JSON");
    let cases = table.as_list().expect("a list");
    let mut failed = 0;
    for case in cases {
        let found = differences(case, case.get("want").expect("a want"));
        failed += usize::from(!found.is_empty());
        for difference in found {
            let input = text_of(case.get("yaml"));
            println!("{:?} {input:?}: {difference}", case.get("name"));
        }
    }
    assert!(cases.len() >= at_least, "the table is cut short: {} cases", cases.len());
    assert_eq!(failed, 0, "of {} cases", cases.len());
}

#[test]
fn everything_is_read_and_written_as_go_does() {
    check("../../../conformance/data/yaml.json", 2000);
}
