//! Elastic IPs: bought by any billing method, bound to at most one network interface.

use super::network_interface;
use crate::call::{Args, Call};
use crate::charge::{self, Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{ElasticIp, Holder};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, quota, tags};
use core::net::Ipv4Addr;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<ElasticIp> = Listed { id_filter: "elasticIpIds", tags: Some(|e| &e.tags), shown: None };

/// Addresses come from the range reserved for benchmarks (RFC 2544): nobody owns them.
const FIRST_ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// What is bought, checked.
pub(crate) struct Order {
    pub(crate) count: usize,
    pub(crate) name: String,
    pub(crate) address: Option<Ipv4Addr>,
    pub(crate) bandwidth: i64,
    pub(crate) provider: String,
    pub(crate) ip_type: String,
    pub(crate) charge: Charge,
    pub(crate) tags: Tags,
}

impl Order {
    /// Reads an `elasticIpSpec`, for a number of addresses.
    pub(crate) fn read(world: &World, call: &Call<'_>, spec: Args<'_>, count: usize) -> Result<Order, Fault> {
        let charge = Charge::read(spec.child("chargeSpec"), &charge::ALL, call.now)?;
        let bandwidth = spec.int("bandwidthMbps")?;
        check_bandwidth(bandwidth, &charge)?;
        let provider = spec.text("provider")?;
        if !matches!(provider.to_ascii_lowercase().as_str(), "bgp" | "no_bgp") {
            return Err(Fault::invalid(format!("provider `{provider}` is neither bgp nor no_bgp")));
        }
        let used = world.elastic_ips.count(call.region());
        quota::check(&world.settings.quotas, "elastic_ip", used, count)?;
        Ok(Order {
            count,
            name: String::new(),
            address: None,
            bandwidth,
            provider: provider.to_owned(),
            ip_type: "standard".to_owned(),
            charge,
            tags: Tags::new(),
        })
    }
}

fn check_bandwidth(bandwidth: i64, charge: &Charge) -> Result<(), Fault> {
    let max = if charge.mode == Mode::PostpaidByUsage { 200 } else { 1000 };
    if (1..=max).contains(&bandwidth) {
        return Ok(());
    }
    Err(Fault::out_of_range(format!("bandwidthMbps must be 1 to {max} with this chargeMode")))
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let count = match call.args.int("maxCount")? {
        count @ 1..=100 => count as usize,
        _ => return Err(Fault::out_of_range("maxCount must be 1 to 100")),
    };
    let mut order = Order::read(world, call, call.args.need("elasticIpSpec")?, count)?;
    if let Some(name) = call.args.opt_text("elasticIpName").filter(|n| !n.is_empty()) {
        names::plain("elasticIpName", name)?;
        order.name = name.to_owned();
    }
    if let Some(text) = call.args.opt_text("elasticIpAddress").filter(|a| !a.is_empty()) {
        let address: Ipv4Addr =
            text.parse().map_err(|_| Fault::invalid(format!("elasticIpAddress `{text}` is not an address")))?;
        if count != 1 || world.elastic_ips.values().any(|e| e.address == address) {
            return Err(Fault::precondition(format!("elasticIpAddress {address} cannot be given out")));
        }
        order.address = Some(address);
    }
    match call.args.opt_text("ipType") {
        None | Some("" | "standard") => {}
        Some(other) => return Err(Fault::invalid(format!("ipType `{other}` is not offered"))),
    }
    order.tags = tags::read(call.args, "userTags")?;
    if call.args.flag("dryRun") {
        return Ok(json!({"elasticIpIds": []}));
    }
    Ok(json!({"elasticIpIds": buy(world, call, &order)}))
}

/// Makes the elastic IPs of an order.
pub(crate) fn buy(world: &mut World, call: &Call<'_>, order: &Order) -> Vec<String> {
    let mut taken: BTreeSet<Ipv4Addr> = BTreeSet::new();
    if order.address.is_none() {
        taken = world.elastic_ips.values().map(|e| e.address).collect();
    }
    let mut candidate = u32::from(FIRST_ADDRESS);
    (0..order.count)
        .map(|_| {
            let address = order.address.unwrap_or_else(|| {
                while taken.contains(&Ipv4Addr::from(candidate)) {
                    candidate += 1;
                }
                taken.insert(Ipv4Addr::from(candidate));
                Ipv4Addr::from(candidate)
            });
            let id = world.ids.id("fip");
            let elastic_ip = ElasticIp {
                region: call.region().to_owned(),
                name: order.name.clone(),
                address,
                bandwidth: order.bandwidth,
                provider: order.provider.clone(),
                ip_type: order.ip_type.clone(),
                charge: order.charge.clone(),
                holder: None,
                package: None,
                created: call.now,
                tags: order.tags.clone(),
            };
            world.elastic_ips.insert(id.clone(), elastic_ip);
            id
        })
        .collect()
}

/// The elastic IP of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w ElasticIp, Fault> {
    world.elastic_ips.get(id).filter(|e| e.region == region).ok_or_else(|| Fault::not_found("elasticIp", id))
}

/// Refuses an elastic IP that is associated with something.
pub(crate) fn check_free(world: &World, region: &str, id: &str) -> Result<(), Fault> {
    match &find(world, region, id)?.holder {
        Some(other) => Err(Fault::precondition(format!("elastic IP {id} is already associated with {}", other.id()))),
        None => Ok(()),
    }
}

/// Notes what an elastic IP is associated with now; the other side is the caller's.
pub(crate) fn hold(world: &mut World, id: &str, holder: Option<Holder>) {
    if let Some(elastic_ip) = world.elastic_ips.get_mut(id) {
        elastic_ip.holder = holder;
    }
}

/// Binds an elastic IP to an address of a network interface, the primary one unless another is named; both must be free.
pub(crate) fn bind(
    world: &mut World,
    region: &str,
    id: &str,
    interface: &str,
    address: Option<Ipv4Addr>,
) -> Result<(), Fault> {
    check_free(world, region, id)?;
    let port = world.interfaces.get_mut(interface).ok_or_else(|| Fault::not_found("networkInterface", interface))?;
    let address = address.unwrap_or(port.address);
    let slot = network_interface::slot(port, address);
    let slot = slot.ok_or_else(|| Fault::invalid(format!("{address} is no address of {interface}")))?;
    if let Some(other) = slot {
        return Err(Fault::precondition(format!("{interface} is already associated with elastic IP {other}")));
    }
    *slot = Some(id.to_owned());
    hold(world, id, Some(Holder::Interface { id: interface.to_owned(), address }));
    Ok(())
}

/// Takes an elastic IP off a network interface.
pub(crate) fn unbind(world: &mut World, region: &str, id: &str, interface: &str) -> Result<(), Fault> {
    match &find(world, region, id)?.holder {
        Some(Holder::Interface { id: holder, .. }) if holder == interface => {}
        _ => return Err(Fault::precondition(format!("elastic IP {id} is not associated with {interface}"))),
    }
    release(world, id);
    Ok(())
}

/// Takes an elastic IP off whatever it is associated with.
pub(crate) fn release(world: &mut World, id: &str) {
    match world.elastic_ips.get_mut(id).and_then(|e| e.holder.take()) {
        Some(Holder::Interface { id, address }) => {
            if let Some(slot) = world.interfaces.get_mut(&id).and_then(|port| network_interface::slot(port, address)) {
                *slot = None;
            }
        }
        Some(Holder::NatGateway(gateway)) => {
            if let Some(gateway) = world.nat_gateways.get_mut(&gateway) {
                gateway.elastic_ips.remove(id);
            }
        }
        Some(Holder::LoadBalancer(balancer)) => {
            if let Some(balancer) = world.load_balancers.get_mut(&balancer) {
                balancer.elastic_ip = None;
            }
        }
        None => {}
    }
}

/// Removes an elastic IP that goes with something else.
pub(crate) fn remove(world: &mut World, id: &str) {
    release(world, id);
    if let Some(package) = world.elastic_ips.remove(id).and_then(|e| e.package)
        && let Some(package) = world.bandwidth_packages.get_mut(&package)
    {
        package.members.remove(id);
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("elasticIpId")?;
    Ok(json!({"elasticIp": view(world, id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    listing::answer(
        call,
        &world.elastic_ips,
        &LISTED,
        (Beyond::LastPage, "elasticIps"),
        |e, filter| {
            Some(match filter {
                "elasticIpNames" => Field::One(e.name.clone()),
                "elasticIpAddress" => Field::One(e.address.to_string()),
                "chargeStatus" => Field::One(e.charge.view(call.now)["chargeStatus"].as_str().unwrap_or("").to_owned()),
                "ipType" => Field::Any(vec![e.ip_type.clone(), "all".to_owned()]),
                "status" => Field::Any(vec![status(e).to_owned(), "ALL".to_owned()]),
                "providers" => Field::One(e.provider.clone()),
                "elasticIpPoolId" => Field::One(String::new()),
                "bandwidthPackageId" => Field::One(e.package.clone().unwrap_or_default()),
                "azs" | "resourceTag" => Field::Unrestricted,
                _ => return None,
            })
        },
        |id, e| view(world, id, e, call),
    )
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("elasticIpId")?;
    let elastic_ip = find(world, call.region(), id)?;
    let name = call.args.opt_text("elasticIpName");
    if let Some(name) = name {
        names::plain("elasticIpName", name)?;
    }
    let bandwidth = call.args.opt_int("bandwidthMbps");
    if let Some(bandwidth) = bandwidth {
        check_bandwidth(bandwidth, &elastic_ip.charge)?;
    }
    if let Some(elastic_ip) = world.elastic_ips.get_mut(id) {
        if let Some(name) = name {
            elastic_ip.name = name.to_owned();
        }
        if let Some(bandwidth) = bandwidth {
            elastic_ip.bandwidth = bandwidth;
        }
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("elasticIpId")?;
    let elastic_ip = find(world, call.region(), id)?;
    if let Some(holder) = &elastic_ip.holder {
        return Err(Fault::precondition(format!("elastic IP {id} is associated with {}", holder.id())));
    }
    if let Some(package) = &elastic_ip.package {
        return Err(Fault::precondition(format!("elastic IP {id} is in bandwidth package {package}")));
    }
    elastic_ip.charge.check_deletable(&format!("elastic IP {id}"), call.now)?;
    world.elastic_ips.remove(id);
    Ok(Value::Null)
}

fn status(elastic_ip: &ElasticIp) -> &'static str {
    if elastic_ip.holder.is_some() { "ASSOCIATED" } else { "NOT_ASSOCIATED" }
}

fn view(world: &World, id: &str, elastic_ip: &ElasticIp, call: &Call<'_>) -> Value {
    let mut view = json!({
        "elasticIpId": id,
        "elasticIpName": elastic_ip.name,
        "elasticIpAddress": elastic_ip.address.to_string(),
        "bandwidthMbps": elastic_ip.bandwidth,
        "provider": elastic_ip.provider,
        "charge": elastic_ip.charge.view(call.now),
        "createdTime": elastic_ip.created.to_string(),
        "az": "",
        "tags": tags::view(&elastic_ip.tags),
        "ipType": elastic_ip.ip_type,
        "status": status(elastic_ip),
        "state": "UP",
    });
    match &elastic_ip.holder {
        Some(Holder::Interface { id, address }) => {
            view["networkInterfaceId"] = json!(id);
            view["privateIpAddress"] = json!(address.to_string());
            if let Some(instance) = world.interfaces.get(id).and_then(|port| port.instance.as_ref()) {
                view["instanceId"] = json!(instance);
                view["instanceType"] = json!("compute");
            }
        }
        Some(Holder::NatGateway(gateway)) => {
            view["instanceId"] = json!(gateway);
            view["instanceType"] = json!("natgw");
        }
        Some(Holder::LoadBalancer(balancer)) => {
            view["instanceId"] = json!(balancer);
            view["instanceType"] = json!("lb");
        }
        None => {}
    }
    if let Some(package) = &elastic_ip.package {
        view["bandwidthPackageId"] = json!(package);
    }
    view
}
