//! How charts are rendered on the user's machine: clock, randomness, namespace, versions.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use kube::config::Kubeconfig;
use pintle_helm_render::{KubeVersion, RenderOptions, SEED_LEN, Seeded};

use crate::fault::Fault;
use crate::settings::Settings;

/// Helm's choices for a release of this name.
pub(crate) fn options(settings: &Settings, name: &str) -> anyhow::Result<RenderOptions> {
    let mut seed = [0; SEED_LEN];
    getrandom::fill(&mut seed)
        .map_err(|error| Fault::new(format!("the system has no randomness: {error}")))?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(now.as_secs()).unwrap_or(i64::MAX);
    let generator = Arc::new(Seeded::new(seed, seconds, i64::from(now.subsec_nanos())));
    Ok(RenderOptions::new(name, &namespace(settings), generator))
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
