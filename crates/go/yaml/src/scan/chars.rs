//! Looking at characters and moving past them, as goyaml's `yamlprivateh.go` classes them.

use super::Scanner;

/// What ends a run of a plain scalar, a comment or a quoted scalar, or may do so.
const BLANK: u8 = 1;
const BREAK: u8 = 2;
const MAYBE_BREAK: u8 = 4;

/// Blank, break, and the first bytes of NEL, LS and PS.
const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    table[b' ' as usize] = BLANK;
    table[b'\t' as usize] = BLANK;
    table[b'\r' as usize] = BREAK;
    table[b'\n' as usize] = BREAK;
    table[0xC2] = MAYBE_BREAK;
    table[0xE2] = MAYBE_BREAK;
    table
};

impl<'t> Scanner<'t> {
    /// The byte at an offset; 0 behind the end, which no text holds.
    #[inline]
    pub(super) fn byte(&self, offset: usize) -> u8 {
        self.bytes.get(self.pos + offset).copied().unwrap_or(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.pos >= self.bytes.len()
    }

    pub(super) fn is_blank(&self, offset: usize) -> bool {
        matches!(self.byte(offset), b' ' | b'\t')
    }

    /// The length of the line break at a place in the text; 0 if there is none.
    #[inline]
    pub(super) fn break_len(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        match rest {
            [b'\r', b'\n', ..] => 2,
            [b'\r' | b'\n', ..] => 1,
            [0xC2, 0x85, ..] => 2,
            [0xE2, 0x80, 0xA8 | 0xA9, ..] => 3,
            _ => 0,
        }
    }

    pub(super) fn is_break(&self, offset: usize) -> bool {
        self.break_len(self.pos + offset) > 0
    }

    pub(super) fn is_breakz(&self, offset: usize) -> bool {
        self.pos + offset >= self.bytes.len() || self.is_break(offset)
    }

    pub(super) fn is_blankz(&self, offset: usize) -> bool {
        self.is_blank(offset) || self.is_breakz(offset)
    }

    /// Where the line ends that `at` is in.
    pub(super) fn find_break(&self, mut at: usize) -> usize {
        while let Some(byte) = self.bytes.get(at) {
            let class = CLASS[usize::from(*byte)];
            if class & (BREAK | MAYBE_BREAK) != 0 && self.break_len(at) > 0 {
                break;
            }
            at += 1;
        }
        at
    }

    /// Where the next blank, break or byte for which `stop` holds is.
    #[inline]
    pub(super) fn find_blank_or(&self, mut at: usize, stop: impl Fn(u8, usize) -> bool) -> usize {
        while let Some(&byte) = self.bytes.get(at) {
            let class = CLASS[usize::from(byte)];
            if class != 0 && (class != MAYBE_BREAK || self.break_len(at) > 0) {
                break;
            }
            if stop(byte, at) {
                break;
            }
            at += 1;
        }
        at
    }

    /// The indicator `---` or `...`, if one stands at the start of this line.
    pub(super) fn document_indicator(&self) -> Option<u8> {
        if self.mark.column != 0 {
            return None;
        }
        let first = self.byte(0);
        let is_indicator = matches!(first, b'-' | b'.')
            && self.byte(1) == first
            && self.byte(2) == first
            && self.is_blankz(3);
        is_indicator.then_some(first)
    }

    /// Moves past `count` characters of one byte.
    pub(super) fn skip_ascii(&mut self, count: usize) {
        self.pos += count;
        self.count(count);
    }

    fn count(&mut self, chars: usize) {
        let chars = u32::try_from(chars).unwrap_or(u32::MAX);
        self.mark.index += chars;
        self.mark.column += chars;
    }

    /// Moves past one character of any width.
    pub(super) fn skip_char(&mut self) {
        let width = match self.byte(0) {
            0..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            _ => 4,
        };
        self.pos += width;
        self.count(1);
    }

    /// Moves to a later place on the same line.
    pub(super) fn skip_to(&mut self, end: usize) {
        let passed = &self.bytes[self.pos..end];
        let chars = passed.iter().filter(|byte| !matches!(byte, 0x80..=0xBF)).count();
        self.pos = end;
        self.count(chars);
    }

    pub(super) fn skip_to_break(&mut self) {
        self.skip_to(self.find_break(self.pos));
    }

    /// Moves past a line break, and gives what it stands for in a scalar.
    pub(super) fn read_line(&mut self) -> &'static str {
        let (width, stands_for) = match self.bytes[self.pos..] {
            [b'\r', b'\n', ..] => (2, "\n"),
            [b'\r' | b'\n', ..] => (1, "\n"),
            [0xC2, 0x85, ..] => (2, "\n"),
            [0xE2, 0x80, 0xA8, ..] => (3, "\u{2028}"),
            [0xE2, 0x80, 0xA9, ..] => (3, "\u{2029}"),
            _ => return "",
        };
        self.mark.index += 1 + u32::from(self.byte(0) == b'\r' && self.byte(1) == b'\n');
        self.pos += width;
        self.mark.column = 0;
        self.mark.line += 1;
        stands_for
    }

    pub(super) fn skip_line(&mut self) {
        self.read_line();
    }

    /// The text between two places.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// goyaml's `is_alpha`: what names are made of.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}
