//! A kind as a whole, and the rules that go beyond one attribute.

use super::{
    attribute::{AttributeText, ComputedText},
    call::{CreateText, DeleteText, UpdateText},
    reading::{ListText, ReadText, SelectText},
};
use crate::rules::text::RuleText;
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A kind.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KindText {
    /// One line for people.
    pub title: String,
    /// Version of the attribute schema.
    #[serde(default = "one")]
    pub schema_version: u32,
    /// Where unusual facts come from.
    #[serde(default)]
    pub sources: Vec<String>,
    /// How the cloud id comes about.
    pub identity: IdentityText,
    /// How a lost create is found again.
    pub recovery: RecoveryText,
    /// Makes the object.
    pub create: Option<CreateText>,
    /// Reads one object.
    pub read: Option<ReadText>,
    /// Lists objects.
    pub list: Option<ListText>,
    /// Picks the object out of what was read.
    pub select: Option<SelectText>,
    /// Deletes the object.
    pub delete: Option<DeleteText>,
    /// The status field.
    pub status: Option<StatusText>,
    /// The zone, lifted out of the parameters.
    pub zone: Option<ZoneText>,
    /// The billing, lifted out of the parameters.
    pub billing: Option<BillingText>,
    /// The tags, lifted out of the parameters.
    pub tags: Option<TagsText>,
    /// What differs from the facts, by attribute; also attributes that create does not take.
    #[serde(default)]
    pub attributes: BTreeMap<String, AttributeText>,
    /// API name -> manifest name, where the usual name is reserved or taken.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Attributes whose change replaces the object.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Attributes whose change concerns the state only.
    #[serde(default)]
    pub records: Vec<String>,
    /// What values must be.
    #[serde(default)]
    pub rules: Vec<RuleText>,
    /// In-place changes.
    #[serde(default)]
    pub updates: Vec<UpdateText>,
    /// Which kind's id an attribute (or a field in it, `a.b.c`) holds.
    #[serde(default)]
    pub references: BTreeMap<String, String>,
    /// Read-only attributes.
    #[serde(default)]
    pub computed: ComputedText,
    /// Read paths that identify the object beyond its id.
    #[serde(default)]
    pub fingerprint: Vec<String>,
    /// Read path of a prepaid object's expiry.
    pub expires: Option<String>,
    /// `id` or attributes: one task at a time on each.
    #[serde(default)]
    pub serial: Vec<String>,
    /// The CIDR block, for kinds that have one inside another's.
    pub cidr: Option<CidrText>,
    /// What no two objects of the kind in a region may have in common.
    #[serde(default)]
    pub unique: Vec<UniqueText>,
    /// Quotas that making one counts against.
    #[serde(default)]
    pub quotas: Vec<QuotaText>,
    /// What it cannot be deleted with.
    #[serde(default)]
    pub held_by: Vec<HolderText>,
    /// Usual durations.
    #[serde(default = "usual")]
    pub usual_seconds: SecondsText,
    /// Where waits give up.
    #[serde(default = "timeout")]
    pub timeout_seconds: SecondsText,
}

fn one() -> u32 {
    1
}

/// A synchronous call takes about a second.
fn usual() -> SecondsText {
    SecondsText { create: 1, update: 1, delete: 1 }
}

/// A synchronous call has nothing to wait for; a minute is for reads that lag behind.
fn timeout() -> SecondsText {
    SecondsText { create: 60, update: 60, delete: 60 }
}

/// A CIDR block that lies inside its parent's.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CidrText {
    /// The attribute.
    pub attribute: String,
    /// The attribute that holds the parent's id.
    pub parent: Option<String>,
}

/// What two objects of a kind in a region cannot both have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UniqueText {
    /// Attributes (or fields in them, `a.b.c`) of which not all may be equal.
    pub equal: Vec<String>,
    /// The CIDR block that must not overlap where they are equal.
    pub overlapping: Option<String>,
}

/// A quota and where it is asked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaText {
    /// The quota's name in the API.
    pub name: String,
    /// `service.operation`.
    pub operation: String,
    /// Parameters of the question.
    #[serde(default)]
    pub parameters: serde_json::Map<String, Json>,
    /// Attribute with the id of the object it is counted in, and the parameter that takes it.
    pub parent: Option<ParentText>,
    /// Attribute whose elements are counted.
    pub each: Option<String>,
    /// The row of this quota among several.
    pub row: Option<RowText>,
    /// Path of the limit.
    pub limit: String,
    /// Path of what is used.
    pub used: String,
    /// The documented limit.
    pub usual: Option<u64>,
}

/// The object a quota is counted in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ParentText {
    /// Attribute with its id; `id` is the object itself.
    pub attribute: String,
    /// Parameter.
    pub parameter: String,
}

/// A row among several.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowText {
    /// Path of the rows.
    pub within: String,
    /// Field that names the quota.
    pub field: String,
    /// Its value.
    pub value: String,
}

/// What an object cannot be deleted with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HolderText {
    /// Read path of the ids.
    pub path: String,
    /// What they are.
    pub what: String,
}

/// Durations by action.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecondsText {
    /// Create.
    pub create: u32,
    /// Update.
    pub update: u32,
    /// Delete.
    pub delete: u32,
}

/// How the cloud id comes about.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityText {
    /// At this path of the create call's result.
    Assigned(String),
    /// The value of this attribute.
    Chosen(String),
    /// The values of these attributes.
    Composed(Vec<String>),
    /// The create call answers nothing: a list shows it, of the one object that was not there before.
    Listed,
    /// The values of these attributes, and what the create call's result has at this path: the id means something within
    /// its parents only.
    Within {
        /// Attributes with the ids of the parents.
        parents: Vec<String>,
        /// Path of the id in the create call's result. Its last name, in snake case, names the id's last part.
        assigned: String,
    },
    /// The create call answers nothing: the values of these attributes, and what a list of those parents shows of the one
    /// object that was not there before.
    ListedWithin {
        /// Attributes with the ids of the parents.
        parents: Vec<String>,
        /// The parameter, in snake case, that takes the id's last part.
        own: String,
    },
    /// Firma makes it up.
    Generated,
}

/// Recovery class; the paths follow from the rest of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecoveryText {
    /// The caller chooses the id.
    Named,
    /// The create call takes a token.
    Tokened,
    /// A marker in the tags.
    MarkedByTag,
    /// A marker at the end of `description`.
    MarkedByDescription,
    /// Nothing.
    Bare,
}

/// The status field.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusText {
    /// Read path.
    pub path: String,
    /// Made and at rest.
    pub ready: Vec<String>,
    /// Failed for good.
    #[serde(default)]
    pub failed: Vec<String>,
    /// As good as not there.
    #[serde(default)]
    pub gone: Vec<String>,
    /// Failed, and with data that a replacement would lose: a person decides. One that is `failed` as well is replaced as long
    /// as the object was never finished.
    #[serde(default)]
    pub grave: Vec<String>,
    /// Values among these that the API's prose lists for the same thing elsewhere, and not for this field: `sources` says
    /// where.
    #[serde(default)]
    pub unlisted: Vec<String>,
}

/// The zone.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneText {
    /// Whether it must be given.
    pub rule: ZoneRuleText,
    /// Parameter path.
    pub write: String,
    /// Read path.
    pub read: Option<String>,
}

/// Whether a zone must be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneRuleText {
    /// It may.
    Optional,
    /// It must.
    Required,
}

/// The billing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BillingText {
    /// Parameter path of the charge spec.
    pub write: String,
    /// Read path of the charge.
    pub read: Option<String>,
    /// Methods sold.
    pub methods: Vec<String>,
}

/// The tags.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagsText {
    /// Parameter path in create, where it takes tags.
    pub write: Option<String>,
    /// Read path, where a read shows them.
    pub read: Option<String>,
    /// What the tag service calls the product.
    pub service_code: String,
}
