//! The commands that do what Helm's commands of the same name do, with Helm's flags.

use clap::{Args, ValueEnum};

use super::ValuesArgs;
use super::pflag::{self, FlagError};

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
    #[command(flatten)]
    pub(crate) fetching: FetchingArgs,
    #[command(flatten)]
    pub(crate) helm: HelmArgs,
}

impl TemplateArgs {
    /// Whether a cluster is asked: by `--dry-run=server`, or `--validate` of old.
    pub(crate) fn asks_server(&self) -> bool {
        match self.rendering.dry_run.as_str() {
            "server" => true,
            "client" => self.ignored.validate == Some(true),
            _ => false,
        }
    }
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
    /// Lets `getHostByName` ask the network
    #[arg(long)]
    pub(crate) enable_dns: bool,
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
    pub(crate) output_dir: Option<String>,
    /// Writes into a folder of the release's name below --output-dir
    #[arg(long)]
    pub(crate) release_name: bool,
}

/// Flags of Helm that change nothing of what is rendered, taken so that scripts written for it run.
#[derive(Debug, Args)]
pub(crate) struct IgnoredArgs {
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = pflag::boolean("--validate"), conflicts_with = "dry_run")]
    pub(crate) validate: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = pflag::boolean("--hide-notes"))]
    pub(crate) hide_notes: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = pflag::boolean("--render-subchart-notes"))]
    pub(crate) render_subchart_notes: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = pflag::boolean("--atomic"))]
    pub(crate) atomic: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_parser = pflag::boolean("--force"))]
    pub(crate) force: Option<bool>,
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true,
          default_missing_value = "watcher", value_parser = wait_strategy)]
    pub(crate) wait: Option<String>,
    #[arg(long, hide = true)]
    wait_for_jobs: bool,
    #[arg(long, hide = true, value_parser = timeout)]
    timeout: Option<String>,
    #[arg(long, hide = true)]
    rollback_on_failure: bool,
    #[arg(long, hide = true)]
    force_replace: bool,
    #[arg(long, hide = true, conflicts_with = "force_replace")]
    force_conflicts: bool,
    #[arg(long, hide = true)]
    server_side: bool,
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
    #[arg(short, long, hide = true, value_parser = labels)]
    labels: Vec<String>,
}

/// Flags of Helm for charts from elsewhere. Nothing is fetched, so only `--repo` and `--verify` are
/// looked at, to be refused.
#[derive(Debug, Args)]
pub(crate) struct FetchingArgs {
    #[arg(long, hide = true)]
    pub(crate) repo: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) verify: bool,
    #[arg(long, hide = true)]
    pub(crate) version: Option<String>,
    #[arg(long, hide = true)]
    pub(crate) devel: bool,
    #[arg(long, hide = true)]
    ca_file: Option<String>,
    #[arg(long, hide = true)]
    cert_file: Option<String>,
    #[arg(long, hide = true)]
    key_file: Option<String>,
    #[arg(long, hide = true)]
    keyring: Option<String>,
    #[arg(long, hide = true)]
    username: Option<String>,
    #[arg(long, hide = true)]
    password: Option<String>,
    #[arg(long, hide = true)]
    pass_credentials: bool,
    #[arg(long, hide = true)]
    insecure_skip_tls_verify: bool,
    #[arg(long, hide = true)]
    plain_http: bool,
}

/// Flags that every command of Helm takes. Those about a cluster matter for `--dry-run=server`
/// alone.
#[derive(Debug, Args)]
pub(crate) struct HelmArgs {
    /// Tells more, and prints what was rendered even if it is no YAML [env: HELM_DEBUG]
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true",
          value_name = "BOOL", value_parser = pflag::boolean("--debug"))]
    pub(crate) debug: Option<bool>,
    #[arg(long, hide = true)]
    burst_limit: Option<String>,
    #[arg(long, hide = true)]
    qps: Option<String>,
    #[arg(long, hide = true)]
    content_cache: Option<String>,
    #[arg(long, hide = true)]
    registry_config: Option<String>,
    #[arg(long, hide = true)]
    repository_cache: Option<String>,
    #[arg(long, hide = true)]
    repository_config: Option<String>,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// How Helm is told of a cluster beside its kubeconfig.
#[derive(Debug, Args)]
pub(crate) struct ClusterArgs {
    #[arg(long, hide = true)]
    kube_apiserver: Option<String>,
    #[arg(long, hide = true)]
    kube_as_group: Vec<String>,
    #[arg(long, hide = true)]
    kube_as_user: Option<String>,
    #[arg(long, hide = true)]
    kube_ca_file: Option<String>,
    #[arg(long, hide = true)]
    kube_insecure_skip_tls_verify: bool,
    #[arg(long, hide = true)]
    kube_tls_server_name: Option<String>,
    #[arg(long, hide = true)]
    kube_token: Option<String>,
}

impl ClusterArgs {
    /// The first of these that is given.
    pub(crate) fn given(&self) -> Option<&'static str> {
        let text = |given: &Option<String>| given.as_ref().is_some_and(|it| !it.is_empty());
        let all = [
            ("--kube-apiserver", text(&self.kube_apiserver)),
            ("--kube-as-group", !self.kube_as_group.is_empty()),
            ("--kube-as-user", text(&self.kube_as_user)),
            ("--kube-ca-file", text(&self.kube_ca_file)),
            ("--kube-insecure-skip-tls-verify", self.kube_insecure_skip_tls_verify),
            ("--kube-tls-server-name", text(&self.kube_tls_server_name)),
            ("--kube-token", text(&self.kube_token)),
        ];
        all.into_iter().find(|(_, given)| *given).map(|(name, _)| name)
    }
}

/// Helm's `waitValue.Set`.
fn wait_strategy(text: &str) -> Result<String, FlagError> {
    match text {
        "watcher" | "hookOnly" | "legacy" | "true" | "false" => Ok(text.to_owned()),
        _ => {
            let quoted = pintle_go_fmt::quote(text.as_bytes());
            let known = "Valid inputs are watcher, hookOnly, and legacy";
            Err(FlagError::new("--wait", text, &format!("invalid wait input {quoted}. {known}")))
        }
    }
}

/// Go's `time.ParseDuration`.
fn timeout(text: &str) -> Result<String, FlagError> {
    pintle_go_time::parse_duration(text.as_bytes())
        .map(|_| text.to_owned())
        .map_err(|error| FlagError::new("--timeout", text, &error.to_string()))
}

/// pflag's `stringToString`, whose labels nobody reads here.
fn labels(text: &str) -> Result<String, FlagError> {
    let whole = std::iter::once(text.trim_matches('"')).filter(|_| text.matches('=').count() < 2);
    let parts = text.split(',').filter(|_| text.matches('=').count() >= 2);
    match whole.chain(parts).find(|pair| !pair.contains('=')) {
        None => Ok(text.to_owned()),
        Some(pair) => {
            let why = format!("{pair} must be formatted as key=value");
            Err(FlagError::new("-l, --labels", text, &why))
        }
    }
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
    #[command(flatten)]
    pub(crate) helm: HelmArgs,
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
    /// Of Helm's `show values`; refused, since nothing here reads JSONPath.
    #[arg(long, hide = true)]
    pub(crate) jsonpath: Option<String>,
    #[command(flatten)]
    pub(crate) fetching: FetchingArgs,
    #[command(flatten)]
    pub(crate) helm: HelmArgs,
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
