//! What the tests of the language share: parsing with plain offsets, scopes of given names, printing values as JSON.

use firma_expr::{Files, Limits, NoFiles, Nodes, Reference, Resolution, Scope, Trace, evaluate, parse, resolve};
use firma_model::{
    address::{Address, Node},
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::{SourceId, Span},
    value::{Map, Value},
};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

/// Parses template text; spans are offsets into it.
pub(crate) fn parsed(text: &str) -> Result<Expr, Diagnostic> {
    parse(text, &|start, end| Span::new(SourceId(0), start, end))
}

/// An instance, as a bare node.
pub(crate) fn instance(address: &str) -> Expr {
    let address: Address = address.parse().expect("an address");
    Expr { kind: ExprKind::Node(Node::Instance(address)), span: Span::default() }
}

/// The instances of a block by key, as a scope answers with them.
pub(crate) fn instances(block: &str, keys: &[&str]) -> Expr {
    let entry = |key: &&str| (Expr::literal(Value::string(key)), instance(&format!("{block}[{key:?}]")));
    Expr { kind: ExprKind::Map(keys.iter().map(entry).collect()), span: Span::default() }
}

/// A scope of names, attributes fixed by configuration, and files.
#[derive(Default)]
pub(crate) struct Names {
    /// Dotted names of any length; the longest that fits a reference answers.
    pub(crate) names: BTreeMap<String, Expr>,
    /// Attributes of nodes, `address.attribute`.
    pub(crate) attributes: BTreeMap<String, Expr>,
    /// Files by path.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

impl Names {
    pub(crate) fn with(mut self, name: &str, expr: Expr) -> Names {
        self.names.insert(name.to_owned(), expr);
        self
    }

    pub(crate) fn value(self, name: &str, value: impl Into<Value>) -> Names {
        self.with(name, Expr::literal(value.into()))
    }

    pub(crate) fn attribute(mut self, name: &str, expr: Expr) -> Names {
        self.attributes.insert(name.to_owned(), expr);
        self
    }

    pub(crate) fn file(mut self, path: &str, bytes: &[u8]) -> Names {
        self.files.insert(path.to_owned(), bytes.to_vec());
        self
    }
}

impl Scope for Names {
    fn root(&self, reference: &Reference<'_>, trace: &mut Trace) -> Result<Resolution<'_>, Diagnostic> {
        for length in (1..=reference.segments.len()).rev() {
            let part = Reference { segments: &reference.segments[..length], span: reference.span };
            if let Some(expr) = self.names.get(&part.to_string()) {
                if let ExprKind::Map(entries) = &expr.kind
                    && let Some((_, Expr { kind: ExprKind::Node(node), .. })) = entries.first()
                {
                    trace.whole(node.block());
                }
                return Ok(Resolution::borrowed(expr, length));
            }
        }
        Err(Diagnostic::error("E0301", format!("there is no `{reference}`")).at(reference.span))
    }

    fn attribute(&self, node: &Node, name: &str, _span: Span) -> Result<Option<Cow<'_, Expr>>, Diagnostic> {
        Ok(self.attributes.get(&format!("{node}.{name}")).map(Cow::Borrowed))
    }

    fn files(&self) -> &dyn Files {
        if self.files.is_empty() { &NoFiles } else { self }
    }
}

impl Files for Names {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.files.get(path).cloned().ok_or_else(|| "there is no such file".to_owned())
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        Ok(self.files.contains_key(path))
    }
}

/// Values of nodes.
#[derive(Default)]
pub(crate) struct Known(pub(crate) BTreeMap<String, Value>);

impl Known {
    pub(crate) fn with(mut self, node: &str, attributes: &[(&str, Value)]) -> Known {
        let map: Map = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.0.insert(node.to_owned(), Value::Map(map));
        self
    }
}

impl Nodes for Known {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        self.0.get(&node.to_string()).map_or(Cow::Owned(Value::unknown()), Cow::Borrowed)
    }
}

/// Parses and reduces.
pub(crate) fn reduced(text: &str, scope: &dyn Scope) -> Result<Expr, Diagnostics> {
    let expr = parsed(text).map_err(Diagnostics::from)?;
    evaluate(&expr, scope, &mut Trace::new(), &Limits::default())
}

/// Parses and reduces to a value.
pub(crate) fn value(text: &str, scope: &dyn Scope) -> Value {
    let expr = reduced(text, scope).unwrap_or_else(|errors| panic!("{text}: {errors:#?}"));
    expr.as_value().unwrap_or_else(|| panic!("{text} is left as {expr:#?}")).clone()
}

/// Parses, reduces and resolves.
pub(crate) fn resolved(text: &str, scope: &dyn Scope, nodes: &dyn Nodes) -> Result<Value, Diagnostics> {
    let expr = reduced(text, scope)?;
    resolve(&expr, nodes, &Limits::default()).map(Cow::into_owned)
}

/// The first error.
pub(crate) fn error(text: &str, scope: &dyn Scope) -> Diagnostic {
    match reduced(text, scope) {
        Ok(expr) => panic!("{text} is {}", format!("{expr:?}").chars().take(500).collect::<String>()),
        Err(errors) => errors.list.into_iter().next().expect("an error"),
    }
}

/// A value as JSON: unknown as `?`, sensitive in `!(...)`.
pub(crate) fn show(value: &Value) -> String {
    match value {
        Value::Unknown(unknown) => {
            let prefix = unknown.prefix.as_ref().map(|prefix| format!("{prefix:?}")).unwrap_or_default();
            let ty = unknown.ty.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("?{ty}{}{prefix}", if unknown.not_null { "!" } else { "" })
        }
        Value::Sensitive(inner) => format!("!({})", show(inner)),
        Value::List(items) | Value::Set(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(","))
        }
        Value::Map(map) => {
            let entry =
                |(key, value): (&String, &Value)| format!("{}:{}", show(&Value::from(key.as_str())), show(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(","))
        }
        other => {
            let call = ExprKind::Call(Arc::from("jsonencode"), vec![Expr::literal(other.clone())], false);
            let call = Expr { kind: call, span: Span::default() };
            let encoded = evaluate(&call, &Names::default(), &mut Trace::new(), &Limits::default());
            let encoded = encoded.expect("a scalar");
            encoded.as_value().and_then(Value::as_str).expect("text").to_owned()
        }
    }
}
