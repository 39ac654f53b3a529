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
    HELM_DEBUG_HINT, ParsedChart, PostRender, RenderError, RenderOptions, Rendered, RenderedFile,
    TemplateOptions, release_name_from, render_files, template_error, template_invalid,
    template_release, template_text,
};

use crate::args::{TemplateArgs, parse_bool};
use crate::charts;
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::explain::{Failure, explain};
use crate::fault::Fault;
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
    let settings = &settings.as_helm(&args.helm);
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

/// What pflag says of flags that Helm gave up, and Helm of values that it gave up.
fn deprecated(settings: &Settings, args: &TemplateArgs) {
    let useless = "this flag has no effect for 'helm template' and will be removed in Helm 5";
    let ignored = &args.ignored;
    for (given, flag, text) in [
        (ignored.hide_notes, "hide-notes", useless),
        (ignored.render_subchart_notes, "render-subchart-notes", useless),
        (ignored.validate, "validate", "use '--dry-run=server' instead"),
        (ignored.atomic, "atomic", "use --rollback-on-failure instead"),
        (ignored.force, "force", "use --force-replace instead"),
    ] {
        if given.is_some() {
            settings.printer.word(&format!("Flag --{flag} has been deprecated, {text}"));
        }
    }
    let wait = ignored.wait.as_deref();
    let strategy = match wait {
        Some("true") => "watcher",
        Some("false") => "hookOnly",
        _ => return,
    };
    let given = wait.unwrap_or_default();
    let text = format!("--wait={given} is deprecated (boolean value)");
    let warning = Warning::warn(format!("{text} and can be replaced with --wait={strategy}"));
    settings.printer.word(&warning.to_string());
}

async fn attempt(settings: &Settings, args: &TemplateArgs) -> Result<ExitStatus, Refusal> {
    let version = rendering::kube_version(args.rendering.kube_version.as_deref())?;
    let asks_server = asks_server(settings, args)?;
    let mut options = rendering::options(settings, NAMELESS)?;
    charts::tell_version(settings, &args.fetching, "Original chart version");
    let reference = name_and_chart(args, &mut options)?;
    let path = charts::locate(settings, &args.fetching, reference)?;
    settings.debug("Chart path", &[("path", &path.display().to_string())]);
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
    options.enable_dns = args.rendering.enable_dns;
    if asks_server {
        let cluster = connect(settings, args).await?;
        options.release.namespace.clone_from(&cluster.namespace);
        options.capabilities = server::capabilities(&cluster.client).await?;
        options.lookup = Some(Arc::new(server::ClusterLookup::new(cluster.client)));
    } else {
        if let Some(version) = version {
            options.capabilities.kube_version = version;
        }
        let known = Arc::make_mut(&mut options.capabilities.api_versions);
        known.extend(args.rendering.api_versions.iter().filter(|it| !it.is_empty()).cloned());
    }
    let job = Job { args, chart: ParsedChart::new(chart), values, options };
    if !asks_server {
        return job.run(settings, warnings);
    }
    // `lookup` waits for answers.
    tokio::task::block_in_place(|| job.run(settings, warnings))
}

/// The cluster of the kubeconfig: what else Helm can be told of one would be left unused.
async fn connect(settings: &Settings, args: &TemplateArgs) -> anyhow::Result<Cluster> {
    if let Some(flag) = args.helm.cluster.given() {
        let text = format!("{flag} is not known to --dry-run=server");
        let hint = "name the cluster and its user by --kubeconfig and --context";
        return Err(Fault::usage(text).hint(hint).into());
    }
    Cluster::connect(settings).await
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
        "server" | "client" => Ok(args.asks_server()),
        "unset" => {
            let text = "--dry-run is deprecated and should be replaced with '--dry-run=client'";
            warn(text.to_owned());
            Ok(false)
        }
        _ if parse_bool(given) == Some(true) => {
            let text = "flag is deprecated and must be replaced with '--dry-run=client'";
            warn(format!("boolean '--dry-run={given}' {text}"));
            Ok(false)
        }
        _ if given == "none" || parse_bool(given) == Some(false) => {
            wrong("\"server\" or \"client\"")
        }
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
            Err(error) => return self.fail(settings, &error),
        };
        self.write(settings, rendered)
    }

    /// Says what failed, with `--debug` below what was rendered all the same.
    fn fail(&self, settings: &Settings, error: &RenderError) -> Result<ExitStatus, Refusal> {
        let text = if settings.debug {
            if error.has_release() {
                print(&template_invalid(&self.rendered_files(error), &self.choice()))?;
            }
            error.to_string()
        } else {
            template_error(error)
        };
        settings.printer.word(&format!("Error: {text}"));
        // Programs that read the error compare it with Helm's.
        if std::io::stderr().is_terminal() {
            settings.printer.word(&self.explanation(error));
        }
        Ok(ExitStatus::Failure)
    }

    /// What was rendered, where it was not until then that something failed.
    fn rendered_files(&self, error: &RenderError) -> Vec<RenderedFile> {
        if !matches!(error, RenderError::Manifest { .. }) {
            return Vec::new();
        }
        let rendered = render_files(&self.chart, &self.values, &self.options, &mut Vec::new());
        rendered.map(|it| it.files).unwrap_or_default()
    }

    fn render(&self, warnings: &mut Vec<Warning>) -> Result<Rendered, RenderError> {
        let rendering = &self.args.rendering;
        let command = rendering.post_renderer.as_deref().filter(|it| !it.is_empty());
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

    fn choice(&self) -> TemplateOptions {
        let output = &self.args.output;
        TemplateOptions {
            include_crds: output.include_crds,
            skip_tests: output.skip_tests,
            no_hooks: output.no_hooks,
            show_only: output.show_only.clone(),
        }
    }

    fn write(&self, settings: &Settings, mut rendered: Rendered) -> Result<ExitStatus, Refusal> {
        let output = &self.args.output;
        let choice = self.choice();
        if let Some(folder) = output.output_dir.as_deref().filter(|it| !it.is_empty()) {
            let below = output.release_name.then_some(self.options.release.name.as_str());
            let target = files::Target { folder: Path::new(folder), below };
            let mut out = std::io::stdout().lock();
            if let Err(error) = files::write_manifests(&target, &rendered, &choice, &mut out) {
                // Helm takes it for a fault of what was rendered.
                if settings.debug {
                    print(&template_invalid(&[], &choice))?;
                    return Err(error.into());
                }
                return Err(format!("{error}{HELM_DEBUG_HINT}").into());
            }
            files::write_hooks(&target, &rendered, &choice, &mut out)?;
            // What went into files is not printed.
            rendered = Rendered::default();
        }
        print(&template_text(&rendered, &choice)?)?;
        Ok(ExitStatus::Success)
    }

    /// What Helm does not show.
    fn explanation(&self, error: &RenderError) -> String {
        let rendered = match error {
            RenderError::Manifest { at, .. } => {
                let files = self.rendered_files(error);
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

fn print(text: &[u8]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(())
}
