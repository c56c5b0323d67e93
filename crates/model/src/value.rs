//! Values of the manifest language: what attributes, variables and outputs hold.

use crate::{number::Number, small_map::SmallMap, types::Type};
use std::sync::Arc;

/// A map of attribute names or keys to values.
pub type Map = SmallMap<String, Value>;

/// What is known of a value that is not known yet.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown {
    /// Its type, where known.
    pub ty: Option<Type>,
    /// It will not be null.
    pub not_null: bool,
    /// The text begins with this.
    pub prefix: Option<String>,
}

/// A value. `Ord` is total so that sets and maps are deterministic; it is not the language's `<`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// Absent.
    Null,
    /// true or false.
    Bool(bool),
    /// A number, text kept.
    Number(Number),
    /// Text.
    String(Arc<str>),
    /// Ordered elements (list or tuple).
    List(Vec<Value>),
    /// Sorted distinct elements; build with [`Value::set`].
    Set(Vec<Value>),
    /// Map or object.
    Map(Map),
    /// Known only after apply.
    Unknown(Box<Unknown>),
    /// Hidden wherever it is shown or stored. Never nested directly in itself; build with [`Value::sensitive`].
    Sensitive(Box<Value>),
}

impl Value {
    /// Text.
    pub fn string(text: impl AsRef<str>) -> Value {
        Value::String(Arc::from(text.as_ref()))
    }

    /// A set: sorted, duplicates dropped.
    pub fn set(mut elements: Vec<Value>) -> Value {
        elements.sort();
        elements.dedup();
        Value::Set(elements)
    }

    /// An unknown value of which nothing is known.
    pub fn unknown() -> Value {
        Value::Unknown(Box::default())
    }

    /// Marks as sensitive, once.
    pub fn sensitive(self) -> Value {
        match self {
            Value::Sensitive(_) => self,
            other => Value::Sensitive(Box::new(other)),
        }
    }

    /// The value below a sensitive mark at the top.
    pub fn reveal(&self) -> &Value {
        match self {
            Value::Sensitive(inner) => inner.reveal(),
            other => other,
        }
    }

    /// A copy without any sensitive mark at any depth.
    pub fn reveal_deep(&self) -> Value {
        match self {
            Value::Sensitive(inner) => inner.reveal_deep(),
            Value::List(items) => Value::List(items.iter().map(Value::reveal_deep).collect()),
            Value::Set(items) => Value::set(items.iter().map(Value::reveal_deep).collect()),
            Value::Map(map) => Value::Map(map.iter().map(|(k, v)| (k.clone(), v.reveal_deep())).collect()),
            other => other.clone(),
        }
    }

    /// Whether this, or anything inside, is not known yet.
    pub fn has_unknown(&self) -> bool {
        match self {
            Value::Unknown(_) => true,
            Value::List(items) | Value::Set(items) => items.iter().any(Value::has_unknown),
            Value::Map(map) => map.values().any(Value::has_unknown),
            Value::Sensitive(inner) => inner.has_unknown(),
            _ => false,
        }
    }

    /// Whether this, or anything inside, is sensitive.
    pub fn has_sensitive(&self) -> bool {
        match self {
            Value::Sensitive(_) => true,
            Value::List(items) | Value::Set(items) => items.iter().any(Value::has_sensitive),
            Value::Map(map) => map.values().any(Value::has_sensitive),
            _ => false,
        }
    }

    /// Whether the value is null (below marks).
    pub fn is_null(&self) -> bool {
        matches!(self.reveal(), Value::Null)
    }

    /// The text, when it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self.reveal() {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match self.reveal() {
            Value::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The number, when it is one.
    pub fn as_number(&self) -> Option<&Number> {
        match self.reveal() {
            Value::Number(n) => Some(n),
            _ => None,
        }
    }

    /// The map, when it is one.
    pub fn as_map(&self) -> Option<&Map> {
        match self.reveal() {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The elements of a list or set.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self.reveal() {
            Value::List(items) | Value::Set(items) => Some(items),
            _ => None,
        }
    }

    /// What people call this value in a message: `a string`, `a list`.
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Set(_) => "a set",
            Value::Map(_) => "a map",
            Value::Unknown(_) => "a value known only after apply",
            Value::Sensitive(inner) => inner.type_name(),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Number(Number::from(value))
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::string(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::string(value)
    }
}

impl From<Map> for Value {
    fn from(value: Map) -> Value {
        Value::Map(value)
    }
}
