//! The list of targets: their code, seeds, words and bounds.

use std::time::Duration;

use crate::{Bounds, archive, data, render, seeds, template, text};

/// The most time one input may take, optimised.
const TIME_LIMIT: Duration = Duration::from_secs(2);

/// How much slower code without optimisation may be.
const DEBUG_FACTOR: u32 = 10;

/// Inputs are small: what large ones do, the tests of bombs say.
const MAX_LEN: usize = 4096;

/// One thing to fuzz.
pub struct Target {
    /// Its name, which is also that of its binary in `fuzz/`.
    pub name: &'static str,
    /// Takes any bytes; panics if a promise does not hold.
    pub run: fn(&[u8]),
    /// Inputs to begin with.
    pub seeds: fn() -> anyhow::Result<Vec<Vec<u8>>>,
    /// Words that mutations put in.
    pub words: &'static [&'static str],
    /// The longest input to try.
    pub max_len: usize,
    /// The most memory one input may take, in MiB.
    pub memory_mib: usize,
    /// How many mutations `cargo test` tries.
    pub mutations: usize,
}

impl Target {
    /// What one input may take of time and memory, in this build.
    #[must_use]
    pub fn bounds(&self) -> Bounds {
        let factor = if cfg!(debug_assertions) { DEBUG_FACTOR } else { 1 };
        Bounds { time: TIME_LIMIT * factor, memory: self.memory_mib << 20 }
    }
}

/// The target of that name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs the target of that name: all that a binary of libFuzzer does.
///
/// # Panics
/// There is no such target, or the input breaks a promise.
pub fn run(name: &str, data: &[u8]) {
    let target = named(name);
    assert!(target.is_some(), "no target is named {name}");
    if let Some(target) = target {
        (target.run)(data);
    }
}

/// All targets.
pub const TARGETS: &[Target] = &[
    Target {
        name: "lexer",
        run: template::lexer,
        seeds: seeds::templates,
        words: TEMPLATE_WORDS,
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 6000,
    },
    Target {
        name: "parser",
        run: template::parser,
        seeds: seeds::templates,
        words: TEMPLATE_WORDS,
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 4000,
    },
    Target {
        name: "render",
        run: render::render,
        seeds: seeds::charts,
        words: RENDER_WORDS,
        max_len: MAX_LEN,
        memory_mib: 256,
        mutations: 3000,
    },
    Target {
        name: "yaml",
        run: data::yaml,
        seeds: seeds::yaml,
        words: YAML_WORDS,
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 4000,
    },
    Target {
        name: "json",
        run: data::json,
        seeds: seeds::json,
        words: JSON_WORDS,
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 3000,
    },
    Target {
        name: "toml",
        run: data::toml,
        seeds: seeds::toml,
        words: TOML_WORDS,
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 3000,
    },
    Target {
        name: "archive",
        run: archive::archive,
        seeds: seeds::archives,
        words: ARCHIVE_WORDS,
        max_len: 4 * MAX_LEN,
        memory_mib: 256,
        mutations: 1500,
    },
    Target {
        name: "regexp",
        run: text::regexp,
        seeds: seeds::regexps,
        words: REGEXP_WORDS,
        max_len: 512,
        memory_mib: 192,
        mutations: 2000,
    },
    Target {
        name: "strvals",
        run: text::strvals,
        seeds: seeds::strvals,
        words: &["=", ",", ".", "[", "]", "{", "}", "\\", "null", "true", "a[0]", "65536", "0x1"],
        max_len: MAX_LEN,
        memory_mib: 64,
        mutations: 3000,
    },
    Target {
        name: "semver",
        run: text::semver,
        seeds: seeds::versions,
        words: &[">=", "~>", "^", " - ", "||", ",", "*", "x", "v1.2.3", "-alpha.1", "+build", "0"],
        max_len: 1024,
        memory_mib: 64,
        mutations: 4000,
    },
    Target {
        name: "time",
        run: text::time,
        seeds: seeds::times,
        words: &["2006", "Jan", "Monday", "15:04:05", "-07:00", "MST", ".000", "PM", "1h", "002"],
        max_len: 1024,
        memory_mib: 64,
        mutations: 4000,
    },
];

const TEMPLATE_WORDS: &[&str] = &[
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{/*",
    "*/}}",
    "{{end}}",
    "{{else}}",
    "{{else if .}}",
    "{{if .}}",
    "{{range $i, $e := .}}",
    "{{with $x := .}}",
    "{{define \"x\"}}",
    "{{block \"x\" .}}",
    "{{template \"x\" .}}",
    "{{break}}",
    "{{continue}}",
    "(",
    ")",
    "|",
    ":=",
    "=",
    "$x",
    ".X",
    ".",
    "nil",
    "true",
    "0x1p-2",
    "1i",
    "'a'",
    "\"s\"",
    "`r`",
    "printf",
    "\\",
];

const RENDER_WORDS: &[&str] = &[
    "\0",
    "{{",
    "}}",
    "{{-",
    "-}}",
    "{{end}}",
    "{{else}}",
    "{{if .Values.a}}",
    "{{range $i, $e := until 3}}",
    "{{with .Values}}",
    "{{define \"x\"}}",
    "{{include \"x\" .}}",
    "{{tpl .Values.a .}}",
    "{{.Values | toYaml | nindent 4}}",
    "{{fromYaml \"a: 1\"}}",
    "{{$d := dict \"a\" 1}}",
    "{{set $d \"b\" $d}}",
    "{{list 1 2 3}}",
    " | toJson",
    " | quote",
    " | upper",
    " | sha256sum",
    " | b64enc",
    " | repeat 9",
    " | splitList \",\"",
    " | first",
    " | sortAlpha",
    " | uniq",
    " | deepCopy",
    " | default \"x\"",
    " | int64",
    " | date \"2006\"",
    " | regexReplaceAll \"a*\" \"b\"",
    " | trunc 5",
    " | printf \"%5.2v\"",
    " | kindOf",
    " | len",
    "(merge (dict) .Values)",
    "(semver \"1.2.3\")",
    "(now)",
    "(index .Values \"a\")",
    ".Values.a",
    ".Release.Name",
    ".Capabilities.KubeVersion",
    ".Files.Get \"x\"",
    ".Chart.Name",
    "\n---\n",
    "kind: ConfigMap\n",
    "9223372036854775807",
    "-1",
    "\"\"",
    "nil",
];

const YAML_WORDS: &[&str] = &[
    "- ",
    ": ",
    "? ",
    "\n",
    "\n  ",
    "\n- ",
    "---\n",
    "...\n",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&a ",
    "*a",
    "<<: ",
    "!!str ",
    "!!binary ",
    "!!float ",
    "! ",
    "|\n",
    "|2-\n",
    ">+\n",
    "\"",
    "'",
    "\\x41",
    "\\u2028",
    "#",
    " #",
    "%YAML 1.1\n",
    "null",
    "~",
    "yes",
    ".inf",
    ".nan",
    "0o17",
    "0b1",
    "1_000",
    "190:20:30",
    "2001-12-14t21:59:43.10-05:00",
    "=",
    "\t",
    "\r\n",
    "\u{85}",
    "\u{feff}",
    "é",
];

const JSON_WORDS: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "\\u0000",
    "\\ud83d\\ude00",
    "\\ud800",
    "null",
    "true",
    "false",
    "1e999",
    "-0",
    "0.1",
    "1E+2",
    "\"a\":",
    "<",
    "\u{2028}",
    "123456789012345678901",
];

const TOML_WORDS: &[&str] = &[
    "a = 1\n",
    "[a]\n",
    "[[a]]\n",
    "[a.b]\n",
    "\"\"\"",
    "'''",
    "\"",
    "'",
    "{a = 1}",
    "[1, 2]",
    "=",
    ".",
    "inf",
    "nan",
    "0x1F",
    "1_000",
    "1e9",
    "true",
    "1979-05-27T07:32:00Z",
    "07:32:00",
    "#",
    "\\u00e9",
    "\\U0001F600",
    "\\e",
    "\r\n",
    "\n",
];

const ARCHIVE_WORDS: &[&str] = &[
    "\0",
    "Chart.yaml\n",
    "values.yaml\n",
    "values.schema.json\n",
    "requirements.yaml\n",
    "Chart.lock\n",
    "charts/a/Chart.yaml\n",
    "templates/a.yaml\n",
    ".helmignore\n",
    "../",
    "/",
    "apiVersion: v2\nname: c\nversion: 1.0.0\n",
    "dependencies:\n- name: a\n  version: '*'\n",
    "  alias: b\n",
    "  condition: a.b\n",
    "  import-values: [x]\n",
    "  tags: [t]\n",
    "ustar\0",
    "{\"type\": \"object\"}",
    "{\"$ref\": \"#\"}",
    "\\",
    "crds/a.yaml\n",
];

const REGEXP_WORDS: &[&str] = &[
    "\0",
    "(",
    ")",
    "(?i)",
    "(?P<n>",
    "(?:",
    "[",
    "]",
    "[^",
    "[[:alpha:]]",
    "\\d",
    "\\pL",
    "\\Q",
    "\\E",
    "\\b",
    "\\x{10FFFF}",
    ".",
    "*",
    "+",
    "?",
    "{2,3}",
    "{1000}",
    "*?",
    "|",
    "^",
    "$",
    "\\z",
    "$1",
    "${n}",
    "é",
    "\u{ff}",
];
