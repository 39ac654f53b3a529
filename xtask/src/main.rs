//! House keeping: what is generated, and what the house rules say of the tree.
#![expect(clippy::print_stdout, reason = "this program's output is its purpose")]

mod bench;
mod codegen;
mod differences;
mod fuzz;
mod layers;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;

const USAGE: &str = "\
House keeping for Pintle.

Usage: cargo xtask COMMAND

Commands:
  codegen   writes what is generated from the types: deploy/crds, docs/reference
  tidy      checks the house rules; prints each breach with its place, exits 1 if there is one
  bench scale [--releases N]
            N releases (100) at once on a private plane, beside a bare client: time, CPU, memory,
            requests; exits 1 when a new release costs more than its objects and 4 writes, or when
            anything is written while nothing happens
  bench render [--corpus FOLDER] [--filter TEXT]
            every ok case of a corpus of charts, and an umbrella of 100 subcharts, beside Helm in the
            same run: in process, as processes, memory; exits 1 when a target is not held
  measure COMMAND…
            wall time and peak memory of one command, as JSON; what bench render uses
  fuzz [--minutes N] [TARGET...]
            libFuzzer over the targets of crates/testing/fuzzing, N minutes (10) divided over them:
            executions, coverage, memory; exits 1 on a crash, a hang, or too much memory. Needs a
            nightly toolchain and cargo-fuzz, and says how to get them
";

fn main() -> anyhow::Result<ExitCode> {
    let root = root()?;
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("codegen") => {
            for (path, text) in codegen::generated()? {
                let path = root.join(path);
                if let Some(folder) = path.parent() {
                    std::fs::create_dir_all(folder)?;
                }
                std::fs::write(&path, text).with_context(|| format!("write {}", path.display()))?;
                println!("wrote {}", path.strip_prefix(&root).unwrap_or(&path).display());
            }
            Ok(ExitCode::SUCCESS)
        }
        Some("tidy") => {
            let breaches = tidy::check(&root)?;
            for breach in &breaches {
                println!("{breach}");
            }
            println!("tidy: {} breaches", breaches.len());
            Ok(if breaches.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Some("bench") => bench::bench(&root, args),
        Some("measure") => bench::measure(args),
        Some("fuzz") => fuzz::run(&root, args),
        _ => {
            println!("{USAGE}");
            Ok(ExitCode::from(2))
        }
    }
}

/// The project's root: this package's folder is one below it.
fn root() -> anyhow::Result<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().map(Path::to_path_buf).context("the package has no parent folder")
}
