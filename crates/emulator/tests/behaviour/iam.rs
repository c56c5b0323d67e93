//! Users, groups, roles, policies: names, what must be empty before it goes, what a key shows and when.

use crate::cloud::{Cloud, fault, text};
use serde_json::{Value, json};

const DOCUMENT: &str = r#"{"Version":"3","Statement":[]}"#;

fn user(cloud: &Cloud, name: &str) {
    cloud.ok("iam", "createSubUser", json!({"createSubUserInfo": {"name": name, "password": "Example-Only-1"}}));
}

fn group(cloud: &Cloud, name: &str) {
    cloud.ok("iam", "createGroup", json!({"createGroupInfo": {"name": name}}));
}

fn policy(cloud: &Cloud, name: &str) {
    cloud.ok("iam", "createPolicy", json!({"createPolicyInfo": {"name": name, "content": DOCUMENT}}));
}

fn role(cloud: &Cloud, name: &str) {
    let info = json!({"roleName": name, "type": 4, "assumeRolePolicyDocument": DOCUMENT});
    cloud.ok("iam", "createRole", json!({"createRoleInfo": info}));
}

fn names(answer: &Value, list: &str, field: &str) -> Vec<String> {
    answer[list].as_array().unwrap().iter().map(|row| text(row, field)).collect()
}

#[test]
fn names_begin_with_a_letter_and_are_there_once() {
    let cloud = Cloud::new();
    for name in ["abc", "1abc", "a b c", "a.b.c", "abcdefghijklmnopqrstu"] {
        let info = json!({"createSubUserInfo": {"name": name, "password": "Example-Only-1"}});
        assert_eq!(cloud.err("iam", "createSubUser", info), fault(400, "INVALID_ARGUMENT"), "{name}");
    }
    user(&cloud, "alice");
    let again = json!({"createSubUserInfo": {"name": "alice", "password": "Example-Only-1"}});
    assert_eq!(cloud.err("iam", "createSubUser", again), fault(409, "ALREADY_EXISTS"));
    // The kinds do not share their names.
    group(&cloud, "alice");
    policy(&cloud, "alice");
    role(&cloud, "alice");
}

#[test]
fn passwords_are_mixed_and_never_shown() {
    let cloud = Cloud::new();
    for password in ["Short-1", "no-upper-case-1", "NO-LOWER-CASE-1", "No-Digit-At-All", "Much-Too-Long-Password-1"] {
        let info = json!({"createSubUserInfo": {"name": "alice", "password": password}});
        assert_eq!(cloud.err("iam", "createSubUser", info), fault(400, "INVALID_ARGUMENT"), "{password}");
    }
    let info = json!({"name": "alice", "password": "Example-Only-1", "contactTag": true, "email": "a@example.com"});
    let refused = cloud.err("iam", "createSubUser", json!({"createSubUserInfo": info}));
    assert_eq!(refused, fault(400, "INVALID_ARGUMENT"), "a contact has a phone too");
    let info = json!({"createSubUserInfo": {"name": "alice", "password": "Example-Only-1"}});
    let made = cloud.ok("iam", "createSubUser", info);
    let read = cloud.ok("iam", "describeSubUser", json!({"subUser": "alice"}));
    assert!(!format!("{made}{read}").contains("Example-Only-1"));
}

#[test]
fn a_user_is_changed_in_what_is_given() {
    let cloud = Cloud::new();
    user(&cloud, "alice");
    let change = |info: Value| cloud.ok("iam", "updateSubUser", json!({"subUser": "alice", "updateSubUserInfo": info}));
    change(json!({"description": "one", "email": "a@example.com"}));
    change(json!({"nickName": "A", "email": ""}));
    let shown = cloud.ok("iam", "describeSubUser", json!({"subUser": "alice"}))["subUser"].clone();
    assert_eq!((&shown["description"], &shown["email"], &shown["nickName"]), (&json!("one"), &json!(""), &json!("A")));
}

#[test]
fn lists_have_fifty_rows_a_page_and_a_total() {
    let cloud = Cloud::new();
    for number in 0..55 {
        group(&cloud, &format!("group-{number:02}"));
    }
    let page = |params: Value| cloud.ok("iam", "describeGroups", params);
    let first = page(json!({}));
    assert_eq!((first["groups"].as_array().unwrap().len(), &first["total"]), (50, &json!(55)));
    let second = page(json!({"pageNumber": 2}));
    assert_eq!(names(&second, "groups", "name"), ["group-50", "group-51", "group-52", "group-53", "group-54"]);
    assert_eq!(page(json!({"pageNumber": 3}))["groups"], json!([]));
    assert_eq!(page(json!({"keyword": "group-1"}))["total"], 10);
    assert_eq!(cloud.err("iam", "describeGroups", json!({"pageSize": 5})), fault(400, "OUT_OF_RANGE"));
    let newest = page(json!({"sort": 1, "pageSize": 10}));
    assert_eq!(newest["total"], 55);
}

#[test]
fn a_policy_shows_its_document_in_the_edition_in_force() {
    let cloud = Cloud::new();
    let refused = |content: &str| {
        let info = json!({"createPolicyInfo": {"name": "reads", "content": content}});
        cloud.err("iam", "createPolicy", info)
    };
    assert_eq!(refused("no JSON"), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(refused(&format!(r#"{{"a":"{}"}}"#, "x".repeat(6144))), fault(400, "INVALID_ARGUMENT"));
    policy(&cloud, "reads");
    let other = r#"{"Version":"3","Statement":[{"Effect":"Deny"}]}"#;
    cloud.ok("iam", "updatePolicy", json!({"policyName": "reads", "updatePolicyInfo": {"content": other}}));
    let shown = cloud.ok("iam", "describePolicy", json!({"policyName": "reads"}));
    assert_eq!(shown["defaultPolicyEdition"]["policyDocument"], other);
    assert_eq!(shown["policy"]["currentDefaultEdition"], "v2");
    let row = cloud.ok("iam", "describePolicies", json!({"types": "2"}))["policies"][0].clone();
    assert_eq!((text(&row, "name"), row.get("content")), ("reads".to_owned(), None), "a list has no documents");
}

#[test]
fn the_policies_of_the_system_are_used_and_not_changed() {
    let cloud = Cloud::new();
    let all = cloud.ok("iam", "describePolicies", json!({}));
    let name = text(&all["policies"][0], "name");
    assert_eq!(all["policies"][0]["policyType"], 0);
    assert_eq!(cloud.ok("iam", "describePolicies", json!({"types": "2"}))["total"], 0);
    let delete = cloud.err("iam", "deletePolicy", json!({"policyName": name}));
    assert_eq!(delete, fault(400, "FAILED_PRECONDITION"));
    let again = json!({"createPolicyInfo": {"name": name, "content": DOCUMENT}});
    assert_eq!(cloud.err("iam", "createPolicy", again), fault(409, "ALREADY_EXISTS"));
    user(&cloud, "alice");
    cloud.ok("iam", "attachSubUserPolicy", json!({"subUser": "alice", "policyName": name}));
}

#[test]
fn what_has_a_policy_keeps_it_and_is_kept_by_it() {
    let cloud = Cloud::new();
    user(&cloud, "alice");
    group(&cloud, "developers");
    role(&cloud, "deploy");
    policy(&cloud, "reads");
    for (whose, parameter, name, list, field) in [
        ("SubUser", "subUser", "alice", "describeAttachedSubUserPolicies", "name"),
        ("Group", "groupName", "developers", "describeAttachedGroupPolicies", "name"),
        ("Role", "roleName", "deploy", "describeRolePolicies", "policyName"),
    ] {
        let (attach, detach) = (format!("attach{whose}Policy"), format!("detach{whose}Policy"));
        let tie = |policy: &str| json!({parameter: name, "policyName": policy});
        let rows = || {
            cloud.ok(
                "iam",
                list,
                if whose == "Role" { json!({parameter: name, "sort": 0}) } else { json!({parameter: name}) },
            )
        };
        assert_eq!(cloud.err("iam", &attach, tie("writes")), fault(404, "NOT_FOUND"), "{whose}");
        assert_eq!(cloud.err("iam", &detach, tie("reads")), fault(404, "NOT_FOUND"), "{whose}");
        cloud.ok("iam", &attach, tie("reads"));
        assert_eq!(cloud.err("iam", &attach, tie("reads")), fault(409, "ALREADY_EXISTS"), "{whose}");
        assert_eq!(names(&rows(), "policies", field), ["reads"], "{whose}");
        let delete = cloud.err("iam", "deletePolicy", json!({"policyName": "reads"}));
        assert_eq!(delete, fault(400, "FAILED_PRECONDITION"), "{whose}");
        if whose != "SubUser" {
            let delete = cloud.err("iam", &format!("delete{whose}"), json!({parameter: name}));
            assert_eq!(delete, fault(400, "FAILED_PRECONDITION"), "{whose}");
        }
        cloud.ok("iam", &detach, tie("reads"));
        assert_eq!(rows()["total"], 0, "{whose}");
    }
    cloud.ok("iam", "deletePolicy", json!({"policyName": "reads"}));
    cloud.ok("iam", "deleteRole", json!({"roleName": "deploy"}));
}

#[test]
fn a_group_is_empty_before_it_goes_and_a_user_leaves_it_by_going() {
    let cloud = Cloud::new();
    user(&cloud, "alice");
    group(&cloud, "developers");
    let member = json!({"groupName": "developers", "subUser": "alice"});
    let nobody = json!({"groupName": "developers", "subUser": "nobody"});
    assert_eq!(cloud.err("iam", "addSubUserToGroup", nobody), fault(404, "NOT_FOUND"));
    cloud.ok("iam", "addSubUserToGroup", member.clone());
    assert_eq!(cloud.err("iam", "addSubUserToGroup", member.clone()), fault(409, "ALREADY_EXISTS"));
    let members = cloud.ok("iam", "describeGroupSubUsers", json!({"groupName": "developers"}));
    assert_eq!(names(&members, "subUsers", "name"), ["alice"]);
    let groups = cloud.ok("iam", "describeSubUserGroups", json!({"subUser": "alice"}));
    assert_eq!(names(&groups, "groups", "name"), ["developers"]);
    let delete = cloud.err("iam", "deleteGroup", json!({"groupName": "developers"}));
    assert_eq!(delete, fault(400, "FAILED_PRECONDITION"));
    cloud.ok("iam", "deleteSubUser", json!({"subUser": "alice"}));
    assert_eq!(cloud.err("iam", "removeSubUserFromGroup", member), fault(404, "NOT_FOUND"));
    cloud.ok("iam", "deleteGroup", json!({"groupName": "developers"}));
}

#[test]
fn a_role_lets_sessions_last_an_hour_to_twelve() {
    let cloud = Cloud::new();
    let create = |kind: i64, seconds: i64| {
        let info = json!({
            "roleName": "deploy", "type": kind, "assumeRolePolicyDocument": DOCUMENT, "maxSessionDuration": seconds,
        });
        json!({"createRoleInfo": info})
    };
    assert_eq!(cloud.err("iam", "createRole", create(2, 3600)), fault(400, "INVALID_ARGUMENT"));
    assert_eq!(cloud.err("iam", "createRole", create(4, 3599)), fault(400, "OUT_OF_RANGE"));
    assert_eq!(cloud.err("iam", "createRole", create(4, 43_201)), fault(400, "OUT_OF_RANGE"));
    cloud.ok("iam", "createRole", create(4, 43_200));
    let trust = json!({"roleName": "deploy", "updateAssumeRolePolicyInfo": {"assumeRolePolicyDocument": "{}"}});
    cloud.ok("iam", "updateAssumeRolePolicy", trust);
    let shown = cloud.ok("iam", "describeRole", json!({"roleName": "deploy"}))["roleInfo"].clone();
    assert_eq!((&shown["maxSessionDuration"], &shown["assumeRolePolicyDocument"]), (&json!(43_200), &json!("{}")));
    let row = cloud.ok("iam", "describeRoles", json!({"type": 4}))["roles"][0].clone();
    assert_eq!(row.get("maxSessionDuration"), None, "a list does not show it");
    assert_eq!(cloud.ok("iam", "describeRoles", json!({"type": 3}))["total"], 0);
}

#[test]
fn the_secret_of_a_key_is_shown_when_it_is_made_and_never_again() {
    let cloud = Cloud::new();
    assert_eq!(cloud.err("iam", "createSubUserAccessKey", json!({"subUser": "alice"})), fault(404, "NOT_FOUND"));
    user(&cloud, "alice");
    let made = cloud.ok("iam", "createSubUserAccessKey", json!({"subUser": "alice"}))["userAccessKey"].clone();
    let (key, secret) = (text(&made, "accessKey"), text(&made, "secretAccessKey"));
    let keys = || cloud.ok("iam", "getSubUserAccessKeys", json!({"subUser": "alice"}))["userAccessKeys"].clone();
    assert!(!secret.is_empty() && !keys().to_string().contains(&secret));
    assert_eq!(keys()[0]["status"], 1);
    cloud.ok("iam", "disableSubUserAccessKey", json!({"subUser": "alice", "accessKey": key}));
    assert_eq!(keys()[0]["status"], 0);
    cloud.ok("iam", "deleteSubUserAccessKey", json!({"subUser": "alice", "accessKey": key}));
    assert_eq!(keys(), json!([]));
    let again = cloud.err("iam", "deleteSubUserAccessKey", json!({"subUser": "alice", "accessKey": key}));
    assert_eq!(again, fault(404, "NOT_FOUND"));
}
