//! Words: the casing, wrapping and abbreviating of goutils and xstrings.

use pintle_go_fmt::decode_rune;

use crate::text::{map, push_char, runes};
use crate::unicode::{
    is_letter, is_lower, is_number, is_punctuation, is_space, is_title, is_upper, to_lower,
    to_title, to_upper,
};

/// `goutils.Uncapitalize`: the first letter of each word.
pub(crate) fn untitle(text: &[u8]) -> Vec<u8> {
    let mut begins = true;
    map(text, |c| {
        if is_space(c) {
            begins = true;
            return c;
        }
        if std::mem::take(&mut begins) { to_lower(c) } else { c }
    })
}

/// `goutils.SwapCase`: a word's first small letter becomes title case.
pub(crate) fn swap_case(text: &[u8]) -> Vec<u8> {
    let mut after_space = true;
    map(text, |c| {
        if is_upper(c) || is_title(c) {
            after_space = false;
            to_lower(c)
        } else if is_lower(c) {
            if std::mem::take(&mut after_space) { to_title(c) } else { to_upper(c) }
        } else {
            after_space = is_space(c);
            c
        }
    })
}

/// `goutils.Initials`, which takes each byte for a character.
pub(crate) fn initials(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut after_gap = true;
    for byte in text {
        let c = char::from(*byte);
        if is_space(c) {
            after_gap = true;
        } else if std::mem::take(&mut after_gap) {
            push_char(&mut out, c);
        }
    }
    out
}

/// `goutils.DeleteWhiteSpace`, which takes each byte for a character once there is a space.
pub(crate) fn without_space(text: &[u8]) -> Vec<u8> {
    let kept: Vec<char> =
        text.iter().map(|byte| char::from(*byte)).filter(|c| !is_space(*c)).collect();
    if kept.len() == text.len() {
        return text.to_vec();
    }
    kept.into_iter().collect::<String>().into_bytes()
}

/// `goutils.AbbreviateFull`; its errors are empty strings to sprig.
pub(crate) fn abbreviate(text: &[u8], offset: i64, width: i64) -> Vec<u8> {
    const MARK: &[u8] = b"...";
    let length = text.len() as i64;
    if text.is_empty() || width < 4 {
        return Vec::new();
    }
    if length <= width {
        return text.to_vec();
    }
    let mut offset = offset.min(length);
    if length - offset < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return [&text[..width as usize - 3], MARK].concat();
    }
    if width < 7 {
        return Vec::new();
    }
    if offset + width - 3 < length {
        let rest = abbreviate(&text[offset as usize..], 0, width - 3);
        return [MARK, &rest].concat();
    }
    [MARK, &text[(length - (width - 3)) as usize..]].concat()
}

/// `goutils.WrapCustom`
pub(crate) fn wrap(text: &[u8], width: i64, newline: &[u8], break_words: bool) -> Vec<u8> {
    let newline = if newline.is_empty() { b"\n" } else { newline };
    let width = usize::try_from(width).unwrap_or(0).max(1);
    let mut out = Vec::with_capacity(text.len());
    let mut offset = 0;
    while text.len() - offset > width {
        if text[offset] == b' ' {
            offset += 1;
            continue;
        }
        let line = &text[offset..offset + width + 1];
        let end = offset + width;
        let stop = match line.iter().rposition(|byte| *byte == b' ') {
            Some(space) => Some(offset + space),
            None if break_words => {
                out.extend_from_slice(&text[offset..end]);
                out.extend_from_slice(newline);
                offset = end;
                continue;
            }
            None => text[end..].iter().position(|byte| *byte == b' ').map(|space| space + end),
        };
        let Some(stop) = stop else {
            out.extend_from_slice(&text[offset..]);
            offset = text.len();
            continue;
        };
        out.extend_from_slice(&text[offset..stop]);
        out.extend_from_slice(newline);
        offset = stop + 1;
    }
    out.extend_from_slice(&text[offset..]);
    out
}

fn is_connector(c: char) -> bool {
    c == '-' || c == '_' || is_space(c)
}

/// `xstrings.ToPascalCase`
pub(crate) fn camel_case(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut chars = runes(text).peekable();
    let mut first_upper = false;
    let mut current = None;
    // Connectors at the start stay.
    for c in chars.by_ref() {
        if is_connector(c) {
            push_char(&mut out, c);
            current = Some(c);
            continue;
        }
        first_upper = is_upper(c);
        current = Some(to_upper(c));
        break;
    }
    let Some(mut last) = current else { return out };
    if chars.peek().is_none() {
        // The original writes the last character of a text of connectors twice, and a single one.
        push_char(&mut out, last);
        return out;
    }
    for c in chars {
        let previous = std::mem::replace(&mut last, c);
        if is_connector(c) && is_connector(previous) {
            push_char(&mut out, previous);
            continue;
        }
        if is_connector(previous) {
            first_upper = is_upper(c);
            last = to_upper(c);
            continue;
        }
        if first_upper {
            if is_upper(c) {
                last = to_lower(c);
            } else {
                first_upper = false;
            }
        }
        push_char(&mut out, previous);
    }
    push_char(&mut out, last);
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word {
    Invalid,
    Number,
    Upper,
    Alphabet,
    Connector,
    Punctuation,
    Other,
}

/// The words of a text, one by one (`nextWord`).
struct Words<'t> {
    rest: &'t [u8],
}

impl<'t> Words<'t> {
    fn next(&mut self) -> (Word, &'t [u8]) {
        let text = self.rest;
        if text.is_empty() {
            return (Word::Invalid, b"");
        }
        let (first, width) = next_valid(text, char::REPLACEMENT_CHARACTER);
        let (word, end) = if first == char::REPLACEMENT_CHARACTER {
            (Word::Invalid, width)
        } else if is_connector(first) {
            (Word::Connector, run(text, first, width, is_connector))
        } else if is_punctuation(first) {
            (Word::Punctuation, run(text, first, width, is_punctuation))
        } else if is_upper(first) {
            (Word::Upper, upper_run(text, first, width))
        } else if is_alphabet(first) {
            let small = |c| is_alphabet(c) && !is_upper(c);
            (Word::Alphabet, run(text, first, width, small))
        } else if is_number(first) {
            (Word::Number, run(text, first, width, is_number))
        } else {
            let other =
                |c| !(is_connector(c) || is_alphabet(c) || is_number(c) || is_punctuation(c));
            (Word::Other, run(text, first, width, other))
        };
        let (word_text, rest) = text.split_at(end);
        self.rest = rest;
        (word, word_text)
    }
}

/// The next character that is not U+FFFD, and how far it reaches; `previous` if there is none.
fn next_valid(text: &[u8], previous: char) -> (char, usize) {
    let mut size = 0;
    while size < text.len() {
        let (c, width) = decode_rune(&text[size..]);
        size += width;
        if c != char::REPLACEMENT_CHARACTER {
            return (c, size);
        }
    }
    (previous, size)
}

/// Where a run of accepted characters ends that starts with one of `end` bytes.
fn run(text: &[u8], first: char, mut end: usize, accept: impl Fn(char) -> bool) -> usize {
    let mut last = first;
    while end < text.len() {
        let (c, width) = next_valid(&text[end..], last);
        last = c;
        if !accept(c) {
            break;
        }
        end += width;
    }
    end
}

/// A capital with the small letters behind it, or a run of capitals; of `HTTPStatus` only `HTTP`.
fn upper_run(text: &[u8], first: char, end: usize) -> usize {
    if end == text.len() {
        return end;
    }
    let (second, width) = next_valid(&text[end..], first);
    if is_upper(second) {
        let (mut end, mut previous_width, mut last) = (end + width, width, second);
        let mut stopped = false;
        while end < text.len() {
            let (c, width) = next_valid(&text[end..], last);
            last = c;
            if !is_upper(c) {
                stopped = true;
                break;
            }
            previous_width = width;
            end += width;
        }
        if stopped && is_alphabet(last) {
            end -= previous_width;
        }
        return end;
    }
    if is_alphabet(second) {
        return run(text, second, end + width, |c| is_alphabet(c) && !is_upper(c));
    }
    end
}

/// A letter of a script that has words: not CJK.
fn is_alphabet(c: char) -> bool {
    let cjk = matches!(
        c,
        '\u{4e00}'..='\u{9fcc}' | '\u{3400}'..='\u{4d85}' | '\u{20000}'..='\u{2b81d}'
    );
    is_letter(c) && !cjk
}

/// `camelCaseToLowerCase`: snake and kebab case.
pub(crate) fn lower_words(text: &[u8], connector: char) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 8);
    let mut words = Words { rest: text };
    let (mut word, mut piece) = words.next();
    while !words.rest.is_empty() {
        if word != Word::Connector {
            write_lower(&mut out, word, piece, connector);
        }
        let (previous, last) = (word, piece);
        (word, piece) = words.next();
        match previous {
            Word::Number => {
                absorb(&mut out, &mut words, &mut word, &mut piece, connector);
                join(&mut out, word, connector, true);
            }
            Word::Connector => write_lower(&mut out, previous, last, connector),
            Word::Punctuation => {}
            _ if word != Word::Number => join(&mut out, word, connector, false),
            _ if words.rest.is_empty() => {}
            _ => {
                let number = piece;
                (word, piece) = words.next();
                if word == Word::Alphabet {
                    // `HTTP2xx` is http_2xx.
                    push_char(&mut out, connector);
                    write_lower(&mut out, Word::Number, number, connector);
                    absorb(&mut out, &mut words, &mut word, &mut piece, connector);
                    join(&mut out, word, connector, true);
                } else {
                    // `Bld4Floor` is bld4_floor.
                    write_lower(&mut out, Word::Number, number, connector);
                    join(&mut out, word, connector, false);
                }
            }
        }
    }
    write_lower(&mut out, word, piece, connector);
    out
}

/// Letters and digits that follow each other are one word.
fn absorb<'t>(
    out: &mut Vec<u8>,
    words: &mut Words<'t>,
    word: &mut Word,
    piece: &mut &'t [u8],
    connector: char,
) {
    while matches!(word, Word::Alphabet | Word::Number) {
        write_lower(out, *word, piece, connector);
        (*word, *piece) = words.next();
    }
}

fn join(out: &mut Vec<u8>, word: Word, connector: char, or_invalid: bool) {
    let ends = matches!(word, Word::Connector | Word::Punctuation)
        || (or_invalid && word == Word::Invalid);
    if !ends {
        push_char(out, connector);
    }
}

fn write_lower(out: &mut Vec<u8>, word: Word, piece: &[u8], connector: char) {
    if !matches!(word, Word::Upper | Word::Connector) {
        out.extend_from_slice(piece);
        return;
    }
    for c in runes(piece) {
        let c = if is_connector(c) { connector } else { c };
        push_char(out, if is_upper(c) { to_lower(c) } else { c });
    }
}
