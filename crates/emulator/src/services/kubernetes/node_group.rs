//! Node groups.

use super::cluster;
use super::life::{self, usual};
use super::spec::{self, Order};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::names;
use crate::services::vpc;
use crate::state::{ClusterState, NodeGroup};
use crate::tags::{self, Tags};
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<NodeGroup> = Listed { id_filter: "id", tags: Some(|group| &group.tags), shown: None };

fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w NodeGroup, Fault> {
    world.node_groups.get(id).filter(|g| g.region == region).ok_or_else(|| Fault::not_found("node group", id))
}

/// The same, there and doing nothing.
fn find_idle<'w>(world: &'w mut World, call: &Call<'_>) -> Result<(&'w mut NodeGroup, String), Fault> {
    let id = call.args.text("nodeGroupId")?;
    match find(world, call.region(), id)?.state {
        ClusterState::Running | ClusterState::Error => {}
        ClusterState::Deleted => return Err(Fault::not_found("node group", id)),
        state => return Err(Fault::busy(&format!("node group {id}"), state.as_str())),
    }
    let group = world.node_groups.get_mut(id).ok_or_else(|| Fault::not_found("node group", id))?;
    Ok((group, id.to_owned()))
}

/// As reads show it.
pub(super) fn view(id: &str, group: &NodeGroup) -> Value {
    json!({
        "clusterId": group.cluster,
        "nodeGroupId": id,
        "name": group.name,
        "description": group.description,
        "nodeConfig": group.config,
        "nodeNetwork": group.subnet.as_ref().map(|subnet| json!({"nodeSubnetId": subnet})),
        "currentCount": group.current,
        "expectCount": group.expected,
        "agId": group.ag,
        "azs": group.zones,
        "instanceTemplateId": group.template,
        "state": group.state.as_str(),
        "stateMessage": "",
        "caConfig": group.scaling,
        "tags": tags::view(&group.tags),
        "createdTime": group.created.to_string(),
        "updateTime": group.updated.to_string(),
    })
}

/// Makes a group in the state `pending`; who calls plans what becomes of it.
pub(super) fn insert(
    world: &mut World,
    call: &Call<'_>,
    cluster: &str,
    order: Order,
    subnet: Option<&str>,
    first: bool,
) -> String {
    let id = world.ids.id("ng");
    let group = NodeGroup {
        region: call.region().to_owned(),
        cluster: cluster.to_owned(),
        name: order.name,
        description: order.description,
        zones: order.zones,
        state: ClusterState::Pending,
        config: order.config,
        subnet: subnet.map(str::to_owned),
        expected: order.count,
        current: 0,
        scaling: order.scaling,
        ag: world.ids.id("ag"),
        template: world.ids.id("it"),
        first,
        tags: Tags::new(),
        created: call.now,
        updated: call.now,
    };
    world.node_groups.insert(id.clone(), group);
    id
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let of = args.text("clusterId")?;
    let cluster = cluster::find(world, region, of)?;
    if cluster.state != ClusterState::Running {
        let message = format!("cluster {of} is {}, and not running", cluster.state.as_str());
        return Err(Fault::precondition(message));
    }
    let order = Order::read(args, &cluster.zones)?;
    let subnet = args.child("nodeGroupNetwork").and_then(|network| network.opt_text("subnetId"));
    if subnet.is_none() && cluster.network_mode == "customized" {
        return Err(Fault::invalid("nodeGroupNetwork is required in a cluster whose network is customized"));
    }
    if let Some(id) = subnet {
        let vpc = cluster.network["vpcId"].as_str().unwrap_or_default();
        if vpc::find_subnet(world, region, id)?.vpc != vpc {
            return Err(Fault::invalid(format!("subnetId {id} is not a subnet of {vpc}")));
        }
    }
    let mut others = world.node_groups.values().filter(|group| group.cluster == of);
    if others.any(|group| group.name == order.name && group.state != ClusterState::Deleted) {
        return Err(Fault::exists(format!("cluster {of} has a node group {}", order.name)));
    }
    let id = insert(world, call, of, order, subnet, false);
    life::plan_node_group(world, &id, call.now, usual::CREATE_GROUP, ClusterState::Running);
    Ok(json!({"nodeGroupId": id}))
}

pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("nodeGroupId")?;
    Ok(json!({"nodeGroup": view(id, find(world, call.region(), id)?)}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let fields = |group: &NodeGroup, filter: &str| match filter {
        "name" => Some(Field::Part(group.name.clone())),
        "clusterId" => Some(Field::One(group.cluster.clone())),
        "clusterName" => {
            let cluster = world.clusters.get(&group.cluster);
            Some(Field::Part(cluster.map(|cluster| cluster.name.clone()).unwrap_or_default()))
        }
        _ => None,
    };
    listing::answer(call, &world.node_groups, &LISTED, (Beyond::Empty, "nodeGroups"), fields, view)
}

pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    name.map_or(Ok(()), |name| names::plain("name", name))?;
    names::description(description.unwrap_or_default())?;
    if let Some(name) = name {
        let id = call.args.text("nodeGroupId")?;
        let of = &find(world, call.region(), id)?.cluster;
        let mut others = world.node_groups.iter().filter(|(other, group)| *other != id && group.cluster == *of);
        if others.any(|(_, group)| group.name == name && group.state != ClusterState::Deleted) {
            return Err(Fault::exists(format!("cluster {of} has a node group {name}")));
        }
    }
    let (group, _) = find_idle(world, call)?;
    if let Some(name) = name {
        name.clone_into(&mut group.name);
    }
    if let Some(description) = description {
        description.clone_into(&mut group.description);
    }
    group.updated = call.now;
    Ok(Value::Null)
}

pub(super) fn set_size(world: &mut World, call: &Call<'_>) -> Answer {
    let count = call.args.int("expectCount")?;
    spec::check_count(count)?;
    let (group, id) = find_idle(world, call)?;
    group.expected = count;
    group.state = ClusterState::Resizing;
    group.updated = call.now;
    life::plan_node_group(world, &id, call.now, usual::RESIZE_GROUP, ClusterState::Running);
    Ok(Value::Null)
}

pub(super) fn set_scaling(world: &mut World, call: &Call<'_>) -> Answer {
    let given = call.args.need("caConfig")?;
    if !given.has("enable") {
        return Err(Fault::invalid("caConfig.enable is required"));
    }
    let scaling = spec::scaling(given)?;
    let (group, _) = find_idle(world, call)?;
    // What is not given stays as it was.
    for (name, value) in scaling.as_object().into_iter().flatten() {
        group.scaling[name] = value.clone();
    }
    group.updated = call.now;
    Ok(Value::Null)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (group, id) = find_idle(world, call)?;
    group.state = ClusterState::Deleting;
    group.updated = call.now;
    world.node_groups.going(&id);
    life::plan_node_group(world, &id, call.now, usual::DELETE_GROUP, ClusterState::Deleted);
    Ok(Value::Null)
}
