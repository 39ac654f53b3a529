//! Bombs: little text that asks for much. Each ends in an error that says where, soon, within memory.

use std::sync::Arc;
use std::time::Duration;

use pintle_go_template::{Limits, STEP_LIMIT};
use pintle_go_value::{HEAP_LIMIT, Tree};
use pintle_helm_chart::{File, load_files, read_values};
use pintle_helm_render::{ParsedChart, RenderOptions, Seeded, render};
use pintle_testing_fuzzing::{Bounds, Spent, measured};

/// Without optimisation everything is some thirty times slower, so that there is less of it.
const SHARE: u64 = if cfg!(debug_assertions) { 20 } else { 1 };

/// Processor time: the limits mean some two seconds optimised, and machines differ.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 5 });

/// The heap of values, the output, and what functions hold meanwhile.
const MEMORY: usize = 1536 << 20;

/// What a chart of these files renders to, or Helm's text of why it does not.
fn rendered(files: Vec<(String, String)>, values: &str, limits: Limits) -> Result<usize, String> {
    let mut files: Vec<File> =
        files.into_iter().map(|(path, text)| File::new(path, text.into_bytes())).collect();
    files.push(File::new("Chart.yaml", *b"apiVersion: v2\nname: c\nversion: 0.1.0\n"));
    let values = read_values(values.as_bytes()).map_err(|error| error.to_string())?;
    let chart = load_files(files, &mut Vec::new()).map_err(|error| error.to_string())?;
    let mut options =
        RenderOptions::new("r", "default", Arc::new(Seeded::new([7; 32], 1_700_000_000, 0)));
    options.limits = limits;
    options.heap_limit = HEAP_LIMIT / usize::try_from(SHARE.min(4)).unwrap();
    let rendered = render(&ParsedChart::new(chart), &values, &options, &mut Vec::new());
    let rendered = rendered.map_err(|error| error.to_string())?;
    let manifest = rendered.manifest().map_err(|error| error.to_string())?;
    Ok(manifest.text.len())
}

fn limits() -> Limits {
    Limits { steps: STEP_LIMIT / SHARE, ..Limits::STANDARD }
}

/// One bomb in one template.
#[track_caller]
fn check(template: &str, want: &str) {
    let file = ("templates/a.yaml".to_owned(), template.to_owned());
    check_chart(template, vec![file], "", limits(), want);
}

#[track_caller]
fn check_chart(
    shown: &str,
    files: Vec<(String, String)>,
    values: &str,
    limits: Limits,
    want: &str,
) -> Spent {
    let values = values.to_owned();
    let bounds = Bounds { time: TIME, memory: MEMORY };
    let shown: String = shown.chars().take(200).collect();
    let (ended, spent) = match measured(bounds, move || rendered(files, &values, limits)) {
        Ok(ended) => ended,
        Err(why) => panic!("{shown}: {why}"),
    };
    println!("{:6.2} s {:5} MiB  {shown}", spent.time.as_secs_f64(), spent.memory >> 20);
    match ended {
        Ok(bytes) => panic!("{shown}: rendered to {bytes} bytes"),
        Err(error) => {
            let end: String =
                error.chars().rev().take(300).collect::<Vec<_>>().iter().rev().collect();
            assert!(error.contains(want), "{shown}: …{end}");
            assert!(error.len() < 8 << 20, "{shown}: an error of {} bytes", error.len());
        }
    }
    spent
}

const ENDLESS: &str = "{{ range 9999999999 }}";

/// A call of functions again and again, of which nothing stays but time.
fn endlessly(before: &str, call: &str) -> String {
    format!("{before}{ENDLESS}{{{{ $_ := {call} }}}}{{{{ end }}}}")
}

#[test]
fn loops() {
    check(&format!("{ENDLESS}{ENDLESS}{{{{ end }}}}{{{{ end }}}}"), "steps");
    check(&format!("{ENDLESS}{{{{ . }}}}{{{{ end }}}}"), "exceeded the limit of");
    for call in [
        "add 1 2",
        "printf \"%d\" 1",
        "regexMatch \"^a\" \"b\"",
        "semverCompare \">=1.2.3 <2.0.0\" \"1.2.3\"",
        "date \"2006-01-02\" 0",
        "dict \"a\" 1",
        "fromYaml \"a: 1\"",
        "urlParse \"http://a.b/c\"",
        "eq 1 2",
        "index (list 1 2) 1",
        "tpl \"{{ 1 }}\" .",
        "lookup \"v1\" \"Pod\" \"a\" \"b\"",
        "printf \"%1000000d\" 1 | len",
        "randAlphaNum 5",
        "round 1.234 2",
        "mulf 1.1 2.2",
        "camelcase \"aaaaaaaa_aaaaaaaaaaaa\"",
        "shuffle \"abcdefgh\"",
        "toYaml $.Values",
        "deepCopy $.Values",
        "now",
    ] {
        check(&endlessly("", call), "exceeded the limit of");
    }
}

#[test]
fn texts_that_grow() {
    for template in [
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = printf \"%s%s\" $x $x }}{{ end }}",
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = cat $x $x }}{{ end }}",
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = join \"\" (list $x $x $x $x) }}{{ end }}",
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = replace \"x\" \"xx\" $x }}{{ end }}",
        "{{ $x := \"x\" }}{{ range 60 }}{{ $x = $x | js | html | urlquery }}{{ $x = print $x \"<\" }}{{ $x = repeat 9 $x }}{{ end }}",
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = concat $x $x }}{{ end }}",
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}",
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ toJson $x }}",
        "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}{{ deepCopy $x }}",
        "{{ $x := repeat 60000000 \"x\" }}{{ join \"\" (list $x $x $x $x $x $x $x $x $x $x $x $x $x $x) }}",
        "{{ repeat 1000000000 \"x\" }}",
        "{{ until 1000000000 }}",
        "{{ untilStep 0 9223372036854775807 2 }}",
        "{{ seq 0 2 922337203685477580 }}",
        "{{ range 9999999999 }}{{ printf \"%1000000d\" 1 }}{{ end }}",
        "{{ printf \"%10000000d\" 1 }}{{ printf \"%*d\" 1000000000 1 | len }}{{ fail \"exceeded the limit of\" }}",
        "{{ range 9999999999 }}{{ $_ := printf \"%1000000d %1000000d %1000000d\" 1 2 3 }}{{ end }}",
        "{{ indent 1000000000 \"a\" }}",
        "{{ range 9999999999 }}---\na: 1\n{{ end }}",
    ] {
        check(template, "the limit of");
    }
}

#[test]
fn shared_parts_print_as_often_as_they_stand() {
    let folded = "{{ $x := list 1 }}{{ range 60 }}{{ $x = list $x $x }}{{ end }}";
    check(&format!("{folded}{{{{ $x }}}}"), "printing stopped after 67108864 bytes");
    check(&format!("{folded}{{{{ join \"\" $x }}}}"), "printing stopped after 67108864 bytes");
}

#[test]
fn work_that_leaves_nothing() {
    let big = "{{ $x := repeat 50000000 \"x\" }}";
    for call in [
        "sha256sum $x",
        "adler32sum $x",
        "contains \"y\" $x",
        "regexMatch \"(x+x+)+y\" $x",
        "regexFind \"[a-q][^u-z]{13}x\" $x",
        "regexReplaceAll \"x\" $x \"\"",
        "replace \"x\" \"\" $x",
        "nospace (repeat 1000000 \" \")",
        "initials $x",
        "eq $x (print $x)",
        "fromYaml $x",
        "fromJson $x",
        "fromToml $x",
        "atoi $x",
        "toDate \"2006\" $x",
        "tpl $x .",
        "trimAll \"x\" $x",
        "b64dec $x",
        "duration $x",
        "urlParse $x",
        "int64 $x",
        "hasPrefix $x $x",
        "title $x",
        "camelcase $x",
        "quote $x",
        "wrap 10 $x",
        "abbrev 10 $x",
        "splitList \"y\" $x",
    ] {
        check(&endlessly(big, call), "exceeded the limit of");
    }
}

#[test]
fn work_on_lists_and_maps() {
    let list = "{{ $x := until 1000000 }}";
    for call in [
        "has \"a\" $x",
        "without $x 1 2 3",
        "uniq $x",
        "compact (list 0 0)",
        "sortAlpha $x",
        "join \"\" $x",
        "max 1 2 3",
        "deepEqual $x (until 1000000)",
        "reverse $x",
        "index $x 5",
        "first $x",
    ] {
        check(&endlessly(list, call), "exceeded the limit of");
    }
    let maps = "{{ $x := list }}{{ range until 3000 }}{{ $x = append $x (dict \"a\" .) }}{{ end }}";
    check(&endlessly(maps, "uniq $x"), "exceeded the limit of");
    check(&endlessly(maps, "toYaml $x"), "exceeded the limit of");
    let falling = "{{ $d := dict }}{{ range $i := 9999999999 }}{{ $_ := set $d (printf \"%010d\" (sub 9999999999 $i)) 1 }}{{ end }}";
    check(falling, "exceeded the limit of");
    let merged = "{{ $d := dict }}{{ $e := dict }}{{ range $i := until 20000 }}{{ $_ := set $d (printf \"%010d\" $i) 1 }}{{ $_ := set $e (printf \"%010dx\" $i) 1 }}{{ end }}";
    check(&endlessly(merged, "merge (dict) $d $e"), "exceeded the limit of");
    check(&endlessly(merged, "merge $d $d"), "exceeded the limit of");
}

#[test]
fn keys_and_passwords() {
    for (call, steps) in [
        ("genCA \"a\" 365", 5_000_000),
        ("genSelfSignedCert \"a\" (list) (list) 9223372036854775807", 5_000_000),
        ("derivePassword 1 \"long\" \"a\" \"b\" \"c\"", 5_000_000),
        ("bcrypt \"a\"", 3_000_000),
        ("htpasswd \"a\" \"b\"", 3_000_000),
        ("genPrivateKey \"ecdsa\"", 500_000),
        ("genPrivateKey \"ed25519\"", 500_000),
    ] {
        let files = vec![("templates/a.yaml".to_owned(), endlessly("", call))];
        let limits = Limits { steps, ..Limits::STANDARD };
        check_chart(call, files, "", limits, "exceeded the limit of");
    }
}

#[test]
fn dates_and_numbers_end() {
    let template = "{{ date \"2006\" 9223372036854775807 }}{{ date \"2006\" -9223372036854775808 }}\
        {{ dateModify \"2562047h\" now }}{{ ago 9223372036854775807 }}\
        {{ durationRound 9223372036854775807 }}{{ duration 9223372036854775807 }}\
        {{ dateInZone \"2006\" 99999999999999 \"Europe/Berlin\" }}{{ htmlDate 99999999999999 }}\
        {{ unixEpoch now }}{{ round 1.5 9223372036854775807 }}{{ mulf 1e308 1e308 }}\
        {{ divf 1 3 }}{{ addf 1e308 1e-308 }}{{ date (repeat 100000 \"Monday\") 0 | len }}{{ fail \"the end\" }}";
    check(template, "the end");
}

#[test]
fn recursions() {
    let tpl = ("templates/a.yaml".to_owned(), "{{ tpl .Values.t . }}".to_owned());
    let nested = "templates executing within each other";
    check_chart("tpl", vec![tpl.clone()], "t: '{{ tpl .Values.t . }}'\n", limits(), nested);
    let padded = format!("t: '{{{{ tpl .Values.t . }}}}{}'\n", " ".repeat(1_000_000));
    check_chart("tpl, padded", vec![tpl.clone()], &padded, limits(), "exceeded the limit of");
    let fails = format!(
        "t: '{{{{ $_ := set .Values \"n\" (add1 .Values.n) }}}}{{{{ if gt .Values.n 3000 }}}}{{{{ fail \"the end\" }}}}{{{{ end }}}}{{{{ tpl .Values.t . }}}}{}'\nn: 0\n",
        "x".repeat(60_000)
    );
    check_chart("tpl, padded, fails", vec![tpl.clone()], &fails, limits(), "the end");
    let distinct = "t: '{{ $_ := set .Values \"n\" (add1 .Values.n) }}{{ tpl (printf \"%s{{/* %v */}}\" .Values.t .Values.n) . }}'\nn: 0\n";
    check_chart("tpl, ever another", vec![tpl], distinct, limits(), "exceeded the limit of");
    let names: String = (0..200)
        .map(|at| {
            format!(
                "{{{{ define \"t{at}\" }}}}{{{{ include \"t{}\" . }}}}{{{{ end }}}}",
                (at + 1) % 200
            )
        })
        .collect();
    check(&format!("{names}{{{{ include \"t0\" . }}}}"), nested);
    check(
        "{{ define \"x\" }}{{ include \"x\" . }}{{ end }}{{ include \"x\" . }}",
        "nested reference name",
    );
}

#[test]
fn what_is_parsed() {
    check(&endlessly("{{ $x := repeat 1000000 \"{{1}}\" }}", "tpl $x ."), "exceeded the limit of");
    check(
        &endlessly("{{ $x := repeat 200000 \"{{1}}\" }}", "tpl (print $x now (randAlpha 9)) ."),
        "exceeded the limit of",
    );
    check("{{ tpl (repeat 10000000 \"{{1}}\") . }}", "exceeded the limit of");
    let many =
        format!("{{{{ $_ := print {} }}}}{{{{ fail \"the end\" }}}}", "1 ".repeat(2_000_000));
    check(&many, "the end");
    let large = "{{1}}".repeat(1_000_000);
    let files = (0..19).map(|at| (format!("templates/{at}.yaml"), large.clone())).collect();
    check_chart("95 MB of templates", files, "", limits(), "bytes of parsed templates");
    check(
        &format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)),
        "max expression depth exceeded",
    );
    check(&"{{ if 1 }}".repeat(100_000), "exceeded");
}

#[test]
fn data_that_nests_or_unfolds() {
    for (function, text) in [
        ("fromYaml", "repeat 1000000 \"[\""),
        ("fromYaml", "repeat 1000000 \"- \""),
        ("fromYamlArray", "repeat 1000000 \"[\""),
        ("fromJson", "print \"{\\\"a\\\":\" (repeat 1000000 \"[\")"),
        ("fromToml", "print \"a=\" (repeat 1000000 \"[\")"),
    ] {
        check(&format!("{{{{ {function} ({text}) | toJson | fail }}}}"), "e");
    }
    for text in
        ["repeat 30000000 \"1,\"", "repeat 15000000 \"a: 1\\n\"", "repeat 30000000 \"-\\n\""]
    {
        for function in ["fromYaml", "fromJson", "fromToml", "fromJsonArray"] {
            check(&format!("{{{{ {function} (print \"[\" ({text})) | toJson | fail }}}}"), "rror");
        }
    }
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (name, inner) in ('b'..='i').zip('a'..) {
        bomb.push_str(&format!("{name}: &{name} [{}]\n", vec![format!("*{inner}"); 9].join(", ")));
    }
    let file = |text: &str| vec![("templates/a.yaml".to_owned(), text.to_owned())];
    check_chart("values", file(""), &bomb, limits(), "excessive aliasing");
    check_chart("a manifest", file(&bomb), "", limits(), "excessive aliasing");
    let called = "{{ fromYaml (.Files.Get \"x\") | toJson | fail }}";
    let files = vec![("x".to_owned(), bomb), ("templates/a.yaml".to_owned(), called.to_owned())];
    check_chart("fromYaml", files, "", limits(), "excessive aliasing");
}

/// What a text of data may unfold to in memory.
#[test]
fn large_data_files() {
    for (name, text) in [
        ("a list", format!("a: [{}]\n", "1,".repeat(2_600_000))),
        ("a map", (0..500_000).map(|at| format!("{at}:\n")).collect()),
        ("a deep one", format!("a: {}{}\n", "[".repeat(900), "]".repeat(900)).repeat(1)),
    ] {
        let begun = measured(Bounds { time: TIME * 4, memory: MEMORY }, move || {
            read_values(text.as_bytes()).map(|tree| matches!(tree, Tree::Map(_)))
        });
        let (_, spent) = begun.unwrap_or_else(|why| panic!("{name}: {why}"));
        println!("{:6.2} s {:5} MiB  {name}", spent.time.as_secs_f64(), spent.memory >> 20);
    }
}

/// Two values files whose keys lie between each other.
#[test]
fn large_maps_merge() {
    let keys =
        |odd: usize| (0..100_000).map(|at| format!("k{}: 1\n", at * 2 + odd)).collect::<String>();
    let files = vec![
        ("values.yaml".to_owned(), keys(0)),
        ("templates/a.yaml".to_owned(), "{{ fail \"the end\" }}".to_owned()),
    ];
    check_chart("merged values", files, &keys(1), limits(), "the end");
}

#[test]
fn regexps() {
    for pattern in [
        "(a{1000}){1000}",
        "((a{100}){100}){100}",
        "(x{1000}){20}",
        "\\\\pL{1000}",
        "(\\\\pL{30}){30}",
    ] {
        let template = format!(
            "{{{{ regexMatch \"{pattern}\" (repeat 1000000 \"x\") }}}}{{{{ fail \"the end\" }}}}"
        );
        let files = vec![("templates/a.yaml".to_owned(), template)];
        check_chart(pattern, files, "", Limits::STANDARD, "the end");
    }
    check(
        &endlessly("", "regexMatch (printf \"(\\\\pL{30}){30}%s\" (randAlpha 9)) \"x\""),
        "exceeded the limit of",
    );
    check(
        &endlessly("", "regexMatch (printf \"(\\\\pL{30}){9}%s\" (randAlpha 9)) \"x\""),
        "exceeded the limit of",
    );
    check(
        &endlessly("", "regexMatch (printf \"[a-z]{900}%s\" (randAlpha 9)) (repeat 100000 \"a\")"),
        "exceeded the limit of",
    );
    for template in [
        "{{ regexReplaceAll \"(a*)*b\" (repeat 4000000 \"a\") \"c\" }}{{ fail \"the end\" }}",
        "{{ regexFindAll \"(a|b|ab)*?c\" (repeat 200000 \"ab\") -1 }}{{ fail \"the end\" }}",
    ] {
        let files = vec![("templates/a.yaml".to_owned(), template.to_owned())];
        check_chart(template, files, "", Limits::STANDARD, "the end");
    }
}
