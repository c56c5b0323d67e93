//! Sets: union, intersection, difference, product.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, Sees};
use crate::unify::unify;
use firma_model::value::Value;
use std::collections::BTreeSet;

/// The sets given, their elements brought to one type.
fn sets(arguments: &Arguments<'_>) -> Result<Vec<BTreeSet<Value>>, Failure> {
    if arguments.len() == 0 {
        return Err(Failure::Call("at least one set is needed".to_owned()));
    }
    let mut sizes = Vec::new();
    let mut all = Vec::new();
    for at in 0..arguments.len() {
        let list = arguments.list(at);
        arguments.charge(list.len())?;
        sizes.push(list.len());
        all.extend(list.iter().cloned());
    }
    let mut all = unify(all).map_err(|mixed| Failure::Call(mixed.message()))?.into_iter();
    Ok(sizes.into_iter().map(|size| all.by_ref().take(size).collect()).collect())
}

fn made(set: BTreeSet<Value>) -> Result<Value, Failure> {
    Ok(Value::Set(set.into_iter().collect()))
}

const SETS: Parameter = Parameter::new("sets", Kind::List);

pub(super) const SETUNION: Function =
    Function::new("setunion", "The elements that are in any of the sets.", &[], Gives::Any, |arguments| {
        made(sets(arguments)?.into_iter().flatten().collect())
    })
    .variadic(SETS);

pub(super) const SETINTERSECTION: Function =
    Function::new("setintersection", "The elements that are in all of the sets.", &[], Gives::Any, |arguments| {
        let common = sets(arguments)?.into_iter().reduce(|a, b| a.intersection(&b).cloned().collect());
        made(common.unwrap_or_default())
    })
    .variadic(SETS);

pub(super) const SETSUBTRACT: Function = Function::new(
    "setsubtract",
    "The elements of the first set that are not in the second.",
    &[Parameter::new("a", Kind::List), Parameter::new("b", Kind::List)],
    Gives::Any,
    |arguments| {
        let left = sets(arguments)?.into_iter().reduce(|a, b| a.difference(&b).cloned().collect());
        made(left.unwrap_or_default())
    },
);

pub(super) const SETPRODUCT: Function =
    Function::new("setproduct", "All combinations of one element from each.", &[], Gives::Any, |arguments| {
        if arguments.len() < 2 {
            return Err(Failure::Call("at least two lists or sets are needed".to_owned()));
        }
        let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
        for at in 0..arguments.len() {
            let list = arguments.list(at);
            arguments.charge(rows.len().saturating_mul(list.len()).saturating_mul(at + 1))?;
            let list = &unify(list.to_vec()).map_err(|mixed| Failure::Argument(at, mixed.message()))?;
            rows = rows
                .iter()
                .flat_map(|row| list.iter().map(|item| row.iter().chain([item]).cloned().collect()))
                .collect();
        }
        let rows = rows.into_iter().map(Value::List).collect();
        // Without an order in one of them there is none in the whole.
        let ordered = arguments.rest(0).all(|value| matches!(value, Value::List(_)));
        Ok(if ordered { Value::List(rows) } else { Value::set(rows) })
    })
    .variadic(Parameter::new("sets", Kind::Sequence))
    .sees(Sees::Shape);
