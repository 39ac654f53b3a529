//! What one command costs: its wall time and its peak memory, by the kernel's own account.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::Context as _;
use wait4::Wait4 as _;

/// What a command cost.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Cost {
    /// From start to end, in nanoseconds.
    pub(super) wall_ns: u64,
    /// The most memory that was resident at once, in KiB.
    pub(super) peak_kib: u64,
    /// Whether it exited with 0.
    pub(super) success: bool,
}

/// `xtask measure COMMAND ARGS…`: runs it, drops its output, and prints its [`Cost`] as JSON.
///
/// A process of its own for each command, since a child's peak counts what its parent had resident
/// when it was started: this one is small, whatever the bench that wants to know holds by then.
///
/// # Errors
/// When the command can't be started.
pub(crate) fn measure(mut args: impl Iterator<Item = String>) -> anyhow::Result<ExitCode> {
    let program = args.next().context("measure what?")?;
    let begun = Instant::now();
    let child = Command::new(&program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("start {program}"))?;
    let usage = child.wait4()?;
    let cost = Cost {
        wall_ns: u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX),
        peak_kib: usage.rusage.maxrss / 1024,
        success: usage.status.success(),
    };
    println!("{}", serde_json::to_string(&cost)?);
    Ok(ExitCode::SUCCESS)
}

/// The cost of a command as [`measure`] sees it: the middle one of `rounds` by wall time, with the
/// highest peak of all.
pub(super) fn cost_of(command: &Prepared<'_>, rounds: usize) -> anyhow::Result<Cost> {
    let mut costs = Vec::with_capacity(rounds);
    for _ in 0..rounds.max(1) {
        let output = Command::new(std::env::current_exe()?)
            .arg("measure")
            .arg(&command.program)
            .args(&command.args)
            .current_dir(command.folder)
            .envs(command.environment.iter().cloned())
            .stderr(Stdio::inherit())
            .output()?;
        anyhow::ensure!(output.status.success(), "{:?} can't be measured", command.program);
        costs.push(serde_json::from_slice::<Cost>(&output.stdout)?);
    }
    costs.sort_by_key(|cost| cost.wall_ns);
    let peak_kib = costs.iter().map(|cost| cost.peak_kib).max().unwrap_or_default();
    let success = costs.iter().all(|cost| cost.success);
    let middle = costs[costs.len() / 2];
    Ok(Cost { peak_kib, success, ..middle })
}

/// A command to be measured.
pub(super) struct Prepared<'a> {
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    pub(super) folder: &'a std::path::Path,
    pub(super) environment: Vec<(&'static str, OsString)>,
}
