//! Whole charts: `Chart.yaml`, dependencies, values, files and templates.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::case::{Case, ReleaseCase};
use super::grammar::Grammar;
use super::rng::Rng;
use super::values::{Extent, defaults, overrides, sets};

/// One case in so many is wrong on purpose: its error is compared.
const WRONG_CASES: usize = 4;

/// A key in so many is of an odd type, in a wrong case and in others.
const ODD: (usize, usize) = (100, 2000);

/// The case of a seed.
pub(super) fn case(seed: u64) -> Case {
    let mut rng = Rng::new(seed);
    let wrong = rng.once_in(WRONG_CASES);
    let odd = if wrong { ODD.0 } else { ODD.1 };
    let mut maker = Maker { rng, wrong, odd, files: BTreeMap::new() };
    let subcharts = maker.parent();
    let Maker { mut rng, files, .. } = maker;
    let extent = Extent { subcharts: &subcharts, odd };
    let values = (0..rng.below(3)).map(|_| overrides(&mut rng, &extent)).collect();
    let mut case = Case { files, values, set: sets(&mut rng, &subcharts), ..Case::default() };
    if rng.once_in(3) {
        case.release = Some(ReleaseCase {
            name: rng.pick(&["rel", "my-release", "a"]).to_owned(),
            namespace: rng.pick(&["default", "prod", "kube-system"]).to_owned(),
            revision: 1 + i64::from(rng.once_in(2)),
            is_upgrade: rng.once_in(2),
        });
    }
    if rng.once_in(4) {
        case.kube_version =
            Some(rng.pick(&["1.20.0", "v1.31.2", "1.25.3-gke.100", "1.19"]).to_owned());
    }
    if rng.once_in(4) {
        case.api_versions = vec!["monitoring.coreos.com/v1".to_owned(), "a/v1/B".to_owned()];
    }
    // What is there under strict rules differs from what is not: a missing key is an error.
    case.strict = rng.once_in(20);
    case
}

struct Maker {
    rng: Rng,
    wrong: bool,
    odd: usize,
    files: BTreeMap<String, String>,
}

impl Maker {
    /// The parent with its subcharts; gives the names under which these read values.
    fn parent(&mut self) -> Vec<String> {
        let mut names = Vec::new();
        let mut dependencies = String::new();
        for (folder, alias) in [("sub", None), ("other", Some("second")), ("deps", None)] {
            if !self.rng.once_in(4) {
                continue;
            }
            let name = alias.filter(|_| self.rng.once_in(2)).unwrap_or(folder);
            self.dependency(folder, name, &mut dependencies);
            self.chart(&format!("charts/{folder}/"), folder, &[], "");
            names.push(name.to_owned());
        }
        if self.rng.once_in(4) {
            let _ = writeln!(dependencies, "- name: lib\n  version: \"*\"\n  repository: \"\"");
            self.library();
        }
        let head = if dependencies.is_empty() {
            String::new()
        } else {
            format!("dependencies:\n{dependencies}")
        };
        self.chart("", "main", &names, &head);
        names
    }

    /// An entry of `dependencies`.
    fn dependency(&mut self, folder: &str, name: &str, out: &mut String) {
        let version = self.rng.pick(&["0.1.0", "~0.1", ">=0.0.1", "*", "0.1.x"]);
        let _ = writeln!(out, "- name: {folder}\n  version: \"{version}\"\n  repository: \"\"");
        if name != folder {
            let _ = writeln!(out, "  alias: {name}");
        }
        if self.rng.once_in(2) {
            let condition = self.rng.pick(&["enabled", "b1", "missing"]);
            let _ = writeln!(out, "  condition: {name}.{condition},b2");
        }
        if self.rng.once_in(3) {
            let _ = writeln!(
                out,
                "  tags: [{}]",
                self.rng.pick(&["front", "back", "front, back", "none"])
            );
        }
        if self.rng.once_in(3) {
            let imports = [
                "[data]",
                "[{child: d, parent: imported}]",
                "[{child: d.m, parent: d}, data]",
                "[{child: nope, parent: x}]",
            ];
            let _ = writeln!(out, "  import-values: {}", self.rng.pick(&imports));
        }
    }

    /// A chart in a folder, with all that it may have.
    fn chart(&mut self, folder: &str, name: &str, subcharts: &[String], dependencies: &str) {
        let mut head = String::new();
        // Version 1 has no dependencies in Chart.yaml; Helm reads them from requirements.yaml.
        let old = self.rng.once_in(5);
        let _ = writeln!(
            head,
            "apiVersion: {}\nname: {name}\nversion: 0.1.0",
            if old { "v1" } else { "v2" }
        );
        if self.rng.once_in(2) {
            let _ =
                writeln!(head, "appVersion: {}", self.rng.pick(&["\"1.16\"", "1.0", "v2", "0x1"]));
        }
        if self.rng.once_in(5) {
            head.push_str("description: A chart\nkeywords: [a, b]\nhome: https://example.org\nannotations:\n  a: b\n  c/d: \"1\"\n");
        }
        if self.rng.once_in(10) {
            let _ = writeln!(
                head,
                "kubeVersion: \"{}\"",
                self.rng.pick(&[">=1.20.0-0", "^1.19.0", ">=1.26.0-0"])
            );
        }
        if old && !dependencies.is_empty() {
            self.add(folder, "requirements.yaml", dependencies.to_owned());
        } else {
            head.push_str(dependencies);
        }
        self.add(folder, "Chart.yaml", head);
        let extent = Extent { subcharts, odd: self.odd };
        let values = defaults(&mut self.rng, &extent);
        self.add(folder, "values.yaml", values);
        if self.rng.once_in(30) {
            // One rule only: Helm tells several complaints in another order at each run.
            let rule = self.rng.pick(&[
                "\"i1\": {\"maximum\": 5000}",
                "\"s1\": {\"type\": \"string\"}",
                "\"ls\": {\"type\": \"array\", \"minItems\": 1}",
            ]);
            self.add(folder, "values.schema.json", format!("{{\"properties\": {{{rule}}}}}"));
        }
        self.add(folder, "files/a.txt", "first line\nsecond: {{ x }}\n\nlast".to_owned());
        if self.rng.once_in(2) {
            self.add(folder, "files/deep/b.json", "{\"b\": [1, 2]}\n".to_owned());
        }
        self.templates(folder, name);
    }

    fn templates(&mut self, folder: &str, name: &str) {
        let helpers = self.helpers();
        // The parent has them all; a subchart's replace them or are replaced, by Helm's order.
        if folder.is_empty() || self.rng.once_in(3) {
            self.add(folder, "templates/_helpers.tpl", helpers);
        }
        for path in ["a.yaml", "sub/b.yaml", "c.yml"].iter().take(1 + self.rng.below(3)) {
            let text = self.grow("<declare><manifest>", true);
            self.add(folder, &format!("templates/{path}"), text);
        }
        // What has not to be YAML itself is a text in a manifest.
        let text = self.grow("<declare><body>", true);
        self.add(
            folder,
            "templates/_body.tpl",
            format!("{{{{ define \"{name}.body\" }}}}{text}{{{{ end }}}}"),
        );
        let body = format!("kind: Text\ntext: {{{{ include \"{name}.body\" . | toJson }}}}\n");
        let body = format!("{body}values: {{{{ toJson .Values }}}}\n");
        self.add(folder, "templates/body.yaml", body);
        if self.wrong && self.rng.once_in(8) {
            self.add(folder, "templates/plain.txt", text);
        }
        if self.rng.once_in(3) {
            let text = self.grow("<declare><notes>", true);
            self.add(folder, "templates/NOTES.txt", text);
        }
        if self.wrong && self.rng.once_in(8) {
            let broken = [
                "{{ if }}",
                "{{ end }}",
                "{{ range .Values.ls }}",
                "{{ nofunc 1 }}",
                "{{ $nope }}",
                "{{ \"open }}",
                "{{ 1 | 2 }}",
                "{{ break }}",
                "a: {{ . }",
                "{{ define \"x\" }}",
                "{{ template }}",
                "{{/* open",
                "{{ else }}",
                "{{ .a b. }}",
                "{{ (1 }}",
                "{{ 1a }}",
                "{{ 'ab' }}",
                "a: [b",
                "\tx: y",
                "kind: [",
                "a: b: c",
                "- a",
                "kind: A\nkind: B",
            ];
            let text =
                format!("# {}\nkind: X\n{}\n", self.rng.pick(&["", "äö"]), self.rng.pick(&broken));
            self.add(folder, "templates/broken.yaml", text);
        }
    }

    /// The templates that others call.
    fn helpers(&mut self) -> String {
        let mut text = String::new();
        for (name, body) in [("h.one", "<str>"), ("h.two", "<str>"), ("h.lib", "<any>")] {
            let body = self.grow(&format!("<declare><open>{body}<close>"), false);
            let _ = writeln!(text, "{{{{- define \"{name}\" -}}}}\n{body}\n{{{{- end }}}}");
        }
        let yaml = self.grow("<declare>data:\n<data><data>", false);
        let block = self.grow("<declare><stmt>", false);
        let _ = writeln!(text, "{{{{- define \"h.yaml\" -}}}}\n{yaml}{{{{ end }}}}");
        let _ = writeln!(text, "{{{{- define \"h.block\" }}}}{block}{{{{ end }}}}");
        text.push_str("{{- define \"h.str\" -}}\n<{{ . | toString | upper }}>\n{{- end -}}\n");
        text.push_str("{{- define \"h.dict\" }}{{ $ := .root }}{{ .x | toJson }} {{ $.Chart.Name }}{{ end -}}\n");
        text.push_str("{{- define \"h.loop\" }}{{ include \"h.loop\" . }}{{ end -}}\n");
        text
    }

    fn library(&mut self) {
        self.add(
            "charts/lib/",
            "Chart.yaml",
            "apiVersion: v2\nname: lib\nversion: 1.0.0\ntype: library\n".to_owned(),
        );
        let body = self.grow("<declare><stmt>", false);
        self.add(
            "charts/lib/",
            "templates/_lib.tpl",
            format!("{{{{ define \"h.lib\" }}}}{body}{{{{ end }}}}"),
        );
        // Of a library only templates whose names begin with an underscore count.
        self.add("charts/lib/", "templates/not.yaml", "{{ fail \"never\" }}".to_owned());
    }

    fn grow(&mut self, text: &str, calls: bool) -> String {
        Grammar { rng: &mut self.rng, wrong: self.wrong, calls }.expand(text)
    }

    fn add(&mut self, folder: &str, path: &str, text: String) {
        self.files.insert(format!("{folder}{path}"), text);
    }
}
