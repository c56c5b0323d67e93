//! Records of a zone: what each type says, and that a name is not two things at once.

use super::pages::page;
use super::zones::find as find_zone;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::state::ZoneRecord;
use crate::world::World;
use core::net::{Ipv4Addr, Ipv6Addr};
use serde_json::{Value, json};

/// Seconds a record is remembered for unless it says otherwise; the pages give no number.
const TTL: i64 = 60;
/// Most records that one call deletes or turns off.
const AT_ONCE: usize = 100;

/// Where a record is kept.
fn key(zone: &str, number: u64) -> String {
    format!("{zone}/{number}")
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let zone_id = args.text("zoneId")?;
    let zone = find_zone(world, region, zone_id)?;
    let blank = ZoneRecord {
        region: region.to_owned(),
        zone: zone_id.to_owned(),
        number: 0,
        host: "@".to_owned(),
        value: String::new(),
        record_type: args.text("recordType")?.to_owned(),
        ttl: TTL,
        priority: None,
        port: None,
        weight: None,
        stopped: false,
        created: call.now,
        updated: call.now,
    };
    let mut record = read(args, blank)?;
    check(world, &zone.zone_type, &record, None)?;
    quota::check(&world.settings.quotas, "privateZoneRecord", zone.records.len(), 1)?;
    record.number = world.ids.next();
    let key = key(zone_id, record.number);
    if let Some(zone) = world.zones.get_mut(zone_id) {
        zone.records.insert(key.clone());
    }
    world.zone_records.insert(key, record);
    Ok(Value::Null)
}

/// Takes over what a call says of a record.
fn read(args: Args<'_>, mut record: ZoneRecord) -> Result<ZoneRecord, Fault> {
    if let Some(host) = args.opt_text("hostRecord").filter(|host| !host.is_empty()) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '*' | '@');
        if host.len() > 253 || !host.chars().all(allowed) {
            return Err(Fault::invalid(format!("hostRecord `{host}` is no name")));
        }
        record.host = host.to_ascii_lowercase();
    }
    if let Some(value) = args.opt_text("hostValue") {
        record.value = value.to_owned();
    }
    if let Some(kind) = args.opt_text("recordType").filter(|kind| !kind.is_empty()) {
        record.record_type = kind.to_owned();
    }
    let number = |name: &str, range: (i64, i64)| match args.opt_int(name) {
        Some(n) if !(range.0..=range.1).contains(&n) => {
            Err(Fault::out_of_range(format!("{name} must be {} to {}", range.0, range.1)))
        }
        n => Ok(n),
    };
    record.ttl = number("ttl", (1, 86400))?.unwrap_or(record.ttl);
    record.priority = number("priority", (0, 65535))?.or(record.priority);
    record.port = number("port", (1, 65535))?.or(record.port);
    record.weight = number("weight", (0, 100))?.or(record.weight);
    Ok(record)
}

/// Checks a record by its type, and against the others of its name. `same` is the one it was.
fn check(world: &World, zone_type: &str, record: &ZoneRecord, same: Option<&str>) -> Result<(), Fault> {
    let (kind, value) = (record.record_type.as_str(), record.value.as_str());
    let fits = match kind {
        "A" => value.parse::<Ipv4Addr>().is_ok(),
        "AAAA" => value.parse::<Ipv6Addr>().is_ok(),
        "CNAME" | "MX" | "SRV" | "PTR" => {
            !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        }
        "TXT" | "CAA" => (1..=1024).contains(&value.chars().count()),
        other => return Err(Fault::invalid(format!("recordType `{other}` is not supported"))),
    };
    if !fits {
        return Err(Fault::invalid(format!("hostValue `{value}` does not fit a record of type {kind}")));
    }
    if (kind == "PTR") != (zone_type == "PTR") {
        return Err(Fault::invalid(format!("a zone of type {zone_type} has no records of type {kind}")));
    }
    let needed = [("priority", record.priority, &["MX", "SRV"][..]), ("port", record.port, &["SRV"])];
    for (name, given, kinds) in needed {
        if given.is_some() != kinds.contains(&kind) {
            return Err(Fault::invalid(format!(
                "{name} belongs to records of type {}, and they need it",
                kinds.join(", ")
            )));
        }
    }
    if record.weight.is_some_and(|weight| !matches!(kind, "A" | "AAAA" | "CNAME") || (kind == "CNAME" && weight == 0)) {
        return Err(Fault::invalid(format!("a record of type {kind} does not have this weight")));
    }
    let others = world.zones.get(&record.zone).into_iter().flat_map(|zone| &zone.records);
    let others = others.filter(|key| Some(key.as_str()) != same).filter_map(|key| world.zone_records.get(key));
    for other in others.filter(|other| other.host == record.host) {
        let alias = (kind == "CNAME") != (other.record_type == "CNAME");
        if alias || (other.record_type == kind && other.value == value) {
            return Err(Fault::exists(format!(
                "{} has a record that stands in the way: {}",
                record.host, other.number
            )));
        }
    }
    Ok(())
}

/// Keys of the records that a call names, with commas between their numbers.
fn named(world: &World, call: &Call<'_>) -> Result<Vec<String>, Fault> {
    let zone_id = call.args.text("zoneId")?;
    let zone = find_zone(world, call.region(), zone_id)?;
    let numbers: Vec<&str> = call.args.text("resourceRecordId")?.split(',').map(str::trim).collect();
    if numbers.len() > AT_ONCE {
        return Err(Fault::invalid(format!("at most {AT_ONCE} records at once")));
    }
    let key = |number: &&str| match number.parse().map(|number| key(zone_id, number)) {
        Ok(key) if zone.records.contains(&key) => Ok(key),
        _ => Err(Fault::not_found("resourceRecord", number)),
    };
    numbers.iter().map(key).collect()
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let keys = named(world, call)?;
    let [key] = &keys[..] else { return Err(Fault::invalid("one record at a time")) };
    let Some(old) = world.zone_records.get(key) else { return Err(Fault::not_found("resourceRecord", key)) };
    let mut new = read(call.args, old.clone())?;
    if new.record_type != old.record_type {
        // What the other type had and this one has not is gone.
        (new.priority, new.port, new.weight) =
            (call.args.opt_int("priority"), call.args.opt_int("port"), call.args.opt_int("weight"));
    }
    new.updated = call.now;
    let zone_type = &find_zone(world, call.region(), &old.zone)?.zone_type;
    check(world, zone_type, &new, Some(key))?;
    if let Some(record) = world.zone_records.get_mut(key) {
        *record = new;
    }
    Ok(Value::Null)
}

pub(crate) fn set_status(world: &mut World, call: &Call<'_>) -> Answer {
    let keys = named(world, call)?;
    let stopped = match call.args.text("status")? {
        "START" => false,
        "STOP" => true,
        other => return Err(Fault::invalid(format!("status `{other}` is neither START nor STOP"))),
    };
    for key in keys {
        if let Some(record) = world.zone_records.get_mut(&key) {
            record.stopped = stopped;
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let keys = named(world, call)?;
    for key in keys {
        if let Some(record) = world.zone_records.remove(&key)
            && let Some(zone) = world.zones.get_mut(&record.zone)
        {
            zone.records.remove(&key);
        }
    }
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let zone = find_zone(world, call.region(), call.args.text("zoneId")?)?;
    let part = call.args.opt_text("hostRecord").unwrap_or_default();
    let records = zone.records.iter().filter_map(|key| world.zone_records.get(key));
    let found: Vec<&ZoneRecord> = records.filter(|record| record.host.contains(part)).collect();
    page(call.args, &found, |record| view(record))
}

fn view(record: &ZoneRecord) -> Value {
    let mut view = json!({
        "id": record.number,
        "hostRecord": record.host,
        "hostValue": record.value,
        "recordType": record.record_type,
        "ttl": record.ttl,
        "createTime": record.created.to_string(),
        "updateTime": record.updated.to_string(),
        "status": if record.stopped { "STOP" } else { "START" },
    });
    for (name, value) in [("priority", record.priority), ("port", record.port), ("weight", record.weight)] {
        if let Some(value) = value {
            view[name] = json!(value);
        }
    }
    view
}
