//! Route tables: one default per VPC, others with their own subnets; their rules are in `route_table_rules`.

use super::{route_table_rules, subnet, vpcs};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{Route, RouteTable};
use crate::world::World;
use crate::{names, quota, tags};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<RouteTable> = Listed { id_filter: "routeTableIds", tags: Some(|t| &t.tags), shown: None };

/// Makes the table that every VPC begins with: its own range, and the internet.
pub(crate) fn create_default(world: &mut World, region: &str, vpc: &str, range: Option<&str>, now: Moment) -> String {
    let id = world.ids.id("rtb");
    let local = local_rule(world, range);
    let internet = Route {
        id: world.ids.id("rtbrule"),
        hop_type: "internet".to_owned(),
        hop_id: "internet".to_owned(),
        prefix_type: "CIDR".to_owned(),
        prefix: "0.0.0.0/0".to_owned(),
        priority: 100,
        description: String::new(),
    };
    let table = RouteTable {
        region: region.to_owned(),
        vpc: vpc.to_owned(),
        name: "default".to_owned(),
        description: String::new(),
        default: true,
        rules: vec![local, internet],
        subnets: BTreeSet::new(),
        created: now,
        tags: tags::Tags::new(),
    };
    world.route_tables.insert(id.clone(), table);
    id
}

/// The first rule of every table; nobody can change it.
fn local_rule(world: &mut World, range: Option<&str>) -> Route {
    Route {
        id: world.ids.id("rtbrule"),
        hop_type: "local".to_owned(),
        hop_id: "local".to_owned(),
        prefix_type: "CIDR".to_owned(),
        prefix: range.unwrap_or("local").to_owned(),
        priority: 1,
        description: String::new(),
    }
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("routeTableName")?;
    names::plain("routeTableName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    match call.args.opt_text("associateType") {
        None | Some("" | "subnet") => {}
        Some(other) => return Err(Fault::invalid(format!("associateType `{other}` is not offered"))),
    }
    let tags = tags::read(call.args, "userTags")?;
    let vpc_id = call.args.text("vpcId")?;
    let vpc = vpcs::find(world, call.region(), vpc_id)?;
    quota::check(&world.settings.quotas, "routeTable", vpc.route_tables.len(), 1)?;

    let range = vpc.prefix.map(|p| p.to_string());
    let id = world.ids.id("rtb");
    let table = RouteTable {
        region: call.region().to_owned(),
        vpc: vpc_id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        default: false,
        rules: vec![local_rule(world, range.as_deref())],
        subnets: BTreeSet::new(),
        created: call.now,
        tags,
    };
    world.route_tables.insert(id.clone(), table);
    if let Some(vpc) = world.vpcs.get_mut(vpc_id) {
        vpc.route_tables.insert(id.clone());
    }
    Ok(json!({"routeTableId": id}))
}

/// The table of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w RouteTable, Fault> {
    world.route_tables.get(id).filter(|t| t.region == region).ok_or_else(|| Fault::not_found("routeTable", id))
}

/// Changes a table that was found.
pub(crate) fn change(world: &mut World, id: &str, change: impl FnOnce(&mut RouteTable)) {
    if let Some(table) = world.route_tables.get_mut(id) {
        change(table);
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    Ok(json!({"routeTable": view(id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |table: &RouteTable, filter: &str| {
        Some(match filter {
            "routeTableNames" => Field::One(table.name.clone()),
            "vpcId" => Field::One(table.vpc.clone()),
            "associateType" => Field::One("subnet".to_owned()),
            "azType" | "azs" => Field::Unrestricted,
            _ => return None,
        })
    };
    listing::answer(call, &world.route_tables, &LISTED, (Beyond::LastPage, "routeTables"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    find(world, call.region(), id)?;
    let name = call.args.opt_text("routeTableName");
    let description = call.args.opt_text("description");
    if let Some(name) = name {
        names::plain("routeTableName", name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    change(world, id, |table| {
        if let Some(name) = name {
            table.name = name.to_owned();
        }
        if let Some(text) = description {
            table.description = text.to_owned();
        }
    });
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let table = find(world, call.region(), id)?;
    if table.default {
        return Err(Fault::precondition(format!("{id} is the default route table of {}", table.vpc)));
    }
    if let Some(subnet) = table.subnets.first() {
        return Err(Fault::precondition(format!("route table {id} is associated with {subnet}")));
    }
    if let Some(table) = world.route_tables.remove(id)
        && let Some(vpc) = world.vpcs.get_mut(&table.vpc)
    {
        vpc.route_tables.remove(id);
    }
    Ok(Value::Null)
}

pub(crate) fn associate(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let vpc = find(world, call.region(), id)?.vpc.clone();
    let subnets = call.args.texts("subnetIds");
    for subnet in &subnets {
        if subnet::find(world, call.region(), subnet)?.vpc != vpc {
            return Err(Fault::invalid(format!("subnet {subnet} is not in {vpc}, the VPC of {id}")));
        }
    }
    for subnet in subnets {
        move_subnet(world, subnet, id);
    }
    Ok(Value::Null)
}

pub(crate) fn disassociate(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("routeTableId")?;
    let vpc = find(world, call.region(), id)?.vpc.clone();
    let subnet = call.args.text("subnetId")?;
    if subnet::find(world, call.region(), subnet)?.route_table != id {
        return Err(Fault::precondition(format!("subnet {subnet} is not associated with {id}")));
    }
    let default = vpcs::find(world, call.region(), &vpc)?.default_route_table.clone();
    move_subnet(world, subnet, &default);
    Ok(Value::Null)
}

/// A subnet has exactly one table.
fn move_subnet(world: &mut World, subnet: &str, table: &str) {
    let Some(object) = world.subnets.get_mut(subnet) else { return };
    let old = std::mem::replace(&mut object.route_table, table.to_owned());
    change(world, &old, |t| {
        t.subnets.remove(subnet);
    });
    change(world, table, |t| {
        t.subnets.insert(subnet.to_owned());
    });
}

fn view(id: &str, table: &RouteTable) -> Value {
    let rules: Vec<Value> = table.rules.iter().map(route_table_rules::view).collect();
    json!({
        "routeTableId": id,
        "routeTableName": table.name,
        "routeTableType": if table.default { "default" } else { "custom" },
        "associateType": "subnet",
        "description": table.description,
        "vpcId": table.vpc,
        "routeTableRules": rules,
        "routePropagations": [],
        "subnetIds": table.subnets,
        "createdTime": table.created.to_string(),
        "tags": tags::view(&table.tags),
    })
}
