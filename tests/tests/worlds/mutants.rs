//! Plans that were broken in one place.

use firma_model::address::Node;
use firma_model::expr::{Expr, ExprKind};
use firma_plan::step::{Action, After, Leg, Plan, Step};
use std::collections::BTreeSet;

/// The kind of damage, where, and the plan that has it.
pub(crate) type Mutant = (&'static str, String, Plan);

/// Every mutant of a plan that must be noticed.
pub(crate) fn mutants(plan: &Plan) -> Vec<Mutant> {
    let mut all = edges(plan);
    steps(plan, &mut all);
    holes(plan, &mut all);
    halves(plan, &mut all);
    all
}

/// Which steps wait for which, by way of gates and other steps: for each, those before it.
fn before(plan: &Plan) -> Vec<BTreeSet<u32>> {
    let after = |vertex: u32| match plan.steps.get(vertex as usize) {
        Some(step) => &step.after,
        None => &plan.gates[vertex as usize - plan.steps.len()].after,
    };
    let reach = |start: u32| {
        let (mut seen, mut work) = (BTreeSet::new(), vec![start]);
        while let Some(vertex) = work.pop() {
            work.extend(after(vertex).iter().map(|edge| edge.vertex).filter(|vertex| seen.insert(*vertex)));
        }
        seen.retain(|vertex| (*vertex as usize) < plan.steps.len());
        seen
    };
    (0..plan.steps.len() as u32).map(reach).collect()
}

/// Each edge taken out, unless others say the same.
fn edges(plan: &Plan) -> Vec<Mutant> {
    let whole = before(plan);
    let mut found = Vec::new();
    let lists = plan.steps.len() + plan.gates.len();
    for later in 0..lists {
        let count = list(&mut plan.clone(), later).len();
        for at in 0..count {
            let mut mutant = plan.clone();
            let edge = list(&mut mutant, later).remove(at);
            if before(&mutant) != whole {
                let name = edge.rule.as_str();
                found.push((name, format!("{later} no longer waits for {}", edge.vertex), mutant));
            }
        }
    }
    found
}

fn list(plan: &mut Plan, vertex: usize) -> &mut Vec<After> {
    let steps = plan.steps.len();
    match vertex < steps {
        true => &mut plan.steps[vertex].after,
        false => &mut plan.gates[vertex - steps].after,
    }
}

/// Of a long plan some steps are damaged by themselves, not all: every mutant is a whole plan.
fn stride(plan: &Plan) -> usize {
    plan.steps.len() / 6 + 1
}

/// Damage to a step by itself.
fn steps(plan: &Plan, all: &mut Vec<Mutant>) {
    let mut damage = |name, at: usize, change: &dyn Fn(&mut Plan)| {
        let mut mutant = plan.clone();
        change(&mut mutant);
        all.push((name, format!("at step {at}"), mutant));
    };
    for (at, step) in plan.steps.iter().enumerate().step_by(stride(plan)) {
        if !step.calls.is_empty() {
            damage("no recovery class", at, &|plan| plan.steps[at].calls[0].class.clear());
        }
        if step.record.is_some() {
            damage("an id that nobody recorded", at, &|plan| {
                if let Some(record) = &mut plan.steps[at].record {
                    record.cloud_id = "somebody-elses".into();
                }
            });
        }
        damage("not in the basis", at, &|plan| {
            plan.basis.remove(&plan.steps[at].address.clone());
        });
        damage("another version in the basis", at, &|plan| {
            plan.basis.insert(plan.steps[at].address.clone(), Some(u64::MAX));
        });
        if step.leg == Leg::Create {
            damage("a create that has a record", at, &|plan| {
                plan.steps[at].record = plan.steps.iter().find_map(|step| step.record.clone());
                if plan.steps[at].record.is_none() {
                    plan.basis.clear();
                }
            });
        }
        if !matches!(step.leg, Leg::Forget | Leg::Record) {
            damage("no procedure", at, &|plan| {
                plan.procedures.remove(plan.steps[at].kind().as_str());
            });
        }
    }
}

/// A hole that something fills which comes later, or nobody knows when.
fn holes(plan: &Plan, all: &mut Vec<Mutant>) {
    let before = before(plan);
    for (at, step) in plan.steps.iter().enumerate().step_by(stride(plan)) {
        let makes = |leg| matches!(leg, Leg::Create | Leg::Update);
        if !makes(step.leg) {
            continue;
        }
        let later = |(other, source): &(usize, &Step)| {
            makes(source.leg) && source.address != step.address && !before[at].contains(&(*other as u32))
        };
        if let Some((other, source)) = plan.steps.iter().enumerate().find(later) {
            let mut mutant = plan.clone();
            let hole = Expr::node_attribute(Node::Instance(source.address.clone()), "id");
            let known = mutant.steps[at].attributes.remove("input");
            let list: Vec<Expr> = known.into_iter().chain([hole]).collect();
            let list = Expr { kind: ExprKind::List(list), span: Default::default() };
            mutant.steps[at].attributes.insert("input".into(), list);
            all.push(("a hole that is filled later", format!("at step {at}, from {other}"), mutant));
        }
    }
}

/// A replacement of which one half is gone.
fn halves(plan: &Plan, all: &mut Vec<Mutant>) {
    for (at, step) in plan.steps.iter().enumerate() {
        let half = step.action == Action::Replace && matches!(step.leg, Leg::Create | Leg::Delete);
        if !half {
            continue;
        }
        let mut mutant = plan.clone();
        mutant.steps.remove(at);
        let afters =
            mutant.steps.iter_mut().map(|step| &mut step.after).chain(mutant.gates.iter_mut().map(|g| &mut g.after));
        for after in afters {
            after.retain(|edge| edge.vertex as usize != at);
            after.iter_mut().filter(|edge| edge.vertex as usize > at).for_each(|edge| edge.vertex -= 1);
        }
        all.push(("half a replacement", format!("without step {at}"), mutant));
        if !step.deposes.is_empty() {
            let mut mutant = plan.clone();
            mutant.steps[at].deposes.clear();
            all.push(("nothing set aside", format!("at step {at}"), mutant));
        }
    }
}
