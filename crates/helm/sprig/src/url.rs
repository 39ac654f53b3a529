//! URLs taken apart and put together (sprig `url.go`), by a port of Go's `net/url`.

use std::net::Ipv6Addr;

use pintle_go_fmt::quote;
use pintle_go_template::{CallError, Func, func};
use pintle_go_value::{Heap, Map, Value};

use crate::Generator;
use crate::reflect::{NIL_DEREFERENCE, is_nil, kind_of};
use crate::table::Table;
use crate::text::find;

/// What a piece of a URL is, which decides what is escaped in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Path,
    UserPassword,
    Host,
    Zone,
    Fragment,
}

/// Go's `shouldEscape`.
fn should_escape(byte: u8, part: Part) -> bool {
    if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
        return false;
    }
    let plain: &[u8] = match part {
        Part::Path => b"$&+,/:;=@",
        Part::UserPassword => b"$&+,;=",
        Part::Host | Part::Zone => b"!$&'()*+,;=:[]<>\"",
        Part::Fragment => b"$&+,/:;=?@!()*",
    };
    !plain.contains(&byte)
}

fn escape(text: &[u8], part: Part) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        if should_escape(*byte, part) {
            out.extend_from_slice(format!("%{byte:02X}").as_bytes());
        } else {
            out.push(*byte);
        }
    }
    out
}

fn hex_value(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|digit| digit as u8)
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
        let bad = || {
            let piece = &text[at..text.len().min(at + 3)];
            format!("invalid URL escape {}", quote(piece))
        };
        let high = text.get(at + 1).copied().and_then(hex_value).ok_or_else(bad)?;
        let low = text.get(at + 2).copied().and_then(hex_value).ok_or_else(bad)?;
        let value = high << 4 | low;
        let percent = &text[at..at + 3] == b"%25";
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

/// Go's `url.URL`.
#[derive(Default)]
struct Url {
    scheme: Vec<u8>,
    opaque: Vec<u8>,
    user: Option<User>,
    host: Vec<u8>,
    path: Vec<u8>,
    fragment: Vec<u8>,
    query: Vec<u8>,
}

struct User {
    name: Vec<u8>,
    password: Option<Vec<u8>>,
}

impl User {
    fn text(&self) -> Vec<u8> {
        let mut out = escape(&self.name, Part::UserPassword);
        if let Some(password) = &self.password {
            out.push(b':');
            out.extend(escape(password, Part::UserPassword));
        }
        out
    }
}

fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// `url.Parse`
fn parse(text: &[u8]) -> Result<Url, String> {
    let (head, fragment) = cut(text, b'#');
    let failed = |whole: &[u8], why: String| format!("parse {}: {why}", quote(whole));
    let mut url = parse_head(head).map_err(|why| failed(head, why))?;
    if let Some(fragment) = fragment {
        url.fragment = unescape(fragment, Part::Fragment).map_err(|why| failed(text, why))?;
    }
    Ok(url)
}

fn parse_head(text: &[u8]) -> Result<Url, String> {
    let mut url = Url::default();
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err("net/url: invalid control character in URL".to_owned());
    }
    if text == b"*" {
        url.path = b"*".to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let questions = rest.iter().filter(|byte| **byte == b'?').count();
    if questions == 1 && rest.last() == Some(&b'?') {
        rest = &rest[..rest.len() - 1];
    } else {
        let (before, query) = cut(rest, b'?');
        rest = before;
        url.query = query.unwrap_or_default().to_vec();
    }
    if !rest.starts_with(b"/") {
        if !url.scheme.is_empty() {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if cut(rest, b'/').0.contains(&b':') {
            return Err("first path segment in URL cannot contain colon".to_owned());
        }
    }
    let has_authority = !url.scheme.is_empty() || !rest.starts_with(b"///");
    if has_authority && let Some(after) = rest.strip_prefix(b"//") {
        let slash = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
        let (authority, path) = after.split_at(slash);
        rest = path;
        (url.user, url.host) = parse_authority(&url.scheme, authority)?;
    }
    url.path = unescape(rest, Part::Path)?;
    Ok(url)
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

fn parse_authority(scheme: &[u8], text: &[u8]) -> Result<(Option<User>, Vec<u8>), String> {
    let Some(at) = text.iter().rposition(|byte| *byte == b'@') else {
        return Ok((None, parse_host(scheme, text)?));
    };
    let host = parse_host(scheme, &text[at + 1..])?;
    let user_info = &text[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !user_info.iter().all(valid) {
        return Err("net/url: invalid userinfo".to_owned());
    }
    let (name, password) = cut(user_info, b':');
    let name = unescape(name, Part::UserPassword)?;
    let password = password.map(|password| unescape(password, Part::UserPassword)).transpose()?;
    Ok((Some(User { name, password }), host))
}

fn is_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

fn invalid_port(port: &[u8]) -> String {
    format!("invalid port {} after host", quote(port))
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
        let port = &host[if strict { first } else { last }..];
        if !is_port(port) {
            return Err(invalid_port(port));
        }
    }
    unescape(host, Part::Host)
}

/// `[::1]:8080`
fn parse_literal(host: &[u8]) -> Result<Vec<u8>, String> {
    let Some(close) = host.iter().rposition(|byte| *byte == b']') else {
        return Err("missing ']' in host".to_owned());
    };
    let port = &host[close + 1..];
    if !is_port(port) {
        return Err(invalid_port(port));
    }
    let port = unescape(port, Part::Host)?;
    let name = &host[1..close];
    let name = match find(name, b"%25") {
        Some(zone) => {
            let mut address = unescape(&name[..zone], Part::Host)?;
            address.extend(unescape(&name[zone..], Part::Zone)?);
            address
        }
        None => unescape(name, Part::Host)?,
    };
    let text = String::from_utf8_lossy(&name).into_owned();
    let (address, zone) = match text.split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (&*text, None),
    };
    if zone.is_none() && address.parse::<std::net::Ipv4Addr>().is_ok() {
        return Err("invalid IP-literal".to_owned());
    }
    if address.parse::<Ipv6Addr>().is_err() || zone == Some("") {
        let why = if address.contains(':') {
            "each group must have 4 or fewer digits"
        } else {
            "unable to parse IP"
        };
        return Err(format!("invalid host: ParseAddr({}): {why}", quote(&name)));
    }
    Ok([b"[", &name[..], b"]", &port[..]].concat())
}

impl Url {
    /// `Hostname`: without port and brackets.
    fn hostname(&self) -> &[u8] {
        let host = &self.host[..];
        let colon = host.iter().rposition(|byte| *byte == b':');
        let host = match colon.filter(|colon| is_port(&host[*colon..])) {
            Some(colon) => &host[..colon],
            None => host,
        };
        let bare = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        bare.unwrap_or(host)
    }

    /// `String`, for a URL that has no raw path and no raw fragment.
    fn text(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_hierarchy(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if !self.query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(escape(&self.fragment, Part::Fragment));
        }
        out
    }

    fn write_hierarchy(&self, out: &mut Vec<u8>) {
        let has_host = !self.host.is_empty() || self.user.is_some();
        if has_host || (!self.scheme.is_empty() && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.text());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host));
        let path = if self.path == b"*" { b"*".to_vec() } else { escape(&self.path, Part::Path) };
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.push(b'/');
        }
        // A colon in the first segment would be read as a scheme.
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }
}

fn url_parse<'h>(heap: &'h Heap, text: &[u8]) -> Result<Value<'h>, CallError> {
    let url = parse(text).map_err(|why| CallError::panic(format!("unable to parse url: {why}")))?;
    let map = heap.map();
    let user = url.user.as_ref().map(User::text).unwrap_or_default();
    let entries: [(&str, &[u8]); 8] = [
        ("scheme", &url.scheme),
        ("host", &url.host),
        ("hostname", url.hostname()),
        ("path", &url.path),
        ("query", &url.query),
        ("opaque", &url.opaque),
        ("fragment", &url.fragment),
        ("userinfo", &user),
    ];
    for (key, value) in entries {
        map.insert(key.as_bytes(), heap.string(value));
    }
    Ok(Value::Map(map))
}

/// `dictGetOrEmpty`
fn entry<'h>(dict: Option<&'h Map<'h>>, key: &str) -> Result<&'h [u8], CallError> {
    match dict.and_then(|dict| dict.get(key.as_bytes())) {
        None => Ok(b""),
        Some(Value::String(text)) => Ok(text),
        Some(value) if is_nil(&value) => Err(CallError::panic(NIL_DEREFERENCE)),
        Some(value) => {
            let kind = kind_of(&value);
            Err(CallError::panic(format!(
                "unable to parse {key} key, must be of type string, but {kind} found"
            )))
        }
    }
}

fn url_join<'h>(dict: Option<&'h Map<'h>>) -> Result<Vec<u8>, CallError> {
    let text = |key: &str| entry(dict, key).map(<[u8]>::to_vec);
    let mut url = Url {
        scheme: text("scheme")?,
        host: text("host")?,
        path: text("path")?,
        query: text("query")?,
        opaque: text("opaque")?,
        fragment: text("fragment")?,
        user: None,
    };
    let user_info = text("userinfo")?;
    if !user_info.is_empty() {
        let whole = [b"proto://", &user_info[..], b"@host"].concat();
        let parsed = parse(&whole)
            .map_err(|why| CallError::panic(format!("unable to parse userinfo in dict: {why}")))?;
        url.user = parsed.user;
    }
    Ok(url.text())
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// URLs.
    pub(crate) const URL: &'static [Func<H>] = &[
        func!("urlParse", url_parse, heap, (&[u8])),
        func!("urlJoin", url_join, (Option<&Map<'_>>)),
    ];
}
