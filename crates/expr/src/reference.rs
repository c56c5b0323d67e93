//! References: a name and the steps behind it, `vpc.subnet.web["a"].id`.

use firma_model::{
    expr::{Expr, ExprKind},
    span::Span,
    value::Value,
};
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::{fmt, sync::Arc};

/// One step of a reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// The root name, or `.name`.
    Name(SmolStr),
    /// `["key"]`
    Key(Arc<str>),
    /// `[0]`
    Index(u64),
}

impl Segment {
    /// The text of a name or a key.
    pub fn text(&self) -> Option<&str> {
        match self {
            Segment::Name(text) => Some(text),
            Segment::Key(text) => Some(text),
            Segment::Index(_) => None,
        }
    }
}

/// A reference: its known leading segments, the first of which is the root name.
#[derive(Clone, Copy, Debug)]
pub struct Reference<'e> {
    /// At least one.
    pub segments: &'e [Segment],
    /// Where the reference was written, as far as the segments go.
    pub span: Span,
}

impl Reference<'_> {
    /// The root name.
    pub fn root(&self) -> &str {
        self.name(0).unwrap_or("")
    }

    /// The name at a position, when a plain name or a key stands there.
    pub fn name(&self, at: usize) -> Option<&str> {
        self.segments.get(at).and_then(Segment::text)
    }
}

impl fmt::Display for Reference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, segment) in self.segments.iter().enumerate() {
            match segment {
                Segment::Name(name) if at == 0 => f.write_str(name)?,
                Segment::Name(name) => write!(f, ".{name}")?,
                Segment::Key(key) => write!(f, "[{}]", serde_json::Value::from(&**key))?,
                Segment::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Calls `visit` for every reference in a tree that was not evaluated yet; names bound by `for` are not references.
///
/// Segments stop at the first key that is not a literal, or at a splat.
pub fn each_reference(expr: &Expr, visit: &mut dyn FnMut(Reference<'_>)) {
    walk(expr, &mut SmallVec::from_slice(&["*"]), visit);
}

/// The segments of a chain of attributes and literal keys over a name.
fn chain(expr: &Expr, segments: &mut SmallVec<[Segment; 5]>) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => {
            segments.push(Segment::Name(name.clone()));
            true
        }
        ExprKind::Attribute(of, name) => {
            let whole = chain(of, segments);
            if whole {
                segments.push(Segment::Name(name.clone()));
            }
            whole
        }
        ExprKind::Index(of, key) => {
            if !chain(of, segments) {
                return false;
            }
            match key.as_value().and_then(key_segment) {
                Some(segment) => {
                    segments.push(segment);
                    true
                }
                None => false,
            }
        }
        _ => false,
    }
}

/// The segment that a known key makes.
pub(crate) fn key_segment(key: &Value) -> Option<Segment> {
    match key.reveal() {
        Value::String(text) => Some(Segment::Key(text.clone())),
        Value::Number(number) => number.as_i64().and_then(|n| u64::try_from(n).ok()).map(Segment::Index),
        _ => None,
    }
}

fn walk<'e>(expr: &'e Expr, bound: &mut SmallVec<[&'e str; 4]>, visit: &mut dyn FnMut(Reference<'_>)) {
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Node(_) => {}
        ExprKind::Name(_) | ExprKind::Attribute(..) | ExprKind::Index(..) => {
            let mut segments = SmallVec::new();
            chain(expr, &mut segments);
            if let Some(Segment::Name(root)) = segments.first()
                && !bound.iter().any(|name| **name == **root)
            {
                visit(Reference { segments: &segments, span: expr.span });
            }
            // The keys along the chain, and whatever it stands on when that is no name.
            let mut here = expr;
            loop {
                match &here.kind {
                    ExprKind::Attribute(of, _) => here = of,
                    ExprKind::Index(of, key) => {
                        walk(key, bound, visit);
                        here = of;
                    }
                    ExprKind::Name(_) => break,
                    _ => {
                        walk(here, bound, visit);
                        break;
                    }
                }
            }
        }
        ExprKind::Unary(_, of) | ExprKind::Sensitive(of) => walk(of, bound, visit),
        ExprKind::Splat(a, b) | ExprKind::Binary(_, a, b) => {
            walk(a, bound, visit);
            walk(b, bound, visit);
        }
        ExprKind::Template(items) | ExprKind::List(items) | ExprKind::Call(_, items, _) => {
            for item in items {
                walk(item, bound, visit);
            }
        }
        ExprKind::Map(entries) => {
            for (key, value) in entries {
                walk(key, bound, visit);
                walk(value, bound, visit);
            }
        }
        ExprKind::Conditional(a, b, c) => {
            walk(a, bound, visit);
            walk(b, bound, visit);
            walk(c, bound, visit);
        }
        ExprKind::For(inner) => {
            walk(&inner.collection, bound, visit);
            let outer = bound.len();
            bound.extend(inner.key_name.as_deref());
            bound.push(&inner.value_name);
            for part in [inner.key.as_ref(), Some(&inner.value), inner.condition.as_ref()].into_iter().flatten() {
                walk(part, bound, visit);
            }
            bound.truncate(outer);
        }
    }
}
