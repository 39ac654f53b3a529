//! Durations: nanoseconds in an `i64`, Go's text and rounding.

use std::fmt;

use crate::error::{DurationError, quote};

/// A span of time (Go `time.Duration`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);

/// One nanosecond.
pub const NANOSECOND: Duration = Duration(1);
/// One microsecond.
pub const MICROSECOND: Duration = Duration(1000);
/// One millisecond.
pub const MILLISECOND: Duration = Duration(1_000_000);
/// One second.
pub const SECOND: Duration = Duration(1_000_000_000);
/// One minute.
pub const MINUTE: Duration = Duration(60 * SECOND.0);
/// One hour.
pub const HOUR: Duration = Duration(60 * MINUTE.0);

impl Duration {
    /// The longest duration.
    pub const MAX: Duration = Duration(i64::MAX);
    /// The most negative duration.
    pub const MIN: Duration = Duration(i64::MIN);

    /// As a floating point number of some unit; whole units and the rest are divided apart, as in
    /// Go, so that conversion to an integer rounds the same.
    fn in_units(self, unit: Duration) -> f64 {
        (self.0 / unit.0) as f64 + (self.0 % unit.0) as f64 / unit.0 as f64
    }

    /// Seconds.
    #[must_use]
    pub fn seconds(self) -> f64 {
        self.in_units(SECOND)
    }

    /// Minutes.
    #[must_use]
    pub fn minutes(self) -> f64 {
        self.in_units(MINUTE)
    }

    /// Hours.
    #[must_use]
    pub fn hours(self) -> f64 {
        self.in_units(HOUR)
    }

    /// Whole milliseconds.
    #[must_use]
    pub fn milliseconds(self) -> i64 {
        self.0 / MILLISECOND.0
    }

    /// Whole microseconds.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        self.0 / MICROSECOND.0
    }

    /// Rounds toward zero to a multiple of `unit` (Go `Truncate`).
    #[must_use]
    pub fn truncate(self, unit: Duration) -> Duration {
        if unit.0 <= 0 {
            return self;
        }
        Duration(self.0 - self.0 % unit.0)
    }

    /// Rounds to the nearest multiple of `unit`, halves away from zero, never past the ends
    /// (Go `Round`).
    #[must_use]
    pub fn round(self, unit: Duration) -> Duration {
        if unit.0 <= 0 {
            return self;
        }
        let rest = (self.0 % unit.0).unsigned_abs();
        let below_half = rest.wrapping_add(rest) < unit.0.unsigned_abs();
        let rest = rest as i64;
        if self.0 < 0 {
            if below_half {
                return Duration(self.0 + rest);
            }
            let down = self.0.checked_sub(unit.0 - rest);
            return down.map_or(Duration::MIN, Duration);
        }
        if below_half {
            return Duration(self.0 - rest);
        }
        self.0.checked_add(unit.0 - rest).map_or(Duration::MAX, Duration)
    }

    /// The magnitude (Go `Abs`).
    #[must_use]
    pub fn abs(self) -> Duration {
        Duration(self.0.saturating_abs())
    }
}

impl fmt::Display for Duration {
    /// Go's `String`: `72h3m0.5s`, small ones in a smaller unit.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let micro = MICROSECOND.0.unsigned_abs();
        let milli = MILLISECOND.0.unsigned_abs();
        let second = SECOND.0.unsigned_abs();
        if nanos == 0 {
            return f.write_str("0s");
        } else if nanos < micro {
            return write!(f, "{nanos}ns");
        } else if nanos < milli {
            return write!(f, "{}µs", Decimal { value: nanos, unit: micro });
        } else if nanos < second {
            return write!(f, "{}ms", Decimal { value: nanos, unit: milli });
        }
        let (minutes, rest) = (nanos / (60 * second), nanos % (60 * second));
        if minutes >= 60 {
            write!(f, "{}h", minutes / 60)?;
        }
        if minutes > 0 {
            write!(f, "{}m", minutes % 60)?;
        }
        write!(f, "{}s", Decimal { value: rest, unit: second })
    }
}

/// A value in some unit of a power of ten, without trailing zeros.
struct Decimal {
    value: u64,
    unit: u64,
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.value / self.unit)?;
        let fraction = self.value % self.unit;
        if fraction == 0 {
            return Ok(());
        }
        let width = self.unit.ilog10() as usize;
        let digits = format!("{fraction:0width$}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

/// The largest magnitude: that of [`Duration::MIN`].
const LIMIT: u64 = 1 << 63;

/// Reads `300ms`, `-1.5h`, `2h45m` (Go `ParseDuration`).
///
/// # Errors
/// Go's three texts.
pub fn parse_duration(text: &[u8]) -> Result<Duration, DurationError> {
    let invalid = || DurationError::Invalid(quote(text));
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    if rest == b"0" {
        return Ok(Duration(0));
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while let Some(first) = rest.first() {
        if !(*first == b'.' || first.is_ascii_digit()) {
            return Err(invalid());
        }
        let (whole, after) = leading_int(rest).ok_or_else(invalid)?;
        let mut digits = after.len() != rest.len();
        rest = after;
        let (mut fraction, mut scale) = (0, 1.0);
        if let [b'.', after @ ..] = rest {
            let read = leading_fraction(after);
            digits |= read.rest.len() != after.len();
            (fraction, scale, rest) = (read.value, read.scale, read.rest);
        }
        if !digits {
            return Err(invalid());
        }
        let end = rest.iter().position(|b| *b == b'.' || b.is_ascii_digit());
        let (unit_text, after) = rest.split_at(end.unwrap_or(rest.len()));
        if unit_text.is_empty() {
            return Err(DurationError::MissingUnit(quote(text)));
        }
        let Some(unit) = unit_nanos(unit_text) else {
            let (unit, duration) = (quote(unit_text), quote(text));
            return Err(DurationError::UnknownUnit { unit, duration });
        };
        rest = after;
        let part = scaled(whole, fraction, scale, unit).ok_or_else(invalid)?;
        total = total.checked_add(part).filter(|sum| *sum <= LIMIT).ok_or_else(invalid)?;
    }
    if negative {
        return Ok(Duration((total as i64).wrapping_neg()));
    }
    i64::try_from(total).map(Duration).map_err(|_| invalid())
}

fn scaled(whole: u64, fraction: u64, scale: f64, unit: u64) -> Option<u64> {
    if whole > LIMIT / unit {
        return None;
    }
    let mut nanos = whole * unit;
    if fraction > 0 {
        // Through floating point, as Go does it.
        nanos = nanos.checked_add((fraction as f64 * (unit as f64 / scale)) as u64)?;
    }
    (nanos <= LIMIT).then_some(nanos)
}

fn unit_nanos(unit: &[u8]) -> Option<u64> {
    let unit = match std::str::from_utf8(unit).ok()? {
        "ns" => NANOSECOND,
        // The micro sign and the Greek letter.
        "us" | "\u{b5}s" | "\u{3bc}s" => MICROSECOND,
        "ms" => MILLISECOND,
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        _ => return None,
    };
    Some(unit.0.unsigned_abs())
}

/// The leading digits as a number of at most 2⁶³ (Go `leadingInt`).
pub(crate) fn leading_int(text: &[u8]) -> Option<(u64, &[u8])> {
    let mut value: u64 = 0;
    for (at, byte) in text.iter().enumerate() {
        if !byte.is_ascii_digit() {
            return Some((value, &text[at..]));
        }
        if value > LIMIT / 10 {
            return None;
        }
        value = value * 10 + u64::from(byte - b'0');
        if value > LIMIT {
            return None;
        }
    }
    Some((value, &[]))
}

struct Fraction<'t> {
    value: u64,
    scale: f64,
    rest: &'t [u8],
}

/// The digits after a point; beyond what fits they are read and dropped (Go `leadingFraction`).
fn leading_fraction(text: &[u8]) -> Fraction<'_> {
    let (mut value, mut scale, mut full): (u64, f64, bool) = (0, 1.0, false);
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    for byte in &text[..end] {
        if full || value > (LIMIT - 1) / 10 {
            full = true;
            continue;
        }
        let next = value * 10 + u64::from(byte - b'0');
        if next > LIMIT {
            full = true;
            continue;
        }
        value = next;
        scale *= 10.0;
    }
    Fraction { value, scale, rest: &text[end..] }
}
