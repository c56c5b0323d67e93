//! Changes of an instance: attributes, password, subnet, type, image.

use super::instance::find_idle;
use super::{create, image, instance_type, keypair, life};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::names;
use crate::schedule::usual;
use crate::services::vpc;
use crate::state::{InstanceStatus, SystemDisk};
use crate::world::World;
use core::net::Ipv4Addr;
use serde_json::Value;

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = find_idle(world, call.region(), id)?;
    let windows = image::find(world, call.region(), &instance.image).is_some_and(|i| i.os_type() == "windows");
    let name = call.args.opt_text("name");
    let description = call.args.opt_text("description");
    let hostname = call.args.opt_text("hostname").filter(|h| !h.is_empty());
    if let Some(name) = name {
        names::instance(name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    if let Some(hostname) = hostname {
        names::hostname(hostname, windows)?;
    }
    let metadata = create::metadata(call.args)?;
    let userdata = create::userdata(call.args)?;
    if let Some(instance) = world.instances.get_mut(id) {
        if let Some(name) = name {
            instance.name = name.to_owned();
        }
        if let Some(text) = description {
            instance.description = text.to_owned();
        }
        if let Some(hostname) = hostname {
            instance.hostname = hostname.to_owned();
        }
        if call.args.has("metadata") {
            instance.metadata = metadata;
        }
        if call.args.has("userdata") {
            instance.userdata = userdata;
        }
    }
    Ok(Value::Null)
}

pub(crate) fn password(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    find_idle(world, call.region(), id)?;
    let password = call.args.text("password")?;
    names::password(password)?;
    let digest = create::password_digest(password);
    if let Some(instance) = world.instances.get_mut(id) {
        instance.password_digest = Some(digest);
    }
    Ok(Value::Null)
}

pub(crate) fn move_subnet(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = life::idle_in(world, call, InstanceStatus::Stopped)?;
    let interface = instance.interface.clone();
    let port = world.interfaces.get(&interface).ok_or_else(|| Fault::not_found("networkInterface", &interface))?;
    let subnet_id = call.args.text("subnetId")?;
    let subnet = world.subnets.get(subnet_id).filter(|s| s.region == call.region());
    let subnet = subnet.ok_or_else(|| Fault::not_found("subnet", subnet_id))?;
    if subnet.vpc != port.vpc {
        return Err(Fault::invalid(format!("subnet {subnet_id} is not in {}, the VPC of instance {id}", port.vpc)));
    }
    let wanted = create::address(call.args.opt_text("privateIpAddress"))?;
    let stays = |address: Ipv4Addr| subnet_id == port.subnet && address == port.address;
    let address = match wanted {
        Some(address) if stays(address) => address,
        None if subnet_id == port.subnet => port.address,
        wanted => vpc::choose_address(subnet, wanted)?,
    };
    let groups = match call.args.has("securityGroups") {
        true => vpc::check_groups(world, call.region(), &port.vpc, &call.args.texts("securityGroups"))?,
        false => port.security_groups.clone(),
    };
    vpc::move_primary(world, &interface, subnet_id, address, groups);
    Ok(Value::Null)
}

pub(crate) fn resize(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = life::idle_in(world, call, InstanceStatus::Stopped)?;
    let wanted = call.args.text("instanceType")?;
    instance_type::check(call.region(), &instance.az, wanted)?;
    let local = matches!(instance.system_disk, SystemDisk::Local { .. });
    if local && instance_type::generation(wanted) != instance_type::generation(&instance.instance_type) {
        return Err(Fault::precondition(format!("instance {id} has a local system disk and keeps its generation")));
    }
    if let Some(instance) = world.instances.get_mut(&id) {
        instance.instance_type = wanted.to_owned();
    }
    life::begin(world, call, &id, InstanceStatus::Resizing, InstanceStatus::Stopped, usual::RESIZE);
    Ok(Value::Null)
}

pub(crate) fn rebuild(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = life::idle_in(world, call, InstanceStatus::Stopped)?;
    let wanted = call.args.opt_text("imageId").filter(|i| !i.is_empty()).unwrap_or(&instance.image).to_owned();
    let image = image::find(world, call.region(), &wanted).ok_or_else(|| Fault::not_found("image", &wanted))?;
    let password = call.args.opt_text("password").filter(|p| !p.is_empty());
    let keys = call.args.texts("keyNames");
    if password.is_none() && keys.is_empty() {
        return Err(Fault::invalid("password or keyNames must be given anew"));
    }
    if let Some(password) = password {
        names::password(password)?;
    }
    create::check_keys(&keys)?;
    for key in &keys {
        keypair::check(world, call.region(), key)?;
    }
    let hostname = call.args.opt_text("hostname").filter(|h| !h.is_empty());
    if let Some(hostname) = hostname {
        names::hostname(hostname, image.os_type() == "windows")?;
    }
    let metadata = create::metadata(call.args)?;
    let userdata = create::userdata(call.args)?;
    if let Some(instance) = world.instances.get_mut(&id) {
        instance.image = wanted;
        instance.password_digest = password.map(create::password_digest);
        instance.key_names = keys.iter().map(|k| (*k).to_owned()).collect();
        if let Some(hostname) = hostname {
            instance.hostname = hostname.to_owned();
        }
        if call.args.has("metadata") {
            instance.metadata = metadata;
        }
        if call.args.has("userdata") {
            instance.userdata = userdata;
        }
    }
    life::begin(world, call, &id, InstanceStatus::Rebuilding, InstanceStatus::Stopped, usual::REBUILD);
    Ok(Value::Null)
}
