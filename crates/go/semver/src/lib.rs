//! Versions and constraints as Masterminds/semver v3.5.0 reads, orders and explains them.
//!
//! The library is lenient where the SemVer specification is not (`v1.2`, `1`), and its constraint
//! language differs from npm's (`=>`, `~>`, hyphen ranges, spaces or commas between terms,
//! `!=1.0` excluding every `1.0.x`), so it is a port of the Go sources and not a wrapper around the
//! `semver` crate. The regular expressions of the original are deterministic once anchored; here
//! they are small hand-written scanners.

mod constraint;
mod quote;
mod version;

pub use constraint::{ConstraintError, Constraints, MAX_CONSTRAINT_GROUPS, MAX_CONSTRAINT_LEN};
pub use version::{MAX_VERSION_LEN, Version, VersionError};
