//! Zones: what Go calls a `Location`.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::error::ZoneError;

/// Where a time is told.
#[derive(Debug, Clone)]
pub enum Zone {
    /// UTC.
    Utc,
    /// Go's `Local`. A render must not depend on the host, so this is UTC by another name.
    Local,
    /// A fixed offset, such as a parsed `-0700`.
    Fixed {
        /// The abbreviation, empty when only the offset was written.
        name: Arc<[u8]>,
        /// Seconds east of UTC.
        offset: i64,
    },
    /// A zone of the IANA database.
    Named {
        /// Its name, such as `Europe/Berlin`.
        name: Arc<str>,
        /// Its rules.
        rules: TimeZone,
    },
}

impl Zone {
    /// Finds a zone (Go `LoadLocation`).
    ///
    /// # Errors
    /// When the database has no zone of exactly that name.
    pub fn load(name: &[u8]) -> Result<Self, ZoneError> {
        match name {
            b"" | b"UTC" => return Ok(Zone::Utc),
            b"Local" => return Ok(Zone::Local),
            [b'/' | b'\\', ..] => return Err(ZoneError::Invalid),
            _ if name.windows(2).any(|pair| pair == b"..") => return Err(ZoneError::Invalid),
            _ => {}
        }
        let text = String::from_utf8_lossy(name);
        let unknown = || ZoneError::Unknown(text.clone().into_owned());
        let rules = TimeZoneDatabase::bundled().get(&text).map_err(|_| unknown())?;
        // The library ignores case; Go opens a file, and does not.
        if rules.iana_name() != Some(&*text) {
            return Err(unknown());
        }
        Ok(Zone::Named { name: text.as_ref().into(), rules })
    }

    /// The abbreviation and the seconds east of UTC at a Unix second.
    pub(crate) fn lookup(&self, unix: i64) -> (Vec<u8>, i64) {
        match self {
            Zone::Utc | Zone::Local => (b"UTC".to_vec(), 0),
            Zone::Fixed { name, offset } => (name.to_vec(), *offset),
            Zone::Named { rules, .. } => {
                let info = rules.to_offset_info(in_range(unix));
                (info.abbreviation().as_bytes().to_vec(), i64::from(info.offset().seconds()))
            }
        }
    }

    /// Seconds east of UTC at a Unix second.
    pub(crate) fn offset(&self, unix: i64) -> i64 {
        match self {
            Zone::Utc | Zone::Local => 0,
            Zone::Fixed { offset, .. } => *offset,
            Zone::Named { rules, .. } => i64::from(rules.to_offset(in_range(unix)).seconds()),
        }
    }

    /// Whether daylight saving time is in effect at a Unix second.
    pub(crate) fn is_dst(&self, unix: i64) -> bool {
        match self {
            Zone::Named { rules, .. } => rules.to_offset_info(in_range(unix)).dst().is_dst(),
            _ => false,
        }
    }

    /// The name of the location (Go `Location.String`).
    #[must_use]
    pub fn name(&self) -> &[u8] {
        match self {
            Zone::Utc => b"UTC",
            Zone::Local => b"Local",
            Zone::Fixed { name, .. } => name,
            Zone::Named { name, .. } => name.as_bytes(),
        }
    }
}

/// The rules cover the years -9999 to 9999. Before, the first holds; after, the calendar and with it
/// the yearly rules repeat every 400 years.
fn in_range(unix: i64) -> Timestamp {
    const SECONDS_PER_400_YEARS: i64 = 146_097 * 86_400;
    let last = Timestamp::MAX.as_second();
    let beyond = unix.saturating_sub(last).max(0);
    let cycles = beyond / SECONDS_PER_400_YEARS + i64::from(beyond > 0);
    Timestamp::from_second(unix - cycles * SECONDS_PER_400_YEARS).unwrap_or(Timestamp::MIN)
}
