//! Stores what versions are made of: histories, chart archives, manifests. The only writer of them.
//!
//! - A **chart blob** is an archive by its digest, shared by all versions and releases of a
//!   namespace: `pintle-chart-DIGEST-0`, `-1`, …
//! - A **version blob** is all that a history must not show: the rendered manifest, the merged
//!   values and the release's salt, gzip: `RELEASE-vN-0`, `-1`, …
//! - A **history** is the [`ReleaseHistory`](pintle_release_api::ReleaseHistory) `RELEASE-vN`, and
//!   is written last: a version exists when its history does.
//!
//! Blobs are Secrets of type `pintle.dev/content`, in chunks, so that no object of the API server
//! comes near its size limit. Everything is read and written with the rights of the release.

mod blob;
mod error;
mod store;
mod version;

pub use blob::{CHUNK_LIMIT, MAX_BLOB};
pub use error::ContentError;
pub use store::Store;
pub use version::{Version, VersionBlob, history_name};
