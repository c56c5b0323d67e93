//! The person beside the program: looks where recovery cannot tell, and mends what others did. And the others.

use crate::simulation::{promises::Promises, tally::Tally, violation::Violation};
use firma_catalog::Catalog;
use firma_engine::{Settled, Settlement};
use firma_lab::{Lab, Object, Process};
use firma_model::address::KindId;
use firma_plan::procedure::{Call, Source};
use serde_json::{Value as Json, json};

/// Deletion of an object by hand: operation and the name of its id, with what must be done before, as its kind has it.
fn deletion(kind: &str) -> Option<Vec<(String, String, String)>> {
    let procedure = Catalog::builtin().kind(&KindId::new(kind))?;
    let by_id = |call: &Call| {
        let id = call.parameters.iter().find(|parameter| parameter.source == Source::Id)?;
        Some((call.service.clone(), call.operation.clone(), id.name.clone()))
    };
    let before = procedure.before_delete.iter().filter_map(|stage| by_id(&stage.call));
    Some(before.chain([by_id(procedure.delete.as_ref()?)?]).collect())
}

/// Does by hand what deletes an object: as much of it as can be done. Whether anything could.
fn take_away(lab: &Lab, kind: &str, region: &str, id: &str) -> bool {
    if let ("iam.access_key", Some((sub_user, key))) = (kind, id.split_once('/')) {
        let of = json!({ "subUser": sub_user });
        return call(lab, ("iam", "deleteSubUserAccessKey", "accessKey"), region, key, of);
    }
    let calls = deletion(kind).unwrap_or_default();
    let done =
        calls.iter().map(|(service, operation, name)| call(lab, (service, operation, name), region, id, json!({})));
    done.filter(|one| *one).count() > 0
}

fn change(kind: &str) -> Option<(&'static str, &'static str, &'static str, Json)> {
    Some(match kind {
        "vpc.vpc" => ("vpc", "modifyVpc", "vpcId", json!({ "vpcName": "theirs" })),
        "vpc.subnet" => ("vpc", "modifySubnet", "subnetId", json!({ "subnetName": "theirs" })),
        "vpc.network_security_group" => (
            "vpc",
            "modifyNetworkSecurityGroup",
            "networkSecurityGroupId",
            json!({ "networkSecurityGroupName": "theirs" }),
        ),
        "vpc.elastic_ip" => ("vpc", "modifyElasticIp", "elasticIpId", json!({ "bandwidthMbps": 9 })),
        "vm.instance" => ("vm", "modifyInstanceAttribute", "instanceId", json!({ "name": "theirs" })),
        "disk.disk" => ("disk", "modifyDiskAttribute", "diskId", json!({ "name": "theirs" })),
        "vpc.route_table" => ("vpc", "modifyRouteTable", "routeTableId", json!({ "routeTableName": "theirs" })),
        "vpc.network_acl" => ("vpc", "modifyNetworkAcl", "networkAclId", json!({ "networkAclName": "theirs" })),
        "vpc.network_interface" => {
            ("vpc", "modifyNetworkInterface", "networkInterfaceId", json!({ "description": "theirs" }))
        }
        "vpc.vpc_peering" => ("vpc", "modifyVpcPeering", "vpcPeeringId", json!({ "vpcPeeringName": "theirs" })),
        "vpc.nat_gateway" => ("vpc", "modifyNatGateway", "natGatewayId", json!({ "natGatewayName": "theirs" })),
        "vpc.bandwidth_package" => ("vpc", "modifyBandwidthPackage", "bandwidthPackageId", json!({ "name": "theirs" })),
        _ => return None,
    })
}

fn call(lab: &Lab, (service, operation, id): (&str, &str, &str), region: &str, object: &str, more: Json) -> bool {
    let mut parameters = more;
    parameters[id] = json!(object);
    lab.net.by_somebody(service, operation, Some(region), &parameters).0 == 200
}

/// Recorded objects with their regions.
fn ours(lab: &Lab) -> Vec<(Object, String)> {
    let recorded = lab.recorded();
    let there = lab.net.objects();
    recorded
        .records
        .values()
        .map(|record| ((record.kind.to_string(), record.cloud_id.clone()), record.region.clone().unwrap_or_default()))
        .filter(|(object, _)| there.contains(object))
        .collect()
}

fn chosen(all: Vec<(Object, String)>, pick: u64) -> Option<(Object, String)> {
    let length = all.len() as u64;
    if length == 0 { None } else { all.into_iter().nth((pick % length) as usize) }
}

/// Somebody deletes an object. Whether they could.
pub fn delete(lab: &Lab, pick: u64) -> bool {
    let able: Vec<_> = ours(lab).into_iter().filter(|((kind, _), _)| deletion(kind).is_some()).collect();
    chosen(able, pick).is_some_and(|((kind, id), region)| take_away(lab, &kind, &region, &id))
}

/// The operator deletes what a refusal names. How many objects that are.
pub fn give_up(lab: &Lab, refusal: &str) -> u64 {
    let named = ours(lab).into_iter().filter(|((_, id), _)| refusal.contains(&format!("`{id}`")));
    named.filter(|((kind, id), region)| take_away(lab, kind, region, id)).count() as u64
}

/// Somebody changes an object. Whether they could.
pub fn alter(lab: &Lab, pick: u64) -> bool {
    let able: Vec<_> = ours(lab).into_iter().filter(|((kind, _), _)| change(kind).is_some()).collect();
    chosen(able, pick).is_some_and(|((kind, id), region)| {
        change(&kind)
            .is_some_and(|(service, operation, name, more)| call(lab, (service, operation, name), &region, &id, more))
    })
}

/// Somebody deletes an object and makes another one under its name or id. Whether they could.
pub fn reuse(lab: &Lab, pick: u64) -> bool {
    let able: Vec<_> =
        ours(lab).into_iter().filter(|((kind, _), _)| kind == "vm.keypair" || kind == "vpc.elastic_ip").collect();
    let Some(((kind, id), region)) = chosen(able, pick) else { return false };
    if !take_away(lab, &kind, &region, &id) {
        return false;
    }
    match kind.as_str() {
        "vm.keypair" => {
            let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogc29tZWJvZHkgZWxzZSdzLi4u c@example";
            let parameters = json!({ "keyName": id, "publicKey": key });
            lab.net.by_somebody("vm", "importKeypair", Some(&region), &parameters).0 == 200
        }
        _ => {
            let parameters = json!({ "regionId": region, "maxCount": 1,
                "elasticIpSpec": { "bandwidthMbps": 1, "provider": "bgp" } });
            lab.net.seeded_by_somebody("vpc", "createElasticIps", &parameters, &id)
        }
    }
}

/// Somebody puts a subnet of theirs into a VPC of ours. Whether they could.
pub fn depend(lab: &Lab, pick: u64) -> bool {
    let able: Vec<_> = ours(lab).into_iter().filter(|((kind, _), _)| kind == "vpc.vpc").collect();
    let Some(((_, id), region)) = chosen(able, pick) else { return false };
    let parameters = json!({ "vpcId": id });
    let (_, vpc) = lab.net.by_somebody("vpc", "describeVpc", Some(&region), &parameters);
    let prefix = vpc["vpc"]["addressPrefix"].as_str().unwrap_or("10.0.0.0/16").to_owned();
    let second = prefix.split('.').nth(1).unwrap_or("0");
    let parameters = json!({ "vpcId": id, "subnetName": "theirs", "addressPrefix": format!("10.{second}.254.0/24") });
    lab.net.by_somebody("vpc", "createSubnet", Some(&region), &parameters).0 == 200
}

/// What others made is taken away again, and so is what the network doubled and nobody knows of.
pub fn clean(lab: &Lab, promises: &Promises) -> u64 {
    let recorded = lab.recorded();
    let mut cleaned = 0;
    // Children go before parents: more rounds than there are levels.
    for _ in 0..4 {
        let origins = lab.net.origins();
        for (object, view) in lab.net.views() {
            let foreign = origins.get(&object).is_none_or(|origin| promises.is_foreign(*origin));
            let known = recorded.records.values().any(|r| r.kind.as_str() == object.0 && r.cloud_id == object.1);
            let doubled = promises.doubled().contains(&object) && !known;
            if (foreign || doubled) && take_away(lab, &object.0, view["region"].as_str().unwrap_or_default(), &object.1)
            {
                cleaned += 1;
            }
        }
    }
    cleaned
}

/// Looks at open calls that recovery could not settle although nothing went wrong any more, knowing the truth: the object
/// that a call made is adopted, and calls that made nothing are closed.
///
/// # Errors
/// An object that a call made and that recovery does not offer.
pub async fn resolve(
    lab: &Lab,
    process: &Process<'_>,
    settlements: &[Settlement],
    promises: &Promises,
    tally: &mut Tally,
) -> Result<(), Violation> {
    let open = lab.store.lock().expect("one thread").open_intents().unwrap_or_default();
    let recorded = lab.recorded();
    let there: Vec<Object> = lab.net.objects();
    for settlement in settlements {
        let Settled::Stuck { candidates, why } = &settlement.how else { continue };
        let mut made: Vec<Object> = open
            .iter()
            .filter(|open| open.run == settlement.run && open.intent.address == settlement.address)
            .flat_map(|open| promises.asked_for(&open.intent, &there))
            .collect();
        made.retain(|(kind, id)| !recorded.records.values().any(|r| r.kind.as_str() == kind && r.cloud_id == *id));
        if let Some(id) = candidates.iter().find(|id| made.iter().any(|(_, made)| made == *id)) {
            let settled = process.settle(Some(id.clone())).await.unwrap_or_default();
            for settlement in &settled {
                tally.branch(&branch(settlement));
            }
            continue;
        }
        if let Some(object) = made.first() {
            let evidence = format!("{object:?} was made by {settlement:?}, and is not offered: {why}");
            return Err(Violation::new("I1", evidence));
        }
    }
    if process.forget_open().is_ok_and(|count| count > 0) {
        tally.branch("forgotten by the operator");
    }
    Ok(())
}

/// The name under which a settlement is counted.
pub fn branch(settlement: &Settlement) -> String {
    format!("{} {} {}", settlement.action, settlement.class, settlement.how.word())
}
