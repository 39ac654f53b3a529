//! Go's times: layouts, durations, calendar and zones, as package `time` of Go 1.26 has them.
//!
//! Ported because no crate reads Go's reference layouts or prints its durations, and because the
//! corners show in charts: `date` of a number far outside the calendar wraps as Go's does. Only the
//! rules of the time zones come from a library (`jiff`, with its bundled database), so that the
//! host's files and clock have no say; Go's `Local` is UTC here.

mod calendar;
mod duration;
mod error;
mod format;
mod layout;
mod parse;
mod time;
mod zone;

pub use duration::{
    Duration, HOUR, MICROSECOND, MILLISECOND, MINUTE, NANOSECOND, SECOND, parse_duration,
};
pub use error::{DurationError, ParseError, ZoneError};
pub use format::{ANSIC, RFC3339, RFC3339_NANO};
pub use parse::{parse, parse_in, parse_local};
pub use time::{Month, Time, Weekday};
pub use zone::Zone;
