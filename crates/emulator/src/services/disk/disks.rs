//! The life of a disk: creating, available, extending, deleting, and the tombstone that stays readable by id.

use super::spec::{self, Order};
use super::{policies, relations};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::schedule::{Event, usual};
use crate::state::{Disk, DiskStatus};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, quota, tags};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const LISTED: Listed<Disk> =
    Listed { id_filter: "diskId", tags: Some(|d| &d.tags), shown: Some(|d| d.status != DiskStatus::Deleted) };

/// Disks of a region, tombstones apart.
pub(crate) fn count(world: &World, region: &str) -> usize {
    world.disks.in_region(region, 0).filter(|(_, disk)| disk.status != DiskStatus::Deleted).count()
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let order = Order::read(world, call, call.args.need("diskSpec")?)?;
    let tags = tags::read(call.args, "userTags")?;
    let wanted = match call.args.int("maxCount")? {
        count @ 1..=100 => count as usize,
        _ => return Err(Fault::out_of_range("maxCount must be 1 to 100")),
    };
    quota::check(&world.settings.quotas, "disk", count(world, call.region()), wanted)?;

    let ids: Vec<String> = (0..wanted)
        .map(|_| {
            let id = insert(world, call, &order, tags.clone(), None);
            let at = call.now.plus(world.latency(usual::CREATE_DISK, &id));
            world.plan(at, Event::DiskReady { disk: id.clone(), was: None });
            id
        })
        .collect();
    let relations: Vec<Value> = order.policy.iter().flat_map(|policy| relations::bound(policy, &ids, call)).collect();
    Ok(json!({"diskIds": ids, "policyRelations": relations}))
}

/// Makes a disk in the state `creating`; who calls plans what becomes of it.
pub(crate) fn insert(world: &mut World, call: &Call<'_>, order: &Order, tags: Tags, system_of: Option<&str>) -> String {
    let id = world.ids.id("vol");
    let disk = Disk {
        region: call.region().to_owned(),
        az: order.az.clone(),
        name: order.name.clone(),
        description: order.description.clone(),
        disk_type: order.disk_type.clone(),
        size_gb: order.size_gb,
        iops: order.iops,
        snapshot: order.snapshot.clone(),
        multi_attachable: order.multi_attachable,
        encrypted: order.encrypted,
        status: DiskStatus::Creating,
        attachments: BTreeMap::new(),
        system_of: system_of.map(str::to_owned),
        snapshotted: None,
        policies: BTreeSet::new(),
        charge: order.charge.clone(),
        created: call.now,
        tags,
    };
    world.disks.insert(id.clone(), disk);
    if let Some(policy) = &order.policy {
        relations::bind(world, policy, &id, call.region(), call.now);
    }
    id
}

/// A new or extended disk is ready.
pub(crate) fn ready(world: &mut World, id: &str) {
    if let Some(disk) =
        world.disks.get_mut(id).filter(|d| matches!(d.status, DiskStatus::Creating | DiskStatus::Extending))
    {
        disk.status = if disk.attachments.is_empty() { DiskStatus::Available } else { DiskStatus::InUse };
    }
}

/// Making or extending a disk failed.
pub(crate) fn not_ready(world: &mut World, id: &str, was: Option<(i64, Option<i64>)>) {
    let Some(disk) = world.disks.get_mut(id) else { return };
    disk.status = match was {
        None => DiskStatus::ErrorCreate,
        Some((size_gb, iops)) => {
            (disk.size_gb, disk.iops) = (size_gb, iops);
            DiskStatus::ErrorExtend
        }
    };
}

/// Deleting a disk failed.
pub(crate) fn not_gone(world: &mut World, id: &str) {
    if let Some(disk) = world.disks.get_mut(id) {
        disk.status = DiskStatus::ErrorDelete;
    }
}

/// A deleted disk becomes a tombstone.
pub(crate) fn gone(world: &mut World, id: &str) {
    if let Some(disk) = world.disks.get_mut(id) {
        disk.status = DiskStatus::Deleted;
        disk.attachments.clear();
    }
    relations::forget(world, id);
}

/// The disk of this id in the region, deleted or not.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Disk, Fault> {
    world.disks.get(id).filter(|d| d.region == region).ok_or_else(|| Fault::not_found("disk", id))
}

/// The same, with nothing running on it and not deleted: ready to be changed.
fn find_idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(&'w String, &'w Disk), Fault> {
    let id = call.args.text("diskId")?;
    let disk = find(world, call.region(), id)?;
    if disk.status == DiskStatus::Deleted {
        return Err(Fault::not_found("disk", id));
    }
    if let Some(task) = disk.task() {
        return Err(Fault::busy(&format!("disk {id}"), task));
    }
    world.disks.get_key_value(id).ok_or_else(|| Fault::not_found("disk", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("diskId")?;
    Ok(json!({"disk": view(world, id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let mut found = listing::select(&world.disks, &LISTED, call.region(), call.args, |disk, filter| {
        Some(match filter {
            "diskType" => Field::One(disk.disk_type.clone()),
            "instanceId" => Field::Any(disk.attachments.keys().cloned().collect()),
            "instanceType" => Field::Any(disk.attachments.keys().map(|_| "vm".to_owned()).collect()),
            "status" => Field::One(disk.status.as_str().to_owned()),
            "az" => Field::One(disk.az.clone()),
            "name" => Field::Part(disk.name.clone()),
            "multiAttach" => Field::One(disk.multi_attachable.to_string()),
            "encrypted" => Field::One(disk.encrypted.to_string()),
            "policyId" => Field::Any(disk.policies.iter().cloned().collect()),
            "notPolicyId" => Field::Unrestricted,
            _ => return None,
        })
    })?;
    if let Some(order) = call.args.children("orders").first() {
        match order.opt_text("name") {
            Some("create_time" | "trash_time") => found.sort_by_key(|(_, disk)| disk.created),
            other => {
                return Err(Fault::invalid(format!("orders: `{}` cannot be sorted by", other.unwrap_or_default())));
            }
        }
        if order.opt_int("direction") == Some(-1) {
            found.reverse();
        }
    }
    listing::page(call.args, Beyond::Empty, "disks", &found, |(id, disk)| view(world, id, disk, call))
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("diskId")?;
    if find(world, call.region(), id)?.status == DiskStatus::Deleted {
        return Err(Fault::not_found("disk", id));
    }
    let name = call.args.opt_text("name");
    let description = call.args.opt_text("description");
    if let Some(name) = name {
        names::plain("name", name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    if let Some(disk) = world.disks.get_mut(id) {
        if let Some(name) = name {
            disk.name = name.to_owned();
        }
        if let Some(text) = description {
            disk.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn extend(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, disk) = find_idle(world, call)?;
    if disk.status != DiskStatus::Available {
        return Err(Fault::precondition(format!(
            "disk {id} is {}; only an available disk can be extended",
            disk.status.as_str()
        )));
    }
    let size = call.args.int("diskSizeGB")?;
    if size < disk.size_gb {
        return Err(Fault::invalid(format!("disk {id} has {} GB and cannot shrink to {size}", disk.size_gb)));
    }
    spec::check_size(&disk.disk_type, size)?;
    let iops = spec::check_iops(&disk.disk_type, size, call.args.opt_int("iops").or(disk.iops))?;
    let (id, was) = (id.clone(), Some((disk.size_gb, disk.iops)));
    if let Some(disk) = world.disks.get_mut(&id) {
        disk.size_gb = size;
        disk.iops = iops;
        disk.status = DiskStatus::Extending;
    }
    let at = call.now.plus(world.latency(usual::EXTEND_DISK, &id));
    world.plan(at, Event::DiskReady { disk: id, was });
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, disk) = find_idle(world, call)?;
    if let Some(instance) = disk.attachments.keys().next() {
        return Err(Fault::precondition(format!("disk {id} is attached to {instance}")));
    }
    disk.charge.check_deletable(&format!("disk {id}"), call.now)?;
    let id = id.clone();
    let bin = call.args.flag("putInRecycleBin") && disk.status == DiskStatus::Available;
    if let Some(disk) = world.disks.get_mut(&id) {
        disk.status = if bin { DiskStatus::InRecyclebin } else { DiskStatus::Deleting };
    }
    world.disks.going(&id);
    if !bin {
        let at = call.now.plus(world.latency(usual::DELETE_DISK, &id));
        world.plan(at, Event::DiskGone { disk: id });
    }
    Ok(Value::Null)
}

pub(crate) fn recover(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, disk) = find_idle(world, call)?;
    if disk.status != DiskStatus::InRecyclebin {
        return Err(Fault::precondition(format!("disk {id} is not in the recycle bin")));
    }
    let id = id.clone();
    if let Some(disk) = world.disks.get_mut(&id) {
        disk.status = DiskStatus::Available;
    }
    Ok(Value::Null)
}

/// As reads show it.
pub(crate) fn view(world: &World, id: &str, disk: &Disk, call: &Call<'_>) -> Value {
    let attachments: Vec<Value> = disk
        .attachments
        .iter()
        .map(|(instance, attachment)| {
            json!({
                "attachmentId": attachment.id,
                "diskId": id,
                "instanceType": "vm",
                "instanceId": instance,
                "status": attachment.status.as_str(),
                "attachTime": attachment.since.to_string(),
            })
        })
        .collect();
    let mut view = json!({
        "diskId": id,
        "az": disk.az,
        "name": disk.name,
        "description": disk.description,
        "diskType": disk.disk_type,
        "diskSizeGB": disk.size_gb,
        "status": disk.status.as_str(),
        "attachments": attachments,
        "multiAttachable": disk.multi_attachable,
        "encrypted": disk.encrypted,
        "enabled": true,
        "createTime": disk.created.to_string(),
        "charge": disk.charge.view(call.now),
        "tags": tags::view(&disk.tags),
        "snapshotPolicies": policies::of_disk(world, disk),
    });
    if let Some(iops) = disk.iops {
        view["iops"] = json!(iops);
    }
    if let Some(snapshot) = &disk.snapshot {
        view["snapshotId"] = json!(snapshot);
    }
    view
}
