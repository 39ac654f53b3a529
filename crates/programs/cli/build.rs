//! Lists the example charts, so that the binary carries them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the example charts, from this package's.
const EXAMPLES: &str = "../../../examples";

fn main() -> io::Result<()> {
    fix_addresses()?;
    let package = PathBuf::from(env("CARGO_MANIFEST_DIR")?);
    let examples = package.join(EXAMPLES);
    println!("cargo::rerun-if-changed={}", examples.display());
    let mut files = Vec::new();
    collect(&examples, &mut files)?;
    files.sort();
    let mut text = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&examples).map_err(io::Error::other)?;
        let name = name.to_string_lossy().replace('\\', "/");
        text.push_str(&format!("    ({name:?}, include_bytes!({:?})),\n", file.display()));
    }
    text.push(']');
    fs::write(PathBuf::from(env("OUT_DIR")?).join("examples.rs"), text)
}

/// Links the programs at fixed addresses, as Go links helm and kubectl: to adapt 35,000 pointers at
/// every start took 0.4 ms of the 3.7 ms that a small chart takes.
fn fix_addresses() -> io::Result<()> {
    if env("CARGO_CFG_TARGET_OS")? == "linux" && env("CARGO_CFG_TARGET_ENV")? == "gnu" {
        println!("cargo::rustc-link-arg-bins=-no-pie");
    }
    Ok(())
}

fn env(name: &str) -> io::Result<String> {
    std::env::var(name).map_err(io::Error::other)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
