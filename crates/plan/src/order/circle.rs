//! Steps that wait for each other: preferences give way, and what is left is told edge by edge.

use super::edges::Preference;
use crate::{
    step::{After, Leg, Plan, Rule, Step},
    worlds::Worlds,
};
use firma_model::{
    address::{Address, Node},
    diagnostic::Diagnostic,
    span::Span,
};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};
use std::collections::{HashMap, HashSet, VecDeque};

/// Steps of a circle that a message names at most.
const SHOWN: usize = 12;

fn after(plan: &Plan, vertex: u32) -> &[After] {
    match plan.steps.get(vertex as usize) {
        Some(step) => &step.after,
        None => &plan.gates[vertex as usize - plan.steps.len()].after,
    }
}

/// For each vertex that waits for itself in the end, the number of its circle.
fn circles(plan: &Plan) -> HashMap<u32, usize> {
    let vertices = plan.steps.len() + plan.gates.len();
    let mut graph: DiGraph<(), ()> = DiGraph::with_capacity(vertices, vertices);
    for _ in 0..vertices {
        graph.add_node(());
    }
    for later in 0..vertices {
        for edge in after(plan, later as u32) {
            graph.add_edge(NodeIndex::new(edge.vertex as usize), NodeIndex::new(later), ());
        }
    }
    // `kosaraju_scc` is iterative; the recursive one overflows on long chains.
    let components = kosaraju_scc(&graph).into_iter().filter(|component| component.len() > 1).enumerate();
    components.flat_map(|(at, members)| members.into_iter().map(move |vertex| (vertex.index() as u32, at))).collect()
}

/// Takes preferences out of the graph that lie in a circle.
pub(super) fn give_way(plan: &mut Plan, wishes: &[Preference]) {
    let circles = circles(plan);
    let steps = plan.steps.len();
    for wish in wishes {
        let inside = circles.get(&wish.later);
        if inside.is_none() || inside != circles.get(&wish.after.vertex) {
            continue;
        }
        let list = match plan.steps.get_mut(wish.later as usize) {
            Some(step) => &mut step.after,
            None => &mut plan.gates[wish.later as usize - steps].after,
        };
        list.retain(|after| after.vertex != wish.after.vertex);
    }
}

/// One step that waits for another, and why.
struct Wait {
    later: u32,
    earlier: u32,
    rule: Rule,
    gates: Vec<u32>,
}

/// The shortest circle from the first step that is in one back to itself, gates passed through.
fn shortest(plan: &Plan) -> Vec<Wait> {
    let circles = circles(plan);
    let steps = plan.steps.len() as u32;
    let Some(first) = (0..steps).find(|step| circles.contains_key(step)) else { return Vec::new() };
    let home = circles.get(&first);
    let mut from: HashMap<u32, (u32, Rule)> = HashMap::new();
    let mut queue = VecDeque::from([first]);
    let mut seen = HashSet::new();
    'search: while let Some(vertex) = queue.pop_front() {
        for edge in after(plan, vertex).iter().filter(|edge| circles.get(&edge.vertex) == home) {
            if edge.vertex == first || seen.insert(edge.vertex) {
                from.entry(edge.vertex).or_insert((vertex, edge.rule));
                queue.push_back(edge.vertex);
            }
            if edge.vertex == first {
                break 'search;
            }
        }
    }
    // Back from the end: each found vertex is what the one it was found from waits for.
    let mut waits = Vec::new();
    let mut earlier = first;
    while let Some((mut later, mut rule)) = from.get(&earlier).copied() {
        let mut gates = Vec::new();
        while later >= steps {
            gates.push(later - steps);
            let Some((next, own)) = from.get(&later).copied() else { return waits };
            (later, rule) = (next, own);
        }
        waits.push(Wait { later, earlier, rule, gates });
        earlier = later;
        if earlier == first {
            break;
        }
    }
    waits.reverse();
    waits
}

/// Says which steps wait for each other, and where each demand comes from.
pub(super) fn told(plan: &Plan, worlds: Worlds<'_>, gates: &[String]) -> Diagnostic {
    let waits = shortest(plan);
    let mut lines = Vec::new();
    let mut places: Vec<(Span, String)> = Vec::new();
    for wait in waits.iter().take(SHOWN) {
        let (later, earlier) = (&plan.steps[wait.later as usize], &plan.steps[wait.earlier as usize]);
        let through: Vec<&str> =
            wait.gates.iter().filter_map(|gate| gates.get(*gate as usize)).map(String::as_str).collect();
        let through = match through.is_empty() {
            true => String::new(),
            false => format!(", through {}", through.join(" and ")),
        };
        let (why, from) = reason(wait.rule, later, earlier);
        lines.push(format!("{} waits for {} ({}: {why}{through})", name(later), name(earlier), wait.rule.as_str()));
        let place = from.and_then(|(who, on)| reference(worlds, who, on).map(|span| (span, who, on)));
        if let Some((span, who, on)) = place {
            let label = (span, format!("{who} refers to {on} here"));
            if !places.contains(&label) {
                places.push(label);
            }
        }
    }
    if waits.len() > SHOWN {
        lines.push(format!("and {} more", waits.len() - SHOWN));
    }
    let message = format!("the steps of this plan wait for each other: {}", lines.join("; "));
    let mut diagnostic = Diagnostic::error("E0502", message)
        .hint("apply it in two goes: first without the new references, then with them");
    if waits.iter().any(|wait| matches!(wait.rule, Rule::MakeBeforeDelete | Rule::Succession)) {
        diagnostic =
            diagnostic.hint("or let what is replaced be deleted first: lifecycle.create_before_destroy = false");
    }
    for (at, (span, text)) in places.into_iter().enumerate() {
        diagnostic = match at {
            0 => diagnostic.at(span).label(text),
            _ => diagnostic.related(span, text),
        };
    }
    diagnostic
}

fn name(step: &Step) -> String {
    match step.deposed.is_empty() {
        true => format!("{} {}", step.leg.as_str(), step.address),
        false => format!("{} the old {}", step.leg.as_str(), step.address),
    }
}

type Reference<'s> = Option<(&'s Address, &'s Address)>;

/// Why a step waits for another, and which reference of the manifests says so, if one does.
fn reason<'s>(rule: Rule, later: &'s Step, earlier: &'s Step) -> (String, Reference<'s>) {
    let (l, e) = (&later.address, &earlier.address);
    let recorded = |who: &Address, on: &Address| format!("when it was last applied, {who} depended on {on}");
    match rule {
        Rule::MakeAfterDependency if earlier.leg == Leg::Record => ("it is written down there first".to_owned(), None),
        Rule::MakeAfterDependency => (format!("{l} depends on {e}"), Some((l, e))),
        Rule::DeleteAfterDependant | Rule::ChangeAfterDependantDeleted => (recorded(e, l), None),
        Rule::DeleteBeforeMake => ("it is replaced, and deleted first".to_owned(), None),
        Rule::MakeBeforeDelete => ("it is replaced, and created first".to_owned(), None),
        Rule::Succession if later.leg == Leg::Delete => {
            (format!("{e} depends on {l}, which stands until then"), Some((e, l)))
        }
        Rule::Succession => (recorded(e, l), None),
        Rule::DeleteAfterMovedAway => (format!("{e} is changed so that it no longer needs {l}"), None),
        Rule::DeleteOnceItHolds => ("its precondition is about the other".to_owned(), None),
        Rule::TakeAfterRelease => ("both hold the same unique key".to_owned(), None),
    }
}

/// Where the manifests say that one address depends on another.
fn reference(worlds: Worlds<'_>, who: &Address, on: &Address) -> Option<Span> {
    let resource = worlds.desired.resources.get(who)?;
    let is = |node: &Node| match node {
        Node::Instance(address) => address == on,
        Node::Block(block) => *block == on.block,
    };
    let written = resource.attributes.values().find(|expr| {
        let mut refers = false;
        expr.each_node(&mut |node| refers |= is(node));
        refers && expr.span.end > expr.span.start
    });
    Some(written.map_or(resource.span, |expr| expr.span))
}
