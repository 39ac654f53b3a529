//! URLs read and written: `url.Parse`, `url.ParseRequestURI` and `URL.String`.

use pintle_go_fmt::quote;

use crate::address::{Address, AddressError};
use crate::escape::{EscapeError, Part, escape, is_encoded, unescape};

/// `url.URL`, its fields without their escapes unless they say otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Url {
    /// `Scheme`, in small letters.
    pub scheme: Vec<u8>,
    /// `Opaque`: what follows the scheme where that is no slash, as written.
    pub opaque: Vec<u8>,
    /// `User`: what stands in front of `@`.
    pub user: Option<Userinfo>,
    /// `Host`, with its port and the brackets of an address.
    pub host: Vec<u8>,
    /// `Path`
    pub path: Vec<u8>,
    /// `RawPath`: the path as written; empty where it would be written so.
    pub raw_path: Vec<u8>,
    /// `RawQuery`: what follows `?`, as written.
    pub raw_query: Vec<u8>,
    /// `ForceQuery`: there is a `?`, and nothing behind it.
    pub force_query: bool,
    /// `Fragment`: what follows `#`.
    pub fragment: Vec<u8>,
    /// `RawFragment`: the fragment as written; empty where it would be written so.
    pub raw_fragment: Vec<u8>,
    /// `OmitHost`: no `//` stands in front of an empty host.
    pub omit_host: bool,
}

/// `url.Userinfo`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Userinfo {
    /// `Username`
    pub username: Vec<u8>,
    /// `Password`, which may be there and empty.
    pub password: Option<Vec<u8>>,
}

/// `url.Error`: `parse ":": missing protocol scheme`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("parse {}: {why}", quote(.url))]
pub struct ParseError {
    url: Vec<u8>,
    why: Why,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum Why {
    #[error("net/url: invalid control character in URL")]
    Control,
    #[error("empty url")]
    Empty,
    #[error("missing protocol scheme")]
    NoScheme,
    #[error("invalid URI for request")]
    NoRequest,
    #[error("first path segment in URL cannot contain colon")]
    Colon,
    #[error("net/url: invalid userinfo")]
    Userinfo,
    #[error("invalid IP-literal")]
    Literal,
    #[error("missing ']' in host")]
    Bracket,
    #[error("invalid port {} after host", quote(.0))]
    Port(Vec<u8>),
    #[error("invalid host: {0}")]
    Address(#[from] AddressError),
    #[error("{0}")]
    Escape(#[from] EscapeError),
}

/// `strings.Cut`
fn cut(text: &[u8], separator: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == separator) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

impl Url {
    /// `url.Parse`
    pub fn parse(text: &[u8]) -> Result<Self, ParseError> {
        let (head, fragment) = cut(text, b'#');
        let failed = |url: &[u8], why| ParseError { url: url.to_vec(), why };
        let mut url = parse(head, false).map_err(|why| failed(head, why))?;
        url.set_fragment(fragment.unwrap_or_default()).map_err(|why| failed(text, why.into()))?;
        Ok(url)
    }

    /// `url.ParseRequestURI`: with a scheme or a slash in front, and `#` is like any character.
    pub fn parse_request_uri(text: &[u8]) -> Result<Self, ParseError> {
        parse(text, true).map_err(|why| ParseError { url: text.to_vec(), why })
    }

    /// `setFragment`
    fn set_fragment(&mut self, text: &[u8]) -> Result<(), EscapeError> {
        self.fragment = unescape(text, Part::Fragment)?;
        self.raw_fragment = unless_default(text, &self.fragment, Part::Fragment);
        Ok(())
    }

    /// `setPath`
    fn set_path(&mut self, text: &[u8]) -> Result<(), EscapeError> {
        self.path = unescape(text, Part::Path)?;
        self.raw_path = unless_default(text, &self.path, Part::Path);
        Ok(())
    }
}

/// What was written, unless it is what would be written.
fn unless_default(written: &[u8], meant: &[u8], part: Part) -> Vec<u8> {
    if escape(meant, part).as_bytes() == written { Vec::new() } else { written.to_vec() }
}

/// `parse`
fn parse(text: &[u8], via_request: bool) -> Result<Url, Why> {
    let mut url = Url::default();
    if text.iter().any(|byte| *byte < b' ' || *byte == 0x7f) {
        return Err(Why::Control);
    }
    if text.is_empty() && via_request {
        return Err(Why::Empty);
    }
    if text == b"*" {
        url.path = b"*".to_vec();
        return Ok(url);
    }
    let (scheme, mut rest) = split_scheme(text)?;
    url.scheme = scheme.to_ascii_lowercase();
    let has_scheme = !scheme.is_empty();
    let (before, query) = cut(rest, b'?');
    rest = before;
    url.force_query = query == Some(b"");
    url.raw_query = query.unwrap_or_default().to_vec();
    if !rest.starts_with(b"/") {
        if has_scheme {
            url.opaque = rest.to_vec();
            return Ok(url);
        }
        if via_request {
            return Err(Why::NoRequest);
        }
        // It would be taken for a scheme (RFC 3986, 4.2).
        if cut(rest, b'/').0.contains(&b':') {
            return Err(Why::Colon);
        }
    }
    let may_have_authority = has_scheme || (!via_request && !rest.starts_with(b"///"));
    if may_have_authority && let Some(after) = rest.strip_prefix(b"//") {
        let slash = after.iter().position(|byte| *byte == b'/').unwrap_or(after.len());
        let (authority, path) = after.split_at(slash);
        rest = path;
        (url.user, url.host) = parse_authority(&url.scheme, authority)?;
    } else {
        url.omit_host = has_scheme && rest.starts_with(b"/");
    }
    url.set_path(rest)?;
    Ok(url)
}

/// `getScheme`: the scheme, and what follows its colon.
fn split_scheme(text: &[u8]) -> Result<(&[u8], &[u8]), Why> {
    for (at, byte) in text.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'+' | b'-' | b'.' if at > 0 => {}
            b':' if at == 0 => return Err(Why::NoScheme),
            b':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok((b"", text))
}

/// `parseAuthority`
fn parse_authority(scheme: &[u8], text: &[u8]) -> Result<(Option<Userinfo>, Vec<u8>), Why> {
    let Some(at) = text.iter().rposition(|byte| *byte == b'@') else {
        return Ok((None, parse_host(scheme, text)?));
    };
    let host = parse_host(scheme, &text[at + 1..])?;
    let userinfo = &text[..at];
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._:~!$&'()*+,;=%@".contains(byte);
    if !userinfo.iter().all(valid) {
        return Err(Why::Userinfo);
    }
    let (username, password) = cut(userinfo, b':');
    let username = unescape(username, Part::UserPassword)?;
    let password = password.map(|password| unescape(password, Part::UserPassword)).transpose()?;
    Ok((Some(Userinfo { username, password }), host))
}

/// `parseHost`
fn parse_host(scheme: &[u8], host: &[u8]) -> Result<Vec<u8>, Why> {
    match host.iter().rposition(|byte| *byte == b'[') {
        Some(0) => return parse_literal(host),
        Some(_) => return Err(Why::Literal),
        None => {}
    }
    if let Some(first) = host.iter().position(|byte| *byte == b':') {
        let last = host.iter().rposition(|byte| *byte == b':').unwrap_or(first);
        // Databases have lists of hosts, so only these two are taken by their word.
        let strict = matches!(scheme, b"http" | b"https");
        check_port(&host[if strict { first } else { last }..])?;
    }
    Ok(unescape(host, Part::Host)?)
}

/// `parseHost`, of an address in brackets: `[::1]:8080`.
fn parse_literal(host: &[u8]) -> Result<Vec<u8>, Why> {
    let close = host.iter().rposition(|byte| *byte == b']').ok_or(Why::Bracket)?;
    // Digits only, so that it has no escapes.
    let port = &host[close + 1..];
    check_port(port)?;
    let name = &host[1..close];
    let zone = name.windows(3).position(|piece| piece == b"%25").unwrap_or(name.len());
    let mut address = unescape(&name[..zone], Part::Host)?;
    address.extend(unescape(&name[zone..], Part::Zone)?);
    if Address::parse(&address)?.is_v4 {
        return Err(Why::Literal);
    }
    Ok([b"[", &address[..], b"]", port].concat())
}

fn check_port(port: &[u8]) -> Result<(), Why> {
    if is_optional_port(port) { Ok(()) } else { Err(Why::Port(port.to_vec())) }
}

/// `validOptionalPort`
fn is_optional_port(text: &[u8]) -> bool {
    match text {
        [] => true,
        [b':', digits @ ..] => digits.iter().all(u8::is_ascii_digit),
        _ => false,
    }
}

impl Url {
    /// `URL.Hostname`: the host without port and brackets.
    pub fn hostname(&self) -> &[u8] {
        let host = &self.host[..];
        let colon = host.iter().rposition(|byte| *byte == b':');
        let host = match colon.filter(|colon| is_optional_port(&host[*colon..])) {
            Some(colon) => &host[..colon],
            None => host,
        };
        let bare = host.strip_prefix(b"[").and_then(|host| host.strip_suffix(b"]"));
        bare.unwrap_or(host)
    }

    /// `URL.String`
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        if !self.scheme.is_empty() {
            out.extend_from_slice(&self.scheme);
            out.push(b':');
        }
        if self.opaque.is_empty() {
            self.write_authority(&mut out);
            self.write_path(&mut out);
        } else {
            out.extend_from_slice(&self.opaque);
        }
        if self.force_query || !self.raw_query.is_empty() {
            out.push(b'?');
            out.extend_from_slice(&self.raw_query);
        }
        if !self.fragment.is_empty() {
            out.push(b'#');
            out.extend(self.escaped_fragment());
        }
        out
    }

    fn write_authority(&self, out: &mut Vec<u8>) {
        let has_authority = !self.host.is_empty() || self.user.is_some();
        let has_scheme = !self.scheme.is_empty();
        if has_authority || (has_scheme && !self.omit_host && !self.path.is_empty()) {
            out.extend_from_slice(b"//");
        }
        if let Some(user) = &self.user {
            out.extend(user.to_text().into_bytes());
            out.push(b'@');
        }
        out.extend(escape(&self.host, Part::Host).into_bytes());
    }

    fn write_path(&self, out: &mut Vec<u8>) {
        let path = self.escaped_path();
        if !path.is_empty() && path[0] != b'/' && !self.host.is_empty() {
            out.push(b'/');
        }
        // A colon in the first segment would be taken for that of a scheme (RFC 3986, 4.2).
        if out.is_empty() && cut(&path, b'/').0.contains(&b':') {
            out.extend_from_slice(b"./");
        }
        out.extend(path);
    }

    /// `URL.EscapedPath`
    fn escaped_path(&self) -> Vec<u8> {
        match as_written(&self.raw_path, &self.path, Part::Path) {
            Some(path) => path.to_vec(),
            // That of `OPTIONS *`.
            None if self.path == b"*" => b"*".to_vec(),
            None => escape(&self.path, Part::Path).into_bytes(),
        }
    }

    /// `URL.EscapedFragment`
    fn escaped_fragment(&self) -> Vec<u8> {
        match as_written(&self.raw_fragment, &self.fragment, Part::Fragment) {
            Some(fragment) => fragment.to_vec(),
            None => escape(&self.fragment, Part::Fragment).into_bytes(),
        }
    }
}

/// What was written, where it is well written and still means the same.
fn as_written<'t>(written: &'t [u8], meant: &[u8], part: Part) -> Option<&'t [u8]> {
    let means = || unescape(written, part).is_ok_and(|text| text == meant);
    (!written.is_empty() && is_encoded(written, part) && means()).then_some(written)
}

impl Userinfo {
    /// `Userinfo.String`
    pub fn to_text(&self) -> String {
        let mut out = escape(&self.username, Part::UserPassword);
        if let Some(password) = &self.password {
            out.push(':');
            out.push_str(&escape(password, Part::UserPassword));
        }
        out
    }
}
