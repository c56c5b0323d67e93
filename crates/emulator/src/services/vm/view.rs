//! Instances as reads show them: whole, or brief.

use super::{image, interfaces};
use crate::call::Call;
use crate::services::{disk, vpc};
use crate::state::{AttachedDisk, AttachmentStatus, Instance, NetworkInterface, SystemDisk};
use crate::tags;
use crate::world::World;
use serde_json::{Value, json};

/// Everything but the password and the custom data.
pub(crate) fn full(world: &World, id: &str, instance: &Instance, call: &Call<'_>) -> Value {
    let port = world.interfaces.get(&instance.interface);
    let cloud = |disk: &str| world.disks.get(disk).map(|d| disk::view(world, disk, d, call)).unwrap_or_default();
    let mut view = common(world, id, instance, &cloud);
    view["hostname"] = json!(instance.hostname);
    view["charge"] = instance.charge.view(call.now);
    view["tags"] = tags::view(&instance.tags);
    view["primaryNetworkInterface"]["networkInterface"] =
        port.map(|p| interface(world, &instance.interface, p)).unwrap_or_default();
    if let Some(group) = &instance.group {
        let name = world.availability_groups.get(group).map(|group| group.name.as_str());
        view["ag"] = json!({"id": group, "name": name});
    }
    if let Some((id, elastic_ip)) = bound_elastic_ip(world, port) {
        view["elasticIpId"] = json!(id);
        view["elasticIpAddress"] = json!(elastic_ip);
    }
    if let Some(image) = image::find(world, &instance.region, &instance.image) {
        view["osType"] = json!(image.os_type());
        view["osVersion"] = json!(image.version);
        view["platform"] = json!(image.platform);
        view["architecture"] = json!(image.architecture);
    }
    view
}

/// The cheap form.
pub(crate) fn brief(world: &World, id: &str, instance: &Instance) -> Value {
    common(world, id, instance, &|disk| {
        world
            .disks
            .get(disk)
            .map_or(Value::Null, |d| json!({"diskId": disk, "diskType": d.disk_type, "diskSizeGB": d.size_gb}))
    })
}

fn common(world: &World, id: &str, instance: &Instance, cloud: &dyn Fn(&str) -> Value) -> Value {
    let port = world.interfaces.get(&instance.interface);
    let tie = |disk: &str| {
        let tie = world.disks.get(disk).and_then(|d| d.attachments.get(id));
        tie.map_or(AttachmentStatus::Attached, |a| a.status).as_str()
    };
    let system = match &instance.system_disk {
        SystemDisk::Local { size_gb } => json!({
            "diskCategory": "local",
            "autoDelete": true,
            "localDisk": {"diskType": "ssd", "diskSizeGB": size_gb},
            "deviceName": "vda",
            "status": "attached",
        }),
        SystemDisk::Cloud { disk } => json!({
            "diskCategory": "cloud",
            "autoDelete": true,
            "cloudDisk": cloud(disk),
            "deviceName": "vda",
            "status": tie(disk),
        }),
    };
    let mut slots: Vec<(&String, &AttachedDisk)> = instance.data_disks.iter().collect();
    slots.sort_by_key(|(_, slot)| (slot.device.len(), &slot.device));
    let data: Vec<Value> = slots
        .into_iter()
        .map(|(disk, slot)| {
            json!({
                "diskCategory": "cloud",
                "autoDelete": slot.auto_delete,
                "cloudDisk": cloud(disk),
                "deviceName": slot.device,
                "status": tie(disk),
            })
        })
        .collect();
    json!({
        "instanceId": id,
        "instanceName": instance.name,
        "instanceType": instance.instance_type,
        "vpcId": port.map(|p| p.vpc.as_str()),
        "subnetId": port.map(|p| p.subnet.as_str()),
        "privateIpAddress": port.map(|p| p.address.to_string()),
        "status": instance.status.as_str(),
        "description": instance.description,
        "imageId": instance.image,
        "systemDisk": system,
        "dataDisks": data,
        "primaryNetworkInterface": {"deviceIndex": 1, "autoDelete": true},
        "secondaryNetworkInterfaces": interfaces::view(world, id, |id, port| interface(world, id, port)),
        "launchTime": instance.created.to_string(),
        "az": instance.az,
        "keyNames": instance.key_names,
        "chargeOnStopped": instance.charge_on_stopped,
        "bootMode": "bios",
    })
}

fn bound_elastic_ip<'w>(world: &'w World, port: Option<&NetworkInterface>) -> Option<(&'w String, String)> {
    let id = port?.elastic_ip.as_ref()?;
    world.elastic_ips.get_key_value(id).map(|(id, e)| (id, e.address.to_string()))
}

fn interface(world: &World, id: &str, port: &NetworkInterface) -> Value {
    let groups: Vec<Value> = port
        .security_groups
        .iter()
        .map(|group| {
            let name = world.security_groups.get(group).map(|g| g.name.as_str());
            json!({"groupId": group, "groupName": name})
        })
        .collect();
    let primary = vpc::address_view(world, port.address, port.elastic_ip.as_ref());
    let secondary: Vec<Value> =
        port.secondary_ips.iter().map(|ip| vpc::address_view(world, ip.address, ip.elastic_ip.as_ref())).collect();
    json!({
        "networkInterfaceId": id,
        "macAddress": port.mac,
        "vpcId": port.vpc,
        "subnetId": port.subnet,
        "securityGroups": groups,
        "sanityCheck": port.sanity_check,
        "primaryIp": primary,
        "secondaryIps": secondary,
        "ipv6Addresses": [],
    })
}
