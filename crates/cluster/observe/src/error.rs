//! Why a kind can't be watched.

use pintle_release_api::Reason;
use pintle_release_manifest::Gvk;

/// A kind that is not being watched, with the server's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ObserveError {
    /// The server refuses; it is tried again all the same.
    #[error("Pintle may not list and watch {kind}: {said}; grant its account get, list and watch")]
    Refused {
        /// What was to be watched.
        kind: Gvk,
        /// The server's words.
        said: String,
    },
    /// The server does not serve the kind, any more or yet.
    #[error("the API server serves no {kind}: install its CustomResourceDefinition")]
    NoSuchKind {
        /// What was to be watched.
        kind: Gvk,
    },
    /// The first list did not come in time; it is tried again.
    #[error("{kind} could not be listed within {seconds} s: {said}")]
    NotSynced {
        /// What was to be watched.
        kind: Gvk,
        /// How long was waited.
        seconds: u64,
        /// The last error.
        said: String,
    },
}

impl ObserveError {
    /// The word of the closed list that goes with it.
    #[must_use]
    pub fn reason(&self) -> Reason {
        match self {
            ObserveError::Refused { .. } => Reason::Forbidden,
            // Its definition may be on its way, or just gone: whoever asks anew is told.
            ObserveError::NoSuchKind { .. } | ObserveError::NotSynced { .. } => {
                Reason::ApiUnavailable
            }
        }
    }
}
