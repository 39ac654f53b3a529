//! `pintle demo`: a private control plane, the controller, and the shop, live until it runs.

mod stage;
mod tour;

use crate::args::DemoArgs;
use crate::commands::Outcome;
use crate::demo::stage::Stage;
use crate::exit::ExitStatus;
use crate::printer::{BOLD, DIM};
use crate::settings::Settings;

pub(crate) async fn run(settings: &Settings, args: &DemoArgs) -> Outcome {
    // What Ctrl-C leaves unfinished is dropped, and the plane's processes end with its drop.
    let stage = tokio::select! {
        stage = play(settings, args) => stage?,
        _ = tokio::signal::ctrl_c() => return Ok(ExitStatus::Interrupted),
    };
    if !args.once {
        hints(settings, &stage, args.tour);
        tokio::signal::ctrl_c().await?;
    }
    stage.strike().await?;
    Ok(ExitStatus::Success)
}

async fn play(settings: &Settings, args: &DemoArgs) -> anyhow::Result<Stage> {
    let mut stage = Stage::set(settings, usize::from(args.nodes)).await?;
    tour::install(&mut stage).await?;
    if args.tour {
        tour::go(&mut stage).await?;
    }
    Ok(stage)
}

/// What one can do now.
fn hints(settings: &Settings, stage: &Stage, toured: bool) {
    let (namespace, program) = (stage.namespace(), settings.program);
    let printer = &settings.printer;
    printer.word(&format!("\n{BOLD}Look around{BOLD:#} in another terminal:\n"));
    printer.word(&format!("  export KUBECONFIG={}", stage.kubeconfig().display()));
    printer.word(&format!("  alias kubectl={}", stage.kubectl().display()));
    printer.word(&format!("  kubectl -n {namespace} get rel,deploy,sts,ds,pods"));
    let lines = if toured {
        vec![(format!("apply shop examples/shop -n {namespace} --wait"), "the shop again")]
    } else {
        vec![
            (format!("status shop -n {namespace} -w"), "live"),
            (format!("suspend shop -n {namespace} --wait"), "nothing runs, nothing is lost"),
            (format!("resume shop -n {namespace} --wait"), ""),
            (format!("get notes shop -n {namespace}"), ""),
            (format!("delete shop -n {namespace} --wait"), "all of it"),
        ]
    };
    for (command, meaning) in lines {
        printer.word(&format!("  {program} {command:<40} {DIM}{meaning}{DIM:#}"));
    }
    printer.word("\nCtrl-C ends the cluster and leaves nothing behind.");
}
