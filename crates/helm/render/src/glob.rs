//! The patterns of `.Files.Glob`: `gobwas/glob` v0.2.3 with `/` as separator, not a shell's.

use std::fmt;

/// The pattern is malformed. Helm takes such a pattern for `**`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GlobError;

impl fmt::Display for GlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed glob pattern")
    }
}

impl std::error::Error for GlobError {}

/// How deep braces may nest. The original has no limit but its stack.
const MAX_NESTING: usize = 64;

/// A compiled pattern.
///
/// `*` and `?` do not match `/`, `**` does; `[abc]`, `[!abc]`, `[a-z]` and `[!a-z]` match one
/// character, `/` included; `{a,b}` matches either; `\` escapes.
#[derive(Debug, Clone)]
pub struct Glob {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Char(char),
    /// `?`
    One,
    /// `*`
    Any,
    /// `**`
    Super,
    Range {
        low: char,
        high: char,
        not: bool,
    },
    List {
        chars: Vec<char>,
        not: bool,
    },
    /// `{a,b}`
    Either(Vec<Vec<Part>>),
}

impl Glob {
    /// Compiles a pattern.
    pub fn new(pattern: &str) -> Result<Self, GlobError> {
        let mut parser = Parser { text: pattern.chars().collect(), at: 0 };
        let parts = parser.parts(0)?;
        Ok(Glob { parts })
    }

    /// The pattern that matches everything.
    #[must_use]
    pub fn everything() -> Self {
        Glob { parts: vec![Part::Super] }
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<char> = text.chars().collect();
        let ends = ends(&self.parts, &text, vec![0]);
        ends.contains(&text.len())
    }
}

/// Where matches of `parts` end that begin at any of `starts` (sorted, each once). Linear in parts ×
/// text, so that no pattern can take long.
fn ends(parts: &[Part], text: &[char], mut starts: Vec<usize>) -> Vec<usize> {
    for part in parts {
        let mut next = vec![false; text.len() + 1];
        for start in &starts {
            let start = *start;
            let here = text.get(start).copied();
            match part {
                Part::Any | Part::Super => {
                    next[start] = true;
                    for (at, c) in text.iter().enumerate().skip(start) {
                        if matches!(part, Part::Any) && *c == '/' {
                            break;
                        }
                        next[at + 1] = true;
                    }
                }
                Part::Either(choices) => {
                    for choice in choices {
                        ends(choice, text, vec![start])
                            .into_iter()
                            .for_each(|end| next[end] = true);
                    }
                }
                single => {
                    if here.is_some_and(|c| single.matches(c)) {
                        next[start + 1] = true;
                    }
                }
            }
        }
        starts = next.iter().enumerate().filter(|(_, on)| **on).map(|(at, _)| at).collect();
    }
    starts
}

impl Part {
    fn matches(&self, c: char) -> bool {
        match self {
            Part::Char(want) => c == *want,
            Part::One => c != '/',
            Part::Range { low, high, not } => (*low <= c && c <= *high) != *not,
            Part::List { chars, not } => chars.contains(&c) != *not,
            Part::Any | Part::Super | Part::Either(_) => false,
        }
    }
}

struct Parser {
    text: Vec<char>,
    at: usize,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += usize::from(c.is_some());
        c
    }

    /// Parts up to the end, or inside braces up to a comma or the closing brace (not taken).
    fn parts(&mut self, level: usize) -> Result<Vec<Part>, GlobError> {
        if level > MAX_NESTING {
            return Err(GlobError);
        }
        let mut parts = Vec::new();
        while let Some(c) = self.peek() {
            match c {
                ',' | '}' if level > 0 => return Ok(parts),
                _ => self.at += 1,
            }
            match c {
                '*' if self.peek() == Some('*') => {
                    self.at += 1;
                    parts.push(Part::Super);
                }
                '*' => parts.push(Part::Any),
                '?' => parts.push(Part::One),
                '[' => parts.push(self.class()?),
                '{' => parts.push(self.braces(level)?),
                // A backslash at the very end stands for nothing.
                '\\' => parts.extend(self.next().map(Part::Char)),
                c => parts.push(Part::Char(c)),
            }
        }
        // The original takes braces that are not closed as closed by the end.
        Ok(parts)
    }

    fn braces(&mut self, level: usize) -> Result<Part, GlobError> {
        let mut choices = Vec::new();
        loop {
            choices.push(self.parts(level + 1)?);
            if self.next() != Some(',') {
                return Ok(Part::Either(choices));
            }
        }
    }

    fn class(&mut self) -> Result<Part, GlobError> {
        let not = self.peek() == Some('!');
        if not {
            self.at += 1;
        }
        let low = self.next().ok_or(GlobError)?;
        if self.peek() == Some('-') {
            self.at += 1;
            let high = self.next().ok_or(GlobError)?;
            if self.next() != Some(']') || high < low {
                return Err(GlobError);
            }
            return Ok(Part::Range { low, high, not });
        }
        self.at -= 1;
        let mut chars = Vec::new();
        loop {
            match self.next().ok_or(GlobError)? {
                ']' if chars.is_empty() => return Err(GlobError),
                ']' => return Ok(Part::List { chars, not }),
                '\\' => chars.push(self.next().ok_or(GlobError)?),
                c => chars.push(c),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of `gobwas/glob`'s own table (`glob_test.go`), those with `/` or no separator.
    #[test]
    fn matches_as_gobwas_does() {
        for (pattern, text, want) in [
            ("* ?at * eyes", "my cat has very bright eyes", true),
            ("", "", true),
            ("", "b", false),
            ("abc", "abc", true),
            ("a*c", "abc", true),
            ("a*c", "a12345c", true),
            ("a?c", "a1c", true),
            ("?at", "cat", true),
            ("*", "abc", true),
            ("*", "a/b", false),
            (r"\*", "*", true),
            ("**", "a/b/c", true),
            ("?at", "fat", true),
            ("?at", "at", false),
            ("*test", "this is a test", true),
            ("this*", "this is a test", true),
            ("*is *", "this is a test", true),
            ("*is*a*", "this is a test", true),
            ("**test**", "this is a test", true),
            ("**is**a***test*", "this is a test", true),
            ("*is", "this is a test", false),
            ("*no*", "this is a test", false),
            ("[!a]*", "this is a test3", true),
            ("*abc", "abcabc", true),
            ("**abc", "abcabc", true),
            ("???", "abc", true),
            ("?*?", "abc", true),
            ("?*?", "ac", true),
            ("sta", "stagnation", false),
            ("sta*", "stagnation", true),
            ("sta?", "stagnation", false),
            ("sta?n", "stagnation", false),
            ("{abc,def}ghi", "defghi", true),
            ("{abc,abcd}a", "abcda", true),
            ("{a,ab}{bc,f}", "abc", true),
            ("{*,**}{a,b}", "ab", true),
            ("{*,**}{a,b}", "ac", false),
            ("/{rate,[a-z][a-z][a-z]}*", "/rate", true),
            ("/{rate,[0-9][0-9][0-9]}*", "/usd", false),
            ("{*.google.*,*.yandex.*}", "www.google.com", true),
            ("{*.google.*,yandex.*}", "www.yandex.com", false),
            ("[a-z]", "b", true),
            ("[!a-z]", "b", false),
            ("[abc]", "c", true),
            ("config/**", "config/a/b.yaml", true),
            ("config/*", "config/a/b.yaml", false),
            ("config/*.yaml", "config/b.yaml", true),
            ("files/{a,b}/*.txt", "files/b/c.txt", true),
            ("a[/]b", "a/b", true),
        ] {
            let glob = Glob::new(pattern).unwrap();
            assert_eq!(glob.matches(text), want, "{pattern} against {text}");
        }
    }

    #[test]
    fn braces_nest_up_to_the_limit() {
        let nested =
            |depth: usize| Glob::new(&format!("{}a{}", "{".repeat(depth), "}".repeat(depth)));
        assert!(nested(MAX_NESTING).unwrap().matches("a"));
        assert_eq!(nested(MAX_NESTING + 1).unwrap_err(), GlobError);
    }

    #[test]
    fn malformed_patterns_are_errors() {
        for pattern in ["[", "[]", "[a-", "[z-a]", "[a-bc]"] {
            assert!(Glob::new(pattern).is_err(), "{pattern}");
        }
    }
}
