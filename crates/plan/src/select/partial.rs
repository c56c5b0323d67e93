//! Worlds without what is left out, and what a plan says of it.

use super::selection::Selection;
use crate::{
    basis::replaced_or_deleted,
    step::{Mode, Plan, PlannedOutput},
    worlds::Worlds,
};
use firma_model::{
    address::{Address, Block, Node},
    desired::{Desired, DesiredOutput, Read},
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    record::{Recorded, RecordedOutput},
    statement::Condition,
    value::Value,
};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Names of those that are told.
const TOLD: usize = 5;

/// The part of the worlds that a plan is about.
pub(crate) struct Part {
    desired: Desired,
    recorded: Recorded,
}

impl Part {
    /// The part that was chosen; `None` where nothing is left out.
    pub(crate) fn of(worlds: Worlds<'_>, selection: &Selection, mode: Mode) -> Option<Part> {
        let mut recorded = selection.part_of(worlds.recorded)?;
        let touched = Touched::new(worlds.desired, selection);
        let mut outputs = BTreeMap::new();
        match mode {
            Mode::Apply | Mode::RefreshOnly => {
                for (name, output) in &worlds.desired.outputs {
                    let stays = touched.any_left_out(output);
                    match (stays, worlds.recorded.outputs.get(name)) {
                        (false, _) => _ = outputs.insert(name.clone(), output.clone()),
                        (true, Some(old)) => _ = outputs.insert(name.clone(), as_before(output, old)),
                        // It had no value, and what it needs for one is left out.
                        (true, None) => {}
                    }
                }
            }
            // An output goes with what it shows; whether that goes only the manifests can say.
            Mode::Destroy => recorded
                .outputs
                .retain(|name, _| worlds.desired.outputs.get(name).is_some_and(|output| touched.any_taken(output))),
        }
        let chosen = worlds.desired.resources.iter().filter(|(address, _)| selection.takes(address));
        let desired = Desired {
            resources: chosen.map(|(address, resource)| (address.clone(), resource.clone())).collect(),
            outputs,
            blocks: worlds.desired.blocks.clone(),
            kinds: worlds.desired.kinds.clone(),
            moves: worlds.desired.moves.clone(),
            removals: worlds.desired.removals.clone(),
            imports: worlds.desired.imports.clone(),
            lookups: worlds
                .desired
                .lookups
                .iter()
                .filter(|(_, lookup)| {
                    let mut conditions = lookup.preconditions.iter().chain(&lookup.postconditions);
                    !conditions.any(|condition| touched.any_unseen(condition))
                })
                .map(|(address, conditions)| (address.clone(), conditions.clone()))
                .collect(),
            checks: worlds
                .desired
                .checks
                .iter()
                .filter(|(_, conditions)| !conditions.iter().any(|condition| touched.any_unseen(condition)))
                .map(|(name, conditions)| (name.clone(), conditions.clone()))
                .collect(),
            deferred: worlds.desired.deferred.clone(),
            reads: BTreeMap::new(),
        };
        let desired = Desired { reads: used_reads(worlds.desired, &desired), ..desired };
        Some(Part { desired, recorded })
    }

    /// The worlds with this part of them.
    pub(crate) fn of_worlds<'p>(part: &'p Option<Part>, worlds: Worlds<'p>) -> Worlds<'p> {
        match part {
            Some(part) => Worlds { desired: &part.desired, recorded: &part.recorded, ..worlds },
            None => worlds,
        }
    }
}

/// The look-ups that something chosen uses.
fn used_reads(whole: &Desired, part: &Desired) -> BTreeMap<Address, Read> {
    let resources = part.resources.values().flat_map(|resource| &resource.dependencies);
    let outputs = part.outputs.values().flat_map(|output| &output.dependencies);
    let mut used = BTreeMap::new();
    // Whoever uses a look-up names those that it uses itself as well.
    for node in resources.chain(outputs) {
        if let Node::Instance(address) = node
            && let Some(read) = whole.reads.get(address).filter(|_| address.block.data)
        {
            used.entry(address.clone()).or_insert_with(|| read.clone());
        }
    }
    used
}

/// An output that stays as it was.
fn as_before(output: &DesiredOutput, old: &RecordedOutput) -> DesiredOutput {
    let value = old.value.decode().unwrap_or(Value::Null);
    DesiredOutput { value: Expr::literal(value), sensitive: old.sensitive, preconditions: Vec::new(), ..output.clone() }
}

/// Which nodes are about something chosen, and which about something left out.
struct Touched<'a> {
    selection: &'a Selection,
    /// Of each block, whether an instance is chosen and whether one is left out.
    blocks: HashMap<&'a Block, (bool, bool)>,
}

impl<'a> Touched<'a> {
    fn new(desired: &'a Desired, selection: &'a Selection) -> Touched<'a> {
        let mut blocks: HashMap<&Block, (bool, bool)> = HashMap::new();
        for address in desired.resources.keys() {
            let (taken, left) = blocks.entry(&address.block).or_default();
            match selection.takes(address) {
                true => *taken = true,
                false => *left = true,
            }
        }
        Touched { selection, blocks }
    }

    fn any_left_out(&self, output: &DesiredOutput) -> bool {
        self.any(output, &|address| !self.selection.takes(address), &|(_, left)| left)
    }

    fn any_taken(&self, output: &DesiredOutput) -> bool {
        self.any(output, &|address| self.selection.takes(address), &|(taken, _)| taken)
    }

    /// Whether an assertion is about something that is left out.
    fn any_unseen(&self, condition: &Condition) -> bool {
        let mut found = false;
        condition.each_node(&mut |node| {
            found |= match node {
                Node::Instance(address) => !address.block.data && !self.selection.takes(address),
                Node::Block(block) => self.blocks.get(block).is_some_and(|(_, left)| *left),
            };
        });
        found
    }

    fn any(
        &self,
        output: &DesiredOutput,
        one: &dyn Fn(&Address) -> bool,
        whole: &dyn Fn((bool, bool)) -> bool,
    ) -> bool {
        let of = |node: &Node| match node {
            // What a look-up depends on is among the rest.
            Node::Instance(address) => !address.block.data && one(address),
            Node::Block(block) => whole(self.blocks.get(block).copied().unwrap_or_default()),
        };
        let mut found = output.dependencies.iter().any(&of);
        output.value.each_node(&mut |node| found |= of(node));
        found
    }
}

/// Puts into a finished plan what was left out of it: outputs that stay, and the warnings.
pub(crate) fn finish(plan: &mut Plan, worlds: Worlds<'_>, selection: &Selection, diagnostics: &mut Diagnostics) {
    plan.scope = selection.scope.clone();
    if !selection.is_partial() {
        return;
    }
    for (name, old) in &worlds.recorded.outputs {
        // Of an apply, an output that left the manifests goes whatever is chosen.
        plan.outputs.entry(name.clone()).or_insert_with(|| {
            let value = old.value.decode().unwrap_or(Value::Null);
            PlannedOutput {
                value: Expr::literal(value.clone()),
                after: value.clone(),
                before: Some(value),
                sensitive: old.sensitive,
            }
        });
    }
    diagnostics.push(
        Diagnostic::warning("E0547", format!("the plan is partial: {}", plan.scope))
            .hint("what is left out may no longer fit what is changed; plan without these options before long"),
    );
    if let Some(warning) = left_behind(plan, worlds, selection) {
        diagnostics.push(warning);
    }
}

/// Something is deleted, or made anew, while what uses it is left out.
fn left_behind(plan: &Plan, worlds: Worlds<'_>, selection: &Selection) -> Option<Diagnostic> {
    let deleted: HashSet<&Address> = replaced_or_deleted(plan).collect();
    if deleted.is_empty() {
        return None;
    }
    let blocks: HashMap<&Block, &Address> = deleted.iter().map(|address| (&address.block, *address)).collect();
    let mut found: BTreeSet<(&Address, &Address)> = BTreeSet::new();
    for record in worlds.recorded.records.values().filter(|record| !selection.takes(&record.address)) {
        for node in &record.dependencies {
            let on = match node {
                Node::Instance(address) => deleted.get(address).copied(),
                Node::Block(block) => blocks.get(block).copied(),
            };
            found.extend(on.map(|on| (on, &record.address)));
        }
    }
    let shown: Vec<String> = found.iter().take(TOLD).map(|(on, user)| format!("{user} uses {on}")).collect();
    let more = found.len().saturating_sub(shown.len());
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    let what = "what is left out uses something that is deleted, or made anew under another id";
    (!shown.is_empty()).then(|| {
        Diagnostic::warning("E0549", format!("{what}: {}{more}", shown.join(", ")))
            .hint("the cloud may refuse the deletion; if it does not, what is left out refers to what is gone")
            .hint("take in what uses it as well: --target its address")
    })
}
