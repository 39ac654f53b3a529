//! Values held by Secrets and ConfigMaps.

use std::collections::BTreeMap;

use pintle_release_api::{PINNED_ABSENT, ValuesKind, ValuesSource};
use pintle_release_manifest::Sensitive;

use crate::{SourceError, Sources};

/// The key that is read unless an entry names another.
pub const VALUES_KEY: &str = "values.yaml";
/// The largest text that is read, in bytes: no Secret or ConfigMap holds more.
pub const MAX_VALUES: usize = 1 << 20;

/// What pinned entries held, by digest: from a version's blob.
pub type Pinned = BTreeMap<String, Sensitive>;

/// The text of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundValues {
    /// The entry's place: `spec.valuesFrom[0] (Secret shop-db)`.
    pub place: String,
    /// Its text.
    pub text: Sensitive,
    /// Where it goes; none for a values file.
    pub target_path: Option<String>,
    /// Index of the entry in `spec.valuesFrom`.
    pub index: usize,
}

impl Sources {
    /// The texts of all entries that are there, in order. A pinned entry is what the version held;
    /// one that was not there then is left out.
    ///
    /// # Errors
    /// When an entry that is not optional is missing, or is not text.
    pub async fn values(
        &self,
        entries: &[ValuesSource],
        pinned: &Pinned,
    ) -> Result<Vec<FoundValues>, SourceError> {
        let mut found = Vec::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            if entry.digest.as_deref() == Some(PINNED_ABSENT) {
                continue;
            }
            let kind = match entry.kind {
                ValuesKind::Secret => "Secret",
                ValuesKind::ConfigMap => "ConfigMap",
            };
            let place = format!("spec.valuesFrom[{index}] ({kind} {})", entry.name);
            let text = match entry.digest.as_ref().and_then(|it| pinned.get(it)) {
                Some(text) => text.clone(),
                None => match self.text(entry, &place).await {
                    Err(SourceError::Missing { .. }) if entry.optional => continue,
                    other => other?,
                },
            };
            found.push(FoundValues { place, text, target_path: entry.target_path.clone(), index });
        }
        Ok(found)
    }

    async fn text(&self, entry: &ValuesSource, place: &str) -> Result<Sensitive, SourceError> {
        let key = entry.key.as_deref().unwrap_or(VALUES_KEY);
        let bytes = match entry.kind {
            ValuesKind::Secret => self.secret(&entry.name, key).await?,
            ValuesKind::ConfigMap => self.config_map(&entry.name, key).await?,
        };
        let text = String::from_utf8(bytes).map(Sensitive::new);
        text.map_err(|_| SourceError::invalid(format!("{place} key {key}"), "it is not UTF-8 text"))
    }
}
