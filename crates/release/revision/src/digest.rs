//! The identity of content: a keyed digest, or a reader of histories could guess passwords.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// Length of a release's salt in bytes.
pub const SALT_LEN: usize = 32;
/// A release's salt: random, made with its first version, kept in its blobs.
pub type Salt = [u8; SALT_LEN];
/// The scheme that new digests are made with. Recorded ones are compared in their own scheme, so
/// that a new Pintle never re-versions a fleet.
pub const SCHEME: &str = "v1";

/// What makes a version: everything that a render depends on, and nothing else. Cluster
/// capabilities and upgrade options are left out on purpose.
#[derive(Clone, Copy, Debug)]
pub struct Content<'a> {
    /// Digest of the chart archive.
    pub chart: &'a str,
    /// The merged user values as canonical JSON.
    pub values: &'a str,
    /// The release's name for the chart.
    pub release_name: &'a str,
    /// Its namespace.
    pub namespace: &'a str,
    /// `spec.rerender`
    pub rerender: Option<&'a str>,
}

/// The digest of content, with its scheme: `v1:…`.
#[must_use]
pub fn content_digest(salt: &Salt, content: &Content<'_>) -> String {
    let parts = [
        content.chart,
        content.values,
        content.release_name,
        content.namespace,
        content.rerender.unwrap_or_default(),
        if content.rerender.is_some() { "rerender" } else { "" },
    ];
    keyed(salt, &parts.map(str::as_bytes))
}

/// A keyed digest of anything else that may cover secrets (a manifest, values).
#[must_use]
pub fn keyed_digest(salt: &Salt, bytes: &[u8]) -> String {
    keyed(salt, &[bytes])
}

/// `sha256:…` of public bytes, such as a chart archive.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(&Sha256::digest(bytes)))
}

/// Parts are framed by their length, so that no two lists of parts run together the same.
fn keyed(salt: &Salt, parts: &[&[u8]]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(salt) else {
        unreachable!("HMAC takes keys of any length")
    };
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    format!("{SCHEME}:{}", hex(&mac.finalize().into_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: Content<'_> = Content {
        chart: "sha256:aa",
        values: "{}",
        release_name: "shop",
        namespace: "team-a",
        rerender: None,
    };

    #[test]
    fn every_part_counts_and_parts_do_not_run_together() {
        let salt = [7; SALT_LEN];
        let all = [
            CONTENT,
            Content { chart: "sha256:ab", ..CONTENT },
            Content { values: r#"{"a":1}"#, ..CONTENT },
            Content { release_name: "shopteam-a", namespace: "", ..CONTENT },
            Content { namespace: "team-b", ..CONTENT },
            Content { rerender: Some(""), ..CONTENT },
            Content { rerender: Some("2026-11"), ..CONTENT },
        ];
        let digests: std::collections::HashSet<String> =
            all.iter().map(|it| content_digest(&salt, it)).collect();
        assert_eq!(digests.len(), all.len());
    }

    #[test]
    fn the_salt_keys_it() {
        let one = content_digest(&[1; SALT_LEN], &CONTENT);
        assert_ne!(one, content_digest(&[2; SALT_LEN], &CONTENT));
        assert!(one.starts_with("v1:"));
    }
}
