//! The command line of Pintle: arguments → settings → commands → printer.
//!
//! It writes Releases and nothing else: what runs is the controller's business. The exceptions are
//! `install`, `uninstall`, `grant`, and what the tour of `demo` breaks on purpose.
//!
//! Data goes to standard output, words to standard error, and the exit code is an [`ExitStatus`].

mod args;
mod charts;
mod cluster;
mod commands;
mod demo;
mod examples;
mod exit;
mod explain;
mod fault;
mod lint;
mod live;
mod objects;
mod printer;
mod releases;
mod rendering;
mod roles;
mod settings;
mod summary;
mod table;
mod time;
mod tree;
mod watching;

use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches};
use tokio::runtime::{Builder, Runtime};

pub use exit::ExitStatus;

use crate::args::{Cli, Command, FlagError};
use crate::printer::Printer;
use crate::settings::Settings;

/// Runs the program under the name that its help shows.
#[must_use]
pub fn run(name: &'static str) -> ExitCode {
    let cli = match parse(name) {
        Ok(cli) => cli,
        Err(error) => return refuse(name, &error),
    };
    let (settings, command) = Settings::new(name, cli);
    let outcome = match runtime(&command) {
        Ok(runtime) => runtime.block_on(commands::dispatch(&settings, command)),
        Err(error) => Err(anyhow::Error::new(error).context("the program can't start")),
    };
    outcome.unwrap_or_else(|error| fault::report(&settings.printer, &error)).into()
}

/// Threads to start cost as much as a small chart to render: only who has work for them gets any.
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    let mut runtime = match command {
        Command::Demo(_) | Command::Plane(_) | Command::Controller(_) => {
            Builder::new_multi_thread()
        }
        Command::Template(args) if args.asks_server() => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    runtime.enable_all().build()
}

fn parse(name: &'static str) -> Result<Cli, clap::Error> {
    let arguments = args::arguments();
    if let Some(cli) = args::quickly(name, &arguments) {
        return Ok(cli);
    }
    let command = args::as_pflag(Cli::command().name(name).bin_name(name));
    Cli::from_arg_matches(&command.try_get_matches_from(arguments)?)
}

/// Ends the program for arguments that are none: with the help, with Helm's words for a value that
/// one of its flags does not take, or with our parser's.
fn refuse(name: &'static str, error: &clap::Error) -> ExitCode {
    let flag_error = std::error::Error::source(error).and_then(|it| it.downcast_ref::<FlagError>());
    if let Some(error) = flag_error {
        Printer.word(&format!("Error: {error}"));
        return ExitStatus::Failure.into();
    }
    if error.kind() == ErrorKind::DisplayHelp
        && let Some(arguments) = args::asking_for_help(name, &args::arguments())
        && let Err(help) = Cli::command().name(name).bin_name(name).try_get_matches_from(arguments)
    {
        help.exit();
    }
    error.exit();
}

/// The help text of a sub-command, or of the program itself, as it is on a terminal 100 wide.
#[must_use]
pub fn help(path: &[&str]) -> String {
    let mut command = Cli::command().name("pintle").bin_name("pintle").term_width(100);
    command.build();
    let mut found = &mut command;
    for name in path {
        match found.find_subcommand_mut(name) {
            Some(next) => found = next,
            None => return format!("there is no command {name}"),
        }
    }
    found.clone().term_width(100).render_long_help().to_string()
}

/// The names of the sub-commands.
#[must_use]
pub fn command_names() -> Vec<String> {
    let command = Cli::command();
    command.get_subcommands().map(|it| it.get_name().to_owned()).collect()
}

/// The tree that `pintle status` prints for a Release, without colours.
#[must_use]
pub fn status_tree(
    release: &pintle_release_api::Release,
    now: k8s_openapi::jiff::Timestamp,
) -> String {
    let view = tree::View { release, claims: &[], now, flag: true, wide: false };
    anstream::adapter::strip_str(&tree::tree(&view)).to_string()
}

/// The line that stands for a Release where there is no terminal, without colours.
#[must_use]
pub fn status_line(release: &pintle_release_api::Release) -> String {
    anstream::adapter::strip_str(&summary::line(release)).to_string()
}
