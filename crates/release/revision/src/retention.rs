//! Which versions are kept.

use std::collections::BTreeSet;

/// How many versions are kept unless `spec.historyLimit` says otherwise.
pub const DEFAULT_HISTORY_LIMIT: usize = 10;

/// The versions to remove, oldest first.
///
/// Never removed: the one being served, the newest healthy one (a rollback's target), and the
/// highest number, so that numbers are never reused, not even after a restore without status.
#[must_use]
pub fn trim(
    versions: &BTreeSet<i64>,
    limit: usize,
    served: Option<i64>,
    healthy: &[i64],
) -> Vec<i64> {
    let newest_healthy = healthy.iter().filter(|it| versions.contains(it)).max().copied();
    let highest = versions.last().copied();
    let excess = versions.len().saturating_sub(limit.max(1));
    versions
        .iter()
        .copied()
        .filter(|it| ![served, newest_healthy, highest].contains(&Some(*it)))
        .take(excess)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_served_the_healthy_and_the_highest_stay() {
        let check = |versions: std::ops::RangeInclusive<i64>,
                     limit,
                     served,
                     healthy: &[i64],
                     want: &[i64]| {
            assert_eq!(trim(&versions.collect(), limit, served, healthy), want);
        };
        check(1..=3, 10, Some(3), &[3], &[]);
        check(1..=4, 3, Some(4), &[4], &[1]);
        check(1..=5, 2, Some(1), &[1, 2], &[3, 4]);
        check(1..=5, 1, Some(2), &[3], &[1, 4]);
        check(1..=2, 0, None, &[], &[1]);
    }
}
