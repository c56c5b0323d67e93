//! The arguments of one call, checked and converted.

use super::{Function, Kind};
use crate::{codes, evaluate::seen, limits::Budget, scope::Files, text};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    number::Number,
    span::Span,
    value::{Map, Value},
};
use regex::Regex;
use std::{borrow::Cow, sync::Arc};

/// Arguments that are shown beside a call that fails as a whole.
const SHOWN: usize = 4;

/// Why a call fails.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An argument is not taken: its position, and a clause such as `must not be negative`.
    Argument(usize, String),
    /// The call as a whole fails.
    Call(String),
    /// A file cannot be read.
    File(String),
    /// A limit was reached.
    Spent(Diagnostics),
}

impl From<Diagnostics> for Failure {
    fn from(diagnostics: Diagnostics) -> Failure {
        Failure::Spent(diagnostics)
    }
}

impl Failure {
    /// As the user sees it. With `hidden` nothing that came from an argument is repeated.
    pub(super) fn diagnostics(
        self,
        function: &Function,
        arguments: &Arguments<'_>,
        spans: &[Span],
        span: Span,
        hidden: bool,
    ) -> Diagnostics {
        let name = function.name;
        let diagnostic = match self {
            Failure::Spent(diagnostics) => return diagnostics,
            Failure::Argument(at, what) => {
                let parameter = function.parameter(at).map_or("argument", |parameter| parameter.name);
                let what = if hidden { "is not what it takes (a sensitive value, so no more is said)" } else { &what };
                let diagnostic =
                    Diagnostic::error(codes::ARGUMENT, format!("the argument `{parameter}` of {name} {what}"))
                        .at(spans.get(at).copied().unwrap_or(span));
                match arguments.get(at).filter(|_| !hidden) {
                    Some(value) => diagnostic.label(seen(value)),
                    None => diagnostic,
                }
            }
            Failure::Call(_) if hidden => {
                Diagnostic::error(codes::ARGUMENT, format!("{name} does not take these (sensitive) arguments")).at(span)
            }
            Failure::Call(what) => {
                let mut diagnostic = Diagnostic::error(codes::ARGUMENT, format!("{name}: {what}")).at(span);
                for (at, value) in spans.iter().zip(&arguments.values).take(SHOWN).map(|(at, value)| (*at, value)) {
                    if at != span {
                        diagnostic = diagnostic.related(at, seen(value));
                    }
                }
                diagnostic
            }
            Failure::File(_) if hidden => {
                let what = "the file cannot be used (its name is sensitive, so no more is said)";
                Diagnostic::error(codes::FILE, format!("{name}: {what}")).at(span)
            }
            Failure::File(what) => Diagnostic::error(codes::FILE, format!("{name}: {what}")).at(span),
        };
        diagnostic.into()
    }
}

/// The arguments of one call.
pub(crate) struct Arguments<'c> {
    function: &'c Function,
    values: Vec<Cow<'c, Value>>,
    budget: &'c Budget,
    pub(crate) files: &'c dyn Files,
    span: Span,
}

impl<'c> Arguments<'c> {
    pub(super) fn new(
        function: &'c Function,
        values: Vec<Cow<'c, Value>>,
        budget: &'c Budget,
        files: &'c dyn Files,
        span: Span,
    ) -> Arguments<'c> {
        Arguments { function, values, budget, files, span }
    }

    /// Brings every argument to what its parameter takes. Unknown ones, and unknown or marked elements, stay as they are.
    pub(super) fn convert(&mut self) -> Result<(), Failure> {
        for at in 0..self.values.len() {
            let Some(parameter) = self.function.parameter(at) else { continue };
            let value = &self.values[at];
            if matches!(&**value, Value::Unknown(_)) {
                continue;
            }
            if matches!(&**value, Value::Null) {
                if parameter.nullable {
                    continue;
                }
                return Err(Failure::Argument(at, "must not be null".to_owned()));
            }
            let converted = converted(value, parameter.kind).map_err(|what| Failure::Argument(at, what))?;
            if let Some(converted) = converted {
                self.charge(1)?;
                self.values[at] = Cow::Owned(converted);
            }
        }
        Ok(())
    }

    /// How many were given.
    pub(crate) fn len(&self) -> usize {
        self.values.len()
    }

    /// An argument that was given.
    pub(crate) fn get(&self, at: usize) -> Option<&Value> {
        self.values.get(at).map(|value| &**value)
    }

    /// An argument, null when it was left out.
    pub(crate) fn value(&self, at: usize) -> &Value {
        self.get(at).unwrap_or(&Value::Null)
    }

    /// The arguments from a position on.
    pub(crate) fn rest(&self, from: usize) -> impl Iterator<Item = &Value> {
        self.values.iter().skip(from).map(|value| &**value)
    }

    /// A string; empty when left out or null.
    pub(crate) fn text(&self, at: usize) -> &str {
        match self.value(at) {
            Value::String(text) => text,
            _ => "",
        }
    }

    /// A number; zero when left out or null.
    pub(crate) fn number(&self, at: usize) -> Number {
        match self.value(at) {
            Value::Number(number) => number.clone(),
            _ => Number::from(0_i64),
        }
    }

    /// A whole number.
    pub(crate) fn whole(&self, at: usize) -> Result<i64, Failure> {
        let number = self.number(at);
        number.as_i64().ok_or_else(|| Failure::Argument(at, format!("must be a whole number, not {number}")))
    }

    /// A whole number that is not negative.
    pub(crate) fn size(&self, at: usize) -> Result<usize, Failure> {
        let number = self.whole(at)?;
        usize::try_from(number).map_err(|_| Failure::Argument(at, "must not be negative".to_owned()))
    }

    /// The elements of a list; none when left out or null.
    pub(crate) fn list(&self, at: usize) -> &[Value] {
        match self.value(at) {
            Value::List(items) | Value::Set(items) => items,
            _ => &[],
        }
    }

    /// The texts of a list of strings.
    pub(crate) fn texts(&self, at: usize) -> impl Iterator<Item = &str> {
        self.list(at).iter().filter_map(|value| match value {
            Value::String(text) => Some(&**text),
            _ => None,
        })
    }

    /// A map; `None` when left out or null.
    pub(crate) fn map(&self, at: usize) -> Option<&Map> {
        match self.value(at) {
            Value::Map(map) => Some(map),
            _ => None,
        }
    }

    /// Takes evaluation steps.
    pub(crate) fn charge(&self, steps: usize) -> Result<(), Failure> {
        self.budget.charge(steps, self.span).map_err(Failure::Spent)
    }

    /// A pattern, compiled once for each evaluation: compiling costs what a thousand steps do.
    pub(crate) fn pattern(
        &self,
        text: &str,
        compile: impl FnOnce() -> Result<Regex, Failure>,
    ) -> Result<Regex, Failure> {
        if let Some(found) = self.budget.pattern(text) {
            return Ok(found);
        }
        self.charge(1000)?;
        let made = compile()?;
        self.budget.keep_pattern(text, &made);
        Ok(made)
    }

    /// Pays for looking through a value.
    pub(crate) fn walk(&self, value: &Value) -> Result<(), Failure> {
        Ok(self.budget.copy_value(value, self.span)?)
    }

    /// Pays for a copy of a value.
    pub(crate) fn copy(&self, value: &Value) -> Result<Value, Failure> {
        self.budget.copy_value(value, self.span)?;
        Ok(value.clone())
    }

    /// Pays for a text of this many bytes before it is made.
    pub(crate) fn afford(&self, bytes: usize) -> Result<(), Failure> {
        self.budget.text(bytes, self.span).map_err(Failure::Spent)
    }

    /// The longest text allowed.
    pub(crate) fn max_text(&self) -> usize {
        self.budget.max_text()
    }

    /// A text that was made, if it is not too long.
    pub(crate) fn made(&self, text: String) -> Result<Value, Failure> {
        self.afford(text.len())?;
        Ok(Value::String(Arc::from(text)))
    }
}

/// A value as a parameter of `kind` takes it; `None` when it already is.
fn converted(value: &Value, kind: Kind) -> Result<Option<Value>, String> {
    let wrong = |wanted: &str| format!("must be {wanted}, not {}", value.type_name());
    match kind {
        Kind::Any => Ok(None),
        Kind::Text => match value {
            Value::String(_) => Ok(None),
            other => text::of(other).map(|text| Some(Value::String(text))).ok_or_else(|| wrong("a string")),
        },
        Kind::Number => match value {
            Value::Number(_) => Ok(None),
            other => text::number(other).map(|n| Some(Value::Number(n))).ok_or_else(|| wrong("a number")),
        },
        Kind::Bool => match value {
            Value::Bool(_) => Ok(None),
            other => text::truth(other).map(|truth| Some(Value::Bool(truth))).ok_or_else(|| wrong("a bool")),
        },
        Kind::List => match value {
            Value::List(_) => Ok(None),
            Value::Set(items) => Ok(Some(Value::List(items.clone()))),
            _ => Err(wrong("a list or a set")),
        },
        Kind::Sequence => match value {
            Value::List(_) | Value::Set(_) => Ok(None),
            _ => Err(wrong("a list or a set")),
        },
        Kind::Map => match value {
            Value::Map(_) => Ok(None),
            _ => Err(wrong("a map")),
        },
        Kind::Texts | Kind::OptionalTexts | Kind::Numbers => {
            let (Value::List(items) | Value::Set(items)) = value else {
                return Err(wrong("a list or a set"));
            };
            let (each, wanted) = match kind {
                Kind::Numbers => (Kind::Number, "numbers"),
                _ => (Kind::Text, "strings"),
            };
            let mut changed = matches!(value, Value::Set(_));
            let mut out = Vec::with_capacity(items.len());
            for item in items {
                let item = match item {
                    Value::Unknown(_) => item.clone(),
                    Value::Null if kind == Kind::OptionalTexts => Value::Null,
                    Value::Null => return Err(format!("must hold {wanted}, and one of its elements is null")),
                    other => match converted(other, each) {
                        Ok(Some(made)) => {
                            changed = true;
                            made
                        }
                        Ok(None) => other.clone(),
                        Err(_) => {
                            return Err(format!(
                                "must hold {wanted}, and one of its elements is {}",
                                other.type_name()
                            ));
                        }
                    },
                };
                out.push(item);
            }
            Ok(changed.then_some(Value::List(out)))
        }
    }
}
