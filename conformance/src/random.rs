//! Random whole charts, rendered by Pintle and by the oracle, which is Helm itself.
//!
//! A case is made of its seed alone. What differs is printed with the seed, the first differing line
//! and the case as JSON, smaller if it can be made so; `--replay` runs such a case again, and so does
//! `oracle render`.

mod case;
mod chart;
mod expressions;
mod grammar;
mod oracle;
mod ours;
mod rng;
mod shrink;
mod statements;
mod values;

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::outcome::Outcome;
use crate::runner::STACK;
use case::{Answer, Case};
use oracle::Oracle;

/// Which cases to make.
#[derive(Args)]
pub(crate) struct Options {
    /// The seed of the first case; each further one has the next.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many cases.
    #[arg(long, default_value_t = 1000)]
    cases: u64,
    /// Run the one case in this file instead, JSON as a mismatch prints it.
    #[arg(long)]
    replay: Option<PathBuf>,
    /// Print the case of the seed, and run nothing.
    #[arg(long)]
    show: bool,
    /// Print what differs as it is, without making it smaller.
    #[arg(long)]
    whole: bool,
}

/// How often the oracle is asked again about a case that differs: what it answers differently from
/// run to run depends on the order of a Go map, and there is no right answer to it.
const ASK_AGAIN: usize = 6;

/// What came of a run.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
    /// Cases, of those that passed, in which Helm gives an error.
    errors: usize,
}

/// Runs the cases; gives how many failed.
#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
pub(crate) fn run(options: &Options) -> anyhow::Result<usize> {
    if options.show {
        println!("{}", serde_json::to_string(&chart::case(options.seed))?);
        return Ok(0);
    }
    // Charts may nest thousands of calls.
    let work = || -> anyhow::Result<Tally> {
        let mut oracle = Oracle::start()?;
        match &options.replay {
            Some(file) => {
                let text = std::fs::read(file).with_context(|| file.display().to_string())?;
                let case = serde_json::from_slice(&text).context("the file is no case")?;
                let mut tally = Tally::default();
                check("replayed", &case, &mut oracle, true, &mut tally)?;
                Ok(tally)
            }
            None => check_seeds(options, &mut oracle),
        }
    };
    let tally = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        thread.join().unwrap_or_else(|_| anyhow::bail!("a case panicked"))
    })?;
    println!("{} of those that passed are errors", tally.errors);
    println!("{} passed, {} failed", tally.passed, tally.failed);
    Ok(tally.failed)
}

fn check_seeds(options: &Options, oracle: &mut Oracle) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    for seed in options.seed..options.seed.saturating_add(options.cases) {
        let name = format!("seed {seed}");
        check(&name, &chart::case(seed), oracle, options.whole, &mut tally)
            .with_context(|| name.clone())?;
    }
    Ok(tally)
}

/// Compares one case, and prints what differs.
#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn check(
    name: &str,
    case: &Case,
    oracle: &mut Oracle,
    whole: bool,
    tally: &mut Tally,
) -> anyhow::Result<()> {
    let want = oracle.ask(case)?;
    let outcome = compare(case, &want, oracle)?;
    let Outcome::Failed(difference) = outcome else {
        tally.passed += 1;
        tally.errors += usize::from(want.err.is_some() || want.sort_err.is_some());
        return Ok(());
    };
    tally.failed += 1;
    println!("FAILED {name}\n{}", difference.describe(true));
    let small = if whole {
        case.clone()
    } else {
        shrink::shrink(case, &mut |case| {
            let want = oracle.ask(case)?;
            Ok(matches!(compare(case, &want, oracle)?, Outcome::Failed(_)))
        })?
    };
    let want = oracle.ask(&small)?;
    if let Outcome::Failed(difference) = compare(&small, &want, oracle)? {
        println!("  of the smaller case:\n{}", difference.describe(true));
    }
    println!("  {}", serde_json::to_string(&small)?);
    Ok(())
}

fn compare(case: &Case, want: &Answer, oracle: &mut Oracle) -> anyhow::Result<Outcome> {
    let got = ours::answer(case).text();
    let want = want.text();
    if want != got {
        for _ in 0..ASK_AGAIN {
            if oracle.ask(case)?.text() != want {
                return Ok(Outcome::Passed);
            }
        }
    }
    Ok(Outcome::compare("answer", want, got))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As many as a debug build does in some seconds.
    const CASES: u64 = 400;

    #[test]
    fn random_charts_render_as_in_helm() {
        let options = Options { seed: 1, cases: CASES, replay: None, show: false, whole: false };
        assert_eq!(run(&options).unwrap(), 0, "what differs is printed above");
    }

    #[test]
    fn a_seed_is_one_case() {
        let text = |seed| serde_json::to_string(&chart::case(seed)).unwrap();
        assert_eq!(text(7), text(7));
        assert_ne!(text(7), text(8));
    }
}
