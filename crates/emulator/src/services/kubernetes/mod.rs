//! The kubernetes service: clusters and their node groups.
//!
//! - A cluster comes with a node group, and takes all its node groups along when it is deleted.
//! - Another node group is made while the cluster is running; its name is the only one in the cluster.
//! - What is deleted is still shown for a quarter of an hour, in the state `deleted`.
//! - The nodes themselves are counted and not made: no instance of the vm service stands for one.
//! - Sources do not say what may be done to something on its way from state to state: here nothing but deleting the cluster
//!   of a node group.

mod cluster;
mod life;
mod node_group;
mod operations;
mod spec;

pub(crate) use life::{cluster_gone, cluster_is, node_group_gone, node_group_is};
pub(crate) use operations::OPERATIONS;
