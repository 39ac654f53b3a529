//! The figures of the render bench: ratios, means, tables, and whether the targets are held.

use std::fmt::Write as _;

use super::measure::Cost;

/// How many of the worst cases are shown.
const WORST: usize = 10;

/// What one case took on both sides.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Row {
    pub(super) id: String,
    /// Bytes that it renders to.
    pub(super) bytes: u64,
    /// Helm's engine in process, nanoseconds.
    pub(super) helm_ns: u64,
    /// Ours with the parsed chart kept, nanoseconds.
    pub(super) parsed_ns: u64,
    /// Ours with the chart to be parsed, nanoseconds.
    pub(super) unparsed_ns: u64,
    /// `helm template`
    pub(super) helm: Cost,
    /// `pintle template`
    pub(super) pintle: Cost,
}

/// One of the ratios that are held to a target: how many times less Pintle takes than Helm.
struct Ratio {
    name: &'static str,
    of: fn(&Row) -> f64,
    /// What the geometric mean must reach.
    mean: f64,
    /// What each case must reach.
    least: f64,
}

const RATIOS: &[Ratio] = &[
    Ratio {
        name: "in process, parsed chart kept",
        of: |row| over(row.helm_ns, row.parsed_ns),
        mean: 20.0,
        least: 1.0,
    },
    Ratio {
        name: "in process, chart parsed anew",
        of: |row| over(row.helm_ns, row.unparsed_ns),
        mean: 8.0,
        least: 1.0,
    },
    Ratio {
        name: "process, wall time",
        of: |row| over(row.helm.wall_ns, row.pintle.wall_ns),
        mean: 10.0,
        least: 1.0,
    },
    Ratio {
        name: "process, peak memory",
        of: |row| over(row.helm.peak_kib, row.pintle.peak_kib),
        mean: 5.0,
        least: 1.0,
    },
];

#[expect(clippy::cast_precision_loss, reason = "times and sizes are far below 2^53")]
fn over(helm: u64, ours: u64) -> f64 {
    helm as f64 / (ours.max(1)) as f64
}

#[expect(clippy::cast_precision_loss, reason = "times and sizes are far below 2^53")]
fn milliseconds(nanoseconds: u64) -> f64 {
    nanoseconds as f64 / 1e6
}

#[expect(clippy::cast_precision_loss, reason = "times and sizes are far below 2^53")]
fn mebibytes(kibibytes: u64) -> f64 {
    kibibytes as f64 / 1024.0
}

#[expect(clippy::cast_precision_loss, reason = "there are some hundred cases")]
fn geometric_mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len().max(1) as f64;
    (values.map(f64::ln).sum::<f64>() / count).exp()
}

/// The report, and whether every target is held.
pub(super) fn report(rows: &[Row], named: &[(String, &Row)]) -> (String, bool) {
    let mut text = String::new();
    let _ = writeln!(text, "{} cases; how many times less Pintle takes than Helm:\n", rows.len());
    let held = ratios(&mut text, rows);
    let _ = writeln!(text, "\nthe ten cases with the least gain in process, parsed chart kept:\n");
    let mut worst: Vec<&Row> = rows.iter().collect();
    worst.sort_by(|a, b| (RATIOS[0].of)(a).total_cmp(&(RATIOS[0].of)(b)));
    table(&mut text, worst.into_iter().take(WORST).map(|row| (row.id.clone(), row)));
    let _ = writeln!(text, "\n");
    table(&mut text, named.iter().cloned());
    (text, held)
}

fn ratios(text: &mut String, rows: &[Row]) -> bool {
    let _ = writeln!(
        text,
        "{:<32} {:>9} {:>8} {:>8} {:>8}  {:<9} least case",
        "", "geo. mean", "target", "least", "most", "held"
    );
    let mut held = true;
    for ratio in RATIOS {
        let mean = geometric_mean(rows.iter().map(ratio.of));
        let least = rows.iter().min_by(|a, b| (ratio.of)(a).total_cmp(&(ratio.of)(b)));
        let Some(least) = least else { continue };
        let most = rows.iter().map(ratio.of).fold(0.0, f64::max);
        let fits = mean >= ratio.mean && (ratio.of)(least) >= ratio.least;
        held &= fits;
        let _ = writeln!(
            text,
            "{:<32} {mean:>9.1} {:>8} {:>8.1} {most:>8.1}  {:<9} {}",
            ratio.name,
            format!("≥ {}", ratio.mean),
            (ratio.of)(least),
            if fits { "yes" } else { "NO" },
            least.id
        );
    }
    held
}

fn table<'a>(text: &mut String, rows: impl Iterator<Item = (String, &'a Row)>) {
    let _ = writeln!(
        text,
        "{:<52} {:>9} | {:>9} {:>9} {:>6} {:>9} {:>6} | {:>8} {:>8} {:>6} | {:>6} {:>6} {:>6}",
        "case",
        "bytes",
        "Helm ms",
        "parsed",
        "×",
        "unparsed",
        "×",
        "helm ms",
        "pintle",
        "×",
        "MiB",
        "MiB",
        "×"
    );
    for (name, row) in rows {
        let times: Vec<f64> = RATIOS.iter().map(|ratio| (ratio.of)(row)).collect();
        let _ = writeln!(
            text,
            "{name:<52} {:>9} | {:>9.3} {:>9.3} {:>6.1} {:>9.3} {:>6.1} | {:>8.1} {:>8.1} {:>6.1} \
             | {:>6.1} {:>6.1} {:>6.1}",
            row.bytes,
            milliseconds(row.helm_ns),
            milliseconds(row.parsed_ns),
            times[0],
            milliseconds(row.unparsed_ns),
            times[1],
            milliseconds(row.helm.wall_ns),
            milliseconds(row.pintle.wall_ns),
            times[2],
            mebibytes(row.helm.peak_kib),
            mebibytes(row.pintle.peak_kib),
            times[3],
        );
    }
}
