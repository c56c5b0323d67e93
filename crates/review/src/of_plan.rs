//! The view of a plan.

use crate::{
    awaits::Made,
    delta::{Delta, Form, delta},
    diagnostic::findings,
    mask::{hidden, masked},
    view::{Attribute, Call, Change, Condition, Drift, Output, Summary, View},
    written::written,
};
use firma_model::{
    address::{Address, KindId},
    diagnostic::Diagnostics,
    path::Path,
    span::Source,
    value::Value,
};
use firma_plan::{
    conditions::{PlannedCondition, Standing},
    postponed::What,
    step::{Action, AttributeChange, Leg, Plan, PlannedOutput, Step},
    table::Table,
};
use std::collections::BTreeMap;

/// Recovery class of a create that nothing identifies.
const BARE: &str = "bare";

/// What stands before an access key in the place of an account.
const BY_KEY: &str = "key:";

impl View {
    /// The view of a plan.
    pub fn of(plan: &Plan, plan_id: &str) -> View {
        let changes = changes(plan);
        let deferred = plan.postponed.iter().filter(|postponed| !matches!(postponed.what, What::Output { .. }));
        let mut summary = Summary { no_op: plan.unchanged, deferred: deferred.count() as u64, ..Summary::default() };
        let mut regions = BTreeMap::new();
        let mut paid = BTreeMap::new();
        let mut no_longer_paid = BTreeMap::new();
        for change in &changes {
            summary.count(change.action);
            if change.action == Action::Import && !change.calls.is_empty() {
                summary.count(Action::Update);
            }
            if let Some(region) = &change.region
                && !matches!(change.action, Action::Record | Action::Read)
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
            unverified: None,
            mode: plan.mode,
            scope: plan.scope.clone(),
            pinned_key: plan.identity.account.strip_prefix(BY_KEY).map(str::to_owned),
            summary,
            regions,
            paid,
            no_longer_paid,
            terms: plan.terms.clone(),
            changes,
            postponed: plan.postponed.clone(),
            drift: plan.drift.iter().map(|one| drift(one, plan)).collect(),
            all_drift: false,
            outputs: outputs(plan),
            conditions: plan.conditions.iter().map(condition).collect(),
            findings: Vec::new(),
        }
    }

    /// Says which plan it is: an id takes as long to find as a view to make.
    #[must_use]
    pub fn with_id(self, plan_id: String) -> View {
        View { plan_id, ..self }
    }

    /// Shows all drift, and not only what matters to the plan.
    #[must_use]
    pub fn with_all_drift(mut self, all: bool) -> View {
        self.all_drift = all;
        self
    }

    /// Says that the plan cannot be believed, and why.
    #[must_use]
    pub fn unverified(self, why: Option<String>) -> View {
        View { unverified: why, ..self }
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
    let made = Made::of(plan);
    // Reasons and calls come in the order in which they happen: delete legs first, but for what is created before that.
    let (deletes, others): (Vec<&Step>, Vec<&Step>) =
        plan.steps.iter().partition(|step| step.leg == Leg::Delete && !set_aside(step));
    let (last, others): (Vec<&Step>, Vec<&Step>) = others.into_iter().partition(|step| set_aside(step));
    let mut steps: Vec<&Step> = deletes.into_iter().chain(others).chain(last).collect();
    // Those of one object stay in the order in which they happen.
    steps.sort_by(|a, b| object(a).cmp(&object(b)));
    let mut changes = Vec::with_capacity(steps.len());
    for steps in steps.chunk_by(|a, b| object(a) == object(b)) {
        let mut change = empty(steps[0]);
        for step in steps {
            add(&mut change, step, plan, &made);
        }
        changes.push(change);
    }
    changes
}

/// Whether a step is the end of an object whose successor was created first.
fn set_aside(step: &Step) -> bool {
    step.action == Action::Replace && !step.deposed.is_empty()
}

/// What a step is a part of the change of.
fn object(step: &Step) -> (&Address, &str) {
    (&step.address, if set_aside(step) { "" } else { &step.deposed })
}

fn empty(step: &Step) -> Change {
    Change {
        address: step.address.clone(),
        deposed: step.deposed.clone(),
        action: step.action,
        create_first: !step.deposes.is_empty(),
        reasons: Vec::new(),
        cloud_id: None,
        region: None,
        zone: None,
        billing: None,
        attributes: Vec::new(),
        written: Vec::new(),
        notices: Vec::new(),
        bare: false,
        calls: Vec::new(),
    }
}

fn add(change: &mut Change, step: &Step, plan: &Plan, made: &Made<'_>) {
    for reason in &step.reasons {
        if !change.reasons.contains(reason) {
            change.reasons.push(reason.clone());
        }
    }
    let record = step.record.as_ref().filter(|record| !record.cloud_id.is_empty());
    change.cloud_id = change.cloud_id.take().or_else(|| record.map(|record| record.cloud_id.clone()));
    // Where it will be says more than where it was: the leg that makes it wins.
    if !change.create_first || step.leg != Leg::Delete {
        change.region = step.region.clone().or(change.region.take());
        change.zone = step.zone.clone().or(change.zone.take());
        change.billing = step.billing.clone().or(change.billing.take());
    }
    change.attributes.reserve_exact(step.changes.len());
    change.attributes.extend(step.changes.iter().map(|changed| {
        let awaits = match changed.after.as_ref().is_some_and(Value::has_unknown) {
            true => made.awaited_at(step, &changed.path),
            false => Vec::new(),
        };
        Attribute { awaits, ..attribute(changed, form(plan, step.kind(), &changed.path)) }
    }));
    if step.leg == Leg::Record {
        let written = written(step, plan);
        change.written.extend(written.iter().map(|one| attribute(one, form(plan, step.kind(), &one.path))));
    }
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

/// What the kind says of the form of what stands at a path.
fn form<'p>(plan: &'p Plan, kind: &KindId, path: &Path) -> Form<'p> {
    let attribute = path.head().zip(plan.procedure(kind)).and_then(|(head, procedure)| procedure.attributes.get(head));
    let Some(attribute) = attribute else { return Form::default() };
    let whole = Form { shape: Some(&attribute.shape), elements: attribute.elements.as_ref() };
    whole.at(&path.0[1..])
}

fn attribute(change: &AttributeChange, form: Form<'_>) -> Attribute {
    let delta = delta(form, change.before.as_ref(), change.after.as_ref());
    let before = change.before.as_ref().map(|value| masked(value, change.after.as_ref()));
    let after = change.after.as_ref().map(|value| masked(value, change.before.as_ref()));
    let holds = |test: fn(&Value) -> bool| [&before, &after].into_iter().flatten().any(test);
    Attribute {
        path: change.path.to_string(),
        unknown: holds(Value::has_unknown),
        sensitive: holds(Value::has_sensitive),
        forces_replacement: change.forces_replacement,
        delta,
        awaits: Vec::new(),
        before,
        after,
    }
}

fn condition(condition: &PlannedCondition) -> Condition {
    let fails = match condition.standing(&Table::default()) {
        Standing::Fails(words) => Some(words),
        _ => None,
    };
    Condition { of: condition.of.to_string(), fails }
}

fn drift(drift: &firma_plan::step::Drift, plan: &Plan) -> Drift {
    let shown = |change: &AttributeChange| attribute(change, form(plan, drift.address.kind(), &change.path));
    Drift {
        address: drift.address.clone(),
        gone: drift.gone,
        attributes: drift.changes.iter().map(shown).collect(),
        aside: drift.aside.iter().map(shown).collect(),
    }
}

fn outputs(plan: &Plan) -> BTreeMap<String, Output> {
    let made = Made::of(plan);
    plan.outputs.iter().map(|(name, output)| (name.clone(), self::output(output, &made))).collect()
}

fn output(output: &PlannedOutput, made: &Made<'_>) -> Output {
    let after = Some(&output.after).filter(|value| !value.is_null());
    let sensitive = output.sensitive;
    let shown = |value: &Value, other: Option<&Value>| if sensitive { hidden() } else { masked(value, other) };
    Output {
        before: output.before.as_ref().map(|value| shown(value, after)),
        after: after.map(|value| shown(value, output.before.as_ref())),
        unknown: output.after.has_unknown(),
        sensitive: sensitive || output.after.has_sensitive(),
        changed: output.before.as_ref() != after,
        delta: match sensitive {
            true => Delta::Whole,
            false => delta(Form::default(), output.before.as_ref(), after),
        },
        awaits: if output.after.has_unknown() { made.awaited(&output.value) } else { Vec::new() },
    }
}
