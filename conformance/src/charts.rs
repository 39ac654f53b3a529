//! Charts and what `helm template` prints for them: the format of the corpus' `cases.json`.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, bail};
use pintle_go_value::Tree;
use pintle_helm_chart::{Chart, ChartError, ValuesOptions, Warning, load_archive, load_directory};
use pintle_helm_render::{
    KubeVersion, ParsedChart, RenderOptions, Seeded, TemplateOptions, TemplateOutput, template,
};
use serde::Deserialize;

use crate::outcome::Outcome;

#[derive(Deserialize)]
struct Case {
    args: Vec<String>,
    class: Class,
    golden: Option<String>,
    stderr: String,
    unstable: Option<Unstable>,
}

#[derive(Clone, Copy, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Class {
    Ok,
    Unstable,
    Error,
}

/// The lines that Helm itself gives differently from run to run, counted from 1.
#[derive(Default, Deserialize)]
struct Unstable {
    at: Vec<(usize, usize)>,
}

/// A time at which the cases are rendered: in 2026, as the goldens are.
const NOW: i64 = 1_790_000_000;

pub(crate) fn check(folder: &Path, case: &str) -> anyhow::Result<Outcome> {
    let case: Case = serde_json::from_str(case)?;
    let output = helm_template(folder, &case.args)?;
    if case.class == Class::Error {
        return Ok(Outcome::first([
            Outcome::compare("stderr", case.stderr, output.stderr),
            Outcome::compare("failed", "true", output.failed.to_string()),
        ]));
    }
    let golden = golden(folder, case.golden.as_deref())?;
    if output.failed {
        return Ok(Outcome::first([
            Outcome::compare("stderr", case.stderr, output.stderr),
            Outcome::compare("failed", "false", "true"),
        ]));
    }
    let (want, got) = match case.class {
        Class::Unstable => {
            let unstable = case.unstable.unwrap_or_default();
            (blank(&golden, &unstable.at), blank(&output.stdout, &unstable.at))
        }
        _ => (golden, output.stdout),
    };
    Ok(Outcome::first([
        Outcome::compare("stdout", want, got),
        Outcome::compare("stderr", case.stderr, output.stderr),
    ]))
}

fn golden(folder: &Path, name: Option<&str>) -> anyhow::Result<Vec<u8>> {
    let name = name.context("the case has no golden")?;
    let packed = fs::read(folder.join(name)).with_context(|| format!("cannot read {name}"))?;
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut text)?;
    Ok(text)
}

/// The text with the given lines emptied.
fn blank(text: &[u8], at: &[(usize, usize)]) -> Vec<u8> {
    let unstable = |line: usize| at.iter().any(|(first, last)| (*first..=*last).contains(&line));
    let lines = text.split(|byte| *byte == b'\n').enumerate();
    let kept = lines.map(|(index, line)| if unstable(index + 1) { &[][..] } else { line });
    kept.collect::<Vec<_>>().join(&b'\n')
}

/// What the arguments of `helm template` say.
pub(crate) struct Invocation {
    pub(crate) chart: String,
    pub(crate) values: ValuesOptions,
    pub(crate) options: RenderOptions,
    pub(crate) choice: TemplateOptions,
}

fn helm_template(folder: &Path, args: &[String]) -> anyhow::Result<TemplateOutput> {
    let Invocation { chart, values, options, choice } = parse(args)?;
    let refused = |error: &ChartError| TemplateOutput {
        stderr: format!("Error: {error}\n"),
        failed: true,
        ..TemplateOutput::default()
    };
    let values = match merge_values(folder, &values) {
        Ok(values) => values,
        Err(error) => return Ok(refused(&error)),
    };
    let mut warnings = Vec::new();
    Ok(match load_chart(folder, &chart, &mut warnings)? {
        Ok(chart) => template(&ParsedChart::new(chart), &values, &options, &choice, warnings),
        Err(error) => refused(&error),
    })
}

pub(crate) fn merge_values(folder: &Path, values: &ValuesOptions) -> Result<Tree, ChartError> {
    values.merge(&mut |name| fs::read(folder.join(name)))
}

/// Loads a chart of the corpus; the inner error is Helm's.
pub(crate) fn load_chart(
    folder: &Path,
    chart: &str,
    warnings: &mut Vec<Warning>,
) -> anyhow::Result<Result<Chart, ChartError>> {
    let path = folder.join(chart);
    if path.is_dir() {
        return Ok(load_directory(&path, warnings));
    }
    let archive = fs::read(&path).with_context(|| format!("cannot read {chart}"))?;
    Ok(load_archive(&archive, warnings))
}

pub(crate) fn parse(args: &[String]) -> anyhow::Result<Invocation> {
    let mut values = ValuesOptions::default();
    let mut choice = TemplateOptions::default();
    let generator = Arc::new(Seeded::new([7; 32], NOW, 0));
    let mut options = RenderOptions::new("release-name", "default", generator);
    let mut places = Vec::new();
    let mut args = args.iter().skip(1);
    while let Some(arg) = args.next() {
        let mut value = || args.next().cloned().with_context(|| format!("{arg} needs a value"));
        match arg.as_str() {
            "--namespace" | "-n" => options.release.namespace = value()?,
            "--kube-version" => {
                let version = value()?;
                options.capabilities.kube_version = KubeVersion::parse(&version)
                    .with_context(|| format!("invalid kube version '{version}'"))?;
            }
            "--api-versions" | "-a" => {
                let versions = value()?;
                let known = Arc::make_mut(&mut options.capabilities.api_versions);
                known.extend(versions.split(',').map(str::to_owned));
            }
            "--include-crds" => choice.include_crds = true,
            "--skip-tests" => choice.skip_tests = true,
            "--no-hooks" => choice.no_hooks = true,
            "--is-upgrade" => options.release.is_upgrade = true,
            "--skip-schema-validation" => options.skip_schema_validation = true,
            "--show-only" | "-s" => choice.show_only.push(value()?),
            "-f" | "--values" => values.files.push(value()?),
            "--set" => values.set.push(value()?),
            "--set-string" => values.strings.push(value()?),
            "--set-json" => values.json.push(value()?),
            "--set-file" => values.from_files.push(value()?),
            "--set-literal" => values.literals.push(value()?),
            flag if flag.starts_with('-') => bail!("the flag {flag} is not known here"),
            place => places.push(place.to_owned()),
        }
    }
    let chart = places.pop().context("no chart is given")?;
    if let Some(name) = places.pop() {
        options.release.name = name;
    }
    Ok(Invocation { chart, values, options, choice })
}
