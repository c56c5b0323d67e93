//! `[[import]]`: what is taken over, and what is imported to an address that nothing declares.

use super::{
    Undeclared, condition::truth, repeat::Repeated, scope::InstanceScope, settings::Unsettled, statement::Said,
    world::World,
};
use crate::{
    codes,
    project::{ImportBlock, Repeat},
};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Block, Key, ModulePath},
    deferral::Subject,
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    extent::Extent,
    statement::Import,
};
use std::collections::{BTreeMap, BTreeSet};

/// Objects to take over, by the address that gets them, and where the blocks of these addresses stand.
#[derive(Default)]
pub(super) struct Imports {
    objects: BTreeMap<Address, Import>,
    homes: BTreeMap<ModulePath, Option<Home>>,
    /// Blocks that are declared and of which nothing can be said yet: they wait for an answer, or are wrong.
    open: BTreeSet<Block>,
}

/// Where what was fetched for modules lies.
const FETCHED: &str = ".firma/";

/// Where blocks of a module are written.
struct Home {
    /// Its directory, seen from the root; empty for the root.
    directory: String,
    /// How many instances of the module have them.
    instances: usize,
    /// The region of whatever does not say one.
    region: Option<String>,
}

impl Imports {
    fn take_over(&mut self, to: Address, import: Import, diagnostics: &mut Diagnostics) {
        match self.objects.get(&to) {
            None => {
                self.objects.insert(to, import);
            }
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    codes::BAD_IMPORT,
                    format!("`{}` and `{}` are both imported to {to}", first.id, import.id),
                )
                .at(import.span)
                .related(first.span, "the other one")
                .hint("an address has one object"),
            ),
        }
    }

    /// Looks where blocks for all this would stand.
    pub(super) fn find_homes(&mut self, world: &World<'_>) {
        for address in self.objects.keys() {
            let path = &address.block.module;
            if !self.homes.contains_key(path) {
                let home = world.at(path).map(|module| Home {
                    directory: module.project.directory.clone(),
                    instances: world.of_place[module.place].len(),
                    region: module.defaults.region(),
                });
                self.homes.insert(path.clone(), home);
            }
            if world.at(path).is_some_and(|module| module.is_open(&address.block)) {
                self.open.insert(address.block.clone());
            }
        }
    }

    /// Adds them to the desired world; hands back those that have no block, and that one could be written for.
    pub(super) fn add_to(
        self,
        desired: &mut Desired,
        incomplete: bool,
        diagnostics: &mut Diagnostics,
    ) -> BTreeMap<Address, Undeclared> {
        let mut undeclared: BTreeMap<Block, Vec<(Address, Import)>> = BTreeMap::new();
        for (to, import) in self.objects {
            if desired.resources.contains_key(&to) {
                desired.imports.insert(to, import);
            } else if let Some(subject) = desired.deferral_of(&to) {
                diagnostics.push(
                    Diagnostic::error(
                        codes::BAD_IMPORT,
                        format!("nothing can be imported to {to} yet: {subject} waits for a later plan"),
                    )
                    .at(import.span)
                    .hint("an import cannot wait, for what it takes over would be made anew by then")
                    .hint("leave the import out together with what it imports to, apply, and put both back"),
                );
            } else if !incomplete && !self.open.contains(&to.block) {
                undeclared.entry(to.block.clone()).or_default().push((to, import));
            }
        }
        let mut written = BTreeMap::new();
        for (block, imports) in undeclared {
            let home = self.homes.get(&block.module).and_then(Option::as_ref);
            let declared = desired.blocks.contains_key(&block);
            let written_by_hand = match home {
                _ if declared => Some(format!("`{block}` is declared, and has no such instance")),
                None => Some(format!("there is no `{}` either", block.module)),
                Some(home) => by_hand(home, &block, imports.iter().map(|(to, _)| to.key.as_ref())),
            };
            for (to, import) in imports {
                let message = format!("there is no resource `{to}` to import into");
                let mut diagnostic = Diagnostic::error(codes::NO_TARGET, message).at(import.span);
                if !declared && home.is_some() {
                    diagnostic = diagnostic.hint(format!(
                        "write the block `[{}.{}]`{} with the attributes the object has; what differs is shown in the plan",
                        block.kind,
                        block.name,
                        home.map(Home::shown).unwrap_or_default()
                    ));
                }
                match (&written_by_hand, home) {
                    (None, Some(home)) => {
                        let file = home.file();
                        diagnostics.push(
                            diagnostic.hint(format!("`firma plan --generate-config-out {file}` writes it for you")),
                        );
                        let (directory, region) = (home.directory.clone(), home.region.clone());
                        written.insert(to, Undeclared { import, region, directory });
                    }
                    (why, _) => diagnostics.push(match why {
                        Some(why) => diagnostic.hint(why.clone()),
                        None => diagnostic,
                    }),
                }
            }
        }
        written
    }
}

impl Home {
    /// Where it is, for messages.
    fn shown(&self) -> String {
        match self.directory.as_str() {
            "" => String::new(),
            directory => format!(" in {directory}"),
        }
    }

    /// A file that would be read there.
    fn file(&self) -> String {
        match self.directory.as_str() {
            "" => "imported.toml".to_owned(),
            directory => format!("{directory}/imported.toml"),
        }
    }
}

/// Why nobody can write a block for these keys but the user; `None` where it can be written.
fn by_hand<'k>(home: &Home, block: &Block, keys: impl Iterator<Item = Option<&'k Key>>) -> Option<String> {
    if home.directory.starts_with(FETCHED) {
        return Some("the module was fetched from a repository: the block is written there".to_owned());
    }
    if home.instances > 1 {
        return Some(format!(
            "the module has {} instances, and they share the block: what differs between them is a variable of the module",
            home.instances
        ));
    }
    let keys: Vec<Option<&Key>> = keys.collect();
    let numbers = keys.iter().filter_map(|key| match key {
        Some(Key::Index(index)) => Some(*index),
        _ => None,
    });
    let numbers: Vec<u64> = numbers.collect();
    let names = keys.iter().filter(|key| matches!(key, Some(Key::Name(_)))).count();
    if names == keys.len() || keys == [None] {
        return None;
    }
    if numbers.len() < keys.len() {
        return Some(format!("`{block}` repeats in one way, or not at all: import to keys of one sort"));
    }
    // Addresses come in order.
    let gap = numbers.iter().zip(0..).find(|(number, at)| *number != at).map(|(_, at)| at)?;
    Some(format!(
        "nothing is imported to `{block}[{gap}]`, which `count` would make: number them from 0 without gaps, or name them"
    ))
}

impl<'p> World<'p> {
    /// Notes what an `[[import]]` takes over.
    pub(super) fn import(&self, module: usize, block: &ImportBlock, said: &mut Said, diagnostics: &mut Diagnostics) {
        let repeat = block.for_each.clone().map_or(Repeat::Single, |expr| Repeat::ForEach(Box::new(expr)));
        // No module has such a name.
        let subject = |part: &str| {
            let (span, path) = (block.span, &self.modules[module].path);
            Subject::Module(format!("import{part} at {}:{} {path}", span.source.0, span.start).trim_end().into())
        };
        let instances = match self.repeat(module, &subject(""), &repeat, diagnostics) {
            None => return,
            Some(Repeated::Instances(instances)) => instances,
            Some(Repeated::Ask(inquiry)) => return said.inquiries.push(inquiry),
            Some(Repeated::Later(_, deferred)) => {
                return diagnostics.push(self.not_imported(&deferred.expr, "`for_each`").at(deferred.span));
            }
        };
        for (key, each) in instances.keys {
            let part = key.as_ref().map(ToString::to_string).unwrap_or_default();
            let own = subject(&format!("{part} itself"));
            let scope = match (key, each) {
                (Some(Key::Name(name)), Some(value)) => InstanceScope::each(self, module, name, value),
                _ => InstanceScope::plain(self, module),
            };
            let mut scope = scope.asking(&own);
            let to = self.extent(&block.to, "`to`", &scope, diagnostics);
            let id = self.text(&block.id, "`id`", &scope, diagnostics);
            let region = block.region.as_ref().map(|expr| self.text(expr, "`region`", &scope, diagnostics));
            let open = scope.settings.as_ref().map(|settings| settings.open.take()).unwrap_or_default();
            if !open.is_empty() {
                match self.unsettled(own, open, block.span) {
                    Unsettled::Ask(inquiry) => said.inquiries.push(inquiry),
                    Unsettled::Later(deferred) => {
                        diagnostics.push(self.not_imported(&deferred.expr, "what is imported").at(block.span));
                    }
                }
                continue;
            }
            let region = match region {
                None => None,
                Some(Some(region)) => Some(region),
                Some(None) => continue,
            };
            scope.settings = None;
            let force = match &block.force {
                None => false,
                Some(expr) => match self.known(expr, &scope, &mut Trace::new(), "`force`", diagnostics) {
                    None => continue,
                    Some(value) => match truth(&value) {
                        Some(force) => force,
                        None => {
                            let message = format!("`force` must be true or false, not {}", value.type_name());
                            diagnostics.push(Diagnostic::error(codes::WRONG_SETTING, message).at(expr.span));
                            continue;
                        }
                    },
                },
            };
            let (Some(to), Some(id)) = (to, id) else { continue };
            let address = match to {
                Extent::Instance(address) => address,
                Extent::Block(block) => block.at(None),
                Extent::Module(path) => {
                    let message = format!("`{path}` is a module: an object is imported to one resource");
                    diagnostics.push(Diagnostic::error(codes::BAD_EXTENT, message).at(block.to.span));
                    continue;
                }
            };
            if id.trim().is_empty() {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_IMPORT, "the id of an object to import is empty").at(block.id.span),
                );
                continue;
            }
            said.imports.take_over(address, Import { id, region, force, span: block.span }, diagnostics);
        }
    }

    /// Says that an import cannot wait: what it would take over would be made anew meanwhile.
    fn not_imported(&self, expr: &Expr, what: &str) -> Diagnostic {
        let mut diagnostic = self.unknown_yet(expr, what);
        diagnostic.hints.clear();
        diagnostic
            .hint("an import cannot wait, for what it takes over would be made anew by this plan")
            .hint("leave the import out together with the block it imports to, apply, and put both back")
    }
}
