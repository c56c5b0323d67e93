//! NAT gateways: they take an address of their subnet, run, and rest when they are stopped, which is when they can be
//! changed and deleted.

use super::labels::Labels;
use super::network_interface::choose_address;
use super::{elastic_ip, subnet};
use crate::call::Call;
use crate::charge::{Charge, Mode};
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::schedule::{Event, usual};
use crate::state::{GatewayStatus, Holder, NatGateway};
use crate::world::World;
use crate::{names, places, quota, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<NatGateway> = Listed { id_filter: "natGatewayIds", tags: Some(|g| &g.tags), shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let (args, region) = (call.args, call.region());
    for later in ["azIpSpecs", "elasticIpSpec"] {
        if args.has(later) && args.opt_int("elasticIpCount") != Some(0) {
            return Err(Fault::not_implemented("vpc", &format!("createNatGateway with {later}")));
        }
    }
    let name = args.text("natGatewayName")?;
    names::plain("natGatewayName", name)?;
    let description = args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let spec = args.opt_text("natGatewaySpec").filter(|s| !s.is_empty()).unwrap_or("small");
    check_spec(spec)?;
    let network_type = args.opt_text("networkType").filter(|t| !t.is_empty()).unwrap_or("internet");
    let sold = match network_type {
        "internet" => Mode::PostpaidByDuration,
        "intranet" => Mode::PostpaidByUsage,
        other => return Err(Fault::invalid(format!("networkType `{other}` is neither internet nor intranet"))),
    };
    let charge = Charge::read(args.child("natGatewayCharge"), &[sold], call.now)?;
    let vpc = super::vpcs::find(world, region, args.text("vpcId")?)?;
    let subnet_id = args.text("subnetId")?;
    let subnet = subnet::find(world, region, subnet_id)?;
    if !vpc.subnets.contains(subnet_id) {
        return Err(Fault::invalid(format!("subnet {subnet_id} is not in the VPC of the NAT gateway")));
    }
    let azs = args.texts("azs");
    if azs.len() > 1 {
        return Err(Fault::invalid("azs holds at most one zone"));
    }
    for az in &azs {
        places::check_zone(region, az)?;
    }
    let elastic_ips: BTreeSet<String> = args.texts("elasticIpIds").into_iter().map(str::to_owned).collect();
    if network_type == "intranet" && !elastic_ips.is_empty() {
        return Err(Fault::invalid("an intranet NAT gateway has no elastic IPs"));
    }
    for elastic_ip in &elastic_ips {
        elastic_ip::check_free(world, region, elastic_ip)?;
    }
    let address = choose_address(subnet, None)?;
    let tags = tags::read(args, "userTags")?;
    quota::check(&world.settings.quotas, "natGateway", world.nat_gateways.count(region), 1)?;

    let vpc = subnet.vpc.clone();
    let id = world.ids.id("natgw");
    for elastic_ip in &elastic_ips {
        elastic_ip::hold(world, elastic_ip, Some(Holder::NatGateway(id.clone())));
    }
    if let Some(subnet) = world.subnets.get_mut(subnet_id) {
        subnet.used.insert(address, id.clone());
    }
    let gateway = NatGateway {
        region: region.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        spec: spec.to_owned(),
        network_type: network_type.to_owned(),
        vpc,
        subnet: subnet_id.to_owned(),
        azs: azs.into_iter().map(str::to_owned).collect(),
        address,
        elastic_ips,
        charge,
        status: GatewayStatus::Creating,
        created: call.now,
        tags,
    };
    world.nat_gateways.insert(id.clone(), gateway);
    begin(world, call, &id, GatewayStatus::Creating, GatewayStatus::Running, usual::CREATE_GATEWAY);
    Ok(json!({"natGatewayId": id}))
}

fn check_spec(spec: &str) -> Result<(), Fault> {
    match spec {
        "small" | "medium" | "large" => Ok(()),
        other => Err(Fault::invalid(format!("natGatewaySpec `{other}` is none of small, medium, large"))),
    }
}

/// Puts a gateway on its way to a state.
fn begin(world: &mut World, call: &Call<'_>, id: &str, via: GatewayStatus, to: GatewayStatus, usual: i64) {
    if let Some(gateway) = world.nat_gateways.get_mut(id) {
        gateway.status = via;
    }
    let at = call.now.plus(world.latency(usual, id));
    world.plan(at, Event::GatewayIs { gateway: id.to_owned(), status: to });
}

/// A gateway has arrived in a state.
pub(crate) fn is(world: &mut World, id: &str, status: GatewayStatus) {
    if let Some(gateway) = world.nat_gateways.get_mut(id) {
        gateway.status = status;
    }
}

/// A deleted gateway is gone: its address and its elastic IPs are free.
pub(crate) fn gone(world: &mut World, id: &str) {
    let Some(gateway) = world.nat_gateways.remove(id) else { return };
    for elastic_ip in &gateway.elastic_ips {
        elastic_ip::hold(world, elastic_ip, None);
    }
    if let Some(subnet) = world.subnets.get_mut(&gateway.subnet) {
        subnet.used.remove(&gateway.address);
    }
}

fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w NatGateway, Fault> {
    world.nat_gateways.get(id).filter(|g| g.region == region).ok_or_else(|| Fault::not_found("natGateway", id))
}

/// The gateway of the call, with nothing running on it.
fn idle<'w>(world: &'w World, call: &Call<'_>) -> Result<(String, &'w NatGateway), Fault> {
    let id = call.args.text("natGatewayId")?;
    let gateway = find(world, call.region(), id)?;
    match gateway.status.is_stable() {
        true => Ok((id.to_owned(), gateway)),
        false => Err(Fault::busy(&format!("NAT gateway {id}"), gateway.status.as_str())),
    }
}

/// The same, in a state.
fn idle_in<'w>(world: &'w World, call: &Call<'_>, wanted: GatewayStatus) -> Result<(String, &'w NatGateway), Fault> {
    let (id, gateway) = idle(world, call)?;
    if gateway.status != wanted {
        let (is, wanted) = (gateway.status.as_str(), wanted.as_str());
        return Err(Fault::precondition(format!("NAT gateway {id} is {is}, it must be {wanted}")));
    }
    Ok((id, gateway))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("natGatewayId")?;
    Ok(json!({"natGateway": view(world, id, find(world, call.region(), id)?, call)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |gateway: &NatGateway, filter: &str| {
        Some(match filter {
            "natGatewayNames" => Field::One(gateway.name.clone()),
            "vpcId" => Field::One(gateway.vpc.clone()),
            "subnetId" => Field::One(gateway.subnet.clone()),
            "networkType" => Field::One(gateway.network_type.clone()),
            "azType" | "azs" => Field::Unrestricted,
            _ => return None,
        })
    };
    let view = |id: &str, gateway: &NatGateway| view(world, id, gateway, call);
    listing::answer(call, &world.nat_gateways, &LISTED, (Beyond::LastPage, "natGateways"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, gateway) = idle(world, call)?;
    let labels = Labels::read(call, "natGatewayName")?;
    let spec = call.args.opt_text("natGatewaySpec").filter(|spec| *spec != gateway.spec);
    if let Some(spec) = spec {
        check_spec(spec)?;
        idle_in(world, call, GatewayStatus::Stopped)?;
    }
    if let Some(gateway) = world.nat_gateways.get_mut(&id) {
        labels.write(&mut gateway.name, &mut gateway.description);
        if let Some(spec) = spec {
            gateway.spec = spec.to_owned();
        }
    }
    Ok(Value::Null)
}

pub(crate) fn start(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle_in(world, call, GatewayStatus::Stopped)?;
    begin(world, call, &id, GatewayStatus::Starting, GatewayStatus::Running, usual::POWER_GATEWAY);
    Ok(Value::Null)
}

pub(crate) fn stop(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, _) = idle_in(world, call, GatewayStatus::Running)?;
    begin(world, call, &id, GatewayStatus::Stopping, GatewayStatus::Stopped, usual::POWER_GATEWAY);
    Ok(Value::Null)
}

pub(crate) fn associate(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, gateway) = idle(world, call)?;
    if gateway.network_type == "intranet" {
        return Err(Fault::invalid("an intranet NAT gateway has no elastic IPs"));
    }
    let elastic_ips = call.args.texts("elasticIpIds");
    for elastic_ip in &elastic_ips {
        elastic_ip::check_free(world, call.region(), elastic_ip)?;
    }
    for elastic_ip in elastic_ips {
        elastic_ip::hold(world, elastic_ip, Some(Holder::NatGateway(id.clone())));
        if let Some(gateway) = world.nat_gateways.get_mut(&id) {
            gateway.elastic_ips.insert(elastic_ip.to_owned());
        }
    }
    Ok(Value::Null)
}

pub(crate) fn disassociate(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, gateway) = idle(world, call)?;
    let elastic_ips = call.args.texts("elasticIpIds");
    for elastic_ip in &elastic_ips {
        if !gateway.elastic_ips.contains(*elastic_ip) {
            return Err(Fault::precondition(format!("elastic IP {elastic_ip} is not associated with {id}")));
        }
    }
    for elastic_ip in elastic_ips {
        elastic_ip::release(world, elastic_ip);
        if call.args.flag("deleteElasticIp") {
            elastic_ip::remove(world, elastic_ip);
        }
    }
    Ok(json!({"failedList": []}))
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let (id, gateway) = idle_in(world, call, GatewayStatus::Stopped)?;
    gateway.charge.check_deletable(&format!("NAT gateway {id}"), call.now)?;
    if call.args.flag("deleteElasticIp") {
        for elastic_ip in gateway.elastic_ips.clone() {
            elastic_ip::remove(world, &elastic_ip);
        }
    }
    if let Some(gateway) = world.nat_gateways.get_mut(&id) {
        gateway.status = GatewayStatus::Deleting;
    }
    world.nat_gateways.going(&id);
    let at = call.now.plus(world.latency(usual::DELETE_GATEWAY, &id));
    world.plan(at, Event::GatewayGone { gateway: id });
    Ok(json!({"failedList": []}))
}

fn view(world: &World, id: &str, gateway: &NatGateway, call: &Call<'_>) -> Value {
    let up = if gateway.status == GatewayStatus::Running { "UP" } else { "DOWN" };
    let elastic_ips: Vec<Value> = gateway
        .elastic_ips
        .iter()
        .filter_map(|id| world.elastic_ips.get_key_value(id))
        .map(|(id, e)| {
            json!({
                "elasticIpId": id,
                "elasticIpAddress": e.address.to_string(),
                "bandwidthMbps": e.bandwidth,
                "status": if up == "UP" { "online" } else { "offline" },
            })
        })
        .collect();
    json!({
        "natGatewayId": id,
        "natGatewayName": gateway.name,
        "natGatewaySpec": gateway.spec,
        "networkType": gateway.network_type,
        "state": {"status": gateway.status.as_str(), "adminStatus": up},
        "description": gateway.description,
        "natGatewayCharge": gateway.charge.view(call.now),
        "azs": gateway.azs,
        "vpcId": gateway.vpc,
        "subnetId": gateway.subnet,
        "privateIpAddress": gateway.address.to_string(),
        "elasticIps": elastic_ips,
        "natIps": [],
        "createdTime": gateway.created.to_string(),
        "tags": tags::view(&gateway.tags),
        "routeTableIds": route_tables(world, id, gateway),
    })
}

/// Route tables of the VPC with a rule that leads to the gateway.
fn route_tables<'w>(world: &'w World, id: &str, gateway: &NatGateway) -> Vec<&'w String> {
    let tables = world.vpcs.get(&gateway.vpc).into_iter().flat_map(|vpc| &vpc.route_tables);
    let leads_here = |table: &&String| {
        world.route_tables.get(*table).is_some_and(|table| table.rules.iter().any(|rule| rule.hop_id == id))
    };
    tables.filter(leads_here).collect()
}
