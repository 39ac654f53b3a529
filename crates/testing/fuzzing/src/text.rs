//! Targets over short texts: regular expressions, `--set`, versions and constraints, times.

use pintle_go_regexp::{Regex, quote_meta};
use pintle_go_semver::{Constraints, MAX_VERSION_LEN, Version};
use pintle_go_time::{Time, Zone, parse, parse_duration, parse_in};
use pintle_go_value::Tree;
use pintle_helm_chart::{SetKind, parse_set};

use crate::input::{text, two};

/// How large a replacement may make a text here.
const REPLACED: usize = 1 << 20;

/// A pattern, a replacement, a text.
pub(crate) fn regexp(data: &[u8]) {
    let (pattern, rest) = two(data);
    let (replacement, text) = two(rest);
    let quoted = Regex::new(&quote_meta(text)).map(|regex| regex.is_match(text));
    assert!(quoted.is_err() || quoted.as_ref().is_ok_and(|it| *it), "a text matches itself");
    let Ok(regex) = Regex::new(pattern) else { return };
    let found = regex.find_all(text, -1);
    assert_eq!(regex.is_match(text), !found.is_empty(), "is_match and find_all");
    assert_eq!(regex.find(text).as_ref(), found.first(), "find and find_all");
    let mut end = 0;
    for range in &found {
        assert!(range.start >= end && range.end >= range.start, "{range:?} after {end}");
        end = range.end;
    }
    assert!(end <= text.len(), "a match ends at {end} of {}", text.len());
    let groups = regex.find_all_groups(text, -1);
    assert_eq!(groups.len(), found.len(), "matches and their groups");
    let _ = regex.replace_all_within(text, replacement, REPLACED);
    let pieces = regex.split(text, -1);
    assert!(pieces.len() <= found.len() + 1, "{} pieces", pieces.len());
}

/// A kind, and an argument of `--set`.
pub(crate) fn strvals(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    let kind = match kind % 5 {
        0 => SetKind::Typed,
        1 => SetKind::String,
        2 => SetKind::Json,
        3 => SetKind::Literal,
        _ => SetKind::File,
    };
    let argument = text(rest);
    let set = || {
        let mut values = Tree::map();
        let done =
            parse_set(&mut values, &argument, kind, &mut |name| Ok(name.as_bytes().to_vec()));
        format!("{values:?} {done:?}")
    };
    assert_eq!(set(), set(), "the same argument twice");
}

/// A version, and a constraint.
pub(crate) fn semver(data: &[u8]) {
    let (version, constraint) = two(data);
    let (version, constraint) = (text(version), text(constraint));
    let constraint = Constraints::parse(&constraint);
    let Ok(version) = Version::parse(&version) else { return };
    let printed = version.to_string();
    let again = Version::parse(&printed).map(|it| it.to_string());
    // `1-a` is printed as `1.0.0-a`, which may be longer than what is read.
    let too_long = printed.len() > MAX_VERSION_LEN && again.is_err();
    assert!(too_long || again.is_ok_and(|it| it == printed), "{printed} does not read back");
    for next in
        [version.inc_major(), version.inc_minor(), version.inc_patch()].into_iter().flatten()
    {
        assert!(next.compare(&version).is_ge(), "{next} is before {version}");
    }
    if let Ok(constraint) = constraint {
        assert_eq!(constraint.check(&version), constraint.validate(&version).is_ok());
    }
}

/// A layout, and a text; the text is a duration and a zone too.
pub(crate) fn time(data: &[u8]) {
    let (layout, value) = two(data);
    if let Ok(duration) = parse_duration(value) {
        let printed = duration.to_string();
        let again = parse_duration(printed.as_bytes()).map(|it| it.0);
        assert_eq!(again, Ok(duration.0), "{printed} does not read back");
    }
    let zone = Zone::load(value).ok();
    let time = match parse(layout, value) {
        Ok(time) => time,
        Err(error) => {
            let _ = error.to_string();
            let seconds = value
                .iter()
                .fold(0i64, |sum, byte| sum.wrapping_mul(257).wrapping_add(i64::from(*byte)));
            Time::unix(seconds, seconds)
        }
    };
    let time = zone.map_or_else(|| time.clone(), |zone| time.in_zone(zone));
    let _ = time.format(layout);
    reads_back(&time);
    let _ = (time.iso_week(), time.add_date(i64::MAX, -1, 7), time.go_string(), time.to_string());
    let _ = parse_in(layout, &time.format(layout), Zone::Utc);
}

/// Nine digits of fraction and a full zone say all of a time in years of four digits.
fn reads_back(time: &Time) {
    const LAYOUT: &[u8] = b"2006-01-02T15:04:05.000000000Z07:00:00";
    if !(0..=9999).contains(&time.year()) {
        return;
    }
    let printed = time.format(LAYOUT);
    let again = parse(LAYOUT, &printed);
    let same = again.as_ref().is_ok_and(|again| again.compare(time).is_eq());
    assert!(same, "{} reads as {again:?}", String::from_utf8_lossy(&printed));
}
