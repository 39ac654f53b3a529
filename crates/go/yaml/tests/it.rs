//! The table of Go's answers: every text that the tests of goyaml v2, v3 and sigs.k8s.io/yaml read,
//! every value that they write, and the traps of resolver, scanner and emitter.

use pintle_go_value::Tree;
use pintle_go_yaml::{Error, read, read_json, to_json, to_yaml, to_yaml_pretty};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../conformance/data/yaml.json");

type Write = fn(&mut Vec<u8>, &Tree) -> Result<(), Error>;

fn text_of(tree: Option<&Tree>) -> Option<&str> {
    tree.and_then(Tree::as_str)
}

/// What a writer makes of a value, as text or as error.
fn written(write: Write, value: &Tree) -> Result<String, String> {
    let mut out = Vec::new();
    match write(&mut out, value) {
        Ok(()) => Ok(String::from_utf8_lossy(&out).into_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The ways in which a case is not as Go has it.
fn differences(case: &Tree) -> Vec<String> {
    let want = case.get("want").unwrap();
    let read = match text_of(case.get("yaml")) {
        Some(text) => read(text),
        None => Ok(case.get("value").unwrap().clone()),
    };
    let value = match (read, text_of(want.get("err"))) {
        (Err(error), Some(want)) if error.to_string() == want => return Vec::new(),
        (Err(error), want) => return vec![format!("error {error}\n   want {want:?}")],
        (Ok(_), Some(want)) => return vec![format!("no error, want {want}")],
        (Ok(value), None) => value,
    };
    let writers: [(&str, &str, Write); 3] = [
        ("json", "jsonerr", |out, tree| to_json(out, tree)),
        ("toyaml", "toyamlerr", |out, tree| to_yaml(out, tree)),
        ("pretty", "prettyerr", |out, tree| to_yaml_pretty(out, tree)),
    ];
    let mut found = Vec::new();
    for (name, error_name, write) in writers {
        let want = match (text_of(want.get(name)), text_of(want.get(error_name))) {
            (Some(text), _) => Ok(text.to_owned()),
            (None, Some(error)) => Err(error.to_owned()),
            (None, None) => continue,
        };
        let have = written(write, &value);
        if have != want {
            found.push(format!("{name}\n   have {have:?}\n   want {want:?}"));
        }
    }
    found
}

#[test]
fn everything_is_read_and_written_as_go_does() {
    let table = read_json(std::fs::read(TABLE).unwrap()).unwrap();
    let cases = table.as_list().unwrap();
    let mut failed = 0;
    for case in cases {
        let found = differences(case);
        failed += usize::from(!found.is_empty());
        for difference in found {
            let input = text_of(case.get("yaml"));
            println!("{:?} {input:?}: {difference}", case.get("name"));
        }
    }
    assert!(cases.len() > 2000, "the table is cut short: {} cases", cases.len());
    assert_eq!(failed, 0, "of {} cases", cases.len());
}
