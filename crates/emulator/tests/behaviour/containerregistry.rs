//! Registries and repositories of container images.

use crate::cloud::{Cloud, fault};
use serde_json::json;

#[test]
fn names_of_registries() {
    let cloud = Cloud::new();
    for name in ["Shop", "-shop", "shop-", "1shop", "a_b", "abcdefghijklmnopqrstuvwxyzabcdefg"] {
        let params = json!({"registryName": name});
        assert_eq!(cloud.ok("containerregistry", "checkRegistryName", params.clone())["code"], 1, "{name}");
        assert_eq!(cloud.err("containerregistry", "createRegistry", params), fault(400, "INVALID_ARGUMENT"), "{name}");
    }
    let shop = json!({"registryName": "my-shop"});
    assert_eq!(cloud.ok("containerregistry", "checkRegistryName", shop.clone())["code"], 0);
    cloud.ok("containerregistry", "createRegistry", shop.clone());
    assert_eq!(cloud.ok("containerregistry", "checkRegistryName", shop.clone())["code"], 1);
    assert_eq!(cloud.err("containerregistry", "createRegistry", shop), fault(409, "ALREADY_EXISTS"));
}

#[test]
fn a_registry_is_deleted_when_it_is_empty() {
    let cloud = Cloud::new();
    for name in ["shop", "shop-two"] {
        cloud.ok("containerregistry", "createRegistry", json!({"registryName": name, "description": "for it"}));
    }
    let web = json!({"registryName": "shop", "repositoryName": "web"});
    cloud.ok("containerregistry", "createRepository", web.clone());
    assert_eq!(cloud.err("containerregistry", "createRepository", web.clone()), fault(409, "ALREADY_EXISTS"));
    cloud.ok("containerregistry", "createRepository", json!({"registryName": "shop-two", "repositoryName": "web"}));
    let lost = json!({"registryName": "none", "repositoryName": "web"});
    assert_eq!(cloud.err("containerregistry", "createRepository", lost), fault(404, "NOT_FOUND"));
    let count = |registry: &str| {
        cloud.ok("containerregistry", "describeRepositories", json!({"registryName": registry}))["totalCount"].clone()
    };
    assert_eq!((count("shop"), count("shop-two"), count("")), (json!(1), json!(1), json!(2)));
    let shop = json!({"registryName": "shop"});
    assert_eq!(cloud.err("containerregistry", "deleteRegistry", shop.clone()), fault(400, "FAILED_PRECONDITION"));
    cloud.ok("containerregistry", "deleteRepository", web.clone());
    assert_eq!(cloud.err("containerregistry", "deleteRepository", web), fault(404, "NOT_FOUND"));
    let quotas = cloud.ok("containerregistry", "describeQuotas", json!({}))["quotas"].clone();
    assert_eq!((&quotas[0]["used"], &quotas[1]["used"]), (&json!(2), &json!(1)));
    cloud.ok("containerregistry", "deleteRegistry", shop.clone());
    assert_eq!(cloud.err("containerregistry", "describeRegistry", shop), fault(404, "NOT_FOUND"));
    assert_eq!(
        cloud.ok("containerregistry", "describeRegistries", json!({}))["registries"].as_array().unwrap().len(),
        1
    );
}
