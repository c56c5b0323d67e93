//! Which disks are under which snapshot policy. A call may name many pairs; each has a result of its own, and the call
//! succeeds even when all of them fail.

use super::policies;
use crate::call::{Args, Call};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::state::{Covered, DiskStatus};
use crate::world::World;
use serde_json::{Value, json};

/// What is to be done with a pair.
const BIND: i64 = 1;
const UNBIND: i64 = 2;

/// Results of a pair.
const DONE: i64 = 0;
const NO_POLICY: i64 = 2;
const NO_DISK: i64 = 3;
const NOT_ALLOWED: i64 = 4;

pub(crate) fn apply(world: &mut World, call: &Call<'_>) -> Answer {
    let relations = call.args.children("relations");
    if !(1..=100).contains(&relations.len()) {
        return Err(Fault::invalid("Invalid relations length"));
    }
    // Everything that is wrong with the call is wrong before anything is done.
    for relation in &relations {
        for name in ["diskId", "diskRegion", "policyId"] {
            relation.text(name)?;
        }
        relation.int("op")?;
    }
    let results: Result<Vec<Value>, Fault> = relations.iter().map(|relation| one(world, call, *relation)).collect();
    Ok(json!({"opResults": results?}))
}

fn one(world: &mut World, call: &Call<'_>, relation: Args<'_>) -> Result<Value, Fault> {
    let (disk, region, policy) = (relation.text("diskId")?, relation.text("diskRegion")?, relation.text("policyId")?);
    let op = relation.int("op")?;
    let under = world.snapshot_policies.get(policy).filter(|p| p.region == call.region());
    let there = world.disks.get(disk).is_some_and(|d| d.region == region && d.status != DiskStatus::Deleted);
    let code = match under.map(|policy| policy.disks.contains_key(disk)) {
        None => NO_POLICY,
        Some(_) if !there => NO_DISK,
        Some(false) if op == BIND => {
            bind(world, policy, disk, region, call.now);
            DONE
        }
        Some(true) if op == UNBIND => {
            unbind(world, policy, disk);
            DONE
        }
        Some(_) => NOT_ALLOWED,
    };
    Ok(result(code, disk, region, policy, op))
}

fn result(code: i64, disk: &str, region: &str, policy: &str, op: i64) -> Value {
    let message = match code {
        DONE => "success",
        NO_POLICY => "Policy not exist",
        NO_DISK => "Disk not exist",
        _ => "Op not allow",
    };
    json!({"code": code, "message": message, "diskId": disk, "diskRegion": region, "policyId": policy, "op": op})
}

/// What a create call says of the policy that its disks were put under.
pub(crate) fn bound(policy: &str, disks: &[String], call: &Call<'_>) -> Vec<Value> {
    disks.iter().map(|disk| result(DONE, disk, call.region(), policy, BIND)).collect()
}

/// Puts a disk under a policy.
pub(crate) fn bind(world: &mut World, policy: &str, disk: &str, region: &str, now: Moment) {
    if let (Some(under), Some(object)) = (world.snapshot_policies.get_mut(policy), world.disks.get_mut(disk)) {
        under.disks.insert(disk.to_owned(), Covered { region: region.to_owned(), since: now });
        object.policies.insert(policy.to_owned());
    }
}

fn unbind(world: &mut World, policy: &str, disk: &str) {
    if let Some(under) = world.snapshot_policies.get_mut(policy) {
        under.disks.remove(disk);
    }
    if let Some(object) = world.disks.get_mut(disk) {
        object.policies.remove(policy);
    }
}

/// A disk that is gone is under no policy.
pub(crate) fn forget(world: &mut World, disk: &str) {
    let policies = world.disks.get(disk).map(|disk| disk.policies.clone()).unwrap_or_default();
    for policy in policies {
        unbind(world, &policy, disk);
    }
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let names = |name: &str| call.args.texts(name);
    let (disks, regions, under) = (names("diskId"), names("diskRegion"), names("policyId"));
    let any = |wanted: &[&str], have: &str| wanted.is_empty() || wanted.contains(&have);
    let mut rows = Vec::new();
    for (id, policy) in world.snapshot_policies.in_region(call.region(), 0).filter(|(id, _)| any(&under, id)) {
        for (disk, covered) in &policy.disks {
            if any(&disks, disk) && any(&regions, &covered.region) {
                rows.push((id, disk, covered));
            }
        }
    }
    listing::page(call.args, Beyond::Empty, "relationResults", &rows, |(policy, disk, covered)| {
        json!({
            "diskId": disk,
            "diskRegion": covered.region,
            "policyId": policy,
            "createTime": policies::china(covered.since),
        })
    })
}
