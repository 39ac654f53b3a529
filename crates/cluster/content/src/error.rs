//! What can go wrong with content.

/// Content could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum ContentError {
    /// The API server's answer.
    #[error("{what} {name}")]
    Api {
        /// What was tried: `read Secret`.
        what: &'static str,
        /// The object.
        name: String,
        /// The answer.
        #[source]
        source: kube::Error,
    },
    /// A chunk is not there, or does not hold what its name says.
    #[error("content {name} is damaged: {what}; apply the release again to record it anew")]
    Damaged {
        /// The blob.
        name: String,
        /// What is wrong.
        what: String,
    },
    /// A version that is recorded is never written again.
    #[error("version {name} is recorded already")]
    Recorded {
        /// The history.
        name: String,
    },
    /// Too large to be stored.
    #[error("content {name} takes {bytes} bytes, and the limit is {limit}")]
    TooLarge {
        /// The blob.
        name: String,
        /// Its size.
        bytes: usize,
        /// [`MAX_BLOB`](crate::MAX_BLOB)
        limit: usize,
    },
}

impl ContentError {
    /// The API server's status, if it answered with one.
    #[must_use]
    pub fn status(&self) -> Option<&kube::core::Status> {
        match self {
            ContentError::Api { source: kube::Error::Api(status), .. } => Some(status),
            _ => None,
        }
    }
}
