//! Load balancers themselves: bought, started, stopped, deleted with all that belongs to them.

use super::belonging::{self, at_rest, find, named, renamed};
use super::links;
use crate::call::{Args, Call};
use crate::charge::{Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::listing::{Field, Listed};
use crate::schedule::{Event, usual};
use crate::services::vpc;
use crate::state::{BalancerStatus, BalancerType, Holder, LoadBalancer};
use crate::world::World;
use crate::{places, quota, tags};
use core::net::Ipv4Addr;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<LoadBalancer> = Listed { id_filter: "loadBalancerIds", tags: Some(|b| &b.tags), shown: None };

/// Most zones of a load balancer that is not in all of them.
const ZONES: usize = 2;

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let (name, description) = named(args, "loadBalancerName")?;
    let balancer_type = belonging::read_type(args.opt_text("type"))?;
    let azs = zones(region, balancer_type, args)?;
    let charge = charge(balancer_type, call)?;
    let subnet_id = args.text("subnetId")?;
    let subnet = vpc::find_subnet(world, region, subnet_id)?;
    let address = vpc::choose_address(subnet, address(args)?)?;
    let vpc_id = subnet.vpc.clone();
    let groups = args.texts("securityGroupIds");
    links::check_groups(world, region, (balancer_type, &vpc_id), &BTreeSet::new(), &groups)?;
    let order = match args.child("elasticIp") {
        Some(spec) => Some(vpc::ElasticIpOrder::read(world, call, spec, 1)?),
        None => None,
    };
    let tags = tags::read(args, "userTags")?;
    let alike = world.load_balancers.in_region(region, 0).filter(|(_, b)| b.balancer_type == balancer_type).count();
    quota::check(&world.settings.quotas, "loadbalancer", alike, 1)?;

    // The prefixes are the emulator's own: no page shows an id.
    let id = world.ids.id(match balancer_type {
        BalancerType::Alb => "alb",
        BalancerType::Nlb => "netlb",
        BalancerType::Dnlb => "dnlb",
    });
    let elastic_ip = order.and_then(|order| vpc::buy_elastic_ips(world, call, &order).pop());
    if let Some(elastic_ip) = &elastic_ip {
        vpc::hold_elastic_ip(world, elastic_ip, Some(Holder::LoadBalancer(id.clone())));
    }
    if let Some(subnet) = world.subnets.get_mut(subnet_id) {
        subnet.used.insert(address, id.clone());
    }
    let balancer = LoadBalancer {
        region: region.to_owned(),
        name,
        description,
        balancer_type,
        vpc: vpc_id,
        subnet: subnet_id.to_owned(),
        azs,
        address,
        elastic_ip,
        security_groups: BTreeSet::new(),
        delete_protection: args.flag("deleteProtection"),
        status: BalancerStatus::Creating,
        charge,
        target_groups: BTreeSet::new(),
        backends: BTreeSet::new(),
        url_maps: BTreeSet::new(),
        listeners: BTreeSet::new(),
        created: call.now,
        tags,
    };
    world.load_balancers.insert(id.clone(), balancer);
    links::add_groups(world, &id, &groups);
    begin(world, call, &id, BalancerStatus::Creating, BalancerStatus::Active, usual::CREATE_BALANCER);
    Ok(json!({"loadBalancerId": id}))
}

fn zones(region: &str, balancer_type: BalancerType, args: Args<'_>) -> Result<Vec<String>, Fault> {
    let azs = args.texts("azs");
    for az in &azs {
        places::check_zone(region, az)?;
    }
    let distinct: BTreeSet<&str> = azs.iter().map(|az| places::canonical(az)).collect();
    // A distributed one is in every zone, and need not be told.
    if balancer_type != BalancerType::Dnlb && (azs.is_empty() || azs.len() > ZONES || distinct.len() != azs.len()) {
        return Err(Fault::invalid(format!("azs holds one zone, or {ZONES} different ones")));
    }
    Ok(azs.into_iter().map(str::to_owned).collect())
}

fn charge(balancer_type: BalancerType, call: &Call<'_>) -> Result<Charge, Fault> {
    let sold = match balancer_type {
        BalancerType::Alb | BalancerType::Nlb => Mode::PostpaidByUsage,
        BalancerType::Dnlb => Mode::PostpaidByDuration,
    };
    match call.args.child("chargeSpec").filter(|spec| spec.has("chargeMode")) {
        Some(spec) => Charge::read(Some(spec), &[sold], call.now),
        None => Ok(Charge::afterwards(sold, call.now)),
    }
}

fn address(args: Args<'_>) -> Result<Option<Ipv4Addr>, Fault> {
    let text = args.opt_text("privateIpAddress").filter(|a| !a.is_empty());
    text.map(|a| a.parse().map_err(|_| Fault::invalid(format!("`{a}` is not an IPv4 address")))).transpose()
}

/// Puts a load balancer on its way to a state.
fn begin(world: &mut World, call: &Call<'_>, id: &str, via: BalancerStatus, to: BalancerStatus, usual: i64) {
    is(world, id, via);
    let at = call.now.plus(world.latency(usual, id));
    world.plan(at, Event::BalancerIs { balancer: id.to_owned(), status: to });
}

/// A load balancer has arrived in a state.
pub(crate) fn is(world: &mut World, id: &str, status: BalancerStatus) {
    if let Some(balancer) = world.load_balancers.get_mut(id) {
        balancer.status = status;
    }
}

/// A deleted load balancer is gone, and all that belonged to it.
pub(crate) fn gone(world: &mut World, id: &str) {
    let Some(balancer) = world.load_balancers.remove(id) else { return };
    for listener in &balancer.listeners {
        world.listeners.remove(listener);
    }
    for url_map in &balancer.url_maps {
        world.url_maps.remove(url_map);
    }
    for backend in &balancer.backends {
        world.backends.remove(backend);
    }
    for group in &balancer.target_groups {
        world.target_groups.remove(group);
    }
    if let Some(elastic_ip) = &balancer.elastic_ip {
        vpc::hold_elastic_ip(world, elastic_ip, None);
    }
    if let Some(subnet) = world.subnets.get_mut(&balancer.subnet) {
        subnet.used.remove(&balancer.address);
    }
    for group in &balancer.security_groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.load_balancers.remove(id);
        }
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?;
    Ok(json!({"loadBalancer": view(world, id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let elastic_ip = |b: &LoadBalancer| {
        let address = b.elastic_ip.as_ref().and_then(|id| world.elastic_ips.get(id)).map(|e| e.address.to_string());
        address.unwrap_or_default()
    };
    let field = |b: &LoadBalancer, filter: &str| {
        Some(match filter {
            "loadBalancerNames" => Field::One(b.name.clone()),
            "vpcId" => Field::One(b.vpc.clone()),
            "privateIpAddresses" => Field::One(b.address.to_string()),
            "elasticIpAddress" => Field::One(elastic_ip(b)),
            "azType" => Field::Any(vec!["standard".to_owned(), "all".to_owned()]),
            _ => return None,
        })
    };
    let view = |id: &str, b: &LoadBalancer| view(world, id, b, call);
    belonging::list(call, &world.load_balancers, (&LISTED, "loadBalancers"), |b| b.balancer_type, field, view)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let id = args.text("loadBalancerId")?.to_owned();
    let balancer = at_rest(world, region, &id)?;
    let (name, description) = renamed(args, "loadBalancerName")?;
    let (subnet_id, old) = (balancer.subnet.clone(), balancer.address);
    let address = match address(args)?.filter(|address| *address != old) {
        Some(wanted) => Some(vpc::choose_address(vpc::find_subnet(world, region, &subnet_id)?, Some(wanted))?),
        None => None,
    };
    let turn = match (args.opt_text("action"), balancer.status) {
        (None | Some(""), _) => None,
        (Some("Start"), BalancerStatus::Down) => Some((BalancerStatus::Starting, BalancerStatus::Active)),
        (Some("Stop"), BalancerStatus::Active) => Some((BalancerStatus::Stopping, BalancerStatus::Down)),
        (Some("Start" | "Stop"), status) => {
            return Err(Fault::precondition(format!("load balancer {id} is {}", status.as_str())));
        }
        (Some(other), _) => return Err(Fault::invalid(format!("action `{other}` is neither Start nor Stop"))),
    };
    if let Some(address) = address
        && let Some(subnet) = world.subnets.get_mut(&subnet_id)
    {
        subnet.used.remove(&old);
        subnet.used.insert(address, id.clone());
    }
    if let Some(balancer) = world.load_balancers.get_mut(&id) {
        balancer.address = address.unwrap_or(old);
        if let Some(name) = name {
            balancer.name = name.to_owned();
        }
        if let Some(text) = description {
            balancer.description = text.to_owned();
        }
        if args.has("deleteProtection") {
            balancer.delete_protection = args.flag("deleteProtection");
        }
    }
    if let Some((via, to)) = turn {
        begin(world, call, &id, via, to, usual::POWER_BALANCER);
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("loadBalancerId")?.to_owned();
    let balancer = at_rest(world, call.region(), &id)?;
    if balancer.delete_protection {
        return Err(Fault::precondition(format!("load balancer {id} is protected against deletion")));
    }
    balancer.charge.check_deletable(&format!("load balancer {id}"), call.now)?;
    let taken = balancer.elastic_ip.clone().filter(|_| call.args.flag("deleteElasticIp"));
    if let Some(elastic_ip) = taken
        && world.elastic_ips.get(&elastic_ip).is_some_and(|e| !e.charge.is_prepaid())
    {
        vpc::remove_elastic_ip(world, &elastic_ip);
    }
    is(world, &id, BalancerStatus::Deleting);
    world.load_balancers.going(&id);
    let at = call.now.plus(world.latency(usual::DELETE_BALANCER, &id));
    world.plan(at, Event::BalancerGone { balancer: id });
    Ok(Value::Null)
}

fn view(world: &World, id: &str, balancer: &LoadBalancer, call: &Call<'_>) -> Value {
    json!({
        "loadBalancerId": id,
        "loadBalancerName": balancer.name,
        "subnetId": balancer.subnet,
        "vpcId": balancer.vpc,
        "type": balancer.balancer_type.as_str(),
        "state": {"code": balancer.status.as_str(), "reason": ""},
        "azs": balancer.azs,
        "securityGroupIds": balancer.security_groups,
        "privateIp": vpc::address_view(world, balancer.address, balancer.elastic_ip.as_ref()),
        "charge": balancer.charge.view(call.now),
        "tags": tags::view(&balancer.tags),
        "description": balancer.description,
        "deleteProtection": balancer.delete_protection,
        "createdTime": balancer.created.to_string(),
        "azType": "standard",
    })
}
