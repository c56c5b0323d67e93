//! Arithmetic on decimal text: exact where the digits fit 128 bits, through `f64` beyond.

use firma_model::number::Number;
use std::cmp::Ordering;

/// `mantissa * 10^-scale`
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal {
    mantissa: i128,
    scale: u32,
}

/// Places after the point that exact results may have; an i128 holds 38 digits.
const MAX_SCALE: u32 = 30;

/// The shortest spelling with all digits that were written: `1.50` is `1.5`, and nothing is rounded.
pub(crate) fn spelled(number: &Number) -> String {
    match Decimal::read(number) {
        Some(decimal) => decimal.write().as_str().to_owned(),
        None => number.canonical(),
    }
}

impl Decimal {
    /// Reads a number's literal; `None` when it is too long to be exact.
    pub(crate) fn read(number: &Number) -> Option<Decimal> {
        let text = number.as_str();
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut mantissa: i128 =
            if fraction.is_empty() { whole.parse().ok()? } else { format!("{whole}{fraction}").parse().ok()? };
        let mut scale = i64::try_from(fraction.len()).ok()? - exponent;
        while scale < 0 {
            mantissa = mantissa.checked_mul(10)?;
            scale += 1;
            if mantissa == 0 {
                scale = 0;
            }
        }
        while scale > 0 && mantissa % 10 == 0 {
            if mantissa == 0 {
                scale = 0;
                break;
            }
            mantissa /= 10;
            scale -= 1;
        }
        let scale = u32::try_from(scale).ok().filter(|scale| *scale <= MAX_SCALE)?;
        Some(Decimal { mantissa, scale })
    }

    /// Writes it as a number.
    fn write(self) -> Number {
        if self.scale == 0 {
            return Number::from(self.mantissa);
        }
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let width = self.scale as usize + 1;
        let digits = format!("{:0>width$}", self.mantissa.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len() - self.scale as usize);
        let fraction = fraction.trim_end_matches('0');
        let point = if fraction.is_empty() { "" } else { "." };
        Number::parse(&format!("{sign}{whole}{point}{fraction}")).unwrap_or_else(|| Number::from(0_i64))
    }

    fn align(self, other: Decimal) -> Option<(i128, i128, u32)> {
        let scale = self.scale.max(other.scale);
        let lift = |d: Decimal| d.mantissa.checked_mul(10_i128.checked_pow(scale - d.scale)?);
        Some((lift(self)?, lift(other)?, scale))
    }

    fn aligned(a: &Number, b: &Number) -> Option<(i128, i128, u32)> {
        Decimal::read(a)?.align(Decimal::read(b)?)
    }

    /// The order of two numbers.
    pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
        match Decimal::aligned(a, b) {
            Some((a, b, _)) => a.cmp(&b),
            None => a.as_f64().total_cmp(&b.as_f64()),
        }
    }

    /// `a + b`; `None` when out of range, here and below.
    pub(crate) fn add(a: &Number, b: &Number) -> Option<Number> {
        let exact = || {
            let (a, b, scale) = Decimal::aligned(a, b)?;
            Some(Decimal { mantissa: a.checked_add(b)?, scale }.write())
        };
        exact().or_else(|| Number::from_f64(a.as_f64() + b.as_f64()))
    }

    /// `a - b`
    pub(crate) fn subtract(a: &Number, b: &Number) -> Option<Number> {
        let exact = || {
            let (a, b, scale) = Decimal::aligned(a, b)?;
            Some(Decimal { mantissa: a.checked_sub(b)?, scale }.write())
        };
        exact().or_else(|| Number::from_f64(a.as_f64() - b.as_f64()))
    }

    /// `a * b`
    pub(crate) fn multiply(a: &Number, b: &Number) -> Option<Number> {
        let exact = || {
            let (a, b) = (Decimal::read(a)?, Decimal::read(b)?);
            let scale = a.scale + b.scale;
            let mantissa = a.mantissa.checked_mul(b.mantissa)?;
            (scale <= MAX_SCALE).then(|| Decimal { mantissa, scale }.write())
        };
        exact().or_else(|| Number::from_f64(a.as_f64() * b.as_f64()))
    }

    /// `a / b`, for `b` other than zero: exact when it ends within 18 places.
    pub(crate) fn divide(a: &Number, b: &Number) -> Option<Number> {
        let exact = || {
            let (a, b, _) = Decimal::aligned(a, b)?;
            let mut scale = 0;
            let mut mantissa = a.checked_div(b)?;
            let mut rest = a.checked_rem(b)?;
            while rest != 0 {
                if scale == 18 {
                    return None;
                }
                rest = rest.checked_mul(10)?;
                mantissa = mantissa.checked_mul(10)?.checked_add(rest.checked_div(b)?)?;
                rest = rest.checked_rem(b)?;
                scale += 1;
            }
            Some(Decimal { mantissa, scale }.write())
        };
        exact().or_else(|| Number::from_f64(a.as_f64() / b.as_f64()))
    }

    /// The rest of a division that rounds towards zero, with the sign of `a`.
    pub(crate) fn remainder(a: &Number, b: &Number) -> Option<Number> {
        let exact = || {
            let (a, b, scale) = Decimal::aligned(a, b)?;
            Some(Decimal { mantissa: a.checked_rem(b)?, scale }.write())
        };
        exact().or_else(|| Number::from_f64(a.as_f64() % b.as_f64()))
    }

    /// The largest whole number that is not above (`-1`), or the smallest that is not below (`1`).
    pub(crate) fn whole(number: &Number, direction: i32) -> Option<Number> {
        match Decimal::read(number) {
            Some(decimal) => {
                let unit = 10_i128.checked_pow(decimal.scale)?;
                let floor = decimal.mantissa.div_euclid(unit);
                let exact = decimal.mantissa.rem_euclid(unit) == 0;
                Some(Number::from(if direction > 0 && !exact { floor + 1 } else { floor }))
            }
            None if direction > 0 => Number::from_f64(number.as_f64().ceil()),
            None => Number::from_f64(number.as_f64().floor()),
        }
    }
}
