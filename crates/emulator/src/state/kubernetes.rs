//! Objects of the kubernetes service.

use crate::clock::Moment;
use crate::tags::Tags;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// States of clusters and of node groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ClusterState {
    Pending,
    Running,
    /// Node groups only.
    Resizing,
    Deleting,
    /// Gone, and shown for a while.
    Deleted,
    Error,
}

impl ClusterState {
    /// The word reads show.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            ClusterState::Pending => "pending",
            ClusterState::Running => "running",
            ClusterState::Resizing => "resizing",
            ClusterState::Deleting => "deleting",
            ClusterState::Deleted => "deleted",
            ClusterState::Error => "error",
        }
    }
}

/// A cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Cluster {
    pub(crate) region: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) version: String,
    pub(crate) zones: Vec<String>,
    pub(crate) state: ClusterState,
    /// Shown; the secret half is not.
    pub(crate) access_key: String,
    /// `auto` or `customized`.
    pub(crate) network_mode: String,
    pub(crate) network: Value,
    pub(crate) addons: Value,
    pub(crate) environments: Value,
    /// Subnets that it lies in; they cannot be deleted before it.
    pub(crate) subnets: BTreeSet<String>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// A node group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct NodeGroup {
    pub(crate) region: String,
    pub(crate) cluster: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) zones: Vec<String>,
    pub(crate) state: ClusterState,
    /// Without its password.
    pub(crate) config: Value,
    pub(crate) subnet: Option<String>,
    pub(crate) expected: i64,
    pub(crate) current: i64,
    pub(crate) scaling: Value,
    /// Its availability group and instance template.
    pub(crate) ag: String,
    pub(crate) template: String,
    /// Made together with its cluster.
    pub(crate) first: bool,
    #[serde(default)]
    pub(crate) tags: Tags,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}
