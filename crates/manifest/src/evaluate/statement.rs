//! `[[moved]]`, `[[removed]]`, `[[import]]` and `[check.NAME]`: evaluated when everything else is.

use super::{Undeclared, repeat::Repeated, scope::InstanceScope, settings::Unsettled, world::World};
use crate::{
    codes,
    project::{DataBlock, ImportBlock, Repeat},
};
use firma_expr::Trace;
use firma_model::{
    address::{Address, Key, NodeSet},
    deferral::{Inquiry, Subject},
    desired::{Desired, LookupConditions, OnRemove},
    diagnostic::{Diagnostic, Diagnostics, Severity},
    expr::Expr,
    extent::Extent,
    span::Span,
    statement::{Condition, Import, Move, Removal},
    suggest::closest,
    value::Value,
};
use std::collections::BTreeMap;

/// What the statements of a project say.
#[derive(Default)]
pub(super) struct Said {
    moves: Vec<Move>,
    removals: Vec<Removal>,
    imports: BTreeMap<Address, Import>,
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
        region: Option<&str>,
        diagnostics: &mut Diagnostics,
    ) -> BTreeMap<Address, Undeclared> {
        let mut undeclared = BTreeMap::new();
        desired.moves.extend(self.moves);
        desired.removals.extend(self.removals);
        desired.lookups.extend(self.lookups);
        desired.checks.extend(self.checks);
        for (to, import) in self.imports {
            if desired.resources.contains_key(&to) {
                desired.imports.insert(to, import);
                continue;
            }
            if incomplete {
                continue;
            }
            let message = format!("there is no resource `{to}` to import into");
            let diagnostic = Diagnostic::error(codes::NO_TARGET, message).at(import.span);
            if desired.blocks.contains_key(&to.block) {
                diagnostics.push(diagnostic.hint(format!("`{}` is declared, and has no such instance", to.block)));
                continue;
            }
            let diagnostic = diagnostic.hint(format!(
                "write the block `[{}]` with the attributes the object has; what differs is shown in the plan",
                to.block
            ));
            // A block of a module is written for all who call it, and one with keys says where they come from.
            if !to.block.module.is_root() || to.key.is_some() {
                diagnostics.push(diagnostic.hint(
                    "`firma plan --generate-config-out FILE` writes a block of the root without keys: import to such a name, use \
                     what is written, and say with `[[moved]]` where it belongs",
                ));
                continue;
            }
            diagnostics.push(diagnostic.hint("`firma plan --generate-config-out FILE` writes it for you"));
            undeclared.insert(to, Undeclared { import, region: region.map(str::to_owned) });
        }
        undeclared
    }

    fn take_over(&mut self, to: Address, import: Import, diagnostics: &mut Diagnostics) {
        match self.imports.get(&to) {
            None => {
                self.imports.insert(to, import);
            }
            Some(first) => diagnostics.push(
                Diagnostic::error(
                    codes::BAD_IMPORT,
                    format!("`{}` and `{}` are both imported to {to}", first.id, import.id),
                )
                .at(import.span)
                .related(first.span, "the other one")
                .hint("an address has one object"),
            ),
        }
    }
}

impl<'p> World<'p> {
    /// What the statements say, now that everything else is evaluated.
    pub(super) fn statements(&self, diagnostics: &mut Diagnostics) -> Said {
        let mut said = Said::default();
        for module in 0..self.modules.len() {
            self.statements_of(module, &mut said, diagnostics);
        }
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

    fn import(&self, module: usize, block: &ImportBlock, said: &mut Said, diagnostics: &mut Diagnostics) {
        let repeat = block.for_each.clone().map_or(Repeat::Single, |expr| Repeat::ForEach(Box::new(expr)));
        // No module has such a name.
        let subject = |part: &str| {
            let (span, path) = (block.span, &self.modules[module].path);
            Subject::Module(format!("import{part} at {}:{} {path}", span.source.0, span.start).trim_end().into())
        };
        let instances = match self.repeat(module, &subject(""), &repeat, diagnostics) {
            None => return,
            Some(Repeated::Instances(instances)) => instances,
            Some(Repeated::Ask(inquiry)) => return said.inquiries.push(inquiry),
            Some(Repeated::Later(_, deferred)) => {
                return diagnostics.push(self.not_imported(&deferred.expr, "`for_each`").at(deferred.span));
            }
        };
        for (key, each) in instances.keys {
            let part = key.as_ref().map(ToString::to_string).unwrap_or_default();
            let own = subject(&format!("{part} itself"));
            let scope = match (key, each) {
                (Some(Key::Name(name)), Some(value)) => InstanceScope::each(self, module, name, value),
                _ => InstanceScope::plain(self, module),
            };
            let mut scope = scope.asking(&own);
            let to = self.extent(&block.to, "`to`", &scope, diagnostics);
            let id = self.text(&block.id, "`id`", &scope, diagnostics);
            let region = block.region.as_ref().map(|expr| self.text(expr, "`region`", &scope, diagnostics));
            let open = scope.settings.as_ref().map(|settings| settings.open.take()).unwrap_or_default();
            if !open.is_empty() {
                match self.unsettled(own, open, block.span) {
                    Unsettled::Ask(inquiry) => said.inquiries.push(inquiry),
                    Unsettled::Later(deferred) => {
                        diagnostics.push(self.not_imported(&deferred.expr, "what is imported").at(block.span));
                    }
                }
                continue;
            }
            let region = match region {
                None => None,
                Some(Some(region)) => Some(region),
                Some(None) => continue,
            };
            scope.settings = None;
            let force = match &block.force {
                None => false,
                Some(expr) => match self.known(expr, &scope, &mut Trace::new(), "`force`", diagnostics) {
                    None => continue,
                    Some(value) => match value.as_bool() {
                        Some(force) => force,
                        None => {
                            let message = format!("`force` must be true or false, not {}", value.type_name());
                            diagnostics.push(Diagnostic::error(codes::WRONG_SETTING, message).at(expr.span));
                            continue;
                        }
                    },
                },
            };
            let (Some(to), Some(id)) = (to, id) else { continue };
            let address = match to {
                Extent::Instance(address) => address,
                Extent::Block(block) => block.at(None),
                Extent::Module(path) => {
                    let message = format!("`{path}` is a module: an object is imported to one resource");
                    diagnostics.push(Diagnostic::error(codes::BAD_EXTENT, message).at(block.to.span));
                    continue;
                }
            };
            if id.trim().is_empty() {
                diagnostics.push(
                    Diagnostic::error(codes::BAD_IMPORT, "the id of an object to import is empty").at(block.id.span),
                );
                continue;
            }
            said.take_over(address, Import { id, region, force, span: block.span }, diagnostics);
        }
    }

    /// Says that an import cannot wait: what it would take over would be made anew meanwhile.
    fn not_imported(&self, expr: &Expr, what: &str) -> Diagnostic {
        let mut diagnostic = self.unknown_yet(expr, what);
        diagnostic.hints.clear();
        diagnostic
            .hint("an import cannot wait, for what it takes over would be made anew by this plan")
            .hint("leave the import out together with the block it imports to, apply, and put both back")
    }

    /// A part of the project that a text names.
    fn extent(
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

    fn text(
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
