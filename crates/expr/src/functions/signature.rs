//! What a function declares, and the checks every call goes through before the function sees its arguments.

use super::{Arguments, Failure};
use crate::{codes, limits::Budget, part::unknown_of, scope::Files, text};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    span::Span,
    types::Type,
    value::Value,
};
use std::borrow::Cow;

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Anything.
    Any,
    /// A string; numbers and bools are converted.
    Text,
    /// A number; numeric strings are converted.
    Number,
    /// A bool, or the strings `true` and `false`.
    Bool,
    /// A list, or a set in its order.
    List,
    /// A list or a set, left as it is.
    Sequence,
    /// A list or set of strings; numbers and bools are converted.
    Texts,
    /// The same, nulls allowed.
    OptionalTexts,
    /// A list or set of numbers.
    Numbers,
    /// A map.
    Map,
}

/// A parameter.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, as messages call it.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// Takes null too.
    pub nullable: bool,
}

impl Parameter {
    pub(crate) const fn new(name: &'static str, kind: Kind) -> Parameter {
        Parameter { name, kind, nullable: false }
    }

    pub(crate) const fn or_null(name: &'static str, kind: Kind) -> Parameter {
        Parameter { name, kind, nullable: true }
    }
}

/// How much of its arguments a function must see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sees {
    /// All: any unknown inside makes the result unknown, any sensitive part makes it sensitive.
    All,
    /// Only the outermost level: elements may be unknown or sensitive and travel along.
    Shape,
    /// As given: the function deals with unknown and sensitive values itself.
    Raw,
}

/// The type of a result, for when it is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    Any,
    Text,
    Number,
    Bool,
    Texts,
}

/// A function of the language.
#[derive(Debug)]
pub struct Function {
    /// Name.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Parameters, the optional ones last.
    pub parameters: &'static [Parameter],
    /// How many of the last parameters may be left out.
    pub optional: usize,
    /// A parameter that may be given any number of times after the others.
    pub variadic: Option<Parameter>,
    /// Reads files, so its arguments must be known while planning.
    pub reads_files: bool,
    /// Makes texts of its own, which are then brought to their composed form.
    pub(crate) makes_text: bool,
    pub(crate) sees: Sees,
    pub(crate) gives: Gives,
    pub(crate) body: fn(&Arguments<'_>) -> Result<Value, Failure>,
    /// What is known of the result although not all arguments are; they come converted and without marks.
    pub(crate) knows: fn(&Arguments<'_>) -> Option<Value>,
}

impl Function {
    pub(crate) const fn new(
        name: &'static str,
        summary: &'static str,
        parameters: &'static [Parameter],
        gives: Gives,
        body: fn(&Arguments<'_>) -> Result<Value, Failure>,
    ) -> Function {
        Function {
            name,
            summary,
            parameters,
            optional: 0,
            variadic: None,
            reads_files: false,
            makes_text: matches!(gives, Gives::Text | Gives::Texts),
            sees: Sees::All,
            gives,
            body,
            knows: |_| None,
        }
    }

    pub(crate) const fn optional(self, optional: usize) -> Function {
        Function { optional, ..self }
    }

    pub(crate) const fn variadic(self, parameter: Parameter) -> Function {
        Function { variadic: Some(parameter), ..self }
    }

    pub(crate) const fn sees(self, sees: Sees) -> Function {
        Function { sees, ..self }
    }

    pub(crate) const fn knows(self, knows: fn(&Arguments<'_>) -> Option<Value>) -> Function {
        Function { knows, ..self }
    }

    pub(crate) const fn makes_text(self) -> Function {
        Function { makes_text: true, ..self }
    }

    pub(crate) const fn reads_files(self) -> Function {
        Function { reads_files: true, ..self }
    }

    /// How it is called: `substr(string, offset, length)`.
    pub fn usage(&self) -> String {
        let mut names: Vec<String> = self.parameters.iter().map(|p| p.name.to_owned()).collect();
        let first_optional = names.len() - self.optional;
        for name in &mut names[first_optional..] {
            *name = format!("[{name}]");
        }
        names.extend(self.variadic.map(|p| format!("{}...", p.name)));
        format!("{}({})", self.name, names.join(", "))
    }

    /// What an unknown result is known to be.
    pub(crate) fn unknown(&self) -> Value {
        match self.gives {
            Gives::Any => Value::unknown(),
            Gives::Text => unknown_of(Type::String, true),
            Gives::Number => unknown_of(Type::Number, true),
            Gives::Bool => unknown_of(Type::Bool, true),
            Gives::Texts => unknown_of(Type::List(Box::new(Type::String)), true),
        }
    }

    /// The type every result has; `any` where that depends on the arguments.
    pub(crate) fn result_type(&self) -> Type {
        match self.gives {
            Gives::Any => Type::Any,
            Gives::Text => Type::String,
            Gives::Number => Type::Number,
            Gives::Bool => Type::Bool,
            Gives::Texts => Type::List(Box::new(Type::String)),
        }
    }

    /// The parameter that an argument belongs to.
    pub(crate) fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or(self.variadic.as_ref())
    }

    pub(crate) fn check_count(&self, given: usize, span: Span) -> Result<(), Diagnostics> {
        let least = self.parameters.len() - self.optional;
        let most = self.parameters.len();
        if given >= least && (given <= most || self.variadic.is_some()) {
            return Ok(());
        }
        let arguments = |n: usize| if n == 1 { "one argument".to_owned() } else { format!("{n} arguments") };
        let wanted = match (self.variadic, self.optional) {
            (Some(_), _) => format!("at least {}", arguments(least)),
            (None, 0) => arguments(most),
            (None, _) => format!("{least} to {}", arguments(most)),
        };
        Err(Diagnostic::error(codes::ARGUMENT_COUNT, format!("{} takes {wanted}, not {given}", self.name))
            .at(span)
            .hint(format!("use it as `{}`", self.usage()))
            .into())
    }

    /// Runs the function over values.
    pub(crate) fn run(
        &self,
        values: Vec<Cow<'_, Value>>,
        spans: &[Span],
        span: Span,
        budget: &Budget,
        files: &dyn Files,
    ) -> Result<Value, Diagnostics> {
        let mut marked = false;
        let mut values = values;
        if self.sees != Sees::Raw {
            for value in &mut values {
                if self.sees == Sees::All {
                    budget.copy_value(value, span)?;
                }
                match self.sees {
                    Sees::All if value.has_sensitive() => {
                        marked = true;
                        *value = Cow::Owned(value.reveal_deep());
                    }
                    Sees::Shape if matches!(&**value, Value::Sensitive(_)) => {
                        marked = true;
                        *value = Cow::Owned(value.reveal().clone());
                    }
                    _ => {}
                }
            }
            let unknown = values.iter().any(|value| match self.sees {
                Sees::All => value.has_unknown(),
                _ => matches!(&**value, Value::Unknown(_)),
            });
            // Arguments that are known are still checked: their mistakes show while planning.
            let mut arguments = Arguments::new(self, values, budget, files, span);
            let checked = arguments.convert();
            if let Err(failure) = checked {
                return Err(failure.diagnostics(self, &arguments, spans, span, marked));
            }
            if unknown {
                let unknown = (self.knows)(&arguments).unwrap_or_else(|| self.unknown());
                return Ok(if marked { unknown.sensitive() } else { unknown });
            }
            let value = (self.body)(&arguments)
                .map_err(|failure| failure.diagnostics(self, &arguments, spans, span, marked))?;
            let value = if self.makes_text { text::compose(value) } else { value };
            return Ok(if marked { value.sensitive() } else { value });
        }
        let arguments = Arguments::new(self, values, budget, files, span);
        (self.body)(&arguments).map_err(|failure| failure.diagnostics(self, &arguments, spans, span, false))
    }
}
