//! `cargo xtask fuzz`: libFuzzer over the targets of crates/testing/fuzzing, and what came of it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context as _;

/// How long to fuzz unless told otherwise.
const MINUTES: u64 = 10;

/// The longest one input may take, in seconds: the targets' own two, and room for code that counts
/// edges and checks arithmetic.
const TIMEOUT: u64 = 5;

/// What the program and its corpus take beside an input, in MiB.
const MARGIN_MIB: u64 = 512;

/// The package whose program lists targets, writes seeds and runs single inputs.
const PACKAGE: &str = "pintle-testing-fuzzing";

/// Where what libFuzzer builds and is given lies, below the project's root.
const BUILT: &str = "target/fuzz";

/// A target as the package lists it.
struct Target {
    name: String,
    max_len: u64,
    memory_mib: u64,
}

/// What libFuzzer said of a run.
#[derive(Default)]
struct Outcome {
    executions: u64,
    per_second: u64,
    edges_before: Option<u64>,
    edges: u64,
    peak_mib: u64,
    succeeded: bool,
    /// The input that broke a promise.
    reproducer: Option<String>,
    /// The last lines, shown when a run fails.
    tail: Vec<String>,
}

/// How many lines of a failed run are shown.
const TAIL: usize = 40;

/// Fuzzes for the minutes given, divided over the targets named, or all.
pub(crate) fn run(root: &Path, args: impl Iterator<Item = String>) -> anyhow::Result<ExitCode> {
    let (minutes, names) = arguments(args)?;
    let missing = missing();
    if !missing.is_empty() {
        println!("fuzzing needs what is not there:\n{}", missing.join("\n"));
        println!("without it, `cargo test -p {PACKAGE}` runs the same targets on mutations");
        return Ok(ExitCode::FAILURE);
    }
    let mut targets = targets(root)?;
    if let Some(unknown) = names.iter().find(|name| targets.iter().all(|it| it.name != **name)) {
        let there: Vec<&str> = targets.iter().map(|target| target.name.as_str()).collect();
        anyhow::bail!("no target {unknown}; there are {}", there.join(", "));
    }
    targets.retain(|target| names.is_empty() || names.contains(&target.name));
    let built = cargo_fuzz(root, "build").stderr(Stdio::inherit()).status()?;
    anyhow::ensure!(built.success(), "the fuzz targets do not build");
    let seconds = (minutes * 60 / targets.len() as u64).max(1);
    let mut outcomes = Vec::new();
    for target in &targets {
        println!("{}: {seconds} s", target.name);
        let outcome = fuzz(root, target, seconds)?;
        if !outcome.succeeded {
            println!("{}", outcome.tail.join("\n"));
        }
        outcomes.push((target, outcome));
    }
    table(&outcomes);
    let failed = outcomes.iter().any(|(_, outcome)| !outcome.succeeded);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn arguments(mut args: impl Iterator<Item = String>) -> anyhow::Result<(u64, Vec<String>)> {
    let (mut minutes, mut names) = (MINUTES, Vec::new());
    while let Some(arg) = args.next() {
        if arg == "--minutes" {
            let number = args.next().context("--minutes needs a number")?;
            minutes = number.parse().with_context(|| format!("--minutes {number}"))?;
        } else if arg.starts_with('-') {
            anyhow::bail!("unknown argument {arg}\n\n{}", crate::USAGE);
        } else {
            names.push(arg);
        }
    }
    Ok((minutes, names))
}

/// What must be installed first, a line each.
fn missing() -> Vec<String> {
    let works = |args: &[&str]| {
        let quiet =
            Command::new("rustup").args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        quiet.is_ok_and(|status| status.success())
    };
    if !works(&["--version"]) {
        return vec!["  rustup: see https://rustup.rs, then run this again".to_owned()];
    }
    let mut missing = Vec::new();
    if !works(&["run", "nightly", "rustc", "--version"]) {
        missing.push("  a nightly toolchain: rustup toolchain install nightly".to_owned());
    }
    let fuzz = Command::new("cargo-fuzz")
        .args(["fuzz", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !fuzz.is_ok_and(|status| status.success()) {
        missing.push("  cargo-fuzz: cargo install cargo-fuzz --locked".to_owned());
    }
    missing
}

/// The package's own program, on the toolchain of the project.
fn program(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(["run", "--quiet", "--package", PACKAGE, "--"]).current_dir(root);
    command
}

fn targets(root: &Path) -> anyhow::Result<Vec<Target>> {
    let output = program(root).arg("list").stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "{PACKAGE} does not build");
    let text = String::from_utf8(output.stdout)?;
    let target = |line: &str| {
        let mut words = line.split(' ');
        Some(Target {
            name: words.next()?.to_owned(),
            max_len: words.next()?.parse().ok()?,
            memory_mib: words.next()?.parse().ok()?,
        })
    };
    text.lines().map(|line| target(line).with_context(|| line.to_owned())).collect()
}

/// `cargo fuzz COMMAND` on the nightly toolchain. No sanitizer: nothing here is unsafe, and without
/// one memory and stack are those of the real program.
fn cargo_fuzz(root: &Path, command: &str) -> Command {
    let mut cargo = Command::new("rustup");
    cargo.args(["run", "nightly", "cargo", "fuzz", command, "--sanitizer", "none", "--target-dir"]);
    cargo.arg(root.join(BUILT)).current_dir(root);
    // Those of the toolchain that runs this.
    for name in ["CARGO", "RUSTC", "RUSTDOC", "RUSTUP_TOOLCHAIN"] {
        cargo.env_remove(name);
    }
    cargo
}

fn fuzz(root: &Path, target: &Target, seconds: u64) -> anyhow::Result<Outcome> {
    let Target { name, max_len, memory_mib } = target;
    let seeds = root.join(BUILT).join("seeds").join(name);
    let seeded = program(root).args(["seeds", name]).arg(&seeds).status()?;
    anyhow::ensure!(seeded.success(), "the seeds of {name} can't be written");
    let corpus = root.join("fuzz/corpus").join(name);
    std::fs::create_dir_all(&corpus)?;
    let known: PathBuf = root.join("crates/testing/fuzzing/tests/data").join(name);
    let mut command = cargo_fuzz(root, "run");
    command.arg(name).arg(&corpus).arg(&seeds);
    if known.is_dir() {
        command.arg(known);
    }
    let mut running = command
        .arg("--")
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-timeout={TIMEOUT}"))
        .arg(format!("-rss_limit_mb={}", memory_mib + MARGIN_MIB))
        .arg(format!("-max_len={max_len}"))
        .arg(format!("-dict={}", seeds.with_extension("dict").display()))
        .arg("-print_final_stats=1")
        .stderr(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    let mut outcome = Outcome::default();
    if let Some(stderr) = running.stderr.take() {
        for line in BufReader::new(stderr).split(b'\n') {
            outcome.read(&String::from_utf8_lossy(&line?));
        }
    }
    outcome.succeeded = running.wait()?.success();
    Ok(outcome)
}

impl Outcome {
    /// One line of libFuzzer's.
    fn read(&mut self, line: &str) {
        if let Some(edges) = number_after(line, " cov: ") {
            self.edges = edges;
            if line.contains("INITED") {
                self.edges_before = Some(edges);
            }
        }
        if let Some(number) = number_after(line, "stat::number_of_executed_units: ") {
            self.executions = number;
        }
        if let Some(number) = number_after(line, "stat::average_exec_per_sec: ") {
            self.per_second = number;
        }
        if let Some(number) = number_after(line, "stat::peak_rss_mb: ") {
            self.peak_mib = number;
        }
        if let Some((_, path)) = line.split_once("Test unit written to ") {
            self.reproducer = Some(path.trim().to_owned());
        }
        if self.tail.len() >= TAIL {
            self.tail.remove(0);
        }
        self.tail.push(line.to_owned());
    }
}

fn number_after(line: &str, label: &str) -> Option<u64> {
    let (_, rest) = line.split_once(label)?;
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

fn table(outcomes: &[(&Target, Outcome)]) {
    println!(
        "\n{:<10} {:>12} {:>9} {:>18} {:>9}  result",
        "target", "executions", "exec/s", "edges", "peak MiB"
    );
    for (target, outcome) in outcomes {
        let before = outcome.edges_before.unwrap_or_default();
        println!(
            "{:<10} {:>12} {:>9} {:>18} {:>9}  {}",
            target.name,
            outcome.executions,
            outcome.per_second,
            format!("{before} -> {}", outcome.edges),
            outcome.peak_mib,
            if outcome.succeeded { "ok" } else { "FAILED" },
        );
    }
    for (target, outcome) in outcomes.iter().filter(|(_, outcome)| !outcome.succeeded) {
        let name = &target.name;
        match &outcome.reproducer {
            Some(path) => println!(
                "\n{name}: {path}\n  again: cargo run --release -p {PACKAGE} -- run {name} {path}\n  \
                 when mended, keep it: cp {path} crates/testing/fuzzing/tests/data/{name}/"
            ),
            None => println!("\n{name}: ended without an input; see above"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_read() {
        let mut outcome = Outcome::default();
        for line in [
            "#812\tINITED cov: 2101 ft: 8000 corp: 400/90Kb exec/s: 0 rss: 60Mb",
            "#9000\tNEW    cov: 2150 ft: 8100 corp: 410/91Kb lim: 4096 exec/s: 900 rss: 70Mb L: 3/90",
            "stat::number_of_executed_units: 12345",
            "stat::average_exec_per_sec:     617",
            "stat::peak_rss_mb:              81",
            "artifact_prefix='a/'; Test unit written to a/crash-1",
        ] {
            outcome.read(line);
        }
        assert_eq!((outcome.edges_before, outcome.edges), (Some(2101), 2150));
        assert_eq!((outcome.executions, outcome.per_second, outcome.peak_mib), (12345, 617, 81));
        assert_eq!(outcome.reproducer.as_deref(), Some("a/crash-1"));
    }

    #[test]
    fn arguments_are_minutes_and_targets() {
        let read = |args: &[&str]| arguments(args.iter().map(|it| (*it).to_owned()));
        assert_eq!(read(&[]).unwrap(), (MINUTES, vec![]));
        let names = vec!["yaml".to_owned(), "lexer".to_owned()];
        assert_eq!(read(&["yaml", "--minutes", "2", "lexer"]).unwrap(), (2, names));
        assert!(read(&["--minutes"]).is_err() && read(&["--x"]).is_err());
    }
}
