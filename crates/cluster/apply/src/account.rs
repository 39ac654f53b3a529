//! Clients that act as somebody else.

use http::{HeaderName, HeaderValue, Request};
use kube::Client;
use kube::client::Body;

/// A client over the same connections that acts as a ServiceAccount, so that Kubernetes' own
/// authorization decides what a release may do. The API server adds an account's groups by itself,
/// so the right to impersonate groups, which is every right, is not needed.
///
/// # Errors
/// When the names can't be header values, which names that the API server accepts always can.
pub fn impersonate(
    client: &Client,
    namespace: &str,
    account: &str,
) -> Result<Client, http::header::InvalidHeaderValue> {
    let user = HeaderValue::from_str(&format!("system:serviceaccount:{namespace}:{account}"))?;
    let inner = client.clone();
    let service = tower::service_fn(move |mut request: Request<Body>| {
        let headers = request.headers_mut();
        headers.insert(HeaderName::from_static("impersonate-user"), user.clone());
        let client = inner.clone();
        async move { client.send(request).await }
    });
    Ok(Client::new(service, namespace))
}
