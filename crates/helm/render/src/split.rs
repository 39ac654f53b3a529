//! Rendered files to documents (`release/v1/util/manifest.go`).

use std::ops::Range;

use memchr::{memchr_iter, memmem};

/// The documents of a rendered file, as ranges of it, in their order.
///
/// Not YAML's rules but Helm's regular expression `(?m)^---[ \t]*`: a line that starts with three
/// dashes separates, whatever follows them stays (`---apiVersion: v1`). Blank pieces are dropped,
/// white space before a piece is cut off, that after it stays.
#[must_use]
pub fn split_documents(text: &[u8]) -> Vec<Range<usize>> {
    let start = skip_space(text, 0, text.len());
    let mut documents = Vec::new();
    let mut keep = |from: usize, to: usize| {
        let from = skip_space(text, from, to);
        if from < to {
            documents.push(from..to);
        }
    };
    let separator = |from: &mut usize, at: usize, keep: &mut dyn FnMut(usize, usize)| {
        keep(*from, at);
        let blanks = text[at + 3..].iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
        *from = at + 3 + blanks.count();
    };
    let mut from = start;
    if text[start..].starts_with(b"---") {
        separator(&mut from, start, &mut keep);
    }
    for at in memmem::find_iter(&text[start..], b"\n---") {
        separator(&mut from, start + at + 1, &mut keep);
    }
    keep(from, text.len());
    documents
}

/// The line, from 1, in which a place of a text lies.
pub(crate) fn line_at(text: &[u8], at: usize) -> usize {
    memchr_iter(b'\n', &text[..at]).count() + 1
}

/// `strings.TrimLeftFunc(…, unicode.IsSpace)`
fn skip_space(text: &[u8], from: usize, to: usize) -> usize {
    let mut at = from;
    while at < to {
        match text[at] {
            b' ' | b'\t'..=b'\r' => at += 1,
            byte if byte.is_ascii() => break,
            _ => match first_char(&text[at..to]) {
                Some(c) if c.is_whitespace() => at += c.len_utf8(),
                _ => break,
            },
        }
    }
    at
}

fn first_char(text: &[u8]) -> Option<char> {
    let head = &text[..text.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    valid.chars().next()
}

/// Whether there is nothing but white space.
pub(crate) fn is_blank(text: &[u8]) -> bool {
    skip_space(text, 0, text.len()) == text.len()
}

/// `strings.TrimSpace`
pub(crate) fn trim_space(text: &[u8]) -> &[u8] {
    let from = skip_space(text, 0, text.len());
    let mut text = &text[from..];
    loop {
        text = text.trim_ascii_end();
        // What trim_ascii_end does not know: the vertical tab, and spaces beyond ASCII.
        match last_char(text) {
            Some(c) if c.is_whitespace() => text = &text[..text.len() - c.len_utf8()],
            _ => return text,
        }
    }
}

/// The character at the end of a text; none if what stands there is no UTF-8.
fn last_char(text: &[u8]) -> Option<char> {
    (1..=text.len().min(4)).find_map(|length| {
        let mut chars = std::str::from_utf8(&text[text.len() - length..]).ok()?.chars();
        chars.next()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_as_helms_expression_does() {
        let check = |text: &str, want: &[&str]| {
            let got: Vec<&str> =
                split_documents(text.as_bytes()).into_iter().map(|range| &text[range]).collect();
            assert_eq!(got, want, "{text:?}");
        };
        check("", &[]);
        check(" \n\t", &[]);
        check("a: 1", &["a: 1"]);
        check("---\na: 1\n---\nb: 2\n", &["a: 1\n", "b: 2\n"]);
        check("\n\n---\n---  \n  a: 1\n", &["a: 1\n"]);
        check("---apiVersion: v1\n", &["apiVersion: v1\n"]);
        check("a: |\n  ---\nb: 1\n", &["a: |\n  ---\nb: 1\n"]);
        check("a: 1\n----\n", &["a: 1\n", "-\n"]);
        check("a: 1\n---\n# only a comment\n", &["a: 1\n", "# only a comment\n"]);
        check("a: 1\n---\n---\t---\nb", &["a: 1\n", "---\nb"]);
        check("a: 1\u{a0}\n---\n\u{a0}b: 1", &["a: 1\u{a0}\n", "b: 1"]);
    }

    #[test]
    fn trims_as_go_does() {
        assert_eq!(trim_space(b" \x0b a \x0b\n"), b"a");
        assert_eq!(trim_space("\u{2003}a\u{2003}\n\u{85}".as_bytes()), b"a");
        assert_eq!(trim_space(b""), b"");
        assert_eq!(trim_space(b" \xff "), b"\xff");
    }
}
