//! The order of evaluation: what refers to what, before anything is evaluated.
//!
//! Locals, blocks, look-ups, inputs, outputs and the defaults of every module are the nodes; every reference that is
//! written down is an edge, whether a condition would reach it or not. Evaluating in this order never recurses, however
//! long a chain is. Modules are ordered by what they take and give one by one: one output of a module may lead to the input
//! of another and back to a second input of the first.

use crate::{
    call_tree::{CallTree, Item, Part},
    codes,
    project::{Defaults, Project, Repeat, find},
    source::Spelled,
};
use firma_expr::{Reference, each_reference};
use firma_model::{
    address::{Address, ModulePath},
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
};

/// The order.
pub(crate) struct Order {
    /// Every item, each after what it refers to; without those that refer to themselves, directly or through others.
    pub(crate) items: Vec<Item>,
    /// Of each item, by its number, how many others must come before it, one after the other.
    levels: Vec<u32>,
}

impl Order {
    /// Items of one level do not refer to each other, and those that something refers to have a lower one.
    pub(crate) fn level(&self, tree: &CallTree<'_>, item: Item) -> u32 {
        self.levels[tree.number(item)]
    }
}

/// Edges of all items in one list; `starts[n]..starts[n + 1]` are those of item `n`.
struct Edges {
    starts: Vec<u32>,
    targets: Vec<(u32, Span)>,
}

impl Edges {
    fn of(&self, number: usize) -> &[(u32, Span)] {
        &self.targets[self.starts[number] as usize..self.starts[number + 1] as usize]
    }
}

/// Orders a project; cycles are diagnostics that name their members and the references that make them.
pub(crate) fn order(tree: &CallTree<'_>) -> (Order, Diagnostics) {
    let edges = collect(tree);
    let count = tree.count();
    let mut walk = Walk {
        tree,
        edges: &edges,
        state: vec![State::New; count],
        cyclic: vec![false; count],
        levels: vec![0; count],
        items: Vec::with_capacity(count),
        diagnostics: Diagnostics::new(),
    };
    let mut path = Vec::new();
    for number in 0..count {
        walk.from(number, &mut path);
    }
    let Walk { mut items, cyclic, levels, diagnostics, .. } = walk;
    if !diagnostics.is_empty() {
        items.retain(|item| !cyclic[tree.number(*item)]);
    }
    (Order { items, levels }, diagnostics)
}

fn collect(tree: &CallTree<'_>) -> Edges {
    let mut edges = Edges { starts: Vec::with_capacity(tree.count() + 1), targets: Vec::with_capacity(tree.count()) };
    for place in 0..tree.places.len() {
        // Those of the root come first in any case; only if they refer to something, that comes before them.
        let needed = tree.places[place].call.is_some();
        let mut gather = Gather { tree, place, targets: &mut edges.targets, needs_defaults: needed };
        for part in tree.parts(place) {
            edges.starts.push(u32::try_from(gather.targets.len()).unwrap_or(u32::MAX));
            gather.part(part);
        }
    }
    edges.starts.push(u32::try_from(edges.targets.len()).unwrap_or(u32::MAX));
    edges
}

/// Whether an entry of `replace_triggered_by` names what it is about, instead of computing the name. Such an entry refers to
/// nothing while it is evaluated.
pub(crate) fn is_reference(trigger: &Expr) -> bool {
    let mut root = None;
    each_reference(trigger, &mut |reference| root = root.take().or(Some(reference.root().to_owned())));
    matches!(trigger.kind, ExprKind::Attribute(..) | ExprKind::Index(..))
        && root.is_some_and(|root| !matches!(&*root, "var" | "local" | "each" | "count" | "data" | "path"))
}

/// Collects the edges of one place.
struct Gather<'g, 'p> {
    tree: &'g CallTree<'p>,
    place: usize,
    targets: &'g mut Vec<(u32, Span)>,
    needs_defaults: bool,
}

impl<'p> Gather<'_, 'p> {
    fn edge(&mut self, place: usize, part: Part, span: Span) {
        let number = self.tree.number(Item { place, part });
        self.targets.push((u32::try_from(number).unwrap_or(u32::MAX), span));
    }

    /// The references of an expression that stands in `place`.
    fn expr(&mut self, place: usize, expr: &Expr) {
        each_reference(expr, &mut |reference| self.reference(place, &reference));
    }

    fn exprs<'e>(&mut self, place: usize, exprs: impl IntoIterator<Item = &'e Expr>) {
        exprs.into_iter().for_each(|expr| self.expr(place, expr));
    }

    fn part(&mut self, part: Part) {
        let tree = self.tree;
        let place = self.place;
        let here = &tree.places[place];
        let project: &'p Project = here.project;
        if let Some(call) = here.call
            && part != Part::Instances
        {
            let span = tree.call(place).map(|call| call.span).unwrap_or_default();
            self.edge(place, Part::Instances, span);
            if part == Part::Defaults {
                self.edge(call.place, Part::Defaults, span);
            }
        }
        match part {
            Part::Instances => {
                let (Some(at), Some(call)) = (here.call, tree.call(place)) else { return };
                if tree.places[at.place].call.is_some() {
                    self.edge(at.place, Part::Instances, call.span);
                }
                self.repeat(at.place, &call.repeat);
                self.depends_on(at.place, &call.depends_on);
            }
            Part::Defaults => {
                let before = self.targets.len();
                self.defaults(place, &project.defaults);
                if let (Some(at), Some(written)) = (here.call, tree.call(place).and_then(|c| c.defaults.as_ref())) {
                    self.defaults(at.place, written);
                }
                self.needs_defaults |= self.targets.len() > before;
            }
            Part::Variable(index) => {
                let (Some(at), Some(call)) = (here.call, tree.call(place)) else { return };
                let name = here.variables[index].0;
                if let Some(input) = call.inputs.iter().find(|input| *input.name == **name) {
                    self.expr(at.place, &input.value);
                }
            }
            Part::Validations => {
                if here.call.is_some() {
                    (0..here.variables.len())
                        .for_each(|index| self.edge(place, Part::Variable(index), here.variables[index].1.span));
                }
            }
            Part::Local(index) => self.expr(place, &project.locals[index].value),
            Part::Lookup(index) => {
                let lookup = &project.lookups[index];
                self.repeat(place, &lookup.repeat);
                self.exprs(place, lookup.region.iter().chain(lookup.parameters.iter().map(|p| &p.value)));
                self.depends_on(place, &lookup.depends_on);
                self.after_defaults(lookup.span);
            }
            Part::Resource(index) => {
                let resource = &project.resources[index];
                self.repeat(place, &resource.repeat);
                self.exprs(place, resource.region.as_deref());
                self.exprs(place, resource.attributes.iter().map(|attribute| &attribute.value));
                self.exprs(place, resource.timeouts.iter().map(|(_, expr)| expr));
                let lifecycle = resource.lifecycle();
                let settings = [
                    &lifecycle.create_before_destroy,
                    &lifecycle.prevent_destroy,
                    &lifecycle.ignore_changes,
                    &lifecycle.on_remove,
                ];
                self.exprs(place, settings.into_iter().flatten());
                let conditions = lifecycle.preconditions.iter().chain(&lifecycle.postconditions);
                self.exprs(place, conditions.flat_map(|block| [&block.condition, &block.message]));
                self.exprs(place, lifecycle.replace_triggered_by.iter().filter(|trigger| !is_reference(trigger)));
                self.depends_on(place, &resource.depends_on);
                self.after_defaults(resource.span);
            }
            Part::Output(index) => self.expr(place, &here.outputs[index].1.value),
            Part::End => {
                (0..project.resources.len())
                    .for_each(|index| self.edge(place, Part::Resource(index), project.resources[index].span));
                for (call, child) in here.children.iter().enumerate() {
                    if let Some(child) = *child {
                        self.edge(child, Part::End, project.calls[call].span);
                    }
                }
            }
        }
    }

    fn after_defaults(&mut self, span: Span) {
        if self.needs_defaults {
            self.edge(self.place, Part::Defaults, span);
        }
    }

    fn repeat(&mut self, place: usize, repeat: &Repeat) {
        match repeat {
            Repeat::Single => {}
            Repeat::Count(expr) | Repeat::ForEach(expr) | Repeat::Enabled(expr) => self.expr(place, expr),
        }
    }

    fn defaults(&mut self, place: usize, defaults: &Defaults) {
        let regions = defaults.regions.values().flat_map(|r| [&r.zone, &r.billing, &r.tags]);
        let every = [&defaults.region, &defaults.zone, &defaults.billing, &defaults.tags];
        self.exprs(place, every.into_iter().chain(regions).flatten());
    }

    fn depends_on(&mut self, place: usize, dependencies: &[Spelled]) {
        for dependency in dependencies {
            if let Ok(module) = dependency.text.parse::<ModulePath>() {
                if let Some(child) = module.steps().first().and_then(|step| self.tree.child(place, &step.name)) {
                    self.edge(child, Part::End, dependency.span);
                }
            } else if let Ok(address) = dependency.text.parse::<Address>()
                && address.block.module.is_root()
                && let Some(part) = address_part(self.tree.places[place].project, &address)
            {
                self.edge(place, part, dependency.span);
            }
        }
    }

    fn reference(&mut self, place: usize, reference: &Reference<'_>) {
        let here = &self.tree.places[place];
        let project = here.project;
        let part = match reference.root() {
            "module" => return self.module(place, reference),
            "local" => reference.name(1).and_then(|name| project.local_names.get(name)).copied().map(Part::Local),
            "var" if here.call.is_some() => reference.name(1).and_then(|name| here.variable(name)).map(Part::Variable),
            "data" => named(reference, 1)
                .and_then(|[service, kind, name]| find(&project.lookup_names, service, kind, name))
                .map(Part::Lookup),
            "var" | "each" | "count" | "env" | "path" => None,
            _ => named(reference, 0)
                .and_then(|[service, kind, name]| find(&project.resource_names, service, kind, name))
                .map(Part::Resource),
        };
        if let Some(part) = part {
            self.edge(place, part, reference.span);
        }
    }

    /// `module.net.id`: the output that is named, or all of them.
    fn module(&mut self, place: usize, reference: &Reference<'_>) {
        let Some(child) = reference.name(1).and_then(|name| self.tree.child(place, name)) else { return };
        let outputs = &self.tree.places[child];
        let repeats = self.tree.call(child).is_some_and(|call| call.repeat.has_keys());
        match reference.name(if repeats { 3 } else { 2 }).and_then(|name| outputs.output(name)) {
            Some(index) => self.edge(child, Part::Output(index), reference.span),
            None => (0..outputs.outputs.len()).for_each(|index| self.edge(child, Part::Output(index), reference.span)),
        }
        self.edge(child, Part::Instances, reference.span);
    }
}

fn named<'r>(reference: &'r Reference<'_>, from: usize) -> Option<[&'r str; 3]> {
    Some([reference.name(from)?, reference.name(from + 1)?, reference.name(from + 2)?])
}

fn address_part(project: &Project, address: &Address) -> Option<Part> {
    let (service, kind) = address.kind().as_str().split_once('.')?;
    match address.block.data {
        true => find(&project.lookup_names, service, kind, &address.block.name).map(Part::Lookup),
        false => find(&project.resource_names, service, kind, &address.block.name).map(Part::Resource),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'w> {
    tree: &'w CallTree<'w>,
    edges: &'w Edges,
    state: Vec<State>,
    cyclic: Vec<bool>,
    levels: Vec<u32>,
    items: Vec<Item>,
    diagnostics: Diagnostics,
}

impl Walk<'_> {
    /// Depth first without recursion: an item is emitted after everything it refers to.
    fn from(&mut self, start: usize, path: &mut Vec<(usize, usize)>) {
        if self.state[start] != State::New {
            return;
        }
        self.state[start] = State::Open;
        // Items on the way down, each with the next edge to follow.
        path.push((start, 0));
        while let Some((number, next)) = path.last_mut() {
            match self.edges.of(*number).get(*next) {
                None => {
                    let below = self.edges.of(*number).iter().map(|(target, _)| self.levels[*target as usize] + 1);
                    self.levels[*number] = below.max().unwrap_or(0);
                    self.state[*number] = State::Done;
                    self.items.push(self.tree.item(*number));
                    path.pop();
                }
                Some((target, _)) => {
                    *next += 1;
                    let target = *target as usize;
                    match self.state[target] {
                        State::Done => {}
                        State::New => {
                            self.state[target] = State::Open;
                            path.push((target, 0));
                        }
                        State::Open => self.cycle(path, target),
                    }
                }
            }
        }
    }

    /// Reports the cycle that closes at `target`, once for each of its members.
    fn cycle(&mut self, path: &[(usize, usize)], target: usize) {
        // Walked from the closing end, marking: a member that was reported before ends the walk, so the work stays linear.
        let mut members = Vec::new();
        for (number, next) in path.iter().rev() {
            if self.cyclic[*number] {
                return;
            }
            self.cyclic[*number] = true;
            members.push((*number, self.edges.of(*number)[next - 1].1));
            if *number == target {
                break;
            }
        }
        members.reverse();
        self.diagnostics.push(self.describe(&members));
    }

    fn describe(&self, members: &[(usize, Span)]) -> Diagnostic {
        const SHOWN: usize = 10;
        let name = |number: usize| self.tree.name(self.tree.item(number));
        if let [(number, span)] = members {
            return Diagnostic::error(codes::CYCLE, format!("`{}` refers to itself", name(*number)))
                .at(*span)
                .hint("an expression may use only what is known before it");
        }
        let mut names: Vec<String> = members.iter().take(SHOWN).map(|(number, _)| name(*number)).collect();
        if members.len() > SHOWN {
            names.push(format!("({} more)", members.len() - SHOWN));
        }
        names.push(name(members[0].0));
        let mut diagnostic =
            Diagnostic::error(codes::CYCLE, format!("these refer to each other in a circle: {}", names.join(" -> ")))
                .at(members[0].1)
                .label(format!("`{}` refers to `{}` here", name(members[0].0), name(members[1].0)));
        for (at, (number, span)) in members.iter().enumerate().skip(1).take(SHOWN - 1) {
            let to = members.get(at + 1).unwrap_or(&members[0]).0;
            diagnostic = diagnostic.related(*span, format!("`{}` refers to `{}` here", name(*number), name(to)));
        }
        diagnostic.hint("break the circle: one of them must not need another")
    }
}
