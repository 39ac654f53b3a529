//! The regular expressions of a schema: Go's in the document, Rust's in what is compiled.
//!
//! `boon` reads patterns as ECMA has them, Helm's validator as Go does. So each is written in Rust's
//! syntax before the schema is compiled, in a group whose name says which pattern of the document it
//! was. By that name messages and places in the schema are told in the words of the document.

use std::collections::BTreeMap;

use pintle_go_regexp::Regex;
use pintle_go_url::path_escape;
use regex_automata::meta;
use serde_json::{Map, Value as Json};

use super::format::{self, REGEX};
use super::reference;
use super::syntax::rust_pattern;

/// Keywords whose values are data and no schemas.
const DATA: [&str; 5] = ["const", "enum", "default", "example", "examples"];

/// Keywords whose values have schemas under names of any kind.
const NAMED: [&str; 6] =
    ["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"];

/// Most memory that `boon` lets a pattern take (the limit of `regex::Regex::new`).
const MAX_COMPILED_BYTES: usize = 10 << 20;

/// What comes before and after a pattern's number.
const HEAD: &str = "(?P<p";
const DIGITS: usize = 8;
const TAIL: char = '>';

/// A pattern of the document.
struct Pattern {
    text: String,
    /// As it is compiled.
    rust: String,
    /// Why Go refuses it.
    error: Option<String>,
}

impl Pattern {
    fn new(text: String, number: usize) -> Self {
        let head = format!("{HEAD}{number:0DIGITS$}{TAIL}");
        // A bracket that nothing closes is no pattern for Rust either.
        let refused = format!("{head}[");
        let (rust, error) = match Regex::new(text.as_bytes()) {
            Err(error) => (refused, Some(error.to_string())),
            Ok(regex) => match rust_pattern(&text).map(|rust| format!("{head}{rust})")) {
                Some(rust) if regex.memory() <= MAX_COMPILED_BYTES || compiles(&rust) => {
                    (rust, None)
                }
                _ => (refused, Some(limit("expression too large", &text))),
            },
        };
        Pattern { text, rust, error }
    }
}

/// What Go says of an expression that is beyond its limits; those here are others.
fn limit(what: &str, pattern: &str) -> String {
    format!("error parsing regexp: {what}: `{pattern}`")
}

/// Whether `boon` will be able to compile a pattern.
fn compiles(rust: &str) -> bool {
    let config = meta::Config::new().nfa_size_limit(Some(MAX_COMPILED_BYTES));
    meta::Builder::new().configure(config).build(rust).is_ok()
}

/// The patterns of a schema, in the order of their texts, which is then that of what is compiled.
#[derive(Default)]
pub(super) struct Patterns {
    list: Vec<Pattern>,
}

impl Patterns {
    /// Takes the patterns out of a schema, and leaves in it what can be compiled.
    pub(super) fn of(schema: &mut Json) -> Self {
        let mut texts = BTreeMap::new();
        visit(schema, &mut |object| {
            if let Some(Json::String(text)) = object.get("pattern") {
                texts.insert(text.clone(), ());
            }
            if let Some(Json::Object(entries)) = object.get("patternProperties") {
                texts.extend(entries.keys().map(|text| (text.clone(), ())));
            }
        });
        let list = texts.into_keys().enumerate().map(|(number, text)| Pattern::new(text, number));
        let patterns = Patterns { list: list.collect() };
        visit(schema, &mut |object| patterns.rewrite(object));
        patterns
    }

    fn rewrite(&self, object: &mut Map<String, Json>) {
        for (keyword, value) in object {
            match (&**keyword, value) {
                ("pattern", Json::String(text)) => *text = self.rust(text),
                ("patternProperties", Json::Object(entries)) => {
                    let old = std::mem::take(entries);
                    entries.extend(old.into_iter().map(|(key, value)| (self.rust(&key), value)));
                }
                // The library's own check cannot be replaced under its name.
                ("format", Json::String(text)) if text == "regex" => *text = REGEX.to_owned(),
                ("$ref" | "$dynamicRef", Json::String(text)) => {
                    *text = self.reference(text);
                }
                _ => {}
            }
        }
    }

    fn rust(&self, text: &str) -> String {
        match self.list.binary_search_by(|pattern| (*pattern.text).cmp(text)) {
            Ok(at) => self.list[at].rust.clone(),
            Err(_) => text.to_owned(),
        }
    }

    /// A reference, which may lead over patterns. What Go refuses stays, to be refused.
    fn reference(&self, reference: &str) -> String {
        if format::check("uri-reference", reference).is_err() {
            return reference.to_owned();
        }
        let Some((address, fragment)) = reference.split_once('#') else {
            return reference::escape(reference);
        };
        let mut below = false;
        let tokens = fragment.split('/').map(|token| {
            let text = decoded(token).replace("~1", "/").replace("~0", "~");
            let is_pattern = std::mem::replace(&mut below, text == "patternProperties");
            match self.rust(&text) {
                rust if is_pattern && rust != text => escaped(&rust).replace('%', "%25"),
                _ => token.to_owned(),
            }
        });
        let tokens: Vec<String> = tokens.collect();
        reference::escape(&format!("{address}#{}", tokens.join("/")))
    }

    fn find(&self, rust: &str) -> Option<&Pattern> {
        let number = rust.strip_prefix(HEAD)?.get(..DIGITS)?;
        self.list.get(number.parse::<usize>().ok()?)
    }

    /// The text in the document of what was compiled.
    pub(super) fn original<'t>(&'t self, rust: &'t str) -> &'t str {
        self.find(rust).map_or(rust, |pattern| &pattern.text)
    }

    /// Why a pattern is refused. Where Go has nothing against it, it is its depth.
    pub(super) fn refusal(&self, rust: &str) -> Option<String> {
        let pattern = self.find(rust)?;
        let deep = || limit("expression nests too deeply", &pattern.text);
        Some(pattern.error.clone().unwrap_or_else(deep))
    }

    /// The URL of a place in the schema, by its way through the document.
    pub(super) fn url(&self, url: &str) -> String {
        let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
        format!("{address}#{}", self.fragment(fragment))
    }

    /// A JSON pointer in the escapes of a URL, by its way through the document.
    pub(super) fn fragment(&self, fragment: &str) -> String {
        let tokens =
            fragment.split('/').map(|token| path_escape(self.pointer(&decoded(token)).as_bytes()));
        tokens.collect::<Vec<_>>().join("/")
    }

    /// A JSON pointer as it leads through the document.
    pub(super) fn pointer(&self, pointer: &str) -> String {
        let tokens = pointer.split('/').map(|token| match self.find(token) {
            Some(pattern) => escaped(&pattern.text),
            None => token.to_owned(),
        });
        tokens.collect::<Vec<_>>().join("/")
    }
}

/// A token of a JSON pointer.
fn escaped(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

/// A piece of a URL without its escapes.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).map(|digits| u8::from_str_radix(digits, 16)) {
            Some(Ok(byte)) => {
                out.push(byte);
                out.extend_from_slice(&part.as_bytes()[2..]);
            }
            _ => {
                out.push(b'%');
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Calls a function for each schema in a document, and for what may be one under a keyword that
/// nobody knows: a reference may lead there. The reader of JSON bounds the nesting.
fn visit(schema: &mut Json, act: &mut dyn FnMut(&mut Map<String, Json>)) {
    match schema {
        Json::Array(items) => items.iter_mut().for_each(|item| visit(item, act)),
        Json::Object(object) => {
            for (keyword, value) in object.iter_mut() {
                match value {
                    Json::Object(named) if NAMED.contains(&&**keyword) => {
                        named.values_mut().for_each(|value| visit(value, act));
                    }
                    value if !DATA.contains(&&**keyword) => visit(value, act),
                    _ => {}
                }
            }
            act(object);
        }
        _ => {}
    }
}
