//! Charts, parsed once per digest, and rendered on a few threads of their own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::jiff::Timestamp;
use kube::api::{DynamicObject, ListParams};
use kube::core::GroupVersionKind;
use kube::discovery::Discovery;
use kube::{Api, Client};
use pintle_cluster_content::Store;
use pintle_cluster_source::Archive;
use pintle_helm_chart::{ErrorKind, Values, load_archive, read_values};
use pintle_helm_render::{
    Capabilities, KubeVersion, Lookup, ParsedChart, RenderError, RenderOptions, SEED_LEN, Seeded,
};
use pintle_release_api::{Reason, Release, RenderedChart};
use pintle_release_manifest::Manifest;
use tokio::sync::Semaphore;

use crate::fault::Fault;

/// The most parsed charts that are kept, and the most archive bytes they may come from.
const MAX_CHARTS: usize = 64;
/// See [`MAX_CHARTS`].
const MAX_CHART_BYTES: usize = 16 << 20;
/// Renders that run at once: they are all computing, and a reconcile more must not starve the rest.
const RENDERS: usize = 2;
/// A chart blob that nobody refers to is kept this long: somebody may be about to record it.
const GRACE: Duration = Duration::from_secs(60);
/// How long what the API server can do is believed.
const CAPABILITIES_FOR: Duration = Duration::from_secs(300);

/// All that a render needs.
pub(crate) struct RenderInput {
    pub(crate) archive: Archive,
    pub(crate) values: Values,
    pub(crate) release_name: String,
    pub(crate) namespace: String,
    pub(crate) revision: i64,
    pub(crate) upgrade: bool,
    /// For `lookup`: with the release's rights.
    pub(crate) client: Client,
}

struct Cached {
    chart: ParsedChart,
    bytes: usize,
    used: u64,
}

#[derive(Default)]
struct Cache {
    clock: u64,
    charts: HashMap<String, Cached>,
}

/// Whose turn it is to store a chart, by namespace and digest.
type Turns = HashMap<(String, String), Arc<tokio::sync::Mutex<()>>>;

/// The charts of one process.
pub(crate) struct Charts {
    client: Client,
    cache: Mutex<Cache>,
    /// Namespaces and digests that are known to be stored.
    stored: Mutex<HashSet<(String, String)>>,
    /// Those that are being stored: of a hundred releases of one chart, one stores it.
    storing: Mutex<Turns>,
    capabilities: tokio::sync::Mutex<Option<(Instant, Arc<Capabilities>)>>,
    renders: Semaphore,
}

impl Charts {
    pub(crate) fn new(client: Client) -> Self {
        Charts {
            client,
            cache: Mutex::default(),
            stored: Mutex::default(),
            storing: Mutex::default(),
            capabilities: tokio::sync::Mutex::default(),
            renders: Semaphore::new(RENDERS),
        }
    }

    /// Renders, on a thread that may block.
    pub(crate) async fn render(
        &self,
        input: RenderInput,
    ) -> Result<(Manifest, RenderedChart), Fault> {
        let capabilities = self.capabilities().await?;
        let cached = self.cached(&input.archive.digest);
        let permit = self.renders.acquire().await;
        let handle = tokio::runtime::Handle::current();
        let task = tokio::task::spawn_blocking(move || {
            let chart = match cached {
                Some(chart) => chart,
                None => parse(&input.archive.bytes)?,
            };
            let lookup = Arc::new(ClusterLookup { client: input.client.clone(), handle });
            render(&chart, &input, &capabilities, lookup)
                .map(|(manifest, reference)| (chart, manifest, reference, input.archive))
        });
        let rendered = task.await;
        drop(permit);
        let (chart, manifest, reference, archive) = rendered.map_err(|error| {
            Fault::new(Reason::RenderFailed, format!("the render ended: {error}"))
        })??;
        self.keep(&archive, chart);
        Ok((manifest, reference))
    }

    /// Stores a chart in a namespace, unless it is known to be there.
    pub(crate) async fn store(
        &self,
        store: &Store,
        namespace: &str,
        archive: &Archive,
    ) -> Result<(), Fault> {
        let key = (namespace.to_owned(), archive.digest.clone());
        if self.stored().contains(&key) {
            return Ok(());
        }
        let turn = Arc::clone(self.storing().entry(key.clone()).or_default());
        let _turn = turn.lock().await;
        if self.stored().contains(&key) {
            return Ok(());
        }
        let put = store.put_chart(&archive.bytes).await;
        self.storing().remove(&key);
        put?;
        self.stored().insert(key);
        Ok(())
    }

    /// Removes the charts of a namespace that no version names, and that no Release in it asks for
    /// by digest.
    pub(crate) async fn sweep(
        &self,
        store: &Store,
        namespace: &str,
        used: &BTreeSet<String>,
        release: &Release,
    ) -> Result<(), Fault> {
        // What goes with its last release goes at once; what somebody may be about to use, later.
        let own = own_charts(release);
        let gone = store.sweep_charts(used, Timestamp::now() - GRACE, &own).await?;
        // What is gone is named by label, which is cut short: asking again once more is no harm.
        if !gone.is_empty() {
            self.stored().retain(|(of, _)| of != namespace);
        }
        Ok(())
    }

    fn storing(&self) -> std::sync::MutexGuard<'_, Turns> {
        self.storing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stored(&self) -> std::sync::MutexGuard<'_, HashSet<(String, String)>> {
        self.stored.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cached(&self, digest: &str) -> Option<ParsedChart> {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        cache.clock += 1;
        let clock = cache.clock;
        let cached = cache.charts.get_mut(digest)?;
        cached.used = clock;
        Some(cached.chart.clone())
    }

    fn keep(&self, archive: &Archive, chart: ParsedChart) {
        let mut cache = self.cache.lock().unwrap_or_else(PoisonError::into_inner);
        let used = cache.clock;
        let cached = Cached { chart, bytes: archive.bytes.len(), used };
        cache.charts.insert(archive.digest.clone(), cached);
        let total = |it: &Cache| it.charts.values().map(|it| it.bytes).sum::<usize>();
        while cache.charts.len() > 1
            && (cache.charts.len() > MAX_CHARTS || total(&cache) > MAX_CHART_BYTES)
        {
            let oldest = cache.charts.iter().min_by_key(|(_, it)| it.used);
            let Some(oldest) = oldest.map(|(digest, _)| digest.clone()) else { break };
            cache.charts.remove(&oldest);
        }
    }

    /// What the API server can do, as charts see it.
    async fn capabilities(&self) -> Result<Arc<Capabilities>, Fault> {
        let mut known = self.capabilities.lock().await;
        if let Some((at, capabilities)) = &*known
            && at.elapsed() < CAPABILITIES_FOR
        {
            return Ok(Arc::clone(capabilities));
        }
        let version = self.client.apiserver_version().await?;
        let discovery = Discovery::new(self.client.clone()).run_aggregated().await?;
        let mut served = BTreeSet::new();
        for group in discovery.groups() {
            for version in group.versions() {
                for (resource, _) in group.versioned_resources(version) {
                    served.insert(resource.api_version.clone());
                    served.insert(format!("{}/{}", resource.api_version, resource.kind));
                }
            }
        }
        let version = KubeVersion::parse(&version.git_version)
            .map_err(|error| Fault::transient(error.to_string()))?;
        let api_versions = Arc::new(served.into_iter().collect());
        let capabilities = Arc::new(Capabilities { kube_version: version, api_versions });
        *known = Some((Instant::now(), Arc::clone(&capabilities)));
        Ok(capabilities)
    }
}

fn parse(archive: &[u8]) -> Result<ParsedChart, Fault> {
    let mut warnings = Vec::new();
    let chart = load_archive(archive, &mut warnings)
        .and_then(|chart| chart.check_installable().map(|()| chart))
        .map_err(|error| Fault::new(Reason::ChartInvalid, error.to_string()))?;
    Ok(ParsedChart::new(chart))
}

fn render(
    chart: &ParsedChart,
    input: &RenderInput,
    capabilities: &Capabilities,
    lookup: Arc<dyn Lookup>,
) -> Result<(Manifest, RenderedChart), Fault> {
    let generator = Arc::new(generator()?);
    let mut options = RenderOptions::new(&input.release_name, &input.namespace, generator);
    options.release.revision = input.revision;
    options.release.is_upgrade = input.upgrade;
    options.capabilities = capabilities.clone();
    options.lookup = Some(lookup);
    let mut warnings = Vec::new();
    let rendered = pintle_helm_render::render(chart, &input.values, &options, &mut warnings)
        .map_err(|error| fault(&error))?;
    for warning in &warnings {
        tracing::debug!(release = %input.release_name, ?warning, "the chart warns");
    }
    let manifest = rendered.manifest().map_err(|error| fault(&error))?;
    let metadata = chart.chart().metadata();
    let reference = RenderedChart {
        reference: format!("{}-{}", metadata.name, metadata.version),
        name: metadata.name.clone(),
        version: metadata.version.clone(),
        app_version: Some(metadata.app_version.clone()).filter(|it| !it.is_empty()),
        digest: input.archive.digest.clone(),
    };
    Ok((manifest, reference))
}

/// The clock and the randomness of this process.
fn generator() -> Result<Seeded, Fault> {
    let mut seed = [0; SEED_LEN];
    getrandom::fill(&mut seed)
        .map_err(|error| Fault::transient(format!("no randomness: {error}")))?;
    let now = Timestamp::now();
    Ok(Seeded::new(seed, now.as_second(), i64::from(now.subsec_nanosecond())))
}

fn own_charts(release: &Release) -> BTreeSet<String> {
    let chart = release.status.as_ref().and_then(|it| it.chart.as_ref());
    let served = chart.map(|it| it.digest.clone());
    served.into_iter().chain(release.spec.chart.blob.clone()).collect()
}

fn fault(error: &RenderError) -> Fault {
    let reason = match error {
        RenderError::Chart(error) => match error.kind() {
            ErrorKind::Values | ErrorKind::Schema => Reason::ValuesInvalid,
            _ => Reason::ChartInvalid,
        },
        RenderError::KubeVersion(_) => Reason::ChartInvalid,
        RenderError::Manifest { at, .. } => {
            let place = format!("{}, line {}", at.source, at.line);
            return Fault::new(Reason::ManifestInvalid, format!("{place}: {error}"));
        }
        _ => Reason::RenderFailed,
    };
    Fault::new(reason, bounded(&error.to_string()))
}

/// A chain of a thousand includes gives an error of a thousand parts; a status holds one screen.
fn bounded(text: &str) -> String {
    const MOST: usize = 4096;
    if text.len() <= MOST {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(MOST);
    format!("{}… ({} bytes more)", &text[..end], text.len() - end)
}

/// `lookup` with the release's rights. Called from a thread that may block.
struct ClusterLookup {
    client: Client,
    handle: tokio::runtime::Handle,
}

impl Lookup for ClusterLookup {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Values, String> {
        let found = self.handle.block_on(self.ask(api_version, kind, namespace, name));
        match found.map_err(|error| error.to_string())? {
            None => Ok(Values::map()),
            Some(json) => read_values(json.to_string().as_bytes()).map_err(|it| it.to_string()),
        }
    }
}

impl ClusterLookup {
    async fn ask(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Option<serde_json::Value>, kube::Error> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let gvk = GroupVersionKind::gvk(group, version, kind);
        let (resource, capabilities) = match kube::discovery::pinned_kind(&self.client, &gvk).await
        {
            Ok(found) => found,
            // As Helm's: a kind that is not there has no objects.
            Err(kube::Error::Api(status)) if status.is_not_found() => return Ok(None),
            Err(kube::Error::Discovery(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let namespaced = capabilities.scope == kube::discovery::Scope::Namespaced;
        let api: Api<DynamicObject> = match namespace {
            namespace if namespaced && !namespace.is_empty() => {
                Api::namespaced_with(self.client.clone(), namespace, &resource)
            }
            _ => Api::all_with(self.client.clone(), &resource),
        };
        let json = |it| serde_json::to_value(it).map_err(kube::Error::SerdeError);
        if name.is_empty() {
            return api.list(&ListParams::default()).await.and_then(json_list).map(Some);
        }
        api.get_opt(name).await?.map(json).transpose()
    }
}

fn json_list(
    list: kube::core::ObjectList<DynamicObject>,
) -> Result<serde_json::Value, kube::Error> {
    serde_json::to_value(list).map_err(kube::Error::SerdeError)
}
