//! Calls that show something: one object, lists and their pages, look-ups.

use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A read of one object.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadText {
    /// `service.operation`.
    pub operation: String,
    /// Path of the object in the result.
    pub object: String,
    /// What the answer tells of the object beside it: names that paths into the object may begin with, and where each stands in
    /// the result.
    #[serde(default)]
    pub beside: BTreeMap<String, String>,
}

/// A list. Path parameters of its operation are filled from the parts of a composed id: each parent has a list of its own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListText {
    /// `service.operation`.
    pub operation: String,
    /// Path of the items in the result.
    pub items: String,
    /// Path of the id in an item.
    pub id: String,
    /// Filter that takes ids.
    pub filter: Option<String>,
    /// Parameter that takes ids.
    pub parameter: Option<String>,
    /// Filter that takes a single id: one object is asked for by it, several are found by reading the whole list.
    pub single: Option<String>,
    /// Attribute of a composed id that is asked for.
    pub key: Option<String>,
    /// A filter that picks one sort of objects, and the values it takes one at a time: without it the list shows only some.
    pub each: Option<EachText>,
    /// Parameters that need not be given and are, by the attribute of the composed id that says what: each parent has a list of
    /// its own by them as well.
    #[serde(default)]
    pub within: BTreeMap<String, String>,
    /// Where to see that a parent is gone, for services that then only say that the request is wrong.
    pub host: Option<HostText>,
    /// Path of how many there are on all pages together; `totalCount` unless said otherwise.
    pub total: Option<String>,
    /// Its items show less than a read does: they say what is there, and each object is read by itself.
    #[serde(default)]
    pub partial: bool,
    /// Largest page.
    #[serde(default = "page")]
    pub page_size: u32,
    /// Constants by parameter path.
    #[serde(default)]
    pub fixed: BTreeMap<String, Json>,
}

/// A filter that a list is asked with for each of its values.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EachText {
    /// Its name.
    pub filter: String,
    /// Its values.
    pub values: Vec<String>,
}

/// The list that shows a parent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostText {
    /// `service.operation`.
    pub operation: String,
    /// Path of the items in the result.
    pub items: String,
    /// Path of the id in an item.
    pub id: String,
    /// Filter that takes the id.
    pub filter: String,
    /// Attribute of the composed id that is the parent's.
    pub attribute: String,
}

/// 100 is the largest page of vpc, vm, disk and most others.
fn page() -> u32 {
    100
}

/// Picks an object out of what was read.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SelectText {
    /// Path of a list whose elements are meant.
    pub within: Option<String>,
    /// Read path -> attribute of the composed id it must equal.
    pub matches: BTreeMap<String, String>,
}

/// A look-up.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LookupText {
    /// One line for people.
    pub title: String,
    /// `service.operation`.
    pub operation: String,
    /// Path of the items in the result.
    pub items: String,
    /// Field of an item that is its id.
    pub id: Option<String>,
}
