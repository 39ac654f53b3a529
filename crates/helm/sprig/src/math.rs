//! Numbers (sprig `numeric.go`): integers are 64 bits wide and wrap, floats go through decimals.

use pintle_go_fmt::{append_int, atoi, parse_int};
use pintle_go_template::{CallError, Func, Int, Rest, func};
use pintle_go_value::{Heap, Type, Value};

use crate::Generator;
use crate::cast::{to_float64, to_int64};
use crate::decimal::Decimal;
use crate::reflect::{print_limit, room};
use crate::table::Table;

fn go_atoi(text: &[u8]) -> Int {
    // Go's Atoi answers the nearest number when a text is out of range, and sprig keeps it.
    let nearest = || match text.first() {
        Some(b'-') => i64::MIN,
        _ => i64::MAX,
    };
    match atoi(text) {
        Ok(number) => Int(number),
        Err(error) if error.kind == pintle_go_fmt::NumErrorKind::Range => Int(nearest()),
        Err(_) => Int(0),
    }
}

fn int64(value: Value<'_>) -> i64 {
    to_int64(value)
}

fn int(value: Value<'_>) -> Int {
    Int(to_int64(value))
}

fn float64(value: Value<'_>) -> f64 {
    to_float64(value)
}

/// Octal text as a number.
fn to_decimal<'h>(value: Value<'h>) -> Result<i64, CallError> {
    let mut text = Vec::new();
    pintle_go_fmt::sprint(&mut text, &[value]).map_err(print_limit)?;
    Ok(parse_int(&text, 8, 64).unwrap_or(0))
}

fn add1(value: Value<'_>) -> i64 {
    to_int64(value).wrapping_add(1)
}

fn add<'h>(values: Rest<'_, 'h, Value<'h>>) -> i64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(to_int64(value)))
}

fn sub(left: Value<'_>, right: Value<'_>) -> i64 {
    to_int64(left).wrapping_sub(to_int64(right))
}

fn divide(
    left: Value<'_>,
    right: Value<'_>,
    operation: impl FnOnce(i64, i64) -> i64,
) -> Result<i64, CallError> {
    match to_int64(right) {
        0 => Err(CallError::panic("runtime error: integer divide by zero")),
        right => Ok(operation(to_int64(left), right)),
    }
}

fn div(left: Value<'_>, right: Value<'_>) -> Result<i64, CallError> {
    divide(left, right, i64::wrapping_div)
}

fn modulo(left: Value<'_>, right: Value<'_>) -> Result<i64, CallError> {
    divide(left, right, i64::wrapping_rem)
}

fn mul<'h>(first: Value<'h>, rest: Rest<'_, 'h, Value<'h>>) -> i64 {
    rest.iter().fold(to_int64(first), |product, value| product.wrapping_mul(to_int64(value)))
}

fn max<'h>(first: Value<'h>, rest: Rest<'_, 'h, Value<'h>>) -> i64 {
    rest.iter().fold(to_int64(first), |most, value| most.max(to_int64(value)))
}

fn min<'h>(first: Value<'h>, rest: Rest<'_, 'h, Value<'h>>) -> i64 {
    rest.iter().fold(to_int64(first), |least, value| least.min(to_int64(value)))
}

/// `math.Max`: infinity beats NaN, NaN beats numbers, and 0 is more than -0.
fn float_max(x: f64, y: f64) -> f64 {
    if x == f64::INFINITY || y == f64::INFINITY {
        f64::INFINITY
    } else if x.is_nan() || y.is_nan() {
        f64::NAN
    } else if x == 0.0 && x == y {
        if x.is_sign_negative() { y } else { x }
    } else if x > y {
        x
    } else {
        y
    }
}

/// `math.Min`, the mirror of [`float_max`].
fn float_min(x: f64, y: f64) -> f64 {
    -float_max(-x, -y)
}

fn maxf<'h>(first: Value<'h>, rest: Rest<'_, 'h, Value<'h>>) -> f64 {
    rest.iter().fold(to_float64(first), |most, value| float_max(most, to_float64(value)))
}

fn minf<'h>(first: Value<'h>, rest: Rest<'_, 'h, Value<'h>>) -> f64 {
    rest.iter().fold(to_float64(first), |least, value| {
        let value = to_float64(value);
        if least.is_nan() || value.is_nan() {
            // The sign of a NaN does not print.
            if least == f64::NEG_INFINITY || value == f64::NEG_INFINITY {
                return f64::NEG_INFINITY;
            }
            return f64::NAN;
        }
        float_min(least, value)
    })
}

/// What one operation on decimals of any length counts, in steps.
const DECIMAL_STEPS: u64 = 30;

fn decimals<'h>(
    heap: &Heap,
    first: Decimal,
    rest: impl Iterator<Item = Value<'h>>,
    operation: impl Fn(&Decimal, &Decimal) -> Result<Decimal, CallError>,
) -> Result<f64, CallError> {
    let mut result = first;
    for value in rest {
        heap.charge(DECIMAL_STEPS);
        result = operation(&result, &Decimal::from_float(to_float64(value))?)?;
    }
    Ok(result.to_float())
}

fn add1f(heap: &Heap, value: Value<'_>) -> Result<f64, CallError> {
    let one = std::iter::once(Value::int(1));
    decimals(heap, Decimal::from_float(to_float64(value))?, one, |a, b| Ok(a.add(b)))
}

fn addf<'h>(heap: &Heap, values: Rest<'_, 'h, Value<'h>>) -> Result<f64, CallError> {
    decimals(heap, Decimal::from_float(0.0)?, values.iter(), |a, b| Ok(a.add(b)))
}

fn subf<'h>(
    heap: &Heap,
    first: Value<'h>,
    rest: Rest<'_, 'h, Value<'h>>,
) -> Result<f64, CallError> {
    decimals(heap, Decimal::from_float(to_float64(first))?, rest.iter(), |a, b| Ok(a.sub(b)))
}

fn mulf<'h>(
    heap: &Heap,
    first: Value<'h>,
    rest: Rest<'_, 'h, Value<'h>>,
) -> Result<f64, CallError> {
    decimals(heap, Decimal::from_float(to_float64(first))?, rest.iter(), |a, b| Ok(a.mul(b)))
}

fn divf<'h>(
    heap: &Heap,
    first: Value<'h>,
    rest: Rest<'_, 'h, Value<'h>>,
) -> Result<f64, CallError> {
    decimals(heap, Decimal::from_float(to_float64(first))?, rest.iter(), Decimal::div)
}

fn ceil(value: Value<'_>) -> f64 {
    to_float64(value).ceil()
}

fn floor(value: Value<'_>) -> f64 {
    to_float64(value).floor()
}

/// `math.Pow(10, places)`, multiplied out as Go does it: libraries differ in the last digit.
fn power_of_ten(places: i64) -> f64 {
    // From here on Go's own table of special cases answers.
    const HUGE: f64 = 9_223_372_036_854_775_808.0;
    if places == 0 {
        return 1.0;
    }
    if places == 1 {
        return 10.0;
    }
    if (places as f64).abs() >= HUGE {
        return if places > 0 { f64::INFINITY } else { 0.0 };
    }
    // 10 is 0.625 × 2⁴.
    let (mut factor, mut factor_exponent) = (0.625_f64, 4_i64);
    let (mut product, mut exponent) = (1.0_f64, 0_i64);
    let mut left = places.unsigned_abs();
    while left != 0 {
        if !(-4096..=4096).contains(&factor_exponent) {
            // Beyond every float: the exponent alone decides.
            exponent += factor_exponent;
            break;
        }
        if left & 1 == 1 {
            product *= factor;
            exponent += factor_exponent;
        }
        factor *= factor;
        factor_exponent <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_exponent -= 1;
        }
        left >>= 1;
    }
    if places < 0 {
        product = 1.0 / product;
        exponent = -exponent;
    }
    load_exponent(product, exponent)
}

/// `math.Ldexp`
fn load_exponent(mut value: f64, mut exponent: i64) -> f64 {
    const STEP: i64 = 1000;
    // Overflow and underflow end well within this many.
    exponent = exponent.clamp(-4 * STEP, 4 * STEP);
    while exponent > STEP {
        value *= 2_f64.powi(STEP as i32);
        exponent -= STEP;
    }
    while exponent < -STEP {
        value *= 2_f64.powi(-STEP as i32);
        exponent += STEP;
    }
    value * 2_f64.powi(exponent as i32)
}

fn round(value: Value<'_>, places: Int, round_on: Rest<'_, '_, f64>) -> f64 {
    let round_on = round_on.get(0).unwrap_or(0.5);
    let power = power_of_ten(places.0);
    let digit = power * to_float64(value);
    // The fraction has the sign of the number, so negative numbers round down unless asked.
    let fraction = if digit.is_infinite() { f64::NAN } else { digit.fract() };
    let rounded = if fraction >= round_on { digit.ceil() } else { digit.floor() };
    rounded / power
}

/// Go's `untilStep`: nothing when the step leads away.
fn steps(heap: &Heap, start: i64, stop: i64, step: i64) -> Result<Vec<i64>, CallError> {
    let toward = if stop < start { step < 0 } else { step > 0 };
    if !toward {
        return Ok(Vec::new());
    }
    let count = (i128::from(stop) - i128::from(start))
        .unsigned_abs()
        .div_ceil(u128::from(step.unsigned_abs()));
    room(heap, usize::try_from(count).unwrap_or(usize::MAX), size_of::<Value<'_>>())?;
    let mut numbers = Vec::new();
    let mut number = start;
    while if step < 0 { number > stop } else { number < stop } {
        numbers.push(number);
        let Some(next) = number.checked_add(step) else { break };
        number = next;
    }
    Ok(numbers)
}

fn int_list(heap: &Heap, start: i64, stop: i64, step: i64) -> Result<Value<'_>, CallError> {
    let numbers = steps(heap, start, stop, step)?;
    let numbers: Vec<Value<'_>> = numbers.into_iter().map(Value::int).collect();
    Ok(heap.list(&Type::INTS, &numbers))
}

fn until(heap: &Heap, count: Int) -> Result<Value<'_>, CallError> {
    int_list(heap, 0, count.0, if count.0 < 0 { -1 } else { 1 })
}

fn until_step(heap: &Heap, start: Int, stop: Int, step: Int) -> Result<Value<'_>, CallError> {
    int_list(heap, start.0, stop.0, step.0)
}

/// A *text* of numbers, as the command of that name prints them.
fn seq(heap: &Heap, params: Rest<'_, '_, Int>) -> Result<Vec<u8>, CallError> {
    let params: Vec<i64> = params.iter().map(|param| param.0).collect();
    let toward = |start: i64, end: i64| if end < start { -1 } else { 1 };
    let (start, end, step) = match params[..] {
        [end] => (1, end, toward(1, end)),
        [start, end] => (start, end, toward(start, end)),
        [start, step, end] if end < start && step > 0 => (start, start, step),
        [start, step, end] => (start, end, step),
        _ => return Ok(Vec::new()),
    };
    if params.len() == 3 && end == start && params[2] < start {
        return Ok(Vec::new());
    }
    let stop = end.wrapping_add(toward(start, end));
    let mut out = Vec::new();
    for (index, number) in steps(heap, start, stop, step)?.into_iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        append_int(&mut out, number);
    }
    Ok(out)
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Numbers.
    pub(crate) const MATH: &'static [Func<H>] = &[
        func!("atoi", go_atoi, (&[u8])),
        func!("int64", int64, (Value<'_>)),
        func!("int", int, (Value<'_>)),
        func!("float64", float64, (Value<'_>)),
        func!("toDecimal", to_decimal, (Value<'_>)),
        func!("add1", add1, (Value<'_>)),
        func!("add", add, (; Value<'_>)),
        func!("sub", sub, (Value<'_>, Value<'_>)),
        func!("div", div, (Value<'_>, Value<'_>)),
        func!("mod", modulo, (Value<'_>, Value<'_>)),
        func!("mul", mul, (Value<'_>; Value<'_>)),
        func!("add1f", add1f, heap, (Value<'_>)),
        func!("addf", addf, heap, (; Value<'_>)),
        func!("subf", subf, heap, (Value<'_>; Value<'_>)),
        func!("divf", divf, heap, (Value<'_>; Value<'_>)),
        func!("mulf", mulf, heap, (Value<'_>; Value<'_>)),
        func!("biggest", max, (Value<'_>; Value<'_>)),
        func!("max", max, (Value<'_>; Value<'_>)),
        func!("min", min, (Value<'_>; Value<'_>)),
        func!("maxf", maxf, (Value<'_>; Value<'_>)),
        func!("minf", minf, (Value<'_>; Value<'_>)),
        func!("ceil", ceil, (Value<'_>)),
        func!("floor", floor, (Value<'_>)),
        func!("round", round, (Value<'_>, Int; f64)),
        func!("until", until, heap, (Int)),
        func!("untilStep", until_step, heap, (Int, Int, Int)),
        func!("seq", seq, heap, (; Int)),
    ];
}
