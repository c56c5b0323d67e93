//! Calls that change something, and where their parameters come from.

use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The create call.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateText {
    /// `service.operation`.
    pub operation: String,
    /// Parameters whose fields are attributes of their own.
    #[serde(default)]
    pub unwrap: Vec<String>,
    /// Parameters that are lists of which an object of this kind is one element: `subnetIds`, of one association. They are
    /// offered as that element.
    #[serde(default)]
    pub single: Vec<String>,
    /// Parameters (or fields of unwrapped ones) that are not offered.
    #[serde(default)]
    pub omit: Vec<String>,
    /// Constants by parameter path.
    #[serde(default)]
    pub fixed: BTreeMap<String, Json>,
    /// Path of the client token.
    pub token: Option<String>,
    /// Path of a parameter that says the region a second time.
    pub region: Option<String>,
    /// The call that makes the object where an attribute is not given.
    pub without: Option<WithoutText>,
}

/// Another create call, for objects without an attribute that the usual one needs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithoutText {
    /// The attribute.
    pub attribute: String,
    /// `service.operation`; it takes what the usual one takes, but for that attribute.
    pub operation: String,
}

/// A call; parameters that identify the object are filled in by themselves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallText {
    /// `service.operation`.
    pub operation: String,
    /// Further parameters by path.
    #[serde(default)]
    pub parameters: BTreeMap<String, SourceText>,
}

/// The delete call, and what must be done to the object before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeleteText {
    /// `service.operation`.
    pub operation: String,
    /// Further parameters by path.
    #[serde(default)]
    pub parameters: BTreeMap<String, SourceText>,
    /// Calls that bring the object into a state in which it can be deleted, each skipped where it is in one of the states
    /// that it leads to.
    #[serde(default)]
    pub before: Vec<StageText>,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceText {
    /// The cloud id.
    Id,
    /// A part of a composed id.
    IdPart(usize),
    /// An attribute, when it changed.
    Attribute(String),
    /// An attribute, always.
    AttributeAlways(String),
    /// An attribute, or a constant where it is not set.
    AttributeOr(String, Json),
    /// An attribute, each value spelt as the operation has it.
    Mapped {
        /// The attribute.
        attribute: String,
        /// What is sent for each value.
        values: BTreeMap<String, Json>,
    },
    /// What a read showed under this attribute.
    Observed(String),
    /// The member to add or remove.
    Member,
    /// The region the object is in.
    Region,
    /// A constant.
    Fixed(Json),
}

/// A condition on another field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhenText {
    /// The other field.
    pub field: String,
    /// Its values.
    pub values: Vec<Json>,
}

/// An in-place change: one call, several stages, or calls for elements.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpdateText {
    /// Attributes it changes.
    pub attributes: Vec<String>,
    /// The one call.
    pub operation: Option<String>,
    /// Further parameters of the one call.
    #[serde(default)]
    pub parameters: BTreeMap<String, SourceText>,
    /// Several calls with waits.
    #[serde(default)]
    pub stages: Vec<StageText>,
    /// Calls for elements.
    pub elements: Option<ElementCallsText>,
    /// Calls for members of a set of ids.
    pub members: Option<MemberCallsText>,
    /// What a reviewer should know.
    pub notice: Option<String>,
}

/// A call and the status waited for after it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StageText {
    /// `service.operation`.
    pub operation: String,
    /// Further parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, SourceText>,
    /// Status values that end the wait.
    #[serde(default)]
    pub until: Vec<String>,
    /// Only where the attribute is to have one of these values: one call sets a flag, another one clears it.
    pub when: Option<WhenText>,
}

/// Calls that change elements.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementCallsText {
    /// Adds.
    pub add: ElementCallText,
    /// Removes.
    pub remove: ElementCallText,
    /// Modifies.
    pub modify: ElementCallText,
}

/// Calls that change the members of a set, one at a time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberCallsText {
    /// Adds one.
    pub add: CallText,
    /// Removes one.
    pub remove: CallText,
}

/// One call on elements.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ElementCallText {
    /// `service.operation`.
    pub operation: String,
    /// Parameter that takes elements.
    pub elements: Option<String>,
    /// Parameter that takes server ids.
    pub ids: Option<String>,
    /// Name of the server id in an element.
    pub id: Option<String>,
}
