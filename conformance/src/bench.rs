//! How long the ok cases of a chart corpus take, in process: from the loaded chart and the merged
//! values to the sorted manifest. `tools/oracle bench` does the same with Helm's engine.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use pintle_helm_render::{ParsedChart, render};
use serde::Deserialize;

use crate::charts::{Invocation, load_chart, merge_values, parse};

/// Time and rounds spent on one case, as `oracle bench` has them.
const BUDGET: Duration = Duration::from_millis(300);
const MIN_ROUNDS: usize = 3;
const MAX_ROUNDS: usize = 200;

#[derive(Deserialize)]
struct Case {
    id: String,
    args: Vec<String>,
    class: String,
}

/// Times one way of rendering: the best round, in nanoseconds.
fn best(mut round: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<u128> {
    let begun = Instant::now();
    let (mut best, mut rounds) = (u128::MAX, 0);
    while rounds < MIN_ROUNDS || (rounds < MAX_ROUNDS && begun.elapsed() < BUDGET) {
        let start = Instant::now();
        round()?;
        best = best.min(start.elapsed().as_nanos());
        rounds += 1;
    }
    Ok(best)
}

/// Prints a line of JSON per case, and the geometric means on standard error.
#[expect(clippy::print_stdout, clippy::print_stderr, reason = "the figures are the product")]
pub(crate) fn run(folder: &Path, text: &[u8], filter: Option<&str>) -> anyhow::Result<()> {
    let cases: Vec<Case> = serde_json::from_slice(text).context("the file is no list of charts")?;
    let (mut count, mut warm_sum, mut cold_sum) = (0.0, 0.0, 0.0);
    for case in cases.iter().filter(|case| case.class == "ok") {
        if filter.is_some_and(|filter| !case.id.contains(filter)) {
            continue;
        }
        let Invocation { chart, values, options, .. } = parse(&case.args)?;
        let values = merge_values(folder, &values)?;
        let chart = load_chart(folder, &chart, &mut Vec::new())?
            .map_err(|error| anyhow::anyhow!("{}: {error}", case.id))?;
        let parsed = ParsedChart::new(chart.clone());
        let once = |parsed: &ParsedChart| -> anyhow::Result<()> {
            let rendered = render(parsed, &values, &options, &mut Vec::new())
                .with_context(|| case.id.clone())?;
            std::hint::black_box(rendered);
            Ok(())
        };
        once(&parsed)?;
        let warm = best(|| once(&parsed))?;
        let cold = best(|| once(&ParsedChart::new(chart.clone())))?;
        println!("{{\"id\":{:?},\"warm_ns\":{warm},\"cold_ns\":{cold}}}", case.id);
        count += 1.0;
        warm_sum += nanoseconds(warm).ln();
        cold_sum += nanoseconds(cold).ln();
    }
    let mean = |sum: f64| (sum / count).exp() / 1000.0;
    eprintln!(
        "{count} cases, geometric mean {:.0} µs parsed, {:.0} µs not parsed",
        mean(warm_sum),
        mean(cold_sum)
    );
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "times are far below 2^53 ns")]
fn nanoseconds(time: u128) -> f64 {
    time as f64
}
