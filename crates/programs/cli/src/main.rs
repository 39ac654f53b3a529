//! The `pintle` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    pintle_cli::run("pintle")
}
