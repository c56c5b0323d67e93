//! How far the journal is, and how far it must be before a step may begin.
//!
//! Steps without calls count as done when their events are gathered, before those are durable, so that thousands of values
//! go into one transaction. A step with calls must not begin on such a promise. The interleaving that breaks otherwise: the
//! value V is made and its event gathered; the network N, named after V, is sent to the cloud; the process is killed before
//! V is written. The next run makes another V, and N belongs to something that never was.
//!
//! So each step is given the number of the last batch that holds something it depends on. Only its direct predecessors
//! count: one without calls was gathered after everything it depends on itself, and one with calls was durable before it
//! was over. Batches that hold nothing a step depends on do not delay it.

use firma_plan::step::{After, Plan};

/// Batches, numbered from 1.
pub(crate) struct Batches {
    /// The one that is gathered.
    gathering: u64,
    /// The last one that is durable.
    durable: u64,
    /// By step: in which its end was gathered; 0 for steps with calls.
    steps: Vec<u64>,
    /// By gate: the last of those of its predecessors, once that was asked for. By then all of them are over.
    gates: Vec<Option<u64>>,
}

impl Batches {
    pub(crate) fn new(plan: &Plan) -> Batches {
        Batches { gathering: 1, durable: 0, steps: vec![0; plan.steps.len()], gates: vec![None; plan.gates.len()] }
    }

    /// The end of a step was gathered.
    pub(crate) fn gathered(&mut self, step: u32) {
        self.steps[step as usize] = self.gathering;
    }

    /// What was gathered is on its way; one batch is under way at a time.
    pub(crate) fn sent(&mut self) {
        self.gathering += 1;
    }

    /// The batch under way is durable. Gives its number.
    pub(crate) fn written(&mut self) -> u64 {
        self.durable = self.gathering - 1;
        self.durable
    }

    /// The last one that is durable.
    pub(crate) fn durable(&self) -> u64 {
        self.durable
    }

    /// The batch that must be durable before this step begins, which everything before it is over for.
    pub(crate) fn needed(&mut self, plan: &Plan, step: u32) -> u64 {
        // Gates behind gates may be many: no recursion.
        let mut open: Vec<usize> = Vec::new();
        open.extend(self.unknown(&plan.steps[step as usize].after));
        while let Some(gate) = open.last().copied() {
            let after = &plan.gates[gate].after;
            match self.unknown(after) {
                Some(inner) => open.push(inner),
                None => {
                    self.gates[gate] = Some(self.last(after));
                    open.pop();
                    if open.is_empty() {
                        open.extend(self.unknown(&plan.steps[step as usize].after));
                    }
                }
            }
        }
        self.last(&plan.steps[step as usize].after)
    }

    /// A gate among these that was not asked for yet.
    fn unknown(&self, after: &[After]) -> Option<usize> {
        let gates = after.iter().filter_map(|edge| (edge.vertex as usize).checked_sub(self.steps.len()));
        gates.into_iter().find(|gate| self.gates[*gate].is_none())
    }

    fn last(&self, after: &[After]) -> u64 {
        let number = |edge: &After| match (edge.vertex as usize).checked_sub(self.steps.len()) {
            None => self.steps[edge.vertex as usize],
            Some(gate) => self.gates[gate].unwrap_or(self.gathering),
        };
        after.iter().map(number).max().unwrap_or(0)
    }
}
