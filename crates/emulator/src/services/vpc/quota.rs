//! How many objects of a type there may be, and how many there are.

use super::{bandwidth_package, network_acl, route_table, security_group, vpcs};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::world::World;
use serde_json::json;

/// Network interfaces of a region that did not come with an instance.
pub(super) fn secondary_interfaces(world: &World, region: &str) -> usize {
    world.interfaces.in_region(region, 0).filter(|(_, port)| !port.primary).count()
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let kind = call.args.text("type")?;
    let parent = call.args.opt_text("parentResourceId").unwrap_or_default();
    let region = call.region();
    let used = match kind {
        "vpc" => world.vpcs.count(region),
        "elastic_ip" => world.elastic_ips.count(region),
        "network_interface" => secondary_interfaces(world, region),
        "natGateway" => world.nat_gateways.count(region),
        "vpcpeering" => vpcs::find(world, region, parent)?.peerings.len(),
        "subnet" => vpcs::find(world, region, parent)?.subnets.len(),
        "security_group" => vpcs::find(world, region, parent)?.security_groups.len(),
        "routeTable" => vpcs::find(world, region, parent)?.route_tables.len(),
        "acl" => vpcs::find(world, region, parent)?.acls.len(),
        "aclRule" => network_acl::find(world, region, parent)?.rules.len(),
        "bandwidthPackageIp" => bandwidth_package::find(world, region, parent)?.members.len(),
        "secondaryIp" => super::network_interface::find(world, region, parent)?.secondary_ips.len(),
        "securityGroupRule" => security_group::find(world, region, parent)?.rules.len(),
        "staticRoute" => route_table::find(world, region, parent)?.rules.len(),
        other => return Err(Fault::invalid(format!("type `{other}` has no quota here"))),
    };
    let limit = quota::limit(&world.settings.quotas, kind).unwrap_or_default();
    Ok(json!({"quota": {"type": kind, "parentResourceId": parent, "maxLimit": limit, "count": used}}))
}
