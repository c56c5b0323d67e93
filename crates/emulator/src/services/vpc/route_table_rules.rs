//! Rules of a route table: where they lead, duplicates, and the three calls that change them.

use super::route_table::{change, find};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::state::{Route, RouteTable};
use crate::world::World;
use crate::{names, network, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Where a rule may send packets.
const HOPS: [&str; 8] =
    ["instance", "internet", "vpc_peering", "bgw", "natgw", "elastic_network_interface", "havip", "l2gw"];

/// Reads a rule that has no id yet.
fn read(world: &World, table: &RouteTable, spec: Args<'_>) -> Result<Route, Fault> {
    let mut rule = Route {
        id: String::new(),
        hop_type: spec.text("nextHopType")?.to_owned(),
        hop_id: spec.text("nextHopId")?.to_owned(),
        prefix_type: spec.opt_text("addressPrefixType").unwrap_or("CIDR").to_owned(),
        prefix: spec.text("addressPrefix")?.to_owned(),
        priority: spec.opt_int("priority").unwrap_or(100),
        description: spec.opt_text("description").unwrap_or_default().to_owned(),
    };
    check(world, table, &mut rule)?;
    Ok(rule)
}

/// Checks a rule and brings its prefix into normal form.
fn check(world: &World, table: &RouteTable, rule: &mut Route) -> Result<(), Fault> {
    let (hop_type, hop_id) = (rule.hop_type.as_str(), rule.hop_id.as_str());
    if !HOPS.contains(&hop_type) {
        return Err(Fault::invalid(format!("nextHopType `{hop_type}` is unknown")));
    }
    if hop_type == "internet" && hop_id != "internet" {
        return Err(Fault::invalid("nextHopId of an internet rule must be `internet`"));
    }
    if !leads_somewhere(world, table, hop_type, hop_id) {
        return Err(Fault::not_found(hop_type, hop_id));
    }
    if !(1..=255).contains(&rule.priority) {
        return Err(Fault::out_of_range("priority must be 1 to 255"));
    }
    match rule.prefix_type.as_str() {
        "CIDR" => rule.prefix = network::rule_prefix(&rule.prefix)?.0,
        "PREFIXLIST" => return Err(Fault::not_found("prefixList", &rule.prefix)),
        other => return Err(Fault::invalid(format!("addressPrefixType `{other}` is neither CIDR nor PREFIXLIST"))),
    }
    names::description(&rule.description)
}

/// Whether the next hop exists, in the table's VPC. What this cloud does not have is taken at its word.
fn leads_somewhere(world: &World, table: &RouteTable, hop_type: &str, id: &str) -> bool {
    let interface = |id: &str| world.interfaces.get(id).is_some_and(|port| port.vpc == table.vpc);
    match hop_type {
        "instance" => world.instances.get(id).is_some_and(|instance| interface(&instance.interface)),
        "elastic_network_interface" => interface(id),
        "natgw" => world.nat_gateways.get(id).is_some_and(|gateway| gateway.vpc == table.vpc),
        "vpc_peering" => {
            world.peerings.get(id).is_some_and(|peering| [&peering.vpc, &peering.remote_vpc].contains(&&table.vpc))
        }
        _ => true,
    }
}

/// Two rules that say the same are one too many.
fn check_unique<'r>(id: &str, mut rules: impl Iterator<Item = &'r Route>, new: &Route) -> Result<(), Fault> {
    let meaning = |r: &Route| (r.hop_type.clone(), r.hop_id.clone(), r.prefix.clone(), r.priority);
    match rules.any(|rule| meaning(rule) == meaning(new)) {
        true => Err(Fault::exists(format!("route table {id} already has this rule for {}", new.prefix))),
        false => Ok(()),
    }
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let table = find(world, call.region(), id)?;
    let specs = call.args.children("routeTableRuleSpecs");
    if specs.is_empty() {
        return Err(Fault::invalid("routeTableRuleSpecs must not be empty"));
    }
    let mut new: Vec<Route> = Vec::new();
    for spec in specs {
        let rule = read(world, table, spec)?;
        check_unique(id, table.rules.iter().chain(&new), &rule)?;
        new.push(rule);
    }
    quota::check(&world.settings.quotas, "staticRoute", table.rules.len(), new.len())?;
    for rule in &mut new {
        rule.id = world.ids.id("rtbrule");
    }
    change(world, id, |table| table.rules.extend(new));
    // The ids of the new rules are not in the answer: the service gives none.
    Ok(Value::Null)
}

/// The place of a rule that may be changed.
fn place(table: &RouteTable, rule: &str) -> Result<usize, Fault> {
    match table.rules.iter().position(|r| r.id == rule) {
        None => Err(Fault::not_found("routeTableRule", rule)),
        Some(at) if table.rules[at].hop_type == "local" => {
            Err(Fault::precondition("the local rule can be neither changed nor removed"))
        }
        Some(at) => Ok(at),
    }
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let table = find(world, call.region(), id)?;
    let mut rules = table.rules.clone();
    for spec in call.args.children("modifyRouteTableRuleSpecs") {
        let at = place(table, spec.text("ruleId")?)?;
        let mut rule = rules[at].clone();
        let texts = [
            ("nextHopType", &mut rule.hop_type),
            ("nextHopId", &mut rule.hop_id),
            ("addressPrefixType", &mut rule.prefix_type),
            ("addressPrefix", &mut rule.prefix),
            ("description", &mut rule.description),
        ];
        for (name, slot) in texts {
            if let Some(text) = spec.opt_text(name) {
                *slot = text.to_owned();
            }
        }
        if let Some(priority) = spec.opt_int("priority") {
            rule.priority = priority;
        }
        check(world, table, &mut rule)?;
        rules[at] = rule;
    }
    // Only the outcome counts: two rules may trade places in one call.
    for (at, rule) in rules.iter().enumerate() {
        check_unique(id, rules.iter().take(at), rule)?;
    }
    change(world, id, |table| table.rules = rules);
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let table = find(world, call.region(), id)?;
    let gone: BTreeSet<&str> = call.args.texts("ruleIds").into_iter().collect();
    for rule in &gone {
        place(table, rule)?;
    }
    change(world, id, |table| table.rules.retain(|r| !gone.contains(r.id.as_str())));
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(rule: &Route) -> Value {
    json!({
        "ruleId": rule.id,
        "priority": rule.priority,
        "nextHopType": rule.hop_type,
        "nextHopId": rule.hop_id,
        "addressPrefixType": rule.prefix_type,
        "addressPrefix": rule.prefix,
        "origin": "static",
        "description": rule.description,
    })
}
