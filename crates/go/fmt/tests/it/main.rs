//! Go's own tables, with Go's own answers.

mod fmt_table;
mod typed;
