//! A controller in a process of its own, for the tests that kill it: `testbed-controller URL NAMESPACE`.

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let mut args = std::env::args().skip(1);
    let url = args.next().context("give the API server's address")?;
    let namespace = args.next().context("give the namespace to serve")?;
    let mut config = kube::Config::new(url.parse()?);
    config.default_namespace = "default".to_owned();
    let client = kube::Client::try_from(config)?;
    let mut options = pintle_controller::Options::new(client);
    options.namespace = Some(namespace);
    pintle_controller::run(options, std::future::pending()).await
}
