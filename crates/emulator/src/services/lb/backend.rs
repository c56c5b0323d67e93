//! Backends: which target group gets traffic, on which port, how it is spread, and who is well.

use super::belonging::{self, at_rest, named, number, parent, renamed, type_of};
use super::{health, target_group};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{Field, Listed};
use crate::quota;
use crate::state::{Backend, BalancerType};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTED: Listed<Backend> = Listed { id_filter: "backendIds", tags: None, shown: None };

/// Which load balancers and protocols a setting is for.
type Place = fn(BalancerType, &str) -> bool;

fn http(balancer_type: BalancerType, protocol: &str) -> bool {
    balancer_type == BalancerType::Alb && protocol == "Http"
}

fn plain_alb(balancer_type: BalancerType, protocol: &str) -> bool {
    balancer_type == BalancerType::Alb && protocol != "Http"
}

fn network(balancer_type: BalancerType, _: &str) -> bool {
    balancer_type == BalancerType::Nlb
}

/// Switches, all off at first.
const FLAGS: [(&str, Place); 7] = [
    ("proxyProtocol", plain_alb),
    ("sessionStickiness", |t, p| http(t, p) || network(t, p)),
    ("httpForwardedProtocol", http),
    ("httpForwardedPort", http),
    ("httpForwardedHost", http),
    ("httpForwardedVip", http),
    ("httpForwardedClientPort", http),
];

/// Seconds: their ranges, and what they are at first.
const SECONDS: [(&str, Place, (i64, i64), i64); 3] = [
    ("sessionStickyTimeout", network, (1, 3600), 300),
    ("connectionDrainingSeconds", network, (0, 3600), 300),
    ("httpCookieExpireSeconds", http, (0, 86400), 0),
];

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let (name, description) = named(args, "backendName")?;
    let (balancer, parent) = parent(world, call)?;
    let balancer_type = parent.balancer_type;
    let protocol = args.text("protocol")?;
    match (protocol, balancer_type) {
        ("Tcp" | "Udp", _) | ("Http", BalancerType::Alb) => {}
        (other, of) => return Err(Fault::invalid(format!("an {} has no {other} backends", of.as_str()))),
    }
    let place = (balancer_type, protocol);
    let backend = Backend {
        region: region.to_owned(),
        balancer: balancer.clone(),
        name,
        description,
        protocol: protocol.to_owned(),
        port: number(args, "port", (1, 65535), 0)?,
        algorithm: algorithm(args, balancer_type)?.unwrap_or_else(|| first_algorithm(balancer_type).to_owned()),
        target_groups: target_groups(world, call, &balancer)?.unwrap_or_default(),
        health: health::read(args.need("healthCheckSpec")?, balancer_type, protocol)?,
        flags: flags(args, place, &BTreeMap::new())?,
        seconds: seconds(args, place, &BTreeMap::new())?,
        created: call.now,
    };
    quota::check(&world.settings.quotas, "backend", parent.backends.len(), 1)?;
    let id = world.ids.id("backend");
    world.backends.insert(id.clone(), backend);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
        balancer.backends.insert(id.clone());
    }
    Ok(json!({"backendId": id}))
}

fn first_algorithm(balancer_type: BalancerType) -> &'static str {
    if balancer_type == BalancerType::Dnlb { "IpHash" } else { "RoundRobin" }
}

fn algorithm(args: Args<'_>, balancer_type: BalancerType) -> Result<Option<String>, Fault> {
    let Some(algorithm) = args.opt_text("algorithm").filter(|a| !a.is_empty()) else { return Ok(None) };
    let known: &[&str] = match balancer_type {
        BalancerType::Dnlb => &["IpHash", "QuintupleHash"],
        _ => &["IpHash", "RoundRobin", "LeastConn"],
    };
    match known.contains(&algorithm) {
        true => Ok(Some(algorithm.to_owned())),
        false => Err(Fault::invalid(format!("algorithm `{algorithm}` is none of {}", known.join(", ")))),
    }
}

/// The target group of a call, at most one, and of the same load balancer.
fn target_groups(world: &World, call: &Call<'_>, balancer: &str) -> Result<Option<Vec<String>>, Fault> {
    for later in ["agIds", "agInfoSpec"] {
        if !call.args.texts(later).is_empty() || !call.args.children(later).is_empty() {
            return Err(Fault::not_implemented("lb", &format!("{} with {later}", call.operation)));
        }
    }
    if !call.args.has("targetGroupIds") {
        return Ok(None);
    }
    let groups = call.args.texts("targetGroupIds");
    if groups.len() > 1 {
        return Err(Fault::invalid("targetGroupIds holds at most one target group"));
    }
    for group in &groups {
        if target_group::find(world, call.region(), group)?.balancer != balancer {
            return Err(Fault::invalid(format!("target group {group} belongs to another load balancer")));
        }
    }
    Ok(Some(groups.into_iter().map(str::to_owned).collect()))
}

fn misplaced(name: &str, (balancer_type, protocol): (BalancerType, &str)) -> Fault {
    Fault::invalid(format!("{name} is not for {protocol} backends of an {}", balancer_type.as_str()))
}

fn flags(
    args: Args<'_>,
    place: (BalancerType, &str),
    had: &BTreeMap<String, bool>,
) -> Result<BTreeMap<String, bool>, Fault> {
    let mut flags = BTreeMap::new();
    for (name, fits) in FLAGS {
        let fits = fits(place.0, place.1);
        let wanted = args.has(name).then(|| args.flag(name));
        if wanted == Some(true) && !fits {
            return Err(misplaced(name, place));
        }
        if fits {
            flags.insert(name.to_owned(), wanted.or_else(|| had.get(name).copied()).unwrap_or(false));
        }
    }
    Ok(flags)
}

fn seconds(
    args: Args<'_>,
    place: (BalancerType, &str),
    had: &BTreeMap<String, i64>,
) -> Result<BTreeMap<String, i64>, Fault> {
    let mut seconds = BTreeMap::new();
    for (name, fits, range, usual) in SECONDS {
        match fits(place.0, place.1) {
            true => {
                let usual = had.get(name).copied().unwrap_or(usual);
                seconds.insert(name.to_owned(), number(args, name, range, usual)?);
            }
            false if args.has(name) => return Err(misplaced(name, place)),
            false => {}
        }
    }
    Ok(seconds)
}

/// The backend of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Backend, Fault> {
    world.backends.get(id).filter(|b| b.region == region).ok_or_else(|| Fault::not_found("backend", id))
}

/// A backend of this load balancer that takes what is spoken there.
pub(super) fn find_for<'w>(
    world: &'w World,
    region: &str,
    (balancer, protocol): (&str, &str),
    id: &str,
) -> Result<&'w Backend, Fault> {
    let backend = find(world, region, id)?;
    if backend.balancer != balancer {
        return Err(Fault::invalid(format!("backend {id} belongs to another load balancer")));
    }
    let wanted = match protocol {
        "Http" | "Https" => "Http",
        "Tcp" | "Tls" => "Tcp",
        _ => "Udp",
    };
    if backend.protocol != wanted {
        let is = &backend.protocol;
        return Err(Fault::invalid(format!("backend {id} takes {is}; {protocol} goes to backends that take {wanted}")));
    }
    Ok(backend)
}

fn idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w Backend), Fault> {
    let id = call.args.text("backendId")?;
    let backend = find(world, call.region(), id)?;
    at_rest(world, call.region(), &backend.balancer)?;
    Ok((id.to_owned(), backend))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("backendId")?;
    Ok(json!({"backend": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |backend: &Backend, filter: &str| {
        Some(match filter {
            "backendNames" => Field::One(backend.name.clone()),
            "loadBalancerId" => Field::One(backend.balancer.clone()),
            "protocol" => Field::One(backend.protocol.clone()),
            "agId" => Field::One(String::new()),
            _ => return None,
        })
    };
    let type_of = |backend: &Backend| type_of(world, &backend.balancer);
    let view = |id: &str, backend: &Backend| view(world, id, backend);
    belonging::list(call, &world.backends, (&LISTED, "backends"), type_of, field, view)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, backend) = idle(world, call)?;
    let args = call.args;
    if args.flag("closeHealthCheck") {
        return Err(Fault::not_implemented("lb", "updateBackend with closeHealthCheck"));
    }
    let (name, description) = renamed(args, "backendName")?;
    let place = (type_of(world, &backend.balancer), backend.protocol.as_str());
    let mut new = backend.clone();
    if let Some(algorithm) = algorithm(args, place.0)? {
        new.algorithm = algorithm;
    }
    if let Some(groups) = target_groups(world, call, &backend.balancer)? {
        new.target_groups = groups;
    }
    if let Some(spec) = args.child("healthCheckSpec") {
        new.health = health::read(spec, place.0, place.1)?;
    }
    new.flags = flags(args, place, &backend.flags)?;
    new.seconds = seconds(args, place, &backend.seconds)?;
    if let Some(name) = name {
        new.name = name.to_owned();
    }
    if let Some(text) = description {
        new.description = text.to_owned();
    }
    if let Some(backend) = world.backends.get_mut(&id) {
        *backend = new;
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, backend) = idle(world, call)?;
    let balancer_id = backend.balancer.clone();
    let balancer = belonging::find(world, call.region(), &balancer_id)?;
    let listens = |listener: &&String| world.listeners.get(*listener).is_some_and(|l| l.backend == id);
    if let Some(listener) = balancer.listeners.iter().find(listens) {
        return Err(Fault::precondition(format!("backend {id} is in use by listener {listener}")));
    }
    let leads_here = |map: &&String| {
        world.url_maps.get(*map).is_some_and(|map| map.rules.iter().any(|rule| rule.backend.as_ref() == Some(&id)))
    };
    if let Some(map) = balancer.url_maps.iter().find(leads_here) {
        return Err(Fault::precondition(format!("backend {id} is in use by a rule of {map}")));
    }
    world.backends.remove(&id);
    if let Some(balancer) = world.load_balancers.get_mut(&balancer_id) {
        balancer.backends.remove(&id);
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, backend: &Backend) -> Value {
    let mut view = json!({
        "backendId": id,
        "backendName": backend.name,
        "loadBalancerId": backend.balancer,
        "loadBalancerType": type_of(world, &backend.balancer).as_str(),
        "protocol": backend.protocol,
        "port": backend.port,
        "algorithm": backend.algorithm,
        "targetGroupIds": backend.target_groups,
        "agIds": [],
        "description": backend.description,
        "healthCheck": health::view(&backend.health),
        "createdTime": backend.created.to_string(),
    });
    for (name, flag) in &backend.flags {
        view[name] = json!(flag);
    }
    for (name, seconds) in &backend.seconds {
        view[name] = json!(seconds);
    }
    view
}
