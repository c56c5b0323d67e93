//! Objects of the containerregistry service.

use crate::clock::Moment;
use serde::{Deserialize, Serialize};

/// A registry of container images.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Registry {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created: Moment,
}

/// A repository in a registry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Repository {
    pub(crate) region: String,
    pub(crate) registry: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) created: Moment,
}
