//! Planning that nothing is to be left.

use super::Planner;
use crate::step::{PlannedOutput, Reason};
use firma_model::{record::Record, value::Value};

impl<'a> Planner<'a> {
    /// Decides for everything that is recorded.
    pub(super) fn destroy(&mut self) {
        let records: Vec<&'a Record> = self.worlds.recorded.records.values().collect();
        for record in records {
            let desired = self.worlds.desired.resources.get(&record.address).map(|resource| &**resource);
            let reason = match self.options.selection.is_partial() {
                true => Reason::DestroyedInPart,
                false => Reason::Destroyed,
            };
            self.decide_unwanted(record, desired, reason);
        }
        self.delete_deposed();
        for (name, output) in &self.worlds.recorded.outputs {
            let planned = PlannedOutput {
                value: firma_model::expr::Expr::literal(Value::Null),
                after: Value::Null,
                before: output.value.decode().ok(),
                sensitive: output.sensitive,
            };
            self.plan.outputs.insert(name.clone(), planned);
        }
    }
}
