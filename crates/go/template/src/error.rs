//! Errors: Go's chains of wrapped errors, kept as layers so that a caller can re-tell them.

use std::fmt;
use std::sync::Arc;

/// How many layers an error by one of this engine's own limits keeps: the innermost ones, and the
/// outermost. There is no text of Go's to match, and limits are met thousands of levels deep.
pub const LAYER_LIMIT: usize = 100;

/// How many bytes of text an error of any kind takes before further layers replace the outermost
/// one: `tpl` quotes its whole text at every level.
pub const ERROR_LIMIT: usize = 1 << 20;

/// Where in which template an execution failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// The name of the text that was parsed (a file), which may define several templates.
    pub parse_name: Arc<str>,
    /// The line, from 1.
    pub line: usize,
    /// The byte column as Go counts it, from 0.
    pub column: usize,
    /// The byte offset in the text.
    pub offset: usize,
    /// The node, printed back.
    pub node: String,
}

/// One step of a failure's chain; [`CallError::layers`] gives them from the outermost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layer {
    /// `template.ExecError`: the template being executed, and where.
    Exec {
        /// The template's name.
        name: Arc<str>,
        /// The place; none if the template has no body.
        location: Option<Location>,
    },
    /// What `fmt.Errorf("…: %w")` puts before the error that it wraps.
    Wrap(String),
    /// The innermost error's own text.
    Text(String),
    /// The text of a Go run-time panic that the engine recovered; always innermost.
    Panic(String),
    /// One of this engine's own limits, where Go has none; always innermost.
    Limit(String),
}

/// A failed execution or function call: a Go error with its chain.
///
/// Displays as Go's `Error()`: `template: t:1:2: executing "t" at <f>: error calling f: …`.
/// A chain of thousands of nested includes is one flat list, so that printing or dropping it never
/// recurses, and each layer is kept once.
#[derive(Clone, PartialEq, Eq)]
pub struct CallError(Box<Chain>);

/// Behind a pointer, so that results stay as small as the values they hold.
#[derive(Clone, PartialEq, Eq)]
struct Chain {
    /// From the innermost.
    layers: Vec<Layer>,
    /// What the texts of the layers take.
    bytes: usize,
}

impl CallError {
    /// `errors.New(text)`.
    pub fn new(text: impl Into<String>) -> Self {
        CallError::of(Layer::Text(text.into()))
    }

    /// A Go run-time panic with this text, such as `runtime error: index out of range [-1]`.
    pub fn panic(text: impl Into<String>) -> Self {
        CallError::of(Layer::Panic(text.into()))
    }

    /// A refusal by one of this engine's own limits.
    pub fn limit(text: impl Into<String>) -> Self {
        CallError::of(Layer::Limit(text.into()))
    }

    fn of(layer: Layer) -> Self {
        let bytes = layer.bytes();
        CallError(Box::new(Chain { layers: vec![layer], bytes }))
    }

    /// `fmt.Errorf(prefix + "%w", self)`; the prefix holds its own `: `.
    #[must_use]
    pub fn wrap(self, prefix: impl Into<String>) -> Self {
        self.within(Layer::Wrap(prefix.into()))
    }

    pub(crate) fn within(mut self, layer: Layer) -> Self {
        if self.is_full() && self.0.layers.len() > 1 {
            let outermost = self.0.layers.pop();
            self.0.bytes -= outermost.map_or(0, |layer| layer.bytes());
        }
        self.0.bytes += layer.bytes();
        self.0.layers.push(layer);
        self
    }

    /// Whether a further layer replaces the outermost one: see [`LAYER_LIMIT`] and [`ERROR_LIMIT`].
    /// Whoever wraps with a long text may leave it out then.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.0.bytes > ERROR_LIMIT || self.is_limit() && self.0.layers.len() > LAYER_LIMIT
    }

    /// The chain, from the outermost layer to the innermost.
    pub fn layers(&self) -> impl DoubleEndedIterator<Item = &Layer> + ExactSizeIterator {
        self.0.layers.iter().rev()
    }

    /// Whether any layer is a template's: Go's `errors.As(err, &ExecError)`.
    #[must_use]
    pub fn is_exec(&self) -> bool {
        self.0.layers.iter().any(|layer| matches!(layer, Layer::Exec { .. }))
    }

    /// Whether one of this engine's own limits ended it.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        matches!(self.0.layers.first(), Some(Layer::Limit(_)))
    }

    /// The innermost place in a template.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.layers.iter().find_map(|layer| match layer {
            Layer::Exec { location, .. } => location.as_ref(),
            _ => None,
        })
    }
}

impl Layer {
    fn bytes(&self) -> usize {
        match self {
            Layer::Exec { location, .. } => location.as_ref().map_or(0, |at| at.node.len()),
            Layer::Wrap(text) | Layer::Text(text) | Layer::Panic(text) | Layer::Limit(text) => {
                text.len()
            }
        }
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Layer::Exec { name, location: None } => write!(f, "template: {name}: "),
            Layer::Exec { name, location: Some(at) } => {
                let quoted = pintle_go_fmt::quote(name.as_bytes());
                let Location { parse_name, line, column, node, .. } = at;
                write!(
                    f,
                    "template: {parse_name}:{line}:{column}: executing {quoted} at <{node}>: "
                )
            }
            Layer::Wrap(text) | Layer::Text(text) | Layer::Panic(text) | Layer::Limit(text) => {
                f.write_str(text)
            }
        }
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.layers().try_for_each(|layer| layer.fmt(f))
    }
}

impl fmt::Debug for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.layers()).finish()
    }
}

impl std::error::Error for CallError {}

impl From<String> for CallError {
    fn from(text: String) -> Self {
        CallError::new(text)
    }
}

impl From<&str> for CallError {
    fn from(text: &str) -> Self {
        CallError::new(text)
    }
}

/// A text that is not a template. Displays as Go's `Error()`: `template: NAME:LINE: …`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("template: {parse_name}:{line}: {message}")]
pub struct ParseError {
    /// The name of the text.
    pub parse_name: Arc<str>,
    /// The line, from 1: that of the last token read, as Go has it.
    pub line: usize,
    /// The byte offset of the last token read; Go does not tell it.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

/// Why a text given at run time (`tpl`) could not be rendered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is not a template.
    #[error(transparent)]
    Parse(#[from] ParseError),
    /// It failed.
    #[error(transparent)]
    Exec(#[from] CallError),
}
