//! What exists, whatever the region: for tests that compare the cloud with somebody's state.

use crate::state::DiskStatus;
use crate::tags::{self, Tags};
use crate::world::World;
use serde_json::{Value, json};

/// Everything that is not deleted, by service, kind and id. `madeBy` names the object that something came with: it goes
/// with it too, and nobody asked for it by itself. `account`
/// names an account other than the usual one.
pub fn view(world: &World) -> Value {
    let mut rows = Vec::new();
    let mut row = |service: &str,
                   kind: &str,
                   region: &str,
                   id: &str,
                   name: &str,
                   status: &str,
                   tags: &Tags,
                   made_by: Option<&str>| {
        let mut object = json!({
            "service": service,
            "kind": kind,
            "region": region,
            "id": id,
            "name": name,
            "status": status,
            "tags": tags::view(tags),
        });
        if let Some(parent) = made_by {
            object["madeBy"] = json!(parent);
        }
        rows.push(object);
    };
    let none = Tags::new();
    for (id, disk) in world.disks.iter().filter(|(_, d)| d.status != DiskStatus::Deleted) {
        let owner = disk.system_of.as_deref();
        row("disk", "disk", &disk.region, id, &disk.name, disk.status.as_str(), &disk.tags, owner);
    }
    for (id, instance) in world.instances.iter() {
        row("vm", "instance", &instance.region, id, &instance.name, instance.status.as_str(), &instance.tags, None);
    }
    for keypair in world.keypairs.values() {
        row("vm", "keypair", &keypair.region, &keypair.name, &keypair.name, "", &keypair.tags, None);
    }
    for (id, acl) in world.acls.iter() {
        row("vpc", "network_acl", &acl.region, id, &acl.name, "", &none, Some(&acl.vpc));
    }
    for (id, elastic_ip) in world.elastic_ips.iter() {
        let status = if elastic_ip.interface.is_some() { "ASSOCIATED" } else { "NOT_ASSOCIATED" };
        row("vpc", "elastic_ip", &elastic_ip.region, id, &elastic_ip.name, status, &elastic_ip.tags, None);
    }
    for (id, port) in world.interfaces.iter() {
        row("vpc", "network_interface", &port.region, id, &port.name, "", &port.tags, port.instance.as_deref());
    }
    for (id, group) in world.security_groups.iter() {
        let owner = group.default.then_some(group.vpc.as_str());
        row("vpc", "network_security_group", &group.region, id, &group.name, "", &group.tags, owner);
    }
    for (id, table) in world.route_tables.iter() {
        let owner = table.default.then_some(table.vpc.as_str());
        row("vpc", "route_table", &table.region, id, &table.name, "", &table.tags, owner);
    }
    for (id, subnet) in world.subnets.iter() {
        row("vpc", "subnet", &subnet.region, id, &subnet.name, "", &subnet.tags, None);
    }
    for (id, vpc) in world.vpcs.iter() {
        row("vpc", "vpc", &vpc.region, id, &vpc.name, "", &vpc.tags, None);
    }
    for (account, theirs) in &world.accounts {
        for mut object in view(theirs)["objects"].take().as_array_mut().into_iter().flat_map(std::mem::take) {
            object["account"] = json!(account);
            rows.push(object);
        }
    }
    json!({"now": world.clock.last.to_string(), "revision": world.revision, "objects": rows})
}

/// Whether an id is taken.
pub fn exists(world: &World, id: &str) -> bool {
    world.disks.contains_key(id)
        || world.instances.contains_key(id)
        || world.acls.contains_key(id)
        || world.elastic_ips.contains_key(id)
        || world.interfaces.contains_key(id)
        || world.security_groups.contains_key(id)
        || world.route_tables.contains_key(id)
        || world.subnets.contains_key(id)
        || world.vpcs.contains_key(id)
}
