//! Bytes as Secrets, in chunks.

use std::collections::BTreeMap;

use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{ObjectMeta, OwnerReference};
use pintle_release_api::CONTENT_TYPE;

use crate::ContentError;

/// The most bytes in one Secret: base64 makes 1.2 MiB of them on the wire, and the API server's
/// limit is 1 MiB of *data* (`core.MaxSecretSize`).
pub const CHUNK_LIMIT: usize = 900 << 10;
/// The most bytes in one blob: Helm's own limit for an archive.
pub const MAX_BLOB: usize = 100 << 20;

/// The key of a chunk's bytes.
const DATA: &str = "data";
/// The key of the number of chunks, in the first one.
const CHUNKS: &str = "chunks";

/// The name of a chunk.
pub(crate) fn chunk_name(blob: &str, index: usize) -> String {
    format!("{blob}-{index}")
}

/// The Secrets that hold a blob. They are immutable where the content is what names them.
pub(crate) fn chunks(
    blob: &str,
    bytes: &[u8],
    labels: &BTreeMap<String, String>,
    owner: Option<&OwnerReference>,
    immutable: bool,
) -> Result<Vec<Secret>, ContentError> {
    if bytes.len() > MAX_BLOB {
        let (bytes, limit) = (bytes.len(), MAX_BLOB);
        return Err(ContentError::TooLarge { name: blob.to_owned(), bytes, limit });
    }
    let parts: Vec<&[u8]> =
        if bytes.is_empty() { vec![&[]] } else { bytes.chunks(CHUNK_LIMIT).collect() };
    let count = parts.len().to_string();
    let secret = |(index, part): (usize, &&[u8])| {
        let mut data = BTreeMap::from([(DATA.to_owned(), ByteString(part.to_vec()))]);
        if index == 0 {
            data.insert(CHUNKS.to_owned(), ByteString(count.clone().into_bytes()));
        }
        Secret {
            metadata: ObjectMeta {
                name: Some(chunk_name(blob, index)),
                labels: Some(labels.clone()),
                owner_references: owner.map(|it| vec![it.clone()]),
                ..ObjectMeta::default()
            },
            type_: Some(CONTENT_TYPE.to_owned()),
            data: Some(data),
            immutable: immutable.then_some(true),
            ..Secret::default()
        }
    };
    Ok(parts.iter().enumerate().map(secret).collect())
}

/// A chunk's bytes, and in the first one the number of chunks.
pub(crate) fn read_chunk(secret: Secret) -> (Vec<u8>, Option<usize>) {
    let mut data = secret.data.unwrap_or_default();
    let count = data.get(CHUNKS).and_then(|it| std::str::from_utf8(&it.0).ok()?.parse().ok());
    // Others can write here: no number of theirs may send us round for ever.
    let count = count.map(|it: usize| it.min(MAX_BLOB.div_ceil(CHUNK_LIMIT)));
    (data.remove(DATA).map(|it| it.0).unwrap_or_default(), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blobs_come_back_from_their_chunks() {
        let check = |len: usize, want: usize| {
            let bytes: Vec<u8> = (0..len).map(|it| (it % 251) as u8).collect();
            let secrets = chunks("x", &bytes, &BTreeMap::new(), None, true).unwrap();
            assert_eq!(secrets.len(), want, "{len} bytes");
            let mut back = Vec::new();
            for (index, secret) in secrets.into_iter().enumerate() {
                let (part, count) = read_chunk(secret);
                assert_eq!(count, (index == 0).then_some(want));
                back.extend(part);
            }
            assert!(back == bytes, "{len} bytes");
        };
        check(0, 1);
        check(1, 1);
        check(CHUNK_LIMIT, 1);
        check(CHUNK_LIMIT + 1, 2);
    }

    #[test]
    fn a_blob_past_the_limit_is_refused() {
        let check = |len: usize| chunks("x", &vec![0; len], &BTreeMap::new(), None, true).is_ok();
        assert!(check(MAX_BLOB));
        assert!(!check(MAX_BLOB + 1));
    }
}
