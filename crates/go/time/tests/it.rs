//! Every answer that Go's time package gave for `data/generate.go`, asked again here.
#![cfg(test)]

use std::collections::BTreeMap;

use pintle_go_time::{Duration, Time, Zone, parse, parse_duration, parse_local};
use serde_json::Value;

struct Row(Vec<Value>);

impl Row {
    /// Bytes are stored as the characters of the same number.
    fn bytes(&self, at: usize) -> Vec<u8> {
        let text = self.0[at].as_str().expect("a text cell");
        text.chars().map(|c| u8::try_from(c as u32).expect("a byte")).collect()
    }

    fn text(&self, at: usize) -> String {
        String::from_utf8_lossy(&self.bytes(at)).into_owned()
    }

    fn int(&self, at: usize) -> i64 {
        self.text(at).parse().expect("a number")
    }

    /// The time of the first three cells behind the kind.
    fn time(&self) -> Time {
        Time::unix(self.int(1), self.int(2)).in_zone(zone(&self.bytes(3)))
    }
}

fn zone(name: &[u8]) -> Zone {
    Zone::load(name).unwrap_or_else(|error| panic!("{error}"))
}

fn shown<E: std::fmt::Display>(result: Result<Time, E>) -> String {
    match result {
        Ok(time) => time.to_string(),
        Err(error) => format!("error: {error}"),
    }
}

fn fields(time: &Time) -> String {
    let (hour, minute, second) = time.clock();
    let (year, week) = time.iso_week();
    format!(
        "{} {} {} {hour} {minute} {second} {} {} {} {year} {week} {} {} {} {} {} {}",
        time.year(),
        time.month(),
        time.day(),
        time.nanosecond(),
        time.year_day(),
        time.weekday(),
        time.zone_name_and_offset().1,
        time.is_dst(),
        time.is_zero(),
        time.unix_nanos(),
        time.unix_millis(),
        time.unix_micros()
    )
}

/// Durations in one row: text, floats, rounding.
fn spans(row: &Row) -> (Vec<String>, Vec<String>) {
    let (span, unit) = (Duration(row.int(1)), Duration(row.int(4)));
    let bits = [span.seconds(), span.minutes(), span.hours()];
    let bits: Vec<String> = bits.iter().map(|value| format!("{:x}", value.to_bits())).collect();
    let ours = vec![
        span.to_string(),
        bits.join(" "),
        span.round(unit).to_string(),
        span.truncate(unit).to_string(),
        span.abs().to_string(),
        format!("{} {}", span.milliseconds(), span.microseconds()),
    ];
    (ours, [2, 3, 5, 6, 7, 8].map(|at| row.text(at)).to_vec())
}

/// Our answers and Go's, for one row.
fn answers(row: &Row) -> (Vec<String>, Vec<String>) {
    let last = row.0.len() - 1;
    let ours = match row.text(0).as_str() {
        "fields" => fields(&row.time()),
        "string" => row.time().to_string(),
        "gostring" => row.time().go_string(),
        "format" => {
            return (
                vec![format!("{:?}", row.time().format(&row.bytes(4)))],
                vec![format!("{:?}", row.bytes(last))],
            );
        }
        "adddate" => row.time().add_date(row.int(4), row.int(5), row.int(6)).to_string(),
        "add" => row.time().add(Duration(row.int(4))).to_string(),
        "round" => row.time().round(Duration(row.int(4))).to_string(),
        "truncate" => row.time().truncate(Duration(row.int(4))).to_string(),
        "sub" => {
            let span = Time::unix(row.int(1), row.int(4)).sub(&Time::unix(row.int(2), 0));
            return (vec![span.0.to_string()], vec![row.text(3)]);
        }
        "parse" => {
            let (layout, value) = (row.bytes(1), row.bytes(2));
            let ours = [shown(parse(&layout, &value)), shown(parse_local(&layout, &value))];
            return (ours.to_vec(), vec![row.text(3), row.text(4)]);
        }
        "duration" => match parse_duration(&row.bytes(1)) {
            Ok(span) => span.0.to_string(),
            Err(error) => format!("error: {error}"),
        },
        "span" => return spans(row),
        "zone" => match Zone::load(&row.bytes(1)) {
            Ok(zone) => String::from_utf8_lossy(zone.name()).into_owned(),
            Err(error) => format!("error: {error}"),
        },
        "date" => {
            let v: Vec<i64> = (1..8).map(|at| row.int(at)).collect();
            let zone = zone(&row.bytes(8));
            Time::date([v[0], v[1], v[2]], [v[3], v[4], v[5]], v[6], zone).to_string()
        }
        other => panic!("unknown kind {other}"),
    };
    (vec![ours], vec![row.text(last)])
}

#[test]
fn every_answer_is_go_s() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in include_str!("data/answers.jsonl").lines() {
        let row = Row(serde_json::from_str(line).expect("a row"));
        *counts.entry(row.text(0)).or_default() += 1;
        let (ours, theirs) = answers(&row);
        if ours != theirs {
            wrong.push(format!("{line}\n  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    assert!(counts.len() == 14 && counts.values().sum::<usize>() > 9000, "not whole: {counts:?}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
