//! Availability groups and the instances in them.

use super::scaling;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::AvailabilityGroup;
use crate::world::World;
use crate::{names, places, quota};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTED: Listed<AvailabilityGroup> = Listed { id_filter: "agId", tags: None, shown: None };

/// The group of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w AvailabilityGroup, Fault> {
    let found = world.availability_groups.get(id).filter(|group| group.region == region);
    found.ok_or_else(|| Fault::not_found("ag", id))
}

/// A word out of a few; the first when none is given.
fn word(given: Option<&str>, name: &str, known: &[&'static str]) -> Result<String, Fault> {
    let given = given.filter(|given| !given.is_empty()).unwrap_or(known[0]);
    match known.contains(&given) {
        true => Ok(given.to_owned()),
        false => Err(Fault::invalid(format!("{name} `{given}` is none of {}", known.join(", ")))),
    }
}

fn template_of(world: &World, region: &str, id: &str) -> Result<String, Fault> {
    let found = world.instance_templates.get(id).filter(|template| template.region == region);
    found.map(|template| template.vpc.clone()).ok_or_else(|| Fault::not_found("instanceTemplate", id))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (region, args) = (call.region(), call.args);
    let azs = args.texts("azs");
    if azs.is_empty() {
        return Err(Fault::invalid("azs must name a zone"));
    }
    for az in &azs {
        places::check_zone(region, az)?;
    }
    let (name, description) = (args.text("agName")?, args.opt_text("description").unwrap_or_default());
    names::plain("agName", name)?;
    names::description(description)?;
    word(args.opt_text("agType"), "agType", &["vm", "kvm"])?;
    let configuration = word(args.opt_text("configurationType"), "configurationType", &["strict", "loose"])?;
    let placement = word(args.opt_text("placementType"), "placementType", &["fd", "switch", "host"])?;
    let template = args.opt_text("instanceTemplateId").filter(|id| !id.is_empty());
    match template {
        Some(id) => drop(template_of(world, region, id)?),
        // A group whose instances are what the template says cannot be without one.
        None if configuration == "strict" => return Err(Fault::invalid("instanceTemplateId is required")),
        None => {}
    }
    let scaling = args.child("autoscalingSpec").map(scaling::read).transpose()?;
    quota::check(&world.settings.quotas, "ag", world.availability_groups.count(region), 1)?;
    let id = world.ids.id("ag");
    let group = AvailabilityGroup {
        region: region.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        template: template.map(str::to_owned),
        azs: azs.into_iter().map(str::to_owned).collect(),
        configuration,
        placement,
        scales: scaling.is_some(),
        scaling,
        instances: BTreeMap::new(),
        created: call.now,
    };
    world.availability_groups.insert(id.clone(), group);
    if let Some(template) = template.and_then(|template| world.instance_templates.get_mut(template)) {
        template.groups.insert(id.clone());
    }
    Ok(json!({"agId": id}))
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    find(world, call.region(), id)?;
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    if let Some(name) = name {
        names::plain("name", name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    if let Some(group) = world.availability_groups.get_mut(id) {
        if let Some(name) = name {
            group.name = name.to_owned();
        }
        if let Some(text) = description {
            group.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn set_template(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    if group.configuration == "loose" {
        return Err(Fault::precondition(format!("ag {id} is loose and keeps its template")));
    }
    let wanted = call.args.text("instanceTemplateId")?;
    let vpc = template_of(world, call.region(), wanted)?;
    let before = group.template.clone();
    let moves = before.as_ref().and_then(|old| world.instance_templates.get(old)).is_some_and(|old| old.vpc != vpc);
    if moves && !group.instances.is_empty() {
        return Err(Fault::precondition(format!("ag {id} has instances and keeps its VPC")));
    }
    if let Some(old) = before.and_then(|old| world.instance_templates.get_mut(&old)) {
        old.groups.remove(id);
    }
    if let Some(template) = world.instance_templates.get_mut(wanted) {
        template.groups.insert(id.to_owned());
    }
    if let Some(group) = world.availability_groups.get_mut(id) {
        group.template = Some(wanted.to_owned());
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    if let Some(instance) = group.instances.keys().next() {
        return Err(Fault::precondition(format!("ag {id} has instance {instance}")));
    }
    let template = group.template.clone();
    if let Some(template) = template.and_then(|template| world.instance_templates.get_mut(&template)) {
        template.groups.remove(id);
    }
    // The pages name one condition only, so what scales a group goes with it.
    let rules: Vec<String> = of_group(&world.as_rules, id, |rule| &rule.group);
    rules.iter().for_each(|rule| drop(world.as_rules.remove(rule)));
    let alarms: Vec<String> = of_group(&world.as_alarms, id, |alarm| &alarm.group);
    alarms.iter().for_each(|alarm| drop(world.as_alarms.remove(alarm)));
    let crons: Vec<String> = of_group(&world.as_crons, id, |cron| &cron.group);
    crons.iter().for_each(|cron| drop(world.as_crons.remove(cron)));
    world.availability_groups.remove(id);
    Ok(Value::Null)
}

/// Ids of what belongs to a group.
fn of_group<T>(shelf: &BTreeMap<String, T>, id: &str, group: fn(&T) -> &String) -> Vec<String> {
    shelf.iter().filter(|(_, object)| group(object) == id).map(|(id, _)| id.clone()).collect()
}

pub(crate) fn abandon(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    let instances = call.args.texts("instanceIds");
    if let Some(stranger) = instances.iter().find(|instance| !group.instances.contains_key(**instance)) {
        return Err(Fault::invalid(format!("instance {stranger} is not in ag {id}")));
    }
    for instance in instances {
        let_go(world, instance);
    }
    Ok(Value::Null)
}

/// Says of instances whether the group may delete them, which only one that scales does.
pub(crate) fn manage(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    let group = find(world, call.region(), id)?;
    if !group.scales {
        return Err(Fault::precondition(format!("ag {id} does not scale")));
    }
    let instances = call.args.texts("instanceIds");
    if let Some(stranger) = instances.iter().find(|instance| !group.instances.contains_key(**instance)) {
        return Err(Fault::invalid(format!("instance {stranger} is not in ag {id}")));
    }
    let managed = call.args.flag("isManaged");
    if let Some(group) = world.availability_groups.get_mut(id) {
        group.instances.extend(instances.into_iter().map(|instance| (instance.to_owned(), managed)));
    }
    Ok(Value::Null)
}

/// Puts an instance into a group, out of the one it was in. One that does not scale takes no notice of `managed`.
pub(crate) fn take_in(world: &mut World, group: &str, instance: &str, managed: bool) {
    let_go(world, instance);
    if let Some(group) = world.availability_groups.get_mut(group) {
        group.instances.insert(instance.to_owned(), managed && group.scales);
    }
    if let Some(instance) = world.instances.get_mut(instance) {
        instance.group = Some(group.to_owned());
    }
}

/// Takes an instance out of the group it is in, if it is in one.
pub(crate) fn let_go(world: &mut World, instance: &str) {
    let group = world.instances.get_mut(instance).and_then(|instance| instance.group.take());
    if let Some(group) = group.and_then(|group| world.availability_groups.get_mut(&group)) {
        group.instances.remove(instance);
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("agId")?;
    Ok(json!({"ag": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |group: &AvailabilityGroup, filter: &str| {
        let vpc = || group.template.as_ref().and_then(|id| world.instance_templates.get(id)).map(|t| t.vpc.clone());
        Some(match filter {
            "agName" => Field::Part(group.name.clone()),
            "instanceTemplateId" => Field::Any(group.template.iter().cloned().collect()),
            "vpcId" => Field::Any(vpc().into_iter().collect()),
            "placementType" => Field::One(group.placement.clone()),
            _ => return None,
        })
    };
    let view = |id: &str, group: &AvailabilityGroup| view(world, id, group);
    listing::answer(call, &world.availability_groups, &LISTED, (Beyond::Empty, "ags"), field, view)
}

pub(crate) fn quotas(world: &World, call: &Call<'_>) -> Answer {
    for filter in call.args.children("filters") {
        if filter.text("name")? != "resourceTypes" || filter.texts("values").iter().any(|value| *value != "ag") {
            return Err(Fault::invalid("only resourceTypes = ag can be asked for"));
        }
    }
    let limit = quota::limit(&world.settings.quotas, "ag").unwrap_or_default();
    let used = world.availability_groups.count(call.region());
    Ok(json!({"quotas": [{"resourceType": "ag", "limit": limit, "used": used}]}))
}

fn view(world: &World, id: &str, group: &AvailabilityGroup) -> Value {
    let instances: Vec<Value> = group
        .instances
        .iter()
        .map(|(id, managed)| {
            let instance = world.instances.get(id);
            json!({
                "instanceId": id,
                "instanceName": instance.map(|instance| instance.name.as_str()),
                "status": instance.map(|instance| instance.status.as_str()),
                "isManaged": managed,
                "az": instance.map(|instance| instance.az.as_str()),
            })
        })
        .collect();
    let mut view = json!({
        "id": id,
        "name": group.name,
        "description": group.description,
        "azs": group.azs,
        "agType": "vm",
        "createTime": group.created.to_string(),
        "count": group.instances.len(),
        "autoScaling": group.scales,
        "configurationType": group.configuration,
        "placementType": group.placement,
        "instancesQuotas": [],
        "instances": instances,
    });
    if let Some(template) = &group.template {
        view["instanceTemplateId"] = json!(template);
    }
    if let Some(scaling) = group.scaling.as_ref().filter(|_| group.scales) {
        view["autoscalingSpec"] = scaling::view(scaling);
    }
    view
}
