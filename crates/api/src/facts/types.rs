//! Types of parameters and fields.

use super::{Model, index};
use std::fmt;

/// What a parameter or a field holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// Text.
    String,
    /// A 32-bit whole number.
    Integer,
    /// A 64-bit whole number.
    Long,
    /// A number, single precision.
    Float,
    /// A number, double precision.
    Double,
    /// True or false.
    Boolean,
    /// Anything; the documentation does not say.
    Any,
    /// Many of one type.
    List(Box<Type>),
    /// An object described by a model, perhaps of another package.
    Ref {
        /// Package of the model, a service id or `charge`, `common`...
        package: String,
        /// Name of the model within the package.
        model: String,
    },
}

impl Type {
    /// Reads the notation of the data files: `string`, `[integer]`, `[common.Filter]`.
    pub fn parse(text: &str) -> Option<Type> {
        if let Some(inner) = text.strip_prefix('[') {
            return Type::parse(inner.strip_suffix(']')?).map(|item| Type::List(Box::new(item)));
        }
        Some(match text {
            "string" => Type::String,
            "integer" => Type::Integer,
            "long" => Type::Long,
            "float" => Type::Float,
            "double" => Type::Double,
            "boolean" => Type::Boolean,
            "any" => Type::Any,
            _ => {
                let (package, model) = text.split_once('.')?;
                Type::Ref { package: package.to_owned(), model: model.to_owned() }
            }
        })
    }

    /// The model of a reference; `None` for every other type.
    pub fn model(&self) -> Option<&'static Model> {
        match self {
            Type::Ref { package, model } => index::service(package)?.model(model),
            _ => None,
        }
    }

    /// The type of a list's items; `None` for every other type.
    pub fn item(&self) -> Option<&Type> {
        match self {
            Type::List(item) => Some(item),
            _ => None,
        }
    }

    /// Whether it holds a single value rather than a list or an object.
    pub fn is_scalar(&self) -> bool {
        !matches!(self, Type::List(_) | Type::Ref { .. } | Type::Any)
    }

    /// Whether it holds a number, whole or not.
    pub fn is_number(&self) -> bool {
        matches!(self, Type::Integer | Type::Long | Type::Float | Type::Double)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::String => f.write_str("string"),
            Type::Integer => f.write_str("integer"),
            Type::Long => f.write_str("long"),
            Type::Float => f.write_str("float"),
            Type::Double => f.write_str("double"),
            Type::Boolean => f.write_str("boolean"),
            Type::Any => f.write_str("any"),
            Type::List(item) => write!(f, "list of {item}"),
            Type::Ref { package, model } => write!(f, "{package}.{model}"),
        }
    }
}
