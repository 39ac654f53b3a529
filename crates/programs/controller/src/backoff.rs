//! How long to wait before the next try: capped, jittered, and never for ever.

use std::time::Duration;

use pintle_release_api::Category;

/// First wait after a passing fault.
const TRANSIENT_FIRST: Duration = Duration::from_millis(500);
/// Longest wait after passing faults.
const TRANSIENT_CAP: Duration = Duration::from_secs(60);
/// First wait where a person has to change something: that change comes as a watch event, so the
/// retry is only for what no watch tells (a right that was granted, a quota that was raised).
const STALLED_FIRST: Duration = Duration::from_secs(5);
/// Longest such wait.
const STALLED_CAP: Duration = Duration::from_secs(300);

/// The wait before attempt `attempt` (from 0); `jitter` in 0..1 spreads it over 75–125 %.
pub(crate) fn delay(category: Category, attempt: u32, jitter: f64) -> Duration {
    let (first, cap) = match category {
        Category::Stalled => (STALLED_FIRST, STALLED_CAP),
        Category::Transient | Category::Waiting | Category::Fine => {
            (TRANSIENT_FIRST, TRANSIENT_CAP)
        }
    };
    let grown = first.saturating_mul(1_u32 << attempt.min(20));
    grown.min(cap).mul_f64(0.75 + jitter.clamp(0.0, 1.0) / 2.0)
}

/// A number in 0..1 that differs from call to call.
pub(crate) fn jitter() -> f64 {
    let mut bytes = [0; 4];
    // Without randomness all releases wait alike, which is worse, but not wrong.
    if getrandom::fill(&mut bytes).is_err() {
        return 0.5;
    }
    f64::from(u32::from_le_bytes(bytes)) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_cap_and_no_further() {
        let check = |category, attempt, want: f64| {
            let got = delay(category, attempt, 0.5).as_secs_f64();
            assert!((got - want).abs() < 1e-9, "{category:?} {attempt}: {got}");
        };
        check(Category::Transient, 0, 0.5);
        check(Category::Transient, 3, 4.0);
        check(Category::Transient, 7, 60.0);
        check(Category::Transient, u32::MAX, 60.0);
        check(Category::Stalled, 0, 5.0);
        check(Category::Stalled, 10, 300.0);
    }
}
