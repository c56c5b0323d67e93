//! The committed facts hold together: counts, references, paths, names, size.

use firma_api::{Place, Segment, Type, naming, service, services};
use std::collections::BTreeMap;

#[test]
fn counts_of_the_whole_api() {
    assert_eq!(services().len(), 130);
    assert_eq!(services().map(|outline| outline.operations).sum::<usize>(), 4312);
    assert_eq!(services().map(|outline| outline.models).sum::<usize>(), 6632);
    let without_host: Vec<_> = services().filter(|o| o.endpoint.is_none()).map(|o| o.service).collect();
    assert_eq!(without_host, ["charge", "common", "jdw", "jdworkspace"]);
}

#[test]
fn outlines_are_sorted_and_agree_with_the_decoded_facts() {
    assert!(services().map(|outline| outline.service).is_sorted());
    for outline in services() {
        let decoded = service(outline.service).expect(outline.service);
        assert_eq!(decoded.id, outline.service);
        assert_eq!(decoded.endpoint.as_deref(), outline.endpoint);
        assert_eq!(decoded.revision.as_deref(), outline.revision);
        assert_eq!(decoded.version.as_deref(), outline.version);
        assert_eq!((decoded.operations.len(), decoded.models.len()), (outline.operations, outline.models));
        let version = format!("/{}/", outline.version.unwrap_or_default());
        for operation in &decoded.operations {
            assert!(operation.path.starts_with(&version), "{} {}", operation.full_name(), operation.path);
        }
    }
}

#[test]
fn the_compressed_facts_are_small() {
    let size = firma_api::facts::compressed_size();
    assert!(size < 500_000, "{size} bytes");
}

#[test]
fn every_reference_resolves() {
    fn follow(ty: &Type, place: &str) {
        match ty {
            Type::List(item) => follow(item, place),
            Type::Ref { .. } => assert!(ty.model().is_some(), "{place}: {ty}"),
            _ => {}
        }
    }
    for service in services().filter_map(|outline| service(outline.service)) {
        for operation in &service.operations {
            operation.params.iter().for_each(|param| follow(&param.ty, &operation.full_name()));
            operation.result.iter().for_each(|field| follow(&field.ty, &operation.full_name()));
        }
        for model in &service.models {
            model.fields.iter().for_each(|field| follow(&field.ty, &model.full_name()));
        }
    }
}

#[test]
fn every_path_parameter_is_declared_and_used() {
    for service in services().filter_map(|outline| service(outline.service)) {
        for operation in &service.operations {
            let mut in_path: Vec<&str> = operation
                .segments
                .iter()
                .filter_map(|segment| match segment {
                    Segment::Param { name, .. } => Some(name.as_str()),
                    Segment::Literal(text) => {
                        assert!(!text.is_empty() && !text.contains(['{', '}']), "{}", operation.path);
                        None
                    }
                })
                .collect();
            let mut declared: Vec<&str> =
                operation.params.iter().filter(|p| p.place == Place::Path).map(|p| p.name.as_str()).collect();
            in_path.sort_unstable();
            declared.sort_unstable();
            assert_eq!(in_path, declared, "{}", operation.full_name());
            let other = if operation.has_body() { Place::Query } else { Place::Body };
            assert!(operation.params.iter().all(|param| param.place != other), "{}", operation.full_name());
        }
    }
}

#[test]
fn snake_case_names_never_collide_in_one_place() {
    fn distinct<'n>(names: impl Iterator<Item = &'n str>, place: &str) {
        let mut seen = BTreeMap::new();
        for name in names {
            let snake = naming::snake(name);
            if let Some(other) = seen.insert(snake.clone(), name) {
                panic!("{place}: `{other}` and `{name}` are both `{snake}`");
            }
        }
    }
    for service in services().filter_map(|outline| service(outline.service)) {
        for operation in &service.operations {
            distinct(operation.params.iter().map(|param| param.name.as_str()), &operation.full_name());
            distinct(operation.result.iter().map(|field| field.name.as_str()), &operation.full_name());
        }
        for model in &service.models {
            distinct(model.fields.iter().map(|field| field.name.as_str()), &model.full_name());
        }
    }
}

#[test]
fn look_ups() {
    let operation = firma_api::operation("vpc", "createVpc").expect("an operation");
    assert_eq!(operation.param_by_snake("address_prefix").map(|param| param.name.as_str()), Some("addressPrefix"));
    let filter = firma_api::model("common.Filter").expect("a model");
    assert!(filter.field("values").is_some_and(|field| field.required));
    assert_eq!(filter.field("operator").and_then(|field| field.hints.default()), Some("eq"));
    assert!(firma_api::model("common.Filters").is_none());
    assert!(firma_api::operation("vpc", "createvpc").is_none());
    assert!(service("nothing").is_none());
}

#[test]
fn reads_and_changes() {
    let mutating = |service, name| firma_api::is_mutating(firma_api::operation(service, name).expect(name));
    for (service, name) in [
        ("vpc", "describeVpcs"),
        ("vm", "describeInstances"),
        ("vm", "imageTasks"),
        ("resourcetag", "describeTags"),
        ("monitor", "lastDownsample"),
        ("quota", "verifyUserQuota"),
    ] {
        assert!(!mutating(service, name), "{service}.{name} only reads");
    }
    for (service, name) in [
        ("vpc", "createVpc"),
        ("vpc", "modifyVpc"),
        ("vpc", "deleteVpc"),
        ("resourcetag", "tagResources"),
        ("disk", "extendDisk"),
        ("streamcomputer", "startJob"),
        ("jdstarrocks", "deleteProject"),
        ("sop", "getSecurityToken"),
    ] {
        assert!(mutating(service, name), "{service}.{name} changes something");
    }
}
