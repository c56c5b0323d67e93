//! Route tables: one default per VPC, others with their own subnets; their rules are in `route_table_rules`.

use super::association::{self, Associated};
use super::labels::Labels;
use super::{route_table_rules, vpcs};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{Route, RouteTable, Subnet};
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
    let labels = Labels::read(call, "routeTableName")?;
    change(world, id, |table| labels.write(&mut table.name, &mut table.description));
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = association::deletable::<RouteTable>(world, call)?;
    if let Some(table) = world.route_tables.remove(id)
        && let Some(vpc) = world.vpcs.get_mut(&table.vpc)
    {
        vpc.route_tables.remove(id);
    }
    Ok(Value::Null)
}

impl Associated for RouteTable {
    const ID: &'static str = "routeTableId";
    const CALLED: &'static str = "route table";

    fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w RouteTable, Fault> {
        find(world, region, id)
    }

    fn vpc(&self) -> &str {
        &self.vpc
    }

    fn is_default(&self) -> bool {
        self.default
    }

    fn subnets(&self) -> &BTreeSet<String> {
        &self.subnets
    }

    fn subnets_mut<'w>(world: &'w mut World, id: &str) -> Option<&'w mut BTreeSet<String>> {
        world.route_tables.get_mut(id).map(|table| &mut table.subnets)
    }

    fn of(subnet: &mut Subnet) -> &mut String {
        &mut subnet.route_table
    }
}

pub(crate) fn associate(world: &mut World, call: &Call<'_>) -> Answer {
    association::associate::<RouteTable>(world, call)?;
    Ok(Value::Null)
}

pub(crate) fn disassociate(world: &mut World, call: &Call<'_>) -> Answer {
    let default = |world: &World, table: &RouteTable| Some(world.vpcs.get(&table.vpc)?.default_route_table.clone());
    association::disassociate(world, call, default)?;
    Ok(Value::Null)
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
