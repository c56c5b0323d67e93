//! The mode that only takes note of what the cloud says: records and outputs are written, and no call is made.

use super::Planner;
use crate::{
    decide::{self, Decision},
    diff, nodes, once, recording,
    step::{Action, Drift, PlannedOutput, Reason},
    table::Table,
    walk::Wanted,
};
use firma_expr::resolve;
use firma_model::{
    address::{Address, Block},
    desired::{IgnoreChanges, Repetition},
    diagnostic::{Diagnostic, Severity},
    document::Document,
    expr::Expr,
    observed::Sighting,
    record::Record,
    value::{Map, Value},
};

impl<'a> Planner<'a> {
    pub(super) fn refresh_only(&mut self) {
        let records: Vec<&'a Record> = self.worlds.recorded.records.values().collect();
        for record in records {
            let sighting = self.worlds.observed.objects.get(&record.address);
            self.looked.note(&record.address, Some(record.version));
            if let Some(diagnostic) = decide::somebody_elses(record, sighting) {
                // Nothing of theirs is written down as ours.
                self.diagnostics.push(Diagnostic { severity: Severity::Warning, ..diagnostic });
                self.plan.unchanged += 1;
                continue;
            }
            match sighting {
                Some(Sighting::Gone) => self.decide_unwanted(record, None, Reason::AbsentInCloud),
                Some(Sighting::Present { attributes, .. }) => self.seen_again(record, attributes),
                Some(Sighting::Blocked(fault)) => self.cannot_tell(record, fault),
                None => self.plan.unchanged += 1,
            }
        }
        for record in &self.worlds.recorded.deposed {
            let current = self.worlds.recorded.records.get(&record.address).map(|record| record.version);
            self.looked.note_beside(&record.address, current);
            let place = (record.address.clone(), record.deposed.clone());
            let sighting = self.worlds.observed.deposed.get(&place);
            // An old half that is another's by now is told when its deletion is planned.
            if decide::somebody_elses(record, sighting).is_some() {
                continue;
            }
            match sighting {
                Some(Sighting::Gone) => {
                    let reasons = vec![Reason::Deposed, Reason::AbsentInCloud];
                    let step = self.record_step(record, decided(Action::Forget, reasons, None));
                    self.plan.steps.push(step);
                }
                Some(Sighting::Present { attributes, .. }) => self.seen_again(record, attributes),
                Some(Sighting::Blocked(fault)) => self.cannot_tell(record, fault),
                None => {}
            }
        }
        self.refreshed_outputs();
    }

    fn cannot_tell(&mut self, record: &Record, fault: &firma_model::fault::Fault) {
        let message = format!("cannot tell what became of {}: {fault}", record.address);
        self.diagnostics.push(Diagnostic::warning("E0520", message));
    }

    /// An object that is there: what differs from what was last seen is written down.
    fn seen_again(&mut self, record: &Record, attributes: &Map) {
        let inputs = nodes::recorded_inputs(record);
        let procedure = self.worlds.procedures.get(record.kind.as_str());
        let seen = recording::own(procedure.map(|found| &**found), &inputs, attributes.clone());
        let mut attributes = nodes::marked_like(&inputs, seen);
        if let Some(procedure) = procedure {
            attributes.extend(once::kept(procedure, record));
        }
        if Document::encode(&Value::Map(attributes.clone())) == record.observed {
            self.plan.unchanged += u64::from(record.deposed.is_empty());
            return;
        }
        if procedure.is_some_and(|procedure| recording::is_no_news(procedure, &inputs, record, &attributes)) {
            self.plan.unchanged += u64::from(record.deposed.is_empty());
            return;
        }
        let reasons = vec![Reason::Bookkeeping { what: "observed".into() }];
        if record.deposed.is_empty() {
            self.note_drift(record, &attributes);
        }
        let step = self.record_step(record, decided(Action::Record, reasons, Some(attributes)));
        self.plan.steps.push(step);
    }

    fn note_drift(&mut self, record: &Record, seen: &Map) {
        let Some(procedure) = self.worlds.procedures.get(record.kind.as_str()) else { return };
        let inputs = nodes::recorded_inputs(record);
        let found = diff::difference(diff::Sides {
            procedure,
            desired: inputs.clone(),
            inputs: &inputs,
            observed: seen,
            ignore: &IgnoreChanges::default(),
            key: &self.options.hash_key,
        });
        if !found.drift.is_empty() {
            let address = record.address.clone();
            self.plan.drift.push(Drift { address, gone: false, changes: found.drift, aside: Vec::new() });
        }
    }

    /// Outputs of the manifests, with what the cloud says now. One that needs what is not there keeps its value, and so
    /// does one that left the manifests: to change what is wanted is another mode's work.
    fn refreshed_outputs(&mut self) {
        let desired = self.worlds.desired;
        let mut table = Table::for_references(desired);
        let wanted: Vec<&Address> = desired.resources.keys().filter(|address| table.wants(address)).collect();
        for address in wanted {
            if let Some(attributes) = self.attributes_now(address) {
                table.set(address.clone(), attributes);
            }
        }
        let wanted = Wanted::of(desired, self.worlds.recorded);
        let blocks: Vec<Block> = table.wanted_blocks().filter(|block| wanted.has_block(block)).cloned().collect();
        for block in &blocks {
            let repetition = desired.blocks.get(block).copied().unwrap_or(Repetition::Single);
            table.set_block(block, repetition, &wanted.instances(block).collect::<Vec<_>>());
        }
        for (name, recorded) in &self.worlds.recorded.outputs {
            let before = recorded.value.decode().unwrap_or(Value::Null);
            let output = desired.outputs.get(name);
            let fresh = output.and_then(|output| resolve(&output.value, &table, &self.limits).ok());
            let after = fresh
                .filter(|value| !value.has_unknown() && !nodes::is_too_deep(value))
                .map_or_else(|| before.clone(), std::borrow::Cow::into_owned);
            // What was hidden stays hidden.
            let sensitive = recorded.sensitive || after.has_sensitive();
            let value = Expr::literal(after.clone());
            self.plan.outputs.insert(name.clone(), PlannedOutput { value, after, before: Some(before), sensitive });
        }
    }

    /// What is known of an object now; none where there is no such object.
    fn attributes_now(&self, address: &Address) -> Option<Map> {
        let record = self.worlds.recorded.records.get(address)?;
        let mut attributes = nodes::recorded_attributes(record);
        match self.worlds.observed.objects.get(address) {
            Some(Sighting::Gone) => return None,
            Some(Sighting::Present { attributes: seen, .. }) => nodes::overlay(&mut attributes, seen.clone()),
            Some(Sighting::Blocked(_)) | None => {}
        }
        if let Some(procedure) = self.worlds.procedures.get(record.kind.as_str()) {
            nodes::complete(procedure, &mut attributes);
        }
        Some(attributes)
    }
}

fn decided(action: Action, reasons: Vec<Reason>, observed: Option<Map>) -> Decision {
    Decision {
        action: Some(action),
        reasons,
        changes: Vec::new(),
        updates: Vec::new(),
        wanted: Map::new(),
        observed,
        drift: None,
    }
}
