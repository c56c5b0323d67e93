//! Outputs, once the steps of a plan are over.

use crate::step::{Plan, PlannedOutput};
use firma_expr::{Limits, Nodes, resolve};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    document::Document,
    value::Value,
};
use std::collections::BTreeMap;

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
        let refused = crate::conditions::output_refusal(plan, name, nodes);
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
