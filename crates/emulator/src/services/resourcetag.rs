//! The tag service: tags of any object, by service code and id.

use super::{Behaviour, Operations, user};
use crate::call::{Args, Call};
use crate::fault::{Answer, Fault};
use crate::state::{ClusterState, DiskStatus};
use crate::tags::{self, LIMIT, Tags};
use crate::world::World;
use Behaviour::{Read, Write};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What the service does.
pub(crate) const OPERATIONS: Operations = &[
    ("describeKeys", Read(describe_keys)),
    ("describeResources", Read(describe_resources)),
    ("describeTags", Read(describe_tags)),
    ("describeValues", Read(describe_values)),
    ("queryResource", Read(query_resource)),
    ("tagResources", Write(tag)),
    ("unTagResources", Write(untag)),
];

/// The region that means all of them.
const EVERYWHERE: &str = "all-region";

/// Kinds by the service codes they may be called by. The service prints codes for some of its kinds only; the others
/// are taken under the name of their service and under their own.
const KINDS: &[(Kind, &[&str])] = &[
    (Kind::Instance, &["vm"]),
    (Kind::Disk, &["disk"]),
    (Kind::ElasticIp, &["ip", "eip", "elasticip", "elastic_ip"]),
    (Kind::Vpc, &["vpc"]),
    (Kind::Subnet, &["subnet", "vpc"]),
    (Kind::RouteTable, &["routetable", "route_table", "vpc"]),
    (
        Kind::SecurityGroup,
        &["networksecuritygroup", "network_security_group", "securitygroup", "security_group", "sg", "vpc"],
    ),
    (Kind::Keypair, &["keypair", "key_pair", "vm"]),
    (Kind::NetworkAcl, &["networkacl", "network_acl", "acl", "vpc"]),
    (Kind::NetworkInterface, &["networkinterface", "network_interface", "eni", "vpc"]),
    (Kind::VpcPeering, &["vpcpeering", "vpc_peering", "vpc"]),
    (Kind::NatGateway, &["natgateway", "nat_gateway", "natgw", "vpc"]),
    (Kind::RdsInstance, &["rds"]),
    (Kind::CacheInstance, &["redis"]),
    (Kind::BandwidthPackage, &["bandwidthpackage", "bandwidth_package", "bwp", "vpc"]),
    (Kind::NodeGroup, &["kubernetesnodegroup", "kubernetes"]),
    (Kind::LoadBalancer, &["lb", "alb", "nlb", "dnlb", "loadbalancer", "load_balancer"]),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Instance,
    Disk,
    ElasticIp,
    Vpc,
    Subnet,
    RouteTable,
    SecurityGroup,
    Keypair,
    NetworkAcl,
    NetworkInterface,
    VpcPeering,
    NatGateway,
    BandwidthPackage,
    LoadBalancer,
    RdsInstance,
    CacheInstance,
    NodeGroup,
}

impl Kind {
    /// Visits every object of the kind: region, id as callers know it, tags.
    fn each<'w>(self, world: &'w World, visit: &mut dyn FnMut(&'w str, &'w str, &'w Tags)) {
        match self {
            Kind::Instance => world.instances.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::Disk => world
                .disks
                .iter()
                .filter(|(_, o)| o.status != DiskStatus::Deleted)
                .for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::ElasticIp => world.elastic_ips.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::Vpc => world.vpcs.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::Subnet => world.subnets.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::RouteTable => world.route_tables.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::SecurityGroup => world.security_groups.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::Keypair => world.keypairs.values().for_each(|o| visit(&o.region, &o.name, &o.tags)),
            Kind::NetworkAcl => world.acls.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::NetworkInterface => world.interfaces.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::VpcPeering => world.peerings.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::NatGateway => world.nat_gateways.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::RdsInstance => world.rds_instances.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::CacheInstance => world.cache_instances.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::NodeGroup => world
                .node_groups
                .iter()
                .filter(|(_, o)| o.state != ClusterState::Deleted)
                .for_each(|(id, o)| visit(&o.region, id, &o.tags)),
            Kind::BandwidthPackage => {
                world.bandwidth_packages.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags));
            }
            Kind::LoadBalancer => world.load_balancers.iter().for_each(|(id, o)| visit(&o.region, id, &o.tags)),
        }
    }

    /// Tags of one object in a region.
    fn tags<'w>(self, world: &'w mut World, region: &str, id: &str) -> Option<&'w mut Tags> {
        let (place, tags) = match self {
            Kind::Instance => world.instances.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::Disk => {
                let live = world.disks.get_mut(id).filter(|o| o.status != DiskStatus::Deleted);
                live.map(|o| (&o.region, &mut o.tags))
            }
            Kind::ElasticIp => world.elastic_ips.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::Vpc => world.vpcs.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::Subnet => world.subnets.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::RouteTable => world.route_tables.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::SecurityGroup => world.security_groups.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::Keypair => world.keypairs.get_mut(&World::keypair_key(region, id)).map(|o| (&o.region, &mut o.tags)),
            Kind::NetworkAcl => world.acls.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::NetworkInterface => world.interfaces.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::VpcPeering => world.peerings.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::NatGateway => world.nat_gateways.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::RdsInstance => world.rds_instances.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::CacheInstance => world.cache_instances.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::NodeGroup => {
                let live = world.node_groups.get_mut(id).filter(|o| o.state != ClusterState::Deleted);
                live.map(|o| (&o.region, &mut o.tags))
            }
            Kind::BandwidthPackage => world.bandwidth_packages.get_mut(id).map(|o| (&o.region, &mut o.tags)),
            Kind::LoadBalancer => world.load_balancers.get_mut(id).map(|o| (&o.region, &mut o.tags)),
        }?;
        (place == region).then_some(tags)
    }
}

/// The kind that goes by this service code and has an object of this id.
fn find<'w>(world: &'w mut World, region: &str, code: &str, id: &str) -> Option<&'w mut Tags> {
    let code = code.to_ascii_lowercase();
    let candidates = KINDS.iter().filter(|(_, codes)| codes.contains(&code.as_str()));
    let kind = candidates.map(|(kind, _)| *kind).find(|kind| kind.tags(world, region, id).is_some())?;
    kind.tags(world, region, id)
}

fn pairs(args: Args<'_>) -> Result<Tags, Fault> {
    let tags = tags::read(args, "tags")?;
    if tags.is_empty() {
        return Err(Fault::invalid("tags must not be empty"));
    }
    Ok(tags)
}

/// Does something to the tags of each object the call names; what fails is reported for itself.
fn each_named(
    world: &mut World,
    call: &Call<'_>,
    args: Args<'_>,
    mut act: impl FnMut(&mut Tags) -> Result<(), String>,
) -> Answer {
    let (mut failed, mut done) = (Vec::new(), 0);
    for group in args.children("resources") {
        let code = group.text("serviceCode")?;
        for id in group.texts("resourceId") {
            let outcome = match find(world, call.region(), code, id) {
                Some(tags) => act(tags),
                None => Err(format!("{code} {id} is not found")),
            };
            match outcome {
                Ok(()) => done += 1,
                Err(msg) => failed.push(json!({"resourceId": id, "msg": msg})),
            }
        }
    }
    Ok(data(call, json!({"failedResourcesMap": failed, "successCount": done})))
}

fn data(call: &Call<'_>, mut body: Value) -> Value {
    body["pin"] = json!(user::pin(call));
    body["region"] = json!(call.region());
    json!({"data": body})
}

fn tag(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args.need("tagResources")?;
    let new = pairs(args)?;
    each_named(world, call, args, |tags| {
        let added = new.keys().filter(|key| !tags.contains_key(*key)).count();
        if tags.len() + added > LIMIT {
            return Err(format!("more than {LIMIT} tags"));
        }
        tags.extend(new.clone());
        Ok(())
    })
}

fn untag(world: &mut World, call: &Call<'_>) -> Answer {
    let args = call.args.need("unTagResources")?;
    let old = pairs(args)?;
    each_named(world, call, args, |tags| {
        tags.retain(|key, value| old.get(key) != Some(value));
        Ok(())
    })
}

/// One object with tags, as the reads of this service see it.
struct Tagged<'w> {
    code: &'static str,
    id: &'w str,
    tags: &'w Tags,
}

/// Tagged objects of the call's region that pass its service codes, ids and tag filters.
fn select<'w>(world: &'w World, call: &Call<'_>, args: Args<'_>) -> Vec<Tagged<'w>> {
    let region = call.region();
    let codes: Vec<String> = args.texts("serviceCodes").iter().map(|c| c.to_ascii_lowercase()).collect();
    let ids: BTreeSet<&str> = args.texts("resourceIds").into_iter().collect();
    let filters = filters(args);
    let mut found = Vec::new();
    for (kind, known) in KINDS {
        if !codes.is_empty() && !codes.iter().any(|c| known.contains(&c.as_str())) {
            continue;
        }
        kind.each(world, &mut |place, id, tags| {
            let here = region == EVERYWHERE || place == region;
            let named = ids.is_empty() || ids.contains(id);
            if here && named && !tags.is_empty() && filters.iter().all(|f| f.accepts(tags)) {
                found.push(Tagged { code: known[0], id, tags });
            }
        });
    }
    found
}

struct Filter<'a> {
    key: &'a str,
    values: Vec<&'a str>,
}

impl Filter<'_> {
    fn accepts(&self, tags: &Tags) -> bool {
        tags.get(self.key).is_some_and(|v| self.values.is_empty() || self.values.contains(&v.as_str()))
    }
}

fn filters<'a>(args: Args<'a>) -> Vec<Filter<'a>> {
    let read = |f: Args<'a>| Filter { key: f.opt_text("key").unwrap_or_default(), values: f.texts("values") };
    args.children("tagFilters").into_iter().map(read).collect()
}

fn describe_tags(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call, call.args.need("tagKeysVo")?);
    let distinct: BTreeSet<(&String, &String)> = found.iter().flat_map(|t| t.tags).collect();
    let tags: Vec<Value> = distinct.into_iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    Ok(data(call, json!({"tags": tags})))
}

fn describe_keys(world: &World, call: &Call<'_>) -> Answer {
    let found = select(world, call, call.args.need("tagKeysVo")?);
    let keys: BTreeSet<&String> = found.iter().flat_map(|t| t.tags.keys()).collect();
    Ok(data(call, json!({"tagKeys": keys})))
}

fn describe_values(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args.need("tagValuesVo")?;
    let keys: BTreeSet<&str> = filters(args).iter().map(|f| f.key).collect();
    let found = select(world, call, Args(&serde_json::Map::new()))
        .into_iter()
        .flat_map(|t| t.tags)
        .filter(|(key, _)| keys.is_empty() || keys.contains(key.as_str()))
        .map(|(_, value)| value)
        .collect::<BTreeSet<&String>>();
    Ok(data(call, json!({"tagValues": found})))
}

fn describe_resources(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args.need("resourceVo")?;
    let found = select(world, call, args);
    let size = args.opt_int("pageSize").unwrap_or(10).clamp(1, 100) as usize;
    let page = args.opt_int("currentPage").unwrap_or(1).max(1) as usize;
    let rows: Vec<Value> = found
        .iter()
        .skip((page - 1).saturating_mul(size))
        .take(size)
        .map(|t| json!({"serviceCode": t.code, "resourceId": t.id, "tags": tags::view(t.tags)}))
        .collect();
    Ok(data(call, json!({"resourceTagMappingList": rows})))
}

fn query_resource(world: &World, call: &Call<'_>) -> Answer {
    let args = call.args.need("queryResource")?;
    let code = args.text("serviceCode")?.to_ascii_lowercase();
    let any = args.opt_text("operator") == Some("or");
    let filters = filters(args);
    let mut found = BTreeSet::new();
    for (kind, _) in KINDS.iter().filter(|(_, known)| known.contains(&code.as_str())) {
        kind.each(world, &mut |place, id, tags| {
            let here = call.region() == EVERYWHERE || place == call.region();
            let hit =
                if any { filters.iter().any(|f| f.accepts(tags)) } else { filters.iter().all(|f| f.accepts(tags)) };
            if here && hit && !tags.is_empty() {
                found.insert(id);
            }
        });
    }
    Ok(json!({"resourceIds": found}))
}
