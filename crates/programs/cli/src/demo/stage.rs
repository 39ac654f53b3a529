//! What the demo plays on: the plane, the controller, a namespace that is granted, and the shop.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Context;
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use kube::api::{ObjectMeta, PostParams};
use pintle_release_api::{DEFAULT_SERVICE_ACCOUNT, Release};
use pintle_testing_plane::{Options, Plane, Progress};
use serde_json::Value;

use crate::charts;
use crate::cluster::Cluster;
use crate::commands::{InProcess, definitions, grant_objects, in_process, now_text};
use crate::examples;
use crate::exit::ExitStatus;
use crate::fault::{Fault, api};
use crate::live::{Live, Stream};
use crate::objects;
use crate::printer::{BOLD, DIM, GOOD, Printer};
use crate::releases::{self, Wish};
use crate::settings::Settings;
use crate::summary;
use crate::time::now;
use crate::tree::{View, tree};
use crate::watching::{Waited, follow};

/// The namespace of the demo.
const NAMESPACE: &str = "demo";
/// The Release.
pub(super) const SHOP: &str = "shop";

/// All that is set up.
pub(super) struct Stage {
    pub(super) printer: Printer,
    pub(super) cluster: Cluster,
    plane: Plane,
    controller: InProcess,
    begin: Instant,
    step: usize,
}

impl Stage {
    /// Starts the plane, installs Pintle and runs the controller.
    pub(super) async fn set(settings: &Settings, nodes: usize) -> anyhow::Result<Self> {
        let begin = Instant::now();
        let printer = settings.printer.clone();
        let plane = start_plane(&printer, nodes).await?;
        let client = plane.client().await?;
        definitions(&client).await?;
        namespace(&client).await?;
        for object in grant_objects(NAMESPACE, DEFAULT_SERVICE_ACCOUNT)? {
            objects::apply(&client, &object).await?;
        }
        let controller = in_process(client.clone(), &plane.directory().join("controller.log"))?;
        let cluster = Cluster::of(client, NAMESPACE);
        Ok(Stage { printer, cluster, plane, controller, begin, step: 0 })
    }

    /// Applies the shop with these `--set` texts, and gives the Release as it was written.
    pub(super) async fn apply(&self, description: &str, set: &[&str]) -> anyhow::Result<Release> {
        let packed = charts::pack_chart(examples::chart(SHOP)?)?;
        let arguments = crate::args::ValuesArgs {
            set: set.iter().map(|&it| it.to_owned()).collect(),
            ..Default::default()
        };
        let wish = Wish {
            name: SHOP.to_owned(),
            chart: charts::source(&self.cluster.client, NAMESPACE, &packed.bytes).await?,
            values: charts::to_json(&charts::values(&arguments)?)?,
            description: Some(description.to_owned()),
            service_account: None,
        };
        Ok(releases::put(&self.cluster, &wish).await?.0)
    }

    /// Follows the shop, drawn live, until `there` says so; the error shows the state it was in.
    pub(super) async fn wait(
        &self,
        what: &str,
        deadline: Duration,
        there: impl Fn(&Release) -> bool,
    ) -> anyhow::Result<Release> {
        let mut live = Live::new(Stream::Words);
        let waited = follow(self.cluster.releases(), SHOP, Some(deadline), |release| {
            if self.controller.has_ended() {
                return Some(None);
            }
            let release = release?;
            live.show(&self.tree(release), &format!("  {}", summary::line(release)));
            there(release).then(|| Some(release.clone()))
        })
        .await;
        live.clear();
        match waited {
            Waited::Done(Some(release)) => {
                self.printer.data(&now_text(&self.cluster, &release).await)?;
                Ok(release)
            }
            Waited::Done(None) => Err(self.fault("the controller ended by itself", None)),
            Waited::TimedOut(last) => {
                let message = format!("{what}: not within {} s", deadline.as_secs());
                Err(self.fault(&message, last.as_deref()))
            }
            Waited::Interrupted => {
                Err(Fault::new("interrupted").status(ExitStatus::Interrupted).into())
            }
        }
    }

    fn tree(&self, release: &Release) -> String {
        let view = View { release, claims: &[], now: now(), flag: true, wide: false };
        tree(&view)
    }

    /// An error with all that is known of the state.
    pub(super) fn fault(&self, message: &str, release: Option<&Release>) -> anyhow::Error {
        let mut text = message.to_owned();
        if let Some(release) = release {
            text.push_str(&format!("; the release was\n{}", self.tree(release)));
            let status = release.status.as_ref().and_then(|it| objects::yaml(it).ok());
            text.push_str(&status.unwrap_or_default());
        }
        if let Err(error) = self.plane.check() {
            text.push_str(&format!("\n{error}"));
        }
        let log = std::fs::read_to_string(self.plane.directory().join("controller.log"));
        let log = log.unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        text.push_str("\nthe end of the controller's log:");
        for line in lines.iter().rev() {
            text.push_str(&format!("\n  {line}"));
        }
        Fault::new(text).status(ExitStatus::NotReady).into()
    }

    /// Announces the next step.
    pub(super) fn announce(&mut self, text: &str) {
        self.step += 1;
        let seconds = self.begin.elapsed().as_secs_f64();
        self.printer
            .word(&format!("\n{BOLD}{}. {text}{BOLD:#}  {DIM}{seconds:.1} s{DIM:#}", self.step));
    }

    /// Says that something was checked and holds.
    pub(super) fn holds(&self, text: &str) {
        self.printer.word(&format!("  {GOOD}✔{GOOD:#} {text}"));
    }

    pub(super) fn namespace(&self) -> &'static str {
        NAMESPACE
    }

    pub(super) fn kubeconfig(&self) -> &Path {
        self.plane.kubeconfig_path()
    }

    pub(super) fn kubectl(&self) -> PathBuf {
        self.plane.binaries().join("kubectl")
    }

    /// Ends everything.
    pub(super) async fn strike(self) -> anyhow::Result<()> {
        self.controller.stop().await.context("the controller")?;
        self.plane.stop();
        Ok(())
    }
}

/// Starts the plane, telling how far a build is.
async fn start_plane(printer: &Printer, nodes: usize) -> anyhow::Result<Plane> {
    let (lines, mut said) = tokio::sync::mpsc::unbounded_channel::<String>();
    let progress = Progress::new(move |line| {
        // Nobody listens any more once the plane is there.
        let _ = lines.send(line.to_owned());
    });
    let start = Plane::start(Options::default().nodes(nodes).progress(progress));
    tokio::pin!(start);
    let mut live = Live::new(Stream::Words);
    let plane = loop {
        tokio::select! {
            plane = &mut start => break plane,
            Some(line) = said.recv() => live.show(&line, &line),
        }
    };
    live.clear();
    let plane = plane.context("the control plane")?;
    let time = plane.boot_time().as_secs_f64();
    printer.word(&format!(
        "{GOOD}✔{GOOD:#} a control plane of your own: etcd, kube-apiserver, controller manager, \
         scheduler, {nodes} simulated nodes  {DIM}{time:.1} s{DIM:#}"
    ));
    Ok(plane)
}

async fn namespace(client: &kube::Client) -> anyhow::Result<()> {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace = Namespace {
        metadata: ObjectMeta { name: Some(NAMESPACE.to_owned()), ..ObjectMeta::default() },
        ..Namespace::default()
    };
    let created = namespaces.create(&PostParams::default(), &namespace).await;
    created.map(drop).map_err(api(format!("namespace {NAMESPACE} can't be created")))
}

/// The objects of the demo's namespace that are there before the shop is, and stay.
pub(super) fn is_part_of_the_stage(object: &Value) -> bool {
    let (kind, name) = (objects::text(object, "/kind"), objects::text(object, "/metadata/name"));
    let granted = grant_objects(NAMESPACE, DEFAULT_SERVICE_ACCOUNT).unwrap_or_default();
    let kubernetes = [("ServiceAccount", "default"), ("ConfigMap", "kube-root-ca.crt")];
    kubernetes.contains(&(kind, name))
        || kind == "Event"
        || granted.iter().any(|it| objects::label(it) == format!("{kind}/{name}"))
}
