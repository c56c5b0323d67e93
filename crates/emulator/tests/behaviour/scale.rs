//! Large clouds: a refresh by ids costs what it returns.

use crate::cloud::Cloud;
use serde_json::{Value, json};

#[test]
fn ten_thousand_subnets_are_found_a_hundred_at_a_time() {
    let cloud = Cloud::new();
    cloud.inner.outside("quota", &json!({"limits": {"*": 100_000}}));
    cloud.inner.outside("settings", &json!({"ratePerMinute": null}));
    let mut ids = Vec::new();
    for block in 0..50 {
        let vpc = cloud.vpc("big", &format!("10.{block}.0.0/16"));
        for number in 0..200 {
            let prefix = format!("10.{block}.{}.{}/28", number / 16, number % 16 * 16);
            ids.push(cloud.subnet(&vpc, &prefix));
        }
    }
    let before = cloud.inner.with(|world| world.calls().len());
    for chunk in ids.chunks(100) {
        let params = json!({"pageSize": 100, "filters": [{"name": "subnetIds", "values": chunk}]});
        let page = cloud.ok("vpc", "describeSubnets", params);
        assert_eq!(page["subnets"].as_array().map(Vec::len), Some(100));
        assert!(
            page["subnets"]
                .as_array()
                .unwrap()
                .iter()
                .all(|s| chunk.contains(&s["subnetId"].as_str().unwrap().to_owned()))
        );
    }
    assert_eq!(cloud.inner.with(|world| world.calls().len()) - before, 100);
    let all = cloud.ok("vpc", "describeSubnets", json!({"pageSize": 100, "pageNumber": 100}));
    assert_eq!((all["totalCount"].as_i64(), all["subnets"].as_array().map(Vec::len)), (Some(10_000), Some(100)));
    let none: Value =
        cloud.ok("vpc", "describeSubnets", json!({"filters": [{"name": "subnetIds", "values": ["subnet-none"]}]}));
    assert_eq!(none["totalCount"], 0);
}
