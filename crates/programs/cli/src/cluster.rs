//! The way to the API server, read as kubectl reads it.

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Api, Client, Config};
use pintle_release_api::{Release, ReleaseHistory};

use crate::fault::{Fault, unreachable_server};
use crate::settings::Settings;

/// A cluster, and the namespace that is meant in it.
#[derive(Clone)]
pub(crate) struct Cluster {
    /// A client with the rights of the kubeconfig's user.
    pub(crate) client: Client,
    /// `--namespace`, or the context's.
    pub(crate) namespace: String,
    /// Whether that is the context's own, so that commands shown need not name it.
    pub(crate) is_own_namespace: bool,
}

impl Cluster {
    /// Connects as the global arguments say: `--kubeconfig`, `$KUBECONFIG`, `~/.kube/config`, or
    /// the account of the pod this runs in.
    pub(crate) async fn connect(settings: &Settings) -> anyhow::Result<Self> {
        let config = config(settings).await?;
        let own = config.default_namespace.clone();
        let client = Client::try_from(config)
            .map_err(|it| anyhow::Error::new(it).context(Fault::new("no client can be made")))?;
        let namespace = settings.namespace.clone().unwrap_or_else(|| own.clone());
        Ok(Cluster { client, is_own_namespace: namespace == own, namespace })
    }

    /// A cluster of our own, for the demo.
    pub(crate) fn of(client: Client, namespace: &str) -> Self {
        Cluster { client, namespace: namespace.to_owned(), is_own_namespace: false }
    }

    /// The Releases of the namespace.
    pub(crate) fn releases(&self) -> Api<Release> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The histories of the namespace.
    pub(crate) fn histories(&self) -> Api<ReleaseHistory> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }
}

async fn config(settings: &Settings) -> anyhow::Result<Config> {
    let options =
        KubeConfigOptions { context: settings.context.clone(), ..KubeConfigOptions::default() };
    let wrong = |error: kube::config::KubeconfigError| {
        unreachable_server(crate::fault::chain(&error))
            .context(Fault::new("the kubeconfig can't be used"))
    };
    if let Some(path) = &settings.kubeconfig {
        let file = Kubeconfig::read_from(path).map_err(wrong)?;
        return Config::from_custom_kubeconfig(file, &options).await.map_err(wrong);
    }
    match Config::from_kubeconfig(&options).await {
        Ok(config) => Ok(config),
        Err(error) => match Config::incluster() {
            Ok(config) if settings.context.is_none() => Ok(config),
            _ => Err(wrong(error)),
        },
    }
}
