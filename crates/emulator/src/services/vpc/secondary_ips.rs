//! Secondary addresses of a network interface: asked for by address or by number, taken over from another interface, given
//! back.

use super::network_interface::{choose_address, find};
use super::{elastic_ip, subnet};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::state::SecondaryIp;
use crate::world::World;
use core::net::Ipv4Addr;
use serde_json::Value;
use std::collections::BTreeSet;

fn parse(text: &str) -> Result<Ipv4Addr, Fault> {
    text.parse().map_err(|_| Fault::invalid(format!("`{text}` is not an IPv4 address")))
}

/// The secondary addresses a new interface asks for, checked; `primary` is its own.
pub(super) fn choose(
    world: &World,
    region: &str,
    (own_subnet, vpc): (&str, &str),
    args: Args<'_>,
    primary: Ipv4Addr,
) -> Result<Vec<SecondaryIp>, Fault> {
    let named = args.texts("secondaryIpAddresses");
    pick(world, region, (own_subnet, vpc), args, &named, &BTreeSet::from([primary]), false)
}

/// Addresses by name and by number, in the subnet that the call names or in the interface's own.
fn pick(
    world: &World,
    region: &str,
    (own_subnet, vpc): (&str, &str),
    args: Args<'_>,
    named: &[&str],
    taken: &BTreeSet<Ipv4Addr>,
    force: bool,
) -> Result<Vec<SecondaryIp>, Fault> {
    let subnet_id = args.opt_text("secondaryIpSubnetId").filter(|s| !s.is_empty()).unwrap_or(own_subnet);
    let subnet = subnet::find(world, region, subnet_id)?;
    if subnet.vpc != vpc {
        return Err(Fault::invalid(format!("subnet {subnet_id} is not in {vpc}, the VPC of the interface")));
    }
    let count = match args.opt_int("secondaryIpCount").unwrap_or(0) {
        count if count < 0 => return Err(Fault::out_of_range("secondaryIpCount must not be negative")),
        count => usize::try_from(count).map_err(|_| Fault::out_of_range("secondaryIpCount is too large"))?,
    };
    quota::check(&world.settings.quotas, "secondaryIp", named.len(), count)?;
    let mut picked: Vec<SecondaryIp> = Vec::new();
    let mut scratch = subnet.clone();
    for address in taken {
        scratch.used.insert(*address, String::new());
    }
    let mut add = |scratch: &mut crate::state::Subnet, address: Ipv4Addr| {
        scratch.used.insert(address, String::new());
        picked.push(SecondaryIp { address, subnet: subnet_id.to_owned(), elastic_ip: None });
    };
    for text in named {
        let address = parse(text)?;
        // Whoever has it as a secondary address loses it to a call that insists.
        let held = subnet.used.get(&address).and_then(|port| world.interfaces.get(port));
        if force && held.is_some_and(|port| port.secondary_ips.iter().any(|ip| ip.address == address)) {
            add(&mut scratch, address);
            continue;
        }
        choose_address(&scratch, Some(address))?;
        add(&mut scratch, address);
    }
    for _ in 0..count {
        let address = choose_address(&scratch, None)?;
        add(&mut scratch, address);
    }
    Ok(picked)
}

/// Gives addresses to an interface, which others then no longer have.
pub(super) fn put(world: &mut World, id: &str, picked: Vec<SecondaryIp>) {
    for ip in picked {
        let Some(subnet) = world.subnets.get_mut(&ip.subnet) else { continue };
        let before = subnet.used.insert(ip.address, id.to_owned());
        if let Some(other) = before.filter(|other| other != id) {
            drop_address(world, &other, ip.address);
        }
        if let Some(port) = world.interfaces.get_mut(id) {
            port.secondary_ips.push(ip);
        }
    }
}

/// Takes a secondary address off an interface; an elastic IP on it becomes free.
fn drop_address(world: &mut World, id: &str, address: Ipv4Addr) -> Option<SecondaryIp> {
    let port = world.interfaces.get_mut(id)?;
    let at = port.secondary_ips.iter().position(|ip| ip.address == address)?;
    let ip = port.secondary_ips.remove(at);
    if let Some(elastic_ip) = &ip.elastic_ip {
        elastic_ip::hold(world, elastic_ip, None);
    }
    Some(ip)
}

pub(crate) fn assign(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args;
    if args.opt_int("secondaryIpMaskLen").is_some_and(|length| length != 0) {
        return Err(Fault::not_implemented("vpc", "assignSecondaryIps with secondaryIpMaskLen"));
    }
    let id = args.text("networkInterfaceId")?;
    let port = find(world, call.region(), id)?;
    let mut named = args.texts("secondaryIps");
    named.extend(args.opt_text("secondaryIpAddress").filter(|a| !a.is_empty()));
    let own: BTreeSet<Ipv4Addr> = port.secondary_ips.iter().map(|ip| ip.address).chain([port.address]).collect();
    for text in &named {
        if own.contains(&parse(text)?) {
            return Err(Fault::precondition(format!("{text} is already an address of {id}")));
        }
    }
    let have = port.secondary_ips.len();
    let place = (port.subnet.clone(), port.vpc.clone());
    let force = args.flag("force");
    let picked = pick(world, call.region(), (&place.0, &place.1), args, &named, &own, force)?;
    quota::check(&world.settings.quotas, "secondaryIp", have, picked.len())?;
    put(world, id, picked);
    Ok(Value::Null)
}

pub(crate) fn unassign(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkInterfaceId")?;
    let port = find(world, call.region(), id)?;
    let mut gone = Vec::new();
    for text in call.args.texts("secondaryIps") {
        let address = parse(text)?;
        if !port.secondary_ips.iter().any(|ip| ip.address == address) {
            return Err(Fault::precondition(format!("{address} is no secondary address of {id}")));
        }
        gone.push(address);
    }
    let delete = call.args.flag("deleteElasticIp");
    for address in gone {
        let Some(ip) = drop_address(world, id, address) else { continue };
        if let Some(subnet) = world.subnets.get_mut(&ip.subnet) {
            subnet.used.remove(&address);
        }
        if let Some(elastic_ip) = ip.elastic_ip.filter(|_| delete) {
            elastic_ip::remove(world, &elastic_ip);
        }
    }
    Ok(Value::Null)
}
