//! Explanations of real failures: rendered, and told.

use pintle_go_value::Tree;
use pintle_helm_chart::{File, ValuesOptions, load_files};
use pintle_helm_render::{
    ParsedChart, RenderError, RenderOptions, SEED_LEN, Seeded, render_files, template_release,
};

use super::*;

const CHART: &str = "apiVersion: v2\nname: shop\nversion: 1.0.0\n";
const SUB: &str = "apiVersion: v2\nname: db\nversion: 1.0.0\n";

/// Renders files with values, and checks what is told below the error.
fn check(files: &[(&str, &str)], args: &ValuesArgs, want: &str) {
    let files = [("Chart.yaml", CHART), ("charts/db/Chart.yaml", SUB)].iter().chain(files);
    let files = files.map(|(name, text)| File::new(*name, text.as_bytes())).collect();
    let chart = ParsedChart::new(load_files(files, &mut Vec::new()).unwrap());
    let values = ValuesOptions { set: args.set.clone(), ..ValuesOptions::default() };
    let values: Tree = values.merge(&mut |_| Ok(Vec::new())).unwrap();
    let generator = std::sync::Arc::new(Seeded::new([0; SEED_LEN], 0, 0));
    let options = RenderOptions::new("shop", "default", generator);
    let error = template_release(&chart, &values, &options, None, &mut Vec::new()).unwrap_err();
    let rendered = match &error {
        RenderError::Manifest { at, .. } => {
            let files = render_files(&chart, &values, &options, &mut Vec::new()).unwrap().files;
            let file = files.into_iter().find(|file| *file.path == *at.source.path).unwrap();
            Some((file.content, at.line))
        }
        _ => None,
    };
    let text = error.to_string();
    let failure = Failure { text: &text, chart: chart.chart(), values: args, rendered };
    let told = anstream::adapter::strip_str(&explain(&failure)).to_string();
    assert_eq!(told, want.trim_matches('\n'), "below:\n{text}");
}

#[test]
fn a_value_that_is_not_there() {
    let files = [
        ("values.yaml", "# a comment\napi:\n  image:\n    tag: x\n"),
        ("templates/a.yaml", "kind: x\nname: {{ .Values.api.port.number }}\n"),
    ];
    let want = "
 --> shop/templates/a.yaml:2:10
1 | kind: x
2 | name: {{ .Values.api.port.number }}
  |          ^^^^^^^^^^^^^^^^^^^^^^^
  = .Values.api.port.number is set by nothing; .Values.api is set by shop/values.yaml:2
";
    check(&files, &ValuesArgs::default(), want);
}

#[test]
fn a_chain_of_includes_and_a_flag() {
    let files = [
        ("templates/_h.tpl", "{{ define \"port\" }}\n{{ add1 .Values.port | divisor }}\n{{ end }}"),
        ("templates/a.yaml", "x: 1\ny: {{ include \"port\" . }}\n"),
    ];
    let files = files.map(|(name, text)| (name, text.replace("| divisor", "| index .Values.port")));
    let files: Vec<(&str, &str)> =
        files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let args = ValuesArgs { set: vec!["port=80".to_owned()], ..ValuesArgs::default() };
    let want = "
 --> shop/templates/_h.tpl:2:24
1 | {{ define \"port\" }}
2 | {{ add1 .Values.port | index .Values.port }}
  |                        ^^^^^^^^^^^^^^^^^^
  = included by shop/templates/a.yaml:2: y: {{ include \"port\" . }}
  = .Values.port is set by --set port=80
";
    check(&files, &args, want);
}

#[test]
fn required_values_of_a_subchart() {
    let files = [
        ("values.yaml", "db:\n  size: 1\n"),
        ("charts/db/values.yaml", "name: db\n"),
        ("charts/db/templates/a.yaml", "x: {{ required \"need a password\" .Values.password }}\n"),
    ];
    let want = "
 --> shop/charts/db/templates/a.yaml:1:7
1 | x: {{ required \"need a password\" .Values.password }}
  |       ^
  = .Values.password is set by nothing
";
    check(&files, &ValuesArgs::default(), want);
    let files = [
        ("values.yaml", "db:\n  size: 1\n"),
        ("charts/db/templates/a.yaml", "x: {{ fail (print .Values.size) }}\n"),
    ];
    let want = "
 --> shop/charts/db/templates/a.yaml:1:7
1 | x: {{ fail (print .Values.size) }}
  |       ^
  = .Values.size is set by shop/values.yaml:2
";
    check(&files, &ValuesArgs::default(), want);
}

#[test]
fn a_template_that_does_not_parse() {
    let files = [("templates/a.yaml", "a: 1\nb: {{ if }}\n")];
    let want = "
 --> shop/templates/a.yaml:2
1 | a: 1
2 | b: {{ if }}
  | ^^^^^^^^^^^
";
    check(&files, &ValuesArgs::default(), want);
}

#[test]
fn what_was_rendered_is_no_yaml() {
    let files = [("templates/a.yaml", "kind: A\n---\nkind: B\nx: {{ 1 }}: 2\n")];
    let want = "
 --> what was rendered
2 | ---
3 | kind: B
4 | x: 1: 2
  | ^^^^^^^
";
    check(&files, &ValuesArgs::default(), want);
}

#[test]
fn values_that_a_schema_refuses() {
    let files = [
        (
            "values.schema.json",
            r#"{"properties": {"a": {"properties": {"b": {"type": "string"}}}}}"#,
        ),
        ("values.yaml", "a:\n\n  b: 1\n"),
    ];
    check(&files, &ValuesArgs::default(), "  = /a/b is set by shop/values.yaml:3");
}
