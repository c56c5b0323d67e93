//! Roles, and who may assume them.

use super::{checks, rows};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::services::user;
use crate::state::Role;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Seconds that a session lasts at least, and at most where the role says nothing.
const SHORTEST: i64 = 3600;
/// Seconds that a role may let a session last.
const LONGEST: i64 = 43_200;

/// A role as a list shows it.
fn row(role: &Role) -> Value {
    json!({
        "roleName": role.name,
        "type": role.kind,
        "assumeRolePolicyDocument": role.trust,
        "description": role.description,
        "createTime": role.created.to_string(),
    })
}

fn view(call: &Call<'_>, role: &Role) -> Value {
    let mut view = row(role);
    view["roleId"] = json!(role.id);
    view["maxSessionDuration"] = json!(role.max_session_seconds);
    view["jrn"] = json!(rows::jrn(call, "role", &role.name));
    view["account"] = json!(user::pin(call));
    view
}

/// The role of this name.
pub(super) fn find<'w>(world: &'w World, name: &str) -> Result<&'w Role, Fault> {
    world.roles.get(name).ok_or_else(|| Fault::not_found("role", name))
}

/// The same, to be changed.
pub(super) fn find_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut Role, Fault> {
    world.roles.get_mut(name).ok_or_else(|| Fault::not_found("role", name))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("createRoleInfo")?;
    let name = info.text("roleName")?;
    checks::name("roleName", name, 64)?;
    let kind = info.int("type")?;
    if !matches!(kind, 3 | 4) {
        return Err(Fault::invalid("type must be 3 or 4"));
    }
    let trust = info.text("assumeRolePolicyDocument")?;
    checks::document("assumeRolePolicyDocument", trust)?;
    let description = info.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let max_session_seconds = info.opt_int("maxSessionDuration").unwrap_or(SHORTEST);
    if !(SHORTEST..=LONGEST).contains(&max_session_seconds) {
        return Err(Fault::out_of_range(format!("maxSessionDuration must be {SHORTEST} to {LONGEST}")));
    }
    if world.roles.contains_key(name) {
        return Err(Fault::exists(format!("role {name} already exists")));
    }
    let role = Role {
        id: world.ids.id("role"),
        name: name.to_owned(),
        kind,
        trust: trust.to_owned(),
        description: description.to_owned(),
        max_session_seconds,
        policies: BTreeSet::new(),
        created: call.now,
    };
    let view = view(call, &role);
    world.roles.insert(name.to_owned(), role);
    Ok(json!({"roleInfo": view}))
}

pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    Ok(json!({"roleInfo": view(call, find(world, call.args.text("roleName")?)?)}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    let kind = call.args.opt_int("type");
    let wanted =
        |role: &&Role| rows::holds(call, "roleName", &[&role.name]) && kind.is_none_or(|kind| kind == role.kind);
    let mut found: Vec<&Role> = world.roles.values().filter(wanted).collect();
    rows::by_age(call, &mut found, |role| role.created);
    rows::page(call, "roles", &found, row)
}

pub(super) fn update_trust(world: &mut World, call: &Call<'_>) -> Answer {
    let trust = call.args.need("updateAssumeRolePolicyInfo")?.text("assumeRolePolicyDocument")?;
    checks::document("assumeRolePolicyDocument", trust)?;
    trust.clone_into(&mut find_mut(world, call.args.text("roleName")?)?.trust);
    Ok(Value::Null)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("roleName")?;
    if !find(world, name)?.policies.is_empty() {
        return Err(Fault::precondition(format!("role {name} has policies attached")));
    }
    world.roles.remove(name);
    Ok(Value::Null)
}
