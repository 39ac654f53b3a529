//! Instants with a zone, and their arithmetic (Go `time.go`).

use std::cmp::Ordering;

use crate::calendar::{Day, UNIX_TO_INTERNAL, absolute, clock_of, day_of, midnight, norm};
use crate::duration::Duration;
use crate::zone::Zone;

const NANOS: i64 = 1_000_000_000;

/// An instant, told in some zone (Go `time.Time` without the monotonic clock).
#[derive(Debug, Clone)]
pub struct Time {
    unix: i64,
    nanos: u32,
    zone: Zone,
}

/// A month; displays as its English name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month(pub u32);

/// A day of the week, Sunday being 0; displays as its English name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weekday(pub u32);

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) const WEEKDAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match MONTHS.get((self.0 as usize).wrapping_sub(1)) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Month({})", self.0),
        }
    }
}

impl std::fmt::Display for Weekday {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match WEEKDAYS.get(self.0 as usize) {
            Some(name) => f.write_str(name),
            None => write!(f, "%!Weekday({})", self.0),
        }
    }
}

impl Default for Time {
    fn default() -> Self {
        Self::zero()
    }
}

impl PartialEq for Time {
    /// The same instant, whatever the zone (Go `Equal`).
    fn eq(&self, other: &Self) -> bool {
        self.compare(other) == Ordering::Equal
    }
}

impl Time {
    /// The first of January of year 1, UTC: Go's zero time.
    #[must_use]
    pub fn zero() -> Self {
        Time { unix: -UNIX_TO_INTERNAL, nanos: 0, zone: Zone::Utc }
    }

    /// The local time of a Unix time (Go `Unix`).
    #[must_use]
    pub fn unix(seconds: i64, nanos: i64) -> Self {
        let (seconds, nanos) = norm(seconds, nanos, NANOS);
        Time { unix: seconds, nanos: nanos as u32, zone: Zone::Local }
    }

    /// The time of a date; values out of their range carry over (Go `Date`).
    #[must_use]
    pub fn date(date: [i64; 3], clock: [i64; 3], nanos: i64, zone: Zone) -> Self {
        let [year, month, day] = date;
        let [hour, minute, second] = clock;
        let (year, month) = norm(year, month.wrapping_sub(1), 12);
        let (second, nanos) = norm(second, nanos, NANOS);
        let (minute, second) = norm(minute, second, 60);
        let (hour, minute) = norm(hour, minute, 60);
        let (day, hour) = norm(day, hour, 24);
        let seconds = hour * 3600 + minute * 60 + second;
        let mut unix = midnight(year, month + 1, day).wrapping_add(seconds);
        // First as if it were UTC, then with what holds at that instant.
        let offset = zone.offset(unix);
        if offset != 0 {
            unix = unix.wrapping_sub(zone.offset(unix.wrapping_sub(offset)));
        }
        Time { unix, nanos: nanos as u32, zone }
    }

    /// The same instant in another zone.
    #[must_use]
    pub fn in_zone(&self, zone: Zone) -> Self {
        Time { zone, ..self.clone() }
    }

    /// Where the time is told.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether this is the zero time.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.unix == -UNIX_TO_INTERNAL && self.nanos == 0
    }

    /// Seconds since 1970.
    #[must_use]
    pub fn unix_seconds(&self) -> i64 {
        self.unix
    }

    /// Seconds since the zero time, January 1 of the year 1: how Go keeps a time.
    #[must_use]
    pub fn seconds_since_year_one(&self) -> i64 {
        self.unix.wrapping_add(UNIX_TO_INTERNAL)
    }

    /// Nanoseconds since 1970; meaningless outside the years 1678 to 2262, and wrapping as Go's.
    #[must_use]
    pub fn unix_nanos(&self) -> i64 {
        self.unix.wrapping_mul(NANOS).wrapping_add(i64::from(self.nanos))
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn unix_millis(&self) -> i64 {
        self.unix.wrapping_mul(1000).wrapping_add(i64::from(self.nanos) / 1_000_000)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn unix_micros(&self) -> i64 {
        self.unix.wrapping_mul(1_000_000).wrapping_add(i64::from(self.nanos) / 1000)
    }

    /// Order of the instants.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Ordering {
        // Go compares the seconds since year 1, which wrap far outside the calendar.
        let internal = |time: &Self| time.unix.wrapping_add(UNIX_TO_INTERNAL);
        (internal(self), self.nanos).cmp(&(internal(other), other.nanos))
    }

    pub(crate) fn absolute(&self) -> u64 {
        absolute(self.unix.wrapping_add(self.zone.offset(self.unix)))
    }

    pub(crate) fn day_of(&self) -> Day {
        day_of(self.absolute())
    }

    /// The year.
    #[must_use]
    pub fn year(&self) -> i64 {
        self.day_of().year
    }

    /// The month.
    #[must_use]
    pub fn month(&self) -> Month {
        Month(self.day_of().month)
    }

    /// The day of the month.
    #[must_use]
    pub fn day(&self) -> u32 {
        self.day_of().day
    }

    /// The day of the year, from 1.
    #[must_use]
    pub fn year_day(&self) -> u32 {
        self.day_of().year_day
    }

    /// The day of the week.
    #[must_use]
    pub fn weekday(&self) -> Weekday {
        Weekday(self.day_of().weekday)
    }

    /// Hour, minute, second.
    #[must_use]
    pub fn clock(&self) -> (u32, u32, u32) {
        clock_of(self.absolute())
    }

    /// Nanoseconds within the second.
    #[must_use]
    pub fn nanosecond(&self) -> u32 {
        self.nanos
    }

    /// Whether daylight saving time is in effect.
    #[must_use]
    pub fn is_dst(&self) -> bool {
        self.zone.is_dst(self.unix)
    }

    /// The abbreviation of the zone and its offset in seconds (Go `Zone`).
    #[must_use]
    pub fn zone_name_and_offset(&self) -> (Vec<u8>, i64) {
        self.zone.lookup(self.unix)
    }

    fn add_seconds(&mut self, seconds: i64) {
        let internal = self.unix.wrapping_add(UNIX_TO_INTERNAL);
        // Go stops at the ends, one short of the lowest number.
        let sum = internal.saturating_add(seconds).max(-i64::MAX);
        self.unix = sum.wrapping_sub(UNIX_TO_INTERNAL);
    }

    /// The time a duration later (Go `Add`).
    #[must_use]
    pub fn add(&self, duration: Duration) -> Self {
        let mut time = self.clone();
        let (seconds, nanos) =
            norm(duration.0 / NANOS, i64::from(self.nanos) + duration.0 % NANOS, NANOS);
        time.nanos = nanos as u32;
        time.add_seconds(seconds);
        time
    }

    pub(crate) fn minus_offset(mut self, offset: i64, zone: Zone) -> Self {
        self.add_seconds(-offset);
        self.zone = zone;
        self
    }

    /// How much later this is than another (Go `Sub`), within what a duration can hold.
    #[must_use]
    pub fn sub(&self, other: &Self) -> Duration {
        let nanos = |time: &Self| {
            i128::from(time.unix.wrapping_add(UNIX_TO_INTERNAL)) * i128::from(NANOS)
                + i128::from(time.nanos)
        };
        let difference = nanos(self) - nanos(other);
        let bound = if difference < 0 { i64::MIN } else { i64::MAX };
        Duration(i64::try_from(difference).unwrap_or(bound))
    }

    /// The date some years, months and days on, carried over as [`Time::date`] does
    /// (Go `AddDate`).
    #[must_use]
    pub fn add_date(&self, years: i64, months: i64, days: i64) -> Self {
        let day = self.day_of();
        let (hour, minute, second) = self.clock();
        let date = [
            day.year.wrapping_add(years),
            i64::from(day.month).wrapping_add(months),
            i64::from(day.day).wrapping_add(days),
        ];
        let clock = [hour, minute, second].map(i64::from);
        Self::date(date, clock, i64::from(self.nanos), self.zone.clone())
    }

    fn remainder(&self, unit: Duration) -> Duration {
        let nanos = i128::from(self.unix.wrapping_add(UNIX_TO_INTERNAL)) * i128::from(NANOS)
            + i128::from(self.nanos);
        Duration(nanos.rem_euclid(i128::from(unit.0)) as i64)
    }

    /// Down to a multiple of `unit` since the zero time (Go `Truncate`).
    #[must_use]
    pub fn truncate(&self, unit: Duration) -> Self {
        if unit.0 <= 0 {
            return self.clone();
        }
        self.add(Duration(-self.remainder(unit).0))
    }

    /// To the nearest multiple of `unit` since the zero time, halves up (Go `Round`).
    #[must_use]
    pub fn round(&self, unit: Duration) -> Self {
        if unit.0 <= 0 {
            return self.clone();
        }
        let rest = self.remainder(unit).0;
        let twice = rest.unsigned_abs().wrapping_mul(2);
        if twice < unit.0.unsigned_abs() {
            return self.add(Duration(-rest));
        }
        self.add(Duration(unit.0 - rest))
    }

    /// The ISO 8601 year and week (Go `ISOWeek`).
    #[must_use]
    pub fn iso_week(&self) -> (i64, u32) {
        let monday_based = (i64::from(self.day_of().weekday) + 6) % 7;
        // The week belongs to the year of its Thursday.
        let shift = (3 - monday_based) * 86_400;
        let thursday = day_of(self.absolute().wrapping_add(shift as u64));
        (thursday.year, (thursday.year_day - 1) / 7 + 1)
    }
}
