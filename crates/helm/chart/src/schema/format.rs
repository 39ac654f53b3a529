//! The formats that Helm's validator knows (`format.go` of its library), in its words.
//!
//! Go indexes bytes and ranges over characters; so do these.

use boon::{Compiler, Format};
use pintle_go_fmt::{atoi, quote};
use pintle_go_regexp::Regex;
use pintle_go_url::{Address, Url, path_unescape};
use serde_json::Value as Json;

/// The name under which `regex` is compiled.
pub(super) const REGEX: &str = "regex of Go";

type Check = fn(&str) -> Result<(), String>;

fn any(_: &str) -> Result<(), String> {
    Ok(())
}

/// What `boon` calls for a format.
macro_rules! formats {
    ($($name:expr => $check:expr,)*) => {
        const CHECKS: &[(&str, Check)] = &[$(($name, $check)),*];
        const FORMATS: &[Format] = &[$(Format {
            name: $name,
            func: |value| match value {
                Json::String(text) => $check(text).map_err(Into::into),
                _ => Ok(()),
            },
        }),*];
    };
}

formats! {
    REGEX => regex,
    "json-pointer" => json_pointer,
    "relative-json-pointer" => relative_json_pointer,
    "uuid" => uuid,
    "duration" => duration,
    "period" => period,
    "ipv4" => ipv4,
    "ipv6" => ipv6,
    "hostname" => hostname,
    "email" => email,
    "date" => date,
    "time" => time,
    "date-time" => date_time,
    "uri" => uri,
    "iri" => uri,
    "uri-reference" => uri_reference,
    "iri-reference" => uri_reference,
    "uri-template" => uri_template,
    "semver" => semver,
    // These the library knows and Helm's does not.
    "idn-hostname" => any,
    "idn-email" => any,
}

/// Puts the formats of Go's library in place of `boon`'s.
pub(super) fn register(compiler: &mut Compiler) {
    FORMATS.iter().for_each(|format| compiler.register_format(*format));
}

/// A format as a schema names it.
pub(super) fn name(compiled: &str) -> &str {
    if compiled == REGEX { "regex" } else { compiled }
}

/// Whether a text is of a format.
pub(super) fn check(format: &str, text: &str) -> Result<(), String> {
    let found = CHECKS.iter().find(|(name, _)| *name == format);
    found.map_or(Ok(()), |(_, check)| check(text))
}

fn fail<T>(why: &str) -> Result<T, String> {
    Err(why.to_owned())
}

/// Go's `%q` of a character.
fn quoted(c: char) -> String {
    match c {
        '"' => "'\"'".to_owned(),
        '\'' => r"'\''".to_owned(),
        c => {
            let quoted = quote(c.encode_utf8(&mut [0; 4]).as_bytes());
            format!("'{}'", &quoted[1..quoted.len() - 1])
        }
    }
}

fn regex(text: &str) -> Result<(), String> {
    Regex::new(text.as_bytes()).map(|_| ()).map_err(|error| error.to_string())
}

fn json_pointer(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Ok(());
    }
    let Some(tokens) = text.strip_prefix('/') else { return fail("not starting with /") };
    for token in tokens.split('/') {
        let mut escapes = token.split('~').skip(1);
        if !escapes.all(|after| after.starts_with(['0', '1'])) {
            return fail("~ must be followed by 0 or 1");
        }
    }
    Ok(())
}

/// How many decimal digits a text starts with.
fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn relative_json_pointer(text: &str) -> Result<(), String> {
    match digits(text) {
        0 => fail("must start with non-negative integer"),
        2.. if text.starts_with('0') => fail("starts with zero"),
        length => match &text[length..] {
            "#" => Ok(()),
            rest => json_pointer(rest),
        },
    }
}

fn uuid(text: &str) -> Result<(), String> {
    const LENGTHS: [usize; 5] = [8, 4, 4, 4, 12];
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != LENGTHS.len() {
        return fail("must have 5 elements");
    }
    for (at, (group, length)) in groups.iter().zip(LENGTHS).enumerate() {
        if group.len() != length {
            return Err(format!("element {} must be {length} characters long", at + 1));
        }
        if let Some(c) = group.chars().find(|c| !c.is_ascii_hexdigit()) {
            return Err(format!("non-hex character {}", quoted(c)));
        }
    }
    Ok(())
}

fn duration(text: &str) -> Result<(), String> {
    let Some(text) = text.strip_prefix('P') else { return fail("must start with P") };
    if text.is_empty() {
        return fail("nothing after P");
    }
    if let Some(weeks) = text.strip_suffix('W') {
        return match weeks {
            "" => fail("no number in week"),
            weeks if digits(weeks) < weeks.len() => fail("invalid week"),
            _ => Ok(()),
        };
    }
    let mut all_units = ["YMD", "HMS"].into_iter();
    for (at, elements) in text.split('T').enumerate() {
        if at > 0 && elements.is_empty() {
            return fail("no time elements");
        }
        let Some(units) = all_units.next() else { return fail("more than one T") };
        duration_elements(elements, units)?;
    }
    Ok(())
}

fn duration_elements(mut rest: &str, all_units: &str) -> Result<(), String> {
    let mut units = all_units;
    while !rest.is_empty() {
        let count = digits(rest);
        if count == 0 {
            return fail("missing number");
        }
        let Some(unit) = rest.as_bytes().get(count) else { return fail("missing unit") };
        // Go looks at one byte.
        let unit = char::from(*unit);
        let Some(place) = units.find(unit) else {
            return Err(match all_units.contains(unit) {
                true => format!("unit {} out of order", quoted(unit)),
                false => format!("invalid unit {}", quoted(unit)),
            });
        };
        units = &units[place + 1..];
        rest = &rest[count + 1..];
    }
    Ok(())
}

fn ipv4(text: &str) -> Result<(), String> {
    let groups: Vec<&str> = text.split('.').collect();
    if groups.len() != 4 {
        return fail("expected four decimals");
    }
    for group in groups {
        if group.len() > 1 && group.starts_with('0') {
            return fail("leading zeros");
        }
        let number = atoi(group.as_bytes()).map_err(|why| why.to_string())?;
        if !(0..=255).contains(&number) {
            return fail("decimal must be between 0 and 255");
        }
    }
    Ok(())
}

fn ipv6(text: &str) -> Result<(), String> {
    if !text.contains(':') {
        return fail("missing colon");
    }
    let address = Address::parse(text.as_bytes()).map_err(|why| why.to_string())?;
    if !address.zone.is_empty() {
        return fail("zone id is not a part of ipv6 address");
    }
    Ok(())
}

fn hostname(text: &str) -> Result<(), String> {
    let text = text.strip_suffix('.').unwrap_or(text);
    if text.len() > 253 {
        return fail("more than 253 characters long");
    }
    for label in text.split('.') {
        if !(1..=63).contains(&label.len()) {
            return fail("label must be 1 to 63 characters long");
        }
        if label.starts_with('-') {
            return fail("label starts with hyphen");
        }
        if label.ends_with('-') {
            return fail("label ends with hyphen");
        }
        if let Some(c) = label.chars().find(|c| !c.is_ascii_alphanumeric() && *c != '-') {
            return Err(format!("invalid character {}", quoted(c)));
        }
    }
    Ok(())
}

fn email(text: &str) -> Result<(), String> {
    if text.len() > 254 {
        return fail("more than 255 characters long");
    }
    let Some((local, domain)) = text.rsplit_once('@') else { return fail("missing @") };
    if local.len() > 64 {
        return fail("local part more than 64 characters long");
    }
    local_part(local)?;
    let bracketed = domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']'));
    match bracketed {
        Some(address) => match address.strip_prefix("IPv6:") {
            Some(address) => ipv6(address).map_err(|why| format!("invalid ipv6 address: {why}")),
            None => ipv4(address).map_err(|why| format!("invalid ipv4 address: {why}")),
        },
        None => hostname(domain).map_err(|why| format!("invalid domain: {why}")),
    }
}

fn local_part(local: &str) -> Result<(), String> {
    if let Some(inner) = local.strip_prefix('"').filter(|inner| !inner.is_empty()) {
        // Go cuts the last byte off, whatever it is.
        if inner.as_bytes()[..inner.len() - 1].iter().any(|byte| b"\\\"".contains(byte)) {
            return fail("backslash and quote are not allowed within quoted local part");
        }
        return Ok(());
    }
    if local.starts_with('.') {
        return fail("starts with dot");
    }
    if local.ends_with('.') {
        return fail("ends with dot");
    }
    if local.contains("..") {
        return fail("consecutive dots");
    }
    let valid = |c: char| c.is_ascii_alphanumeric() || ".!#$%&'*+-/=?^_`{|}~".contains(c);
    match local.chars().find(|c| !valid(*c)) {
        Some(c) => Err(format!("invalid character {}", quoted(c))),
        None => Ok(()),
    }
}

fn date(text: &str) -> Result<(), String> {
    date_of(text.as_bytes())
}

fn date_of(text: &[u8]) -> Result<(), String> {
    pintle_go_time::parse(b"2006-01-02", text).map(|_| ()).map_err(|error| error.to_string())
}

fn time(text: &str) -> Result<(), String> {
    time_of(text.as_bytes())
}

/// Two numbers or three, none of them negative.
fn numbers(text: &[u8], pieces: usize, of: &str) -> Result<Vec<i64>, String> {
    let mut numbers = Vec::new();
    for token in text.splitn(pieces, |byte| *byte == b':') {
        let number = atoi(token).map_err(|_| format!("invalid {of}"))?;
        if number < 0 {
            return Err(format!("non-positive {of}"));
        }
        numbers.push(number);
    }
    Ok(numbers)
}

fn time_of(text: &[u8]) -> Result<(), String> {
    if text.len() < 9 {
        return fail("less than 9 characters long");
    }
    if text[2] != b':' || text[5] != b':' {
        return fail("missing colon in correct place");
    }
    let clock = numbers(&text[..8], 3, "hour/min/sec")?;
    let [hour, minute, second] = clock[..] else { return fail("missing hour/min/sec") };
    if hour > 23 || minute > 59 || second > 60 {
        return fail("hour/min/sec out of range");
    }
    let mut rest = &text[8..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return fail("no digits in second fraction");
        }
        rest = &fraction[digits..];
    }
    let shift = if matches!(rest, b"z" | b"Z") { 0 } else { offset(rest)? };
    // A leap second ends a day of UTC.
    let minutes = hour * 60 + minute + shift;
    let minutes = if minutes < 0 { minutes + 24 * 60 } else { minutes };
    if second >= 60 && minutes != 23 * 60 + 59 {
        return fail("invalid leap second");
    }
    Ok(())
}

/// Minutes to add for UTC.
fn offset(text: &[u8]) -> Result<i64, String> {
    if text.len() != 6 {
        return fail("offset must be 6 characters long");
    }
    let sign = match text[0] {
        b'+' => -1,
        b'-' => 1,
        _ => return fail("offset must begin with plus/minus"),
    };
    if text[3] != b':' {
        return fail("missing colon in offset in correct place");
    }
    match numbers(&text[1..], 2, "hour/min in offset")?[..] {
        [hour, minute] if hour <= 23 && minute <= 59 => Ok(sign * (hour * 60 + minute)),
        _ => fail("hour/min in offset out of range"),
    }
}

fn date_time(text: &str) -> Result<(), String> {
    let text = text.as_bytes();
    if text.len() < 20 {
        return fail("less than 20 characters long");
    }
    if !matches!(text[10], b't' | b'T') {
        return fail("11th character must be t or T");
    }
    date_of(&text[..10]).map_err(|why| format!("invalid date element: {why}"))?;
    time_of(&text[11..]).map_err(|why| format!("invalid time element: {why}"))
}

fn period(text: &str) -> Result<(), String> {
    let Some((start, end)) = text.split_once('/') else { return fail("missing slash") };
    let starts = start.starts_with('P');
    if starts {
        duration(start).map_err(|why| format!("invalid start duration: {why}"))?;
    } else {
        date_time(start).map_err(|why| format!("invalid start date-time: {why}"))?;
    }
    if !starts && end.starts_with('P') {
        return duration(end).map_err(|why| format!("invalid end duration: {why}"));
    }
    date_time(end).map_err(|why| format!("invalid end date-time: {why}"))
}

fn parse_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text.as_bytes()).map_err(|why| why.to_string())?;
    let host = url.hostname();
    if host.contains(&b':') {
        if !url.host.contains(&b'[') || !url.host.contains(&b']') {
            return fail("ipv6 address not enclosed in brackets");
        }
        ipv6(&String::from_utf8_lossy(host))
            .map_err(|why| format!("invalid ipv6 address: {why}"))?;
    }
    Ok(url)
}

fn uri(text: &str) -> Result<(), String> {
    if parse_url(text)?.scheme.is_empty() { fail("relative url") } else { Ok(()) }
}

fn uri_reference(text: &str) -> Result<(), String> {
    if text.contains('\\') {
        return fail(r"contains \");
    }
    parse_url(text).map(|_| ())
}

fn uri_template(text: &str) -> Result<(), String> {
    let url = parse_url(text)?;
    for token in url.raw_path.split(|byte| *byte == b'/') {
        let token = path_unescape(token).map_err(|why| format!("percent decode failed: {why}"))?;
        let mut open = false;
        for brace in token.into_iter().filter(|byte| b"{}".contains(byte)) {
            if (brace == b'{') == open {
                return fail("nested curly braces");
            }
            open = !open;
        }
        if open {
            return fail("no matching closing brace");
        }
    }
    Ok(())
}

fn semver(text: &str) -> Result<(), String> {
    let other = |c: &char| !c.is_ascii_alphanumeric() && *c != '-';
    let (text, build) = split_tail(text, '+');
    if build == Some("") {
        return fail("build is empty");
    }
    for identifier in build.into_iter().flat_map(|build| build.split('.')) {
        if identifier.is_empty() {
            return fail("build identifier is empty");
        }
        if let Some(c) = identifier.chars().find(other) {
            return Err(format!("invalid character {} in build identifier", quoted(c)));
        }
    }
    let (core, pre_release) = split_tail(text, '-');
    for identifier in pre_release.into_iter().flat_map(|text| text.split('.')) {
        if identifier.is_empty() {
            return fail("pre-release identifier is empty");
        }
        if let Some(c) = identifier.chars().find(other) {
            return Err(format!("invalid character {} in pre-release identifier", quoted(c)));
        }
        if identifier.len() > 1
            && identifier.starts_with('0')
            && digits(identifier) == identifier.len()
        {
            return fail("pre-release numeric identifier starts with zero");
        }
    }
    version_core(core)
}

fn split_tail(text: &str, separator: char) -> (&str, Option<&str>) {
    text.split_once(separator).map_or((text, None), |(head, tail)| (head, Some(tail)))
}

fn version_core(core: &str) -> Result<(), String> {
    let versions: Vec<&str> = core.split('.').collect();
    if versions.len() != 3 {
        return fail("versionCore must have 3 numbers separated by dot");
    }
    for (version, name) in versions.into_iter().zip(["major", "minor", "patch"]) {
        if version.is_empty() {
            return Err(format!("{name} is empty"));
        }
        if version.len() > 1 && version.starts_with('0') {
            return Err(format!("{name} starts with zero"));
        }
        if digits(version) < version.len() {
            return Err(format!("{name} contains non-digit"));
        }
    }
    Ok(())
}
