//! The life of a Redis instance: creating, running, changing to another class, deleting.

use super::{RedisEvent, sizes, whitelists};
use crate::call::{Args, Call};
use crate::charge::{BY_DURATION, Charge};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Field, Listed, Pages};
use crate::schedule::{Event, usual};
use crate::services::vpc;
use crate::state::{CacheInstance, CacheSize, CacheStatus};
use crate::tags::TagFilters;
use crate::world::World;
use crate::{names, places, quota, tags};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const LISTED: Listed<CacheInstance> = Listed { id_filter: "cacheInstanceId", tags: None, shown: None };
const PAGES: Pages = Pages { usual: 10, tens: false, all: false };

/// Regions that sell it.
const REGIONS: [&str; 3] = ["cn-north-1", "cn-south-1", "cn-east-2"];
const VERSIONS: [&str; 4] = ["2.8", "4.0", "5.0", "6.2"];
const KINDS: [&str; 3] = ["master-slave", "cluster", "native-cluster"];

fn check_name(name: &str) -> Result<(), Fault> {
    names::counted("cacheInstanceName", name, 2, 32, "_")
}

fn read_password(args: Args<'_>) -> Result<Option<String>, Fault> {
    let Some(password) = args.opt_text("password").filter(|text| !text.is_empty()) else { return Ok(None) };
    let has = |wanted: fn(&char) -> bool| password.chars().any(|c| wanted(&c));
    let plain = password.chars().all(|c| c.is_ascii_alphanumeric());
    let sorts = has(char::is_ascii_alphabetic) && has(char::is_ascii_digit);
    match plain && sorts && (8..=16).contains(&password.len()) {
        true => Ok(Some(hex::encode(Sha256::digest(password.as_bytes())))),
        false => Err(Fault::invalid("password must have 8 to 16 letters and digits, of both some")),
    }
}

/// One of several words; the first when none is given.
fn word<'a>(args: Args<'a>, name: &str, words: &[&'a str]) -> Result<&'a str, Fault> {
    let usual = words.first().copied().unwrap_or_default();
    match args.opt_text(name).filter(|text| !text.is_empty()) {
        None => Ok(usual),
        Some(given) if words.contains(&given) => Ok(given),
        Some(given) => Err(Fault::invalid(format!("{name} `{given}` is none of {}", words.join(", ")))),
    }
}

fn number(args: Args<'_>, name: &str, usual: i64, range: core::ops::RangeInclusive<i64>) -> Result<i64, Fault> {
    let number = args.opt_int(name).unwrap_or(usual);
    match range.contains(&number) {
        true => Ok(number),
        false => Err(Fault::out_of_range(format!("{name} must be {} to {}", range.start(), range.end()))),
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (spec, region) = (call.args.need("cacheInstance")?, call.region());
    if !REGIONS.contains(&region) {
        return Err(Fault::invalid(format!("{region} sells no Redis")));
    }
    for later in ["backupId", "srcInstanceId", "configTemplateId"] {
        if spec.has(later) {
            return Err(Fault::not_implemented("redis", &format!("createCacheInstance with {later}")));
        }
    }
    let name = spec.text("cacheInstanceName")?;
    check_name(name)?;
    let description = spec.opt_text("cacheInstanceDescription").unwrap_or_default();
    names::description(description)?;
    let version = word(spec, "redisVersion", &VERSIONS)?;
    let size = CacheSize {
        class: spec.text("cacheInstanceClass")?.to_owned(),
        shards: spec.opt_int("shardNumber").unwrap_or(1),
        replicas: spec.opt_int("replicaNumber").unwrap_or(2),
    };
    sizes::check(version, &size)?;
    let kind = match spec.has("cacheInstanceType") {
        true => word(spec, "cacheInstanceType", &KINDS)?,
        false => sizes::usual_kind(&size),
    };
    let zones = spec.need("azId")?;
    let (master, slave) = (zones.text("master")?, zones.text("slave")?);
    places::check_zone(region, master)?;
    places::check_zone(region, slave)?;
    let password_digest = read_password(spec)?;
    let (vpc_id, subnet_id) = (spec.text("vpcId")?, spec.text("subnetId")?);
    let subnet = world.subnets.get(subnet_id).filter(|subnet| subnet.region == region);
    let subnet = subnet.ok_or_else(|| Fault::not_found("subnet", subnet_id))?;
    if subnet.vpc != vpc_id {
        return Err(Fault::invalid(format!("subnet {subnet_id} is not in VPC {vpc_id}")));
    }
    let address = vpc::choose_address(subnet, None)?;
    let charge = Charge::read(call.args.child("charge"), &BY_DURATION, call.now)?;
    let tags = tags::read(spec, "userTags")?;
    quota::check(&world.settings.quotas, "redis", world.cache_instances.count(region), 1)?;

    let instance = CacheInstance {
        region: region.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        version: version.to_owned(),
        kind: kind.to_owned(),
        master_az: master.to_owned(),
        slave_az: slave.to_owned(),
        vpc: vpc_id.to_owned(),
        subnet: subnet_id.to_owned(),
        address,
        port: number(spec, "port", 6379, 1..=65535)?,
        databases: number(spec, "dbNum", 16, 16..=256)?,
        ipv6: number(spec, "ipv6On", 0, 0..=1)?,
        smart_proxy: number(spec, "enableSmartProxy", 0, 0..=1)?,
        cpu: word(spec, "cpuArchType", &["amd64", "arm64"])?.to_owned(),
        max_memory_policy: spec.opt_text("maxmemoryPolicy").unwrap_or("volatile-lru").to_owned(),
        slave_appendonly: spec.opt_text("slaveAppendonly").unwrap_or("no").to_owned(),
        size,
        password_digest,
        status: CacheStatus::Creating,
        charge,
        created: call.now,
        tags,
    };
    let open = world.vpcs.get(vpc_id).and_then(|vpc| vpc.prefix).map_or("0.0.0.0/0".to_owned(), |p| p.to_string());
    let id = world.ids.id("redis");
    if let Some(subnet) = world.subnets.get_mut(subnet_id) {
        subnet.used.insert(address, id.clone());
    }
    world.cache_instances.insert(id.clone(), instance);
    whitelists::insert(world, call, &id, whitelists::DEFAULT, [open].into());
    let event = RedisEvent::Ready { instance: id.clone(), was: None };
    begin(world, call, &id, CacheStatus::Creating, usual::CREATE_REDIS, event);
    Ok(json!({"cacheInstanceId": id, "orderNum": order(world)}))
}

fn order(world: &mut World) -> String {
    world.ids.hex("order").chars().take(16).collect()
}

fn begin(world: &mut World, call: &Call<'_>, id: &str, via: CacheStatus, usual: i64, event: RedisEvent) {
    is(world, id, via);
    let at = call.now.plus(world.latency(usual, id));
    world.plan(at, Event::Redis(event));
}

/// An instance shows another state.
pub(crate) fn is(world: &mut World, id: &str, status: CacheStatus) {
    if let Some(instance) = world.cache_instances.get_mut(id) {
        instance.status = status;
    }
}

/// A job on an instance failed: it is as it was before, and says so.
pub(crate) fn not_ready(world: &mut World, id: &str, was: Option<CacheSize>) {
    let Some(instance) = world.cache_instances.get_mut(id) else { return };
    instance.status = CacheStatus::Error;
    if let Some(was) = was {
        instance.size = was;
    }
}

/// A deleted instance is gone with its white lists, and its address is free.
pub(crate) fn gone(world: &mut World, id: &str) {
    let Some(instance) = world.cache_instances.remove(id) else { return };
    if let Some(subnet) = world.subnets.get_mut(&instance.subnet) {
        subnet.used.remove(&instance.address);
    }
    whitelists::remove_all(world, id);
}

/// The instance of this id in the region.
pub(super) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w CacheInstance, Fault> {
    let found = world.cache_instances.get(id).filter(|instance| instance.region == region);
    found.ok_or_else(|| Fault::not_found("cacheInstance", id))
}

/// The instance of the call, running and with nothing under way.
pub(super) fn running<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w CacheInstance), Fault> {
    let id = call.args.text("cacheInstanceId")?;
    let instance = find(world, call.region(), id)?;
    match instance.status {
        CacheStatus::Running => Ok((id.to_owned(), instance)),
        CacheStatus::Error => Err(Fault::precondition(format!("instance {id} is error, it must be running"))),
        status => Err(Fault::busy(&format!("instance {id}"), status.as_str())),
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("cacheInstanceId")?;
    Ok(json!({"cacheInstance": view(id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |instance: &CacheInstance, filter: &str| {
        Some(match filter {
            "cacheInstanceName" => Field::Part(instance.name.clone()),
            "vpcId" => Field::One(instance.vpc.clone()),
            "subnetId" => Field::One(instance.subnet.clone()),
            "cacheInstanceStatus" => Field::One(instance.status.as_str().to_owned()),
            "redisVersion" => Field::One(instance.version.clone()),
            "instanceType" | "chargeMode" => Field::Unrestricted,
            _ => return None,
        })
    };
    let mut found = listing::select(&world.cache_instances, &LISTED, call.region(), call.args, field)?;
    let tags = TagFilters::read(call.args, "tagFilters");
    found.retain(|(_, instance)| tags.accept(&instance.tags));
    listing::page_as(&PAGES, call.args, "cacheInstances", &found, |(id, instance)| view(id, instance, call))
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.opt_text("cacheInstanceName");
    let description = call.args.opt_text("cacheInstanceDescription");
    name.map_or(Ok(()), check_name)?;
    description.map_or(Ok(()), names::description)?;
    let (id, _) = running(world, call)?;
    if let Some(instance) = world.cache_instances.get_mut(&id) {
        if let Some(name) = name {
            instance.name = name.to_owned();
        }
        if let Some(text) = description {
            instance.description = text.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn resize(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, instance) = running(world, call)?;
    if !matches!(call.args.opt_text("effectiveTime"), None | Some("Immediately")) {
        return Err(Fault::not_implemented("redis", "modifyCacheInstanceClass in the maintenance time"));
    }
    let size = CacheSize {
        class: call.args.text("cacheInstanceClass")?.to_owned(),
        shards: call.args.opt_int("shardNumber").unwrap_or(instance.size.shards),
        replicas: call.args.opt_int("replicaNumber").unwrap_or(instance.size.replicas),
    };
    sizes::check(&instance.version, &size)?;
    if size == instance.size {
        return Err(Fault::invalid(format!("instance {id} is of this class already")));
    }
    let was = world.cache_instances.get_mut(&id).map(|instance| std::mem::replace(&mut instance.size, size));
    let event = RedisEvent::Ready { instance: id.clone(), was };
    begin(world, call, &id, CacheStatus::Changing, usual::CHANGE_REDIS, event);
    Ok(json!({"orderNum": order(world)}))
}

pub(crate) fn reset_password(world: &mut World, call: &Call<'_>) -> Answer {
    let digest = read_password(call.args)?;
    let (id, _) = running(world, call)?;
    if let Some(instance) = world.cache_instances.get_mut(&id) {
        instance.password_digest = digest;
    }
    Ok(Value::Null)
}

/// Refuses an instance that cannot be deleted now.
fn deletable(world: &World, call: &Call<'_>) -> Result<String, Fault> {
    let id = call.args.text("cacheInstanceId")?;
    let instance = find(world, call.region(), id)?;
    if !matches!(instance.status, CacheStatus::Running | CacheStatus::Error) {
        return Err(Fault::busy(&format!("instance {id}"), instance.status.as_str()));
    }
    instance.charge.check_deletable(&format!("instance {id}"), call.now)?;
    Ok(id.to_owned())
}

pub(crate) fn check_deletable(world: &World, call: &Call<'_>) -> Answer {
    deletable(world, call).map(|_| Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = deletable(world, call)?;
    world.cache_instances.going(&id);
    let event = RedisEvent::Gone { instance: id.clone() };
    begin(world, call, &id, CacheStatus::Deleting, usual::DELETE_REDIS, event);
    Ok(Value::Null)
}

pub(crate) fn quota(world: &World, call: &Call<'_>) -> Answer {
    let max = quota::limit(&world.settings.quotas, "redis").unwrap_or_default();
    Ok(json!({"quota": {"name": "cacheInstance", "max": max, "used": world.cache_instances.count(call.region())}}))
}

fn view(id: &str, instance: &CacheInstance, call: &Call<'_>) -> Value {
    let memory = sizes::memory_mb(&instance.size);
    json!({
        "cacheInstanceId": id,
        "cacheInstanceName": instance.name,
        "cacheInstanceClass": instance.size.class,
        "cacheInstanceMemoryMB": memory,
        "memoryMBPerShard": memory / instance.size.shards.max(1),
        "cacheInstanceStatus": instance.status.as_str(),
        "cacheInstanceDescription": instance.description,
        "createTime": instance.created.to_string(),
        "azId": {"master": instance.master_az, "slave": instance.slave_az},
        "vpcId": instance.vpc,
        "subnetId": instance.subnet,
        "connectionDomain": format!("{id}.redis.{}.emulated", instance.region),
        "port": instance.port,
        "charge": instance.charge.view(call.now),
        "instanceVersion": format!("{}-1.0", instance.version),
        "auth": instance.password_digest.is_some(),
        "isAllowNoAuth": true,
        "redisVersion": instance.version,
        "cacheInstanceType": instance.kind,
        "ipv6On": instance.ipv6,
        "tags": tags::view(&instance.tags),
        "shardNumber": instance.size.shards,
        "slaveAppendonly": instance.slave_appendonly,
        "databaseNum": instance.databases.to_string(),
        "maxmemoryPolicy": instance.max_memory_policy,
        "replicaNumber": instance.size.replicas,
        "enableSmartProxy": instance.smart_proxy,
        "cpuArchType": instance.cpu,
    })
}
