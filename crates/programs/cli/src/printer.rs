//! The one place that writes to the terminal: data to standard output, words to standard error.
//!
//! Colours are put in everywhere and taken out again where the stream is no terminal, or where
//! `--color`, `NO_COLOR` or `CLICOLOR` say so.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

/// `error:`
pub(crate) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// `hint:`
pub(crate) const HINT: Style = AnsiColor::Cyan.on_default().bold();
/// What is well.
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
/// What is on its way.
pub(crate) const BUSY: Style = AnsiColor::Yellow.on_default();
/// What is broken.
pub(crate) const BAD: Style = AnsiColor::Red.on_default();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();
/// What matters most.
pub(crate) const BOLD: Style = Style::new().bold();

/// Columns, where the terminal does not say.
pub(crate) const PLAIN_WIDTH: usize = 100;

/// Writes to both streams.
#[derive(Clone, Debug)]
pub(crate) struct Printer;

impl Printer {
    /// Data: what a script would read.
    pub(crate) fn data(&self, text: &str) -> io::Result<()> {
        let mut out = anstream::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Words for people. A standard error that is gone is nothing to fail for.
    pub(crate) fn word(&self, text: &str) {
        let _ = writeln!(anstream::stderr().lock(), "{text}");
    }
}
