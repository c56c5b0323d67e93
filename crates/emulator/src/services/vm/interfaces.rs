//! Secondary network interfaces of an instance: plugged in, pulled out, and what becomes of them with it.

use super::instance::{find, find_idle};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::schedule::{Event, usual};
use crate::services::vpc;
use crate::state::{InstanceStatus, NetworkInterface};
use crate::world::World;
use serde_json::{Value, json};

/// Slots of secondary interfaces; the primary one has the first.
const SLOTS: std::ops::RangeInclusive<i64> = 2..=8;

/// The instance of the call, running or stopped, with nothing running on it.
fn stable(world: &World, call: &Call<'_>) -> Result<String, Fault> {
    let id = call.args.text("instanceId")?;
    let instance = find_idle(world, call.region(), id)?;
    match instance.status {
        InstanceStatus::Running | InstanceStatus::Stopped => Ok(id.to_owned()),
        other => Err(Fault::precondition(format!("instance {id} is {}", other.as_str()))),
    }
}

/// Interfaces of an instance beside its primary one, by slot.
pub(super) fn secondary<'w>(world: &'w World, instance: &str) -> Vec<(&'w String, &'w NetworkInterface)> {
    let Some(object) = world.instances.get(instance) else { return Vec::new() };
    let mut ports: Vec<_> =
        object.secondary_interfaces.iter().filter_map(|id| world.interfaces.get_key_value(id)).collect();
    ports.sort_by_key(|(_, port)| port.device_index);
    ports
}

pub(crate) fn attach(world: &mut World, call: &Call<'_>) -> Answer {
    let port_id = call.args.text("networkInterfaceId")?;
    let instance = stable(world, call)?;
    let port = vpc::find_interface(world, call.region(), port_id)?;
    match &port.instance {
        Some(holder) if *holder == instance => {
            return Err(Fault::precondition(format!("network interface {port_id} is already attached to {instance}")));
        }
        Some(holder) => {
            return Err(Fault::precondition(format!("network interface {port_id} is attached to {holder}")));
        }
        None => {}
    }
    let own = world.instances.get(&instance).and_then(|object| world.interfaces.get(&object.interface));
    if own.is_some_and(|own| own.vpc != port.vpc) {
        return Err(Fault::invalid(format!("network interface {port_id} is not in the VPC of {instance}")));
    }
    let taken: Vec<i64> = secondary(world, &instance).iter().map(|(_, port)| port.device_index).collect();
    let slot = SLOTS.into_iter().find(|slot| !taken.contains(slot));
    let slot = slot.ok_or_else(|| Fault::precondition(format!("instance {instance} takes no more interfaces")))?;
    let az = world.instances.get(&instance).map(|object| object.az.clone()).unwrap_or_default();
    if let Some(port) = world.interfaces.get_mut(port_id) {
        port.instance = Some(instance.clone());
        port.device_index = slot;
        port.auto_delete = call.args.flag("autoDelete");
        port.az = az;
    }
    if let Some(object) = world.instances.get_mut(&instance) {
        object.secondary_interfaces.insert(port_id.to_owned());
    }
    occupy(world, call, &instance);
    Ok(Value::Null)
}

pub(crate) fn detach(world: &mut World, call: &Call<'_>) -> Answer {
    let port_id = call.args.text("networkInterfaceId")?;
    let instance = stable(world, call)?;
    let port = vpc::find_interface(world, call.region(), port_id)?;
    if port.instance.as_deref() != Some(instance.as_str()) {
        return Err(Fault::precondition(format!("network interface {port_id} is not attached to {instance}")));
    }
    if port.primary {
        return Err(Fault::precondition(format!("{port_id} is the primary interface of {instance}")));
    }
    release(world, port_id);
    if let Some(object) = world.instances.get_mut(&instance) {
        object.secondary_interfaces.remove(port_id);
    }
    occupy(world, call, &instance);
    Ok(Value::Null)
}

/// The interface shows at once what it is attached to; the instance is busy with it for a while longer.
fn occupy(world: &mut World, call: &Call<'_>, instance: &str) {
    if let Some(object) = world.instances.get_mut(instance) {
        object.task = Some(call.operation.to_owned());
    }
    let at = call.now.plus(world.latency(usual::TIE_INTERFACE, instance));
    world.plan(at, Event::TaskOver { instance: instance.to_owned() });
}

fn release(world: &mut World, port: &str) {
    if let Some(port) = world.interfaces.get_mut(port) {
        port.instance = None;
        port.device_index = 0;
        port.auto_delete = false;
        port.az.clear();
    }
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = find(world, call.region(), id)?;
    let mut wanted = Vec::new();
    for spec in call.args.children("networks") {
        let port = spec.text("networkInterfaceId")?;
        if !instance.secondary_interfaces.contains(port) && instance.interface != port {
            return Err(Fault::precondition(format!("network interface {port} is not attached to {id}")));
        }
        wanted.push((port, spec.flag("autoDelete")));
    }
    for (port, auto_delete) in wanted {
        if let Some(port) = world.interfaces.get_mut(port).filter(|port| !port.primary) {
            port.auto_delete = auto_delete;
        }
    }
    Ok(Value::Null)
}

/// The instance is gone: its secondary interfaces go with it or become free, as they were asked to.
pub(super) fn let_go(world: &mut World, ports: impl IntoIterator<Item = String>) {
    for port in ports {
        match world.interfaces.get(&port).is_some_and(|port| port.auto_delete) {
            true => vpc::remove_interface(world, &port),
            false => release(world, &port),
        }
    }
}

/// Secondary interfaces as a read of the instance shows them.
pub(super) fn view(world: &World, instance: &str, inner: impl Fn(&str, &NetworkInterface) -> Value) -> Vec<Value> {
    let ports = secondary(world, instance).into_iter();
    ports
        .map(|(id, port)| {
            json!({
                "deviceIndex": port.device_index,
                "autoDelete": port.auto_delete,
                "networkInterface": inner(id, port),
            })
        })
        .collect()
}
