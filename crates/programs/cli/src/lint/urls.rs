//! Addresses and URLs as govalidator knows them: its own expressions on Go's own syntax.

use std::sync::LazyLock;

use pintle_go_regexp::Regex;
use pintle_go_url::Url;

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
    let Ok(url) = Url::parse(whole.as_bytes()) else { return false };
    let bare = url.host.is_empty() && !url.path.is_empty() && !url.path.contains(&b'.');
    !url.host.starts_with(b".")
        && !bare
        && REGEX.as_ref().is_some_and(|regex| regex.is_match(text.as_bytes()))
}

/// `govalidator.IsRequestURL`: what `url.ParseRequestURI` reads, with a scheme.
pub(super) fn is_request_url(text: &str) -> bool {
    Url::parse_request_uri(text.as_bytes()).is_ok_and(|url| !url.scheme.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text, and what govalidator's `IsURL` and `IsRequestURL` say of it, with Go 1.26.
    const ANSWERS: &[(&str, bool, bool)] = &[
        ("https://helm.sh/helm", true, true),
        ("mailto:a@b", true, true),
        ("file:///x", false, true),
        ("oci://a.b/c:1", false, true),
        ("h://ä/%20", false, true),
        ("", false, false),
        ("helm.sh", true, false),
        ("/path", false, false),
        ("://x", false, false),
        ("http://a b", false, false),
        ("http://a/%2", false, false),
        ("http://a:b/", false, false),
        ("http://a[b/", false, false),
        ("http://[x]/", false, false),
        ("http://[1:2]/", false, false),
        ("http://[1.2.3.4]/", false, false),
        ("http://[::1]/", true, true),
        ("http://[fe80::1%25eth0]/", true, true),
        ("http://%C3%A4/", false, true),
        ("http://%41/", false, false),
        ("mongodb://a:1,b:2/d", false, true),
        ("http://a:1:2/", false, false),
        ("http://u%zz@h/", false, false),
        ("http://u:p%@h.com/", false, false),
        ("http://h/#%zz", false, false),
        ("*", false, false),
        ("//h/p", false, false),
        ("a:%zz", false, true),
        ("https://example.com", true, true),
        ("example.com", true, false),
        ("localhost:80", true, true),
        ("http://1.2.3.4/x?y#z", true, true),
        ("a", false, false),
        (".com", false, false),
        ("http://.com", false, true),
        ("something", false, false),
        ("http://[::1]:80/", true, true),
        ("http://example.com/#%zz", false, false),
        ("http://example.com/#a%20b", true, true),
        ("http://example.com/%zz", false, false),
        ("http://u:p%@example.com/", false, false),
        ("http://u:p%40@example.com/", true, true),
        ("http://[::12345]/", false, false),
        ("http://[::g]/", false, false),
        ("a%2eb", false, false),
        ("/a%2Eb", false, false),
        ("example.com:80:90", false, true),
        ("ftp://a.com:80", true, true),
        ("http://[2001:db8::1]/x", true, true),
        ("example.com/#%zz", false, false),
        ("example.com#%", false, false),
    ];

    #[test]
    fn urls_are_those_of_govalidator() {
        for (text, url, request_url) in ANSWERS {
            assert_eq!((is_url(text), is_request_url(text)), (*url, *request_url), "{text}");
        }
    }

    #[test]
    fn emails_are_those_of_govalidator() {
        assert!(is_email("john@winslow.com") && is_email("a+b@c.d.e"));
        assert!(!is_email("john") && !is_email("a@b") && !is_email("a b@c.d"));
    }
}
