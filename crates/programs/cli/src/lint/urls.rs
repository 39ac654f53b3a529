//! Addresses and URLs as govalidator knows them: its own expressions on Go's own syntax.

use std::sync::LazyLock;

use pintle_go_regexp::Regex;

/// govalidator's bounds for what it takes for a URL.
const MAX_URL_RUNES: usize = 2083;
const MIN_URL_LEN: usize = 3;

const EMAIL: &str = include_str!("email.regexp");
const URL: &str = include_str!("url.regexp");

fn compiled(pattern: &str) -> Option<Regex> {
    Regex::new(pattern.trim_end().as_bytes()).ok()
}

/// `govalidator.IsEmail`
pub(super) fn is_email(text: &str) -> bool {
    static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(EMAIL));
    REGEX.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
}

/// `govalidator.IsURL`
pub(super) fn is_url(text: &str) -> bool {
    static REGEX: LazyLock<Option<Regex>> = LazyLock::new(|| compiled(URL));
    let runes = text.chars().count();
    if runes >= MAX_URL_RUNES || text.len() <= MIN_URL_LEN || text.starts_with('.') {
        return false;
    }
    let whole = if text.contains(':') && !text.contains("://") {
        format!("http://{text}")
    } else {
        text.to_owned()
    };
    let without_fragment = whole.split_once('#').map_or(whole.as_str(), |(before, _)| before);
    let Some(parts) = Parts::read(without_fragment) else { return false };
    let bare = parts.host.is_empty() && !parts.path.is_empty() && !parts.path.contains('.');
    !parts.host.starts_with('.')
        && !bare
        && REGEX.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
}

/// `govalidator.IsRequestURL`: what `url.ParseRequestURI` reads, with a scheme.
pub(super) fn is_request_url(text: &str) -> bool {
    Parts::read(text).is_some_and(|parts| parts.has_scheme)
}

/// What of a URL is looked at.
struct Parts<'t> {
    has_scheme: bool,
    host: &'t str,
    path: &'t str,
}

impl<'t> Parts<'t> {
    /// `url.Parse`, as far as it fails and tells scheme, host and path.
    fn read(text: &'t str) -> Option<Self> {
        if text.is_empty() || text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return None;
        }
        let (has_scheme, rest) = scheme(text)?;
        let rest = rest.split_once('?').map_or(rest, |(before, _)| before);
        if !rest.starts_with('/') && has_scheme {
            // Opaque: `mailto:someone`.
            return Some(Parts { has_scheme, host: "", path: "" });
        }
        let (authority, path) = match rest.strip_prefix("//") {
            Some(after) if has_scheme || !after.starts_with('/') => {
                after.split_at(after.find('/').unwrap_or(after.len()))
            }
            _ => ("", rest),
        };
        let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
        let user_ok =
            user.chars().all(|c| c.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(c));
        (user_ok && is_host(host) && escapes_are_whole(path)).then_some(Parts {
            has_scheme,
            host,
            path,
        })
    }
}

/// Go's `getScheme`: none where the text begins with a colon.
fn scheme(text: &str) -> Option<(bool, &str)> {
    for (at, c) in text.char_indices() {
        match c {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return None,
            ':' => return Some((true, &text[at + 1..])),
            _ => break,
        }
    }
    Some((false, text))
}

/// Go's `parseHost`: brackets, a port of digits, and no character that must be escaped.
fn is_host(host: &str) -> bool {
    let after = match host.strip_prefix('[') {
        Some(inner) => match inner.rsplit_once(']') {
            Some((_, after)) => after,
            None => return false,
        },
        None => host.find(':').map_or("", |at| &host[at..]),
    };
    let port_ok = after.is_empty()
        || after.strip_prefix(':').is_some_and(|port| port.bytes().all(|it| it.is_ascii_digit()));
    let char_ok = |c: char| {
        !c.is_ascii() || c.is_ascii_alphanumeric() || "-_.~!$&'()*+,;=:[]<>\"".contains(c)
    };
    port_ok && host.chars().all(char_ok)
}

fn escapes_are_whole(path: &str) -> bool {
    let mut parts = path.split('%');
    parts.next();
    parts.all(|part| {
        let mut bytes = part.bytes();
        let mut hex = || bytes.next().is_some_and(|byte| byte.is_ascii_hexdigit());
        hex() && hex()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_those_of_govalidator() {
        for text in
            ["https://helm.sh/helm", "mailto:a@b", "file:///x", "oci://a.b/c:1", "h://ä/%20"]
        {
            assert!(is_request_url(text), "{text}");
        }
        for text in ["", "helm.sh", "/path", "://x", "http://a b", "http://a/%2", "http://a:b/"] {
            assert!(!is_request_url(text), "{text}");
        }
        for text in ["https://example.com", "example.com", "localhost:80", "http://1.2.3.4/x?y#z"] {
            assert!(is_url(text), "{text}");
        }
        for text in ["", "a", ".com", "http://.com", "something", "http://a b"] {
            assert!(!is_url(text), "{text}");
        }
        assert!(is_email("john@winslow.com") && is_email("a+b@c.d.e"));
        assert!(!is_email("john") && !is_email("a@b") && !is_email("a b@c.d"));
    }
}
