//! `firma.review/v1`: the view as JSON, described in `state/formats/review.md`.

use crate::{
    diagnostic::Finding,
    escape,
    view::{Attribute, Change, Drift, Output, View},
};
use firma_model::{diagnostic::Severity, document::to_plain_json, value::Value};
use firma_plan::{
    postponed::{Postponed, What},
    step::Reason,
};
use serde::Serialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// What a review says of itself.
pub const FORMAT: &str = "firma.review/v1";

#[derive(Serialize)]
struct ReviewForm<'a> {
    format: &'static str,
    plan_id: &'a str,
    unverified: Option<&'a str>,
    mode: &'static str,
    scope: ScopeForm<'a>,
    pinned_key: Option<&'a str>,
    summary: SummaryForm,
    changes: Vec<ChangeForm<'a>>,
    drift: Vec<DriftForm<'a>>,
    deferred: Vec<PostponedForm<'a>>,
    /// What is paid for in advance and stays, soonest end first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    paid_in_advance: Vec<TermForm<'a>>,
    outputs: BTreeMap<&'a str, OutputForm>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conditions: Vec<ConditionForm<'a>>,
    diagnostics: Vec<FindingForm<'a>>,
}

/// Something that is paid for in advance.
#[derive(Serialize)]
struct TermForm<'a> {
    address: String,
    until: &'a str,
    renewed: bool,
}

/// Which part of the project it is about; lists without elements for all of it.
#[derive(Serialize)]
struct ScopeForm<'a> {
    target: &'a [String],
    exclude: &'a [String],
    replace: &'a [String],
}

/// Every count is always there, those of actions that no plan has yet as zero.
#[derive(Serialize)]
struct SummaryForm {
    create: u64,
    update: u64,
    replace: u64,
    delete: u64,
    read: u64,
    import: u64,
    #[serde(rename = "move")]
    moved: u64,
    forget: u64,
    record: u64,
    no_op: u64,
    deferred: u64,
    left_out: u64,
}

#[derive(Serialize)]
struct ChangeForm<'a> {
    address: String,
    kind: &'a str,
    action: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    create_before_destroy: bool,
    reasons: Vec<ReasonForm>,
    region: Option<&'a str>,
    zone: Option<&'a str>,
    billing: Option<BillingForm<'a>>,
    recovery: Option<&'a str>,
    attributes: Vec<AttributeForm<'a>>,
    written: Vec<AttributeForm<'a>>,
}

#[derive(Serialize)]
struct ReasonForm {
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    what: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<String>,
}

#[derive(Serialize)]
struct BillingForm<'a> {
    method: &'a str,
    unit: Option<&'a str>,
    duration: Option<u32>,
    auto_renew: Option<bool>,
}

#[derive(Serialize)]
struct AttributeForm<'a> {
    path: &'a str,
    before: Json,
    after: Json,
    unknown: bool,
    sensitive: bool,
    forces_replacement: bool,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    awaits: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    relevant: Option<bool>,
}

#[derive(Serialize)]
struct DriftForm<'a> {
    address: String,
    kind: &'a str,
    gone: bool,
    attributes: Vec<AttributeForm<'a>>,
}

#[derive(Serialize)]
struct PostponedForm<'a> {
    what: &'static str,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    asks: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    waits_for: Vec<WaitForm<'a>>,
    stays: Vec<String>,
}

#[derive(Serialize)]
struct WaitForm<'a> {
    on: &'a str,
    why: &'static str,
}

#[derive(Serialize)]
struct OutputForm {
    before: Json,
    after: Json,
    unknown: bool,
    sensitive: bool,
    changed: bool,
}

#[derive(Serialize)]
struct ConditionForm<'a> {
    of: &'a str,
    fails: Option<&'a str>,
}

#[derive(Serialize)]
struct FindingForm<'a> {
    code: &'a str,
    severity: &'static str,
    message: &'a str,
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    related: Vec<RelatedForm<'a>>,
    hints: &'a [String],
}

#[derive(Serialize)]
struct RelatedForm<'a> {
    text: &'a str,
    file: &'a str,
    line: usize,
    column: usize,
}

/// The plan, in lines, with a line break at the end.
pub fn plan(view: &View) -> String {
    let summary = &view.summary;
    print(&ReviewForm {
        format: FORMAT,
        plan_id: &view.plan_id,
        unverified: view.unverified.as_deref(),
        mode: view.mode.as_str(),
        scope: ScopeForm { target: &view.scope.target, exclude: &view.scope.exclude, replace: &view.scope.replace },
        pinned_key: view.pinned_key.as_deref(),
        summary: SummaryForm {
            create: summary.create,
            update: summary.update,
            replace: summary.replace,
            delete: summary.delete,
            read: summary.read,
            import: view.summary.import,
            moved: summary.moved,
            forget: summary.forget,
            record: summary.record,
            no_op: summary.no_op,
            deferred: summary.deferred,
            left_out: view.scope.left_out,
        },
        changes: view.changes.iter().map(change).collect(),
        drift: view.drift.iter().map(drift).collect(),
        deferred: view.postponed.iter().map(postponed).collect(),
        paid_in_advance: view
            .terms
            .iter()
            .map(|term| TermForm { address: term.address.to_string(), until: &term.until, renewed: term.renewed })
            .collect(),
        outputs: view.outputs.iter().map(|(name, output)| (name.as_str(), self::output(output))).collect(),
        conditions: view
            .conditions
            .iter()
            .map(|condition| ConditionForm { of: &condition.of, fails: condition.fails.as_deref() })
            .collect(),
        diagnostics: view.findings.iter().map(finding).collect(),
    })
}

/// Findings alone, as a list in lines: what commands that make no plan print.
pub fn findings(findings: &[Finding]) -> String {
    print(&findings.iter().map(finding).collect::<Vec<_>>())
}

/// What a report of findings says of itself.
pub const DIAGNOSTICS_FORMAT: &str = "firma.diagnostics/v1";

#[derive(Serialize)]
struct ReportForm<'a> {
    format: &'static str,
    valid: bool,
    errors: usize,
    warnings: usize,
    diagnostics: Vec<FindingForm<'a>>,
}

/// `firma.diagnostics/v1`, described in `state/formats/diagnostics.md`: what was found wrong, all of it.
pub fn report(findings: &[Finding]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    print(&ReportForm {
        format: DIAGNOSTICS_FORMAT,
        valid: errors == 0,
        errors,
        warnings: findings.len() - errors,
        diagnostics: findings.iter().map(finding).collect(),
    })
}

/// One finding on one line, for logs of events.
pub fn finding_on_one_line(finding: &Finding) -> String {
    let text = serde_json::to_string(&self::finding(finding)).expect("BUG: a finding has only text keys");
    escape::json(text)
}

pub(crate) fn print(form: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(form).expect("BUG: a form has only text keys");
    text.push('\n');
    escape::json(text)
}

fn change(change: &Change) -> ChangeForm<'_> {
    ChangeForm {
        address: change.address.to_string(),
        kind: change.address.kind().as_str(),
        action: change.action.as_str(),
        create_before_destroy: change.create_first,
        reasons: change.reasons.iter().map(|reason| self::reason(reason, &change.deposed)).collect(),
        region: change.region.as_deref(),
        zone: change.zone.as_deref(),
        billing: change.billing.as_ref().map(|billing| BillingForm {
            method: &billing.method,
            unit: billing.unit.as_deref(),
            duration: billing.duration,
            auto_renew: billing.auto_renew,
        }),
        recovery: change.recovery(),
        attributes: change.attributes.iter().map(attribute).collect(),
        written: change.written.iter().map(attribute).collect(),
    }
}

fn reason(reason: &Reason, deposed: &str) -> ReasonForm {
    let what = match reason {
        Reason::Bookkeeping { what } => Some(what.clone()),
        Reason::Moved { from } => Some(from.to_string()),
        Reason::TriggeredBy { by } => Some(by.clone()),
        Reason::Imported { id } => Some(id.clone()),
        _ => None,
    };
    let deposed = (*reason == Reason::Deposed).then(|| deposed.to_owned());
    ReasonForm { code: reason.code(), path: reason.path().map(ToString::to_string), what, deposed }
}

fn attribute(attribute: &Attribute) -> AttributeForm<'_> {
    AttributeForm {
        path: &attribute.path,
        before: shown(attribute.before.as_ref()),
        after: shown(attribute.after.as_ref()),
        unknown: attribute.unknown,
        sensitive: attribute.sensitive,
        forces_replacement: attribute.forces_replacement,
        awaits: &attribute.awaits,
        relevant: None,
    }
}

/// The value as JSON; `null` stands for what is absent, unknown or hidden. A view's hidden values are empty already.
fn shown(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, to_plain_json)
}

fn drift(drift: &Drift) -> DriftForm<'_> {
    DriftForm {
        address: drift.address.to_string(),
        kind: drift.address.kind().as_str(),
        gone: drift.gone,
        attributes: [(&drift.attributes, true), (&drift.aside, false)]
            .into_iter()
            .flat_map(|(these, relevant)| {
                these.iter().map(move |one| AttributeForm { relevant: Some(relevant), ..attribute(one) })
            })
            .collect(),
    }
}

fn postponed(postponed: &Postponed) -> PostponedForm<'_> {
    let (asks, action) = match &postponed.what {
        What::Subject { asks, .. } => (Some(asks.as_str()), None),
        What::Instance { action, .. } | What::Held { action, .. } => (None, Some(action.as_str())),
        What::Output { .. } => (None, None),
    };
    PostponedForm {
        what: postponed.what.code(),
        name: postponed.what.name(),
        asks,
        action,
        waits_for: postponed.waits.iter().map(|wait| WaitForm { on: &wait.on, why: wait.why.as_str() }).collect(),
        stays: postponed.stays.iter().map(ToString::to_string).collect(),
    }
}

fn output(output: &Output) -> OutputForm {
    OutputForm {
        before: shown(output.before.as_ref()),
        after: shown(output.after.as_ref()),
        unknown: output.unknown,
        sensitive: output.sensitive,
        changed: output.changed,
    }
}

fn finding(finding: &Finding) -> FindingForm<'_> {
    let place = finding.place.as_ref();
    FindingForm {
        code: finding.code,
        severity: finding.severity_name(),
        message: &finding.message,
        file: place.map(|place| place.file.as_str()),
        line: place.map(|place| place.line),
        column: place.map(|place| place.column),
        related: finding
            .related
            .iter()
            .map(|(place, text)| RelatedForm { text, file: &place.file, line: place.line, column: place.column })
            .collect(),
        hints: &finding.hints,
    }
}
