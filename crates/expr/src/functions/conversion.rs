//! Types and marks: tobool, tolist, tomap, tonumber, toset, tostring, type, try, can, sensitive, nonsensitive, issensitive.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, Sees, types};
use crate::{convert::convert, part::unknown_of, unify::unify_map};
use firma_model::{
    types::Type,
    value::{Unknown, Value},
};

const VALUE: Parameter = Parameter::or_null("v", Kind::Any);

fn to(arguments: &Arguments<'_>, ty: &Type) -> Result<Value, Failure> {
    arguments.walk(arguments.value(0))?;
    convert(arguments.value(0), ty).map_err(|error| Failure::Argument(0, format!("does not fit: {error}")))
}

pub(super) const TOBOOL: Function =
    Function::new("tobool", "As a bool: `true`, `false` and their strings.", &[VALUE], Gives::Bool, |arguments| {
        to(arguments, &Type::Bool)
    })
    .sees(Sees::Raw);

pub(super) const TONUMBER: Function =
    Function::new("tonumber", "As a number.", &[VALUE], Gives::Number, |arguments| to(arguments, &Type::Number))
        .sees(Sees::Raw);

pub(super) const TOSTRING: Function =
    Function::new("tostring", "As a string.", &[VALUE], Gives::Text, |arguments| to(arguments, &Type::String))
        .sees(Sees::Raw);

pub(super) const TOLIST: Function =
    Function::new("tolist", "As a list whose elements have one type.", &[VALUE], Gives::Any, |arguments| {
        to(arguments, &Type::List(Box::new(Type::Any)))
    })
    .sees(Sees::Shape);

pub(super) const TOSET: Function =
    Function::new("toset", "As a set: distinct elements, in order.", &[VALUE], Gives::Any, |arguments| {
        to(arguments, &Type::Set(Box::new(Type::Any)))
    })
    .knows(|arguments| match arguments.value(0) {
        // One element stays one, whatever it is.
        Value::List(items) | Value::Set(items) if items.len() == 1 => Some(Value::Set(items.clone())),
        Value::List(_) | Value::Set(_) => {
            Some(Value::Unknown(Box::new(Unknown { not_null: true, ..Unknown::default() })))
        }
        _ => None,
    });

pub(super) const TOMAP: Function =
    Function::new("tomap", "As a map whose values have one type.", &[VALUE], Gives::Any, |arguments| {
        match arguments.value(0) {
            Value::Null => Ok(Value::Null),
            Value::Map(map) => {
                arguments.walk(arguments.value(0))?;
                let map = unify_map(map.clone());
                map.map(Value::Map)
                    .map_err(|mixed| Failure::Argument(0, format!("has values, and {}", mixed.message())))
            }
            other => Err(Failure::Argument(0, format!("must be a map, not {}", other.type_name()))),
        }
    })
    .sees(Sees::Shape);

pub(super) const TYPE: Function =
    Function::new("type", "The type of a value, as text.", &[VALUE], Gives::Text, |arguments| {
        arguments.made(types::describe(arguments.value(0)))
    });

pub(super) const SENSITIVE: Function =
    Function::new("sensitive", "Hides a value wherever it is shown.", &[VALUE], Gives::Any, |arguments| {
        Ok(arguments.copy(arguments.value(0))?.sensitive())
    })
    .sees(Sees::Raw);

pub(super) const NONSENSITIVE: Function =
    Function::new("nonsensitive", "Shows a value that would be hidden.", &[VALUE], Gives::Any, |arguments| {
        arguments.copy(arguments.value(0).reveal())
    })
    .sees(Sees::Raw);

pub(super) const ISSENSITIVE: Function =
    Function::new("issensitive", "Whether a value is hidden.", &[VALUE], Gives::Bool, |arguments| {
        Ok(match arguments.value(0) {
            // It may bring a mark with it, or turn out to be the one of two that is not hidden.
            value if matches!(value.reveal(), Value::Unknown(_)) => unknown_of(Type::Bool, true),
            Value::Sensitive(_) => Value::Bool(true),
            _ => Value::Bool(false),
        })
    })
    .sees(Sees::Raw);

pub(super) const EPHEMERALASNULL: Function = Function::new(
    "ephemeralasnull",
    "The value, or null in place of what is never stored.",
    &[VALUE],
    Gives::Any,
    |arguments| arguments.copy(arguments.value(0)),
)
.sees(Sees::Raw);

/// `try` and `can` are evaluated lazily before a function is ever run; these entries carry their names and help.
fn lazy(_arguments: &Arguments<'_>) -> Result<Value, Failure> {
    Err(Failure::Call("it is evaluated before its arguments".to_owned()))
}

pub(super) const TRY: Function =
    Function::new("try", "The first argument whose evaluation has no error.", &[], Gives::Any, lazy)
        .variadic(Parameter::or_null("expressions", Kind::Any))
        .sees(Sees::Raw);

pub(super) const CAN: Function = Function::new(
    "can",
    "Whether the evaluation of the argument has no error.",
    &[Parameter::or_null("expression", Kind::Any)],
    Gives::Bool,
    lazy,
)
.sees(Sees::Raw);
