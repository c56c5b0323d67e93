//! Instances: their life on a clock, their ties, their refusals.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn status(cloud: &Cloud, id: &str) -> String {
    text(&cloud.show(id), "status")
}

#[test]
fn an_instance_lives_on_the_clock() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let id = cloud.instance(&subnet);
    let of = |id: &str| json!({"instanceId": id});
    assert_eq!(status(&cloud, &id), "pending");
    assert_eq!(cloud.err("vm", "stopInstance", of(&id)), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(25);
    assert_eq!(status(&cloud, &id), "starting");
    cloud.pass(20);
    assert_eq!(status(&cloud, &id), "running");

    for (operation, via, to) in [
        ("rebootInstance", "rebooting", "running"),
        ("stopInstance", "stopping", "stopped"),
        ("startInstance", "starting", "running"),
    ] {
        cloud.ok("vm", operation, of(&id));
        assert_eq!(status(&cloud, &id), via);
        let (code, status_word, message) = cloud.error("vm", "deleteInstance", of(&id));
        assert_eq!((code, status_word.as_str()), (400, "FAILED_PRECONDITION"));
        assert!(message.contains("underlay task"), "{message}");
        cloud.pass(40);
        assert_eq!(status(&cloud, &id), to);
    }
    cloud.ok("vm", "deleteInstance", of(&id));
    assert_eq!(status(&cloud, &id), "deleting");
    cloud.pass(30);
    assert_eq!(cloud.err("vm", "describeInstance", of(&id)), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.ok("vm", "describeInstances", json!({}))["totalCount"], 0);
    assert_eq!(cloud.ok("vpc", "describeSubnet", json!({"subnetId": subnet}))["subnet"]["availableIpCount"], 252);
}

#[test]
fn refused_specifications() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let other_vpc = cloud.vpc("other", "10.1.0.0/16");
    let group = cloud.ok(
        "vpc",
        "createNetworkSecurityGroup",
        json!({"vpcId": other_vpc, "networkSecurityGroupName": "foreign"}),
    );
    let cases: Vec<(&str, Value, (i64, &str))> = vec![
        ("az", json!("cn-east-2a"), (400, "INVALID_ARGUMENT")),
        ("az", Value::Null, (400, "INVALID_ARGUMENT")),
        ("name", json!("x"), (400, "INVALID_ARGUMENT")),
        ("name", json!(".web"), (400, "INVALID_ARGUMENT")),
        ("instanceType", json!("g.n9.huge"), (400, "INVALID_ARGUMENT")),
        ("imageId", json!("img-nothing"), (404, "NOT_FOUND")),
        ("password", json!("password"), (400, "INVALID_ARGUMENT")),
        ("password", json!("Abcdef1!"), (400, "INVALID_ARGUMENT")),
        ("hostname", json!("-web-"), (400, "INVALID_ARGUMENT")),
        ("keyNames", json!(["nobody"]), (404, "NOT_FOUND")),
        ("charge", json!({"chargeMode": "postpaid_by_usage"}), (400, "INVALID_ARGUMENT")),
        ("charge", json!({"chargeMode": "prepaid_by_duration"}), (400, "INVALID_ARGUMENT")),
        (
            "charge",
            json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 10}),
            (400, "OUT_OF_RANGE"),
        ),
        ("primaryNetworkInterface", json!({"networkInterface": {"subnetId": "subnet-none"}}), (404, "NOT_FOUND")),
        (
            "primaryNetworkInterface",
            json!({"networkInterface": {"subnetId": subnet, "securityGroups": [group["networkSecurityGroupId"]]}}),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "primaryNetworkInterface",
            json!({"networkInterface": {"subnetId": subnet, "primaryIpAddress": "10.0.1.2"}}),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "dataDisks",
            json!([{"diskCategory": "cloud", "cloudDiskSpec":
                {"az": "cn-north-1b", "name": "d", "diskType": "ssd.gp1", "diskSizeGB": 20}}]),
            (400, "INVALID_ARGUMENT"),
        ),
        (
            "systemDisk",
            json!({"diskCategory": "cloud", "cloudDiskSpec":
                {"az": "cn-north-1a", "name": "s", "diskType": "ssd.gp1", "diskSizeGB": 30}}),
            (400, "OUT_OF_RANGE"),
        ),
        ("dedicatedHostId", json!("host-1"), (501, "NOT_IMPLEMENTED")),
        ("userTags", json!([{"key": "jdc-x", "value": ""}]), (400, "INVALID_ARGUMENT")),
    ];
    for (field, value, (code, word)) in cases {
        let mut spec = cloud.spec(&subnet);
        spec[field] = value.clone();
        let params = json!({"instanceSpec": spec});
        assert_eq!(cloud.err("vm", "createInstances", params), fault(code, word), "{field} = {value}");
    }
    assert_eq!(cloud.ok("vm", "describeInstances", json!({}))["totalCount"], 0);
}

#[test]
fn everything_that_comes_and_goes_with_an_instance() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let disk = |name: &str, keep: bool| {
        json!({"diskCategory": "cloud", "autoDelete": !keep, "cloudDiskSpec":
            {"az": "cn-north-1a", "name": name, "diskType": "ssd.gp1", "diskSizeGB": 20}})
    };
    let mut spec = cloud.spec(&subnet);
    spec["dataDisks"] = json!([disk("goes", false), disk("stays", true)]);
    spec["elasticIp"] = json!({"bandwidthMbps": 1, "provider": "bgp"});
    spec["userTags"] = json!([{"key": "env", "value": "test"}]);
    let made = cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    let id = made["instanceIds"][0].as_str().unwrap();
    cloud.pass(60);

    let shown = cloud.show(id);
    assert_eq!(shown["status"], "running");
    assert_eq!(shown["privateIpAddress"], "10.0.1.3");
    assert_eq!(shown["systemDisk"]["cloudDisk"]["status"], "in-use");
    assert_eq!(shown["dataDisks"][0]["deviceName"], "vdb");
    assert_eq!(shown["dataDisks"][1]["status"], "attached");
    assert_eq!(shown["tags"], json!([{"key": "env", "value": "test"}]));
    assert_eq!(shown["platform"], "Ubuntu");
    let elastic_ip = text(&shown, "elasticIpId");
    let brief = cloud.ok("vm", "describeBriefInstances", json!({}));
    assert_eq!(brief["instances"][0]["dataDisks"][0]["cloudDisk"]["diskSizeGB"], 20);

    // In use, all of it.
    assert_eq!(cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet})), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(
        cloud.err("vpc", "deleteElasticIp", json!({"elasticIpId": elastic_ip})),
        fault(400, "FAILED_PRECONDITION")
    );

    cloud.ok("vm", "deleteInstance", json!({"instanceId": id, "deletePrimaryNetworkInterfaceAllElasticIp": true}));
    cloud.pass(30);
    let disks = cloud.ok("disk", "describeDisks", json!({}));
    assert_eq!(disks["totalCount"], 1);
    assert_eq!(disks["disks"][0]["name"], "stays");
    assert_eq!(disks["disks"][0]["status"], "available");
    assert_eq!(cloud.err("vpc", "describeElasticIp", json!({"elasticIpId": elastic_ip})), fault(404, "NOT_FOUND"));
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
}

#[test]
fn a_disk_is_attached_and_detached_one_task_at_a_time() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let (id, other) = (cloud.instance(&subnet), cloud.instance(&subnet));
    let (disk, second) = (cloud.disk(), cloud.disk());
    let tie = |id: &str, disk: &str| json!({"instanceId": id, "diskId": disk});
    assert_eq!(cloud.err("vm", "attachDisk", tie(&id, &disk)), fault(400, "FAILED_PRECONDITION"), "still pending");
    cloud.pass(60);
    cloud.ok("vm", "attachDisk", tie(&id, &disk));
    let shown = || cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"].clone();
    assert_eq!(
        (shown()["status"].clone(), shown()["attachments"][0]["status"].clone()),
        (json!("in-use"), json!("attaching"))
    );
    assert_eq!(cloud.err("vm", "attachDisk", tie(&id, &second)), fault(400, "FAILED_PRECONDITION"), "instance is busy");
    assert_eq!(cloud.err("vm", "attachDisk", tie(&other, &disk)), fault(400, "FAILED_PRECONDITION"), "disk is busy");
    cloud.pass(10);
    assert_eq!(shown()["attachments"][0]["status"], "attached");
    let (_, _, message) = cloud.error("vm", "attachDisk", tie(&id, &disk));
    assert!(message.contains("already attached"), "{message}");
    assert_eq!(cloud.err("disk", "deleteDisk", json!({"diskId": disk})), fault(400, "FAILED_PRECONDITION"));

    cloud.ok(
        "vm",
        "modifyInstanceDiskAttribute",
        json!({"instanceId": id, "dataDisks": [{"diskId": disk, "autoDelete": true}]}),
    );
    assert_eq!(cloud.show(&id)["dataDisks"][0]["autoDelete"], true);
    cloud.ok("vm", "detachDisk", tie(&id, &disk));
    cloud.pass(10);
    assert_eq!(shown()["status"], "available");
    assert_eq!(cloud.show(&id)["dataDisks"], json!([]));
    assert_eq!(cloud.err("vm", "detachDisk", tie(&id, &disk)), fault(400, "FAILED_PRECONDITION"));
}

#[test]
fn a_disk_of_another_zone_is_refused_and_both_spellings_of_one_are_the_same() {
    let mut cloud = Cloud::new();
    cloud.region = "cn-east-2";
    let (_, subnet) = cloud.network();
    let mut spec = cloud.spec(&subnet);
    spec["az"] = json!("cn-north-2a");
    let made = cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    cloud.pass(60);
    let disk = |az: &str| {
        let spec = json!({"az": az, "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 100});
        let made = cloud.ok("disk", "createDisks", json!({"diskSpec": spec, "maxCount": 1, "clientToken": az}));
        cloud.pass(10);
        made["diskIds"][0].clone()
    };
    let attach = |disk: Value| json!({"instanceId": made["instanceIds"][0], "diskId": disk});
    assert_eq!(cloud.err("vm", "attachDisk", attach(disk("cn-east-2b"))), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("vm", "attachDisk", attach(disk("cn-east-2a")));
    let shown = cloud.show(made["instanceIds"][0].as_str().unwrap());
    assert_eq!(shown["az"], "cn-north-2a", "as it was sent");
}

#[test]
fn an_elastic_ip_belongs_to_one_instance() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let (id, other) = (cloud.instance(&subnet), cloud.instance(&subnet));
    let (elastic_ip, second) = (cloud.elastic_ip(), cloud.elastic_ip());
    let tie = |id: &str, elastic_ip: &str| json!({"instanceId": id, "elasticIpId": elastic_ip});
    cloud.pass(60);
    cloud.ok("vm", "associateElasticIp", tie(&id, &elastic_ip));
    for (id, elastic_ip) in [(&id, &elastic_ip), (&other, &elastic_ip), (&id, &second)] {
        assert_eq!(cloud.err("vm", "associateElasticIp", tie(id, elastic_ip)), fault(400, "FAILED_PRECONDITION"));
    }
    let shown = cloud.ok("vpc", "describeElasticIp", json!({"elasticIpId": elastic_ip}))["elasticIp"].clone();
    assert_eq!(
        (&shown["status"], &shown["instanceId"], &shown["instanceType"]),
        (&json!("ASSOCIATED"), &json!(id), &json!("compute"))
    );
    assert_eq!(cloud.show(&id)["elasticIpAddress"], shown["elasticIpAddress"]);
    assert_eq!(cloud.err("vm", "disassociateElasticIp", tie(&other, &elastic_ip)), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vm", "disassociateElasticIp", tie(&id, &elastic_ip));
    cloud.ok("vpc", "deleteElasticIp", json!({"elasticIpId": elastic_ip}));
}

#[test]
fn changes_that_need_a_stop() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let second = cloud.subnet(&vpc, "10.0.2.0/24");
    let id = cloud.instance(&subnet);
    cloud.pass(60);
    let changes = [
        ("resizeInstance", json!({"instanceId": id, "instanceType": "g.n2.large"}), "resizing"),
        (
            "rebuildInstance",
            json!({"instanceId": id, "imageId": "img-centos79", "password": "DevOps2019~"}),
            "rebuilding",
        ),
        ("modifyInstanceVpcAttribute", json!({"instanceId": id, "subnetId": second}), "stopped"),
    ];
    for (operation, params, _) in &changes {
        assert_eq!(
            cloud.err("vm", operation, params.clone()),
            fault(400, "FAILED_PRECONDITION"),
            "{operation} while running"
        );
    }
    cloud.ok("vm", "stopInstance", json!({"instanceId": id}));
    cloud.pass(60);
    for (operation, params, via) in changes {
        cloud.ok("vm", operation, params);
        assert_eq!(status(&cloud, &id), via);
        cloud.pass(60);
        assert_eq!(status(&cloud, &id), "stopped");
    }
    let shown = cloud.show(&id);
    assert_eq!((&shown["instanceType"], &shown["imageId"]), (&json!("g.n2.large"), &json!("img-centos79")));
    assert_eq!((&shown["subnetId"], &shown["privateIpAddress"]), (&json!(second), &json!("10.0.2.3")));

    let name = json!({"instanceId": id, "name": "db", "description": "x", "hostname": "db-1"});
    cloud.ok("vm", "modifyInstanceAttribute", name);
    assert_eq!(
        (cloud.show(&id)["instanceName"].clone(), cloud.show(&id)["hostname"].clone()),
        (json!("db"), json!("db-1"))
    );
    cloud.ok("vm", "modifyInstancePassword", json!({"instanceId": id, "password": "DevOps2020~"}));
    assert_eq!(
        cloud.err("vm", "modifyInstancePassword", json!({"instanceId": id, "password": "short"})),
        fault(400, "INVALID_ARGUMENT")
    );
}

#[test]
fn key_pairs() {
    let cloud = Cloud::new();
    let line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIE5vdEFSZWFsS2V5Tm90QVJlYWxLZXlOb3RBUmVhbEtl test";
    let import = |name: &str, key: &str| json!({"keyName": name, "publicKey": key});
    let made = cloud.ok("vm", "importKeypair", import("deploy", line));
    assert_eq!(made["keyFingerprint"].as_str().unwrap().len(), 47);
    assert_eq!(cloud.err("vm", "importKeypair", import("deploy", line)), fault(409, "ALREADY_EXISTS"));
    assert_eq!(cloud.err("vm", "importKeypair", import("other", "no key")), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("vm", "importKeypair", import("a b", line)), fault(400, "INVALID_ARGUMENT"));
    assert!(
        cloud.ok("vm", "createKeypair", json!({"keyName": "made"}))["privateKey"]
            .as_str()
            .unwrap()
            .contains("EMULATED")
    );

    let filter = json!({"filters": [{"name": "keyNames", "values": ["deploy", "nobody"]}]});
    let found = cloud.ok("vm", "describeKeypairs", filter);
    assert_eq!((&found["totalCount"], &found["keypairs"][0]["keyName"]), (&json!(1), &json!("deploy")));
    cloud.ok("vm", "deleteKeypair", json!({"keyName": "deploy"}));
    assert_eq!(cloud.err("vm", "deleteKeypair", json!({"keyName": "deploy"})), fault(404, "NOT_FOUND"));
}

#[test]
fn a_repeated_client_token_makes_nothing_new() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let params = json!({"instanceSpec": cloud.spec(&subnet), "maxCount": 3, "clientToken": "once"});
    let first = cloud.ok("vm", "createInstances", params.clone());
    assert_eq!(first["instanceIds"].as_array().unwrap().len(), 3);
    assert_eq!(cloud.ok("vm", "createInstances", params), first);
    assert_eq!(cloud.ok("vm", "describeInstanceStatus", json!({}))["totalCount"], 3);
    let long = json!({"instanceSpec": cloud.spec(&subnet), "clientToken": "x".repeat(65)});
    assert_eq!(cloud.err("vm", "createInstances", long), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn images_and_types_can_be_looked_up() {
    let cloud = Cloud::new();
    assert_eq!(cloud.err("vm", "describeImages", json!({})), fault(400, "INVALID_ARGUMENT"));
    let found = cloud.ok(
        "vm",
        "describeImages",
        json!({"imageSource": "public", "platform": "Ubuntu", "architecture": "x86_64"}),
    );
    assert_eq!(found["images"][0]["osVersion"], "24.04");
    assert_eq!(cloud.ok("vm", "describeImages", json!({"ids": ["img-centos79"]}))["totalCount"], 1);

    let by_zone = json!({"filters": [{"name": "az", "values": ["cn-north-1a"]}, {"name": "instanceTypes", "values": ["g.n2.large"]}]});
    let found = cloud.ok("vm", "describeInstanceTypes", by_zone);
    assert_eq!((&found["instanceTypes"][0]["cpu"], &found["instanceTypes"][0]["memoryMB"]), (&json!(2), &json!(8192)));
    assert_eq!(found["instanceTypes"][0]["state"], json!([{"az": "cn-north-1a", "inStock": true}]));
}

#[test]
fn prepaid_instances_stay_until_they_expire() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let mut spec = cloud.spec(&subnet);
    spec["charge"] = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1});
    let made = cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    let id = made["instanceIds"][0].as_str().unwrap();
    cloud.pass(60);
    assert_eq!(cloud.show(id)["charge"]["chargeExpiredTime"], "2026-02-15T23:59:59Z");
    assert_eq!(cloud.err("vm", "deleteInstance", json!({"instanceId": id})), fault(400, "FAILED_PRECONDITION"));
    cloud.inner.outside("clock", &json!({"advanceMillis": 32_i64 * 86_400_000}));
    assert_eq!(cloud.show(id)["charge"]["chargeStatus"], "overdue");
    cloud.ok("vm", "deleteInstance", json!({"instanceId": id}));
}

#[test]
fn renewal_is_turned_on_and_off() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let postpaid = cloud.instance(&subnet);
    let set = |id: &str, status: &str| {
        json!({"setRenewalParam": {
            "appCode": "jcloud", "serviceCode": "disk", "instanceIds": id, "autoRenewStatus": status,
        }})
    };
    let charge =
        json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1, "autoRenew": true});
    let spec = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 20, "charge": charge});
    let made = cloud.ok("disk", "createDisks", json!({"diskSpec": spec, "maxCount": 1, "clientToken": "one"}));
    let id = made["diskIds"][0].as_str().expect("an id").to_owned();
    let query = json!({"queryInstanceParam": {"appCode": "jcloud", "serviceCode": "disk", "instanceId": id}});
    let status = || cloud.ok("renewal", "queryInstance", query.clone())["listQueries"][0]["autoRenewStatus"].clone();
    assert_eq!(status(), "OPENED");
    cloud.ok("renewal", "setRenewal", set(&id, "CLOSE"));
    assert_eq!(status(), "UNOPENED");
    cloud.ok("renewal", "setRenewal", set(&id, "OPEN"));
    assert_eq!(status(), "OPENED");
    assert_eq!(cloud.err("renewal", "setRenewal", set(&id, "on")), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("renewal", "setRenewal", set("vol-none", "OPEN")), fault(404, "NOT_FOUND"));
    let mut other = set(&postpaid, "OPEN");
    other["setRenewalParam"]["serviceCode"] = json!("vm");
    assert_eq!(cloud.err("renewal", "setRenewal", other), fault(400, "FAILED_PRECONDITION"));
}
