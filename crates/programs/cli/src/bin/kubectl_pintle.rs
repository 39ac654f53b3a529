//! The same program as a plugin: `kubectl pintle`.

use std::process::ExitCode;

fn main() -> ExitCode {
    pintle_cli::run("kubectl pintle")
}
