//! The formatter of basic items: flags, widths, and each verb's text (Go's `fmt/format.go`).

use pintle_go_value::FloatKind;

use crate::float::append_float;
use crate::number::append_uint;
use crate::print::Limit;
use crate::printable::is_print;
use crate::quote::{
    append_quote, append_quote_rune, append_quote_rune_to_ascii, append_quote_to_ascii,
    can_backquote,
};
use crate::rune::{MAX_RUNE, append_rune, rune_count, truncate};

/// Digits of all bases, and what stands in their `0x`.
const LOWER: &[u8; 17] = b"0123456789abcdefx";
const UPPER: &[u8; 17] = b"0123456789ABCDEFX";

/// Binary digits of the largest `u64`.
const MAX_INTEGER: usize = 64;

/// `%U` shows at least this many digits.
const UNICODE_DIGITS: usize = 4;

/// `%#g` without a precision keeps this many digits.
const SHARP_DIGITS: i64 = 6;

/// What stands between `%` and the verb.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flags {
    pub(crate) width: Option<usize>,
    pub(crate) precision: Option<usize>,
    pub(crate) minus: bool,
    pub(crate) plus: bool,
    pub(crate) sharp: bool,
    pub(crate) space: bool,
    pub(crate) zero: bool,
    /// `%+v`: the plus is taken off, it means field names here.
    pub(crate) plus_v: bool,
    /// `%#v`: the sharp is taken off, it means Go syntax here.
    pub(crate) sharp_v: bool,
}

/// The state of one call of a printing function (Go's `pp` and `fmt` in one).
pub(crate) struct Printer<'o> {
    pub(crate) out: &'o mut Vec<u8>,
    pub(crate) flags: Flags,
    /// Set while an error form prints its operand, which then doesn't ask methods.
    pub(crate) erroring: bool,
    /// How long `out` was before this call.
    pub(crate) start: usize,
    /// How many containers are open.
    pub(crate) nesting: usize,
    /// Set once a limit is reached; nothing is printed from then on.
    pub(crate) stopped: Option<Limit>,
}

impl<'o> Printer<'o> {
    pub(crate) fn new(out: &'o mut Vec<u8>) -> Self {
        let start = out.len();
        let flags = Flags::default();
        Printer { out, flags, erroring: false, start, nesting: 0, stopped: None }
    }

    pub(crate) fn text(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn fill(&mut self, count: usize, with: u8) {
        self.out.resize(self.out.len() + count, with);
    }

    /// `writePadding`: zeros only to the left.
    fn padding(&mut self, count: usize) {
        let with = if self.flags.zero && !self.flags.minus { b'0' } else { b' ' };
        self.fill(count, with);
    }

    /// Appends a text of at least the width, counted in runes.
    pub(crate) fn pad(&mut self, text: &[u8]) {
        let Some(width) = self.flags.width else {
            self.out.extend_from_slice(text);
            return;
        };
        let missing = width.saturating_sub(rune_count(text));
        if self.flags.minus {
            self.out.extend_from_slice(text);
            self.padding(missing);
        } else {
            self.padding(missing);
            self.out.extend_from_slice(text);
        }
    }

    /// [`Printer::pad`], never with zeros.
    fn pad_with_spaces(&mut self, text: &[u8]) {
        let zero = std::mem::take(&mut self.flags.zero);
        self.pad(text);
        self.flags.zero = zero;
    }

    pub(crate) fn fmt_bool(&mut self, value: bool) {
        self.pad(if value { b"true" } else { b"false" });
    }

    /// An integer in base 2, 8, 10 or 16.
    pub(crate) fn fmt_integer(&mut self, bits: u64, signed: bool, base: u64, verb: char) {
        let flags = self.flags;
        let negative = signed && bits.cast_signed() < 0;
        let magnitude = if negative { bits.wrapping_neg() } else { bits };
        let bare = flags.width.is_none() && flags.precision.is_none();
        if bare && base == 10 && !flags.plus && !flags.space {
            if negative {
                self.out.push(b'-');
            }
            return append_uint(self.out, magnitude);
        }
        if flags.precision == Some(0) && magnitude == 0 {
            // Nothing but its padding.
            return self.fill(flags.width.unwrap_or(0), b' ');
        }
        let signs = usize::from(negative || flags.plus || flags.space);
        let wanted = match (flags.precision, flags.width) {
            (Some(precision), _) => precision,
            (None, Some(width)) if flags.zero && !flags.minus => width.saturating_sub(signs),
            _ => 0,
        };
        let table = if verb == 'X' { UPPER } else { LOWER };
        let mut buffer = [0; MAX_INTEGER];
        let digits = integer_digits(&mut buffer, magnitude, base, table);
        let zeros = wanted.saturating_sub(digits.len());
        let prefix = self.integer_prefix(negative, base, verb, zeros > 0 || digits[0] == b'0');
        let spaces =
            flags.width.unwrap_or(0).saturating_sub(prefix.as_bytes().len() + zeros + digits.len());
        if !flags.minus {
            self.fill(spaces, b' ');
        }
        self.out.extend_from_slice(prefix.as_bytes());
        self.fill(zeros, b'0');
        self.out.extend_from_slice(digits);
        if flags.minus {
            self.fill(spaces, b' ');
        }
    }

    /// Sign, `0o` of `%O`, and the prefix that `#` asks for.
    fn integer_prefix(&self, negative: bool, base: u64, verb: char, zero_leads: bool) -> Prefix {
        let mut prefix = Prefix::default();
        if negative {
            prefix.push(b"-");
        } else if self.flags.plus {
            prefix.push(b"+");
        } else if self.flags.space {
            prefix.push(b" ");
        }
        if verb == 'O' {
            prefix.push(b"0o");
        }
        if self.flags.sharp {
            match base {
                2 => prefix.push(b"0b"),
                8 if !zero_leads => prefix.push(b"0"),
                16 if verb == 'X' => prefix.push(b"0X"),
                16 => prefix.push(b"0x"),
                _ => {}
            }
        }
        prefix
    }

    /// Hexadecimal with or without `0x`, whatever `#` says.
    pub(crate) fn fmt_0x64(&mut self, value: u64, leading_0x: bool) {
        let sharp = std::mem::replace(&mut self.flags.sharp, leading_0x);
        self.fmt_integer(value, false, 16, 'v');
        self.flags.sharp = sharp;
    }

    /// `%U`: `U+0078`, with `#` also `U+0078 'x'`.
    pub(crate) fn fmt_unicode(&mut self, code: u64) {
        let mut buffer = [0; MAX_INTEGER];
        let digits = integer_digits(&mut buffer, code, 16, UPPER);
        let wanted = self.flags.precision.unwrap_or(0).max(UNICODE_DIGITS);
        let mut text = b"U+".to_vec();
        text.resize(text.len() + wanted.saturating_sub(digits.len()), b'0');
        text.extend_from_slice(digits);
        if let Some(code) = printing_rune(code).filter(|_| self.flags.sharp) {
            text.extend_from_slice(b" '");
            append_rune(&mut text, code);
            text.push(b'\'');
        }
        self.pad_with_spaces(&text);
    }

    fn truncated<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        self.flags.precision.map_or(text, |count| truncate(text, count))
    }

    /// `%s`
    pub(crate) fn fmt_s(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        self.pad(text);
    }

    /// `%x` and `%X` of the bytes of a string.
    pub(crate) fn fmt_hex_bytes(&mut self, bytes: &[u8], verb: char) {
        let flags = self.flags;
        let bytes = &bytes[..bytes.len().min(flags.precision.unwrap_or(usize::MAX))];
        if bytes.is_empty() {
            return self.padding(flags.width.unwrap_or(0));
        }
        let per_byte = if flags.space && flags.sharp { 4 } else { 2 };
        let between = if flags.space { bytes.len() - 1 } else { 0 };
        let leading = if flags.sharp && !flags.space { 2 } else { 0 };
        let length = per_byte * bytes.len() + between + leading;
        let missing = flags.width.unwrap_or(0).saturating_sub(length);
        if !flags.minus {
            self.padding(missing);
        }
        let table = if verb == 'X' { UPPER } else { LOWER };
        for (index, byte) in bytes.iter().enumerate() {
            if index > 0 && flags.space {
                self.out.push(b' ');
            }
            if flags.sharp && (index == 0 || flags.space) {
                self.out.extend_from_slice(&[b'0', table[16]]);
            }
            let (high, low) = (byte >> 4, byte & 0xf);
            self.out.extend_from_slice(&[table[high as usize], table[low as usize]]);
        }
        if flags.minus {
            self.padding(missing);
        }
    }

    /// `%q` of a string.
    pub(crate) fn fmt_q(&mut self, text: &[u8]) {
        let text = self.truncated(text);
        if self.flags.width.is_none() && !self.flags.sharp && !self.flags.plus {
            return append_quote(self.out, text);
        }
        let mut quoted = Vec::with_capacity(text.len() + 2);
        if self.flags.sharp && can_backquote(text) {
            quoted.push(b'`');
            quoted.extend_from_slice(text);
            quoted.push(b'`');
        } else if self.flags.plus {
            append_quote_to_ascii(&mut quoted, text);
        } else {
            append_quote(&mut quoted, text);
        }
        self.pad(&quoted);
    }

    /// `%c`
    pub(crate) fn fmt_c(&mut self, code: u64) {
        let mut text = Vec::new();
        append_rune(&mut text, rune_of(code));
        self.pad(&text);
    }

    /// `%q` of an integer.
    pub(crate) fn fmt_qc(&mut self, code: u64) {
        let mut text = Vec::new();
        if self.flags.plus {
            append_quote_rune_to_ascii(&mut text, rune_of(code));
        } else {
            append_quote_rune(&mut text, rune_of(code));
        }
        self.pad(&text);
    }

    /// A float in one of strconv's layouts; the flags' precision goes before the default one.
    pub(crate) fn fmt_float(
        &mut self,
        value: f64,
        kind: FloatKind,
        layout: u8,
        default: Option<usize>,
    ) {
        let flags = self.flags;
        let precision = flags.precision.or(default);
        if flags.width.is_none() && !flags.plus && !flags.space && !flags.sharp {
            return append_float(self.out, value, layout, precision, kind);
        }
        let mut number = Vec::with_capacity(32);
        append_float(&mut number, value, layout, precision, kind);
        if !matches!(number[0], b'-' | b'+') {
            number.insert(0, b'+');
        }
        if flags.space && number[0] == b'+' && !flags.plus {
            number[0] = b' ';
        }
        if !value.is_finite() {
            let unsigned = value.is_nan() && !flags.space && !flags.plus;
            return self.pad_with_spaces(&number[usize::from(unsigned)..]);
        }
        if flags.sharp && layout != b'b' {
            restore_zeros(&mut number, layout, precision);
        }
        if !flags.plus && number[0] == b'+' {
            return self.pad(&number[1..]);
        }
        match flags.width {
            Some(width) if flags.zero && !flags.minus && width > number.len() => {
                // The sign goes before the zeros.
                self.out.push(number[0]);
                self.padding(width - number.len());
                self.out.extend_from_slice(&number[1..]);
            }
            _ => self.pad(&number),
        }
    }
}

/// Up to a sign, `0o` and one more prefix.
#[derive(Default)]
struct Prefix {
    bytes: [u8; 5],
    len: usize,
}

impl Prefix {
    fn push(&mut self, text: &[u8]) {
        self.bytes[self.len..self.len + text.len()].copy_from_slice(text);
        self.len += text.len();
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

fn integer_digits<'b>(
    buffer: &'b mut [u8; MAX_INTEGER],
    magnitude: u64,
    base: u64,
    table: &[u8; 17],
) -> &'b [u8] {
    let mut rest = magnitude;
    let mut at = MAX_INTEGER;
    loop {
        at -= 1;
        buffer[at] = table[(rest % base) as usize];
        rest /= base;
        if rest == 0 {
            return &buffer[at..];
        }
    }
}

/// The code point of an integer, U+FFFD if it is too large for one.
fn rune_of(code: u64) -> u32 {
    u32::try_from(code).ok().filter(|code| *code <= MAX_RUNE).unwrap_or(crate::RUNE_ERROR)
}

fn printing_rune(code: u64) -> Option<u32> {
    u32::try_from(code).ok().filter(|code| *code <= MAX_RUNE && is_print(*code))
}

/// The `#` flag of floats: forces a point, and keeps the trailing zeros that `g` takes off.
/// `number` begins with its sign.
fn restore_zeros(number: &mut Vec<u8>, layout: u8, precision: Option<usize>) {
    let mut digits = match layout {
        b'g' | b'G' | b'x' => {
            precision.map_or(SHARP_DIGITS, |digits| i64::try_from(digits).unwrap_or(i64::MAX))
        }
        _ => 0,
    };
    let hexadecimal = matches!(layout, b'x' | b'X');
    let is_tail = |byte: u8| match byte {
        b'p' | b'P' => true,
        b'e' | b'E' => !hexadecimal,
        _ => false,
    };
    let end = number.iter().position(|byte| is_tail(*byte)).unwrap_or(number.len());
    let tail = number.split_off(end);
    let (mut point, mut nonzero) = (false, false);
    for byte in &number[1..] {
        if *byte == b'.' {
            point = true;
            continue;
        }
        nonzero |= *byte != b'0';
        digits -= i64::from(nonzero);
    }
    if !point {
        // A leading zero counts once.
        digits -= i64::from(number.len() == 2 && number[1] == b'0');
        number.push(b'.');
    }
    number.resize(number.len() + usize::try_from(digits).unwrap_or(0), b'0');
    number.extend_from_slice(&tail);
}
