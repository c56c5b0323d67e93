//! Every operation's own path leads back to it.

use firma_api::{Method, Segment, match_operation, operation, service, services};

/// Pairs the API itself cannot tell apart: one method, one path. The first name is what routing answers.
const AMBIGUOUS: [(&str, &str, &str); 3] = [
    ("monitor", "put", "putProductMetricData"),
    ("monitor", "putCustomMetricData", "putMetricData"),
    ("yunding", "put", "putProductMetricData"),
];

#[test]
fn every_path_routes_to_its_operation() {
    for service in services().filter_map(|outline| service(outline.service)) {
        for operation in &service.operations {
            let path: String = operation
                .segments
                .iter()
                .map(|segment| match segment {
                    Segment::Literal(text) => format!("/{text}"),
                    Segment::Param { name, suffix } => format!("/x-{name}{suffix}"),
                })
                .collect();
            for path in [path.clone(), format!("{path}/")] {
                let (found, params) = match_operation(service, operation.method, &path).expect(&path);
                let expected = AMBIGUOUS
                    .iter()
                    .find(|(id, _, second)| *id == service.id && *second == operation.name)
                    .map_or(operation.name.as_str(), |(_, first, _)| first);
                assert_eq!(found.name, expected, "{} {} {path}", service.id, operation.method.as_str());
                for (name, value) in params {
                    assert_eq!(value, format!("x-{name}"));
                }
            }
        }
    }
}

#[test]
fn an_empty_id_is_the_list() {
    let vpc = service("vpc").expect("a service");
    let name = |path| match_operation(vpc, Method::Get, path).map(|(operation, _)| operation.name.as_str());
    assert_eq!(name("/v1/regions/cn-north-1/networkSecurityGroups/"), Some("describeNetworkSecurityGroups"));
    assert_eq!(name("/v1/regions/cn-north-1/networkSecurityGroups"), Some("describeNetworkSecurityGroups"));
    assert_eq!(name("/v1/regions/cn-north-1/networkSecurityGroups/sg-1"), Some("describeNetworkSecurityGroup"));
    assert_eq!(name("/v1/regions//networkSecurityGroups/"), None);
    assert_eq!(name("/v1/nothing"), None);
    assert_eq!(name(""), None);
    assert_eq!(name("/"), None);
}

#[test]
fn actions_win_over_ids_that_contain_a_colon() {
    let disk = service("disk").expect("a service");
    let (found, params) = match_operation(disk, Method::Post, "/v1/regions/r/disks/vol-1:extend").expect("a route");
    assert_eq!((found.name.as_str(), params["diskId"].as_str()), ("extendDisk", "vol-1"));
    assert!(match_operation(disk, Method::Post, "/v1/regions/r/disks/:extend").is_none());
    assert!(operation("disk", "extendDisk").is_some_and(|operation| operation.path.ends_with(":extend")));
}
