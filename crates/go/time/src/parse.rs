//! Reading times (Go `Parse` and `ParseInLocation` with `Local`).

use crate::calendar::{days_before, days_in, is_leap};
use crate::duration::leading_int;
use crate::error::{ParseError, quote};
use crate::format::{RFC3339, RFC3339_NANO};
use crate::layout::{Chunk, Element, Fraction, Offset, Pad, next_chunk};
use crate::time::{MONTHS, Time, WEEKDAYS};
use crate::zone::Zone;

/// Reads a time; without a zone in the text it is UTC (Go `Parse`).
///
/// # Errors
/// Go's texts: which element does not fit, or what is out of range.
pub fn parse(layout: &[u8], value: &[u8]) -> Result<Time, ParseError> {
    parse_in(layout, value, Zone::Utc)
}

/// Reads a time; without a zone in the text it is local (Go `ParseInLocation` with `Local`).
///
/// # Errors
/// As [`parse`].
pub fn parse_local(layout: &[u8], value: &[u8]) -> Result<Time, ParseError> {
    parse_in(layout, value, Zone::Local)
}

/// Reads a time; without a zone in the text it is of the given one (Go `ParseInLocation`, for zones
/// whose abbreviations and offsets the layout does not ask for).
///
/// # Errors
/// As [`parse`].
pub fn parse_in(layout: &[u8], value: &[u8], default: Zone) -> Result<Time, ParseError> {
    if (layout == RFC3339 || layout == RFC3339_NANO)
        && let Some(time) = parse_rfc3339(value)
    {
        return Ok(time);
    }
    let mut reader = Reader::new(layout, value);
    let mut rest = layout;
    loop {
        let chunk = next_chunk(rest);
        reader.skip(chunk.prefix)?;
        let Some(element) = chunk.element else {
            if !reader.rest.is_empty() {
                let extra = format!("extra text: {}", quote(reader.rest));
                return Err(ParseError::message(value, &extra));
            }
            break;
        };
        reader.read(element, &chunk)?;
        rest = chunk.suffix;
    }
    reader.finish(default)
}

/// What stops an element: it does not fit, or fits and is out of range.
enum Stop {
    Bad,
    Range(&'static str),
}

/// The time under construction; -1 is "not seen", as in Go.
struct Reader<'v> {
    layout: &'v [u8],
    value: &'v [u8],
    rest: &'v [u8],
    year: i64,
    month: i64,
    day: i64,
    year_day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    nanos: i64,
    afternoon: Option<bool>,
    utc: bool,
    offset: i64,
    zone_name: &'v [u8],
}

impl<'v> Reader<'v> {
    fn new(layout: &'v [u8], value: &'v [u8]) -> Self {
        Reader {
            layout,
            value,
            rest: value,
            year: 0,
            month: -1,
            day: -1,
            year_day: -1,
            hour: 0,
            minute: 0,
            second: 0,
            nanos: 0,
            afternoon: None,
            utc: false,
            offset: -1,
            zone_name: b"",
        }
    }

    /// Steps over literal text; runs of spaces match each other.
    fn skip(&mut self, literal: &[u8]) -> Result<(), ParseError> {
        let mut left = literal;
        while let Some((&first, tail)) = left.split_first() {
            if first == b' ' {
                if self.rest.first().is_some_and(|byte| *byte != b' ') {
                    break;
                }
                left = left.trim_start_spaces();
                self.rest = self.rest.trim_start_spaces();
                continue;
            }
            if self.rest.first() != Some(&first) {
                break;
            }
            left = tail;
            self.rest = &self.rest[1..];
        }
        if left.is_empty() {
            return Ok(());
        }
        Err(ParseError::element(self.layout, self.value, literal, self.rest))
    }

    fn read(&mut self, element: Element, chunk: &Chunk<'_>) -> Result<(), ParseError> {
        let hold = self.rest;
        match self.element(element, chunk.suffix) {
            Ok(()) => Ok(()),
            Err(Stop::Range(what)) => {
                Err(ParseError::message(self.value, &format!("{what} out of range")))
            }
            Err(Stop::Bad) => Err(ParseError::element(self.layout, self.value, chunk.text, hold)),
        }
    }

    fn element(&mut self, element: Element, suffix: &[u8]) -> Result<(), Stop> {
        match element {
            Element::ShortYear => {
                let year = atoi(self.take(2)?).ok_or(Stop::Bad)?;
                self.year = year + if year >= 69 { 1900 } else { 2000 };
            }
            Element::LongYear => {
                if !self.rest.first().is_some_and(u8::is_ascii_digit) {
                    return Err(Stop::Bad);
                }
                self.year = atoi(self.take(4)?).ok_or(Stop::Bad)?;
            }
            Element::ShortMonth => self.month = self.name(&MONTHS, true)? + 1,
            Element::LongMonth => self.month = self.name(&MONTHS, false)? + 1,
            Element::Month { zero } => self.month = self.number(zero, 1, 12, "month")?,
            Element::ShortWeekday => drop(self.name(&WEEKDAYS, true)?),
            Element::LongWeekday => drop(self.name(&WEEKDAYS, false)?),
            Element::Day { pad } => {
                if pad == Pad::Space {
                    self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
                }
                // Any day of one or two digits; month and year judge it in the end.
                self.day = self.number(pad == Pad::Zero, 0, 99, "day")?;
            }
            Element::YearDay { pad } => {
                for _ in 0..if pad == Pad::Space { 2 } else { 0 } {
                    self.rest = self.rest.strip_prefix(b" ").unwrap_or(self.rest);
                }
                let digits = self.rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
                if digits == 0 || (pad == Pad::Zero && digits != 3) {
                    return Err(Stop::Bad);
                }
                self.year_day = atoi(self.take(digits)?).ok_or(Stop::Bad)?;
            }
            Element::Hour => self.hour = self.number(false, 0, 23, "hour")?,
            Element::Hour12 { zero } => self.hour = self.number(zero, 0, 12, "hour")?,
            Element::Minute { zero } => self.minute = self.number(zero, 0, 59, "minute")?,
            Element::Second { zero } => {
                self.second = self.number(zero, 0, 59, "second")?;
                self.unasked_fraction(suffix)?;
            }
            Element::Noon { upper } => {
                self.afternoon = Some(match (self.take(2)?, upper) {
                    (b"PM", true) | (b"pm", false) => true,
                    (b"AM", true) | (b"am", false) => false,
                    _ => return Err(Stop::Bad),
                });
            }
            Element::Offset(form) => self.numeric_zone(form)?,
            Element::ZoneName => self.named_zone()?,
            Element::Fraction(form) => self.fraction(form)?,
        }
        Ok(())
    }

    fn take(&mut self, length: usize) -> Result<&'v [u8], Stop> {
        let (head, tail) = self.rest.split_at_checked(length).ok_or(Stop::Bad)?;
        self.rest = tail;
        Ok(head)
    }

    /// One or two digits, two if `fixed` (Go `getnum`), in a range.
    fn number(&mut self, fixed: bool, lo: i64, hi: i64, what: &'static str) -> Result<i64, Stop> {
        let digits = self.rest.iter().take(2).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || (fixed && digits != 2) {
            return Err(Stop::Bad);
        }
        let value = atoi(self.take(digits)?).ok_or(Stop::Bad)?;
        if value < lo || value > hi { Err(Stop::Range(what)) } else { Ok(value) }
    }

    fn name(&mut self, names: &[&str], short: bool) -> Result<i64, Stop> {
        for (index, name) in names.iter().enumerate() {
            let name = if short { &name[..3] } else { name };
            let head = self.rest.get(..name.len());
            if head.is_some_and(|head| head.eq_ignore_ascii_case(name.as_bytes())) {
                self.rest = &self.rest[name.len()..];
                return Ok(index as i64);
            }
        }
        Err(Stop::Bad)
    }

    /// A fraction after the seconds is read even if the layout has none.
    fn unasked_fraction(&mut self, suffix: &[u8]) -> Result<(), Stop> {
        let [b'.' | b',', digit, ..] = self.rest else { return Ok(()) };
        if !digit.is_ascii_digit()
            || matches!(next_chunk(suffix).element, Some(Element::Fraction(_)))
        {
            return Ok(());
        }
        self.all_digits()
    }

    fn all_digits(&mut self) -> Result<(), Stop> {
        let digits = self.rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.nanos = nanoseconds(self.take(1 + digits)?)?;
        Ok(())
    }

    fn fraction(&mut self, form: Fraction) -> Result<(), Stop> {
        if !form.trim {
            self.nanos = nanoseconds(self.take(1 + form.digits)?)?;
            return Ok(());
        }
        match self.rest {
            [b'.' | b',', digit, ..] if digit.is_ascii_digit() => self.all_digits(),
            // Left out.
            _ => Ok(()),
        }
    }

    fn numeric_zone(&mut self, form: Offset) -> Result<(), Stop> {
        if form.zulu
            && let Some(tail) = self.rest.strip_prefix(b"Z")
        {
            self.rest = tail;
            self.utc = true;
            return Ok(());
        }
        let parts = usize::from(form.parts);
        let gap = usize::from(form.colon);
        let text = self.take(3 + (parts - 1) * (2 + gap))?;
        let mut values = [0; 3];
        let mut bad = false;
        for (index, value) in values.iter_mut().enumerate().take(parts) {
            let start = 1 + index * (2 + gap);
            if form.colon && index > 0 && text[start - 1] != b':' {
                return Err(Stop::Bad);
            }
            let digits = &text[start..start + 2];
            bad |= !digits.iter().all(u8::is_ascii_digit);
            if !bad {
                *value = atoi(digits).unwrap_or(0);
            }
        }
        let [hours, minutes, seconds] = values;
        // Offsets of 24 hours, 60 minutes or 60 seconds are written by some, and accepted.
        for (value, limit, what) in [
            (seconds, 60, "time zone offset second"),
            (minutes, 60, "time zone offset minute"),
            (hours, 24, "time zone offset hour"),
        ] {
            if value > limit {
                return Err(Stop::Range(what));
            }
        }
        let offset = (hours * 60 + minutes) * 60 + seconds;
        match text[0] {
            _ if bad => Err(Stop::Bad),
            b'+' => {
                self.offset = offset;
                Ok(())
            }
            b'-' => {
                self.offset = -offset;
                Ok(())
            }
            _ => Err(Stop::Bad),
        }
    }

    fn named_zone(&mut self) -> Result<(), Stop> {
        if let Some(tail) = self.rest.strip_prefix(b"UTC") {
            self.rest = tail;
            self.utc = true;
            return Ok(());
        }
        let length = zone_name_length(self.rest).ok_or(Stop::Bad)?;
        self.zone_name = self.take(length)?;
        Ok(())
    }

    /// The month and day of a day of the year.
    fn resolve_year_day(&mut self) -> Result<(), ParseError> {
        let fail = |message: &str| Err(ParseError::message(self.value, message));
        let mut year_day = self.year_day;
        let leap_day = 31 + 29;
        let (mut month, mut day) = (0, 0);
        if is_leap(self.year) {
            if year_day == leap_day {
                (month, day) = (2, 29);
            } else if year_day > leap_day {
                year_day -= 1;
            }
        }
        if !(1..=365).contains(&year_day) {
            return fail("day-of-year out of range");
        }
        if month == 0 {
            month = (year_day - 1) / 31 + 1;
            if days_before(month + 1) < year_day {
                month += 1;
            }
            day = year_day - days_before(month);
        }
        if self.month >= 0 && self.month != month {
            return fail("day-of-year does not match month");
        }
        if self.day >= 0 && self.day != day {
            return fail("day-of-year does not match day");
        }
        (self.month, self.day) = (month, day);
        Ok(())
    }

    fn finish(mut self, default: Zone) -> Result<Time, ParseError> {
        match self.afternoon {
            Some(true) if self.hour < 12 => self.hour += 12,
            Some(false) if self.hour == 12 => self.hour = 0,
            _ => {}
        }
        if self.year_day >= 0 {
            self.resolve_year_day()?;
        }
        let month = if self.month < 0 { 1 } else { self.month };
        let day = if self.day < 0 { 1 } else { self.day };
        if day < 1 || day > days_in(month, self.year) {
            return Err(ParseError::message(self.value, "day out of range"));
        }
        let date = [self.year, month, day];
        let clock = [self.hour, self.minute, self.second];
        let at = |zone| Time::date(date, clock, self.nanos, zone);
        if self.utc {
            return Ok(at(Zone::Utc));
        }
        let name = self.zone_name;
        if self.offset != -1 {
            // An offset that is in use locally makes the time local.
            let local = self.offset == 0 && (name.is_empty() || name == b"UTC");
            let fixed = Zone::Fixed { name: name.into(), offset: self.offset };
            let zone = if local { Zone::Local } else { fixed };
            return Ok(at(Zone::Utc).minus_offset(self.offset, zone));
        }
        if !name.is_empty() {
            // An unknown abbreviation has no offset, unless it says so itself.
            let hours = name.strip_prefix(b"GMT").and_then(atoi).unwrap_or(0);
            let zone = Zone::Fixed { name: name.into(), offset: hours * 3600 };
            return Ok(at(Zone::Utc).minus_offset(0, zone));
        }
        Ok(at(default))
    }
}

trait TrimSpaces {
    fn trim_start_spaces(&self) -> &Self;
}

impl TrimSpaces for [u8] {
    fn trim_start_spaces(&self) -> &Self {
        let spaces = self.iter().take_while(|byte| **byte == b' ').count();
        &self[spaces..]
    }
}

/// A decimal number with an optional sign (Go `atoi`).
fn atoi(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, text),
    };
    let (value, rest) = leading_int(digits)?;
    if !rest.is_empty() {
        return None;
    }
    let value = value as i64;
    Some(if negative { value.wrapping_neg() } else { value })
}

/// A separator and digits as nanoseconds; more than nine digits are cut (Go `parseNanoseconds`).
fn nanoseconds(text: &[u8]) -> Result<i64, Stop> {
    const NINE_DIGITS: usize = 10;
    let [b'.' | b',', ..] = text else { return Err(Stop::Bad) };
    let text = &text[..text.len().min(NINE_DIGITS)];
    let value = atoi(&text[1..]).ok_or(Stop::Bad)?;
    if value < 0 {
        return Err(Stop::Range("fractional second"));
    }
    Ok((text.len()..NINE_DIGITS).fold(value, |nanos, _| nanos * 10))
}

/// How long the zone abbreviation at the start is, if there is one (Go `parseTimeZone`).
fn zone_name_length(value: &[u8]) -> Option<usize> {
    let head = value.get(..3)?;
    if value.starts_with(b"ChST") || value.starts_with(b"MeST") {
        return Some(4);
    }
    if head == b"GMT" {
        let sign = &value[3..];
        return Some(3 + signed_offset_length(sign).unwrap_or(0));
    }
    if matches!(value[0], b'+' | b'-') {
        return signed_offset_length(value);
    }
    let upper = value.iter().take(6).take_while(|byte| byte.is_ascii_uppercase()).count();
    match upper {
        3 => Some(3),
        4 if value[3] == b'T' || value.starts_with(b"WITA") => Some(4),
        5 if value[4] == b'T' => Some(5),
        _ => None,
    }
}

/// Length of `+3`, `-04` and the like, up to 23 hours (Go `parseSignedOffset`).
fn signed_offset_length(value: &[u8]) -> Option<usize> {
    let [b'+' | b'-', digits @ ..] = value else { return None };
    let (hours, rest) = leading_int(digits)?;
    if rest.len() == digits.len() || hours > 23 {
        return None;
    }
    Some(value.len() - rest.len())
}

/// The strict form of RFC 3339, which Go tries first (Go `parseRFC3339` with `Local`).
fn parse_rfc3339(text: &[u8]) -> Option<Time> {
    let (head, mut rest) = text.split_at_checked(19)?;
    let number = |range: std::ops::Range<usize>, lo: i64, hi: i64| -> Option<i64> {
        let digits = &head[range];
        let value = digits.iter().all(u8::is_ascii_digit).then(|| atoi(digits)).flatten()?;
        (lo..=hi).contains(&value).then_some(value)
    };
    let (year, month) = (number(0..4, 0, 9999)?, number(5..7, 1, 12)?);
    let day = number(8..10, 1, days_in(month, year))?;
    let clock = [number(11..13, 0, 23)?, number(14..16, 0, 59)?, number(17..19, 0, 59)?];
    if [head[4], head[7], head[10], head[13], head[16]] != *b"--T::" {
        return None;
    }
    let mut nanos = 0;
    if let [b'.', digit, ..] = rest
        && digit.is_ascii_digit()
    {
        let digits = 1 + rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
        nanos = nanoseconds(&rest[..digits]).unwrap_or(0);
        rest = &rest[digits..];
    }
    let time = Time::date([year, month, day], clock, nanos, Zone::Utc);
    if rest == b"Z" {
        return Some(time);
    }
    let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] = rest else { return None };
    let two = |tens: &u8, ones: &u8, limit: i64| {
        let value = [*tens, *ones];
        let value = value.iter().all(u8::is_ascii_digit).then(|| atoi(&value)).flatten()?;
        (value <= limit).then_some(value)
    };
    let offset = (two(h1, h2, 23)? * 60 + two(m1, m2, 59)?) * 60;
    let offset = if *sign == b'-' { -offset } else { offset };
    let fixed = Zone::Fixed { name: b"".as_slice().into(), offset };
    Some(time.minus_offset(offset, if offset == 0 { Zone::Local } else { fixed }))
}
