//! Runs corpora of cases against Pintle and compares with the answers that Helm and Go gave.
//!
//! `conformance KIND FILE` prints each mismatch with its first differing line and closes with
//! `N passed, N failed`; it exits with 1 if any failed. Cases that cannot apply are listed with the
//! reason.

mod bench;
mod charts;
mod outcome;
mod runner;
mod templates;
mod typed;
mod yaml;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, ValueEnum};

/// Compares Pintle with the recorded answers of Helm and Go.
#[derive(Parser)]
struct Args {
    /// What the cases are.
    kind: Kind,
    /// The list of cases, JSON.
    file: PathBuf,
    /// Print the lines around each difference.
    #[arg(long)]
    verbose: bool,
    /// Run only the cases whose name holds this.
    #[arg(long)]
    filter: Option<String>,
    /// How many cases run at once.
    #[arg(long, default_value_t = 2)]
    threads: usize,
}

/// The kinds of cases.
#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// Charts and what `helm template` prints for them.
    Charts,
    /// Templates for Go's text/template with its builtins alone.
    Template,
    /// YAML texts, and how the readers and writers take them.
    Yaml,
    /// Templates with Helm's functions.
    Sprig,
    /// The ok cases of a chart corpus again, timed and not compared.
    Bench,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    let text = match std::fs::read(&args.file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            anyhow::bail!(
                "there is no {}: the corpus lies outside the project, say where it is",
                args.file.display()
            );
        }
        Err(error) => return Err(error).context(format!("cannot read {}", args.file.display())),
    };
    let options = runner::Options {
        verbose: args.verbose,
        filter: args.filter.as_deref(),
        threads: args.threads.max(1),
    };
    let folder = args.file.parent().map(PathBuf::from).unwrap_or_default();
    let failed = match args.kind {
        Kind::Bench => {
            bench::run(&folder, &text, options.filter)?;
            0
        }
        Kind::Charts => runner::run(&text, &options, |case| charts::check(&folder, case))?,
        Kind::Template => runner::run(&text, &options, templates::check_builtins)?,
        Kind::Sprig => runner::run(&text, &options, templates::check_functions)?,
        Kind::Yaml => runner::run(&text, &options, yaml::check)?,
    };
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
