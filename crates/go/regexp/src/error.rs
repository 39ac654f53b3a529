//! Errors of patterns, in Go's words (`regexp/syntax.Error`).

use std::fmt;

/// What is wrong with a pattern (Go `syntax.ErrorCode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorCode {
    /// A range in a class is backwards, or a named class is unknown.
    InvalidCharRange,
    /// An escape sequence that does not exist.
    InvalidEscape,
    /// A named group without a proper name.
    InvalidNamedCapture,
    /// A `(?…` that means nothing, or something RE2 cannot do.
    InvalidPerlOp,
    /// A repetition of a repetition, such as `a**`.
    InvalidRepeatOp,
    /// A repetition beyond [`MAX_REPEAT`](crate::MAX_REPEAT), or backwards.
    InvalidRepeatSize,
    /// The pattern is not UTF-8.
    InvalidUtf8,
    /// A class that is not closed.
    MissingBracket,
    /// A group that is not closed.
    MissingParen,
    /// A repetition of nothing.
    MissingRepeatArgument,
    /// A backslash at the very end.
    TrailingBackslash,
    /// A `)` without its `(`.
    UnexpectedParen,
    /// Deeper than [`MAX_HEIGHT`](crate::MAX_HEIGHT).
    NestingDepth,
    /// Larger than one of the size limits.
    Large,
}

impl ErrorCode {
    /// Go's text of the code.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidCharRange => "invalid character class range",
            Self::InvalidEscape => "invalid escape sequence",
            Self::InvalidNamedCapture => "invalid named capture",
            Self::InvalidPerlOp => "invalid or unsupported Perl syntax",
            Self::InvalidRepeatOp => "invalid nested repetition operator",
            Self::InvalidRepeatSize => "invalid repeat count",
            Self::InvalidUtf8 => "invalid UTF-8",
            Self::MissingBracket => "missing closing ]",
            Self::MissingParen => "missing closing )",
            Self::MissingRepeatArgument => "missing argument to repetition operator",
            Self::TrailingBackslash => "trailing backslash at end of expression",
            Self::UnexpectedParen => "unexpected )",
            Self::NestingDepth => "expression nests too deeply",
            Self::Large => "expression too large",
        }
    }
}

/// A pattern that cannot be compiled, with the offending piece of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub code: ErrorCode,
    /// Where: a piece of the pattern, or all of it.
    pub expression: Vec<u8>,
}

impl Error {
    pub(crate) fn new(code: ErrorCode, expression: &[u8]) -> Self {
        Self { code, expression: expression.to_vec() }
    }

    /// Go's text, byte for byte, also where the pattern is not UTF-8.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let code = self.code.as_str().as_bytes();
        [b"error parsing regexp: ", code, b": `", &self.expression, b"`"].concat()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.message()))
    }
}

impl std::error::Error for Error {}
