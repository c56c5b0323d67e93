//! Creating instances: everything is checked first, then everything is made.

use super::{image, instance_type, keypair, links, made_of};
use crate::call::{Args, Call};
use crate::charge::{BY_DURATION, Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::schedule::{Event, usual};
use crate::services::{ag, disk, vpc};
use crate::state::{AttachedDisk, Instance, InstanceStatus, SystemDisk};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, network, places, quota, tags};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use core::net::Ipv4Addr;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// What is wanted, checked.
struct Order {
    count: usize,
    az: String,
    name: String,
    hostname: String,
    description: String,
    instance_type: String,
    image: String,
    primary: vpc::Primary,
    system_disk: Option<disk::Order>,
    data_disks: Vec<(disk::Order, AttachedDisk)>,
    elastic_ip: Option<vpc::ElasticIpOrder>,
    key_names: Vec<String>,
    charge: Charge,
    charge_on_stopped: String,
    password_digest: Option<String>,
    metadata: BTreeMap<String, String>,
    userdata: BTreeMap<String, String>,
    tags: Tags,
    /// The availability group it is made in.
    group: Option<String>,
    managed: bool,
}

/// Sizes of system disks in GB.
const LOCAL_SYSTEM_DISK: i64 = 40;
const CLOUD_SYSTEM_DISK: std::ops::RangeInclusive<i64> = 40..=500;

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let order = Order::read(world, call)?;
    let ids: Result<Vec<String>, Fault> = (1..=order.count).map(|number| order.make(world, call, number)).collect();
    Ok(json!({"instanceIds": ids?}))
}

impl Order {
    fn read(world: &World, call: &Call<'_>) -> Result<Order, Fault> {
        let region = call.region();
        let given = call.args.need("instanceSpec")?;
        for later in ["dedicatedHostId", "dedicatedPoolId"] {
            if given.opt_text(later).is_some_and(|v| !v.is_empty()) {
                return Err(Fault::not_implemented("vm", &format!("createInstances with {later}")));
            }
        }
        let (group, whole) = made_of::complete(world, region, given)?;
        let spec = Args(&whole);
        let count = match call.args.opt_int("maxCount").unwrap_or(1) {
            count @ 1..=100 => count as usize,
            _ => return Err(Fault::out_of_range("maxCount must be 1 to 100")),
        };
        let az = spec.text("az")?;
        places::check_zone(region, az)?;
        let name = spec.text("name")?;
        names::instance(name)?;
        let description = spec.opt_text("description").unwrap_or_default();
        names::description(description)?;
        let instance_type = spec.text("instanceType")?;
        instance_type::check(region, az, instance_type)?;
        let image_id = spec.text("imageId")?;
        let image = image::find(world, region, image_id).ok_or_else(|| Fault::not_found("image", image_id))?;
        let hostname = spec.opt_text("hostname").filter(|h| !h.is_empty());
        if let Some(hostname) = hostname {
            names::hostname(hostname, image.os_type() == "windows")?;
        }
        let keys = spec.texts("keyNames");
        check_keys(&keys)?;
        for key in &keys {
            keypair::check(world, region, key)?;
        }
        let password = spec.opt_text("password").filter(|p| !p.is_empty());
        if let Some(password) = password {
            names::password(password)?;
        }
        let charge = Charge::read(spec.child("charge"), &BY_DURATION, call.now)?;
        let used = world.instances.count(region);
        quota::check(&world.settings.quotas, "instance", used, count)?;
        let primary = primary(world, call, spec, az, count)?;
        let (system_disk, data_disks) = disks(world, call, spec, az, &charge, image)?;
        let new_disks = (usize::from(system_disk.is_some()) + data_disks.len()) * count;
        let disks = disk::count(world, region);
        quota::check(&world.settings.quotas, "disk", disks, new_disks)?;
        Ok(Order {
            count,
            az: az.to_owned(),
            name: name.to_owned(),
            hostname: hostname.unwrap_or(name).to_owned(),
            description: description.to_owned(),
            instance_type: instance_type.to_owned(),
            image: image_id.to_owned(),
            primary,
            system_disk,
            data_disks,
            elastic_ip: elastic_ip(world, call, spec, &charge, count)?,
            key_names: keys.iter().map(|k| (*k).to_owned()).collect(),
            charge,
            charge_on_stopped: spec.opt_text("chargeOnStopped").unwrap_or("keepCharging").to_owned(),
            password_digest: password.map(password_digest),
            metadata: metadata(spec)?,
            userdata: userdata(spec)?,
            tags: tags::read(spec, "userTags")?,
            group,
            managed: spec.flag("isManaged"),
        })
    }

    /// Makes the instance with this number.
    fn make(&self, world: &mut World, call: &Call<'_>, number: usize) -> Result<String, Fault> {
        let id = world.ids.id("i");
        let interface = vpc::create_primary(world, call.region(), &id, &self.primary, call.now)?;
        let system_disk = match &self.system_disk {
            None => SystemDisk::Local { size_gb: LOCAL_SYSTEM_DISK },
            Some(order) => SystemDisk::Cloud { disk: disk::insert(world, call, order, Tags::new(), Some(&id)) },
        };
        let system_disk_id = match &system_disk {
            SystemDisk::Cloud { disk } => Some(disk.clone()),
            SystemDisk::Local { .. } => None,
        };
        let instance = Instance {
            region: call.region().to_owned(),
            az: self.az.clone(),
            name: numbered(&self.name, number),
            hostname: if self.count > 1 { format!("{}{number}", self.hostname) } else { self.hostname.clone() },
            description: self.description.clone(),
            instance_type: self.instance_type.clone(),
            image: self.image.clone(),
            status: InstanceStatus::Pending,
            task: Some("create".to_owned()),
            interface: interface.clone(),
            secondary_interfaces: BTreeSet::new(),
            system_disk,
            data_disks: BTreeMap::new(),
            key_names: self.key_names.clone(),
            charge: self.charge.clone(),
            charge_on_stopped: self.charge_on_stopped.clone(),
            password_digest: self.password_digest.clone(),
            metadata: self.metadata.clone(),
            userdata: self.userdata.clone(),
            created: call.now,
            tags: self.tags.clone(),
            group: None,
            delete_elastic_ip: false,
        };
        world.instances.insert(id.clone(), instance);
        if let Some(group) = &self.group {
            ag::take_in(world, group, &id, self.managed && !self.charge.is_prepaid());
        }
        if let Some(disk) = system_disk_id {
            disk::tie(world, &id, &disk, None, call.now);
        }
        for (order, slot) in &self.data_disks {
            let disk = disk::insert(world, call, order, Tags::new(), None);
            disk::tie(world, &id, &disk, Some(slot.clone()), call.now);
        }
        if let Some(order) = &self.elastic_ip {
            for elastic_ip in vpc::buy_elastic_ips(world, call, order) {
                vpc::bind_elastic_ip(world, call.region(), &elastic_ip, &interface, None)?;
            }
        }
        let pending = world.latency(usual::CREATE_INSTANCE, &id);
        let starting = world.latency(usual::START, &id);
        let event = |status| Event::InstanceIs { instance: id.clone(), status };
        world.plan(call.now.plus(pending), event(InstanceStatus::Starting));
        world.plan(call.now.plus(pending + starting), event(InstanceStatus::Running));
        Ok(id)
    }
}

/// `web-[001]` numbers the instances of one call from there on.
fn numbered(name: &str, number: usize) -> String {
    let Some((before, rest)) = name.split_once('[') else { return name.to_owned() };
    let Some((digits, after)) = rest.split_once(']') else { return name.to_owned() };
    match digits.parse::<usize>() {
        Ok(first) => format!("{before}{:0width$}{after}", first + number - 1, width = digits.len()),
        Err(_) => name.to_owned(),
    }
}

fn primary(world: &World, call: &Call<'_>, spec: Args<'_>, az: &str, count: usize) -> Result<vpc::Primary, Fault> {
    let port = spec.need("primaryNetworkInterface")?.need("networkInterface")?;
    let subnet_id = port.text("subnetId")?;
    let subnet = world.subnets.get(subnet_id).filter(|s| s.region == call.region());
    let subnet = subnet.ok_or_else(|| Fault::not_found("subnet", subnet_id))?;
    let security_groups = vpc::check_groups(world, call.region(), &subnet.vpc, &port.texts("securityGroups"))?;
    let address = address(port.opt_text("primaryIpAddress"))?;
    if address.is_some() && count > 1 {
        return Err(Fault::invalid("primaryIpAddress can only be given for one instance"));
    }
    vpc::choose_address(subnet, address)?;
    if network::capacity(subnet.prefix) < (subnet.used.len() + count) as u64 {
        return Err(Fault::precondition(format!("subnet {subnet_id} has no {count} free addresses")));
    }
    let description = port.opt_text("description").unwrap_or_default();
    names::description(description)?;
    Ok(vpc::Primary {
        subnet: subnet_id.to_owned(),
        az: az.to_owned(),
        name: port.opt_text("networkInterfaceName").unwrap_or_default().to_owned(),
        description: description.to_owned(),
        address,
        security_groups,
        sanity_check: port.opt_int("sanityCheck").unwrap_or(1),
    })
}

/// Reads an address, if one is given.
pub(crate) fn address(text: Option<&str>) -> Result<Option<Ipv4Addr>, Fault> {
    text.filter(|t| !t.is_empty())
        .map(|t| t.parse().map_err(|_| Fault::invalid(format!("`{t}` is not an IPv4 address"))))
        .transpose()
}

type Disks = (Option<disk::Order>, Vec<(disk::Order, AttachedDisk)>);

fn disks(
    world: &World,
    call: &Call<'_>,
    spec: Args<'_>,
    az: &str,
    charge: &Charge,
    image: image::Image,
) -> Result<Disks, Fault> {
    let read = |disk: Args<'_>, role: &str| -> Result<disk::Order, Fault> {
        let mut order = disk::Order::read(world, call, disk)?;
        if !places::same_zone(&order.az, az) {
            return Err(Fault::invalid(format!("the {role} is in {}, the instance in {az}", order.az)));
        }
        if disk.has("charge") && order.charge.mode != charge.mode {
            return Err(Fault::invalid(format!("the {role} must be billed as the instance is")));
        }
        order.charge = charge.clone();
        Ok(order)
    };
    let system = spec.child("systemDisk");
    let by_image = if image.root == "localDisk" { "local" } else { "cloud" };
    let system_disk = match system.and_then(|s| s.opt_text("diskCategory")).unwrap_or(by_image) {
        "local" => None,
        "cloud" => match system.and_then(|s| s.child("cloudDiskSpec")) {
            Some(disk) => {
                let order = read(disk, "system disk")?;
                if !CLOUD_SYSTEM_DISK.contains(&order.size_gb) {
                    return Err(Fault::out_of_range("diskSizeGB of a system disk must be 40 to 500"));
                }
                Some(order)
            }
            None => Some(disk::Order {
                az: az.to_owned(),
                name: "system".to_owned(),
                description: String::new(),
                disk_type: "hdd.std1".to_owned(),
                size_gb: *CLOUD_SYSTEM_DISK.start(),
                iops: None,
                multi_attachable: false,
                encrypted: false,
                charge: charge.clone(),
                snapshot: None,
                policy: None,
            }),
        },
        other => return Err(Fault::invalid(format!("diskCategory `{other}` is neither local nor cloud"))),
    };
    let mut data = Vec::new();
    let mut taken = BTreeSet::new();
    for disk in spec.children("dataDisks") {
        if disk.opt_text("diskCategory").is_some_and(|c| c != "cloud") {
            return Err(Fault::invalid("diskCategory of a data disk must be cloud"));
        }
        let order = read(disk.need("cloudDiskSpec")?, "data disk")?;
        let device = links::choose_slot(&taken, disk.opt_text("deviceName"))?;
        taken.insert(device.clone());
        data.push((order, AttachedDisk { device, auto_delete: disk.flag("autoDelete") }));
    }
    links::check_disk_count(world, data.len())?;
    Ok((system_disk, data))
}

fn elastic_ip(
    world: &World,
    call: &Call<'_>,
    spec: Args<'_>,
    charge: &Charge,
    count: usize,
) -> Result<Option<vpc::ElasticIpOrder>, Fault> {
    let Some(wanted) = spec.child("elasticIp") else { return Ok(None) };
    // The quota is checked for all instances of the call; each then buys one.
    let mut order = vpc::ElasticIpOrder::read(world, call, wanted, count)?;
    if !wanted.has("chargeSpec") {
        order.charge = charge.clone();
    }
    if order.charge.mode != Mode::PostpaidByUsage && order.charge.mode != charge.mode {
        return Err(Fault::invalid("elasticIp must be billed by usage or as the instance is"));
    }
    order.count = 1;
    Ok(Some(order))
}

/// Refuses more than one key.
pub(crate) fn check_keys(keys: &[&str]) -> Result<(), Fault> {
    if keys.len() > 1 { Err(Fault::invalid("keyNames holds at most one name")) } else { Ok(()) }
}

/// What is kept of a password.
pub(crate) fn password_digest(password: &str) -> String {
    hex::encode(Sha256::digest(password.as_bytes()))
}

/// Reads `metadata`: at most 40 pairs.
pub(crate) fn metadata(args: Args<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let pairs = pairs(args, "metadata");
    let fits = |(key, value): (&String, &String)| key.chars().count() <= 256 && value.len() <= 16 * 1024;
    if pairs.len() > 40 || !pairs.iter().all(fits) {
        return Err(Fault::invalid("metadata holds at most 40 pairs, keys of 256 characters, values of 16 KB"));
    }
    Ok(pairs)
}

/// Reads `userdata`: a launch script in base64, at most 16 KB before encoding.
pub(crate) fn userdata(args: Args<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let pairs = pairs(args, "userdata");
    for (key, value) in &pairs {
        if key != "launch-script" {
            return Err(Fault::invalid(format!("userdata key `{key}` is not launch-script")));
        }
        if STANDARD.decode(value).map_or(true, |script| script.len() > 16 * 1024) {
            return Err(Fault::invalid("userdata launch-script must be base64 of at most 16 KB"));
        }
    }
    Ok(pairs)
}

fn pairs(args: Args<'_>, field: &str) -> BTreeMap<String, String> {
    args.children(field)
        .into_iter()
        .map(|p| (p.opt_text("key").unwrap_or_default().to_owned(), p.opt_text("value").unwrap_or_default().to_owned()))
        .collect()
}
