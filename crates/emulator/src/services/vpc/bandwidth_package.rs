//! Bandwidth packages: one bandwidth for several elastic IPs, each with its part of it.

use super::elastic_ip;
use super::labels::Labels;
use crate::call::{Args, Call};
use crate::charge::{self, ALL, Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{BandwidthPackage, Member};
use crate::world::World;
use crate::{names, quota, tags};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const LISTED: Listed<BandwidthPackage> = Listed { id_filter: "bwpIds", tags: Some(|p| &p.tags), shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let name = args.text("name")?;
    names::plain("name", name)?;
    let description = args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let charge = Charge::read(args.child("chargeSpec"), &ALL, call.now)?;
    let bandwidth = args.int("bandwidthMbps")?;
    check_bandwidth(bandwidth, &charge)?;
    let charge_type = match args.opt_int("chargeType").unwrap_or(0) {
        charge_type @ 0..=2 => charge_type,
        _ => return Err(Fault::invalid("chargeType must be 0, 1 or 2")),
    };
    let provider = args.opt_text("provider").filter(|p| !p.is_empty()).unwrap_or("bgp");
    let package_type = match args.opt_text("bandwidthPackageType") {
        None | Some("" | "standard") => "standard",
        Some(other) => return Err(Fault::invalid(format!("bandwidthPackageType `{other}` is not offered"))),
    };
    let package = BandwidthPackage {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        bandwidth,
        charge_type,
        provider: provider.to_owned(),
        package_type: package_type.to_owned(),
        charge,
        members: BTreeMap::new(),
        created: call.now,
        tags: tags::read(args, "userTags")?,
    };
    let id = world.ids.id("bwp");
    world.bandwidth_packages.insert(id.clone(), package);
    Ok(json!({"bandwidthPackageId": id}))
}

/// How much is sold depends on how it is paid for.
fn check_bandwidth(bandwidth: i64, charge: &Charge) -> Result<(), Fault> {
    let least = match charge.mode {
        Mode::PostpaidByDuration => 50,
        Mode::PrepaidByDuration => 100,
        Mode::PostpaidByUsage => 200,
    };
    match (least..=5000).contains(&bandwidth) {
        true => Ok(()),
        false => Err(Fault::out_of_range(format!("bandwidthMbps must be {least} to 5000 with this chargeMode"))),
    }
}

pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w BandwidthPackage, Fault> {
    let here = world.bandwidth_packages.get(id).filter(|p| p.region == region);
    here.ok_or_else(|| Fault::not_found("bandwidthPackage", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    Ok(json!({"bandwidthPackage": view(id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |package: &BandwidthPackage, filter: &str| {
        Some(match filter {
            "bwpNames" => Field::One(package.name.clone()),
            "provider" | "providers" => Field::One(package.provider.clone()),
            "azType" | "azs" => Field::Unrestricted,
            _ => return None,
        })
    };
    let view = |id: &str, package: &BandwidthPackage| view(id, package, call);
    listing::answer(call, &world.bandwidth_packages, &LISTED, (Beyond::LastPage, "bandwidthPackages"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    let package = find(world, call.region(), id)?;
    let labels = Labels::read(call, "name")?;
    let bandwidth = call.args.opt_int("bandwidthMbps");
    if let Some(bandwidth) = bandwidth {
        check_bandwidth(bandwidth, &package.charge)?;
    }
    if let Some(package) = world.bandwidth_packages.get_mut(id) {
        labels.write(&mut package.name, &mut package.description);
        if let Some(bandwidth) = bandwidth {
            package.bandwidth = bandwidth;
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    let package = find(world, call.region(), id)?;
    if let Some(member) = package.members.keys().next() {
        return Err(Fault::precondition(format!("bandwidth package {id} still has elastic IP {member}")));
    }
    package.charge.check_deletable(&format!("bandwidth package {id}"), call.now)?;
    // What is paid by consumption is billed by the month, and lives through a whole one.
    if package.charge.mode == Mode::PostpaidByUsage && !charge::a_calendar_month_lies_between(package.created, call.now)
    {
        return Err(Fault::precondition(format!("bandwidth package {id} has not yet lived a whole calendar month")));
    }
    world.bandwidth_packages.remove(id);
    Ok(Value::Null)
}

/// The part of a member: -1 for no limit, 0 for nothing, else as much as the package has.
fn part(spec: Args<'_>, package: &BandwidthPackage) -> Result<i64, Fault> {
    match spec.opt_int("bandwidthMbps").unwrap_or(-1) {
        part if (-1..=package.bandwidth).contains(&part) => Ok(part),
        _ => Err(Fault::out_of_range(format!("bandwidthMbps of an elastic IP must be -1 to {}", package.bandwidth))),
    }
}

pub(crate) fn add(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    let package = find(world, call.region(), id)?;
    let mut new = Vec::new();
    for spec in call.args.children("bandwidthPackageIPSpecs") {
        let member = spec.text("publicIpId")?;
        let elastic_ip = elastic_ip::find(world, call.region(), member)?;
        if let Some(other) = &elastic_ip.package {
            return Err(Fault::precondition(format!("elastic IP {member} is already in bandwidth package {other}")));
        }
        if elastic_ip.charge.is_prepaid() {
            return Err(Fault::precondition(format!("elastic IP {member} is prepaid and cannot join a package")));
        }
        new.push((member.to_owned(), Member { bandwidth: part(spec, package)?, added: call.now }));
    }
    quota::check(&world.settings.quotas, "bandwidthPackageIp", package.members.len(), new.len())?;
    for (member, _) in &new {
        if let Some(elastic_ip) = world.elastic_ips.get_mut(member) {
            elastic_ip.package = Some(id.to_owned());
        }
    }
    change(world, id, |package| package.members.extend(new));
    Ok(Value::Null)
}

/// The member that a specification names.
fn named<'a>(package: &BandwidthPackage, id: &str, spec: Args<'a>) -> Result<&'a str, Fault> {
    let member = spec.text("publicIpId")?;
    match package.members.contains_key(member) {
        true => Ok(member),
        false => Err(Fault::precondition(format!("elastic IP {member} is not in bandwidth package {id}"))),
    }
}

pub(crate) fn modify_members(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    let package = find(world, call.region(), id)?;
    let mut wanted = Vec::new();
    for spec in call.args.children("bandwidthPackageIPSpecs") {
        wanted.push((named(package, id, spec)?, part(spec, package)?));
    }
    change(world, id, |package| {
        for (member, part) in wanted {
            if let Some(member) = package.members.get_mut(member) {
                member.bandwidth = part;
            }
        }
    });
    Ok(Value::Null)
}

pub(crate) fn remove(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("bandwidthPackageId")?;
    let package = find(world, call.region(), id)?;
    let mut gone = Vec::new();
    for spec in call.args.children("bandwidthPackageIPSpecs") {
        gone.push(named(package, id, spec)?);
    }
    for member in gone {
        if let Some(elastic_ip) = world.elastic_ips.get_mut(member) {
            elastic_ip.package = None;
        }
        change(world, id, |package| {
            package.members.remove(member);
        });
    }
    Ok(Value::Null)
}

fn change(world: &mut World, id: &str, change: impl FnOnce(&mut BandwidthPackage)) {
    if let Some(package) = world.bandwidth_packages.get_mut(id) {
        change(package);
    }
}

fn view(id: &str, package: &BandwidthPackage, call: &Call<'_>) -> Value {
    let members: Vec<Value> = package
        .members
        .iter()
        .map(|(id, member)| {
            json!({"publicIpId": id, "addedTime": member.added.to_string(), "bandwidthMbps": member.bandwidth})
        })
        .collect();
    json!({
        "bandwidthPackageId": id,
        "bandwidthPackageName": package.name,
        "description": package.description,
        "bandwidthMbps": package.bandwidth,
        "provider": package.provider,
        "charge": package.charge.view(call.now),
        "createdTime": package.created.to_string(),
        "publicIps": members,
        "ipCount": package.members.len(),
        "adminStatus": "UP",
        "az": "",
        "bandwidthPackageType": package.package_type,
        "tags": tags::view(&package.tags),
    })
}
