//! Each limit, at it and one past it: where Go has it in Go's words, else in our own.

use pintle_go_template::{
    ARGUMENT_LIMIT, BUILTIN_STEPS, BYTES_PER_STEP, CALL_STEPS, CallError, ERROR_LIMIT, Exec, Func,
    LAYER_LIMIT, LONG_TEXT, Limits, OUTPUT_LIMIT, SET_LIMIT, STEP_LIMIT, Session, Set,
    TEMPLATE_DEPTH_LIMIT, TEXT_LIMIT, func,
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

fn short(_: &[u8]) -> bool {
    true
}

fn works(heap: &Heap, _: &[u8]) -> bool {
    heap.charge(1000);
    true
}

fn recurses<'h>(exec: &mut Exec<'_, 'h, ()>, name: &'h [u8]) -> Result<&'h [u8], CallError> {
    exec.include(name, Value::Nil)
}

static FUNCS: &[Func<()>] = &[
    func!("short", short, (&[u8])),
    func!("works", works, heap, (&[u8])),
    func!("recurses", recurses, exec, (&[u8])),
];

/// The fewest steps that a template needs.
fn steps_of(text: &str, data: &str) -> u64 {
    let mut set = Set::new("t", leak(FUNCS));
    set.parse("t", text.as_bytes()).unwrap();
    let session = Session::new();
    let mut exec = Exec::new(&set, &session, &());
    exec.execute_template("t", session.heap().string(data), &mut Vec::new()).unwrap();
    exec.steps()
}

#[test]
fn calls_and_long_texts_are_work() {
    let call = steps_of("{{short .}}", "a");
    assert_eq!(call - steps_of("{{.}}", "a"), CALL_STEPS);
    assert_eq!(steps_of("{{short .}}", &"a".repeat(LONG_TEXT - 1)), call);
    assert_eq!(steps_of("{{len .}}", "a") - steps_of("{{.}}", "a"), BUILTIN_STEPS);
    let long = (LONG_TEXT / BYTES_PER_STEP) as u64;
    assert_eq!(steps_of("{{short .}}", &"a".repeat(LONG_TEXT)), call + long);
    assert_eq!(steps_of("{{works .}}", "a"), call + 1000);
    let case = |steps| {
        let limits = Limits { steps, ..Limits::STANDARD };
        let case = Case { limits, ..Case::new("{{works .}}") };
        case.run(leak(FUNCS), |session| session.heap().string("a"))
    };
    assert_eq!(case(call + 1000).as_deref(), Ok("true"));
    let error = format!(
        r#"template: t:1:2: executing "t" at <works .>: error calling works: exceeded the limit of {} steps"#,
        call + 999
    );
    assert_eq!(case(call + 999).unwrap_err(), error);
}

#[test]
fn one_argument() {
    let run = |length: usize| {
        let case = Case::new("{{len .}}");
        case.run(leak(&[]), |session| session.heap().string("a".repeat(length)))
    };
    assert_eq!(run(ARGUMENT_LIMIT), Ok(ARGUMENT_LIMIT.to_string()));
    let error = run(ARGUMENT_LIMIT + 1).unwrap_err();
    assert!(error.ends_with("exceeded the limit of 67108864 bytes in one argument"), "{error}");
}

#[test]
fn one_text() {
    let mut set = Set::new("t", leak(&[]));
    let text = |length: usize| "a".repeat(length).into_bytes();
    assert!(set.parse("t", text(TEXT_LIMIT)).is_ok());
    let error = set.parse("t", text(TEXT_LIMIT + 1)).unwrap_err().to_string();
    assert_eq!(error, "template: t:1: exceeded the limit of 5242880 bytes for one template");
}

/// Every file within its own limit, and all together beyond that of the set.
#[test]
fn one_set() {
    let mut set = Set::new("t", leak(&[]));
    let text = "{{1}}".repeat(TEXT_LIMIT / 5);
    let parsed = (0..100).map(|at| set.parse(&format!("t{at}"), text.as_bytes()));
    let error = parsed.filter_map(Result::err).next().unwrap().to_string();
    let want = format!("exceeded the limit of {SET_LIMIT} bytes of parsed templates");
    assert!(error.ends_with(&want), "{error}");
    assert!(set.contains("t1"), "two fit");
}

/// An error by a limit keeps the innermost layers and the outermost; any other all of Go's, until
/// they take too much.
#[test]
fn layers_of_an_error() {
    let mut set = Set::new("t", leak(FUNCS));
    let text = r#"{{define "x"}}{{recurses "x"}}{{end}}{{recurses "x"}}"#;
    set.parse("t", text.as_bytes()).unwrap();
    let session = Session::new();
    let limits = Limits { depth: 1000, ..Limits::STANDARD };
    let mut exec = Exec::new(&set, &session, &()).with_limits(limits);
    let deep = exec.execute_template("t", Value::Nil, &mut Vec::new()).unwrap_err();
    assert!(deep.is_limit() && deep.is_full());
    assert_eq!(deep.layers().count(), LAYER_LIMIT + 1);
    let text = deep.to_string();
    assert!(text.starts_with("template: t:1:39: executing \"t\""), "{text}");
    assert!(text.ends_with("exceeded the limit of 1000 templates executing within each other"));
    let mut large = CallError::new("the end");
    for _ in 0..40 {
        large = large.wrap("x".repeat(1 << 20));
    }
    assert!(large.is_full() && large.to_string().len() <= ERROR_LIMIT + (2 << 20));
}
