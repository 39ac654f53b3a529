//! Rendering, beside Helm in the same run: Helm's engine in process, and both programs as such.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context as _;
use serde::Deserialize;

use super::figures::{Row, report};
use super::measure::{Prepared, cost_of};
use super::umbrella::{self, UMBRELLA};
use super::{build, cargo};

/// Where the corpus lies unless `--corpus` says otherwise: it is not part of the project.
const CORPUS: &str = "../shared/corpus";
/// How often each process is run.
const ROUNDS: usize = 3;

/// Where things are.
struct Places {
    corpus: PathBuf,
    /// What the bench itself writes.
    out: PathBuf,
    /// Built programs.
    pintle: PathBuf,
    conformance: PathBuf,
    oracle: PathBuf,
}

#[derive(Deserialize)]
struct Case {
    id: String,
    args: Vec<String>,
    class: String,
}

/// What `oracle bench` says of a case.
#[derive(Deserialize)]
struct HelmTime {
    id: String,
    #[serde(default)]
    best_ns: u64,
    #[serde(default)]
    bytes: u64,
    err: Option<String>,
}

/// What `conformance bench` says of a case.
#[derive(Deserialize)]
struct OurTime {
    id: String,
    warm_ns: u64,
    cold_ns: u64,
}

/// Runs the bench; exits with 1 when a target is not held.
pub(super) fn run(root: &Path, args: impl Iterator<Item = String>) -> anyhow::Result<ExitCode> {
    let (places, filter) = prepare(root, args)?;
    umbrella::write(root, &places.out)?;
    let mut rows = rows(&places, &places.corpus, filter.as_deref())?;
    rows.extend(self::rows(&places, &places.out, None)?);
    let named = named(&rows);
    let (text, held) = report(&rows, &named);
    println!("{text}");
    let file = places.out.join("render.json");
    fs::write(&file, serde_json::to_vec_pretty(&rows)?)?;
    println!("all figures: {}", file.strip_prefix(root).unwrap_or(&file).display());
    Ok(if held { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn prepare(
    root: &Path,
    mut args: impl Iterator<Item = String>,
) -> anyhow::Result<(Places, Option<String>)> {
    let (mut corpus, mut filter) = (root.join(CORPUS), None);
    while let Some(arg) = args.next() {
        let value = args.next().with_context(|| format!("{arg} needs a value"))?;
        match arg.as_str() {
            "--corpus" => corpus = PathBuf::from(value),
            "--filter" => filter = Some(value),
            _ => anyhow::bail!("unknown argument {arg}; there are: --corpus FOLDER, --filter TEXT"),
        }
    }
    let corpus = corpus.canonicalize().with_context(|| {
        let place = corpus.display();
        format!(
            "{place}: the corpus lies outside the project: say --corpus FOLDER, where cases.json is"
        )
    })?;
    let programs = ["--bin", "conformance", "--bin", "pintle"];
    build(root, &[&["--package", "conformance", "--package", "pintle"], &programs[..]].concat())?;
    let target = target(root)?;
    let out = target.join("bench");
    fs::create_dir_all(&out)?;
    let oracle = out.join("oracle");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&oracle)
        .arg(".")
        .current_dir(root.join("tools/oracle"))
        .status()
        .context("the oracle needs Go 1.26")?;
    anyhow::ensure!(built.success(), "the oracle does not build");
    let program = |name: &str| target.join("release").join(name);
    let (pintle, conformance) = (program("pintle"), program("conformance"));
    Ok((Places { corpus, out, pintle, conformance, oracle }, filter))
}

/// Cargo's target folder.
fn target(root: &Path) -> anyhow::Result<PathBuf> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps"];
    let output = cargo(root).args(arguments).output()?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(metadata["target_directory"].as_str().context("cargo names no target folder")?.into())
}

/// All that is measured of the ok cases in a folder.
#[expect(clippy::print_stderr, reason = "says how far a long run is")]
fn rows(places: &Places, folder: &Path, filter: Option<&str>) -> anyhow::Result<Vec<Row>> {
    let file = folder.join("cases.json");
    let text = fs::read(&file).with_context(|| file.display().to_string())?;
    let cases: Vec<Case> = serde_json::from_slice(&text)?;
    let fits = |case: &&Case| case.class == "ok" && filter.is_none_or(|it| case.id.contains(it));
    let cases: Vec<&Case> = cases.iter().filter(fits).collect();
    eprintln!("bench render: {} cases in Helm's engine", cases.len());
    let mut helm = Command::new(&places.oracle);
    helm.arg("bench").arg(&file).args(cases.iter().map(|case| &case.id));
    let helm: Vec<HelmTime> = answers(&mut helm)?;
    eprintln!("bench render: the same in ours");
    let mut ours = Command::new(&places.conformance);
    ours.arg("bench").arg(&file);
    if let Some(filter) = filter {
        ours.args(["--filter", filter]);
    }
    let ours: Vec<OurTime> = answers(&mut ours)?;
    let ours: HashMap<&str, &OurTime> = ours.iter().map(|it| (it.id.as_str(), it)).collect();
    eprintln!("bench render: both as processes");
    let home = places.out.join("home");
    fs::create_dir_all(&home)?;
    let mut rows = Vec::with_capacity(cases.len());
    for (case, helm) in cases.iter().zip(helm) {
        anyhow::ensure!(helm.id == case.id, "the oracle answers {} for {}", helm.id, case.id);
        if let Some(error) = helm.err {
            anyhow::bail!("{}: Helm's engine: {error}", case.id);
        }
        let own = ours.get(case.id.as_str()).with_context(|| format!("{}: no time", case.id))?;
        let process = |program: &Path, first: Option<&str>| {
            let args =
                first.into_iter().map(OsString::from).chain(case.args.iter().map(Into::into));
            let command = Prepared {
                program: program.into(),
                args: args.collect(),
                folder,
                environment: vec![("HOME", home.clone().into()), ("TZ", "UTC".into())],
            };
            let cost = cost_of(&command, ROUNDS)?;
            anyhow::ensure!(cost.success, "{}: {} fails", case.id, program.display());
            Ok(cost)
        };
        rows.push(Row {
            id: case.id.clone(),
            bytes: helm.bytes,
            helm_ns: helm.best_ns,
            parsed_ns: own.warm_ns,
            unparsed_ns: own.cold_ns,
            helm: process(&places.oracle, Some("helm"))?,
            pintle: process(&places.pintle, None)?,
        });
    }
    Ok(rows)
}

/// Runs a program that prints one JSON line a case.
fn answers<T: for<'de> Deserialize<'de>>(command: &mut Command) -> anyhow::Result<Vec<T>> {
    let output = command.stderr(Stdio::inherit()).output()?;
    anyhow::ensure!(output.status.success(), "{:?} fails", command.get_program());
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| Ok(serde_json::from_slice(line)?)).collect()
}

/// The cases that the table shows by name.
fn named(rows: &[Row]) -> Vec<(String, &Row)> {
    let by_id = |id: &str| rows.iter().find(|row| row.id.starts_with(id));
    let picks = [
        ("ingress-nginx", by_id("ingress-nginx")),
        ("argo-cd", by_id("argoproj_argo-cd")),
        ("largest output", rows.iter().max_by_key(|row| row.bytes)),
        (
            "slowest in Helm",
            rows.iter().filter(|row| row.id != UMBRELLA).max_by_key(|row| row.helm_ns),
        ),
        ("umbrella of 100 subcharts", by_id(UMBRELLA)),
    ];
    let picks = picks.into_iter();
    picks.filter_map(|(name, row)| Some((format!("{name}: {}", row?.id), row?))).collect()
}
