//! What can go wrong with a source.

use pintle_cluster_content::ContentError;

/// A source could not be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The object, or the key in it, is not there. It may come.
    #[error("{kind} {name} with key {key} is not there")]
    Missing {
        /// `Secret` or `ConfigMap`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The key.
        key: String,
    },
    /// The blob that the spec names is not stored in the namespace.
    #[error("chart {digest} is not stored in this namespace: apply it again with its archive")]
    NoBlob {
        /// The digest.
        digest: String,
    },
    /// What is there is not what it should be.
    #[error("{place}: {what}")]
    Invalid {
        /// The field or object.
        place: String,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The API server's answer.
    #[error("read {kind} {name}")]
    Api {
        /// `Secret` or `ConfigMap`.
        kind: &'static str,
        /// Its name.
        name: String,
        /// The answer.
        #[source]
        source: kube::Error,
    },
    /// The namespace's store.
    #[error(transparent)]
    Content(#[from] ContentError),
}

impl SourceError {
    pub(crate) fn missing(kind: &'static str, name: &str, key: &str) -> Self {
        SourceError::Missing { kind, name: name.to_owned(), key: key.to_owned() }
    }

    pub(crate) fn api(kind: &'static str, name: &str, source: kube::Error) -> Self {
        SourceError::Api { kind, name: name.to_owned(), source }
    }

    pub(crate) fn invalid(place: impl Into<String>, what: impl Into<String>) -> Self {
        SourceError::Invalid { place: place.into(), what: what.into() }
    }
}
