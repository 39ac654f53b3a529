//! The one error of this crate: Go's text, and the place in the input where there is one.

use crate::scan::Mark;

/// Why a text could not be read or a value not be written.
///
/// Displays as the Go library that does the same says it, byte for byte; charts compare such texts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Error {
    text: String,
    place: Option<Place>,
    panics: bool,
    limit: bool,
}

/// A place in a text; both numbers count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The line.
    pub line: u32,
    /// The column, in characters.
    pub column: u32,
}

impl Error {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Error { text: text.into(), place: None, panics: false, limit: false }
    }

    /// goyaml's `yaml_parser_set_scanner_error` as `parser.fail` prints it.
    pub(crate) fn scanner(problem: &str, mark: Mark, context: Mark) -> Self {
        // Go adds one only where the mark is not on the first line.
        let line = if mark.line != 0 { mark.line + 1 } else { context.line };
        Self::located(problem, line, mark)
    }

    /// goyaml's `yaml_parser_set_parser_error` as `parser.fail` prints it.
    pub(crate) fn parser(problem: &str, mark: Mark, context: Mark) -> Self {
        let line = if mark.line != 0 { mark.line } else { context.line };
        Self::located(problem, line, mark)
    }

    fn located(problem: &str, line: u32, mark: Mark) -> Self {
        let text = match line {
            0 => format!("yaml: {problem}"),
            line => format!("yaml: line {line}: {problem}"),
        };
        Error { text, place: Some(mark.place()), panics: false, limit: false }
    }

    /// What Go does not return, but panics with.
    pub(crate) fn panic(text: &str) -> Self {
        Error { panics: true, ..Self::new(text) }
    }

    /// A limit of this crate's own.
    pub(crate) fn limit(text: impl Into<String>) -> Self {
        Error { limit: true, ..Self::new(text) }
    }

    pub(crate) fn at(mut self, place: Place) -> Self {
        self.place.get_or_insert(place);
        self
    }

    /// Puts the text of the layer above in front, as `fmt.Errorf("…: %w")` does.
    #[must_use]
    pub(crate) fn under(mut self, layer: &str) -> Self {
        self.text = format!("{layer}: {}", self.text);
        self
    }

    /// Where the problem is, if it has a place. Go's own line in the text may differ by one.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.place
    }

    /// Whether a limit was met where Go has none: functions that swallow errors do not swallow this
    /// one.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.limit
    }

    /// Whether Go panics here instead of returning an error: functions that swallow errors do not
    /// swallow this one.
    #[must_use]
    pub fn is_panic(&self) -> bool {
        self.panics
    }
}
