//! Where a value comes from: which flag, which file and line, or nothing at all.

use pintle_go_value::Tree;
use pintle_go_yaml::{Step, locate};
use pintle_helm_chart::{Chart, SetKind, parse_set};

use crate::args::ValuesArgs;

/// Everything that sets values, the strongest first.
pub(super) struct Origins<'c> {
    chart: &'c Chart,
    given: Vec<Given>,
}

/// One thing that sets values of the root chart.
enum Given {
    /// A flag: how it is written, and what it sets.
    Flag(String, Tree),
    /// A file: its name and text.
    File(String, Vec<u8>),
}

impl<'c> Origins<'c> {
    pub(super) fn new(chart: &'c Chart, args: &ValuesArgs) -> Self {
        let mut given = Vec::new();
        for (name, kind, texts) in [
            ("--set-literal", SetKind::Literal, &args.set_literal),
            ("--set-file", SetKind::File, &args.set_file),
            ("--set-string", SetKind::String, &args.set_string),
            ("--set", SetKind::Typed, &args.set),
            ("--set-json", SetKind::Json, &args.set_json),
        ] {
            for text in texts.iter().rev() {
                let mut tree = Tree::map();
                // Only the keys matter here, not what files hold.
                let parsed = parse_set(&mut tree, text, kind, &mut |_| Ok(Vec::new()));
                let object = || pintle_go_yaml::read_json(text.trim().as_bytes()).ok();
                let tree = if parsed.is_ok() { Some(tree) } else { object() };
                given.extend(tree.map(|tree| Given::Flag(format!("{name} {text}"), tree)));
            }
        }
        for name in args.values.iter().rev().filter(|name| *name != "-") {
            let text = std::fs::read(name).ok();
            given.extend(text.map(|text| Given::File(name.clone(), text)));
        }
        Origins { chart, given }
    }

    /// A sentence about the value at a path below `.Values` of the chart that a template is of.
    pub(super) fn tell(&self, template: &str, path: &[String]) -> String {
        let mut charts: Vec<String> = Vec::new();
        let mut rest = template.split_once('/').map_or("", |(_, rest)| rest);
        while let Some((name, below)) =
            rest.strip_prefix("charts/").and_then(|it| it.split_once('/'))
        {
            charts.push(name.to_owned());
            rest = below;
        }
        let shown = format!(".Values.{}", path.join("."));
        self.sentence(&charts, path, &shown, ".")
    }

    /// The same for a place in a chart's schema.
    pub(super) fn tell_pointer(&self, chart: &str, pointer: &str) -> String {
        let path: Vec<String> =
            pointer.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect();
        let own = chart.is_empty() || chart == self.chart.name();
        let charts = if own { Vec::new() } else { vec![chart.to_owned()] };
        self.sentence(&charts, &path, pointer, "/")
    }

    fn sentence(&self, charts: &[String], path: &[String], shown: &str, joint: &str) -> String {
        let (place, depth) = self.best(charts, path);
        match place {
            Some(place) if depth == path.len() => format!("{shown} is set by {place}"),
            Some(place) => {
                let missing = path.len() - depth;
                let parts: Vec<&str> = shown.split(joint).collect();
                let known = parts[..parts.len().saturating_sub(missing)].join(joint);
                format!("{shown} is set by nothing; {known} is set by {place}")
            }
            None => format!("{shown} is set by nothing"),
        }
    }

    /// What sets most of the path, and how many steps of it; of equals the strongest.
    fn best(&self, charts: &[String], path: &[String]) -> (Option<String>, usize) {
        let mut best = (None, 0);
        let mut offer = |place: Option<(String, usize)>, prefix: usize| {
            let Some((place, depth)) = place else { return };
            let depth = depth.saturating_sub(prefix);
            if depth > best.1 {
                best = (Some(place), depth);
            }
        };
        // Globals reach every chart from the root's own; others below the charts' names.
        let is_global = path.first().is_some_and(|it| it == "global");
        let below: &[String] = if is_global { &[] } else { charts };
        let whole: Vec<String> = below.iter().chain(path).cloned().collect();
        for given in &self.given {
            offer(given.find(&whole), below.len());
        }
        let mut chart = Some(self.chart);
        for depth in 0..=charts.len() {
            let Some(current) = chart else { break };
            let below = if is_global { &[] } else { &charts[depth..] };
            let whole: Vec<String> = below.iter().chain(path).cloned().collect();
            let mut name = self.chart.name().to_owned();
            charts[..depth].iter().for_each(|it| name = format!("{name}/charts/{it}"));
            let file = current.raw().iter().find(|file| &*file.name == "values.yaml");
            let found =
                file.and_then(|it| in_text(&format!("{name}/values.yaml"), &it.data, &whole));
            offer(found, below.len());
            chart = charts.get(depth).and_then(|name| dependency(current, name));
        }
        best
    }
}

fn dependency<'c>(chart: &'c Chart, name: &str) -> Option<&'c Chart> {
    let mut entries = chart.metadata().dependencies.iter();
    let real = entries.find(|it| it.known_as() == name).map_or(name, |it| it.name.as_str());
    chart.dependencies().iter().find(|it| it.name() == real).map(|it| &**it)
}

impl Given {
    /// Where the path is set, and how many steps of it.
    fn find(&self, path: &[String]) -> Option<(String, usize)> {
        match self {
            Given::File(name, text) => in_text(name, text, path),
            Given::Flag(shown, tree) => {
                let mut at = tree;
                let mut depth = 0;
                for key in path {
                    let next = match at {
                        Tree::List(items) => key.parse().ok().and_then(|it: usize| items.get(it)),
                        other => other.get(key),
                    };
                    let Some(next) = next else { break };
                    at = next;
                    depth += 1;
                }
                (depth > 0).then(|| (shown.clone(), depth))
            }
        }
    }
}

fn in_text(name: &str, text: &[u8], path: &[String]) -> Option<(String, usize)> {
    let steps: Vec<Step<'_>> =
        path.iter().map(|it| it.parse().map_or(Step::Key(it.as_str()), Step::Index)).collect();
    let keys: Vec<Step<'_>> = path.iter().map(|it| Step::Key(it.as_str())).collect();
    // A number is an index, or else a key.
    let find = |steps: &[Step<'_>]| locate(text, steps).ok().flatten();
    let found = [find(&steps), find(&keys)].into_iter().flatten().max_by_key(|it| it.steps)?;
    Some((format!("{name}:{}", found.place.line), found.steps))
}
