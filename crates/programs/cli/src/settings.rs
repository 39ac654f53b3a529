//! From arguments to what commands need: decided once, before anything is done.

use std::path::PathBuf;

use crate::args::{Cli, ColorWhen, Command};
use crate::printer::Printer;

/// What every command is given.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The program's name as it was called: `pintle` or `kubectl pintle`.
    pub(crate) program: &'static str,
    /// `--kubeconfig`
    pub(crate) kubeconfig: Option<PathBuf>,
    /// `--context`
    pub(crate) context: Option<String>,
    /// `--namespace`
    pub(crate) namespace: Option<String>,
    /// Where output goes.
    pub(crate) printer: Printer,
}

impl Settings {
    /// Takes the global arguments apart from the command.
    pub(crate) fn new(program: &'static str, cli: Cli) -> (Self, Command) {
        let choice = match cli.global.color {
            ColorWhen::Auto => anstream::ColorChoice::Auto,
            ColorWhen::Always => anstream::ColorChoice::AlwaysAnsi,
            ColorWhen::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let settings = Settings {
            program,
            kubeconfig: cli.global.kubeconfig,
            context: cli.global.context,
            namespace: cli.global.namespace,
            printer: Printer,
        };
        (settings, cli.command)
    }
}
