//! The TOML form of a kind and of a look-up: what the files of `kinds/` and `lookups/` may say.
//!
//! Names of API things (operations, parameters, fields) are the API's own; names of attributes are manifest names.

use crate::{procedure::Normal, rules::text::RuleText};
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
