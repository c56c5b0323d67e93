//! Type constraints, as variables and attributes declare them.

use crate::{path::is_plain_name, value::Value};
use std::{collections::BTreeMap, fmt};

/// One field of an object type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectField {
    /// The field's type.
    pub ty: Type,
    /// May be left out.
    pub optional: bool,
    /// What it is when left out or null; only optional fields have one.
    pub default: Option<Value>,
}

impl ObjectField {
    /// A field that must be given.
    pub fn required(ty: Type) -> ObjectField {
        ObjectField { ty, optional: false, default: None }
    }

    /// A field that may be left out: then it is null.
    pub fn optional(ty: Type) -> ObjectField {
        ObjectField { ty, optional: true, default: None }
    }
}

/// A type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    /// Anything.
    Any,
    /// Text.
    String,
    /// A number.
    Number,
    /// true or false.
    Bool,
    /// Elements of one type, ordered.
    List(Box<Type>),
    /// Distinct elements of one type.
    Set(Box<Type>),
    /// Values of one type by key.
    Map(Box<Type>),
    /// Named fields.
    Object(BTreeMap<String, ObjectField>),
    /// Elements of given types, by position.
    Tuple(Vec<Type>),
}

/// A name in quotes, as it reads back: what begins a template is doubled.
fn quoted(name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    let mut rest = name.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => write!(f, "\\{c}")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '$' | '%' if rest.peek() == Some(&'{') => write!(f, "{c}{c}")?,
            c => write!(f, "{c}")?,
        }
    }
    f.write_str("\"")
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Any => f.write_str("any"),
            Type::String => f.write_str("string"),
            Type::Number => f.write_str("number"),
            Type::Bool => f.write_str("bool"),
            Type::List(t) => write!(f, "list({t})"),
            Type::Set(t) => write!(f, "set({t})"),
            Type::Map(t) => write!(f, "map({t})"),
            Type::Object(fields) => {
                f.write_str("object({")?;
                for (i, (name, field)) in fields.iter().enumerate() {
                    f.write_str(if i == 0 { "" } else { ", " })?;
                    match is_plain_name(name) {
                        true => f.write_str(name)?,
                        false => quoted(name, f)?,
                    }
                    match field.optional {
                        true => write!(f, " = optional({})", field.ty)?,
                        false => write!(f, " = {}", field.ty)?,
                    }
                }
                f.write_str("})")
            }
            Type::Tuple(items) => {
                f.write_str("tuple([")?;
                for (i, item) in items.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{item}")?;
                }
                f.write_str("])")
            }
        }
    }
}
