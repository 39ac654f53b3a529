//! Reading floating point numbers: `strconv`'s `atof.go`.

use pintle_go_value::FloatKind;

use crate::number::{NumErrorKind, underscores_fit};

/// The number that `text` begins with, how long it is, and whether it was out of range (it is
/// infinite then). An error if there is none.
pub(crate) fn float_prefix(
    text: &[u8],
    kind: FloatKind,
) -> Result<(f64, usize, bool), NumErrorKind> {
    if let Some((value, len)) = special(text) {
        return Ok((value, len, false));
    }
    let scanned = scan(text).ok_or(NumErrorKind::Syntax)?;
    let (value, overflow) = if scanned.hex {
        hex_float(&scanned, kind)
    } else {
        decimal_float(&text[..scanned.len], kind)
    };
    Ok((value, scanned.len, overflow))
}

/// `Inf`, `+Infinity`, `nan` in any case.
fn special(text: &[u8]) -> Option<(f64, usize)> {
    let (sign, signed, rest) = match text {
        [b'+', rest @ ..] => (1.0, 1, rest),
        [b'-', rest @ ..] => (-1.0, 1, rest),
        _ => (1.0, 0, text),
    };
    let starts =
        |word: &[u8]| rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word));
    if starts(b"infinity") {
        Some((sign * f64::INFINITY, signed + 8))
    } else if starts(b"inf") {
        Some((sign * f64::INFINITY, signed + 3))
    } else if signed == 0 && starts(b"nan") {
        Some((f64::NAN, 3))
    } else {
        None
    }
}

/// A floating point literal taken apart; mantissa and exponent only as hexadecimal ones need them.
struct Scanned {
    negative: bool,
    hex: bool,
    len: usize,
    mantissa: u64,
    /// Whether digits other than zero did not fit the mantissa.
    truncated: bool,
    exponent: i64,
}

/// Past this an exponent is only known to be huge, as in Go.
const EXPONENT_LIMIT: i64 = 10_000;

/// Hexadecimal digits that fit a `u64`.
const HEX_DIGITS: i64 = 16;

/// `strconv`'s `readFloat`.
fn scan(text: &[u8]) -> Option<Scanned> {
    let (signed, negative) = match text.first()? {
        b'+' => (1, false),
        b'-' => (1, true),
        _ => (0, false),
    };
    let body = &text[signed..];
    let hex = body.len() > 2 && body[0] == b'0' && body[1].eq_ignore_ascii_case(&b'x');
    let start = signed + if hex { 2 } else { 0 };
    let mut number =
        Scanned { negative, hex, len: start, mantissa: 0, truncated: false, exponent: 0 };
    number.exponent = scan_mantissa(text, &mut number)?;
    if hex {
        number.exponent *= 4;
    }
    let letter = if hex { b'p' } else { b'e' };
    match text.get(number.len) {
        Some(byte) if byte.eq_ignore_ascii_case(&letter) => {
            number.len += 1;
            number.exponent += scan_exponent(text, &mut number.len)?;
        }
        _ if hex => return None,
        _ => {}
    }
    if number.mantissa == 0 {
        number.exponent = 0;
    }
    let literal = &text[..number.len];
    (!literal.contains(&b'_') || underscores_fit(literal)).then_some(number)
}

/// Reads the digits and the point into `number`, and gives where the point is in the digits kept,
/// counted in digits.
fn scan_mantissa(text: &[u8], number: &mut Scanned) -> Option<i64> {
    let radix = if number.hex { 16 } else { 10 };
    let (mut seen, mut kept, mut any) = (0, 0, false);
    let (mut point, mut dot) = (0, false);
    while let Some(byte) = text.get(number.len) {
        match *byte {
            b'_' => {}
            b'.' if dot => break,
            b'.' => (point, dot) = (seen, true),
            byte => {
                let Some(digit) = char::from(byte).to_digit(radix) else { break };
                any = true;
                if digit == 0 && seen == 0 {
                    point -= 1;
                } else if kept < HEX_DIGITS {
                    number.mantissa =
                        number.mantissa.wrapping_mul(radix.into()).wrapping_add(digit.into());
                    (seen, kept) = (seen + 1, kept + 1);
                } else {
                    number.truncated |= digit != 0;
                    seen += 1;
                }
            }
        }
        number.len += 1;
    }
    let point = if dot { point } else { seen };
    any.then_some(point - kept)
}

/// The exponent at `at`, saturating a little above [`EXPONENT_LIMIT`].
fn scan_exponent(text: &[u8], at: &mut usize) -> Option<i64> {
    let negative = match text.get(*at)? {
        b'+' => {
            *at += 1;
            false
        }
        b'-' => {
            *at += 1;
            true
        }
        _ => false,
    };
    text.get(*at).filter(|byte| byte.is_ascii_digit())?;
    let mut exponent = 0;
    while let Some(byte @ (b'0'..=b'9' | b'_')) = text.get(*at) {
        if *byte != b'_' && exponent < EXPONENT_LIMIT {
            exponent = exponent * 10 + i64::from(byte - b'0');
        }
        *at += 1;
    }
    Some(if negative { -exponent } else { exponent })
}

/// A decimal literal that [`scan`] has accepted. Rust's reader rounds correctly, as Go's does.
fn decimal_float(literal: &[u8], kind: FloatKind) -> (f64, bool) {
    let plain: Vec<u8>;
    let literal = if literal.contains(&b'_') {
        plain = literal.iter().copied().filter(|byte| *byte != b'_').collect();
        &plain
    } else {
        literal
    };
    let text = std::str::from_utf8(literal).unwrap_or_default();
    let value = match kind {
        FloatKind::Float32 => text.parse::<f32>().map(f64::from),
        FloatKind::Float64 => text.parse::<f64>(),
    };
    let value = value.unwrap_or_default();
    (value, value.is_infinite())
}

/// `strconv`'s `atofHex`: rounds the mantissa half to even by two bits kept below it.
fn hex_float(number: &Scanned, kind: FloatKind) -> (f64, bool) {
    let (bits, exponent_bits, bias) = match kind {
        FloatKind::Float32 => (23_u32, 8, -127_i64),
        FloatKind::Float64 => (52, 11, -1023),
    };
    let (max, min) = ((1 << exponent_bits) + bias - 2, bias + 1);
    let mut mantissa = number.mantissa;
    let mut exponent = number.exponent + i64::from(bits);
    while mantissa != 0 && mantissa >> (bits + 2) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    mantissa |= u64::from(number.truncated);
    let halve = |mantissa: &mut u64| *mantissa = *mantissa >> 1 | *mantissa & 1;
    while mantissa >> (1 + bits + 2) != 0 {
        halve(&mut mantissa);
        exponent += 1;
    }
    while mantissa > 1 && exponent < min - 2 {
        halve(&mut mantissa);
        exponent += 1;
    }
    let round = mantissa & 3;
    mantissa >>= 2;
    exponent += 2;
    if round | mantissa & 1 == 3 {
        mantissa += 1;
        if mantissa == 1 << (1 + bits) {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    if mantissa >> bits == 0 {
        exponent = bias;
    }
    let overflow = exponent > max;
    let magnitude = if overflow {
        f64::INFINITY
    } else {
        let pattern = mantissa & ((1 << bits) - 1) | ((exponent - bias) as u64) << bits;
        match kind {
            FloatKind::Float32 => f64::from(f32::from_bits(pattern as u32)),
            FloatKind::Float64 => f64::from_bits(pattern),
        }
    };
    (if number.negative { -magnitude } else { magnitude }, overflow)
}

/// `strconv`'s `ParseComplex` for a `complex128`: `1+2i`, `(1+2i)`, `3i`, `4`.
pub(crate) fn read_complex(text: &[u8]) -> Result<(f64, f64), NumErrorKind> {
    const KIND: FloatKind = FloatKind::Float64;
    let text = match text {
        [b'(', inner @ .., b')'] => inner,
        _ => text,
    };
    let (re, len, re_overflow) = float_prefix(text, KIND)?;
    let in_range = |overflow: bool, value| {
        if overflow { Err(NumErrorKind::Range) } else { Ok(value) }
    };
    let rest = match &text[len..] {
        [] => return in_range(re_overflow, (re, 0.0)),
        b"i" => return in_range(re_overflow, (0.0, re)),
        // The sign is dropped so that `+NaNi` reads, but kept to refuse `++`.
        [b'+', next, ..] if *next != b'+' => &text[len + 1..],
        rest @ [b'+' | b'-', ..] => rest,
        _ => return Err(NumErrorKind::Syntax),
    };
    let (im, len, im_overflow) = float_prefix(rest, KIND)?;
    match &rest[len..] {
        b"i" => in_range(re_overflow || im_overflow, (re, im)),
        _ => Err(NumErrorKind::Syntax),
    }
}
