//! From arguments to what commands need: decided once, before anything is done.

use std::path::PathBuf;

use pintle_helm_chart::Warning;

use crate::args::{Cli, ColorWhen, Command, HelmArgs, parse_bool};
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
    /// Whether a command of Helm tells more: `--debug`
    pub(crate) debug: bool,
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
            kubeconfig: cli.global.kubeconfig.filter(|it| !it.as_os_str().is_empty()),
            context: cli.global.context,
            namespace: cli.global.namespace,
            debug: false,
            printer: Printer,
        };
        (settings, cli.command)
    }

    /// The same as Helm has it: what no flag says, its environment does, and what is empty is not
    /// said.
    pub(crate) fn as_helm(&self, args: &HelmArgs) -> Self {
        let set = |name: &str| std::env::var(name).ok();
        let or = |given: &Option<String>, name: &str| {
            given.clone().or_else(|| set(name)).filter(|it| !it.is_empty())
        };
        let debug = || set("HELM_DEBUG").and_then(|it| parse_bool(&it)).unwrap_or(false);
        Settings {
            context: or(&self.context, "HELM_KUBECONTEXT"),
            namespace: or(&self.namespace, "HELM_NAMESPACE"),
            debug: args.debug.unwrap_or_else(debug),
            ..self.clone()
        }
    }

    /// A line of Helm's log, if it tells more.
    pub(crate) fn debug(&self, message: &'static str, details: &[(&'static str, &str)]) {
        if self.debug {
            let line = details
                .iter()
                .fold(Warning::debug(message), |line, (name, value)| line.with(name, *value));
            self.printer.word(&line.to_string());
        }
    }
}
