//! Calls that show something: one object, lists and their pages, look-ups.

use super::{
    attribute::{Field, Shape},
    call::{Call, Parameter, Source},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reads one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The call.
    pub call: Call,
    /// Path of the object in the result (`vpc`).
    pub object: String,
    /// Values of the result that count as fields of the object: its name for each, and the path of the value in the result.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, String>,
}

/// Lists objects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Path of the items in the result (`vpcs`).
    pub items: String,
    /// Path of the id in an item (`vpcId`).
    pub id: String,
    /// How ids are asked for.
    pub filter: IdFilter,
    /// Which id is asked for: the cloud id, or a part of it (an attachment is looked up by its disk).
    pub key: Source,
    /// Largest page.
    pub page_size: u32,
    /// Constants that belong to every call.
    pub fixed: Vec<Parameter>,
    /// The list shows one sort of objects at a time, and is asked for each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<Each>,
    /// Parameters filled from parts of the id: each parent has a list of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scope: Vec<Parameter>,
    /// Path of the total in the result, where it is not `totalCount`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total: Option<String>,
    /// The whole list comes in one answer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpaged: bool,
    /// Its items show less than a read does: they say what is there and not how it is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Where to see that a parent is gone, for services that then only say that the request is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Host>,
}

/// A filter that picks one sort of objects, and the values it takes one at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Each {
    /// Its name.
    pub filter: String,
    /// Its values.
    pub values: Vec<String>,
}

/// The list that shows a parent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Host {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Path of the items in the result.
    pub items: String,
    /// Path of the id in an item.
    pub id: String,
    /// Filter that takes the id.
    pub filter: String,
    /// Which part of the composed id it is.
    pub part: usize,
}

impl List {
    /// Path of the total in the result.
    pub fn total(&self) -> &str {
        self.total.as_deref().unwrap_or("totalCount")
    }

    /// How many objects to ask for at once.
    pub fn page(&self) -> u32 {
        if self.unpaged { u32::MAX } else { self.page_size }
    }

    /// How many ids of one parent a single question takes.
    pub fn asked_at_once(&self) -> usize {
        match self.filter {
            IdFilter::None | IdFilter::Single(_) => usize::MAX,
            IdFilter::Filter(_) | IdFilter::Parameter(_) => self.page_size.max(1) as usize,
        }
    }

    /// How many objects of one parent a single call shows as they are.
    pub fn seen_at_once(&self) -> usize {
        if self.partial { 1 } else { self.asked_at_once() }
    }
}

/// How a list takes ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdFilter {
    /// `filters.N.name = this`, values the ids.
    Filter(String),
    /// The same, of a filter that takes a single id: several are found by reading the whole list.
    Single(String),
    /// A parameter that is a list of ids.
    Parameter(String),
    /// Not at all: the whole list is read.
    None,
}

/// Picks an object out of what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Select {
    /// Path of a list inside the object whose elements are meant; `None` means the object itself.
    pub within: Option<String>,
    /// Read path and the id part it must equal; nothing matching means the object is gone.
    pub matches: Vec<(String, usize)>,
}

/// A look-up kind (`data.vm.image`), compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LookupProcedure {
    /// Kind, `vm.image`.
    pub kind: String,
    /// One line for people.
    pub title: String,
    /// Service asked.
    pub service: String,
    /// Operation asked.
    pub operation: String,
    /// Whether it is asked in a region.
    pub regional: bool,
    /// The operation's own parameters by manifest name; `filters` among them where it has that.
    pub parameters: BTreeMap<String, Field>,
    /// Whether the answer is a list; else it is a single thing.
    pub many: bool,
    /// Path of the items, or of the single thing, in the result; empty where the result itself is it.
    pub items: String,
    /// Form of one item.
    pub item: Shape,
    /// Manifest name of an item's id, so that every item also answers to `id`.
    pub id: Option<String>,
    /// Path in the result of how many there are on all pages together.
    pub total: Option<String>,
    /// How pages are asked for; `None` when the operation has none.
    pub pages: Option<Pages>,
}

/// How an operation gives its answer in pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pages {
    /// Parameter that says which page.
    pub number: String,
    /// Parameter that says how many items a page has.
    pub size: String,
    /// What the first of them counts.
    pub by: PageBy,
    /// Items to ask for at once.
    pub limit: u32,
}

/// How a page is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageBy {
    /// By its number, from 1.
    Number,
    /// By the items before it.
    Offset,
}
