//! The mirror image of a condition: `{"precondition": "vpc.vpc.main", "condition": ..., "message": ..., "operands": {...}}`.

use super::{
    adapt::{ByName, Text, mirrors},
    expr::ExprForm,
};
use crate::conditions::{PlannedCondition, Subject};
use firma_model::{address::Address, expr::Expr};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

use super::adapt::Form;

mirrors!(ConditionForm => PlannedCondition);

#[derive(Serialize, Deserialize)]
#[serde(remote = "PlannedCondition", deny_unknown_fields)]
pub(super) struct ConditionForm {
    #[serde(with = "SubjectForm")]
    of: Subject,
    #[serde(with = "ExprForm")]
    condition: Expr,
    #[serde(with = "ExprForm")]
    message: Expr,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "ByName::<String, ExprForm>")]
    operands: BTreeMap<String, Expr>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Subject", rename_all = "snake_case", deny_unknown_fields)]
enum SubjectForm {
    Precondition(#[serde(with = "Text::<Address>")] Address),
    Postcondition(#[serde(with = "Text::<Address>")] Address),
    Output(String),
    Check(String),
}
