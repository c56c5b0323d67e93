//! Snapshots of disks, and the policies that disks are under.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn snapshot(cloud: &Cloud, disk: &str, token: &str) -> String {
    let params = json!({"snapshotSpec": {"name": "before", "diskId": disk}, "clientToken": token});
    text(&cloud.ok("disk", "createSnapshot", params), "snapshotId")
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("disk", "describeSnapshot", json!({"snapshotId": id}))["snapshot"].clone()
}

fn policy() -> Value {
    json!({
        "name": "nightly", "interval": 86400, "effectiveTime": "2026-02-02T12:02:00+00:00", "snapshotLifecycle": 0,
        "status": 1,
    })
}

#[test]
fn a_disk_is_busy_while_a_snapshot_is_made_of_it() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    let again = json!({"snapshotSpec": {"name": "before", "diskId": disk}, "clientToken": "early"});
    assert_eq!(
        cloud.err("disk", "createSnapshot", again),
        fault(400, "FAILED_PRECONDITION"),
        "the disk is not made yet"
    );
    cloud.pass(10);
    let id = snapshot(&cloud, &disk, "one");
    assert_eq!(snapshot(&cloud, &disk, "one"), id, "the same token makes nothing new");
    assert_eq!(shown(&cloud, &id)["status"], "creating");
    for (operation, mut params) in [
        ("createSnapshot", json!({"snapshotSpec": {"name": "second", "diskId": disk}, "clientToken": "two"})),
        ("extendDisk", json!({"diskSizeGB": 200})),
        ("deleteDisk", json!({})),
    ] {
        params["diskId"] = json!(disk);
        if operation == "createSnapshot" {
            params.as_object_mut().unwrap().remove("diskId");
        }
        let (code, _, message) = cloud.error("disk", operation, params);
        assert_eq!(code, 400, "{operation}");
        assert!(message.contains("underlay task"), "{operation}: {message}");
    }
    assert_eq!(cloud.err("disk", "deleteSnapshot", json!({"snapshotId": id})), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(30);
    assert_eq!(
        (&shown(&cloud, &id)["status"], &shown(&cloud, &id)["snapshotSizeGB"]),
        (&json!("available"), &json!(100))
    );
    cloud.ok("disk", "extendDisk", json!({"diskId": disk, "diskSizeGB": 200}));
}

#[test]
fn a_snapshot_outlives_its_disk_and_another_begins_with_it() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    cloud.pass(10);
    let id = snapshot(&cloud, &disk, "one");
    cloud.pass(30);
    cloud.ok("disk", "deleteDisk", json!({"diskId": disk}));
    cloud.pass(10);
    let of_deleted = json!({"snapshotSpec": {"name": "late", "diskId": disk}, "clientToken": "late"});
    assert_eq!(cloud.err("disk", "createSnapshot", of_deleted), fault(404, "NOT_FOUND"));
    let begin = |size: i64, token: &str| {
        let spec =
            json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": size, "snapshotId": id});
        json!({"diskSpec": spec, "maxCount": 1, "clientToken": token})
    };
    assert_eq!(cloud.err("disk", "createDisks", begin(90, "small")), fault(400, "INVALID_ARGUMENT"));
    let made = cloud.ok("disk", "createDisks", begin(100, "enough"));
    let new = cloud.ok("disk", "describeDisk", json!({"diskId": made["diskIds"][0]}));
    assert_eq!(new["disk"]["snapshotId"], json!(id));
    cloud.ok("disk", "deleteSnapshot", json!({"snapshotId": id}));
    assert_eq!(shown(&cloud, &id)["status"], "deleting");
    assert_eq!(cloud.err("disk", "createDisks", begin(100, "gone")), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(30);
    assert_eq!(cloud.err("disk", "describeSnapshot", json!({"snapshotId": id})), fault(404, "NOT_FOUND"));
}

#[test]
fn snapshots_are_listed_changed_and_counted() {
    let cloud = Cloud::new();
    let (disk, other) = (cloud.disk(), cloud.disk());
    cloud.pass(10);
    let (id, second) = (snapshot(&cloud, &disk, "one"), snapshot(&cloud, &other, "two"));
    cloud.pass(30);
    let total = |filter: &str, value: &str| {
        let filters = json!({"filters": [{"name": filter, "values": [value]}]});
        cloud.ok("disk", "describeSnapshots", filters)["totalCount"].clone()
    };
    assert_eq!(
        (total("snapshotId", &id), total("diskId", &other), total("status", "creating")),
        (json!(1), json!(1), json!(0))
    );
    assert_eq!(cloud.ok("disk", "describeSnapshots", json!({"snapshotSource": "shared"}))["totalCount"], 0);
    cloud.ok("disk", "modifySnapshotAttribute", json!({"snapshotId": second, "name": "after"}));
    assert_eq!((total("name", "aft"), shown(&cloud, &second)["name"].clone()), (json!(1), json!("after")));
    assert_eq!(cloud.err("disk", "modifySnapshotAttribute", json!({"snapshotId": id})), fault(400, "INVALID_ARGUMENT"));
    cloud.inner.outside("quota", &json!({"limits": {"snapshot": 2}}));
    let third = json!({"snapshotSpec": {"name": "third", "diskId": disk}, "clientToken": "three"});
    assert_eq!(cloud.err("disk", "createSnapshot", third), fault(429, "QUOTA_EXCEEDED"));
    let quota = cloud.ok("disk", "describeQuota", json!({"type": "snapshot"}))["quota"].clone();
    assert_eq!(quota, json!({"limit": 2, "used": 2}));
}

#[test]
fn a_policy_says_everything_anew() {
    let cloud = Cloud::new();
    for (field, value) in [
        ("interval", json!(43199)),
        ("effectiveTime", json!("2026-02-02T12:02:00Z")),
        ("effectiveTime", json!("tomorrow")),
        ("snapshotLifecycle", json!(-1)),
        ("status", json!(3)),
        ("name", json!("a name")),
        ("contactInfo", json!({"sms": 2})),
    ] {
        let mut wrong = policy();
        wrong[field] = value.clone();
        assert_eq!(
            cloud.err("disk", "createSnapshotPolicy", wrong),
            fault(400, "INVALID_ARGUMENT"),
            "{field} = {value}"
        );
    }
    let mut first = policy();
    first["contactInfo"] = json!({"sms": 0, "email": 1});
    let id = text(&cloud.ok("disk", "createSnapshotPolicy", first), "id");
    let mut second = policy();
    second["policyId"] = json!(id);
    second["interval"] = json!(43200);
    cloud.ok("disk", "updateSnapshotPolicy", second);
    let found = cloud.ok("disk", "describeSnapshotPolicies", json!({"policyId": [id]}))["policies"][0].clone();
    assert_eq!(found["interval"], 43200);
    assert_eq!(found["effectiveTime"], "2026-02-02T20:02:00+08:00", "the same moment, as the service writes it");
    assert_eq!(found["contactInfo"]["email"], 1, "what is left out stays");
    let on = json!({"status": [2]});
    assert_eq!(cloud.ok("disk", "describeSnapshotPolicies", on)["totalCount"], 0);
}

#[test]
fn each_pair_of_policy_and_disk_has_a_result_of_its_own() {
    let cloud = Cloud::new();
    let disk = cloud.disk();
    cloud.pass(10);
    let id = text(&cloud.ok("disk", "createSnapshotPolicy", policy()), "id");
    let apply = |policy: &str, disk: &str, op: i64| {
        let pair = json!({"diskId": disk, "diskRegion": "cn-north-1", "policyId": policy, "op": op});
        cloud.ok("disk", "applySnapshotPolicies", json!({"relations": [pair]}))["opResults"][0]["code"].clone()
    };
    assert_eq!(apply("sp-none", &disk, 1), 2);
    assert_eq!(apply(&id, "vol-none", 1), 3);
    assert_eq!(apply(&id, &disk, 2), 4, "it is not under it");
    assert_eq!(apply(&id, &disk, 1), 0);
    assert_eq!(apply(&id, &disk, 1), 4, "it is under it already");
    let under = || cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["snapshotPolicies"].clone();
    assert_eq!(under()[0]["id"], json!(id));
    let rows = cloud.ok("disk", "describeSnapshotPolicyDiskRelations", json!({"policyId": [id], "diskId": [disk]}));
    assert_eq!((&rows["totalCount"], &rows["relationResults"][0]["diskRegion"]), (&json!(1), &json!("cn-north-1")));
    assert_eq!(cloud.err("disk", "deleteSnapshotPolicy", json!({"policyId": id})), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(apply(&id, &disk, 2), 0);
    assert_eq!(under(), json!([]));
    assert_eq!(apply(&id, &disk, 1), 0);
    cloud.ok("disk", "deleteDisk", json!({"diskId": disk}));
    cloud.pass(10);
    cloud.ok("disk", "deleteSnapshotPolicy", json!({"policyId": id}));
    assert_eq!(cloud.err("disk", "applySnapshotPolicies", json!({"relations": []})), fault(400, "INVALID_ARGUMENT"));
}
