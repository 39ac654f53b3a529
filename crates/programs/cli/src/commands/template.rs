//! `pintle template`: what `helm template` prints, byte for byte.

mod files;
mod post_render;
mod server;
mod vendor;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::sync::Arc;

use pintle_go_value::Tree;
use pintle_helm_chart::{Chart, Warning, check_dependencies};
use pintle_helm_render::{
    ParsedChart, PostRender, RenderError, RenderOptions, Rendered, RenderedFile, TemplateOptions,
    release_name_from, render_files, template_error, template_release, template_text,
};

use crate::args::TemplateArgs;
use crate::charts;
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::explain::{Failure, explain};
use crate::rendering;
use crate::settings::Settings;

/// What Helm calls a release without a name.
const NAMELESS: &str = "release-name";

/// Why it failed: Helm's own text, or an error of ours.
enum Refusal {
    /// Printed after `Error: ` and nothing around it: scripts compare it.
    Helm(String),
    /// As other commands fail.
    Own(anyhow::Error),
}

impl From<String> for Refusal {
    fn from(text: String) -> Self {
        Refusal::Helm(text)
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Refusal::Own(error)
    }
}

pub(super) async fn run(settings: &Settings, args: &TemplateArgs) -> Outcome {
    deprecated(settings, args);
    match attempt(settings, args).await {
        Ok(status) => Ok(status),
        Err(Refusal::Own(error)) => Err(error),
        Err(Refusal::Helm(text)) => {
            settings.printer.word(&format!("Error: {text}"));
            Ok(ExitStatus::Failure)
        }
    }
}

/// What pflag says of flags that Helm gave up.
fn deprecated(settings: &Settings, args: &TemplateArgs) {
    let useless = "this flag has no effect for 'helm template' and will be removed in Helm 5";
    for (given, flag, text) in [
        (args.ignored.hide_notes, "hide-notes", useless),
        (args.ignored.render_subchart_notes, "render-subchart-notes", useless),
        (args.ignored.validate.is_some(), "validate", "use '--dry-run=server' instead"),
    ] {
        if given {
            settings.printer.word(&format!("Flag --{flag} has been deprecated, {text}"));
        }
    }
}

async fn attempt(settings: &Settings, args: &TemplateArgs) -> Result<ExitStatus, Refusal> {
    let version = rendering::kube_version(args.rendering.kube_version.as_deref())?;
    let asks_server = asks_server(settings, args)?;
    let mut options = rendering::options(settings, NAMELESS)?;
    let reference = name_and_chart(args, &mut options)?;
    let path = charts::find(reference)?;
    let values = charts::values(&args.values).map_err(|error| error.to_string())?;
    let mut warnings = Vec::new();
    let chart = charts::load_any(&path, &mut warnings)?;
    let chart = if args.rendering.dependency_update {
        updated(settings, chart, &path, &mut warnings)?
    } else {
        chart
    };
    options.release.is_upgrade = args.rendering.is_upgrade;
    options.skip_schema_validation = args.rendering.skip_schema_validation;
    if asks_server {
        let cluster = Cluster::connect(settings).await?;
        options.release.namespace.clone_from(&cluster.namespace);
        options.capabilities = server::capabilities(&cluster.client).await?;
        options.lookup = Some(Arc::new(server::ClusterLookup::new(cluster.client)));
    } else {
        if let Some(version) = version {
            options.capabilities.kube_version = version;
        }
        let known = Arc::make_mut(&mut options.capabilities.api_versions);
        known.extend(args.rendering.api_versions.iter().cloned());
    }
    let job = Job { args, chart: ParsedChart::new(chart), values, options };
    // `lookup` waits for answers, and post-renderers for programs.
    tokio::task::block_in_place(|| job.run(settings, warnings))
}

/// Helm's `cmdGetDryRunFlagStrategy`, and `--validate` of old.
fn asks_server(settings: &Settings, args: &TemplateArgs) -> Result<bool, String> {
    let warn = |text: String| settings.printer.word(&Warning::warn(text).to_string());
    let given = args.rendering.dry_run.as_str();
    let wrong = |allowed: &str| {
        let given = pintle_go_fmt::quote(given.as_bytes());
        Err(format!("invalid dry-run value ({given}). Must be {allowed}"))
    };
    match given {
        "server" => Ok(true),
        "client" => Ok(args.ignored.validate == Some(true)),
        "unset" => {
            let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
            warn(text.to_owned());
            Ok(false)
        }
        "1" | "t" | "T" | "true" | "TRUE" | "True" => {
            let text = "flag is deprecated and must be replaced with '--dry-run=client'";
            warn(format!("boolean '--dry-run={given}' {text}"));
            Ok(false)
        }
        "none" | "0" | "f" | "F" | "false" | "FALSE" | "False" => wrong("\"server\" or \"client\""),
        _ => wrong("\"none\", \"server\", or \"client\""),
    }
}

/// Helm's `NameAndChart`: the release's name, and gives the chart.
fn name_and_chart<'a>(
    args: &'a TemplateArgs,
    options: &mut RenderOptions,
) -> Result<&'a str, String> {
    match args.name_and_chart.as_slice() {
        [chart] => {
            if let Some(template) = args.name.name_template.as_deref().filter(|it| !it.is_empty()) {
                options.release.name = release_name_from(template, options)?;
            }
            Ok(chart)
        }
        [name, chart] => {
            let also = "and also specify a name";
            if args.name.generate_name {
                return Err(format!("cannot set --generate-name {also}"));
            }
            if args.name.name_template.as_deref().is_some_and(|it| !it.is_empty()) {
                return Err(format!("cannot set --name-template {also}"));
            }
            options.release.name.clone_from(name);
            Ok(chart)
        }
        all => {
            let more = all.get(2..).unwrap_or_default().join(", ");
            Err(format!("expected at most two arguments, unexpected arguments: {more}"))
        }
    }
}

/// The chart with the dependencies that it lacks, as far as they are on this machine.
fn updated(
    settings: &Settings,
    chart: Chart,
    path: &Path,
    warnings: &mut Vec<Warning>,
) -> Result<Chart, Refusal> {
    if chart.check_installable().is_err() || check_dependencies(&chart).is_ok() {
        return Ok(chart);
    }
    vendor::update(&settings.printer, &chart, path)?;
    warnings.clear();
    charts::load_any(path, warnings)
        .map_err(|error| format!("failed reloading chart after repo update: {error}").into())
}

/// All that is needed to render.
struct Job<'a> {
    args: &'a TemplateArgs,
    chart: ParsedChart,
    values: Tree,
    options: RenderOptions,
}

impl Job<'_> {
    fn run(&self, settings: &Settings, mut warnings: Vec<Warning>) -> Result<ExitStatus, Refusal> {
        let rendered = self.render(&mut warnings);
        charts::warn(&settings.printer, &warnings);
        let rendered = match rendered {
            Ok(rendered) => rendered,
            Err(error) => {
                settings.printer.word(&format!("Error: {}", template_error(&error)));
                // Programs that read the error compare it with Helm's.
                if std::io::stderr().is_terminal() {
                    settings.printer.word(&self.explanation(&error));
                }
                return Ok(ExitStatus::Failure);
            }
        };
        self.write(rendered)
    }

    fn render(&self, warnings: &mut Vec<Warning>) -> Result<Rendered, RenderError> {
        let rendering = &self.args.rendering;
        let command = rendering.post_renderer.as_deref();
        let mut run = |files: Vec<RenderedFile>| {
            let command = command.unwrap_or_default();
            post_render::run(command, &rendering.post_renderer_args, &files)
        };
        let post: Option<&mut PostRender<'_>> = match command {
            Some(_) => Some(&mut run),
            None => None,
        };
        template_release(&self.chart, &self.values, &self.options, post, warnings)
    }

    fn write(&self, mut rendered: Rendered) -> Result<ExitStatus, Refusal> {
        let output = &self.args.output;
        let choice = TemplateOptions {
            include_crds: output.include_crds,
            skip_tests: output.skip_tests,
            no_hooks: output.no_hooks,
            show_only: output.show_only.clone(),
        };
        let mut out = std::io::stdout().lock();
        if let Some(folder) = &output.output_dir {
            let below = output.release_name.then_some(self.options.release.name.as_str());
            let target = files::Target { folder, below };
            files::write(&target, &rendered, &choice, &mut out)?;
            // What went into files is not printed.
            rendered = Rendered::default();
        }
        let text = template_text(&rendered, &choice)?;
        let written = out.write_all(&text).and_then(|()| out.flush());
        written.map_err(anyhow::Error::new)?;
        Ok(ExitStatus::Success)
    }

    /// What Helm does not show.
    fn explanation(&self, error: &RenderError) -> String {
        let rendered = match error {
            RenderError::Manifest { at, .. } => {
                let files = render_files(&self.chart, &self.values, &self.options, &mut Vec::new());
                let files = files.map(|it| it.files).unwrap_or_default();
                let file = files.into_iter().find(|file| *file.path == *at.source.path);
                file.map(|file| (file.content, at.line))
            }
            _ => None,
        };
        let failure = Failure {
            text: &error.to_string(),
            chart: self.chart.chart(),
            values: &self.args.values,
            rendered,
        };
        explain(&failure)
    }
}
