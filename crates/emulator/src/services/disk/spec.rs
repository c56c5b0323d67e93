//! What a disk specification may say: types, sizes, steps, IOPS.

use crate::call::{Args, Call};
use crate::charge::{BY_DURATION, Charge};
use crate::fault::Fault;
use crate::state::SnapshotStatus;
use crate::world::World;
use crate::{names, places};

/// Type, largest size in GB. Every type begins at 20 and grows in tens.
const TYPES: [(&str, i64); 7] = [
    ("ssd", 1000),
    ("premium-hdd", 3000),
    ("ssd.gp1", 16000),
    ("ssd.gp2", 16000),
    ("ssd.io1", 16000),
    ("ssd.io2", 16000),
    ("hdd.std1", 16000),
];

/// Disk types on sale.
pub(crate) fn types() -> impl Iterator<Item = &'static str> {
    TYPES.iter().map(|(name, _)| *name)
}

/// A disk about to be made, checked.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) az: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) disk_type: String,
    pub(crate) size_gb: i64,
    pub(crate) iops: Option<i64>,
    pub(crate) multi_attachable: bool,
    pub(crate) encrypted: bool,
    pub(crate) charge: Charge,
    pub(crate) snapshot: Option<String>,
    pub(crate) policy: Option<String>,
}

impl Order {
    /// Reads a `diskSpec`.
    pub(crate) fn read(world: &World, call: &Call<'_>, spec: Args<'_>) -> Result<Order, Fault> {
        let (region, now) = (call.region(), call.now);
        let az = spec.text("az")?;
        places::check_zone(region, az)?;
        let name = spec.text("name")?;
        names::plain("name", name)?;
        let description = spec.opt_text("description").unwrap_or_default();
        names::description(description)?;
        let disk_type = spec.text("diskType")?;
        let size_gb = spec.int("diskSizeGB")?;
        check_size(disk_type, size_gb)?;
        let iops = check_iops(disk_type, size_gb, spec.opt_int("iops"))?;
        let snapshot = spec.opt_text("snapshotId").filter(|s| !s.is_empty());
        if let Some(id) = snapshot {
            check_snapshot(world, region, id, size_gb)?;
        }
        let policy = spec.opt_text("policyId").filter(|p| !p.is_empty());
        if let Some(id) = policy {
            super::policies::find(world, region, id)?;
        }
        Ok(Order {
            az: az.to_owned(),
            name: name.to_owned(),
            description: description.to_owned(),
            disk_type: disk_type.to_owned(),
            size_gb,
            iops,
            multi_attachable: spec.flag("multiAttachable"),
            encrypted: spec.flag("encrypt"),
            charge: Charge::read(spec.child("charge"), &BY_DURATION, now)?,
            snapshot: snapshot.map(str::to_owned),
            policy: policy.map(str::to_owned),
        })
    }
}

/// Checks a disk of a template: type, size, IOPS and what it begins with.
pub(crate) fn check_origin(
    world: &World,
    region: &str,
    (disk_type, size_gb): (&str, i64),
    spec: Args<'_>,
) -> Result<(), Fault> {
    check_size(disk_type, size_gb)?;
    check_iops(disk_type, size_gb, spec.opt_int("iops"))?;
    if let Some(id) = spec.opt_text("snapshotId").filter(|id| !id.is_empty()) {
        check_snapshot(world, region, id, size_gb)?;
    }
    if let Some(id) = spec.opt_text("policyId").filter(|id| !id.is_empty()) {
        super::policies::find(world, region, id)?;
    }
    Ok(())
}

/// Refuses a snapshot that no disk of this size can begin with.
fn check_snapshot(world: &World, region: &str, id: &str, size_gb: i64) -> Result<(), Fault> {
    let snapshot = super::snapshots::find(world, region, id)?;
    if snapshot.status != SnapshotStatus::Available {
        return Err(Fault::precondition(format!("snapshot {id} is {}", snapshot.status.as_str())));
    }
    if size_gb < snapshot.size_gb {
        return Err(Fault::invalid(format!("snapshot {id} has {} GB, more than {size_gb}", snapshot.size_gb)));
    }
    Ok(())
}

/// Refuses a size the type is not sold in.
pub(crate) fn check_size(disk_type: &str, size_gb: i64) -> Result<(), Fault> {
    let Some((_, max)) = TYPES.iter().find(|(name, _)| *name == disk_type) else {
        return Err(Fault::invalid(format!("diskType `{disk_type}` is unknown")));
    };
    if !(20..=*max).contains(&size_gb) {
        return Err(Fault::out_of_range(format!("diskSizeGB of {disk_type} must be 20 to {max}")));
    }
    if size_gb % 10 != 0 {
        return Err(Fault::invalid(format!("diskSizeGB of {disk_type} must be a multiple of 10")));
    }
    Ok(())
}

/// The IOPS of a disk: thirty a GB unless said otherwise, at most fifty; only types that sell them have any.
pub(crate) fn check_iops(disk_type: &str, size_gb: i64, wanted: Option<i64>) -> Result<Option<i64>, Fault> {
    if !matches!(disk_type, "ssd.io1" | "ssd.io2") {
        return match wanted {
            None | Some(0) => Ok(None),
            Some(_) => Err(Fault::invalid(format!("iops cannot be set for {disk_type}"))),
        };
    }
    match wanted {
        None | Some(0) => Ok(Some(size_gb * 30)),
        Some(iops) if iops < 1 || iops > size_gb * 50 || iops % 10 != 0 => {
            Err(Fault::invalid(format!("iops must be a multiple of 10, at most {}", size_gb * 50)))
        }
        Some(iops) => Ok(Some(iops)),
    }
}
