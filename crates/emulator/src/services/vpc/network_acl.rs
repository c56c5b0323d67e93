//! Network ACLs: the default one of each VPC, which lets everything pass, and others; their rules are in
//! `network_acl_rules`.

use super::association::{self, Associated};
use super::labels::Labels;
use super::{network_acl_rules, vpcs};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::{NetworkAcl, Subnet};
use crate::tags::Tags;
use crate::world::World;
use crate::{names, quota};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<NetworkAcl> = Listed { id_filter: "networkAclIds", tags: None, shown: None };

/// Makes the ACL that every VPC begins with.
pub(crate) fn create_default(world: &mut World, region: &str, vpc: &str, now: Moment) -> String {
    let id = world.ids.id("acl");
    let acl = NetworkAcl {
        region: region.to_owned(),
        vpc: vpc.to_owned(),
        name: "default".to_owned(),
        description: String::new(),
        default: true,
        rules: network_acl_rules::of_default(&id, now),
        subnets: BTreeSet::new(),
        created: now,
        tags: Tags::new(),
    };
    world.acls.insert(id.clone(), acl);
    id
}

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("networkAclName")?;
    names::plain("networkAclName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let vpc_id = call.args.text("vpcId")?;
    let vpc = vpcs::find(world, call.region(), vpc_id)?;
    quota::check(&world.settings.quotas, "acl", vpc.acls.len(), 1)?;

    // Without rules it lets nothing pass.
    let acl = NetworkAcl {
        region: call.region().to_owned(),
        vpc: vpc_id.to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        default: false,
        rules: Vec::new(),
        subnets: BTreeSet::new(),
        created: call.now,
        tags: Tags::new(),
    };
    let id = world.ids.id("acl");
    world.acls.insert(id.clone(), acl);
    if let Some(vpc) = world.vpcs.get_mut(vpc_id) {
        vpc.acls.insert(id.clone());
    }
    Ok(json!({"networkAclId": id}))
}

/// The ACL of this id in the region.
pub(crate) fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w NetworkAcl, Fault> {
    world.acls.get(id).filter(|a| a.region == region).ok_or_else(|| Fault::not_found("networkAcl", id))
}

/// Changes an ACL that was found.
pub(crate) fn change(world: &mut World, id: &str, change: impl FnOnce(&mut NetworkAcl)) {
    if let Some(acl) = world.acls.get_mut(id) {
        change(acl);
    }
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    Ok(json!({"networkAcl": view(id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |acl: &NetworkAcl, filter: &str| {
        Some(match filter {
            "networkAclNames" => Field::One(acl.name.clone()),
            "vpcId" => Field::One(acl.vpc.clone()),
            _ => return None,
        })
    };
    listing::answer(call, &world.acls, &LISTED, (Beyond::LastPage, "networkAcls"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    find(world, call.region(), id)?;
    let labels = Labels::read(call, "networkAclName")?;
    change(world, id, |acl| labels.write(&mut acl.name, &mut acl.description));
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = association::deletable::<NetworkAcl>(world, call)?;
    if let Some(acl) = world.acls.remove(id)
        && let Some(vpc) = world.vpcs.get_mut(&acl.vpc)
    {
        vpc.acls.remove(id);
    }
    Ok(Value::Null)
}

impl Associated for NetworkAcl {
    const ID: &'static str = "networkAclId";
    const CALLED: &'static str = "network ACL";

    fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w NetworkAcl, Fault> {
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
        world.acls.get_mut(id).map(|acl| &mut acl.subnets)
    }

    fn of(subnet: &mut Subnet) -> &mut String {
        &mut subnet.acl
    }
}

pub(crate) fn associate(world: &mut World, call: &Call<'_>) -> Answer {
    association::associate::<NetworkAcl>(world, call)?;
    Ok(Value::Null)
}

pub(crate) fn disassociate(world: &mut World, call: &Call<'_>) -> Answer {
    // A subnet has one at most; none of the pages lets it fall back to the default one.
    association::disassociate(world, call, |_, _: &NetworkAcl| None)?;
    Ok(Value::Null)
}

fn view(id: &str, acl: &NetworkAcl) -> Value {
    let rules: Vec<Value> = acl.rules.iter().map(network_acl_rules::view).collect();
    json!({
        "networkAclId": id,
        "networkAclName": acl.name,
        "vpcId": acl.vpc,
        "networkAclRules": rules,
        "subnetIds": acl.subnets,
        "description": acl.description,
        "createdTime": acl.created.to_string(),
    })
}
