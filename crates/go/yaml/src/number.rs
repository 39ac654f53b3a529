//! Number layouts and number syntax, as strconv and encoding/json have them.

use pintle_go_fmt::append_float;
use pintle_go_value::FloatKind;

/// `strconv.FormatFloat(value, 'g', -1, …)`.
pub(crate) fn append_g(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    append_float(out, value, b'g', None, kind);
}

/// encoding/json's float: plain but below 1e-6 and from 1e21 on, `e-07` cleaned to `e-7`.
/// The value is finite.
pub(crate) fn append_json(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    let size = value.abs();
    // A float32 is held exactly, so it compares with the rounded limits.
    let (low, high) = match kind {
        FloatKind::Float32 => (f64::from(1e-6_f32), f64::from(1e21_f32)),
        FloatKind::Float64 => (1e-6, 1e21),
    };
    if size == 0.0 || (low..high).contains(&size) {
        append_float(out, value, b'f', None, kind);
        return;
    }
    append_float(out, value, b'e', None, kind);
    if let [.., b'e', b'-', b'0', last] = *out.as_slice() {
        out.truncate(out.len() - 2);
        out.push(last);
    }
}

/// A text made by one of the writers.
pub(crate) fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::with_capacity(24);
    write(&mut out);
    String::from_utf8(out).unwrap_or_default()
}

/// An integer as strconv's `ParseInt(text, base)`, then `ParseUint(text, base)` read it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Integer {
    /// Within `int64`.
    Int(i64),
    /// Beyond `int64`, within `uint64`.
    Uint(u64),
}

/// Base 0 of strconv: a prefix `0x`, `0o`, `0b`, or a leading zero for octal. The underscores are
/// gone already.
pub(crate) fn parse_prefixed(text: &str) -> Option<Integer> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (base, skipped) = match unsigned.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, 2),
        [b'0', b'o' | b'O', _, ..] => (8, 2),
        [b'0', b'b' | b'B', _, ..] => (2, 2),
        [b'0', _, ..] => (8, 1),
        _ => (10, 0),
    };
    parse_digits(text, unsigned.get(skipped..)?, base)
}

/// An integer in a base, with an optional sign and no prefix.
pub(crate) fn parse_based(text: &str, base: u32) -> Option<Integer> {
    parse_digits(text, text.strip_prefix(['+', '-']).unwrap_or(text), base)
}

/// `signed` has the sign in front, `digits` what is to be read. `ParseUint` allows no sign.
fn parse_digits(signed: &str, digits: &str, base: u32) -> Option<Integer> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    let size = u64::from_str_radix(digits, base).ok()?;
    if signed.starts_with('-') {
        return 0i64.checked_sub_unsigned(size).map(Integer::Int);
    }
    match i64::try_from(size) {
        Ok(value) => Some(Integer::Int(value)),
        Err(_) if signed.starts_with('+') => None,
        Err(_) => Some(Integer::Uint(size)),
    }
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`, then `ParseFloat`, which refuses what
/// is out of range.
pub(crate) fn parse_yaml_float(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits_from(bytes, at);
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits_from(bytes, at + 1);
        if whole == 0 && fraction == 0 {
            return None;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return None;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let exponent = digits_from(bytes, at);
        if exponent == 0 {
            return None;
        }
        at += exponent;
    }
    if at != bytes.len() {
        return None;
    }
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// `ParseFloat` of a text that starts with a point: decimal, underscores between digits.
pub(crate) fn parse_point_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return parse_yaml_float(text);
    }
    // strconv's underscoreOK: an underscore stands between two digits.
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced = bytes
        .iter()
        .enumerate()
        .any(|(at, byte)| *byte == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1))));
    if misplaced { None } else { parse_yaml_float(&text.replace('_', "")) }
}

fn digits_from(bytes: &[u8], at: usize) -> usize {
    bytes[at.min(bytes.len())..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two of the float layouts that must coexist, and their edges.
    #[test]
    fn floats_have_a_layout_for_each_writer() {
        let cases = [
            (1_000_000.0, "1e+06", "1000000"),
            (1_234_567.0, "1.234567e+06", "1234567"),
            (1e20, "1e+20", "100000000000000000000"),
            (1e21, "1e+21", "1e+21"),
            (9_223_372_036_854_775_808.0, "9.223372036854776e+18", "9223372036854776000"),
            (0.00001, "1e-05", "0.00001"),
            (1e-6, "1e-06", "0.000001"),
            (1e-7, "1e-07", "1e-7"),
            (1.5e-10, "1.5e-10", "1.5e-10"),
            (-0.0, "-0", "-0"),
            (5e-324, "5e-324", "5e-324"),
        ];
        for (value, g, json) in cases {
            assert_eq!(text(|out| append_g(out, value, FloatKind::Float64)), g);
            assert_eq!(text(|out| append_json(out, value, FloatKind::Float64)), json);
        }
    }

    #[test]
    fn integers_climb_from_int64_to_uint64() {
        let cases = [
            ("0644", Some(Integer::Int(420))),
            ("0o644", Some(Integer::Int(420))),
            ("0x1f", Some(Integer::Int(31))),
            ("-0b11", Some(Integer::Int(-3))),
            ("+5", Some(Integer::Int(5))),
            ("09", None),
            ("0x", None),
            ("--1", None),
            ("9223372036854775808", Some(Integer::Uint(1 << 63))),
            ("-9223372036854775808", Some(Integer::Int(i64::MIN))),
            ("-9223372036854775809", None),
            ("18446744073709551616", None),
            ("+9223372036854775808", None),
        ];
        for (text, want) in cases {
            assert_eq!(parse_prefixed(text), want, "{text}");
        }
    }
}
