//! What cannot be read as a time, a duration or a zone, in Go's words.

use std::fmt::Write as _;

use thiserror::Error;

/// Go's `time.quote`: every byte outside printable ASCII as `\x..`.
pub(crate) fn quote(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for &byte in text {
        match byte {
            b'"' | b'\\' => {
                out.push('\\');
                out.push(char::from(byte));
            }
            b' '..=0x7f => out.push(char::from(byte)),
            _ => {
                // Writing to a String cannot fail.
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
    }
    out.push('"');
    out
}

/// A text that does not fit its layout (Go `*time.ParseError`).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{text}")]
pub struct ParseError {
    text: String,
}

impl ParseError {
    pub(crate) fn element(layout: &[u8], value: &[u8], element: &[u8], rest: &[u8]) -> Self {
        let text = format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(value),
            quote(layout),
            quote(rest),
            quote(element)
        );
        Self { text }
    }

    pub(crate) fn message(value: &[u8], message: &str) -> Self {
        Self { text: format!("parsing time {}: {message}", quote(value)) }
    }
}

/// A text that is no duration.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DurationError {
    /// Malformed, or out of range.
    #[error("time: invalid duration {0}")]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {0}")]
    MissingUnit(String),
    /// A unit that Go does not have.
    #[error("time: unknown unit {unit} in duration {duration}")]
    UnknownUnit {
        /// The unit, quoted.
        unit: String,
        /// The whole text, quoted.
        duration: String,
    },
}

/// A zone that the database does not have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ZoneError {
    /// The name is not that of a zone.
    #[error("unknown time zone {0}")]
    Unknown(String),
    /// The name could leave the database.
    #[error("time: invalid location name")]
    Invalid,
}
