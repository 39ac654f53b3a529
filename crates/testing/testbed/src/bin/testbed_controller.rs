//! A controller in a process of its own, for the tests that kill it and the benches that measure
//! it: `testbed-controller URL|KUBECONFIG NAMESPACE`.

use anyhow::Context as _;
use kube::config::{KubeConfigOptions, Kubeconfig};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut args = std::env::args().skip(1);
    let server = args.next().context("give the API server's address or a kubeconfig")?;
    let namespace = args.next().context("give the namespace to serve")?;
    let config = if server.starts_with("http://") {
        kube::Config::new(server.parse()?)
    } else {
        let file = Kubeconfig::read_from(&server)?;
        kube::Config::from_custom_kubeconfig(file, &KubeConfigOptions::default()).await?
    };
    let client = kube::Client::try_from(config)?;
    let mut options = pintle_controller::Options::new(client);
    options.namespace = Some(namespace);
    pintle_controller::run(options, std::future::pending()).await
}
