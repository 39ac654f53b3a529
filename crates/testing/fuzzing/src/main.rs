//! Lists fuzz targets, writes their seeds, and runs single inputs, on the stable toolchain.
#![expect(clippy::print_stdout, reason = "this program's output is its purpose")]

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context as _;
use peak_alloc::PeakAlloc;
use pintle_testing_fuzzing::{TARGETS, Target, measured, named};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const USAGE: &str = "\
Usage: pintle-testing-fuzzing COMMAND

Commands:
  list                      each target: its name, its longest input, its memory in MiB
  seeds TARGET FOLDER       writes the target's seeds, and its words as a dictionary beside them
  run TARGET FILE...        runs the target on inputs; exits 1 when one breaks a promise
";

fn main() -> anyhow::Result<ExitCode> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["list"] => {
            for Target { name, max_len, memory_mib, .. } in TARGETS {
                println!("{name} {max_len} {memory_mib}");
            }
        }
        ["seeds", target, folder] => seeds(target_of(target)?, Path::new(folder))?,
        ["run", target, ref files @ ..] if !files.is_empty() => {
            return run(target_of(target)?, files);
        }
        _ => {
            println!("{USAGE}");
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn target_of(name: &str) -> anyhow::Result<&'static Target> {
    let names = || TARGETS.iter().map(|target| target.name).collect::<Vec<_>>().join(", ");
    named(name).with_context(|| format!("no target {name}; there are {}", names()))
}

fn seeds(target: &Target, folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)?;
    for (index, seed) in (target.seeds)()?.iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{index:04}")), seed)?;
    }
    let words = target.words.iter().map(|word| format!("\"{}\"\n", escaped(word)));
    std::fs::write(folder.with_extension("dict"), words.collect::<String>())?;
    Ok(())
}

/// A word in the syntax of libFuzzer's dictionaries.
fn escaped(word: &str) -> String {
    let plain =
        |byte: u8| (byte.is_ascii_graphic() || byte == b' ') && !matches!(byte, b'"' | b'\\');
    let piece = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("\\x{byte:02X}"),
    };
    word.bytes().map(piece).collect()
}

fn run(target: &'static Target, files: &[&str]) -> anyhow::Result<ExitCode> {
    for file in files {
        let input = std::fs::read(file).with_context(|| (*file).to_owned())?;
        match measured(target.bounds(), move || (target.run)(&input)) {
            Ok(((), spent)) => {
                println!("{file}: {:.3} s, {} KiB", spent.time.as_secs_f64(), spent.memory >> 10);
            }
            Err(why) => {
                println!("{file}: {why}");
                return Ok(ExitCode::FAILURE);
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
