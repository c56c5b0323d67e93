//! Values in a plan: JSON with marks.
//!
//! Unlike the documents of the state, which hold what was applied, a plan holds what is still open: sets stay sets, and what
//! is known of an unknown is kept. Numbers that are no 64-bit integers keep their text, so nothing goes through a float.

use super::adapt::{Form, Put, Seq, Take};
use firma_model::{
    document::Document,
    number::Number,
    types::{ObjectField, Type},
    value::{Map, Unknown, Value},
};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};
use std::{collections::BTreeMap, fmt};

/// Marks a sensitive value. [`super::digest`] looks for it in the bytes.
pub(super) const SENSITIVE: &str = "$sensitive";
const SET: &str = "$set";
const UNKNOWN: &str = "$unknown";
const NUMBER: &str = "$number";

/// Writes and reads a [`Value`].
pub(super) struct ValueForm;

/// Writes and reads a [`Map`] of values, as the value that holds it would be.
pub(super) struct MapForm;

impl Form for MapForm {
    type Of = Map;

    fn put<S: Serializer>(of: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        put_map(of, serializer)
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        match ValueForm::take(deserializer)? {
            Value::Map(map) => Ok(map),
            other => Err(D::Error::custom(format!("{} where attributes are expected", other.type_name()))),
        }
    }
}

impl ValueForm {
    pub(super) fn serialize<S: Serializer>(of: &Value, serializer: S) -> Result<S::Ok, S::Error> {
        Self::put(of, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        Self::take(deserializer)
    }
}

/// An object with one mark as its only key.
fn marked<S: Serializer>(serializer: S, mark: &str, inner: &impl Serialize) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(mark, inner)?;
    map.end()
}

impl Form for ValueForm {
    type Of = Value;

    fn put<S: Serializer>(of: &Value, serializer: S) -> Result<S::Ok, S::Error> {
        match of {
            Value::Null => serializer.serialize_unit(),
            Value::Bool(b) => serializer.serialize_bool(*b),
            Value::Number(n) => put_number(n, serializer),
            Value::String(text) => serializer.serialize_str(text),
            Value::List(items) => Seq::<ValueForm>::put(items, serializer),
            Value::Set(items) => marked(serializer, SET, &Put::<Seq<ValueForm>>(items)),
            Value::Map(map) => put_map(map, serializer),
            Value::Unknown(unknown) => marked(serializer, UNKNOWN, &UnknownForm::from(&**unknown)),
            Value::Sensitive(inner) => marked(serializer, SENSITIVE, &Put::<ValueForm>(inner)),
        }
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(ReadsValue)
    }
}

fn put_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    match number.as_i128() {
        Some(whole) => match i64::try_from(whole) {
            Ok(small) => serializer.serialize_i64(small),
            Err(_) => marked(serializer, NUMBER, &whole.to_string()),
        },
        None => marked(serializer, NUMBER, &number.as_str()),
    }
}

/// A user's own key that begins with `$` gets one more, so that marks are never mistaken for keys, nor keys for marks.
fn put_map<S: Serializer>(map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
    let mut out = serializer.serialize_map(Some(map.len()))?;
    for (key, value) in map {
        match key.starts_with('$') {
            true => out.serialize_entry(&format!("${key}"), &Put::<ValueForm>(value))?,
            false => out.serialize_entry(key, &Put::<ValueForm>(value))?,
        }
    }
    out.end()
}

struct ReadsValue;

impl<'de> Visitor<'de> for ReadsValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(Number::from(value)))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("a fraction that is not kept as text"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        Ok(Value::string(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Take(item)) = access.next_element::<Take<ValueForm>>()? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            let key = match key.strip_prefix('$') {
                None => key,
                Some(rest) if rest.starts_with('$') => rest.to_owned(),
                Some(_) if !map.is_empty() => {
                    return Err(A::Error::custom(format!("the mark `{key}` beside other keys")));
                }
                Some(_) => {
                    let value = read_marked(&key, &mut access)?;
                    return match access.next_key::<String>()? {
                        None => Ok(value),
                        Some(more) => Err(A::Error::custom(format!("the mark `{key}` beside `{more}`"))),
                    };
                }
            };
            let Take(value) = access.next_value::<Take<ValueForm>>()?;
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom("the same key twice"));
            }
        }
        Ok(Value::Map(map))
    }
}

fn read_marked<'de, A: MapAccess<'de>>(mark: &str, access: &mut A) -> Result<Value, A::Error> {
    match mark {
        SENSITIVE => access.next_value::<Take<ValueForm>>().map(|Take(inner)| inner.sensitive()),
        SET => access.next_value::<Take<Seq<ValueForm>>>().map(|Take(items)| Value::set(items)),
        UNKNOWN => access.next_value::<UnknownForm>().map(|form| Value::Unknown(Box::new(form.into()))),
        NUMBER => {
            let text = access.next_value::<String>()?;
            Number::parse(&text).map(Value::Number).ok_or_else(|| A::Error::custom(format!("`{text}` is no number")))
        }
        other => Err(A::Error::custom(format!("`{other}` is no mark known here"))),
    }
}

/// What is known of an unknown.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnknownForm {
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    ty: Option<TypeForm>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    not_null: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prefix: Option<String>,
}

impl From<&Unknown> for UnknownForm {
    fn from(of: &Unknown) -> UnknownForm {
        UnknownForm { ty: of.ty.as_ref().map(TypeForm::from), not_null: of.not_null, prefix: of.prefix.clone() }
    }
}

impl From<UnknownForm> for Unknown {
    fn from(form: UnknownForm) -> Unknown {
        Unknown { ty: form.ty.map(Type::from), not_null: form.not_null, prefix: form.prefix }
    }
}

/// A type.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum TypeForm {
    Any,
    String,
    Number,
    Bool,
    List(Box<TypeForm>),
    Set(Box<TypeForm>),
    Map(Box<TypeForm>),
    Object(BTreeMap<String, FieldForm>),
    Tuple(Vec<TypeForm>),
}

/// A field of an object type.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldForm {
    #[serde(rename = "type")]
    ty: TypeForm,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "super::adapt::Present::<ValueForm>")]
    default: Option<Value>,
}

impl From<&Type> for TypeForm {
    fn from(of: &Type) -> TypeForm {
        let boxed = |inner: &Type| Box::new(TypeForm::from(inner));
        match of {
            Type::Any => TypeForm::Any,
            Type::String => TypeForm::String,
            Type::Number => TypeForm::Number,
            Type::Bool => TypeForm::Bool,
            Type::List(inner) => TypeForm::List(boxed(inner)),
            Type::Set(inner) => TypeForm::Set(boxed(inner)),
            Type::Map(inner) => TypeForm::Map(boxed(inner)),
            Type::Tuple(items) => TypeForm::Tuple(items.iter().map(TypeForm::from).collect()),
            Type::Object(fields) => TypeForm::Object(
                fields
                    .iter()
                    .map(|(name, field)| {
                        let ty = TypeForm::from(&field.ty);
                        (name.clone(), FieldForm { ty, optional: field.optional, default: field.default.clone() })
                    })
                    .collect(),
            ),
        }
    }
}

impl From<TypeForm> for Type {
    fn from(form: TypeForm) -> Type {
        let boxed = |inner: Box<TypeForm>| Box::new(Type::from(*inner));
        match form {
            TypeForm::Any => Type::Any,
            TypeForm::String => Type::String,
            TypeForm::Number => Type::Number,
            TypeForm::Bool => Type::Bool,
            TypeForm::List(inner) => Type::List(boxed(inner)),
            TypeForm::Set(inner) => Type::Set(boxed(inner)),
            TypeForm::Map(inner) => Type::Map(boxed(inner)),
            TypeForm::Tuple(items) => Type::Tuple(items.into_iter().map(Type::from).collect()),
            TypeForm::Object(fields) => Type::Object(
                fields
                    .into_iter()
                    .map(|(name, field)| {
                        let ty = Type::from(field.ty);
                        (name, ObjectField { ty, optional: field.optional, default: field.default })
                    })
                    .collect(),
            ),
        }
    }
}

/// A document of a record, as its own text: what was stored is given back byte for byte.
///
/// One that holds anything sensitive is marked as a whole.
pub(super) struct DocumentForm;

impl DocumentForm {
    pub(super) fn serialize<S: Serializer>(of: &Document, serializer: S) -> Result<S::Ok, S::Error> {
        match of.as_str().contains(SENSITIVE) {
            true => marked(serializer, SENSITIVE, &of.as_str()),
            false => serializer.serialize_str(of.as_str()),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Document, D::Error> {
        struct ReadsDocument;
        impl<'de> Visitor<'de> for ReadsDocument {
            type Value = Document;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a document as text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Document, E> {
                Ok(Document::from_text(text))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Document, A::Error> {
                match access.next_entry::<String, String>()? {
                    Some((mark, text)) if mark == SENSITIVE && access.next_key::<String>()?.is_none() => {
                        Ok(Document::from_text(text))
                    }
                    _ => Err(A::Error::custom("a document without its text")),
                }
            }
        }
        deserializer.deserialize_any(ReadsDocument)
    }
}
