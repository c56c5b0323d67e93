//! Clusters.

use super::life::{self, usual};
use super::{node_group, spec};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{Cluster, ClusterState};
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};

/// Regions in which clusters are offered.
const REGIONS: [&str; 3] = ["cn-north-1", "cn-east-2", "cn-south-1"];
/// Versions, the default first.
const VERSIONS: [&str; 2] = ["1.22.13-jcs.1", "1.20.15-jcs.2"];

const LISTED: Listed<Cluster> = Listed { id_filter: "id", tags: None, shown: None };

/// The cluster of this id, deleted or not.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Cluster, Fault> {
    world.clusters.get(id).filter(|c| c.region == region).ok_or_else(|| Fault::not_found("cluster", id))
}

/// The same, there and doing nothing.
pub(super) fn find_idle<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Cluster, Fault> {
    let cluster = find(world, region, id)?;
    match cluster.state {
        ClusterState::Deleted => Err(Fault::not_found("cluster", id)),
        ClusterState::Running | ClusterState::Error => Ok(cluster),
        state => Err(Fault::busy(&format!("cluster {id}"), state.as_str())),
    }
}

fn count(world: &World, region: &str) -> usize {
    world.clusters.in_region(region, 0).filter(|(_, cluster)| cluster.state != ClusterState::Deleted).count()
}

fn view(world: &World, id: &str, cluster: &Cluster) -> Value {
    let groups: Vec<Value> = world
        .node_groups
        .iter()
        .filter(|(_, group)| group.cluster == id && group.state != ClusterState::Deleted)
        .map(|(id, group)| node_group::view(id, group))
        .collect();
    json!({
        "clusterId": id,
        "name": cluster.name,
        "description": cluster.description,
        "version": cluster.version,
        "azs": cluster.zones,
        "nodeGroups": groups,
        "clusterState": cluster.state.as_str(),
        "stateMessage": "",
        "createTime": cluster.created.to_string(),
        "updateTime": cluster.updated.to_string(),
        "accessKey": cluster.access_key,
        "masterAuth": {"user": "admin", "password": "emulated"},
        "endpoint": "192.0.2.10",
        "endpointPort": "6443",
        "addonsConfig": cluster.addons,
        "networkMode": cluster.network_mode,
        "clusterNetwork": cluster.network,
        "clusterEnvironments": cluster.environments,
        "autoUpgrade": false,
        "isEdge": false,
    })
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    if !REGIONS.contains(&region) {
        return Err(Fault::invalid(format!("clusters are not offered in {region}")));
    }
    let name = args.text("name")?;
    names::plain("name", name)?;
    let description = args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let version = args.opt_text("version").unwrap_or(VERSIONS[0]);
    if !VERSIONS.contains(&version) {
        return Err(Fault::invalid(format!("version `{version}` is none of {}", VERSIONS.join(", "))));
    }
    let zones = spec::zones(region, args)?;
    let (network_mode, network, subnets) = spec::network(world, region, args)?;
    let order = spec::Order::read(args.need("nodeGroup")?, &zones)?;
    args.text("secretKey")?;
    quota::check(&world.settings.quotas, "kubernetes", count(world, region), 1)?;

    let given = |name: &str| args.0.get(name).filter(|value| value.is_array()).cloned().unwrap_or_else(|| json!([]));
    let id = world.ids.id("k8s");
    let node_subnet = args.child("customizedClusterNetworkSpec").and_then(|spec| spec.opt_text("nodeSubnetId"));
    let cluster = Cluster {
        region: region.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        version: version.to_owned(),
        zones,
        state: ClusterState::Pending,
        access_key: args.text("accessKey")?.to_owned(),
        network_mode,
        network,
        addons: given("addonsConfig"),
        environments: given("clusterEnvironments"),
        subnets,
        created: call.now,
        updated: call.now,
    };
    world.clusters.insert(id.clone(), cluster);
    node_group::insert(world, call, &id, order, node_subnet, true);
    life::plan_cluster(world, &id, call.now, usual::CREATE_CLUSTER, ClusterState::Running);
    Ok(json!({"clusterId": id}))
}

pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("clusterId")?;
    Ok(json!({"cluster": view(world, id, find(world, call.region(), id)?)}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let fields = |cluster: &Cluster, filter: &str| match filter {
        "name" => Some(Field::Part(cluster.name.clone())),
        _ => None,
    };
    let view = |id: &str, cluster: &Cluster| view(world, id, cluster);
    listing::answer(call, &world.clusters, &LISTED, (Beyond::Empty, "clusters"), fields, view)
}

pub(super) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("clusterId")?;
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    if name.is_none() && description.is_none() {
        return Err(Fault::invalid("name or description is required"));
    }
    name.map_or(Ok(()), |name| names::plain("name", name))?;
    names::description(description.unwrap_or_default())?;
    find_idle(world, call.region(), id)?;
    if let Some(cluster) = world.clusters.get_mut(id) {
        name.unwrap_or(&cluster.name.clone()).clone_into(&mut cluster.name);
        description.unwrap_or(&cluster.description.clone()).clone_into(&mut cluster.description);
        cluster.updated = call.now;
    }
    Ok(Value::Null)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("clusterId")?;
    find_idle(world, call.region(), id)?;
    let groups: Vec<String> = world
        .node_groups
        .iter()
        .filter(|(_, group)| group.cluster == id && group.state != ClusterState::Deleted)
        .map(|(group, _)| group.clone())
        .collect();
    for group in groups {
        if let Some(going) = world.node_groups.get_mut(&group) {
            going.state = ClusterState::Deleting;
        }
        world.node_groups.going(&group);
    }
    if let Some(cluster) = world.clusters.get_mut(id) {
        cluster.state = ClusterState::Deleting;
    }
    world.clusters.going(id);
    life::plan_cluster(world, id, call.now, usual::DELETE_CLUSTER, ClusterState::Deleted);
    Ok(Value::Null)
}

pub(super) fn quotas(world: &World, call: &Call<'_>) -> Answer {
    let limit = quota::limit(&world.settings.quotas, "kubernetes").unwrap_or_default();
    let row = json!({"resourceType": "kubernetes", "limit": limit, "used": count(world, call.region())});
    Ok(json!({"quotas": [row]}))
}

pub(super) fn versions(_: &World, call: &Call<'_>) -> Answer {
    let wanted = call.args.opt_text("masterVersion");
    let found = VERSIONS.iter().filter(|version| wanted.is_none_or(|wanted| wanted == **version));
    let rows: Vec<Value> = found
        .map(|version| json!({"version": version, "isDefault": *version == VERSIONS[0], "versionStatus": "enabled"}))
        .collect();
    Ok(json!({"masterVersions": rows}))
}
