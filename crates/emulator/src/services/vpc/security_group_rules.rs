//! Rules of a security group: defaults, ports, duplicates, and the three calls that change them.

use super::security_group::find;
use crate::call::{Args, Call};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::state::{Rule, SecurityGroup};
use crate::world::World;
use crate::{names, network, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TCP: i64 = 6;
const UDP: i64 = 17;
const ICMP: i64 = 1;
const EVERY_PROTOCOL: i64 = 300;

/// Rules of a new group: nothing may come in, everything may go out.
pub(crate) fn at_creation(world: &mut World, now: Moment) -> Vec<Rule> {
    vec![Rule {
        id: world.ids.id("sgr"),
        direction: 1,
        action: "ALLOW".to_owned(),
        priority: 100,
        protocol: EVERY_PROTOCOL,
        prefix_type: "CIDR".to_owned(),
        prefix: "0.0.0.0/0".to_owned(),
        ip_version: 4,
        from_port: 0,
        to_port: 0,
        description: String::new(),
        default: true,
        created: now,
    }]
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    let group = find(world, call.region(), id)?;
    let specs = call.args.children("networkSecurityGroupRuleSpecs");
    if specs.is_empty() {
        return Err(Fault::invalid("networkSecurityGroupRuleSpecs must not be empty"));
    }
    let mut new: Vec<Rule> = Vec::new();
    for spec in specs {
        let rule = read(world, spec, call.now)?;
        check_unique(group.rules.iter().chain(&new), &rule)?;
        new.push(rule);
    }
    quota::check(&world.settings.quotas, "securityGroupRule", group.rules.len(), new.len())?;

    for rule in &mut new {
        rule.id = world.ids.id("sgr");
    }
    let answer: Vec<Value> = new.iter().map(view).collect();
    change(world, id, |group| group.rules.extend(new));
    Ok(json!({"securityGroupRules": answer}))
}

fn change(world: &mut World, id: &str, change: impl FnOnce(&mut SecurityGroup)) {
    if let Some(group) = world.security_groups.get_mut(id) {
        change(group);
    }
}

/// Reads a rule that has no id yet.
fn read(world: &World, spec: Args<'_>, now: Moment) -> Result<Rule, Fault> {
    let protocol = spec.int("protocol")?;
    let (from_default, to_default) = if matches!(protocol, TCP | UDP) { (1, 65535) } else { (0, 0) };
    let mut rule = Rule {
        id: String::new(),
        direction: spec.int("direction")?,
        action: spec.opt_text("ruleAction").unwrap_or("ALLOW").to_ascii_uppercase(),
        priority: spec.opt_int("priority").unwrap_or(1),
        protocol,
        prefix_type: spec.opt_text("addressPrefixType").unwrap_or("CIDR").to_owned(),
        prefix: spec.text("addressPrefix")?.to_owned(),
        ip_version: 4,
        from_port: spec.opt_int("fromPort").unwrap_or(from_default),
        to_port: spec.opt_int("toPort").unwrap_or(to_default),
        description: spec.opt_text("description").unwrap_or_default().to_owned(),
        default: false,
        created: now,
    };
    check(world, &mut rule)?;
    Ok(rule)
}

/// Checks a rule and brings its prefix into normal form.
fn check(world: &World, rule: &mut Rule) -> Result<(), Fault> {
    if !matches!(rule.direction, 0 | 1) {
        return Err(Fault::invalid("direction must be 0 (in) or 1 (out)"));
    }
    if !matches!(rule.action.as_str(), "ALLOW" | "DENY") {
        return Err(Fault::invalid("ruleAction must be ALLOW or DENY"));
    }
    if !(1..=100).contains(&rule.priority) {
        return Err(Fault::out_of_range("priority must be 1 to 100"));
    }
    names::description(&rule.description)?;
    match rule.protocol {
        TCP | UDP => {
            let ports = 1..=65535;
            if !ports.contains(&rule.from_port) || !ports.contains(&rule.to_port) || rule.from_port > rule.to_port {
                return Err(Fault::invalid("ports must be 1 to 65535, fromPort not above toPort"));
            }
        }
        // Without ports: whatever was sent, a read shows none.
        EVERY_PROTOCOL | ICMP => (rule.from_port, rule.to_port) = (0, 0),
        other => return Err(Fault::invalid(format!("protocol {other} is none of 300, 6, 17, 1"))),
    }
    match rule.prefix_type.as_str() {
        "CIDR" => (rule.prefix, rule.ip_version) = network::rule_prefix(&rule.prefix)?,
        _ if world.security_groups.contains_key(&rule.prefix) => {}
        _ => return Err(Fault::not_found("addressPrefix", &rule.prefix)),
    }
    Ok(())
}

/// Two custom rules that say the same are one too many.
fn check_unique<'r>(mut rules: impl Iterator<Item = &'r Rule>, new: &Rule) -> Result<(), Fault> {
    let meaning =
        |r: &Rule| (r.direction, r.protocol, r.from_port, r.to_port, r.prefix.clone(), r.action.clone(), r.priority);
    match rules.find(|r| !r.default && meaning(r) == meaning(new)) {
        Some(same) => Err(Fault::exists(format!("security group rule {} says the same", same.id))),
        None => Ok(()),
    }
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    let mut rules = find(world, call.region(), id)?.rules.clone();
    for spec in call.args.children("modifySecurityGroupRuleSpecs") {
        let rule_id = spec.text("ruleId")?;
        let at =
            rules.iter().position(|r| r.id == rule_id).ok_or_else(|| Fault::not_found("securityGroupRule", rule_id))?;
        let mut rule = rules[at].clone();
        let texts = [
            ("ruleAction", &mut rule.action),
            ("addressPrefixType", &mut rule.prefix_type),
            ("addressPrefix", &mut rule.prefix),
            ("description", &mut rule.description),
        ];
        for (name, slot) in texts {
            if let Some(text) = spec.opt_text(name) {
                *slot = text.to_owned();
            }
        }
        let numbers = [
            ("protocol", &mut rule.protocol),
            ("priority", &mut rule.priority),
            ("fromPort", &mut rule.from_port),
            ("toPort", &mut rule.to_port),
        ];
        for (name, slot) in numbers {
            if let Some(number) = spec.opt_int(name) {
                *slot = number;
            }
        }
        check(world, &mut rule)?;
        rules[at] = rule;
    }
    // Only the outcome counts: two rules may trade places in one call.
    for (at, rule) in rules.iter().enumerate().filter(|(_, r)| !r.default) {
        check_unique(rules.iter().take(at), rule)?;
    }
    change(world, id, |group| group.rules = rules);
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkSecurityGroupId")?;
    let group = find(world, call.region(), id)?;
    let gone: BTreeSet<&str> = call.args.texts("ruleIds").into_iter().collect();
    for rule in &gone {
        if !group.rules.iter().any(|r| r.id == **rule) {
            return Err(Fault::not_found("securityGroupRule", rule));
        }
    }
    change(world, id, |group| group.rules.retain(|r| !gone.contains(r.id.as_str())));
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let group = find(world, call.region(), call.args.text("networkSecurityGroupId")?)?;
    let rules: Vec<&Rule> = group.rules.iter().collect();
    listing::page(call.args, Beyond::LastPage, "securityGroupRules", &rules, view)
}

/// As reads show it.
pub(crate) fn view(rule: &Rule) -> Value {
    json!({
        "ruleId": rule.id,
        "direction": rule.direction,
        "ruleAction": rule.action,
        "priority": rule.priority,
        "protocol": rule.protocol,
        "addressPrefixType": rule.prefix_type,
        "addressPrefix": rule.prefix,
        "ipVersion": rule.ip_version,
        "fromPort": rule.from_port,
        "toPort": rule.to_port,
        "createdTime": rule.created.to_string(),
        "description": rule.description,
        "ruleType": if rule.default { "default" } else { "custom" },
    })
}
