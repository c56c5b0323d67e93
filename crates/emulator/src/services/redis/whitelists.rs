//! White lists of a Redis instance: groups of addresses, of which `default` is always there.

use super::instances;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::services::rds::{addresses, printed};
use crate::state::WhiteList;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The group every instance has.
pub(super) const DEFAULT: &str = "default";

fn key(instance: &str, name: &str) -> String {
    format!("{instance}/{name}")
}

/// Puts a group into an instance.
pub(super) fn insert(world: &mut World, call: &Call<'_>, instance: &str, name: &str, ips: BTreeSet<String>) {
    let list = WhiteList { region: call.region().to_owned(), ips, created: call.now };
    world.cache_whitelists.insert(key(instance, name), list);
}

/// Takes all groups of an instance away.
pub(super) fn remove_all(world: &mut World, instance: &str) {
    let inside = format!("{instance}/");
    let keys = world.cache_whitelists.range(inside.clone()..).map(|(key, _)| key);
    let keys: Vec<String> = keys.take_while(|key| key.starts_with(&inside)).cloned().collect();
    for key in keys {
        world.cache_whitelists.remove(&key);
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("name")?;
    names::counted("name", name, 1, 64, "_-")?;
    let ips = addresses(call.args.text("ips")?)?;
    let (id, _) = instances::running(world, call)?;
    if world.cache_whitelists.contains_key(&key(&id, name)) {
        return Err(Fault::exists(format!("white list {name} exists already in {id}")));
    }
    insert(world, call, &id, name, ips);
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("cacheInstanceId")?;
    instances::find(world, call.region(), id)?;
    let inside = format!("{id}/");
    let from = world.cache_whitelists.range(inside.clone()..);
    let lists = from.map_while(|(key, list)| Some((key.strip_prefix(&inside)?, list)));
    let lists: Vec<Value> = lists.map(|(name, list)| json!({"name": name, "ips": printed(&list.ips)})).collect();
    Ok(json!({"whiteLists": lists}))
}

/// The group of the call.
fn find(world: &World, call: &Call<'_>) -> Result<String, Fault> {
    let (id, _) = instances::running(world, call)?;
    let key = key(&id, call.args.text("name")?);
    match world.cache_whitelists.contains_key(&key) {
        true => Ok(key),
        false => Err(Fault::not_found("whiteListGroup", &key)),
    }
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let ips = addresses(call.args.text("ips")?)?;
    let key = find(world, call)?;
    if let Some(list) = world.cache_whitelists.get_mut(&key) {
        list.ips = ips;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let key = find(world, call)?;
    if call.args.text("name")? == DEFAULT {
        return Err(Fault::precondition("the default white list cannot be deleted"));
    }
    world.cache_whitelists.remove(&key);
    Ok(Value::Null)
}
