//! Groups of sub users.

use super::{checks, rows};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::state::UserGroup;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn view(call: &Call<'_>, group: &UserGroup) -> Value {
    json!({
        "groupId": group.id,
        "name": group.name,
        "jrn": rows::jrn(call, "group", &group.name),
        "description": group.description,
        "createTime": group.created.to_string(),
        "updateTime": group.updated.to_string(),
    })
}

/// The group of this name.
pub(super) fn find<'w>(world: &'w World, name: &str) -> Result<&'w UserGroup, Fault> {
    world.user_groups.get(name).ok_or_else(|| Fault::not_found("group", name))
}

/// The same, to be changed.
pub(super) fn find_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut UserGroup, Fault> {
    world.user_groups.get_mut(name).ok_or_else(|| Fault::not_found("group", name))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("createGroupInfo")?;
    let name = info.text("name")?;
    checks::name("name", name, 32)?;
    let description = info.opt_text("description").unwrap_or_default();
    names::description(description)?;
    if world.user_groups.contains_key(name) {
        return Err(Fault::exists(format!("group {name} already exists")));
    }
    let group = UserGroup {
        id: world.ids.id("group"),
        name: name.to_owned(),
        description: description.to_owned(),
        members: BTreeSet::new(),
        policies: BTreeSet::new(),
        created: call.now,
        updated: call.now,
    };
    let view = view(call, &group);
    world.user_groups.insert(name.to_owned(), group);
    Ok(json!({"group": view}))
}

pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    Ok(json!({"group": view(call, find(world, call.args.text("groupName")?)?)}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let named = |group: &&UserGroup| rows::holds(call, "keyword", &[&group.name, &group.description]);
    let mut found: Vec<&UserGroup> = world.user_groups.values().filter(named).collect();
    rows::by_age(call, &mut found, |group| group.created);
    rows::page(call, "groups", &found, |group| {
        let mut view = view(call, group);
        view["subUserSum"] = json!(group.members.len());
        view["policySum"] = json!(group.policies.len());
        view
    })
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("updateGroupInfo")?;
    let description = info.opt_text("description");
    names::description(description.unwrap_or_default())?;
    let group = find_mut(world, call.args.text("groupName")?)?;
    if let Some(description) = description {
        description.clone_into(&mut group.description);
    }
    group.updated = call.now;
    Ok(Value::Null)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("groupName")?;
    let group = find(world, name)?;
    if !group.members.is_empty() {
        return Err(Fault::precondition(format!("group {name} has sub users")));
    }
    if !group.policies.is_empty() {
        return Err(Fault::precondition(format!("group {name} has policies attached")));
    }
    world.user_groups.remove(name);
    Ok(Value::Null)
}
