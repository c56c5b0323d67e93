//! Prices, and what is paid in advance: how it ends, and how it is renewed.

use crate::cloud::{Cloud, fault};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

fn ask(orders: Value) -> Value {
    json!({"cmd": 1, "packageCount": 1, "orderList": orders})
}

fn order(line: &str, billing: i64, (span, unit): (i64, i64), formula: &[(&str, f64)]) -> Value {
    let formula: Vec<Value> = formula.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
    json!({"serviceCode": line, "billingType": billing, "timeSpan": span, "timeUnit": unit, "formula": formula})
}

#[test]
fn list_prices() {
    let cloud = Cloud::new();
    let (hour, day, month, year) = (1, 2, 3, 4);
    let rows = [
        ("ip", 3, (1, month), vec![("bandwidth", 50.0)], 3725.0),
        ("ip", 3, (2, month), vec![("bandwidth", 5.0)], 250.0),
        ("ip", 1, (10, hour), vec![("bandwidth", 6.0)], 3.6),
        ("ip", 2, (30, day), vec![("flow", 10.0)], 22.4),
        ("disk", 3, (1, month), vec![("ssd.gp1", 200.0)], 78.0),
        ("disk", 3, (1, year), vec![("ssd", 10.0)], 120.0),
        ("disk", 1, (1, day), vec![("hdd.std1", 100.0)], 0.82),
        ("vm", 3, (1, month), vec![("g.n2.medium", 1.0)], 136.5),
        ("vm", 1, (1, day), vec![("c.n2.large", 2.0)], 28.27),
        ("rds", 3, (1, month), vec![("db.mysql.s1.micro", 1.0), ("LOCAL_SSD", 20.0)], 108.0),
        ("rds", 3, (1, month), vec![("db.mysql.s1.xlarge", 1.0), ("LOCAL_SSD", 1000.0)], 2272.0),
        ("rds", 1, (1, hour), vec![("db.mysql.m1.8xlarge", 1.0), ("LOCAL_SSD", 1000.0)], 27.8),
        ("redis", 3, (1, month), vec![("redis.c1.small.basic", 16.0)], 1440.0),
        ("redis", 1, (1, hour), vec![("redis.c1.4xlarge.basic", 512.0)], 96.0),
        ("natgw", 1, (1, day), vec![("medium", 1.0)], 36.0),
    ];
    for (line, billing, term, formula, price) in rows {
        let quote = cloud.ok("billing", "calculateTotalPrice", ask(json!([order(line, billing, term, &formula)])));
        assert_eq!(quote["totalPrice"], json!(price), "{line} {billing} {term:?} {formula:?}");
        assert_eq!(quote["list"][0]["serviceCode"], line);
    }
    let orders =
        json!([order("disk", 3, (1, month), &[("ssd", 20.0)]), order("vm", 3, (1, month), &[("g.n2.large", 1.0)])]);
    let mut all = ask(orders);
    all["packageCount"] = json!(2);
    assert_eq!(cloud.ok("billing", "calculateTotalPrice", all)["totalPrice"], 524.5);
    let mut east = order("vm", 3, (1, month), &[("g.n2.large", 1.0)]);
    east["region"] = json!("cn-east-1");
    assert_eq!(cloud.ok("billing", "calculateTotalPrice", ask(json!([east])))["totalPrice"], 181.69);
}

#[test]
fn what_has_no_price() {
    let cloud = Cloud::new();
    let month = (1, 3);
    let rows = [
        order("vm", 3, month, &[("g.n9.large", 1.0)]),
        order("disk", 3, month, &[("ssd.gp9", 10.0)]),
        order("oss", 3, month, &[("standard", 10.0)]),
        order("natgw", 3, month, &[("small", 1.0)]),
        order("vm", 4, month, &[("g.n2.large", 1.0)]),
        order("vm", 2, (1, 1), &[("g.n2.large", 1.0)]),
        order("vm", 3, (1, 2), &[("g.n2.large", 1.0)]),
        order("rds", 3, month, &[("db.mysql.s1.micro", 1.0)]),
        order("vm", 3, month, &[]),
    ];
    for row in rows {
        let said = cloud.err("billing", "calculateTotalPrice", ask(json!([row])));
        assert_eq!(said, fault(400, "INVALID_ARGUMENT"), "{row}");
    }
    for (unit, span) in [(3, 10), (4, 4), (3, 0)] {
        let row = order("vm", 3, (span, unit), &[("g.n2.large", 1.0)]);
        assert_eq!(cloud.err("billing", "calculateTotalPrice", ask(json!([row]))), fault(400, "OUT_OF_RANGE"));
    }
    assert_eq!(cloud.err("billing", "calculateTotalPrice", ask(json!([]))), fault(400, "INVALID_ARGUMENT"));
    let mut other = ask(json!([order("vm", 3, month, &[("g.n2.large", 1.0)])]));
    other["cmd"] = json!(4);
    assert_eq!(cloud.err("billing", "calculateTotalPrice", other), fault(400, "INVALID_ARGUMENT"));
}

/// A disk of 200 GB, a month in advance.
fn prepaid(cloud: &Cloud, auto_renew: bool) -> String {
    let charge = json!({
        "chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1, "autoRenew": auto_renew,
    });
    let spec = json!({"az": "cn-north-1a", "name": "data", "diskType": "ssd.gp1", "diskSizeGB": 200, "charge": charge});
    let made = cloud.ok("disk", "createDisks", json!({"diskSpec": spec, "maxCount": 1, "clientToken": "one"}));
    cloud.pass(60);
    made["diskIds"][0].as_str().expect("an id").to_owned()
}

fn charge(cloud: &Cloud, disk: &str) -> (String, String) {
    let shown = cloud.ok("disk", "describeDisk", json!({"diskId": disk}))["disk"]["charge"].clone();
    let text = |name: &str| shown[name].as_str().expect("text").to_owned();
    (text("chargeExpiredTime"), text("chargeStatus"))
}

fn renew(disk: &str, span: i64, unit: &str) -> Value {
    json!({"renewInstanceParam": {
        "appCode": "jcloud", "serviceCode": "disk", "timeSpan": span, "timeUnit": unit, "instanceIds": disk,
    }})
}

fn set(disk: &str, status: &str) -> Value {
    json!({"setRenewalParam": {
        "appCode": "jcloud", "serviceCode": "disk", "instanceIds": disk, "autoRenewStatus": status,
    }})
}

#[test]
fn quotes_about_what_is_there() {
    let cloud = Cloud::new();
    let (disk, free) = (prepaid(&cloud, false), cloud.disk());
    let quote = |command: i64, id: &str, formula: &[(&str, f64)], billing: i64| {
        let mut row = order("disk", billing, (1, if billing == 3 { 3 } else { 1 }), formula);
        row["resourceId"] = json!(id);
        json!({"cmd": command, "packageCount": 1, "orderList": [row]})
    };
    assert_eq!(cloud.ok("billing", "calculateTotalPrice", quote(2, &disk, &[], 3))["totalPrice"], 78.0);
    assert_eq!(cloud.err("billing", "calculateTotalPrice", quote(2, &free, &[], 3)), fault(400, "FAILED_PRECONDITION"));
    assert_eq!(cloud.err("billing", "calculateTotalPrice", quote(2, "vol-none", &[], 3)), fault(404, "NOT_FOUND"));
    // 32 days are left of the month that was bought.
    let larger = [("ssd.gp1", 300.0)];
    assert_eq!(cloud.ok("billing", "calculateTotalPrice", quote(3, &disk, &larger, 3))["totalPrice"], 41.6);
    assert_eq!(cloud.ok("billing", "calculateTotalPrice", quote(3, &free, &larger, 1))["totalPriceScale4"], 0.1875);
}

#[test]
fn what_is_paid_in_advance_ends_and_can_then_be_deleted() {
    let cloud = Cloud::new();
    let disk = prepaid(&cloud, false);
    assert_eq!(charge(&cloud, &disk), ("2026-02-15T23:59:59Z".to_owned(), "normal".to_owned()));
    assert_eq!(cloud.err("disk", "deleteDisk", json!({"diskId": disk})), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(33 * DAY);
    assert_eq!(charge(&cloud, &disk).1, "overdue");
    cloud.ok("disk", "deleteDisk", json!({"diskId": disk}));
}

#[test]
fn a_further_term_begins_where_the_last_one_ends() {
    let cloud = Cloud::new();
    let (disk, free) = (prepaid(&cloud, false), cloud.disk());
    let order = cloud.ok("renewal", "renewInstance", renew(&disk, 2, "MONTH"))["orderNumber"].clone();
    assert_eq!(order.as_str().map(str::len), Some(16));
    assert_eq!(charge(&cloud, &disk).0, "2026-04-15T23:59:59Z");
    cloud.ok("renewal", "renewInstance", renew(&disk, 1, "YEAR"));
    assert_eq!(charge(&cloud, &disk).0, "2027-04-15T23:59:59Z");
    // An order that waits to be paid changes nothing.
    let mut unpaid = renew(&disk, 1, "MONTH");
    unpaid["renewInstanceParam"]["autoPay"] = json!(false);
    cloud.ok("renewal", "renewInstance", unpaid);
    assert_eq!(charge(&cloud, &disk).0, "2027-04-15T23:59:59Z");
    // What is over begins anew on the day it is renewed.
    cloud.pass(500 * DAY);
    assert_eq!(charge(&cloud, &disk).1, "overdue");
    cloud.ok("renewal", "renewInstance", renew(&disk, 1, "month"));
    assert_eq!(charge(&cloud, &disk), ("2027-06-30T23:59:59Z".to_owned(), "normal".to_owned()));
    for (wrong, said) in [
        (renew(&free, 1, "MONTH"), fault(400, "FAILED_PRECONDITION")),
        (renew("vol-none", 1, "MONTH"), fault(404, "NOT_FOUND")),
        (renew(&disk, 10, "MONTH"), fault(400, "OUT_OF_RANGE")),
        (renew(&disk, 4, "YEAR"), fault(400, "OUT_OF_RANGE")),
        (renew(&disk, 1, "WEEK"), fault(400, "INVALID_ARGUMENT")),
    ] {
        assert_eq!(cloud.err("renewal", "renewInstance", wrong), said);
    }
}

#[test]
fn what_renews_itself_goes_on() {
    let cloud = Cloud::new();
    let disk = prepaid(&cloud, true);
    cloud.pass(100 * DAY);
    assert_eq!(charge(&cloud, &disk), ("2026-05-15T23:59:59Z".to_owned(), "normal".to_owned()));
    assert_eq!(cloud.err("disk", "deleteDisk", json!({"diskId": disk})), fault(400, "FAILED_PRECONDITION"));
    // Turned off, it ends with the term that runs.
    cloud.ok("renewal", "setRenewal", set(&disk, "CLOSE"));
    cloud.pass(30 * DAY);
    assert_eq!(charge(&cloud, &disk), ("2026-05-15T23:59:59Z".to_owned(), "overdue".to_owned()));
    // Turned on again for three months at a time, it is renewed from where it ended.
    let mut quarterly = set(&disk, "OPEN");
    quarterly["setRenewalParam"]["timeSpan"] = json!(3);
    quarterly["setRenewalParam"]["timeUnit"] = json!("MONTH");
    cloud.ok("renewal", "setRenewal", quarterly);
    assert_eq!(charge(&cloud, &disk).0, "2026-08-15T23:59:59Z");
}

#[test]
fn every_method_is_sold_where_it_should_be() {
    let cloud = Cloud::new();
    let methods = ["prepaid_by_duration", "postpaid_by_duration", "postpaid_by_usage"];
    let term = |method: &str| match method {
        "prepaid_by_duration" => json!({"chargeMode": method, "chargeUnit": "month", "chargeDuration": 1}),
        _ => json!({"chargeMode": method}),
    };
    for method in methods {
        let address = json!({"maxCount": 1, "elasticIpSpec": {
            "bandwidthMbps": 1, "provider": "bgp", "chargeSpec": term(method),
        }});
        cloud.ok("vpc", "createElasticIps", address);
        let spec =
            json!({"az": "cn-north-1a", "name": "d", "diskType": "ssd", "diskSizeGB": 20, "charge": term(method)});
        let disk = json!({"diskSpec": spec, "maxCount": 1, "clientToken": method});
        match method {
            "postpaid_by_usage" => {
                assert_eq!(cloud.err("disk", "createDisks", disk), fault(400, "INVALID_ARGUMENT"));
            }
            _ => drop(cloud.ok("disk", "createDisks", disk)),
        }
    }
    for (unit, duration, said) in
        [("month", 10, "OUT_OF_RANGE"), ("year", 4, "OUT_OF_RANGE"), ("week", 1, "INVALID_ARGUMENT")]
    {
        let charge = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": unit, "chargeDuration": duration});
        let spec = json!({"az": "cn-north-1a", "name": "d", "diskType": "ssd", "diskSizeGB": 20, "charge": charge});
        let disk = json!({"diskSpec": spec, "maxCount": 1, "clientToken": unit});
        assert_eq!(cloud.err("disk", "createDisks", disk), fault(400, said));
    }
}
