//! Security groups: their life; their rules are in `security_group_rules`.

use super::labels::Labels;
use super::{security_group_rules, vpcs};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::SecurityGroup;
use crate::tags::Tags;
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<SecurityGroup> = Listed { id_filter: "networkSecurityGroupIds", tags: None, shown: None };

/// Makes the group that every VPC begins with.
pub(crate) fn create_default(world: &mut World, region: &str, vpc: &str, now: Moment) -> String {
    insert(world, region, vpc, ("default", ""), true, now)
}

fn insert(
    world: &mut World,
    region: &str,
    vpc: &str,
    (name, description): (&str, &str),
    default: bool,
    now: Moment,
) -> String {
    let id = world.ids.id("sg");
    let rules = security_group_rules::at_creation(world, now);
    let group = SecurityGroup {
        region: region.to_owned(),
        vpc: vpc.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        default,
        rules,
        interfaces: BTreeSet::new(),
        load_balancers: BTreeSet::new(),
        created: now,
        tags: Tags::new(),
    };
    world.security_groups.insert(id.clone(), group);
    id
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("networkSecurityGroupName")?;
    names::plain("networkSecurityGroupName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let vpc_id = call.args.text("vpcId")?;
    let vpc = vpcs::find(world, call.region(), vpc_id)?;
    quota::check(&world.settings.quotas, "security_group", vpc.security_groups.len(), 1)?;

    let id = insert(world, call.region(), vpc_id, (name, description), false, call.now);
    if let Some(vpc) = world.vpcs.get_mut(vpc_id) {
        vpc.security_groups.insert(id.clone());
    }
    Ok(json!({"networkSecurityGroupId": id}))
}

/// The group of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w SecurityGroup, Fault> {
    world
        .security_groups
        .get(id)
        .filter(|g| g.region == region)
        .ok_or_else(|| Fault::not_found("networkSecurityGroup", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    Ok(json!({"networkSecurityGroup": view(id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    listing::answer(
        call,
        &world.security_groups,
        &LISTED,
        (Beyond::LastPage, "networkSecurityGroups"),
        |group, filter| {
            Some(match filter {
                "networkSecurityGroupNames" => Field::One(group.name.clone()),
                "vpcId" => Field::One(group.vpc.clone()),
                _ => return None,
            })
        },
        view,
    )
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    find(world, call.region(), id)?;
    let labels = Labels::read(call, "networkSecurityGroupName")?;
    if let Some(group) = world.security_groups.get_mut(id) {
        labels.write(&mut group.name, &mut group.description);
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    let group = find(world, call.region(), id)?;
    if group.default {
        return Err(Fault::precondition(format!("{id} is the default security group of {}", group.vpc)));
    }
    if let Some(interface) = group.interfaces.first() {
        return Err(Fault::precondition(format!("security group {id} is in use by network interface {interface}")));
    }
    if let Some(balancer) = group.load_balancers.first() {
        return Err(Fault::precondition(format!("security group {id} is in use by load balancer {balancer}")));
    }
    if let Some(group) = world.security_groups.remove(id)
        && let Some(vpc) = world.vpcs.get_mut(&group.vpc)
    {
        vpc.security_groups.remove(id);
    }
    Ok(Value::Null)
}

fn view(id: &str, group: &SecurityGroup) -> Value {
    let rules: Vec<Value> = group.rules.iter().map(security_group_rules::view).collect();
    json!({
        "networkSecurityGroupId": id,
        "networkSecurityGroupName": group.name,
        "description": group.description,
        "vpcId": group.vpc,
        "securityGroupRules": rules,
        "createdTime": group.created.to_string(),
        "networkSecurityGroupType": if group.default { "default" } else { "custom" },
        "networkInterfaceIds": group.interfaces,
    })
}
