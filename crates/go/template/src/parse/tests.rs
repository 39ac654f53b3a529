//! Go's own lexer, parser and number tables (conformance/data, from `parse/*_test.go`).

use std::sync::Arc;

use pintle_go_fmt::quote;
use serde_json::Value as Json;

use super::lex::{Kind, Lexer, Options};
use super::{BLOCK_DEPTH_LIMIT, Names, PAREN_DEPTH_LIMIT, Settings, number, parse_with};
use crate::ast::{Ideal, Number};

/// The functions that Go's parser tests declare beside the builtins.
struct TestNames;

impl Names for TestNames {
    fn position(&self, name: &[u8]) -> Option<u32> {
        ["contains", "makemap"].iter().position(|have| have.as_bytes() == name).map(|_| 0)
    }
}

fn rows(file: &str) -> Vec<Json> {
    let path = format!("{}/../../../conformance/data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap()
}

fn parsed(name: &str, text: &str) -> Result<String, String> {
    parsed_with(name, text, Settings::STANDARD)
}

fn parsed_with(name: &str, text: &str, settings: Settings) -> Result<String, String> {
    let name: Arc<str> = name.into();
    let trees = parse_with(&name, text.as_bytes().into(), &TestNames, settings)
        .map_err(|error| error.to_string())?;
    Ok(trees[0].unit.print_nodes(trees[0].root))
}

#[test]
fn trees_print_back_as_go_prints_them() {
    let mut failures = Vec::new();
    let rows = [rows("template-parse.json"), rows("template-parse-errors.json")].concat();
    assert!(rows.len() >= 140, "only {} rows", rows.len());
    for row in &rows {
        let (name, text) = (row["name"].as_str().unwrap(), row["tmpl"].as_str().unwrap());
        let want = match &row["want"] {
            want if want["err"].is_string() => Err(want["err"].as_str().unwrap().to_owned()),
            want => Ok(want["tree"].as_str().unwrap().to_owned()),
        };
        // A name that comes twice is numbered in the data; Go's tests set a limit of their own.
        let name = name.split(" #").next().unwrap();
        let got = parsed_with(name, text, Settings { comments: false, paren_limit: 3 });
        if got != want {
            failures.push(format!("{name}: {text:?}\n  want {want:?}\n  got  {got:?}"));
        }
        // What prints must parse again to the same.
        if let Ok(tree) = &got {
            assert_eq!(parsed(name, tree).as_ref(), Ok(tree), "{name} printed back");
        }
    }
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

/// The name of a token's kind in Go's tables; text has no name there, only its number.
fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Error => "error",
        Kind::Bool => "bool",
        Kind::Char => "char",
        Kind::CharConstant => "charconst",
        Kind::Comment => "comment",
        Kind::Complex => "complex",
        Kind::Assign => "=",
        Kind::Declare => ":=",
        Kind::Eof => "EOF",
        Kind::Field => "field",
        Kind::Identifier => "identifier",
        Kind::LeftDelim => "left delim",
        Kind::LeftParen => "(",
        Kind::Number => "number",
        Kind::Pipe => "pipe",
        Kind::RawString => "raw string",
        Kind::RightDelim => "right delim",
        Kind::RightParen => ")",
        Kind::Space => "space",
        Kind::String => "string",
        Kind::Text => "item20",
        Kind::Variable => "variable",
        Kind::Block => "block",
        Kind::Break => "break",
        Kind::Continue => "continue",
        Kind::Dot => ".",
        Kind::Define => "define",
        Kind::Else => "else",
        Kind::End => "end",
        Kind::If => "if",
        Kind::Nil => "nil",
        Kind::Range => "range",
        Kind::Template => "template",
        Kind::With => "with",
    }
}

fn lexed(text: &str) -> Vec<Json> {
    let options = Options { comments: true, ..Options::default() };
    let mut lexer = Lexer::new(text.as_bytes(), options);
    let mut items = Vec::new();
    loop {
        let item = lexer.next_item();
        let (kind, span) = (item.kind, item.span());
        let line = 1 + text[..item.start() as usize].matches('\n').count();
        let value = match kind {
            Kind::Error => lexer.error.clone(),
            _ => text[span.start as usize..span.end as usize].to_owned(),
        };
        items.push(serde_json::json!([kind_name(kind), value, span.start, line]));
        if matches!(kind, Kind::Error | Kind::Eof) {
            return items;
        }
    }
}

#[test]
fn tokens_are_those_of_go() {
    let rows = rows("template-lex.json");
    // Other delimiters than {{ and }} are not offered: Helm never sets any.
    let rows: Vec<&Json> = rows.iter().filter(|row| row["delims"].is_null()).collect();
    assert_eq!(rows.len(), 46);
    for row in rows {
        let text = row["tmpl"].as_str().unwrap();
        assert_eq!(&lexed(text), row["items"].as_array().unwrap(), "{}: {text:?}", row["name"]);
    }
}

fn read_number(text: &str) -> Result<Number, String> {
    let kind = match text {
        _ if text.starts_with('\'') => Kind::CharConstant,
        _ if text.ends_with('i') && text[1..].contains(['+', '-']) => Kind::Complex,
        _ => Kind::Number,
    };
    number::number(text.as_bytes(), kind)
}

#[test]
fn numbers_are_under_the_types_that_hold_them() {
    let rows = rows("template-number.json");
    for row in &rows {
        let text = row["text"].as_str().unwrap();
        // An imaginary number alone is no pair; the table asked for one. See below.
        if row["err"] == "syntax error scanning complex number" {
            continue;
        }
        let got = read_number(text);
        if let Some(error) = row["err"].as_str() {
            assert_eq!(got, Err(error.to_owned()), "{text}");
            continue;
        }
        let got = got.unwrap();
        assert_eq!(got.int, row["int"].as_i64(), "{text}");
        assert_eq!(got.uint, row["uint"].as_u64(), "{text}");
        assert_eq!(got.float, row["float"].as_f64(), "{text}");
        let complex = &row["complex"]["$complex128"];
        let complex = complex.as_array().map(|c| (c[0].as_f64().unwrap(), c[1].as_f64().unwrap()));
        assert_eq!(got.complex, complex, "{text}");
    }
    assert_eq!(read_number("1-i").unwrap_err(), "syntax error scanning complex number");
    for (text, imaginary) in [("4i", 4.0), ("073i", 73.0), ("0i", 0.0)] {
        let got = read_number(text).unwrap();
        assert_eq!((got.complex, got.ideal), (Some((0.0, imaginary)), Ideal::Complex), "{text}");
        assert_eq!(got.int.is_some(), imaginary == 0.0, "{text}");
    }
}

#[test]
fn comments_are_kept_when_asked_for() {
    let text = "x{{/* a */}}y{{- /* b */ -}} z";
    let settings = Settings { comments: true, ..Settings::STANDARD };
    assert_eq!(parsed_with("t", text, settings).unwrap(), "x{{/* a */}}y{{/* b */}}z");
    assert_eq!(parsed("t", text).unwrap(), "xyz");
}

#[test]
fn parentheses_nest_as_deep_as_go_allows() {
    let nested = |depth: usize| format!("{{{{{}1{}}}}}", "(".repeat(depth), ")".repeat(depth));
    assert!(parsed("t", &nested(PAREN_DEPTH_LIMIT)).is_ok());
    let error = parsed("t", &nested(PAREN_DEPTH_LIMIT + 1)).unwrap_err();
    assert_eq!(error, "template: t:1: max expression depth exceeded");
}

#[test]
fn blocks_nest_up_to_their_limit() {
    let nested = |depth: usize| "{{if 1}}".repeat(depth) + &"{{end}}".repeat(depth);
    assert!(parsed("t", &nested(BLOCK_DEPTH_LIMIT)).is_ok());
    let error = parsed("t", &nested(BLOCK_DEPTH_LIMIT + 1)).unwrap_err();
    assert_eq!(error, "template: t:1: exceeded the limit of 10000 nested blocks");
    let chained =
        |links: usize| format!("{{{{if 1}}}}{}{{{{end}}}}", "{{else if 1}}".repeat(links));
    assert!(parsed("t", &chained(BLOCK_DEPTH_LIMIT - 1)).is_ok());
    assert!(parsed("t", &chained(BLOCK_DEPTH_LIMIT)).is_err());
}

/// Letters are Go's: Unicode category L and Nd, not all that Rust calls alphabetic or numeric.
#[test]
fn names_are_of_letters_and_digits() {
    assert!(parsed("t", "{{.é.日本.Ⅷ}}").is_err(), "a roman numeral is no letter");
    assert_eq!(parsed("t", "{{.é.日本٣}}").unwrap(), "{{.é.日本٣}}");
    let error = parsed("t", "{{.a☺}}").unwrap_err();
    assert_eq!(
        error,
        format!("template: t:1: bad character U+263A {}", quote("☺".as_bytes()).replace('"', "'"))
    );
}
