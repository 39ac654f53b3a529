//! The arguments as they are written: every command, every flag, and their help.

mod helm;
mod pflag;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use helm::{FetchingArgs, HelmArgs, LintArgs, ShowArgs, ShowPart, TemplateArgs};
pub(crate) use pflag::{FlagError, arguments, as_pflag, asking_for_help, parse_bool, quickly};

use crate::time::parse_duration;

/// How long a wait takes, unless told: a Release's own progress deadline.
const WAIT: &str = "10m";

const ABOUT: &str = "Keeps Helm charts running in Kubernetes, says why when they don't, and turns \
back to any version";

const AFTER: &str = "\
Examples:
  pintle demo                                 a whole cluster and a shop in it, to look around
  pintle install --apply                      the controller, in the cluster of your kubeconfig
  pintle grant -n team-a                      lets it deploy into a namespace
  pintle apply shop ./shop -n team-a --wait   a chart becomes a running application
  pintle status shop -n team-a                how it is, and why
  pintle rollback shop 3 -n team-a            version 3 again, not a new one

Exit codes:
  0    done
  1    the command failed
  2    the arguments make no sense
  3    waited, and the release did not get there
  4    the API server can't be reached
  130  ended by Ctrl-C

As `kubectl-pintle` on your PATH, the same program is `kubectl pintle`.";

/// The program.
#[derive(Debug, Parser)]
#[command(
    name = "pintle",
    version,
    about = ABOUT,
    after_help = AFTER,
    disable_help_subcommand = true,
    max_term_width = 100
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command, as kubectl has them.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// The kubeconfig file [default: $KUBECONFIG, then ~/.kube/config, then the pod's own account]
    #[arg(long, global = true, value_name = "FILE", value_parser = OsStringValueParser::new().map(PathBuf::from))]
    pub(crate) kubeconfig: Option<PathBuf>,
    /// The context of the kubeconfig
    #[arg(long, global = true, value_name = "NAME", alias = "kube-context")]
    pub(crate) context: Option<String>,
    /// The namespace [default: the context's]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
    /// When to colour
    #[arg(
        long,
        global = true,
        alias = "colour",
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true
    )]
    pub(crate) color: ColorWhen,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On terminals.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows it all: a private control plane, the controller, and a shop that comes up
    Demo(DemoArgs),
    /// Keeps a private control plane running and prints its kubeconfig's path
    Plane(PlaneArgs),

    /// Makes a chart run: creates or changes a Release
    Apply(ApplyArgs),
    /// Lists Releases
    #[command(visible_alias = "ls")]
    List(ListArgs),
    /// Shows a release as a tree, and why it is not well
    Status(StatusArgs),
    /// Lists the versions of a release
    History(HistoryArgs),
    /// Turns back to an earlier version, which keeps its number
    Rollback(RollbackArgs),
    /// Scales everything that runs to nothing; network, storage and configuration stay
    Suspend(ToggleArgs),
    /// Undoes suspend: everything is as it was
    Resume(ToggleArgs),
    /// Has a release looked at now
    Reconcile(RequestArgs),
    /// Tries a failed release again now
    Retry(RequestArgs),
    /// Deletes a release and what belongs to it
    Delete(DeleteArgs),
    /// Prints what a version is made of
    Get(GetArgs),

    /// Renders a chart as `helm template` does, byte for byte
    Template(Box<TemplateArgs>),
    /// Looks for mistakes in a chart, as `helm lint` does
    Lint(LintArgs),
    /// Shows what a chart says of itself, as `helm show` does
    Show(ShowArgs),

    /// Runs the controller
    Controller(ControllerArgs),
    /// Prints what Pintle needs in a cluster, or applies it
    Install(InstallArgs),
    /// Lets Pintle deploy into a namespace
    Grant(GrantArgs),
    /// Takes Pintle out of a cluster; applications stay, unless told otherwise
    Uninstall(UninstallArgs),
    /// Prints a completion script for a shell
    Completion(CompletionArgs),
    /// Prints the version of Pintle, and of the Helm that it renders like
    Version(VersionArgs),
}

/// Formats of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    /// The objects as JSON
    Json,
    /// The objects as YAML
    Yaml,
    /// More columns
    Wide,
    /// release.pintle.dev/NAME
    Name,
}

/// `-o`
#[derive(Debug, Args)]
pub(crate) struct OutputArgs {
    /// Prints in this format
    #[arg(short, long, value_name = "FORMAT", value_enum)]
    pub(crate) output: Option<Output>,
}

/// `--wait`
#[derive(Debug, Args)]
pub(crate) struct WaitArgs {
    /// Waits until it is done, showing how far it is; exit code 3 when it does not get there
    #[arg(short, long)]
    pub(crate) wait: bool,
    /// How long to wait
    #[arg(long, value_name = "DURATION", default_value = WAIT, value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// Values, as Helm takes them.
#[derive(Debug, Default, Args)]
pub(crate) struct ValuesArgs {
    /// A file of values; later files win, and - is standard input
    #[arg(short = 'f', long, value_name = "FILE", value_delimiter = ',', help_heading = "Values")]
    pub(crate) values: Vec<String>,
    /// Sets values: a.b=1,c[0]=x
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Values")]
    pub(crate) set: Vec<String>,
    /// Sets values that are always strings
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Values")]
    pub(crate) set_string: Vec<String>,
    /// Sets values given as JSON: key=JSON, or a whole object
    #[arg(long, value_name = "KEY=JSON", help_heading = "Values")]
    pub(crate) set_json: Vec<String>,
    /// Sets values to what files hold
    #[arg(long, value_name = "KEY=FILE", help_heading = "Values")]
    pub(crate) set_file: Vec<String>,
    /// Sets a value to the text as it stands
    #[arg(long, value_name = "KEY=TEXT", help_heading = "Values")]
    pub(crate) set_literal: Vec<String>,
}

/// `demo`
#[derive(Debug, Args)]
#[command(after_help = "\
Starts etcd, kube-apiserver, the controller manager and the scheduler on loopback, with simulated
nodes; installs Pintle; and lets the shop of examples/shop come up, live, until it runs. Then it
stays for you to look around with the kubeconfig it names, until Ctrl-C, and leaves nothing behind.
Your own kubeconfig is not touched. The first time, the control plane is built: that takes Go and
some minutes.

Examples:
  pintle demo
  pintle demo --tour       breaks it, turns back, loses a Service, deletes it all
  pintle demo --once       ends with exit code 0 as soon as everything runs")]
pub(crate) struct DemoArgs {
    /// Ends once the shop runs (or the tour is over) instead of waiting for Ctrl-C
    #[arg(long)]
    pub(crate) once: bool,
    /// Goes on: a bad image, the way back, a Service deleted by hand, the end
    #[arg(long)]
    pub(crate) tour: bool,
    /// How many nodes are simulated
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) nodes: u16,
}

/// `plane`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle plane               in one terminal; in another, KUBECONFIG is the path it prints
  pintle plane --install     with the CRDs, ready for `pintle controller`")]
pub(crate) struct PlaneArgs {
    /// How many nodes are simulated
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) nodes: u16,
    /// Also installs Pintle's CRDs, and grants the namespace `default`
    #[arg(long)]
    pub(crate) install: bool,
}

/// `apply`
#[derive(Debug, Args)]
#[command(after_help = "\
The chart is packed and travels with the Release, so the cluster needs no registry. What is given
here is the whole wish: values that an earlier apply set and this one does not are gone. Content
that was there before gets its old version back; anything else gets a new one.

Examples:
  pintle apply shop ./examples/shop --wait
  pintle apply shop shop-1.4.0.tgz -f production.yaml --set api.replicas=5
  pintle apply shop ./shop --dry-run -o yaml     prints the Release, for Git")]
pub(crate) struct ApplyArgs {
    /// The Release's name
    pub(crate) name: String,
    /// A chart's directory, or its archive (.tgz)
    pub(crate) chart: PathBuf,
    #[command(flatten)]
    pub(crate) values: ValuesArgs,
    /// What this release is for, in your words
    #[arg(long, value_name = "TEXT", help_heading = "Release")]
    pub(crate) description: Option<String>,
    /// The account whose rights decide what the release may do [default: pintle]
    #[arg(long, value_name = "NAME", help_heading = "Release")]
    pub(crate) service_account: Option<String>,
    /// Only shows what would be sent; nothing is written
    #[arg(long, help_heading = "Release")]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `list`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle list -A
  pintle list -o wide          with the first cause of what is wrong
  pintle list -o name | xargs kubectl annotate team=shop")]
pub(crate) struct ListArgs {
    /// Of all namespaces
    #[arg(short = 'A', long)]
    pub(crate) all_namespaces: bool,
    /// Only those with these labels
    #[arg(short = 'l', long, value_name = "SELECTOR")]
    pub(crate) selector: Option<String>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `status`
#[derive(Debug, Args)]
#[command(after_help = "\
Marks: ✔ as described   ◌ on its way   ✖ broken   ↓ being deleted   ? not there   ‖ suspended

Examples:
  pintle status shop
  pintle status shop -w        live, until Ctrl-C
  pintle status shop -o wide   with the part of the chart that each object comes from")]
pub(crate) struct StatusArgs {
    /// The Release's name
    pub(crate) name: String,
    /// Goes on showing it, until Ctrl-C
    #[arg(short, long)]
    pub(crate) watch: bool,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `history`
#[derive(Debug, Args)]
#[command(after_help = "\
A version is content: chart, values and rendering options. The same content always has the same
number, so a rollback makes no new one.

Examples:
  pintle history shop
  pintle history shop -o json")]
pub(crate) struct HistoryArgs {
    /// The Release's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// `rollback`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle rollback shop          to the newest healthy version other than the current
  pintle rollback shop 3 --wait")]
pub(crate) struct RollbackArgs {
    /// The Release's name
    pub(crate) name: String,
    /// The version [default: the newest healthy one other than the current]
    #[arg(value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) version: Option<i64>,
    /// Also to a version that was never healthy
    #[arg(long)]
    pub(crate) force: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// `suspend`, `resume`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle suspend shop --wait    no pod runs; Services, claims and configuration stay
  pintle resume shop --wait     the same number of pods as before")]
pub(crate) struct ToggleArgs {
    /// The Release's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// `reconcile`, `retry`
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing needs this to go on: changes are seen at once, and failures are tried again by themselves,
ever more slowly. It only asks for now.

Examples:
  pintle retry shop --wait")]
pub(crate) struct RequestArgs {
    /// The Release's name
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// `delete`
#[derive(Debug, Args)]
#[command(
    visible_alias = "rm",
    after_help = "\
Examples:
  pintle delete shop --wait     all of it: objects, versions, stored charts
  pintle delete shop --orphan   the application goes on running, and belongs to nobody"
)]
pub(crate) struct DeleteArgs {
    /// The Release's name
    pub(crate) name: String,
    /// Leaves the objects running
    #[arg(long)]
    pub(crate) orphan: bool,
    #[command(flatten)]
    pub(crate) wait: WaitArgs,
}

/// `get`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle get values shop                 what users set, merged; not the chart's defaults
  pintle get manifest shop --version 3   what version 3 rendered to
  pintle get notes shop")]
pub(crate) struct GetArgs {
    /// What to print
    #[arg(value_enum)]
    pub(crate) what: GetWhat,
    /// The Release's name
    pub(crate) name: String,
    /// Of this version [default: the one being served]
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    pub(crate) version: Option<i64>,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

/// What `get` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GetWhat {
    /// The values that users set
    Values,
    /// The rendered objects
    Manifest,
    /// The chart's notes
    Notes,
}

/// `controller`
#[derive(Debug, Args)]
#[command(after_help = "\
`pintle install --apply` runs this in a Deployment; outside, it is for development. PINTLE_LOG sets
what is logged (PINTLE_LOG=pintle=debug).

Examples:
  pintle controller
  pintle controller --authority=controller     one tenant: acts with its own rights")]
pub(crate) struct ControllerArgs {
    /// With whose rights releases are applied
    #[arg(long, value_enum, default_value = "impersonate")]
    pub(crate) authority: AuthorityArg,
    /// How many releases are worked on at once
    #[arg(long, value_name = "COUNT", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) workers: u16,
    /// Where /healthz, /readyz and /metrics answer
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,
    /// How the log is written
    #[arg(long, value_enum, default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// With whose rights releases are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuthorityArg {
    /// Those of an account of the release's namespace
    Impersonate,
    /// The controller's own
    Controller,
}

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// A JSON object a line
    Json,
}

/// `install`
#[derive(Debug, Args)]
#[command(after_help = "\
Without --apply it prints YAML: keep it in Git, or pipe it to kubectl. The CRDs can be printed by
themselves, so that nobody deletes them together with the rest.

Examples:
  pintle install --apply
  pintle install --only crds > crds.yaml
  pintle install --image registry.internal/pintle:0.1.0 | kubectl apply --server-side -f -")]
pub(crate) struct InstallArgs {
    /// Applies it and waits until it is there
    #[arg(long)]
    pub(crate) apply: bool,
    /// Only a part of it
    #[arg(long, value_enum)]
    pub(crate) only: Option<InstallPart>,
    /// The controller's image
    #[arg(long, value_name = "IMAGE")]
    pub(crate) image: Option<String>,
    /// With whose rights releases are applied
    #[arg(long, value_enum, default_value = "impersonate")]
    pub(crate) authority: AuthorityArg,
}

/// Parts of an installation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstallPart {
    /// The CustomResourceDefinitions
    Crds,
    /// Namespace, account, roles, Deployment
    Controller,
}

/// `grant`
#[derive(Debug, Args)]
#[command(after_help = "\
Creates the account, and binds it to the built-in ClusterRole `admin` and to a Role for Pintle's own
records, in this namespace alone. A release can then do there what a namespace's admin can, and
nothing else anywhere.

Examples:
  pintle grant -n team-a
  pintle grant -n team-a --account deployer    for releases with spec.serviceAccountName: deployer
  pintle grant -n team-a --print               only prints it")]
pub(crate) struct GrantArgs {
    /// The account's name
    #[arg(long, value_name = "NAME", default_value = pintle_release_api::DEFAULT_SERVICE_ACCOUNT)]
    pub(crate) account: String,
    /// Prints YAML instead of applying it
    #[arg(long)]
    pub(crate) print: bool,
}

/// `uninstall`
#[derive(Debug, Args)]
#[command(after_help = "\
Every Release is deleted with its applications left running (as `pintle delete --orphan`), then the
CRDs go, then the controller. Helm can take the applications over.

Examples:
  pintle uninstall
  pintle uninstall --yes --delete-applications    nothing stays")]
pub(crate) struct UninstallArgs {
    /// Does not ask
    #[arg(short, long)]
    pub(crate) yes: bool,
    /// Deletes the applications, too
    #[arg(long)]
    pub(crate) delete_applications: bool,
    /// Only removes the controller: Releases and CRDs stay
    #[arg(long, conflicts_with = "delete_applications")]
    pub(crate) keep_crds: bool,
    /// How long to wait for Releases to go
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = parse_duration)]
    pub(crate) timeout: Duration,
}

/// `completion`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle completion bash > /etc/bash_completion.d/pintle
  pintle completion zsh > ~/.zfunc/_pintle")]
pub(crate) struct CompletionArgs {
    /// The shell
    pub(crate) shell: clap_complete::Shell,
}

/// `version`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  pintle version
  pintle version --short")]
pub(crate) struct VersionArgs {
    /// Only Pintle's, for scripts
    #[arg(long)]
    pub(crate) short: bool,
}
