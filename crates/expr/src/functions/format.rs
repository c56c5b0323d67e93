//! format and formatlist: Go's verbs, as Terraform has them.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, json, strings};
use crate::{
    decimal::{self, Digits, Float},
    text,
};
use firma_model::{number::Number, value::Value};
use num_bigint::{BigInt, Sign};

/// Widths and precisions beyond this are a mistake.
const MAX_WIDTH: usize = 1000;

/// One `%...` of a format.
#[derive(Debug, Default)]
struct Verb {
    plus: bool,
    space: bool,
    minus: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    /// The argument it takes, when it says so: `%[2]s`.
    position: Option<usize>,
    letter: char,
}

impl Verb {
    /// Reads what follows a `%`; gives the bytes used.
    fn read(text: &str) -> Option<(Verb, usize)> {
        let mut verb = Verb::default();
        let bytes = text.as_bytes();
        let mut at = 0;
        loop {
            match bytes.get(at)? {
                b'+' => verb.plus = true,
                b' ' => verb.space = true,
                b'-' => verb.minus = true,
                b'0' => verb.zero = true,
                b'#' => verb.sharp = true,
                _ => break,
            }
            at += 1;
        }
        let number = |at: &mut usize| -> Option<usize> {
            let length = bytes[*at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let value = text[*at..*at + length].parse().ok();
            *at += length;
            value
        };
        verb.width = number(&mut at).unwrap_or(0);
        if bytes.get(at) == Some(&b'.') {
            at += 1;
            verb.precision = Some(number(&mut at).unwrap_or(0));
        }
        if bytes.get(at) == Some(&b'[') {
            at += 1;
            verb.position = Some(number(&mut at).filter(|n| *n > 0)?);
            if bytes.get(at) != Some(&b']') {
                return None;
            }
            at += 1;
        }
        verb.letter = text[at..].chars().next()?;
        let fits = verb.width <= MAX_WIDTH && verb.precision.unwrap_or(0) <= MAX_WIDTH;
        let used = at + verb.letter.len_utf8();
        fits.then_some((verb, used))
    }

    fn pad(&self, shown: String) -> String {
        let length = strings::characters(&shown).len();
        if length >= self.width {
            return shown;
        }
        let fill = self.width - length;
        if self.minus {
            return shown + &" ".repeat(fill);
        }
        if self.zero {
            let (sign, digits) = match shown.strip_prefix(['-', '+', ' ']) {
                Some(digits) => (&shown[..1], digits),
                None => ("", &shown[..]),
            };
            return format!("{sign}{}{digits}", "0".repeat(fill));
        }
        " ".repeat(fill) + &shown
    }

    fn signed(&self, shown: String) -> String {
        match shown.starts_with('-') {
            true => shown,
            false if self.plus => format!("+{shown}"),
            false if self.space => format!(" {shown}"),
            false => shown,
        }
    }
}

/// The text of one call with these arguments.
fn formatted(arguments: &Arguments<'_>, format: &str, values: &[&Value]) -> Result<String, Failure> {
    let mut out = String::new();
    let mut rest = format;
    let mut next = 0;
    let mut highest = 0;
    let mut positions = false;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let offset = format.len() - rest.len() - 1;
        let (verb, used) = Verb::read(rest)
            .ok_or_else(|| Failure::Argument(0, format!("has a `%` at byte {offset} that is no verb")))?;
        let written = format!("%{}", &rest[..used]);
        rest = &rest[used..];
        let index = match verb.position {
            Some(position) => {
                positions = true;
                position - 1
            }
            None => next,
        };
        next = index + 1;
        highest = highest.max(next);
        let value = values.get(index).ok_or_else(|| {
            Failure::Argument(0, format!("has `{written}` for argument {}, and {} were given", index + 1, values.len()))
        })?;
        let shown = verb_text(arguments, &verb, &written, value, index + 1)?;
        out.push_str(&verb.pad(shown));
        arguments.afford(out.len())?;
    }
    out.push_str(rest);
    if highest < values.len() && !positions {
        let what = format!("uses {highest} of the {} arguments", values.len());
        return Err(Failure::Argument(0, what));
    }
    Ok(out)
}

fn verb_text(
    arguments: &Arguments<'_>,
    verb: &Verb,
    written: &str,
    value: &Value,
    at: usize,
) -> Result<String, Failure> {
    let wrong = |wanted: &str| Failure::Argument(at, format!("must be {wanted} for `{written}`"));
    let number = || text::number(value).ok_or_else(|| wrong("a number"));
    let string = || text::of(value).ok_or_else(|| wrong("a string"));
    Ok(match verb.letter {
        'v' if verb.sharp => json::encoded(arguments, value)?,
        'v' => match value {
            Value::Number(number) => verb.signed(decimal::spelled(number)),
            Value::String(text) => text.as_ref().to_owned(),
            other => json::encoded(arguments, other)?,
        },
        't' => text::truth(value).ok_or_else(|| wrong("a bool"))?.to_string(),
        's' => cut(verb, &string()?),
        'q' => json::encoded(arguments, &Value::from(cut(verb, &string()?)))?,
        'd' | 'b' | 'o' | 'x' | 'X' => {
            verb.signed(radix(&number()?, verb.letter, verb.sharp).ok_or_else(|| wrong("a whole number"))?)
        }
        'f' | 'F' => {
            let places = verb.precision.unwrap_or(6);
            verb.signed(digits(&number()?).places(places).fixed(places))
        }
        'e' | 'E' => {
            let places = verb.precision.unwrap_or(6);
            verb.signed(digits(&number()?).cut(places + 1).exponential(places, verb.letter))
        }
        'g' | 'G' => verb.signed(general(&number()?, verb.precision, verb.letter)),
        other => return Err(Failure::Argument(0, format!("has the verb `{other}`, which does not exist"))),
    })
}

/// The first characters, as many as the precision says.
fn cut(verb: &Verb, text: &str) -> String {
    match verb.precision {
        Some(precision) => strings::characters(text).into_iter().take(precision).collect(),
        None => text.to_owned(),
    }
}

/// A whole number in the base of a verb; `None` when it is not whole.
fn radix(number: &Number, letter: char, prefixed: bool) -> Option<String> {
    let whole: BigInt = decimal::spelled(number).parse().ok()?;
    let (base, prefix) = match letter {
        'b' => (2, "0b"),
        'o' => (8, "0"),
        'x' => (16, "0x"),
        'X' => (16, "0X"),
        _ => (10, ""),
    };
    let digits = whole.magnitude().to_str_radix(base);
    let digits = if letter == 'X' { digits.to_uppercase() } else { digits };
    let sign = if whole.sign() == Sign::Minus { "-" } else { "" };
    Some(format!("{sign}{}{digits}", if prefixed { prefix } else { "" }))
}

/// All digits of a number.
fn digits(number: &Number) -> Digits {
    match Float::read(number.as_str()).or_else(|| Float::read(&number.canonical())) {
        Some(float) => float.digits(),
        None => Float::from_i64(0).digits(),
    }
}

/// The shorter of the two forms, without trailing zeros.
fn general(number: &Number, precision: Option<usize>, letter: char) -> String {
    let shown = match precision {
        Some(precision) => digits(number).cut(precision.max(1)),
        None => Float::read(number.as_str()).unwrap_or_else(|| Float::from_i64(0)).shortest(),
    };
    let count = shown.digits.len() as i64;
    // As Go decides: with the precision, or 6 for the shortest form.
    let threshold = match precision.map(|precision| precision.max(1) as i64) {
        Some(precision) if precision > count && count >= shown.point => count,
        Some(precision) => precision,
        None => 6,
    };
    let exponent = shown.point - 1;
    if count > 0 && (exponent < -4 || exponent >= threshold) {
        let letter = if letter == 'G' { 'E' } else { 'e' };
        return shown.exponential(shown.digits.len() - 1, letter);
    }
    shown.plain()
}

const FORMAT_PARAMETER: Parameter = Parameter::new("format", Kind::Text);

pub(super) const FORMAT: Function = Function::new(
    "format",
    "A text in which verbs such as %s and %05d are replaced by the other arguments.",
    &[FORMAT_PARAMETER],
    Gives::Text,
    |arguments| {
        let values: Vec<&Value> = arguments.rest(1).collect();
        let text = formatted(arguments, arguments.text(0), &values)?;
        arguments.made(text)
    },
)
.variadic(Parameter::or_null("args", Kind::Any))
.knows(|arguments| match arguments.value(0) {
    Value::String(format) => {
        let before = format.split('%').next().unwrap_or("");
        Some(strings::unknown_text(before.to_owned()))
    }
    _ => None,
});

pub(super) const FORMATLIST: Function = Function::new(
    "formatlist",
    "As format, once for each element of the lists among the arguments.",
    &[FORMAT_PARAMETER],
    Gives::Texts,
    |arguments| {
        let mut length = None;
        for (at, value) in arguments.rest(1).enumerate() {
            let Some(list) = value.as_list() else { continue };
            match length {
                Some(length) if length != list.len() => {
                    let what = format!("has {} elements, and an earlier list has {length}", list.len());
                    return Err(Failure::Argument(at + 1, what));
                }
                _ => length = Some(list.len()),
            }
        }
        let mut out = Vec::new();
        for row in 0..length.unwrap_or(1) {
            arguments.charge(arguments.len())?;
            let values: Vec<&Value> = arguments
                .rest(1)
                .map(|value| value.as_list().and_then(|list| list.get(row)).unwrap_or(value))
                .collect();
            out.push(arguments.made(formatted(arguments, arguments.text(0), &values)?)?);
        }
        Ok(Value::List(out))
    },
)
.variadic(Parameter::or_null("args", Kind::Any));
