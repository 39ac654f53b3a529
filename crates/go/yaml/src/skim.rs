//! Skimming: a document is checked as a reader would, and told piece by piece, but nothing is built.
//!
//! Who wants a few fields of a text that must be in order otherwise (Helm looks at the head of each
//! rendered document, and refuses what is no YAML) need not pay for values that nobody reads.

use std::borrow::Cow;
use std::ops::ControlFlow;

use crate::direct::{Attempt, Direct, Sink, Style, Unusual};
use crate::resolve::{Resolved, Version, resolve};
use crate::scan::Mark;
use crate::text::Text;

/// What is told of a text, in its order. A break ends the skimming: the text must be read whole.
pub trait Visit {
    /// A map begins, or a list.
    fn open(&mut self, is_map: bool) -> ControlFlow<()>;

    /// The innermost map or list ends.
    fn close(&mut self);

    /// A key, as JSON has it; its value follows.
    fn key(&mut self, key: &str) -> ControlFlow<()>;

    /// A value that is neither map nor list.
    fn scalar(&mut self, scalar: Skimmed<'_>) -> ControlFlow<()>;
}

/// A scalar that was skimmed.
#[derive(Clone, Copy, Debug)]
pub struct Skimmed<'s> {
    text: &'s str,
    style: Style,
}

/// What a skimmed scalar is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning<'s> {
    /// Null.
    Null,
    /// A string.
    Text(&'s str),
    /// A number, a boolean, or a string that only a reader makes out.
    Other,
}

impl<'s> Skimmed<'s> {
    /// What it is; worked out only where it is asked for.
    #[must_use]
    pub fn meaning(self) -> Meaning<'s> {
        match self.style {
            Style::Quoted => Meaning::Text(self.text),
            Style::Plain | Style::LongPlain => match resolve(self.text, Version::V2) {
                Resolved::Null => Meaning::Null,
                Resolved::Timestamp | Resolved::Str => Meaning::Text(self.text),
                _ => Meaning::Other,
            },
            Style::Other => Meaning::Other,
        }
    }
}

/// Skims the first document of a text. True if it was told whole, and [`crate::read_value`] would
/// read it without an error; false if the text is not of the common kind, or `visit` broke off.
/// Then what was told means nothing.
pub fn skim(text: &[u8], visit: &mut impl Visit) -> bool {
    match Text::new(text) {
        Text { good: Cow::Borrowed(text), stop: None } => Direct::run(text, Skim { visit }).is_ok(),
        _ => false,
    }
}

struct Skim<'v, V> {
    visit: &'v mut V,
}

fn go_on(flow: ControlFlow<()>) -> Attempt {
    if flow.is_break() { Err(Unusual) } else { Ok(()) }
}

impl<'t, V: Visit> Sink<'t> for Skim<'_, V> {
    const KEEPS: bool = false;

    fn key(&mut self, text: &'t str, _: Mark, plain: bool) -> Attempt {
        if plain && is_special_key(text) { Err(Unusual) } else { go_on(self.visit.key(text)) }
    }

    fn scalar(&mut self, text: Cow<'t, str>, _: Mark, style: Style) -> Attempt {
        let plain = matches!(style, Style::Plain | Style::LongPlain);
        if plain && is_beyond_json(&text) {
            return Err(Unusual);
        }
        go_on(self.visit.scalar(Skimmed { text: &text, style }))
    }

    fn open(&mut self, is_map: bool, _: Mark) -> Attempt<usize> {
        go_on(self.visit.open(is_map))?;
        Ok(0)
    }

    fn close(&mut self, _: usize, _: bool) {
        self.visit.close();
    }
}

/// Whether a plain key is no string, or asks for a merge: then its text as JSON is another, or it is
/// refused.
fn is_special_key(text: &str) -> bool {
    // No word with a meaning is longer.
    if text.len() > 5 && text.as_bytes()[0].is_ascii_alphabetic() {
        return false;
    }
    text == "<<" || !matches!(resolve(text, Version::V2), Resolved::Str | Resolved::Timestamp)
}

/// Whether a plain scalar is a number that JSON does not have.
fn is_beyond_json(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with('.')
        && matches!(resolve(text, Version::V2), Resolved::Float(value) if !value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pintle_go_value::{Heap, Value};

    /// Tells a document as one line.
    #[derive(Default)]
    struct Told(String);

    impl Visit for Told {
        fn open(&mut self, is_map: bool) -> ControlFlow<()> {
            self.0.push(if is_map { '{' } else { '[' });
            ControlFlow::Continue(())
        }

        fn close(&mut self) {
            self.0.push(')');
        }

        fn key(&mut self, key: &str) -> ControlFlow<()> {
            self.0.push_str(&format!("{key:?}:"));
            ControlFlow::Continue(())
        }

        fn scalar(&mut self, scalar: Skimmed<'_>) -> ControlFlow<()> {
            match scalar.meaning() {
                Meaning::Null => self.0.push_str("null "),
                Meaning::Text(text) => self.0.push_str(&format!("{text:?} ")),
                Meaning::Other => self.0.push_str("? "),
            }
            ControlFlow::Continue(())
        }
    }

    /// The same of what a reader makes of it; keys come sorted there.
    fn tell(value: Value<'_>, told: &mut String) {
        match value {
            Value::Map(map) => {
                told.push('{');
                map.for_each(|key, value| {
                    told.push_str(&format!("{:?}:", String::from_utf8_lossy(key)));
                    tell(value, told);
                });
                told.push(')');
            }
            Value::List(list) => {
                told.push('[');
                list.items().iter().for_each(|item| tell(*item, told));
                told.push(')');
            }
            Value::Nil => told.push_str("null "),
            Value::String(text) => told.push_str(&format!("{:?} ", String::from_utf8_lossy(text))),
            _ => told.push_str("? "),
        }
    }

    fn check(text: &str, want: Option<&str>) {
        let mut told = Told::default();
        let whole = skim(text.as_bytes(), &mut told);
        assert_eq!(whole.then_some(told.0.as_str()), want, "{text:?}");
        if whole {
            let heap = Heap::new();
            let mut wanted = String::new();
            tell(crate::read_value(&heap, text.as_bytes()).unwrap(), &mut wanted);
            assert_eq!(told.0, wanted, "{text:?}");
        }
    }

    #[test]
    fn common_documents_are_told_as_they_are_read() {
        check("a: b\nc:\n- d\n- 1\n", Some("{\"a\":\"b\" \"c\":[\"d\" ? ))"));
        check("a:\nb: ~\nc: 2026-01-02\n", Some("{\"a\":null \"b\":null \"c\":\"2026-01-02\" )"));
        check(
            "a: \"x\"\nb: {c: 'd', e: [f]}\n",
            Some("{\"a\":\"x\" \"b\":{\"c\":\"d\" \"e\":[\"f\" )))"),
        );
        check("a: long\n  plain\n", Some("{\"a\":\"long plain\" )"));
    }

    #[test]
    fn what_needs_a_reader_is_left_to_it() {
        check("", None);
        check("<<: {a: b}\n", None);
        check("1: a\n", None);
        check("null: a\n", None);
        check("yes: a\n", None);
        check("a: .inf\n", None);
        check("a: -.INF\n", None);
        check("a: .nan\n", None);
        check("a: &x b\n", None);
        check("a: !!str b\n", None);
        check("a: b: c\n", None);
        check("a: [\n", None);
        check("a: \u{1}\n", None);
        check("\u{feff}a: b\n", Some("{\"a\":\"b\" )"));
    }

    /// Every text of the table that is told whole is read without error.
    #[test]
    fn what_is_told_whole_has_no_error() {
        let path = "../../../conformance/data/yaml.json";
        let cases = crate::read_json(std::fs::read(path).unwrap()).unwrap();
        let mut whole = 0;
        for text in cases.as_list().unwrap().iter().filter_map(|case| case.get("yaml")?.as_str()) {
            if skim(text.as_bytes(), &mut Told::default()) {
                whole += 1;
                let read = crate::read_value(&Heap::new(), text.as_bytes()).map(|_| ());
                assert!(read.is_ok(), "{text:?}: {read:?}");
            }
        }
        assert!(whole > 100, "only {whole} texts were told");
    }
}
