//! Target groups: servers, or addresses, that traffic can go to; the targets themselves are in `targets`.

use super::belonging::{self, at_rest, named, parent, renamed, type_of};
use super::targets;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{Field, Listed};
use crate::quota;
use crate::state::TargetGroup;
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<TargetGroup> = Listed { id_filter: "targetGroupIds", tags: None, shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, description) = named(call.args, "targetGroupName")?;
    let group_type = match call.args.opt_text("type") {
        None | Some("" | "instance") => "instance",
        Some("ip") => "ip",
        Some(other) => return Err(Fault::invalid(format!("type `{other}` is neither instance nor ip"))),
    };
    let (balancer, parent) = parent(world, call)?;
    quota::check(&world.settings.quotas, "target_group", parent.target_groups.len(), 1)?;
    let id = world.ids.id("tg");
    let group = TargetGroup {
        region: call.region().to_owned(),
        balancer: balancer.clone(),
        name,
        description,
        group_type: group_type.to_owned(),
        targets: Vec::new(),
        created: call.now,
    };
    world.target_groups.insert(id.clone(), group);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.target_groups.insert(id.clone());
    }
    Ok(json!({"targetGroupId": id}))
}

/// The target group of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w TargetGroup, Fault> {
    world.target_groups.get(id).filter(|g| g.region == region).ok_or_else(|| Fault::not_found("targetGroup", id))
}

/// The target group of the call, which nothing keeps from being changed.
pub(super) fn idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w TargetGroup), Fault> {
    let id = call.args.text("targetGroupId")?;
    let group = find(world, call.region(), id)?;
    at_rest(world, call.region(), &group.balancer)?;
    Ok((id.to_owned(), group))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("targetGroupId")?;
    Ok(json!({"targetGroup": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |group: &TargetGroup, filter: &str| {
        Some(match filter {
            "targetGroupNames" => Field::One(group.name.clone()),
            "loadBalancerId" => Field::One(group.balancer.clone()),
            _ => return None,
        })
    };
    let type_of = |group: &TargetGroup| type_of(world, &group.balancer);
    let view = |id: &str, group: &TargetGroup| view(world, id, group);
    belonging::list(call, &world.target_groups, (&LISTED, "targetGroups"), type_of, field, view)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle(world, call)?;
    let (name, description) = renamed(call.args, "targetGroupName")?;
    if let Some(group) = world.target_groups.get_mut(&id) {
        if let Some(name) = name {
            group.name = name.to_owned();
        }
        if let Some(text) = description {
            group.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, group) = idle(world, call)?;
    let balancer = group.balancer.clone();
    let uses = |backend: &&String| world.backends.get(*backend).is_some_and(|b| b.target_groups.contains(&id));
    let backends = world.load_balancers.get(&balancer).into_iter().flat_map(|b| &b.backends);
    if let Some(backend) = backends.into_iter().find(uses) {
        return Err(Fault::precondition(format!("target group {id} is in use by backend {backend}")));
    }
    world.target_groups.remove(&id);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.target_groups.remove(&id);
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, group: &TargetGroup) -> Value {
    let targets: Vec<Value> = group.targets.iter().map(|target| targets::view(world, id, target)).collect();
    json!({
        "targetGroupId": id,
        "targetGroupName": group.name,
        "loadBalancerId": group.balancer,
        "loadBalancerType": type_of(world, &group.balancer).as_str(),
        "loadBalancerName": world.load_balancers.get(&group.balancer).map(|b| b.name.as_str()),
        "description": group.description,
        "createdTime": group.created.to_string(),
        "targets": targets,
        "type": group.group_type,
    })
}
