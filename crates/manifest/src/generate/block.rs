//! One block for each object, or for several that are instances of one.

use super::{
    repeated::{self, Instance},
    text::{Part, any, plain, quoted, table},
};
use crate::layout::lay_out;
use firma_catalog::{
    billing::methods,
    procedure::{Attribute, Field, Procedure, Shape},
    rules,
    shape::{SERVER_ID, SERVER_MADE},
};
use firma_model::{
    address::{Block, Key},
    place::Billing,
    span::Source,
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// Objects of one block that were found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The block they are for. What stands in front of its name is left out: it is written in its own module.
    pub block: Block,
    /// Its objects: one without a key, or several in the order of their keys, those of `count` without gaps.
    pub objects: Vec<Object>,
    /// Their kind.
    pub procedure: Arc<Procedure>,
}

/// An object that was found.
#[derive(Clone, Debug)]
pub struct Object {
    /// Which instance of the block it is for.
    pub key: Option<Key>,
    /// Its region, where that is not the one it would have by default.
    pub region: Option<String>,
    /// What the cloud shows of it, by attribute.
    pub attributes: Map,
}

/// What `name` means where its values are ids: how an object of a kind with such an id is referred to, from this block.
pub type Referred<'r> = dyn Fn(&Block, &str, &str) -> Option<String> + 'r;

/// What stands above the first block.
const HEAD: &str = "# Written by `firma plan --generate-config-out`: the objects that are imported, as the cloud shows them.\n\
                    # Look through it, change what should be otherwise, and put it where it belongs.\n";

/// The blocks of these objects. `referred` says how an object of a kind with an id is referred to, if it can be.
///
/// # Panics
/// When it writes what is no TOML, which is a defect.
pub fn manifest(found: &[Found], referred: &Referred<'_>) -> String {
    let mut text = HEAD.to_owned();
    for found in found {
        text.push('\n');
        block(&mut text, found, referred);
    }
    let source = Source { name: "the generated manifest".to_owned(), text };
    lay_out(&source).unwrap_or_else(|found| panic!("BUG: it is no TOML: {:?}\n{}", found.list, source.text))
}

fn block(out: &mut String, found: &Found, referred: &Referred<'_>) {
    let refer = |kind: &str, id: &str| referred(&found.block, kind, id);
    let instances = found.objects.iter().map(|object| instance(object, &found.procedure, &refer)).collect();
    let Instance { key: _, mut entries, notes, left_alone } = repeated::together(instances);
    if !left_alone.is_empty() {
        // Were the stand-in to count, a right value would replace the object.
        let names = left_alone.iter().map(|name| Part::Scalar(quoted(name))).collect();
        let lifecycle = vec![("ignore_changes".to_owned(), Part::List(names))];
        entries.push(("lifecycle".to_owned(), Part::Table(lifecycle)));
    }
    table(out, &format!("[{}.{}]", found.block.kind, found.block.name), &entries, &notes);
}

/// What is written of one object.
fn instance(
    Object { key, region, attributes }: &Object,
    procedure: &Procedure,
    refer: &dyn Fn(&str, &str) -> Option<String>,
) -> Instance {
    let mut entries: Vec<(String, Part)> = Vec::new();
    if let Some(region) = region {
        entries.push(("region".to_owned(), Part::Scalar(quoted(region))));
    }
    let (mut notes, mut left_alone) = (Vec::new(), Vec::new());
    for (name, attribute) in in_order(procedure) {
        let shown = !attribute.write_only && procedure.shows(name);
        let part = attributes.get(name).filter(|value| shown && !value.has_sensitive()).and_then(|value| {
            let value = match &attribute.elements {
                Some(_) => without_servers_own(value),
                None => value.clone(),
            };
            match name {
                "billing" => Some(any(&with_term(&value, &mut notes))),
                _ => part(&attribute.shape, attribute.references.as_deref(), &value, refer),
            }
        });
        match part {
            Some(part) if attribute.required || !says_nothing(&part) => entries.push((name.to_owned(), part)),
            // Places and billing have defaults.
            None if (attribute.required && name != "zone" && name != "billing")
                || (!shown && rules::calls_for(procedure, name, &|beside| attributes.get(beside))) =>
            {
                entries.push((name.to_owned(), stand_in(&attribute.shape)));
                notes.push(format!(
                    "{name}: needed, and not shown by the cloud; write what the object has before this is applied, and take \
                     it out of ignore_changes"
                ));
                left_alone.push(name.to_owned());
            }
            _ if !shown => notes.push(unseen(name, attribute)),
            _ => {}
        }
    }
    Instance { key: key.clone(), entries, notes, left_alone }
}

/// Billing that can be bought: of what is prepaid the cloud shows when it expires, and not for how long it was bought.
fn with_term(billing: &Value, notes: &mut Vec<String>) -> Value {
    let (Some(map), Some(shown)) = (billing.as_map(), Billing::from_value(billing)) else { return billing.clone() };
    let method = methods().iter().find(|method| method.id == shown.method);
    let Some(term) = method.and_then(|method| method.terms.first()) else { return billing.clone() };
    if map.contains_key("unit") && map.contains_key("duration") {
        return billing.clone();
    }
    notes.push("billing: the cloud does not show the term; unit and duration count if it is bought again".to_owned());
    let mut map = map.clone();
    map.insert("unit".to_owned(), Value::string(&term.unit));
    map.insert("duration".to_owned(), Value::from(i64::from(term.min)));
    Value::Map(map)
}

/// Something of a form, where something must be written.
fn stand_in(shape: &Shape) -> Part {
    match shape {
        Shape::String | Shape::Any => Part::Scalar(quoted("not shown by the cloud")),
        Shape::Integer | Shape::Number => Part::Scalar("0".to_owned()),
        Shape::Bool => Part::Scalar("false".to_owned()),
        Shape::List(_) | Shape::Set(_) => Part::List(Vec::new()),
        Shape::Object(fields) => {
            let required = fields.iter().filter(|(_, field)| field.required);
            Part::Table(required.map(|(name, field)| (name.clone(), stand_in(&field.shape))).collect())
        }
        Shape::Pairs => Part::Table(Vec::new()),
    }
}

/// Where it is and how it is paid for, then what it is, in the order of the names.
fn in_order(procedure: &Procedure) -> impl Iterator<Item = (&str, &Attribute)> {
    let place = |name: &str| match name {
        "zone" => 0,
        "billing" => 1,
        "tags" => 3,
        _ => 2,
    };
    let mut all: Vec<(&str, &Attribute)> =
        procedure.attributes.iter().map(|(name, attribute)| (name.as_str(), attribute)).collect();
    all.sort_by_key(|(name, attribute)| (place(name), !attribute.required));
    all.into_iter()
}

/// What is said of an attribute that cannot be read.
fn unseen(name: &str, attribute: &Attribute) -> String {
    let why = if attribute.write_only { "secret" } else { "not shown by the cloud" };
    format!("{name}: {why}; what is written here is taken to be what the object has")
}

/// A value in the form of a shape: fields that cannot be set are left out, ids become references.
fn part(
    shape: &Shape,
    references: Option<&str>,
    value: &Value,
    refer: &dyn Fn(&str, &str) -> Option<String>,
) -> Option<Part> {
    if value.is_null() || value.has_unknown() {
        return None;
    }
    Some(match (shape, value) {
        (Shape::List(item) | Shape::Set(item), Value::List(items) | Value::Set(items)) => {
            Part::List(items.iter().filter_map(|value| part(item, references, value, refer)).collect())
        }
        (Shape::Object(fields), Value::Map(map)) => Part::Table(object(fields, map, refer)),
        (_, Value::String(text)) => {
            let reference = references.and_then(|kind| refer(kind, text));
            Part::Scalar(quoted(&reference.map_or_else(|| plain(text), |address| format!("${{{address}.id}}"))))
        }
        (_, value) => any(value),
    })
}

fn object(
    fields: &BTreeMap<String, Field>,
    map: &Map,
    refer: &dyn Fn(&str, &str) -> Option<String>,
) -> Vec<(String, Part)> {
    let mut entries = Vec::new();
    for (name, field) in fields {
        // What is bought with an object is billed as it is.
        let Some(value) = map.get(name).filter(|_| !field.write_only && name != "billing") else { continue };
        if let Some(part) = part(&field.shape, field.references.as_deref(), value, refer)
            && (field.required || !says_nothing(&part))
        {
            entries.push((name.clone(), part));
        }
    }
    entries
}

/// Empty text, lists and tables: what the cloud shows for what was never set.
fn says_nothing(part: &Part) -> bool {
    match part {
        Part::Scalar(text) => text == "\"\"",
        Part::List(items) => items.is_empty(),
        Part::Table(entries) => entries.is_empty(),
    }
}

/// Elements as people write them.
fn without_servers_own(value: &Value) -> Value {
    let made = |element: &Value| element.as_map().is_some_and(|map| map.get(SERVER_MADE) == Some(&Value::Bool(true)));
    let plain = |element: &Value| match element {
        Value::Map(map) => {
            let kept = map.iter().filter(|(name, _)| ![SERVER_ID, SERVER_MADE].contains(&name.as_str()));
            Value::Map(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        other => other.clone(),
    };
    Value::List(value.as_list().unwrap_or_default().iter().filter(|element| !made(element)).map(plain).collect())
}
