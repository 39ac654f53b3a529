//! Go's regular expressions: RE2 syntax and Go's matching rules on a linear-time Rust automaton.
//!
//! The syntax of the `regex` crate differs from Go's in about a third of the patterns people write
//! (`\d` is ASCII, `\Q…\E`, a `{` that is no repetition, `&&` in a class, `a**`), so patterns are
//! parsed here by a port of `regexp/syntax` and only the automaton is taken over
//! (`regex-automata`, leftmost-first like Go's). The loops behind `FindAll`, `Split` and
//! `ReplaceAll` are Go's too. Text is bytes: an invalid UTF-8 byte counts as one U+FFFD.

mod class;
mod error;
mod parse;
mod regex;
mod tables;

pub use class::unicode_ranges;
pub use error::{Error, ErrorCode};
pub use parse::{MAX_HEIGHT, MAX_REPEAT, MAX_RUNES, MAX_SIZE};
pub use regex::{MAX_AUTOMATON_BYTES, Regex, quote_meta};
