//! Runs all cases of a list, several at once, and tells what differs.

use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::value::RawValue;

use crate::outcome::Outcome;

/// How to run.
pub(crate) struct Options<'a> {
    pub(crate) verbose: bool,
    pub(crate) filter: Option<&'a str>,
    pub(crate) threads: usize,
}

/// Stack of a thread that runs cases: charts may nest thousands of calls.
pub(crate) const STACK: usize = 64 << 20;

/// What every case has.
#[derive(serde::Deserialize)]
struct Named {
    #[serde(alias = "id")]
    id: Option<String>,
    name: Option<String>,
}

/// Runs `check` on each case; gives how many failed.
pub(crate) fn run(
    text: &[u8],
    options: &Options<'_>,
    check: impl Fn(&str) -> anyhow::Result<Outcome> + Sync,
) -> anyhow::Result<usize> {
    let cases: Vec<&RawValue> = serde_json::from_slice(text).context("the file is no list")?;
    let mut named = Vec::with_capacity(cases.len());
    for (index, case) in cases.iter().enumerate() {
        let Named { id, name } = serde_json::from_str(case.get())?;
        let name = id.or(name).unwrap_or_else(|| format!("case {}", index + 1));
        if options.filter.is_none_or(|filter| name.contains(filter)) {
            named.push((name, case.get()));
        }
    }
    let started = Instant::now();
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::with_capacity(named.len()));
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let work = || {
            while let Some((name, case)) = named.get(next.fetch_add(1, Ordering::Relaxed)) {
                let begun = Instant::now();
                let result = check(case);
                let took = begun.elapsed();
                let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                results.push((name.as_str(), took, result));
            }
        };
        for _ in 0..options.threads {
            std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work)?;
        }
        Ok(())
    })?;
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(name, ..)| *name);
    Ok(report(&results, options, started))
}

/// A case's name, how long it took, and what came of it.
type Checked<'a> = (&'a str, Duration, anyhow::Result<Outcome>);

/// How many of the slowest cases are named.
const SLOWEST: usize = 10;

#[expect(clippy::print_stdout, reason = "the report is what this program is for")]
fn report(results: &[Checked<'_>], options: &Options<'_>, started: Instant) -> usize {
    let (mut passed, mut failed, mut left_out) = (0, 0, 0);
    for (name, _, result) in results {
        match result {
            Ok(Outcome::Passed) => passed += 1,
            Ok(Outcome::NotApplicable(reason)) => {
                left_out += 1;
                println!("not applicable: {name}: {reason}");
            }
            Ok(Outcome::Failed(difference)) => {
                failed += 1;
                println!("FAILED {name}");
                print!("{}", difference.describe(options.verbose));
            }
            Err(error) => {
                failed += 1;
                println!("FAILED {name}\n  {error:#}");
            }
        }
    }
    if options.verbose {
        let mut slowest: Vec<_> = results.iter().map(|(name, took, _)| (took, name)).collect();
        slowest.sort_by(|a, b| b.cmp(a));
        for (took, name) in slowest.iter().take(SLOWEST) {
            println!("slowest: {:.1} ms {name}", took.as_secs_f64() * 1000.0);
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    if left_out > 0 {
        println!("{left_out} not applicable");
    }
    println!("{seconds:.1} s");
    println!("{passed} passed, {failed} failed");
    failed
}
