//! Decimals of any precision (shopspring/decimal v1.4.0), as far as the four operations need them.

use num_bigint::{BigInt, Sign};
use pintle_go_template::CallError;

/// Digits behind the point of a quotient (decimal's `DivisionPrecision`).
const DIVISION_PRECISION: i64 = 16;

/// `value × 10^exponent`
#[derive(Debug, Clone)]
pub(crate) struct Decimal {
    value: BigInt,
    exponent: i64,
}

impl Decimal {
    /// The shortest decimal of a float (`NewFromFloat`).
    pub(crate) fn from_float(value: f64) -> Result<Self, CallError> {
        if value.is_nan() || value.is_infinite() {
            let text = match value {
                value if value.is_nan() => "NaN",
                value if value > 0.0 => "+Inf",
                _ => "-Inf",
            };
            return Err(CallError::panic(format!("Cannot create a Decimal from {text}")));
        }
        let text = format!("{value:e}");
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let digits = format!("{whole}{fraction}");
        Ok(Decimal {
            value: digits.parse().unwrap_or_default(),
            exponent: exponent - fraction.len() as i64,
        })
    }

    /// The nearest float.
    pub(crate) fn to_float(&self) -> f64 {
        format!("{}e{}", self.value, self.exponent).parse().unwrap_or(0.0)
    }

    fn scaled(&self, exponent: i64) -> BigInt {
        &self.value * power_of_ten(self.exponent - exponent)
    }

    pub(crate) fn add(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Decimal { value: self.scaled(exponent) + other.scaled(exponent), exponent }
    }

    pub(crate) fn sub(&self, other: &Self) -> Self {
        let exponent = self.exponent.min(other.exponent);
        Decimal { value: self.scaled(exponent) - other.scaled(exponent), exponent }
    }

    pub(crate) fn mul(&self, other: &Self) -> Self {
        Decimal { value: &self.value * &other.value, exponent: self.exponent + other.exponent }
    }

    /// The quotient with 16 digits behind the point, halves away from zero (`DivRound`).
    pub(crate) fn div(&self, other: &Self) -> Result<Self, CallError> {
        if other.value.sign() == Sign::NoSign {
            return Err(CallError::panic("decimal division by 0"));
        }
        let shift = self.exponent - other.exponent + DIVISION_PRECISION;
        let (numerator, denominator) = if shift < 0 {
            (self.value.clone(), &other.value * power_of_ten(-shift))
        } else {
            (&self.value * power_of_ten(shift), other.value.clone())
        };
        let (numerator, denominator) = if denominator.sign() == Sign::Minus {
            (-numerator, -denominator)
        } else {
            (numerator, denominator)
        };
        let mut quotient = &numerator / &denominator;
        let rest = numerator.clone() - &quotient * &denominator;
        if rest.magnitude() * 2_u32 >= *denominator.magnitude() {
            quotient += if numerator.sign() == Sign::Minus { -1 } else { 1 };
        }
        Ok(Decimal { value: quotient, exponent: -DIVISION_PRECISION })
    }
}

fn power_of_ten(exponent: i64) -> BigInt {
    // Exponents are those of floats and their products: a few thousand at most.
    BigInt::from(10).pow(u32::try_from(exponent).unwrap_or(0))
}
