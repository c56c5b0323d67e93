//! Subnets: a prefix inside its VPC's, disjoint from its siblings, deletable once nothing is plugged in.

use super::labels::Labels;
use super::vpcs;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{ClusterState, NodeGroup, Subnet};
use crate::world::World;
use crate::{names, network, quota, tags};
use core::net::Ipv4Addr;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTED: Listed<Subnet> = Listed { id_filter: "subnetIds", tags: Some(|s| &s.tags), shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("subnetName")?;
    names::plain("subnetName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    check_dns(call)?;
    let tags = tags::read(call.args, "userTags")?;
    let prefix = network::private_prefix("addressPrefix", call.args.text("addressPrefix")?)?;
    let vpc_id = call.args.text("vpcId")?;
    let vpc = vpcs::find(world, call.region(), vpc_id)?;
    if let Some(range) = vpc.prefix.filter(|range| !range.contains(&prefix)) {
        return Err(Fault::invalid(format!("addressPrefix {prefix} is not inside {range}, the prefix of {vpc_id}")));
    }
    for sibling in &vpc.subnets {
        if let Some(other) = world.subnets.get(sibling).filter(|s| network::overlap(s.prefix, prefix)) {
            return Err(Fault::invalid(format!("addressPrefix {prefix} overlaps with {} of {sibling}", other.prefix)));
        }
    }
    let route_table = match call.args.opt_text("routeTableId").filter(|t| !t.is_empty()) {
        None => vpc.default_route_table.clone(),
        Some(table) if vpc.route_tables.contains(table) => table.to_owned(),
        Some(table) => return Err(Fault::not_found("routeTable", table)),
    };
    quota::check(&world.settings.quotas, "subnet", vpc.subnets.len(), 1)?;
    let acl = vpc.default_acl.clone();
    if call.args.flag("dryRun") {
        return Ok(Value::Null);
    }

    let id = world.ids.id("subnet");
    if let Some(table) = world.route_tables.get_mut(&route_table) {
        table.subnets.insert(id.clone());
    }
    if let Some(acl) = world.acls.get_mut(&acl) {
        acl.subnets.insert(id.clone());
    }
    if let Some(vpc) = world.vpcs.get_mut(vpc_id) {
        vpc.subnets.insert(id.clone());
    }
    let subnet = Subnet {
        region: call.region().to_owned(),
        vpc: vpc_id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        prefix,
        mask_len: call.args.opt_int("ipMaskLen").unwrap_or(0),
        route_table,
        acl,
        created: call.now,
        tags,
        used: BTreeMap::new(),
    };
    world.subnets.insert(id.clone(), subnet);
    Ok(json!({"subnetId": id}))
}

fn check_dns(call: &Call<'_>) -> Result<(), Fault> {
    let names = call.args.texts("domainNames");
    let legal = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    if names.iter().map(|n| n.len()).sum::<usize>() > 254 || !names.iter().all(|n| n.chars().all(legal)) {
        return Err(Fault::invalid("domainNames must have at most 254 letters, digits, `-`, `_` and `.` in all"));
    }
    let servers = call.args.texts("domainNameServers");
    if servers.len() > 5 || servers.iter().any(|s| s.parse::<Ipv4Addr>().is_err()) {
        return Err(Fault::invalid("domainNameServers must be at most five IPv4 addresses"));
    }
    Ok(())
}

/// The subnet of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Subnet, Fault> {
    world.subnets.get(id).filter(|s| s.region == region).ok_or_else(|| Fault::not_found("subnet", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("subnetId")?;
    Ok(json!({"subnet": view(id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    listing::answer(
        call,
        &world.subnets,
        &LISTED,
        (Beyond::LastPage, "subnets"),
        |subnet, filter| {
            Some(match filter {
                "subnetNames" => Field::One(subnet.name.clone()),
                "vpcId" => Field::One(subnet.vpc.clone()),
                "routeTableId" => Field::One(subnet.route_table.clone()),
                "aclId" => Field::One(subnet.acl.clone()),
                "subnetType" | "azType" => Field::Any(vec!["standard".into(), "all".into()]),
                "types" => Field::Any(vec!["normal".into(), "all".into()]),
                "azs" | "hpcClusterIds" | "shareType" => Field::Unrestricted,
                _ => return None,
            })
        },
        view,
    )
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("subnetId")?;
    find(world, call.region(), id)?;
    let labels = Labels::read(call, "subnetName")?;
    check_dns(call)?;
    let mask_len = call.args.opt_int("ipMaskLen");
    if let Some(subnet) = world.subnets.get_mut(id) {
        labels.write(&mut subnet.name, &mut subnet.description);
        if let Some(length) = mask_len {
            subnet.mask_len = length;
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("subnetId")?;
    let subnet = find(world, call.region(), id)?;
    if let Some(user) = subnet.used.values().next() {
        return Err(Fault::precondition(format!("subnet {id} is in use by {user}")));
    }
    let held = world.clusters.iter().find(|(_, c)| c.subnets.contains(id) && c.state != ClusterState::Deleted);
    let held = held.map(|(cluster, _)| cluster).or_else(|| {
        let group = |g: &&NodeGroup| g.subnet.as_deref() == Some(id) && g.state != ClusterState::Deleted;
        world.node_groups.values().find(group).map(|group| &group.cluster)
    });
    if let Some(cluster) = held {
        return Err(Fault::precondition(format!("subnet {id} is in use by cluster {cluster}")));
    }
    if let Some(subnet) = world.subnets.remove(id) {
        if let Some(vpc) = world.vpcs.get_mut(&subnet.vpc) {
            vpc.subnets.remove(id);
        }
        if let Some(table) = world.route_tables.get_mut(&subnet.route_table) {
            table.subnets.remove(id);
        }
        if let Some(acl) = world.acls.get_mut(&subnet.acl) {
            acl.subnets.remove(id);
        }
    }
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(id: &str, subnet: &Subnet) -> Value {
    let (first, last) = network::usable(subnet.prefix);
    let available = network::capacity(subnet.prefix).saturating_sub(subnet.used.len() as u64);
    json!({
        "subnetId": id,
        "subnetName": subnet.name,
        "description": subnet.description,
        "vpcId": subnet.vpc,
        "addressPrefix": subnet.prefix.to_string(),
        "availableIpCount": available,
        "ipMaskLen": subnet.mask_len,
        "routeTableId": subnet.route_table,
        "aclId": subnet.acl,
        "startIp": Ipv4Addr::from(first).to_string(),
        "endIp": Ipv4Addr::from(last).to_string(),
        "createdTime": subnet.created.to_string(),
        "subnetType": "standard",
        "type": "normal",
        "tags": tags::view(&subnet.tags),
    })
}
