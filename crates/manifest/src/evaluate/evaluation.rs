//! The walk over a project, and what it takes and gives.

use super::{
    abreast::Turn,
    scope::InstanceScope,
    trigger,
    world::{LocalValue, World},
};
use crate::{
    call_tree::{CallTree, Item, Part},
    codes,
    order::order,
    project::Project,
    variables::Variables,
};
use firma_catalog::Catalog;
use firma_expr::Files;
use firma_model::{
    address::Address,
    deferral::{Inquiry, Outlook, Subject},
    desired::{Desired, DesiredOutput, Lookup},
    diagnostic::{Diagnostic, Diagnostics},
    statement::Import,
    value::Value,
};
use std::collections::{BTreeMap, HashSet};

/// What evaluation needs beside the project.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// Values of variables.
    pub variables: &'a Variables,
    /// What look-ups were answered so far: a list of items, or why there is none.
    pub answers: &'a BTreeMap<Address, Result<Value, String>>,
    /// What the planner said to inquiries so far.
    pub outlooks: &'a BTreeMap<Subject, Outlook>,
    /// Kinds.
    pub catalog: &'a Catalog,
    /// Files that functions may read.
    pub files: &'a (dyn Files + Sync),
}

/// How long an action may take, in seconds, where a block says so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Timeouts {
    /// Create.
    pub create: Option<u32>,
    /// Update.
    pub update: Option<u32>,
    /// Delete.
    pub delete: Option<u32>,
}

/// An import for whose address there is no block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undeclared {
    /// The statement.
    pub import: Import,
    /// The region its block would have by default.
    pub region: Option<String>,
    /// The directory where its block would stand, seen from the root; empty for the root.
    pub directory: String,
}

/// What evaluation gives.
#[derive(Clone, Debug, Default)]
pub struct Evaluated {
    /// The desired world; complete when no look-up and no inquiry is left and there is no error.
    pub desired: Desired,
    /// Look-ups that have no answer yet and whose parameters are known. While there are any, what depends on them is
    /// missing from `desired`: answer them and evaluate again.
    pub lookups: Vec<Lookup>,
    /// What must be known before evaluation can go on, and refers to what only the cloud decides: the planner says what
    /// it knows. While there are any, what depends on them is missing from `desired`, as with look-ups.
    pub inquiries: Vec<Inquiry>,
    /// Imports to resources that nothing declares, and that a block can be written for. Each is an error too; whoever wants
    /// their blocks written for them passes it over.
    pub undeclared: BTreeMap<Address, Undeclared>,
    /// Timeouts of the resources that set any.
    pub timeouts: BTreeMap<Address, Timeouts>,
    /// Evaluation steps it took: a measure of work that is the same on every machine.
    pub steps: u64,
}

/// Evaluates a project.
pub fn evaluate(project: &Project, inputs: Inputs<'_>) -> (Evaluated, Diagnostics) {
    let tree = match CallTree::new(project) {
        Ok(tree) => tree,
        Err(diagnostic) => return (Evaluated::default(), diagnostic.into()),
    };
    let (order, mut diagnostics) = order(&tree);
    let mut world = World::new(&tree, inputs);
    for run in order.items.chunk_by(|a, b| block_of_root(*a).is_some() && block_of_root(*b).is_some()) {
        let turn = |item: &Item| Some(Turn { index: block_of_root(*item)?, level: order.level(&tree, *item) });
        let mut turns = Vec::with_capacity(run.len());
        turns.extend(run.iter().filter_map(turn));
        match turns.is_empty() {
            true => run.iter().for_each(|item| world.item(*item, &mut diagnostics)),
            false => world.resources(&turns, &mut diagnostics),
        }
    }
    let outputs = outputs(project, &mut world, &mut diagnostics);
    let mut said = world.statements(&mut diagnostics);
    world.inquiries.append(&mut said.inquiries);
    let mut evaluated = world.finish();
    evaluated.desired.outputs = outputs;
    evaluated.undeclared = said.add_to(&mut evaluated.desired, project.incomplete, &mut diagnostics);
    trigger::settle(&mut evaluated.desired, &mut diagnostics);
    (evaluated, once_each(diagnostics))
}

/// Which block of the root an item is, if it is one.
fn block_of_root(item: Item) -> Option<usize> {
    match item.part {
        Part::Resource(index) if item.place == 0 => Some(index),
        _ => None,
    }
}

/// The outputs of the root.
fn outputs(project: &Project, world: &mut World<'_>, diagnostics: &mut Diagnostics) -> BTreeMap<String, DesiredOutput> {
    let mut outputs = BTreeMap::new();
    for ((name, output), evaluated) in project.outputs.iter().zip(world.root_outputs()) {
        let Some(LocalValue { value, trace }) = evaluated else { continue };
        let scope = InstanceScope::plain(world, 0);
        if !output.sensitive && value.as_value().is_some_and(Value::has_sensitive) {
            diagnostics.push(
                Diagnostic::error(codes::SENSITIVE_OUTPUT, format!("output `{name}` shows a sensitive value"))
                    .at(output.value.span)
                    .hint("add `sensitive = true` to the output, or leave the sensitive part out"),
            );
            continue;
        }
        let output = DesiredOutput {
            value,
            dependencies: trace.nodes().cloned().collect(),
            sensitive: output.sensitive,
            description: output.description.clone(),
            preconditions: world.conditions(&output.preconditions, &scope, &mut Default::default(), diagnostics),
            span: output.span,
        };
        outputs.insert(name.to_string(), output);
    }
    outputs
}

/// In the order of the files, each finding once: instances of one block find the same things.
fn once_each(mut diagnostics: Diagnostics) -> Diagnostics {
    let mut seen = HashSet::new();
    diagnostics.list.retain(|d| {
        // The unusual spelling of a zone is worth one warning, wherever it stands.
        let place = (d.code != firma_catalog::codes::PRINTED_ZONE).then_some(d.span).flatten();
        seen.insert((d.code, place, d.message.clone()))
    });
    diagnostics.list.sort_by_key(|d| d.span.map(|span| (span.source, span.start)));
    diagnostics
}
