//! Reading types: `list(string)`, `object({ a = string, b = optional(number, 3) })`.

use crate::{
    codes,
    convert::convert,
    evaluate::evaluate,
    limits::Limits,
    lower::{self, Problem},
    parse::with_expression,
    reference::Reference,
    scope::{Resolution, Scope},
    trace::Trace,
};
use firma_model::{
    diagnostic::Diagnostic,
    span::Span,
    suggest::closest,
    types::{ObjectField, Type},
    value::Value,
};
use hcl_edit::{
    Span as _,
    expr::{Expression, FuncCall, ObjectKey},
};
use std::{collections::BTreeMap, ops::Range};

const NAMES: [&str; 9] = ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple"];

/// Reads a type. `span` says where a byte range of the text stands in its source.
///
/// # Errors
/// The text is no type, or a default of an optional attribute does not fit it.
pub fn parse_type(text: &str, span: &dyn Fn(usize, usize) -> Span) -> Result<Type, Diagnostic> {
    let trimmed = text.trim();
    let offset = text.len() - text.trim_start().len();
    let shifted = |start: usize, end: usize| span(start + offset, end + offset);
    with_expression(trimmed, |expression| read(expression, 0..trimmed.len())).map_err(|problem| problem.at(&shifted))
}

fn wrong(message: impl Into<String>, range: Range<usize>) -> Problem {
    Problem::new(codes::TYPE_SYNTAX, message.into(), range)
        .hint("types are string, number, bool, any, list(T), set(T), map(T), tuple([T]) and object({ a = T, b = optional(T) })")
}

fn read(expression: &Expression, around: Range<usize>) -> Result<Type, Problem> {
    let range = expression.span().unwrap_or(around);
    match expression {
        Expression::Variable(name) => match name.as_str() {
            "string" => Ok(Type::String),
            "number" => Ok(Type::Number),
            "bool" => Ok(Type::Bool),
            "any" => Ok(Type::Any),
            // Terraform's old shorthands.
            "list" => Ok(Type::List(Box::new(Type::Any))),
            "set" => Ok(Type::Set(Box::new(Type::Any))),
            "map" => Ok(Type::Map(Box::new(Type::Any))),
            other => Err(wrong(unknown(other), range)),
        },
        Expression::FuncCall(call) => constructed(call, range),
        Expression::Parenthesis(inner) => read(inner.inner(), range),
        _ => Err(wrong("this is not a type", range)),
    }
}

fn unknown(name: &str) -> String {
    match closest(name, NAMES) {
        Some(close) => format!("there is no type `{name}`; did you mean `{close}`?"),
        None => format!("there is no type `{name}`"),
    }
}

fn constructed(call: &FuncCall, range: Range<usize>) -> Result<Type, Problem> {
    let name = call.name.name.as_str();
    if !["list", "set", "map", "object", "tuple"].contains(&name) {
        return Err(wrong(
            match name {
                "optional" => "optional(...) stands only around the type of an object's attribute".to_owned(),
                "string" | "number" | "bool" | "any" => format!("`{name}` takes no type in parentheses"),
                other => unknown(other),
            },
            range,
        ));
    }
    let arguments: Vec<&Expression> = call.args.iter().collect();
    let [inner] = arguments[..] else {
        return Err(wrong(format!("`{name}(...)` takes one type"), range));
    };
    match name {
        "list" => Ok(Type::List(Box::new(read(inner, range)?))),
        "set" => Ok(Type::Set(Box::new(read(inner, range)?))),
        "map" => Ok(Type::Map(Box::new(read(inner, range)?))),
        "tuple" => match inner {
            Expression::Array(items) => {
                Ok(Type::Tuple(items.iter().map(|item| read(item, range.clone())).collect::<Result<_, _>>()?))
            }
            _ => Err(wrong("`tuple([...])` takes a list of types", range)),
        },
        _ => object(inner, range),
    }
}

fn object(inner: &Expression, range: Range<usize>) -> Result<Type, Problem> {
    let Expression::Object(object) = inner else {
        return Err(wrong("`object({...})` takes attributes and their types", range));
    };
    let mut fields = BTreeMap::new();
    for (key, value) in object.iter() {
        let name = match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(Expression::String(name)) => name.as_str().to_owned(),
            ObjectKey::Expression(_) => return Err(wrong("the names of attributes are plain names", range)),
        };
        fields.insert(name, field(value.expr(), range.clone())?);
    }
    Ok(Type::Object(fields))
}

fn field(expression: &Expression, around: Range<usize>) -> Result<ObjectField, Problem> {
    let range = expression.span().unwrap_or(around);
    let Expression::FuncCall(call) = expression else { return read(expression, range).map(ObjectField::required) };
    if call.name.name.as_str() != "optional" {
        return read(expression, range).map(ObjectField::required);
    }
    let arguments: Vec<&Expression> = call.args.iter().collect();
    match arguments[..] {
        [ty] => Ok(ObjectField::optional(read(ty, range)?)),
        [ty, default] => {
            let ty = read(ty, range.clone())?;
            let value = constant(default, range.clone())?;
            let value = convert(&value, &ty)
                .map_err(|error| wrong(format!("the default does not fit its type: {error}"), range))?;
            Ok(ObjectField { ty, optional: true, default: Some(value) })
        }
        _ => Err(wrong("`optional(...)` takes a type and perhaps a default", range)),
    }
}

/// The value of a default, which refers to nothing.
fn constant(expression: &Expression, range: Range<usize>) -> Result<Value, Problem> {
    let tree = lower::bare(expression, &range)?;
    let value = evaluate(&tree, &Nothing, &mut Trace::new(), &Limits::default());
    match value.map(|expr| expr.as_value().cloned()) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(wrong("a default is a constant", range)),
        Err(errors) => {
            let first = errors.list.into_iter().next().map_or_else(String::new, |error| error.message);
            Err(wrong(format!("the default is not a constant: {first}"), range))
        }
    }
}

/// A scope without names.
struct Nothing;

impl Scope for Nothing {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        let message = format!("`{reference}` cannot be used in a type");
        Err(Diagnostic::error(codes::TYPE_SYNTAX, message).at(reference.span))
    }
}
