//! Values of variables: from defaults, the environment, files and the command line, the last one winning.

use crate::{
    codes,
    environment::EnvironmentScope,
    project::{Project, Variable},
    source::{Reader, parse_document},
    spot::spot,
    validation::{Within, validate},
};
use firma_catalog::shape::Part;
use firma_expr::{Limits, Trace, convert, evaluate};
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::{SourceId, Span},
    suggest::closest,
    types::Type,
    value::{Map, Value},
};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Where values were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `FIRMA_VAR_name`.
    Environment,
    /// `firma.vars.toml`, `*.auto.vars.toml`.
    AutomaticFile,
    /// `--var-file`.
    File,
    /// `--var`.
    Flag,
}

/// One or more values, as given.
#[derive(Clone, Debug)]
pub enum VariableInput {
    /// A TOML document whose keys are variables.
    Toml(String),
    /// A name and text: read by the variable's type.
    Pair {
        /// The variable.
        name: String,
        /// The value's text.
        text: String,
    },
}

/// A source of values.
#[derive(Clone, Debug)]
pub struct VariableSource {
    /// Where it comes from.
    pub origin: Origin,
    /// Under which number the caller keeps the text (of a pair: the value's text), so that places can be shown.
    pub source: SourceId,
    /// What was given.
    pub input: VariableInput,
}

/// Values of all variables that have one.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    values: BTreeMap<SmolStr, Expr>,
    ephemeral: Map,
}

impl Variables {
    /// The value of a variable, a literal.
    pub(crate) fn get(&self, name: &str) -> Option<&Expr> {
        self.values.get(name)
    }

    /// Gives a variable a value.
    pub(crate) fn set(&mut self, name: SmolStr, value: Expr) {
        self.values.insert(name, value);
    }

    /// The values of those that are kept nowhere: what a plan needs beside itself.
    pub fn ephemeral(&self) -> &Map {
        &self.ephemeral
    }

    /// Names and values, sorted by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().filter_map(|(name, expr)| Some((&**name, expr.as_value()?)))
    }
}

/// Finds the value of every variable. `env` is for `env.NAME` in defaults; `sources` come in the order of precedence,
/// the last one wins: environment, `firma.vars.toml`, `*.auto.vars.toml`, then `--var-file` and `--var` as given.
pub fn variables(
    project: &Project,
    env: &BTreeMap<String, String>,
    sources: &[VariableSource],
) -> (Variables, Diagnostics) {
    let mut resolve = Resolve { project, env, given: BTreeMap::new(), diagnostics: Diagnostics::new() };
    for source in sources {
        resolve.source(source);
    }
    let mut variables = Variables::default();
    let mut places = BTreeMap::new();
    for variable in project.variables.values() {
        if let Some((value, place)) = resolve.value(variable) {
            places.insert(variable.name.clone(), place);
            if let Some(known) = value.as_value().filter(|_| variable.ephemeral) {
                variables.ephemeral.insert(variable.name.to_string(), known.clone());
            }
            variables.values.insert(variable.name.clone(), value);
        }
    }
    for (name, place) in places {
        let value = |name: &str| variables.get(name);
        let within = Within { project, values: &value, resources: None, ephemeral: &variables.ephemeral };
        validate(&project.variables[&name], within, place, &mut resolve.diagnostics);
    }
    (variables, resolve.diagnostics)
}

struct Resolve<'p> {
    project: &'p Project,
    env: &'p BTreeMap<String, String>,
    /// The value given last; `None` for one that could not be read, which was said.
    given: BTreeMap<SmolStr, Option<Expr>>,
    diagnostics: Diagnostics,
}

impl Resolve<'_> {
    fn source(&mut self, source: &VariableSource) {
        match &source.input {
            VariableInput::Pair { name, text } => {
                let span = Span::new(source.source, 0, text.len());
                match self.project.variables.get(name.as_str()) {
                    Some(variable) => match pair(variable, text, source.source) {
                        Ok(expr) => drop(self.given.insert(variable.name.clone(), Some(expr))),
                        Err(diagnostic) => {
                            self.diagnostics.push(diagnostic);
                            self.given.insert(variable.name.clone(), None);
                        }
                    },
                    // The environment may well hold values for other projects.
                    None if source.origin == Origin::Environment || self.project.incomplete => {}
                    None => self.undeclared(name, span, Diagnostic::error),
                }
            }
            VariableInput::Toml(text) => {
                let mut reader = Reader::new(source.source, text);
                if let Some(table) = parse_document(&mut reader) {
                    for (key, value) in table.get_ref() {
                        let expr = reader.expr(value);
                        match self.project.variables.get(key.get_ref().as_ref()) {
                            Some(variable) => drop(self.given.insert(variable.name.clone(), Some(expr))),
                            None if self.project.incomplete => {}
                            None => {
                                let span = reader.span(&key.span());
                                self.undeclared(key.get_ref(), span, Diagnostic::warning);
                            }
                        }
                    }
                }
                self.diagnostics.extend(reader.diagnostics);
            }
        }
    }

    fn undeclared(&mut self, name: &str, span: Span, severity: fn(&'static str, String) -> Diagnostic) {
        let diagnostic =
            severity(codes::UNDECLARED_VARIABLE, format!("a value was given for `{name}`, which is no variable"));
        self.diagnostics.push(
            diagnostic
                .at(span)
                .did_you_mean(closest(name, self.project.variables()))
                .hint(format!("declare it with `[variable.{name}]`")),
        );
    }

    /// The value and the place to show when it is refused.
    fn value(&mut self, variable: &Variable) -> Option<(Expr, Span)> {
        let mut found = None;
        if let Some(given) = self.given.remove(&variable.name) {
            let expr = given?;
            let scope = EnvironmentScope { env: None, variables: None, kept: false, place: "a variable's value" };
            let value = self.evaluate(&expr, &scope, variable)?;
            // Null asks for the default where null itself is not allowed.
            if !value.is_null() || variable.nullable || variable.default.is_none() {
                found = Some((value, expr.span));
            }
        }
        if found.is_none()
            && let Some(default) = &variable.default
        {
            let scope =
                EnvironmentScope { env: Some(self.env), variables: None, kept: false, place: "a variable's default" };
            found = Some((self.evaluate(default, &scope, variable)?, default.span));
        }
        let Some((value, place)) = found else {
            let name = &variable.name;
            self.diagnostics.push(
                Diagnostic::error(codes::MISSING_VALUE, format!("variable `{name}` has no value"))
                    .at(variable.span)
                    .hint(format!(
                        "give it with `--var {name}=...`, in `firma.vars.toml`, with FIRMA_VAR_{name}, or declare a `default`"
                    )),
            );
            return None;
        };
        if value.is_null() && !variable.nullable {
            self.diagnostics.push(
                Diagnostic::error(codes::NULL_VARIABLE, format!("variable `{}` must not be null", variable.name))
                    .at(place)
                    .related(variable.span, "declared with `nullable = false` here"),
            );
            return None;
        }
        let value = if variable.sensitive || variable.ephemeral { value.sensitive() } else { value };
        Some((Expr::literal_at(value, place), place))
    }

    fn evaluate(&mut self, expr: &Expr, scope: &EnvironmentScope<'_>, variable: &Variable) -> Option<Value> {
        let reduced = match evaluate(expr, scope, &mut Trace::new(), &Limits::default()) {
            Ok(reduced) => reduced,
            Err(found) => {
                self.diagnostics.extend(found);
                return None;
            }
        };
        // What could not be read is unknown, which was said.
        let value = reduced.as_value().filter(|value| !value.has_unknown())?;
        match convert(value, &variable.ty) {
            Ok(value) => Some(value),
            Err(error) => {
                self.diagnostics.push(
                    Diagnostic::error(
                        codes::WRONG_VALUE,
                        format!("this is no value for variable `{}`: {error}", variable.name),
                    )
                    .at(spot(expr, &error.path.0, Part::Value))
                    .related(variable.span, format!("its type is {}", variable.ty)),
                );
                None
            }
        }
    }
}

/// The expression that text on the command line means: the text itself for scalars, an expression for the rest.
fn pair(variable: &Variable, text: &str, source: SourceId) -> Result<Expr, Diagnostic> {
    let scalar = matches!(variable.ty, Type::String | Type::Number | Type::Bool) || !variable.typed;
    if scalar {
        return Ok(Expr::literal_at(Value::string(text), Span::new(source, 0, text.len())));
    }
    const OPEN: &str = "${";
    let place = |start: usize, end: usize| {
        let back = |at: usize| at.saturating_sub(OPEN.len()).min(text.len());
        Span::new(source, back(start), back(end))
    };
    firma_expr::parse(&format!("{OPEN}{text}}}"), &place).map_err(|diagnostic| {
        diagnostic
            .hint(format!("variable `{}` is of type {}: write its value as an expression", variable.name, variable.ty))
    })
}
