//! Directives, anchors and tags.

use super::chars::is_word;
use super::{Mark, Scanned, Scanner, Token, TokenKind};

/// The longest number in a `%YAML` directive, in digits.
const VERSION_DIGITS: usize = 2;

impl<'t> Scanner<'t> {
    pub(super) fn scan_directive(&mut self) -> Scanned<Token<'t>> {
        let start = self.mark;
        self.skip_ascii(1);
        let name = self.scan_word();
        if name.is_empty() {
            return self.error("could not find expected directive name", start);
        }
        if !self.is_blankz(0) {
            return self.error("found unexpected non-alphabetical character", start);
        }
        let token = match name {
            "YAML" => {
                self.skip_blanks();
                let version = self.scan_version(start)?;
                Token::with(TokenKind::VersionDirective, start, version)
            }
            "TAG" => self.scan_tag_directive(start)?,
            _ => return self.error("found unknown directive name", start),
        };
        self.skip_blanks();
        if self.byte(0) == b'#' {
            self.skip_to_break();
        }
        if !self.is_breakz(0) {
            return self.error("did not find expected comment or line break", start);
        }
        if self.is_break(0) {
            self.skip_line();
        }
        Ok(token)
    }

    fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.skip_ascii(1);
        }
    }

    fn scan_word(&mut self) -> &'t str {
        let start = self.pos;
        while is_word(self.byte(0)) {
            self.skip_ascii(1);
        }
        self.slice(start, self.pos)
    }

    /// `MAJOR.MINOR` with leading zeros off.
    fn scan_version(&mut self, start: Mark) -> Scanned<String> {
        let major = self.scan_version_number(start)?;
        if self.byte(0) != b'.' {
            return self.error("did not find expected digit or '.' character", start);
        }
        self.skip_ascii(1);
        let minor = self.scan_version_number(start)?;
        Ok(format!("{major}.{minor}"))
    }

    fn scan_version_number(&mut self, start: Mark) -> Scanned<u8> {
        let mut value = 0;
        let mut length = 0;
        while self.byte(0).is_ascii_digit() {
            length += 1;
            if length > VERSION_DIGITS {
                return self.error("found extremely long version number", start);
            }
            value = value * 10 + (self.byte(0) - b'0');
            self.skip_ascii(1);
        }
        if length == 0 {
            return self.error("did not find expected version number", start);
        }
        Ok(value)
    }

    fn scan_tag_directive(&mut self, start: Mark) -> Scanned<Token<'t>> {
        self.skip_blanks();
        let handle = self.scan_tag_handle(true, start)?;
        if !self.is_blank(0) {
            return self.error("did not find expected whitespace", start);
        }
        self.skip_blanks();
        let prefix = self.scan_tag_uri("", start)?;
        if !self.is_blankz(0) {
            return self.error("did not find expected whitespace or line break", start);
        }
        let mut token = Token::with(TokenKind::TagDirective, start, handle);
        token.suffix = Some(prefix.into());
        Ok(token)
    }

    pub(super) fn scan_anchor(&mut self, kind: TokenKind) -> Scanned<Token<'t>> {
        let start = self.mark;
        self.skip_ascii(1);
        let name = self.scan_word();
        let ends = self.is_blankz(0)
            || matches!(self.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            return self.error("did not find expected alphabetic or numeric character", start);
        }
        Ok(Token::with(kind, start, name))
    }

    pub(super) fn scan_tag(&mut self) -> Scanned<Token<'t>> {
        let start = self.mark;
        let (handle, suffix);
        if self.byte(1) == b'<' {
            self.skip_ascii(2);
            handle = "";
            suffix = self.scan_tag_uri("", start)?;
            if self.byte(0) != b'>' {
                return self.error("did not find the expected '>'", start);
            }
            self.skip_ascii(1);
        } else {
            let first = self.scan_tag_handle(false, start)?;
            if first.len() > 1 && first.ends_with('!') {
                handle = first;
                suffix = self.scan_tag_uri("", start)?;
            } else {
                let rest = self.scan_tag_uri(first, start)?;
                // The tag `!` alone is all suffix.
                (handle, suffix) = if rest.is_empty() { ("", first.into()) } else { ("!", rest) };
            }
        }
        if !self.is_blankz(0) {
            return self.error("did not find expected whitespace or line break", start);
        }
        let mut token = Token::with(TokenKind::Tag, start, handle);
        token.suffix = Some(suffix.into());
        Ok(token)
    }

    fn scan_tag_handle(&mut self, directive: bool, start: Mark) -> Scanned<&'t str> {
        if self.byte(0) != b'!' {
            return self.error("did not find expected '!'", start);
        }
        let from = self.pos;
        self.skip_ascii(1);
        self.scan_word();
        if self.byte(0) == b'!' {
            self.skip_ascii(1);
        } else if directive && self.pos - from != 1 {
            return self.error("did not find expected '!'", start);
        }
        Ok(self.slice(from, self.pos))
    }

    /// The rest of a tag behind `head`, whose `!` is not part of it.
    fn scan_tag_uri(&mut self, head: &str, start: Mark) -> Scanned<String> {
        let mut uri: Vec<u8> = head.as_bytes().get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        while is_word(self.byte(0)) || b";/?:@&=+$,.!~*'()[]%".contains(&self.byte(0)) {
            if self.byte(0) == b'%' {
                self.scan_uri_escapes(start, &mut uri)?;
            } else {
                uri.push(self.byte(0));
                self.skip_ascii(1);
            }
            found = true;
        }
        if !found {
            return self.error("did not find expected tag URI", start);
        }
        Ok(String::from_utf8_lossy(&uri).into_owned())
    }

    /// One character, each of its octets as `%XX`.
    fn scan_uri_escapes(&mut self, start: Mark, uri: &mut Vec<u8>) -> Scanned {
        let mut left = None;
        while left != Some(0) {
            let digits = (self.byte(0) == b'%')
                .then(|| Some(hex(self.byte(1))? << 4 | hex(self.byte(2))?))
                .flatten();
            let Some(octet) = digits else {
                return self.error("did not find URI escaped octet", start);
            };
            left = Some(match left {
                Some(_) if octet & 0xC0 != 0x80 => {
                    return self.error("found an incorrect trailing UTF-8 octet", start);
                }
                Some(more) => more - 1,
                None => match octet {
                    0..=0x7F => 0,
                    0xC0..=0xDF => 1,
                    0xE0..=0xEF => 2,
                    0xF0..=0xF7 => 3,
                    _ => return self.error("found an incorrect leading UTF-8 octet", start),
                },
            });
            uri.push(octet);
            self.skip_ascii(3);
        }
        Ok(())
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
