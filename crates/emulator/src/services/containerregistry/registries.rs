//! Registries: their name is their id, and one with repositories stays.

use super::is_plain;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::state::Registry;
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};

/// Key of a registry among those of all regions.
pub(super) fn key(region: &str, name: &str) -> String {
    format!("{region}/{name}")
}

/// Why a name cannot be that of a registry.
fn wrong(name: &str) -> Option<&'static str> {
    let ends = name.ends_with(|c: char| c.is_ascii_lowercase());
    let fits = is_plain(name) && !name.contains('_') && ends && name.len() <= 32;
    (!fits)
        .then_some("registryName must have at most 32 lower-case letters, digits and `-`, with a letter at both ends")
}

pub(crate) fn check_name(world: &World, call: &Call<'_>) -> Answer {
    let name = call.args.text("registryName")?;
    let taken = world.registries.contains_key(&key(call.region(), name)).then_some("the name is taken");
    let reason = wrong(name).or(taken);
    Ok(json!({"code": i32::from(reason.is_some()), "reason": reason.unwrap_or_default()}))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("registryName")?;
    if let Some(reason) = wrong(name) {
        return Err(Fault::invalid(reason));
    }
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let key = key(call.region(), name);
    if world.registries.contains_key(&key) {
        return Err(Fault::exists(format!("registry {name} exists already")));
    }
    quota::check(&world.settings.quotas, "registry", world.registries.count(call.region()), 1)?;
    let registry = Registry {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        created: call.now,
    };
    let view = view(&registry);
    world.registries.insert(key, registry);
    Ok(json!({"registry": view}))
}

/// The registry of this name in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, name: &str) -> Result<&'w Registry, Fault> {
    world.registries.get(&key(region, name)).ok_or_else(|| Fault::not_found("registry", name))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    Ok(json!({"registry": view(find(world, call.region(), call.args.text("registryName")?)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let rows: Vec<Value> = world.registries.in_region(call.region(), 0).map(|(_, registry)| view(registry)).collect();
    Ok(json!({"registries": rows}))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("registryName")?;
    find(world, call.region(), name)?;
    let key = key(call.region(), name);
    let inside = format!("{key}/");
    if let Some((repository, _)) = world.repositories.range(inside.clone()..).next()
        && let Some(repository) = repository.strip_prefix(&inside)
    {
        return Err(Fault::precondition(format!("registry {name} has the repository {repository}")));
    }
    world.registries.remove(&key);
    Ok(Value::Null)
}

pub(crate) fn quotas(world: &World, call: &Call<'_>) -> Answer {
    let used =
        [("registry", world.registries.count(call.region())), ("repository", world.repositories.count(call.region()))];
    let wanted: Vec<&str> =
        call.args.children("filters").into_iter().flat_map(|filter| filter.texts("values")).collect();
    let rows: Vec<Value> = used
        .into_iter()
        .filter(|(name, _)| wanted.is_empty() || wanted.contains(name))
        .map(|(name, used)| {
            let limit = quota::limit(&world.settings.quotas, name).unwrap_or_default();
            json!({"resourceType": name, "limit": limit, "used": used})
        })
        .collect();
    Ok(json!({"quotas": rows}))
}

fn view(registry: &Registry) -> Value {
    json!({
        "name": registry.name,
        "registryUri": format!("{}-{}.jcr.emulated", registry.name, registry.region),
        "description": registry.description,
        "totalSpaceUsedMB": 0.0,
        "createTime": registry.created.to_string(),
    })
}
