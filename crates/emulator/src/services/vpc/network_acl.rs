//! Network ACLs: the default one of each VPC, to be read.

use crate::call::Call;
use crate::clock::Moment;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::NetworkAcl;
use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const LISTED: Listed<NetworkAcl> =
    Listed { id_filter: "networkAclIds", region: |a| &a.region, tags: None, shown: |_| true };

/// Makes the ACL that every VPC begins with.
pub(crate) fn create_default(world: &mut World, region: &str, vpc: &str, now: Moment) -> String {
    let id = world.ids.id("acl");
    let acl = NetworkAcl {
        region: region.to_owned(),
        vpc: vpc.to_owned(),
        name: "default".to_owned(),
        description: String::new(),
        subnets: BTreeSet::new(),
        created: now,
    };
    world.acls.insert(id.clone(), acl);
    id
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("networkAclId")?;
    let acl = world.acls.get(id).filter(|a| a.region == call.region());
    let acl = acl.ok_or_else(|| Fault::not_found("networkAcl", id))?;
    Ok(json!({"networkAcl": view(id, acl)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let found = listing::select(&world.acls, &LISTED, call.region(), call.args, |acl, filter| {
        Some(match filter {
            "networkAclNames" => Field::One(acl.name.clone()),
            "vpcId" => Field::One(acl.vpc.clone()),
            _ => return None,
        })
    })?;
    listing::page(call.args, Beyond::LastPage, "networkAcls", &found, |(id, acl)| view(id, acl))
}

fn view(id: &str, acl: &NetworkAcl) -> Value {
    let rule = |number: usize, direction: &str| {
        json!({
            "ruleId": format!("{id}-{number}"),
            "protocol": "All",
            "fromPort": 0,
            "toPort": 0,
            "direction": direction,
            "addressPrefixType": "CIDR",
            "addressPrefix": "0.0.0.0/0",
            "ruleAction": "allow",
            "priority": 100,
            "description": "",
            "createdTime": acl.created.to_string(),
            "ruleType": "default",
        })
    };
    json!({
        "networkAclId": id,
        "networkAclName": acl.name,
        "vpcId": acl.vpc,
        "networkAclRules": [rule(1, "ingress"), rule(2, "egress")],
        "subnetIds": acl.subnets,
        "description": acl.description,
        "createdTime": acl.created.to_string(),
    })
}
