//! One function per command.

mod apply;
mod controller;
mod delete;
mod get;
mod history;
mod install;
mod lint;
mod list;
mod plane;
mod rollback;
mod show;
mod status;
mod template;
mod toggle;
mod uninstall;

use clap::CommandFactory;

pub(crate) use controller::{InProcess, in_process};
pub(crate) use delete::request as request_deletion;
#[cfg(test)]
pub(crate) use install::{CONTROLLER, GRANT};
pub(crate) use install::{definitions, grant_objects};
pub(crate) use status::now_text;

use crate::args::{Cli, Command, CompletionArgs, VersionArgs};
use crate::cluster::Cluster;
use crate::exit::ExitStatus;
use crate::settings::Settings;

/// How a command ends.
pub(crate) type Outcome = anyhow::Result<ExitStatus>;

/// Runs a command.
pub(crate) async fn dispatch(settings: &Settings, command: Command) -> Outcome {
    match command {
        Command::Demo(args) => crate::demo::run(settings, &args).await,
        Command::Plane(args) => plane::run(settings, &args).await,
        Command::Controller(args) => controller::run(settings, &args).await,
        Command::Template(args) => template::run(settings, &args).await,
        Command::Lint(args) => lint::run(settings, &args),
        Command::Show(args) => show::run(settings, &args),
        Command::Completion(args) => completion(settings, &args),
        Command::Version(args) => version(settings, &args),
        Command::Install(args) => install::install(settings, &args).await,
        Command::Grant(args) => install::grant(settings, &args).await,
        Command::Apply(args) => apply::run(settings, &args).await,
        command => {
            let cluster = Cluster::connect(settings).await?;
            with_cluster(settings, &cluster, command).await
        }
    }
}

async fn with_cluster(settings: &Settings, cluster: &Cluster, command: Command) -> Outcome {
    match command {
        Command::List(args) => list::run(settings, cluster, &args).await,
        Command::Status(args) => status::run(settings, cluster, &args).await,
        Command::History(args) => history::run(settings, cluster, &args).await,
        Command::Rollback(args) => rollback::run(settings, cluster, &args).await,
        Command::Suspend(args) => toggle::suspend(settings, cluster, &args).await,
        Command::Resume(args) => toggle::resume(settings, cluster, &args).await,
        Command::Reconcile(args) | Command::Retry(args) => {
            toggle::request(settings, cluster, &args).await
        }
        Command::Delete(args) => delete::run(settings, cluster, &args).await,
        Command::Get(args) => get::run(settings, cluster, &args).await,
        Command::Uninstall(args) => uninstall::run(settings, cluster, &args).await,
        // Taken by `dispatch`, which needs no cluster for them.
        _ => Ok(ExitStatus::Usage),
    }
}

fn completion(settings: &Settings, args: &CompletionArgs) -> Outcome {
    let mut script = Vec::new();
    // A plugin is completed under the name of its file.
    let name = settings.program.replace(' ', "-");
    clap_complete::generate(args.shell, &mut Cli::command(), name, &mut script);
    settings.printer.data(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::Success)
}

fn version(settings: &Settings, args: &VersionArgs) -> Outcome {
    let own = env!("CARGO_PKG_VERSION");
    let text = if args.short {
        format!("v{own}\n")
    } else {
        format!("pintle v{own}, renders as Helm {}\n", pintle_helm_render::HELM_VERSION)
    };
    settings.printer.data(&text)?;
    Ok(ExitStatus::Success)
}
