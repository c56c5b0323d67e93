//! What a step that only writes down writes: each field of the record that will say something else.

use firma_model::{
    path::Path,
    record::Record,
    value::{Map, Value},
};
use firma_plan::{
    compare::same,
    step::{AttributeChange, Plan, Step},
};

/// The fields of the record that change, as they are and as they will be.
pub(crate) fn written(step: &Step, plan: &Plan) -> Vec<AttributeChange> {
    let Some(record) = &step.record else { return Vec::new() };
    let mut changes = Vec::new();
    let mut note = |name: &str, before: Value, after: Value| {
        if before != after {
            let (before, after) = (Some(before), Some(after));
            changes.push(AttributeChange { path: Path::attribute(name), before, after, forces_replacement: false });
        }
    };
    let names = |nodes: &firma_model::address::NodeSet| {
        Value::set(nodes.iter().map(|node| Value::string(node.to_string())).collect())
    };
    note("dependencies", names(&record.dependencies), names(&step.dependencies));
    note("prevent_destroy", Value::Bool(record.prevent_destroy), Value::Bool(step.prevent_destroy));
    note("on_remove", Value::string(record.on_remove.as_str()), Value::string(step.on_remove.as_str()));
    if let Some(procedure) = plan.procedure(step.kind()) {
        let version = |number: u32| Value::from(i64::from(number));
        note("schema_version", version(record.schema_version), version(procedure.schema_version));
    }
    changes.extend(seen(step, record));
    changes
}

/// What the cloud says now and did not say when it was last asked.
fn seen(step: &Step, record: &Record) -> Vec<AttributeChange> {
    let Some(observed) = &step.observed else { return Vec::new() };
    let before = match record.observed.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    };
    let names: std::collections::BTreeSet<&String> = before.keys().chain(observed.keys()).collect();
    let change = |name: &String| {
        let (old, new) = (before.get(name), observed.get(name));
        let null = &Value::Null;
        (!same(old.unwrap_or(null), new.unwrap_or(null))).then(|| AttributeChange {
            path: Path::attribute(name),
            before: old.cloned(),
            after: new.cloned(),
            forces_replacement: false,
        })
    };
    names.into_iter().filter_map(change).collect()
}
