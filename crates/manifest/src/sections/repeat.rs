//! `count`, `for_each` and `enabled`, of which a block may have one.

use crate::{codes, project::Repeat, source::Reader};
use firma_model::{diagnostic::Diagnostic, expr::Expr, span::Span};
use std::{fmt::Display, ops::Range};
use toml::{Spanned, de::DeValue};

/// What a block says about its repetition, gathered while its keys are read.
#[derive(Default)]
pub(super) struct Repeats {
    found: Vec<(Span, &'static str, Repeat)>,
}

impl Repeats {
    /// Takes a key; `false` when it is none of these.
    pub(super) fn take<'t>(
        &mut self,
        reader: &mut Reader<'t>,
        key: &str,
        at: &Range<usize>,
        value: &Spanned<DeValue<'t>>,
    ) -> bool {
        let (name, make): (_, fn(Box<Expr>) -> Repeat) = match key {
            "count" => ("count", Repeat::Count),
            "enabled" => ("enabled", Repeat::Enabled),
            "for_each" => ("for_each", Repeat::ForEach),
            _ => return false,
        };
        let repeat = make(Box::new(reader.expr(value)));
        self.found.push((reader.span(at), name, repeat));
        true
    }

    /// How the block repeats. `what` names it.
    pub(super) fn finish(self, reader: &mut Reader<'_>, what: &dyn Display) -> Repeat {
        if let [(first, first_name, _), (second, second_name, _), ..] = &self.found[..] {
            reader.diagnostics.push(
                Diagnostic::error(codes::EXCLUSIVE, format!("`{what}` has both `{first_name}` and `{second_name}`"))
                    .at(*second)
                    .related(*first, format!("`{first_name}` is here"))
                    .hint("a block repeats in one way: `for_each`, `count` or `enabled`"),
            );
        }
        self.found.into_iter().next().map_or(Repeat::Single, |(_, _, repeat)| repeat)
    }
}
