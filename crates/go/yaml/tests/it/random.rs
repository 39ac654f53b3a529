//! Random texts and values from fixed seeds, against Go: a committed table of its answers, and the
//! oracle itself where `PINTLE_ORACLE` names its binary.
//!
//! `PINTLE_ORACLE=… PINTLE_ORACLE_CASES=100000` asks about that many; with `PINTLE_ORACLE_TABLE`
//! set, the committed table is written anew.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;

use pintle_go_value::{Heap, Tree, TreeMap};
use pintle_go_yaml::{
    Step, locate, read, read_json, read_strict, read_toml, read_value, to_json, to_yaml,
    to_yaml_pretty,
};

use crate::table::{check, differences};

/// How many random cases the committed table holds.
const TABLE_CASES: u64 = 1500;

/// How often the oracle is asked again about a case that differs, to see whether it is sure.
const ASK_AGAIN: usize = 20;

/// How many the oracle is asked about unless told otherwise.
const ORACLE_CASES: u64 = 5000;

/// SplitMix64: all that a test needs of randomness, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// Pieces of strings that writers look at closely.
const PIECES: &[&str] = &[
    "a",
    "b",
    "key",
    "Value",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    ":",
    ": ",
    " #",
    "#",
    "-",
    "- ",
    "---",
    "...",
    "?",
    "? ",
    "!",
    "&",
    "*",
    "|",
    ">",
    "'",
    "\"",
    "%",
    "@",
    "`",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\\",
    "~",
    "null",
    "true",
    "yes",
    "No",
    "on",
    "y",
    "0",
    "1",
    "9",
    "07",
    "0x1f",
    "1e3",
    ".5",
    "1_0",
    "1:30",
    "2001-01-01",
    ".inf",
    "<<",
    "=",
    "é",
    "中文",
    "😀",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{A0}",
    "\u{FEFF}",
    "\u{7F}",
    "\u{9B}",
    "\u{FFFE}",
    "\u{1}",
    "\u{1B}",
    "<b>&",
    "a long enough run of words that the line is sure to be folded somewhere in the middle of it",
    "word-that-is-longer-than-any-line-may-be-so-that-nothing-can-fold-it-wherever-it-may-stand",
];

fn string(random: &mut Random) -> String {
    let count = match random.below(10) {
        0 => 0,
        1..=6 => 1 + random.below(3),
        7 | 8 => 4 + random.below(8),
        _ => 20 + random.below(60),
    };
    // Mostly tame pieces, or nearly every string would be of the wildest style.
    let tame = random.below(4) > 0;
    (0..count).map(|_| random.pick(if tame { &PIECES[..54] } else { PIECES })).collect()
}

fn number(random: &mut Random) -> f64 {
    match random.below(6) {
        0 => random.below(100) as f64,
        1 => -(random.below(100_000_000) as f64),
        2 => random.below(1_000_000) as f64 / 1000.0,
        3 => [0.0, -0.0, 1e6, 1e20, 1e21, 1e-6, 1e-7, 9_007_199_254_740_993.0, 1.8e19, -9.3e18]
            [random.below(10)],
        4 => (random.next() as i64) as f64,
        _ => Some(f64::from_bits(random.next())).filter(|value| value.is_finite()).unwrap_or(0.5),
    }
}

fn tree(random: &mut Random, depth: usize) -> Tree {
    let kinds = if depth == 0 { 7 } else { 13 };
    match random.below(kinds) {
        0 => Tree::Null,
        1 => Tree::Bool(random.below(2) == 0),
        2 => Tree::Float(number(random)),
        3..=6 => Tree::String(string(random).into()),
        7..=9 => {
            let count = random.below(5);
            Tree::List(Arc::new((0..count).map(|_| tree(random, depth - 1)).collect()))
        }
        _ => {
            let count = random.below(7);
            let mut entries = TreeMap::new();
            for _ in 0..count {
                entries.insert(string(random).into(), tree(random, depth - 1));
            }
            Tree::Map(Arc::new(entries))
        }
    }
}

/// Pieces of YAML texts.
const SYNTAX: &[&str] = &[
    "a: 1\n",
    "b:\n",
    "  c: x\n",
    "- ",
    "-\n",
    "  - d\n",
    "? k\n",
    ": v\n",
    "&x ",
    "*x",
    "&y",
    "*y\n",
    "<<: *x\n",
    "<<: [*x, *y]\n",
    "!!str ",
    "!!int ",
    "!!binary aGk=\n",
    "!foo ",
    "!<tag:x> ",
    "!!float 1\n",
    "|\n",
    ">\n",
    "|-\n",
    ">+\n",
    "|2\n",
    "  text\n",
    "   deeper\n",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "#c\n",
    "\"q\\n\"",
    "\"\\u00e9\\x41\"",
    "\"a\n b\"",
    "'it''s'",
    "'",
    "\"",
    "\\",
    "{a: 1, b}",
    "{",
    "}",
    "[1, [2], {c: d}]",
    "[",
    "]",
    ",",
    ":",
    ": ",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "%YAML 1.2\n",
    "%TAG !e! tag:e,2000:\n",
    "!e!x ",
    "0644",
    "0x1F",
    "1_000",
    "1e3",
    "~",
    "null",
    "yes",
    "on: off\n",
    "n: y\n",
    "1.5: f\n",
    "1: i\n",
    ".inf",
    "2001-01-01",
    "é",
    "\u{85}",
    "\u{2028}",
    "😀",
    "\u{7}",
    "{{ .Values.x }}",
    "key: {{ x }}\n",
    "@",
    "`",
    "%",
    "x y: z w\n",
];

fn text(random: &mut Random, corpus: &[String]) -> String {
    let mut text: String = match random.below(3) {
        0 => (0..1 + random.below(8)).map(|_| random.pick(SYNTAX)).collect(),
        _ => corpus[random.below(corpus.len())].clone(),
    };
    for _ in 0..random.below(4) {
        let mut at = random.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match random.below(4) {
            0 => text.truncate(at),
            1 => {
                text.drain(at..).next();
            }
            2 if at < text.len() => {
                text.remove(at);
            }
            _ => text.insert_str(at, random.pick(SYNTAX)),
        }
    }
    text
}

/// Texts to start from: those of the other table.
fn corpus() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../conformance/data/yaml.json");
    let table = read_json(std::fs::read(path).expect("the table")).expect("JSON");
    let cases = table.as_list().expect("a list").iter();
    // Without byte order marks: goyaml looks for one at the start of its buffer, wherever in the
    // text that happens to be after it was filled anew.
    cases.filter_map(|case| Some(case.get("yaml")?.as_str()?.replace('\u{FEFF}', ""))).collect()
}

fn case(seed: u64, corpus: &[String]) -> Tree {
    let mut random = Random(seed);
    let (name, input) = match random.below(2) {
        0 => ("value", tree(&mut random, 4)),
        _ => ("yaml", Tree::String(text(&mut random, corpus).into())),
    };
    Tree::from(TreeMap::from([(Arc::from(name), input)]))
}

/// A running oracle: a case a line in, an answer a line out.
struct Oracle {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    fn start() -> Option<Self> {
        let program = std::env::var_os("PINTLE_ORACLE")?;
        let mut child = Command::new(program)
            .arg("yaml")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let input = child.stdin.take().expect("piped");
        let output = BufReader::new(child.stdout.take().expect("piped"));
        Some(Oracle { child, input, output })
    }

    fn ask(&mut self, case: &Tree) -> Tree {
        let mut line = Vec::new();
        to_json(&mut line, case).expect("JSON");
        line.push(b'\n');
        self.input.write_all(&line).expect("the oracle listens");
        let mut answer = String::new();
        self.output.read_line(&mut answer).expect("the oracle answers");
        read_json(answer.trim_end()).expect("an answer in JSON")
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn random_cases_are_as_go_answered() {
    check("tests/data/random.json", TABLE_CASES as usize);
}

/// Goes on after a difference, so that one run shows them all.
#[test]
fn random_cases_are_as_the_oracle_answers() {
    let Some(mut oracle) = Oracle::start() else { return };
    let corpus = corpus();
    let count = std::env::var("PINTLE_ORACLE_CASES").ok().and_then(|text| text.parse().ok());
    let first = std::env::var("PINTLE_ORACLE_FIRST").ok().and_then(|text| text.parse().ok());
    let first = first.unwrap_or(0);
    let mut table = Vec::new();
    let mut failed = 0;
    for seed in first..first + count.unwrap_or(ORACLE_CASES).max(TABLE_CASES) {
        let mut case = case(seed, &corpus);
        let want = oracle.ask(&case);
        let found = differences(&case, &want);
        // Keys that goyaml's comparison sends in a circle come in any order, in Go too.
        if !found.is_empty() && (0..ASK_AGAIN).any(|_| oracle.ask(&case) != want) {
            continue;
        }
        failed += usize::from(!found.is_empty());
        for difference in found {
            let mut shown = Vec::new();
            to_json(&mut shown, &case).expect("JSON");
            println!("{seed} {}\n   {difference}", String::from_utf8_lossy(&shown));
        }
        if seed < TABLE_CASES
            && let Some(entries) = case.as_map_mut()
        {
            entries.insert("want".into(), want);
            entries.insert("name".into(), format!("random {seed}").as_str().into());
            table.push(case);
        }
    }
    if std::env::var_os("PINTLE_ORACLE_TABLE").is_some() {
        let mut text = b"[\n".to_vec();
        for (at, case) in table.iter().enumerate() {
            text.extend_from_slice(if at > 0 { b",\n" } else { b"" });
            to_json(&mut text, case).expect("JSON");
        }
        text.extend_from_slice(b"\n]\n");
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/random.json");
        std::fs::write(path, text).expect("the table is written");
    }
    assert_eq!(failed, 0);
}

/// What the writers write, the reader reads back, but for what their own rules lose.
#[test]
fn written_trees_read_back() {
    for seed in 0..2000 {
        let tree = tree(&mut Random(seed), 5);
        let mut json = Vec::new();
        to_json(&mut json, &tree).expect("random trees hold nothing that JSON has not");
        assert_eq!(read_json(&json).expect("JSON"), tree, "{seed}");
        let mut yaml = Vec::new();
        if to_yaml(&mut yaml, &tree).is_ok() {
            // Two things do not come back: NEL, which folds, and a plain `<<` as a key, which
            // merges. A second time, nothing more is lost.
            let Ok(back) = read(&yaml) else {
                assert!(String::from_utf8_lossy(&yaml).contains("<<:"), "{seed}");
                continue;
            };
            let mut again = Vec::new();
            to_yaml(&mut again, &back).expect("what was read can be written");
            assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(&yaml), "{seed}");
        }
        let mut pretty = Vec::new();
        assert!(to_yaml_pretty(&mut pretty, &tree).is_ok());
    }
}

/// Any bytes at all: readers answer or refuse, and never panic.
#[test]
fn random_bytes_are_read_or_refused() {
    let cases = std::env::var("PINTLE_RANDOM_BYTES").ok().and_then(|text| text.parse().ok());
    for seed in 0..cases.unwrap_or(20_000) {
        let mut random = Random(seed);
        let mut bytes = Vec::new();
        for _ in 0..1 + random.below(12) {
            match random.below(5) {
                0 => bytes.push(random.next() as u8),
                _ => bytes.extend_from_slice(random.pick(SYNTAX).as_bytes()),
            }
        }
        bytes.truncate(random.below(bytes.len() + 1));
        let heap = Heap::new();
        let _ = (read(&bytes), read_value(&heap, &bytes), read_json(&bytes), read_strict(&bytes));
        let _ = read_toml(&heap, &bytes, &|_, _| None);
        let _ = locate(&bytes, &[Step::Key("a"), Step::Key("c"), Step::Index(1)]);
    }
}
