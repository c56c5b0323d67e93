//! Parameter groups: shared by the instances of an engine and version that use them.

use super::{TENS, absent, instances, sizes, time};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::state::ParameterGroup;
use crate::world::World;
use crate::{listing, names};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (engine, version) = (call.args.text("engine")?, call.args.text("engineVersion")?);
    sizes::engine(engine, version)?;
    if engine == "SQL Server" {
        return Err(Fault::invalid("SQL Server has no parameter groups"));
    }
    let name = call.args.text("parameterGroupName")?;
    names::counted("parameterGroupName", name, 2, 64, "_-")?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let id = world.ids.id("pargroup");
    let group = ParameterGroup {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        engine: engine.to_owned(),
        version: version.to_owned(),
        parameters: BTreeMap::new(),
        created: call.now,
    };
    world.parameter_groups.insert(id.clone(), group);
    Ok(json!({"parameterGroupId": id}))
}

fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w ParameterGroup, Fault> {
    world.parameter_groups.get(id).filter(|group| group.region == region).ok_or_else(|| absent("parameter group", id))
}

/// Refuses a group that is not there, or of another engine or version.
pub(super) fn check_fits(world: &World, region: &str, id: &str, engine: &str, version: &str) -> Result<(), Fault> {
    let group = find(world, region, id)?;
    match group.engine == engine && group.version == version {
        true => Ok(()),
        false => Err(Fault::invalid(format!("parameter group {id} is of {} {}", group.engine, group.version))),
    }
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let mut found: Vec<(&String, &ParameterGroup)> = world.parameter_groups.in_region(call.region(), 0).collect();
    for filter in call.args.children("filters") {
        let wanted = filter.texts("values");
        match filter.text("name")? {
            "engine" => found.retain(|(_, group)| wanted.contains(&group.engine.as_str())),
            "engineVersion" => found.retain(|(_, group)| wanted.contains(&group.version.as_str())),
            other => return Err(Fault::invalid(format!("filter `{other}` is unknown"))),
        }
    }
    listing::page_as(&TENS, call.args, "parameterGroups", &found, |(id, group)| {
        json!({
            "parameterGroupId": id,
            "parameterGroupName": group.name,
            "parameterGroupStatus": "RUNNING",
            "description": group.description,
            "engine": group.engine,
            "engineVersion": group.version,
            "createTime": time(group.created),
        })
    })
}

pub(crate) fn parameters(world: &World, call: &Call<'_>) -> Answer {
    let group = find(world, call.region(), call.args.text("parameterGroupId")?)?;
    let rows: Vec<Value> =
        group.parameters.iter().map(|(name, value)| json!({"name": name, "configureValue": value})).collect();
    Ok(json!({"parameters": rows}))
}

pub(crate) fn set(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("parameterGroupId")?;
    find(world, call.region(), id)?;
    let mut values = BTreeMap::new();
    for parameter in call.args.children("parameters") {
        values.insert(parameter.text("name")?.to_owned(), parameter.text("value")?.to_owned());
    }
    if values.is_empty() {
        return Err(Fault::invalid("parameters must not be empty"));
    }
    if let Some(group) = world.parameter_groups.get_mut(id) {
        group.parameters.extend(values);
    }
    Ok(Value::Null)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("parameterGroupId")?;
    find(world, call.region(), id)?;
    let name = call.args.text("parameterGroupName")?;
    names::counted("parameterGroupName", name, 2, 64, "_-")?;
    let description = call.args.opt_text("description");
    if let Some(text) = description {
        names::description(text)?;
    }
    if let Some(group) = world.parameter_groups.get_mut(id) {
        group.name = name.to_owned();
        if let Some(text) = description {
            group.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

/// Instances that use a group.
fn using<'w>(world: &'w World, id: &str) -> impl Iterator<Item = &'w String> {
    let uses = move |group: &Option<String>| group.as_deref() == Some(id);
    world.rds_instances.iter().filter(move |(_, i)| uses(&i.parameter_group)).map(|(id, _)| id)
}

pub(crate) fn users(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("parameterGroupId")?;
    find(world, call.region(), id)?;
    let found: Vec<&String> = using(world, id).collect();
    listing::page_as(&TENS, call.args, "instances", &found, |instance| json!({"instanceId": instance}))
}

/// Gives an instance another group.
pub(crate) fn assign(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = instances::running(world, call)?;
    let group = call.args.text("parameterGroupId")?;
    check_fits(world, call.region(), group, &instance.engine, &instance.version)?;
    if let Some(instance) = world.rds_instances.get_mut(&id) {
        instance.parameter_group = Some(group.to_owned());
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("parameterGroupId")?;
    find(world, call.region(), id)?;
    if let Some(user) = using(world, id).next() {
        return Err(Fault::precondition(format!("parameter group {id} is in use by {user}")));
    }
    world.parameter_groups.remove(id);
    Ok(Value::Null)
}
