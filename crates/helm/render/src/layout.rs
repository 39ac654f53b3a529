//! Which templates a release has, and in which order Helm takes them (`engine.sortTemplates`).

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use pintle_helm_chart::{File, Instance};

/// The charts of a release in the order of a walk, parents first, each with its path.
pub(crate) fn chart_paths<'i, 'h>(root: &'i Instance<'h>) -> Vec<(String, &'i Instance<'h>)> {
    fn walk<'i, 'h>(
        chart: &'i Instance<'h>,
        path: &str,
        paths: &mut Vec<(String, &'i Instance<'h>)>,
    ) {
        paths.push((path.to_owned(), chart));
        for sub in chart.dependencies() {
            walk(sub, &format!("{path}/charts/{}", sub.name()), paths);
        }
    }
    let mut paths = Vec::new();
    walk(root, root.name(), &mut paths);
    paths
}

/// One template of a release.
pub(crate) struct Template {
    /// The path below the root chart: the template's name.
    pub(crate) path: Arc<str>,
    /// The place of its chart in [`chart_paths`].
    pub(crate) chart: usize,
    /// The file.
    pub(crate) file: File,
}

impl Template {
    /// Whether it is only there to be included.
    pub(crate) fn is_partial(&self) -> bool {
        base_name(&self.path).starts_with('_')
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The templates in Helm's order: deep paths first, so that what a chart defines wins over what its
/// subcharts define. Library charts give only partials.
pub(crate) fn templates(charts: &[(String, &Instance<'_>)]) -> Vec<Template> {
    let mut templates: Vec<Template> = Vec::new();
    let mut places: HashMap<Arc<str>, usize> = HashMap::new();
    for (chart, (path, instance)) in charts.iter().enumerate() {
        let library = instance.chart().is_library();
        for file in instance.chart().templates() {
            if library && !base_name(&file.name).starts_with('_') {
                continue;
            }
            let path: Arc<str> = format!("{path}/{}", file.name).into();
            let template = Template { path: path.clone(), chart, file: file.clone() };
            // Two subcharts of one name: the later one's files win.
            match places.get(&path) {
                Some(place) => templates[*place] = template,
                None => {
                    places.insert(path, templates.len());
                    templates.push(template);
                }
            }
        }
    }
    templates.sort_by(|a, b| by_path_length(&b.path, &a.path));
    templates
}

fn by_path_length(a: &str, b: &str) -> Ordering {
    let depth = |path: &str| path.bytes().filter(|byte| *byte == b'/').count();
    depth(a).cmp(&depth(b)).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Helm's `TestSortTemplates`.
    #[test]
    fn deep_paths_come_first() {
        let mut paths = [
            "templates/chart-a/charts/chart-c/templates/_c.tpl",
            "mychart/templates/charts/foo/charts/bar/templates/foo.tpl",
            "mychart/templates/charts/foo/templates/bar.tpl",
            "mychart/templates/charts/foo/templates/foo.tpl",
            "mychart/templates/charts/foo/charts/bar/templates/_foo.tpl",
            "mychart/templates/foo.tpl",
            "mychart/templates/bar.tpl",
        ];
        paths.sort_by(|a, b| by_path_length(b, a));
        assert_eq!(
            paths,
            [
                "mychart/templates/charts/foo/charts/bar/templates/foo.tpl",
                "mychart/templates/charts/foo/charts/bar/templates/_foo.tpl",
                "templates/chart-a/charts/chart-c/templates/_c.tpl",
                "mychart/templates/charts/foo/templates/foo.tpl",
                "mychart/templates/charts/foo/templates/bar.tpl",
                "mychart/templates/foo.tpl",
                "mychart/templates/bar.tpl",
            ]
        );
    }
}
