//! Wires the controller up: the queue, the watches, the admin port, and their end.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use futures::{Stream, StreamExt};
use kube::runtime::controller::{Config, Controller};
use kube::runtime::reflector::ObjectRef;
use kube::runtime::utils::PredicateConfig;
use kube::runtime::{Predicate, WatchStreamExt, predicates, reflector, watcher};
use kube::{Api, Client};
use pintle_cluster_observe::{Observer, ReleaseRef};
use pintle_release_api::Release;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::context::Context;
use crate::histories::Histories;
use crate::{admin, reconcile};

/// With whose rights workloads are changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Authority {
    /// Those of a ServiceAccount of the Release's own namespace.
    #[default]
    Impersonate,
    /// The controller's own: for a cluster with one tenant.
    Controller,
}

/// How a controller is run.
#[derive(Clone)]
pub struct Options {
    /// A client with the controller's own rights.
    pub client: Client,
    /// With whose rights workloads are changed.
    pub authority: Authority,
    /// How many releases are reconciled at once.
    pub workers: u16,
    /// The only namespace whose Releases are served; all if none.
    pub namespace: Option<String>,
    /// Where `/healthz`, `/readyz` and `/metrics` are served; nowhere if none.
    pub listen: Option<SocketAddr>,
}

impl Options {
    /// Reconciles that run at once unless another number is asked for: enough to keep an API
    /// server busy, since a reconcile mostly waits for it.
    pub const WORKERS: u16 = 32;

    /// The defaults, over a client.
    #[must_use]
    pub fn new(client: Client) -> Self {
        let authority = Authority::default();
        Options { client, authority, workers: Self::WORKERS, namespace: None, listen: None }
    }
}

/// Runs until `shutdown` is done; reconciles under way come to their end first.
///
/// # Errors
/// When the Releases' definition is not installed, or a part of the controller ends by itself.
pub async fn run(
    options: Options,
    shutdown: impl Future<Output = ()> + Send + Sync + 'static,
) -> anyhow::Result<()> {
    let releases: Api<Release> = api(&options);
    check_installed(&releases).await?;
    let (triggers, triggered) = mpsc::unbounded_channel();
    let observer = Observer::start(options.client.clone(), triggers.clone());
    let histories = Arc::new(Histories::new());
    let (reader, writer) = reflector::store();
    let context = Arc::new(Context::new(
        options.client.clone(),
        options.authority,
        observer,
        Arc::clone(&histories),
        reader.clone(),
    ));
    let mut tasks = JoinSet::new();
    let recorded = api(&options);
    let index = Arc::clone(&histories);
    tasks.spawn(async move { index.run(recorded).await.context("watch histories") });
    if let Some(address) = options.listen {
        tasks.spawn(admin::serve(address, Arc::clone(&context)));
    }
    let queue = Queue { triggers, triggered };
    let controlled = control(&options, releases, reader, writer, queue, shutdown, context);
    tokio::select! {
        () = controlled => {
            tracing::info!("stopped");
            Ok(())
        }
        Some(ended) = tasks.join_next() => {
            ended.context("a part of the controller was cut off")??;
            anyhow::bail!("a part of the controller ended by itself")
        }
    }
}

/// The objects of a kind that this controller serves.
fn api<K>(options: &Options) -> Api<K>
where
    K: kube::Resource<Scope = k8s_openapi::NamespaceResourceScope>,
    K::DynamicType: Default,
{
    match &options.namespace {
        Some(namespace) => Api::namespaced(options.client.clone(), namespace),
        None => Api::all(options.client.clone()),
    }
}

/// A clear word instead of a watch that fails for ever.
async fn check_installed(releases: &Api<Release>) -> anyhow::Result<()> {
    let params = kube::api::ListParams::default().limit(1);
    match releases.list_metadata(&params).await {
        Err(kube::Error::Api(status)) if status.is_not_found() => anyhow::bail!(
            "this cluster does not know Releases: install Pintle first (pintle install --apply)"
        ),
        Err(kube::Error::Api(status)) if status.code == 403 => {
            anyhow::bail!("the controller may not list Releases: {}", status.message)
        }
        // A passing fault is waited out by the watches.
        _ => Ok(()),
    }
}

/// Both ends of what asks for reconciles beside the watch of Releases.
struct Queue {
    triggers: mpsc::UnboundedSender<ReleaseRef>,
    triggered: mpsc::UnboundedReceiver<ReleaseRef>,
}

async fn control(
    options: &Options,
    releases: Api<Release>,
    reader: reflector::Store<Release>,
    writer: reflector::store::Writer<Release>,
    queue: Queue,
    shutdown: impl Future<Output = ()> + Send + Sync + 'static,
    context: Arc<Context>,
) {
    let Queue { triggers, triggered } = queue;
    let present = Arc::clone(&context);
    // Our own status writes change neither generation nor annotations nor finalizers: they bring
    // no reconcile.
    let changes = watcher(releases, watcher::Config::default().any_semantic())
        .default_backoff()
        .reflect(writer)
        .inspect(move |event| {
            if let Ok(watcher::Event::Delete(gone)) = event {
                let waiting = present.gone(gone);
                // Without a receiver the controller is ending.
                waiting.into_iter().for_each(|it| drop(triggers.send(it)));
            }
        })
        .applied_objects()
        .predicate_filter(
            predicates::generation
                .combine(predicates::annotations)
                .combine(predicates::finalizers)
                .combine(deletion),
            PredicateConfig::default(),
        );
    context.histories.ready().await;
    let config = Config::default().concurrency(options.workers);
    Controller::for_stream(changes, reader)
        .with_config(config)
        .reconcile_on(references(triggered))
        .graceful_shutdown_on(shutdown)
        .run(reconcile::reconcile, |_, error, _| match *error {}, context)
        .for_each(|result| async move {
            if let Err(error) = result {
                tracing::debug!(%error, "a watch was cut; it goes on");
            }
        })
        .await;
}

/// A deletion request changes no generation of its own in every case: it is told by its time.
fn deletion(release: &Release) -> Option<u64> {
    Some(u64::from(release.metadata.deletion_timestamp.is_some()))
}

fn references(
    triggered: mpsc::UnboundedReceiver<ReleaseRef>,
) -> impl Stream<Item = ObjectRef<Release>> + Send {
    futures::stream::unfold(triggered, |mut triggered| async move {
        let it = triggered.recv().await?;
        Some((ObjectRef::new(&it.name).within(&it.namespace), triggered))
    })
}
