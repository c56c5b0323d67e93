//! Making a plan: decide for each address, make steps of the decisions, order them, outline their calls, audit.

mod destroying;
mod refreshing;

use crate::{
    abreast, audit, basis,
    both::both,
    conditions::{self, Subject},
    create_first::create_first,
    decide,
    decide::Decision,
    deferral::Aside,
    drift, ephemeral, imports, known_now,
    looked::Looked,
    moves::{self, Carried},
    nodes,
    order::order,
    outputs, preflight, reads, removals, renames, select,
    step::{Action, BlockShape, Leg, Mode, Plan, Reason, Step},
    steps::{embed_procedures, keep, set_timeouts, wanted_step},
    table::Table,
    terms,
    triggers::Triggers,
    vanished::vanished,
    walk::{Visit, Wanted},
    worlds::{Options, Preflight, Worlds},
};
use firma_catalog::procedure::Procedure;
use firma_expr::Limits;
use firma_model::{
    address::{Address, Block, NameSet},
    desired::{Desired, DesiredResource, Repetition},
    diagnostic::{Diagnostic, Diagnostics},
    observed::Sighting,
    record::Record,
    value::Map,
};

/// From so many steps on a plan is audited by a thread of its own; to start one costs more than to look at a few.
const MANY: usize = 1000;

/// Makes a plan of three worlds. With errors among the diagnostics there is no plan.
pub fn plan(worlds: Worlds<'_>, options: &Options) -> (Option<Plan>, Diagnostics) {
    let (made, diagnostics) = plan_beside(worlds, options, |_| ());
    (made.map(|(plan, ())| plan), diagnostics)
}

/// [`plan`], and what somebody makes of the finished plan, a large one while it is audited. Of a plan that the audit
/// refuses nothing is left.
pub fn plan_beside<T>(
    worlds: Worlds<'_>,
    options: &Options,
    beside: impl FnOnce(&Plan) -> T,
) -> (Option<(Plan, T)>, Diagnostics) {
    if let Some(refusal) = vanished(worlds, options) {
        return (None, refusal.into());
    }
    let mut diagnostics = Diagnostics::new();
    let written = worlds;
    let carried = carry(worlds, options, &mut diagnostics);
    let whole = Worlds { recorded: &carried.recorded, observed: &carried.observed, ..worlds };
    let part = select::partial::Part::of(whole, &options.selection, options.mode);
    let worlds = select::partial::Part::of_worlds(&part, whole);
    let mut planner = Planner::new(worlds, &carried, options);
    planner.diagnostics = diagnostics;
    match options.mode {
        Mode::Apply => planner.apply(),
        Mode::Destroy => planner.destroy(),
        Mode::RefreshOnly => planner.refresh_only(),
    }
    let Planner { mut plan, mut diagnostics, looked, table, kept, .. } = planner;
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    drift::sort_out(&mut plan, worlds.desired);
    create_first(&mut plan, worlds, &looked, &mut diagnostics);
    ephemeral::finish(&mut plan, options);
    embed_procedures(&mut plan, worlds);
    keep(&mut plan, &kept, &table);
    terms::note(&mut plan, worlds, options.now, &mut diagnostics);
    set_timeouts(&mut plan, options);
    // What is left out still stands between others.
    order(&mut plan, whole, &mut diagnostics);
    select::partial::finish(&mut plan, whole, &options.selection, &mut diagnostics);
    basis::narrow(&mut plan, &looked, written);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let audit = || audit::audit(&plan, written.recorded, whole.recorded);
    let (findings, other) = both(plan.steps.len() >= MANY, audit, || beside(&plan));
    findings.into_iter().for_each(|finding| diagnostics.push(finding.into()));
    if diagnostics.has_errors() { (None, diagnostics) } else { (Some((plan, other)), diagnostics) }
}

/// Who is where, moves and imports done.
pub(crate) fn carry<'a>(worlds: Worlds<'a>, options: &Options, diagnostics: &mut Diagnostics) -> Carried<'a> {
    if options.mode != Mode::Apply {
        return Carried::nothing(worlds);
    }
    let mut carried = moves::carry(worlds, options, diagnostics);
    imports::take_over(&mut carried, worlds, diagnostics);
    carried
}

/// The planner at work.
pub(crate) struct Planner<'a> {
    pub(crate) worlds: Worlds<'a>,
    pub(crate) carried: &'a Carried<'a>,
    pub(crate) options: &'a Options,
    pub(crate) table: Table,
    triggers: Triggers,
    pub(crate) plan: Plan,
    looked: Looked<'a>,
    /// Of what is referred to, what stays as it is.
    kept: Vec<&'a Address>,
    pub(crate) aside: Aside,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) limits: Limits,
}

impl<'a> Planner<'a> {
    pub(crate) fn new(worlds: Worlds<'a>, carried: &'a Carried<'a>, options: &'a Options) -> Planner<'a> {
        Planner {
            worlds,
            carried,
            options,
            table: Table::for_references(worlds.desired),
            triggers: Triggers::of(worlds.desired),
            plan: Plan {
                identity: options.identity.clone(),
                mode: options.mode,
                files: options.files.clone(),
                ..Plan::default()
            },
            looked: Looked::default(),
            kept: Vec::new(),
            aside: Aside::default(),
            diagnostics: Diagnostics::new(),
            limits: Limits::default(),
        }
    }

    /// Decides for everything that is wanted, what is depended on first; `false` where there is no such order.
    pub(crate) fn walk(&mut self) -> bool {
        let wanted = Wanted::of(self.worlds.desired, self.worlds.recorded);
        let visits = wanted.in_order(&mut self.diagnostics);
        if self.diagnostics.has_errors() {
            return false;
        }
        self.plan.steps.reserve(wanted.unrecorded());
        let mut together = NameSet::default();
        for visit in visits {
            match visit {
                Visit::Resource(resource, record) => self.decide_wanted(resource, record),
                Visit::Read(read) => self.plan_read(read),
                Visit::Block(block) => {
                    self.put_together(&wanted, block);
                    together.insert(block);
                }
            }
        }
        for (resource, record) in wanted.resources() {
            let address = &resource.address;
            let imports = self.carried.imported.contains(address) && self.worlds.desired.imports.contains_key(address);
            let stays = !imports && !self.carried.origins.contains_key(address);
            self.looked.note(address, record.filter(|_| stays).map(|record| record.version));
        }
        // Those that only outputs and conditions refer to.
        let others: Vec<Block> =
            self.table.wanted_blocks().filter(|block| !together.contains(block)).cloned().collect();
        for block in others.iter().filter(|block| wanted.has_block(block)) {
            self.put_together(&wanted, block);
        }
        true
    }

    fn put_together(&mut self, wanted: &Wanted<'a>, block: &Block) {
        if self.table.wants_block(block) {
            let repetition = self.worlds.desired.blocks.get(block).copied().unwrap_or(Repetition::Single);
            let instances: Vec<&Address> = wanted.instances(block).collect();
            self.table.set_block(block, repetition, &instances);
            let instances = instances.into_iter().cloned().collect();
            self.plan.blocks.insert(block.clone(), BlockShape { repetition, instances });
        }
    }

    fn apply(&mut self) {
        // Most of what is wanted and not recorded is created, by one step each.
        let missing = self.worlds.desired.resources.len().saturating_sub(self.worlds.recorded.records.len());
        self.plan.steps.reserve_exact(missing);
        if !self.walk() {
            return;
        }
        let desired: &'a Desired = self.worlds.desired;
        for record in abreast::unwanted(desired, self.worlds.recorded) {
            if self.frozen_by(&record.address).is_some() {
                continue;
            }
            let reason = match self.options.declared.contains(&record.address.block) {
                true => Reason::WrongRepetition,
                false => Reason::NotInManifest,
            };
            self.decide_unwanted(record, None, reason);
        }
        self.delete_deposed();
        self.hold();
        reads::explain(&mut self.plan);
        self.diagnostics.extend(removals::still_declared(desired));
        self.diagnostics.extend(renames::suggest(&self.plan, self.worlds, self.options));
        preflight::offline::check_ids(self.worlds, &mut self.diagnostics);
        if self.options.preflight > Preflight::Off {
            preflight::offline::check(self.worlds, &self.plan, &mut self.diagnostics);
        }
        outputs::planned(self);
        conditions::plan_lookups(desired, &self.table, self.options, &mut self.plan, &mut self.diagnostics);
        for (name, asserts) in &desired.checks {
            let of = || Subject::Check(name.clone());
            let ephemeral = &self.options.ephemeral;
            conditions::plan(asserts, of, &self.table, ephemeral, &mut self.plan, &mut self.diagnostics);
        }
    }

    fn decide_wanted(&mut self, resource: &'a DesiredResource, record: Option<&'a Record>) {
        let address = &resource.address;
        let Some(procedure) = self.worlds.procedures.get(address.kind().as_str()) else {
            let message = format!("no such kind: {}", address.kind());
            self.diagnostics.push(Diagnostic::error("E0525", message).at(resource.span));
            return;
        };
        let found = self.diagnostics.list.len();
        let mut resolved = Map::with_capacity(resource.attributes.len());
        for (name, expr) in &resource.attributes {
            match ephemeral::attribute(name, expr, procedure, &self.table, &self.limits, self.options) {
                Ok(value) if nodes::is_too_deep(&value) => {
                    let message = format!("{address}: {name} is nested more than {} levels deep", nodes::DEEPEST);
                    self.diagnostics.push(Diagnostic::error("E0528", message).at(resource.span));
                }
                Ok(value) => {
                    resolved.insert(name.clone(), value);
                }
                Err(findings) => self.diagnostics.extend(findings),
            }
        }
        self.diagnostics.extend(known_now::check(resource, procedure, &resolved));
        let origin = self.carried.origins.get(address).copied();
        let sighting = self.worlds.observed.objects.get(address);
        let before = || Subject::Precondition(address.clone());
        let lifecycle = &resource.lifecycle;
        let inputs = &self.options.ephemeral;
        let (table, plan) = (&self.table, &mut self.plan);
        conditions::plan(&lifecycle.preconditions, before, table, inputs, plan, &mut self.diagnostics);
        let triggered = self.triggers.reasons(resource, &self.table, &self.options.due);
        let believed = record.filter(|_| self.carried.imported.contains(address)).map(|record| {
            let wanted = decide::prepared(procedure, resolved.clone());
            imports::with_believed(record, procedure, &wanted, &self.options.hash_key)
        });
        let record = believed.as_ref().or(record);
        let (options, diagnostics) = (self.options, &mut self.diagnostics);
        let mut decision =
            decide::wanted(procedure, resource, resolved, record, sighting, triggered, options, diagnostics);
        self.triggers.note(address, record, &decision);
        self.carried.note_renamed(address, &mut decision);
        let imported = self.worlds.desired.imports.get(address).filter(|_| self.carried.imported.contains(address));
        if self.table.wants(address) {
            self.remember(resource, procedure, record, sighting, &decision);
        }
        let after = || Subject::Postcondition(address.clone());
        let (table, plan) = (&self.table, &mut self.plan);
        conditions::plan(&lifecycle.postconditions, after, table, inputs, plan, &mut self.diagnostics);
        ephemeral::note(&mut self.plan, resource, &decision, self.options);
        if let Some(drift) = &decision.drift {
            self.plan.drift.push(drift.clone());
        }
        if self.set_aside(address, decision.action, found) {
            return;
        }
        if let Some(origin) = origin {
            self.looked.note(&origin.address, Some(origin.version));
            let step = self.leave(resource, origin, &decision);
            self.plan.steps.push(step);
            if matches!(decision.action, None | Some(Action::Record)) {
                return;
            }
        }
        if let (Some(import), Some(record)) = (imported, record) {
            let step = self.record_step(record, decision.clone());
            match imports::step(resource, import, procedure, &decision, step) {
                Ok(step) => self.plan.steps.push(step),
                Err(diagnostic) => {
                    self.diagnostics.push(diagnostic);
                    return;
                }
            }
            if decision.action != Some(Action::Update) {
                return;
            }
        }
        match (decision.action, record) {
            (None, _) => self.plan.unchanged += 1,
            (Some(Action::Replace), Some(record)) => {
                if decide::refuse_deletion(record, Some(resource), "replaced", &mut self.diagnostics) {
                    return;
                }
                if let Some(refusal) = decide::unexpired(Some(procedure), record, sighting, self.options.now) {
                    let of_method = terms::about_the_method(&decision.reasons);
                    let refusal = of_method.into_iter().fold(refusal, Diagnostic::hint);
                    self.diagnostics.push(refusal.at(resource.span));
                    return;
                }
                let mut delete = self.record_step(record, Decision { changes: Vec::new(), ..decision.clone() });
                delete.leg = Leg::Delete;
                delete.action = Action::Replace;
                self.plan.steps.push(delete);
                let create = wanted_step(procedure, resource, None, decision, Leg::Create);
                self.plan.steps.push(create);
            }
            (Some(action), record) => {
                let leg = match action {
                    Action::Create => Leg::Create,
                    Action::Record => Leg::Record,
                    _ => Leg::Update,
                };
                let record = record.filter(|_| leg != Leg::Create);
                let step = wanted_step(procedure, resource, record, decision, leg);
                self.plan.steps.push(step);
            }
        }
    }

    /// Keeps what references to this resource will see.
    fn remember(
        &mut self,
        resource: &'a DesiredResource,
        procedure: &Procedure,
        record: Option<&Record>,
        sighting: Option<&Sighting>,
        decision: &Decision,
    ) {
        let attributes = match (decision.action, record) {
            (Some(Action::Create | Action::Replace), _) | (None, None) => {
                nodes::planned_attributes(procedure, &decision.wanted)
            }
            (_, None) => nodes::planned_attributes(procedure, &decision.wanted),
            (_, Some(record)) => {
                let mut attributes = nodes::recorded_attributes(record);
                if let Some(Sighting::Present { attributes: seen, .. }) = sighting {
                    nodes::overlay(&mut attributes, seen.clone());
                }
                if decision.action == Some(Action::Update) {
                    attributes.extend(decision.wanted.iter().map(|(k, v)| (k.clone(), v.clone())));
                    if procedure.create.is_none()
                        && let Some(input) = decision.wanted.get("input")
                    {
                        attributes.insert("output".into(), input.clone());
                    }
                }
                nodes::complete(procedure, &mut attributes);
                if decision.action.is_none() || decision.action == Some(Action::Record) {
                    self.kept.push(&resource.address);
                }
                attributes
            }
        };
        self.table.set(resource.address.clone(), attributes);
    }

    fn decide_unwanted(&mut self, record: &'a Record, desired: Option<&DesiredResource>, reason: Reason) {
        let procedure = self.worlds.procedures.get(record.kind.as_str());
        let sighting = self.worlds.observed.of(record);
        let removed = removals::as_removed(record, self.worlds.desired, desired.is_none());
        let decision = decide::unwanted(
            procedure.map(|procedure| &**procedure),
            &removed,
            desired,
            sighting,
            reason,
            self.options,
            &mut self.diagnostics,
        );
        match record.deposed.is_empty() {
            true => self.looked.note(&record.address, Some(record.version)),
            false => {
                let current = self.worlds.recorded.records.get(&record.address).map(|record| record.version);
                self.looked.note_beside(&record.address, current);
            }
        }
        if let Some(drift) = decision.drift.as_ref().filter(|_| record.deposed.is_empty()) {
            self.plan.drift.push(drift.clone());
        }
        if decision.action.is_some() {
            let step = self.record_step(&removed, decision);
            self.plan.steps.push(step);
        }
    }

    /// The step with which an object leaves the address it was recorded under: for its new one, or, gone from the cloud, for
    /// good.
    fn leave(&self, resource: &DesiredResource, origin: &Record, decision: &Decision) -> Step {
        let mut decision = decision.clone();
        if decision.action == Some(Action::Create) {
            decision.action = Some(Action::Forget);
            decision.reasons = vec![Reason::NotInManifest, Reason::AbsentInCloud];
            decision.changes = Vec::new();
            return self.record_step(origin, decision);
        }
        let step = self.record_step(origin, decision.clone());
        moves::step(resource, origin, &decision, step)
    }

    /// What replacements left behind, deleted or, where the cloud has lost it, forgotten.
    fn delete_deposed(&mut self) {
        let recorded = self.worlds.recorded;
        for record in &recorded.deposed {
            if let Some(origin) = self.carried.deposed.get(&(record.address.clone(), record.deposed.clone())) {
                let mut step =
                    self.record_step(origin, Decision { action: Some(Action::Delete), ..Decision::nothing() });
                step.leg = Leg::Record;
                step.address = record.address.clone();
                step.reasons = vec![Reason::Moved { from: origin.address.clone() }];
                self.plan.steps.push(step);
            }
            self.decide_unwanted(record, None, Reason::Deposed);
        }
    }

    /// A step about a record alone: delete, forget, record.
    fn record_step(&self, record: &Record, decision: Decision) -> Step {
        let action = decision.action.unwrap_or(Action::Record);
        let leg = match action {
            Action::Delete | Action::Replace => Leg::Delete,
            Action::Forget => Leg::Forget,
            _ => Leg::Record,
        };
        Step {
            address: record.address.clone(),
            deposed: record.deposed.clone(),
            leg,
            action,
            reasons: decision.reasons,
            region: record.region.clone(),
            zone: record.zone.clone(),
            billing: record.billing.clone(),
            record: Some(Box::new(record.clone())),
            attributes: Default::default(),
            changes: decision.changes,
            dependencies: record.dependencies.clone(),
            deposes: String::new(),
            create_before_destroy: record.create_before_destroy,
            prevent_destroy: record.prevent_destroy,
            on_remove: record.on_remove,
            observed: decision.observed,
            timeout_seconds: None,
            calls: Vec::new(),
            after: Vec::new(),
            priority: 0,
        }
    }
}
