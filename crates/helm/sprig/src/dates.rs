//! Dates (sprig `date.go`), told in UTC unless a zone is named.

use pintle_go_fmt::parse_int;
use pintle_go_template::{CallError, Exec, Func, func};
use pintle_go_time::{Duration, HOUR, MINUTE, SECOND, Time, Zone, parse_duration, parse_local};
use pintle_go_value::{Heap, IntKind, Value};

use crate::Generator;
use crate::objects::{TimeObject, as_time};
use crate::table::Table;

/// What counts as a date; anything else is now.
fn time_of<G: Generator + ?Sized>(
    generator: &G,
    date: Value<'_>,
    int32: bool,
    pointer: bool,
) -> Time {
    match date {
        Value::Int(IntKind::Int | IntKind::Int64, seconds) => Time::unix(seconds, 0),
        Value::Int(IntKind::Int32, seconds) if int32 => Time::unix(seconds, 0),
        Value::Pointer(to) if pointer => as_time(*to).cloned().unwrap_or_else(|| generator.now()),
        date => as_time(date).cloned().unwrap_or_else(|| generator.now()),
    }
}

fn date_in_zone<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    layout: &[u8],
    date: Value<'h>,
    zone: &[u8],
) -> Vec<u8> {
    let time = time_of(exec.host(), date, true, true);
    time.in_zone(Zone::load(zone).unwrap_or(Zone::Utc)).format(layout)
}

fn date<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    layout: &[u8],
    date: Value<'h>,
) -> Vec<u8> {
    date_in_zone(exec, layout, date, b"Local")
}

const HTML_DATE: &[u8] = b"2006-01-02";

fn html_date<'h, H: Generator + ?Sized>(exec: &mut Exec<'_, 'h, H>, date: Value<'h>) -> Vec<u8> {
    date_in_zone(exec, HTML_DATE, date, b"Local")
}

fn html_date_in_zone<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    date: Value<'h>,
    zone: &[u8],
) -> Vec<u8> {
    date_in_zone(exec, HTML_DATE, date, zone)
}

fn ago<'h, H: Generator + ?Sized>(exec: &mut Exec<'_, 'h, H>, date: Value<'h>) -> String {
    let time = time_of(exec.host(), date, false, false);
    exec.host().now().sub(&time).round(SECOND).to_string()
}

fn now<'h, H: Generator + ?Sized>(exec: &mut Exec<'_, 'h, H>) -> Value<'h> {
    let now = exec.host().now().in_zone(Zone::Local);
    exec.heap().object(TimeObject(now))
}

fn date_modify<'h>(heap: &'h Heap, span: &[u8], date: TimeObject) -> Value<'h> {
    let TimeObject(time) = date;
    let time = match parse_duration(span) {
        Ok(span) => time.add(span),
        Err(_) => time,
    };
    heap.object(TimeObject(time))
}

fn must_date_modify<'h>(
    heap: &'h Heap,
    span: &[u8],
    date: TimeObject,
) -> Result<Value<'h>, CallError> {
    let span = parse_duration(span).map_err(|error| CallError::new(error.to_string()))?;
    let TimeObject(time) = date;
    Ok(heap.object(TimeObject(time.add(span))))
}

fn to_date<'h>(heap: &'h Heap, layout: &[u8], text: &[u8]) -> Value<'h> {
    // The error, which quotes the text, is made for nothing.
    heap.charge(text.len() as u64);
    heap.object(TimeObject(parse_local(layout, text).unwrap_or_default()))
}

fn must_to_date<'h>(heap: &'h Heap, layout: &[u8], text: &[u8]) -> Result<Value<'h>, CallError> {
    let time = parse_local(layout, text).map_err(|error| CallError::new(error.to_string()))?;
    Ok(heap.object(TimeObject(time)))
}

fn unix_epoch(date: TimeObject) -> String {
    let TimeObject(time) = date;
    time.unix_seconds().to_string()
}

fn duration(seconds: Value<'_>) -> String {
    let seconds = match seconds {
        // Go's ParseInt answers the nearest number when a text is out of range.
        Value::String(text) => match parse_int(text, 10, 64) {
            Ok(seconds) => seconds,
            Err(error) if error.kind == pintle_go_fmt::NumErrorKind::Range => {
                if text.first() == Some(&b'-') { i64::MIN } else { i64::MAX }
            }
            Err(_) => 0,
        },
        Value::Int(IntKind::Int64, seconds) => seconds,
        _ => 0,
    };
    Duration(seconds.wrapping_mul(SECOND.0)).to_string()
}

fn duration_round<'h, H: Generator + ?Sized>(
    exec: &mut Exec<'_, 'h, H>,
    value: Value<'h>,
) -> String {
    let span = match value {
        Value::String(text) => parse_duration(text).unwrap_or_default(),
        Value::Int(IntKind::Int64, nanos) => Duration(nanos),
        value => match as_time(value) {
            Some(time) => exec.host().now().sub(time),
            None => Duration(0),
        },
    };
    const DAYS: i64 = 24 * HOUR.0;
    let units = [
        (365 * DAYS, "y"),
        (30 * DAYS, "mo"),
        (DAYS, "d"),
        (HOUR.0, "h"),
        (MINUTE.0, "m"),
        (SECOND.0, "s"),
    ];
    let nanos = span.0.unsigned_abs();
    for (unit, name) in units {
        let unit = unit.unsigned_abs();
        if nanos > unit {
            return format!("{}{name}", nanos / unit);
        }
    }
    "0s".to_owned()
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Dates.
    pub(crate) const DATES: &'static [Func<H>] = &[
        func!("ago", ago, exec, (Value<'_>)),
        func!("date", date, exec, (&[u8], Value<'_>)),
        func!("date_in_zone", date_in_zone, exec, (&[u8], Value<'_>, &[u8])),
        func!("dateInZone", date_in_zone, exec, (&[u8], Value<'_>, &[u8])),
        func!("date_modify", date_modify, heap, (&[u8], TimeObject)),
        func!("dateModify", date_modify, heap, (&[u8], TimeObject)),
        func!("must_date_modify", must_date_modify, heap, (&[u8], TimeObject)),
        func!("mustDateModify", must_date_modify, heap, (&[u8], TimeObject)),
        func!("duration", duration, (Value<'_>)),
        func!("durationRound", duration_round, exec, (Value<'_>)),
        func!("htmlDate", html_date, exec, (Value<'_>)),
        func!("htmlDateInZone", html_date_in_zone, exec, (Value<'_>, &[u8])),
        func!("toDate", to_date, heap, (&[u8], &[u8])),
        func!("mustToDate", must_to_date, heap, (&[u8], &[u8])),
        func!("now", now, exec, ()),
        func!("unixEpoch", unix_epoch, (TimeObject)),
    ];
}
