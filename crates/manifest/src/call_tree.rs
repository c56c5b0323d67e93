//! The project as it is laid out by its calls: a module that is called from two places is there twice, whatever the number
//! of its instances. What is to be evaluated is numbered here.

use crate::{
    codes,
    project::{Call, Output, Project, Variable},
};
use firma_model::diagnostic::Diagnostic;
use smol_str::SmolStr;

/// Calls that are laid out at most. Modules that call modules twice double at each level.
const MAX_PLACES: usize = 100_000;

/// Something to evaluate, in every instance of its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Item {
    pub(crate) place: usize,
    pub(crate) part: Part,
}

/// What there is to evaluate in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Which instances the place has.
    Instances,
    Defaults,
    Variable(usize),
    Validations,
    Local(usize),
    Lookup(usize),
    Resource(usize),
    Output(usize),
    /// Everything in it, and in what it calls.
    End,
}

/// A call, by the place where it is written and its number there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallAt {
    pub(crate) place: usize,
    pub(crate) call: usize,
}

/// The root, or what one call leads to.
pub(crate) struct Place<'p> {
    pub(crate) project: &'p Project,
    /// `None` for the root.
    pub(crate) call: Option<CallAt>,
    /// What each call of the project leads to; nothing where it could not be read.
    pub(crate) children: Vec<Option<usize>>,
    /// Sorted by name.
    pub(crate) variables: Vec<(&'p SmolStr, &'p Variable)>,
    /// Sorted by name.
    pub(crate) outputs: Vec<(&'p SmolStr, &'p Output)>,
    first: usize,
}

impl Place<'_> {
    /// The number of a variable.
    pub(crate) fn variable(&self, name: &str) -> Option<usize> {
        self.variables.binary_search_by(|(known, _)| (***known).cmp(name)).ok()
    }

    /// The number of an output.
    pub(crate) fn output(&self, name: &str) -> Option<usize> {
        self.outputs.binary_search_by(|(known, _)| (***known).cmp(name)).ok()
    }

    /// Numbers taken: one for each part.
    fn size(&self) -> usize {
        let project = self.project;
        4 + self.variables.len()
            + project.locals.len()
            + project.lookups.len()
            + project.resources.len()
            + self.outputs.len()
    }
}

/// Every place, each after the one that calls it; the root is the first.
pub(crate) struct CallTree<'p> {
    pub(crate) places: Vec<Place<'p>>,
    count: usize,
}

impl<'p> CallTree<'p> {
    /// Lays out a project.
    ///
    /// # Errors
    /// There are too many places.
    pub(crate) fn new(root: &'p Project) -> Result<CallTree<'p>, Diagnostic> {
        let mut tree = CallTree { places: Vec::new(), count: 0 };
        tree.add(root, None);
        let mut next = 0;
        while let Some(place) = tree.places.get(next) {
            let project = place.project;
            for (call, written) in project.calls.iter().enumerate() {
                let Some(module) = written.target.and_then(|target| root.modules.get(target)) else { continue };
                if tree.places.len() >= MAX_PLACES {
                    return Err(Diagnostic::error(
                        codes::MODULE_DEPTH,
                        format!("modules that call modules make more than {MAX_PLACES} of them"),
                    )
                    .at(written.span)
                    .hint("call some of them from the root, or with `for_each`"));
                }
                let child = tree.add(module, Some(CallAt { place: next, call }));
                tree.places[next].children[call] = Some(child);
            }
            next += 1;
        }
        Ok(tree)
    }

    fn add(&mut self, project: &'p Project, call: Option<CallAt>) -> usize {
        let place = Place {
            project,
            call,
            children: vec![None; project.calls.len()],
            variables: project.variables.iter().collect(),
            outputs: project.outputs.iter().collect(),
            first: self.count,
        };
        self.count += place.size();
        self.places.push(place);
        self.places.len() - 1
    }

    /// How many items there are.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The call that leads to a place; `None` for the root.
    pub(crate) fn call(&self, place: usize) -> Option<&'p Call> {
        let at = self.places[place].call?;
        self.places[at.place].project.calls.get(at.call)
    }

    /// The place that a call of this name leads to.
    pub(crate) fn child(&self, place: usize, name: &str) -> Option<usize> {
        let place = &self.places[place];
        place.children[*place.project.call_names.get(name)?]
    }

    /// The parts of a place in the order of their numbers.
    pub(crate) fn parts(&self, place: usize) -> impl Iterator<Item = Part> {
        let here = &self.places[place];
        let project = here.project;
        [Part::Instances, Part::Defaults]
            .into_iter()
            .chain((0..here.variables.len()).map(Part::Variable))
            .chain([Part::Validations])
            .chain((0..project.locals.len()).map(Part::Local))
            .chain((0..project.lookups.len()).map(Part::Lookup))
            .chain((0..project.resources.len()).map(Part::Resource))
            .chain((0..here.outputs.len()).map(Part::Output))
            .chain([Part::End])
    }

    /// The number of an item.
    pub(crate) fn number(&self, item: Item) -> usize {
        let here = &self.places[item.place];
        let project = here.project;
        let variables = 2;
        let validations = variables + here.variables.len();
        let locals = validations + 1;
        let lookups = locals + project.locals.len();
        let resources = lookups + project.lookups.len();
        let outputs = resources + project.resources.len();
        here.first
            + match item.part {
                Part::Instances => 0,
                Part::Defaults => 1,
                Part::Variable(index) => variables + index,
                Part::Validations => validations,
                Part::Local(index) => locals + index,
                Part::Lookup(index) => lookups + index,
                Part::Resource(index) => resources + index,
                Part::Output(index) => outputs + index,
                Part::End => outputs + here.outputs.len(),
            }
    }

    /// The item with a number.
    pub(crate) fn item(&self, number: usize) -> Item {
        let place = self.places.partition_point(|place| place.first <= number).saturating_sub(1);
        let here = &self.places[place];
        let project = here.project;
        let mut rest = number - here.first;
        let mut within = |length: usize| match rest.checked_sub(length) {
            Some(left) => {
                rest = left;
                None
            }
            None => Some(rest),
        };
        let part = if within(1).is_some() {
            Part::Instances
        } else if within(1).is_some() {
            Part::Defaults
        } else if let Some(index) = within(here.variables.len()) {
            Part::Variable(index)
        } else if within(1).is_some() {
            Part::Validations
        } else if let Some(index) = within(project.locals.len()) {
            Part::Local(index)
        } else if let Some(index) = within(project.lookups.len()) {
            Part::Lookup(index)
        } else if let Some(index) = within(project.resources.len()) {
            Part::Resource(index)
        } else if let Some(index) = within(here.outputs.len()) {
            Part::Output(index)
        } else {
            Part::End
        };
        Item { place, part }
    }

    /// An item as people write it.
    pub(crate) fn name(&self, item: Item) -> String {
        let here = &self.places[item.place];
        let project = here.project;
        let module = self.path(item.place);
        let dot = if module.is_empty() { "" } else { "." };
        let own = match item.part {
            Part::Instances => return module,
            Part::End => return format!("everything in {module}"),
            Part::Validations => "variable".to_owned(),
            Part::Defaults => "defaults".to_owned(),
            Part::Variable(index) => format!("var.{}", here.variables[index].0),
            Part::Local(index) => format!("local.{}", project.locals[index].name),
            Part::Lookup(index) => project.lookups[index].block.to_string(),
            Part::Resource(index) => project.resources[index].block.to_string(),
            Part::Output(index) => format!("output.{}", here.outputs[index].0),
        };
        format!("{module}{dot}{own}")
    }

    /// The calls that lead to a place, without keys.
    fn path(&self, place: usize) -> String {
        let mut names = Vec::new();
        let mut here = place;
        while let (Some(at), Some(call)) = (self.places[here].call, self.call(here)) {
            names.push(format!("module.{}", call.name));
            here = at.place;
        }
        names.reverse();
        names.join(".")
    }
}

#[cfg(test)]
mod tests {
    use super::{CallTree, Item};
    use crate::read::read;
    use firma_model::span::Source;

    #[test]
    fn numbers_and_items_are_one_to_one() {
        let text = "[variable.a]\n[variable.b]\n[local]\nx = 1\n[output.o]\nvalue = 1\n[firma.value.v]\n\
                    [data.vm.image.i]\n[module.m]\nsource = \"./m\"\n";
        let module = "[variable.c]\n[output.p]\nvalue = 1\n[firma.value.w]\n[firma.value.x]\n";
        let source = |text: &str| [Source { name: "a.toml".to_owned(), text: text.to_owned() }];
        let (mut root, _) = read(&source(text));
        root.modules = vec![read(&source(module)).0];
        root.calls[0].target = Some(0);
        let tree = CallTree::new(&root).expect("a tree of calls");
        let mut next = 0;
        for place in 0..tree.places.len() {
            for part in tree.parts(place) {
                let item = Item { place, part };
                assert_eq!((tree.number(item), tree.item(next)), (next, item));
                next += 1;
            }
        }
        assert_eq!((next, tree.places.len()), (tree.count(), 2));
    }
}
