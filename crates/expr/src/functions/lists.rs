//! Lists: order, parts, combinations.

use super::{Arguments, Failure, Function, Gives, Kind, Parameter, Sees};
use crate::{decimal::Decimal, evaluate::equal, part::unknown_of, unify::unify};
use firma_model::{number::Number, types::Type, value::Value};

const LIST: Parameter = Parameter::new("list", Kind::List);

/// The elements of an argument, brought to one type.
fn one_type(arguments: &Arguments<'_>, at: usize) -> Result<Vec<Value>, Failure> {
    unify(arguments.list(at).to_vec())
        .map_err(|mixed| Failure::Argument(at, format!("has elements, and {}", mixed.message())))
}

fn any_unknown(values: &[Value]) -> bool {
    values.iter().any(Value::has_unknown)
}

pub(super) const CONCAT: Function =
    Function::new("concat", "Lists, one after the other, as one.", &[], Gives::Any, |arguments| {
        let mut all = Vec::new();
        for at in 0..arguments.len() {
            for item in arguments.list(at) {
                all.push(arguments.copy(item)?);
            }
            arguments.charge(arguments.list(at).len())?;
        }
        Ok(Value::List(all))
    })
    .variadic(Parameter::new("seqs", Kind::List))
    .sees(Sees::Shape);

pub(super) const ELEMENT: Function = Function::new(
    "element",
    "One element of a list; counting goes on from the beginning past its end.",
    &[LIST, Parameter::new("index", Kind::Number)],
    Gives::Any,
    |arguments| {
        let list = arguments.list(0);
        let at = arguments.whole(1)?;
        if list.is_empty() {
            return Err(Failure::Call("the list is empty".to_owned()));
        }
        // Terraform 1.11 crashes on negative ones; later versions count them from the end.
        arguments.copy(&list[at.rem_euclid(list.len() as i64) as usize])
    },
)
.sees(Sees::Shape);

pub(super) const REVERSE: Function =
    Function::new("reverse", "The elements in reverse.", &[LIST], Gives::Any, |arguments| {
        let mut list = arguments.list(0).to_vec();
        arguments.charge(list.len())?;
        list.reverse();
        Ok(Value::List(list))
    })
    .sees(Sees::Shape);

pub(super) const SLICE: Function = Function::new(
    "slice",
    "The elements from one position up to, but without, another.",
    &[LIST, Parameter::new("start_index", Kind::Number), Parameter::new("end_index", Kind::Number)],
    Gives::Any,
    |arguments| {
        let list = arguments.list(0);
        let (start, end) = (arguments.size(1)?, arguments.size(2)?);
        if end > list.len() {
            return Err(Failure::Argument(2, format!("is beyond the end: the list has {} elements", list.len())));
        }
        if start > end {
            return Err(Failure::Argument(1, "must not be greater than end_index".to_owned()));
        }
        arguments.charge(end - start)?;
        Ok(Value::List(list[start..end].to_vec()))
    },
)
.sees(Sees::Shape);

pub(super) const ONE: Function = Function::new(
    "one",
    "The only element, or null when there is none; more are an error.",
    &[LIST],
    Gives::Any,
    |arguments| match arguments.list(0) {
        [] => Ok(Value::Null),
        [only] => arguments.copy(only),
        more => Err(Failure::Argument(0, format!("must have no or one element, and it has {}", more.len()))),
    },
)
.sees(Sees::Shape);

pub(super) const FLATTEN: Function = Function::new(
    "flatten",
    "Replaces lists inside of a list by their elements, at any depth.",
    &[LIST],
    Gives::Any,
    |arguments| {
        let mut out = Vec::new();
        match flatten(arguments, arguments.list(0), &mut out)? {
            true => Ok(Value::List(out)),
            false => Ok(Value::unknown()),
        }
    },
)
.sees(Sees::Shape);

/// False when an unknown element could be a list.
fn flatten(arguments: &Arguments<'_>, items: &[Value], out: &mut Vec<Value>) -> Result<bool, Failure> {
    arguments.charge(items.len())?;
    for item in items {
        match item {
            Value::List(inner) | Value::Set(inner) => {
                if !flatten(arguments, inner, out)? {
                    return Ok(false);
                }
            }
            Value::Sensitive(inner) if inner.as_list().is_some() => {
                let mut below = Vec::new();
                if !flatten(arguments, inner.as_list().unwrap_or_default(), &mut below)? {
                    return Ok(false);
                }
                out.extend(below.into_iter().map(Value::sensitive));
            }
            Value::Unknown(unknown) => match &unknown.ty {
                Some(Type::String | Type::Number | Type::Bool | Type::Map(_) | Type::Object(_)) => {
                    out.push(item.clone());
                }
                _ => return Ok(false),
            },
            other => out.push(arguments.copy(other)?),
        }
    }
    Ok(true)
}

pub(super) const CHUNKLIST: Function = Function::new(
    "chunklist",
    "The elements in lists of a size.",
    &[LIST, Parameter::new("size", Kind::Number)],
    Gives::Any,
    |arguments| {
        let size = arguments.size(1)?;
        arguments.charge(arguments.list(0).len() * 2)?;
        let list = one_type(arguments, 0)?;
        let size = if size == 0 { list.len().max(1) } else { size };
        Ok(Value::List(list.chunks(size).map(|chunk| Value::List(chunk.to_vec())).collect()))
    },
)
.sees(Sees::Shape);

pub(super) const DISTINCT: Function = Function::new(
    "distinct",
    "The elements without repetitions, in the order of their first appearance.",
    &[LIST],
    Gives::Any,
    |arguments| {
        let list = one_type(arguments, 0)?;
        arguments.charge(list.len())?;
        let mut seen = std::collections::BTreeSet::new();
        Ok(Value::List(list.into_iter().filter(|item| seen.insert(item.clone())).collect()))
    },
);

pub(super) const CONTAINS: Function = Function::new(
    "contains",
    "Whether a list or set has an element of this value.",
    &[LIST, Parameter::or_null("value", Kind::Any)],
    Gives::Bool,
    |arguments| {
        let wanted = arguments.value(1);
        let list = arguments.list(0);
        arguments.charge(list.len())?;
        let mut unsure = false;
        let marked = wanted.has_sensitive() || list.iter().any(Value::has_sensitive);
        let mark = |value: Value| if marked { value.sensitive() } else { value };
        for item in list {
            match equal(item, wanted) {
                Some(true) => return Ok(mark(Value::Bool(true))),
                Some(false) => {}
                None => unsure = true,
            }
        }
        Ok(mark(if unsure { unknown_of(Type::Bool, true) } else { Value::Bool(false) }))
    },
)
.sees(Sees::Shape);

pub(super) const INDEX: Function = Function::new(
    "index",
    "The position of the first element of this value.",
    &[LIST, Parameter::new("value", Kind::Any)],
    Gives::Number,
    |arguments| {
        let list = arguments.list(0);
        arguments.charge(list.len())?;
        let found = list.iter().position(|item| equal(item, arguments.value(1)) == Some(true));
        found
            .map(|at| Value::Number(Number::from(at)))
            .ok_or_else(|| Failure::Call("there is no such element".to_owned()))
    },
);

pub(super) const MATCHKEYS: Function = Function::new(
    "matchkeys",
    "The values whose key, at the same position, is among those searched for.",
    &[
        Parameter::new("values", Kind::List),
        Parameter::new("keys", Kind::List),
        Parameter::new("searchset", Kind::List),
    ],
    Gives::Any,
    |arguments| {
        let (values, keys) = (arguments.list(0), arguments.list(1));
        if values.len() != keys.len() {
            return Err(Failure::Call("values and keys must have the same length".to_owned()));
        }
        arguments.charge(keys.len().saturating_mul(arguments.list(2).len()))?;
        let both = [keys, arguments.list(2)].concat();
        let both =
            unify(both).map_err(|mixed| Failure::Call(format!("keys and searchset differ: {}", mixed.message())))?;
        let (keys, wanted) = both.split_at(keys.len());
        let matches = |key: &Value| wanted.iter().any(|one| equal(one, key) == Some(true));
        Ok(Value::List(
            values.iter().zip(keys).filter(|(_, key)| matches(key)).map(|(value, _)| value.clone()).collect(),
        ))
    },
);

pub(super) const SORT: Function =
    Function::new("sort", "Strings in order.", &[Parameter::new("list", Kind::Texts)], Gives::Texts, |arguments| {
        let mut texts = arguments.list(0).to_vec();
        arguments.charge(texts.len())?;
        texts.sort();
        Ok(Value::List(texts))
    });

pub(super) const COMPACT: Function = Function::new(
    "compact",
    "The strings that are neither empty nor null.",
    &[Parameter::new("list", Kind::OptionalTexts)],
    Gives::Texts,
    |arguments| {
        let kept = arguments.texts(0).filter(|text| !text.is_empty()).map(Value::from).collect();
        Ok(Value::List(kept))
    },
);

pub(super) const SUM: Function =
    Function::new("sum", "The sum of numbers.", &[Parameter::new("list", Kind::Numbers)], Gives::Number, |arguments| {
        let mut numbers = arguments.list(0).iter().filter_map(Value::as_number);
        let first = numbers.next().ok_or_else(|| Failure::Argument(0, "must not be empty".to_owned()))?;
        let mut total = first.clone();
        for number in numbers {
            total = Decimal::add(&total, number).ok_or_else(|| Failure::Call("the sum is out of range".to_owned()))?;
        }
        Ok(Value::Number(total))
    });

pub(super) const RANGE: Function = Function::new(
    "range",
    "Numbers from a start (0) to, but without, a limit, in steps (1).",
    &[Parameter::new("limit_or_start", Kind::Number)],
    Gives::Any,
    |arguments| {
        if arguments.len() > 3 {
            return Err(Failure::Call("a start, a limit and a step are the most it takes".to_owned()));
        }
        let zero = Number::from(0_i64);
        let (start, limit) = match arguments.len() {
            1 => (zero.clone(), arguments.number(0)),
            _ => (arguments.number(0), arguments.number(1)),
        };
        let down = Decimal::compare(&limit, &start).is_lt();
        let step = match arguments.len() {
            3 => arguments.number(2),
            _ => Number::from(if down { -1_i64 } else { 1 }),
        };
        let sign = Decimal::compare(&step, &zero);
        if sign.is_eq() {
            return Err(Failure::Call("the step must not be zero".to_owned()));
        }
        if down != sign.is_lt() && !Decimal::compare(&limit, &start).is_eq() {
            return Err(Failure::Call(if down {
                "the step must be negative, as the limit is below the start".to_owned()
            } else {
                "the step must be positive, as the limit is above the start".to_owned()
            }));
        }
        let mut out = Vec::new();
        let mut here = start;
        loop {
            let order = Decimal::compare(&here, &limit);
            if if down { order.is_le() } else { order.is_ge() } {
                return Ok(Value::List(out));
            }
            arguments.charge(1)?;
            let next = Decimal::add(&here, &step);
            out.push(Value::Number(here));
            here = next.ok_or_else(|| Failure::Call("a number is out of range".to_owned()))?;
        }
    },
)
.variadic(Parameter::new("limit_and_step", Kind::Number));

pub(super) const COALESCELIST: Function =
    Function::new("coalescelist", "The first list that is not empty.", &[], Gives::Any, |arguments| {
        for value in arguments.rest(0) {
            if matches!(value, Value::Null) {
                continue;
            }
            match value.as_list() {
                Some([]) => {}
                _ => return arguments.copy(value),
            }
        }
        Err(Failure::Call("all lists are empty".to_owned()))
    })
    .variadic(Parameter::or_null("vals", Kind::List))
    .sees(Sees::Shape);

fn truths(arguments: &Arguments<'_>, decisive: bool) -> Result<Value, Failure> {
    let mut unsure = false;
    for item in arguments.list(0) {
        match item {
            Value::Unknown(_) => unsure = true,
            Value::Null if !decisive => return Ok(Value::Bool(false)),
            Value::Null => {}
            other => match crate::text::truth(other) {
                Some(truth) if truth == decisive => return Ok(Value::Bool(decisive)),
                Some(_) => {}
                None => {
                    let what = format!("must hold bools, and one of its elements is {}", other.type_name());
                    return Err(Failure::Argument(0, what));
                }
            },
        }
    }
    Ok(if unsure { unknown_of(Type::Bool, true) } else { Value::Bool(!decisive) })
}

fn truths_marked(arguments: &Arguments<'_>, decisive: bool) -> Result<Value, Failure> {
    if arguments.list(0).iter().any(Value::has_sensitive) {
        // Rare: looked at again without marks.
        let bare: Vec<Value> = arguments.list(0).iter().map(Value::reveal_deep).collect();
        if any_unknown(&bare) {
            return Ok(unknown_of(Type::Bool, true).sensitive());
        }
        let found = bare.iter().any(|item| crate::text::truth(item) == Some(decisive));
        let nulls = !decisive && bare.contains(&Value::Null);
        return Ok(Value::Bool(if found || nulls { decisive } else { !decisive }).sensitive());
    }
    truths(arguments, decisive)
}

pub(super) const ALLTRUE: Function =
    Function::new("alltrue", "Whether all elements are true.", &[LIST], Gives::Bool, |arguments| {
        truths_marked(arguments, false)
    })
    .sees(Sees::Shape);

pub(super) const ANYTRUE: Function =
    Function::new("anytrue", "Whether any element is true.", &[LIST], Gives::Bool, |arguments| {
        truths_marked(arguments, true)
    })
    .sees(Sees::Shape);
