//! Sets of rules of an application load balancer; the rules are in `rules`.

use super::belonging::{at_rest, find as find_balancer, named, parent, renamed};
use super::rules;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::quota;
use crate::state::{BalancerType, LoadBalancer, UrlMap};
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<UrlMap> = Listed { id_filter: "urlMapIds", tags: None, shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, description) = named(call.args, "urlMapName")?;
    let (balancer, parent) = parent(world, call)?;
    if parent.balancer_type != BalancerType::Alb {
        return Err(Fault::invalid("only application load balancers have urlMaps"));
    }
    check_name(world, parent, &name)?;
    quota::check(&world.settings.quotas, "urlMap", parent.url_maps.len(), 1)?;
    let id = world.ids.id("urlmap");
    let map = UrlMap {
        region: call.region().to_owned(),
        balancer: balancer.clone(),
        name,
        description,
        rules: Vec::new(),
        created: call.now,
    };
    world.url_maps.insert(id.clone(), map);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.url_maps.insert(id.clone());
    }
    Ok(json!({"urlMapId": id}))
}

/// A load balancer has one of a name.
fn check_name(world: &World, balancer: &LoadBalancer, name: &str) -> Result<(), Fault> {
    let taken = |id: &&String| world.url_maps.get(*id).is_some_and(|map| map.name == name);
    match balancer.url_maps.iter().find(taken) {
        Some(other) => Err(Fault::exists(format!("urlMap {other} is called {name}"))),
        None => Ok(()),
    }
}

/// The set of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w UrlMap, Fault> {
    world.url_maps.get(id).filter(|m| m.region == region).ok_or_else(|| Fault::not_found("urlMap", id))
}

/// The set of the call, which nothing keeps from being changed.
pub(super) fn idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w UrlMap), Fault> {
    let id = call.args.text("urlMapId")?;
    let map = find(world, call.region(), id)?;
    at_rest(world, call.region(), &map.balancer)?;
    Ok((id.to_owned(), map))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("urlMapId")?;
    Ok(json!({"urlMap": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |map: &UrlMap, filter: &str| {
        Some(match filter {
            "urlMapNames" => Field::One(map.name.clone()),
            "loadBalancerId" => Field::One(map.balancer.clone()),
            _ => return None,
        })
    };
    let view = |id: &str, map: &UrlMap| view(world, id, map);
    listing::answer(call, &world.url_maps, &LISTED, (Beyond::LastPage, "urlMaps"), field, view)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, map) = idle(world, call)?;
    let (name, description) = renamed(call.args, "urlMapName")?;
    if let Some(name) = name.filter(|name| *name != map.name) {
        check_name(world, find_balancer(world, call.region(), &map.balancer)?, name)?;
    }
    if let Some(map) = world.url_maps.get_mut(&id) {
        if let Some(name) = name {
            map.name = name.to_owned();
        }
        if let Some(text) = description {
            map.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

/// Listeners that go by a set of rules.
fn listeners<'w>(world: &'w World, id: &str, map: &UrlMap) -> Vec<&'w String> {
    let listeners = world.load_balancers.get(&map.balancer).into_iter().flat_map(|b| &b.listeners);
    let goes_by = |listener: &&String| world.listeners.get(*listener).is_some_and(|l| l.url_map.as_deref() == Some(id));
    listeners.filter(goes_by).collect()
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, map) = idle(world, call)?;
    if let Some(listener) = listeners(world, &id, map).first() {
        return Err(Fault::precondition(format!("urlMap {id} is in use by listener {listener}")));
    }
    let balancer = map.balancer.clone();
    world.url_maps.remove(&id);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.url_maps.remove(&id);
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, map: &UrlMap) -> Value {
    json!({
        "urlMapId": id,
        "urlMapName": map.name,
        "loadBalancerId": map.balancer,
        "listenerIds": listeners(world, id, map),
        "description": map.description,
        "createdTime": map.created.to_string(),
        "rules": map.rules.iter().map(rules::view).collect::<Vec<Value>>(),
    })
}
