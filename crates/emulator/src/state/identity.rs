//! Objects of the iam service. They live in no region; the name of each is its id.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A user of the account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SubUser {
    pub(crate) name: String,
    pub(crate) pin: String,
    pub(crate) description: String,
    pub(crate) phone: String,
    pub(crate) email: String,
    pub(crate) nick_name: String,
    /// A digest: enough to tell that it changed.
    pub(crate) password_digest: String,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// Users who share permissions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UserGroup {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) members: BTreeSet<String>,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// Permissions as a document, of the account itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Policy {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) content: String,
    /// Counts the documents it had.
    pub(crate) edition: u32,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// Permissions that somebody takes on for a while.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Role {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: i64,
    pub(crate) trust: String,
    pub(crate) description: String,
    pub(crate) max_session_seconds: i64,
    pub(crate) policies: BTreeSet<String>,
    pub(crate) created: Moment,
}

/// An access key of a sub user; kept under `USER/KEY`. The secret is with the keys that may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UserKey {
    pub(crate) user: String,
    pub(crate) access_key: String,
    pub(crate) enabled: bool,
    pub(crate) created: Moment,
}
