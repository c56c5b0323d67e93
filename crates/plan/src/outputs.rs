//! Outputs: what a plan says of them, and what they are once its steps are over.

use crate::{
    conditions::{self, Subject},
    deferral::shown,
    make::Planner,
    nodes,
    postponed::{Postponed, Wait, What, Why},
    step::{Plan, PlannedOutput},
};
use firma_expr::{Limits, Nodes, resolve};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    document::Document,
    expr::Expr,
    value::Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Puts into the plan what becomes of each output. One that refers to what is postponed keeps its value for now.
pub(crate) fn planned(planner: &mut Planner<'_>) {
    let desired = planner.worlds.desired;
    for (name, output) in &desired.outputs {
        let recorded = planner.worlds.recorded.outputs.get(name);
        let before = recorded.and_then(|recorded| recorded.value.decode().ok());
        let after = resolve(&output.value, &planner.table, &planner.limits);
        let open = !matches!(&after, Ok(value) if !value.has_unknown());
        let waits = if open { waits(planner, &output.value) } else { Vec::new() };
        if !waits.is_empty() {
            planner.plan.postponed.push(Postponed {
                what: What::Output { name: name.clone() },
                waits,
                stays: Vec::new(),
            });
            let kept = before.clone().unwrap_or(Value::Null);
            let sensitive = output.sensitive || recorded.is_some_and(|recorded| recorded.sensitive);
            let planned = PlannedOutput { value: Expr::literal(kept.clone()), after: kept, before, sensitive };
            planner.plan.outputs.insert(name.clone(), planned);
            continue;
        }
        let after = match after {
            Ok(value) if nodes::is_too_deep(&value) => {
                let message = format!("output {name} is nested more than {} levels deep", nodes::DEEPEST);
                planner.diagnostics.push(Diagnostic::error("E0528", message).at(output.span));
                continue;
            }
            Ok(value) => value.into_owned(),
            Err(findings) => {
                planner.diagnostics.extend(findings);
                continue;
            }
        };
        let sensitive = output.sensitive || after.has_sensitive();
        if sensitive && !output.sensitive {
            planner.diagnostics.push(
                Diagnostic::error("E0526", format!("output {name} holds a sensitive value"))
                    .at(output.span)
                    .hint("set sensitive = true on the output, or wrap the value in nonsensitive() if it may be shown"),
            );
        }
        let of = || Subject::Output(name.clone());
        let ephemeral = &planner.options.ephemeral;
        let (table, plan) = (&planner.table, &mut planner.plan);
        conditions::plan(&output.preconditions, of, table, ephemeral, plan, &mut planner.diagnostics);
        let value = match after.has_unknown() {
            true => output.value.clone(),
            false => Expr::literal(after.clone()),
        };
        planner.plan.outputs.insert(name.clone(), PlannedOutput { value, after, before, sensitive });
    }
    for (name, recorded) in &planner.worlds.recorded.outputs {
        if !desired.outputs.contains_key(name) {
            let planned = PlannedOutput {
                value: Expr::literal(Value::Null),
                after: Value::Null,
                before: recorded.value.decode().ok(),
                sensitive: recorded.sensitive,
            };
            planner.plan.outputs.insert(name.clone(), planned);
        }
    }
}

/// What is postponed of what an expression refers to.
fn waits(planner: &Planner<'_>, expr: &Expr) -> Vec<Wait> {
    let mut waits = BTreeSet::new();
    expr.each_node(&mut |node| {
        if planner.aside.has(planner.worlds.desired, node) {
            waits.insert(Wait { on: shown(planner.worlds.desired, node), why: Why::Postponed });
        }
    });
    waits.into_iter().collect()
}

/// What became of a plan's outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outputs {
    /// Name to value and whether it is sensitive.
    pub values: BTreeMap<String, (Value, bool)>,
    /// Outputs that keep the value they had, because something they need was not done.
    pub stale: Vec<String>,
    /// Outputs whose expression fails, now that its values are known.
    pub broken: BTreeMap<String, Diagnostics>,
}

impl Outputs {
    /// As the journal takes them.
    pub fn documents(&self) -> Vec<(String, Document, bool)> {
        self.values
            .iter()
            .map(|(name, (value, sensitive))| (name.clone(), Document::encode(value), *sensitive))
            .collect()
    }

    /// Why outputs fail, in words: name and reasons.
    pub fn failures(&self) -> Vec<(String, String)> {
        let words = |findings: &Diagnostics| {
            findings.list.iter().map(|finding| finding.message.as_str()).collect::<Vec<_>>().join("; ")
        };
        self.broken.iter().map(|(name, findings)| (name.clone(), words(findings))).collect()
    }

    /// Whether anything differs from what was written down before.
    pub fn differ(&self, plan: &Plan) -> bool {
        let before = |output: &PlannedOutput| output.before.clone().filter(|value| !value.is_null());
        let had = plan.outputs.values().filter(|output| before(output).is_some()).count();
        had != self.values.len()
            || self.values.iter().any(|(name, (value, _))| {
                plan.outputs.get(name).and_then(before).is_none_or(|before| !crate::compare::same(&before, value))
            })
    }
}

/// The outputs that the nodes now supply. One that is still unknown keeps its old value; null means none.
pub fn outputs(plan: &Plan, nodes: &dyn Nodes) -> Outputs {
    let mut outputs = Outputs::default();
    for (name, planned) in &plan.outputs {
        let refused = conditions::output_refusal(plan, name, nodes);
        if let Some(why) = &refused {
            outputs.broken.insert(name.clone(), Diagnostic::error("E0563", why.clone()).into());
        }
        let value = match resolve(&planned.value, nodes, &Limits::default()) {
            Ok(_) if refused.is_some() => None,
            Ok(value) if !value.has_unknown() => Some(value.into_owned()),
            Ok(_) => None,
            Err(findings) => {
                outputs.broken.insert(name.clone(), findings);
                None
            }
        };
        let value = value.or_else(|| {
            outputs.stale.push(name.clone());
            planned.before.clone()
        });
        match value {
            Some(value) if !value.is_null() => {
                let sensitive = planned.sensitive || value.has_sensitive();
                outputs.values.insert(name.clone(), (value, sensitive));
            }
            _ => {}
        }
    }
    outputs
}
