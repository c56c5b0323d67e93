//! How many objects of a type there may be, and how many there are.

use super::{route_table, security_group, vpcs};
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::quota;
use crate::world::World;
use serde_json::json;

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let kind = call.args.text("type")?;
    let parent = call.args.opt_text("parentResourceId").unwrap_or_default();
    let region = call.region();
    let used = match kind {
        "vpc" => world.vpcs.values().filter(|v| v.region == region).count(),
        "elastic_ip" => world.elastic_ips.values().filter(|e| e.region == region).count(),
        "network_interface" => world.interfaces.values().filter(|n| n.region == region && !n.primary).count(),
        "subnet" => vpcs::find(world, region, parent)?.subnets.len(),
        "security_group" => vpcs::find(world, region, parent)?.security_groups.len(),
        "routeTable" => vpcs::find(world, region, parent)?.route_tables.len(),
        "acl" => vpcs::find(world, region, parent)?.acls.len(),
        "securityGroupRule" => security_group::find(world, region, parent)?.rules.len(),
        "staticRoute" => route_table::find(world, region, parent)?.rules.len(),
        other => return Err(Fault::invalid(format!("type `{other}` has no quota here"))),
    };
    let limit = quota::limit(&world.settings.quotas, kind).unwrap_or_default();
    Ok(json!({"quota": {"type": kind, "parentResourceId": parent, "maxLimit": limit, "count": used}}))
}
