//! Private images: made of an instance, which does nothing else meanwhile, out of snapshots of its disks.

use super::image::{self, Image};
use super::instance;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::schedule::{Event, usual};
use crate::services::disk;
use crate::state::{ImageDisk, ImageStatus, Instance, InstanceStatus, PrivateImage, SnapshotStatus, SystemDisk};
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The private image of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w PrivateImage, Fault> {
    world.images.get(id).filter(|image| image.region == region).ok_or_else(|| Fault::not_found("image", id))
}

/// Devices of the instance's data disks that the call keeps out of the image.
fn excluded<'a>(call: &Call<'a>) -> Result<BTreeSet<&'a str>, Fault> {
    let mut devices = BTreeSet::new();
    for disk in call.args.children("dataDisks") {
        if !disk.flag("noDevice") {
            return Err(Fault::not_implemented("vm", "createImage with disks of its own"));
        }
        devices.insert(disk.text("deviceName")?);
    }
    Ok(devices)
}

/// The disks that become snapshots, by their slots: the system disk first.
fn sources(world: &World, instance: &Instance, without: &BTreeSet<&str>) -> Result<Vec<(String, String)>, Fault> {
    let system = match &instance.system_disk {
        SystemDisk::Cloud { disk } => Some(("vda".to_owned(), disk.clone())),
        SystemDisk::Local { .. } => None,
    };
    let data = instance.data_disks.iter().filter(|(_, slot)| !without.contains(slot.device.as_str()));
    let mut data: Vec<(String, String)> = data.map(|(disk, slot)| (slot.device.clone(), disk.clone())).collect();
    data.sort();
    let sources: Vec<(String, String)> = system.into_iter().chain(data).collect();
    for (_, id) in &sources {
        disk::check_source(id, disk::find(world, &instance.region, id)?)?;
    }
    Ok(sources)
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = instance::find_idle(world, call.region(), id)?;
    let local = matches!(instance.system_disk, SystemDisk::Local { .. });
    match instance.status {
        InstanceStatus::Stopped => {}
        InstanceStatus::Running if !local => {}
        other => return Err(Fault::precondition(format!("instance {id} is {}", other.as_str()))),
    }
    let (name, description) = (call.args.text("name")?, call.args.opt_text("description").unwrap_or_default());
    names::image(name)?;
    names::description(description)?;
    let base = image::find(world, call.region(), &instance.image).map_or("", |image| image.id);
    let sources = sources(world, instance, &excluded(call)?)?;
    quota::check(&world.settings.quotas, "image", world.images.count(call.region()), 1)?;
    quota::check(&world.settings.quotas, "snapshot", world.snapshots.count(call.region()), sources.len())?;

    let image_id = world.ids.id("img");
    let (mut system, mut data) = (None, Vec::new());
    for (device, disk) in sources {
        let snapshot = disk::begin_snapshot(world, call, &disk, name, "");
        if let Some(snapshot) = world.snapshots.get_mut(&snapshot) {
            snapshot.images.insert(image_id.clone());
        }
        let (disk_type, size_gb) =
            world.disks.get(&disk).map(|disk| (disk.disk_type.clone(), disk.size_gb)).unwrap_or_default();
        let part = ImageDisk { device, snapshot, disk_type, size_gb };
        match part.device == "vda" {
            true => system = Some(part),
            false => data.push(part),
        }
    }
    let image = PrivateImage {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        instance: id.to_owned(),
        base: base.to_owned(),
        system,
        data,
        status: ImageStatus::Pending,
        created: call.now,
    };
    world.images.insert(image_id.clone(), image);
    if let Some(instance) = world.instances.get_mut(id) {
        instance.task = Some("createImage".to_owned());
    }
    let at = call.now.plus(world.latency(usual::CREATE_IMAGE, &image_id));
    world.plan(at, Event::ImageReady { image: image_id.clone() });
    Ok(json!({"imageId": image_id}))
}

/// The making of an image is over, and so is that of its snapshots.
pub(crate) fn made(world: &mut World, id: &str, well: bool) {
    let Some(image) = world.images.get_mut(id) else { return };
    image.status = if well { ImageStatus::Ready } else { ImageStatus::Error };
    let status = if well { SnapshotStatus::Available } else { SnapshotStatus::ErrorCreate };
    let instance = image.instance.clone();
    let snapshots: Vec<String> = image.system.iter().chain(&image.data).map(|part| part.snapshot.clone()).collect();
    for snapshot in snapshots {
        disk::snapshot_ready(world, &snapshot, status);
    }
    super::task_over(world, &instance);
}

/// A deletion failed.
pub(crate) fn not_gone(world: &mut World, id: &str) {
    if let Some(image) = world.images.get_mut(id) {
        image.status = ImageStatus::Error;
    }
}

/// A deleted image disappears. Its snapshots stay, unless they were to go with it.
pub(crate) fn gone(world: &mut World, id: &str, with_snapshots: bool) {
    let Some(image) = world.images.remove(id) else { return };
    for part in image.system.iter().chain(&image.data) {
        let Some(snapshot) = world.snapshots.get_mut(&part.snapshot) else { continue };
        snapshot.images.remove(id);
        if with_snapshots && snapshot.images.is_empty() {
            disk::snapshot_gone(world, &part.snapshot);
        }
    }
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("imageId")?;
    find(world, call.region(), id)?;
    let (name, description) = (call.args.opt_text("name"), call.args.opt_text("description"));
    if let Some(name) = name {
        names::image(name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    if let Some(image) = world.images.get_mut(id) {
        if let Some(name) = name {
            image.name = name.to_owned();
        }
        if let Some(text) = description {
            image.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("imageId")?;
    if image::public(id).is_some() {
        return Err(Fault::precondition(format!("image {id} is not private")));
    }
    let image = find(world, call.region(), id)?;
    if let Some(task) = image.status.task() {
        return Err(Fault::busy(&format!("image {id}"), task));
    }
    let built = || world.instances.in_region(call.region(), 0).find(|(_, instance)| instance.image == id);
    if image.system.is_none()
        && let Some((instance, _)) = built()
    {
        return Err(Fault::precondition(format!("instance {instance} is made of image {id}")));
    }
    let snapshots = call.args.flag("deleteSnapshot");
    if let Some(image) = world.images.get_mut(id) {
        image.status = ImageStatus::Deleting;
    }
    world.images.going(id);
    let at = call.now.plus(world.latency(usual::DELETE_IMAGE, id));
    world.plan(at, Event::ImageGone { image: id.to_owned(), snapshots });
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(id: &str, image: &PrivateImage) -> Value {
    let base = image::public(&image.base);
    let part = |part: &ImageDisk| {
        json!({
            "diskCategory": "cloud",
            "autoDelete": part.device == "vda",
            "deviceName": part.device,
            "cloudDisk": {
                "diskType": part.disk_type,
                "diskSizeGB": part.size_gb,
                "snapshotId": part.snapshot,
            },
        })
    };
    let data: Vec<Value> = image.data.iter().map(part).collect();
    let mut view = json!({
        "imageId": id,
        "name": image.name,
        "platform": base.map(|base| base.platform),
        "osVersion": base.map(|base| base.version),
        "architecture": base.map(|base| base.architecture),
        "osType": base.map(Image::os_type),
        "systemDiskSizeGB": image.system.as_ref().map_or(40, |system| system.size_gb),
        "imageSource": "private",
        "status": image.status.as_str(),
        "createTime": image.created.to_string(),
        "sizeMB": 40960,
        "desc": image.description,
        "ownerPin": "emulator",
        "launchPermission": "ownerOnly",
        "dataDisks": data,
        "rootDeviceType": if image.system.is_some() { "cloudDisk" } else { "localDisk" },
        "offline": false,
        "imported": false,
        "instanceId": image.instance,
        "bootMode": "bios",
    });
    if let Some(system) = &image.system {
        view["systemDisk"] = part(system);
        view["snapshotId"] = json!(system.snapshot);
    }
    view
}
