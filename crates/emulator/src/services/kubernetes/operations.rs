//! The operations of the kubernetes service.

use super::{cluster, node_group};
use crate::services::{
    Behaviour::{Read, Write},
    Operations,
};

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("createCluster", Write(cluster::create)),
    ("createNodeGroup", Write(node_group::create)),
    ("deleteCluster", Write(cluster::delete)),
    ("deleteNodeGroup", Write(node_group::delete)),
    ("describeCluster", Read(cluster::describe)),
    ("describeClusters", Read(cluster::list)),
    ("describeNodeGroup", Read(node_group::describe)),
    ("describeNodeGroups", Read(node_group::list)),
    ("describeQuotas", Read(cluster::quotas)),
    ("describeVersions", Read(cluster::versions)),
    ("modifyCluster", Write(cluster::modify)),
    ("modifyNodeGroup", Write(node_group::modify)),
    ("setNodeGroupCA", Write(node_group::set_scaling)),
    ("setNodeGroupSize", Write(node_group::set_size)),
];
