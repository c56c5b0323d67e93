//! The tie between a disk and an instance, seen from the disk.

use crate::call::Call;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::places;
use crate::services::vm;
use crate::state::{AttachedDisk, Attachment, AttachmentStatus, DiskStatus};
use crate::world::World;

/// Most instances that share one disk.
const SHARED_BY: usize = 16;

/// Begins attaching a disk; the instance's side is already checked.
pub(crate) fn attach(world: &mut World, call: &Call<'_>, disk_id: &str, instance: &str, az: &str) -> Result<(), Fault> {
    let disk = super::find(world, call.region(), disk_id)?;
    if let Some(tied) = disk.attachments.get(instance).filter(|a| a.status == AttachmentStatus::Attached) {
        return Err(Fault::precondition(format!("disk {disk_id} is already attached to {instance} ({})", tied.id)));
    }
    if let Some(task) = disk.task() {
        return Err(Fault::busy(&format!("disk {disk_id}"), task));
    }
    if !places::same_zone(&disk.az, az) {
        return Err(Fault::invalid(format!("disk {disk_id} is in {}, instance {instance} in {az}", disk.az)));
    }
    match disk.status {
        DiskStatus::Available => {}
        DiskStatus::InUse if disk.multi_attachable && disk.attachments.len() < SHARED_BY => {}
        DiskStatus::InUse => {
            let other = disk.attachments.keys().next().map_or("", String::as_str);
            return Err(Fault::precondition(format!("disk {disk_id} is already attached to {other}")));
        }
        DiskStatus::Deleted => return Err(Fault::not_found("disk", disk_id)),
        other => return Err(Fault::precondition(format!("disk {disk_id} is {}", other.as_str()))),
    }
    let id = world.ids.id("attach");
    if let Some(disk) = world.disks.get_mut(disk_id) {
        disk.status = DiskStatus::InUse;
        let attachment = Attachment { id, status: AttachmentStatus::Attaching, since: call.now };
        disk.attachments.insert(instance.to_owned(), attachment);
    }
    Ok(())
}

/// Begins detaching a disk.
pub(crate) fn detach(world: &mut World, call: &Call<'_>, disk_id: &str, instance: &str) -> Result<(), Fault> {
    let disk = super::find(world, call.region(), disk_id)?;
    if let Some(task) = disk.task() {
        return Err(Fault::busy(&format!("disk {disk_id}"), task));
    }
    if !disk.attachments.contains_key(instance) {
        return Err(Fault::precondition(format!("disk {disk_id} is not attached to {instance}")));
    }
    if let Some(attachment) = world.disks.get_mut(disk_id).and_then(|d| d.attachments.get_mut(instance)) {
        attachment.status = AttachmentStatus::Detaching;
    }
    Ok(())
}

/// Attaching is over.
pub(crate) fn attached(world: &mut World, instance: &str, disk: &str) {
    if let Some(attachment) = world.disks.get_mut(disk).and_then(|d| d.attachments.get_mut(instance)) {
        attachment.status = AttachmentStatus::Attached;
    }
    vm::task_over(world, instance);
}

/// Detaching is over.
pub(crate) fn detached(world: &mut World, instance: &str, disk: &str) {
    release(world, instance, disk);
    if let Some(object) = world.instances.get_mut(instance) {
        object.data_disks.remove(disk);
    }
    vm::task_over(world, instance);
}

/// Attaching or detaching failed.
pub(crate) fn tie_failed(world: &mut World, instance: &str, disk: &str, status: AttachmentStatus) {
    if let Some(attachment) = world.disks.get_mut(disk).and_then(|d| d.attachments.get_mut(instance)) {
        attachment.status = status;
    }
    vm::task_over(world, instance);
}

/// Takes a disk off an instance at once.
pub(crate) fn release(world: &mut World, instance: &str, disk: &str) {
    if let Some(object) = world.disks.get_mut(disk) {
        object.attachments.remove(instance);
        if object.attachments.is_empty() && object.status == DiskStatus::InUse {
            object.status = DiskStatus::Available;
        }
    }
}

/// Puts a disk that was made together with its instance into its slot.
pub(crate) fn tie(world: &mut World, instance: &str, disk: &str, slot: Option<AttachedDisk>, now: Moment) {
    let id = world.ids.id("attach");
    if let Some(object) = world.disks.get_mut(disk) {
        let attachment = Attachment { id, status: AttachmentStatus::Attaching, since: now };
        object.attachments.insert(instance.to_owned(), attachment);
    }
    if let (Some(object), Some(slot)) = (world.instances.get_mut(instance), slot) {
        object.data_disks.insert(disk.to_owned(), slot);
    }
}
