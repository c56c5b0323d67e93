//! What holds for every input.

use firma_expr::{
    Limits, Nodes, Reference, Resolution, Scope, Trace, convert, each_reference, evaluate, parse, parse_type, resolve,
};
use firma_model::{
    address::{Address, Node},
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    number::Number,
    span::{SourceId, Span},
    types::Type,
    value::{Map, Unknown, Value},
};
use std::borrow::Cow;

const LIMITS: Limits = Limits { steps: 20_000, text: 1 << 16, depth: 128 };

fn span(start: usize, end: usize) -> Span {
    Span::new(SourceId(0), start, end)
}

/// What the names of inputs stand for: attributes of nodes, or their values at once.
struct Names<'v>(Option<&'v Late>);

/// The attributes of the two nodes.
struct Late {
    attributes: Map,
}

const NAMES: [&str; 8] = ["text", "number", "bool", "list", "map", "any", "null", "secret"];

impl Late {
    fn new(values: [Value; 8]) -> Late {
        Late { attributes: NAMES.iter().map(|name| (*name).to_owned()).zip(values).collect() }
    }

    fn unknown() -> Late {
        let of = |ty| Value::Unknown(Box::new(Unknown { ty: Some(ty), not_null: true, prefix: None }));
        let text = Box::new(Type::String);
        Late::new([
            of(Type::String),
            of(Type::Number),
            of(Type::Bool),
            of(Type::List(text.clone())),
            of(Type::Map(text)),
            Value::unknown(),
            Value::unknown(),
            Value::unknown().sensitive(),
        ])
    }

    fn outcomes() -> Vec<Late> {
        let text = |text: &str| Value::from(text);
        let map = |entries: &[(&str, &str)]| {
            Value::Map(entries.iter().map(|(key, value)| ((*key).to_owned(), Value::from(*value))).collect())
        };
        vec![
            Late::new([
                text("1"),
                Value::from(3_i64),
                Value::from(true),
                Value::List(vec![text("a"), text("b")]),
                map(&[("a", "x"), ("b", "")]),
                map(&[("x", "1")]),
                Value::Null,
                text("s").sensitive(),
            ]),
            Late::new([
                text("é-b"),
                Value::from(0_i64),
                Value::from(false),
                Value::List(vec![text("")]),
                map(&[("a", "1")]),
                text("any"),
                Value::Number(Number::parse("1.5").expect("a number")),
                Value::Null.sensitive(),
            ]),
        ]
    }
}

fn node(key: &str) -> Expr {
    let address: Address = key.parse().expect("an address");
    Expr { kind: ExprKind::Node(Node::Instance(address)), span: Span::default() }
}

impl Scope for Names<'_> {
    fn root(&self, reference: &Reference<'_>, _trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        let whole = |late: &Late| Value::Map(late.attributes.clone());
        match (reference.root(), self.0) {
            ("known", _) => Ok(Resolution::value(Value::from("known"), 1)),
            ("secret", _) => Ok(Resolution::value(Value::from("not-a-secret").sensitive(), 1)),
            ("late", None) => Ok(Resolution::owned(node("a.b.late"), 1)),
            ("late", Some(late)) => Ok(Resolution::value(whole(late), 1)),
            ("block", late) => {
                let entry = |key: &str| {
                    let value = match late {
                        None => node(&format!("a.b.block[\"{key}\"]")),
                        Some(late) => Expr::literal(whole(late)),
                    };
                    (Expr::literal(Value::from(key)), value)
                };
                let kind = ExprKind::Map(vec![entry("a"), entry("b")]);
                Ok(Resolution::owned(Expr { kind, span: Span::default() }, 1))
            }
            (name, _) => Err(Diagnostic::error("E0301", format!("there is no `{name}`")).at(reference.span)),
        }
    }

    /// A node has the attributes that its kind has, which is seen to before anything is known of it.
    fn attribute(&self, _node: &Node, name: &str, span: Span) -> Result<Option<Cow<'_, Expr>>, Diagnostic> {
        match NAMES.contains(&name) {
            true => Ok(None),
            false => Err(Diagnostic::error("E0302", format!("there is no attribute `{name}`")).at(span)),
        }
    }
}

impl Nodes for Late {
    fn node(&self, _node: &Node) -> Cow<'_, Value> {
        Cow::Owned(Value::Map(self.attributes.clone()))
    }
}

fn parsed(text: &str) -> Option<Expr> {
    parse(text, &span).ok()
}

fn reduced(tree: &Expr, scope: &dyn Scope) -> Result<Expr, Diagnostics> {
    evaluate(tree, scope, &mut Trace::new(), &LIMITS)
}

/// It answers or refuses, twice the same; what it prints and lists does not fail either.
pub(crate) fn template(text: &str) {
    let Some(tree) = parsed(text) else { return };
    each_reference(&tree, &mut |reference| drop(reference.to_string()));
    assert!(tree.to_string().len() < 1 << 20);
    let once = reduced(&tree, &Names(None));
    assert_eq!(once, reduced(&tree, &Names(None)), "{text}");
    if let Ok(left) = once {
        drop((left.to_string(), left.awaited()));
        let nodes = Late::unknown();
        drop(resolve(&left, &nodes, &LIMITS));
    }
}

/// What was called known before is what comes out, and it makes no difference when things become known.
pub(crate) fn expression(text: &str) {
    let Some(tree) = parsed(&format!("${{{text}}}")) else { return };
    let Ok(left) = reduced(&tree, &Names(None)) else { return };
    let nothing = Late::unknown();
    let before = resolve(&left, &nothing, &LIMITS).map(Cow::into_owned);
    for nodes in &Late::outcomes() {
        let after = resolve(&left, nodes, &LIMITS).map(Cow::into_owned);
        if let (Ok(before), Ok(after)) = (&before, &after) {
            assert!(agrees(before, after), "{text}\nbefore {before:?}\nafter  {after:?}");
        }
        // The instances of a block are no plain map: a splat walks them.
        let at_once = reduced(&tree, &Names(Some(nodes)));
        if let (Ok(at_once), Ok(after), false) = (&at_once, &after, text.contains("block")) {
            let at_once = at_once.as_value().map(Value::reveal_deep);
            assert_eq!(at_once, Some(after.reveal_deep()), "{text}, known at once and known later");
        }
    }
}

/// Whether a value is what was known of it.
fn agrees(before: &Value, after: &Value) -> bool {
    // What is hidden before is hidden after.
    if before.has_sensitive() && !after.has_sensitive() && !matches!(before, Value::Sensitive(_)) {
        return agrees(&before.reveal_deep(), after);
    }
    match (before.reveal(), after.reveal()) {
        (Value::Unknown(unknown), after) => {
            let prefix = unknown.prefix.as_deref().unwrap_or("");
            !(unknown.not_null && after.is_null())
                && after.as_str().is_none_or(|text| text.starts_with(prefix))
                && unknown.ty.as_ref().is_none_or(|ty| of_type(after, ty))
        }
        // Unknown elements may turn out to be one.
        (Value::Set(a), Value::Set(b)) if a.iter().any(Value::has_unknown) => b.len() <= a.len(),
        (Value::List(a), Value::List(b)) | (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| agrees(a, b))
        }
        (a, b) => a == b,
    }
}

fn of_type(value: &Value, ty: &Type) -> bool {
    match (ty, value.reveal()) {
        (Type::Any, _) | (_, Value::Null) => true,
        (Type::String, Value::String(_)) | (Type::Number, Value::Number(_)) | (Type::Bool, Value::Bool(_)) => true,
        (Type::List(inner), Value::List(items)) | (Type::Set(inner), Value::Set(items)) => {
            items.iter().all(|item| of_type(item, inner))
        }
        (Type::Tuple(types), Value::List(items)) => {
            types.len() == items.len() && items.iter().zip(types).all(|(item, ty)| of_type(item, ty))
        }
        (Type::Map(inner), Value::Map(map)) => map.values().all(|item| of_type(item, inner)),
        (Type::Object(fields), Value::Map(map)) => {
            map.iter().all(|(name, item)| fields.get(name).is_some_and(|field| of_type(item, &field.ty)))
        }
        _ => false,
    }
}

/// A type that is read prints as one that reads back, and what fits it once fits it again, unchanged.
pub(crate) fn ty(text: &str) {
    let Some((ty, expression)) = text.split_once(" <- ") else { return };
    let Ok(ty) = parse_type(ty, &span) else { return };
    let again = parse_type(&ty.to_string(), &span);
    assert!(again.is_ok(), "{ty} does not read back: {again:?}");
    let Some(tree) = parsed(&format!("${{{expression}}}")) else { return };
    let Ok(value) = reduced(&tree, &Names(None)) else { return };
    let Some(value) = value.as_value() else { return };
    if let Ok(fits) = convert(value, &ty) {
        assert_eq!(convert(&fits, &ty).as_ref(), Ok(&fits), "{text}");
    }
}
