//! The life of a database instance: building, running, migrating to another size or other zones, deleting.

use super::{RdsEvent, TENS, absent, key, sizes, time, whitelists};
use crate::call::{Args, Call};
use crate::charge::{BY_DURATION, Charge};
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Field, Listed};
use crate::schedule::{Event, usual};
use crate::services::vpc;
use crate::state::{RdsInstance, RdsSize, RdsStatus};
use crate::tags::TagFilters;
use crate::world::World;
use crate::{places, quota, tags};
use core::net::Ipv4Addr;
use serde_json::{Value, json};

const LISTED: Listed<RdsInstance> = Listed { id_filter: "instanceId", tags: None, shown: None };

/// Free addresses that a SQL Server wants in its subnet.
const ROOM: u64 = 10;

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (spec, region) = (call.args.need("instanceSpec")?, call.region());
    let engine = spec.text("engine")?;
    let version = spec.text("engineVersion")?;
    let (prefix, usual_port) = sizes::engine(engine, version)?;
    let name = spec.opt_text("instanceName").filter(|name| !name.is_empty());
    if let Some(name) = name {
        sizes::check_name("instanceName", name)?;
    }
    let size = RdsSize {
        class: spec.text("instanceClass")?.to_owned(),
        storage_gb: spec.int("instanceStorageGB")?,
        storage_type: sizes::storage_type(spec, "instanceStorageType").unwrap_or("LOCAL_SSD").to_owned(),
        azs: spec.texts("azId").into_iter().map(str::to_owned).collect(),
    };
    sizes::check(region, engine, &size)?;
    let port = port(spec, usual_port)?;
    let encrypted = spec.flag("storageEncrypted");
    if encrypted && !size.storage_type.starts_with("EBS_") {
        return Err(Fault::invalid("storageEncrypted is for cloud disks"));
    }
    let architecture = match (spec.opt_text("instanceType").filter(|text| !text.is_empty()), engine) {
        (None, "SQL Server") => Some("cluster"),
        (Some(kind @ ("standalone" | "cluster" | "multi-replica")), "SQL Server") => Some(kind),
        (Some(kind), "SQL Server") => return Err(Fault::invalid(format!("instanceType `{kind}` is unknown"))),
        (Some(_), _) => return Err(Fault::invalid("instanceType is for SQL Server")),
        (None, _) => None,
    };
    let group = spec.opt_text("parameterGroup").filter(|group| !group.is_empty());
    if let Some(group) = group {
        super::parameter_groups::check_fits(world, region, group, engine, version)?;
    }
    let subnet_id = spec.text("subnetId")?;
    let (vpc_id, address) = room(world, region, spec.text("vpcId")?, subnet_id, engine)?;
    let charge = Charge::read(spec.child("chargeSpec"), &BY_DURATION, call.now)?;
    let tags = tags::read(spec, "tagSpec")?;
    let here = world.rds_instances.in_region(region, 0).filter(|(_, instance)| instance.source.is_none());
    quota::check(&world.settings.quotas, "rds", here.count(), 1)?;

    let id = world.ids.id(prefix);
    let instance = RdsInstance {
        region: region.to_owned(),
        name: name.unwrap_or(&id).to_owned(),
        engine: engine.to_owned(),
        version: version.to_owned(),
        size,
        vpc: vpc_id,
        subnet: subnet_id.to_owned(),
        address,
        port,
        encrypted,
        architecture: architecture.map(str::to_owned),
        parameter_group: group.map(str::to_owned),
        source: None,
        status: RdsStatus::Building,
        charge,
        created: call.now,
        tags,
    };
    let order = insert(world, call, &id, instance);
    Ok(json!({"instanceId": id, "orderId": order}))
}

fn port(spec: Args<'_>, usual: i64) -> Result<i64, Fault> {
    let Some(text) = spec.opt_text("instancePort").filter(|text| !text.is_empty()) else { return Ok(usual) };
    match text.parse() {
        Ok(port @ 1150..=5999) if port != 5022 => Ok(port),
        _ => Err(Fault::out_of_range("instancePort must be 1150 to 5999, and not 5022")),
    }
}

/// The VPC and a free address of a subnet.
pub(super) fn room(
    world: &World,
    region: &str,
    vpc_id: &str,
    subnet_id: &str,
    engine: &str,
) -> Result<(String, Ipv4Addr), Fault> {
    let subnet = world.subnets.get(subnet_id).filter(|subnet| subnet.region == region);
    let subnet = subnet.ok_or_else(|| absent("subnet", subnet_id))?;
    if subnet.vpc != vpc_id {
        return Err(Fault::invalid(format!("subnet {subnet_id} is not in VPC {vpc_id}")));
    }
    let free = crate::network::capacity(subnet.prefix).saturating_sub(subnet.used.len() as u64);
    if engine == "SQL Server" && free < ROOM {
        return Err(Fault::precondition(format!("subnet {subnet_id} has {free} free addresses, {ROOM} are needed")));
    }
    Ok((subnet.vpc.clone(), vpc::choose_address(subnet, None)?))
}

/// Puts an instance that is being built into the world; the number of its order.
pub(super) fn insert(world: &mut World, call: &Call<'_>, id: &str, instance: RdsInstance) -> String {
    if let Some(subnet) = world.subnets.get_mut(&instance.subnet) {
        subnet.used.insert(instance.address, id.to_owned());
    }
    let range = world.vpcs.get(&instance.vpc).and_then(|vpc| vpc.prefix);
    let readonly = instance.source.is_some();
    world.rds_instances.insert(id.to_owned(), instance);
    if !readonly {
        // At first the whole VPC may come in.
        let open = range.map_or_else(|| "0.0.0.0/0".to_owned(), |range| range.to_string());
        whitelists::insert(world, call, id, whitelists::DEFAULT, [open].into());
    }
    let event = RdsEvent::Ready { instance: id.to_owned(), was: None };
    begin(world, call, id, RdsStatus::Building, usual::BUILD_RDS, event);
    world.ids.hex("order").chars().take(16).collect()
}

fn begin(world: &mut World, call: &Call<'_>, id: &str, via: RdsStatus, usual: i64, event: RdsEvent) {
    is(world, id, via);
    let at = call.now.plus(world.latency(usual, id));
    world.plan(at, Event::Rds(event));
}

/// An instance shows another state.
pub(crate) fn is(world: &mut World, id: &str, status: RdsStatus) {
    if let Some(instance) = world.rds_instances.get_mut(id) {
        instance.status = status;
    }
}

/// A job on an instance failed: it is as it was before, and says so.
pub(crate) fn not_ready(world: &mut World, id: &str, was: Option<RdsSize>) {
    let Some(instance) = world.rds_instances.get_mut(id) else { return };
    instance.status = match instance.status {
        RdsStatus::Building => RdsStatus::BuildError,
        RdsStatus::Rebooting => RdsStatus::RebootError,
        _ => RdsStatus::MigrateError,
    };
    if let Some(was) = was {
        instance.size = was;
    }
}

/// A deleted instance is gone with what was in it, and its address is free.
pub(crate) fn gone(world: &mut World, id: &str, _: Moment) {
    let Some(instance) = world.rds_instances.remove(id) else { return };
    if let Some(subnet) = world.subnets.get_mut(&instance.subnet) {
        subnet.used.remove(&instance.address);
    }
    let inside = format!("{id}/");
    macro_rules! empty {
        ($($shelf:ident)*) => {$(
            for part in parts(&world.$shelf, &inside) {
                world.$shelf.remove(&part);
            }
        )*};
    }
    empty!(rds_accounts rds_databases rds_whitelists);
}

/// Keys of what is in an instance.
fn parts<T>(shelf: &std::collections::BTreeMap<String, T>, inside: &str) -> Vec<String> {
    let keys = shelf.range(inside.to_owned()..).map(|(key, _)| key);
    keys.take_while(|key| key.starts_with(inside)).cloned().collect()
}

/// The instance of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w RdsInstance, Fault> {
    world.rds_instances.get(id).filter(|instance| instance.region == region).ok_or_else(|| absent("instance", id))
}

/// The instance of the call, running and with nothing under way.
pub(super) fn running<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w RdsInstance), Fault> {
    let id = call.args.text("instanceId")?;
    let instance = find(world, call.region(), id)?;
    match instance.status {
        RdsStatus::Running => Ok((id.to_owned(), instance)),
        status if status.is_stable() => {
            Err(Fault::precondition(format!("instance {id} is {}, it must be RUNNING", status.as_str())))
        }
        status => Err(Fault::busy(&format!("instance {id}"), status.as_str())),
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    let instance = find(world, call.region(), id)?;
    let mut view = view(id, instance, call);
    let copies: Vec<&String> = copies(world, id).collect();
    view["roInstanceIds"] = json!(copies);
    if let Some((id, group)) = instance.parameter_group.as_ref().and_then(|g| world.parameter_groups.get_key_value(g)) {
        view["parameterGroupId"] = json!(id);
        view["parameterGroupName"] = json!(group.name);
    }
    Ok(json!({"dbInstanceAttributes": view}))
}

/// Read-only instances of an instance.
fn copies<'w>(world: &'w World, id: &str) -> impl Iterator<Item = &'w String> {
    world.rds_instances.iter().filter(move |(_, other)| other.source.as_deref() == Some(id)).map(|(id, _)| id)
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    for filter in call.args.children("filters") {
        if filter.texts("values").len() > 1 {
            return Err(Fault::invalid("a filter takes a single value"));
        }
    }
    let mut found = listing::select(&world.rds_instances, &LISTED, call.region(), call.args, |instance, filter| {
        Some(match filter {
            "instanceName" => Field::One(instance.name.clone()),
            "engine" => Field::One(instance.engine.clone()),
            "engineVersion" => Field::One(instance.version.clone()),
            "instanceStatus" => Field::One(instance.status.as_str().to_owned()),
            "vpcId" => Field::One(instance.vpc.clone()),
            "subnetId" => Field::One(instance.subnet.clone()),
            "instanceType" | "internalDomainName" | "publicDomainName" => Field::Unrestricted,
            _ => return None,
        })
    })?;
    let tags = TagFilters::read(call.args, "tagFilters");
    found.retain(|(_, instance)| tags.accept(&instance.tags));
    listing::page_as(&TENS, call.args, "dbInstances", &found, |(id, instance)| view(id, instance, call))
}

pub(crate) fn zones(_: &World, call: &Call<'_>) -> Answer {
    let zones: Vec<&str> = places::zones(call.region()).collect();
    Ok(json!({"azs": zones}))
}

pub(crate) fn rename(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("instanceName")?;
    sizes::check_name("instanceName", name)?;
    let (id, _) = running(world, call)?;
    if let Some(instance) = world.rds_instances.get_mut(&id) {
        instance.name = name.to_owned();
    }
    Ok(Value::Null)
}

/// Another size takes the place of an instance's, after a while.
fn migrate(world: &mut World, call: &Call<'_>, id: &str, size: RdsSize) {
    let was = world.rds_instances.get_mut(id).map(|instance| std::mem::replace(&mut instance.size, size));
    let event = RdsEvent::Ready { instance: id.to_owned(), was };
    begin(world, call, id, RdsStatus::Migrating, usual::MIGRATE_RDS, event);
}

pub(crate) fn resize(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = running(world, call)?;
    match call.args.opt_text("effectiveTime") {
        None | Some("immediate") => {}
        Some(other) => return Err(Fault::not_implemented("rds", &format!("modifyInstanceSpec with {other}"))),
    }
    let storage_gb = call.args.int("newInstanceStorageGB")?;
    if storage_gb < instance.size.storage_gb {
        return Err(Fault::invalid(format!("instance {id} has {} GB and cannot shrink", instance.size.storage_gb)));
    }
    let kept = &instance.size.storage_type;
    let size = RdsSize {
        class: call.args.text("newInstanceClass")?.to_owned(),
        storage_gb,
        storage_type: sizes::storage_type(call.args, "newInstanceStorageType").unwrap_or(kept).to_owned(),
        azs: instance.size.azs.clone(),
    };
    sizes::check(call.region(), &instance.engine, &size)?;
    migrate(world, call, &id, size);
    let order: String = world.ids.hex("order").chars().take(16).collect();
    Ok(json!({"orderId": order}))
}

pub(crate) fn move_zones(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = running(world, call)?;
    let azs = call.args.texts("newAzId").into_iter().map(str::to_owned).collect();
    let size = RdsSize { azs, ..instance.size.clone() };
    sizes::check(call.region(), &instance.engine, &size)?;
    migrate(world, call, &id, size);
    Ok(Value::Null)
}

pub(crate) fn reboot(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = running(world, call)?;
    let event = RdsEvent::Ready { instance: id.clone(), was: None };
    begin(world, call, &id, RdsStatus::Rebooting, usual::REBOOT, event);
    Ok(Value::Null)
}

/// Read-only instances go with the one they are copies of.
pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("instanceId")?;
    find(world, call.region(), id)?;
    let going: Vec<String> = std::iter::once(id.to_owned()).chain(copies(world, id).cloned()).collect();
    for id in &going {
        let Some(instance) = world.rds_instances.get(id) else { continue };
        if !instance.status.is_stable() {
            return Err(Fault::busy(&format!("instance {id}"), instance.status.as_str()));
        }
        instance.charge.check_deletable(&format!("instance {id}"), call.now)?;
    }
    for id in going {
        world.rds_instances.going(&id);
        let event = RdsEvent::Gone { instance: id.clone() };
        begin(world, call, &id, RdsStatus::Deleting, usual::DELETE_RDS, event);
    }
    Ok(Value::Null)
}

fn view(id: &str, instance: &RdsInstance, call: &Call<'_>) -> Value {
    let (cpus, memory_mb) = sizes::power(&instance.size.class);
    let kind = match (&instance.source, &instance.architecture) {
        (Some(_), _) => "readonly",
        (None, Some(kind)) => kind,
        (None, None) => "cluster",
    };
    let mut view = json!({
        "instanceId": id,
        "instanceName": instance.name,
        "instanceType": kind,
        "engine": instance.engine,
        "engineVersion": instance.version,
        "instanceClass": instance.size.class,
        "instanceStorageType": instance.size.storage_type,
        "storageEncrypted": instance.encrypted,
        "instanceStorageGB": instance.size.storage_gb,
        "instanceCPU": cpus,
        "instanceMemoryMB": memory_mb,
        "azId": instance.size.azs,
        "vpcId": instance.vpc,
        "subnetId": instance.subnet,
        "instanceStatus": instance.status.as_str(),
        "internalDomainName": format!("{id}.rds.{}.emulated", instance.region),
        "createTime": time(instance.created),
        "charge": instance.charge.view(call.now),
        "tags": tags::view(&instance.tags),
    });
    if instance.engine == "MySQL" {
        view["instancePort"] = json!(instance.port.to_string());
    }
    if let Some(source) = &instance.source {
        view["sourceInstanceId"] = json!(source);
    }
    view
}

/// The part of an instance that a call names, and its key.
pub(super) fn part_key(call: &Call<'_>, name: &str) -> Result<String, Fault> {
    Ok(key(call.args.text("instanceId")?, call.args.text(name)?))
}
