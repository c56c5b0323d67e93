//! Function calls: lazy ones, arguments, what is left when an argument hangs on a node.

use super::{Env, Evaluator, Reduced, Source, ephemeral, fail};
use crate::{
    codes,
    functions::{self, Function},
    part::{Items, Part, items, unknown_of},
};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    span::Span,
    suggest::closest,
    types::Type,
    value::Value,
};
use std::{borrow::Cow, sync::Arc};

impl<'a> Evaluator<'a> {
    /// `name(arguments)`, the last one expanded when `expand`.
    pub(super) fn call<'x>(
        &self,
        name: &Arc<str>,
        arguments: &'x [Expr],
        expand: bool,
        span: Span,
        env: Option<&'x Env<'x>>,
    ) -> Reduced<'x>
    where
        'a: 'x,
    {
        let Some(function) = functions::find(name) else { return Err(unknown_function(name, span)) };
        match &**name {
            "try" => return self.attempt(name, arguments, span, env),
            "can" => return self.can(name, arguments, span, env),
            _ => {}
        }
        let parts = self.all(arguments, env)?;
        if let ("issensitive", [Expr { kind: ExprKind::Call(of, ..), .. }], [Part::Value(_)]) =
            (&**name, arguments, &*parts)
            && &**of == "sensitive"
        {
            // Of what is not known yet a mark may still turn out to be another value's. Not of one that is put on here.
            return Ok(Part::value(Value::Bool(true)));
        }
        let spans = arguments.iter().map(|argument| argument.span).collect();
        self.apply(function, parts, spans, expand, span)
    }

    /// A call over reduced arguments.
    fn apply<'x>(
        &self,
        function: &'static Function,
        parts: Vec<Part<'_>>,
        spans: Vec<Span>,
        expand: bool,
        span: Span,
    ) -> Reduced<'x> {
        let (mut parts, mut spans) = (parts, spans);
        let mut expand = expand;
        let mut secret_tail = false;
        if expand && let (Some(last), Some(at)) = (parts.pop(), spans.pop()) {
            let (marked, tail) = super::collection::unmark(&last);
            secret_tail = marked;
            match items(&tail) {
                Some(Items::List(list)) => {
                    expand = false;
                    self.budget.charge(list.len(), at)?;
                    self.pay(&list, at)?;
                    for part in list {
                        parts.push(part.into_owned());
                        spans.push(at);
                    }
                }
                Some(Items::Set(set)) => {
                    expand = false;
                    self.budget.charge(set.len(), at)?;
                    for value in set {
                        self.budget.copy_value(value, at)?;
                        parts.push(Part::value(value.clone()));
                        spans.push(at);
                    }
                }
                _ => match &tail {
                    Part::Value(value) if matches!(&**value, Value::Unknown(_)) => {
                        self.doubts(value, &[]);
                        return Ok(Part::value(function.unknown()).marked(marked));
                    }
                    Part::Value(value) => {
                        let what = format!("`...` expands a list or a set, and this is {}", value.type_name());
                        return fail(Diagnostic::error(codes::ARGUMENT, what).at(at));
                    }
                    Part::Residual(_) => {
                        parts.push(tail.into_owned());
                        spans.push(at);
                    }
                },
            }
        }
        if !expand {
            function.check_count(parts.len(), span)?;
        }
        if parts.iter().any(Part::is_residual) {
            let sure = parts.iter().all(|part| match part {
                Part::Value(_) => true,
                Part::Residual(expr) => self.may_drop(expr),
            });
            if !expand
                && sure
                && let Some(done) = self.shape(function.name, &parts, span)
            {
                return done.map(|part| part.marked(secret_tail));
            }
            return self.left_call(function, parts, &spans, expand, span).map(|part| part.marked(secret_tail));
        }
        let values: Vec<Cow<'_, Value>> = parts
            .into_iter()
            .filter_map(|part| match part {
                Part::Value(value) => Some(value),
                Part::Residual(_) => None,
            })
            .collect();
        if !matches!(function.name, "sensitive" | "nonsensitive" | "issensitive" | "ephemeralasnull" | "type") {
            for value in &values {
                match &**value {
                    value if value.has_unknown() => self.doubts(&Value::unknown(), &[]),
                    _ => {}
                }
            }
        }
        let value = function.run(values, &spans, span, &self.budget, self.files())?;
        Ok(Part::value(value).marked(secret_tail))
    }

    fn left_call<'x>(
        &self,
        function: &Function,
        parts: Vec<Part<'_>>,
        spans: &[Span],
        expand: bool,
        span: Span,
    ) -> Reduced<'x> {
        if function.reads_files {
            return fail(
                Diagnostic::error(
                    codes::FILE_UNKNOWN,
                    format!(
                        "{} reads a file while planning, and its arguments are known only after apply",
                        function.name
                    ),
                )
                .at(span),
            );
        }
        match (function.name, parts.first()) {
            // What is kept nowhere is marked anyhow: the call says that it is hidden besides.
            ("sensitive", Some(Part::Residual(expr))) if expr.has_input() && !ephemeral::is_collection(expr) => {}
            ("sensitive", Some(part)) => return Ok(part.by_ref().into_owned().marked(true)),
            ("ephemeralasnull", Some(Part::Residual(expr))) => {
                return Ok(Part::of(Cow::Owned(ephemeral::as_null(expr))));
            }
            _ => {}
        }
        self.pay(&parts, span)?;
        let arguments = parts.into_iter().zip(spans).map(|(part, at)| part.into_expr(*at)).collect();
        Ok(Part::residual(ExprKind::Call(Arc::from(function.name), arguments, expand), span))
    }

    /// `try(a, b)`: the first that has no error. One that is a residual may still fail later, so it and those after it stay.
    fn attempt<'x>(&self, name: &Arc<str>, arguments: &'x [Expr], span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let mut errors: Diagnostics =
            Diagnostic::error(codes::ARGUMENT_COUNT, "try takes at least one argument").at(span).into();
        for (at, argument) in arguments.iter().enumerate() {
            let (reduced, doubt) = self.doubtful(|| self.reduce(argument, env));
            match reduced {
                // It may yet be a mistake, and then a later one counts, of whatever type that is.
                Ok(Part::Value(_)) if doubt => {
                    self.fall_back(&arguments[at + 1..], env)?;
                    return Ok(Part::unknown());
                }
                Ok(part @ Part::Value(_)) => return Ok(part),
                Ok(part) => {
                    let mut left = vec![self.embed(part, argument.span)?];
                    for next in &arguments[at + 1..] {
                        let (reduced, doubt) = self.doubtful(|| self.reduce(next, env));
                        match reduced {
                            Ok(part) => {
                                let known = !part.is_residual();
                                left.push(self.embed(part, next.span)?);
                                if known {
                                    break;
                                }
                            }
                            Err(error) if recoverable(&error) && !doubt => {}
                            Err(error) => return Err(error),
                        }
                    }
                    return Ok(Part::residual(ExprKind::Call(name.clone(), left, false), span));
                }
                // It may not be one in the end. While planning nothing else can be said than that it is.
                Err(error) if recoverable(&error) && doubt => {
                    let open = self.open_error(error)?;
                    self.fall_back(&arguments[at + 1..], env)?;
                    return Ok(open);
                }
                Err(error) if recoverable(&error) => errors = error,
                Err(error) => return Err(error),
            }
        }
        Err(errors)
    }

    /// What follows an argument of `try` that may yet be a mistake: unless one of these is sure to have a value, the whole
    /// may be a mistake as well, and what stands around it has that doubt.
    fn fall_back<'x>(&self, arguments: &'x [Expr], env: Option<&'x Env<'x>>) -> Result<(), Diagnostics>
    where
        'a: 'x,
    {
        for argument in arguments {
            let (reduced, doubt) = self.doubtful(|| self.reduce(argument, env));
            match reduced {
                Ok(Part::Value(_)) if !doubt => return Ok(()),
                Ok(_) => {}
                Err(error) if recoverable(&error) => {}
                Err(error) => return Err(error),
            }
        }
        self.doubts(&Value::unknown(), &[]);
        Ok(())
    }

    /// `can(a)`: whether it has no error.
    fn can<'x>(&self, name: &Arc<str>, arguments: &'x [Expr], span: Span, env: Option<&'x Env<'x>>) -> Reduced<'x>
    where
        'a: 'x,
    {
        let [argument] = arguments else {
            return fail(Diagnostic::error(codes::ARGUMENT_COUNT, "can takes one argument").at(span));
        };
        let (reduced, doubt) = self.doubtful(|| self.reduce(argument, env));
        match reduced {
            Ok(Part::Value(_)) if doubt => Ok(Part::value(unknown_of(Type::Bool, true))),
            Ok(Part::Value(_)) => Ok(Part::value(Value::Bool(true))),
            Ok(part) => {
                let left = vec![self.embed(part, argument.span)?];
                Ok(Part::residual(ExprKind::Call(name.clone(), left, false), span))
            }
            Err(error) if recoverable(&error) && doubt => {
                self.open_error(error).map(|_| Part::value(unknown_of(Type::Bool, true)))
            }
            Err(error) if recoverable(&error) => Ok(Part::value(Value::Bool(false))),
            Err(error) => Err(error),
        }
    }

    /// A mistake in something that may not be needed: unknown where what is unknown is filled in later.
    fn open_error<'x>(&self, error: Diagnostics) -> Reduced<'x> {
        match self.source {
            Source::Nodes(_) => Ok(Part::unknown()),
            Source::Scope(_) => Err(error),
        }
    }
}

/// Whether `try` goes on after these errors: what values turned out to be, but neither limits nor mistakes of the text
/// itself, which would otherwise go unnoticed for ever.
fn recoverable(errors: &Diagnostics) -> bool {
    errors.list.iter().all(|error| codes::RECOVERABLE.contains(&error.code))
}

fn unknown_function(name: &str, span: Span) -> Diagnostics {
    let diagnostic = Diagnostic::error(codes::UNKNOWN_FUNCTION, format!("there is no function `{name}`")).at(span);
    let diagnostic = match name {
        "timestamp" | "plantimestamp" => diagnostic
            .hint("the same manifests give the same plan at any time: pass the time in as a variable, once, and keep it"),
        "uuid" => diagnostic.hint(
            "its result would change with every plan: derive one from names that stay, as `uuidv5(\"dns\", \"a.example\")` does, \
             or pass one in as a variable",
        ),
        "bcrypt" => diagnostic.hint(
            "its result would change with every plan: pass the hash in as a sensitive variable, or a password in a write-only \
             attribute",
        ),
        _ => diagnostic.did_you_mean(closest(name, functions::FUNCTIONS.iter().map(|function| function.name))),
    };
    diagnostic.into()
}
