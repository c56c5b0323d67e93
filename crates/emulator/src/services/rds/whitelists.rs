//! White lists of a database instance: groups of addresses, of which `default` is always there.

use super::{absent, instances, key};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::state::WhiteList;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The group every instance has.
pub(super) const DEFAULT: &str = "default";
/// Entries of all groups of an instance together.
const MOST: usize = 99;

/// Reads addresses and blocks with commas between them.
pub(crate) fn addresses(text: &str) -> Result<BTreeSet<String>, Fault> {
    let words: BTreeSet<String> = text.split(',').map(|word| word.trim().to_owned()).collect();
    let legal = |word: &String| word.parse::<core::net::IpAddr>().is_ok() || word.parse::<ipnet::IpNet>().is_ok();
    match words.iter().find(|word| !legal(word)) {
        None => Ok(words),
        Some(word) => Err(Fault::invalid(format!("ips: `{word}` is neither an address nor a CIDR block"))),
    }
}

/// As reads show them: in an order of the service's own.
pub(crate) fn printed(ips: &BTreeSet<String>) -> String {
    ips.iter().rev().cloned().collect::<Vec<_>>().join(",")
}

/// Puts a group into an instance.
pub(super) fn insert(world: &mut World, call: &Call<'_>, instance: &str, name: &str, ips: BTreeSet<String>) {
    let list = WhiteList { region: call.region().to_owned(), ips, created: call.now };
    world.rds_whitelists.insert(key(instance, name), list);
}

fn of<'w>(world: &'w World, id: &str) -> impl Iterator<Item = (&'w str, &'w WhiteList)> {
    let inside = format!("{id}/");
    let from = world.rds_whitelists.range(inside.clone()..);
    from.map_while(move |(key, list)| Some((key.strip_prefix(&inside)?, list)))
}

/// Refuses more entries than an instance may have.
fn check_count(world: &World, id: &str, name: &str, adding: usize) -> Result<(), Fault> {
    let others: usize = of(world, id).filter(|(other, _)| *other != name).map(|(_, list)| list.ips.len()).sum();
    match others + adding > MOST {
        true => Err(Fault::invalid(format!("all white lists of an instance have at most {MOST} entries together"))),
        false => Ok(()),
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("whiteListName")?;
    names::counted("whiteListName", name, 1, 64, "_-")?;
    let ips = addresses(call.args.text("ips")?)?;
    let (id, instance) = instances::running(world, call)?;
    if instance.source.is_some() {
        return Err(Fault::invalid("a read-only instance has the white lists of its primary instance"));
    }
    if world.rds_whitelists.contains_key(&key(&id, name)) {
        return Err(Fault::exists(format!("white list {name} exists already in {id}")));
    }
    check_count(world, &id, name, ips.len())?;
    insert(world, call, &id, name, ips);
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    instances::find(world, call.region(), id)?;
    let lists: Vec<Value> =
        of(world, id).map(|(name, list)| json!({"name": name, "ips": printed(&list.ips)})).collect();
    Ok(json!({"whiteLists": lists}))
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.opt_text("whiteListName").unwrap_or(DEFAULT);
    let ips = addresses(call.args.text("ips")?)?;
    let (id, _) = instances::running(world, call)?;
    let key = key(&id, name);
    if !world.rds_whitelists.contains_key(&key) {
        return Err(absent("white list", &key));
    }
    check_count(world, &id, name, ips.len())?;
    if let Some(list) = world.rds_whitelists.get_mut(&key) {
        list.ips = ips;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("whiteListName")?;
    let (id, _) = instances::running(world, call)?;
    if name == DEFAULT {
        return Err(Fault::precondition("the default white list cannot be deleted"));
    }
    let key = key(&id, name);
    world.rds_whitelists.remove(&key).map(|_| Value::Null).ok_or_else(|| absent("white list", &key))
}
