//! The structured side: objects with their places, and what is refused as no object.

use pintle_go_value::Tree;
use pintle_helm_render::{INCLUDE_LIMIT, Lookup, MAX_DOCUMENTS, RenderError, render};

use crate::{options, small_chart};

fn rendered(templates: &[(&str, &str)]) -> Result<pintle_helm_render::Rendered, RenderError> {
    render(&small_chart(templates), &Tree::map(), &options(), &mut Vec::new())
}

const CONFIG_MAP: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n";

#[test]
fn objects_know_their_places() {
    let text = format!("# first\n\n---\n{CONFIG_MAP}---\n\n{CONFIG_MAP}data: {{i: 1, f: 1.5}}\n");
    let hook = format!(
        "{CONFIG_MAP}  annotations:\n    helm.sh/hook: pre-install, test\n    helm.sh/hook-weight: 5\n"
    );
    let manifest = rendered(&[
        ("templates/a.yaml", &text),
        ("templates/hook.yaml", &hook),
        ("crds/x.yaml", CONFIG_MAP),
        ("templates/NOTES.txt", "hello {{ .Release.Name }}"),
    ])
    .unwrap()
    .manifest()
    .unwrap();
    let places: Vec<String> =
        manifest.objects.iter().map(|object| object.source.to_string()).collect();
    assert_eq!(
        places,
        ["c/templates/a.yaml (document 2, line 4)", "c/templates/a.yaml (document 3, line 10)"]
    );
    let data = &manifest.objects[1].body["data"];
    assert_eq!(data, &serde_json::json!({"i": 1, "f": 1.5}));
    assert_eq!(manifest.hooks[0].events, ["pre-install", "test"]);
    assert_eq!(manifest.hooks[0].weight, 5);
    assert_eq!(manifest.crds[0].source.path, "c/crds/x.yaml");
    assert_eq!(manifest.notes, "hello release-name");
    assert!(manifest.text.contains("---\n# Source: c/templates/a.yaml\napiVersion: v1\n"));
}

#[test]
fn lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Secret\n  metadata: {name: s}\n";
    let manifest = rendered(&[("templates/a.yaml", list)]).unwrap().manifest().unwrap();
    assert_eq!(manifest.objects[0].gvk().kind, "Secret");
}

#[test]
fn what_is_no_object_is_refused_with_its_place() {
    let check = |text: &str, want: &str, line: u32| {
        let error = match rendered(&[("templates/a.yaml", text)]) {
            Ok(rendered) => rendered.manifest().unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(error.to_string(), want, "{text}");
        match error {
            RenderError::Manifest { at, .. } => assert_eq!(at.line, line, "{text}"),
            other => panic!("{other:?}"),
        }
    };
    check(
        "a: 1\n---\n\nkind: X\n",
        "c/templates/a.yaml (document 1, line 1): has no apiVersion; every Kubernetes object needs one",
        1,
    );
    check(
        "\n---\napiVersion: v1\nmetadata: {name: a}\n",
        "c/templates/a.yaml (document 1, line 3): has no kind; every Kubernetes object needs one",
        3,
    );
    check(
        "apiVersion: v1\nkind: X\n",
        "c/templates/a.yaml (document 1, line 1): has no metadata.name; give the object a fixed name",
        1,
    );
    check(
        "apiVersion: v1\n---\na: 1\nb: [\n",
        "YAML parse error on c/templates/a.yaml: error converting YAML to JSON: yaml: line 2: did \
         not find expected node content",
        5,
    );
}

#[test]
fn template_errors_have_a_place() {
    let check = |text: &str, want: &str, line: usize, column: Option<usize>| {
        let error = rendered(&[("templates/a.yaml", text)]).unwrap_err();
        assert_eq!(error.to_string(), want, "{text}");
        match error {
            RenderError::Template { place: Some(place), .. } => {
                assert_eq!((place.line, place.column), (line, column), "{text}");
            }
            other => panic!("{other:?}"),
        }
    };
    check("a\n{{ if }}", "parse error at (c/templates/a.yaml:2): missing value for if", 2, None);
    check(
        "a\n{{ required \"need x\" .Values.x }}",
        "execution error at (c/templates/a.yaml:2:3): need x",
        2,
        Some(3),
    );
}

#[test]
fn includes_of_one_name_have_helms_limit() {
    let nested = |depth: usize| {
        let text = format!(
            "{{{{ define \"r\" }}}}{{{{ if lt (int .) {depth} }}}}{{{{ include \"r\" (add1 .) }}}}\
             {{{{ end }}}}{{{{ end }}}}a: {{{{ include \"r\" 1 }}}}\n"
        );
        rendered(&[("templates/a.yaml", &text)])
    };
    assert!(nested(INCLUDE_LIMIT + 1).is_ok());
    let error = nested(INCLUDE_LIMIT + 2).unwrap_err().to_string();
    let want = "rendering template has a nested reference name: r: unable to execute template";
    assert!(error.ends_with(want), "{}", &error[error.len() - 200..]);
}

struct Cluster;

impl Lookup for Cluster {
    fn lookup(&self, _: &str, kind: &str, _: &str, name: &str) -> Result<Tree, String> {
        match kind {
            "Secret" => {
                Ok(pintle_go_yaml::read(format!("{{metadata: {{name: {name}}}}}")).unwrap())
            }
            other => Err(format!("unable to get apiresource: {other}")),
        }
    }
}

#[test]
fn lookup_reads_what_it_is_given() {
    let chart = small_chart(&[(
        "templates/a.yaml",
        "a: {{ (lookup \"v1\" \"Secret\" \"ns\" \"s\").metadata.name }}",
    )]);
    let mut options = options();
    let nothing = render(&chart, &Tree::map(), &options, &mut Vec::new()).unwrap_err();
    assert!(nothing.to_string().contains("nil pointer evaluating interface {}.name"));
    options.lookup = Some(std::sync::Arc::new(Cluster));
    let found = render(&chart, &Tree::map(), &options, &mut Vec::new()).unwrap();
    assert_eq!(found.documents[0].text(), b"a: s");
}

#[test]
fn kube_versions_have_a_text_where_they_can_be_addressed() {
    let text = "a: {{ .Capabilities.KubeVersion }} {{ printf \"%v\" .Capabilities.KubeVersion }} \
                {{ .Capabilities.KubeVersion.String }} {{ typeOf .Values }} {{ typeOf .Subcharts }}";
    let rendered = rendered(&[("templates/a.yaml", text)]).unwrap();
    let want = "a: v1.36.0 {v1.36.0 v1.36.0 1 36} v1.36.0 common.Values map[string]interface {}";
    assert_eq!(String::from_utf8_lossy(rendered.documents[0].text()), want);
}

#[test]
fn documents_have_a_limit() {
    let documents = |count: usize| format!("{{{{ range {count} }}}}---\na: 1\n{{{{ end }}}}");
    let at = rendered(&[("templates/a.yaml", &documents(MAX_DOCUMENTS))]).unwrap();
    assert_eq!(at.documents.len(), MAX_DOCUMENTS);
    let past = rendered(&[("templates/a.yaml", &documents(MAX_DOCUMENTS + 1))]).unwrap_err();
    let text = past.to_string();
    assert!(
        text.contains("c/templates/a.yaml") && text.ends_with("limit of 100000 documents"),
        "{text}"
    );
}

/// No template alone is too large, all of them are.
#[test]
fn output_of_all_templates_has_a_limit() {
    let chart =
        small_chart(&[("templates/a.yaml", "a: 12345\n"), ("templates/b.yaml", "b: 12345\n")]);
    let mut options = options();
    options.limits.output = 18;
    assert!(render(&chart, &Tree::map(), &options, &mut Vec::new()).is_ok());
    options.limits.output = 17;
    let error = render(&chart, &Tree::map(), &options, &mut Vec::new()).unwrap_err();
    assert!(matches!(error, RenderError::Template { limit: true, .. }));
    let text = error.to_string();
    assert!(
        text.ends_with(": exceeded the limit of 17 bytes of output of all templates"),
        "{text}"
    );
}

/// Values of one render are counted on one heap, which the caller may bound.
#[test]
fn values_have_a_limit() {
    let chart = small_chart(&[("templates/a.yaml", "{{ $x := repeat 1000000 \"x\" }}a: 1")]);
    let mut options = options();
    options.heap_limit = 2 << 20;
    assert!(render(&chart, &Tree::map(), &options, &mut Vec::new()).is_ok());
    options.heap_limit = 1 << 19;
    let error = render(&chart, &Tree::map(), &options, &mut Vec::new()).unwrap_err();
    assert!(error.to_string().contains("exceeded the limit of 524288 bytes of values"), "{error}");
}
