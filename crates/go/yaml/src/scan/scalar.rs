//! Scalars: plain, quoted and block.

use std::borrow::Cow;

use super::directive::hex;
use super::{Mark, Scanned, Scanner, Token, TokenKind};

/// A scalar that is still growing: a slice of the text as long as it stands there unbroken.
struct Growing<'t> {
    text: &'t str,
    start: usize,
    end: usize,
    owned: Option<String>,
}

impl<'t> Growing<'t> {
    fn new(text: &'t str, at: usize) -> Self {
        Growing { text, start: at, end: at, owned: None }
    }

    fn owned(&mut self) -> &mut String {
        let so_far = self.text.get(self.start..self.end).unwrap_or_default();
        self.owned.get_or_insert_with(|| so_far.to_owned())
    }

    fn push_range(&mut self, start: usize, end: usize) {
        match &mut self.owned {
            None if start == self.end => self.end = end,
            None if self.start == self.end => (self.start, self.end) = (start, end),
            _ => {
                let piece = self.text.get(start..end).unwrap_or_default();
                self.owned().push_str(piece);
            }
        }
    }

    fn push_str(&mut self, piece: &str) {
        if !piece.is_empty() {
            self.owned().push_str(piece);
        }
    }

    /// Joins two lines: a single break folds to a space.
    fn fold(&mut self, breaks: &mut Breaks) {
        match (breaks.first, breaks.rest.is_empty()) {
            ("\n", true) => self.push_str(" "),
            ("\n", false) => self.push_str(&breaks.rest),
            (first, _) => {
                self.push_str(first);
                self.push_str(&breaks.rest);
            }
        }
        breaks.clear();
    }

    fn finish(self) -> Cow<'t, str> {
        match self.owned {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(self.text.get(self.start..self.end).unwrap_or_default()),
        }
    }
}

/// The line breaks between two lines of a scalar.
#[derive(Default)]
struct Breaks {
    first: &'static str,
    rest: String,
}

impl Breaks {
    fn clear(&mut self) {
        self.first = "";
        self.rest.clear();
    }
}

impl<'t> Scanner<'t> {
    pub(super) fn scan_plain(&mut self) -> Scanned<Token<'t>> {
        let start = self.mark;
        let indent = self.indent + 1;
        let in_flow = self.flow_level > 0;
        let mut value = Growing::new(self.text, self.pos);
        let mut breaks = Breaks::default();
        let mut blanks = (self.pos, self.pos);
        let mut leading_blanks = false;
        loop {
            if self.document_indicator().is_some() || self.byte(0) == b'#' {
                break;
            }
            let end = self.find_blank_or(self.pos, |byte, at| match byte {
                b':' => self.ends_key(at + 1),
                b',' | b'?' | b'[' | b']' | b'{' | b'}' => in_flow,
                _ => false,
            });
            if end > self.pos {
                if leading_blanks {
                    value.fold(&mut breaks);
                    leading_blanks = false;
                } else {
                    value.push_range(blanks.0, blanks.1);
                }
                value.push_range(self.pos, end);
                self.skip_to(end);
                blanks = (end, end);
            }
            if !(self.is_blank(0) || self.is_break(0)) {
                break;
            }
            self.scan_plain_blanks(indent, start, &mut leading_blanks, &mut breaks)?;
            blanks.1 = if leading_blanks { blanks.0 } else { self.pos };
            if !in_flow && i64::from(self.mark.column) < indent {
                break;
            }
        }
        if leading_blanks {
            self.simple_key_allowed = true;
        }
        Ok(Token::with(TokenKind::PlainScalar, start, value.finish()))
    }

    /// Whether what stands at `at` makes the `:` before it a value indicator.
    fn ends_key(&self, at: usize) -> bool {
        match self.bytes.get(at) {
            None | Some(b' ' | b'\t') => true,
            Some(_) => self.break_len(at) > 0,
        }
    }

    fn scan_plain_blanks(
        &mut self,
        indent: i64,
        start: Mark,
        leading_blanks: &mut bool,
        breaks: &mut Breaks,
    ) -> Scanned {
        loop {
            if self.is_blank(0) {
                let abuses = *leading_blanks && i64::from(self.mark.column) < indent;
                if abuses && self.byte(0) == b'\t' {
                    return self.error("found a tab character that violates indentation", start);
                }
                self.skip_ascii(1);
            } else if self.is_break(0) {
                self.read_break(leading_blanks, breaks);
            } else {
                return Ok(());
            }
        }
    }

    fn read_break(&mut self, leading_blanks: &mut bool, breaks: &mut Breaks) {
        let read = self.read_line();
        if *leading_blanks {
            breaks.rest.push_str(read);
        } else {
            *leading_blanks = true;
            breaks.first = read;
        }
    }

    pub(super) fn scan_quoted(&mut self, single: bool) -> Scanned<Token<'t>> {
        let start = self.mark;
        let quote = if single { b'\'' } else { b'"' };
        self.skip_ascii(1);
        let mut value = Growing::new(self.text, self.pos);
        let mut breaks = Breaks::default();
        loop {
            if self.document_indicator().is_some() {
                return self.error("found unexpected document indicator", start);
            }
            if self.at_end() {
                return self.error("found unexpected end of stream", start);
            }
            let mut leading_blanks = self.scan_quoted_run(single, start, &mut value)?;
            if self.byte(0) == quote {
                break;
            }
            let blanks = self.pos;
            let mut blanks_end = blanks;
            loop {
                if self.is_blank(0) {
                    self.skip_ascii(1);
                    if !leading_blanks {
                        blanks_end = self.pos;
                    }
                } else if self.is_break(0) {
                    self.read_break(&mut leading_blanks, &mut breaks);
                } else {
                    break;
                }
            }
            if leading_blanks {
                value.fold(&mut breaks);
            } else {
                value.push_range(blanks, blanks_end);
            }
        }
        self.skip_ascii(1);
        Ok(Token::with(TokenKind::OtherScalar, start, value.finish()))
    }

    /// Non-blank characters of a quoted scalar; true if an escaped line break ended them.
    fn scan_quoted_run(
        &mut self,
        single: bool,
        start: Mark,
        value: &mut Growing<'t>,
    ) -> Scanned<bool> {
        loop {
            let end = self.find_blank_or(self.pos, |byte, _| match byte {
                b'\'' => single,
                b'"' | b'\\' => !single,
                _ => false,
            });
            value.push_range(self.pos, end);
            self.skip_to(end);
            match self.byte(0) {
                b'\'' if single && self.byte(1) == b'\'' => {
                    value.push_str("'");
                    self.skip_ascii(2);
                }
                b'\\' if !single && self.is_break(1) => {
                    self.skip_ascii(1);
                    self.skip_line();
                    return Ok(true);
                }
                b'\\' if !single => self.scan_escape(start, value)?,
                _ => return Ok(false),
            }
        }
    }

    fn scan_escape(&mut self, start: Mark, value: &mut Growing<'t>) -> Scanned {
        let plain = match self.byte(1) {
            b'0' => "\0",
            b'a' => "\x07",
            b'b' => "\x08",
            b't' | b'\t' => "\t",
            b'n' => "\n",
            b'v' => "\x0B",
            b'f' => "\x0C",
            b'r' => "\r",
            b'e' => "\x1B",
            b' ' => " ",
            b'"' => "\"",
            b'\'' => "'",
            b'\\' => "\\",
            b'N' => "\u{85}",
            b'_' => "\u{A0}",
            b'L' => "\u{2028}",
            b'P' => "\u{2029}",
            b'x' => return self.scan_escape_code(2, start, value),
            b'u' => return self.scan_escape_code(4, start, value),
            b'U' => return self.scan_escape_code(8, start, value),
            _ => return self.error("found unknown escape character", start),
        };
        value.push_str(plain);
        self.skip_ascii(2);
        Ok(())
    }

    fn scan_escape_code(&mut self, length: usize, start: Mark, value: &mut Growing<'t>) -> Scanned {
        self.skip_ascii(2);
        let mut code = 0u32;
        for at in 0..length {
            let Some(digit) = hex(self.byte(at)) else {
                return self.error("did not find expected hexdecimal number", start);
            };
            code = code << 4 | u32::from(digit);
        }
        let Some(char) = char::from_u32(code) else {
            return self.error("found invalid Unicode character escape code", start);
        };
        value.push_str(char.encode_utf8(&mut [0; 4]));
        self.skip_ascii(length);
        Ok(())
    }

    pub(super) fn scan_block(&mut self, literal: bool) -> Scanned<Token<'t>> {
        let start = self.mark;
        self.skip_ascii(1);
        let (keep, increment) = self.scan_block_header(start)?;
        let mut indent = match increment {
            0 => 0,
            more => self.indent.max(0) + more,
        };
        let mut value = String::new();
        let mut breaks = Breaks::default();
        self.scan_block_breaks(&mut indent, &mut breaks.rest, start)?;
        let mut leading_blank = false;
        while i64::from(self.mark.column) == indent && !self.at_end() {
            let blank = self.is_blank(0);
            if !literal && !leading_blank && !blank && breaks.first == "\n" {
                if breaks.rest.is_empty() {
                    value.push(' ');
                }
            } else {
                value.push_str(breaks.first);
            }
            value.push_str(&breaks.rest);
            breaks.clear();
            leading_blank = blank;
            let end = self.find_break(self.pos);
            value.push_str(self.slice(self.pos, end));
            self.skip_to(end);
            breaks.first = self.read_line();
            self.scan_block_breaks(&mut indent, &mut breaks.rest, start)?;
        }
        if keep != Some(false) {
            value.push_str(breaks.first);
        }
        if keep == Some(true) {
            value.push_str(&breaks.rest);
        }
        Ok(Token::with(TokenKind::OtherScalar, start, value))
    }

    /// Chomping (`+` keeps, `-` strips) and the indentation indicator, in either order.
    fn scan_block_header(&mut self, start: Mark) -> Scanned<(Option<bool>, i64)> {
        let mut keep = self.scan_chomping();
        let mut increment = 0;
        if self.byte(0).is_ascii_digit() {
            if self.byte(0) == b'0' {
                return self.error("found an indentation indicator equal to 0", start);
            }
            increment = i64::from(self.byte(0) - b'0');
            self.skip_ascii(1);
            if keep.is_none() {
                keep = self.scan_chomping();
            }
        }
        while self.is_blank(0) {
            self.skip_ascii(1);
        }
        if self.byte(0) == b'#' {
            self.skip_to_break();
        }
        if !self.is_breakz(0) {
            return self.error("did not find expected comment or line break", start);
        }
        if self.is_break(0) {
            self.skip_line();
        }
        Ok((keep, increment))
    }

    fn scan_chomping(&mut self) -> Option<bool> {
        let keep = match self.byte(0) {
            b'+' => true,
            b'-' => false,
            _ => return None,
        };
        self.skip_ascii(1);
        Some(keep)
    }

    /// Indentation and empty lines; settles the indentation where it is still open.
    fn scan_block_breaks(&mut self, indent: &mut i64, breaks: &mut String, start: Mark) -> Scanned {
        let mut deepest = 0;
        loop {
            let inside = |s: &Self| *indent == 0 || i64::from(s.mark.column) < *indent;
            while inside(self) && self.byte(0) == b' ' {
                self.skip_ascii(1);
            }
            deepest = deepest.max(i64::from(self.mark.column));
            if inside(self) && self.byte(0) == b'\t' {
                let problem = "found a tab character where an indentation space is expected";
                return self.error(problem, start);
            }
            if !self.is_break(0) {
                break;
            }
            breaks.push_str(self.read_line());
        }
        if *indent == 0 {
            *indent = deepest.max(self.indent + 1).max(1);
        }
        Ok(())
    }
}
