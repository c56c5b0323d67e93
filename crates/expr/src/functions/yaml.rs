//! YAML: yamlencode and yamldecode.

mod decode;
mod encode;

use super::{Failure, Function, Gives, Kind, Parameter};

pub(super) const YAMLENCODE: Function = Function::new(
    "yamlencode",
    "A value as YAML, in block style.",
    &[Parameter::or_null("value", Kind::Any)],
    Gives::Text,
    |arguments| {
        let text = encode::encoded(arguments, arguments.value(0))?;
        arguments.made(text)
    },
);

pub(super) const YAMLDECODE: Function = Function::new(
    "yamldecode",
    "The value that a YAML document stands for.",
    &[Parameter::new("src", Kind::Text)],
    Gives::Any,
    |arguments| {
        decode::decoded(arguments, arguments.text(0)).map_err(|problem| match problem {
            decode::Problem::Text(what) => Failure::Argument(0, format!("is not YAML that has a value: {what}")),
            decode::Problem::Spent(failure) => failure,
        })
    },
)
.makes_text();
