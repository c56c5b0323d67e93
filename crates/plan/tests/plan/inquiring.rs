//! What a plan is checked by before it is shown: questions asked once, and what their answers say against it.

use crate::support::Stage;
use firma_model::{
    diagnostic::Severity,
    fault::{Fault, FaultKind},
};
use firma_plan::preflight::{Asked, Inquiry};
use serde_json::{Value as Json, json};

/// The codes, as errors or warnings, when each question is answered by `answer`; and how many questions there were.
fn found(stage: &Stage, answer: impl Fn(&Asked) -> Result<Vec<Json>, Fault>) -> (Vec<String>, usize) {
    let plan = stage.planned();
    stage.look(|worlds| {
        let inquiry = Inquiry::of(&plan, worlds);
        let answers: Vec<_> = inquiry.questions().iter().map(&answer).collect();
        let told = inquiry.judge(&plan, worlds, &answers).list;
        let mark = |severity| if severity == Severity::Error { "" } else { "?" };
        (told.iter().map(|d| format!("{}{}", d.code, mark(d.severity))).collect(), inquiry.questions().len())
    })
}

/// Quotas of this much, of which so much is used; nothing else is there.
fn quota(limit: u64, used: u64) -> impl Fn(&Asked) -> Result<Vec<Json>, Fault> {
    move |asked| match asked {
        Asked::Call(question) if question.service == "vm" => {
            Ok(vec![json!({ "quotas": [{ "resourceType": "keypair", "limit": limit, "used": used }] })])
        }
        Asked::Call(_) => {
            Ok(vec![json!({ "quota": { "maxLimit": limit, "count": used, "limit": limit, "used": used } })])
        }
        Asked::Objects(_) | Asked::Everything { .. } => Ok(Vec::new()),
    }
}

fn vpc(name: &str, range: &str) -> Json {
    json!({ "vpc_name": name, "address_prefix": range })
}

#[test]
fn a_quota_is_asked_once_and_holds_for_all_that_is_made() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.a", vpc("a", "10.0.0.0/16"));
    stage.want("vpc.vpc.b", vpc("b", "10.1.0.0/16"));
    assert_eq!(found(&stage, quota(10, 8)), (vec![], 1));
    assert_eq!(found(&stage, quota(10, 9)), (vec!["E0533".to_owned()], 1));
}

#[test]
fn what_makes_way_counts_and_what_merely_goes_is_a_warning() {
    // The new one waits for the old one's deletion.
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc("a", "10.0.0.0/16"), &[]);
    stage.want("vpc.vpc.a", vpc("a", "10.9.0.0/16"));
    assert_eq!(found(&stage, quota(1, 1)).0, Vec::<String>::new());
    // Nothing says that the one goes before the other comes.
    let mut stage = Stage::default();
    stage.have("vpc.vpc.a", "vpc-1", vpc("a", "10.0.0.0/16"), &[]);
    stage.want("vpc.vpc.b", vpc("b", "10.9.0.0/16"));
    assert_eq!(found(&stage, quota(1, 1)).0, ["E0533?"]);
}

#[test]
fn in_a_parent_that_is_not_there_yet_what_is_usual_is_a_hint() {
    let mut stage = Stage::default();
    stage.want("vpc.vpc.main", vpc("main", "10.0.0.0/16"));
    for n in 0..11 {
        let subnet =
            json!({ "vpc_id": "@vpc.vpc.main.id", "subnet_name": "s", "address_prefix": format!("10.0.{n}.0/24") });
        stage.want(&format!("vpc.subnet.s{n}"), subnet);
    }
    // Only the quota of VPCs can be asked.
    assert_eq!(found(&stage, quota(10, 0)), (vec!["E0533?".to_owned()], 1));
}

#[test]
fn elements_are_counted_by_how_many_more_there_are() {
    let rule = |port: u16| json!({ "direction": 0, "protocol": 6, "from_port": port, "to_port": port, "address_prefix": "0.0.0.0/0" });
    let group = |ports: std::ops::Range<u16>| json!({ "vpc_id": "vpc-1", "network_security_group_name": "g", "rules": ports.map(rule).collect::<Vec<_>>() });
    let mut stage = Stage::default();
    stage.have("vpc.network_security_group.g", "sg-1", group(1..4), &[]);
    stage.want("vpc.network_security_group.g", group(1..6));
    assert_eq!(found(&stage, quota(5, 3)).0, Vec::<String>::new());
    assert_eq!(found(&stage, quota(5, 4)).0, ["E0533"]);
}

#[test]
fn what_stays_inside_is_in_the_way_and_what_the_plan_takes_out_is_not() {
    let mut stage = Stage::default();
    stage.have("vpc.vpc.main", "vpc-1", vpc("main", "10.0.0.0/16"), &[]);
    let subnet = json!({ "vpc_id": "vpc-1", "subnet_name": "s", "address_prefix": "10.0.1.0/24" });
    stage.have("vpc.subnet.s", "subnet-1", subnet, &["vpc.vpc.main"]);
    let shows = |subnets: &'static [&'static str]| {
        move |asked: &Asked| match asked {
            Asked::Objects(batch) if batch.procedure.kind == "vpc.vpc" => {
                let inside: Vec<Json> = subnets.iter().map(|id| json!({ "subnetId": id })).collect();
                Ok(vec![json!({ "vpcId": "vpc-1", "subnets": inside })])
            }
            _ => Ok(Vec::new()),
        }
    };
    assert_eq!(found(&stage, shows(&["subnet-1"])).0, Vec::<String>::new());
    assert_eq!(found(&stage, shows(&["subnet-1", "subnet-theirs"])).0, ["E0534"]);
}

#[test]
fn what_means_something_in_its_parent_only_is_told_from_others_there() {
    let mut stage = Stage::default();
    let spec = json!({ "adjustment_type": "Number", "adjustment_value": 1 });
    let rule = json!({ "ag_id": "ag-1", "name": "more", "as_rule_type": "Simple", "simple_as_rule_spec": spec });
    stage.have("ag.as_rule.more", "ag-1/asr-1", rule, &[]);
    let shows = |id: &'static str| {
        move |asked: &Asked| match asked {
            Asked::Objects(batch) if batch.procedure.kind == "ag.as_rule" => {
                let info = json!({ "asAlarms": [{ "asAlarmId": "asa-theirs" }], "asCrons": [] });
                Ok(vec![json!({ "asRuleId": id, "simpleAsRuleInfo": info })])
            }
            _ => Ok(Vec::new()),
        }
    };
    assert_eq!(found(&stage, shows("asr-1")).0, ["E0534"]);
    assert_eq!(found(&stage, shows("asr-2")).0, Vec::<String>::new());
}

#[test]
fn a_name_that_is_an_id_must_be_free_or_become_so() {
    let key = json!({ "key_name": "admin", "public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGV4YW1wbGUgb25seTogbm8gcHJpdmF0ZSBoYWxmLi4u a@example" });
    let taken = |asked: &Asked| match asked {
        Asked::Objects(_) => Ok(vec![json!({ "keyName": "admin" })]),
        other => quota(20, 1)(other),
    };
    let mut stage = Stage::default();
    stage.want("vm.keypair.new", key.clone());
    assert_eq!(found(&stage, taken).0, ["E0535"]);
    stage.have("vm.keypair.old", "admin", key, &[]);
    assert_eq!(found(&stage, taken).0, Vec::<String>::new());
}

#[test]
fn a_range_that_others_have_is_seen_in_a_parent_that_exists() {
    let mut stage = Stage::default();
    stage.want("vpc.subnet.s", json!({ "vpc_id": "vpc-1", "subnet_name": "s", "address_prefix": "10.0.4.0/24" }));
    let there = |range: &'static str, parent: &'static str| {
        move |asked: &Asked| match asked {
            Asked::Everything { .. } => {
                Ok(vec![json!({ "subnetId": "subnet-theirs", "vpcId": parent, "addressPrefix": range })])
            }
            other => quota(10, 1)(other),
        }
    };
    assert_eq!(found(&stage, there("10.0.0.0/20", "vpc-1")).0, ["E0537"]);
    assert_eq!(found(&stage, there("10.0.16.0/20", "vpc-1")).0, Vec::<String>::new());
    assert_eq!(found(&stage, there("10.0.0.0/20", "vpc-2")).0, Vec::<String>::new());
}

#[test]
fn a_question_that_is_not_answered_is_told_once_and_refuses_nothing() {
    let mut stage = Stage::default();
    for (name, parent) in [("a", "vpc-1"), ("b", "vpc-2")] {
        let subnet = json!({ "vpc_id": parent, "subnet_name": name, "address_prefix": "10.0.4.0/24" });
        stage.want(&format!("vpc.subnet.{name}"), subnet);
    }
    let denied = |asked: &Asked| match asked {
        Asked::Call(question) => Err(Fault {
            kind: FaultKind::Denied,
            service: question.service.clone(),
            operation: question.operation.clone(),
            http_status: Some(403),
            code: Some(403),
            status: Some("PERMISSION_DENIED".to_owned()),
            message: "no".to_owned(),
            request_id: None,
        }),
        _ => Ok(Vec::new()),
    };
    // Two quotas, one for each VPC, and one list.
    assert_eq!(found(&stage, denied), (vec!["E0538?".to_owned()], 3));
}
