//! Binary floats of 512 bits, rounded to the nearest and to even, and their decimal digits.

use firma_model::number::Number;
use num_bigint::BigUint;
use std::cmp::Ordering;

/// Bits of a mantissa, as Terraform has them.
const BITS: u64 = 512;

/// Digits and exponents beyond these are read by `f64` instead: a literal must not cost more than its text.
const MAX_DIGITS: usize = 4096;
const MAX_EXPONENT: i64 = 2000;

/// Bits before the point that a result may have: the range of a double, as numbers have to fit one elsewhere.
const MAX_SIZE: i64 = 1024;

/// `mantissa * 2^exponent`, the mantissa of at most 512 bits.
#[derive(Clone, Debug)]
pub(crate) struct Float {
    negative: bool,
    mantissa: BigUint,
    exponent: i64,
}

/// Decimal digits `0.d1 d2 d3... * 10^point`, no zeros at their end; none for zero.
#[derive(Clone, Debug)]
pub(crate) struct Digits {
    pub(crate) negative: bool,
    pub(crate) digits: Vec<u8>,
    pub(crate) point: i64,
}

impl Float {
    /// Reads a number's text; `None` when it is too long to be worth it.
    pub(crate) fn read(text: &str) -> Option<Float> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (digits, exponent) = match text.find(['e', 'E']) {
            Some(at) => (&text[..at], text[at + 1..].parse::<i64>().ok()?),
            None => (text, 0),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.len() + fraction.len() > MAX_DIGITS {
            return None;
        }
        let mantissa: BigUint = format!("{whole}{fraction}").parse().ok()?;
        let exponent = exponent.checked_sub(fraction.len() as i64)?;
        if exponent.abs() > MAX_EXPONENT {
            return (mantissa == BigUint::ZERO).then(|| Float::from_i64(0));
        }
        let power = BigUint::from(10_u8).pow(exponent.unsigned_abs() as u32);
        let (mantissa, exponent) = if exponent >= 0 { (mantissa * power, 0) } else { quotient(&mantissa, &power) };
        Some(Float { negative, mantissa, exponent }.rounded())
    }

    pub(crate) fn from_i64(value: i64) -> Float {
        Float { negative: value < 0, mantissa: BigUint::from(value.unsigned_abs()), exponent: 0 }
    }

    fn is_zero(&self) -> bool {
        self.mantissa == BigUint::ZERO
    }

    fn rounded(mut self) -> Float {
        let bits = self.mantissa.bits();
        if bits > BITS {
            let over = bits - BITS;
            let rest = &self.mantissa & ((BigUint::from(1_u8) << over) - 1_u8);
            let half = BigUint::from(1_u8) << (over - 1);
            self.mantissa >>= over;
            self.exponent += over as i64;
            let up = match rest.cmp(&half) {
                Ordering::Greater => true,
                Ordering::Equal => self.mantissa.bit(0),
                Ordering::Less => false,
            };
            if up {
                self.mantissa += 1_u8;
            }
        }
        let zeros = self.mantissa.trailing_zeros().unwrap_or(0);
        self.mantissa >>= zeros;
        self.exponent += zeros as i64;
        if self.is_zero() { Float::from_i64(0) } else { self }
    }

    pub(super) fn negated(&self) -> Float {
        Float { negative: !self.negative, ..self.clone() }
    }

    /// Both mantissas at the lower of the two exponents.
    fn aligned(&self, other: &Float) -> (BigUint, BigUint, i64) {
        let exponent = self.exponent.min(other.exponent);
        let lift = |float: &Float| &float.mantissa << (float.exponent - exponent) as u64;
        (lift(self), lift(other), exponent)
    }

    pub(super) fn compare(&self, other: &Float) -> Ordering {
        let sign = |float: &Float| match (float.is_zero(), float.negative) {
            (true, _) => 0,
            (_, true) => -1,
            _ => 1,
        };
        let (a, b, _) = self.aligned(other);
        match sign(self).cmp(&sign(other)) {
            Ordering::Equal if self.negative => b.cmp(&a),
            Ordering::Equal => a.cmp(&b),
            order => order,
        }
    }

    pub(super) fn add(&self, other: &Float) -> Float {
        let (a, b, exponent) = self.aligned(other);
        let (negative, mantissa) = match (self.negative == other.negative, a >= b) {
            (true, _) => (self.negative, a + b),
            (false, true) => (self.negative, a - b),
            (false, false) => (other.negative, b - a),
        };
        Float { negative, mantissa, exponent }.rounded()
    }

    pub(super) fn multiply(&self, other: &Float) -> Float {
        let negative = self.negative != other.negative;
        let mantissa = &self.mantissa * &other.mantissa;
        Float { negative, mantissa, exponent: self.exponent + other.exponent }.rounded()
    }

    pub(super) fn divide(&self, other: &Float) -> Float {
        let negative = self.negative != other.negative;
        let (mantissa, exponent) = quotient(&self.mantissa, &other.mantissa);
        Float { negative, mantissa, exponent: exponent + self.exponent - other.exponent }.rounded()
    }

    /// Without what is after the point.
    pub(super) fn truncated(&self) -> Float {
        if self.exponent >= 0 {
            return self.clone();
        }
        let mantissa = &self.mantissa >> self.exponent.unsigned_abs();
        Float { negative: self.negative, mantissa, exponent: 0 }.rounded()
    }

    /// As a number, unless it is out of range.
    pub(super) fn number(&self) -> Option<Number> {
        if self.mantissa.bits() as i64 + self.exponent > MAX_SIZE {
            return None;
        }
        Number::parse(&self.shortest().plain())
    }

    /// All decimal digits of `mantissa * 2^exponent`.
    fn exact(negative: bool, mantissa: &BigUint, exponent: i64) -> Digits {
        let size = exponent.unsigned_abs();
        let (scaled, shift) = match exponent >= 0 {
            true => (mantissa << size, 0),
            false => (mantissa * BigUint::from(5_u8).pow(size as u32), exponent),
        };
        let text = scaled.to_string();
        let digits = text.bytes().map(|byte| byte - b'0').collect::<Vec<u8>>();
        let point = digits.len() as i64 + shift;
        Digits { negative, digits, point }.trimmed()
    }

    /// The fewest digits that read back as this float.
    pub(crate) fn shortest(&self) -> Digits {
        if self.is_zero() {
            return Digits { negative: false, digits: Vec::new(), point: 0 };
        }
        // One bit more than the mantissa has: half of its last bit is one.
        let lift = BITS + 1 - self.mantissa.bits();
        let mantissa = &self.mantissa << lift;
        let exponent = self.exponent - lift as i64;
        let even = !mantissa.bit(1);
        let mut here = Float::exact(self.negative, &mantissa, exponent);
        let lower = Float::exact(false, &(&mantissa - 1_u8), exponent);
        let upper = Float::exact(false, &(&mantissa + 1_u8), exponent);
        let digit = |of: &Digits, at: usize| of.digits.get(at).copied().unwrap_or(0);
        for at in 0..here.digits.len() {
            let m = here.digits[at];
            let down = digit(&lower, at) != m || (even && at + 1 == lower.digits.len());
            let u = digit(&upper, at);
            let up = m != u && (even || m + 1 < u || at + 1 < upper.digits.len());
            match (down, up) {
                (true, true) => return here.cut(at + 1),
                (true, false) => {
                    here.digits.truncate(at + 1);
                    return here.trimmed();
                }
                (false, true) => return here.raised(at + 1),
                (false, false) => {}
            }
        }
        here
    }

    /// All digits.
    pub(crate) fn digits(&self) -> Digits {
        Float::exact(self.negative, &self.mantissa, self.exponent)
    }
}

/// A quotient with all the bits that rounding needs; the last one also stands for every bit that was cut off.
fn quotient(a: &BigUint, b: &BigUint) -> (BigUint, i64) {
    let lift = (BITS + 2 + b.bits()).saturating_sub(a.bits());
    let lifted = a << lift;
    let quotient = &lifted / b;
    let sticky = u8::from(&quotient * b != lifted);
    ((quotient << 1_u8) + sticky, -(lift as i64) - 1)
}

impl Digits {
    fn trimmed(mut self) -> Digits {
        while self.digits.last() == Some(&0) {
            self.digits.pop();
        }
        self
    }

    /// The first `count` digits, rounded to the nearest, ties to even.
    pub(crate) fn cut(mut self, count: usize) -> Digits {
        if count >= self.digits.len() {
            return self;
        }
        let tie = self.digits[count] == 5 && self.digits.len() == count + 1;
        let odd = count > 0 && self.digits[count - 1] % 2 == 1;
        if if tie { odd } else { self.digits[count] >= 5 } {
            return self.raised(count);
        }
        self.digits.truncate(count);
        self.trimmed()
    }

    /// The first `count` digits, the last of them one higher.
    fn raised(mut self, count: usize) -> Digits {
        self.digits.truncate(count);
        while let Some(last) = self.digits.pop() {
            if last < 9 {
                self.digits.push(last + 1);
                return self;
            }
        }
        self.digits.push(1);
        self.point += 1;
        self
    }

    /// With `places` digits after the point at most.
    pub(crate) fn places(self, places: usize) -> Digits {
        match usize::try_from(self.point + places as i64) {
            Ok(count) => self.cut(count),
            // Even the first digit is too far behind the point.
            Err(_) => Digits { digits: Vec::new(), point: 0, negative: self.negative },
        }
    }

    /// The digit that stands for `10^-at` below the first digit's place.
    fn at(&self, at: i64) -> char {
        let digit = usize::try_from(at).ok().and_then(|at| self.digits.get(at)).copied().unwrap_or(0);
        char::from(b'0' + digit)
    }

    /// `123.45`
    pub(crate) fn plain(&self) -> String {
        let places = (self.digits.len() as i64 - self.point).max(0);
        self.fixed(usize::try_from(places).unwrap_or(0))
    }

    /// `123.450`, with exactly this many places; digits beyond are left out.
    pub(crate) fn fixed(&self, places: usize) -> String {
        let mut out = String::new();
        if self.negative {
            out.push('-');
        }
        match self.point > 0 {
            true => (0..self.point).for_each(|at| out.push(self.at(at))),
            false => out.push('0'),
        }
        if places > 0 {
            out.push('.');
            (0..places as i64).for_each(|at| out.push(self.at(self.point + at)));
        }
        out
    }

    /// `1.2345e+02`, with exactly this many places; digits beyond are left out.
    pub(crate) fn exponential(&self, places: usize, letter: char) -> String {
        let mut out = String::new();
        if self.negative {
            out.push('-');
        }
        out.push(self.at(0));
        if places > 0 {
            out.push('.');
            (1..=places as i64).for_each(|at| out.push(self.at(at)));
        }
        let exponent = if self.digits.is_empty() { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        out.push_str(&format!("{letter}{sign}{:02}", exponent.abs()));
        out
    }
}
