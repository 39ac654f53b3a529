//! What Go's `fmt` and `strconv` print, byte for byte.
//!
//! Templates print through here, and so does nearly every function they call. The entry points
//! append to the caller's buffer: [`write_value`] is what an action does, [`sprintf`], [`sprint`]
//! and [`sprintln`] are the functions of those names. Under them is the part of `strconv` that
//! charts can see: quoting, numbers in text, floats in Go's layouts.
//!
//! Ported from Go 1.26 (`fmt/print.go`, `fmt/format.go`, `strconv`, `internal/strconv`). What
//! differs on purpose:
//! - pointers, which Go prints as an address that no two runs share, print as [`ADDRESS`];
//! - a value that contains itself, on which Go dies of stack overflow, and output without end are
//!   cut off with an error: [`Limit`].

mod float;
mod format;
mod number;
mod print;
mod printable;
mod printf;
mod quote;
mod read_float;
mod rune;

pub use float::{append_float, format_float};
pub use number::{
    NumError, NumErrorKind, append_int, append_uint, atoi, parse_bool, parse_complex, parse_float,
    parse_int, parse_uint,
};
pub use print::{ADDRESS, Limit, NESTING_LIMIT, OUTPUT_LIMIT, sprint, sprintln, write_value};
pub use printable::{is_graphic, is_print};
pub use printf::sprintf;
pub use quote::{
    UnquotedChar, append_quote, append_quote_rune, append_quote_rune_to_ascii,
    append_quote_rune_to_graphic, append_quote_to_ascii, append_quote_to_graphic, can_backquote,
    quote, quoted_prefix, unquote, unquote_char,
};
pub use rune::{MAX_RUNE, RUNE_ERROR, append_rune, decode_rune, rune_count, rune_text};
