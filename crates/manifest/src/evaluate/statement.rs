//! `[[moved]]`, `[[removed]]`, `[[import]]` and `[check.NAME]`: evaluated when everything else is.

use super::{Undeclared, import::Imports, repeat::Repeated, scope::InstanceScope, world::World};
use crate::{codes, project::DataBlock};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Key, NodeSet},
    deferral::{Inquiry, Subject},
    desired::{Desired, LookupConditions, OnRemove},
    diagnostic::{Diagnostic, Diagnostics, Severity},
    expr::Expr,
    extent::Extent,
    span::Span,
    statement::{Condition, Move, Removal},
    suggest::closest,
    value::Value,
};
use std::collections::BTreeMap;

/// What the statements of a project say.
#[derive(Default)]
pub(super) struct Said {
    moves: Vec<Move>,
    removals: Vec<Removal>,
    pub(super) imports: Imports,
    lookups: BTreeMap<Address, LookupConditions>,
    checks: BTreeMap<String, Vec<Condition>>,
    /// What imports must know that the planner may know.
    pub(super) inquiries: Vec<Inquiry>,
}

impl Said {
    /// Adds it to the desired world, where whatever is imported must be declared; hands back what is not.
    pub(super) fn add_to(
        self,
        desired: &mut Desired,
        incomplete: bool,
        diagnostics: &mut Diagnostics,
    ) -> BTreeMap<Address, Undeclared> {
        desired.moves.extend(self.moves);
        desired.removals.extend(self.removals);
        desired.lookups.extend(self.lookups);
        desired.checks.extend(self.checks);
        self.imports.add_to(desired, incomplete, diagnostics)
    }
}

impl<'p> World<'p> {
    /// What the statements say, now that everything else is evaluated.
    pub(super) fn statements(&self, diagnostics: &mut Diagnostics) -> Said {
        let mut said = Said::default();
        for module in 0..self.modules.len() {
            self.statements_of(module, &mut said, diagnostics);
        }
        said.imports.find_homes(self);
        said
    }

    fn statements_of(&self, module: usize, said: &mut Said, diagnostics: &mut Diagnostics) {
        let here = &self.modules[module];
        let project = here.project;
        let scope = InstanceScope::plain(self, module);
        for block in &project.moved {
            let from = self.extent(&block.from, "`from`", &scope, diagnostics);
            let to = self.extent(&block.to, "`to`", &scope, diagnostics);
            let (Some(from), Some(to)) = (from, to) else { continue };
            match fits(&from, &to) {
                Ok(()) => said.moves.push(Move { from, to, span: block.span }),
                Err(message) => {
                    diagnostics.push(Diagnostic::error(codes::BAD_MOVE, message).at(block.span));
                }
            }
        }
        for block in &project.removed {
            let Some(from) = self.extent(&block.from, "`from`", &scope, diagnostics) else { continue };
            let on_remove = match &block.on_remove {
                None => None,
                Some(expr) => match self.text(expr, "`on_remove`", &scope, diagnostics) {
                    None => continue,
                    Some(text) => match OnRemove::parse(&text) {
                        Some(on_remove) => Some(on_remove),
                        None => {
                            diagnostics.push(
                                Diagnostic::error(
                                    codes::BAD_LIFECYCLE,
                                    format!("`on_remove` must be \"destroy\" or \"retain\", not `{text}`"),
                                )
                                .at(expr.span)
                                .did_you_mean(closest(&text, ["destroy", "retain"])),
                            );
                            continue;
                        }
                    },
                },
            };
            said.removals.push(Removal { from, on_remove, span: block.span });
        }
        for block in &project.imports {
            self.import(module, block, said, diagnostics);
        }
        // What a module's output demands is watched like a check.
        for (name, output) in project.outputs.iter().filter(|_| module != 0) {
            let conditions = self.conditions(&output.preconditions, &scope, &mut NodeSet::new(), diagnostics);
            if !conditions.is_empty() {
                said.checks.insert(format!("{}.output.{name}", here.path), conditions);
            }
        }
        for (index, lookup) in project.lookups.iter().enumerate() {
            self.of_lookup(module, index, lookup, said, diagnostics);
        }
        for check in project.checks.values() {
            let scope = InstanceScope::plain(self, module).in_check(&check.name);
            let mut found = Diagnostics::new();
            let conditions = self.conditions(&check.asserts, &scope, &mut NodeSet::new(), &mut found);
            for mut diagnostic in found.list {
                // What its own look-up did not find is no more than what it watches for.
                if diagnostic.code == codes::NOT_ONE
                    && project.lookups.iter().any(|l| l.check.as_ref() == Some(&check.name))
                {
                    diagnostic.severity = Severity::Warning;
                }
                diagnostics.push(diagnostic);
            }
            if !conditions.is_empty() {
                let dot = if here.path.is_root() { "" } else { "." };
                said.checks.entry(format!("{}{dot}{}", here.path, check.name)).or_default().extend(conditions);
            }
        }
    }

    fn of_lookup(
        &self,
        module: usize,
        index: usize,
        lookup: &DataBlock,
        said: &mut Said,
        diagnostics: &mut Diagnostics,
    ) {
        if lookup.preconditions.is_empty() && lookup.postconditions.is_empty() {
            return;
        }
        let Some(evaluated) = &self.modules[module].lookups[index] else { return };
        // Of one that repeats, each instance asks with its own key; what each walks through is not kept.
        let each =
            self.repeat(module, &Subject::Block(evaluated.block.clone()), &lookup.repeat, &mut Diagnostics::new());
        let Some(Repeated::Instances(instances)) = each else { return };
        for (key, each) in instances.keys {
            self.of_instance(module, lookup, (key, each), said, diagnostics);
        }
    }

    fn of_instance(
        &self,
        module: usize,
        lookup: &DataBlock,
        (key, each): (Option<Key>, Option<Expr>),
        said: &mut Said,
        diagnostics: &mut Diagnostics,
    ) {
        let address = self.name(module, &lookup.block).at(key.clone());
        let own = || match (&key, &each) {
            (Some(Key::Name(name)), Some(value)) => InstanceScope::each(self, module, name.clone(), value.clone()),
            (Some(Key::Index(index)), _) => InstanceScope::index(self, module, *index),
            _ => InstanceScope::plain(self, module),
        };
        let plain = || match &lookup.check {
            Some(check) => own().in_check(check),
            None => own(),
        };
        let uses = &mut NodeSet::new();
        let preconditions = self.conditions(&lookup.preconditions, &plain(), uses, diagnostics);
        let scope = plain().of(address.clone());
        let postconditions = self.conditions(&lookup.postconditions, &scope, uses, diagnostics);
        match &lookup.check {
            None => {
                said.lookups.insert(address, LookupConditions { preconditions, postconditions });
            }
            // Of a look-up that belongs to a check they are what the check asserts.
            Some(check) => {
                let dot = if self.modules[module].path.is_root() { "" } else { "." };
                let name = format!("{}{dot}{check}", self.modules[module].path);
                said.checks.entry(name).or_default().extend(preconditions.into_iter().chain(postconditions));
            }
        }
    }

    /// A part of the project that a text names.
    pub(super) fn extent(
        &self,
        expr: &Expr,
        what: &str,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> Option<Extent> {
        let text = self.text(expr, what, scope, diagnostics)?;
        let wrong = |message: String, hint: &str| {
            Diagnostic::error(codes::BAD_EXTENT, message).at(expr.span).hint(hint.to_owned())
        };
        let form = "write it as \"vpc.vpc.main\", 'vpc.subnet.web[\"a\"]' or \"module.net\"";
        match text.parse::<Extent>() {
            Err(_) => {
                diagnostics.push(wrong(format!("`{text}` names no resource and no module"), form));
                None
            }
            Ok(Extent::Block(block)) if block.data => {
                diagnostics.push(wrong(format!("`{text}` is a look-up, which has no object"), form));
                None
            }
            // What is written in a module is about that module.
            Ok(extent) => Some(extent.inside(&scope.here().path)),
        }
    }

    pub(super) fn text(
        &self,
        expr: &Expr,
        what: &str,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        let value = self.known(expr, scope, &mut Trace::new(), what, diagnostics)?;
        let wrong = |found: &str, span: Span| {
            Diagnostic::error(codes::WRONG_SETTING, format!("{what} must be text, not {found}")).at(span)
        };
        match value {
            Value::String(text) => Some(text.to_string()),
            Value::Sensitive(_) => {
                diagnostics.push(
                    Diagnostic::error(codes::SENSITIVE_REPEAT, format!("{what} cannot be sensitive"))
                        .at(expr.span)
                        .hint("addresses and ids are shown everywhere; nonsensitive() says that this one may be"),
                );
                None
            }
            other => {
                diagnostics.push(wrong(other.type_name(), expr.span));
                None
            }
        }
    }
}

/// Whether one part of a project can become another.
fn fits(from: &Extent, to: &Extent) -> Result<(), String> {
    if from == to {
        return Err(format!("`{from}` moves to itself"));
    }
    let kind = |extent: &Extent| match extent {
        Extent::Module(_) => None,
        Extent::Block(block) => Some(block.kind.clone()),
        Extent::Instance(address) => Some(address.kind().clone()),
    };
    match (kind(from), kind(to)) {
        (Some(a), Some(b)) if a != b => {
            Err(format!("`{from}` cannot become `{to}`: an object of kind {a} is none of kind {b}"))
        }
        (Some(_), None) => Err(format!("`{from}` is a resource and `{to}` a module")),
        (None, Some(_)) => Err(format!("`{from}` is a module and `{to}` a resource")),
        _ => Ok(()),
    }
}
