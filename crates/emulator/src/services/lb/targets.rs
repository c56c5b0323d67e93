//! Targets of a target group: instances or addresses, each with a port and a weight.

use super::belonging::{number, type_of};
use super::target_group::{find, idle};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field};
use crate::quota;
use crate::state::{BalancerType, Target, TargetGroup};
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PORTS: (i64, i64) = (0, 65535);
const USUAL_WEIGHT: i64 = 10;

pub(crate) fn register(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, group) = idle(world, call)?;
    let specs = call.args.children("targetSpecs");
    if specs.is_empty() {
        return Err(Fault::invalid("targetSpecs must not be empty"));
    }
    let mut targets = group.targets.clone();
    for spec in specs {
        let target = read(world, call.region(), group, spec)?;
        check(world, group, &targets, &target)?;
        targets.push(target);
    }
    quota::check(&world.settings.quotas, "target", targets.len(), 0)?;
    for target in targets.iter_mut().filter(|target| target.id.is_empty()) {
        target.id = world.ids.id("target");
    }
    put(world, &id, targets);
    Ok(Value::Null)
}

fn put(world: &mut World, group: &str, targets: Vec<Target>) {
    if let Some(group) = world.target_groups.get_mut(group) {
        group.targets = targets;
    }
}

/// Reads a target that has no id yet.
fn read(world: &World, region: &str, group: &TargetGroup, spec: Args<'_>) -> Result<Target, Fault> {
    let target_type = spec.opt_text("type").filter(|t| !t.is_empty()).unwrap_or("vm");
    let (instance, address) = match (target_type, group.group_type.as_str()) {
        ("vm", "instance") => {
            let instance = spec.text("instanceId")?;
            let found = world.instances.get(instance).filter(|i| i.region == region);
            let found = found.ok_or_else(|| Fault::not_found("instance", instance))?;
            let vpc = world.load_balancers.get(&group.balancer).map(|b| b.vpc.as_str());
            if world.interfaces.get(&found.interface).map(|port| port.vpc.as_str()) != vpc {
                return Err(Fault::invalid(format!("instance {instance} is not in the VPC of the load balancer")));
            }
            (instance.to_owned(), None)
        }
        ("container", "instance") => return Err(Fault::not_found("container", spec.text("instanceId")?)),
        ("ip", "ip") => {
            let text = spec.text("ipAddress")?;
            let address = text.parse().map_err(|_| Fault::invalid(format!("`{text}` is not an IPv4 address")))?;
            (String::new(), Some(address))
        }
        ("vm" | "container" | "ip", of) => {
            return Err(Fault::invalid(format!("a target group of type {of} has no targets of type {target_type}")));
        }
        (other, _) => return Err(Fault::invalid(format!("type `{other}` is none of vm, container, ip"))),
    };
    Ok(Target {
        id: String::new(),
        target_type: target_type.to_owned(),
        instance,
        address,
        port: number(spec, "port", PORTS, 0)?,
        weight: weight(world, group, spec, USUAL_WEIGHT)?,
    })
}

fn weight(world: &World, group: &TargetGroup, spec: Args<'_>, otherwise: i64) -> Result<i64, Fault> {
    let weight = number(spec, "weight", (0, 100), otherwise)?;
    if weight == 0 && type_of(world, &group.balancer) != BalancerType::Alb {
        return Err(Fault::invalid("only application load balancers have targets of weight 0"));
    }
    Ok(weight)
}

/// A target is there once; on a distributed load balancer with one port only.
fn check(world: &World, group: &TargetGroup, others: &[Target], target: &Target) -> Result<(), Fault> {
    let one_port = type_of(world, &group.balancer) == BalancerType::Dnlb;
    let same_place = |other: &&Target| other.instance == target.instance && other.address == target.address;
    match others.iter().filter(same_place).find(|other| one_port || other.port == target.port) {
        Some(other) => Err(Fault::exists(format!("target {} is the same", other.id))),
        None => Ok(()),
    }
}

pub(crate) fn deregister(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, group) = idle(world, call)?;
    let gone: BTreeSet<&str> = call.args.texts("targetIds").into_iter().collect();
    if let Some(unknown) = gone.iter().find(|id| !group.targets.iter().any(|target| target.id == **id)) {
        return Err(Fault::not_found("target", unknown));
    }
    let targets = group.targets.iter().filter(|target| !gone.contains(target.id.as_str())).cloned().collect();
    put(world, &id, targets);
    Ok(Value::Null)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, group) = idle(world, call)?;
    let mut targets = group.targets.clone();
    for spec in call.args.children("targetUpdateSpecs") {
        let target_id = spec.text("targetId")?;
        let at = targets.iter().position(|target| target.id == target_id);
        let at = at.ok_or_else(|| Fault::not_found("target", target_id))?;
        targets[at].port = number(spec, "port", PORTS, targets[at].port)?;
        targets[at].weight = weight(world, group, spec, targets[at].weight)?;
    }
    // Only the outcome counts: two targets may trade ports in one call.
    for (at, target) in targets.iter().enumerate() {
        check(world, group, &targets[..at], target)?;
    }
    put(world, &id, targets);
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("targetGroupId")?;
    let group = find(world, call.region(), id)?;
    let mut found = Vec::new();
    for target in &group.targets {
        let field = |filter: &str| {
            Some(Field::One(match filter {
                "targetIds" => target.id.clone(),
                "instanceId" => target.instance.clone(),
                "type" => target.target_type.clone(),
                "port" => target.port.to_string(),
                "ipAddress" => address(world, target),
                _ => return None,
            }))
        };
        if listing::passes(call.args, field)? {
            found.push(target);
        }
    }
    listing::page(call.args, Beyond::LastPage, "targets", &found, |target| view(world, id, target))
}

/// The address that traffic goes to.
fn address(world: &World, target: &Target) -> String {
    let instance = world.instances.get(&target.instance).and_then(|i| world.interfaces.get(&i.interface));
    target.address.or(instance.map(|port| port.address)).map(|a| a.to_string()).unwrap_or_default()
}

/// As reads show it.
pub(super) fn view(world: &World, group: &str, target: &Target) -> Value {
    let address = address(world, target);
    let mut view = json!({
        "targetId": target.id,
        "targetGroupId": group,
        "type": target.target_type,
        "port": target.port,
        "weight": target.weight,
        "ipAddress": address,
    });
    if !target.instance.is_empty() {
        view["instanceId"] = json!(target.instance);
        view["privateIpAddress"] = json!(address);
    }
    view
}

/// An instance is gone, and no longer a target. No page says so; a target that leads nowhere would be the other way.
pub(crate) fn instance_gone(world: &mut World, instance: &str) {
    for group in world.target_groups.values_mut() {
        group.targets.retain(|target| target.instance != instance);
    }
}
