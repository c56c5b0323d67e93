//! What is drawn: vertices in clusters, and edges.

use firma_model::{
    address::{Address, Block, Node},
    desired::Desired,
};
use firma_plan::step::Plan;
use std::collections::{BTreeMap, BTreeSet};

/// A vertex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vertex {
    /// What is written on it.
    pub label: String,
    /// The modules it lies in, the outermost first.
    pub modules: Vec<String>,
    /// It stands for several others.
    pub gathers: bool,
}

/// An edge between two vertices, by their positions.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// What needs the other, or comes after it.
    pub from: usize,
    /// What is needed, or comes first.
    pub to: usize,
    /// What is written on it.
    pub label: &'static str,
}

/// A graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Vertices, in the order of their addresses or steps.
    pub vertices: Vec<Vertex>,
    /// Edges, sorted.
    pub edges: Vec<Edge>,
}

impl Graph {
    /// Which resource depends on which.
    pub fn of_desired(desired: &Desired) -> Graph {
        let mut graph = Graph::default();
        let mut places: BTreeMap<Node, usize> = BTreeMap::new();
        let mut instances: BTreeMap<&Block, Vec<&Address>> = BTreeMap::new();
        for address in desired.resources.keys() {
            graph.place(&mut places, &Node::Instance(address.clone()));
            instances.entry(&address.block).or_default().push(address);
        }
        for (address, resource) in &desired.resources {
            let from = graph.place(&mut places, &Node::Instance(address.clone()));
            for dependency in &resource.dependencies {
                let new = !places.contains_key(dependency);
                let to = graph.place(&mut places, dependency);
                graph.edges.push(Edge { from, to, label: "" });
                if let (true, Node::Block(block)) = (new, dependency) {
                    for instance in instances.get(block).into_iter().flatten() {
                        let instance = graph.place(&mut places, &Node::Instance((*instance).clone()));
                        graph.edges.push(Edge { from: to, to: instance, label: "" });
                    }
                }
            }
        }
        graph.sorted()
    }

    /// Which step comes after which, and by which rule.
    pub fn of_plan(plan: &Plan) -> Graph {
        let mut graph = Graph::default();
        for step in &plan.steps {
            let deposed = if step.deposed.is_empty() { "" } else { " (deposed)" };
            graph.vertices.push(Vertex {
                label: format!("{} {}{deposed}", step.leg.as_str(), step.address),
                modules: modules(&step.address.block.module.to_string()),
                gathers: false,
            });
        }
        for gate in 0..plan.gates.len() {
            graph.vertices.push(Vertex { label: gathered(plan, gate), modules: Vec::new(), gathers: true });
        }
        let afters = plan.steps.iter().map(|step| &step.after).chain(plan.gates.iter().map(|gate| &gate.after));
        for (from, after) in afters.enumerate() {
            for edge in after {
                graph.edges.push(Edge { from, to: edge.vertex as usize, label: edge.rule.as_str() });
            }
        }
        graph.sorted()
    }

    fn place(&mut self, places: &mut BTreeMap<Node, usize>, node: &Node) -> usize {
        *places.entry(node.clone()).or_insert_with(|| {
            self.vertices.push(Vertex {
                label: node.to_string(),
                modules: modules(&node.block().module.to_string()),
                gathers: matches!(node, Node::Block(_)),
            });
            self.vertices.len() - 1
        })
    }

    fn sorted(mut self) -> Graph {
        self.edges.sort();
        self.edges.dedup();
        self
    }

    /// Vertices by the modules they lie in: those of a module together, inside of what it lies in.
    pub(super) fn clusters(&self) -> Cluster {
        let mut root = Cluster::default();
        for (at, vertex) in self.vertices.iter().enumerate() {
            let mut cluster = &mut root;
            for module in &vertex.modules {
                cluster = cluster.inside.entry(module.clone()).or_default();
            }
            cluster.vertices.push(at);
        }
        root
    }
}

/// What a gate waits for: the steps behind it by block, those behind another gate by that one's.
fn gathered(plan: &Plan, gate: usize) -> String {
    /// Blocks that are named.
    const NAMED: usize = 3;
    let mut blocks: BTreeMap<String, usize> = BTreeMap::new();
    let mut gates = vec![gate];
    let mut seen = BTreeSet::from([gate]);
    while let Some(gate) = gates.pop() {
        for after in plan.gates.get(gate).into_iter().flat_map(|gate| &gate.after) {
            let vertex = after.vertex as usize;
            match (plan.steps.get(vertex), vertex.checked_sub(plan.steps.len())) {
                (Some(step), _) => {
                    let every = if step.address.key.is_some() { "[*]" } else { "" };
                    let name = format!("{} {}{every}", step.leg.as_str(), step.address.block);
                    *blocks.entry(name).or_default() += 1;
                }
                (None, Some(inner)) if seen.insert(inner) => gates.push(inner),
                (None, _) => {}
            }
        }
    }
    let mut names: Vec<String> = blocks.keys().take(NAMED).cloned().collect();
    if blocks.len() > NAMED {
        names.push(format!("{} more", blocks.len() - NAMED));
    }
    format!("all of: {} ({})", names.join(", "), blocks.values().sum::<usize>())
}

/// A module's vertices, and the modules inside of it.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    pub(super) vertices: Vec<usize>,
    pub(super) inside: BTreeMap<String, Cluster>,
}

/// `module.net["a.b"].module.inner` as its parts.
fn modules(path: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut current = String::new();
    let (mut quoted, mut escaped) = (false, false);
    for c in path.chars() {
        match c {
            '"' if !escaped => quoted = !quoted,
            '.' if !quoted && current != "module" => {
                parts.push(std::mem::take(&mut current));
                continue;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        current.push(c);
    }
    if !current.is_empty() {
        parts.push(current);
    }
    parts
}
