//! Paths: reading, printing, checking against the facts, getting and setting.

use firma_api::{Path, operation, path};
use serde_json::{Value, json};

fn parse(text: &str) -> Path {
    Path::parse(text).expect(text)
}

#[test]
fn a_path_prints_as_it_was_read() {
    for text in ["", "vpc", "vpcs[].vpcId", "elasticIpIds[0]", "vpc.subnets[].subnetId", "a[][0].b-c_d[]"] {
        assert_eq!(parse(text).to_string(), text);
    }
}

#[test]
fn malformed_paths_say_where() {
    for (text, at) in
        [(".a", 0), ("a..b", 2), ("a.", 2), ("a[", 1), ("a[x]", 2), ("a[0]b", 4), ("a b", 1), ("a[99999]", 2)]
    {
        assert_eq!(Path::parse(text).expect_err(text).at, at, "{text}");
    }
}

#[test]
fn types_at_result_paths() {
    let cases = [
        ("vpc", "describeVpcs", "vpcs[].vpcId", Ok("string")),
        ("vpc", "describeVpcs", "totalCount", Ok("number")),
        ("vpc", "describeVpc", "vpc.subnets[].subnetId", Ok("string")),
        ("vpc", "createElasticIps", "elasticIpIds[0]", Ok("string")),
        ("vpc", "describeVpcs", "vpcs", Ok("list of vpc.Vpc")),
        (
            "vpc",
            "describeVpcs",
            "vpc.vpcId",
            Err("`vpc.vpcId` leads nowhere: the result of vpc.describeVpcs has no `vpc` -> vpcs"),
        ),
        (
            "vpc",
            "describeVpcs",
            "vpcs.vpcId",
            Err("`vpcs.vpcId` leads nowhere: `.vpcId` on a list of vpc.Vpc; `[]` or an index must come first"),
        ),
        ("vpc", "describeVpcs", "vpcs[].vpcld", Err("`vpcs[].vpcld` leads nowhere: vpc.Vpc has no `vpcld` -> vpcId")),
        (
            "vpc",
            "describeVpcs",
            "vpcs[].vpcId[0]",
            Err("`vpcs[].vpcId[0]` leads nowhere: an index on string, which is no list"),
        ),
        (
            "vpc",
            "describeVpcs",
            "[0]",
            Err("`[0]` leads nowhere: a path into the result of vpc.describeVpcs begins with a name"),
        ),
    ];
    for (service, name, text, expected) in cases {
        let operation = operation(service, name).expect(name);
        match (path::result_type(operation, &parse(text)), expected) {
            (Ok(ty), Ok("number")) => assert!(ty.is_number(), "{text}: {ty}"),
            (Ok(ty), expected) => assert_eq!(Ok(ty.to_string().as_str()), expected),
            (Err(problem), expected) => {
                let suggestion = problem.suggestion.as_ref().map(|name| format!(" -> {name}")).unwrap_or_default();
                assert_eq!(Err(format!("{problem}{suggestion}").as_str()), expected);
                assert_eq!(problem.diagnostic().code, "E0757");
            }
        }
    }
    let create = operation("vm", "createInstances").expect("an operation");
    let ty = path::param_type(create, &parse("instanceSpec.systemDisk.cloudDiskSpec.diskSizeGB")).expect("a type");
    assert!(ty.is_number());
}

#[test]
fn get_select_set() {
    let value =
        json!({"vpcs": [{"id": "a", "subnets": ["x", "y"]}, {"id": "b"}, {"id": "c", "subnets": ["z"]}], "n": null});
    assert_eq!(path::get(&value, &parse("vpcs[1].id")), Some(&json!("b")));
    assert_eq!(path::get(&value, &parse("vpcs[9].id")), None);
    assert_eq!(path::get(&value, &parse("n")), Some(&Value::Null));
    assert_eq!(path::get(&value, &parse("n.more")), None);
    assert_eq!(path::get(&value, &parse("")), Some(&value));
    assert_eq!(path::get(&value, &parse("vpcs[].id")), Some(&json!("a")));
    assert_eq!(path::select(&value, &parse("vpcs[].subnets[]")), [&json!("x"), &json!("y"), &json!("z")]);

    let mut built = Value::Null;
    assert!(path::set(&mut built, &parse("spec.disks[0].size"), json!(20)));
    assert!(path::set(&mut built, &parse("spec.disks[1].size"), json!(30)));
    assert!(!path::set(&mut built, &parse("spec.disks[5].size"), json!(40)));
    assert!(!path::set(&mut built, &parse("spec.disks.size"), json!(40)));
    assert!(path::set(&mut built, &parse("spec.disks[].az"), json!("a")));
    assert_eq!(built, json!({"spec": {"disks": [{"size": 20, "az": "a"}, {"size": 30, "az": "a"}]}}));
}

#[test]
fn splitting_at_a_list() {
    let (list, within) = parse("vpc.subnets[].ids[].x").split_each().expect("plural");
    assert_eq!((list.to_string(), within.to_string()), ("vpc.subnets".to_owned(), "ids[].x".to_owned()));
    assert_eq!(parse("a.b").split_each(), None);
    assert_eq!(list.join(&within).to_string(), "vpc.subnets.ids[].x");
}
