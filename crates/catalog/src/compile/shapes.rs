//! Forms of values from the API's types: what is written, paired with what is read.

use super::paths::type_at;
use crate::{
    problem::{Findings, What},
    procedure::{Field, Normal, Shape},
    text::FieldText,
};
use firma_api::{Model, Type, naming::snake};
use std::collections::{BTreeMap, BTreeSet};

/// Makes the form of one attribute.
pub(super) struct Shaper<'t> {
    attribute: &'t str,
    fields: &'t BTreeMap<String, FieldText>,
    references: &'t BTreeMap<String, String>,
    used: BTreeSet<String>,
    /// Models being described: a model inside itself has no finite form and stays open.
    stack: Vec<String>,
}

impl<'t> Shaper<'t> {
    pub(super) fn new(
        attribute: &'t str,
        fields: &'t BTreeMap<String, FieldText>,
        references: &'t BTreeMap<String, String>,
    ) -> Shaper<'t> {
        Shaper { attribute, fields, references, used: BTreeSet::new(), stack: Vec::new() }
    }

    /// The form of a type. `read` is the type of what a read shows in its place, if it shows anything; `at` is the
    /// dotted path inside the attribute.
    pub(super) fn shape(&mut self, ty: &Type, read: Option<&Type>, at: &str, findings: &mut Findings<'_>) -> Shape {
        match ty {
            Type::String => Shape::String,
            Type::Integer | Type::Long => Shape::Integer,
            Type::Float | Type::Double => Shape::Number,
            Type::Boolean => Shape::Bool,
            Type::Any => Shape::Any,
            Type::List(item) if is_pairs(item) => Shape::Pairs,
            Type::List(item) => {
                let read = read.and_then(Type::item);
                Shape::List(Box::new(self.shape(item, read, at, findings)))
            }
            Type::Ref { .. } => {
                let (Some(model), name) = (ty.model(), ty.to_string()) else { return Shape::Any };
                if self.stack.contains(&name) {
                    return Shape::Any;
                }
                self.stack.push(name);
                let shape = self.object(model, read, at, findings);
                self.stack.pop();
                shape
            }
        }
    }

    fn object(&mut self, model: &Model, read: Option<&Type>, at: &str, findings: &mut Findings<'_>) -> Shape {
        let mut fields: BTreeMap<String, Field> = BTreeMap::new();
        let nothing = FieldText::default();
        let texts = self.fields;
        for field in &model.fields {
            let billing = is_charge_spec(&field.ty);
            // Zone and billing inside a resource follow the resource's own and are called the same.
            let name = match field.name.as_str() {
                "az" => "zone".to_owned(),
                _ if billing => "billing".to_owned(),
                other => snake(other),
            };
            let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            let text = match texts.get(&path) {
                Some(text) => {
                    self.used.insert(path.clone());
                    text
                }
                None => &nothing,
            };
            if text.omit {
                continue;
            }
            let counterpart = self.counterpart(&field.name, &field.ty, text, read, &path, findings);
            let shape = if billing {
                billing_shape()
            } else {
                self.shape(&field.ty, counterpart.as_ref().map(|(_, ty)| ty), &path, findings)
            };
            let shape = if text.set { as_set(shape, &path, findings) } else { shape };
            let inherited = name == "zone" || name == "billing";
            let described = Field {
                write: field.name.clone(),
                read: counterpart.map(|(path, _)| path),
                shape,
                required: text.required.unwrap_or(field.required && !inherited),
                write_only: text.write_only,
                default: text.default.clone(),
                normal: text.normal.or(text.json.then_some(Normal::Json)),
                references: self.references.get(&format!("{}.{path}", self.attribute)).cloned(),
            };
            if fields.insert(name.clone(), described).is_some() {
                findings.add(What::Collision(format!("{}.{path}", self.attribute)));
            }
        }
        Shape::Object(fields)
    }

    /// Where a read shows a field, and as what.
    fn counterpart(
        &self,
        api_name: &str,
        ty: &Type,
        text: &FieldText,
        read: Option<&Type>,
        at: &str,
        findings: &mut Findings<'_>,
    ) -> Option<(String, Type)> {
        let read = read?;
        match text.read.as_deref() {
            Some("") => None,
            Some(path) => {
                let place = format!("{}.{at}", self.attribute);
                let found = type_at(read, path, &place, findings)?;
                if !comparable(ty, &found) {
                    findings.add(What::Type { place, expected: "a read field of the same type" });
                }
                Some((path.to_owned(), found))
            }
            None => {
                let field = read.model()?.field(api_name)?;
                comparable(ty, &field.ty).then(|| (field.name.clone(), field.ty.clone()))
            }
        }
    }

    /// Reports what the kind says of fields that do not exist.
    pub(super) fn finish(self, findings: &mut Findings<'_>) {
        for path in self.fields.keys().filter(|path| !self.used.contains(*path)) {
            findings.unknown(format!("attributes.{}.fields", self.attribute), path.as_str());
        }
    }
}

/// A list whose order means nothing.
pub(super) fn as_set(shape: Shape, place: &str, findings: &mut Findings<'_>) -> Shape {
    match shape {
        Shape::List(item) => Shape::Set(item),
        other => {
            findings.add(What::Type { place: place.to_owned(), expected: "a list" });
            other
        }
    }
}

/// Whether a read value can stand for a written one.
pub(super) fn comparable(write: &Type, read: &Type) -> bool {
    match (write, read) {
        (Type::Any, _) | (_, Type::Any) | (Type::Ref { .. }, Type::Ref { .. }) => true,
        (Type::List(write), Type::List(read)) => comparable(write, read),
        (write, read) => write == read || (write.is_number() && read.is_number()),
    }
}

/// `[{key, value}]`: a map in manifests.
fn is_pairs(item: &Type) -> bool {
    item.model().is_some_and(|model| {
        let names: Vec<&str> = model.fields.iter().map(|field| field.name.as_str()).collect();
        names == ["key", "value"] && model.fields.iter().all(|field| field.ty == Type::String)
    })
}

/// The type of a bill to be.
pub(super) fn is_charge_spec(ty: &Type) -> bool {
    matches!(ty, Type::Ref { package, model } if package == "charge" && model == "ChargeSpec")
}

/// The form of something that is only read.
pub(super) fn read_only(ty: &Type) -> Shape {
    fn plain(ty: &Type, stack: &mut Vec<String>) -> Shape {
        match ty {
            Type::String => Shape::String,
            Type::Integer | Type::Long => Shape::Integer,
            Type::Float | Type::Double => Shape::Number,
            Type::Boolean => Shape::Bool,
            Type::Any => Shape::Any,
            Type::List(item) if is_pairs(item) => Shape::Pairs,
            Type::List(item) => Shape::List(Box::new(plain(item, stack))),
            Type::Ref { .. } => {
                let (Some(model), name) = (ty.model(), ty.to_string()) else { return Shape::Any };
                if stack.contains(&name) {
                    return Shape::Any;
                }
                stack.push(name);
                let fields = model.fields.iter().map(|field| (snake(&field.name), plain_field(field, stack))).collect();
                stack.pop();
                Shape::Object(fields)
            }
        }
    }
    fn plain_field(field: &firma_api::Field, stack: &mut Vec<String>) -> Field {
        Field {
            write: field.name.clone(),
            read: Some(field.name.clone()),
            shape: plain(&field.ty, stack),
            required: field.required,
            write_only: false,
            default: None,
            normal: None,
            references: None,
        }
    }
    plain(ty, &mut Vec::new())
}

/// A form by name, for kinds without a cloud.
pub(super) fn named(name: &str) -> Option<Shape> {
    Some(match name {
        "string" => Shape::String,
        "integer" => Shape::Integer,
        "number" => Shape::Number,
        "bool" => Shape::Bool,
        "any" => Shape::Any,
        _ => return None,
    })
}

/// The form of a billing value. A read shows the method; unit, duration and renewal belong to the purchase.
pub(super) fn billing_shape() -> Shape {
    let field = |write: &str, read: bool, shape: Shape, required: bool| Field {
        write: write.to_owned(),
        read: read.then(|| write.to_owned()),
        shape,
        required,
        write_only: false,
        default: None,
        normal: None,
        references: None,
    };
    Shape::Object(BTreeMap::from([
        ("method".to_owned(), field("chargeMode", true, Shape::String, true)),
        ("unit".to_owned(), field("chargeUnit", false, Shape::String, false)),
        ("duration".to_owned(), field("chargeDuration", false, Shape::Integer, false)),
        ("auto_renew".to_owned(), field("autoRenew", false, Shape::Bool, false)),
    ]))
}
