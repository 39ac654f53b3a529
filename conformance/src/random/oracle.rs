//! The running oracle (`tools/oracle`): built once, then one process for all cases.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;

use super::case::{Answer, Case};

/// Where the oracle's source stands.
const SOURCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tools/oracle");

/// A process that answers `render` cases.
pub(super) struct Oracle {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds the oracle into Cargo's target folder, and starts it.
    pub(super) fn start() -> anyhow::Result<Self> {
        let program = build()?;
        let mut process = Command::new(program)
            .arg("render")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the oracle does not start")?;
        let input = process.stdin.take().context("the oracle takes no input")?;
        let output = process.stdout.take().context("the oracle gives no output")?;
        Ok(Oracle { process, input, output: BufReader::new(output) })
    }

    /// What Helm makes of a case.
    pub(super) fn ask(&mut self, case: &Case) -> anyhow::Result<Answer> {
        let mut line = serde_json::to_vec(case)?;
        line.push(b'\n');
        self.input.write_all(&line).context("the oracle has ended")?;
        self.input.flush().context("the oracle has ended")?;
        let mut answer = String::new();
        self.output.read_line(&mut answer)?;
        anyhow::ensure!(!answer.is_empty(), "the oracle ended without an answer");
        serde_json::from_str(&answer).with_context(|| format!("no answer: {answer}"))
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[expect(clippy::print_stderr, reason = "says why nothing happens for minutes")]
fn build() -> anyhow::Result<PathBuf> {
    let program = target()?.join("oracle").join("oracle");
    eprintln!("building the oracle: the first time takes minutes");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(SOURCE)
        .status()
        .context("the oracle needs Go 1.26 (https://go.dev/dl)")?;
    anyhow::ensure!(built.success(), "the oracle does not build");
    Ok(program)
}

/// Cargo's target folder: this program stands in `PROFILE`, a test of it in `PROFILE/deps`.
fn target() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let mut folders = program.ancestors().skip(1).skip_while(|folder| folder.ends_with("deps"));
    folders.nth(1).map(Path::to_path_buf).context("this program stands in no folder of Cargo's")
}
