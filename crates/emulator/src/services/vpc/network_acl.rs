//! Network ACLs: the default one of each VPC, which lets everything pass, and others; their rules are in
//! `network_acl_rules`.

use super::{network_acl_rules, subnet, vpcs};
use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::NetworkAcl;
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
    let name = call.args.opt_text("networkAclName");
    let description = call.args.opt_text("description");
    if let Some(name) = name {
        names::plain("networkAclName", name)?;
    }
    if let Some(text) = description {
        names::description(text)?;
    }
    change(world, id, |acl| {
        if let Some(name) = name {
            acl.name = name.to_owned();
        }
        if let Some(text) = description {
            acl.description = text.to_owned();
        }
    });
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    let acl = find(world, call.region(), id)?;
    if acl.default {
        return Err(Fault::precondition(format!("{id} is the default ACL of {}", acl.vpc)));
    }
    if let Some(subnet) = acl.subnets.first() {
        return Err(Fault::precondition(format!("network ACL {id} is associated with {subnet}")));
    }
    if let Some(acl) = world.acls.remove(id)
        && let Some(vpc) = world.vpcs.get_mut(&acl.vpc)
    {
        vpc.acls.remove(id);
    }
    Ok(Value::Null)
}

pub(crate) fn associate(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
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
    let id = call.args.text("networkAclId")?;
    find(world, call.region(), id)?;
    let subnet = call.args.text("subnetId")?;
    if subnet::find(world, call.region(), subnet)?.acl != id {
        return Err(Fault::precondition(format!("subnet {subnet} is not associated with {id}")));
    }
    // A subnet has one at most; none of the pages lets it fall back to the default one.
    move_subnet(world, subnet, "");
    Ok(Value::Null)
}

fn move_subnet(world: &mut World, subnet: &str, acl: &str) {
    let Some(object) = world.subnets.get_mut(subnet) else { return };
    let old = std::mem::replace(&mut object.acl, acl.to_owned());
    change(world, &old, |a| {
        a.subnets.remove(subnet);
    });
    change(world, acl, |a| {
        a.subnets.insert(subnet.to_owned());
    });
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
