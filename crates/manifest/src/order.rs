//! The order of evaluation: what refers to what, before anything is evaluated.
//!
//! Locals, blocks, look-ups and the defaults are the nodes; every reference that is written down is an edge, whether a
//! condition would reach it or not. Evaluating in this order never recurses, however long a chain is.

use crate::{
    codes,
    project::{Project, Repeat, find},
};
use firma_expr::{Reference, each_reference};
use firma_model::{
    address::Address,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
};

/// Something to evaluate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Item {
    Defaults,
    Local(usize),
    Lookup(usize),
    Resource(usize),
}

/// The order, and what must be left out of it.
pub(crate) struct Order {
    /// Every item, each after what it refers to.
    pub(crate) items: Vec<Item>,
    /// Whether an item, by its number, is part of a cycle.
    cyclic: Vec<bool>,
    numbering: Numbering,
}

impl Order {
    /// Whether an item refers to itself, directly or through others.
    pub(crate) fn is_cyclic(&self, item: Item) -> bool {
        self.cyclic[self.numbering.number(item)]
    }
}

#[derive(Clone, Copy)]
struct Numbering {
    locals: usize,
    lookups: usize,
    resources: usize,
}

impl Numbering {
    fn count(self) -> usize {
        1 + self.locals + self.lookups + self.resources
    }

    fn number(self, item: Item) -> usize {
        match item {
            Item::Defaults => 0,
            Item::Local(index) => 1 + index,
            Item::Lookup(index) => 1 + self.locals + index,
            Item::Resource(index) => 1 + self.locals + self.lookups + index,
        }
    }

    fn item(self, number: usize) -> Item {
        let Some(number) = number.checked_sub(1) else { return Item::Defaults };
        if number < self.locals {
            return Item::Local(number);
        }
        if number < self.locals + self.lookups {
            return Item::Lookup(number - self.locals);
        }
        Item::Resource(number - self.locals - self.lookups)
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
pub(crate) fn order(project: &Project) -> (Order, Diagnostics) {
    let numbering =
        Numbering { locals: project.locals.len(), lookups: project.lookups.len(), resources: project.resources.len() };
    let edges = collect(project, numbering);
    let mut walk = Walk {
        project,
        numbering,
        edges: &edges,
        state: vec![State::New; numbering.count()],
        cyclic: vec![false; numbering.count()],
        items: Vec::with_capacity(numbering.count()),
        diagnostics: Diagnostics::new(),
    };
    for number in 0..numbering.count() {
        walk.from(number);
    }
    (Order { items: walk.items, cyclic: walk.cyclic, numbering }, walk.diagnostics)
}

fn collect(project: &Project, numbering: Numbering) -> Edges {
    let mut edges = Edges { starts: Vec::with_capacity(numbering.count() + 1), targets: Vec::new() };
    let mut defaults_refer = false;
    for number in 0..numbering.count() {
        let start = edges.targets.len();
        edges.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        let mut visit = |reference: Reference<'_>| {
            if let Some(item) = target(project, &reference) {
                let target = u32::try_from(numbering.number(item)).unwrap_or(u32::MAX);
                edges.targets.push((target, reference.span));
            }
        };
        match numbering.item(number) {
            Item::Defaults => {
                let defaults = &project.defaults;
                let regions = defaults.regions.values().flat_map(|r| [&r.zone, &r.billing, &r.tags]);
                for expr in
                    [&defaults.region, &defaults.zone, &defaults.billing, &defaults.tags].into_iter().chain(regions)
                {
                    expr.iter().for_each(|expr| each_reference(expr, &mut visit));
                }
                defaults_refer = !edges.targets.is_empty();
            }
            Item::Local(index) => each_reference(&project.locals[index].value, &mut visit),
            Item::Lookup(index) => {
                let lookup = &project.lookups[index];
                lookup.region.iter().for_each(|expr| each_reference(expr, &mut visit));
                lookup.parameters.iter().for_each(|p| each_reference(&p.value, &mut visit));
                if defaults_refer {
                    edges.targets.push((0, lookup.span));
                }
            }
            Item::Resource(index) => {
                let resource = &project.resources[index];
                let mut each = |expr: &Expr| each_reference(expr, &mut visit);
                match &resource.repeat {
                    Repeat::Single => {}
                    Repeat::Count(expr) | Repeat::ForEach(expr) | Repeat::Enabled(expr) => each(expr),
                }
                resource.region.iter().for_each(&mut each);
                resource.attributes.iter().for_each(|attribute| each(&attribute.value));
                resource.timeouts.iter().for_each(|(_, expr)| each(expr));
                let lifecycle = &resource.lifecycle;
                [
                    &lifecycle.create_before_destroy,
                    &lifecycle.prevent_destroy,
                    &lifecycle.ignore_changes,
                    &lifecycle.on_remove,
                ]
                .into_iter()
                .flatten()
                .for_each(&mut each);
                for block in lifecycle.preconditions.iter().chain(&lifecycle.postconditions) {
                    each(&block.condition);
                    each(&block.message);
                }
                lifecycle.replace_triggered_by.iter().filter(|trigger| !is_reference(trigger)).for_each(&mut each);
                for dependency in &resource.depends_on {
                    if let Some(item) = dependency.text.parse().ok().and_then(|address| address_item(project, &address))
                    {
                        let target = u32::try_from(numbering.number(item)).unwrap_or(u32::MAX);
                        edges.targets.push((target, dependency.span));
                    }
                }
                if defaults_refer {
                    edges.targets.push((0, resource.span));
                }
            }
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

fn target(project: &Project, reference: &Reference<'_>) -> Option<Item> {
    match reference.root() {
        "local" => project.local_names.get(reference.name(1)?).copied().map(Item::Local),
        "data" => {
            find(&project.lookup_names, reference.name(1)?, reference.name(2)?, reference.name(3)?).map(Item::Lookup)
        }
        "var" | "each" | "count" | "env" => None,
        service => find(&project.resource_names, service, reference.name(1)?, reference.name(2)?).map(Item::Resource),
    }
}

fn address_item(project: &Project, address: &Address) -> Option<Item> {
    let (service, kind) = address.kind().as_str().split_once('.')?;
    match address.block.data {
        true => find(&project.lookup_names, service, kind, &address.block.name).map(Item::Lookup),
        false => find(&project.resource_names, service, kind, &address.block.name).map(Item::Resource),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Done,
}

struct Walk<'p> {
    project: &'p Project,
    numbering: Numbering,
    edges: &'p Edges,
    state: Vec<State>,
    cyclic: Vec<bool>,
    items: Vec<Item>,
    diagnostics: Diagnostics,
}

impl Walk<'_> {
    /// Depth first without recursion: an item is emitted after everything it refers to.
    fn from(&mut self, start: usize) {
        if self.state[start] != State::New {
            return;
        }
        self.state[start] = State::Open;
        // Items on the way down, each with the next edge to follow.
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((number, next)) = path.last_mut() {
            match self.edges.of(*number).get(*next) {
                None => {
                    self.state[*number] = State::Done;
                    self.items.push(self.numbering.item(*number));
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
                        State::Open => self.cycle(&path, target),
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
        let name = |number: usize| match self.numbering.item(number) {
            Item::Defaults => "defaults".to_owned(),
            Item::Local(index) => format!("local.{}", self.project.locals[index].name),
            Item::Lookup(index) => self.project.lookups[index].block.to_string(),
            Item::Resource(index) => self.project.resources[index].block.to_string(),
        };
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
