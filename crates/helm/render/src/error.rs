//! Why a chart could not be rendered: Helm's text, and the place as data.

use pintle_go_template::{CallError, Layer, Location, ParseError};
use pintle_helm_chart::ChartError;
use pintle_release_manifest::Source;
use thiserror::Error;

use crate::functions::{ERROR_END, ERROR_START};

/// A place in a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template's path.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The byte column as Go counts it, from 0; none where only the line is known.
    pub column: Option<usize>,
}

/// Why a chart could not be rendered. Displays as Helm's own text.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The chart, its dependencies, or its values.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// The release's name.
    #[error("{0}")]
    ReleaseName(String),
    /// The chart is not for this version of Kubernetes.
    #[error("{0}")]
    KubeVersion(ChartError),
    /// A template is malformed, or failed.
    #[error("{text}")]
    Template {
        /// Helm's text.
        text: String,
        /// The innermost place in a template.
        place: Option<Place>,
        /// Whether one of the engine's own limits was met.
        limit: bool,
    },
    /// The command that was to change what was rendered failed.
    #[error("{0}")]
    PostRender(String),
    /// What a template rendered is no YAML, or no object.
    #[error("{text}")]
    Manifest {
        /// Helm's text, or for what only a manifest needs, ours.
        text: String,
        /// Where.
        at: Box<DocumentPlace>,
    },
}

/// Which document of a rendered file is meant, and the line in that file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentPlace {
    /// Where the document begins.
    pub source: Source,
    /// The line of the rendered file that is wrong.
    pub line: u32,
}

impl RenderError {
    /// Helm's `cleanupParseError`: the place and the last part of the text.
    pub(crate) fn parse(path: &str, error: &ParseError) -> Self {
        let whole = error.to_string();
        let parts: Vec<&str> = whole.split(": ").collect();
        let text = match parts.as_slice() {
            [_, location, .., last] => format!("parse error at ({location}): {last}"),
            [_, last] => format!("parse error at ({last}): {last}"),
            _ => format!("parse error in ({path}): {whole}"),
        };
        let place = Place { path: error.parse_name.to_string(), line: error.line, column: None };
        RenderError::Template { text, place: Some(place), limit: false }
    }

    /// Helm's `reformatExecErrorMsg`.
    pub(crate) fn exec(path: &str, error: &CallError) -> Self {
        let place = error.location().map(|location| Place {
            path: location.parse_name.to_string(),
            line: location.line,
            column: Some(location.column),
        });
        RenderError::Template { text: reformat(path, error), place, limit: error.is_limit() }
    }

    /// All templates together gave too much.
    pub(crate) fn output_limit(path: &str, limit: usize) -> Self {
        let text =
            format!("{path}: exceeded the limit of {limit} bytes of output of all templates");
        let place = Place { path: path.to_owned(), line: 1, column: None };
        RenderError::Template { text, place: Some(place), limit: true }
    }

    /// A rendered document that YAML or encoding/json refuses; `line` is that in the document.
    pub(crate) fn yaml(source: Source, line: Option<u32>, error: &str) -> Self {
        let text = format!("YAML parse error on {}: {error}", source.path);
        Self::manifest(source, line, text)
    }

    pub(crate) fn manifest(source: Source, line: Option<u32>, text: String) -> Self {
        let line = source.line + line.map_or(0, |line| line.saturating_sub(1));
        RenderError::Manifest { text, at: Box::new(DocumentPlace { source, line }) }
    }

    /// Whether Helm had made a release when this happened: `helm template` then adds a hint.
    #[must_use]
    pub fn has_release(&self) -> bool {
        !matches!(self, RenderError::Chart(_) | RenderError::ReleaseName(_))
    }
}

/// One step of Helm's trace (`TraceableError`).
#[derive(PartialEq, Eq, Default)]
struct Trace {
    location: String,
    executed: String,
    message: String,
}

impl Trace {
    fn write(&self, out: &mut String) {
        if !self.location.is_empty() {
            out.push_str(&format!("{}\n  ", self.location));
        }
        if !self.executed.is_empty() {
            out.push_str(&format!("{}\n    ", self.executed));
        }
        if !self.message.is_empty() {
            out.push_str(&format!("{}\n", self.message));
        }
    }
}

fn reformat(path: &str, error: &CallError) -> String {
    let whole = error.to_string();
    if !error.is_exec() {
        return whole;
    }
    let mut parts = whole.splitn(3, ": ");
    let (_, Some(location), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return format!("execution error in ({path}): {whole}");
    };
    if let Some(message) = marked_message(rest) {
        return format!("execution error at ({location}): {message}");
    }
    let layers: Vec<&Layer> = error.layers().collect();
    let mut traces: Vec<Trace> = Vec::new();
    let mut at = Some(0);
    while let Some(current) = at {
        let Some(trace) = parse_trace(&text_from(&layers, current)) else { return whole };
        if traces.last() != Some(&trace) {
            traces.push(trace);
        }
        at = unwrap(&layers, current);
    }
    let mut text = String::new();
    traces.iter().for_each(|trace| trace.write(&mut text));
    text.trim().to_owned()
}

/// What `required` and `fail` marked, from the first mark to the last.
fn marked_message(text: &str) -> Option<&str> {
    let start = text.find(ERROR_START)? + ERROR_START.len();
    let end = text.rfind(ERROR_END)?;
    text.get(start..end)
}

/// The error's text from a layer on, up to the next template's header: a trace needs no more, and
/// chains can be a thousand long.
fn text_from(layers: &[&Layer], from: usize) -> String {
    let mut text = layers[from].to_string();
    for layer in &layers[from + 1..] {
        text.push_str(&layer.to_string());
        if matches!(layer, Layer::Exec { .. }) {
            break;
        }
    }
    text
}

/// `errors.Unwrap`: the layer of the next error in Go's chain. A wrapping text after a template's
/// header belongs to the header's own error.
fn unwrap(layers: &[&Layer], at: usize) -> Option<usize> {
    let next = match layers[at] {
        Layer::Exec { .. } => match layers.get(at + 1) {
            Some(Layer::Wrap(_)) => at + 2,
            Some(Layer::Exec { .. }) => at + 1,
            _ => return None,
        },
        Layer::Wrap(_) => at + 1,
        _ => return None,
    };
    (next < layers.len()).then_some(next)
}

/// Helm's `parseTemplateExecErrorString`.
fn parse_trace(text: &str) -> Option<Trace> {
    let rest = text.strip_prefix("template: ")?;
    if rest.starts_with("no template ") {
        return Some(Trace { message: text.to_owned(), ..Trace::default() });
    }
    if let Some(trace) = parse_executing(rest) {
        return Some(trace);
    }
    let (location, message) = rest.rsplit_once(": ")?;
    Some(Trace {
        location: location.to_owned(),
        message: before_next(message).to_owned(),
        ..Trace::default()
    })
}

fn parse_executing(text: &str) -> Option<Trace> {
    let (location, after) = text.split_once(": executing ")?;
    let (function, after) = after.strip_prefix('"')?.split_once('"')?;
    let (node, message) = after.strip_prefix(" at <")?.split_once(">: ")?;
    Some(Trace {
        location: location.to_owned(),
        executed: format!("executing \"{function}\" at <{node}>:"),
        message: before_next(message).to_owned(),
    })
}

/// Cuts the next error of the chain off.
fn before_next(message: &str) -> &str {
    message.split_once(" template:").map_or(message, |(before, _)| before)
}

/// The place of a template's location, for messages.
impl From<&Location> for Place {
    fn from(location: &Location) -> Self {
        Place {
            path: location.parse_name.to_string(),
            line: location.line,
            column: Some(location.column),
        }
    }
}
