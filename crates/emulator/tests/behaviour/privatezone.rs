//! Private zones and their records.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn zone(name: &str, zone_type: &str) -> Value {
    json!({"zone": name, "zoneType": zone_type, "instanceId": "pdns-emulator"})
}

/// Makes a zone and looks for it, since the call answers nothing.
fn made(cloud: &Cloud, name: &str, zone_type: &str) -> String {
    assert_eq!(cloud.ok("privatezone", "createZone", zone(name, zone_type)), json!({}));
    let found = cloud.ok("privatezone", "describeZones", json!({"zone": name}));
    text(&found["dataList"][0], "zoneId")
}

fn bound(vpcs: &[&str]) -> Value {
    vpcs.iter().map(|vpc| json!({"regionId": "cn-north-1", "vpcId": vpc})).collect()
}

#[test]
fn zones_of_three_types() {
    let cloud = Cloud::new();
    let packages = cloud.ok("privatezone", "describeInstances", json!({}));
    assert_eq!(packages["dataList"][0]["instanceId"], "pdns-emulator");
    for (name, zone_type) in [
        ("example.com", "LOCAL"),
        ("8.8.in-addr.arpa", "PTR"),
        ("32.172.in-addr.arpa", "PTR"),
        ("10.in-addr.arpa", "PV"),
        ("exa mple", "PV"),
        ("-a.example", "PV"),
        ("example", "PUBLIC"),
    ] {
        let refused = cloud.err("privatezone", "createZone", zone(name, zone_type));
        assert_eq!(refused, fault(400, "INVALID_ARGUMENT"), "{name} {zone_type}");
    }
    let mut elsewhere = zone("example.com", "PV");
    elsewhere["instanceId"] = json!("pdns-nobody");
    assert_eq!(cloud.err("privatezone", "createZone", elsewhere), fault(404, "NOT_FOUND"));
    made(&cloud, "16.172.in-addr.arpa", "PTR");
    made(&cloud, "corp.local", "LOCAL");
    assert_eq!(cloud.err("privatezone", "createZone", zone("corp.local", "LOCAL")), fault(409, "ALREADY_EXISTS"));
    cloud.ok("privatezone", "createZone", zone("Example.COM.", "PV"));
    let found = cloud.ok("privatezone", "describeZones", json!({"zone": "example"}));
    assert_eq!(found["dataList"][0]["zone"], "example.com");
}

#[test]
fn a_vpc_sees_one_zone_of_a_name() {
    let cloud = Cloud::new();
    let (vpc, other) = (cloud.vpc("main", "10.0.0.0/16"), cloud.vpc("other", "10.1.0.0/16"));
    let id = made(&cloud, "example.com", "PV");
    let bind = |id: &str, vpcs: &[&str]| json!({"zoneId": id, "bindVpc": bound(vpcs)});
    cloud.ok("privatezone", "bindVpc", bind(&id, &[&vpc]));
    let mut second = zone("example.com", "PV");
    second["bindVpc"] = bound(&[&vpc]);
    assert_eq!(cloud.err("privatezone", "createZone", second.clone()), fault(409, "ALREADY_EXISTS"));
    second["bindVpc"] = bound(&[&other]);
    cloud.ok("privatezone", "createZone", second);
    assert_eq!(cloud.err("privatezone", "bindVpc", bind(&id, &[&vpc, &other])), fault(409, "ALREADY_EXISTS"));
    assert_eq!(cloud.err("privatezone", "bindVpc", bind(&id, &["vpc-nobody"])), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.err("vpc", "deleteVpc", json!({"vpcId": vpc})), fault(400, "FAILED_PRECONDITION"));
    // What is bound is what was said last.
    cloud.ok("privatezone", "bindVpc", bind(&id, &[]));
    let shown = cloud.ok("privatezone", "describeZones", json!({"zoneId": id, "zone": "nonsense"}));
    assert_eq!((&shown["totalCount"], &shown["dataList"][0]["bindVpc"]), (&json!(1), &json!([])));
    cloud.ok("vpc", "deleteVpc", json!({"vpcId": vpc}));
    let pages = cloud.ok("privatezone", "describeZones", json!({"pageNumber": 2, "pageSize": 1}));
    let counts = ["currentCount", "totalCount", "totalPage"];
    assert_eq!(counts.map(|name| pages[name].as_i64().unwrap()), [1, 2, 2]);
    assert_eq!(cloud.ok("privatezone", "describeZones", json!({"pageNumber": 3}))["dataList"], json!([]));
    cloud.ok("privatezone", "deleteZone", json!({"zoneId": id}));
    assert_eq!(cloud.err("privatezone", "deleteZone", json!({"zoneId": id})), fault(404, "NOT_FOUND"));
}

#[test]
fn records_by_their_types() {
    let cloud = Cloud::new();
    let id = made(&cloud, "example.com", "PV");
    let record = |members: Value| {
        let mut record = json!({"zoneId": id, "hostRecord": "www"});
        for (name, value) in members.as_object().unwrap() {
            record[name] = value.clone();
        }
        record
    };
    let add = |members: Value| cloud.ok("privatezone", "createResourceRecord", record(members));
    let list = || {
        let found = cloud.ok("privatezone", "describeResourceRecords", json!({"zoneId": id, "pageSize": 100}));
        found["dataList"].as_array().unwrap().clone()
    };
    for wrong in [
        json!({"recordType": "A", "hostValue": "10.0.0"}),
        json!({"recordType": "AAAA", "hostValue": "10.0.0.1"}),
        json!({"recordType": "MX", "hostValue": "mail.example.com"}),
        json!({"recordType": "SRV", "hostValue": "sip.example.com", "priority": 1}),
        json!({"recordType": "A", "hostValue": "10.0.0.1", "priority": 1}),
        json!({"recordType": "TXT", "hostValue": "x", "weight": 1}),
        json!({"recordType": "CNAME", "hostValue": "example.org", "weight": 0}),
        json!({"recordType": "PTR", "hostValue": "example.org"}),
        json!({"recordType": "NS", "hostValue": "example.org"}),
        json!({"recordType": "A", "hostValue": "10.0.0.1", "hostRecord": "a b"}),
    ] {
        let refused = cloud.err("privatezone", "createResourceRecord", record(wrong.clone()));
        assert_eq!(refused, fault(400, "INVALID_ARGUMENT"), "{wrong}");
    }
    assert_eq!(add(json!({"recordType": "A", "hostValue": "10.0.0.1"})), json!({}));
    add(json!({"recordType": "A", "hostValue": "10.0.0.2", "weight": 5, "ttl": 300}));
    for second in
        [json!({"recordType": "A", "hostValue": "10.0.0.1"}), json!({"recordType": "CNAME", "hostValue": "a.b"})]
    {
        let refused = cloud.err("privatezone", "createResourceRecord", record(second));
        assert_eq!(refused, fault(409, "ALREADY_EXISTS"));
    }
    add(json!({"hostRecord": "mail", "recordType": "MX", "hostValue": "mx.example.com", "priority": 10}));
    let id_of = |value: &str| {
        let found = list().into_iter().find(|record| record["hostValue"] == value).unwrap();
        found["id"].as_i64().unwrap().to_string()
    };
    let of = |number: &str, members: Value| {
        let mut call = record(members);
        call["resourceRecordId"] = json!(number);
        call
    };
    cloud.ok(
        "privatezone",
        "modifyResourceRecord",
        of(&id_of("10.0.0.1"), json!({"hostValue": "10.0.0.9", "ttl": 600})),
    );
    let taken = of(&id_of("10.0.0.9"), json!({"hostValue": "10.0.0.2"}));
    assert_eq!(cloud.err("privatezone", "modifyResourceRecord", taken), fault(409, "ALREADY_EXISTS"));
    let two = format!("{},{}", id_of("10.0.0.9"), id_of("10.0.0.2"));
    let turn = |numbers: &str, status: &str| json!({"zoneId": id, "resourceRecordId": numbers, "status": status});
    cloud.ok("privatezone", "setResourceRecordsStatus", turn(&two, "STOP"));
    let shown = cloud.ok("privatezone", "describeZones", json!({"zoneId": id}))["dataList"][0].clone();
    assert_eq!((&shown["recordCount"], &shown["resolveStatus"]), (&json!(3), &json!("PARTIAL")));
    let wrong = format!("{two},1");
    let delete = |numbers: &str| json!({"zoneId": id, "resourceRecordId": numbers});
    assert_eq!(cloud.err("privatezone", "deleteResourceRecords", delete(&wrong)), fault(404, "NOT_FOUND"));
    assert_eq!(list().len(), 3);
    cloud.ok("privatezone", "deleteResourceRecords", delete(&two));
    assert_eq!(list().len(), 1);
    // What is left goes with the zone.
    cloud.ok("privatezone", "deleteZone", json!({"zoneId": id}));
    assert_eq!(cloud.inner.outside("inventory", &json!({}))["result"]["objects"], json!([]));
}
