//! What an instance is made of that a template says, alone or as that of an availability group.
//!
//! A template gives what a call leaves out. A group's is not to be overridden: what the call may say beside it is what no
//! template has.

use super::template;
use crate::call::Args;
use crate::fault::Fault;
use crate::places;
use crate::services::ag;
use crate::state::{AvailabilityGroup, InstanceTemplate};
use crate::world::World;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Fields of a template, and what the specification of an instance calls them.
const FIELDS: [(&str, &str); 11] = [
    ("instanceType", "instanceType"),
    ("imageId", "imageId"),
    ("password", "password"),
    ("keyNames", "keyNames"),
    ("metadata", "metadata"),
    ("userdata", "userdata"),
    ("chargeOnStopped", "chargeOnStopped"),
    ("passWordAuth", "passwordAuth"),
    ("imageInherit", "imageInherit"),
    ("autoImagePolicyId", "autoImagePolicyId"),
    ("instanceTags", "userTags"),
];

/// Flags by which a call does without a field of the template.
const WITHOUT: [(&str, &str); 4] = [
    ("noPassword", "password"),
    ("noKeyNames", "keyNames"),
    ("noElasticIp", "elasticIp"),
    ("noInstanceTags", "instanceTags"),
];

/// The group that an instance is made in, and the whole of its specification.
pub(super) fn complete(
    world: &World,
    region: &str,
    given: Args<'_>,
) -> Result<(Option<String>, Map<String, Value>), Fault> {
    let mut spec: Map<String, Value> = given.0.iter().filter(|(_, v)| !v.is_null()).map(own).collect();
    let named = |name: &str| given.opt_text(name).filter(|id| !id.is_empty());
    if let Some(id) = named("agId") {
        let group = ag::find(world, region, id)?;
        let template = group.template.as_ref().and_then(|id| world.instance_templates.get(id));
        let template = template.ok_or_else(|| Fault::precondition(format!("ag {id} has no instanceTemplate")))?;
        check_beside(given, &template.data)?;
        let az = zone(id, group, named("az"), world)?;
        spec.insert("az".to_owned(), json!(az));
        // Only tags are given anew in a group, or done without.
        let left_out = ["noPassword", "noKeyNames", "noElasticIp"];
        fill(&mut spec, template, |flag| !left_out.contains(&flag) && given.flag(flag));
        return Ok((Some(id.to_owned()), spec));
    }
    if let Some(id) = named("instanceTemplateId") {
        given.text("az")?;
        fill(&mut spec, template::find(world, region, id)?, |flag| given.flag(flag));
    }
    Ok((None, spec))
}

fn own((name, value): (&String, &Value)) -> (String, Value) {
    (name.clone(), value.clone())
}

/// Refuses what the template of a group says already, but for tags and for the address in its subnet.
fn check_beside(given: Args<'_>, data: &BTreeMap<String, Value>) -> Result<(), Fault> {
    let names = FIELDS.iter().filter(|(_, name)| *name != "userTags").map(|(_, name)| *name);
    for name in names.chain(["elasticIp", "systemDisk", "dataDisks"]) {
        if given.has(name) {
            return Err(Fault::invalid(format!("{name} is the template's to say in an availability group")));
        }
    }
    let port = given.child("primaryNetworkInterface").and_then(|port| port.child("networkInterface"));
    let Some(port) = port else { return Ok(()) };
    let subnet = data.get("primaryNetworkInterface").map(|port| port["networkInterface"]["subnetId"].clone());
    let same = port.opt_text("subnetId").is_none_or(|id| subnet == Some(json!(id)));
    match same && !port.has("securityGroups") {
        true => Ok(()),
        false => Err(Fault::invalid("subnetId and securityGroups are the template's to say in an availability group")),
    }
}

/// The zone that is asked for, or the one of the group with the fewest of its instances.
fn zone(id: &str, group: &AvailabilityGroup, asked: Option<&str>, world: &World) -> Result<String, Fault> {
    if let Some(asked) = asked {
        let known = group.azs.iter().any(|az| places::same_zone(az, asked));
        return match known {
            true => Ok(asked.to_owned()),
            false => Err(Fault::invalid(format!("ag {id} has no zone {asked}"))),
        };
    }
    let there = |az: &&String| {
        let instances = group.instances.keys().filter_map(|id| world.instances.get(id));
        instances.filter(|instance| places::same_zone(&instance.az, az)).count()
    };
    let zone = group.azs.iter().min_by_key(there);
    zone.cloned().ok_or_else(|| Fault::precondition(format!("ag {id} has no zone")))
}

/// Fills in what the template says and the specification does not.
fn fill(spec: &mut Map<String, Value>, template: &InstanceTemplate, without: impl Fn(&str) -> bool) {
    let left_out = |field: &str| WITHOUT.iter().any(|(flag, of)| *of == field && without(flag));
    let data = |field: &str| template.data.get(field).filter(|value| !value.is_null() && !left_out(field));
    for (field, name) in FIELDS {
        if let (Some(value), false) = (data(field), spec.contains_key(name)) {
            spec.insert(name.to_owned(), value.clone());
        }
    }
    // An address is no template's to say: the rest of the interface is.
    if let Some(theirs) = data("primaryNetworkInterface") {
        let port = spec.entry("primaryNetworkInterface").or_insert_with(|| json!({}));
        add(port, theirs);
        let inner = theirs["networkInterface"].clone();
        if let Some(port) = port.as_object_mut() {
            add(port.entry("networkInterface").or_insert_with(|| json!({})), &inner);
        }
    }
    let az = spec.get("az").cloned().unwrap_or_default();
    if let (Some(disk), false) = (data("systemDisk"), spec.contains_key("systemDisk")) {
        spec.insert("systemDisk".to_owned(), placed(disk, &az, "system"));
    }
    if let (Some(Value::Array(disks)), false) = (data("dataDisks"), spec.contains_key("dataDisks")) {
        let disks = disks.iter().filter(|disk| disk["noDevice"] != true);
        let disks: Vec<Value> = disks.enumerate().map(|(n, disk)| placed(disk, &az, &format!("data-{n}"))).collect();
        spec.insert("dataDisks".to_owned(), json!(disks));
    }
    if let (Some(wanted), false) = (data("elasticIp"), spec.contains_key("elasticIp")) {
        let mut elastic_ip = json!({"bandwidthMbps": wanted["bandwidthMbps"], "provider": "bgp"});
        if wanted["chargeMode"] == "flow" {
            elastic_ip["chargeSpec"] = json!({"chargeMode": "postpaid_by_usage"});
        }
        spec.insert("elasticIp".to_owned(), elastic_ip);
    }
}

/// Adds the fields of another object that are not there.
fn add(object: &mut Value, other: &Value) {
    if let (Some(object), Some(other)) = (object.as_object_mut(), other.as_object()) {
        for (name, value) in other {
            if object.get(name).is_none_or(Value::is_null) {
                object.insert(name.clone(), value.clone());
            }
        }
    }
}

/// A disk of a template in a zone: it has neither zone nor name there.
fn placed(slot: &Value, az: &Value, name: &str) -> Value {
    let mut slot = slot.clone();
    if slot["cloudDiskSpec"].is_object() {
        add(&mut slot["cloudDiskSpec"], &json!({"az": az, "name": name}));
    }
    slot
}
