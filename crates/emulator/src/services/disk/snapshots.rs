//! Snapshots: made of a disk, which is busy meanwhile, and independent of it from then on.

use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::schedule::{Event, usual};
use crate::state::{Disk, DiskStatus, Snapshot, SnapshotStatus};
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<Snapshot> = Listed { id_filter: "snapshotId", tags: None, shown: None };

/// The snapshot of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w Snapshot, Fault> {
    world.snapshots.get(id).filter(|s| s.region == region).ok_or_else(|| Fault::not_found("snapshot", id))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let spec = call.args.need("snapshotSpec")?;
    let (name, description) = (spec.text("name")?, spec.opt_text("description").unwrap_or_default());
    names::plain("name", name)?;
    names::description(description)?;
    let disk_id = spec.text("diskId")?;
    check_source(disk_id, super::find(world, call.region(), disk_id)?)?;
    quota::check(&world.settings.quotas, "snapshot", world.snapshots.count(call.region()), 1)?;
    let id = begin(world, call, disk_id, name, description);
    let at = call.now.plus(world.latency(usual::CREATE_SNAPSHOT, &id));
    world.plan(at, Event::SnapshotReady { snapshot: id.clone() });
    Ok(json!({"snapshotId": id}))
}

/// Refuses a disk that no snapshot can be made of now.
pub(crate) fn check_source(id: &str, disk: &Disk) -> Result<(), Fault> {
    if disk.status == DiskStatus::Deleted {
        return Err(Fault::not_found("disk", id));
    }
    if let Some(task) = disk.task() {
        return Err(Fault::busy(&format!("disk {id}"), task));
    }
    match disk.status {
        DiskStatus::Available | DiskStatus::InUse => Ok(()),
        other => Err(Fault::precondition(format!("disk {id} is {}", other.as_str()))),
    }
}

/// Puts a snapshot into the state `creating`; who calls plans how it ends.
pub(crate) fn begin(world: &mut World, call: &Call<'_>, disk_id: &str, name: &str, description: &str) -> String {
    let id = world.ids.id("snapshot");
    let disk = world.disks.get_mut(disk_id).map(|disk| {
        disk.snapshotted = Some(id.clone());
        (disk.size_gb, disk.encrypted)
    });
    let (size_gb, encrypted) = disk.unwrap_or_default();
    let snapshot = Snapshot {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        disk: disk_id.to_owned(),
        size_gb,
        encrypted,
        status: SnapshotStatus::Creating,
        expires: None,
        images: BTreeSet::new(),
        created: call.now,
    };
    world.snapshots.insert(id.clone(), snapshot);
    id
}

/// What was being done to a snapshot is over.
pub(crate) fn ready(world: &mut World, id: &str, status: SnapshotStatus) {
    let Some(snapshot) = world.snapshots.get_mut(id) else { return };
    snapshot.status = status;
    let disk = world.disks.get_mut(&snapshot.disk);
    if let Some(disk) = disk.filter(|disk| disk.snapshotted.as_deref() == Some(id)) {
        disk.snapshotted = None;
    }
}

/// A deleted snapshot disappears.
pub(crate) fn gone(world: &mut World, id: &str) {
    world.snapshots.remove(id);
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("snapshotId")?;
    Ok(json!({"snapshot": view(id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    match call.args.opt_text("snapshotSource").unwrap_or("private") {
        "private" => {}
        // Nobody shares any here.
        "others" | "shared" => return Ok(json!({"snapshots": [], "totalCount": 0})),
        other => return Err(Fault::invalid(format!("snapshotSource `{other}` is unknown"))),
    }
    let field = |snapshot: &Snapshot, filter: &str| {
        Some(match filter {
            "diskId" => Field::One(snapshot.disk.clone()),
            "status" => Field::One(snapshot.status.as_str().to_owned()),
            "name" => Field::Part(snapshot.name.clone()),
            _ => return None,
        })
    };
    listing::answer(call, &world.snapshots, &LISTED, (Beyond::Empty, "snapshots"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("snapshotId")?;
    find(world, call.region(), id)?;
    let given = |name: &str| call.args.opt_text(name).map(str::to_owned);
    let (name, description, expires) = (given("name"), given("description"), given("expireTime"));
    if name.is_none() && description.is_none() && expires.is_none() {
        return Err(Fault::invalid("one of name, description and expireTime is required"));
    }
    if let Some(name) = &name {
        names::plain("name", name)?;
    }
    if let Some(text) = &description {
        names::description(text)?;
    }
    if let Some(snapshot) = world.snapshots.get_mut(id) {
        if let Some(name) = name {
            snapshot.name = name;
        }
        if let Some(text) = description {
            snapshot.description = text;
        }
        snapshot.expires = expires.or(snapshot.expires.take());
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("snapshotId")?;
    let snapshot = find(world, call.region(), id)?;
    if let Some(task) = snapshot.status.task() {
        return Err(Fault::busy(&format!("snapshot {id}"), task));
    }
    // No page says so in these words; an image without what it consists of would be none.
    if let Some(image) = snapshot.images.first() {
        return Err(Fault::precondition(format!("snapshot {id} belongs to image {image}")));
    }
    going(world, call, id);
    Ok(Value::Null)
}

/// A snapshot is on its way out.
pub(crate) fn going(world: &mut World, call: &Call<'_>, id: &str) {
    if let Some(snapshot) = world.snapshots.get_mut(id) {
        snapshot.status = SnapshotStatus::Deleting;
    }
    world.snapshots.going(id);
    let at = call.now.plus(world.latency(usual::DELETE_SNAPSHOT, id));
    world.plan(at, Event::SnapshotGone { snapshot: id.to_owned() });
}

fn view(id: &str, snapshot: &Snapshot) -> Value {
    let mut view = json!({
        "snapshotId": id,
        "snapshotSource": "self",
        "diskId": snapshot.disk,
        "snapshotSizeGB": snapshot.size_gb,
        "images": snapshot.images,
        "name": snapshot.name,
        "description": snapshot.description,
        "status": snapshot.status.as_str(),
        "createTime": snapshot.created.to_string(),
        "encrypted": snapshot.encrypted,
        "shareInfo": [],
    });
    if let Some(expires) = &snapshot.expires {
        view["expireTime"] = json!(expires);
    }
    view
}
