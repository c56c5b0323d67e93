//! Network interfaces: the primary ones that come with instances, and secondary ones with a life of their own. What else
//! they have but one address is in `secondary_ips`.

use super::labels::Labels;
use super::{elastic_ip, secondary_ips, security_group, subnet};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{NetworkInterface, Subnet};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, network, quota, tags};
use core::net::Ipv4Addr;
use serde_json::{Value, json};

const LISTED: Listed<NetworkInterface> =
    Listed { id_filter: "networkInterfaceIds", tags: Some(|n| &n.tags), shown: None };

/// Most security groups of one interface.
const GROUPS: usize = 5;

/// A primary interface about to be made, checked.
pub(crate) struct Primary {
    pub(crate) subnet: String,
    pub(crate) az: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) security_groups: Vec<String>,
    pub(crate) sanity_check: i64,
}

/// Checks the security groups of an interface in a VPC; none given means the VPC's default one.
pub(crate) fn check_groups(world: &World, region: &str, vpc: &str, groups: &[&str]) -> Result<Vec<String>, Fault> {
    if groups.len() > GROUPS {
        return Err(Fault::invalid(format!("a network interface has at most {GROUPS} security groups")));
    }
    for group in groups {
        if security_group::find(world, region, group)?.vpc != vpc {
            return Err(Fault::invalid(format!("security group {group} is not in {vpc}, the VPC of the subnet")));
        }
    }
    if groups.is_empty() {
        return Ok(world.vpcs.get(vpc).map(|v| v.default_security_group.clone()).into_iter().collect());
    }
    Ok(groups.iter().map(|g| (*g).to_owned()).collect())
}

/// A free address of the subnet: the given one, or the first.
pub(crate) fn choose_address(subnet: &Subnet, wanted: Option<Ipv4Addr>) -> Result<Ipv4Addr, Fault> {
    let (first, last) = network::usable(subnet.prefix);
    match wanted {
        Some(address) if !(first..=last).contains(&u32::from(address)) => Err(Fault::invalid(format!(
            "{address} is not one of the addresses {} to {}",
            Ipv4Addr::from(first),
            Ipv4Addr::from(last)
        ))),
        Some(address) if subnet.used.contains_key(&address) => {
            Err(Fault::precondition(format!("{address} is already in use")))
        }
        Some(address) => Ok(address),
        None => {
            // The used addresses are sorted: the first hole is where they stop counting up.
            let mut free = first;
            for used in subnet.used.keys() {
                if u32::from(*used) != free {
                    break;
                }
                free += 1;
            }
            if free > last {
                return Err(Fault::precondition(format!("no address of {} is free", subnet.prefix)));
            }
            Ok(Ipv4Addr::from(free))
        }
    }
}

/// Makes the primary interface of an instance.
pub(crate) fn create_primary(
    world: &mut World,
    region: &str,
    instance: &str,
    primary: &Primary,
    now: Moment,
) -> Result<String, Fault> {
    let subnet = subnet::find(world, region, &primary.subnet)?;
    let address = choose_address(subnet, primary.address)?;
    let vpc = subnet.vpc.clone();
    let id = world.ids.id("port");
    let mac = world.ids.mac_address();
    if let Some(subnet) = world.subnets.get_mut(&primary.subnet) {
        subnet.used.insert(address, id.clone());
    }
    for group in &primary.security_groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.interfaces.insert(id.clone());
        }
    }
    let interface = NetworkInterface {
        region: region.to_owned(),
        vpc,
        subnet: primary.subnet.clone(),
        az: primary.az.clone(),
        name: primary.name.clone(),
        description: primary.description.clone(),
        primary: true,
        address,
        mac,
        security_groups: primary.security_groups.clone(),
        sanity_check: primary.sanity_check,
        instance: Some(instance.to_owned()),
        elastic_ip: None,
        secondary_ips: Vec::new(),
        device_index: 1,
        auto_delete: true,
        created: now,
        tags: Tags::new(),
    };
    world.interfaces.insert(id.clone(), interface);
    Ok(id)
}

/// Moves an interface to another subnet, another address, other groups.
pub(crate) fn move_primary(world: &mut World, id: &str, subnet: &str, address: Ipv4Addr, groups: Vec<String>) {
    let Some(mut port) = world.interfaces.remove(id) else { return };
    if let Some(old) = world.subnets.get_mut(&port.subnet) {
        old.used.remove(&port.address);
    }
    if let Some(new) = world.subnets.get_mut(subnet) {
        new.used.insert(address, id.to_owned());
    }
    port.subnet = subnet.to_owned();
    port.address = address;
    set_groups(world, id, &mut port, groups);
    world.interfaces.insert(id.to_owned(), port);
}

fn set_groups(world: &mut World, id: &str, port: &mut NetworkInterface, groups: Vec<String>) {
    for group in &port.security_groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.interfaces.remove(id);
        }
    }
    for group in &groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.interfaces.insert(id.to_owned());
        }
    }
    port.security_groups = groups;
}

/// Removes an interface; elastic IPs on it become free.
pub(crate) fn remove(world: &mut World, id: &str) {
    let Some(port) = world.interfaces.remove(id) else { return };
    let elastic_ips = port.secondary_ips.iter().filter_map(|ip| ip.elastic_ip.as_ref());
    for elastic_ip in port.elastic_ip.iter().chain(elastic_ips) {
        elastic_ip::hold(world, elastic_ip, None);
    }
    let addresses = port.secondary_ips.iter().map(|ip| (&ip.subnet, ip.address));
    for (subnet, address) in addresses.chain([(&port.subnet, port.address)]) {
        if let Some(subnet) = world.subnets.get_mut(subnet) {
            subnet.used.remove(&address);
        }
    }
    for group in &port.security_groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.interfaces.remove(id);
        }
    }
}

/// Where the elastic IP of an address stands; none for an address that the interface does not have.
pub(crate) fn slot(port: &mut NetworkInterface, address: Ipv4Addr) -> Option<&mut Option<String>> {
    if port.address == address {
        return Some(&mut port.elastic_ip);
    }
    port.secondary_ips.iter_mut().find(|ip| ip.address == address).map(|ip| &mut ip.elastic_ip)
}

/// The groups of a secondary interface: the VPC's default one stands before those that were asked for.
fn with_default(world: &World, vpc: &str, groups: Vec<String>) -> Vec<String> {
    let default = world.vpcs.get(vpc).map(|v| v.default_security_group.clone());
    let default = default.filter(|default| !groups.contains(default));
    default.into_iter().chain(groups).collect()
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args;
    let name = args.opt_text("networkInterfaceName").unwrap_or_default();
    if !name.is_empty() {
        names::plain("networkInterfaceName", name)?;
    }
    let description = args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let sanity_check = match args.opt_int("sanityCheck").unwrap_or(1) {
        check @ (0 | 1) => check,
        _ => return Err(Fault::invalid("sanityCheck must be 0 or 1")),
    };
    let tags = tags::read(args, "userTags")?;
    let region = call.region();
    let subnet_id = args.text("subnetId")?;
    let subnet = subnet::find(world, region, subnet_id)?;
    let vpc = subnet.vpc.clone();
    let groups = check_groups(world, region, &vpc, &args.texts("securityGroups"))?;
    let groups = with_default(world, &vpc, groups);
    let wanted = args.opt_text("primaryIpAddress").filter(|a| !a.is_empty());
    let wanted = wanted.map(|a| a.parse().map_err(|_| Fault::invalid(format!("`{a}` is not an IPv4 address"))));
    let address = choose_address(subnet, wanted.transpose()?)?;
    let secondary = secondary_ips::choose(world, region, (subnet_id, &vpc), args, address)?;
    let used = super::quota::secondary_interfaces(world, region);
    quota::check(&world.settings.quotas, "network_interface", used, 1)?;

    let id = world.ids.id("port");
    let mac = world.ids.mac_address();
    let interface = NetworkInterface {
        region: region.to_owned(),
        vpc,
        subnet: subnet_id.to_owned(),
        // The zone that a call names is ignored: an interface is where its instance is.
        az: String::new(),
        name: name.to_owned(),
        description: description.to_owned(),
        primary: false,
        address,
        mac,
        security_groups: groups.clone(),
        sanity_check,
        instance: None,
        elastic_ip: None,
        secondary_ips: Vec::new(),
        device_index: 0,
        auto_delete: false,
        created: call.now,
        tags,
    };
    world.interfaces.insert(id.clone(), interface);
    if let Some(subnet) = world.subnets.get_mut(subnet_id) {
        subnet.used.insert(address, id.clone());
    }
    for group in &groups {
        if let Some(group) = world.security_groups.get_mut(group) {
            group.interfaces.insert(id.clone());
        }
    }
    secondary_ips::put(world, &id, secondary);
    Ok(json!({"networkInterfaceId": id}))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkInterfaceId")?;
    let port = find(world, call.region(), id)?;
    if port.primary {
        return Err(Fault::precondition(format!("{id} is a primary interface and goes with its instance")));
    }
    if let Some(instance) = &port.instance {
        return Err(Fault::precondition(format!("network interface {id} is attached to {instance}")));
    }
    remove(world, id);
    Ok(Value::Null)
}

/// The interface of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w NetworkInterface, Fault> {
    world.interfaces.get(id).filter(|n| n.region == region).ok_or_else(|| Fault::not_found("networkInterface", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkInterfaceId")?;
    Ok(json!({"networkInterface": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |port: &NetworkInterface, filter: &str| {
        Some(match filter {
            "networkInterfaceNames" => Field::One(port.name.clone()),
            "vpcId" => Field::One(port.vpc.clone()),
            "subnetId" => Field::One(port.subnet.clone()),
            "role" => Field::One(role(port).to_owned()),
            "instanceId" => Field::One(port.instance.clone().unwrap_or_default()),
            "azType" | "azs" => Field::Unrestricted,
            _ => return None,
        })
    };
    let view = |id: &str, port: &NetworkInterface| view(world, id, port);
    listing::answer(call, &world.interfaces, &LISTED, (Beyond::LastPage, "networkInterfaces"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkInterfaceId")?;
    let port = find(world, call.region(), id)?;
    let labels = Labels::read(call, "networkInterfaceName")?;
    let groups = match call.args.has("securityGroups") {
        true => Some(check_groups(world, call.region(), &port.vpc, &call.args.texts("securityGroups"))?),
        false => None,
    };
    let groups = match port.primary {
        true => groups,
        false => groups.map(|groups| with_default(world, &port.vpc, groups)),
    };
    let mac = call.args.opt_text("macAddress").filter(|mac| !mac.is_empty());
    if mac.is_some_and(|mac| !is_mac_address(mac)) {
        return Err(Fault::invalid("macAddress must be six pairs of hexadecimal digits"));
    }
    if let Some(mut port) = world.interfaces.remove(id) {
        labels.write(&mut port.name, &mut port.description);
        if let Some(mac) = mac {
            port.mac = mac.to_owned();
        }
        if let Some(groups) = groups {
            set_groups(world, id, &mut port, groups);
        }
        world.interfaces.insert(id.to_owned(), port);
    }
    Ok(Value::Null)
}

fn is_mac_address(text: &str) -> bool {
    let pairs: Vec<&str> = text.split(':').collect();
    pairs.len() == 6 && pairs.iter().all(|pair| pair.len() == 2 && pair.chars().all(|c| c.is_ascii_hexdigit()))
}

/// The elastic IP a call names, by id or by address.
fn named_elastic_ip(world: &World, call: &Call<'_>) -> Result<String, Fault> {
    if let Some(id) = call.args.opt_text("elasticIpId") {
        return Ok(id.to_owned());
    }
    let address = call.args.text("elasticIpAddress")?;
    let found = world.elastic_ips.iter().find(|(_, e)| e.address.to_string() == address);
    found.map(|(id, _)| id.clone()).ok_or_else(|| Fault::not_found("elasticIp", address))
}

pub(crate) fn associate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let interface = call.args.text("networkInterfaceId")?;
    find(world, call.region(), interface)?;
    let elastic_ip = named_elastic_ip(world, call)?;
    let address = call.args.opt_text("privateIpAddress").filter(|a| !a.is_empty());
    let address = address.map(|a| a.parse().map_err(|_| Fault::invalid(format!("`{a}` is not an IPv4 address"))));
    elastic_ip::bind(world, call.region(), &elastic_ip, interface, address.transpose()?)?;
    Ok(Value::Null)
}

pub(crate) fn disassociate_elastic_ip(world: &mut World, call: &Call<'_>) -> Answer {
    let interface = call.args.text("networkInterfaceId")?;
    find(world, call.region(), interface)?;
    let elastic_ip = named_elastic_ip(world, call)?;
    elastic_ip::unbind(world, call.region(), &elastic_ip, interface)?;
    Ok(Value::Null)
}

fn role(port: &NetworkInterface) -> &'static str {
    if port.primary { "Primary" } else { "Secondary" }
}

/// An address of an interface as reads show it.
pub(crate) fn address_view(world: &World, address: Ipv4Addr, elastic_ip: Option<&String>) -> Value {
    let mut view = json!({"privateIpAddress": address.to_string()});
    if let Some((id, object)) = elastic_ip.and_then(|e| world.elastic_ips.get_key_value(e)) {
        view["elasticIpId"] = json!(id);
        view["elasticIpAddress"] = json!(object.address.to_string());
    }
    view
}

fn view(world: &World, id: &str, port: &NetworkInterface) -> Value {
    let primary = address_view(world, port.address, port.elastic_ip.as_ref());
    let secondary: Vec<Value> = port
        .secondary_ips
        .iter()
        .map(|ip| {
            let mut view = address_view(world, ip.address, ip.elastic_ip.as_ref());
            view["subnetId"] = json!(ip.subnet);
            view
        })
        .collect();
    let mut view = json!({
        "networkInterfaceName": port.name,
        "networkInterfaceId": id,
        "azType": "standard",
        "az": port.az,
        "role": role(port),
        "macAddress": port.mac,
        "vpcId": port.vpc,
        "subnetId": port.subnet,
        "networkSecurityGroupIds": port.security_groups,
        "sanityCheck": port.sanity_check,
        "primaryIp": primary,
        "secondaryIps": secondary,
        "deviceIndex": port.device_index,
        "description": port.description,
        "attachmentStatus": if port.instance.is_some() { "attached" } else { "detached" },
        "networkInterfaceStatus": "enabled",
        "createdTime": port.created.to_string(),
        "tags": tags::view(&port.tags),
    });
    if let Some(instance) = &port.instance {
        view["instanceId"] = json!(instance);
        view["instanceType"] = json!("compute");
    }
    view
}
