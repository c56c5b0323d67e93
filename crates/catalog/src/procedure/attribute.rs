//! Attributes: their shapes, what a change of one means, what is told apart, what is an element.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The form of an attribute's value, and of its JSON on the wire.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Text.
    String,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// true or false.
    Bool,
    /// Anything; sent as it is.
    Any,
    /// Ordered elements.
    List(Box<Shape>),
    /// Elements whose order means nothing (scalars); kept sorted and distinct.
    Set(Box<Shape>),
    /// Fields by manifest name.
    Object(BTreeMap<String, Field>),
    /// A map in the manifest, `[{ "key": k, "value": v }]` on the wire.
    Pairs,
}

impl Shape {
    pub(super) fn each_reference<'p>(&'p self, visit: &mut dyn FnMut(&'p str)) {
        match self {
            Shape::List(item) | Shape::Set(item) => item.each_reference(visit),
            Shape::Object(fields) => {
                for field in fields.values() {
                    if let Some(kind) = &field.references {
                        visit(kind);
                    }
                    field.shape.each_reference(visit);
                }
            }
            _ => {}
        }
    }
}

/// A field of an object shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Field {
    /// Name in requests.
    pub write: String,
    /// Name in answers, where it is readable; usually the same.
    pub read: Option<String>,
    /// Form.
    pub shape: Shape,
    /// The API demands it.
    pub required: bool,
    /// Hashed, never stored.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    /// What the service fills in; equal to leaving it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Spellings that mean the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<Normal>,
    /// Kind whose id it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
}

/// Which spellings of a text mean the same to the service, and which of them is the one that is kept, sent and compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Normal {
    /// A block of addresses: bits of the host are cleared.
    Cidr,
    /// Letter case means nothing: lower case.
    Lower,
    /// Letter case means nothing: upper case.
    Upper,
    /// A domain name: lower case, without a dot at the end.
    Domain,
    /// JSON: keys sorted, no spaces.
    Json,
    /// A moment: to the second, with the offset `+00:00`, which is understood where an offset must be written.
    Moment,
    /// A list in one text, with commas between its elements, whose order means nothing: sorted and distinct, no spaces.
    Commas,
    /// A time of day on a date, `2026-02-02 20:02:00`: seconds count for nothing.
    Minute,
    /// A count, shown as a number below zero where there is none.
    Count,
}

/// What happens when an attribute changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnChange {
    /// The object is replaced.
    Replace,
    /// `updates[index]` changes it in place.
    Update(usize),
    /// Means something to Firma only (`triggers_replace` replaces, others are recorded).
    Record,
}

/// An attribute that a manifest may set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// Parameter path in the create call; `None` when create does not take it.
    pub write: Option<String>,
    /// Read path in the object; `None` when it cannot be read back.
    pub read: Option<String>,
    /// Form.
    pub shape: Shape,
    /// Must be set.
    pub required: bool,
    /// Must be set where none of these attributes is: what makes the object has it from them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_unless: Vec<String>,
    /// Hashed, never stored, never shown.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    /// What a change means.
    pub on_change: OnChange,
    /// What a change of a part of it means, by dotted path, where that is something else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inside: BTreeMap<String, OnChange>,
    /// Growing is an update, shrinking replaces (disk size).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub grows_only: bool,
    /// What the service fills in when it is left out: equal to leaving it out, and what removal resets it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<Json>,
    /// Elements with server-made ids that are added, removed and modified one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub elements: Option<Elements>,
    /// Fields by which the elements of a list are found among those a read shows, which may hold others: dotted paths, the
    /// first that an element gives counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found_by: Vec<String>,
    /// A read may show one element more than was asked for: the service adds one of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub one_more: bool,
    /// An association, a resource of its own, may set it: while no manifest sets it here, a change is no news.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub set_elsewhere: bool,
    /// Spellings that mean the same; of a list, those of its elements.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub normal: Option<Normal>,
    /// Kind whose id it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub references: Option<String>,
    /// One sentence for people, where there is more to say than the name says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
}

/// A read-only attribute.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Computed {
    /// Read path; of what is shown once, the path in the create call's result.
    pub read: String,
    /// Form.
    pub shape: Shape,
    /// The operations whose answer shows it this one time, as they make the object; none for what reads show. It is secret.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub once: Vec<String>,
}

impl Computed {
    /// Whether only the answer that makes the object shows it.
    pub fn is_shown_once(&self) -> bool {
        !self.once.is_empty()
    }
}

/// A set of elements inside an object: security group rules.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Elements {
    /// Manifest names of the fields that make an element itself; the others are modified in place.
    pub key: Vec<String>,
    /// Read name of the element's server id.
    pub server_id: String,
    /// Read names and values, any of which marks an element that the service made by itself.
    pub server_made: Vec<(String, Json)>,
    /// Defaults of fields, some only for certain values of another field.
    pub defaults: Vec<ElementDefault>,
    /// Fields of seen elements that say nothing, and the field and its values for which they do not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<(String, (String, Vec<Json>))>,
}

/// A default of an element's field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ElementDefault {
    /// Manifest name of the field.
    pub field: String,
    /// Its value when left out.
    pub value: Json,
    /// Applies when this other field has one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<(String, Vec<Json>)>,
}
