//! Who has which policy, and who is in which group.
//!
//! What is tied already is refused as a duplicate, what is not tied cannot be untied: no page says either, and both readings
//! let no mistake of a caller pass.

use super::{group, policy, role, rows, sub_user};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn tie(set: &mut BTreeSet<String>, what: &str, name: &str) -> Answer {
    match set.insert(name.to_owned()) {
        true => Ok(Value::Null),
        false => Err(Fault::exists(format!("{what} {name} is there already"))),
    }
}

fn untie(set: &mut BTreeSet<String>, what: &str, name: &str) -> Answer {
    match set.remove(name) {
        true => Ok(Value::Null),
        false => Err(Fault::not_found(what, name)),
    }
}

/// The policy that a call is about, which must exist to be attached.
fn wanted<'c>(world: &World, call: &Call<'c>) -> Result<&'c str, Fault> {
    let name = call.args.text("policyName")?;
    match policy::exists(world, name) {
        true => Ok(name),
        false => Err(Fault::not_found("policy", name)),
    }
}

pub(super) fn attach_to_sub_user(world: &mut World, call: &Call<'_>) -> Answer {
    let name = wanted(world, call)?;
    tie(&mut sub_user::find_mut(world, call.args.text("subUser")?)?.policies, "policy", name)
}

pub(super) fn attach_to_group(world: &mut World, call: &Call<'_>) -> Answer {
    let name = wanted(world, call)?;
    tie(&mut group::find_mut(world, call.args.text("groupName")?)?.policies, "policy", name)
}

pub(super) fn attach_to_role(world: &mut World, call: &Call<'_>) -> Answer {
    let name = wanted(world, call)?;
    tie(&mut role::find_mut(world, call.args.text("roleName")?)?.policies, "policy", name)
}

pub(super) fn detach_from_sub_user(world: &mut World, call: &Call<'_>) -> Answer {
    let user = sub_user::find_mut(world, call.args.text("subUser")?)?;
    untie(&mut user.policies, "policy", call.args.text("policyName")?)
}

pub(super) fn detach_from_group(world: &mut World, call: &Call<'_>) -> Answer {
    let group = group::find_mut(world, call.args.text("groupName")?)?;
    untie(&mut group.policies, "policy", call.args.text("policyName")?)
}

pub(super) fn detach_from_role(world: &mut World, call: &Call<'_>) -> Answer {
    let role = role::find_mut(world, call.args.text("roleName")?)?;
    untie(&mut role.policies, "policy", call.args.text("policyName")?)
}

pub(super) fn list_of_sub_user(world: &World, call: &Call<'_>) -> Answer {
    let policies = &sub_user::find(world, call.args.text("subUser")?)?.policies;
    let rows: Vec<Value> = policies.iter().map(|name| policy::row(world, call, name)).collect();
    Ok(json!({"total": rows.len(), "policies": rows}))
}

pub(super) fn list_of_group(world: &World, call: &Call<'_>) -> Answer {
    let found: Vec<&String> = group::find(world, call.args.text("groupName")?)?.policies.iter().collect();
    rows::page(call, "policies", &found, |name| policy::row(world, call, name))
}

pub(super) fn list_of_role(world: &World, call: &Call<'_>) -> Answer {
    let policies = &role::find(world, call.args.text("roleName")?)?.policies;
    let found: Vec<&String> = policies.iter().filter(|name| rows::holds(call, "keyword", &[name])).collect();
    rows::page(call, "policies", &found, |name| {
        let row = policy::row(world, call, name);
        json!({
            "policyId": row["policyId"],
            "policyName": row["name"],
            "description": row["description"],
            "type": row["policyType"],
            "policyJrn": row["jrn"],
            "scopeType": row["scopeType"],
        })
    })
}

pub(super) fn add_member(world: &mut World, call: &Call<'_>) -> Answer {
    let user = call.args.text("subUser")?;
    sub_user::find(world, user)?;
    tie(&mut group::find_mut(world, call.args.text("groupName")?)?.members, "sub user", user)
}

pub(super) fn remove_member(world: &mut World, call: &Call<'_>) -> Answer {
    let group = group::find_mut(world, call.args.text("groupName")?)?;
    untie(&mut group.members, "sub user", call.args.text("subUser")?)
}

pub(super) fn list_members(world: &World, call: &Call<'_>) -> Answer {
    let members = &group::find(world, call.args.text("groupName")?)?.members;
    let found: Vec<&String> = members.iter().collect();
    rows::page(call, "subUsers", &found, |name| {
        let user = world.sub_users.get(name);
        json!({
            "name": name,
            "description": user.map(|user| &user.description),
            "createTime": user.map(|user| user.created.to_string()),
        })
    })
}

pub(super) fn list_groups(world: &World, call: &Call<'_>) -> Answer {
    let user = call.args.text("subUser")?;
    sub_user::find(world, user)?;
    let groups = world.user_groups.values().filter(|group| group.members.contains(user));
    let rows: Vec<Value> = groups
        .map(|group| {
            json!({
                "groupId": group.id,
                "name": group.name,
                "jrn": rows::jrn(call, "group", &group.name),
                "description": group.description,
                "createTime": group.created.to_string(),
                "updateTime": group.updated.to_string(),
                "policies": group.policies,
            })
        })
        .collect();
    Ok(json!({"total": rows.len(), "groups": rows}))
}
