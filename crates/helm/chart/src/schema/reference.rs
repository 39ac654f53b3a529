//! References within a schema, as `boon` wants them written.
//!
//! It holds `$ref` to RFC 3986, where Go's `url.Parse` takes nearly any character: schemas that are
//! generated for charts refer to `#/$defs/values.list[0]`. Escapes mean the same to both.

/// A reference with what a URI cannot hold written as `%5B` and the like.
pub(super) fn escape(reference: &str) -> String {
    let fragment = reference.find('#').unwrap_or(reference.len());
    let mut out = String::with_capacity(reference.len());
    for (at, c) in reference.char_indices() {
        // Brackets may stand around an address, and elsewhere only in escapes.
        let fits = match c {
            '[' | ']' => at < fragment,
            '#' => at == fragment,
            '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}' | ' ' => false,
            // Go refuses these too.
            c if c.is_ascii_control() => true,
            c => c.is_ascii(),
        };
        if fits {
            out.push(c);
            continue;
        }
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_does_not_fit_is_escaped() {
        assert_eq!(escape("#/$defs/a.b[0]"), "#/$defs/a.b%5B0%5D");
        assert_eq!(escape("http://[::1]/a#b#c"), "http://[::1]/a#b%23c");
        assert_eq!(escape("#/a%25 b/\u{e9}"), "#/a%25%20b/%C3%A9");
    }
}
