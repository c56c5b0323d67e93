//! `[[removed]]`: what left the manifests on purpose, and what happens to its objects.

use firma_model::{
    address::Block,
    desired::Desired,
    diagnostic::{Diagnostic, Diagnostics},
    extent::Extent,
    record::Record,
};
use std::borrow::Cow;

/// Statements about parts that are declared all the same.
pub fn still_declared(desired: &Desired) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for removal in &desired.removals {
        let declared: Option<&Block> = match &removal.from {
            Extent::Instance(address) => desired.resources.get(address).map(|resource| &resource.address.block),
            Extent::Block(block) => desired.blocks.get_key_value(block).map(|(block, _)| block),
            Extent::Module(_) => desired.blocks.keys().find(|block| removal.from.covers(&block.at(None))),
        };
        let Some(block) = declared else { continue };
        let mut diagnostic =
            Diagnostic::error("E0562", format!("{} is said to be removed and is still declared", removal.from))
                .at(removal.span)
                .hint("take the block away, or the statement");
        let first = desired.resources.range(block.at(None)..).next().filter(|(address, _)| address.block == *block);
        if let Some((_, resource)) = first {
            diagnostic = diagnostic.related(resource.span, "declared here");
        }
        diagnostics.push(diagnostic);
    }
    diagnostics
}

/// A record whose part is said to be removed, as the statement wants it treated.
pub fn as_removed<'r>(record: &'r Record, desired: &Desired, unwanted: bool) -> Cow<'r, Record> {
    let said = desired.removals.iter().rev().find(|removal| removal.from.covers(&record.address));
    // The old half of a replacement is nothing that anybody wrote a block for.
    let applies = unwanted && record.deposed.is_empty();
    match said.and_then(|removal| removal.on_remove).filter(|_| applies) {
        Some(on_remove) if on_remove != record.on_remove => {
            let mut record = record.clone();
            record.on_remove = on_remove;
            Cow::Owned(record)
        }
        _ => Cow::Borrowed(record),
    }
}
