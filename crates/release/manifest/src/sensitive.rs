//! Texts that must not be shown, and taking them out of what is said.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What stands in place of a text that must not be shown.
pub const REDACTED: &str = "<redacted>";
/// Shorter texts than this are only taken for secrets where they stand alone: `443` must not blot
/// out `8443`.
const SHORT: usize = 4;
/// Shorter texts than this are no secrets: `1` must not blot out every line number.
const NONE: usize = 3;

/// A text that must not be shown: it prints as `<redacted>`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive(String);

impl Sensitive {
    /// Hides a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Sensitive(text.into())
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Sensitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

/// Knows texts that must not be shown, and takes them out of sentences.
#[derive(Clone, Default)]
pub struct Redactor {
    texts: BTreeSet<String>,
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Redactor({} texts)", self.texts.len())
    }
}

impl Redactor {
    /// Hides a text, in the forms in which servers and libraries quote it.
    pub fn hide(&mut self, text: &str) {
        let text = text.trim();
        if text.len() < NONE || matches!(text, "true" | "false" | "null") {
            return;
        }
        self.texts.insert(text.to_owned());
        self.texts.insert(STANDARD.encode(text));
        if let Ok(quoted) = serde_json::to_string(text) {
            self.texts.insert(quoted[1..quoted.len() - 1].to_owned());
        }
        self.texts.insert(text.split_whitespace().collect::<Vec<_>>().join(" "));
        if text.contains('\n') {
            let lines = text.lines().map(str::trim).filter(|it| it.len() >= SHORT);
            self.texts.extend(lines.map(str::to_owned));
        }
        if let Ok(number) = text.parse::<f64>() {
            self.texts.insert(exponential(number));
        }
    }

    /// Hides every word of a text that has no known form.
    pub fn hide_words(&mut self, text: &str) {
        self.hide(text);
        let apart = |it: char| it.is_whitespace() || "\"'`:,;{}[]".contains(it);
        for word in text.split(apart).filter(|it| it.len() >= SHORT) {
            self.hide(word);
        }
    }

    /// Hides every scalar of a value.
    pub fn hide_value(&mut self, value: &Value) {
        match value {
            Value::Object(map) => map.values().for_each(|it| self.hide_value(it)),
            Value::Array(items) => items.iter().for_each(|it| self.hide_value(it)),
            Value::String(text) => self.hide(text),
            Value::Number(number) => self.hide(&number.to_string()),
            Value::Bool(_) | Value::Null => {}
        }
    }

    /// Hides what a Secret holds, as it is sent: in base64, or as a chart has it wrong.
    pub fn hide_secret(&mut self, body: &Value) {
        for part in ["data", "stringData"] {
            let Some(part) = body.get(part) else { continue };
            self.hide_value(part);
            for text in part.as_object().into_iter().flatten().filter_map(|(_, it)| it.as_str()) {
                let bytes = STANDARD.decode(text).ok();
                if let Some(text) = bytes.and_then(|it| String::from_utf8(it).ok()) {
                    self.hide(&text);
                }
            }
        }
    }

    /// Hides what another one hides.
    pub fn extend(&mut self, other: &Redactor) {
        self.texts.extend(other.texts.iter().cloned());
    }

    /// A sentence without any of the texts.
    #[must_use]
    pub fn clean(&self, sentence: &str) -> String {
        let mut texts: Vec<&String> =
            self.texts.iter().filter(|it| sentence.contains(it.as_str())).collect();
        // The longest first: others may be parts of it.
        texts.sort_by_key(|it| std::cmp::Reverse(it.len()));
        texts.into_iter().fold(sentence.to_owned(), |sentence, text| without(&sentence, text))
    }
}

fn without(sentence: &str, text: &str) -> String {
    if text.len() >= SHORT {
        return sentence.replace(text, REDACTED);
    }
    let mut clean = String::with_capacity(sentence.len());
    let mut done = 0;
    for (at, _) in sentence.match_indices(text) {
        let part_of_word = |it: Option<char>| it.is_some_and(char::is_alphanumeric);
        let before = part_of_word(sentence[..at].chars().next_back());
        let after = part_of_word(sentence[at + text.len()..].chars().next());
        if !before && !after {
            clean.push_str(&sentence[done..at]);
            clean.push_str(REDACTED);
            done = at + text.len();
        }
    }
    clean.push_str(&sentence[done..]);
    clean
}

/// As Go prints large numbers: `9.87654321e+08`.
fn exponential(number: f64) -> String {
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => match exponent.strip_prefix('-') {
            Some(exponent) => format!("{mantissa}e-{exponent:0>2}"),
            None => format!("{mantissa}e+{exponent:0>2}"),
        },
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_never_prints() {
        let it = Sensitive::new("hunter2");
        assert_eq!(
            format!("{it} {it:?} {:?}", Some(&it)),
            "<redacted> <redacted> Some(<redacted>)"
        );
        assert_eq!(it.reveal(), "hunter2");
    }

    #[test]
    fn secrets_are_taken_out_of_sentences() {
        let mut redactor = Redactor::default();
        redactor.hide_value(&json!({"a": "hunter2", "b": [987_654_321, "two\nlines \"quoted\""]}));
        redactor.hide_value(&json!({"port": 443, "on": true, "none": null, "count": 1}));
        redactor.hide_secret(&json!({"data": {"c": "b3BlbiBzZXNhbWU=", "d": {"e": "wrong"}}}));
        let check = |sentence: &str, want: &str| assert_eq!(redactor.clean(sentence), want);
        check("value 'hunter2' is no number", "value '<redacted>' is no number");
        check("xhunter2x and aHVudGVyMg==", "x<redacted>x and <redacted>");
        check("got 987654321, or 9.87654321e+08", "got <redacted>, or <redacted>");
        check(r#""two\nlines \"quoted\"""#, r#""<redacted>""#);
        check("two lines \"quoted\"", "<redacted>");
        check("open sesame, b3BlbiBzZXNhbWU=", "<redacted>, <redacted>");
        check("Value:\"wrong\"", "Value:\"<redacted>\"");
        check("port 443 of 8443 on v443", "port <redacted> of 8443 on v443");
        check("a.yaml:1:1", "a.yaml:1:1");
        check("it is true that nothing is null", "it is true that nothing is null");
    }

    #[test]
    fn the_longer_secret_goes_as_a_whole() {
        let mut redactor = Redactor::default();
        redactor.hide("pass");
        redactor.hide("password1");
        assert_eq!(redactor.clean("it says password1"), "it says <redacted>");
    }

    #[test]
    fn text_without_a_form_is_hidden_word_by_word() {
        let mut redactor = Redactor::default();
        redactor.hide_words("password: [hunter2");
        assert_eq!(redactor.clean("found hunter2 where"), "found <redacted> where");
    }
}
