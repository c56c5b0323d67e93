//! Policies: those of the account, and those that every account can use.

use super::{checks, rows};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::state::Policy;
use crate::world::World;
use serde_json::{Value, json};

/// Policies that are there from the start; the names are those of JD Cloud's console, not all of them.
const SYSTEM: [&str; 4] = ["JDCloudAdmin-New", "JDCloudOSSAdmin", "JDCloudReadOnlyAccess", "JDCloudVPCAdmin"];
/// When those were made.
const BEGINNING: Moment = Moment(1_546_300_800_000);

/// Whether there is a policy of this name.
pub(super) fn exists(world: &World, name: &str) -> bool {
    SYSTEM.contains(&name) || world.policies.contains_key(name)
}

/// A policy as a list shows it.
pub(super) fn row(world: &World, call: &Call<'_>, name: &str) -> Value {
    let Some(policy) = world.policies.get(name) else {
        return json!({
            "policyId": format!("system-{name}"),
            "name": name,
            "jrn": format!("jrn:iam:::policy/{name}"),
            "description": "",
            "policyType": 0,
            "version": "3",
            "currentDefaultEdition": "v1",
            "createTime": BEGINNING.to_string(),
            "updateTime": BEGINNING.to_string(),
            "scopeType": 1,
        });
    };
    json!({
        "policyId": policy.id,
        "name": policy.name,
        "jrn": rows::jrn(call, "policy", &policy.name),
        "description": policy.description,
        "policyType": 1,
        "version": "3",
        "currentDefaultEdition": format!("v{}", policy.edition),
        "createTime": policy.created.to_string(),
        "updateTime": policy.updated.to_string(),
        "scopeType": 1,
    })
}

fn find_mut<'w>(world: &'w mut World, name: &str) -> Result<&'w mut Policy, Fault> {
    if SYSTEM.contains(&name) {
        return Err(Fault::precondition(format!("policy {name} belongs to the system")));
    }
    world.policies.get_mut(name).ok_or_else(|| Fault::not_found("policy", name))
}

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let info = call.args.need("createPolicyInfo")?;
    let name = info.text("name")?;
    checks::name("name", name, 64)?;
    let content = info.text("content")?;
    checks::document("content", content)?;
    let description = info.opt_text("description").unwrap_or_default();
    names::description(description)?;
    if exists(world, name) {
        return Err(Fault::exists(format!("policy {name} already exists")));
    }
    let policy = Policy {
        id: world.ids.id("policy"),
        name: name.to_owned(),
        description: description.to_owned(),
        content: content.to_owned(),
        edition: 1,
        created: call.now,
        updated: call.now,
    };
    world.policies.insert(name.to_owned(), policy);
    Ok(json!({"policy": row(world, call, name)}))
}

/// The document stands in the edition that is in force; the field for it in the policy itself is deprecated, and empty.
pub(super) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let name = call.args.text("policyName")?;
    if !exists(world, name) {
        return Err(Fault::not_found("policy", name));
    }
    let mut policy = row(world, call, name);
    if let Some(fields) = policy.as_object_mut() {
        fields.remove("scopeType");
    }
    let own = world.policies.get(name);
    let document = own.map_or(r#"{"Version":"3","Statement":[]}"#, |policy| policy.content.as_str());
    let edition = json!({
        "isDefaultEdition": true,
        "edition": policy["currentDefaultEdition"],
        "policyDocument": document,
        "createTime": policy["updateTime"],
    });
    Ok(json!({"policy": policy, "defaultPolicyEdition": edition}))
}

pub(super) fn list(world: &World, call: &Call<'_>) -> Answer {
    // `types` took the place of `queryType`; both tell the system's from the account's, by other numbers.
    let wanted: Vec<&str> = match call.args.opt_text("types").filter(|types| !types.is_empty()) {
        Some(types) => types.split(',').map(str::trim).collect(),
        None => match call.args.opt_int("queryType") {
            Some(1) => vec!["1"],
            Some(2) => vec!["2"],
            _ => vec!["1", "2"],
        },
    };
    let system = SYSTEM.iter().copied().filter(|_| wanted.contains(&"1")).map(|name| (name, BEGINNING));
    let own = world.policies.values().filter(|_| wanted.contains(&"2"));
    let own = own.map(|policy| (policy.name.as_str(), policy.created));
    let mut found: Vec<(&str, Moment)> =
        system.chain(own).filter(|(name, _)| rows::holds(call, "keyword", &[name])).collect();
    rows::by_age(call, &mut found, |(_, created)| *created);
    rows::page(call, "policies", &found, |(name, _)| row(world, call, name))
}

pub(super) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let content = call.args.need("updatePolicyInfo")?.text("content")?;
    checks::document("content", content)?;
    let policy = find_mut(world, call.args.text("policyName")?)?;
    content.clone_into(&mut policy.content);
    policy.edition += 1;
    policy.updated = call.now;
    Ok(Value::Null)
}

pub(super) fn update_description(world: &mut World, call: &Call<'_>) -> Answer {
    let description = call.args.need("updatePolicyDescriptionInfo")?.text("description")?;
    names::description(description)?;
    let policy = find_mut(world, call.args.text("policyName")?)?;
    description.clone_into(&mut policy.description);
    policy.updated = call.now;
    Ok(Value::Null)
}

pub(super) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("policyName")?;
    find_mut(world, name)?;
    let users = world.sub_users.values().map(|user| &user.policies);
    let groups = world.user_groups.values().map(|group| &group.policies);
    let roles = world.roles.values().map(|role| &role.policies);
    if users.chain(groups).chain(roles).any(|policies| policies.contains(name)) {
        return Err(Fault::precondition(format!("policy {name} is attached")));
    }
    world.policies.remove(name);
    Ok(Value::Null)
}
