//! Floating point numbers as text: `strconv.AppendFloat`.

use std::fmt::Write as _;

use pintle_go_value::FloatKind;

use crate::number::append_int;

/// No `float64` has more significant decimal digits (the smallest normal one's neighbour has this
/// many); what is asked for past them is zeros.
const MAX_DIGITS: usize = 767;

/// No `float64` has more decimal places.
const MAX_PLACES: usize = 1074;

/// Room for the integer part, the point, the sign and all places of any `float64`.
const SCRATCH: usize = 309 + 2 + MAX_PLACES;

/// Room for the shortest digits of any `float64` in any layout of zmij.
const SHORTEST: usize = 40;

/// From this many digits before the point on, the shortest `%g` has an exponent: 1e+06. (JSON has
/// its own rule for the same digits.)
const SHORTEST_EXPONENT: i32 = 6;

/// Whole numbers below this print without one.
const SHORTEST_WHOLE: u64 = 1_000_000;

/// Bits of the mantissa below the point in [`append_hex`].
const HEX_POINT: u32 = 60;

/// `strconv.AppendFloat`: `layout` is one of `b e E f g G x X`; no precision means the fewest
/// digits that read back as the same number of this kind.
pub fn append_float(
    out: &mut Vec<u8>,
    value: f64,
    layout: u8,
    precision: Option<usize>,
    kind: FloatKind,
) {
    let value = match kind {
        FloatKind::Float32 => f64::from(value as f32),
        FloatKind::Float64 => value,
    };
    if !value.is_finite() {
        let text = if value.is_nan() {
            "NaN"
        } else if value > 0.0 {
            "+Inf"
        } else {
            "-Inf"
        };
        out.extend_from_slice(text.as_bytes());
        return;
    }
    if value.is_sign_negative() {
        out.push(b'-');
    }
    let value = value.abs();
    match (layout, precision) {
        (b'b', _) => append_binary(out, value, kind),
        (b'x' | b'X', _) => append_hex(out, value, layout, precision, kind),
        (b'e' | b'E' | b'f' | b'g' | b'G', None) => append_shortest(out, value, layout, kind),
        (b'e' | b'E' | b'f' | b'g' | b'G', Some(precision)) => {
            append_fixed(out, value, layout, precision);
        }
        _ => out.extend_from_slice(&[b'%', layout]),
    }
}

/// `strconv.FormatFloat`
#[must_use]
pub fn format_float(value: f64, layout: u8, precision: Option<usize>, kind: FloatKind) -> String {
    let mut out = Vec::with_capacity(24);
    append_float(&mut out, value, layout, precision, kind);
    String::from_utf8_lossy(&out).into_owned()
}

/// `%v` of a float: `strconv`'s shortest `g`.
pub(crate) fn append_default(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    // Ports and replica counts are floats too, and need no digits searched for. A negative zero
    // has a sign to print.
    let whole = value as i64;
    if whole.unsigned_abs() < SHORTEST_WHOLE && whole as f64 == value && whole != 0 {
        return append_int(out, whole);
    }
    append_float(out, value, b'g', None, kind);
}

/// A number as `0.d₁d₂…dₙ × 10^point` without zeros at either end, `strconv`'s `decimalSlice`.
struct Digits<'d> {
    digits: &'d [u8],
    point: i32,
}

impl Digits<'_> {
    fn len(&self) -> i32 {
        self.digits.len() as i32
    }
}

/// Text on the stack, for the digits that Rust makes.
struct Scratch<const SIZE: usize> {
    bytes: [u8; SIZE],
    len: usize,
}

impl<const SIZE: usize> Scratch<SIZE> {
    fn new() -> Self {
        Scratch { bytes: [0; SIZE], len: 0 }
    }

    /// Takes `123.45e-6` apart, in place.
    fn digits(&mut self) -> Digits<'_> {
        let text = &mut self.bytes[..self.len];
        let end = text.iter().position(|byte| *byte == b'e').unwrap_or(text.len());
        let exponent: i32 = std::str::from_utf8(&text[(end + 1).min(text.len())..])
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
        let mut len = 0;
        let mut point = None;
        // Zeros before the first digit after the point.
        let mut skipped = 0;
        for at in 0..end {
            match text[at] {
                b'.' => point = Some(len as i32),
                b'0' if len == 0 => skipped += i32::from(point.is_some()),
                digit => {
                    text[len] = digit;
                    len += 1;
                }
            }
        }
        let point = point.unwrap_or(len as i32) - skipped + exponent;
        while len > 0 && text[len - 1] == b'0' {
            len -= 1;
        }
        Digits { digits: &text[..len], point: if len == 0 { 0 } else { point } }
    }
}

impl<const SIZE: usize> std::fmt::Write for Scratch<SIZE> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        let end = self.len + text.len();
        let room = self.bytes.get_mut(self.len..end).ok_or(std::fmt::Error)?;
        room.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

fn append_shortest(out: &mut Vec<u8>, value: f64, layout: u8, kind: FloatKind) {
    let mut buffer = zmij::Buffer::new();
    let text = match kind {
        FloatKind::Float32 => buffer.format_finite(value as f32),
        FloatKind::Float64 => buffer.format_finite(value),
    };
    let mut scratch = Scratch::<SHORTEST>::new();
    // zmij's longest text is 24 bytes.
    let _ = scratch.write_str(text);
    let digits = scratch.digits();
    let places = match layout {
        b'e' | b'E' => (digits.len() - 1).max(0),
        b'f' => (digits.len() - digits.point).max(0),
        _ => digits.len(),
    };
    match layout {
        b'e' | b'E' => append_exponent(out, &digits, places, layout),
        b'f' => append_point(out, &digits, places),
        _ => append_general(out, &digits, places, SHORTEST_EXPONENT, layout),
    }
}

/// The exact value rounded half to even, as Rust does too when told a precision.
fn append_fixed(out: &mut Vec<u8>, value: f64, layout: u8, precision: usize) {
    let mut scratch = Scratch::<SCRATCH>::new();
    let significant = match layout {
        b'e' | b'E' => precision.saturating_add(1),
        b'g' | b'G' => precision.max(1),
        _ => 0,
    };
    // Writing fails only past SCRATCH, which the two limits keep within.
    let _ = match layout {
        b'f' => write!(scratch, "{value:.*}", precision.min(MAX_PLACES)),
        _ => write!(scratch, "{value:.*e}", significant.min(MAX_DIGITS) - 1),
    };
    let digits = scratch.digits();
    let places = i32::try_from(precision).unwrap_or(i32::MAX);
    match layout {
        b'e' | b'E' => append_exponent(out, &digits, places, layout),
        b'f' => append_point(out, &digits, places),
        _ => {
            // Zero keeps the precision it was given, which has no effect on it.
            let places = places.max(i32::from(value != 0.0));
            let limit = if places > digits.len() && digits.len() >= digits.point {
                digits.len()
            } else {
                places
            };
            append_general(out, &digits, places, limit, layout);
        }
    }
}

/// `%g`: exponents below 1e-4 and from `limit` digits before the point on.
fn append_general(out: &mut Vec<u8>, digits: &Digits<'_>, precision: i32, limit: i32, layout: u8) {
    let exponent = digits.point - 1;
    if exponent < -4 || exponent >= limit {
        let precision = precision.min(digits.len());
        append_exponent(out, digits, precision - 1, layout - (b'g' - b'e'));
        return;
    }
    let precision = if precision > digits.point { digits.len() } else { precision };
    append_point(out, digits, (precision - digits.point).max(0));
}

/// `%e`: `d.ddde±dd`
fn append_exponent(out: &mut Vec<u8>, digits: &Digits<'_>, precision: i32, letter: u8) {
    out.push(digits.digits.first().copied().unwrap_or(b'0'));
    if precision > 0 {
        out.push(b'.');
        let precision = precision as usize;
        let tail = digits.digits.get(1..).unwrap_or_default();
        let tail = &tail[..tail.len().min(precision)];
        out.extend_from_slice(tail);
        zeros(out, precision - tail.len());
    }
    let exponent = if digits.digits.is_empty() { 0 } else { digits.point - 1 };
    out.extend_from_slice(&[letter, if exponent < 0 { b'-' } else { b'+' }]);
    append_two_digits(out, exponent.unsigned_abs());
}

/// `%f`: `ddd.ddd`
fn append_point(out: &mut Vec<u8>, digits: &Digits<'_>, precision: i32) {
    let whole = usize::try_from(digits.point).unwrap_or(0);
    let (head, tail) = digits.digits.split_at(whole.min(digits.digits.len()));
    out.extend_from_slice(head);
    zeros(out, whole - head.len());
    if whole == 0 {
        out.push(b'0');
    }
    if precision > 0 {
        out.push(b'.');
        let precision = precision as usize;
        let leading = usize::try_from(-digits.point).unwrap_or(0).min(precision);
        zeros(out, leading);
        let tail = &tail[..tail.len().min(precision - leading)];
        out.extend_from_slice(tail);
        zeros(out, precision - leading - tail.len());
    }
}

fn zeros(out: &mut Vec<u8>, count: usize) {
    out.resize(out.len() + count, b'0');
}

fn append_two_digits(out: &mut Vec<u8>, number: u32) {
    if number < 10 {
        out.push(b'0');
    }
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

/// Mantissa, with the implicit bit, and binary exponent: the value is `mantissa × 2^exponent`.
fn parts(value: f64, kind: FloatKind) -> (u64, i32, u32) {
    let (bits, mantissa_bits, bias) = match kind {
        FloatKind::Float32 => (u64::from((value as f32).to_bits()), 23, -127),
        FloatKind::Float64 => (value.to_bits(), 52, -1023),
    };
    let mantissa = bits & ((1 << mantissa_bits) - 1);
    let exponent = (bits >> mantissa_bits) as i32;
    let (mantissa, exponent) =
        if exponent == 0 { (mantissa, 1) } else { (mantissa | 1 << mantissa_bits, exponent) };
    (mantissa, exponent + bias - mantissa_bits, mantissa_bits as u32)
}

/// `%b`: `ddddp±ddd`
fn append_binary(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    let (mantissa, exponent, _) = parts(value, kind);
    out.extend_from_slice(itoa::Buffer::new().format(mantissa).as_bytes());
    out.push(b'p');
    if exponent >= 0 {
        out.push(b'+');
    }
    out.extend_from_slice(itoa::Buffer::new().format(exponent).as_bytes());
}

/// `%x`: `0x1.yyyyp±dd`
fn append_hex(
    out: &mut Vec<u8>,
    value: f64,
    layout: u8,
    precision: Option<usize>,
    kind: FloatKind,
) {
    let (mut mantissa, exponent, bits) = parts(value, kind);
    let mut exponent = if mantissa == 0 { 0 } else { exponent + bits as i32 };
    mantissa <<= HEX_POINT - bits;
    while mantissa != 0 && mantissa & (1 << HEX_POINT) == 0 {
        mantissa <<= 1;
        exponent -= 1;
    }
    if let Some(precision @ 0..15) = precision {
        let shift = precision as u32 * 4;
        let extra = (mantissa << shift) & ((1 << HEX_POINT) - 1);
        mantissa >>= HEX_POINT - shift;
        if extra | (mantissa & 1) > 1 << (HEX_POINT - 1) {
            mantissa += 1;
        }
        mantissa <<= HEX_POINT - shift;
        if mantissa & (1 << (HEX_POINT + 1)) != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    out.extend_from_slice(&[b'0', layout, b'0' + ((mantissa >> HEX_POINT) & 1) as u8]);
    append_hex_fraction(out, mantissa << 4, layout, precision);
    out.push(layout - (b'x' - b'p'));
    out.push(if exponent < 0 { b'-' } else { b'+' });
    append_two_digits(out, exponent.unsigned_abs());
}

/// The digits after the point, from the top of `mantissa`.
fn append_hex_fraction(out: &mut Vec<u8>, mut mantissa: u64, layout: u8, precision: Option<usize>) {
    let digits: &[u8; 16] = if layout == b'X' { b"0123456789ABCDEF" } else { b"0123456789abcdef" };
    // Sixteen digits empty the mantissa.
    let nibbles = (u64::BITS - mantissa.trailing_zeros()).div_ceil(4) as usize;
    let count = precision.unwrap_or(if mantissa == 0 { 0 } else { nibbles });
    if count == 0 {
        return;
    }
    out.push(b'.');
    for _ in 0..count.min(16) {
        out.push(digits[(mantissa >> HEX_POINT) as usize & 0xf]);
        mantissa <<= 4;
    }
    zeros(out, count.saturating_sub(16));
}
