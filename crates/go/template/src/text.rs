//! Small pieces of Go text that errors are made of.

/// A name as `%q` prints it.
pub(crate) fn quoted(text: &str) -> String {
    format!("{text:?}")
}
