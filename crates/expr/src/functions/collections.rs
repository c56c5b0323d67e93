//! Over any collection or value: length, coalesce.

use super::{Failure, Function, Gives, Kind, Parameter, Sees, strings};
use crate::unify::unify;
use firma_model::{number::Number, types::Type, value::Value};

pub(super) const LENGTH: Function = Function::new(
    "length",
    "The number of elements, of keys, or of characters.",
    &[Parameter::new("value", Kind::Any)],
    Gives::Number,
    |arguments| match arguments.value(0) {
        Value::String(text) => Ok(strings::length(text)),
        Value::List(items) | Value::Set(items) => Ok(Value::Number(Number::from(items.len()))),
        Value::Map(map) => Ok(Value::Number(Number::from(map.len()))),
        other => {
            Err(Failure::Argument(0, format!("must be a string, a list, a set or a map, not {}", other.type_name())))
        }
    },
)
.sees(Sees::Shape)
.knows(|arguments| match arguments.value(0) {
    Value::Unknown(unknown) => match unknown.ty.as_ref()? {
        Type::Tuple(items) => Some(Value::Number(Number::from(items.len()))),
        Type::Object(fields) => Some(Value::Number(Number::from(fields.len()))),
        _ => None,
    },
    _ => None,
});

pub(super) const COALESCE: Function = Function::new(
    "coalesce",
    "The first value that is neither null nor an empty string.",
    &[],
    Gives::Any,
    |arguments| {
        let mut marked = false;
        let given = unify(arguments.rest(0).cloned().collect()).map_err(|mixed| Failure::Call(mixed.message()))?;
        for value in given {
            marked |= matches!(value, Value::Sensitive(_));
            match value.reveal() {
                Value::Null => continue,
                Value::String(text) if text.is_empty() => continue,
                // It may turn out to be null, and then a later one counts.
                Value::Unknown(unknown) if !unknown.not_null || unknown.prefix.is_none() => {
                    let ty = unknown.ty.clone();
                    let unknown =
                        Value::Unknown(Box::new(firma_model::value::Unknown { ty, not_null: true, prefix: None }));
                    return Ok(if marked { unknown.sensitive() } else { unknown });
                }
                _ => {
                    let value = arguments.copy(&value)?;
                    return Ok(if marked { value.sensitive() } else { value });
                }
            }
        }
        Err(Failure::Call("all values are null or empty".to_owned()))
    },
)
.variadic(Parameter::or_null("vals", Kind::Any))
.sees(Sees::Raw);
