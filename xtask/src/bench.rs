//! Benches: each builds what it measures, optimised, and prints figures that anyone can make again.

mod figures;
mod measure;
mod render;
mod umbrella;

use std::path::Path;
use std::process::{Command, ExitCode};

pub(crate) use measure::measure;

/// Runs the bench that the arguments name.
pub(crate) fn bench(
    root: &Path,
    mut args: impl Iterator<Item = String>,
) -> anyhow::Result<ExitCode> {
    match args.next().as_deref() {
        Some("scale") => scale(root, args),
        Some("render") => render::run(root, args),
        Some(other) => anyhow::bail!("unknown bench {other}; there are: scale, render"),
        None => anyhow::bail!("which bench? There are: scale, render"),
    }
}

/// Many releases at once; the bench itself is a program of the testbed.
fn scale(root: &Path, mut args: impl Iterator<Item = String>) -> anyhow::Result<ExitCode> {
    let releases = match (args.next().as_deref(), args.next()) {
        (None, _) => "100".to_owned(),
        (Some("--releases"), Some(number)) => number,
        (Some(other), _) => anyhow::bail!("unknown argument {other}; there is: --releases N"),
    };
    build(root, &["--package", "pintle-testing-testbed", "--bins"])?;
    let run = cargo(root)
        .args(["run", "--release", "--package", "pintle-testing-testbed"])
        .args(["--bin", "bench-scale", "--", &releases])
        .status()?;
    Ok(if run.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Builds packages with optimisation.
fn build(root: &Path, args: &[&str]) -> anyhow::Result<()> {
    let built = cargo(root).args(["build", "--release"]).args(args).status()?;
    anyhow::ensure!(built.success(), "the bench does not build");
    Ok(())
}

fn cargo(root: &Path) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root);
    cargo
}
