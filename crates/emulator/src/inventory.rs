//! What exists, whatever the region: for tests that compare the cloud with somebody's state.

use crate::state::{ClusterState, DiskStatus};
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
    for (id, group) in world.availability_groups.iter() {
        row("ag", "availability_group", &group.region, id, &group.name, "", &Tags::new(), None);
    }
    for (id, alarm) in world.as_alarms.iter() {
        row("ag", "as_alarm", &alarm.region, id, &alarm.name, "", &Tags::new(), alarm.target.as_deref());
    }
    for (id, cron) in world.as_crons.iter() {
        row("ag", "as_cron", &cron.region, id, &cron.name, "", &Tags::new(), None);
    }
    for (id, rule) in world.as_rules.iter() {
        let id = format!("{}/{id}", rule.group);
        row("ag", "as_rule", &rule.region, &id, &rule.name, "", &Tags::new(), None);
    }
    for (id, disk) in world.disks.iter().filter(|(_, d)| d.status != DiskStatus::Deleted) {
        let owner = disk.system_of.as_deref();
        row("disk", "disk", &disk.region, id, &disk.name, disk.status.as_str(), &disk.tags, owner);
    }
    for (id, snapshot) in world.snapshots.iter() {
        let owner = snapshot.images.first().map(String::as_str);
        row("disk", "snapshot", &snapshot.region, id, &snapshot.name, snapshot.status.as_str(), &Tags::new(), owner);
    }
    for (id, policy) in world.snapshot_policies.iter() {
        row("disk", "snapshot_policy", &policy.region, id, &policy.name, "", &Tags::new(), None);
    }
    for (id, image) in world.images.iter() {
        row("vm", "image", &image.region, id, &image.name, image.status.as_str(), &Tags::new(), None);
    }
    let untagged = Tags::new();
    for (id, backend) in world.backends.iter() {
        row("lb", "backend", &backend.region, id, &backend.name, "", &untagged, None);
    }
    for (id, listener) in world.listeners.iter() {
        let status = if listener.on { "On" } else { "Off" };
        row("lb", "listener", &listener.region, id, &listener.name, status, &untagged, None);
    }
    for (id, balancer) in world.load_balancers.iter() {
        let status = balancer.status.as_str();
        row("lb", "load_balancer", &balancer.region, id, &balancer.name, status, &balancer.tags, None);
    }
    for (id, group) in world.target_groups.iter() {
        row("lb", "target_group", &group.region, id, &group.name, "", &untagged, None);
    }
    for (id, map) in world.url_maps.iter() {
        row("lb", "url_map", &map.region, id, &map.name, "", &untagged, None);
    }
    for (id, record) in world.zone_records.iter() {
        let status = if record.stopped { "STOP" } else { "START" };
        row("privatezone", "record", &record.region, id, &record.host, status, &untagged, None);
    }
    for (id, zone) in world.zones.iter() {
        row("privatezone", "zone", &zone.region, id, &zone.name, "", &untagged, None);
    }
    for (id, certificate) in world.certificates.iter() {
        row("ssl", "cert", &certificate.region, id, &certificate.name, "", &untagged, None);
    }
    for (id, instance) in world.instances.iter() {
        row("vm", "instance", &instance.region, id, &instance.name, instance.status.as_str(), &instance.tags, None);
    }
    for (id, template) in world.instance_templates.iter() {
        row("vm", "instance_template", &template.region, id, &template.name, "", &Tags::new(), None);
    }
    for keypair in world.keypairs.values() {
        row("vm", "keypair", &keypair.region, &keypair.name, &keypair.name, "", &keypair.tags, None);
    }
    let none = Tags::new();
    for group in world.user_groups.values() {
        row("iam", "group", "", &group.name, &group.name, "", &none, None);
    }
    for policy in world.policies.values() {
        row("iam", "policy", "", &policy.name, &policy.name, "", &none, None);
    }
    for role in world.roles.values() {
        row("iam", "role", "", &role.name, &role.name, "", &none, None);
    }
    for user in world.sub_users.values() {
        row("iam", "sub_user", "", &user.name, &user.name, "", &none, None);
    }
    for (id, key) in world.user_keys.iter() {
        row("iam", "access_key", "", id, &key.access_key, if key.enabled { "1" } else { "0" }, &none, None);
    }
    for (id, cluster) in world.clusters.iter().filter(|(_, c)| c.state != ClusterState::Deleted) {
        row("kubernetes", "cluster", &cluster.region, id, &cluster.name, cluster.state.as_str(), &none, None);
    }
    for (id, group) in world.node_groups.iter().filter(|(_, g)| g.state != ClusterState::Deleted) {
        let owner = group.first.then_some(group.cluster.as_str());
        row("kubernetes", "node_group", &group.region, id, &group.name, group.state.as_str(), &group.tags, owner);
    }
    for (id, acl) in world.acls.iter() {
        let owner = acl.default.then_some(acl.vpc.as_str());
        row("vpc", "network_acl", &acl.region, id, &acl.name, "", &acl.tags, owner);
    }
    for (id, package) in world.bandwidth_packages.iter() {
        row("vpc", "bandwidth_package", &package.region, id, &package.name, "UP", &package.tags, None);
    }
    for (id, gateway) in world.nat_gateways.iter() {
        row("vpc", "nat_gateway", &gateway.region, id, &gateway.name, gateway.status.as_str(), &gateway.tags, None);
    }
    for (id, peering) in world.peerings.iter() {
        row("vpc", "vpc_peering", &peering.region, id, &peering.name, "Connected", &peering.tags, None);
    }
    for (id, elastic_ip) in world.elastic_ips.iter() {
        let status = if elastic_ip.holder.is_some() { "ASSOCIATED" } else { "NOT_ASSOCIATED" };
        row("vpc", "elastic_ip", &elastic_ip.region, id, &elastic_ip.name, status, &elastic_ip.tags, None);
    }
    for (id, port) in world.interfaces.iter() {
        let owner = port.instance.as_deref().filter(|_| port.primary);
        row("vpc", "network_interface", &port.region, id, &port.name, "", &port.tags, owner);
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
    for (id, instance) in world.rds_instances.iter() {
        let kind = if instance.source.is_some() { "ro_instance" } else { "instance" };
        row("rds", kind, &instance.region, id, &instance.name, instance.status.as_str(), &instance.tags, None);
    }
    for (id, group) in world.parameter_groups.iter() {
        row("rds", "parameter_group", &group.region, id, &group.name, "", &none, None);
    }
    // What is in something else goes with it.
    macro_rules! inside {
        ($($service:literal $kind:literal $shelf:ident;)*) => {$(
            for (key, part) in world.$shelf.iter() {
                let (owner, name) = key.split_once('/').unwrap_or((key, key));
                row($service, $kind, &part.region, key, name, "", &none, Some(owner));
            }
        )*};
    }
    inside! {
        "rds" "account" rds_accounts;
        "rds" "database" rds_databases;
        "rds" "whitelist" rds_whitelists;
        "redis" "whitelist" cache_whitelists;
    }
    for (id, instance) in world.cache_instances.iter() {
        let status = instance.status.as_str();
        row("redis", "cache_instance", &instance.region, id, &instance.name, status, &instance.tags, None);
    }
    for registry in world.registries.values() {
        row("containerregistry", "registry", &registry.region, &registry.name, &registry.name, "", &none, None);
    }
    for repository in world.repositories.values() {
        let (owner, name) = (repository.registry.as_str(), repository.name.as_str());
        let id = format!("{owner}/{name}");
        row("containerregistry", "repository", &repository.region, &id, name, "", &none, Some(owner));
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
    world.has(id)
}
