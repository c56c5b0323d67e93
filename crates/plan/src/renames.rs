//! Deletions and creations that look like one object under another name, told with the statement that says so.

use crate::{
    secret::concealed,
    step::{Leg, Plan, Reason, Step},
    worlds::{Options, Worlds},
};
use firma_model::{
    address::{Address, Block, Key},
    diagnostic::{Diagnostic, Diagnostics},
    document::Document,
    expr::Expr,
    value::{Map, Value},
};
use std::collections::{BTreeMap, BTreeSet};

/// Suggestions that are shown; whoever renames more has seen how it is done.
const SHOWN: usize = 5;

/// Objects that leave and objects that come, which nothing but their addresses tells apart.
#[derive(Default)]
struct Alike<'p> {
    old: Vec<&'p Address>,
    new: Vec<&'p Address>,
}

/// Warns of renames, with what to write instead.
pub fn suggest(plan: &Plan, worlds: Worlds<'_>, options: &Options) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    let pairs = pairs(plan, worlds, options);
    if pairs.is_empty() {
        return diagnostics;
    }
    let statements = statements(&pairs, worlds, options);
    for (from, to, example) in statements.iter().take(SHOWN) {
        let message = format!("{from} would be deleted and {to} made, with the same attributes");
        let mut diagnostic = Diagnostic::warning("E0561", message).hint(format!(
            "if this is a new name for the same object, say so:\n[[moved]]\nfrom = '{from}'\nto   = '{to}'"
        ));
        if let Some(resource) = worlds.desired.resources.get(*example) {
            diagnostic = diagnostic.at(resource.span);
        }
        diagnostics.push(diagnostic);
    }
    if let Some(more) = statements.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        let message = format!("{more} more deletions and creations look like new names for the same objects");
        diagnostics.push(Diagnostic::warning("E0561", message));
    }
    diagnostics
}

fn pairs<'p>(plan: &'p Plan, worlds: Worlds<'_>, options: &Options) -> BTreeMap<&'p Address, &'p Address> {
    let leaves = |step: &&Step| {
        let unwanted = |reason: &Reason| matches!(reason, Reason::NotInManifest | Reason::WrongRepetition);
        step.leg == Leg::Delete && step.deposed.is_empty() && step.reasons.iter().any(unwanted)
    };
    let comes = |step: &&Step| step.leg == Leg::Create && step.reasons.contains(&Reason::New);
    let mut pairs = BTreeMap::new();
    if !plan.steps.iter().any(|step| leaves(&step)) || !plan.steps.iter().any(|step| comes(&step)) {
        return pairs;
    }
    let mut alike: BTreeMap<(&str, Option<&str>, String), Alike<'_>> = BTreeMap::new();
    for step in plan.steps.iter().filter(leaves) {
        let Some(record) = &step.record else { continue };
        let place = (step.kind().as_str(), step.region.as_deref(), record.inputs.as_str().to_owned());
        alike.entry(place).or_default().old.push(&step.address);
    }
    for step in plan.steps.iter().filter(comes) {
        let Some(inputs) = inputs(step, worlds, options) else { continue };
        let place = (step.kind().as_str(), step.region.as_deref(), inputs.as_str().to_owned());
        if let Some(group) = alike.get_mut(&place) {
            group.new.push(&step.address);
        }
    }
    for Alike { mut old, mut new } in alike.into_values() {
        // Among several that are alike, the same key tells which is which.
        let mut by_key: BTreeMap<Option<&Key>, Alike<'_>> = BTreeMap::new();
        old.iter().for_each(|address| by_key.entry(address.key.as_ref()).or_default().old.push(address));
        new.iter().for_each(|address| by_key.entry(address.key.as_ref()).or_default().new.push(address));
        for group in by_key.into_values() {
            if let ([from], [to]) = (&group.old[..], &group.new[..]) {
                pairs.insert(*from, *to);
            }
        }
        let taken: BTreeSet<&Address> = pairs.values().copied().collect();
        old.retain(|address| !pairs.contains_key(address));
        new.retain(|address| !taken.contains(address));
        if let ([from], [to]) = (&old[..], &new[..]) {
            pairs.insert(from, to);
        }
    }
    pairs
}

/// What would be written down of something that is made, when all of it is known.
fn inputs(step: &Step, worlds: Worlds<'_>, options: &Options) -> Option<Document> {
    let procedure = worlds.procedures.get(step.kind().as_str())?;
    let mut inputs = Map::new();
    for (name, expr) in &step.attributes {
        let value = Expr::as_value(expr)?;
        let kept = match procedure.attributes.get(name) {
            Some(attribute) => concealed(attribute, value, &options.hash_key),
            None => value.clone(),
        };
        inputs.insert(name.clone(), kept);
    }
    Some(Document::encode(&Value::Map(inputs)))
}

/// As few statements as say it: of a resource that is renamed with all its keys, one. With an address they lead to.
fn statements<'p>(
    pairs: &BTreeMap<&'p Address, &'p Address>,
    worlds: Worlds<'_>,
    options: &Options,
) -> Vec<(String, String, &'p Address)> {
    let mut blocks: BTreeMap<(&Block, &Block), Vec<(&'p Address, &'p Address)>> = BTreeMap::new();
    for (from, to) in pairs {
        blocks.entry((&from.block, &to.block)).or_default().push((from, to));
    }
    let mut instances: BTreeMap<&Block, usize> = BTreeMap::new();
    for address in worlds.recorded.records.keys() {
        *instances.entry(&address.block).or_default() += 1;
    }
    let mut statements = Vec::new();
    for ((from, to), pairs) in blocks {
        let whole = !options.declared.contains(from)
            && pairs.iter().all(|(from, to)| from.key == to.key)
            && instances.get(from) == Some(&pairs.len());
        match (whole, pairs.first()) {
            (true, Some((_, example))) => statements.push((from.to_string(), to.to_string(), *example)),
            _ => statements.extend(pairs.iter().map(|(from, to)| (from.to_string(), to.to_string(), *to))),
        }
    }
    statements
}
