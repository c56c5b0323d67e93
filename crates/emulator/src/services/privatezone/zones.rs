//! Zones: of three types, each seen by the VPCs it is bound to.

use super::pages::page;
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::services::vpc;
use crate::state::PrivateZone;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The package that every region has; the service makes and sells them elsewhere.
const PACKAGE: &str = "pdns-emulator";

/// Bound VPCs by region and id.
type Vpcs = BTreeSet<(String, String)>;

/// The zone of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w PrivateZone, Fault> {
    world.zones.get(id).filter(|zone| zone.region == region).ok_or_else(|| Fault::not_found("zone", id))
}

/// A domain name of labels; letter case means nothing, and a dot may end it.
fn read_name(text: &str) -> Result<String, Fault> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let label = |label: &str| {
        let allowed = label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        (1..=63).contains(&label.len()) && allowed && !label.starts_with('-') && !label.ends_with('-')
    };
    match name.len() <= 253 && name.split('.').all(label) {
        true => Ok(name),
        false => Err(Fault::invalid(format!("zone `{text}` is no domain name"))),
    }
}

/// Whether a name is that of a reverse zone in a private range.
fn is_reverse(name: &str) -> bool {
    let Some(rest) = name.strip_suffix(".in-addr.arpa") else { return false };
    let labels: Vec<&str> = rest.rsplit('.').collect();
    match labels[..] {
        ["10", ..] | ["192", "168", ..] => true,
        ["172", second, ..] => second.parse::<u8>().is_ok_and(|n| (16..=31).contains(&n)),
        _ => false,
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    let name = read_name(args.text("zone")?)?;
    if args.text("instanceId")? != PACKAGE {
        return Err(Fault::not_found("instance", args.text("instanceId")?));
    }
    let zone_type = args.text("zoneType")?;
    let reverse = name.ends_with("in-addr.arpa");
    match zone_type {
        "PTR" if is_reverse(&name) => {}
        "PTR" => return Err(Fault::invalid(format!("zone `{name}` is not the reverse of a private range"))),
        "LOCAL" | "PV" if reverse => return Err(Fault::invalid(format!("zone `{name}` is of type PTR"))),
        "LOCAL" if name != "local" && !name.ends_with(".local") => {
            return Err(Fault::invalid(format!("zone `{name}` of type LOCAL must end in local")));
        }
        "LOCAL" | "PV" => {}
        other => return Err(Fault::invalid(format!("zoneType `{other}` is none of LOCAL, PTR, PV"))),
    }
    // One that is seen everywhere is there once; others may share a name as long as nobody sees two of them.
    if zone_type == "LOCAL" && world.zones.values().any(|zone| zone.zone_type == "LOCAL" && zone.name == name) {
        return Err(Fault::exists(format!("zone {name} is there already")));
    }
    let vpcs = read_vpcs(world, args, "", &name)?;
    quota::check(&world.settings.quotas, "privateZone", world.zones.count(region), 1)?;
    let id = world.ids.id("zone");
    bound(world, &id, &BTreeSet::new(), &vpcs);
    let zone = PrivateZone {
        region: region.to_owned(),
        name,
        zone_type: zone_type.to_owned(),
        retry_recurse: args.flag("retryRecurse"),
        vpcs,
        records: BTreeSet::new(),
        created: call.now,
    };
    world.zones.insert(id, zone);
    Ok(Value::Null)
}

/// Reads the VPCs that are to see a zone; none of them sees another one of its name.
fn read_vpcs(world: &World, args: Args<'_>, zone: &str, name: &str) -> Result<Vpcs, Fault> {
    let mut vpcs = Vpcs::new();
    for spec in args.children("bindVpc") {
        let (region, id) = (spec.text("regionId")?, spec.text("vpcId")?);
        let vpc = vpc::find_vpc(world, region, id)?;
        let alike = |other: &&String| *other != zone && world.zones.get(*other).is_some_and(|z| z.name == name);
        if let Some(other) = vpc.zones.iter().find(alike) {
            return Err(Fault::exists(format!("{id} is bound to {other}, which is called {name} too")));
        }
        vpcs.insert((region.to_owned(), id.to_owned()));
    }
    Ok(vpcs)
}

/// Tells VPCs which zones they see.
fn bound(world: &mut World, zone: &str, old: &Vpcs, new: &Vpcs) {
    for (_, vpc) in old {
        if let Some(vpc) = world.vpcs.get_mut(vpc) {
            vpc.zones.remove(zone);
        }
    }
    for (_, vpc) in new {
        if let Some(vpc) = world.vpcs.get_mut(vpc) {
            vpc.zones.insert(zone.to_owned());
        }
    }
}

pub(crate) fn bind(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("zoneId")?;
    let zone = find(world, call.region(), id)?;
    let (old, new) = (zone.vpcs.clone(), read_vpcs(world, call.args, id, &zone.name)?);
    bound(world, id, &old, &new);
    if let Some(zone) = world.zones.get_mut(id) {
        zone.vpcs = new;
    }
    Ok(Value::Null)
}

pub(crate) fn recurse(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("zoneId")?;
    find(world, call.region(), id)?;
    if let Some(zone) = world.zones.get_mut(id) {
        zone.retry_recurse = call.args.flag("retryRecurse");
    }
    Ok(Value::Null)
}

/// Records and bindings go along.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("zoneId")?;
    find(world, call.region(), id)?;
    if let Some(zone) = world.zones.remove(id) {
        bound(world, id, &zone.vpcs, &BTreeSet::new());
        for record in &zone.records {
            world.zone_records.remove(record);
        }
    }
    Ok(Value::Null)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let id = args.opt_text("zoneId").filter(|id| !id.is_empty());
    let part = args.opt_text("zone").unwrap_or_default();
    let foreign = args.opt_text("instanceId").is_some_and(|package| !package.is_empty() && package != PACKAGE);
    let found: Vec<(&String, &PrivateZone)> = match id {
        _ if foreign => Vec::new(),
        // With an id, a part of a name counts for nothing.
        Some(id) => {
            world.zones.get_key_value(id).into_iter().filter(|(_, zone)| zone.region == call.region()).collect()
        }
        None => world.zones.in_region(call.region(), 0).filter(|(_, zone)| zone.name.contains(part)).collect(),
    };
    page(args, &found, |(id, zone)| view(world, id, zone))
}

pub(crate) fn packages(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.opt_text("instanceId").unwrap_or_default();
    let packages: &[&str] = if id.is_empty() || id == PACKAGE { &[PACKAGE] } else { &[] };
    let limit = quota::limit(&world.settings.quotas, "privateZone").unwrap_or_default();
    page(call.args, packages, |package| {
        json!({
            "instanceId": package,
            "instanceName": "local",
            "packType": "basic",
            "zoneNum": limit,
            "usedZoneNum": world.zones.count(call.region()),
            "chargeStutas": "NORMAL",
        })
    })
}

fn view(world: &World, id: &str, zone: &PrivateZone) -> Value {
    let vpcs: Vec<Value> = zone
        .vpcs
        .iter()
        .map(|(region, vpc)| {
            let name = world.vpcs.get(vpc).map(|vpc| vpc.name.as_str());
            json!({"regionId": region, "regionName": region, "vpcId": vpc, "vpcName": name})
        })
        .collect();
    let running = |record: &&String| world.zone_records.get(*record).is_some_and(|record| !record.stopped);
    let running = zone.records.iter().filter(running).count();
    let status = match (zone.records.len(), running) {
        (0, _) => "NONE",
        (_, 0) => "PAUSE",
        (all, running) if all == running => "NORMAL",
        _ => "PARTIAL",
    };
    json!({
        "zoneId": id,
        "zone": zone.name,
        "zoneType": zone.zone_type,
        "recordCount": zone.records.len(),
        "lock": false,
        "retryRecurse": zone.retry_recurse,
        "resolveStatus": status,
        "createTime": zone.created.to_string(),
        "bindVpc": vpcs,
    })
}
