//! `pintle plane`: a control plane of one's own.

use pintle_testing_plane::{Options, Plane, Progress};

use crate::args::PlaneArgs;
use crate::commands::{Outcome, definitions, grant_objects};
use crate::exit::ExitStatus;
use crate::objects;
use crate::settings::Settings;

/// The namespace that `--install` grants.
const NAMESPACE: &str = "default";

pub(super) async fn run(settings: &Settings, args: &PlaneArgs) -> Outcome {
    let printer = settings.printer.clone();
    let progress = Progress::new(move |line| printer.word(line));
    let options = Options::default().nodes(usize::from(args.nodes)).progress(progress);
    let plane = tokio::select! {
        plane = start(options, args.install) => plane?,
        _ = tokio::signal::ctrl_c() => return Ok(ExitStatus::Interrupted),
    };
    settings.printer.data(&plane.kubeconfig_path().display().to_string())?;
    settings
        .printer
        .word(&format!("kubectl: {}\nCtrl-C ends it", plane.binaries().join("kubectl").display()));
    tokio::signal::ctrl_c().await?;
    plane.stop();
    Ok(ExitStatus::Success)
}

async fn start(options: Options, install: bool) -> anyhow::Result<Plane> {
    let plane = Plane::start(options).await?;
    if install {
        let client = plane.client().await?;
        definitions(&client).await?;
        for object in grant_objects(NAMESPACE, pintle_release_api::DEFAULT_SERVICE_ACCOUNT)? {
            objects::apply(&client, &object).await?;
        }
    }
    Ok(plane)
}
