//! Flow collections on one line.

use std::borrow::Cow;

use crate::scan::Mark;

use super::{Attempt, DEPTH_LIMIT, Direct, Sink, Style, Unusual, starts_plain};

impl<'t, S: Sink<'t>> Direct<'t, S> {
    pub(super) fn flow(&mut self, depth: usize) -> Attempt {
        if depth > DEPTH_LIMIT {
            return Err(Unusual);
        }
        let mark = self.mark(self.pos);
        let is_map = self.byte(self.pos) == b'{';
        let closing = if is_map { b'}' } else { b']' };
        let number = self.sink.open(is_map, mark)?;
        self.pos += 1;
        loop {
            self.skip_spaces();
            if self.byte(self.pos) == closing {
                break;
            }
            if is_map {
                let (key, mark, style) = self.flow_scalar()?;
                self.sink.key(key, mark, style == Style::Plain)?;
                self.skip_spaces();
                // A key without a value, or one that a value sticks to, is for the scanner.
                if self.byte(self.pos) != b':' || self.byte(self.pos + 1) != b' ' {
                    return Err(Unusual);
                }
                self.pos += 1;
                self.skip_spaces();
            }
            match self.byte(self.pos) {
                b'[' | b'{' => self.flow(depth + 1)?,
                _ => {
                    let (text, mark, style) = self.flow_scalar()?;
                    self.sink.scalar(Cow::Borrowed(text), mark, style)?;
                }
            }
            self.skip_spaces();
            match self.byte(self.pos) {
                b',' => self.pos += 1,
                byte if byte == closing => {}
                _ => return Err(Unusual),
            }
        }
        self.pos += 1;
        self.sink.close(number, is_map);
        Ok(())
    }

    fn skip_spaces(&mut self) {
        while self.byte(self.pos) == b' ' {
            self.pos += 1;
        }
    }

    fn flow_scalar(&mut self) -> Attempt<(&'t str, Mark, Style)> {
        let start = self.pos;
        let mark = self.mark(start);
        if let quote @ (b'"' | b'\'') = self.byte(start) {
            let end = self.simple_quoted_end(start, quote).ok_or(Unusual)?;
            self.pos = end;
            return Ok((self.slice(start + 1, end - 1), mark, Style::Quoted));
        }
        if !starts_plain(self.byte(start)) {
            return Err(Unusual);
        }
        let rest = &self.bytes[start..];
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'[' | b']' | b'{' | b'}' | b':' | b'\n'))
            .ok_or(Unusual)?;
        // Comments, breaks and what flow context forbids in plain scalars.
        if rest[..length].iter().any(|byte| matches!(byte, b'#' | b'?' | b'\t' | b'\r')) {
            return Err(Unusual);
        }
        let text = self.slice(start, start + length).trim_end_matches(' ');
        self.pos = start + text.len();
        Ok((text, mark, Style::Plain))
    }
}
