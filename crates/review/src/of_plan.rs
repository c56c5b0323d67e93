//! The view of a plan.

use crate::{
    diagnostic::findings,
    mask::{hidden, masked},
    view::{Attribute, Call, Change, Drift, Output, Summary, View},
};
use firma_model::{
    address::{Address, KindId},
    diagnostic::Diagnostics,
    span::Source,
    value::Value,
};
use firma_plan::step::{Action, AttributeChange, Leg, Plan, PlannedOutput, Step};
use std::collections::BTreeMap;

/// Recovery class of a create that nothing identifies.
const BARE: &str = "bare";

impl View {
    /// The view of a plan.
    pub fn of(plan: &Plan, plan_id: &str) -> View {
        let changes = changes(plan);
        let mut summary = Summary { no_op: plan.unchanged, ..Summary::default() };
        let mut regions = BTreeMap::new();
        let mut paid = BTreeMap::new();
        let mut no_longer_paid = BTreeMap::new();
        for change in &changes {
            summary.count(change.action);
            if let Some(region) = &change.region
                && change.action != Action::Record
            {
                *regions.entry(region.clone()).or_default() += 1;
            }
            let Some(billing) = &change.billing else { continue };
            let bill = match change.action {
                Action::Create | Action::Replace => &mut paid,
                Action::Delete => &mut no_longer_paid,
                _ => continue,
            };
            *bill.entry((change.address.kind().as_str().to_owned(), billing.clone())).or_default() += 1;
        }
        View {
            plan_id: plan_id.to_owned(),
            project: plan.identity.project.clone(),
            endpoint: plan.identity.endpoint.clone(),
            mode: plan.mode,
            summary,
            regions,
            paid,
            no_longer_paid,
            changes,
            drift: plan.drift.iter().map(drift).collect(),
            outputs: plan.outputs.iter().map(|(name, output)| (name.clone(), self::output(output))).collect(),
            findings: Vec::new(),
        }
    }

    /// Adds what was found while planning.
    #[must_use]
    pub fn with_findings(mut self, diagnostics: &Diagnostics, sources: &[Source]) -> View {
        self.findings.extend(findings(diagnostics, sources));
        self
    }
}

/// One change per object: the two legs of a replacement come together.
fn changes(plan: &Plan) -> Vec<Change> {
    let mut by_object: BTreeMap<(&Address, &str), Change> = BTreeMap::new();
    // Delete legs first, so that reasons and calls come in the order in which they happen.
    let (deletes, others): (Vec<&Step>, Vec<&Step>) = plan.steps.iter().partition(|step| step.leg == Leg::Delete);
    for step in deletes.into_iter().chain(others) {
        let change = by_object.entry((&step.address, step.deposed.as_str())).or_insert_with(|| empty(step));
        add(change, step, plan);
    }
    by_object.into_values().collect()
}

fn empty(step: &Step) -> Change {
    Change {
        address: step.address.clone(),
        deposed: step.deposed.clone(),
        action: step.action,
        reasons: Vec::new(),
        cloud_id: None,
        region: None,
        zone: None,
        billing: None,
        attributes: Vec::new(),
        notices: Vec::new(),
        bare: false,
        calls: Vec::new(),
    }
}

fn add(change: &mut Change, step: &Step, plan: &Plan) {
    for reason in &step.reasons {
        if !change.reasons.contains(reason) {
            change.reasons.push(reason.clone());
        }
    }
    let record = step.record.as_ref().filter(|record| !record.cloud_id.is_empty());
    change.cloud_id = change.cloud_id.take().or_else(|| record.map(|record| record.cloud_id.clone()));
    // Where it will be says more than where it was: the later leg wins.
    change.region = step.region.clone().or(change.region.take());
    change.zone = step.zone.clone().or(change.zone.take());
    change.billing = step.billing.clone().or(change.billing.take());
    change.attributes.extend(step.changes.iter().map(attribute));
    if step.leg == Leg::Update {
        change.notices = notices(plan, step.kind(), &step.changes);
    }
    for call in &step.calls {
        change.bare |= step.leg == Leg::Create && call.class == BARE;
        change.calls.push(Call {
            leg: step.leg,
            service: call.service.clone(),
            operation: call.operation.clone(),
            class: call.class.clone(),
        });
    }
}

/// What the kind has to say of the updates that these changes need.
fn notices(plan: &Plan, kind: &KindId, changes: &[AttributeChange]) -> Vec<String> {
    let Some(procedure) = plan.procedure(kind) else { return Vec::new() };
    let touched = |name: &String| changes.iter().any(|change| change.path.head() == Some(name));
    procedure
        .updates
        .iter()
        .filter(|update| update.attributes.iter().any(touched))
        .filter_map(|update| update.notice.clone())
        .collect()
}

fn attribute(change: &AttributeChange) -> Attribute {
    let before = change.before.as_ref().map(|value| masked(value, change.after.as_ref()));
    let after = change.after.as_ref().map(|value| masked(value, change.before.as_ref()));
    let holds = |test: fn(&Value) -> bool| [&before, &after].into_iter().flatten().any(test);
    Attribute {
        path: change.path.to_string(),
        unknown: holds(Value::has_unknown),
        sensitive: holds(Value::has_sensitive),
        forces_replacement: change.forces_replacement,
        before,
        after,
    }
}

fn drift(drift: &firma_plan::step::Drift) -> Drift {
    Drift {
        address: drift.address.clone(),
        gone: drift.gone,
        attributes: drift.changes.iter().map(attribute).collect(),
    }
}

fn output(output: &PlannedOutput) -> Output {
    let after = Some(&output.after).filter(|value| !value.is_null());
    let sensitive = output.sensitive;
    let shown = |value: &Value, other: Option<&Value>| if sensitive { hidden() } else { masked(value, other) };
    Output {
        before: output.before.as_ref().map(|value| shown(value, after)),
        after: after.map(|value| shown(value, output.before.as_ref())),
        unknown: output.after.has_unknown(),
        sensitive: sensitive || output.after.has_sensitive(),
        changed: output.before.as_ref() != after,
    }
}
