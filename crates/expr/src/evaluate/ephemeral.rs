//! What is kept nowhere: left out of what is (`ephemeralasnull`), and whether it is hidden besides (`issensitive`).

use firma_model::{
    expr::{Expr, ExprKind},
    value::Value,
};

/// The same with null for every part that is made from an input. Lists and maps keep the parts that are not.
pub(super) fn as_null(expr: &Expr) -> Expr {
    if !expr.has_input() {
        return expr.clone();
    }
    let kind = match &expr.kind {
        ExprKind::Sensitive(inner) => match as_null(inner) {
            // Nothing is left to hide.
            Expr { kind: ExprKind::Literal(Value::Null), .. } => ExprKind::Literal(Value::Null),
            Expr { kind: ExprKind::Literal(value), .. } => ExprKind::Literal(value.sensitive()),
            inner => ExprKind::Sensitive(Box::new(inner)),
        },
        ExprKind::List(items) => {
            let items: Vec<Expr> = items.iter().map(as_null).collect();
            match items.iter().map(|item| item.as_value().cloned()).collect() {
                Some(values) => ExprKind::Literal(Value::List(values)),
                None => ExprKind::List(items),
            }
        }
        // A key that is one takes its place in the map with it.
        ExprKind::Map(entries) if entries.iter().all(|(key, _)| !key.has_input()) => {
            let entries: Vec<(Expr, Expr)> = entries.iter().map(|(key, value)| (key.clone(), as_null(value))).collect();
            let known =
                |(key, value): &(Expr, Expr)| Some((key.as_value()?.as_str()?.to_owned(), value.as_value()?.clone()));
            match entries.iter().map(known).collect() {
                Some(values) => ExprKind::Literal(Value::Map(values)),
                None => ExprKind::Map(entries),
            }
        }
        _ => ExprKind::Literal(Value::Null),
    };
    Expr { kind, span: expr.span }
}

/// Whether a residual that something ephemeral is in is hidden for another reason than that. `hides` says what an input was
/// declared as. `None` where a resource has a say, or where it hangs on the value.
pub(super) fn hidden(expr: &Expr, hides: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    match &expr.kind {
        // Parts of a collection keep their marks to themselves.
        ExprKind::List(_) | ExprKind::Map(_) => Some(false),
        ExprKind::Literal(value) => Some(matches!(value, Value::Sensitive(_))),
        _ => taints(expr, hides),
    }
}

/// Whether a residual is a list or a map, whose parts can be told apart.
pub(super) fn is_collection(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::List(_) | ExprKind::Map(_))
}

/// Whether what is made from this is hidden.
fn taints(expr: &Expr, hides: &dyn Fn(&str) -> Option<bool>) -> Option<bool> {
    let any = |parts: &mut dyn Iterator<Item = &Expr>| {
        parts.map(|part| taints(part, hides)).try_fold(false, |found, part| match (found, part) {
            (true, _) | (_, Some(true)) => Some(true),
            (false, Some(false)) => Some(false),
            (false, None) => None,
        })
    };
    if let Some(input) = expr.input_name() {
        return hides(input);
    }
    match &expr.kind {
        ExprKind::Literal(value) => Some(value.has_sensitive()),
        // What a `for` binds: what it is bound to counts.
        ExprKind::Name(_) => Some(false),
        ExprKind::Node(_) => None,
        // Of an input the mark is drawn out of what is taken from it; `sensitive(...)` over one stays a call.
        ExprKind::Sensitive(of) if of.has_input() && !is_collection(of) => taints(of, hides),
        ExprKind::Sensitive(_) => Some(true),
        ExprKind::Attribute(of, _) | ExprKind::Unary(_, of) => taints(of, hides),
        ExprKind::Index(a, b) | ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => any(&mut [&**a, b].into_iter()),
        ExprKind::Call(name, ..) if matches!(&**name, "nonsensitive" | "issensitive") => Some(false),
        ExprKind::Call(name, ..) if &**name == "sensitive" => Some(true),
        ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => any(&mut items.iter()),
        ExprKind::Map(entries) => any(&mut entries.iter().flat_map(|(key, value)| [key, value])),
        ExprKind::Conditional(condition, a, b) => match (taints(condition, hides)?, taints(a, hides), taints(b, hides))
        {
            (true, ..) => Some(true),
            (false, a, b) if a == b => a,
            // Which of them it is hangs on the value.
            _ => None,
        },
        ExprKind::For(inner) => {
            let parts = [Some(&inner.collection), inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()];
            // What is hidden in a collection may stay in one element of the result.
            any(&mut parts.into_iter().flatten()).filter(|found| !found)
        }
    }
}
