//! What is left: the quotas, and types that are sold out.

use super::spec;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::state::DiskStatus;
use crate::world::World;
use crate::{places, quota};
use serde_json::{Value, json};

pub(crate) fn quota(world: &World, call: &Call<'_>) -> Answer {
    let (limit, used) = match call.args.text("type")? {
        "disk" => {
            let here = world.disks.values().filter(|d| d.region == call.region() && d.status != DiskStatus::Deleted);
            (quota::limit(&world.settings.quotas, "disk").unwrap_or_default(), here.count())
        }
        kind @ ("snapshot" | "snapshot_policy") => {
            let used = match kind {
                "snapshot" => world.snapshots.count(call.region()),
                _ => world.snapshot_policies.count(call.region()),
            };
            (quota::limit(&world.settings.quotas, kind).unwrap_or_default(), used)
        }
        other => return Err(Fault::invalid(format!("type `{other}` has no quota here"))),
    };
    Ok(json!({"quota": {"limit": limit, "used": used}}))
}

pub(crate) fn sold_out(_: &World, call: &Call<'_>) -> Answer {
    let rows: Vec<Value> = places::zones(call.region())
        .flat_map(|zone| spec::types().map(move |t| json!({"azName": zone, "mediaType": t, "isSoldOut": false})))
        .collect();
    Ok(json!({"totalCount": rows.len(), "soldout": rows}))
}
