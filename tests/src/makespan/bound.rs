//! What no correct client can beat, computed after a run from the same graph and the same durations.
//!
//! **Critical path**: the longest path over the graph, where a step takes
//! - one answer for the read before sending, for kinds that the caller names (the protocol asks for it);
//! - from the send of its call until the cloud's own task is over and an answer has come that says so: half a latency
//!   there, the task, half a latency back, but never less than two answers, as the read can leave only once the id is known;
//! - for tasks that an instance takes one at a time: not before the one before is over.
//!
//! The task's length is what the emulator took for this very object in this run, jitter included: a client that knew it
//! beforehand could not be faster.
//!
//! **Calls**: what must be sent to one service in one region, over the rate that is allowed there: one call per change
//! the run made (none is superfluous: each made or changed something), one read per named create, and the lists that show
//! every object once, a page each; polls are not counted. So many calls may leave: a thousand in any minute, and within it
//! a twelfth at once, the rest evenly. The last call leaves at `release(k)` at the earliest, and then its answer, its task
//! and everything that hangs on it are still to come; so over any `k` of the calls the bound is the earliest start among
//! them + `release(k)` + the shortest such tail among them. `calls` is that bound, `rate` the plain part of it without
//! heads and tails. The reads of the cloud's state before the first step belong to planning and are not measured.

use super::rig::{Measured, Place};
use firma_plan::{
    procedure::{Procedure, Recovery},
    step::{Plan, Step},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// Calls a minute that JD Cloud documents for most services.
const PER_MINUTE: usize = 1_000;
/// Of those, so many may leave at once: the part that the client allows itself.
const BURST: usize = PER_MINUTE / 12;

/// Milliseconds that a run takes at least, for each reason.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bound {
    /// The longest path.
    pub path: f64,
    /// Calls over rate, in the place where that is most.
    pub rate: f64,
    /// The same with what comes before the first call and after the last.
    pub calls: f64,
}

impl Bound {
    /// The one that counts.
    pub fn millis(&self) -> f64 {
        self.path.max(self.calls)
    }

    /// The plain one: longest path and calls over rate.
    pub fn plain(&self) -> f64 {
        self.path.max(self.rate)
    }
}

/// Milliseconds until the call number `k` (from 1) can leave.
fn release(k: usize) -> f64 {
    let evenly = k.saturating_sub(BURST) as f64 * 60_000.0 / PER_MINUTE as f64;
    let minutes = (k.saturating_sub(1) / PER_MINUTE) as f64 * 60_000.0;
    evenly.max(minutes)
}

/// What a list shows of one kind.
#[derive(Default)]
struct Listed {
    /// Steps whose objects it shows.
    steps: BTreeSet<usize>,
    /// Objects a page.
    page: usize,
}

/// One call: when it can leave at the earliest, and what comes after it at least.
#[derive(Clone, Copy)]
struct Call {
    head: f64,
    tail: f64,
}

/// What the run cannot beat.
pub fn bound(run: &Measured, latency: Duration) -> Bound {
    let graph = Graph::new(run, latency.as_secs_f64() * 1000.0);
    let mut places: BTreeMap<Place, Vec<Call>> = BTreeMap::new();
    graph.calls(run, &mut places);
    let mut bound = Bound { path: graph.longest(run), ..Bound::default() };
    for calls in places.values() {
        bound.rate = bound.rate.max(release(calls.len()));
        bound.calls = bound.calls.max(one_place(calls));
    }
    bound
}

/// The bound of one place: over the calls that cannot leave before some moment, for some fifty such moments.
fn one_place(calls: &[Call]) -> f64 {
    let mut by_tail = calls.to_vec();
    by_tail.sort_by(|a, b| b.tail.total_cmp(&a.tail));
    let mut heads: Vec<f64> = calls.iter().map(|call| call.head).collect();
    heads.sort_by(f64::total_cmp);
    heads.dedup();
    let mut most = 0f64;
    for head in heads.iter().step_by(heads.len().div_ceil(50)) {
        let later = by_tail.iter().filter(|call| call.head >= *head);
        for (k, call) in later.enumerate() {
            most = most.max(head + release(k + 1) + call.tail);
        }
    }
    most
}

/// The plan with what each step takes at least.
struct Graph<'a> {
    plan: &'a Plan,
    latency: f64,
    /// The read before sending.
    before: Vec<f64>,
    /// From the send to the step's end.
    own: Vec<f64>,
    /// The cloud's task.
    job: Vec<f64>,
    /// Earliest start of each step and gate.
    head: Vec<f64>,
    /// What comes after the end of each.
    after: Vec<f64>,
}

fn procedure<'a>(plan: &'a Plan, step: &Step) -> &'a Procedure {
    plan.procedure(step.kind()).expect("BUG: a plan has the procedures of its steps")
}

impl<'a> Graph<'a> {
    fn new(run: &'a Measured, latency: f64) -> Graph<'a> {
        let plan = &*run.plan;
        let (mut before, mut own, mut job) = (Vec::new(), Vec::new(), Vec::new());
        for step in &plan.steps {
            let task = run.ids.get(&step.address).and_then(|id| run.log.jobs.get(id)).map_or(0.0, |ms| *ms as f64);
            let named = procedure(plan, step).recovery == Recovery::Named;
            before.push(if named { latency } else { 0.0 });
            own.push((latency + task).max(2.0 * latency));
            job.push(task);
        }
        let mut graph = Graph { plan, latency, before, own, job, head: Vec::new(), after: Vec::new() };
        graph.walk();
        graph
    }

    fn whole(&self, vertex: usize) -> f64 {
        // Gates take nothing.
        self.own.get(vertex).map_or(0.0, |own| own + self.before[vertex])
    }

    fn walk(&mut self) {
        let plan = self.plan;
        let afters: Vec<Vec<usize>> = plan
            .steps
            .iter()
            .map(|step| &step.after)
            .chain(plan.gates.iter().map(|gate| &gate.after))
            .map(|after| after.iter().map(|edge| edge.vertex as usize).collect())
            .collect();
        let mut followers = vec![Vec::new(); afters.len()];
        let mut missing: Vec<usize> = afters.iter().map(Vec::len).collect();
        for (later, after) in afters.iter().enumerate() {
            after.iter().for_each(|earlier| followers[*earlier].push(later));
        }
        let mut order: Vec<usize> = (0..afters.len()).filter(|vertex| missing[*vertex] == 0).collect();
        let mut at = 0;
        while let Some(vertex) = order.get(at).copied() {
            at += 1;
            for follower in &followers[vertex] {
                missing[*follower] -= 1;
                if missing[*follower] == 0 {
                    order.push(*follower);
                }
            }
        }
        self.head = vec![0.0; afters.len()];
        self.after = vec![0.0; afters.len()];
        for vertex in &order {
            let over = |earlier: &usize| self.head[*earlier] + self.whole(*earlier);
            self.head[*vertex] = afters[*vertex].iter().map(over).fold(0.0, f64::max);
        }
        for vertex in order.iter().rev() {
            let rest = |later: &usize| self.whole(*later) + self.after[*later];
            self.after[*vertex] = followers[*vertex].iter().map(rest).fold(0.0, f64::max);
        }
    }

    /// The longest path, and the longest queue of tasks at one instance.
    fn longest(&self, run: &Measured) -> f64 {
        let steps = self.plan.steps.len();
        let path = (0..steps).map(|at| self.head[at] + self.whole(at)).fold(0.0, f64::max);
        let mut queues: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (at, step) in self.plan.steps.iter().enumerate() {
            if let Some((instance, _)) = run.ids.get(&step.address).and_then(|id| id.split_once('/')) {
                queues.entry(instance).or_default().push(at);
            }
        }
        let queue = |mut tasks: Vec<usize>| {
            tasks.sort_by(|a, b| self.head[*a].total_cmp(&self.head[*b]));
            let mut free = 0f64;
            for at in tasks {
                free = free.max(self.head[at] + self.before[at] + self.latency / 2.0) + self.job[at];
            }
            free + self.latency / 2.0
        };
        queues.into_values().map(queue).fold(path, f64::max)
    }

    /// The calls that must be made, by place.
    fn calls(&self, run: &Measured, places: &mut BTreeMap<Place, Vec<Call>>) {
        let mut lists: BTreeMap<(Place, &str), BTreeMap<&str, Listed>> = BTreeMap::new();
        for (at, step) in self.plan.steps.iter().enumerate() {
            let procedure = procedure(self.plan, step);
            let Some(create) = &procedure.create else { continue };
            let place = |service: &str| (service.to_owned(), step.region.clone());
            let (head, before) = (self.head[at], self.before[at]);
            let tail = self.own[at] + self.after[at];
            if before > 0.0 {
                let service = match (&procedure.read, &procedure.list) {
                    (Some(read), _) => read.call.service.as_str(),
                    (None, Some(list)) => list.service.as_str(),
                    (None, None) => continue,
                };
                places.entry(place(service)).or_default().push(Call { head, tail: before + tail });
            }
            places.entry(place(&create.service)).or_default().push(Call { head: head + before, tail });
            if let Some(list) = &procedure.list {
                let key = (place(&list.service), list.operation.as_str());
                let entry = lists.entry(key).or_default().entry(&procedure.kind).or_default();
                entry.steps.insert(at);
                entry.page = list.page_size.max(1) as usize;
            }
        }
        for ((place, _), kinds) in lists {
            // One list may show the objects of several kinds: those of the largest are counted.
            let pages = kinds.values().map(|kind| kind.steps.len().div_ceil(kind.page)).max().unwrap_or(0);
            let end = kinds
                .values()
                .flat_map(|kind| &kind.steps)
                .map(|at| self.head[*at] + self.before[*at] + self.own[*at] - self.latency)
                .fold(0.0, f64::max);
            let calls = places.entry(place).or_default();
            calls.extend(
                (1..=pages).map(|page| Call { head: if page == pages { end } else { 0.0 }, tail: self.latency }),
            );
        }
        let made: u64 = run.log.calls.iter().filter(|((.., mutating), _)| *mutating).map(|(_, count)| count).sum();
        let steps = self.plan.steps.iter().filter(|step| procedure(self.plan, step).create.is_some()).count();
        assert_eq!(made, steps as u64, "the shapes are made of kinds that take one call each");
    }
}
