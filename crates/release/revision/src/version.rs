//! From content to version number.

use std::collections::BTreeMap;

/// Which version content is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identity {
    /// One of the history.
    Known(i64),
    /// A new one.
    New(i64),
}

impl Identity {
    /// The number.
    #[must_use]
    pub fn version(self) -> i64 {
        match self {
            Identity::Known(version) | Identity::New(version) => version,
        }
    }
}

/// Finds content in a history (version → content digest), or gives it the next number.
///
/// `latest_given` is the highest number that the status remembers: numbers are never reused, even
/// where somebody deleted histories by hand. Of several versions with the same content (an early
/// one recorded, lost and restored) the highest counts.
#[must_use]
pub fn identify(
    digest: &str,
    history: &BTreeMap<i64, String>,
    latest_given: Option<i64>,
) -> Identity {
    let known = history.iter().rev().find(|(_, have)| *have == digest);
    if let Some((version, _)) = known {
        return Identity::Known(*version);
    }
    let latest = history.keys().next_back().copied();
    Identity::New(latest.max(latest_given).unwrap_or(0) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_versions() {
        let history = |items: &[(i64, &str)]| {
            items.iter().map(|(version, digest)| (*version, (*digest).to_owned())).collect()
        };
        let check = |have: &[(i64, &str)], latest, digest, want| {
            assert_eq!(identify(digest, &history(have), latest), want, "{have:?} {latest:?}");
        };
        check(&[], None, "a", Identity::New(1));
        check(&[(1, "a")], Some(1), "a", Identity::Known(1));
        check(&[(1, "a")], Some(1), "b", Identity::New(2));
        check(&[(1, "a"), (2, "b")], Some(2), "a", Identity::Known(1));
        // After a restore without status, and with a trimmed or deleted history.
        check(&[(1, "a"), (2, "b")], None, "c", Identity::New(3));
        check(&[(4, "d"), (5, "e")], Some(5), "a", Identity::New(6));
        check(&[(1, "a")], Some(7), "b", Identity::New(8));
    }
}
