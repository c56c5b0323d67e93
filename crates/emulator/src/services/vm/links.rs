//! What an instance is tied to: disks and elastic IPs.

use super::instance::{find, find_idle};
use super::instance_type::InstanceType;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::schedule::{Event, usual};
use crate::services::{disk, vpc};
use crate::state::{AttachedDisk, Instance, InstanceStatus};
use crate::world::World;
use serde_json::Value;
use std::collections::BTreeSet;

/// Slots of data disks: vdb to vdz, vdaa to vdbm.
fn slots() -> impl Iterator<Item = String> {
    let single = (b'b'..=b'z').map(|c| format!("vd{}", char::from(c)));
    let double = (b'a'..=b'z').map(|c| format!("vda{}", char::from(c)));
    let last = (b'a'..=b'm').map(|c| format!("vdb{}", char::from(c)));
    single.chain(double).chain(last)
}

/// The slot for one more data disk: the wanted one, or the first free.
pub(crate) fn choose_slot(taken: &BTreeSet<String>, wanted: Option<&str>) -> Result<String, Fault> {
    match wanted.filter(|w| !w.is_empty()) {
        Some(device) if !slots().any(|s| s == device) => {
            Err(Fault::invalid(format!("deviceName `{device}` is not one of vdb to vdbm")))
        }
        Some(device) if taken.contains(device) => Err(Fault::precondition(format!("deviceName {device} is in use"))),
        Some(device) => Ok(device.to_owned()),
        None => slots().find(|s| !taken.contains(s)).ok_or_else(|| Fault::precondition("no slot for a disk is free")),
    }
}

/// Refuses one disk too many.
pub(crate) fn check_disk_count(world: &World, data_disks: usize) -> Result<(), Fault> {
    let limit =
        quota::limit(&world.settings.quotas, "instance_disk").unwrap_or(8).max(InstanceType::disk_limit() as u64);
    if data_disks as u64 + 1 > limit {
        return Err(Fault::quota("instance_disk", limit));
    }
    Ok(())
}

fn stable<'w>(world: &'w World, call: &Call<'_>) -> Result<(&'w String, &'w Instance), Fault> {
    let id = call.args.text("instanceId")?;
    let instance = find_idle(world, call.region(), id)?;
    if !matches!(instance.status, InstanceStatus::Running | InstanceStatus::Stopped) {
        return Err(Fault::precondition(format!("instance {id} is {}", instance.status.as_str())));
    }
    world.instances.get_key_value(id).ok_or_else(|| Fault::not_found("instance", id))
}

pub(crate) fn attach_disk(world: &mut World, call: &Call<'_>) -> Answer {
    let disk_id = call.args.text("diskId")?;
    // A disk that is already there is reported as such even while the instance is busy with something else.
    let (id, instance) = stable(world, call)?;
    let (id, az) = (id.clone(), instance.az.clone());
    if !instance.data_disks.contains_key(disk_id) {
        check_disk_count(world, instance.data_disks.len() + 1)?;
    }
    let taken: BTreeSet<String> = instance.data_disks.values().map(|slot| slot.device.clone()).collect();
    let device = choose_slot(&taken, call.args.opt_text("deviceName"))?;
    disk::attach(world, call, disk_id, &id, &az)?;
    let auto_delete = call.args.flag("autoDelete");
    if let Some(instance) = world.instances.get_mut(&id) {
        instance.data_disks.insert(disk_id.to_owned(), AttachedDisk { device, auto_delete });
        instance.task = Some("attachDisk".to_owned());
    }
    let at = call.now.plus(world.latency(usual::ATTACH, disk_id));
    world.plan(at, Event::Attached { instance: id, disk: disk_id.to_owned() });
    Ok(Value::Null)
}

pub(crate) fn detach_disk(world: &mut World, call: &Call<'_>) -> Answer {
    let disk_id = call.args.text("diskId")?;
    let (id, _) = stable(world, call)?;
    let id = id.clone();
    if world.disks.get(disk_id).is_some_and(|d| d.system_of.as_deref() == Some(id.as_str())) {
        return Err(Fault::precondition(format!("disk {disk_id} is the system disk of {id}")));
    }
    disk::detach(world, call, disk_id, &id)?;
    if let Some(instance) = world.instances.get_mut(&id) {
        instance.task = Some("detachDisk".to_owned());
    }
    let at = call.now.plus(world.latency(usual::DETACH, disk_id));
    world.plan(at, Event::Detached { instance: id, disk: disk_id.to_owned() });
    Ok(Value::Null)
}

pub(crate) fn modify_disks(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = find(world, call.region(), id)?;
    let mut wanted = Vec::new();
    for spec in call.args.children("dataDisks") {
        let disk_id = spec.text("diskId")?;
        if !instance.data_disks.contains_key(disk_id) {
            return Err(Fault::precondition(format!("disk {disk_id} is not attached to {id}")));
        }
        if world.disks.get(disk_id).is_some_and(|d| d.charge.is_prepaid() || d.multi_attachable) {
            return Err(Fault::precondition(format!("disk {disk_id} is prepaid or shared and has no autoDelete")));
        }
        wanted.push((disk_id, spec.flag("autoDelete")));
    }
    if let Some(instance) = world.instances.get_mut(id) {
        for (disk_id, auto_delete) in wanted {
            if let Some(slot) = instance.data_disks.get_mut(disk_id) {
                slot.auto_delete = auto_delete;
            }
        }
    }
    Ok(Value::Null)
}

pub(crate) fn associate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let (_, instance) = stable(world, call)?;
    let interface = instance.interface.clone();
    vpc::bind_elastic_ip(world, call.region(), call.args.text("elasticIpId")?, &interface, None)?;
    Ok(Value::Null)
}

pub(crate) fn disassociate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let (_, instance) = stable(world, call)?;
    let interface = instance.interface.clone();
    vpc::unbind_elastic_ip(world, call.region(), call.args.text("elasticIpId")?, &interface)?;
    Ok(Value::Null)
}
