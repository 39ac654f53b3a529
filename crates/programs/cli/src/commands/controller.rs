//! `pintle controller`, and the controller that runs inside the demo.

use std::fs::File;
use std::io::IsTerminal;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use pintle_controller::{Authority, Options};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tracing_subscriber::EnvFilter;

use crate::args::{AuthorityArg, ControllerArgs, LogFormat};
use crate::cluster::Cluster;
use crate::commands::Outcome;
use crate::exit::ExitStatus;
use crate::settings::Settings;

/// Sets what is logged, as `RUST_LOG` does elsewhere.
const LOG_VARIABLE: &str = "PINTLE_LOG";
/// What is logged otherwise: the libraries tell of every reconcile and every request.
const LOGGED: &str = "info,kube_runtime=warn,kube_client=warn";

/// How long a controller inside the demo may take to end.
const DRAIN: Duration = Duration::from_secs(3);

pub(super) async fn run(settings: &Settings, args: &ControllerArgs) -> Outcome {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter())
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match args.log_format {
        LogFormat::Text => logs.init(),
        LogFormat::Json => logs.json().init(),
    }
    let cluster = Cluster::connect(settings).await?;
    let authority = match args.authority {
        AuthorityArg::Impersonate => Authority::Impersonate,
        AuthorityArg::Controller => Authority::Controller,
    };
    let options = Options {
        authority,
        workers: args.workers,
        listen: Some(args.listen),
        ..Options::new(cluster.client)
    };
    pintle_controller::run(options, ended()).await?;
    Ok(ExitStatus::Success)
}

fn filter() -> EnvFilter {
    EnvFilter::try_from_env(LOG_VARIABLE).unwrap_or_else(|_| EnvFilter::new(LOGGED))
}

/// Ctrl-C, or what a kubelet sends.
async fn ended() {
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            // Without the handler, the system's own ends the process.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
}

/// A controller in this process.
pub(crate) struct InProcess {
    stop: oneshot::Sender<()>,
    task: JoinHandle<anyhow::Result<()>>,
}

/// Starts a controller in this process, which logs into a file.
pub(crate) fn in_process(client: kube::Client, log: &Path) -> anyhow::Result<InProcess> {
    let file = File::create(log).with_context(|| log.display().to_string())?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter()).with_ansi(false);
    // One that is there already, as in tests, is good enough.
    let _ = logs.with_writer(std::sync::Mutex::new(file)).try_init();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async move {
        // A sender that is gone means the same.
        let _ = stopped.await;
    };
    let task = tokio::spawn(pintle_controller::run(Options::new(client), shutdown));
    Ok(InProcess { stop, task })
}

impl InProcess {
    /// Whether it has ended by itself, which it should not.
    pub(crate) fn has_ended(&self) -> bool {
        self.task.is_finished()
    }

    /// Ends it: reconciles under way may come to their end, for a while.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        let InProcess { stop, mut task } = self;
        let _ = stop.send(());
        match tokio::time::timeout(DRAIN, &mut task).await {
            Ok(ended) => ended?,
            // Its cluster is about to go as well: what it would still do does not matter.
            Err(_) => {
                task.abort();
                Ok(())
            }
        }
    }
}
