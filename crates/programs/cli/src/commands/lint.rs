//! `pintle lint`: what `helm lint` prints (`pkg/cmd/lint.go`).

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use crate::args::LintArgs;
use crate::charts;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::lint::{Choice, Report, Severity, lint};
use crate::rendering;
use crate::settings::Settings;

/// How deep `--with-subcharts` looks for charts, as deep as charts can lie in each other.
const MAX_DEPTH: usize = 200;

pub(super) fn run(settings: &Settings, args: &LintArgs) -> Outcome {
    let settings = &settings.as_helm(&args.helm);
    let failed = |text: &str| {
        settings.printer.word(&format!("Error: {text}"));
        Ok(ExitStatus::Failure)
    };
    let version = match rendering::kube_version(args.kube_version.as_deref()) {
        Ok(version) => version,
        Err(error) => return failed(&error),
    };
    let mut paths = args.charts.clone();
    if args.with_subcharts {
        for path in &args.charts {
            subcharts(&Path::new(path).join("charts"), 0, &mut paths);
        }
    }
    let values = match charts::values(&args.values) {
        Ok(values) => values,
        Err(error) => return failed(&error.to_string()),
    };
    let mut options = rendering::options(settings, "test-release")?;
    options.lint = true;
    options.skip_schema_validation = args.skip_schema_validation;
    if let Some(version) = version {
        options.capabilities.kube_version = version;
    }
    let choice = Choice { values: &values, given: &args.values, options: &options };
    let mut text = String::new();
    let (mut bad, mut noted) = (0, 0);
    for path in &paths {
        let report = lint(path, &choice);
        charts::warn(&settings.printer, &report.warnings);
        let has_failed = report.has_failed(args.strict);
        let notable = has_failed || report.has_warnings();
        noted += usize::from(notable);
        if args.quiet && !notable {
            continue;
        }
        write_report(&mut text, path, &report, args.quiet);
        bad += usize::from(has_failed);
    }
    let summary = format!("{} chart(s) linted, {bad} chart(s) failed", paths.len());
    if bad == 0 && (!args.quiet || noted > 0) {
        let _ = writeln!(text, "{summary}");
    }
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if bad > 0 { failed(&summary) } else { Ok(ExitStatus::Success) }
}

fn write_report(text: &mut String, path: &str, report: &Report, quiet: bool) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "==> Linting {path}");
    if let Some(refusal) = &report.refusal {
        let _ = writeln!(text, "Error {refusal}");
    }
    for message in &report.messages {
        if !quiet || message.severity > Severity::Info {
            let _ = writeln!(text, "{message}");
            // Programs that read this compare it with Helm's.
            if std::io::stdout().is_terminal() && !message.explanation.is_empty() {
                let _ = writeln!(text, "{}", coloured(&message.explanation));
            }
        }
    }
    text.push('\n');
}

/// Without colours where none are wanted. The rest of the report is Helm's, byte for byte.
fn coloured(text: &str) -> String {
    match anstream::AutoStream::choice(&std::io::stdout()) {
        anstream::ColorChoice::Never => anstream::adapter::strip_str(text).to_string(),
        _ => text.to_owned(),
    }
}

/// The charts and archives below a folder, in the order of a walk; links are not followed.
fn subcharts(folder: &Path, depth: usize, found: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "Chart.yaml" {
            found.push(folder.display().to_string());
        } else if name.ends_with(".tgz") || name.ends_with(".tar.gz") {
            found.push(path.display().to_string());
        } else if path.is_dir() && !path.is_symlink() && depth < MAX_DEPTH {
            subcharts(&path, depth + 1, found);
        }
    }
}
