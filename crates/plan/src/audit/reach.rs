//! Who waits for whom, through gates and other steps.

use crate::step::{After, Plan};
use std::collections::HashSet;

/// Vertices that all searches together may visit, for each vertex and edge of the plan. What is beyond is not proven:
/// a check must not take longer than the plan it checks. Plans of the usual shape need a small part of it.
const PATIENCE: usize = 16;

/// Searches in the graph of a plan.
pub(super) struct Reach<'p> {
    plan: &'p Plan,
    left: usize,
}

impl<'p> Reach<'p> {
    pub(super) fn new(plan: &'p Plan) -> Reach<'p> {
        let edges: usize = plan.steps.iter().map(|step| step.after.len()).sum::<usize>()
            + plan.gates.iter().map(|gate| gate.after.len()).sum::<usize>();
        Reach { plan, left: PATIENCE * (plan.steps.len() + plan.gates.len() + edges) + 10_000 }
    }

    fn after(&self, vertex: u32) -> &'p [After] {
        match self.plan.steps.get(vertex as usize) {
            Some(step) => &step.after,
            None => &self.plan.gates[vertex as usize - self.plan.steps.len()].after,
        }
    }

    /// Whether a vertex waits for another without anything between.
    pub(super) fn at_once(&self, later: u32, earlier: u32) -> bool {
        self.after(later).binary_search_by_key(&earlier, |edge| edge.vertex).is_ok()
    }

    /// Whether it waits for the other through one gate at most.
    pub(super) fn by_a_gate(&self, later: u32, earlier: u32) -> bool {
        let gates = self.after(later).iter().map(|edge| edge.vertex).filter(|v| *v as usize >= self.plan.steps.len());
        self.at_once(later, earlier) || gates.into_iter().any(|gate| self.at_once(gate, earlier))
    }

    /// Whether a vertex waits for another by any way, as far as the patience goes.
    pub(super) fn waits(&mut self, later: u32, earlier: u32) -> bool {
        if self.by_a_gate(later, earlier) {
            return true;
        }
        let mut seen = HashSet::new();
        let mut work = vec![later];
        while let Some(vertex) = work.pop() {
            for edge in self.after(vertex) {
                if edge.vertex == earlier {
                    return true;
                }
                self.left = self.left.saturating_sub(1);
                if seen.insert(edge.vertex) {
                    work.push(edge.vertex);
                }
            }
            if self.left == 0 {
                return true;
            }
        }
        false
    }

    /// Whether some vertex waits for itself.
    pub(super) fn is_circular(&self) -> bool {
        let vertices = self.plan.steps.len() + self.plan.gates.len();
        let mut followers = vec![0u32; vertices];
        for vertex in 0..vertices {
            for edge in self.after(vertex as u32) {
                followers[edge.vertex as usize] += 1;
            }
        }
        let mut free: Vec<usize> = (0..vertices).filter(|vertex| followers[*vertex] == 0).collect();
        let mut left = vertices;
        while let Some(vertex) = free.pop() {
            left -= 1;
            for edge in self.after(vertex as u32) {
                let earlier = edge.vertex as usize;
                followers[earlier] -= 1;
                if followers[earlier] == 0 {
                    free.push(earlier);
                }
            }
        }
        left > 0
    }
}
