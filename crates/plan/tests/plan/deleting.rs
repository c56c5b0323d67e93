//! The calls of a deletion.

use crate::support::{Stage, procedure};
use firma_catalog::procedure::{Parameter, Source};
use firma_model::{document::Document, value::Value};
use firma_plan::fill;
use serde_json::json;
use std::collections::BTreeMap;

#[test]
fn a_call_of_a_deletion_may_name_what_a_read_showed() {
    let mut stage = Stage::default();
    let address = "vpc.nat_gateway.out";
    let inputs = json!({ "nat_gateway_name": "out", "vpc_id": "vpc-1", "subnet_id": "subnet-1" });
    let record = stage.have(address, "natgw-1", inputs, &[]);
    let shown = BTreeMap::from([("made".to_owned(), Value::string("by the service"))]);
    record.observed = Document::encode(&Value::Map(shown.into_iter().collect()));
    let record = record.clone();
    let plan = stage.planned();
    let step = plan.steps.first().expect("a deletion");
    let mut procedure = (*procedure("vpc.nat_gateway")).clone();
    let parameter = |name: &str| Parameter { name: name.into(), source: Source::Observed("made".into()) };
    procedure.delete.as_mut().expect("a call").parameters.push(parameter("ofDelete"));
    procedure.before_delete[0].call.parameters.push(parameter("ofBefore"));
    let delete = fill::delete_call(step, &procedure, &record).expect("a call");
    assert_eq!(delete.parameters["ofDelete"], "by the service");
    assert_eq!(delete.parameters["natGatewayId"], "natgw-1");
    let before = fill::before_delete_calls(step, &procedure, &record);
    assert_eq!(before[0].parameters["ofBefore"], "by the service");
}
