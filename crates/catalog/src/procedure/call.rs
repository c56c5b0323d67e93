//! Calls that change something, and where their parameters come from.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A create call for objects without an attribute that the usual one needs: a key pair without a public key is made by the
/// service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CreateWithout {
    /// The attribute.
    pub attribute: String,
    /// The call.
    pub call: Call,
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
