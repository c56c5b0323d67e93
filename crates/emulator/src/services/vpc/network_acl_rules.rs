//! Rules of a network ACL: defaults, ports, duplicates, and the three calls that change them.

use super::network_acl::{change, find};
use crate::call::{Args, Call};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::state::AclRule;
use crate::world::World;
use crate::{names, network, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Rules of the ACL that a VPC begins with: everything may pass, both ways.
pub(crate) fn of_default(acl: &str, now: Moment) -> Vec<AclRule> {
    [(1, "ingress"), (2, "egress")]
        .map(|(number, direction)| AclRule {
            id: format!("{acl}-{number}"),
            direction: direction.to_owned(),
            action: "allow".to_owned(),
            priority: 100,
            protocol: "All".to_owned(),
            prefix_type: "CIDR".to_owned(),
            prefix: "0.0.0.0/0".to_owned(),
            from_port: 0,
            to_port: 0,
            description: String::new(),
            default: true,
            created: now,
        })
        .to_vec()
}

/// Reads a rule that has no id yet.
fn read(spec: Args<'_>, now: Moment) -> Result<AclRule, Fault> {
    let protocol = spec.text("protocol")?;
    let (from_default, to_default) = if has_ports(protocol) { (1, 65535) } else { (0, 0) };
    let mut rule = AclRule {
        id: String::new(),
        direction: spec.text("direction")?.to_owned(),
        action: spec.text("ruleAction")?.to_owned(),
        priority: spec.int("priority")?,
        protocol: protocol.to_owned(),
        prefix_type: spec.opt_text("addressPrefixType").unwrap_or("CIDR").to_owned(),
        prefix: spec.text("addressPrefix")?.to_owned(),
        from_port: spec.opt_int("fromPort").unwrap_or(from_default),
        to_port: spec.opt_int("toPort").unwrap_or(to_default),
        description: spec.opt_text("description").unwrap_or_default().to_owned(),
        default: false,
        created: now,
    };
    check(&mut rule)?;
    Ok(rule)
}

fn has_ports(protocol: &str) -> bool {
    matches!(protocol, "TCP" | "UDP")
}

/// Checks a rule and brings its prefix into normal form.
fn check(rule: &mut AclRule) -> Result<(), Fault> {
    if !matches!(rule.direction.as_str(), "ingress" | "egress") {
        return Err(Fault::invalid("direction must be ingress or egress"));
    }
    if !matches!(rule.action.as_str(), "allow" | "deny") {
        return Err(Fault::invalid("ruleAction must be allow or deny"));
    }
    if !(1..=32768).contains(&rule.priority) {
        return Err(Fault::out_of_range("priority must be 1 to 32768"));
    }
    match rule.protocol.as_str() {
        "TCP" | "UDP" => {
            let ports = 1..=65535;
            if !ports.contains(&rule.from_port) || !ports.contains(&rule.to_port) || rule.from_port > rule.to_port {
                return Err(Fault::invalid("ports must be 1 to 65535, fromPort not above toPort"));
            }
        }
        // Without ports: whatever was sent, a read shows none.
        "All" | "ICMP" => (rule.from_port, rule.to_port) = (0, 0),
        other => return Err(Fault::invalid(format!("protocol `{other}` is none of All, TCP, UDP, ICMP"))),
    }
    match rule.prefix_type.as_str() {
        "CIDR" => rule.prefix = network::rule_prefix(&rule.prefix)?.0,
        _ => return Err(Fault::not_found("prefixList", &rule.prefix)),
    }
    names::description(&rule.description)
}

/// Two rules that say the same are one too many.
fn check_unique<'r>(mut rules: impl Iterator<Item = &'r AclRule>, new: &AclRule) -> Result<(), Fault> {
    let meaning = |r: &AclRule| {
        let what = (r.direction.clone(), r.protocol.clone(), r.prefix.clone(), r.action.clone());
        (what, r.from_port, r.to_port, r.priority)
    };
    match rules.find(|rule| meaning(rule) == meaning(new)) {
        Some(same) => Err(Fault::exists(format!("network ACL rule {} says the same", same.id))),
        None => Ok(()),
    }
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    let acl = find(world, call.region(), id)?;
    let specs = call.args.children("networkAclRuleSpecs");
    if specs.is_empty() {
        return Err(Fault::invalid("networkAclRuleSpecs must not be empty"));
    }
    let mut new: Vec<AclRule> = Vec::new();
    for spec in specs {
        let rule = read(spec, call.now)?;
        check_unique(acl.rules.iter().chain(&new), &rule)?;
        new.push(rule);
    }
    quota::check(&world.settings.quotas, "aclRule", acl.rules.len(), new.len())?;
    for rule in &mut new {
        rule.id = world.ids.id("aclrule");
    }
    change(world, id, |acl| acl.rules.extend(new));
    Ok(Value::Null)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    let acl = find(world, call.region(), id)?;
    let mut rules = acl.rules.clone();
    for spec in call.args.children("modifyNetworkAclRuleSpecs") {
        let rule_id = spec.text("ruleId")?;
        let at = rules.iter().position(|r| r.id == rule_id);
        let at = at.ok_or_else(|| Fault::not_found("networkAclRule", rule_id))?;
        let mut rule = rules[at].clone();
        let texts = [
            ("protocol", &mut rule.protocol),
            ("addressPrefixType", &mut rule.prefix_type),
            ("addressPrefix", &mut rule.prefix),
            ("ruleAction", &mut rule.action),
            ("description", &mut rule.description),
        ];
        for (name, slot) in texts {
            if let Some(text) = spec.opt_text(name) {
                *slot = text.to_owned();
            }
        }
        let numbers =
            [("priority", &mut rule.priority), ("fromPort", &mut rule.from_port), ("toPort", &mut rule.to_port)];
        for (name, slot) in numbers {
            if let Some(number) = spec.opt_int(name) {
                *slot = number;
            }
        }
        if has_ports(&rule.protocol) && (rule.from_port, rule.to_port) == (0, 0) {
            (rule.from_port, rule.to_port) = (1, 65535);
        }
        check(&mut rule)?;
        rules[at] = rule;
    }
    // Only the outcome counts: two rules may trade places in one call.
    for (at, rule) in rules.iter().enumerate() {
        check_unique(rules.iter().take(at), rule)?;
    }
    change(world, id, |acl| acl.rules = rules);
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    let acl = find(world, call.region(), id)?;
    let gone: BTreeSet<&str> = call.args.texts("ruleIds").into_iter().collect();
    for rule in &gone {
        if !acl.rules.iter().any(|r| r.id == **rule) {
            return Err(Fault::not_found("networkAclRule", rule));
        }
    }
    change(world, id, |acl| acl.rules.retain(|r| !gone.contains(r.id.as_str())));
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(rule: &AclRule) -> Value {
    json!({
        "ruleId": rule.id,
        "protocol": rule.protocol,
        "fromPort": rule.from_port,
        "toPort": rule.to_port,
        "direction": rule.direction,
        "addressPrefixType": rule.prefix_type,
        "addressPrefix": rule.prefix,
        "ruleAction": rule.action,
        "priority": rule.priority,
        "description": rule.description,
        "createdTime": rule.created.to_string(),
        "ruleType": if rule.default { "default" } else { "custom" },
    })
}
