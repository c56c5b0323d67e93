//! What becomes of clusters and node groups by themselves.

use crate::clock::Moment;
use crate::schedule::Event;
use crate::state::ClusterState;
use crate::world::World;

/// How long what is deleted stays to be seen.
const TOMBSTONE: i64 = 15 * 60 * 1000;

/// Milliseconds of tasks at speed 1.
pub(super) mod usual {
    /// Masters and first nodes.
    pub(crate) const CREATE_CLUSTER: i64 = 300_000;
    /// Everything given back.
    pub(crate) const DELETE_CLUSTER: i64 = 60_000;
    /// Nodes that join.
    pub(crate) const CREATE_GROUP: i64 = 120_000;
    /// More nodes, or fewer.
    pub(crate) const RESIZE_GROUP: i64 = 60_000;
    /// Nodes that leave.
    pub(crate) const DELETE_GROUP: i64 = 40_000;
}

/// Plans that a cluster comes into a state.
pub(super) fn plan_cluster(world: &mut World, id: &str, now: Moment, usual: i64, state: ClusterState) {
    let at = now.plus(world.latency(usual, id));
    world.plan(at, Event::ClusterIs { cluster: id.to_owned(), state });
}

/// Plans that a node group comes into a state.
pub(super) fn plan_node_group(world: &mut World, id: &str, now: Moment, usual: i64, state: ClusterState) {
    let at = now.plus(world.latency(usual, id));
    world.plan(at, Event::NodeGroupIs { group: id.to_owned(), state });
}

/// A cluster has come into a state, and its node groups with it.
pub(crate) fn cluster_is(world: &mut World, id: &str, state: ClusterState, at: Moment) {
    let Some(cluster) = world.clusters.get_mut(id) else { return };
    cluster.state = state;
    cluster.updated = at;
    // One that is made brings its first group along; one that goes takes every group with it.
    let groups: Vec<String> = world
        .node_groups
        .iter()
        .filter(|(_, group)| group.cluster == id && group.state != ClusterState::Deleted)
        .filter(|(_, group)| state == ClusterState::Deleted || group.state == ClusterState::Pending && group.first)
        .map(|(group, _)| group.clone())
        .collect();
    for group in groups {
        node_group_is(world, &group, state, at);
    }
    if state == ClusterState::Deleted {
        let order = world.ids.next();
        let event = Event::ClusterGone { cluster: id.to_owned() };
        world.schedule.insert(crate::schedule::Due { at: at.plus(TOMBSTONE), order, event });
    }
}

/// The trace of a cluster goes.
pub(crate) fn cluster_gone(world: &mut World, id: &str) {
    world.clusters.remove(id);
}

/// A node group has come into a state.
pub(crate) fn node_group_is(world: &mut World, id: &str, state: ClusterState, at: Moment) {
    let Some(group) = world.node_groups.get_mut(id) else { return };
    if group.state == ClusterState::Deleted {
        return;
    }
    group.state = state;
    group.updated = at;
    match state {
        ClusterState::Running => group.current = group.expected,
        ClusterState::Deleted => {
            group.current = 0;
            let order = world.ids.next();
            let event = Event::NodeGroupGone { group: id.to_owned() };
            world.schedule.insert(crate::schedule::Due { at: at.plus(TOMBSTONE), order, event });
        }
        _ => {}
    }
}

/// The trace of a node group goes.
pub(crate) fn node_group_gone(world: &mut World, id: &str) {
    world.node_groups.remove(id);
}
