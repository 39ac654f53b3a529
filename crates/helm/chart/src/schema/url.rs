//! Which texts are URLs to Go (`net/url`), as far as formats ask.

use pintle_go_fmt::quote;

use super::address::parse_address;

/// What a piece of a URL is, which decides what must be escaped in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    Segment,
    Other,
    Host,
    Zone,
}

/// Go's `shouldEscape`, for the pieces where it is asked.
fn should_escape(byte: u8, part: Part) -> bool {
    let plain: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::Segment => b"$&+:=@",
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
        Part::Other => b"",
    };
    !(byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || plain.contains(&byte))
}

fn hex_value(byte: Option<&u8>) -> Option<u8> {
    char::from(*byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

fn unescape(text: &[u8], part: Part) -> Result<Vec<u8>, String> {
    let mut out = Vec::with_capacity(text.len());
    let host = matches!(part, Part::Host | Part::Zone);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if byte != b'%' {
            if host && byte < 0x80 && should_escape(byte, part) {
                return Err(format!("invalid character {} in host name", quote(&[byte])));
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let piece = &text[at..text.len().min(at + 3)];
        let bad = || format!("invalid URL escape {}", quote(piece));
        let high = hex_value(piece.get(1)).ok_or_else(bad)?;
        let low = hex_value(piece.get(2)).ok_or_else(bad)?;
        let value = high << 4 | low;
        let percent = piece == b"%25";
        // Only bytes beyond ASCII may be escaped in a host, and a few more in a zone.
        if part == Part::Host && high < 8 && !percent {
            return Err(bad());
        }
        if part == Part::Zone && !percent && value != b' ' && should_escape(value, Part::Host) {
            return Err(bad());
        }
        out.push(value);
        at += 3;
    }
    Ok(out)
}

/// `url.PathUnescape`
pub(super) fn unescaped(text: &[u8]) -> Result<Vec<u8>, String> {
    unescape(text, Part::Other)
}

/// `url.PathEscape`
pub(super) fn path_escape(text: &str) -> String {
    String::from_utf8_lossy(&escape(text.as_bytes(), Part::Segment)).into_owned()
}

/// Go's `url.URL`, as far as formats ask.
#[derive(Default)]
pub(super) struct Url {
    pub(super) is_absolute: bool,
    pub(super) host: Vec<u8>,
    /// The path as written, where it would not be written so.
    pub(super) raw_path: Option<Vec<u8>>,
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// `url.Parse`
pub(super) fn parse(text: &[u8]) -> Result<Url, String> {
    let (head, fragment) = cut(text, b'#');
    let failed = |whole: &[u8], why: String| format!("parse {}: {why}", quote(whole));
    let url = parse_head(head).map_err(|why| failed(head, why))?;
    unescape(fragment.unwrap_or_default(), Part::Other).map_err(|why| failed(text, why))?;
    Ok(url)
}

fn parse_head(text: &[u8]) -> Result<Url, String> {
    let mut url = Url::default();
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == b"*" {
        return Ok(url);
    }
    let (scheme, rest) = split_scheme(text)?;
    url.is_absolute = !scheme.is_empty();
    let mut rest = cut(rest, b'?').0;
    if !rest.starts_with(b"/") {
        if url.is_absolute {
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let has_authority = url.is_absolute || !rest.starts_with(b"///");
    if has_authority && let Some(after) = rest.strip_prefix(b"//") {
        let slash = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
        let (authority, path) = after.split_at(slash);
        rest = path;
        url.host = parse_authority(&scheme.to_ascii_lowercase(), authority)?;
    }
    let path = unescape(rest, Part::Path)?;
    url.raw_path = (escape(&path, Part::Path) != rest).then(|| rest.to_vec());
    Ok(url)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match should_escape(*byte, part) {
            true => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
            false => out.push(*byte),
        }
    }
    out
}

fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), String> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

/// The host, once all else is found to be in order.
fn parse_authority(scheme: &[u8], text: &[u8]) -> Result<Vec<u8>, String> {
    let Some(at) = text.iter().rposition(|byte| *byte == b'@') else {
        return parse_host(scheme, text);
    };
    let host = parse_host(scheme, &text[at + 1..])?;
    let user = &text[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user.iter().all(valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(user, b':');
    unescape(name, Part::Other)?;
    unescape(password.unwrap_or_default(), Part::Other)?;
    Ok(host)
}

fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn check_port(port: &[u8]) -> Result<(), String> {
    match is_port(port) {
        true => Ok(()),
        false => Err(format!("invalid port {} after host", quote(port))),
    }
}

fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, String> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_literal(host),
        Some(_) => return Err("invalid IP-literal".to_owned()),
        None => {}
    }
    if let Some(first) = host.iter().position(|byte| *byte == b':') {
        let last = host.iter().rposition(|byte| *byte == b':').unwrap_or(first);
        // Several colons are an error where ports are known to be numbers.
        let strict = matches!(scheme, b"http" | b"https");
        check_port(&host[if strict { first } else { last }..])?;
    }
    unescape(host, Part::Host)
}

/// `[::1]:8080`
fn parse_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let Some(close) = host.iter().rposition(|byte| *byte == b']') else {
        return Err("missing ']' in host".to_owned());
    };
    let port = &host[close + 1..];
    check_port(port)?;
    let name = &host[1..close];
    let zone = name.windows(3).position(|piece| piece == b"%25").unwrap_or(name.len());
    let mut address = unescape(&name[..zone], Part::Host)?;
    address.extend(unescape(&name[zone..], Part::Zone)?);
    let parsed = parse_address(&address).map_err(|why| format!("invalid host: {why}"))?;
    if parsed.is_v4 {
        return Err("invalid IP-literal".to_owned());
    }
    Ok([b"[", &address[..], b"]", port].concat())
}

impl Url {
    /// `Hostname`: without port and brackets.
    pub(super) fn hostname(&self) -> &[u8] {
        let host = &self.host[..];
        let colon = host.iter().rposition(|byte| *byte == b':');
        let host = match colon.filter(|colon| is_port(&host[*colon..])) {
            Some(colon) => &host[..colon],
            None => host,
        };
        let bare = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        bare.unwrap_or(host)
    }
}
