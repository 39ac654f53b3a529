//! Numbers from text, with Go's errors: `strconv.ParseInt`, `ParseFloat` and their relatives.

use std::fmt;

use pintle_go_value::FloatKind;

use crate::quote::quote;
use crate::read_float::{float_prefix, read_complex};

/// Why a text is not the number asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumErrorKind {
    /// `strconv.ErrSyntax`
    #[error("invalid syntax")]
    Syntax,
    /// `strconv.ErrRange`
    #[error("value out of range")]
    Range,
    /// A base that is neither 0 nor 2 to 36.
    #[error("invalid base {0}")]
    Base(u32),
    /// A bit size over 64.
    #[error("invalid bit size {0}")]
    BitSize(u32),
}

/// `strconv.NumError`: `strconv.ParseInt: parsing "x": invalid syntax`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct NumError {
    /// The Go function that failed.
    pub function: &'static str,
    /// The text it was given.
    pub input: Vec<u8>,
    /// What was wrong.
    pub kind: NumErrorKind,
}

impl fmt::Display for NumError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "strconv.{}: parsing {}: {}", self.function, quote(&self.input), self.kind)
    }
}

/// The bit size that stands for Go's `int`.
const INT_BITS: u32 = 64;

/// `strconv.ParseInt`: base 0 goes by the prefix and allows underscores; bit size 0 is `int`.
pub fn parse_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumError> {
    read_int(text, base, bits).map_err(|kind| failed("ParseInt", text, kind))
}

/// `strconv.ParseUint`
pub fn parse_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumError> {
    read_uint(text, base, bits).map_err(|kind| failed("ParseUint", text, kind))
}

/// `strconv.Atoi`
pub fn atoi(text: &[u8]) -> Result<i64, NumError> {
    read_int(text, 10, 0).map_err(|kind| failed("Atoi", text, kind))
}

/// `strconv.ParseBool`
pub fn parse_bool(text: &[u8]) -> Result<bool, NumError> {
    match text {
        b"1" | b"t" | b"T" | b"true" | b"TRUE" | b"True" => Ok(true),
        b"0" | b"f" | b"F" | b"false" | b"FALSE" | b"False" => Ok(false),
        _ => Err(failed("ParseBool", text, NumErrorKind::Syntax)),
    }
}

/// `strconv.ParseFloat`: the nearest number of the kind.
pub fn parse_float(text: &[u8], kind: FloatKind) -> Result<f64, NumError> {
    let read = match float_prefix(text, kind) {
        Ok((_, len, _)) if len != text.len() => Err(NumErrorKind::Syntax),
        Ok((_, _, true)) => Err(NumErrorKind::Range),
        Ok((value, _, false)) => Ok(value),
        Err(kind) => Err(kind),
    };
    read.map_err(|kind| failed("ParseFloat", text, kind))
}

/// `strconv.ParseComplex`: real and imaginary part of a `complex128`.
pub fn parse_complex(text: &[u8]) -> Result<(f64, f64), NumError> {
    read_complex(text).map_err(|kind| failed("ParseComplex", text, kind))
}

/// `strconv.AppendInt` in base 10.
pub fn append_int(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// `strconv.AppendUint` in base 10.
pub fn append_uint(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

fn failed(function: &'static str, text: &[u8], kind: NumErrorKind) -> NumError {
    NumError { function, input: text.to_vec(), kind }
}

fn read_int(text: &[u8], base: u32, bits: u32) -> Result<i64, NumErrorKind> {
    let (negative, digits) = match text {
        [] => return Err(NumErrorKind::Syntax),
        [b'+', digits @ ..] => (false, digits),
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let magnitude = read_uint(digits, base, bits)?;
    let bits = if bits == 0 { INT_BITS } else { bits };
    let limit = 1_u64 << (bits - 1);
    match (negative, magnitude) {
        (false, magnitude) if magnitude < limit => Ok(magnitude as i64),
        (true, magnitude) if magnitude <= limit => Ok((magnitude as i64).wrapping_neg()),
        _ => Err(NumErrorKind::Range),
    }
}

fn read_uint(text: &[u8], base: u32, bits: u32) -> Result<u64, NumErrorKind> {
    let (radix, digits) = match (base, text) {
        (_, []) => return Err(NumErrorKind::Syntax),
        (2..=36, _) => (base, text),
        (0, [b'0', b'b' | b'B', digits @ ..]) if !digits.is_empty() => (2, digits),
        (0, [b'0', b'o' | b'O', digits @ ..]) if !digits.is_empty() => (8, digits),
        (0, [b'0', b'x' | b'X', digits @ ..]) if !digits.is_empty() => (16, digits),
        (0, [b'0', digits @ ..]) => (8, digits),
        (0, _) => (10, text),
        _ => return Err(NumErrorKind::Base(base)),
    };
    let max = match bits {
        0 | 64 => u64::MAX,
        1..64 => (1 << bits) - 1,
        _ => return Err(NumErrorKind::BitSize(bits)),
    };
    let mut underscores = false;
    let mut value: u64 = 0;
    for byte in digits {
        if *byte == b'_' && base == 0 {
            underscores = true;
            continue;
        }
        let digit = char::from(*byte).to_digit(radix).ok_or(NumErrorKind::Syntax)?;
        value = value
            .checked_mul(u64::from(radix))
            .and_then(|value| value.checked_add(u64::from(digit)))
            .filter(|value| *value <= max)
            .ok_or(NumErrorKind::Range)?;
    }
    if underscores && !underscores_fit(text) {
        return Err(NumErrorKind::Syntax);
    }
    Ok(value)
}

/// `strconv`'s `underscoreOK`: each underscore stands between digits, or after a base prefix.
pub(crate) fn underscores_fit(text: &[u8]) -> bool {
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let (hex, after_digit, rest) = match text {
        [b'0', b'x' | b'X', rest @ ..] => (true, true, rest),
        [b'0', b'b' | b'B' | b'o' | b'O', rest @ ..] => (false, true, rest),
        _ => (false, false, text),
    };
    let is_digit = |byte: u8| byte.is_ascii_digit() || hex && byte.is_ascii_hexdigit();
    let mut after_digit = after_digit;
    let mut after_underscore = false;
    for byte in rest {
        match *byte {
            byte if is_digit(byte) => (after_digit, after_underscore) = (true, false),
            b'_' if !after_digit => return false,
            b'_' => (after_digit, after_underscore) = (false, true),
            _ if after_underscore => return false,
            _ => after_digit = false,
        }
    }
    !after_underscore
}
