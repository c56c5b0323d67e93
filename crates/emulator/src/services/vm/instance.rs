//! Finding and listing instances.

use super::view;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::Instance;
use crate::world::World;
use serde_json::{Value, json};

const LISTED: Listed<Instance> = Listed { id_filter: "instanceId", tags: Some(|i| &i.tags), shown: None };

/// The instance of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Instance, Fault> {
    world.instances.get(id).filter(|i| i.region == region).ok_or_else(|| Fault::not_found("instance", id))
}

/// The same with nothing running on it.
pub(crate) fn find_idle<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Instance, Fault> {
    let instance = find(world, region, id)?;
    match &instance.task {
        Some(task) => Err(Fault::busy(&format!("instance {id}"), task)),
        None => Ok(instance),
    }
}

fn select<'w>(world: &'w World, call: &Call<'_>) -> Result<Vec<(&'w String, &'w Instance)>, Fault> {
    listing::select(&world.instances, &LISTED, call.region(), call.args, |instance, filter| {
        let port = world.interfaces.get(&instance.interface);
        Some(match filter {
            "name" => Field::Part(instance.name.clone()),
            "privateIpAddress" => Field::Part(port.map(|p| p.address.to_string()).unwrap_or_default()),
            "az" => Field::One(instance.az.clone()),
            "vpcId" => Field::One(port.map(|p| p.vpc.clone()).unwrap_or_default()),
            "subnetId" => Field::One(port.map(|p| p.subnet.clone()).unwrap_or_default()),
            "status" => Field::One(instance.status.as_str().to_owned()),
            "imageId" => Field::One(instance.image.clone()),
            "networkInterfaceId" => Field::One(instance.interface.clone()),
            "instanceType" => Field::One(instance.instance_type.clone()),
            "elasticIpAddress" => {
                let bound = port.and_then(|p| p.elastic_ip.as_ref()).and_then(|e| world.elastic_ips.get(e));
                Field::Any(bound.map(|e| e.address.to_string()).into_iter().collect())
            }
            "agId" => Field::Any(instance.group.iter().cloned().collect()),
            "faultDomain" | "dedicatedHostId" | "dedicatedPoolId" => Field::Any(Vec::new()),
            _ => return None,
        })
    })
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    Ok(json!({"instance": view::full(world, id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call)?;
    listing::page(call.args, Beyond::Empty, "instances", &found, |(id, i)| view::full(world, id, i, call))
}

pub(crate) fn list_brief(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call)?;
    listing::page(call.args, Beyond::Empty, "instances", &found, |(id, i)| view::brief(world, id, i))
}

pub(crate) fn list_status(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call)?;
    listing::page(
        call.args,
        Beyond::Empty,
        "instanceStatuses",
        &found,
        |(id, i)| json!({"instanceId": id, "status": i.status.as_str()}),
    )
}

pub(crate) fn list_addresses(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call)?;
    listing::page(call.args, Beyond::Empty, "instancePrivateIpAddress", &found, |(id, i)| {
        let address = world.interfaces.get(&i.interface).map(|p| p.address.to_string());
        json!({"instanceId": id, "privateIpAddress": address})
    })
}

pub(crate) fn list_custom_data(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call)?;
    let pairs = |map: &std::collections::BTreeMap<String, String>| -> Value {
        map.iter().map(|(key, value)| json!({"key": key, "value": value})).collect()
    };
    listing::page(
        call.args,
        Beyond::Empty,
        "customData",
        &found,
        |(id, i)| json!({"instanceId": id, "metadata": pairs(&i.metadata), "userdata": pairs(&i.userdata)}),
    )
}
