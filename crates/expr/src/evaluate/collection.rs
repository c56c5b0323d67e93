//! Maps, splats and `for`.

use super::{Env, Evaluator, Reduced, env::Binding, fail, seen::seen_below};
use crate::{
    codes,
    part::{self, Items, Part, items, peel},
    text,
};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind, For},
    span::Span,
    value::{Unknown, Value},
};
use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

impl<'a> Evaluator<'a> {
    /// `{ k = v }`
    pub(super) fn map<'x>(&self, entries: &'x [(Expr, Expr)], span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let mut errors = Diagnostics::new();
        let mut reduced = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            match (self.reduce(key, env), self.reduce(value, env)) {
                (Ok(a), Ok(b)) => reduced.push((a, b)),
                (a, b) => gather(&mut errors, [a.err(), b.err()])?,
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        self.mapped_entries(reduced, entries, span)
    }

    fn mapped_entries<'x>(
        &self,
        reduced: Vec<(Part<'_>, Part<'_>)>,
        entries: &[(Expr, Expr)],
        span: Span,
    ) -> Reduced<'x> {
        let mut parts: BTreeMap<String, Part<'_>> = BTreeMap::new();
        let mut residual_key = false;
        let mut unknown_key = false;
        let mut marked = false;
        for ((key, _), (expr, _)) in reduced.iter().zip(entries) {
            match key {
                Part::Residual(_) => residual_key = true,
                Part::Value(key) => {
                    marked |= matches!(&**key, Value::Sensitive(_));
                    match key.reveal() {
                        Value::Unknown(_) => unknown_key = true,
                        key => {
                            text::key(key).map_err(|what| bad_key(&what, expr.span))?;
                        }
                    }
                }
            }
        }
        self.budget.charge(reduced.len(), span)?;
        self.pay(reduced.iter().flat_map(|(a, b)| [a, b]), span)?;
        if residual_key {
            let entries = reduced.into_iter().map(|(k, v)| (k.into_expr(span), v.into_expr(span))).collect();
            return Ok(Part::residual(ExprKind::Map(entries), span));
        }
        if unknown_key {
            self.doubts(&Value::unknown(), &[]);
            return Ok(Part::value(Value::Unknown(Box::new(Unknown { ty: None, not_null: true, prefix: None })))
                .marked(marked));
        }
        for (key, value) in reduced {
            if let Some(Ok(key)) = key.as_value().map(|key| text::key(key.reveal())) {
                parts.insert(key.as_ref().to_owned(), value);
            }
        }
        Ok(part::map(parts, span).marked(marked))
    }

    /// `of.*`, `of[*]` and what is applied to each element.
    pub(super) fn splat<'x>(
        &self,
        expr: &'x Expr,
        of: &'x Expr,
        each: &'x Expr,
        env: Option<&'x Env<'x>>,
    ) -> Reduced<'x>
    where
        'a: 'x,
    {
        let collection = self.reduce(of, env)?;
        self.spread(expr, of, each, &collection, env)
    }

    fn spread<'x>(
        &self,
        expr: &Expr,
        of: &Expr,
        each: &Expr,
        collection: &Part<'_>,
        env: Option<&Env<'_>>,
    ) -> Reduced<'x> {
        let (marked, collection) = unmark(collection);
        let elements: Vec<Part<'_>> = match &collection {
            Part::Value(value) => match &**value {
                Value::Null => Vec::new(),
                Value::Unknown(_) => {
                    self.doubts(&Value::unknown(), &[]);
                    return Ok(Part::value(Value::Unknown(Box::new(Unknown {
                        ty: None,
                        not_null: true,
                        prefix: None,
                    })))
                    .marked(marked));
                }
                Value::Map(map) if matches!(&of.kind, ExprKind::Node(Node::Block(_))) => {
                    map.values().map(|value| Part::Value(Cow::Borrowed(value))).collect()
                }
                Value::List(list) | Value::Set(list) => {
                    list.iter().map(|value| Part::Value(Cow::Borrowed(value))).collect()
                }
                _ => vec![collection.by_ref()],
            },
            Part::Residual(residual) => match &residual.kind {
                ExprKind::List(list) => list.iter().map(|expr| Part::of(Cow::Borrowed(expr))).collect(),
                // The instances of a block: a splat walks them. Any other map is one thing.
                ExprKind::Map(entries)
                    if entries.iter().all(|(_, v)| matches!(&v.kind, ExprKind::Node(Node::Instance(_)))) =>
                {
                    entries.iter().map(|(_, value)| Part::of(Cow::Borrowed(value))).collect()
                }
                ExprKind::Map(_) | ExprKind::Node(Node::Instance(_)) => vec![collection.by_ref()],
                _ => {
                    let env = Env { outer: env, name: "*", binding: Binding::Abstract(Arc::from("*")) };
                    let each = {
                        let part = self.perhaps(self.reduce(each, Some(&env)))?;
                        self.embed(part, expr.span)?
                    };
                    let of = self.embed(collection.by_ref(), of.span)?;
                    return Ok(Part::residual(ExprKind::Splat(Box::new(of), Box::new(each)), expr.span).marked(marked));
                }
            },
        };
        let mut parts = Vec::with_capacity(elements.len());
        for element in elements {
            self.budget.charge(1, expr.span)?;
            let env = Env { outer: env, name: "*", binding: Binding::Part(element) };
            let part = self.reduce(each, Some(&env)).map_err(|errors| discreet(errors, marked))?;
            self.pay([&part], expr.span)?;
            parts.push(part.into_owned());
        }
        Ok(part::list(parts, expr.span).marked(marked))
    }

    /// `[for ...]`, `{for ...}`
    pub(super) fn iterate<'x>(&self, walk: &'x For, span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let collection = self.reduce(&walk.collection, env)?;
        self.walk(walk, &collection, span, env)
    }

    fn walk<'x>(&self, walk: &For, collection: &Part<'_>, span: Span, env: Option<&Env<'_>>) -> Reduced<'x> {
        let (marked, collection) = unmark(collection);
        let Some(elements) = items(&collection) else {
            return match &collection {
                Part::Value(value) => match &**value {
                    Value::Unknown(_) => {
                        self.doubts(&Value::unknown(), &[]);
                        let not_null = Unknown { ty: None, not_null: true, prefix: None };
                        Ok(Part::value(Value::Unknown(Box::new(not_null))).marked(marked))
                    }
                    other => fail(
                        Diagnostic::error(
                            codes::NOT_ITERABLE,
                            format!("`for` walks lists, sets and maps, and this is {}", other.type_name()),
                        )
                        .at(walk.collection.span)
                        .label(seen_below(other, marked)),
                    ),
                },
                Part::Residual(_) => self.left_for(walk, &collection, span, env, marked),
            };
        };
        let pairs: Vec<(Part<'_>, Part<'_>)> = match elements {
            Items::List(list) => {
                list.into_iter().enumerate().map(|(at, part)| (Part::value(number(at)), part)).collect()
            }
            Items::Set(set) => {
                set.iter().map(|value| (Part::Value(Cow::Borrowed(value)), Part::Value(Cow::Borrowed(value)))).collect()
            }
            Items::Map(map) => map.into_iter().map(|(key, part)| (Part::value(Value::string(key)), part)).collect(),
        };
        let mut results = Results { list: Vec::new(), map: BTreeMap::new(), groups: BTreeMap::new(), marked };
        for (key, value) in pairs {
            self.budget.charge(1, span)?;
            let outer;
            let mut here = env;
            if let Some(name) = &walk.key_name {
                outer = Env { outer: here, name, binding: Binding::Part(key) };
                here = Some(&outer);
            }
            let inner = Env { outer: here, name: &walk.value_name, binding: Binding::Part(value) };
            let before = results.marked;
            match self.one_result(walk, &inner, &mut results).map_err(|errors| discreet(errors, before))? {
                Outcome::Done => {}
                Outcome::Unknown => {
                    self.doubts(&Value::unknown(), &[]);
                    let not_null = Unknown { ty: None, not_null: true, prefix: None };
                    return Ok(Part::value(Value::Unknown(Box::new(not_null))).marked(results.marked));
                }
                Outcome::Left => return self.left_for(walk, &collection, span, env, marked),
            }
        }
        if walk.key.is_none() {
            return Ok(part::list(results.list, span).marked(results.marked));
        }
        for (key, group) in results.groups {
            results.map.insert(key, part::list(group, span));
        }
        Ok(part::map(results.map, span).marked(results.marked))
    }

    fn one_result<'p>(&self, walk: &For, env: &Env<'_>, results: &mut Results<'p>) -> Result<Outcome, Diagnostics> {
        if let Some(condition) = &walk.condition {
            let Part::Value(value) = self.reduce_in(condition, env)? else { return Ok(Outcome::Left) };
            results.marked |= matches!(&*value, Value::Sensitive(_));
            match value.reveal() {
                Value::Unknown(_) => return Ok(Outcome::Unknown),
                other => match text::truth(other) {
                    Some(true) => {}
                    Some(false) => return Ok(Outcome::Done),
                    None => {
                        let message = format!("a condition is a bool, not {}", other.type_name());
                        let label = seen_below(other, results.marked);
                        return fail(Diagnostic::error(codes::NOT_BOOL, message).at(condition.span).label(label));
                    }
                },
            }
        }
        let Some(key) = &walk.key else {
            let part = self.reduce_in(&walk.value, env)?;
            results.list.push(part);
            return Ok(Outcome::Done);
        };
        let Part::Value(name) = self.reduce_in(key, env)? else { return Ok(Outcome::Left) };
        results.marked |= matches!(&*name, Value::Sensitive(_));
        let name = match name.reveal() {
            Value::Unknown(_) => return Ok(Outcome::Unknown),
            name => text::key(name).map_err(|what| bad_key(&what, key.span))?,
        };
        let part = self.reduce_in(&walk.value, env)?;
        if walk.grouping {
            results.groups.entry(name.as_ref().to_owned()).or_default().push(part);
            return Ok(Outcome::Done);
        }
        match results.map.entry(name.as_ref().to_owned()) {
            Entry::Vacant(place) => {
                place.insert(part);
                Ok(Outcome::Done)
            }
            Entry::Occupied(_) => fail(
                Diagnostic::error(
                    codes::DUPLICATE_KEY,
                    match results.marked {
                        true => "two elements make the same key".to_owned(),
                        false => format!("two elements make the same key {}", text::quote(&name)),
                    },
                )
                .at(key.span)
                .hint("`...` after the value gathers the values of equal keys into lists"),
            ),
        }
    }

    /// Reduces under an environment that ends with this call: the result owns what it holds.
    fn reduce_in<'p>(&self, expr: &Expr, env: &Env<'_>) -> Reduced<'p> {
        let part = self.reduce(expr, Some(env))?;
        self.pay([&part], expr.span)?;
        Ok(part.into_owned())
    }

    /// A `for` that cannot be unrolled: its collection, condition or keys hang on nodes.
    fn left_for<'x>(
        &self,
        walk: &For,
        collection: &Part<'_>,
        span: Span,
        env: Option<&Env<'_>>,
        marked: bool,
    ) -> Reduced<'x> {
        let key_name = walk.key_name.as_ref().map(|name| Env::fresh(env, name));
        let mut value_name = Env::fresh(env, &walk.value_name);
        if Some(&value_name) == key_name.as_ref() {
            value_name = Arc::from(format!("{value_name}'"));
        }
        let outer;
        let mut here = env;
        if let (Some(name), Some(spelling)) = (&walk.key_name, &key_name) {
            outer = Env { outer: here, name, binding: Binding::Abstract(spelling.clone()) };
            here = Some(&outer);
        }
        let inner = Env { outer: here, name: &walk.value_name, binding: Binding::Abstract(value_name.clone()) };
        let reduce = |expr: &Expr| -> Result<Expr, Diagnostics> {
            let part = self.perhaps(self.reduce_in(expr, &inner))?;
            Ok(part.into_expr(expr.span))
        };
        let left = For {
            value: reduce(&walk.value)?,
            key: walk.key.as_ref().map(reduce).transpose()?,
            condition: walk.condition.as_ref().map(reduce).transpose()?,
            collection: self.embed(collection.by_ref(), walk.collection.span)?,
            grouping: walk.grouping,
            key_name,
            value_name,
        };
        Ok(Part::residual(ExprKind::For(Box::new(left)), span).marked(marked))
    }
}

struct Results<'p> {
    list: Vec<Part<'p>>,
    map: BTreeMap<String, Part<'p>>,
    groups: BTreeMap<String, Vec<Part<'p>>>,
    marked: bool,
}

enum Outcome {
    Done,
    /// A condition or key is known only after apply.
    Unknown,
    /// A condition or key hangs on nodes.
    Left,
}

fn number(at: usize) -> Value {
    Value::Number(firma_model::number::Number::from(at))
}

/// Adds errors to those found before; a spent budget ends it all.
fn gather(errors: &mut Diagnostics, found: [Option<Diagnostics>; 2]) -> Result<(), Diagnostics> {
    for found in found.into_iter().flatten() {
        let spent = found.list.iter().any(|error| error.code == codes::LIMIT);
        errors.extend(found);
        if spent {
            return Err(std::mem::take(errors));
        }
    }
    Ok(())
}

/// A part below its marks, and whether there were any.
pub(super) fn unmark<'p>(part: &'p Part<'_>) -> (bool, Part<'p>) {
    match part {
        Part::Value(value) => (matches!(&**value, Value::Sensitive(_)), Part::Value(Cow::Borrowed(value.reveal()))),
        Part::Residual(expr) => {
            let (marked, inner) = peel(expr);
            (marked, Part::of(Cow::Borrowed(inner)))
        }
    }
}

fn bad_key(what: &str, span: Span) -> Diagnostics {
    Diagnostic::error(codes::INVALID_KEY, what).at(span).into()
}

/// Errors of something done to the elements of a collection. Of a sensitive one the elements carry no marks of their own, so
/// nothing is said that a value may have gone into.
fn discreet(mut errors: Diagnostics, marked: bool) -> Diagnostics {
    if marked {
        for error in errors.list.iter_mut().filter(|error| codes::RECOVERABLE.contains(&error.code)) {
            error.message = "this fails for an element of a sensitive collection, so no more is said".to_owned();
            error.hints.clear();
            error.label = None;
        }
    }
    errors
}
