//! What can be wrong with a plan.

use crate::step::Leg;
use firma_model::{
    address::{Address, Node},
    diagnostic::Diagnostic,
};
use std::fmt;

/// A way in which a plan is unsound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Two steps do the same to one address.
    Doubled(Address, Leg),
    /// An edge leads to no vertex, or from a step to itself.
    BadEdge(u32, u32),
    /// Steps wait for each other.
    Circular,
    /// A delete of something that is not recorded, or a create of something that is.
    WrongRecord(Address, Leg),
    /// A step is about an object that no record has.
    Unrecorded(Address, String),
    /// A step's kind has no procedure in the plan.
    NoProcedure(Address),
    /// A call of a step says nothing about how it is found again, or a step that needs calls lists none.
    NoRecovery(Address, Leg),
    /// A residual refers to a node that neither a step nor the kept values will supply.
    Dangling(Address, Node),
    /// A step refers to a node whose step does not come before it.
    Unordered(Address, Node),
    /// An address is touched that the basis does not hold.
    NotInBasis(Address),
    /// The basis holds another version than the record's.
    WrongBasis(Address),
    /// A replacement lacks one of its halves, or they do not come in their order.
    HalfReplaced(Address),
    /// An object is deleted while something that depended on it stands.
    DeletedEarly(Address, Address),
    /// An object is changed before what depended on it is deleted.
    ChangedEarly(Address, Address),
    /// Something is done to an object before it is written down under its new address.
    WrittenLate(Address),
    /// A unique key is taken before whoever has it is gone.
    TakenEarly(Address, Address),
}

impl From<Finding> for Diagnostic {
    fn from(finding: Finding) -> Diagnostic {
        Diagnostic::error("E0590", format!("BUG: the plan is not sound: {finding}"))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Finding::Doubled(address, leg) => write!(f, "{address}: two steps {}", leg.as_str()),
            Finding::BadEdge(from, to) => write!(f, "vertex {from} waits for vertex {to}, which is not one"),
            Finding::Circular => write!(f, "steps wait for each other"),
            Finding::WrongRecord(address, leg) => write!(f, "{address}: {} does not fit its record", leg.as_str()),
            Finding::Unrecorded(address, id) => write!(f, "{address}: no record has `{id}`"),
            Finding::NoProcedure(address) => write!(f, "{address}: no procedure for its kind"),
            Finding::NoRecovery(address, leg) => {
                write!(f, "{address}: {} lists no call, or one without a recovery class", leg.as_str())
            }
            Finding::Dangling(address, node) => write!(f, "{address} refers to {node}, which nothing supplies"),
            Finding::Unordered(address, node) => write!(f, "{address} refers to {node} but does not wait for it"),
            Finding::NotInBasis(address) => write!(f, "{address} is not in the basis"),
            Finding::WrongBasis(address) => write!(f, "the basis has another version of {address} than the state"),
            Finding::HalfReplaced(address) => write!(f, "{address} is replaced by half, or in no order"),
            Finding::DeletedEarly(address, user) => {
                write!(f, "{address} is deleted without waiting for {user}, which depended on it")
            }
            Finding::ChangedEarly(address, user) => {
                write!(f, "{address} is changed without waiting for the deletion of {user}, which depended on it")
            }
            Finding::WrittenLate(address) => {
                write!(f, "{address} is worked on without waiting until it is written down under this address")
            }
            Finding::TakenEarly(address, other) => {
                write!(f, "{address} takes a unique key of {other} without waiting for it to be gone")
            }
        }
    }
}
