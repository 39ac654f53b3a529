//! The calendar: seconds since an absolute zero to date and back, wrapping as Go's does.
//!
//! Go counts from the first of March of a year far in the past, in unsigned 64 bits; every `i64` of
//! Unix seconds is some date there, and the same one here.

pub(crate) const SECONDS_PER_DAY: u64 = 86_400;
/// Seconds from the first of January of year 1 (Go's zero time) to 1970.
pub(crate) const UNIX_TO_INTERNAL: i64 = 62_135_596_800;
/// Years before year 0 at which Go's absolute count starts: a multiple of 400.
const ABSOLUTE_YEARS: u64 = 292_277_022_400;
const DAYS_PER_400_YEARS: i128 = 146_097;
const MARCH_THROUGH_DECEMBER: u64 = 306;
/// Unix seconds to absolute seconds, modulo 2⁶⁴.
const UNIX_TO_ABSOLUTE: u64 = ((ABSOLUTE_YEARS as i128 / 400 * DAYS_PER_400_YEARS
    + MARCH_THROUGH_DECEMBER as i128)
    * SECONDS_PER_DAY as i128
    + UNIX_TO_INTERNAL as i128) as u64;

/// A day of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) year: i64,
    /// 1 to 12.
    pub(crate) month: u32,
    /// 1 to 31.
    pub(crate) day: u32,
    /// 1 to 366.
    pub(crate) year_day: u32,
    /// Sunday is 0.
    pub(crate) weekday: u32,
}

pub(crate) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

pub(crate) fn days_in(month: i64, year: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of a non-leap year before a month; 13 gives all 365.
pub(crate) fn days_before(month: i64) -> i64 {
    (1..month).map(|m| days_in(m, 1)).sum()
}

/// Local seconds (Unix seconds plus the zone's offset) as absolute seconds.
pub(crate) fn absolute(local: i64) -> u64 {
    (local as u64).wrapping_add(UNIX_TO_ABSOLUTE)
}

/// The day that holds an absolute second (Go `absDays.date` and `yearYday`).
pub(crate) fn day_of(absolute: u64) -> Day {
    let days = absolute / SECONDS_PER_DAY;
    let (century, century_days) = ((4 * days + 3) / 146_097, (4 * days + 3) % 146_097 / 4);
    let (year, march_day) = ((4 * century_days + 3) / 1461, (4 * century_days + 3) % 1461 / 4);
    let (march_month, day) = ((5 * march_day + 461) / 153, (5 * march_day + 461) % 153 / 5);
    let january_or_february = march_day >= MARCH_THROUGH_DECEMBER;
    let shift = u64::from(january_or_february);
    let year = (century * 100 + year + shift).wrapping_sub(ABSOLUTE_YEARS) as i64;
    let year_day = if january_or_february {
        march_day - MARCH_THROUGH_DECEMBER
    } else {
        march_day + 59 + u64::from(is_leap(year))
    };
    Day {
        year,
        month: (march_month - 12 * shift) as u32,
        day: day as u32 + 1,
        year_day: year_day as u32 + 1,
        // The absolute zero, a first of March like that of 2000, was a Wednesday.
        weekday: ((days + 3) % 7) as u32,
    }
}

/// Hour, minute and second of an absolute second.
pub(crate) fn clock_of(absolute: u64) -> (u32, u32, u32) {
    let second = (absolute % SECONDS_PER_DAY) as u32;
    (second / 3600, second / 60 % 60, second % 60)
}

/// Unix seconds of midnight of a day; the month is in range, the day need not be.
pub(crate) fn midnight(year: i64, month: i64, day: i64) -> i64 {
    let shift = u64::from(month < 3);
    let march_month = month as u64 + 12 * shift;
    let years = (year as u64).wrapping_sub(shift).wrapping_add(ABSOLUTE_YEARS);
    let march_day = (979 * march_month - 2919) >> 5;
    let (century, year) = (years / 100, years % 100);
    let days = 146_097_u64.wrapping_mul(century) / 4 + 1461 * year / 4 + march_day;
    let days = days.wrapping_add(day.wrapping_sub(1) as u64);
    days.wrapping_mul(SECONDS_PER_DAY).wrapping_sub(UNIX_TO_ABSOLUTE) as i64
}

/// Carries `lo` into `hi` so that it is in `0..base` (Go `norm`).
pub(crate) fn norm(hi: i64, lo: i64, base: i64) -> (i64, i64) {
    (hi.wrapping_add(lo.div_euclid(base)), lo.rem_euclid(base))
}
