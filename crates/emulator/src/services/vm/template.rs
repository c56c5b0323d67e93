//! Instance templates: what instances are made of, kept for later. Nothing is made when a template is.

use super::{create, image, instance_type, keypair, links};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::services::{disk, vpc};
use crate::state::InstanceTemplate;
use crate::tags;
use crate::world::World;
use crate::{names, quota};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

const LISTED: Listed<InstanceTemplate> = Listed { id_filter: "instanceTemplateId", tags: None, shown: None };

/// The template of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w InstanceTemplate, Fault> {
    let found = world.instance_templates.get(id).filter(|template| template.region == region);
    found.ok_or_else(|| Fault::not_found("instanceTemplate", id))
}

/// Checks everything a template says, and finds the VPC it lies in. Its resources must be there now; they may go later.
fn check(world: &World, region: &str, data: Args<'_>) -> Result<String, Fault> {
    instance_type::check(region, region, data.text("instanceType")?)?;
    let image_id = data.text("imageId")?;
    image::find(world, region, image_id).ok_or_else(|| Fault::not_found("image", image_id))?;
    let keys = data.texts("keyNames");
    create::check_keys(&keys)?;
    for key in keys {
        keypair::check(world, region, key)?;
    }
    if let Some(password) = data.opt_text("password").filter(|password| !password.is_empty()) {
        names::password(password)?;
    }
    create::metadata(data)?;
    create::userdata(data)?;
    tags::read(data, "instanceTags")?;
    if let Some(elastic_ip) = data.child("elasticIp") {
        if !(1..=200).contains(&elastic_ip.int("bandwidthMbps")?) {
            return Err(Fault::out_of_range("bandwidthMbps of a template must be 1 to 200"));
        }
        let mode = elastic_ip.text("chargeMode")?;
        if !matches!(mode, "bandwith" | "flow") {
            return Err(Fault::invalid(format!("chargeMode `{mode}` is neither bandwith nor flow")));
        }
    }
    let stopped = data.opt_text("chargeOnStopped").unwrap_or("keepCharging");
    if !matches!(stopped, "keepCharging" | "stopCharging") {
        return Err(Fault::invalid(format!("chargeOnStopped `{stopped}` is neither keepCharging nor stopCharging")));
    }
    if let Some(system) = data.child("systemDisk").and_then(|system| system.child("cloudDiskSpec")) {
        check_disk(world, region, system, 40, 500)?;
    }
    let mut taken = BTreeSet::new();
    for slot in data.children("dataDisks") {
        let device = links::choose_slot(&taken, slot.opt_text("deviceName"))?;
        taken.insert(device);
        if !slot.flag("noDevice") {
            check_disk(world, region, slot.need("cloudDiskSpec")?, 20, 16_000)?;
        }
    }
    links::check_disk_count(world, taken.len())?;
    let port = data.need("primaryNetworkInterface")?.need("networkInterface")?;
    let subnet_id = port.text("subnetId")?;
    let subnet = world.subnets.get(subnet_id).filter(|subnet| subnet.region == region);
    let subnet = subnet.ok_or_else(|| Fault::not_found("subnet", subnet_id))?;
    vpc::check_groups(world, region, &subnet.vpc, &port.texts("securityGroups"))?;
    Ok(subnet.vpc.clone())
}

fn check_disk(world: &World, region: &str, spec: Args<'_>, min: i64, max: i64) -> Result<(), Fault> {
    let (disk_type, size) = (spec.text("diskType")?, spec.int("diskSizeGB")?);
    if !(min..=max).contains(&size) {
        return Err(Fault::out_of_range(format!("diskSizeGB must be {min} to {max}")));
    }
    disk::check_origin(world, region, (disk_type, size), spec)
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (name, description) = (call.args.text("name")?, call.args.opt_text("description").unwrap_or_default());
    names::plain("name", name)?;
    names::description(description)?;
    let data = call.args.need("instanceTemplateData")?;
    let vpc = check(world, call.region(), data)?;
    let used = world.instance_templates.count(call.region());
    quota::check(&world.settings.quotas, "instanceTemplate", used, 1)?;
    let id = world.ids.id("it");
    let template = InstanceTemplate {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        vpc,
        data: data.0.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), v.clone())).collect(),
        groups: BTreeSet::new(),
        created: call.now,
    };
    world.instance_templates.insert(id.clone(), template);
    Ok(json!({"instanceTemplateId": id}))
}

/// Fields of pairs that an update adds to.
const PAIRS: [&str; 2] = ["metadata", "instanceTags"];

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceTemplateId")?;
    let template = find(world, call.region(), id)?;
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    let given = call.args.child("instanceTemplateData");
    if name.is_none() && description.is_none() && given.is_none() {
        return Err(Fault::invalid("one of name, description and instanceTemplateData is required"));
    }
    if let Some(name) = name {
        names::plain("name", name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    let mut data = template.data.clone();
    for (field, value) in given.iter().flat_map(|given| given.0).filter(|(_, value)| !value.is_null()) {
        let value = match PAIRS.contains(&field.as_str()) {
            true => added(data.get(field), value),
            false => value.clone(),
        };
        data.insert(field.clone(), value);
    }
    for (flag, field) in [("noPassword", "password"), ("noElasticIp", "elasticIp")] {
        if given.is_some_and(|given| given.flag(flag)) {
            data.remove(field);
        }
        data.remove(flag);
    }
    if let Some(Value::Array(keys)) = data.remove("removeInstanceTags")
        && let Some(Value::Array(tags)) = data.get_mut("instanceTags")
    {
        tags.retain(|tag| !keys.contains(&tag["key"]));
    }
    let whole: Map<String, Value> = data.clone().into_iter().collect();
    let vpc = check(world, call.region(), Args(&whole))?;
    if vpc != template.vpc
        && let Some(group) = template.groups.first()
    {
        return Err(Fault::precondition(format!("instanceTemplate {id} is used by {group} and keeps its VPC")));
    }
    if let Some(template) = world.instance_templates.get_mut(id) {
        if let Some(name) = name {
            template.name = name.to_owned();
        }
        if let Some(text) = description {
            template.description = text.to_owned();
        }
        (template.data, template.vpc) = (data, vpc);
    }
    Ok(Value::Null)
}

/// Pairs with others added; a key that ends in a hyphen takes the one without it away.
fn added(old: Option<&Value>, new: &Value) -> Value {
    let pairs = |list: Option<&Value>| -> BTreeMap<String, Value> {
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|pair| Some((pair["key"].as_str()?.to_owned(), pair["value"].clone()))).collect()
    };
    let mut all = pairs(old);
    for (key, value) in pairs(Some(new)) {
        match key.strip_suffix('-') {
            Some(key) => drop(all.remove(key)),
            None => drop(all.insert(key, value)),
        }
    }
    all.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceTemplateId")?;
    if let Some(group) = find(world, call.region(), id)?.groups.first() {
        return Err(Fault::precondition(format!("instanceTemplate {id} is used by {group}")));
    }
    world.instance_templates.remove(id);
    Ok(Value::Null)
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceTemplateId")?;
    Ok(json!({"instanceTemplate": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field =
        |template: &InstanceTemplate, filter: &str| (filter == "name").then(|| Field::Part(template.name.clone()));
    let view = |id: &str, template: &InstanceTemplate| view(world, id, template);
    listing::answer(call, &world.instance_templates, &LISTED, (Beyond::Empty, "instanceTemplates"), field, view)
}

/// Answers nothing; says what is missing.
pub(crate) fn verify(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceTemplateId")?;
    let data: Map<String, Value> = find(world, call.region(), id)?.data.clone().into_iter().collect();
    check(world, call.region(), Args(&data))?;
    Ok(Value::Null)
}

/// As reads show it: the password and the custom data are not.
fn view(world: &World, id: &str, template: &InstanceTemplate) -> Value {
    let field = |name: &str| template.data.get(name).cloned().unwrap_or(Value::Null);
    let mut port = field("primaryNetworkInterface");
    fill(&mut port, "deviceIndex", json!(1));
    fill(&mut port, "autoDelete", json!(true));
    let data_disks: Vec<Value> =
        field("dataDisks").as_array().into_iter().flatten().map(|slot| slot_view(slot, "cloud", false)).collect();
    let mut data = json!({
        "instanceType": field("instanceType"),
        "vpcId": template.vpc,
        "imageId": field("imageId"),
        "includePassword": template.data.contains_key("password"),
        "dataDisks": data_disks,
        "primaryNetworkInterface": port,
        "keyNames": template.data.get("keyNames").cloned().unwrap_or(json!([])),
        "chargeOnStopped": template.data.get("chargeOnStopped").cloned().unwrap_or(json!("keepCharging")),
        "imageInherit": template.data.get("imageInherit").cloned().unwrap_or(json!("no")),
        "instanceTags": template.data.get("instanceTags").cloned().unwrap_or(json!([])),
    });
    if let Some(system) = template.data.get("systemDisk") {
        data["systemDisk"] = slot_view(system, "cloud", true);
    }
    for (read, written) in [("elasticIp", "elasticIp"), ("passwordAuth", "passWordAuth")] {
        if let Some(value) = template.data.get(written) {
            data[read] = value.clone();
        }
    }
    let groups: Vec<Value> = template
        .groups
        .iter()
        .map(|id| json!({"id": id, "name": world.availability_groups.get(id).map(|group| group.name.as_str())}))
        .collect();
    json!({
        "id": id,
        "name": template.name,
        "description": template.description,
        "instanceTemplateData": data,
        "ags": groups,
        "createdTime": template.created.to_string(),
    })
}

fn fill(value: &mut Value, name: &str, default: Value) {
    if value[name].is_null() {
        value[name] = default;
    }
}

/// A disk is read under another name than it is written.
fn slot_view(slot: &Value, category: &str, auto_delete: bool) -> Value {
    let mut view = slot.clone();
    fill(&mut view, "diskCategory", json!(category));
    fill(&mut view, "autoDelete", json!(auto_delete));
    if let Some(disk) = view.as_object_mut().and_then(|view| view.remove("cloudDiskSpec")) {
        view["instanceTemplateDisk"] = disk;
        fill(&mut view["instanceTemplateDisk"], "encrypt", json!(false));
    }
    view
}
