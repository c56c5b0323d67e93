//! Attributes: what is said of them beyond the API facts.

use super::call::WhenText;
use crate::procedure::Normal;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a kind says of an attribute.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttributeText {
    /// `service.operation:parameter.path` whose type gives the form, for attributes that create does not take.
    pub shape_of: Option<String>,
    /// Form by name (`any`), for kinds without a cloud; with a read path, for what no call takes and some calls set: a flag
    /// that one call sets and another one clears.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    /// Read path; empty when it cannot be read.
    pub read: Option<String>,
    /// Overrides the facts.
    pub required: Option<bool>,
    /// It must be set where none of these is.
    #[serde(default)]
    pub required_unless: Vec<String>,
    /// A list whose order means nothing.
    #[serde(default)]
    pub set: bool,
    /// Hashed, never stored.
    #[serde(default)]
    pub write_only: bool,
    /// Growing is an update, shrinking replaces.
    #[serde(default)]
    pub grows_only: bool,
    /// What the service fills in.
    pub default: Option<Json>,
    /// One sentence for people.
    pub doc: Option<String>,
    /// Fields inside, by dotted manifest path.
    #[serde(default)]
    pub fields: BTreeMap<String, FieldText>,
    /// Elements with server-made ids.
    pub elements: Option<ElementsText>,
    /// Fields by which elements are found among those a read shows.
    #[serde(default)]
    pub found_by: Vec<String>,
    /// A read may show one element more than was asked for: the service adds one of its own.
    #[serde(default)]
    pub one_more: bool,
    /// An association, a resource of its own, may set it: while no manifest sets it here, a change is no news.
    #[serde(default)]
    pub set_elsewhere: bool,
    /// Spellings that mean the same.
    pub normal: Option<Normal>,
    /// Text that is JSON.
    #[serde(default)]
    pub json: bool,
}

/// What a kind says of a field inside an attribute.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldText {
    /// Read path from the enclosing object; empty when it cannot be read.
    pub read: Option<String>,
    /// Overrides the facts.
    pub required: Option<bool>,
    /// A list whose order means nothing.
    #[serde(default)]
    pub set: bool,
    /// Hashed, never stored.
    #[serde(default)]
    pub write_only: bool,
    /// What the service fills in.
    pub default: Option<Json>,
    /// Not offered.
    #[serde(default)]
    pub omit: bool,
    /// Spellings that mean the same.
    pub normal: Option<Normal>,
    /// Text that is JSON.
    #[serde(default)]
    pub json: bool,
}

/// Elements with server-made ids.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementsText {
    /// Fields that make an element itself.
    pub key: Vec<String>,
    /// Read name of the server id.
    pub server_id: String,
    /// What marks elements that the service made: any of these.
    #[serde(default)]
    pub server_made: Vec<ServerMadeText>,
    /// Defaults of fields.
    #[serde(default)]
    pub defaults: Vec<DefaultText>,
    /// Fields that a read shows of some elements and that nobody gives: left out of what is seen.
    #[serde(default)]
    pub derived: Vec<DerivedText>,
}

/// A field that says nothing of its own where a field has one of some values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DerivedText {
    /// Field.
    pub field: String,
    /// Where.
    pub when: WhenText,
}

/// What marks elements that the service made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerMadeText {
    /// Read name.
    pub field: String,
    /// Value.
    pub value: Json,
}

/// A default of an element's field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultText {
    /// Field.
    pub field: String,
    /// Its value when left out.
    pub value: Json,
    /// Only when another field has one of these values.
    pub when: Option<WhenText>,
}

/// Which fields of the read object are read-only attributes: all that no attribute reads, unless said otherwise.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedText {
    /// Only these fields.
    pub only: Option<Vec<String>>,
    /// Not these fields: they change with what other resources do, or say nothing.
    #[serde(default)]
    pub hide: Vec<String>,
    /// Further ones by form, for kinds without a cloud.
    #[serde(default)]
    pub add: BTreeMap<String, String>,
    /// Further ones by read path, for what lies deeper.
    #[serde(default)]
    pub read: BTreeMap<String, String>,
    /// Further ones by their path in the create call's result, which shows them this one time: no read ever does. They are
    /// secret, and recorded when the object is made.
    #[serde(default)]
    pub once: BTreeMap<String, String>,
}
