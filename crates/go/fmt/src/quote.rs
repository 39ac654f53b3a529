//! Go string and character literals: `strconv.Quote` and `strconv.Unquote` with their relatives.

use std::borrow::Cow;

use crate::number::NumErrorKind;
use crate::printable::{is_graphic, is_print};
use crate::rune::{MAX_RUNE, append_char, append_rune, decode_rune};

const LOWER_HEX: &[u8; 16] = b"0123456789abcdef";

/// What a literal may hold unescaped.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Plain {
    /// What prints.
    Printable,
    /// What prints and is ASCII.
    Ascii,
    /// What prints, and Unicode's other spaces.
    Graphic,
}

/// `strconv.AppendQuote`: a double-quoted literal; bytes that are no UTF-8 become `\x..`.
pub fn append_quote(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, Plain::Printable);
}

/// `strconv.AppendQuoteToASCII`
pub fn append_quote_to_ascii(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, Plain::Ascii);
}

/// `strconv.AppendQuoteToGraphic`
pub fn append_quote_to_graphic(out: &mut Vec<u8>, text: &[u8]) {
    append_quoted(out, text, Plain::Graphic);
}

/// `strconv.AppendQuoteRune`: a single-quoted literal.
pub fn append_quote_rune(out: &mut Vec<u8>, code: u32) {
    append_quoted_rune(out, code, Plain::Printable);
}

/// `strconv.AppendQuoteRuneToASCII`
pub fn append_quote_rune_to_ascii(out: &mut Vec<u8>, code: u32) {
    append_quoted_rune(out, code, Plain::Ascii);
}

/// `strconv.AppendQuoteRuneToGraphic`
pub fn append_quote_rune_to_graphic(out: &mut Vec<u8>, code: u32) {
    append_quoted_rune(out, code, Plain::Graphic);
}

/// `strconv.Quote`, for messages.
#[must_use]
pub fn quote(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len() + 2);
    append_quote(&mut out, text);
    // A quoted text is UTF-8 by construction.
    String::from_utf8_lossy(&out).into_owned()
}

/// `strconv.CanBackquote`: whether a raw literal on one line can hold `text`.
#[must_use]
pub fn can_backquote(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| {
        text.chars().all(|c| match c {
            '\t' => true,
            // Byte order marks are invisible, and Go takes U+FFFD for a bad byte only when it is one.
            '`' | '\u{7f}' | '\u{feff}' => false,
            _ => c >= ' ',
        })
    })
}

fn append_quoted(out: &mut Vec<u8>, text: &[u8], plain: Plain) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    for chunk in text.utf8_chunks() {
        append_escaped_text(out, chunk.valid(), plain);
        for byte in chunk.invalid() {
            append_hex_byte(out, *byte);
        }
    }
    out.push(b'"');
}

/// Copies runs that need no escape at once: nearly all of nearly every string.
fn append_escaped_text(out: &mut Vec<u8>, text: &str, plain: Plain) {
    let mut rest = text;
    loop {
        let run = rest
            .bytes()
            .position(|byte| !(b' '..0x7f).contains(&byte) || byte == b'"' || byte == b'\\')
            .unwrap_or(rest.len());
        out.extend_from_slice(&rest.as_bytes()[..run]);
        rest = &rest[run..];
        let Some(special) = rest.chars().next() else { return };
        append_escaped_rune(out, special, '"', plain);
        rest = &rest[special.len_utf8()..];
    }
}

fn append_quoted_rune(out: &mut Vec<u8>, code: u32, plain: Plain) {
    out.push(b'\'');
    let decoded = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    append_escaped_rune(out, decoded, '\'', plain);
    out.push(b'\'');
}

fn append_escaped_rune(out: &mut Vec<u8>, c: char, quote: char, plain: Plain) {
    if c == quote || c == '\\' {
        out.push(b'\\');
        append_char(out, c);
        return;
    }
    let code = u32::from(c);
    let as_it_is = match plain {
        Plain::Printable => is_print(code),
        Plain::Ascii => c.is_ascii() && is_print(code),
        Plain::Graphic => is_graphic(code),
    };
    if as_it_is {
        append_char(out, c);
        return;
    }
    match c {
        '\x07' => out.extend_from_slice(br"\a"),
        '\x08' => out.extend_from_slice(br"\b"),
        '\x0c' => out.extend_from_slice(br"\f"),
        '\n' => out.extend_from_slice(br"\n"),
        '\r' => out.extend_from_slice(br"\r"),
        '\t' => out.extend_from_slice(br"\t"),
        '\x0b' => out.extend_from_slice(br"\v"),
        _ if c < ' ' || c == '\x7f' => append_hex_byte(out, code as u8),
        _ if code < 0x1_0000 => append_hex(out, br"\u", code, 4),
        _ => append_hex(out, br"\U", code, 8),
    }
}

fn append_hex_byte(out: &mut Vec<u8>, byte: u8) {
    append_hex(out, br"\x", u32::from(byte), 2);
}

fn append_hex(out: &mut Vec<u8>, prefix: &[u8], code: u32, digits: u32) {
    out.extend_from_slice(prefix);
    for place in (0..digits).rev() {
        out.push(LOWER_HEX[(code >> (4 * place)) as usize & 0xf]);
    }
}

/// One character of a literal, as [`unquote_char`] reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnquotedChar<'s> {
    /// The code point, or the byte of a `\x` or octal escape.
    pub value: u32,
    /// Whether the value stands for its UTF-8 encoding rather than for one byte.
    pub multibyte: bool,
    /// What follows it.
    pub rest: &'s [u8],
}

/// `strconv.UnquoteChar`: the first character of the literal body `text` between `quote`s (0 for
/// neither quote).
pub fn unquote_char(text: &[u8], quote: u8) -> Result<UnquotedChar<'_>, NumErrorKind> {
    const SYNTAX: NumErrorKind = NumErrorKind::Syntax;
    let (first, rest) = text.split_first().ok_or(SYNTAX)?;
    match *first {
        c if c == quote && matches!(quote, b'\'' | b'"') => return Err(SYNTAX),
        0x80.. => {
            let (c, width) = decode_rune(text);
            return Ok(UnquotedChar { value: c.into(), multibyte: true, rest: &text[width..] });
        }
        b'\\' => {}
        c => return Ok(UnquotedChar { value: c.into(), multibyte: false, rest }),
    }
    let (escape, rest) = rest.split_first().ok_or(SYNTAX)?;
    let byte = |value: u8| Ok(UnquotedChar { value: value.into(), multibyte: false, rest });
    match *escape {
        b'a' => byte(0x07),
        b'b' => byte(0x08),
        b'f' => byte(0x0c),
        b'n' => byte(b'\n'),
        b'r' => byte(b'\r'),
        b't' => byte(b'\t'),
        b'v' => byte(0x0b),
        b'\\' => byte(b'\\'),
        c @ (b'\'' | b'"') if c == quote => byte(c),
        b'x' => {
            digits(rest, 2, 16).map(|(value, rest)| UnquotedChar { value, multibyte: false, rest })
        }
        b'u' => code_point(rest, 4),
        b'U' => code_point(rest, 8),
        // The first octal digit is the escape character itself.
        b'0'..=b'7' => match digits(&text[1..], 3, 8)? {
            (value, rest) if value <= 0xff => Ok(UnquotedChar { value, multibyte: false, rest }),
            _ => Err(SYNTAX),
        },
        _ => Err(SYNTAX),
    }
}

/// The body of a `\u` or `\U` escape.
fn code_point(text: &[u8], count: usize) -> Result<UnquotedChar<'_>, NumErrorKind> {
    let (value, rest) = digits(text, count, 16)?;
    match char::from_u32(value) {
        Some(_) if value <= MAX_RUNE => Ok(UnquotedChar { value, multibyte: true, rest }),
        _ => Err(NumErrorKind::Syntax),
    }
}

fn digits(text: &[u8], count: usize, base: u32) -> Result<(u32, &[u8]), NumErrorKind> {
    let (head, rest) = text.split_at_checked(count).ok_or(NumErrorKind::Syntax)?;
    let mut value: u32 = 0;
    for byte in head {
        let digit = char::from(*byte).to_digit(base).ok_or(NumErrorKind::Syntax)?;
        value = value.wrapping_mul(base) | digit;
    }
    Ok((value, rest))
}

/// `strconv.Unquote`: what a single-quoted, double-quoted or raw literal stands for.
pub fn unquote(literal: &[u8]) -> Result<Cow<'_, [u8]>, NumErrorKind> {
    match unquote_prefix(literal)? {
        (text, []) => Ok(text),
        _ => Err(NumErrorKind::Syntax),
    }
}

/// `strconv.QuotedPrefix`: the literal that `text` begins with, quotes and escapes included.
pub fn quoted_prefix(text: &[u8]) -> Result<&[u8], NumErrorKind> {
    let (_, rest) = unquote_prefix(text)?;
    Ok(&text[..text.len() - rest.len()])
}

/// The literal at the start of `text`, unquoted, and what follows it.
fn unquote_prefix(text: &[u8]) -> Result<(Cow<'_, [u8]>, &[u8]), NumErrorKind> {
    const SYNTAX: NumErrorKind = NumErrorKind::Syntax;
    let [quote, body @ ..] = text else { return Err(SYNTAX) };
    let end = memchr::memchr(*quote, body).ok_or(SYNTAX)?;
    let (plain, after) = (&body[..end], &body[end + 1..]);
    match quote {
        b'`' if !plain.contains(&b'\r') => Ok((Cow::Borrowed(plain), after)),
        // Raw literals lose their carriage returns.
        b'`' => Ok((plain.iter().copied().filter(|byte| *byte != b'\r').collect(), after)),
        b'"' if memchr::memchr2(b'\\', b'\n', plain).is_none()
            && std::str::from_utf8(plain).is_ok() =>
        {
            Ok((Cow::Borrowed(plain), after))
        }
        b'"' | b'\'' => unescape(body, *quote).map(|(text, rest)| (Cow::Owned(text), rest)),
        _ => Err(SYNTAX),
    }
}

/// The body of a literal up to its closing quote.
fn unescape(body: &[u8], quote: u8) -> Result<(Vec<u8>, &[u8]), NumErrorKind> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while rest.first().is_some_and(|byte| *byte != quote) {
        if rest[0] == b'\n' {
            return Err(NumErrorKind::Syntax);
        }
        let unquoted = unquote_char(rest, quote)?;
        rest = unquoted.rest;
        if unquoted.multibyte {
            append_rune(&mut out, unquoted.value);
        } else {
            out.push(unquoted.value as u8);
        }
        // A character literal has one character.
        if quote == b'\'' {
            break;
        }
    }
    match rest.split_first() {
        Some((byte, rest)) if *byte == quote => Ok((out, rest)),
        _ => Err(NumErrorKind::Syntax),
    }
}
