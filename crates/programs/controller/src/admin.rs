//! The admin port: `/healthz`, `/readyz`, `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;

use crate::context::Context;

/// The content type of the OpenMetrics text format.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Serves until the process ends.
///
/// # Errors
/// When the address can't be listened on.
pub(crate) async fn serve(address: SocketAddr, context: Arc<Context>) -> anyhow::Result<()> {
    let app = Router::new()
        .route("/healthz", get(|| async { "ok\n" }))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .with_state(context);
    let listener = tokio::net::TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("listen on {address} for the admin port"))?;
    tracing::info!(address = %listener.local_addr()?, "admin port");
    axum::serve(listener, app).await.context("serve the admin port")
}

/// Ready when the caches are in: from then on a reconcile knows what is there.
async fn readyz(State(context): State<Arc<Context>>) -> impl IntoResponse {
    if context.histories.is_ready() {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "waiting for the list of histories\n")
    }
}

async fn metrics(State(context): State<Arc<Context>>) -> impl IntoResponse {
    context.metrics.releases(context.releases.len());
    context.metrics.observed(context.observer.counters());
    ([(header::CONTENT_TYPE, OPEN_METRICS)], context.metrics.text())
}
