//! Patterns of Go written as those of Rust that match the same texts.
//!
//! Only patterns that Go's own parser has taken come here, so that what is read needs no second
//! check. Whether a text matches is all that is asked of a pattern: groups lose their names, and
//! whether a repetition is greedy is not said. Flags become part of each piece.

use std::fmt::Write as _;

use pintle_go_regexp::unicode_ranges;

/// Code points from the first to the last.
type Range = (u32, u32);

const DIGIT: &[Range] = &[(0x30, 0x39)];
const SPACE: &[Range] = &[(0x9, 0xa), (0xc, 0xd), (0x20, 0x20)];
const WORD: &[Range] = &[(0x30, 0x39), (0x41, 0x5a), (0x5f, 0x5f), (0x61, 0x7a)];

/// Code points that no text has.
const SURROGATES: Range = (0xd800, 0xdfff);

/// The pattern as Rust writes it; none if it is not one of Go's.
pub(super) fn rust_pattern(pattern: &str) -> Option<String> {
    let mut writer = Writer {
        rest: pattern,
        out: String::with_capacity(pattern.len()),
        flags: Flags::default(),
        groups: Vec::new(),
        last: None,
        repeated: false,
    };
    while !writer.rest.is_empty() {
        writer.piece()?;
    }
    writer.groups.is_empty().then_some(writer.out)
}

#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_all: bool,
}

struct Writer<'p> {
    rest: &'p str,
    out: String,
    flags: Flags,
    /// For each open group the flags to go back to, and where it starts.
    groups: Vec<(Flags, usize)>,
    /// Where the piece starts that a repetition would be about.
    last: Option<usize>,
    /// Whether it is repeated already.
    repeated: bool,
}

impl Writer<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let rest = self.rest.strip_prefix(prefix);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// What comes before a text that is passed over too.
    fn until(&mut self, end: &str) -> Option<&str> {
        let (before, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(before)
    }

    fn piece(&mut self) -> Option<()> {
        if let Some(counts) = self.counts() {
            return self.repeat(&counts);
        }
        match self.next()? {
            '(' => return self.open(),
            ')' => {
                let (flags, start) = self.groups.pop()?;
                self.flags = flags;
                self.out.push(')');
                self.last = Some(start);
                self.repeated = false;
            }
            '|' => {
                self.out.push('|');
                self.last = None;
            }
            '*' => return self.repeat("*"),
            '+' => return self.repeat("+"),
            '?' => return self.repeat("?"),
            '^' => self.text(if self.flags.lines { "(?m:^)" } else { r"\A" }),
            '$' => self.text(if self.flags.lines { "(?m:$)" } else { r"\z" }),
            '.' => self.text(if self.flags.dot_all { "(?s:.)" } else { "(?-s:.)" }),
            '[' => return self.class(),
            '\\' => return self.escape(),
            c => self.literal(u32::from(c)),
        }
        Some(())
    }

    fn text(&mut self, text: &str) {
        self.last = Some(self.out.len());
        self.repeated = false;
        self.out.push_str(text);
    }

    fn literal(&mut self, c: u32) {
        let fold = self.flags.fold;
        match char::from_u32(c) {
            Some(c) if c.is_ascii_digit() || (c.is_ascii_alphabetic() && !fold) => {
                self.text(c.encode_utf8(&mut [0; 4]));
            }
            Some(_) if !fold => self.text(&format!(r"\x{{{c:x}}}")),
            Some(_) => self.text(&format!(r"(?i:\x{{{c:x}}})")),
            None => self.set(&items(&[(c, c)], false), false),
        }
    }

    /// A class of the items given.
    fn set(&mut self, items: &str, negated: bool) {
        let not = if negated { "^" } else { "" };
        self.text(&match self.flags.fold {
            true => format!("(?i:[{not}{items}])"),
            false => format!("[{not}{items}]"),
        });
    }

    /// `{2}`, `{2,}`, `{2,3}`; another brace stands for itself.
    fn counts(&mut self) -> Option<String> {
        let (inner, rest) = self.rest.strip_prefix('{')?.split_once('}')?;
        let (min, max) = inner.split_once(',').unwrap_or((inner, inner));
        let number = |text: &str| {
            let plain = text == "0" || !text.starts_with('0');
            plain && !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !number(min) || !(max.is_empty() || number(max)) {
            return None;
        }
        self.rest = rest;
        Some(format!("{{{inner}}}"))
    }

    fn repeat(&mut self, operator: &str) -> Option<()> {
        self.skip("?");
        let start = self.last?;
        // Go takes `a*(?i)*`, which would be read as one operator.
        if std::mem::replace(&mut self.repeated, true) {
            self.out.insert_str(start, "(?:");
            self.out.push(')');
        }
        self.out.push_str(operator);
        Some(())
    }

    /// What follows an opening parenthesis.
    fn open(&mut self) -> Option<()> {
        let mut flags = self.flags;
        if self.skip("?P<") || self.skip("?<") {
            self.until(">")?;
        } else if self.skip("?") {
            let mut on = true;
            loop {
                match self.next()? {
                    'i' => flags.fold = on,
                    'm' => flags.lines = on,
                    's' => flags.dot_all = on,
                    'U' => {}
                    '-' => on = false,
                    ':' => break,
                    ')' => {
                        self.flags = flags;
                        return Some(());
                    }
                    _ => return None,
                }
            }
        }
        self.groups.push((self.flags, self.out.len()));
        self.flags = flags;
        self.out.push_str("(?:");
        self.last = None;
        Some(())
    }

    /// What follows a backslash.
    fn escape(&mut self) -> Option<()> {
        if let Some(items) = self.class_escape()? {
            self.set(&items, false);
            return Some(());
        }
        match self.rest.chars().next()? {
            'A' => self.text(r"\A"),
            'z' => self.text(r"\z"),
            'b' => self.text(r"(?-u:\b)"),
            'B' => self.text(r"(?-u:\B)"),
            'Q' => return self.quoted(),
            _ => {
                let c = self.character_escape()?;
                self.literal(c);
                return Some(());
            }
        }
        self.next().map(|_| ())
    }

    /// `\Q…\E`: everything between is literal.
    fn quoted(&mut self) -> Option<()> {
        self.next()?;
        let body = self.rest;
        let (body, rest) = body.split_once(r"\E").unwrap_or((body, ""));
        self.rest = rest;
        body.chars().for_each(|c| self.literal(u32::from(c)));
        Some(())
    }

    /// `\d`, `\pL` and their like after the backslash, as items of a class. The outer option is
    /// whether the pattern can be read.
    #[expect(clippy::option_option, reason = "no class and an unreadable class differ")]
    fn class_escape(&mut self) -> Option<Option<String>> {
        let letter = self.rest.chars().next()?;
        let ranges = match letter.to_ascii_lowercase() {
            'd' => DIGIT,
            's' => SPACE,
            'w' => WORD,
            'p' => {
                self.next()?;
                return self.unicode_class(letter == 'P').map(Some);
            }
            _ => return Some(None),
        };
        self.next()?;
        Some(Some(items(ranges, letter.is_ascii_uppercase())))
    }

    fn unicode_class(&mut self, mut negated: bool) -> Option<String> {
        let name = match self.next()? {
            '{' => self.until("}")?.to_owned(),
            c => c.to_string(),
        };
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negated = !negated;
                name
            }
            None => &name,
        };
        let ranges = unicode_ranges(name.as_bytes())?;
        let ranges: Vec<Range> =
            ranges.into_iter().map(|(first, last)| (u32::from(first), u32::from(last))).collect();
        Some(items(&ranges, negated))
    }

    /// One character after a backslash.
    fn character_escape(&mut self) -> Option<u32> {
        Some(match self.next()? {
            c @ '0'..='7' => {
                let mut value = c.to_digit(8)?;
                for _ in 0..2 {
                    let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                        break;
                    };
                    value = value * 8 + digit;
                    self.next();
                }
                value
            }
            'x' if self.skip("{") => u32::from_str_radix(self.until("}")?, 16).ok()?,
            'x' => self.next()?.to_digit(16)? * 16 + self.next()?.to_digit(16)?,
            'a' => 0x7,
            'f' => 0xc,
            'n' => 0xa,
            'r' => 0xd,
            't' => 0x9,
            'v' => 0xb,
            c => u32::from(c),
        })
    }

    /// What follows an opening bracket.
    fn class(&mut self) -> Option<()> {
        let negated = self.skip("^");
        let mut all = String::new();
        let mut first = true;
        // A closing bracket is an ordinary character in first place.
        while first || !self.rest.starts_with(']') {
            first = false;
            if self.rest.starts_with("[:") && self.rest[2..].contains(":]") {
                self.rest = &self.rest[1..];
                // The names are those of Rust, and so is what they stand for.
                let name = self.until(":]")?;
                let _ = write!(all, "[{name}:]");
                continue;
            }
            if let Some(escape) = self.rest.strip_prefix('\\') {
                let before = std::mem::replace(&mut self.rest, escape);
                if let Some(items) = self.class_escape()? {
                    all.push_str(&items);
                    continue;
                }
                self.rest = before;
            }
            let low = self.class_character()?;
            let mut high = low;
            // `[a-]` is a or a hyphen.
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.next()?;
                high = self.class_character()?;
            }
            all.push_str(&items(&[(low, high)], false));
        }
        self.next()?;
        self.set(&all, negated);
        Some(())
    }

    fn class_character(&mut self) -> Option<u32> {
        match self.next()? {
            '\\' => self.character_escape(),
            c => Some(u32::from(c)),
        }
    }
}

/// Ranges as items of a class.
fn items(ranges: &[Range], negated: bool) -> String {
    let mut text = String::new();
    let (low, high) = SURROGATES;
    for (first, last) in ranges {
        for (first, last) in [(*first, (*last).min(low - 1)), ((*first).max(high + 1), *last)] {
            if first <= last {
                let _ = write!(text, r"\x{{{first:x}}}-\x{{{last:x}}}");
            }
        }
    }
    match (negated, text.is_empty()) {
        (false, false) => text,
        (true, false) => format!("[^{text}]"),
        (false, true) => r"[^\x{0}-\x{10ffff}]".to_owned(),
        (true, true) => r"\x{0}-\x{10ffff}".to_owned(),
    }
}
