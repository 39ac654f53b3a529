//! Kubeconfig files, which is how every program is told where the plane is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A kubeconfig for one user; the authority is carried inside, so the file can be copied.
pub(crate) fn kubeconfig(url: &str, authority_pem: &str, user: &str, token: &str) -> String {
    let authority = STANDARD.encode(authority_pem);
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: plane\n  \
           cluster:\n    \
             server: {url}\n    \
             certificate-authority-data: {authority}\n\
         users:\n\
         - name: {user}\n  \
           user:\n    \
             token: {token}\n\
         contexts:\n\
         - name: plane\n  \
           context:\n    \
             cluster: plane\n    \
             user: {user}\n\
         current-context: plane\n"
    )
}

#[cfg(test)]
mod tests {
    use super::kubeconfig;
    use kube::config::Kubeconfig;

    #[test]
    fn a_client_reads_it() {
        let read = Kubeconfig::from_yaml(&kubeconfig("https://127.0.0.1:1", "pem", "u", "t"));
        let read = read.unwrap();
        assert_eq!(read.current_context.as_deref(), Some("plane"));
        let cluster = read.clusters[0].cluster.as_ref().unwrap();
        assert_eq!(cluster.server.as_deref(), Some("https://127.0.0.1:1"));
        assert_eq!(cluster.certificate_authority_data.as_deref(), Some("cGVt"));
        let context = read.contexts[0].context.as_ref().unwrap();
        assert_eq!((context.cluster.as_str(), context.user.as_deref()), ("plane", Some("u")));
    }
}
