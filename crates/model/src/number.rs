//! Numbers that keep the text they were written in.
//!
//! Manifests, the state store and the cloud all carry decimal text; going through a binary float would turn a
//! 20-digit id or `0.1` into something else. The text stays, arithmetic goes through exact integers where both
//! sides are integers and through `f64` otherwise.

use smol_str::SmolStr;
use std::{borrow::Cow, cmp::Ordering, fmt, hash::Hash, hash::Hasher};

/// An opaque decimal number.
#[derive(Clone, Debug)]
pub struct Number {
    /// Kept in place as long as it is short, and nearly all numbers are.
    text: SmolStr,
}

impl Number {
    /// Reads a decimal literal (`-12`, `1.50`, `2e9`); `None` for anything else, for nan and for infinities.
    pub fn parse(text: &str) -> Option<Number> {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        let mut seen_digit = false;
        let mut seen_dot = false;
        for (at, c) in digits.char_indices() {
            match c {
                '0'..='9' => seen_digit = true,
                '.' if !seen_dot && seen_digit => seen_dot = true,
                'e' | 'E' if seen_digit => {
                    let exponent = &digits[at + 1..];
                    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
                    if exponent.is_empty() || !exponent.bytes().all(|b| b.is_ascii_digit()) {
                        return None;
                    }
                    break;
                }
                _ => return None,
            }
        }
        if !seen_digit || digits.ends_with('.') {
            return None;
        }
        let text = text.strip_prefix('+').unwrap_or(text);
        if !text.parse::<f64>().ok()?.is_finite() {
            return None;
        }
        Some(Number { text: text.into() })
    }

    /// From a float; `None` for nan and infinities. Whole floats become integers.
    pub fn from_f64(value: f64) -> Option<Number> {
        if !value.is_finite() {
            return None;
        }
        if value == value.trunc() && value.abs() < 1e18 {
            return Some(Number::from(value as i64));
        }
        Some(Number { text: format!("{value}").into() })
    }

    /// The literal, as written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The exact integer, when it is one that fits (`3`, `3.0` and `3e2` are integers).
    pub fn as_i128(&self) -> Option<i128> {
        if let Ok(whole) = self.text.parse::<i128>() {
            return Some(whole);
        }
        let value = self.as_f64();
        (value == value.trunc() && value.abs() < 9_007_199_254_740_992.0).then_some(value as i128)
    }

    /// The exact integer as `i64`.
    pub fn as_i64(&self) -> Option<i64> {
        self.as_i128().and_then(|n| i64::try_from(n).ok())
    }

    /// The nearest float.
    pub fn as_f64(&self) -> f64 {
        self.text.parse().unwrap_or(f64::NAN)
    }

    /// [`Number::canonical`], without a copy where the number is written so.
    pub fn canonical_text(&self) -> Cow<'_, str> {
        let plain =
            self.text.len() < 18 && self.text.bytes().all(|b| b.is_ascii_digit()) && !self.text.starts_with('0');
        if plain { Cow::Borrowed(&self.text) } else { Cow::Owned(self.canonical()) }
    }

    /// The shortest usual spelling: integers without fraction or exponent, other numbers as floats print.
    pub fn canonical(&self) -> String {
        match self.as_i128() {
            Some(whole) => whole.to_string(),
            None => format!("{}", self.as_f64()),
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Number {
        Number { text: value.to_string().into() }
    }
}

impl From<i128> for Number {
    fn from(value: i128) -> Number {
        Number { text: value.to_string().into() }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Number {
        Number { text: value.to_string().into() }
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Number {
        Number { text: value.to_string().into() }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.canonical())
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Number) -> Ordering {
        match (self.as_i128(), other.as_i128()) {
            (Some(a), Some(b)) => a.cmp(&b),
            _ => self.as_f64().total_cmp(&other.as_f64()),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.text == other.text || self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Number {}

impl Hash for Number {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical().hash(state);
    }
}
