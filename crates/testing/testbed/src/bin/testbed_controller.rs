//! A controller in a process of its own, for the tests that kill it: `testbed-controller URL`.

use anyhow::Context as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let url = std::env::args().nth(1).context("give the API server's address")?;
    let mut config = kube::Config::new(url.parse()?);
    config.default_namespace = "default".to_owned();
    let client = kube::Client::try_from(config)?;
    pintle_controller::run(pintle_controller::Options::new(client), std::future::pending()).await
}
