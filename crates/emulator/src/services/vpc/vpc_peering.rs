//! Peerings of two VPCs: connected as soon as they are made, one for each pair.

use super::labels::Labels;
use super::vpcs;
use crate::call::Call;
use crate::fault::{Answer, Fault};
use crate::listing::{self, Beyond, Field, Listed};
use crate::state::VpcPeering;
use crate::world::World;
use crate::{names, network, quota, tags};
use serde_json::{Value, json};

const LISTED: Listed<VpcPeering> = Listed { id_filter: "vpcPeeringIds", tags: Some(|p| &p.tags), shown: None };

pub(crate) fn create(world: &mut World, call: &Call<'_>) -> Answer {
    let name = call.args.text("vpcPeeringName")?;
    names::plain("vpcPeeringName", name)?;
    let description = call.args.opt_text("description").unwrap_or_default();
    names::description(description)?;
    let tags = tags::read(call.args, "userTags")?;
    let (near_id, far_id) = (call.args.text("vpcId")?, call.args.text("remoteVpcId")?);
    let near = vpcs::find(world, call.region(), near_id)?;
    let far = vpcs::find(world, call.region(), far_id)?;
    if near_id == far_id {
        return Err(Fault::invalid(format!("{near_id} cannot be connected with itself")));
    }
    if let Some(other) = near.peerings.intersection(&far.peerings).next() {
        return Err(Fault::exists(format!("{other} already connects {near_id} and {far_id}")));
    }
    // Without a range of its own, a VPC has those of its subnets.
    let ranges = |id: &str| -> Vec<_> {
        let vpc = world.vpcs.get(id);
        match vpc.and_then(|vpc| vpc.prefix) {
            Some(prefix) => vec![prefix],
            None => {
                let subnets = vpc.into_iter().flat_map(|vpc| &vpc.subnets);
                subnets.filter_map(|subnet| world.subnets.get(subnet)).map(|subnet| subnet.prefix).collect()
            }
        }
    };
    for one in ranges(near_id) {
        if let Some(other) = ranges(far_id).into_iter().find(|other| network::overlap(one, *other)) {
            return Err(Fault::invalid(format!("{one} of {near_id} overlaps with {other} of {far_id}")));
        }
    }
    for vpc in [near, far] {
        quota::check(&world.settings.quotas, "vpcpeering", vpc.peerings.len(), 1)?;
    }

    let id = world.ids.id("vpcpr");
    let peering = VpcPeering {
        region: call.region().to_owned(),
        name: name.to_owned(),
        description: description.to_owned(),
        vpc: near_id.to_owned(),
        remote_vpc: far_id.to_owned(),
        created: call.now,
        tags,
    };
    let answer = json!({"vpcPeering": view(world, &id, &peering)});
    for vpc in [near_id, far_id] {
        if let Some(vpc) = world.vpcs.get_mut(vpc) {
            vpc.peerings.insert(id.clone());
        }
    }
    world.peerings.insert(id, peering);
    Ok(answer)
}

fn find<'w>(world: &'w World, region: &str, id: &str) -> Result<&'w VpcPeering, Fault> {
    world.peerings.get(id).filter(|p| p.region == region).ok_or_else(|| Fault::not_found("vpcPeering", id))
}

pub(crate) fn describe(world: &World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcPeeringId")?;
    Ok(json!({"vpcPeering": view(world, id, find(world, call.region(), id)?)}))
}

pub(crate) fn list(world: &World, call: &Call<'_>) -> Answer {
    let field = |peering: &VpcPeering, filter: &str| {
        Some(match filter {
            "vpcPeeringNames" => Field::One(peering.name.clone()),
            "vpcId" => Field::One(peering.vpc.clone()),
            "remoteVpcId" => Field::One(peering.remote_vpc.clone()),
            "azType" | "azs" => Field::Unrestricted,
            _ => return None,
        })
    };
    let view = |id: &str, peering: &VpcPeering| view(world, id, peering);
    listing::answer(call, &world.peerings, &LISTED, (Beyond::LastPage, "vpcPeerings"), field, view)
}

pub(crate) fn modify(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcPeeringId")?;
    find(world, call.region(), id)?;
    let labels = Labels::read(call, "vpcPeeringName")?;
    if let Some(peering) = world.peerings.get_mut(id) {
        labels.write(&mut peering.name, &mut peering.description);
    }
    Ok(Value::Null)
}

pub(crate) fn delete(world: &mut World, call: &Call<'_>) -> Answer {
    let id = call.args.text("vpcPeeringId")?;
    find(world, call.region(), id)?;
    if let Some(peering) = world.peerings.remove(id) {
        for vpc in [&peering.vpc, &peering.remote_vpc] {
            if let Some(vpc) = world.vpcs.get_mut(vpc) {
                vpc.peerings.remove(id);
            }
        }
    }
    Ok(Value::Null)
}

fn view(world: &World, id: &str, peering: &VpcPeering) -> Value {
    let side = |vpc: &str| {
        let object = world.vpcs.get(vpc);
        let prefix: Vec<String> = object.and_then(|v| v.prefix).map(|p| p.to_string()).into_iter().collect();
        json!({"vpcId": vpc, "vpcName": object.map(|v| v.name.as_str()), "addressPrefix": prefix})
    };
    json!({
        "vpcPeeringId": id,
        "vpcPeeringName": peering.name,
        "vpcPeeringState": "Connected",
        "description": peering.description,
        "vpcInfo": side(&peering.vpc),
        "remoteVpcInfo": side(&peering.remote_vpc),
        "createdTime": peering.created.to_string(),
        "tags": tags::view(&peering.tags),
    })
}
