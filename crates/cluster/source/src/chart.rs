//! The chart's archive.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_release_api::ChartSource;
use pintle_release_revision::sha256;

use crate::{SourceError, Sources};

/// The largest archive that is read, in bytes: Helm's limit for what it unpacks to.
pub const MAX_ARCHIVE: usize = 100 << 20;

/// A chart archive.
#[derive(Clone, Debug)]
pub struct Archive {
    /// The `.tgz` itself.
    pub bytes: Vec<u8>,
    /// Its digest, `sha256:…`.
    pub digest: String,
}

impl Sources {
    /// The archive that a Release names.
    ///
    /// # Errors
    /// When it is not there, is no base64, or is too large.
    pub async fn chart(&self, source: &ChartSource) -> Result<Archive, SourceError> {
        let (place, bytes) = match source {
            ChartSource { inline: Some(text), .. } => {
                let text: String = text.split_whitespace().collect();
                let bytes = STANDARD.decode(text).map_err(|error| {
                    let what =
                        format!("not base64 ({error}): give the archive as `base64 -w0 chart.tgz`");
                    SourceError::invalid("spec.chart.inline", what)
                })?;
                ("spec.chart.inline".to_owned(), bytes)
            }
            ChartSource { blob: Some(digest), .. } => {
                let found = self.store.chart(digest).await?;
                let bytes = found.ok_or_else(|| SourceError::NoBlob { digest: digest.clone() })?;
                return Ok(Archive { bytes, digest: digest.clone() });
            }
            ChartSource { secret: Some(it), .. } => {
                (format!("Secret {}", it.name), self.secret(&it.name, &it.key).await?)
            }
            ChartSource { config_map: Some(it), .. } => {
                (format!("ConfigMap {}", it.name), self.config_map(&it.name, &it.key).await?)
            }
            ChartSource { .. } => {
                let what = "give one of inline, blob, secret, configMap";
                return Err(SourceError::invalid("spec.chart", what));
            }
        };
        if bytes.len() > MAX_ARCHIVE {
            let what =
                format!("the archive takes {} bytes, and the limit is {MAX_ARCHIVE}", bytes.len());
            return Err(SourceError::invalid(place, what));
        }
        let digest = sha256(&bytes);
        Ok(Archive { bytes, digest })
    }
}
