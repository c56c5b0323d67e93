//! What the catalogue compiles a kind into: everything `plan` needs to interpret it without the catalogue.
//!
//! A plan embeds one procedure per kind it uses, so an apply needs no catalogue and an interrupted run finishes with the
//! procedures it began with. This module is therefore a durable format: [`FORMAT`] grows with every incompatible change.
//!
//! Terms: a *parameter path* walks request parameters (`instanceSpec.az`), a *read path* walks the object that a read or
//! list returns (`charge.chargeMode`, `primaryNetworkInterface.networkInterface.subnetId`); both in the API's own spelling.

use crate::{
    limits::{Holder, Quota},
    rules::Rules,
};
use firma_model::address::KindId;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Version of the procedure format.
pub const FORMAT: u32 = 1;

/// A kind, compiled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Procedure {
    /// Kind, `vpc.subnet`.
    pub kind: String,
    /// One line for people.
    pub title: String,
    /// Version of the attribute schema, stored with each record.
    pub schema_version: u32,
    /// Attributes a manifest may set, by manifest name; `zone`, `billing`, `tags` among them where the kind has them.
    pub attributes: BTreeMap<String, Attribute>,
    /// Read-only attributes, by manifest name.
    pub computed: BTreeMap<String, Computed>,
    /// Whether the kind lives in a region.
    pub regional: bool,
    /// Whether a zone must, may or cannot be given.
    pub zone: ZoneRule,
    /// Billing methods sold; empty for kinds that are free.
    pub billing_methods: Vec<String>,
    /// How the cloud id comes about.
    pub identity: Identity,
    /// Makes the object. `None` for kinds without a cloud (`firma.value`).
    pub create: Option<Call>,
    /// Makes it where an attribute is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub create_without: Option<CreateWithout>,
    /// Reads one object by id, where the service can.
    pub read: Option<Read>,
    /// Lists objects, with an id filter where the service has one.
    pub list: Option<List>,
    /// Picks the object out of what was read; for attachments it is an element of the parent.
    pub select: Option<Select>,
    /// In-place changes. An attribute without a `write` path belongs to one of these and is applied by it after create.
    pub updates: Vec<Update>,
    /// Deletes the object.
    pub delete: Option<Call>,
    /// Calls before that one, each with the states it leads to; an object in one of those is spared the call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before_delete: Vec<Stage>,
    /// Status field and what its values mean, for kinds that are asynchronous.
    pub status: Option<StatusRule>,
    /// How a lost create is found again.
    pub recovery: Recovery,
    /// Read paths whose values identify the object beyond its id (parent, creation time).
    pub fingerprint: Vec<String>,
    /// Read path of the time a prepaid object expires.
    pub expires: Option<String>,
    /// Ids on which only one task may run at a time (the instance and the disk of an attachment).
    pub serial: Vec<Source>,
    /// A CIDR block that must lie inside its parent's and not overlap its siblings'.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Cidr>,
    /// What no two objects of the kind in a region may have in common: whoever takes it over must wait until it is free.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unique: Vec<Unique>,
    /// Quotas that making one counts against.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quotas: Vec<Quota>,
    /// What it cannot be deleted with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub held_by: Vec<Holder>,
    /// What values must be. Manifests and plans are held against it before anything is done; a stored plan was.
    #[serde(skip)]
    pub rules: Rules,
    /// Usual seconds of create, update and delete including the wait, before anything is learned.
    pub usual_seconds: UsualSeconds,
    /// Seconds after which a wait gives up.
    pub timeout_seconds: UsualSeconds,
}

impl Procedure {
    /// What the tag service calls the kind, where only that service shows its tags.
    pub fn tag_service(&self) -> Option<&str> {
        self.attributes.get("tags").filter(|tags| tags.read.is_none())?;
        self.updates.iter().find_map(|update| match &update.how {
            How::Tags(code) => Some(code.as_str()),
            _ => None,
        })
    }

    /// Whether anything shows how an attribute stands in the cloud.
    pub fn shows(&self, name: &str) -> bool {
        self.attributes.get(name).is_some_and(|attribute| attribute.read.is_some())
            || self.id_attributes().iter().any(|part| part == name)
            || (name == "tags" && self.tag_service().is_some())
    }

    /// Calls `visit` for the kind of every id that an attribute or a part of one holds.
    pub fn each_reference<'p>(&'p self, visit: &mut dyn FnMut(&'p str)) {
        for attribute in self.attributes.values() {
            if let Some(kind) = &attribute.references {
                visit(kind);
            }
            attribute.shape.each_reference(visit);
        }
    }

    /// Attributes that an id is put together from, in this order.
    pub fn id_attributes(&self) -> &[String] {
        match &self.identity {
            Identity::Composed(names)
            | Identity::Within { parents: names, .. }
            | Identity::ListedWithin { parents: names } => names,
            Identity::Assigned(_) | Identity::Chosen(_) | Identity::Listed | Identity::Generated => &[],
        }
    }

    /// The call that makes an object with these attributes: those that are given, known or not.
    pub fn create_for(&self, is_given: impl Fn(&str) -> bool) -> Option<&Call> {
        match &self.create_without {
            Some(without) if !is_given(&without.attribute) => Some(&without.call),
            _ => self.create.as_ref(),
        }
    }

    /// The kind as an id.
    pub fn kind_id(&self) -> KindId {
        KindId::new(&self.kind)
    }
}

/// Which attribute is a CIDR block, and which one refers to the object it must lie inside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cidr {
    /// The attribute; the parent has one of the same name.
    pub attribute: String,
    /// The attribute that holds the parent's id.
    pub parent: Option<String>,
}

/// A unique key: two objects of the kind in one region that have all of it are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unique {
    /// Paths of attributes that are equal in both.
    pub equal: Vec<String>,
    /// Path of a CIDR block that overlaps in both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlapping: Option<String>,
}

/// Durations by action.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsualSeconds {
    /// Create.
    pub create: u32,
    /// Update.
    pub update: u32,
    /// Delete.
    pub delete: u32,
}

/// Whether a zone belongs to the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ZoneRule {
    /// The kind has no zone.
    None,
    /// May be given; the project's default zone is not applied.
    Optional,
    /// Must be given or defaulted.
    Required,
}

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
    fn each_reference<'p>(&'p self, visit: &mut dyn FnMut(&'p str)) {
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

/// A create call for objects without an attribute that the usual one needs: a key pair without a public key is made by the
/// service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateWithout {
    /// The attribute.
    pub attribute: String,
    /// The call.
    pub call: Call,
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

/// How the cloud id comes about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// The cloud assigns it; a path in the create call's result (`vpcId`, `elasticIpIds[0]`).
    Assigned(String),
    /// The manifest chooses it.
    Chosen(String),
    /// Put together from attributes, joined by `/`.
    Composed(Vec<String>),
    /// The create call answers nothing: it is what the list shows of the one object that was not there before and looks like
    /// what was asked for.
    Listed,
    /// Put together from attributes and what the cloud assigns, joined by `/`: it means something within its parents only.
    Within {
        /// Attributes with the ids of the parents.
        parents: Vec<String>,
        /// Path of the last part in the create call's result.
        assigned: String,
    },
    /// Put together from attributes and what the list of those parents shows of the one object that was not there before,
    /// joined by `/`: the create call answers nothing, and the id means something within its parents only.
    ListedWithin {
        /// Attributes with the ids of the parents.
        parents: Vec<String>,
    },
    /// Firma makes it up (`firma.value`).
    Generated,
}

impl Identity {
    /// Whether a list says which id an object has, and not the call that makes it.
    pub fn is_listed(&self) -> bool {
        matches!(self, Identity::Listed | Identity::ListedWithin { .. })
    }
}

/// A call with its parameters. `regionId` is filled in by itself where the operation has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Parameters beyond those that attributes' `write` paths give a create call.
    pub parameters: Vec<Parameter>,
}

/// One parameter of a call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Parameter path.
    pub name: String,
    /// Where its value comes from.
    pub source: Source,
}

/// Where a parameter's value comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The cloud id.
    Id,
    /// A `/`-separated part of a composed id.
    IdPart(usize),
    /// An attribute's planned value, in wire form; left out when the attribute is not set or, in an update, not changed.
    Attribute(String),
    /// An attribute's planned value, sent by an update even when it did not change.
    AttributeAlways(String),
    /// The same, and a constant where the attribute is not set.
    AttributeOr(String, Json),
    /// The same, each value spelt as the operation has it.
    Mapped {
        /// The attribute.
        attribute: String,
        /// What is sent for each value.
        values: BTreeMap<String, Json>,
    },
    /// What a read showed under this attribute: an id that the service made.
    Observed(String),
    /// The member to add or remove.
    Member,
    /// The region the object is in, for calls that say it a second time.
    Region,
    /// A constant.
    Fixed(Json),
    /// The client token.
    Token,
    /// The elements to add or modify, in wire form.
    Elements,
    /// The server ids of the elements to remove.
    ElementIds,
}

impl Source {
    /// The attribute, or the part of one, whose planned value is sent.
    pub fn attribute(&self) -> Option<&str> {
        match self {
            Source::Attribute(name) | Source::AttributeAlways(name) | Source::AttributeOr(name, _) => Some(name),
            Source::Mapped { attribute, .. } => Some(attribute),
            _ => None,
        }
    }
}

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

/// One way of changing attributes in place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Update {
    /// Attributes it changes, or parts of attributes (`billing.auto_renew`).
    pub attributes: Vec<String>,
    /// How.
    pub how: How,
    /// What a reviewer should know (`stops the instance`).
    pub notice: Option<String>,
}

/// How an update is done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Calls one after another, each followed by a wait where it says so.
    Calls(Vec<Stage>),
    /// Elements are removed, modified and added.
    Elements {
        /// Adds the elements in [`Source::Elements`].
        add: Call,
        /// Removes the elements in [`Source::ElementIds`].
        remove: Call,
        /// Modifies the elements in [`Source::Elements`], each with its server id.
        modify: Call,
        /// Name of the server id in an element of `modify`.
        modify_id: String,
    },
    /// Members of a set of ids, each by a call of its own.
    Members {
        /// Adds the member in [`Source::Member`].
        add: Call,
        /// Removes the member in [`Source::Member`].
        remove: Call,
    },
    /// Tags through the resourcetag service, under this service code.
    Tags(String),
}

/// One call of an update and what is waited for after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// The call.
    pub call: Call,
    /// Status values that end the wait; empty waits for any stable status.
    pub until: Vec<String>,
    /// Whether anything is waited for at all.
    pub wait: bool,
    /// It is made only where this attribute is to have one of these values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<(String, Vec<Json>)>,
}

/// The status of an asynchronous object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StatusRule {
    /// Read path of the status.
    pub path: String,
    /// Values of an object that is made and at rest.
    pub ready: Vec<String>,
    /// Values of an object that failed for good.
    pub failed: Vec<String>,
    /// Values that mean the object is gone though it can still be read.
    pub gone: Vec<String>,
    /// Values of an object that failed and has what a replacement would lose: nobody but a person decides about it. Those that
    /// stand in `failed` too are grave once the object was finished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grave: Vec<String>,
}

impl StatusRule {
    /// Whether an object with this status will not get better by waiting.
    pub fn has_failed(&self, status: &str) -> bool {
        self.failed.iter().chain(&self.grave).any(|value| value == status)
    }

    /// Whether a failed object has what a replacement would lose. A value that is also one of `failed` says so only of what
    /// was `finished` once: before that there is nothing in it.
    pub fn is_grave(&self, status: &str, finished: bool) -> bool {
        let among = |values: &[String]| values.iter().any(|value| value == status);
        among(&self.grave) && (finished || !among(&self.failed))
    }
}

/// How a create whose answer was lost is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Recovery {
    /// The caller chooses the id: look whether it is there.
    Named,
    /// The create call takes a client token, at this parameter path: send it again within ten minutes.
    Tokened(String),
    /// A marker in the tag `firma`, at this parameter path of create.
    MarkedByTag(String),
    /// A marker at the end of the description, at this parameter path of create and this read path.
    MarkedByDescription(String, String),
    /// Nothing identifies it: compare with the ids that were there before.
    Bare,
}

impl Recovery {
    /// The class's name, as plans show it.
    pub fn name(&self) -> &'static str {
        match self {
            Recovery::Named => "named",
            Recovery::Tokened(_) => "tokened",
            Recovery::MarkedByTag(_) | Recovery::MarkedByDescription(..) => "markable",
            Recovery::Bare => "bare",
        }
    }
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
