//! A kind as a whole, and the rules that go beyond one attribute.

use super::{
    attribute::{Attribute, Computed},
    call::{Call, CreateWithout, How, Identity, Source, Stage, Update},
    reading::{List, Read, Select},
    standing::{Recovery, StatusRule},
};
use crate::limits::{Holder, Quota};
use crate::rules::Rules;
use firma_model::address::KindId;
use serde::{Deserialize, Serialize};
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
