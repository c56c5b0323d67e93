//! Private images: made of instances, out of snapshots.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn make(cloud: &Cloud, instance: &str, name: &str) -> String {
    text(&cloud.ok("vm", "createImage", json!({"instanceId": instance, "name": name})), "imageId")
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("vm", "describeImage", json!({"imageId": id}))["image"].clone()
}

#[test]
fn an_instance_does_nothing_else_while_an_image_is_made_of_it() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let (instance, disk) = (cloud.instance(&subnet), cloud.disk());
    let early = json!({"instanceId": instance, "name": "early"});
    assert_eq!(cloud.err("vm", "createImage", early), fault(400, "FAILED_PRECONDITION"), "still pending");
    cloud.pass(60);
    cloud.ok("vm", "attachDisk", json!({"instanceId": instance, "diskId": disk}));
    cloud.pass(10);
    let id = make(&cloud, &instance, "golden-1.0");
    assert_eq!(shown(&cloud, &id)["status"], "pending");
    for operation in ["stopInstance", "deleteInstance", "rebootInstance"] {
        let (_, _, message) = cloud.error("vm", operation, json!({"instanceId": instance}));
        assert!(message.contains("underlay task"), "{operation}: {message}");
    }
    assert_eq!(cloud.err("vm", "deleteImage", json!({"imageId": id})), fault(400, "FAILED_PRECONDITION"));
    let mut spec = cloud.spec(&subnet);
    spec["imageId"] = json!(id);
    assert_eq!(cloud.err("vm", "createInstances", json!({"instanceSpec": spec})), fault(404, "NOT_FOUND"), "not ready");
    cloud.pass(60);
    let image = shown(&cloud, &id);
    assert_eq!(
        (&image["status"], &image["imageSource"], &image["desc"]),
        (&json!("ready"), &json!("private"), &json!(""))
    );
    assert_eq!(image["dataDisks"][0]["deviceName"], "vdb");
    let snapshots = cloud.ok("disk", "describeSnapshots", json!({}));
    assert_eq!(snapshots["totalCount"], 2, "of the system disk and of the data disk");
    assert_eq!(snapshots["snapshots"][0]["images"], json!([id]));
    assert_eq!(snapshots["snapshots"][0]["status"], "available");
    cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    cloud.pass(60);
    cloud.ok("vm", "stopInstance", json!({"instanceId": instance}));
}

#[test]
fn snapshots_of_an_image_go_with_it_only_when_asked_to() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let instance = cloud.instance(&subnet);
    cloud.pass(60);
    let (kept, gone) = (make(&cloud, &instance, "kept"), "gone");
    cloud.pass(60);
    let gone = make(&cloud, &instance, gone);
    cloud.pass(60);
    let count = || cloud.ok("disk", "describeSnapshots", json!({}))["totalCount"].clone();
    assert_eq!(count(), 2);
    let first = cloud.ok("disk", "describeSnapshots", json!({}))["snapshots"][0]["snapshotId"].clone();
    assert_eq!(cloud.err("disk", "deleteSnapshot", json!({"snapshotId": first})), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vm", "deleteImage", json!({"imageId": gone, "deleteSnapshot": true}));
    assert_eq!(shown(&cloud, &gone)["status"], "deleting");
    cloud.ok("vm", "deleteImage", json!({"imageId": kept}));
    cloud.pass(30);
    assert_eq!(cloud.err("vm", "describeImage", json!({"imageId": gone})), fault(404, "NOT_FOUND"));
    assert_eq!(count(), 1);
    let left = cloud.ok("disk", "describeSnapshots", json!({}))["snapshots"][0].clone();
    assert_eq!(left["images"], json!([]));
    cloud.ok("disk", "deleteSnapshot", json!({"snapshotId": left["snapshotId"]}));
}

#[test]
fn a_local_system_disk_wants_a_stop_and_keeps_its_image() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let mut spec = cloud.spec(&subnet);
    spec["imageId"] = json!("img-ubuntu2004l");
    let made = cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    let instance = made["instanceIds"][0].as_str().unwrap().to_owned();
    cloud.pass(60);
    let params = json!({"instanceId": instance, "name": "local"});
    assert_eq!(cloud.err("vm", "createImage", params.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vm", "stopInstance", json!({"instanceId": instance}));
    cloud.pass(60);
    let id = text(&cloud.ok("vm", "createImage", params), "imageId");
    cloud.pass(60);
    assert_eq!(shown(&cloud, &id)["rootDeviceType"], "localDisk");
    spec["imageId"] = json!(id);
    cloud.ok("vm", "createInstances", json!({"instanceSpec": spec}));
    assert_eq!(cloud.err("vm", "deleteImage", json!({"imageId": id})), fault(400, "FAILED_PRECONDITION"));
}

#[test]
fn images_are_listed_renamed_and_counted() {
    let cloud = Cloud::new();
    let (_, subnet) = cloud.network();
    let instance = cloud.instance(&subnet);
    cloud.pass(60);
    let id = make(&cloud, &instance, "golden");
    cloud.pass(60);
    let total = |params: Value| cloud.ok("vm", "describeImages", params)["totalCount"].clone();
    assert_eq!(total(json!({"imageSource": "private"})), 1);
    assert_eq!(total(json!({"imageSource": "private", "imageName": "other"})), 0);
    assert_eq!(total(json!({"imageSource": "private", "instanceIds": [instance]})), 1);
    assert_eq!(total(json!({"ids": [id, "img-debian12"]})), 2);
    cloud.ok("vm", "modifyImageAttribute", json!({"imageId": id, "name": "silver", "description": "x"}));
    assert_eq!((&shown(&cloud, &id)["name"], &shown(&cloud, &id)["desc"]), (&json!("silver"), &json!("x")));
    assert_eq!(
        cloud.err("vm", "modifyImageAttribute", json!({"imageId": "img-debian12", "name": "mine"})),
        fault(404, "NOT_FOUND")
    );
    assert_eq!(cloud.err("vm", "deleteImage", json!({"imageId": "img-debian12"})), fault(400, "FAILED_PRECONDITION"));
    cloud.inner.outside("quota", &json!({"limits": {"image": 1}}));
    let more = json!({"instanceId": instance, "name": "more"});
    assert_eq!(cloud.err("vm", "createImage", more), fault(429, "QUOTA_EXCEEDED"));
}
