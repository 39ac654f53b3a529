//! Functions that call back into the engine, as Helm's `include` and `tpl` do, and objects.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use pintle_go_template::{CallError, Exec, Func, FuncMap, Layer, Session, Set, TextError, func};
use pintle_go_value::{Heap, Method, Object, Type, Value};

/// Calls in progress by name: how Helm bounds its includes.
type Counts = RefCell<HashMap<Vec<u8>, usize>>;

/// Helm's `recursionMaxNums`.
const INCLUDES: usize = 1000;

fn include<'h>(
    exec: &mut Exec<'_, 'h, Counts>,
    name: &[u8],
    data: Value<'h>,
) -> Result<&'h [u8], CallError> {
    let host = exec.host();
    let count = host.borrow().get(name).copied().unwrap_or(0);
    if count > INCLUDES {
        let name = String::from_utf8_lossy(name);
        let prefix = format!("rendering template has a nested reference name: {name}: ");
        return Err(CallError::new("unable to execute template").wrap(prefix));
    }
    host.borrow_mut().insert(name.to_vec(), count + 1);
    let text = exec.include(name, data);
    host.borrow_mut().insert(name.to_vec(), count);
    text
}

fn tpl<'h>(
    exec: &mut Exec<'_, 'h, Counts>,
    text: &[u8],
    data: Value<'h>,
) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    exec.execute_text(text, data, &mut out).map_err(|error| match error {
        TextError::Parse(error) => CallError::new(error.to_string()).wrap("cannot parse: "),
        TextError::Exec(error) => error.wrap("error during tpl: "),
    })?;
    Ok(out)
}

static TABLE: &[Func<Counts>] = &[
    func!("include", include, exec, (&[u8], Value<'_>)),
    func!("tpl", tpl, exec, (&[u8], Value<'_>)),
];

static FUNCS: LazyLock<&'static FuncMap<Counts>> =
    LazyLock::new(|| Box::leak(Box::new(FuncMap::new(&[TABLE]))));

/// What the template `t` of a set named `gotpl` makes of the data.
fn run_with(
    templates: &[(&str, &str)],
    data: impl for<'h> FnOnce(&'h Heap) -> Value<'h>,
) -> Result<String, CallError> {
    let mut set = Set::new("gotpl", *FUNCS);
    for (name, text) in templates {
        set.parse(name, text.as_bytes()).unwrap();
    }
    let (session, host) = (Session::new(), Counts::default());
    let data = data(session.heap());
    let mut out = Vec::new();
    Exec::new(&set, &session, &host).execute_template("t", data, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

#[track_caller]
fn check(templates: &[(&str, &str)], want: &str) {
    let got = run_with(templates, |_| Value::str("data"));
    assert_eq!(got.unwrap_or_else(|error| error.to_string()), want);
}

#[test]
fn includes_see_the_set_and_their_own_data() {
    check(
        &[
            ("u", r#"{{define "x"}}<{{.}}>{{end}}"#),
            ("t", r#"{{include "x" "a"}}{{include "x" .}}"#),
        ],
        "<a><data>",
    );
    check(
        &[("t", r#"{{include "nope" .}}"#)],
        r#"template: t:1:2: executing "t" at <include "nope" .>: error calling include: template: no template "nope" associated with template "gotpl""#,
    );
}

#[test]
fn a_later_text_redefines_unless_it_is_blank() {
    let first = ("a", r#"{{define "x"}}one{{end}}"#);
    let use_it = ("t", r#"{{include "x" .}}"#);
    check(&[first, ("b", r#"{{define "x"}}two{{end}}"#), use_it], "two");
    check(&[first, ("b", "{{define \"x\"}} \n{{/* c */}}{{end}}"), use_it], "one");
}

#[test]
fn what_a_text_defines_ends_with_it() {
    let text = r#"{{tpl "{{define \"y\"}}Y{{.}}{{end}}{{include \"y\" .}}{{include \"z\" 1}}" 7}}"#;
    check(
        &[("t", &format!(r#"{{{{define "z"}}}}Z{{{{include "y" 2}}}}{{{{end}}}}{text}"#))],
        "Y7ZY2",
    );
    check(
        &[("t", &format!(r#"{{{{define "z"}}}}{{{{end}}}}{text}{{{{include "y" 1}}}}"#))],
        r#"template: t:1:102: executing "t" at <include "y" 1>: error calling include: template: no template "y" associated with template "gotpl""#,
    );
    // A text without actions is itself.
    check(&[("t", "{{tpl \"a } {b\" .}}")], "a } {b");
    // A text within a text sees what both define.
    let inner = r#"{{define \"q\"}}Q{{end}}{{tpl \"{{include \\\"q\\\" .}}\" .}}"#;
    check(&[("t", &format!(r#"{{{{tpl "{inner}" .}}}}"#))], "Q");
}

#[test]
fn a_text_fails_under_the_name_of_the_set() {
    check(
        &[("t", r#"{{tpl "{{.x.y}}" .}}"#)],
        r#"template: t:1:2: executing "t" at <tpl "{{.x.y}}" .>: error calling tpl: error during tpl: template: gotpl:1:4: executing "gotpl" at <.x.y>: can't evaluate field x in type string"#,
    );
    check(
        &[("t", r#"{{tpl "{{if}}" .}}"#)],
        r#"template: t:1:2: executing "t" at <tpl "{{if}}" .>: error calling tpl: cannot parse: template: gotpl:1: missing value for if"#,
    );
}

#[test]
fn an_error_keeps_the_layers_of_its_chain() {
    let templates =
        [("u", "\n {{define \"x\"}}{{.a.b}}{{end}}"), ("t", "line\n  {{include \"x\" .}}")];
    let error = run_with(&templates, |_| Value::str("data")).unwrap_err();
    let shown: Vec<String> = error.layers().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            r#"template: t:2:4: executing "t" at <include "x" .>: "#,
            "error calling include: ",
            r#"template: u:2:19: executing "x" at <.a.b>: "#,
            "can't evaluate field a in type string",
        ]
    );
    let at = error.location().unwrap();
    assert_eq!((&*at.parse_name, at.line, at.column, at.offset), ("u", 2, 19, 20));
    assert!(error.is_exec() && !error.is_limit());
    let innermost = error.layers().next_back();
    assert!(matches!(innermost, Some(Layer::Text(_))), "{innermost:?}");
}

/// A template that includes itself `.n` times more.
fn nested(depth: i64) -> Result<String, CallError> {
    let text =
        r#"{{define "x"}}{{if .}}({{include "x" (slice . 1)}}){{end}}{{end}}{{include "x" .}}"#;
    run_with(&[("t", text)], |heap| {
        heap.list(&Type::LIST, &vec![Value::int(1); usize::try_from(depth).unwrap()])
    })
}

#[test]
fn includes_nest_as_deep_as_helm_lets_them() {
    assert_eq!(nested(300).unwrap(), "(".repeat(300) + &")".repeat(300));
    // The outermost is not counted against the limit.
    assert!(nested(i64::try_from(INCLUDES).unwrap()).is_ok());
    let error = nested(i64::try_from(INCLUDES).unwrap() + 1).unwrap_err();
    // One layer per include and one for what it says, the two of the refusal, and the outermost.
    assert_eq!(error.layers().len(), 2 * (INCLUDES + 2) + 2);
    let text = error.to_string();
    let end = r"error calling include: rendering template has a nested reference name: x: unable to execute template";
    assert!(text.ends_with(end), "{}", &text[text.len() - 200..]);
    assert_eq!(
        text.matches("executing \"x\" at <include \"x\" (slice . 1)>").count(),
        INCLUDES + 1
    );
}

/// `*test.Files`: a map with methods, as Helm's `.Files`.
#[derive(Debug)]
struct Files;

impl Object for Files {
    fn ty(&self) -> &'static Type {
        &Type::Named("test.Files", &Type::MAP)
    }

    fn method(&self, name: &str) -> Option<&'static Method> {
        const GET: Method = Method { params: &[Type::String], variadic: false };
        const JOIN: Method = Method { params: &[Type::String, Type::INT], variadic: true };
        match name {
            "Get" => Some(&GET),
            "Join" => Some(&JOIN),
            _ => None,
        }
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        match (name, args) {
            ("Get", [Value::String(b"bad")]) => Err("no such file".to_owned()),
            ("Get", [Value::String(path)]) => Ok(heap.string([b"of ", *path].concat())),
            ("Join", [first, rest @ ..]) => Ok(heap.string(format!("{first:?}{}", rest.len()))),
            _ => Err(format!("{name} cannot take {args:?}")),
        }
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let map = heap.map();
        map.insert(b"a", Value::int(1));
        Value::Map(map)
    }
}

/// `*test.Version`: fields, and a text of its own.
#[derive(Debug)]
struct Version;

impl Object for Version {
    fn ty(&self) -> &'static Type {
        &Type::Pointer(&Type::Struct("test.Version"))
    }

    fn field<'h>(&self, _: &'h Heap, name: &str) -> Option<Value<'h>> {
        (name == "Major").then_some(Value::str("1"))
    }

    fn text(&self) -> Option<String> {
        Some("v1.2".to_owned())
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        heap.structure(&Type::Struct("test.Version"), &[("Major", Value::str("1"))])
    }
}

#[track_caller]
fn check_objects(text: &str, want: &str) {
    let got = run_with(&[("t", text)], |heap| {
        let map = heap.map();
        map.insert(b"Files", heap.object(Files));
        map.insert(b"Version", heap.object(Version));
        Value::Map(map)
    });
    assert_eq!(got.unwrap_or_else(|error| error.to_string()), want);
}

#[test]
fn objects_have_methods_fields_and_keys() {
    check_objects(
        r#"{{.Files.Get "x"}} {{"y" | .Files.Get}} {{(.Files).a}}{{.Files.a}}"#,
        "of x of y 11",
    );
    check_objects(
        r#"{{range $k, $v := .Files}}{{$k}}={{$v}}{{end}} {{len .Files}} {{index .Files "a"}}"#,
        "a=1 1 1",
    );
    check_objects(
        "{{.Version}} {{.Version.Major}} {{if .Version}}yes{{end}} {{print .Version}}",
        "v1.2 1 yes v1.2",
    );
}

#[test]
fn objects_refuse_as_go_values_do() {
    check_objects(
        r#"{{.Files.Get "bad"}}"#,
        r#"template: t:1:8: executing "t" at <.Files.Get>: error calling Get: no such file"#,
    );
    check_objects(
        "{{.Files.Get 1}}",
        r#"template: t:1:13: executing "t" at <1>: expected string; found 1"#,
    );
    check_objects(
        "{{.Files.Get}}",
        r#"template: t:1:8: executing "t" at <.Files.Get>: wrong number of args for Get: want 1 got 0"#,
    );
    check_objects(
        "{{.Files.Join}}",
        r#"template: t:1:8: executing "t" at <.Files.Join>: wrong number of args for Join: want at least 1 got 0"#,
    );
    check_objects(
        "{{.Version.Nope}}",
        r#"template: t:1:10: executing "t" at <.Version.Nope>: can't evaluate field Nope in type interface {}"#,
    );
    check_objects(
        "{{with .Version}}{{.Nope}}{{end}}",
        r#"template: t:1:19: executing "t" at <.Nope>: can't evaluate field Nope in type *test.Version"#,
    );
    check_objects(
        "{{range .Version}}{{end}}",
        r#"template: t:1:8: executing "t" at <.Version>: range can't iterate over v1.2"#,
    );
}

/// A text counts once in an execution, and no earlier execution pays for it.
#[test]
fn a_text_counts_the_same_in_every_execution() {
    let mut set = Set::new("gotpl", *FUNCS);
    let text = format!("{{{{1}}}}{}", " ".repeat(4000));
    let steps = |set: &Set<Counts>, name: &str| {
        let (session, host) = (Session::new(), Counts::default());
        let mut exec = Exec::new(set, &session, &host);
        exec.execute_template(name, Value::Nil, &mut Vec::new()).unwrap();
        exec.steps()
    };
    let mut define = |name: &str, text: String| set.parse(name, text.into_bytes()).unwrap();
    define("none", "{{$_ := tpl `` .}}".to_owned());
    define("once", format!("{{{{$_ := tpl `{text}` .}}}}"));
    define("twice", format!("{{{{$x := `{text}`}}}}{{{{$_ := tpl $x .}}}}{{{{$_ := tpl $x .}}}}"));
    let (none, once) = (steps(&set, "none"), steps(&set, "once"));
    assert_eq!(steps(&set, "once"), once, "the set has it by now");
    assert!(once - none > 1000, "{once} {none}");
    assert!(steps(&set, "twice") - once < 1000, "parsed once");
}
