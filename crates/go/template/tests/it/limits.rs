//! Each limit, at it and one past it: where Go has it in Go's words, else in our own.

use pintle_go_template::{
    Exec, Limits, OUTPUT_LIMIT, STEP_LIMIT, Session, Set, TEMPLATE_DEPTH_LIMIT,
};
use pintle_go_value::{Heap, Type, Value};

use crate::{Case, leak};

#[track_caller]
fn check(text: &str, limits: Limits, data: &str, want: Result<&str, &str>) {
    let case = Case { limits, ..Case::new(text) };
    let got = case.run(leak(&[]), |session| session.heap().string(data));
    assert_eq!(got.as_deref().map_err(String::as_str), want);
}

/// `{{template}}` nests as often as the data has bytes.
const NESTED: &str =
    r#"{{define "x"}}{{if .}}{{template "x" (slice . 1)}}{{end}}{{end}}{{template "x" .}}"#;

#[test]
fn template_depth() {
    let limits = Limits { template_depth: 3, ..Limits::STANDARD };
    check(NESTED, limits, "ab", Ok(""));
    let error = r#"template: t:1:33: executing "x" at <{{template "x" (slice . 1)}}>: exceeded maximum template depth (3)"#;
    check(NESTED, limits, "abc", Err(error));
}

/// Go's own limit, on whatever stack the test's thread has.
#[test]
fn template_depth_of_go() {
    let text = r#"{{define "x"}}{{range 1}}{{template "x"}}{{end}}{{end}}{{template "x"}}"#;
    let error = format!(
        r#"template: t:1:36: executing "x" at <{{{{template "x"}}}}>: exceeded maximum template depth ({TEMPLATE_DEPTH_LIMIT})"#
    );
    check(text, Limits::STANDARD, "", Err(&error));
}

#[test]
fn depth() {
    let limits = Limits { depth: 4, ..Limits::STANDARD };
    check(NESTED, limits, "ab", Ok(""));
    let error = r#"template: t:1:46: executing "x" at <1>: exceeded the limit of 4 templates executing within each other"#;
    check(NESTED, limits, "abc", Err(error));
}

#[test]
fn steps() {
    // Two commands and a turn of the loop for each byte, and the range's own command.
    let text = "{{range 5}}{{1}}{{2}}{{end}}";
    check(text, Limits { steps: 16, ..Limits::STANDARD }, "", Ok("1212121212"));
    let error = r#"template: t:1:18: executing "t" at <2>: exceeded the limit of 15 steps"#;
    check(text, Limits { steps: 15, ..Limits::STANDARD }, "", Err(error));
    assert_eq!(Limits::STANDARD.steps, STEP_LIMIT);
}

#[test]
fn output() {
    let text = "{{range 4}}{{.}} {{end}}{{.}}";
    check(text, Limits { output: 10, ..Limits::STANDARD }, "ab", Ok("0 1 2 3 ab"));
    let error =
        r#"template: t:1:26: executing "t" at <{{.}}>: exceeded the limit of 9 bytes of output"#;
    check(text, Limits { output: 9, ..Limits::STANDARD }, "ab", Err(error));
    assert_eq!(Limits::STANDARD.output, OUTPUT_LIMIT);
}

/// The heap of a session ends a template that makes ever more values.
#[test]
fn heap() {
    let mut set = Set::new("t", leak(&[]));
    set.parse("t", *b"{{$x := .}}{{range 40}}{{$x = print $x $x}}{{end}}").unwrap();
    let run = |limit: usize| {
        let session = Session::with_heap(Heap::with_limit(limit));
        let data = session.heap().string("0123456789abcdef");
        Exec::new(&set, &session, &()).execute_template("t", data, &mut Vec::new())
    };
    let error = run(1 << 20).unwrap_err();
    assert!(error.is_limit(), "{error}");
    let text = error.to_string();
    assert!(text.ends_with("exceeded the limit of 1048576 bytes of values"), "{text}");
    assert!(text.starts_with("template: t:1:"), "{text}");
}

/// A bomb of nothing but loops ends by its steps.
#[test]
fn a_bomb_ends() {
    let text = "{{range 9223372036854775807}}{{range 9223372036854775807}}{{end}}{{end}}";
    let limits = Limits { steps: 1_000_000, ..Limits::STANDARD };
    let error = r#"template: t:1:37: executing "t" at <9223372036854775807>: exceeded the limit of 1000000 steps"#;
    check(text, limits, "", Err(error));
}

/// Values nested as deep as a values file may be are walked without recursion on the data.
#[test]
fn deep_parentheses_evaluate() {
    let text = format!("{{{{{}.{}}}}}", "(".repeat(10_000), ")".repeat(10_000));
    let case = Case::new(&text);
    let got = case.run(leak(&[]), |session| session.heap().list(&Type::LIST, &[Value::int(1)]));
    assert_eq!(got.as_deref(), Ok("[1]"));
}
