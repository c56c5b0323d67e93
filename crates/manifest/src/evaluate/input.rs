//! The values of a module's variables: what the caller gives, brought to the type that the module declares.

use super::{
    ephemeral, reference,
    scope::InstanceScope,
    world::{LocalValue, World, marked},
};
use crate::{
    codes,
    environment::EnvironmentScope,
    project::Variable,
    spot::spot,
    validation::{Within, validate},
};
use firma_catalog::{procedure::Shape, shape::Part};
use firma_expr::{ConvertError, Limits, Trace, convert, evaluate, misspelt};
use firma_model::{
    address::Node,
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    path::Step,
    span::Span,
    suggest::closest,
    types::{ObjectField, Type},
    value::Value,
};
use std::{collections::BTreeMap, sync::Arc};

impl<'p> World<'p> {
    /// The value of one variable in an instance of a module.
    pub(super) fn input(&self, module: usize, index: usize, diagnostics: &mut Diagnostics) -> Option<LocalValue> {
        let here = &self.modules[module];
        let caller = here.caller.as_ref()?;
        let (name, variable) = self.tree.places[here.place].variables[index];
        let call = self.tree.call(here.place)?;
        let mut trace = Trace::new();
        let mut value = None;
        let mut place = call.span;
        if let Some(input) = call.inputs.iter().find(|input| input.name == *name) {
            let scope = InstanceScope::of_call(self, caller);
            let given = self.reduce(&input.value, &scope, &mut trace, diagnostics)?;
            // Null asks for the default where null itself is not allowed.
            let asks = given.as_value().is_some_and(Value::is_null) && !variable.nullable;
            if !asks || variable.default.is_none() {
                place = input.value.span;
                value = Some(self.fitting(given, &input.value, variable, &scope, &mut trace, diagnostics)?);
            }
        }
        let value = match (value, &variable.default) {
            (Some(value), _) => value,
            (None, Some(default)) => {
                place = default.span;
                self.default_value(default, variable, diagnostics)?
            }
            // It is missing, which was said of the call.
            (None, None) => return None,
        };
        if !variable.nullable && value.as_value().is_some_and(Value::is_null) {
            diagnostics.push(
                Diagnostic::error(codes::NULL_VARIABLE, format!("variable `{name}` must not be null"))
                    .at(place)
                    .related(variable.span, "declared with `nullable = false` here"),
            );
            return None;
        }
        if !variable.ephemeral && value.has_input() {
            diagnostics.push(
                ephemeral::undeclared(&format!("variable `{name}` of the module"), &value)
                    .at(place)
                    .related(variable.span, "add `ephemeral = true` here"),
            );
            return None;
        }
        let value = ephemeral::declared(value, variable.sensitive, variable.ephemeral);
        Some(LocalValue { value, trace })
    }

    /// A default of a module: constants and functions.
    fn default_value(&self, default: &Expr, variable: &Variable, diagnostics: &mut Diagnostics) -> Option<Expr> {
        let scope = EnvironmentScope { env: None, variables: None, kept: false, place: "a default inside a module" };
        match evaluate(default, &scope, &mut Trace::new(), &Limits::default()) {
            Err(found) => {
                diagnostics.extend(found);
                None
            }
            Ok(reduced) => {
                let value = reduced.as_value().filter(|value| !value.has_unknown())?;
                match convert(value, &variable.ty) {
                    Ok(value) => Some(Expr::literal_at(value, default.span)),
                    Err(error) => {
                        diagnostics.push(unfit(&error, default, variable));
                        None
                    }
                }
            }
        }
    }

    fn fitting(
        &self,
        given: Expr,
        written: &Expr,
        variable: &Variable,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Option<Expr> {
        let mut fit = Fit { world: self, scope, trace, diagnostics };
        match fit.fit(given, &variable.ty) {
            Ok(value) => Some(value),
            Err(Misfit::Said) => None,
            Err(Misfit::Error(error)) => {
                diagnostics.push(unfit(&error, written, variable));
                None
            }
        }
    }

    /// The validations of all variables of an instance.
    pub(super) fn validations(&self, module: usize, diagnostics: &mut Diagnostics) {
        let here = &self.modules[module];
        let (Some(caller), Some(call)) = (&here.caller, self.tree.call(here.place)) else { return };
        let place = &self.tree.places[here.place];
        let value = |name: &str| here.variables[place.variable(name)?].as_ref().map(|variable| &variable.value);
        let scope = InstanceScope::of_call(self, caller);
        let ephemeral = self.inputs.variables.ephemeral();
        let within = Within { project: here.project, values: &value, resources: Some(&scope), ephemeral };
        for ((name, variable), known) in place.variables.iter().zip(&here.variables) {
            if known.is_some() && !variable.validations.is_empty() {
                let given = call.inputs.iter().find(|input| input.name == **name);
                let at = given.map_or(call.span, |input| input.value.span);
                validate(variable, within, at, diagnostics);
            }
        }
    }
}

fn unfit(error: &ConvertError, written: &Expr, variable: &Variable) -> Diagnostic {
    Diagnostic::error(codes::WRONG_VALUE, format!("this is no value for variable `{}`: {error}", variable.name))
        .at(spot(written, &error.path.0, Part::Value))
        .related(variable.span, format!("its type is {}", variable.ty))
}

enum Misfit {
    Error(ConvertError),
    /// Something else was wrong, and was said.
    Said,
}

impl From<ConvertError> for Misfit {
    fn from(error: ConvertError) -> Misfit {
        Misfit::Error(error)
    }
}

impl Misfit {
    fn new(message: impl Into<String>) -> Misfit {
        Misfit::Error(ConvertError { path: Default::default(), message: message.into() })
    }

    fn within(self, step: Step) -> Misfit {
        match self {
            Misfit::Error(mut error) => {
                error.path.0.insert(0, step);
                Misfit::Error(error)
            }
            Misfit::Said => Misfit::Said,
        }
    }
}

/// Brings what is not wholly known yet to a type: what is known is converted now, the rest when it is known.
struct Fit<'f, 'w, 'p> {
    world: &'f World<'p>,
    scope: &'f InstanceScope<'w, 'p>,
    trace: &'f mut Trace,
    diagnostics: &'f mut Diagnostics,
}

impl Fit<'_, '_, '_> {
    fn fit(&mut self, expr: Expr, ty: &Type) -> Result<Expr, Misfit> {
        let span = expr.span;
        match (expr.kind, ty) {
            (ExprKind::Literal(value), _) => Ok(Expr::literal_at(convert(&value, ty)?, span)),
            (kind, Type::Any) => Ok(Expr { kind, span }),
            (ExprKind::Sensitive(inner), _) => Ok(marked(self.fit(*inner, ty)?)),
            (ExprKind::List(items), Type::List(element)) => {
                Ok(Expr { kind: ExprKind::List(self.elements(items, element)?), span })
            }
            (ExprKind::List(items), Type::Set(element)) => {
                let list = Expr { kind: ExprKind::List(self.elements(items, element)?), span };
                Ok(call("toset", list))
            }
            (ExprKind::List(items), Type::Tuple(types)) => {
                if items.len() != types.len() {
                    let message = format!("{} elements are required, not {}", types.len(), items.len());
                    return Err(Misfit::new(message));
                }
                let items = items.into_iter().zip(types).enumerate();
                let fitted = items.map(|(at, (item, ty))| self.fit(item, ty).map_err(|e| e.within(Step::Index(at))));
                Ok(Expr { kind: ExprKind::List(fitted.collect::<Result<_, _>>()?), span })
            }
            (ExprKind::Map(entries), Type::Map(element)) => {
                let fitted = entries.into_iter().map(|(key, value)| {
                    let name = key.as_value().and_then(Value::as_str).unwrap_or_default().to_owned();
                    Ok((key, self.fit(value, element).map_err(|error| error.within(Step::Key(name)))?))
                });
                Ok(Expr { kind: ExprKind::Map(fitted.collect::<Result<_, Misfit>>()?), span })
            }
            (ExprKind::Map(entries), Type::Object(fields)) => self.object(entries, fields, span),
            (ExprKind::Node(node), Type::Object(fields)) => self.resource(&node, fields, span),
            (ExprKind::Node(node), _) => Err(Misfit::new(format!("{ty} is required, not the resource {node}"))),
            (ExprKind::List(_), _) => Err(Misfit::new(format!("{ty} is required, not a list"))),
            (ExprKind::Map(_), _) => Err(Misfit::new(format!("{ty} is required, not a map"))),
            (kind, _) => Ok(self.later(Expr { kind, span }, ty)),
        }
    }

    fn elements(&mut self, items: Vec<Expr>, ty: &Type) -> Result<Vec<Expr>, Misfit> {
        let fitted = |(at, item)| self.fit(item, ty).map_err(|error| error.within(Step::Index(at)));
        items.into_iter().enumerate().map(fitted).collect()
    }

    fn object(
        &mut self,
        entries: Vec<(Expr, Expr)>,
        fields: &BTreeMap<String, ObjectField>,
        span: Span,
    ) -> Result<Expr, Misfit> {
        let mut given = BTreeMap::new();
        for (key, value) in entries {
            let Some(name) = key.as_value().and_then(Value::as_str) else { continue };
            given.insert(name.to_owned(), value);
        }
        let absent = || fields.keys().filter(|name| !given.contains_key(*name)).map(String::as_str);
        for name in given.keys().filter(|name| !fields.contains_key(*name)) {
            if let Some(close) = closest(name, absent()) {
                return Err(Misfit::new(misspelt(name, close)));
            }
        }
        let mut out = Vec::with_capacity(fields.len());
        for (name, field) in fields {
            let value = given.remove(name);
            let absent = value.as_ref().is_none_or(|value| value.as_value().is_some_and(Value::is_null));
            let value = match (value, &field.default) {
                (_, Some(default)) if absent => Expr::literal_at(default.clone(), span),
                (Some(value), _) => self.fit(value, &field.ty).map_err(|e| e.within(Step::Key(name.clone())))?,
                (None, _) if field.optional => Expr::literal_at(Value::Null, span),
                (None, _) => return Err(Misfit::new(format!("the attribute `{name}` is missing"))),
            };
            out.push((Expr::literal(Value::from(name.as_str())), value));
        }
        Ok(Expr { kind: ExprKind::Map(out), span })
    }

    /// A whole resource as an object: those of its attributes that the type names.
    fn resource(&mut self, node: &Node, fields: &BTreeMap<String, ObjectField>, span: Span) -> Result<Expr, Misfit> {
        let mut entries = Vec::with_capacity(fields.len());
        for name in fields.keys() {
            let mut attribute = Expr::node_attribute(node.clone(), name);
            attribute.span = span;
            match self.world.reduce(&attribute, self.scope, self.trace, self.diagnostics) {
                Some(value) => entries.push((Expr::literal(Value::from(name.as_str())), value)),
                None => return Err(Misfit::Said),
            }
        }
        self.object(entries, fields, span)
    }

    /// What is known only later is converted then, unless it is of the type for certain.
    fn later(&self, expr: Expr, ty: &Type) -> Expr {
        let form = reference::form(&expr, self.world);
        let certain = match (ty, &form) {
            (Type::String, Some(Shape::String)) => true,
            (Type::Number, Some(Shape::Integer | Shape::Number)) => true,
            (Type::Bool, Some(Shape::Bool)) => true,
            (Type::String, None) => matches!(expr.kind, ExprKind::Template(_)),
            _ => false,
        };
        let function = match ty {
            _ if certain => return expr,
            Type::String => "tostring",
            Type::Number => "tonumber",
            Type::Bool => "tobool",
            Type::List(_) => "tolist",
            Type::Set(_) => "toset",
            Type::Map(_) => "tomap",
            Type::Any | Type::Object(_) | Type::Tuple(_) => return expr,
        };
        call(function, expr)
    }
}

fn call(function: &str, of: Expr) -> Expr {
    let span = of.span;
    Expr { kind: ExprKind::Call(Arc::from(function), vec![of], false), span }
}
