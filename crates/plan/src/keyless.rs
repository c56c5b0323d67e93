//! `[[moved]]` statements that name a module which had instances without saying which of them is meant.
//!
//! Such a statement moves nothing. That is no mistake of its own, for statements stay after they were carried out: it is told
//! where an object that is about to be deleted lies in an instance of that module.

use firma_model::{
    address::{Address, ModulePath, ModuleStep},
    diagnostic::{Diagnostic, Diagnostics},
    extent::Extent,
    record::Record,
    statement::Move,
};
use std::collections::{HashMap, HashSet};

/// Tells of each statement that would move one of these objects if it named an instance.
pub(crate) fn tell(moves: &[Move], left: &[&Record], diagnostics: &mut Diagnostics) {
    let keyed = |path: &ModulePath| path.steps().iter().any(|step| step.key.is_some());
    if moves.is_empty() || !left.iter().any(|record| keyed(&record.address.block.module)) {
        return;
    }
    let mut by: HashMap<Extent, &Move> = HashMap::new();
    for statement in moves {
        by.entry(without_keys(&statement.from)).or_insert(statement);
    }
    let mut told = HashSet::new();
    for record in left.iter().filter(|record| keyed(&record.address.block.module)) {
        let address = &record.address;
        for meant in around(address) {
            let Some(statement) = by.get(&without_keys(&meant)) else { continue };
            if !fits(&statement.from, &meant) || !told.insert(statement.span) {
                continue;
            }
            let message = format!("nothing moves from {}: {address} lies in an instance of a module", statement.from);
            diagnostics.push(
                Diagnostic::warning("E0376", message)
                    .at(statement.span)
                    .hint(format!("say which instance is meant: `from = '{meant}'`")),
            );
        }
    }
}

/// What an object is a part of: itself, its block, and the modules it lies in.
fn around(address: &Address) -> Vec<Extent> {
    let steps = address.block.module.steps();
    let modules = (1..=steps.len()).rev().map(|end| Extent::Module(ModulePath::new(steps[..end].to_vec())));
    let own = [Extent::Instance(address.clone()), Extent::Block(address.block.clone())];
    own.into_iter().chain(modules).collect()
}

fn path(extent: &Extent) -> &ModulePath {
    match extent {
        Extent::Module(path) => path,
        Extent::Block(block) => &block.module,
        Extent::Instance(address) => &address.block.module,
    }
}

fn without_keys(extent: &Extent) -> Extent {
    let bare = path(extent).steps().iter().map(|step| ModuleStep { name: step.name.clone(), key: None }).collect();
    let bare = ModulePath::new(bare);
    match extent {
        Extent::Module(_) => Extent::Module(bare),
        Extent::Block(block) => Extent::Block(block.in_module(bare)),
        Extent::Instance(address) => Extent::Instance(address.block.in_module(bare).at(address.key.clone())),
    }
}

/// Whether one names the other but for keys that it leaves out.
fn fits(written: &Extent, meant: &Extent) -> bool {
    path(written).steps().iter().zip(path(meant).steps()).all(|(a, b)| a.key.is_none() || a.key == b.key)
}
