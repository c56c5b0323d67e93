//! References to what repeats, `x`, `x[0]` and `x["a"]`: which of it is meant, and what is wrong with one.
//!
//! Resources, look-ups and modules repeat in the same way, and the same mistakes are made with them.

use super::nested::fold;
use crate::{codes, source::list};
use firma_expr::{Reference, Segment};
use firma_model::{
    address::Key,
    desired::Repetition,
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind},
    span::Span,
    suggest::closest,
    value::Value,
};
use std::fmt::Display;

/// Keys of instances shown in a message.
const SHOWN_KEYS: usize = 10;
/// Names among which a suggestion is looked for.
pub(super) const SUGGEST_AMONG: usize = 2000;

/// What a reference means of something that repeats.
pub(super) enum Chosen {
    /// The only one there is.
    Only,
    /// All of them.
    All,
    /// The one with this key.
    One(Key),
}

/// Something that repeats, as messages show it.
pub(super) struct Keyed<'k> {
    pub(super) name: &'k dyn Display,
    pub(super) repetition: Repetition,
    /// How many instances there are.
    pub(super) count: usize,
    /// The first so many keys, in order.
    pub(super) keys: &'k dyn Fn(usize) -> Vec<&'k Key>,
    /// How all of them are walked: what one is called, and what is taken of it.
    pub(super) walk: (&'static str, &'static str),
}

impl<'k> Keyed<'k> {
    /// Which is meant by the segment behind the name. `is_part` says whether it names a part of the only one there is.
    pub(super) fn choose(
        &self,
        reference: &Reference<'_>,
        segment: Option<&Segment>,
        is_part: impl Fn(&Segment) -> bool,
    ) -> Result<Chosen, Diagnostic> {
        let name = self.name;
        match (self.repetition, segment) {
            (Repetition::Single, Some(segment @ (Segment::Key(_) | Segment::Index(_)))) if !is_part(segment) => {
                Err(Diagnostic::error(codes::NO_INSTANCE, format!("`{name}` has one instance and no keys"))
                    .at(reference.span)
                    .hint(format!("leave the brackets out: `{name}`")))
            }
            (Repetition::Single, _) => Ok(Chosen::Only),
            (Repetition::Count, Some(Segment::Index(index))) => Ok(Chosen::One(Key::Index(*index))),
            (Repetition::ForEach, Some(Segment::Key(key))) => Ok(Chosen::One(Key::Name(key.clone()))),
            (_, None) => Ok(Chosen::All),
            (repetition, Some(_)) => {
                let first = (self.keys)(1).first().map(ToString::to_string);
                let (by, example) = match repetition {
                    Repetition::Count => ("count", "[0]".to_owned()),
                    _ => ("for_each", first.unwrap_or_else(|| "[\"key\"]".to_owned())),
                };
                let (one, part) = self.walk;
                let message = format!("`{name}` repeats with `{by}`, so an instance needs its key");
                Err(Diagnostic::error(codes::NO_INSTANCE, message)
                    .at(reference.span)
                    .hint(format!("write `{name}{example}`; {}", self.spelled()))
                    .hint(format!("for all of them: `[for {one} in {name} : {one}.{part}]`")))
            }
        }
    }

    /// There is no instance with this key.
    pub(super) fn none(&self, reference: &Reference<'_>, key: &Key) -> Diagnostic {
        let name = self.name;
        let names = (self.keys)(SUGGEST_AMONG);
        let near = match key {
            Key::Name(key) => closest(key, names.iter().filter_map(|key| text(key))),
            Key::Index(_) => None,
        };
        Diagnostic::error(codes::NO_INSTANCE, format!("`{name}` has no instance {key}"))
            .at(reference.span)
            .did_you_mean(near.map(|near| format!("{name}{}", Key::Name(near.into()))).as_deref())
            .hint(self.spelled())
    }

    /// There is not even one; `lacks` says what it has none of.
    pub(super) fn disabled(&self, reference: &Reference<'_>, lacks: &str) -> Diagnostic {
        let name = self.name;
        Diagnostic::error(codes::DISABLED, format!("`{name}` is disabled, so {lacks}"))
            .at(reference.span)
            .hint(format!("ask first: `{name} == null ? ... : {reference}`, or `try(...)`"))
    }

    fn spelled(&self) -> String {
        spelled_keys(self.count, (self.keys)(SHOWN_KEYS).into_iter())
    }
}

/// Which keys there are, for hints.
pub(super) fn spelled_keys<'k>(count: usize, keys: impl Iterator<Item = &'k Key>) -> String {
    if count == 0 {
        return "it has no instances".to_owned();
    }
    let shown: Vec<String> = keys
        .take(SHOWN_KEYS)
        .map(|key| match key {
            Key::Name(name) => name.to_string(),
            Key::Index(index) => index.to_string(),
        })
        .collect();
    match count - shown.len() {
        0 => format!("its keys are {}", list(&shown)),
        more => format!("its keys are {} and {more} more", list(&shown)),
    }
}

/// The key of an instance of `for_each`.
fn text(key: &Key) -> Option<&str> {
    match key {
        Key::Name(name) => Some(name),
        Key::Index(_) => None,
    }
}

/// All instances as one expression, a map by key or a list; `None` when one of them has no value.
pub(super) fn together<'k>(
    repetition: Repetition,
    instances: impl Iterator<Item = (Option<&'k Key>, Option<Expr>)>,
) -> Option<ExprKind> {
    Some(match repetition {
        Repetition::ForEach => ExprKind::Map(
            instances
                .map(|(key, value)| Some((Expr::literal(Value::from(key.and_then(text).unwrap_or_default())), value?)))
                .collect::<Option<_>>()?,
        ),
        _ => ExprKind::List(instances.map(|(_, value)| value).collect::<Option<_>>()?),
    })
}

/// What consists of several values, a literal where all of them are.
pub(super) fn composite(kind: ExprKind) -> Expr {
    let mut expr = Expr { kind, span: Span::default() };
    let empty = match &expr.kind {
        ExprKind::List(items) => items.is_empty(),
        ExprKind::Map(entries) => entries.is_empty(),
        _ => false,
    };
    // A splat over no instances has no elements: that needs the form of instances.
    if !empty {
        fold(&mut expr);
    }
    expr
}
