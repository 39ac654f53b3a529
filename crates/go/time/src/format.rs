//! Writing times (Go `Format`, `String`, `GoString`).

use std::fmt::Write as _;

use crate::calendar::{clock_of, day_of};
use crate::error::quote;
use crate::layout::{Element, Fraction, Offset, Pad, next_chunk};
use crate::time::{MONTHS, Month, Time, WEEKDAYS, Weekday};
use crate::zone::Zone;

/// `Mon Jan _2 15:04:05 2006`
pub const ANSIC: &[u8] = b"Mon Jan _2 15:04:05 2006";
/// `2006-01-02T15:04:05Z07:00`
pub const RFC3339: &[u8] = b"2006-01-02T15:04:05Z07:00";
/// [`RFC3339`] with as many digits of the second as there are.
pub const RFC3339_NANO: &[u8] = b"2006-01-02T15:04:05.999999999Z07:00";
/// What `String` prints.
const STRING: &[u8] = b"2006-01-02 15:04:05.999999999 -0700 MST";

impl std::fmt::Display for Time {
    /// Go's `String`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.format(STRING)))
    }
}

impl Time {
    /// The time in a layout (Go `Format`).
    #[must_use]
    pub fn format(&self, layout: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(layout.len() + 10);
        let (name, offset) = self.zone_name_and_offset();
        let mut rest = layout;
        while !rest.is_empty() {
            let chunk = next_chunk(rest);
            out.extend_from_slice(chunk.prefix);
            let Some(element) = chunk.element else { break };
            rest = chunk.suffix;
            match element {
                Element::Offset(form) => write_offset(&mut out, offset, form),
                Element::ZoneName if name.is_empty() => {
                    let form = Offset { zulu: false, colon: false, parts: 2 };
                    write_offset(&mut out, offset, form);
                }
                Element::ZoneName => out.extend_from_slice(&name),
                Element::Fraction(form) => write_fraction(&mut out, self.nanosecond(), form),
                element => out.extend_from_slice(self.element(element).as_bytes()),
            }
        }
        out
    }

    /// The elements of calendar and clock.
    fn element(&self, element: Element) -> String {
        let absolute = self.absolute();
        let day = day_of(absolute);
        let (hour, minute, second) = clock_of(absolute);
        let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
        let two = |zero: bool, value: u32| {
            if zero { format!("{value:02}") } else { value.to_string() }
        };
        let month = MONTHS[(day.month as usize + 11) % 12];
        let weekday = WEEKDAYS[day.weekday as usize % 7];
        match element {
            Element::LongMonth => month.to_owned(),
            Element::ShortMonth => month[..3].to_owned(),
            Element::Month { zero } => two(zero, day.month),
            Element::LongWeekday => weekday.to_owned(),
            Element::ShortWeekday => weekday[..3].to_owned(),
            Element::Day { pad: Pad::Space } => format!("{:2}", day.day),
            Element::Day { pad } => two(pad == Pad::Zero, day.day),
            Element::YearDay { pad: Pad::Zero } => format!("{:03}", day.year_day),
            Element::YearDay { .. } => format!("{:3}", day.year_day),
            Element::Hour => two(true, hour),
            Element::Hour12 { zero } => two(zero, hour12),
            Element::Minute { zero } => two(zero, minute),
            Element::Second { zero } => two(zero, second),
            Element::LongYear => year_digits(day.year),
            Element::ShortYear => format!("{:02}", day.year.unsigned_abs() % 100),
            Element::Noon { upper: true } => if hour >= 12 { "PM" } else { "AM" }.to_owned(),
            Element::Noon { upper: false } => if hour >= 12 { "pm" } else { "am" }.to_owned(),
            Element::ZoneName | Element::Offset(_) | Element::Fraction(_) => String::new(),
        }
    }

    /// What `%#v` prints (Go `GoString`).
    #[must_use]
    pub fn go_string(&self) -> String {
        let day = self.day_of();
        let (hour, minute, second) = self.clock();
        let mut out = format!(
            "time.Date({}, time.{}, {}, {hour}, {minute}, {second}, {}, ",
            day.year,
            Month(day.month),
            day.day,
            self.nanosecond()
        );
        // Writing to a String cannot fail.
        let _ = match self.zone() {
            Zone::Utc => write!(out, "time.UTC"),
            Zone::Local => write!(out, "time.Local"),
            zone => write!(out, "time.Location({})", quote(zone.name())),
        };
        out.push(')');
        out
    }

    /// The name of the weekday.
    #[must_use]
    pub fn weekday_name(&self) -> String {
        Weekday(self.day_of().weekday).to_string()
    }
}

/// At least four digits after the sign (Go `appendInt` with width 4).
fn year_digits(year: i64) -> String {
    let sign = if year < 0 { "-" } else { "" };
    format!("{sign}{:04}", year.unsigned_abs())
}

fn write_offset(out: &mut Vec<u8>, offset: i64, form: Offset) {
    if offset == 0 && form.zulu {
        out.push(b'Z');
        return;
    }
    let minutes = offset / 60;
    // The sign is that of the minutes: less than a minute west prints as a plus, as in Go.
    let (sign, seconds) = if minutes < 0 { ('-', -offset) } else { ('+', offset) };
    let minutes = minutes.abs();
    let colon = if form.colon { ":" } else { "" };
    let mut text = format!("{sign}{:02}", minutes / 60);
    if form.colon || form.parts >= 2 {
        text.push_str(colon);
    }
    // Writing to a String cannot fail.
    if form.parts >= 2 {
        let _ = write!(text, "{:02}", minutes % 60);
    }
    if form.parts >= 3 {
        let _ = write!(text, "{colon}{:02}", seconds % 60);
    }
    out.extend_from_slice(text.as_bytes());
}

fn write_fraction(out: &mut Vec<u8>, nanos: u32, form: Fraction) {
    if form.trim && (form.digits == 0 || nanos == 0) {
        return;
    }
    let all = format!("{nanos:09}");
    let mut digits = &all[..form.digits.min(9)];
    if form.trim {
        digits = digits.trim_end_matches('0');
        if digits.is_empty() {
            return;
        }
    }
    out.push(form.separator);
    out.extend_from_slice(digits.as_bytes());
}
