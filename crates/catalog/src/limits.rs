//! What can stand in the way of making or deleting an object, as data: quotas, and what holds an object.
//!
//! A plan asks about both before anything is changed; nobody else uses them, and no answer of theirs is written down.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// How many objects of a kind there may be, and where that is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Quota {
    /// The quota's name in the API (`subnet`, `elastic_ip`).
    pub name: String,
    /// Service asked.
    pub service: String,
    /// Operation asked.
    pub operation: String,
    /// Parameters of the question.
    pub parameters: Map<String, Json>,
    /// The object that the quota is counted in, where it is not the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<QuotaParent>,
    /// Attribute whose elements are counted; without one the object itself is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub each: Option<String>,
    /// Picks the row of this quota where the answer holds several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<QuotaRow>,
    /// Path of the limit, in the answer or in the row.
    pub limit: String,
    /// Path of what is used of it.
    pub used: String,
    /// The documented limit of an account that asked for nothing; for parents that do not exist yet, a hint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual: Option<u64>,
}

/// The object in which a quota is counted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuotaParent {
    /// Attribute that holds its id; `id` is the object itself.
    pub attribute: String,
    /// Parameter of the question that takes it.
    pub parameter: String,
}

/// A row among several.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuotaRow {
    /// Path of the rows in the answer.
    pub within: String,
    /// Field that names the quota.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// Something that an object cannot be deleted with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holder {
    /// Read path of the holders' ids in the object; one id, or a list.
    pub path: String,
    /// What they are, for people (`subnets`).
    pub what: String,
}
