//! Templates out of a grammar that is data: rules with alternatives, in which `<name>` stands for
//! what another rule gives.

use super::rng::Rng;
use super::{expressions, statements};

/// What a name stands for.
pub(super) struct Rule {
    pub(super) name: &'static str,
    /// Alternatives that end: they lead to no rule that leads back here.
    pub(super) leaves: &'static [&'static str],
    /// Alternatives that may nest.
    pub(super) more: &'static [&'static str],
}

/// How deep rules nest before only leaves are taken. Deeper ones are long without being richer.
const DEPTH: usize = 6;

/// In a case that is to be wrong, one expression of so many is of another type than it should be.
const WRONG: usize = 14;

/// Rules that give an expression of one type.
const TYPES: &[&str] = &["str", "int", "float", "bool", "strs", "nums", "maps", "dict"];

/// What calls a template of the chart; inside those templates nothing does, or they would not end.
const CALLS: [&str; 2] = ["\"h.", "<helper>"];

/// What an alternative begins with that often fails; only wrong cases take it.
const MAY_FAIL: char = '!';

/// Expands rules.
pub(super) struct Grammar<'r> {
    pub(super) rng: &'r mut Rng,
    /// Whether some of what is made is wrong on purpose.
    pub(super) wrong: bool,
    /// Whether templates of the chart may be called.
    pub(super) calls: bool,
}

impl Grammar<'_> {
    /// A text in which each name is replaced.
    pub(super) fn expand(&mut self, text: &str) -> String {
        let mut out = String::new();
        self.text(text, 0, &mut out);
        out
    }

    fn text(&mut self, text: &str, depth: usize, out: &mut String) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('<') {
            out.push_str(before);
            let Some((name, after)) = after.split_once('>') else { break };
            self.rule(name, depth, out);
            rest = after;
        }
        out.push_str(rest);
    }

    fn rule(&mut self, name: &str, depth: usize, out: &mut String) {
        let mut name = name;
        if self.wrong && TYPES.contains(&name) && self.rng.once_in(WRONG) {
            name = if self.rng.once_in(3) { "wrong" } else { self.rng.pick(TYPES) };
        }
        let Some(rule) = find(name) else { return };
        let deep = depth >= DEPTH || rule.more.is_empty() || self.rng.once_in(3);
        let from = if deep && !rule.leaves.is_empty() { rule.leaves } else { rule.more };
        let mut chosen = self.rng.pick(from);
        while !self.may_take(chosen) {
            chosen = self.rng.pick(from);
        }
        self.text(chosen.strip_prefix(MAY_FAIL).unwrap_or(chosen), depth + 1, out);
    }

    fn may_take(&self, alternative: &str) -> bool {
        let calls = CALLS.iter().any(|call| alternative.contains(call));
        (self.calls || !calls) && (self.wrong || !alternative.starts_with(MAY_FAIL))
    }
}

fn find(name: &str) -> Option<&'static Rule> {
    rules().find(|rule| rule.name == name)
}

fn rules() -> impl Iterator<Item = &'static Rule> {
    expressions::RULES.iter().chain(statements::RULES)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_rule() {
        for rule in rules() {
            for text in rule.leaves.iter().chain(rule.more) {
                for part in text.split('<').skip(1) {
                    let name = part.split('>').next().unwrap();
                    assert!(find(name).is_some(), "{}: no rule {name} in {text}", rule.name);
                }
            }
        }
    }
}
