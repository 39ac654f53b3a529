//! Scalars: what style each gets, and how it is written in it.

use super::Emitter;
use crate::json::char_width;
use crate::resolve::{Resolved, Version, is_base60, is_old_bool, resolve};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    Literal,
}

/// goyaml's `yaml_emitter_analyze_scalar`, as far as block context needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Analysis {
    pub(super) multiline: bool,
    plain_allowed: bool,
    single_quoted_allowed: bool,
    block_allowed: bool,
    /// Nothing but printable ASCII: bytes are columns.
    ascii: bool,
    /// Where lines may be folded.
    spaces: bool,
}

/// The longest word that means something but a string: `False`.
const LONGEST_WORD: usize = 5;

/// A byte of the value, 0 behind its end. Values hold no NUL but in double quotes.
fn byte(value: &[u8], at: usize) -> u8 {
    value.get(at).copied().unwrap_or(0)
}

/// The length of the line break at `at`; 0 if there is none.
fn break_len(value: &[u8], at: usize) -> usize {
    match value.get(at..).unwrap_or_default() {
        [b'\r' | b'\n', ..] => 1,
        [0xC2, 0x85, ..] => 2,
        [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
        _ => 0,
    }
}

/// goyaml's `width`, of UTF-8 that is in order.
fn width(byte: u8) -> usize {
    match byte {
        0..=0x7F => 1,
        0x80..=0xDF => 2,
        0xE0..=0xEF => 3,
        _ => 4,
    }
}

/// goyaml's `is_printable`: neither tabs nor what lies beyond the basic plane.
fn is_printable(value: &[u8], at: usize) -> bool {
    let rest = |offset| byte(value, at + offset);
    match rest(0) {
        b'\n' | 0x20..=0x7E | 0xC3..=0xEC | 0xEE => true,
        0xC2 => rest(1) >= 0xA0,
        0xED => rest(1) < 0xA0,
        0xEF => {
            !(rest(1) == 0xBB && rest(2) == 0xBF
                || rest(1) == 0xBF && matches!(rest(2), 0xBE | 0xBF))
        }
        _ => false,
    }
}

/// Whether block indicators in `value` at `at` forbid a plain scalar.
fn is_indicator(value: &[u8], at: usize, after_blank: bool) -> bool {
    let before_blank = || at + 1 >= value.len() || matches!(value[at + 1], b' ' | b'\t');
    match value[at] {
        b'#' => at == 0 || after_blank,
        b':' => before_blank(),
        b'?' | b'-' => at == 0 && before_blank(),
        b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"'
        | b'%' | b'@' | b'`' => at == 0,
        _ => false,
    }
}

pub(super) fn analyze(value: &[u8], version: Version) -> Analysis {
    if !value.iter().all(|byte| matches!(byte, 0x20..=0x7E)) || value.is_empty() {
        return analyze_fully(value, version);
    }
    let outer_space = value.first() == Some(&b' ') || value.last() == Some(&b' ');
    let mut indicators = value.starts_with(b"---") || value.starts_with(b"...");
    let mut spaces = false;
    let mut after_blank = true;
    for at in 0..value.len() {
        indicators |= is_indicator(value, at, after_blank);
        after_blank = value[at] == b' ';
        spaces |= after_blank;
    }
    Analysis {
        multiline: false,
        plain_allowed: !outer_space && !indicators,
        single_quoted_allowed: true,
        block_allowed: value.last() != Some(&b' '),
        ascii: true,
        spaces,
    }
}

fn analyze_fully(value: &[u8], version: Version) -> Analysis {
    let mut found = Analysis {
        multiline: false,
        plain_allowed: true,
        single_quoted_allowed: true,
        block_allowed: !value.is_empty(),
        ascii: false,
        spaces: true,
    };
    let mut indicators = value.starts_with(b"---") || value.starts_with(b"...");
    let (mut special, mut tabs, mut break_space, mut space_break) = (false, false, false, false);
    let (mut after_space, mut after_break, mut after_blank) = (false, false, true);
    let mut at = 0;
    while at < value.len() {
        let width = width(value[at]);
        let ends = at == 0 || at + width >= value.len();
        indicators |= is_indicator(value, at, after_blank);
        let breaks = break_len(value, at) > 0;
        if value[at] == b'\t' && version == Version::V3 {
            tabs = true;
        } else if !is_printable(value, at) {
            special = true;
        }
        if value[at] == b' ' {
            found.plain_allowed &= !ends;
            found.block_allowed &= at + width < value.len();
            break_space |= after_break;
        } else if breaks {
            found.plain_allowed &= !ends;
            found.multiline = true;
            space_break |= after_space;
        }
        after_space = value[at] == b' ';
        after_break = breaks;
        after_blank = after_space || breaks || value[at] == b'\t';
        at += width;
    }
    let unquotable = space_break || special;
    found.plain_allowed &= !(break_space || unquotable || tabs || found.multiline || indicators);
    found.single_quoted_allowed &= !(break_space || unquotable || tabs);
    found.block_allowed &= !unquotable;
    found
}

/// Whether the text, written plain, would be read as a string.
fn reads_as_string(value: &[u8], version: Version) -> bool {
    match value.first() {
        None => false,
        Some(b'+' | b'-' | b'.' | b'0'..=b'9') => match std::str::from_utf8(value) {
            Ok(text) => resolve(text, version) == Resolved::Str && !is_base60(text),
            Err(_) => true,
        },
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            if value.len() > LONGEST_WORD {
                return true;
            }
            let text = std::str::from_utf8(value).unwrap_or_default();
            resolve(text, version) == Resolved::Str && !is_old_bool(text)
        }
        Some(_) => true,
    }
}

impl Emitter<'_> {
    /// A string that is UTF-8.
    pub(super) fn string(&mut self, value: &[u8], found: Analysis, simple_key: bool) {
        let wanted = if !found.multiline {
            if reads_as_string(value, self.version) { Style::Plain } else { Style::DoubleQuoted }
        } else if value.contains(&b'\n') {
            Style::Literal
        } else {
            Style::Plain
        };
        let style = match wanted {
            Style::Literal if found.block_allowed => Style::Literal,
            Style::Plain if found.plain_allowed => Style::Plain,
            Style::Plain if found.single_quoted_allowed => Style::SingleQuoted,
            _ => Style::DoubleQuoted,
        };
        let folds = !simple_key && found.spaces;
        let fits = found.ascii && (!folds || self.column + value.len() <= self.width);
        self.indented(|emitter| match style {
            Style::Plain if fits => emitter.word(value),
            Style::Plain => emitter.plain(value, folds),
            Style::SingleQuoted => emitter.single_quoted(value, folds),
            Style::DoubleQuoted => emitter.double_quoted(value, folds),
            Style::Literal => emitter.literal(value),
        });
    }

    /// ASCII that needs neither quotes nor folds.
    pub(super) fn word(&mut self, text: &[u8]) {
        if !self.whitespace {
            self.put(b' ');
        }
        self.out.extend_from_slice(text);
        self.column += text.len();
        self.whitespace = false;
        self.indention = false;
    }

    /// Runs with the indentation that scalars have for their further lines.
    fn indented(&mut self, write: impl FnOnce(&mut Self)) {
        let saved = self.indent;
        self.indent = if saved < 0 { 2 } else { saved + 2 };
        write(self);
        self.indent = saved;
    }

    fn put(&mut self, byte: u8) {
        self.out.push(byte);
        self.column += 1;
    }

    pub(super) fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
        self.indention |= self.version == Version::V3;
    }

    /// One character, and where the next one starts.
    fn write_char(&mut self, value: &[u8], at: usize) -> usize {
        let end = (at + width(value[at])).min(value.len());
        self.out.extend_from_slice(&value[at..end]);
        self.column += 1;
        end
    }

    fn write_break(&mut self, value: &[u8], at: usize) -> usize {
        if value[at] == b'\n' {
            self.put_break();
            return at + 1;
        }
        let end = self.write_char(value, at);
        self.column = 0;
        self.indention |= self.version == Version::V3;
        end
    }

    /// Whether a line may end at the space at `at`; in quotes, not at either end of the value.
    fn folds_at(&self, value: &[u8], at: usize, quoted: bool) -> bool {
        let inside = !quoted || (at > 0 && at < value.len() - 1);
        self.column > self.width && inside
    }

    fn plain(&mut self, value: &[u8], folds: bool) {
        if !self.whitespace {
            self.put(b' ');
        }
        self.flow_lines(value, folds, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn single_quoted(&mut self, value: &[u8], folds: bool) {
        self.indicator(b"'", true, false, false);
        self.flow_lines(value, folds, true);
        self.indicator(b"'", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    /// The body that plain and single-quoted scalars share.
    fn flow_lines(&mut self, value: &[u8], folds: bool, quoted: bool) {
        let (mut spaces, mut breaks) = (false, false);
        let mut at = 0;
        while at < value.len() {
            if value[at] == b' ' {
                let fold = folds && !spaces && self.folds_at(value, at, quoted);
                if fold && byte(value, at + 1) != b' ' {
                    self.write_indent();
                    at += 1;
                } else {
                    at = self.write_char(value, at);
                }
                spaces = true;
            } else if break_len(value, at) > 0 {
                if !breaks && value[at] == b'\n' {
                    self.put_break();
                }
                at = self.write_break(value, at);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                if quoted && value[at] == b'\'' {
                    self.put(b'\'');
                }
                at = self.write_char(value, at);
                self.indention = false;
                (spaces, breaks) = (false, false);
            }
        }
    }

    fn double_quoted(&mut self, value: &[u8], folds: bool) {
        self.indicator(b"\"", true, false, false);
        // goyaml looks for the byte order mark at the start of the value, wherever it is in it.
        let marked = value.starts_with(b"\xEF\xBB\xBF");
        let mut spaces = false;
        let mut at = 0;
        while at < value.len() {
            let escaped = marked
                || !is_printable(value, at)
                || break_len(value, at) > 0
                || matches!(value[at], b'"' | b'\\');
            if escaped {
                at = self.escape(value, at);
                spaces = false;
            } else if value[at] == b' ' {
                if folds && !spaces && self.folds_at(value, at, true) {
                    self.write_indent();
                    if byte(value, at + 1) == b' ' {
                        self.put(b'\\');
                    }
                    at += 1;
                } else {
                    at = self.write_char(value, at);
                }
                spaces = true;
            } else {
                at = self.write_char(value, at);
                spaces = false;
            }
        }
        self.indicator(b"\"", false, false, false);
        self.whitespace = false;
        self.indention = false;
    }

    fn escape(&mut self, value: &[u8], at: usize) -> usize {
        let width = char_width(&value[at..]).max(1);
        let end = at + width;
        let text = std::str::from_utf8(&value[at..end]).unwrap_or_default();
        let code = text.chars().next().map_or(0, u32::from);
        self.put(b'\\');
        let short = match code {
            0x00 => b'0',
            0x07 => b'a',
            0x08 => b'b',
            0x09 => b't',
            0x0A => b'n',
            0x0B => b'v',
            0x0C => b'f',
            0x0D => b'r',
            0x1B => b'e',
            0x22 => b'"',
            0x5C => b'\\',
            0x85 => b'N',
            0xA0 => b'_',
            0x2028 => b'L',
            0x2029 => b'P',
            _ => 0,
        };
        if short != 0 {
            self.put(short);
            return end;
        }
        let long = match code {
            0..=0xFF => format!("x{code:02X}"),
            0x100..=0xFFFF => format!("u{code:04X}"),
            _ => format!("U{code:08X}"),
        };
        self.out.extend_from_slice(long.as_bytes());
        self.column += long.len();
        end
    }

    fn literal(&mut self, value: &[u8]) {
        self.indicator(b"|", true, false, false);
        if byte(value, 0) == b' ' || break_len(value, 0) > 0 {
            self.indicator(b"2", false, false, false);
        }
        match trailing_breaks(value) {
            0 => self.indicator(b"-", false, false, false),
            1 => {}
            _ => self.indicator(b"+", false, false, false),
        }
        self.put_break();
        self.indention = true;
        self.whitespace = true;
        let mut breaks = true;
        let mut at = 0;
        while at < value.len() {
            if break_len(value, at) > 0 {
                at = self.write_break(value, at);
                self.indention = true;
                breaks = true;
            } else {
                if breaks {
                    self.write_indent();
                }
                at = self.write_run(value, at);
                self.indention = false;
                breaks = false;
            }
        }
    }

    /// The rest of a line.
    fn write_run(&mut self, value: &[u8], at: usize) -> usize {
        let mut end = at;
        while end < value.len() && break_len(value, end) == 0 {
            end += width(value[end]);
            self.column += 1;
        }
        let end = end.min(value.len());
        self.out.extend_from_slice(&value[at..end]);
        end
    }
}

/// How many breaks end the value, counted to two; a value that is all one break has two.
fn trailing_breaks(value: &[u8]) -> usize {
    let char_before = |end: usize| {
        let mut at = end - 1;
        while at > 0 && value[at] & 0xC0 == 0x80 {
            at -= 1;
        }
        at
    };
    let last = char_before(value.len());
    if break_len(value, last) == 0 {
        0
    } else if last == 0 || break_len(value, char_before(last)) > 0 {
        2
    } else {
        1
    }
}
