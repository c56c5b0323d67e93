//! Databases: sizes, states, what is in an instance, and how what is not there is answered.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

fn spec(vpc: &str, subnet: &str) -> Value {
    json!({
        "instanceName": "orders", "engine": "MySQL", "engineVersion": "8.0", "instanceClass": "db.mysql.s1.micro",
        "instanceStorageGB": 40, "azId": ["cn-north-1a"], "vpcId": vpc, "subnetId": subnet,
        "chargeSpec": {"chargeMode": "postpaid_by_duration"}, "tagSpec": [{"key": "stage", "value": "test"}],
    })
}

fn sql_server(vpc: &str, subnet: &str) -> Value {
    let mut spec = spec(vpc, subnet);
    spec["engine"] = json!("SQL Server");
    spec["engineVersion"] = json!("2016 SE");
    spec["instanceClass"] = json!("db.sqlsvr.s1.large");
    spec["instanceStorageGB"] = json!(200);
    spec
}

fn made(cloud: &Cloud, spec: Value) -> String {
    text(&cloud.ok("rds", "createInstance", json!({"instanceSpec": spec})), "instanceId")
}

/// A running MySQL instance.
fn running(cloud: &Cloud) -> String {
    let (vpc, subnet) = cloud.network();
    let id = made(cloud, spec(&vpc, &subnet));
    cloud.pass(300);
    id
}

fn show(cloud: &Cloud, id: &str) -> Value {
    cloud.ok("rds", "describeInstanceAttributes", json!({"instanceId": id}))["dbInstanceAttributes"].clone()
}

#[test]
fn refused_specifications() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    for (field, value, word) in [
        ("engine", json!("mysql"), "INVALID_ARGUMENT"),
        ("engineVersion", json!("4.1"), "INVALID_ARGUMENT"),
        ("instanceName", json!("Orders"), "INVALID_ARGUMENT"),
        ("instanceName", json!("a-b"), "INVALID_ARGUMENT"),
        ("instanceClass", json!("db.sqlsvr.s1.large"), "INVALID_ARGUMENT"),
        ("instanceClass", json!("db.mysql.s1.huge"), "INVALID_ARGUMENT"),
        ("instanceStorageGB", json!(50), "INVALID_ARGUMENT"),
        ("instanceStorageType", json!("TAPE"), "INVALID_ARGUMENT"),
        ("azId", json!([]), "INVALID_ARGUMENT"),
        ("azId", json!(["cn-north-1a", "cn-north-1a", "cn-north-1b"]), "INVALID_ARGUMENT"),
        ("azId", json!(["cn-east-1a"]), "INVALID_ARGUMENT"),
        ("instancePort", json!("80"), "OUT_OF_RANGE"),
        ("storageEncrypted", json!(true), "INVALID_ARGUMENT"),
        ("instanceType", json!("standalone"), "INVALID_ARGUMENT"),
        ("parameterGroup", json!("pargroup-none"), "INVALID_ARGUMENT"),
        ("subnetId", json!("subnet-none"), "INVALID_ARGUMENT"),
        ("vpcId", json!("vpc-none"), "INVALID_ARGUMENT"),
        ("chargeSpec", json!({"chargeMode": "postpaid_by_usage"}), "INVALID_ARGUMENT"),
    ] {
        let mut spec = spec(&vpc, &subnet);
        spec[field] = value.clone();
        let error = cloud.err("rds", "createInstance", json!({"instanceSpec": spec}));
        assert_eq!(error, fault(400, word), "{field} = {value}");
    }
    let small = cloud.subnet(&vpc, "10.0.9.0/28");
    for _ in 0..3 {
        made(&cloud, spec(&vpc, &small));
    }
    let (_, word, message) = cloud.error("rds", "createInstance", json!({"instanceSpec": sql_server(&vpc, &small)}));
    assert_eq!((word.as_str(), message.contains("10 are needed")), ("FAILED_PRECONDITION", true), "{message}");
}

#[test]
fn what_is_not_there_is_answered_with_400() {
    let cloud = Cloud::new();
    let id = running(&cloud);
    let gone = json!({"instanceId": "mysql-none"});
    for operation in ["describeInstanceAttributes", "deleteInstance", "describeAccounts", "describeWhiteList"] {
        assert_eq!(cloud.err("rds", operation, gone.clone()), fault(400, "INVALID_ARGUMENT"), "{operation}");
    }
    for (operation, field) in [("deleteAccount", "accountName"), ("deleteDatabase", "dbName")] {
        let mut inside = json!({"instanceId": id});
        inside[field] = json!("none");
        assert_eq!(cloud.err("rds", operation, inside), fault(400, "INVALID_ARGUMENT"), "{operation}");
    }
    // The list says it without an error.
    let filter = |values: Value| json!({"filters": [{"name": "instanceId", "operator": "eq", "values": values}]});
    assert_eq!(cloud.ok("rds", "describeInstances", filter(json!(["mysql-none"])))["totalCount"], 0);
    assert_eq!(cloud.ok("rds", "describeInstances", filter(json!([id])))["totalCount"], 1);
    // Its filters take one value.
    let two = filter(json!([id, "mysql-none"]));
    assert_eq!(cloud.err("rds", "describeInstances", two), fault(400, "INVALID_ARGUMENT"));
}

#[test]
fn pages_are_tens_and_minus_one_is_all() {
    let cloud = Cloud::new();
    let group =
        |n: usize| json!({"engine": "MySQL", "engineVersion": "8.0", "parameterGroupName": format!("group{n}")});
    for n in 0..12 {
        cloud.ok("rds", "createParameterGroup", group(n));
    }
    let rows = |params: Value| {
        let found = cloud.ok("rds", "describeParameterGroups", params);
        (found["parameterGroups"].as_array().unwrap().len(), found["totalCount"].clone())
    };
    assert_eq!(rows(json!({})), (10, json!(12)));
    assert_eq!(rows(json!({"pageNumber": 2})), (2, json!(12)));
    assert_eq!(rows(json!({"pageNumber": 3})), (0, json!(12)));
    assert_eq!(rows(json!({"pageNumber": -1})), (12, json!(12)));
    for (number, size) in [(1, 15), (1, 110), (0, 10)] {
        let params = json!({"pageNumber": number, "pageSize": size});
        assert_eq!(cloud.err("rds", "describeParameterGroups", params), fault(400, "OUT_OF_RANGE"), "{number} {size}");
    }
}

#[test]
fn an_instance_builds_migrates_and_goes_with_its_read_only_ones() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let id = made(&cloud, spec(&vpc, &subnet));
    assert!(id.starts_with("mysql-"), "{id}");
    assert_eq!(show(&cloud, &id)["instanceStatus"], "BUILDING");
    assert_eq!(show(&cloud, &id)["createTime"], "2026-01-15 10:00:00");
    let rename = json!({"instanceId": id, "instanceName": "other"});
    assert!(cloud.error("rds", "modifyInstanceName", rename.clone()).2.contains("underlay task"));
    cloud.pass(300);
    cloud.ok("rds", "modifyInstanceName", rename);
    assert_eq!(
        (&show(&cloud, &id)["instanceName"], &show(&cloud, &id)["instancePort"]),
        (&json!("other"), &json!("3306"))
    );

    let resize =
        |class: &str, gb: i64| json!({"instanceId": id, "newInstanceClass": class, "newInstanceStorageGB": gb});
    assert_eq!(cloud.err("rds", "modifyInstanceSpec", resize("db.mysql.s1.micro", 20)), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "modifyInstanceSpec", resize("db.mysql.s1.small", 60));
    assert_eq!(show(&cloud, &id)["instanceStatus"], "MIGRATING");
    let busy = cloud.error("rds", "modifyInstanceAz", json!({"instanceId": id, "newAzId": ["cn-north-1b"]}));
    assert!(busy.2.contains("underlay task"), "{busy:?}");
    cloud.pass(300);
    assert_eq!(
        (&show(&cloud, &id)["instanceStorageGB"], &show(&cloud, &id)["instanceStatus"]),
        (&json!(60), &json!("RUNNING"))
    );
    cloud.ok("rds", "modifyInstanceAz", json!({"instanceId": id, "newAzId": ["cn-north-1b", "cn-north-1a"]}));
    cloud.pass(300);
    assert_eq!(show(&cloud, &id)["azId"], json!(["cn-north-1b", "cn-north-1a"]));

    let mut copy = json!({"instanceId": id, "instanceName": "reader", "instanceClass": "db.mysql.s1.small",
        "instanceStorageGB": 60, "azId": "cn-north-1a"});
    copy["chargeSpec"] = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1});
    assert_eq!(cloud.err("rds", "createROInstance", copy.clone()), fault(400, "INVALID_ARGUMENT"));
    copy.as_object_mut().unwrap().remove("chargeSpec");
    let reader = cloud.ok("rds", "createROInstance", copy)["roInstanceId"][0].as_str().unwrap().to_owned();
    cloud.pass(300);
    assert_eq!(
        (&show(&cloud, &reader)["sourceInstanceId"], &show(&cloud, &reader)["subnetId"]),
        (&json!(id), &json!(subnet))
    );
    assert_eq!(show(&cloud, &id)["roInstanceIds"], json!([reader]));
    assert_eq!(cloud.err("vpc", "deleteSubnet", json!({"subnetId": subnet})), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("rds", "deleteInstance", json!({"instanceId": id}));
    assert_eq!(show(&cloud, &reader)["instanceStatus"], "DELETING");
    cloud.pass(60);
    assert_eq!(cloud.ok("rds", "describeInstances", json!({}))["totalCount"], 0);
    cloud.ok("vpc", "deleteSubnet", json!({"subnetId": subnet}));
}

#[test]
fn what_is_prepaid_stays_until_it_expires() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let mut spec = spec(&vpc, &subnet);
    spec["chargeSpec"] = json!({"chargeMode": "prepaid_by_duration", "chargeUnit": "month", "chargeDuration": 1});
    let id = made(&cloud, spec);
    cloud.pass(300);
    assert_eq!(cloud.err("rds", "deleteInstance", json!({"instanceId": id})), fault(400, "FAILED_PRECONDITION"));
    let renew = json!({"setRenewalParam": {"appCode": "jcloud", "serviceCode": "rds", "instanceIds": id, "autoRenewStatus": "OPEN"}});
    cloud.ok("renewal", "setRenewal", renew.clone());
    let mut end = renew;
    end["setRenewalParam"]["autoRenewStatus"] = json!("CLOSE");
    cloud.ok("renewal", "setRenewal", end);
    cloud.pass(32 * 86_400);
    cloud.ok("rds", "deleteInstance", json!({"instanceId": id}));
}

#[test]
fn grants_want_an_account_and_a_database_that_run() {
    let cloud = Cloud::new();
    let (vpc, subnet) = cloud.network();
    let id = made(&cloud, sql_server(&vpc, &subnet));
    let account = json!({"instanceId": id, "accountName": "app", "accountPassword": "Example0nlyNothing"});
    assert!(cloud.error("rds", "createAccount", account.clone()).2.contains("underlay task"));
    cloud.pass(300);
    for password in ["short1A", "nouppercase1", "NOLOWERCASE1", "NoDigitsHere"] {
        let weak = json!({"instanceId": id, "accountName": "app", "accountPassword": password});
        assert_eq!(cloud.err("rds", "createAccount", weak), fault(400, "INVALID_ARGUMENT"), "{password}");
    }
    cloud.ok("rds", "createAccount", account.clone());
    assert_eq!(cloud.err("rds", "createAccount", account), fault(409, "ALREADY_EXISTS"));
    let database = |charset: &str| json!({"instanceId": id, "dbName": "orders", "characterSetName": charset});
    assert_eq!(cloud.err("rds", "createDatabase", database("utf8")), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "createDatabase", database("Chinese_PRC_CI_AS"));
    let status = |operation: &str, rows: &str, field: &str| {
        cloud.ok("rds", operation, json!({"instanceId": id}))[rows][0][field].clone()
    };
    assert_eq!(status("describeAccounts", "accounts", "accountStatus"), "BUILDING");
    assert_eq!(status("describeDatabases", "databases", "dbStatus"), "BUILDING");
    let grant = |may: &str| json!({"instanceId": id, "accountName": "app", "accountPrivileges": [{"dbName": "orders", "privilege": may}]});
    assert_eq!(cloud.err("rds", "grantPrivilege", grant("ro")), fault(400, "FAILED_PRECONDITION"));
    cloud.pass(10);
    assert_eq!(cloud.err("rds", "grantPrivilege", grant("all")), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "grantPrivilege", grant("ro"));
    cloud.ok("rds", "grantPrivilege", grant("rw"));
    let may =
        || cloud.ok("rds", "describeAccounts", json!({"instanceId": id}))["accounts"][0]["accountPrivileges"].clone();
    assert_eq!(may(), json!([{"dbName": "orders", "privilege": "rw"}]));
    let revoke = json!({"instanceId": id, "accountName": "app", "dbNames": ["orders"]});
    cloud.ok("rds", "revokePrivilege", revoke.clone());
    assert_eq!(cloud.err("rds", "revokePrivilege", revoke), fault(400, "INVALID_ARGUMENT"));
    // A database takes what was granted on it along.
    cloud.ok("rds", "grantPrivilege", grant("ro"));
    cloud.ok("rds", "deleteDatabase", json!({"instanceId": id, "dbName": "orders"}));
    assert_eq!(status("describeDatabases", "databases", "dbStatus"), "DELETING");
    cloud.pass(10);
    assert_eq!(may(), json!([]));
    cloud.ok("rds", "deleteInstance", json!({"instanceId": id}));
    cloud.pass(60);
    assert_eq!(cloud.ok("rds", "describeInstances", json!({}))["totalCount"], 0);
    let view = cloud.inner.with(|world| firma_emulator::inventory::view(world));
    assert!(!view.to_string().contains(&id), "{view}");
}

#[test]
fn mysql_shows_no_status_of_what_is_in_it_and_is_done_at_once() {
    let cloud = Cloud::new();
    let id = running(&cloud);
    cloud.ok("rds", "createDatabase", json!({"instanceId": id, "dbName": "orders", "characterSetName": "utf8mb4"}));
    cloud.ok("rds", "modifyDatabaseComment", json!({"instanceId": id, "dbName": "orders", "comment": "all of them"}));
    let found = cloud.ok("rds", "describeDatabases", json!({"instanceId": id}))["databases"].clone();
    assert_eq!(found, json!([{"dbName": "orders", "characterSetName": "utf8mb4", "comment": "all of them"}]));
    for name in ["Orders", "1st", "mysql", "a", "two words"] {
        let params = json!({"instanceId": id, "dbName": name, "characterSetName": "utf8"});
        assert_eq!(cloud.err("rds", "createDatabase", params), fault(400, "INVALID_ARGUMENT"), "{name}");
    }
}

#[test]
fn white_lists_have_a_default_and_99_entries_together() {
    let cloud = Cloud::new();
    let id = running(&cloud);
    let lists = || cloud.ok("rds", "describeWhiteList", json!({"instanceId": id}))["whiteLists"].clone();
    assert_eq!(lists(), json!([{"name": "default", "ips": "10.0.0.0/16"}]));
    let group = |name: &str, ips: &str| json!({"instanceId": id, "whiteListName": name, "ips": ips});
    assert_eq!(cloud.err("rds", "createWhiteListGroup", group("a", "10.0.0.999")), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "createWhiteListGroup", group("a", "192.0.2.1, 192.0.2.2"));
    assert_eq!(cloud.err("rds", "createWhiteListGroup", group("a", "192.0.2.1")), fault(409, "ALREADY_EXISTS"));
    let many: Vec<String> = (1..=97).map(|n| format!("198.51.100.{n}")).collect();
    assert_eq!(cloud.err("rds", "createWhiteListGroup", group("b", &many.join(","))), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "createWhiteListGroup", group("b", &many[1..].join(",")));
    cloud.ok("rds", "modifyWhiteList", group("a", "192.0.2.3"));
    assert_eq!(lists()[0], json!({"name": "a", "ips": "192.0.2.3"}));
    let default = json!({"instanceId": id, "whiteListName": "default"});
    assert_eq!(cloud.err("rds", "deleteWhiteListGroup", default), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("rds", "deleteWhiteListGroup", json!({"instanceId": id, "whiteListName": "a"}));
}

#[test]
fn a_parameter_group_stays_while_it_is_used() {
    let cloud = Cloud::new();
    let id = running(&cloud);
    let group = |version: &str| json!({"engine": "MySQL", "engineVersion": version, "parameterGroupName": "busy"});
    let busy = text(&cloud.ok("rds", "createParameterGroup", group("8.0")), "parameterGroupId");
    let older = text(&cloud.ok("rds", "createParameterGroup", group("5.7")), "parameterGroupId");
    let assign = |group: &str| json!({"instanceId": id, "parameterGroupId": group});
    assert_eq!(cloud.err("rds", "modifyParameterGroup", assign(&older)), fault(400, "INVALID_ARGUMENT"));
    cloud.ok("rds", "modifyParameterGroup", assign(&busy));
    let set = json!({"parameterGroupId": busy, "parameters": [{"name": "max_connections", "value": "800"}]});
    cloud.ok("rds", "modifyParameterGroupParameters", set);
    let shown = cloud.ok("rds", "describeParameterGroupParameters", json!({"parameterGroupId": busy}));
    assert_eq!(shown["parameters"], json!([{"name": "max_connections", "configureValue": "800"}]));
    let delete = json!({"parameterGroupId": busy});
    assert_eq!(cloud.err("rds", "deleteParameterGroup", delete.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("rds", "deleteInstance", json!({"instanceId": id}));
    cloud.pass(60);
    cloud.ok("rds", "deleteParameterGroup", delete);
}
