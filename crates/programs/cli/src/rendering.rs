//! How charts are rendered on the user's machine: clock, randomness, namespace, versions.

use std::net::ToSocketAddrs;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use kube::config::Kubeconfig;
use pintle_go_time::Time;
use pintle_helm_render::{Generator, KubeVersion, RenderOptions, SEED_LEN, Seeded};

use crate::fault::Fault;
use crate::settings::Settings;

/// Helm's choices for a release of this name.
pub(crate) fn options(settings: &Settings, name: &str) -> anyhow::Result<RenderOptions> {
    let mut seed = [0; SEED_LEN];
    getrandom::fill(&mut seed)
        .map_err(|error| Fault::new(format!("the system has no randomness: {error}")))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let generator = Seeded::new(seed, seconds, i64::from(now.subsec_nanos()));
    let generator = Arc::new(Host(generator));
    let mut options = RenderOptions::new(name, &namespace(settings), generator);
    options.debug = settings.debug;
    Ok(options)
}

/// What templates get of this machine.
struct Host(Seeded);

impl Generator for Host {
    fn random(&self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }

    fn now(&self) -> Time {
        self.0.now()
    }

    /// The first of its addresses; asked for with `--enable-dns` alone.
    fn host_address(&self, name: &[u8]) -> String {
        let name = String::from_utf8_lossy(name);
        let found = (name.as_ref(), 0).to_socket_addrs().ok().and_then(|mut all| all.next());
        found.map(|it| it.ip().to_string()).unwrap_or_default()
    }
}

/// `--kube-version`; the error is Helm's text.
pub(crate) fn kube_version(given: Option<&str>) -> Result<Option<KubeVersion>, String> {
    let Some(text) = given.filter(|it| !it.is_empty()) else { return Ok(None) };
    let parsed = KubeVersion::parse(text);
    parsed.map(Some).map_err(|error| format!("invalid kube version '{text}': {error}"))
}

/// `--namespace`, or the context's, or `default`; the cluster itself is not asked.
fn namespace(settings: &Settings) -> String {
    let from_context = || {
        let file = match &settings.kubeconfig {
            Some(path) => Kubeconfig::read_from(path).ok()?,
            None => Kubeconfig::read().ok()?,
        };
        let wanted = settings.context.clone().or(file.current_context)?;
        let named = file.contexts.into_iter().find(|it| it.name == wanted)?;
        named.context?.namespace
    };
    let given = settings.namespace.clone().or_else(from_context);
    given.unwrap_or_else(|| "default".to_owned())
}
