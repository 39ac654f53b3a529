//! Number constants: one text under all the types that can hold it (Go's `newNumber`).

use pintle_go_fmt::{parse_float, parse_int, parse_uint, unquote_char};
use pintle_go_value::FloatKind;

use super::lex::Kind;
use crate::ast::{Ideal, Number};

/// The number that `text` writes.
pub(super) fn number(text: &[u8], kind: Kind) -> Result<Number, String> {
    let mut number = match kind {
        Kind::CharConstant => character(text)?,
        Kind::Complex => complex(text)?,
        _ => real_or_imaginary(text)?,
    };
    number.ideal = ideal(&number, text);
    Ok(number)
}

fn character(text: &[u8]) -> Result<Number, String> {
    let quote = text[0];
    let c = unquote_char(&text[1..], quote).map_err(|error| error.to_string())?;
    if c.rest != b"'" {
        return Err(format!("malformed character constant: {}", String::from_utf8_lossy(text)));
    }
    Ok(Number {
        int: Some(i64::from(c.value)),
        uint: Some(u64::from(c.value)),
        float: Some(f64::from(c.value)),
        ..Number::default()
    })
}

/// `1+2i`: two floats as `fmt.Sscan` cuts them off, with its errors.
fn complex(text: &[u8]) -> Result<Number, String> {
    const SYNTAX: &str = "syntax error scanning complex number";
    let (real, rest) = text.split_at(float_token(text));
    // A sign alone is no number: what scans floats takes its `i` for the start of "Inf".
    if !matches!(rest, [b'+' | b'-', next, ..] if *next != b'i') {
        return Err(SYNTAX.to_owned());
    }
    let (imaginary, rest) = rest.split_at(1 + float_token(&rest[1..]));
    if !rest.starts_with(b"i") {
        return Err(SYNTAX.to_owned());
    }
    let float = |text| parse_float(text, FloatKind::Float64).map_err(|error| error.to_string());
    Ok(of_complex((float(real)?, float(imaginary)?)))
}

/// How long the float at the start of a text is (`floatToken` in `fmt/scan.go`). The lexer lets no
/// NaN or infinity come here.
fn float_token(text: &[u8]) -> usize {
    let run = |from: usize, set: &[u8]| {
        from + text[from..].iter().take_while(|c| set.contains(c)).count()
    };
    let one =
        |at: usize, set: &[u8]| at + usize::from(text.get(at).is_some_and(|c| set.contains(c)));
    let start = one(0, b"+-");
    let is_hex = matches!(text.get(start..), Some([b'0', b'x' | b'X', ..]));
    let (at, digits, exponent): (_, &[u8], &[u8]) = if is_hex {
        (start + 2, b"0123456789abcdefABCDEF_", b"pP")
    } else {
        (start, b"0123456789_", b"eEpP")
    };
    let mut at = run(at, digits);
    if text.get(at) == Some(&b'.') {
        at = run(at + 1, digits);
    }
    let after = one(at, exponent);
    if after > at {
        at = run(one(after, b"+-"), b"0123456789_");
    }
    at
}

/// A complex number and the types that hold it if its imaginary part is zero.
fn of_complex((re, im): (f64, f64)) -> Number {
    let mut number = Number { complex: Some((re, im)), ..Number::default() };
    if im == 0.0 {
        number.float = Some(re);
        number.int = whole_int(re);
        number.uint = whole_uint(re);
    }
    number
}

fn real_or_imaginary(text: &[u8]) -> Result<Number, String> {
    if let [real @ .., b'i'] = text
        && let Ok(im) = parse_float(real, FloatKind::Float64)
    {
        return Ok(of_complex((0.0, im)));
    }
    let mut number = Number {
        uint: parse_uint(text, 0, 64).ok(),
        int: parse_int(text, 0, 64).ok(),
        ..Number::default()
    };
    if number.int == Some(0) {
        // -0 is a uint too.
        number.uint = Some(0);
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Ok(float) = parse_float(text, FloatKind::Float64) {
        // What reads as a float but looks like an integer is too large for one.
        if !has_float_sign(text) {
            return Err(format!("integer overflow: {}", pintle_go_fmt::quote(text)));
        }
        number.float = Some(float);
        number.int = whole_int(float);
        number.uint = whole_uint(float);
    } else {
        return Err(format!("illegal number syntax: {}", pintle_go_fmt::quote(text)));
    }
    Ok(number)
}

fn has_float_sign(text: &[u8]) -> bool {
    text.iter().any(|c| b".eEpP".contains(c))
}

/// The integer that a float is, as amd64 converts: what is out of range is none.
fn whole_int(float: f64) -> Option<i64> {
    // 2^63 itself converts to the smallest integer in Go, which is another number.
    let fits = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    (fits && float.trunc() == float).then_some(float as i64)
}

fn whole_uint(float: f64) -> Option<u64> {
    let fits = (0.0..18_446_744_073_709_551_616.0).contains(&float);
    (fits && float.trunc() == float).then_some(float as u64)
}

/// Go's `idealConstant`: what a number is where no parameter says what is wanted.
fn ideal(number: &Number, text: &[u8]) -> Ideal {
    let hex = matches!(text, [b'0', b'x' | b'X', _, ..]) && !text.iter().any(|c| b"pP".contains(c));
    if number.complex.is_some() {
        Ideal::Complex
    } else if number.float.is_some() && !hex && text[0] != b'\'' && has_float_sign(text) {
        Ideal::Float
    } else if number.int.is_some() {
        Ideal::Int
    } else {
        Ideal::Overflow
    }
}
