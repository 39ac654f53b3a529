//! `pintle show`: what `helm show` prints of a chart (`pkg/action/show.go`).

use std::io::Write;
use std::sync::Arc;

use pintle_go_value::{Tree, TreeMap};
use pintle_helm_chart::{Chart, Dependency, Instance, Maintainer, Metadata};

use crate::args::{ShowArgs, ShowPart};
use crate::charts;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::fault::Fault;
use crate::settings::Settings;

/// Where Helm looks for the readme, in any case.
const READMES: [&str; 3] = ["readme.md", "readme.txt", "readme"];

pub(super) fn run(settings: &Settings, args: &ShowArgs) -> Outcome {
    let settings = &settings.as_helm(&args.helm);
    if args.jsonpath.as_deref().is_some_and(|it| !it.is_empty()) {
        let hint = "give the values to a program that selects: `pintle show values CHART | yq …`";
        return Err(Fault::usage("--jsonpath is not known").hint(hint).into());
    }
    charts::tell_version(settings, &args.fetching, "original chart version");
    let mut warnings = Vec::new();
    let loaded = charts::locate(settings, &args.fetching, &args.chart)
        .and_then(|path| charts::load(&path, &mut warnings));
    charts::warn(&settings.printer, &warnings);
    let chart = match loaded {
        Ok(chart) => chart,
        Err(error) => {
            settings.printer.word(&format!("Error: {error}"));
            return Ok(ExitStatus::Failure);
        }
    };
    let mut out = std::io::stdout().lock();
    out.write_all(&text(&chart, args.part)?)?;
    out.flush()?;
    Ok(ExitStatus::Success)
}

fn text(chart: &Chart, part: ShowPart) -> anyhow::Result<Vec<u8>> {
    let all = part == ShowPart::All;
    let mut out = Vec::new();
    if all || part == ShowPart::Chart {
        pintle_go_yaml::to_yaml(&mut out, &metadata(chart.metadata()))?;
        out.push(b'\n');
    }
    if all || part == ShowPart::Values {
        for file in chart.raw().iter().filter(|file| &*file.name == "values.yaml") {
            if all {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(&file.data);
            out.push(b'\n');
        }
    }
    let is_readme = |name: &str| READMES.iter().any(|known| known.eq_ignore_ascii_case(name));
    let readme = chart.files().iter().find(|file| is_readme(&file.name));
    if let Some(readme) = readme.filter(|_| all || part == ShowPart::Readme) {
        if all {
            out.extend_from_slice(b"---\n");
        }
        out.extend_from_slice(&readme.data);
        out.push(b'\n');
    }
    if all || part == ShowPart::Crds {
        for crd in Instance::new(chart).crds() {
            if !crd.data.starts_with(b"---") {
                out.extend_from_slice(b"---\n");
            }
            out.extend_from_slice(&crd.data);
            out.push(b'\n');
        }
    }
    Ok(out)
}

/// A map without what Go's `omitempty` leaves out.
#[derive(Default)]
struct Fields(TreeMap);

impl Fields {
    fn put(&mut self, key: &str, value: Tree) {
        self.0.insert(key.into(), value);
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, Tree::String(text.into()));
        }
    }

    fn yes(&mut self, key: &str, value: bool) {
        if value {
            self.put(key, Tree::Bool(true));
        }
    }

    fn list(&mut self, key: &str, items: Vec<Tree>) {
        if !items.is_empty() {
            self.put(key, Tree::List(Arc::new(items)));
        }
    }

    fn texts(&mut self, key: &str, texts: &[String]) {
        self.list(key, texts.iter().map(|text| Tree::String(text.as_str().into())).collect());
    }

    fn tree(self) -> Tree {
        Tree::Map(Arc::new(self.0))
    }
}

/// `chart.Metadata` as encoding/json writes it.
fn metadata(metadata: &Metadata) -> Tree {
    let mut fields = Fields::default();
    for (key, text) in [
        ("name", &metadata.name),
        ("home", &metadata.home),
        ("version", &metadata.version),
        ("description", &metadata.description),
        ("icon", &metadata.icon),
        ("apiVersion", &metadata.api_version),
        ("condition", &metadata.condition),
        ("tags", &metadata.tags),
        ("appVersion", &metadata.app_version),
        ("kubeVersion", &metadata.kube_version),
        ("type", &metadata.kind),
    ] {
        fields.text(key, text);
    }
    fields.yes("deprecated", metadata.deprecated);
    fields.texts("sources", &metadata.sources);
    fields.texts("keywords", &metadata.keywords);
    fields.list("maintainers", metadata.maintainers.iter().map(maintainer).collect());
    fields.list("dependencies", metadata.dependencies.iter().map(dependency).collect());
    let annotations = metadata.annotations.iter().flatten();
    let annotations: TreeMap = annotations
        .map(|(key, value)| (key.as_str().into(), Tree::String(value.as_str().into())))
        .collect();
    if !annotations.is_empty() {
        fields.put("annotations", Tree::Map(Arc::new(annotations)));
    }
    fields.tree()
}

fn maintainer(maintainer: &Maintainer) -> Tree {
    let mut fields = Fields::default();
    fields.text("name", &maintainer.name);
    fields.text("email", &maintainer.email);
    fields.text("url", &maintainer.url);
    fields.tree()
}

fn dependency(dependency: &Dependency) -> Tree {
    let mut fields = Fields::default();
    // These two are there even when they are empty.
    fields.put("name", Tree::String(dependency.name.as_str().into()));
    fields.put("repository", Tree::String(dependency.repository.as_str().into()));
    fields.text("version", &dependency.version);
    fields.text("condition", &dependency.condition);
    fields.texts("tags", &dependency.tags);
    fields.yes("enabled", dependency.enabled);
    fields.list("import-values", dependency.import_values.clone());
    fields.text("alias", &dependency.alias);
    fields.tree()
}
