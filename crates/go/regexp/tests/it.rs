//! Every answer that Go's regexp gave for `data/generate.go`, asked again here, and the limits.
#![cfg(test)]

use std::collections::BTreeMap;

use pintle_go_regexp::{ErrorCode, MAX_HEIGHT, MAX_REPEAT, Regex, quote_meta};
use serde_json::Value;

/// Bytes are stored as the characters of the same number.
fn bytes(cell: &Value) -> Vec<u8> {
    let text = cell.as_str().expect("a text cell");
    text.chars().map(|c| u8::try_from(c as u32).expect("a byte")).collect()
}

/// Rows of one pattern follow each other: the last one is kept.
fn compile(cell: &Value) -> Regex {
    thread_local! {
        static LAST: std::cell::RefCell<Option<(Value, Regex)>> = const { std::cell::RefCell::new(None) };
    }
    LAST.with_borrow_mut(|last| {
        if last.as_ref().is_none_or(|(pattern, _)| pattern != cell) {
            let regex = Regex::new(&bytes(cell)).unwrap_or_else(|error| panic!("{cell}: {error}"));
            *last = Some((cell.clone(), regex));
        }
        last.as_ref().expect("just set").1.clone()
    })
}

fn shown(found: Vec<Vec<Option<std::ops::Range<usize>>>>) -> String {
    let one = |groups: Vec<Option<std::ops::Range<usize>>>| {
        let cells = groups.into_iter().map(|group| match group {
            Some(span) => format!("{} {}", span.start, span.end),
            None => "-1 -1".to_owned(),
        });
        format!("[{}]", cells.collect::<Vec<_>>().join(" "))
    };
    format!("[{}]", found.into_iter().map(one).collect::<Vec<_>>().join(" "))
}

/// Size of a class, and a hash (FNV-1a) of its runs of code points.
fn class_hash(regex: &Regex, everything: &str) -> (usize, String) {
    let (mut hash, mut count) = (0xcbf2_9ce4_8422_2325_u64, 0);
    for run in regex.find_all(everything.as_bytes(), -1) {
        let mut run = everything[run].chars();
        let first = run.next().expect("a run has characters");
        count += 1 + run.clone().count();
        let last = run.next_back().unwrap_or(first);
        for byte in format!("{:x}-{:x},", first as u32, last as u32).bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    (count, format!("{hash:016x}"))
}

/// Our answer and Go's, for one row.
fn answers(row: &[Value], everything: &str) -> (String, String) {
    let lossy = |bytes: &[u8]| format!("{:?}", String::from_utf8_lossy(bytes));
    match row[0].as_str().expect("a kind") {
        "error" => {
            let ours = match Regex::new(&bytes(&row[1])) {
                Ok(_) => "compiles".into(),
                Err(error) => error.message(),
            };
            (lossy(&ours), lossy(&bytes(&row[2])))
        }
        "find" => {
            let found = compile(&row[1]).find_all_groups(&bytes(&row[2]), -1);
            (shown(found), row[3].as_str().expect("a text").to_owned())
        }
        "replace" => {
            let ours = compile(&row[1]).replace_all(&bytes(&row[2]), &bytes(&row[3]));
            (lossy(&ours), lossy(&bytes(&row[4])))
        }
        "literal" => {
            let ours = compile(&row[1]).replace_all_literal(&bytes(&row[2]), &bytes(&row[3]));
            (lossy(&ours), lossy(&bytes(&row[4])))
        }
        "split" => {
            let (text, n) = (bytes(&row[2]), row[3].as_i64().expect("a count"));
            let ours: Vec<Vec<u8>> =
                compile(&row[1]).split(&text, n).into_iter().map(<[u8]>::to_vec).collect();
            let theirs: Vec<Vec<u8>> = row[4]
                .as_array()
                .map(|cells| cells.iter().map(bytes).collect())
                .unwrap_or_default();
            (format!("{ours:?}"), format!("{theirs:?}"))
        }
        "class" => {
            let (count, hash) = class_hash(&compile(&row[1]), everything);
            (format!("{count} {hash}"), format!("{} {}", row[2], row[3].as_str().expect("a hash")))
        }
        "quote" => (lossy(&quote_meta(&bytes(&row[1]))), lossy(&bytes(&row[2]))),
        other => panic!("unknown kind {other}"),
    }
}

#[test]
fn every_answer_is_go_s() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    // The two planes with scripts in them, and the tags.
    let everything: String = ('\0'..'\u{20000}').chain('\u{e0000}'..'\u{e0200}').collect();
    let mut wrong = Vec::new();
    for line in include_str!("data/answers.jsonl").lines() {
        let row: Vec<Value> = serde_json::from_str(line).expect("a row");
        *counts.entry(row[0].to_string()).or_default() += 1;
        let (ours, theirs) = answers(&row, &everything);
        if ours != theirs {
            wrong.push(format!("{line}\n  ours   {ours}\n  theirs {theirs}"));
        }
    }
    assert!(counts.len() == 7 && counts.values().sum::<usize>() > 16000, "not whole: {counts:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn code(pattern: &str) -> Option<ErrorCode> {
    Regex::new(pattern.as_bytes()).err().map(|error| error.code)
}

#[test]
fn repetitions_and_nesting_end_where_go_s_end() {
    assert_eq!(code(&format!("x{{{MAX_REPEAT}}}")), None);
    assert_eq!(code(&format!("x{{{}}}", MAX_REPEAT + 1)), Some(ErrorCode::InvalidRepeatSize));
    assert_eq!(code("((x{10}){10}){10}"), None);
    assert_eq!(code("((x{10}){10}){11}"), Some(ErrorCode::InvalidRepeatSize));
    let nested = |depth: usize| format!("{}{}", "(".repeat(depth), ")".repeat(depth));
    // The innermost piece is one level itself.
    assert_eq!(code(&nested(MAX_HEIGHT as usize - 1)), None);
    assert_eq!(code(&nested(MAX_HEIGHT as usize)), Some(ErrorCode::NestingDepth));
    let starred = |depth: usize| format!("{}{}", "(?:".repeat(depth), ")*".repeat(depth));
    assert_eq!(code(&starred(MAX_HEIGHT as usize - 1)), None);
    assert_eq!(code(&starred(MAX_HEIGHT as usize)), Some(ErrorCode::NestingDepth));
}

#[test]
fn large_patterns_are_refused() {
    assert_eq!(code(&format!("({}){{1000}}", "(xx?)".repeat(1000))), Some(ErrorCode::Large));
    assert_eq!(code(&"(xx?){1000}".repeat(1000)), Some(ErrorCode::Large));
    assert_eq!(code(&r"\pL".repeat(27000)), Some(ErrorCode::Large));
}

#[test]
fn an_adversarial_pattern_stays_linear() {
    let regex = Regex::new(b"(x+x+)+y").expect("compiles");
    assert!(!regex.is_match(&b"x".repeat(100_000)));
}

#[test]
fn replacing_ends_at_the_limit() {
    let regex = Regex::new(b"a").expect("compiles");
    let text = b"a".repeat(10);
    assert_eq!(regex.replace_all_within(&text, b"<$0>", 30).map(|out| out.len()), Some(30));
    assert_eq!(regex.replace_all_within(&text, b"<$0>", 29), None);
    assert_eq!(regex.replace_all_literal_within(&text, b"bcd", 30).map(|out| out.len()), Some(30));
    assert_eq!(regex.replace_all_literal_within(&text, b"bcd", 29), None);
}
