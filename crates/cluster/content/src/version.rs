//! What a version is made of.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use pintle_release_api::{ReleaseHistory, ReleaseHistorySpec};
use pintle_release_manifest::{Manifest, REDACTED, Sensitive};
use pintle_release_revision::{SALT_LEN, Salt};
use serde::{Deserialize, Serialize};

use crate::MAX_BLOB;

/// The name of a version's history and of its blob.
#[must_use]
pub fn history_name(release: &str, version: i64) -> String {
    format!("{release}-v{version}")
}

/// A version as it is recorded: its history, and what the history must not show.
#[derive(Clone, Debug)]
pub struct Version {
    /// The public part.
    pub history: ReleaseHistorySpec,
    /// The rest.
    pub blob: VersionBlob,
}

/// What a version's blob holds.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionBlob {
    /// The release's salt, base16: the key of every digest of it.
    salt: String,
    /// What the chart rendered to.
    pub manifest: Manifest,
    /// The merged user values.
    pub values: serde_json::Value,
    /// What each entry of `spec.valuesFrom` held, by digest, so that a rollback finds it again.
    #[serde(default)]
    pub values_from: std::collections::BTreeMap<String, Sensitive>,
}

impl std::fmt::Debug for VersionBlob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VersionBlob({REDACTED})")
    }
}

impl VersionBlob {
    /// A blob of these parts.
    #[must_use]
    pub fn new(
        salt: &Salt,
        manifest: Manifest,
        values: serde_json::Value,
        values_from: std::collections::BTreeMap<String, Sensitive>,
    ) -> Self {
        let salt = salt.iter().map(|byte| format!("{byte:02x}")).collect();
        VersionBlob { salt, manifest, values, values_from }
    }

    /// The release's salt; none when the text is not one.
    #[must_use]
    pub fn salt(&self) -> Option<Salt> {
        let mut salt = [0; SALT_LEN];
        if self.salt.len() != 2 * SALT_LEN || !self.salt.is_ascii() {
            return None;
        }
        for (index, byte) in salt.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&self.salt[2 * index..2 * index + 2], 16).ok()?;
        }
        Some(salt)
    }

    pub(crate) fn pack(&self) -> std::io::Result<Vec<u8>> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        serde_json::to_writer(&mut encoder, self)?;
        encoder.flush()?;
        encoder.finish()
    }

    pub(crate) fn unpack(bytes: &[u8]) -> std::io::Result<Self> {
        // A blob is ours, but lies where others can write: bound what it may swell to.
        let mut json = Vec::new();
        GzDecoder::new(bytes).take(4 * MAX_BLOB as u64).read_to_end(&mut json)?;
        Ok(serde_json::from_slice(&json)?)
    }
}

/// The object that a history is written as.
pub(crate) fn history_object(spec: ReleaseHistorySpec) -> ReleaseHistory {
    ReleaseHistory::new(&history_name(&spec.release, spec.version), spec)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blob_keeps_its_salt_and_its_numbers() {
        let values =
            serde_json::json!({"port": 8080, "rate": 0.1, "big": 9_007_199_254_740_993_i64});
        let salt = [0xa7; SALT_LEN];
        let blob = VersionBlob::new(&salt, Manifest::default(), values, [].into());
        let back = VersionBlob::unpack(&blob.pack().unwrap()).unwrap();
        assert_eq!(back, blob);
        assert_eq!(back.salt(), Some(salt));
    }
}
