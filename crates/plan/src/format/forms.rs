//! The mirror image of a plan, field by field. Derived by serde in both directions, so that what is written is what is read.
//!
//! Fields that say nothing (empty lists, absent options, `false`) are left out.

use super::{
    adapt::{Boxed, ByAttribute, ByName, Form, Nodes, Plain, Present, Seq, Text, mirrors},
    condition::ConditionForm,
    expr::ExprForm,
    postponed::PostponedForm,
    value::{DocumentForm, MapForm, ValueForm},
};
use crate::conditions::PlannedCondition;
use crate::ephemeral::Ephemeral;
use crate::postponed::Postponed;
use crate::step::{
    Action, After, AttributeChange, BlockShape, CallOutline, Drift, Gate, Identity, Leg, Mode, Plan, PlannedOutput,
    Reason, Rule, Scope, Step,
};
use crate::terms::Term;
use firma_catalog::procedure::{LookupProcedure, Procedure};
use firma_model::{
    address::{Address, Block, KindId, NodeSet},
    desired::{OnRemove, Repetition},
    document::Document,
    expr::Expr,
    path::Path,
    place::Billing,
    record::{Record, Status},
    small_map::SmallMap,
    value::{Map, Value},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::{collections::BTreeMap, ops::Not, sync::Arc};

mirrors!(
    PlanForm => Plan,
    StepForm => Step,
    GateForm => Gate,
    RecordForm => Record,
    BillingForm => Billing,
    ReasonForm => Reason,
    ChangeForm => AttributeChange,
    CallForm => CallOutline,
    DriftForm => Drift,
    TermForm => Term,
    BlockShapeForm => BlockShape,
);

#[derive(Serialize, Deserialize)]
#[serde(remote = "Plan", deny_unknown_fields)]
pub(super) struct PlanForm {
    #[serde(with = "IdentityForm")]
    identity: Identity,
    #[serde(with = "Text::<Mode>")]
    mode: Mode,
    #[serde(default, skip_serializing_if = "Scope::is_whole", with = "ScopeForm")]
    scope: Scope,
    procedures: BTreeMap<String, Arc<Procedure>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lookups: BTreeMap<String, Arc<LookupProcedure>>,
    #[serde(with = "Seq::<StepForm>")]
    steps: Vec<Step>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<GateForm>")]
    gates: Vec<Gate>,
    #[serde(with = "ByName::<Address, Plain<Option<u64>>>")]
    basis: BTreeMap<Address, Option<u64>>,
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        with = "ByName::<Address, Plain<BTreeMap<String, u64>>>"
    )]
    deposed_basis: BTreeMap<Address, BTreeMap<String, u64>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "ByName::<Address, MapForm>")]
    kept: BTreeMap<Address, Map>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "ByName::<Block, BlockShapeForm>")]
    blocks: BTreeMap<Block, BlockShape>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "ByName::<String, OutputForm>")]
    outputs: BTreeMap<String, PlannedOutput>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<DriftForm>")]
    drift: Vec<Drift>,
    unchanged: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<ConditionForm>")]
    conditions: Vec<PlannedCondition>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<PostponedForm>")]
    postponed: Vec<Postponed>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<TermForm>")]
    terms: Vec<Term>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Ephemeral::is_empty", with = "EphemeralForm")]
    ephemeral: Ephemeral,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Ephemeral", deny_unknown_fields)]
struct EphemeralForm {
    inputs: BTreeMap<String, String>,
    #[serde(with = "ByName::<Address, ByName<String, ExprForm>>")]
    attributes: BTreeMap<Address, BTreeMap<String, Expr>>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Scope", deny_unknown_fields)]
struct ScopeForm {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    target: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    exclude: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    replace: Vec<String>,
    #[serde(default)]
    left_out: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Identity", deny_unknown_fields)]
struct IdentityForm {
    project: String,
    lineage: String,
    endpoint: String,
    account: String,
    catalog: String,
    #[serde(default)]
    after_run: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Step", deny_unknown_fields)]
struct StepForm {
    #[serde(with = "Text::<Address>")]
    address: Address,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    deposed: String,
    #[serde(with = "Text::<Leg>")]
    leg: Leg,
    #[serde(with = "Text::<Action>")]
    action: Action,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<ReasonForm>")]
    reasons: Vec<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<BillingForm>")]
    billing: Option<Billing>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<Boxed<RecordForm>>")]
    record: Option<Box<Record>>,
    #[serde(default, skip_serializing_if = "SmallMap::is_empty", with = "ByAttribute::<ExprForm>")]
    attributes: SmallMap<String, Expr>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<ChangeForm>")]
    changes: Vec<AttributeChange>,
    #[serde(default, skip_serializing_if = "NodeSet::is_empty", with = "Nodes")]
    dependencies: NodeSet,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    deposes: String,
    #[serde(default, skip_serializing_if = "Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "Not::not")]
    prevent_destroy: bool,
    #[serde(with = "Text::<OnRemove>")]
    on_remove: OnRemove,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<MapForm>")]
    observed: Option<Map>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<CallForm>")]
    calls: Vec<CallOutline>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<AfterForm>")]
    after: Vec<After>,
    priority: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Gate", deny_unknown_fields)]
struct GateForm {
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<AfterForm>")]
    after: Vec<After>,
}

/// An edge, as `[vertex, "R1"]`: plans have more of these than of anything else.
struct AfterForm;

impl Form for AfterForm {
    type Of = After;

    fn put<S: Serializer>(of: &After, serializer: S) -> Result<S::Ok, S::Error> {
        (of.vertex, of.rule.as_str()).serialize(serializer)
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<After, D::Error> {
        let (vertex, rule) = <(u32, String)>::deserialize(deserializer)?;
        let rule = Rule::parse(&rule).ok_or_else(|| D::Error::custom(format!("`{rule}` is no rule known here")))?;
        Ok(After { vertex, rule })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Record", deny_unknown_fields)]
struct RecordForm {
    #[serde(with = "Text::<Address>")]
    address: Address,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    deposed: String,
    #[serde(with = "Text::<KindId>")]
    kind: KindId,
    schema_version: u32,
    cloud_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    region: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    zone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<BillingForm>")]
    billing: Option<Billing>,
    #[serde(with = "Text::<Status>")]
    status: Status,
    #[serde(with = "DocumentForm")]
    inputs: Document,
    #[serde(with = "DocumentForm")]
    observed: Document,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    fingerprint: String,
    #[serde(default, skip_serializing_if = "NodeSet::is_empty", with = "Nodes")]
    dependencies: NodeSet,
    #[serde(default, skip_serializing_if = "Not::not")]
    create_before_destroy: bool,
    #[serde(default, skip_serializing_if = "Not::not")]
    prevent_destroy: bool,
    #[serde(with = "Text::<OnRemove>")]
    on_remove: OnRemove,
    version: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Billing", deny_unknown_fields)]
struct BillingForm {
    method: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    duration: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    auto_renew: Option<bool>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Reason", rename_all = "snake_case", deny_unknown_fields)]
enum ReasonForm {
    New,
    Immutable {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
    ImmutablePending {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
    Triggered {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
    TriggeredBy {
        by: String,
    },
    Imported {
        id: String,
    },
    Believed {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
    Requested,
    Tainted,
    SecretLost {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
    Incomplete,
    AbsentInCloud,
    NotInManifest,
    Moved {
        #[serde(with = "Text::<Address>")]
        from: Address,
    },
    WrongRepetition,
    Destroyed,
    DestroyedInPart,
    Retained,
    Deposed,
    Changed,
    Drift,
    WaitsFor {
        on: String,
    },
    Bookkeeping {
        what: String,
    },
    LeftAsIs {
        #[serde(with = "Text::<Path>")]
        path: Path,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "AttributeChange", deny_unknown_fields)]
struct ChangeForm {
    #[serde(with = "Text::<Path>")]
    path: Path,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<ValueForm>")]
    before: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<ValueForm>")]
    after: Option<Value>,
    #[serde(default, skip_serializing_if = "Not::not")]
    forces_replacement: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "CallOutline", deny_unknown_fields)]
struct CallForm {
    service: String,
    operation: String,
    class: String,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Drift", deny_unknown_fields)]
struct DriftForm {
    #[serde(with = "Text::<Address>")]
    address: Address,
    #[serde(default, skip_serializing_if = "Not::not")]
    gone: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<ChangeForm>")]
    changes: Vec<AttributeChange>,
    #[serde(default, skip_serializing_if = "Vec::is_empty", with = "Seq::<ChangeForm>")]
    aside: Vec<AttributeChange>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Term", deny_unknown_fields)]
struct TermForm {
    until: String,
    #[serde(with = "Text::<Address>")]
    address: Address,
    #[serde(default, skip_serializing_if = "Not::not")]
    renewed: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "BlockShape", deny_unknown_fields)]
struct BlockShapeForm {
    #[serde(with = "RepetitionForm")]
    repetition: Repetition,
    #[serde(with = "Seq::<Text<Address>>")]
    instances: Vec<Address>,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "Repetition", rename_all = "snake_case")]
enum RepetitionForm {
    Single,
    Count,
    ForEach,
}

#[derive(Serialize, Deserialize)]
#[serde(remote = "PlannedOutput", deny_unknown_fields)]
struct PlannedOutputForm {
    #[serde(with = "ExprForm")]
    value: Expr,
    #[serde(with = "ValueForm")]
    after: Value,
    #[serde(default, skip_serializing_if = "Option::is_none", with = "Present::<ValueForm>")]
    before: Option<Value>,
    /// Told by the mark around it.
    #[serde(skip)]
    sensitive: bool,
}

/// An output. A sensitive one lies inside the mark as a whole, since its parts need not be marked themselves.
struct OutputForm;

#[derive(Serialize)]
enum OutputWritten<'a> {
    #[serde(rename = "$sensitive")]
    Sensitive(#[serde(with = "PlannedOutputForm")] &'a PlannedOutput),
    #[serde(rename = "open")]
    Open(#[serde(with = "PlannedOutputForm")] &'a PlannedOutput),
}

#[derive(Deserialize)]
enum OutputRead {
    #[serde(rename = "$sensitive")]
    Sensitive(#[serde(with = "PlannedOutputForm")] PlannedOutput),
    #[serde(rename = "open")]
    Open(#[serde(with = "PlannedOutputForm")] PlannedOutput),
}

impl Form for OutputForm {
    type Of = PlannedOutput;

    fn put<S: Serializer>(of: &PlannedOutput, serializer: S) -> Result<S::Ok, S::Error> {
        match of.sensitive {
            true => OutputWritten::Sensitive(of).serialize(serializer),
            false => OutputWritten::Open(of).serialize(serializer),
        }
    }

    fn take<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PlannedOutput, D::Error> {
        Ok(match OutputRead::deserialize(deserializer)? {
            OutputRead::Sensitive(output) => PlannedOutput { sensitive: true, ..output },
            OutputRead::Open(output) => output,
        })
    }
}
