//! Building requests, checking parameters, and the way back on the server's side.

use firma_api::{
    Method, Operation, Request, Type, build, build_operation, check, decode, operation, service, services,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        other => panic!("not an object: {other}"),
    }
}

fn call(service: &str, operation: &str, params: Value) -> Request {
    build(service, operation, Some("cn-north-1"), &object(params)).expect("valid parameters")
}

fn problems(service: &str, operation: &str, params: Value) -> Vec<String> {
    let problems = build(service, operation, Some("cn-north-1"), &object(params)).expect_err("problems");
    problems
        .iter()
        .map(|problem| match &problem.suggestion {
            Some(name) => format!("{problem} -> {name}"),
            None => problem.to_string(),
        })
        .collect()
}

/// The parameters as a server gets them from the wire.
fn received(operation: &Operation, request: &Request) -> Map<String, Value> {
    let path = percent_decode(&request.path);
    let service = service(&operation.service).expect("a service");
    let (found, ids) = decode::match_operation(service, request.method, &path).expect("a route");
    assert_eq!((found.method, &found.path), (operation.method, &operation.path));
    decode::parameters(operation, &ids, &request.query, &request.body).expect("a JSON object")
}

fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned()
}

#[test]
fn queries_as_the_sdks_write_them() {
    for (service, operation, params, path, query) in [
        ("vm", "describeInstances", json!({}), "/v1/regions/cn-north-1/instances", ""),
        (
            "vm",
            "describeInstances",
            json!({"pageSize": 10, "pageNumber": 2}),
            "/v1/regions/cn-north-1/instances",
            "pageNumber=2&pageSize=10",
        ),
        (
            "disk",
            "describeDisks",
            json!({"regionId": "cn-east-2", "filters": [{"name": "diskId", "values": ["vol-a1", "vol-b2"]}]}),
            "/v1/regions/cn-east-2/disks",
            "filters.1.name=diskId&filters.1.values.1=vol-a1&filters.1.values.2=vol-b2",
        ),
        (
            "vpc",
            "describeVpcs",
            json!({"filters": [{"name": "vpcIds", "operator": "eq", "values": ["a b&c=+中"]}], "pageSize": null}),
            "/v1/regions/cn-north-1/vpcs/",
            "filters.1.name=vpcIds&filters.1.operator=eq&filters.1.values.1=a%20b%26c%3D%2B%E4%B8%AD",
        ),
        (
            "vm",
            "describeInstances",
            json!({"tags": [{"key": "env", "values": ["prod"]}]}),
            "/v1/regions/cn-north-1/instances",
            "tags.1.key=env&tags.1.values.1=prod",
        ),
        ("vpc", "deleteSubnet", json!({"subnetId": "subnet-x1"}), "/v1/regions/cn-north-1/subnets/subnet-x1", ""),
    ] {
        let request = call(service, operation, params);
        assert_eq!((request.path.as_str(), request.query.as_str()), (path, query), "{operation}");
        assert!(request.body.is_empty());
    }
}

#[test]
fn bodies_carry_path_parameters_too() {
    let request = call("disk", "extendDisk", json!({"diskId": "vol-a1", "diskSizeGB": 200}));
    assert_eq!(request.path, "/v1/regions/cn-north-1/disks/vol-a1:extend");
    assert_eq!((request.method, request.query.as_str()), (Method::Post, ""));
    let body: Value = serde_json::from_slice(&request.body).expect("JSON");
    assert_eq!(body, json!({"regionId": "cn-north-1", "diskId": "vol-a1", "diskSizeGB": 200}));
    assert_eq!(request.region.as_deref(), Some("cn-north-1"));
}

#[test]
fn a_region_is_signed_only_where_the_operation_has_one() {
    let request = build("iam", "describeSubUsers", Some("cn-north-1"), &Map::new()).expect("valid");
    assert_eq!(request.region, None);
    let request = build("vpc", "describeVpcs", Some("cn-north-1"), &object(json!({"regionId": "cn-east-2"})));
    assert_eq!(request.expect("valid").region.as_deref(), Some("cn-east-2"));
}

#[test]
fn ids_that_would_address_something_else_are_refused() {
    for (id, message) in [
        ("", "`vpcId` is part of the path and must not be empty"),
        (" ", "`vpcId` is part of the path and must not be empty"),
        ("..", "`vpcId` is part of the path and must not be `..`"),
        (".", "`vpcId` is part of the path and must not be `.`"),
    ] {
        assert_eq!(problems("vpc", "deleteVpc", json!({"vpcId": id})), [message]);
    }
    let request = call("vm", "describeKeypairs", json!({}));
    assert_eq!(request.path, "/v1/regions/cn-north-1/keypairs");
    let request = call("vm", "deleteKeypair", json!({"keyName": "a/b:c~中"}));
    assert_eq!(request.path, "/v1/regions/cn-north-1/keypairs/a%2Fb:c~%E4%B8%AD");
}

#[test]
fn every_problem_at_once_with_suggestions() {
    for (service, operation, params, expected) in [
        ("vcp", "describeVpcs", json!({}), vec!["there is no service `vcp` -> vpc"]),
        ("vpc", "createVcp", json!({}), vec!["service `vpc` has no operation `createVcp` -> createVpc"]),
        ("vpc", "create_vpc", json!({}), vec!["service `vpc` has no operation `create_vpc` -> createVpc"]),
        (
            "vpc",
            "createVpc",
            json!({"vpc_name": "a", "adressPrefix": "b"}),
            vec![
                "`vpcName` is missing (string)",
                "`adressPrefix` is not known to vpc.createVpc -> addressPrefix",
                "`vpc_name` is not known to vpc.createVpc -> vpcName",
            ],
        ),
        (
            "vpc",
            "describeVpcs",
            json!({"pageSize": "100", "filters": [{"name": "vpcIds", "valuse": ["a"]}, 7]}),
            vec![
                "`pageSize` must be integer, not string",
                "`filters[0].values` is missing (list of string)",
                "`filters[0].valuse` is not known to common.Filter -> values",
                "`filters[1]` must be common.Filter, not a number",
            ],
        ),
        ("vpc", "deleteVpc", json!({"vpcId": null}), vec!["`vpcId` is missing (string)"]),
        ("vpc", "describeVpcs", json!({"pageSize": 1.5}), vec!["`pageSize` must be integer, not the fraction 1.5"]),
    ] {
        assert_eq!(problems(service, operation, params), expected, "{service} {operation}");
    }
    let problem = build("vcp", "x", None, &Map::new()).expect_err("a problem").remove(0);
    assert!(firma_model::codes::page(problem.diagnostic().code).is_some());
    assert_eq!(problem.diagnostic().hints, ["did you mean `vpc`?"]);
}

#[test]
fn what_clients_spell_differently_is_understood() {
    let describe = operation("vpc", "describeVpcs").expect("an operation");
    let ids = [("regionId".to_owned(), "cn-north-1".to_owned())].into();
    let query = "pageSize=1e%2B06&pageNumber=2&filters.2.name=b&filters.1.name=a+b&filters.1.values.1=1&junk.1=x";
    let params = decode::parameters(describe, &ids, query, b"").expect("parameters");
    let expected = json!({
        "regionId": "cn-north-1", "pageSize": 1_000_000, "pageNumber": 2,
        "filters": [{"name": "a b", "values": ["1"]}, {"name": "b"}], "junk": ["x"],
    });
    assert_eq!(Value::Object(params.clone()), expected);
    let found: Vec<String> = check(describe, &params).iter().map(ToString::to_string).collect();
    assert_eq!(found, ["`filters[1].values` is missing (list of string)", "`junk` is not known to vpc.describeVpcs"]);

    let create = operation("vpc", "createElasticIps").expect("an operation");
    let body = br#"{"maxCount": 2.0, "dryRun": "True", "elasticIpAddress": null,
        "elasticIpSpec": {"bandwidthMbps": "5", "provider": "bgp", "chargeSpec": null}}"#;
    let params = decode::parameters(create, &ids, "", body).expect("parameters");
    assert_eq!(params["maxCount"], json!(2));
    assert_eq!(params["dryRun"], json!(true));
    assert_eq!(params["elasticIpSpec"], json!({"bandwidthMbps": 5, "provider": "bgp"}));
    assert!(!params.contains_key("elasticIpAddress"));

    for body in [&b"[]"[..], b"{", b"7", b"{}x"] {
        let problem = decode::parameters(create, &ids, "", body).expect_err("not an object");
        assert!(problem.to_string().starts_with("the body is not a JSON object"), "{problem}");
        assert_eq!(problem.code(), "E0756");
    }
    let deep = format!("a{}=x&.=y&=z&a..b=1", ".1".repeat(10_000));
    assert_eq!(decode::parameters(describe, &Default::default(), &deep, b""), Ok(Map::new()));
}

/// A value of a type, as deep as the types go, but not for ever: 37 models contain themselves.
fn sample(ty: &Type, depth: usize) -> Value {
    match ty {
        Type::String => json!("a/b c:1&中"),
        Type::Integer | Type::Long => json!(-1_234_567),
        Type::Float | Type::Double => json!(0.25),
        Type::Boolean => json!(true),
        Type::Any => json!("anything"),
        Type::List(item) => json!([sample(item, depth), sample(item, depth)]),
        Type::Ref { .. } => {
            let fields = ty.model().map_or(&[][..], |model| &model.fields);
            // The query cannot say "empty object", so a level is either full or left out by its parent.
            let kept = fields.iter().filter(|field| depth > 0 || field.ty.is_scalar());
            Value::Object(kept.map(|field| (field.name.clone(), sample(&field.ty, depth.saturating_sub(1)))).collect())
        }
    }
}

/// Lists and objects that ended up empty cannot be written into a query.
fn prune(value: &mut Value) -> bool {
    match value {
        Value::Array(items) => {
            items.retain_mut(prune);
            !items.is_empty()
        }
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            for name in names {
                if members.get_mut(&name).is_some_and(|member| !prune(member)) {
                    members.remove(&name);
                }
            }
            !members.is_empty()
        }
        _ => true,
    }
}

#[test]
fn every_operation_survives_the_wire() {
    let mut sent = 0;
    for service in services().filter_map(|outline| service(outline.service)) {
        for operation in &service.operations {
            let mut params = Value::Object(
                operation.params.iter().map(|param| (param.name.clone(), sample(&param.ty, 1))).collect(),
            );
            prune(&mut params);
            let params = object(params);
            let shallow = |problem: &firma_api::Problem| {
                // Samples stop early, so required fields below may be missing; nothing else may be wrong.
                matches!(problem.kind, firma_api::ProblemKind::Missing { .. })
            };
            let found = check(operation, &params);
            assert!(found.iter().all(shallow), "{}: {found:?}", operation.full_name());
            if found.is_empty() {
                // A path value with a slash is encoded for the wire, but routes only while undecoded.
                let mut params = params;
                for param in operation.params.iter().filter(|param| param.place == firma_api::Place::Path) {
                    if param.ty == Type::String {
                        params.insert(param.name.clone(), json!("id-1 中"));
                    }
                }
                let request = build_operation(operation, None, &params).expect("valid");
                assert_eq!(received(operation, &request), params, "{}", operation.full_name());
                sent += 1;
            }
        }
    }
    // The rest needs deeper samples than the loop makes.
    assert!(sent > 4000, "only {sent} operations were tried");
}

fn filters() -> impl Strategy<Value = Value> {
    let text = || any::<String>();
    let filter =
        (text(), prop::option::of(text()), prop::collection::vec(text(), 1..12)).prop_map(|(name, op, values)| {
            let mut filter = json!({"name": name, "values": values});
            if let Some(op) = op {
                filter["operator"] = json!(op);
            }
            filter
        });
    prop::collection::vec(filter, 1..12).prop_map(Value::Array)
}

proptest! {
    #[test]
    fn a_query_comes_back_as_it_went(filters in filters(), page in any::<i32>()) {
        let describe = operation("vm", "describeInstances").expect("an operation");
        let params = object(json!({"regionId": "cn-north-1", "filters": filters, "pageNumber": page}));
        let request = build_operation(describe, None, &params).expect("valid");
        prop_assert!(request.query.bytes().all(|b| b.is_ascii_graphic()));
        prop_assert_eq!(received(describe, &request), params);
    }

    #[test]
    fn any_query_is_survived(query in "[a-z0-9.=&%+]{0,200}") {
        let describe = operation("vm", "describeInstances").expect("an operation");
        let params = decode::parameters(describe, &Default::default(), &query, b"").expect("parameters");
        check(describe, &params);
    }
}
