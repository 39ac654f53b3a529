//! Conversions of spf13/cast v1.7.0: whatever cannot be converted is zero.

use std::any::Any;

use pintle_go_fmt::{parse_float, parse_int};
use pintle_go_value::{FloatKind, Object, Value};

use crate::objects::{MonthObject, WeekdayObject};
use crate::reflect::indirect;

/// Go's conversion of a float to `int64` on amd64: what does not fit is the lowest number.
pub(crate) fn float_to_int(value: f64) -> i64 {
    const BOUND: f64 = 9_223_372_036_854_775_808.0;
    if (-BOUND..BOUND).contains(&value) { value as i64 } else { i64::MIN }
}

/// `cast.ToInt64`, and `cast.ToInt`, which is the same on 64 bits.
pub(crate) fn to_int64(value: Value<'_>) -> i64 {
    match indirect(value) {
        Value::Int(_, value) => value,
        Value::Uint(_, value) => value as i64,
        Value::Float(_, value) => float_to_int(value),
        Value::String(text) => parse_int(trim_zero_decimal(text), 0, 0).unwrap_or(0),
        Value::Bool(value) => i64::from(value),
        Value::Object(object) => calendar_number(object).unwrap_or(0),
        _ => 0,
    }
}

/// `cast.ToFloat64`
pub(crate) fn to_float64(value: Value<'_>) -> f64 {
    match indirect(value) {
        Value::Int(_, value) => value as f64,
        Value::Uint(_, value) => value as f64,
        Value::Float(_, value) => value,
        Value::String(text) => parse_float(text, FloatKind::Float64).unwrap_or(0.0),
        Value::Bool(value) => f64::from(u8::from(value)),
        Value::Object(object) => calendar_number(object).unwrap_or(0) as f64,
        _ => 0.0,
    }
}

/// Months and weekdays are the only named numbers that cast knows.
fn calendar_number(object: &dyn Object) -> Option<i64> {
    let object: &dyn Any = object;
    if let Some(MonthObject(month)) = object.downcast_ref() {
        return Some(i64::from(month.0));
    }
    object.downcast_ref::<WeekdayObject>().map(|WeekdayObject(day)| i64::from(day.0))
}

/// Cuts `.0`, `.00` and so on off (cast's `trimZeroDecimal`).
fn trim_zero_decimal(text: &[u8]) -> &[u8] {
    let mut found_zero = false;
    for (at, byte) in text.iter().enumerate().rev() {
        match byte {
            b'.' if found_zero => return &text[..at],
            b'.' => {}
            b'0' => found_zero = true,
            _ => return text,
        }
    }
    text
}
