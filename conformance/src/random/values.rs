//! Values files: the keys that templates read, with values that are mostly of the type they expect.

use std::fmt::Write as _;

use super::rng::Rng;

/// Texts, most of which YAML reads as something else unless they are quoted.
const TEXTS: &[&str] = &[
    "web",
    "a-b_c",
    "\"two words\"",
    "'it''s'",
    "\"\"",
    "\"yes\"",
    "'0x10'",
    "\"1e6\"",
    "\"null\"",
    "äöü",
    "\"日本 €\"",
    "1.2.3",
    "a,b,c",
    "2020-01-02",
    "\"12:30:45\"",
    "\"line\\nbreak\\ttab\"",
    "\"{{ .Release.Name }}\"",
    "|\n  block\n   text\n",
    ">-\n  folded\n  text\n\n  end",
    "\"# no comment\"",
    "x # comment",
    "\"key: value\"",
    "'- item'",
    "\"\\u00e9\\x41\"",
    "!!str 12",
    "\" pad \"",
    "http://a.b:80/c",
    "'%d'",
    "&anchor x",
    "\"'\"",
    "a-very-long-text-that-goes-on-and-on-past-the-eighty-columns-at-which-some-writers-fold-lines-of-text",
];
/// Texts, and what looks like one and is read as another type.
const SCALARS: &[&str] = &[
    "web",
    "yes",
    "0x10",
    "1e6",
    "~",
    "null",
    "12:30:45",
    "0o17",
    "017",
    "+1",
    "off",
    "1.50",
    "!!float 1",
    "=",
    "<<",
    "12e03",
    "-.5",
    "\"quoted\"",
    "2001-12-14t21:59:43.10-05:00",
    "1_000.5",
    "0b11",
    "y",
    "'n'",
    "!!binary aGk=",
];
const INTS: &[&str] = &[
    "0",
    "1",
    "-1",
    "3",
    "7",
    "42",
    "8080",
    "65536",
    "1000000",
    "1e6",
    "0x10",
    "0o17",
    "017",
    "1_000",
    "+5",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551615",
    "1e3",
    "0b101",
];
const FLOATS: &[&str] = &[
    "1.5",
    "0.1",
    "-0.0",
    "1e21",
    "123456789.125",
    ".5",
    "1e-7",
    "3.0",
    "-2.5e+3",
    "0.30000000000000004",
    "1e20",
    "5e-324",
    "100000.0",
];
const BOOLS: &[&str] = &["true", "false", "True", "FALSE"];
const VERSIONS: &[&str] =
    &["1.2.3", "v1.20.3-rc.1", "\"1.2\"", "\"3\"", "2.0.0+build.5", "0.0.1-alpha"];
const LISTS: &[&str] = &[
    "[a, b, c]",
    "[\"x y\", 'z', w]",
    "\n- one\n- two\n- one",
    "[b, a, b, \"\"]",
    "[]",
    "\n- \"1\"\n- \"2\"",
];
const NUMBERS: &[&str] =
    &["[1, 2, 3]", "[3, 1.5, 2, 1]", "[0x10, 1e3]", "[]", "\n- 9007199254740993\n- 0"];
const MAPS: &[&str] = &[
    "[{name: a, value: 1}, {name: b}]",
    "\n- name: first\n  value: x\n- name: second\n  s: y\n  m: {s: 1}",
    "[]",
    "[{name: ~}]",
];
const JSON: &[&str] = &[
    "'{\"a\": [1, 2.5, \"x\"]}'",
    "'{\"s\": \"\\u003c&\", \"n\": null, \"i\": 1e3}'",
    "'{\"bad\": '",
    "'[1]'",
];
const YAML: &[&str] = &[
    "|\n  s: 1\n  l: [a, 0x1f]\n",
    "\"a: b\\nc: [d\"",
    "\"s: {m: yes}\\n\"",
    "\"{a: 1e3, b: 017}\"",
    "\"- x\"",
];
const TEMPLATES: &[&str] = &[
    "plain",
    "'{{ .Values.s2 | quote }}'",
    "'{{ .Release.Name }}-{{ .Values.i1 }}'",
    "'{{ range .Values.ls }}{{ . }};{{ end }}'",
    "'{{ .Values.d | toJson }}'",
    "'{{- $x := 1 }} {{ $x }}'",
    "\"{{ .Template.Name }}\"",
];
/// What no template expects.
const ODD: &[&str] = &[
    "null",
    "[1, {a: b}]",
    "{a: {b: c}}",
    "text",
    "7",
    "true",
    "[]",
    "{}",
    ".inf",
    "2001-01-01T00:00:00Z",
];

/// The keys that every chart's values have, and what they hold.
const KEYS: &[(&str, &[&str])] = &[
    ("s1", TEXTS),
    ("s2", TEXTS),
    ("s3", TEXTS),
    ("s4", TEXTS),
    ("i1", INTS),
    ("i2", INTS),
    ("i3", INTS),
    ("f1", FLOATS),
    ("f2", FLOATS),
    ("b1", BOOLS),
    ("b2", BOOLS),
    ("v", VERSIONS),
    ("ls", LISTS),
    ("ln", NUMBERS),
    ("lm", MAPS),
    ("json", JSON),
    ("yaml", YAML),
    ("tp", TEMPLATES),
    ("y", BOOLS),
    ("none", &["null", "~", ""]),
    ("e", &["{}"]),
];

/// What the values of a chart may hold besides: a subchart's own, `global`, conditions.
pub(super) struct Extent<'c> {
    /// Names under which subcharts read values.
    pub(super) subcharts: &'c [String],
    /// One key in so many is of an odd type.
    pub(super) odd: usize,
}

/// A chart's whole values file.
pub(super) fn defaults(rng: &mut Rng, extent: &Extent<'_>) -> String {
    let mut text = String::new();
    if rng.once_in(3) {
        text.push_str("# Values\n");
    }
    for (key, from) in KEYS {
        entry(rng, extent, key, from, 0, &mut text);
    }
    nested(rng, extent, 0, false, &mut text);
    text.push_str("global:\n");
    entry(rng, extent, "g", SCALARS, 2, &mut text);
    entry(rng, extent, "gi", INTS, 2, &mut text);
    for name in extent.subcharts {
        let _ = writeln!(
            text,
            "{name}:\n  enabled: {}",
            rng.pick(&["true", "true", "false", "\"yes\""])
        );
        some(rng, extent, 2, &mut text);
    }
    let _ = writeln!(text, "tags:\n  front: {}\n  back: {}", rng.pick(BOOLS), rng.pick(BOOLS));
    if rng.once_in(2) {
        text.push_str(
            "base: &base {x: 1, y: {z: [1, 2]}}\nmerged:\n  <<: *base\n  y: 2\n  q: *base\n",
        );
    }
    text.push_str("exports:\n  data:\n    exported: 1\n    s2: from-exports\n");
    text
}

/// Values as a user gives them: some keys, nulls that remove, keys of subcharts.
pub(super) fn overrides(rng: &mut Rng, extent: &Extent<'_>) -> String {
    let mut text = String::new();
    some(rng, extent, 0, &mut text);
    if rng.once_in(3) {
        nested(rng, extent, 0, true, &mut text);
    }
    if rng.once_in(3) {
        let _ = writeln!(
            text,
            "global:\n  g: {}\n  extra: {{a: [1]}}",
            rng.pick(&["user", "null", "12"])
        );
    }
    if rng.once_in(4) {
        let _ = writeln!(text, "tags: {{front: {}}}", rng.pick(BOOLS));
    }
    for name in extent.subcharts {
        if rng.once_in(2) {
            let _ = writeln!(
                text,
                "{name}:\n  {}",
                rng.pick(&[
                    "enabled: true",
                    "enabled: false",
                    "s4: null",
                    "e: null",
                    "d: {m: {deep: null}}"
                ])
            );
            some(rng, extent, 2, &mut text);
        }
    }
    if text.is_empty() { "{}\n".to_owned() } else { text }
}

/// Arguments of `--set`.
pub(super) fn sets(rng: &mut Rng, subcharts: &[String]) -> Vec<String> {
    const PATHS: &[&str] = &[
        "s3",
        "s4",
        "i1",
        "d.m.deep.s",
        "lm[0].name",
        "ls[1]",
        "global.g",
        "tags.back",
        "new\\.key",
        "none",
        "e.x.y",
    ];
    const TO: &[&str] = &[
        "x",
        "5",
        "1e6",
        "true",
        "null",
        "{a,b}",
        "",
        "0x10",
        "a\\,b",
        "9007199254740993",
        "1.50",
        "007",
        "{}",
    ];
    let mut sets = Vec::new();
    while rng.once_in(3) {
        let path = rng.pick(PATHS);
        let to = rng.pick(TO);
        let name = subcharts.get(rng.below(subcharts.len() * 2));
        sets.push(
            name.map_or_else(|| format!("{path}={to}"), |name| format!("{name}.{path}={to}")),
        );
    }
    sets
}

fn some(rng: &mut Rng, extent: &Extent<'_>, indent: usize, out: &mut String) {
    for (key, from) in KEYS {
        if rng.once_in(6) {
            entry(rng, extent, key, from, indent, out);
        }
    }
}

/// The map `d` of maps; in overrides only some of its keys.
fn nested(rng: &mut Rng, extent: &Extent<'_>, indent: usize, partial: bool, out: &mut String) {
    const FIELDS: &[(&str, &[&str])] =
        &[("s", TEXTS), ("i", INTS), ("b", BOOLS), ("l", LISTS), ("a.b", TEXTS), ("1", INTS)];
    let _ = writeln!(out, "{:indent$}d:", "");
    for (key, from) in FIELDS {
        if !partial || rng.once_in(2) {
            let key = if *key == "1" { "\"1\"" } else { key };
            entry(rng, extent, key, from, indent + 2, out);
        }
    }
    let inner = indent + 4;
    let _ = writeln!(out, "{:1$}m:", "", indent + 2);
    entry(rng, extent, "s", TEXTS, inner, out);
    let _ = writeln!(out, "{:inner$}deep:", "");
    entry(rng, extent, "s", TEXTS, inner + 2, out);
}

/// One key with a value; the lines of a value that has several stand deeper than the key.
fn entry(
    rng: &mut Rng,
    extent: &Extent<'_>,
    key: &str,
    from: &[&'static str],
    indent: usize,
    out: &mut String,
) {
    let odd = rng.once_in(extent.odd);
    let value = if odd { rng.pick(ODD) } else { rng.pick(from) };
    let pad = " ".repeat(indent);
    let value = value.trim_end_matches('\n').replace('\n', &format!("\n{pad}"));
    let _ = writeln!(out, "{pad}{key}: {value}");
}
