//! Which version a spec is. Version is a pointer to content, which replaces a state machine.
//!
//! | situation | version | history |
//! |---|---|---|
//! | first time | 1 | v1 recorded |
//! | content changed to something new | max ever + 1 | a new one recorded |
//! | spec edited, content identical | same | untouched |
//! | content equals an earlier version N | N | untouched |
//! | that earlier version was trimmed | max ever + 1 | a new one recorded |

mod digest;
mod retention;
mod rollback;
mod version;

pub use digest::{Content, SALT_LEN, SCHEME, Salt, content_digest, keyed_digest, sha256};
pub use retention::{DEFAULT_HISTORY_LIMIT, trim};
pub use rollback::{RollbackError, rollback_target};
pub use version::{Identity, identify};
