//! Disks: sizes, IOPS, states, tombstones.

use crate::cloud::{Cloud, fault};
use serde_json::{Value, json};

fn create(spec: Value, token: &str) -> Value {
    json!({"diskSpec": spec, "maxCount": 1, "clientToken": token})
}

#[test]
fn refused_specifications() {
    let cloud = Cloud::new();
    let good = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.io1", "diskSizeGB": 100});
    for (field, value, word) in [
        ("az", json!("cn-east-1a"), "INVALID_ARGUMENT"),
        ("name", json!("a name"), "INVALID_ARGUMENT"),
        ("diskType", json!("tape"), "INVALID_ARGUMENT"),
        ("diskSizeGB", json!(10), "OUT_OF_RANGE"),
        ("diskSizeGB", json!(16010), "OUT_OF_RANGE"),
        ("diskSizeGB", json!(25), "INVALID_ARGUMENT"),
        ("iops", json!(5001), "INVALID_ARGUMENT"),
        ("iops", json!(6000), "INVALID_ARGUMENT"),
        ("charge", json!({"chargeMode": "postpaid_by_usage"}), "INVALID_ARGUMENT"),
        (
            "charge",
            json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "year", "chargeDuration": 4}),
            "OUT_OF_RANGE",
        ),
    ] {
        let mut spec = good.clone();
        spec[field] = value.clone();
        assert_eq!(cloud.err("disk", "createDisks", create(spec, "t")), fault(400, word), "{field} = {value}");
    }
    let made = cloud.ok("disk", "createDisks", create(good, "t"));
    let shown = cloud.ok("disk", "describeDisk", json!({"diskId": made["diskIds"][0]}))["disk"].clone();
    assert_eq!((&shown["iops"], &shown["status"]), (&json!(3000), &json!("creating")));
    let mut gp1 = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 100});
    gp1["iops"] = json!(300);
    assert_eq!(cloud.err("disk", "createDisks", create(gp1, "u")), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn a_disk_grows_when_nothing_else_happens_to_it() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    let extend = |size: i64| json!({"diskId": disk, "diskSizeGB": size});
    let (_, _, message) = cloud.error("disk", "extendDisk", extend(200));
    assert!(message.contains("underlay task"), "{message}");
    cloud.pass(10);
    assert_eq!(cloud.err("disk", "extendDisk", extend(50)), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("disk", "extendDisk", extend(200));
    let shown = || cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"].clone();
    assert_eq!(shown()["status"], "extending");
    assert_eq!(cloud.err("disk", "deleteDisk", json!({"diskId": disk})), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(20);
    assert_eq!((&shown()["status"], &shown()["diskSizeGB"]), (&json!("available"), &json!(200)));
}

#[test]
fn a_deleted_disk_stays_readable_by_its_id() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    cloud.pass(10);
    cloud.ok("disk", "deleteDisk", json!({"diskId": disk}));
    cloud.pass(10);
    assert_eq!(cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["status"], "deleted");
    assert_eq!(cloud.ok("disk", "describeDisks", json!({}))["totalCount"], 0);
    let deleted = json!({"filters": [{"name": "status", "values": ["deleted"]}]});
    assert_eq!(cloud.ok("disk", "describeDisks", deleted)["totalCount"], 1);
    assert_eq!(cloud.err("disk", "deleteDisk", json!({"diskId": disk})), fault(404, "NOT_FOUND"));
    assert_eq!(cloud.err("disk", "describeDisk", json!({"diskId": "vol-none"})), fault(404, "NOT_FOUND"));
}

#[test]
fn the_recycle_bin_gives_back() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    cloud.pass(10);
    cloud.ok("disk", "deleteDisk", json!({"diskId": disk, "putInRecycleBin": true}));
    let status = || cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["status"].clone();
    assert_eq!(status(), "in-recyclebin");
    cloud.ok("disk", "recoverDisk", json!({"diskId": disk}));
    assert_eq!(status(), "available");
}

#[test]
fn a_client_token_is_required_and_counts_per_region() {
    let cloud = Cloud::new();
    let spec = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 20});
    let three = json!({"diskSpec": spec, "maxCount": 3, "clientToken": "once"});
    let first = cloud.ok("disk", "createDisks", three.clone());
    assert_eq!(cloud.ok("disk", "createDisks", three.clone()), first);
    let mut south = three;
    south["regionId"] = json!("cn-south-1");
    south["diskSpec"]["az"] = json!("cn-south-1a");
    assert_ne!(cloud.ok("disk", "createDisks", south), first);
    assert_eq!(cloud.ok("disk", "describeDisks", json!({}))["totalCount"], 3);
    let quota = cloud.ok("disk", "describeQuota", json!({"type": "disk"}))["quota"].clone();
    assert_eq!(quota, json!({"limit": 40, "used": 3}));
}
