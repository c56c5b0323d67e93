//! Power and death of an instance: one task at a time, each ending by itself.

use super::instance::{find, find_idle};
use super::interfaces;
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::schedule::{Event, usual};
use crate::services::{ag, disk, lb, vpc};
use crate::state::{AttachmentStatus, Instance, InstanceStatus, SystemDisk};
use crate::world::World;
use serde_json::Value;

/// Puts an instance into a transitional state that ends in another after the usual time.
pub(crate) fn begin(world: &mut World, call: &Call<'_>, id: &str, via: InstanceStatus, to: InstanceStatus, usual: i64) {
    if let Some(instance) = world.instances.get_mut(id) {
        instance.status = via;
        instance.task = Some(via.as_str().to_owned());
    }
    let at = call.now.plus(world.latency(usual, id));
    world.plan(at, Event::InstanceIs { instance: id.to_owned(), status: to });
}

/// The instance of the call, idle and in the wanted state.
pub(crate) fn idle_in<'w>(
    world: &'w World,
    call: &Call<'_>,
    wanted: InstanceStatus,
) -> Result<(String, &'w Instance), Fault> {
    let id = call.args.text("instanceId")?;
    let instance = find_idle(world, call.region(), id)?;
    if instance.status != wanted {
        let (is, wanted) = (instance.status.as_str(), wanted.as_str());
        return Err(Fault::precondition(format!("instance {id} is {is}, it must be {wanted}")));
    }
    Ok((id.to_owned(), instance))
}

pub(crate) fn start(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle_in(world, call, InstanceStatus::Stopped)?;
    begin(world, call, &id, InstanceStatus::Starting, InstanceStatus::Running, usual::START);
    Ok(Value::Null)
}

pub(crate) fn stop(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle_in(world, call, InstanceStatus::Running)?;
    let mode = call.args.opt_text("chargeOnStopped").filter(|m| !m.is_empty());
    if let Some(mode) = mode.filter(|m| !matches!(*m, "keepCharging" | "stopCharging")) {
        return Err(Fault::invalid(format!("chargeOnStopped `{mode}` is neither keepCharging nor stopCharging")));
    }
    if let (Some(mode), Some(instance)) = (mode, world.instances.get_mut(&id)) {
        instance.charge_on_stopped = mode.to_owned();
    }
    begin(world, call, &id, InstanceStatus::Stopping, InstanceStatus::Stopped, usual::STOP);
    Ok(Value::Null)
}

pub(crate) fn reboot(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle_in(world, call, InstanceStatus::Running)?;
    begin(world, call, &id, InstanceStatus::Rebooting, InstanceStatus::Running, usual::REBOOT);
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = find(world, call.region(), id)?;
    if let Some(task) = &instance.task {
        return Err(Fault::busy(&format!("instance {id}"), task));
    }
    instance.charge.check_deletable(&format!("instance {id}"), call.now)?;
    // An elastic IP that is paid in advance stays, whatever was asked.
    let take_elastic_ip = call.args.flag("deletePrimaryNetworkInterfaceAllElasticIp");
    if let Some(instance) = world.instances.get_mut(id) {
        instance.status = InstanceStatus::Deleting;
        instance.task = Some(InstanceStatus::Deleting.as_str().to_owned());
        instance.delete_elastic_ip = take_elastic_ip;
    }
    world.instances.going(id);
    let at = call.now.plus(world.latency(usual::DELETE_INSTANCE, id));
    world.plan(at, Event::InstanceGone { instance: id.to_owned() });
    Ok(Value::Null)
}

/// An instance shows another state. Disks made with it are attached once it runs for the first time.
pub(crate) fn is(world: &mut World, id: &str, status: InstanceStatus, at: Moment) {
    let Some(instance) = world.instances.get_mut(id) else { return };
    instance.status = status;
    if !status.is_stable() {
        instance.task = Some(status.as_str().to_owned());
        return;
    }
    instance.task = None;
    let mut disks: Vec<String> = instance.data_disks.keys().cloned().collect();
    if let SystemDisk::Cloud { disk } = &instance.system_disk {
        disks.push(disk.clone());
    }
    for disk in disks {
        disk::ready(world, &disk);
        let tie = world.disks.get_mut(&disk).and_then(|d| d.attachments.get_mut(id));
        if let Some(tie) = tie.filter(|t| t.status == AttachmentStatus::Attaching) {
            tie.status = AttachmentStatus::Attached;
            tie.since = at;
        }
    }
}

/// The task of an instance is over; its state stays.
pub(crate) fn task_over(world: &mut World, id: &str) {
    if let Some(instance) = world.instances.get_mut(id) {
        instance.task = None;
    }
}

/// A deleted instance disappears: its interface and system disk too, its data disks as they were asked to.
pub(crate) fn gone(world: &mut World, id: &str, at: Moment) {
    ag::let_go(world, id);
    let Some(instance) = world.instances.remove(id) else { return };
    if instance.delete_elastic_ip
        && let Some(elastic_ip) = world.interfaces.get(&instance.interface).and_then(|n| n.elastic_ip.clone())
        && world.elastic_ips.get(&elastic_ip).is_some_and(|e| e.charge.check_deletable("", at).is_ok())
    {
        vpc::remove_elastic_ip(world, &elastic_ip);
    }
    lb::instance_gone(world, id);
    vpc::remove_interface(world, &instance.interface);
    interfaces::let_go(world, instance.secondary_interfaces.iter().cloned());
    if let SystemDisk::Cloud { disk } = &instance.system_disk {
        disk::gone(world, disk);
    }
    for (disk, slot) in &instance.data_disks {
        disk::release(world, id, disk);
        let prepaid = world.disks.get(disk).is_none_or(|d| d.charge.is_prepaid() || d.multi_attachable);
        if slot.auto_delete && !prepaid {
            disk::gone(world, disk);
        }
    }
}
