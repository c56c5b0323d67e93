//! What a cluster's network and a node group have to be.

use crate::call::Args;
use crate::fault::Fault;
use crate::services::vpc;
use crate::world::World;
use crate::{names, places};
use ipnet::Ipv4Net;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Most nodes of a group.
const MOST_NODES: i64 = 2000;

/// A new node group, as it is asked for.
pub(super) struct Order {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) config: Value,
    pub(super) zones: Vec<String>,
    pub(super) count: i64,
    pub(super) scaling: Value,
}

impl Order {
    /// Reads a specification; where it names no zones, those of the cluster count.
    pub(super) fn read(args: Args<'_>, cluster_zones: &[String]) -> Result<Order, Fault> {
        let name = args.text("name")?;
        names::plain("name", name)?;
        let description = args.opt_text("description").unwrap_or_default();
        names::description(description)?;
        let zones: Vec<String> = match args.texts("azs") {
            none if none.is_empty() => cluster_zones.to_vec(),
            given => given.into_iter().map(str::to_owned).collect(),
        };
        if let Some(zone) = zones.iter().find(|zone| !cluster_zones.contains(zone)) {
            return Err(Fault::invalid(format!("az {zone} is none of the cluster's")));
        }
        let count = args.int("initialNodeCount")?;
        check_count(count)?;
        let scaling = match args.child("caConfig") {
            None => json!({"enable": false}),
            Some(given) => scaling(given)?,
        };
        let config = node_config(args.need("nodeConfig")?)?;
        Ok(Order { name: name.to_owned(), description: description.to_owned(), config, zones, count, scaling })
    }
}

/// A group has 1 to 2000 nodes.
pub(super) fn check_count(count: i64) -> Result<(), Fault> {
    match (1..=MOST_NODES).contains(&count) {
        true => Ok(()),
        false => Err(Fault::out_of_range(format!("a node group has 1 to {MOST_NODES} nodes"))),
    }
}

/// The configuration of automatic scaling, as reads show it.
pub(super) fn scaling(given: Args<'_>) -> Result<Value, Fault> {
    let (least, most) = (given.opt_int("minNode"), given.opt_int("maxNode"));
    if most.is_some_and(|most| !(1..=MOST_NODES).contains(&most)) {
        return Err(Fault::out_of_range(format!("maxNode must be 1 to {MOST_NODES}")));
    }
    if least.is_some_and(|least| !(0..=most.unwrap_or(MOST_NODES)).contains(&least)) {
        return Err(Fault::out_of_range("minNode must be 0 to maxNode"));
    }
    let mut shown = json!({"enable": given.flag("enable")});
    for (name, value) in [("minNode", least), ("maxNode", most)] {
        if let Some(value) = value {
            shown[name] = json!(value);
        }
    }
    Ok(shown)
}

/// A node's configuration, as reads show it: no password, the system disk under another name, defaults filled in.
fn node_config(given: Args<'_>) -> Result<Value, Fault> {
    given.text("instanceType")?;
    if let Some(password) = given.opt_text("password") {
        names::password(password)?;
    }
    let (keys, labels) = (given.texts("keyNames").len(), given.children("labels").len());
    if keys > 1 || labels > 10 || given.children("userScripts").len() > 5 {
        return Err(Fault::invalid("a node has at most one key pair, 10 labels and 5 scripts"));
    }
    let mut shown = given.0.clone();
    shown.remove("password");
    let mut disk = shown.remove("systemDisk").filter(Value::is_object).unwrap_or_else(|| json!({}));
    if disk.get("systemDiskCategory").is_none() {
        disk["systemDiskCategory"] = json!("cloud");
    }
    shown.insert("systemDiskSpec".to_owned(), disk);
    for disk in shown.get_mut("dataDiskSpec").and_then(Value::as_array_mut).into_iter().flatten() {
        for (name, usual) in
            [("autoDelete", json!(true)), ("autoFormat", json!(true)), ("mountPoint", json!("/var/lib/docker"))]
        {
            if disk.get(name).is_none() {
                disk[name] = usual;
            }
        }
    }
    shown.insert("imageId".to_owned(), json!("img-kubernetes-node"));
    Ok(Value::Object(shown))
}

/// The zones of a cluster, each of its region.
pub(super) fn zones(region: &str, args: Args<'_>) -> Result<Vec<String>, Fault> {
    let zones = args.texts("azs");
    if zones.is_empty() {
        return Err(Fault::invalid("azs is required"));
    }
    for zone in &zones {
        places::check_zone(region, zone)?;
    }
    Ok(zones.into_iter().map(str::to_owned).collect())
}

/// A cluster's network: how it is chosen, how reads show it, and the subnets that are named.
pub(super) fn network(world: &World, region: &str, args: Args<'_>) -> Result<(String, Value, BTreeSet<String>), Fault> {
    let mode = args.opt_text("clusterNetworkType").unwrap_or("auto");
    let parameter = match mode {
        "auto" => "autoClusterNetworkSpec",
        "customized" => "customizedClusterNetworkSpec",
        other => return Err(Fault::invalid(format!("clusterNetworkType `{other}` is neither auto nor customized"))),
    };
    let given = args.need(parameter)?;
    let vpc = given.text("vpcId")?;
    vpc::find_vpc(world, region, vpc)?;
    let ranges: &[&str] =
        if mode == "auto" { &["masterCidr", "nodeNetworkCidr"] } else { &["masterCidr", "serviceCidr"] };
    for name in ranges {
        let text = given.text(name)?;
        if text.parse::<Ipv4Net>().is_err() {
            return Err(Fault::invalid(format!("{name} `{text}` is no block of addresses")));
        }
    }
    let mut subnets = BTreeSet::new();
    let mut shown = json!({
        "publicApiServer": given.flag("publicApiServer"),
        "masterCidr": given.text("masterCidr")?,
        "vpcId": vpc,
    });
    if mode == "customized" {
        shown["serviceCidr"] = json!(given.text("serviceCidr")?);
        let mut rows = Vec::new();
        for (name, kind) in
            [("podSubnetId", "pod_subnet"), ("lbSubnetId", "lb_subnet"), ("nodeSubnetId", "node_subnet")]
        {
            let id = given.text(name)?;
            if vpc::find_subnet(world, region, id)?.vpc != vpc {
                return Err(Fault::invalid(format!("{name} {id} is not a subnet of {vpc}")));
            }
            subnets.insert(id.to_owned());
            rows.push(json!({"subnetId": id, "subnetType": kind, "enabled": true}));
        }
        shown["clusterSubnets"] = Value::Array(rows);
    }
    Ok((mode.to_owned(), shown, subnets))
}
