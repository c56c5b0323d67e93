//! Ephemeral values: used while planning and while applying, and kept by neither.
//!
//! An attribute that is made from one is compared by its keyed hash, as every write-only attribute is. A plan carries that
//! hash, the expression behind it, and for every input it is made from a hash of the value that was planned with: whoever
//! carries the plan out gives the values again, and they must be the same.

use crate::{
    decide::Decision,
    secret::{HASH_KEY, HashKey, concealed, hashed},
    step::Plan,
    table::Table,
    worlds::Options,
};
use firma_catalog::{procedure::Procedure, shape};
use firma_expr::{Limits, resolve};
use firma_model::{
    address::Address,
    desired::DesiredResource,
    diagnostic::Diagnostics,
    expr::Expr,
    value::{Map, Unknown, Value},
};
use std::collections::{BTreeMap, BTreeSet};

/// What a plan knows of ephemeral values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ephemeral {
    /// Inputs by name, each with the keyed hash of the value that the plan was made with.
    pub inputs: BTreeMap<String, String>,
    /// Attributes that are made from them: steps have only their hashes.
    pub attributes: BTreeMap<Address, BTreeMap<String, Expr>>,
}

impl Ephemeral {
    /// Whether there is nothing to give again.
    pub fn is_empty(&self) -> bool {
        *self == Ephemeral::default()
    }
}

/// What is wrong with the values that were given for a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// There is none for this input.
    Missing(String),
    /// The plan was made with another.
    Differs(String),
}

/// The value of an attribute, as far as it is known; what is made from ephemeral values is its hash.
pub(crate) fn attribute(
    name: &str,
    expr: &Expr,
    procedure: &Procedure,
    table: &Table,
    limits: &Limits,
    options: &Options,
) -> Result<Value, Diagnostics> {
    if table.is_open(expr) {
        return Ok(Value::Unknown(Box::new(Unknown { ty: None, not_null: true, prefix: None })));
    }
    if options.ephemeral.is_empty() || !expr.has_input() {
        return Ok(resolve(expr, table, limits)?.into_owned());
    }
    let filled = expr.with_inputs(&options.ephemeral);
    let value = resolve(&filled, table, limits)?.into_owned();
    Ok(match procedure.attributes.get(name) {
        Some(attribute) => concealed(attribute, &shape::normalise(attribute, value), &options.hash_key),
        None => value,
    })
}

/// Takes note of the expressions behind the hashes of a decision.
pub(crate) fn note(plan: &mut Plan, resource: &DesiredResource, decision: &Decision, options: &Options) {
    if options.ephemeral.is_empty() || decision.action.is_none() {
        return;
    }
    let made =
        resource.attributes.iter().filter(|(name, expr)| decision.wanted.contains_key(*name) && expr.has_input());
    let made: BTreeMap<String, Expr> = made.map(|(name, expr)| (name.clone(), expr.clone())).collect();
    if !made.is_empty() {
        plan.ephemeral.attributes.insert(resource.address.clone(), made);
    }
}

/// Keeps what steps and conditions of the finished plan need.
pub(crate) fn finish(plan: &mut Plan, options: &Options) {
    if options.ephemeral.is_empty() {
        return;
    }
    let steps: BTreeSet<&Address> =
        plan.steps.iter().filter(|step| !step.attributes.is_empty()).map(|step| &step.address).collect();
    plan.ephemeral.attributes.retain(|address, _| steps.contains(address));
    let made = plan.ephemeral.attributes.values().flat_map(BTreeMap::values);
    let conditions = plan.conditions.iter().flat_map(|condition| condition.expressions());
    let names: BTreeSet<_> = made.chain(conditions).flat_map(Expr::inputs).collect();
    for name in names {
        if let Some(value) = options.ephemeral.get(&*name) {
            plan.ephemeral.inputs.insert(name.to_string(), digest(&options.hash_key, value));
        }
    }
}

/// The plan with the values of its inputs put in: to be carried out, and never to be written down.
///
/// # Errors
/// Values that are missing, and values that are not those the plan was made with.
pub fn supplied(plan: &Plan, values: &Map, key: &HashKey) -> Result<Plan, Vec<Mismatch>> {
    let judged = plan.ephemeral.inputs.iter().filter_map(|(name, hash)| match values.get(name) {
        None => Some(Mismatch::Missing(name.clone())),
        Some(value) => (digest(key, value) != *hash).then(|| Mismatch::Differs(name.clone())),
    });
    let mismatches: Vec<Mismatch> = judged.collect();
    if !mismatches.is_empty() {
        return Err(mismatches);
    }
    let mut plan = plan.clone();
    for step in &mut plan.steps {
        let Some(made) = plan.ephemeral.attributes.get(&step.address) else { continue };
        for (name, expr) in made {
            if let Some(attribute) = step.attributes.get_mut(name) {
                *attribute = expr.with_inputs(values);
            }
        }
    }
    for condition in &mut plan.conditions {
        condition.fill(values);
    }
    Ok(plan)
}

fn digest(key: &HashKey, value: &Value) -> String {
    match hashed(key, value) {
        Value::Map(map) => map.get(HASH_KEY).and_then(Value::as_str).unwrap_or_default().to_owned(),
        _ => String::new(),
    }
}
