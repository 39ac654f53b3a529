//! `pintle template`: what `helm template` prints, byte for byte.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use kube::config::Kubeconfig;
use pintle_helm_chart::{load_archive, load_directory};
use pintle_helm_render::{
    KubeVersion, ParsedChart, RenderOptions, SEED_LEN, Seeded, TemplateOptions, template,
};

use crate::args::TemplateArgs;
use crate::charts;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::fault::Fault;
use crate::settings::Settings;

/// What Helm calls a release without a name.
const NAMELESS: &str = "release-name";

pub(super) fn run(settings: &Settings, args: &TemplateArgs) -> Outcome {
    let (name, path) = match args.name_and_chart.as_slice() {
        [name, chart] => (name.as_str(), chart),
        [chart] => (NAMELESS, chart),
        _ => return Err(Fault::usage("give [NAME] CHART").into()),
    };
    let options = options(settings, args, name)?;
    let choice = TemplateOptions {
        include_crds: args.include_crds,
        skip_tests: args.skip_tests,
        no_hooks: args.no_hooks,
        show_only: args.show_only.clone(),
    };
    // Helm's own words, and nothing around them: scripts compare them.
    let failed = |text: String| {
        settings.printer.word(&format!("Error: {text}"));
        Ok(ExitStatus::Failure)
    };
    let values = match charts::values(&args.values) {
        Ok(values) => values,
        Err(error) => return failed(error.to_string()),
    };
    let mut warnings = Vec::new();
    let path = Path::new(path);
    let loaded = if path.is_dir() {
        load_directory(path, &mut warnings)
    } else {
        match std::fs::read(path) {
            Ok(archive) => load_archive(&archive, &mut warnings),
            Err(_) => return failed(format!("path \"{}\" not found", path.display())),
        }
    };
    let chart = match loaded {
        Ok(chart) => ParsedChart::new(chart),
        Err(error) => return failed(error.to_string()),
    };
    let output = template(&chart, &values, &options, &choice, warnings);
    std::io::stdout().lock().write_all(&output.stdout)?;
    std::io::stderr().lock().write_all(output.stderr.as_bytes())?;
    Ok(if output.failed { ExitStatus::Failure } else { ExitStatus::Success })
}

fn options(settings: &Settings, args: &TemplateArgs, name: &str) -> anyhow::Result<RenderOptions> {
    let mut seed = [0; SEED_LEN];
    getrandom::fill(&mut seed)
        .map_err(|error| Fault::new(format!("the system has no randomness: {error}")))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let generator = Arc::new(Seeded::new(seed, seconds, i64::from(now.subsec_nanos())));
    let mut options = RenderOptions::new(name, &namespace(settings), generator);
    options.release.is_upgrade = args.is_upgrade;
    options.skip_schema_validation = args.skip_schema_validation;
    if let Some(version) = &args.kube_version {
        options.capabilities.kube_version = KubeVersion::parse(version)
            .map_err(|error| Fault::usage(format!("invalid kube version '{version}': {error}")))?;
    }
    if !args.api_versions.is_empty() {
        let known = Arc::make_mut(&mut options.capabilities.api_versions);
        known.extend(args.api_versions.iter().cloned());
    }
    Ok(options)
}

/// `--namespace`, or the context's, or `default`; the cluster itself is not asked.
fn namespace(settings: &Settings) -> String {
    let from_context = || {
        let file = match &settings.kubeconfig {
            Some(path) => Kubeconfig::read_from(path).ok()?,
            None => Kubeconfig::read().ok()?,
        };
        let wanted = settings.context.clone().or(file.current_context)?;
        let named = file.contexts.into_iter().find(|it| it.name == wanted)?;
        named.context?.namespace
    };
    let given = settings.namespace.clone().or_else(from_context);
    given.unwrap_or_else(|| "default".to_owned())
}
