//! The places that Helm's text of an error names.

/// One template on the way to the error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Step {
    /// The template's path below the root chart.
    pub(super) path: String,
    /// The line, from 1.
    pub(super) line: usize,
    /// The byte column, from 0.
    pub(super) column: Option<usize>,
    /// The expression, as Go writes it.
    pub(super) node: Option<String>,
}

/// Every place, outermost first. Helm has four ways to write them.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let between = |mark: &str| {
        let at = text.find(mark)? + mark.len();
        location(text[at..].split(')').next()?)
    };
    if let Some(step) = between("execution error at (").or_else(|| between("parse error at (")) {
        return vec![step];
    }
    let mut steps: Vec<Step> = Vec::new();
    if text.contains("template: ") && !text.contains("\n  executing ") {
        for part in text.split("template: ").skip(1) {
            let Some((place, rest)) = part.split_once(": ") else { continue };
            let Some(step) = location(place) else { continue };
            keep(&mut steps, Step { node: node(rest), ..step });
        }
        return steps;
    }
    for line in text.lines() {
        if let Some(executing) = line.strip_prefix("  executing ") {
            if let Some(step) = steps.last_mut() {
                step.node = node(executing);
            }
        } else if let Some(step) = location(line) {
            keep(&mut steps, step);
        }
    }
    steps
}

/// Steps within `tpl` have no file of their own.
fn keep(steps: &mut Vec<Step>, step: Step) {
    if step.path.contains('/') && steps.last() != Some(&step) {
        steps.push(step);
    }
}

/// `PATH:LINE` or `PATH:LINE:COLUMN`
fn location(text: &str) -> Option<Step> {
    let (before, last) = text.trim_end().rsplit_once(':')?;
    let last: usize = last.parse().ok()?;
    let (path, line, column) = match before.rsplit_once(':') {
        Some((path, line)) if line.parse::<usize>().is_ok() => {
            (path, line.parse().ok()?, Some(last))
        }
        _ => (before, last, None),
    };
    Some(Step { path: path.to_owned(), line, column, node: None })
}

/// What stands in `at <…>:`.
fn node(text: &str) -> Option<String> {
    let (_, after) = text.split_once(" at <")?;
    let end = after.find(">:")?;
    Some(after[..end].to_owned())
}

/// The paths below `.Values` in an expression.
pub(super) fn value_paths(text: &str) -> Vec<Vec<String>> {
    let mut paths: Vec<Vec<String>> = Vec::new();
    for part in text.split(".Values.").skip(1) {
        let end = part.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'));
        let path: Vec<String> = part[..end.unwrap_or(part.len())]
            .split('.')
            .take_while(|it| !it.is_empty())
            .map(str::to_owned)
            .collect();
        if !path.is_empty() && !paths.contains(&path) {
            paths.push(path);
        }
    }
    paths
}

/// Which values a schema refuses: the chart's name and a path, `/a/b`.
pub(super) fn schema_places(text: &str) -> Vec<(String, String)> {
    let mut places: Vec<(String, String)> = Vec::new();
    let mut lines = text.lines().skip_while(|line| !line.starts_with("values don't meet"));
    lines.next();
    let mut chart = "";
    for line in lines {
        let pointer = line.trim_start().strip_prefix("- at '").and_then(|it| it.split('\'').next());
        match pointer {
            Some("") => {}
            Some(pointer) => {
                let place = (chart.to_owned(), pointer.to_owned());
                if !places.contains(&place) {
                    places.push(place);
                }
            }
            None => chart = line.strip_suffix(':').unwrap_or(chart),
        }
    }
    places
}
