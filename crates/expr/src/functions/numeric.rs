//! Numbers: abs, ceil, floor, log, max, min, parseint, pow, signum.

mod floats;

use super::{Arguments, Failure, Function, Gives, Kind, Parameter};
use crate::decimal::Decimal;
use firma_model::{number::Number, value::Value};
use num_bigint::BigUint;
use std::cmp::Ordering;

/// Digits beyond which no number is in range.
const MAX_DIGITS: usize = 2000;

const NUM: Parameter = Parameter::new("num", Kind::Number);

fn zero() -> Number {
    Number::from(0_i64)
}

fn float(value: f64) -> Result<Value, Failure> {
    Number::from_f64(value).map(Value::Number).ok_or_else(|| Failure::Call("the result is not a number".to_owned()))
}

pub(super) const ABS: Function =
    Function::new("abs", "The number without its sign.", &[NUM], Gives::Number, |arguments| {
        let number = arguments.number(0);
        if Decimal::compare(&number, &zero()) != Ordering::Less {
            return Ok(Value::Number(number));
        }
        let positive = Decimal::subtract(&zero(), &number);
        positive.map(Value::Number).ok_or_else(|| Failure::Call("the result is out of range".to_owned()))
    });

fn whole(arguments: &Arguments<'_>, direction: i32) -> Result<Value, Failure> {
    Decimal::whole(&arguments.number(0), direction)
        .map(Value::Number)
        .ok_or_else(|| Failure::Call("the result is out of range".to_owned()))
}

pub(super) const CEIL: Function =
    Function::new("ceil", "The next whole number at or above.", &[NUM], Gives::Number, |arguments| whole(arguments, 1));

pub(super) const FLOOR: Function =
    Function::new("floor", "The next whole number at or below.", &[NUM], Gives::Number, |arguments| {
        whole(arguments, -1)
    });

pub(super) const LOG: Function = Function::new(
    "log",
    "The logarithm of a number to a base.",
    &[NUM, Parameter::new("base", Kind::Number)],
    Gives::Number,
    |arguments| float(floats::log(arguments.number(0).as_f64()) / floats::log(arguments.number(1).as_f64())),
);

pub(super) const POW: Function = Function::new(
    "pow",
    "A number raised to a power.",
    &[NUM, Parameter::new("power", Kind::Number)],
    Gives::Number,
    |arguments| float(floats::pow(arguments.number(0).as_f64(), arguments.number(1).as_f64())),
);

pub(super) const SIGNUM: Function =
    Function::new("signum", "-1, 0 or 1: the sign of a number.", &[NUM], Gives::Number, |arguments| {
        Decimal::whole(&arguments.number(0), -1)
            .filter(|whole| Decimal::compare(whole, &arguments.number(0)).is_eq())
            .ok_or_else(|| Failure::Argument(0, "must be a whole number".to_owned()))?;
        Ok(Value::from(match Decimal::compare(&arguments.number(0), &zero()) {
            Ordering::Less => -1_i64,
            Ordering::Equal => 0,
            Ordering::Greater => 1,
        }))
    });

fn extreme(arguments: &Arguments<'_>, wanted: Ordering) -> Result<Value, Failure> {
    let numbers = arguments.rest(0).filter_map(Value::as_number);
    let found = numbers.reduce(|best, next| if Decimal::compare(next, best) == wanted { next } else { best });
    found
        .map(|number| Value::Number(number.clone()))
        .ok_or_else(|| Failure::Call("at least one number is needed".to_owned()))
}

const NUMBERS: Parameter = Parameter::new("numbers", Kind::Number);

pub(super) const MAX: Function = Function::new("max", "The largest of the numbers.", &[], Gives::Number, |arguments| {
    extreme(arguments, Ordering::Greater)
})
.variadic(NUMBERS);

pub(super) const MIN: Function =
    Function::new("min", "The smallest of the numbers.", &[], Gives::Number, |arguments| {
        extreme(arguments, Ordering::Less)
    })
    .variadic(NUMBERS);

pub(super) const PARSEINT: Function = Function::new(
    "parseint",
    "The whole number that a string spells in a base from 2 to 62.",
    &[Parameter::new("number", Kind::Any), Parameter::new("base", Kind::Number)],
    Gives::Number,
    |arguments| {
        let base = arguments.whole(1)?;
        if !(2..=62).contains(&base) {
            return Err(Failure::Argument(1, "must be between 2 and 62".to_owned()));
        }
        let Value::String(text) = arguments.value(0) else {
            return Err(Failure::Argument(0, format!("must be a string, not {}", arguments.value(0).type_name())));
        };
        if text.len() > MAX_DIGITS {
            return Err(Failure::Argument(0, format!("may have {MAX_DIGITS} digits, and this has more")));
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let bad = || Failure::Argument(0, format!("is not a number in base {base}"));
        if digits.is_empty() {
            return Err(bad());
        }
        let mut value = BigUint::ZERO;
        for c in digits.chars() {
            // As Go's big.Int: up to base 36 letters may be in either case.
            let digit = match c {
                '0'..='9' => u32::from(c) - u32::from('0'),
                'a'..='z' => u32::from(c) - u32::from('a') + 10,
                'A'..='Z' if base <= 36 => u32::from(c) - u32::from('A') + 10,
                'A'..='Z' => u32::from(c) - u32::from('A') + 36,
                _ => return Err(bad()),
            };
            if i64::from(digit) >= base {
                return Err(bad());
            }
            value = value * base.unsigned_abs() + digit;
        }
        let sign = if negative { "-" } else { "" };
        let number = Number::parse(&format!("{sign}{value}"));
        number.map(Value::Number).ok_or_else(|| Failure::Call("the number is out of range".to_owned()))
    },
);
