//! Snapshot policies: how often snapshots are made of the disks under them. None are made here.

use crate::call::{Args, Call};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond};
use crate::state::{Disk, SnapshotPolicy};
use crate::world::World;
use crate::{names, quota};
use jiff::tz::Offset;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Shortest time between two snapshots in seconds: twelve hours.
const SHORTEST_INTERVAL: i64 = 12 * 3600;

/// The policy of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w SnapshotPolicy, Fault> {
    world.snapshot_policies.get(id).filter(|p| p.region == region).ok_or_else(|| Fault::not_found("snapshotPolicy", id))
}

/// What a create and an update both say, all of it.
struct Order {
    name: String,
    interval: i64,
    effective: Moment,
    lifecycle: i64,
    contact: Option<Value>,
    status: i64,
}

impl Order {
    fn read(args: Args<'_>) -> Result<Order, Fault> {
        let name = args.text("name")?;
        names::plain("name", name)?;
        let interval = args.int("interval")?;
        if interval < SHORTEST_INTERVAL {
            return Err(Fault::invalid(format!("Invalid policy interval: at least {SHORTEST_INTERVAL} seconds")));
        }
        let effective = effective(args.text("effectiveTime")?)
            .ok_or_else(|| Fault::invalid("Invalid policy effectiveTime: YYYY-MM-DDTHH:mm:ss+xx:xx is wanted"))?;
        let lifecycle = args.int("snapshotLifecycle")?;
        if lifecycle < 0 {
            return Err(Fault::invalid("snapshotLifecycle must not be negative"));
        }
        let status = args.int("status")?;
        if !matches!(status, 1 | 2) {
            return Err(Fault::invalid(format!("Malformed status '{status}'")));
        }
        let contact = args.child("contactInfo").map(|contact| Value::Object(contact.0.clone()));
        for channel in ["sms", "email"] {
            let value = contact.as_ref().map_or(&Value::Null, |contact| &contact[channel]);
            if !(value.is_null() || matches!(value.as_i64(), Some(0 | 1))) {
                return Err(Fault::invalid(format!("Invalid policy contactInfo {channel}")));
            }
        }
        Ok(Order { name: name.to_owned(), interval, effective, lifecycle, contact, status })
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let order = Order::read(call.args)?;
    let used = world.snapshot_policies.count(call.region());
    quota::check(&world.settings.quotas, "snapshot_policy", used, 1)?;
    let id = world.ids.id("sp");
    let policy = SnapshotPolicy {
        region: call.region().to_owned(),
        name: order.name,
        interval: order.interval,
        effective: order.effective,
        lifecycle: order.lifecycle,
        contact: order.contact,
        status: order.status,
        disks: BTreeMap::new(),
        created: call.now,
        updated: call.now,
    };
    let shown = view(&id, &policy);
    world.snapshot_policies.insert(id, policy);
    Ok(shown)
}

pub(crate) fn update(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("policyId")?;
    find(world, call.region(), id)?;
    let order = Order::read(call.args)?;
    let policy = world.snapshot_policies.get_mut(id).ok_or_else(|| Fault::not_found("snapshotPolicy", id))?;
    policy.name = order.name;
    policy.interval = order.interval;
    policy.effective = order.effective;
    policy.lifecycle = order.lifecycle;
    // No page says what becomes of a contact that an update leaves out: it stays.
    policy.contact = order.contact.or(policy.contact.take());
    policy.status = order.status;
    policy.updated = call.now;
    Ok(view(id, policy))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let (ids, name) = (call.args.texts("policyId"), call.args.opt_text("name").filter(|name| !name.is_empty()));
    let statuses = call.args.ints("status");
    let wanted = |(id, policy): &(&String, &SnapshotPolicy)| {
        (ids.is_empty() || ids.contains(&id.as_str()))
            && name.is_none_or(|name| policy.name.contains(name))
            && (statuses.is_empty() || statuses.contains(&policy.status))
    };
    let mut found: Vec<(&String, &SnapshotPolicy)> =
        world.snapshot_policies.in_region(call.region(), 0).filter(wanted).collect();
    if let Some(order) = call.args.child("order") {
        match order.opt_text("name") {
            Some("create_time") => found.sort_by_key(|(_, policy)| policy.created),
            Some("update_time") => found.sort_by_key(|(_, policy)| policy.updated),
            other => return Err(Fault::invalid(format!("order: `{}` is unknown", other.unwrap_or_default()))),
        }
        if order.opt_int("direction") == Some(1) {
            found.reverse();
        }
    }
    listing::page(call.args, Beyond::Empty, "policies", &found, |(id, policy)| view(id, policy))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("policyId")?;
    // No page says what becomes of the disks under a policy that goes. That they hold it is the safe reading.
    if let Some(disk) = find(world, call.region(), id)?.disks.keys().next() {
        return Err(Fault::precondition(format!("disk {disk} is under snapshotPolicy {id}")));
    }
    world.snapshot_policies.remove(id);
    Ok(Value::Null)
}

/// A moment with its offset in digits, as the pages write it.
fn effective(text: &str) -> Option<Moment> {
    let (_, offset) = text.split_at_checked(19)?;
    let in_digits = offset.len() == 6 && offset.starts_with(['+', '-']);
    let moment: jiff::Timestamp = text.parse().ok().filter(|_| in_digits)?;
    Some(Moment(moment.as_millisecond()))
}

/// The policies of a disk, as reads of the disk show them.
pub(crate) fn of_disk(world: &World, disk: &Disk) -> Vec<Value> {
    let found = disk.policies.iter().filter_map(|id| world.snapshot_policies.get_key_value(id));
    found.map(|(id, policy)| view(id, policy)).collect()
}

/// A time as the pages print it: with the offset of China.
pub(crate) fn china(moment: Moment) -> String {
    let at = jiff::Timestamp::from_millisecond(moment.0).unwrap_or_default();
    at.display_with_offset(Offset::constant(8)).to_string()
}

fn view(id: &str, policy: &SnapshotPolicy) -> Value {
    let mut view = json!({
        "id": id,
        "name": policy.name,
        "pin": "emulator",
        "interval": policy.interval,
        "effectiveTime": china(policy.effective),
        "nextTriggerTime": china(policy.effective),
        "snapshotLifecycle": policy.lifecycle,
        "createTime": china(policy.created),
        "updateTime": china(policy.updated),
        "status": policy.status,
        "diskCount": policy.disks.len(),
    });
    if let Some(contact) = &policy.contact {
        view["contactInfo"] = contact.clone();
    }
    view
}
