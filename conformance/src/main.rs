//! Runs corpora of cases against Pintle and compares with the answers that Helm and Go gave.
//!
//! `conformance KIND FILE` prints each mismatch with its first differing line and closes with
//! `N passed, N failed`; it exits with 1 if any failed. Cases that cannot apply are listed with the
//! reason. `conformance random` makes its cases itself and asks Helm about them.

mod bench;
mod charts;
mod outcome;
mod random;
mod runner;
mod templates;
mod typed;
mod yaml;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Parser, Subcommand};

use outcome::Outcome;

/// Compares Pintle with the answers of Helm and Go.
#[derive(Parser)]
struct Args {
    /// What the cases are.
    #[command(subcommand)]
    kind: Kind,
}

/// A file of cases.
#[derive(clap::Args)]
struct Corpus {
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
#[derive(Subcommand)]
enum Kind {
    /// Charts and what `helm template` prints for them.
    Charts(Corpus),
    /// Templates for Go's text/template with its builtins alone.
    Template(Corpus),
    /// YAML texts, and how the readers and writers take them.
    Yaml(Corpus),
    /// Templates with Helm's functions.
    Sprig(Corpus),
    /// The ok cases of a chart corpus again, timed and not compared.
    Bench(Corpus),
    /// Charts made from a seed, against the oracle, which this builds with Go.
    Random(random::Options),
}

impl Corpus {
    fn text(&self) -> anyhow::Result<Vec<u8>> {
        match std::fs::read(&self.file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => anyhow::bail!(
                "there is no {}: the corpus lies outside the project, say where it is",
                self.file.display()
            ),
            read => read.with_context(|| format!("cannot read {}", self.file.display())),
        }
    }

    /// Names of files in the corpus are relative to this.
    fn folder(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    fn run(&self, check: impl Fn(&str) -> anyhow::Result<Outcome> + Sync) -> anyhow::Result<usize> {
        let options = runner::Options {
            verbose: self.verbose,
            filter: self.filter.as_deref(),
            threads: self.threads.max(1),
        };
        runner::run(&self.text()?, &options, check)
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let failed = match Args::parse().kind {
        Kind::Bench(corpus) => {
            bench::run(corpus.folder(), &corpus.text()?, corpus.filter.as_deref())?;
            0
        }
        Kind::Charts(corpus) => corpus.run(|case| charts::check(corpus.folder(), case))?,
        Kind::Template(corpus) => corpus.run(templates::check_builtins)?,
        Kind::Sprig(corpus) => corpus.run(templates::check_functions)?,
        Kind::Yaml(corpus) => corpus.run(yaml::check)?,
        Kind::Random(options) => random::run(&options)?,
    };
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
