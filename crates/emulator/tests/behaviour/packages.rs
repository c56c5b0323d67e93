//! Bandwidth packages: how much is sold how, who may join, and when they can go.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn order(bandwidth: i64, mode: &str) -> Value {
    let mut charge = json!({"chargeMode": mode});
    if mode == "prepaid_by_duration" {
        charge["chargeUnit"] = json!("month");
        charge["chargeDuration"] = json!(1);
    }
    json!({"name": "shared", "bandwidthMbps": bandwidth, "chargeSpec": charge})
}

fn package(cloud: &Cloud, bandwidth: i64, mode: &str) -> String {
    text(&cloud.ok("vpc", "createBandwidthPackage", order(bandwidth, mode)), "bandwidthPackageId")
}

fn shown(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("vpc", "describeBandwidthPackage", of(id))["bandwidthPackage"].clone()
}

fn of(id: &str) -> Value {
    json!({"bandwidthPackageId": id})
}

fn members(id: &str, specs: Value) -> Value {
    json!({"bandwidthPackageId": id, "bandwidthPackageIPSpecs": specs})
}

#[test]
fn what_is_sold_depends_on_how_it_is_paid_for() {
    let cloud = Cloud::new();
    for (mode, least) in [("postpaid_by_duration", 50), ("prepaid_by_duration", 100), ("postpaid_by_usage", 200)] {
        for (bandwidth, sold) in [(least - 1, false), (least, true), (5000, true), (5001, false)] {
            let order = order(bandwidth, mode);
            match sold {
                true => drop(cloud.ok("vpc", "createBandwidthPackage", order)),
                false => {
                    let refused = cloud.err("vpc", "createBandwidthPackage", order);
                    assert_eq!(refused, fault(400, "OUT_OF_RANGE"), "{mode} {bandwidth}");
                }
            }
        }
    }
    let mut strange = order(50, "postpaid_by_duration");
    strange["chargeType"] = json!(3);
    assert_eq!(cloud.err("vpc", "createBandwidthPackage", strange), fault(400, "INVALID_ARGUMENT"));
    let id = package(&cloud, 200, "postpaid_by_usage");
    let change = |bandwidth: i64| json!({"bandwidthPackageId": id, "bandwidthMbps": bandwidth, "name": "renamed"});
    assert_eq!(cloud.err("vpc", "modifyBandwidthPackage", change(199)), fault(400, "OUT_OF_RANGE"));
    assert_eq!(shown(&cloud, &id)["bandwidthPackageName"], "shared");
    cloud.ok("vpc", "modifyBandwidthPackage", change(300));
    assert_eq!(
        (&shown(&cloud, &id)["bandwidthPackageName"], &shown(&cloud, &id)["bandwidthMbps"]),
        (&json!("renamed"), &json!(300))
    );
}

#[test]
fn members_have_their_part_and_are_in_one_package() {
    let cloud = Cloud::new();
    let id = package(&cloud, 100, "postpaid_by_duration");
    let second = package(&cloud, 100, "postpaid_by_duration");
    let (a, b) = (cloud.elastic_ip(), cloud.elastic_ip());
    let with = |ip: &str, bandwidth: i64| json!({"publicIpId": ip, "bandwidthMbps": bandwidth});
    for bandwidth in [-2, 101] {
        let add = members(&id, json!([with(&a, bandwidth)]));
        assert_eq!(cloud.err("vpc", "addBandwidthPackageIP", add), fault(400, "OUT_OF_RANGE"), "{bandwidth}");
    }
    let month = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1});
    let prepaid = json!({"maxCount": 1, "elasticIpSpec": {"bandwidthMbps": 5, "provider": "bgp", "chargeSpec": month}});
    let prepaid = cloud.ok("vpc", "createElasticIps", prepaid)["elasticIpIds"][0].clone();
    // One that cannot join keeps the others of the call out.
    let both = members(&id, json!([with(&a, 5), {"publicIpId": prepaid}]));
    assert_eq!(cloud.err("vpc", "addBandwidthPackageIP", both), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(shown(&cloud, &id)["ipCount"], 0);
    // Without a number it has no limit of its own.
    cloud.ok("vpc", "addBandwidthPackageIP", members(&id, json!([{"publicIpId": a}, with(&b, 0)])));
    let parts: Vec<i64> = shown(&cloud, &id)["publicIps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|ip| ip["bandwidthMbps"].as_i64().unwrap())
        .collect();
    assert_eq!(parts.iter().sum::<i64>(), -1);
    let again = cloud.err("vpc", "addBandwidthPackageIP", members(&second, json!([{"publicIpId": a}])));
    assert_eq!(again, fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "modifyBandwidthPackageIpBandwidth", members(&id, json!([with(&a, 100), with(&b, 20)])));
    let over = members(&id, json!([with(&a, 7), with(&b, 101)]));
    assert_eq!(cloud.err("vpc", "modifyBandwidthPackageIpBandwidth", over), fault(400, "OUT_OF_RANGE"));
    let elsewhere = members(&second, json!([with(&a, 7)]));
    assert_eq!(cloud.err("vpc", "modifyBandwidthPackageIpBandwidth", elsewhere), fault(400, "FAILED_PRECONDITION"));
    let of_a = |id: &str| {
        let all = shown(&cloud, id)["publicIps"].as_array().unwrap().clone();
        all.iter().find(|ip| ip["publicIpId"] == json!(a)).map(|ip| ip["bandwidthMbps"].clone())
    };
    assert_eq!(of_a(&id), Some(json!(100)));
    let found =
        cloud.ok("vpc", "describeElasticIps", json!({"filters": [{"name": "bandwidthPackageId", "values": [id]}]}));
    assert_eq!(found["totalCount"], 2);
    assert_eq!(cloud.err("vpc", "deleteElasticIp", json!({"elasticIpId": a})), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "removeBandwidthPackageIP", members(&id, json!([{"publicIpId": a}])));
    let gone = members(&id, json!([{"publicIpId": a}]));
    assert_eq!(cloud.err("vpc", "removeBandwidthPackageIP", gone), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "deleteElasticIp", json!({"elasticIpId": a}));
}

#[test]
fn no_more_join_than_there_is_room_for() {
    let cloud = Cloud::new();
    cloud.inner.outside("quota", &json!({"limits": {"elastic_ip": 30}}));
    let id = package(&cloud, 100, "postpaid_by_duration");
    let all: Vec<Value> = (0..21).map(|_| json!({"publicIpId": cloud.elastic_ip()})).collect();
    cloud.ok("vpc", "addBandwidthPackageIP", members(&id, json!(all[..20])));
    let one_more = members(&id, json!(all[20..]));
    assert_eq!(cloud.err("vpc", "addBandwidthPackageIP", one_more), fault(429, "QUOTA_EXCEEDED"));
    let quota = json!({"type": "bandwidthPackageIp", "parentResourceId": id});
    assert_eq!(cloud.ok("vpc", "describeQuota", quota)["quota"]["count"], 20);
}

#[test]
fn a_package_goes_when_it_is_empty_and_its_time_is_over() {
    let cloud = Cloud::new();
    let by_duration = package(&cloud, 50, "postpaid_by_duration");
    let elastic_ip = cloud.elastic_ip();
    let member = json!([{"publicIpId": elastic_ip}]);
    cloud.ok("vpc", "addBandwidthPackageIP", members(&by_duration, member.clone()));
    assert_eq!(cloud.err("vpc", "deleteBandwidthPackage", of(&by_duration)), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("vpc", "removeBandwidthPackageIP", members(&by_duration, member));
    cloud.ok("vpc", "deleteBandwidthPackage", of(&by_duration));
    assert_eq!(cloud.err("vpc", "describeBandwidthPackage", of(&by_duration)), fault(404, "NOT_FOUND"));

    // It is the 15th of January: the first whole month is over on the 1st of March.
    let (prepaid, by_usage) = (package(&cloud, 100, "prepaid_by_duration"), package(&cloud, 200, "postpaid_by_usage"));
    let stays =
        |id: &str| assert_eq!(cloud.err("vpc", "deleteBandwidthPackage", of(id)), fault(400, "FAILED_PRECONDITION"));
    stays(&prepaid);
    stays(&by_usage);
    cloud.pass(32 * 86_400);
    cloud.ok("vpc", "deleteBandwidthPackage", of(&prepaid));
    stays(&by_usage);
    cloud.pass(14 * 86_400);
    cloud.ok("vpc", "deleteBandwidthPackage", of(&by_usage));
}
