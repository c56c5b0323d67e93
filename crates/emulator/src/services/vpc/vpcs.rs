//! VPCs: created with a default route table, security group and ACL, deleted with them once no subnet is left.

use super::labels::Labels;
use super::{network_acl, route_table, security_group, subnet};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::Vpc;
use crate::world::World;
use crate::{names, network, quota, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<Vpc> = Listed { id_filter: "vpcIds", tags: Some(|v| &v.tags), shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("vpcName")?;
    names::plain("vpcName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let prefix = match call.args.opt_text("addressPrefix") {
        None | Some("") => None,
        Some(text) => Some(network::private_prefix("addressPrefix", text)?),
    };
    let tags = tags::read(call.args, "userTags")?;
    let used = world.vpcs.count(call.region());
    quota::check(&world.settings.quotas, "vpc", used, 1)?;

    let id = world.ids.id("vpc");
    let range = prefix.map(|p| p.to_string());
    let route_table = route_table::create_default(world, call.region(), &id, range.as_deref(), call.now);
    let acl = network_acl::create_default(world, call.region(), &id, call.now);
    let group = security_group::create_default(world, call.region(), &id, call.now);
    let vpc = Vpc {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        prefix,
        created: call.now,
        tags,
        subnets: BTreeSet::new(),
        route_tables: BTreeSet::from([route_table.clone()]),
        acls: BTreeSet::from([acl.clone()]),
        security_groups: BTreeSet::from([group.clone()]),
        peerings: BTreeSet::new(),
        zones: BTreeSet::new(),
        default_route_table: route_table,
        default_acl: acl,
        default_security_group: group,
    };
    world.vpcs.insert(id.clone(), vpc);
    Ok(json!({"vpcId": id}))
}

/// The VPC of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Vpc, Fault> {
    world.vpcs.get(id).filter(|v| v.region == region).ok_or_else(|| Fault::not_found("vpc", id))
}

/// The same, to be changed.
pub(crate) fn find_mut<'w>(world: &'w mut World, region: &str, id: &str) -> Result<&'w mut Vpc, Fault> {
    world.vpcs.get_mut(id).filter(|v| v.region == region).ok_or_else(|| Fault::not_found("vpc", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcId")?;
    Ok(json!({"vpc": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    listing::answer(
        call,
        &world.vpcs,
        &LISTED,
        (Beyond::LastPage, "vpcs"),
        |vpc, filter| {
            Some(match filter {
                "vpcNames" => Field::One(vpc.name.clone()),
                "azType" | "azs" | "resourceTag" => Field::Unrestricted,
                _ => return None,
            })
        },
        |id, vpc| view(world, id, vpc),
    )
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcId")?;
    let vpc = find_mut(world, call.region(), id)?;
    let labels = Labels::read(call, "vpcName")?;
    let prefix = call.args.opt_text("addressPrefix");
    // The only change of a prefix is to none: subnets may then use any private range.
    let same = vpc.prefix.map(|p| p.to_string()).unwrap_or_default();
    if prefix.is_some_and(|p| !p.is_empty() && p != same) {
        return Err(Fault::invalid("addressPrefix can only be changed to the empty string"));
    }
    labels.write(&mut vpc.name, &mut vpc.description);
    if prefix == Some("") {
        vpc.prefix = None;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcId")?;
    let vpc = find(world, call.region(), id)?;
    if !vpc.subnets.is_empty() {
        return Err(Fault::precondition(format!("vpc {id} still has {} subnets", vpc.subnets.len())));
    }
    if let Some(zone) = vpc.zones.first() {
        return Err(Fault::precondition(format!("VPC {id} is bound to private zone {zone}")));
    }
    if let Some(peering) = vpc.peerings.first() {
        return Err(Fault::precondition(format!("vpc {id} still has the peering {peering}")));
    }
    if let Some(vpc) = world.vpcs.remove(id) {
        for child in &vpc.route_tables {
            world.route_tables.remove(child);
        }
        for child in &vpc.acls {
            world.acls.remove(child);
        }
        for child in &vpc.security_groups {
            world.security_groups.remove(child);
        }
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, vpc: &Vpc) -> Value {
    let subnets: Vec<Value> =
        vpc.subnets.iter().filter_map(|s| world.subnets.get(s).map(|subnet| subnet::view(s, subnet))).collect();
    json!({
        "vpcId": id,
        "vpcName": vpc.name,
        "description": vpc.description,
        "addressPrefix": vpc.prefix.map(|p| p.to_string()).unwrap_or_default(),
        "aclIds": vpc.acls,
        "routeTableIds": vpc.route_tables,
        "subnets": subnets,
        "createdTime": vpc.created.to_string(),
        "tags": tags::view(&vpc.tags),
    })
}
