//! Arithmetic on decimal text, with Terraform's results to the digit.
//!
//! Whole numbers of up to 127 bits are exact and quick. Everything else is a binary float of 512 bits, as in Terraform,
//! and is written with the fewest decimal digits that read back as the same float: `10 / 3` has 155 of them, and
//! `0.1 + 0.2` is `0.3`.

mod float;

pub(crate) use float::{Digits, Float};

use firma_model::number::Number;
use std::cmp::Ordering;

/// The shortest spelling: `1.50` is `1.5`, `1e3` is `1000`.
pub(crate) fn spelled(number: &Number) -> String {
    if let Some(whole) = integer(number) {
        return whole.to_string();
    }
    if let Some(short) = short(number.as_str()) {
        return short;
    }
    match Float::read(number.as_str()) {
        Some(float) => float.shortest().plain(),
        None => number.canonical(),
    }
}

/// Digits that 512 bits are sure to tell apart.
const DISTINCT: usize = 150;

/// A fraction of few digits is its own shortest spelling, but for zeros at its ends.
fn short(text: &str) -> Option<String> {
    let (whole, fraction) = text.split_once('.')?;
    if text.len() > DISTINCT || text.contains(['e', 'E']) {
        return None;
    }
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Some(match (fraction, whole) {
        ("", "0") => "0".to_owned(),
        ("", whole) => format!("{sign}{whole}"),
        (fraction, whole) => format!("{sign}{whole}.{fraction}"),
    })
}

/// A number written without fraction and exponent.
fn integer(number: &Number) -> Option<i128> {
    number.as_str().parse().ok()
}

fn integers(a: &Number, b: &Number) -> Option<(i128, i128)> {
    Some((integer(a)?, integer(b)?))
}

/// Arithmetic between numbers. `None` says that the result is out of range.
pub(crate) struct Decimal;

impl Decimal {
    fn floats(a: &Number, b: &Number) -> Option<(Float, Float)> {
        Some((Float::read(a.as_str())?, Float::read(b.as_str())?))
    }

    /// The order of two numbers.
    pub(crate) fn compare(a: &Number, b: &Number) -> Ordering {
        if let Some((a, b)) = integers(a, b) {
            return a.cmp(&b);
        }
        match Decimal::floats(a, b) {
            Some((a, b)) => a.compare(&b),
            None => a.as_f64().total_cmp(&b.as_f64()),
        }
    }

    /// `a + b`
    pub(crate) fn add(a: &Number, b: &Number) -> Option<Number> {
        if let Some(sum) = integers(a, b).and_then(|(a, b)| a.checked_add(b)) {
            return Some(Number::from(sum));
        }
        let (a, b) = Decimal::floats(a, b)?;
        a.add(&b).number()
    }

    /// `a - b`
    pub(crate) fn subtract(a: &Number, b: &Number) -> Option<Number> {
        if let Some(difference) = integers(a, b).and_then(|(a, b)| a.checked_sub(b)) {
            return Some(Number::from(difference));
        }
        let (a, b) = Decimal::floats(a, b)?;
        a.add(&b.negated()).number()
    }

    /// `a * b`
    pub(crate) fn multiply(a: &Number, b: &Number) -> Option<Number> {
        if let Some(product) = integers(a, b).and_then(|(a, b)| a.checked_mul(b)) {
            return Some(Number::from(product));
        }
        let (a, b) = Decimal::floats(a, b)?;
        a.multiply(&b).number()
    }

    /// `a / b`, for `b` other than zero.
    pub(crate) fn divide(a: &Number, b: &Number) -> Option<Number> {
        if let Some((a, b)) = integers(a, b)
            && a.checked_rem(b) == Some(0)
        {
            return a.checked_div(b).map(Number::from);
        }
        let (a, b) = Decimal::floats(a, b)?;
        a.divide(&b).number()
    }

    /// The rest of a division that rounds towards zero, with the sign of `a`.
    pub(crate) fn remainder(a: &Number, b: &Number) -> Option<Number> {
        if let Some((a, b)) = integers(a, b) {
            return a.checked_rem(b).map(Number::from);
        }
        let (a, b) = Decimal::floats(a, b)?;
        let times = a.divide(&b).truncated();
        a.add(&times.multiply(&b).negated()).number()
    }

    /// The largest whole number that is not above (`-1`), or the smallest that is not below (`1`).
    pub(crate) fn whole(number: &Number, direction: i32) -> Option<Number> {
        if integer(number).is_some() {
            return Some(number.clone());
        }
        let float = Float::read(number.as_str())?;
        let cut = float.truncated();
        let order = float.compare(&cut);
        let one = Float::from_i64(i64::from(direction));
        match direction {
            1 if order.is_gt() => cut.add(&one).number(),
            -1 if order.is_lt() => cut.add(&one).number(),
            _ => cut.number(),
        }
    }
}
