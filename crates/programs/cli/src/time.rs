//! Times and durations as people write and read them.

use std::time::Duration;

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;
use k8s_openapi::jiff::Timestamp;

/// Now. Everything below is told the time.
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

/// Reads a duration in Go's way: `90s`, `1h30m`, `500ms`.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is no duration: write 90s, 10m or 1h30m");
    let mut total = Duration::ZERO;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|it: char| !it.is_ascii_digit() && it != '.').ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let number: f64 = number.parse().map_err(|_| wrong())?;
        let end = tail.find(|it: char| it.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(end);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(wrong()),
        };
        let part = Duration::try_from_secs_f64(number * seconds).map_err(|_| wrong())?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = tail;
    }
    if text.is_empty() { Err(wrong()) } else { Ok(total) }
}

/// How long ago, as kubectl's AGE column: `41s`, `12m`, `5h`, `3d`.
pub(crate) fn age(since: Option<&Time>, now: Timestamp) -> String {
    match since {
        Some(since) => short(now.duration_since(since.0).unsigned_abs()),
        None => "<unknown>".to_owned(),
    }
}

/// A duration in its largest unit.
pub(crate) fn short(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..120 => format!("{seconds}s"),
        120..7200 => format!("{}m", seconds / 60),
        7200..172_800 => format!("{}h", seconds / 3600),
        _ => format!("{}d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_reads_them() {
        let check = |text, want: Option<u64>| {
            let got = parse_duration(text).ok().map(|it| u64::try_from(it.as_millis()).unwrap());
            assert_eq!(got, want, "{text}");
        };
        check("90s", Some(90_000));
        check("1h30m", Some(5_400_000));
        check("1.5s", Some(1500));
        check("500ms", Some(500));
        check("", None);
        check("10", None);
        check("m", None);
        check("5 m", None);
        check("-5s", None);
    }

    #[test]
    fn ages_have_one_unit() {
        let check = |seconds, want| assert_eq!(short(Duration::from_secs(seconds)), want);
        check(0, "0s");
        check(119, "119s");
        check(120, "2m");
        check(7200, "2h");
        check(172_800, "2d");
    }
}
