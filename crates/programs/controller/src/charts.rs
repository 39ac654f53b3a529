//! Charts, parsed once per digest, and rendered on a few threads of their own.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::jiff::Timestamp;
use kube::Client;
use pintle_cluster_content::Store;
use pintle_cluster_source::Archive;
use pintle_helm_chart::{ErrorKind, Values, check_complete, load_archive};
use pintle_helm_render::{Capabilities, ParsedChart, RenderError, RenderOptions, SEED_LEN, Seeded};
use pintle_release_api::{Reason, Release, RenderedChart};
use pintle_release_manifest::{Manifest, Redactor};
use tokio::sync::Semaphore;

use crate::fault::Fault;
use crate::server::{CapabilitiesError, ClusterLookup, server_capabilities};

/// The most parsed charts that are kept, and the most archive bytes they may come from.
const MAX_CHARTS: usize = 64;
/// See [`MAX_CHARTS`].
const MAX_CHART_BYTES: usize = 16 << 20;
/// Renders that run at once: they are all computing, and a reconcile more must not starve the rest.
const RENDERS: usize = 2;
/// A chart blob that nobody refers to is kept this long: somebody may be about to record it.
const GRACE: Duration = Duration::from_secs(60);
/// The most charts that are known to be stored.
const MAX_STORED: usize = 16_384;
/// The most locks of namespaces that are kept while nobody holds them.
const MAX_LOCKS: usize = 4096;
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
    /// What errors and warnings must not show.
    pub(crate) secrets: Redactor,
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
/// Holds off sweeps of a namespace: see [`Charts::hold`].
pub(crate) type Hold = tokio::sync::OwnedRwLockReadGuard<()>;

/// The charts of one process.
pub(crate) struct Charts {
    client: Client,
    cache: Mutex<Cache>,
    /// Namespaces and digests that are known to be stored.
    stored: Mutex<HashSet<(String, String)>>,
    /// Those that are being stored: of a hundred releases of one chart, one stores it.
    storing: Mutex<Turns>,
    /// Keeps sweeps of a namespace apart from the recording of its versions.
    sweeps: Mutex<HashMap<String, Arc<tokio::sync::RwLock<()>>>>,
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
            sweeps: Mutex::default(),
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
        // With the release's rights.
        let lookup = Arc::new(ClusterLookup::new(input.client.clone()));
        let task = tokio::task::spawn_blocking(move || {
            let chart = match cached {
                Some(chart) => chart,
                None => parse(&input.archive.bytes)?,
            };
            render(&chart, &input, &capabilities, &lookup)
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
        let mut stored = self.stored();
        if stored.len() >= MAX_STORED {
            // Storing one again costs a request and changes nothing.
            stored.clear();
        }
        stored.insert(key);
        Ok(())
    }

    /// To be held from before a chart is stored until the version that needs it is recorded: no
    /// sweep of the namespace comes in between.
    pub(crate) async fn hold(&self, namespace: &str) -> Hold {
        self.lock_of(namespace).read_owned().await
    }

    /// Removes the charts of a namespace that nobody uses: those of `at_once` whatever their age
    /// (they go with their last user), and those that nobody can be about to use any more.
    pub(crate) async fn sweep(
        &self,
        store: &Store,
        namespace: &str,
        used: impl FnOnce() -> BTreeSet<String>,
        at_once: &BTreeSet<String>,
    ) -> Result<(), Fault> {
        let _alone = self.lock_of(namespace).write_owned().await;
        let gone = store.sweep_charts(&used(), Timestamp::now() - GRACE, at_once).await?;
        // What is gone is named by label, which is cut short: asking again once more is no harm.
        if !gone.is_empty() {
            self.stored().retain(|(of, _)| of != namespace);
        }
        Ok(())
    }

    fn lock_of(&self, namespace: &str) -> Arc<tokio::sync::RwLock<()>> {
        let mut locks = self.sweeps.lock().unwrap_or_else(PoisonError::into_inner);
        if locks.len() >= MAX_LOCKS {
            locks.retain(|_, it| Arc::strong_count(it) > 1);
        }
        Arc::clone(locks.entry(namespace.to_owned()).or_default())
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
        let capabilities = server_capabilities(&self.client).await.map_err(|it| match it {
            CapabilitiesError::Api(error) => Fault::from(error),
            CapabilitiesError::Version(_) => Fault::transient(it.to_string()),
        })?;
        let capabilities = Arc::new(capabilities);
        *known = Some((Instant::now(), Arc::clone(&capabilities)));
        Ok(capabilities)
    }
}

fn parse(archive: &[u8]) -> Result<ParsedChart, Fault> {
    let mut warnings = Vec::new();
    let chart = load_archive(archive, &mut warnings)
        .and_then(|chart| {
            chart.check_installable()?;
            check_complete(&chart)?;
            Ok(chart)
        })
        .map_err(|error| Fault::new(Reason::ChartInvalid, error.located()))?;
    Ok(ParsedChart::new(chart))
}

fn render(
    chart: &ParsedChart,
    input: &RenderInput,
    capabilities: &Capabilities,
    lookup: &Arc<ClusterLookup>,
) -> Result<(Manifest, RenderedChart), Fault> {
    let generator = Arc::new(generator()?);
    let mut options = RenderOptions::new(&input.release_name, &input.namespace, generator);
    options.release.revision = input.revision;
    options.release.is_upgrade = input.upgrade;
    options.capabilities = capabilities.clone();
    options.lookup = Some(Arc::<ClusterLookup>::clone(lookup));
    let mut warnings = Vec::new();
    let rendered = pintle_helm_render::render(chart, &input.values, &options, &mut warnings)
        .map_err(|error| match lookup.passing_fault() {
            Some(passing) => Fault::transient(format!("lookup: {passing}")),
            None => fault(&error, &input.secrets),
        })?;
    for warning in &warnings {
        let warning = input.secrets.clean(&format!("{warning:?}"));
        tracing::debug!(release = %input.release_name, warning, "the chart warns");
    }
    let manifest = rendered.manifest().map_err(|error| fault(&error, &input.secrets))?;
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

/// The charts that a release is served from or asks for.
pub(crate) fn own_charts(release: &Release) -> BTreeSet<String> {
    let chart = release.status.as_ref().and_then(|it| it.chart.as_ref());
    let served = chart.map(|it| it.digest.clone());
    served.into_iter().chain(release.spec.chart.blob.clone()).collect()
}

fn fault(error: &RenderError, secrets: &Redactor) -> Fault {
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
    // Before it is cut, which could leave half of a secret.
    Fault::new(reason, bounded(&secrets.clean(&error.to_string())))
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_sweep_waits_for_those_who_record() {
        // Nobody answers there: a sweep that begins ends in an error.
        let config = kube::Config::new("http://127.0.0.1:1".parse().unwrap());
        let client = Client::try_from(config).unwrap();
        let (charts, store) = (Charts::new(client.clone()), Store::new(&client, "a"));
        let (looked, none) = (AtomicBool::new(false), BTreeSet::new());
        let used = || {
            looked.store(true, Ordering::Relaxed);
            BTreeSet::new()
        };
        // Two record at once; neither waits for the other.
        let holds = (charts.hold("a").await, charts.hold("a").await);
        let mut sweep = Box::pin(charts.sweep(&store, "a", used, &none));
        assert!(futures::poll!(&mut sweep).is_pending());
        drop(holds.0);
        assert!(futures::poll!(&mut sweep).is_pending());
        assert!(!looked.load(Ordering::Relaxed), "what is used is asked when nobody records");
        drop(holds.1);
        assert!(sweep.await.is_err());
        assert!(looked.load(Ordering::Relaxed));
    }
}
