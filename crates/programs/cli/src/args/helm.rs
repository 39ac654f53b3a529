//! The commands that do what Helm's commands of the same name do, with Helm's flags.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::ValuesArgs;

/// `template`
#[derive(Debug, Args)]
#[command(after_help = "\
Below an error it shows on a terminal what Helm does not: the line of the source, the templates that
included it, and where the value comes from.

Examples:
  pintle template shop ./examples/shop
  pintle template shop ./examples/shop -f production.yaml --show-only templates/ingress.yaml
  pintle template shop ./shop --output-dir out --release-name
  pintle template shop ./shop --post-renderer kustomize --post-renderer-args build
  pintle template shop ./shop --dry-run=server")]
pub(crate) struct TemplateArgs {
    /// NAME CHART, or only CHART: the release is then called release-name
    #[arg(required = true, num_args = 1.., value_name = "[NAME] CHART")]
    pub(crate) name_and_chart: Vec<String>,
    #[command(flatten)]
    pub(crate) values: ValuesArgs,
    #[command(flatten)]
    pub(crate) name: NameArgs,
    #[command(flatten)]
    pub(crate) rendering: RenderingArgs,
    #[command(flatten)]
    pub(crate) output: TemplateOutputArgs,
    #[command(flatten)]
    pub(crate) ignored: IgnoredArgs,
}

/// What the release is called.
#[derive(Debug, Args)]
#[command(next_help_heading = "Name")]
pub(crate) struct NameArgs {
    /// Makes the name from a template
    #[arg(long, value_name = "TEMPLATE")]
    pub(crate) name_template: Option<String>,
    /// Makes a name; without NAME it is release-name all the same, as in Helm
    #[arg(short, long)]
    pub(crate) generate_name: bool,
}

/// What is rendered, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rendering")]
pub(crate) struct RenderingArgs {
    /// Does not check values against the chart's schema
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// Sets .Release.IsUpgrade instead of .Release.IsInstall
    #[arg(long)]
    pub(crate) is_upgrade: bool,
    /// The Kubernetes version for .Capabilities
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
    /// API versions for .Capabilities beside the built-in ones
    #[arg(short, long, value_name = "VERSION", value_delimiter = ',')]
    pub(crate) api_versions: Vec<String>,
    /// `server` asks the cluster: `lookup` finds objects, .Capabilities are the cluster's
    #[arg(
        long,
        value_name = "WHERE",
        num_args = 0..=1,
        require_equals = true,
        default_value = "client",
        default_missing_value = "unset"
    )]
    pub(crate) dry_run: String,
    /// Packs missing dependencies of file:// repositories into charts/
    #[arg(long)]
    pub(crate) dependency_update: bool,
    /// A command that gets what was rendered, and gives what is to be used
    #[arg(long, value_name = "COMMAND")]
    pub(crate) post_renderer: Option<String>,
    /// Arguments of the post-renderer
    #[arg(long, value_name = "ARG", allow_hyphen_values = true)]
    pub(crate) post_renderer_args: Vec<String>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct TemplateOutputArgs {
    /// Prints only what comes from these templates; * and ? match within a folder
    #[arg(short, long, value_name = "PATH")]
    pub(crate) show_only: Vec<String>,
    /// Prints CRDs, too
    #[arg(long)]
    pub(crate) include_crds: bool,
    /// Leaves out the hooks that are tests
    #[arg(long)]
    pub(crate) skip_tests: bool,
    /// Leaves out all hooks
    #[arg(long)]
    pub(crate) no_hooks: bool,
    /// Writes a file per template into this directory instead
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) output_dir: Option<PathBuf>,
    /// Writes into a folder of the release's name below --output-dir
    #[arg(long)]
    pub(crate) release_name: bool,
}

/// Flags of Helm that change nothing of what is rendered, taken so that scripts written for it run.
#[derive(Debug, Args)]
pub(crate) struct IgnoredArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          conflicts_with = "dry_run")]
    pub(crate) validate: Option<bool>,
    #[arg(long, hide = true)]
    pub(crate) hide_notes: bool,
    #[arg(long, hide = true)]
    pub(crate) render_subchart_notes: bool,
    #[arg(long, hide = true)]
    skip_crds: bool,
    #[arg(long, hide = true)]
    disable_openapi_validation: bool,
    #[arg(long, hide = true)]
    create_namespace: bool,
    #[arg(long, hide = true)]
    replace: bool,
    #[arg(long, hide = true)]
    take_ownership: bool,
    #[arg(long, hide = true)]
    description: Option<String>,
    #[arg(short, long, hide = true)]
    labels: Vec<String>,
}

/// `lint`
#[derive(Debug, Args)]
#[command(after_help = "\
[ERROR] is what keeps a chart from being installed, [WARNING] what goes against conventions, [INFO]
what could be better.

Examples:
  pintle lint ./examples/shop
  pintle lint --strict --with-subcharts ./shop -f production.yaml")]
pub(crate) struct LintArgs {
    /// Charts: directories or archives
    #[arg(required = true, value_name = "CHART")]
    pub(crate) charts: Vec<String>,
    #[command(flatten)]
    pub(crate) values: ValuesArgs,
    /// Warnings are failures, too
    #[arg(long)]
    pub(crate) strict: bool,
    /// Looks at the charts in charts/, too
    #[arg(long)]
    pub(crate) with_subcharts: bool,
    /// Prints only warnings and errors
    #[arg(long)]
    pub(crate) quiet: bool,
    /// Does not check values against the chart's schema
    #[arg(long)]
    pub(crate) skip_schema_validation: bool,
    /// The Kubernetes version for .Capabilities, and for what is deprecated
    #[arg(long, value_name = "VERSION")]
    pub(crate) kube_version: Option<String>,
}

/// `show`
#[derive(Debug, Args)]
#[command(
    visible_alias = "inspect",
    after_help = "\
Examples:
  pintle show values ./examples/shop > my-values.yaml
  pintle show chart shop-1.4.0.tgz"
)]
pub(crate) struct ShowArgs {
    /// What to show
    #[arg(value_name = "PART", value_enum)]
    pub(crate) part: ShowPart,
    /// A chart's directory, or its archive (.tgz)
    pub(crate) chart: String,
}

/// What a chart says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowPart {
    /// Chart.yaml, values.yaml, the readme, and the CRDs
    All,
    /// Chart.yaml
    Chart,
    /// values.yaml
    Values,
    /// The readme
    Readme,
    /// The CRDs
    Crds,
}
