//! Where a rollback goes.

use std::collections::BTreeSet;

use pintle_release_api::RollbackTo;

/// Why there is no way back to a version. Each text lists the versions there are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollbackError {
    /// It is not in the history.
    #[error("version {version} is not in the history; there are: {there}")]
    NotFound {
        /// The version asked for.
        version: i64,
        /// Those that are there.
        there: String,
    },
    /// It was never healthy, and `force` is not set.
    #[error(
        "version {version} was never healthy; healthy were: {healthy} (spec.rollbackTo.force overrides this)"
    )]
    NeverHealthy {
        /// The version asked for.
        version: i64,
        /// Those that were healthy.
        healthy: String,
    },
    /// Version 0 was asked for, and there is no healthy one but the current.
    #[error("there is no healthy version to go back to; there are: {there}")]
    NoHealthy {
        /// Those that are there.
        there: String,
    },
}

/// The version that a wish means.
///
/// # Errors
/// When it is not there, or never was healthy and is not forced.
pub fn rollback_target(
    wish: &RollbackTo,
    versions: &BTreeSet<i64>,
    healthy: &BTreeSet<i64>,
    current: Option<i64>,
) -> Result<i64, RollbackError> {
    let there = || list(versions);
    if wish.version == 0 {
        let newest = healthy.iter().rev().find(|it| versions.contains(it) && Some(**it) != current);
        return newest.copied().ok_or_else(|| RollbackError::NoHealthy { there: there() });
    }
    if !versions.contains(&wish.version) {
        return Err(RollbackError::NotFound { version: wish.version, there: there() });
    }
    if !healthy.contains(&wish.version) && !wish.force {
        let healthy = list(&versions.intersection(healthy).copied().collect());
        return Err(RollbackError::NeverHealthy { version: wish.version, healthy });
    }
    Ok(wish.version)
}

fn list(versions: &BTreeSet<i64>) -> String {
    if versions.is_empty() {
        return "none".to_owned();
    }
    versions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn back_to_what_was_healthy() {
        let check = |version,
                     force,
                     versions: &[i64],
                     healthy: &[i64],
                     current,
                     want: Result<i64, &str>| {
            let (versions, healthy) =
                (versions.iter().copied().collect(), healthy.iter().copied().collect());
            let got = rollback_target(&RollbackTo { version, force }, &versions, &healthy, current);
            assert_eq!(got.map_err(|it| it.to_string()), want.map_err(str::to_owned));
        };
        check(1, false, &[1, 2], &[1], Some(2), Ok(1));
        check(0, false, &[1, 2, 3], &[1, 2], Some(3), Ok(2));
        check(0, false, &[1, 2, 3], &[1, 3], Some(3), Ok(1));
        check(2, true, &[1, 2], &[1], Some(1), Ok(2));
        check(
            9,
            true,
            &[1, 2],
            &[1],
            Some(2),
            Err("version 9 is not in the history; there are: 1, 2"),
        );
        check(
            2,
            false,
            &[1, 2],
            &[1],
            Some(1),
            Err(
                "version 2 was never healthy; healthy were: 1 (spec.rollbackTo.force overrides this)",
            ),
        );
        check(
            0,
            false,
            &[1],
            &[1],
            Some(1),
            Err("there is no healthy version to go back to; there are: 1"),
        );
    }
}
