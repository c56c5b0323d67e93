//! A look-up block: its parameters, and what it found when it was answered.

use super::{
    place::Site,
    scope::InstanceScope,
    world::{Answer, World},
};
use crate::{codes, sections::DATA_KEYS, spot::spot_in_attribute};
use firma_catalog::{LookupProcedure, codes as catalog_codes, shape};
use firma_expr::Trace;
use firma_model::{
    desired::Lookup,
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    path::Path,
    span::Span,
    suggest::closest,
    value::{Map, Value},
};

impl World<'_> {
    /// Evaluates a look-up: it is answered, or waits for an answer, or cannot be asked.
    pub(super) fn lookup(&mut self, module: usize, index: usize, diagnostics: &mut Diagnostics) {
        let block = &self.modules[module].project.lookups[index];
        let Some(procedure) = self.inputs.catalog.lookup(&block.block.kind) else {
            diagnostics.push(self.inputs.catalog.unknown_lookup(block.block.kind.as_str(), block.span));
            return;
        };
        let within = format!("data.{}", procedure.kind);
        let scope = InstanceScope::plain(self, module);
        let mut parameters = Map::new();
        let mut complete = true;
        for written in &block.parameters {
            let Some(field) = procedure.parameters.get(&*written.name) else {
                let message = format!("{within} has no parameter `{}`", written.name);
                let names = procedure.parameters.keys().map(String::as_str).chain(DATA_KEYS.iter().copied());
                diagnostics.push(
                    Diagnostic::error(catalog_codes::UNKNOWN_ATTRIBUTE, message)
                        .at(written.name_span)
                        .did_you_mean(closest(&written.name, names)),
                );
                complete = false;
                continue;
            };
            let what = format!("`{}` of a look-up", written.name);
            let value = self.known(&written.value, &scope, &mut Trace::new(), &what, diagnostics);
            let Some(value) = value else {
                complete = false;
                continue;
            };
            if value.is_null() {
                continue;
            }
            let place = |path: &Path, part| spot_in_attribute(&written.value, path, part);
            let found = shape::check_parameter_at(&within, &written.name, &field.shape, &value, &place);
            complete &= !found.has_errors();
            diagnostics.extend(found);
            parameters.insert(written.name.to_string(), value);
        }
        for (name, field) in &procedure.parameters {
            let given = block.parameters.iter().any(|written| *written.name == **name);
            if field.required && !given {
                let message = format!("{within} needs `{name}`");
                diagnostics.push(Diagnostic::error(catalog_codes::MISSING_ATTRIBUTE, message).at(block.span));
                complete = false;
            }
        }
        let site = Site { kind: &within, header: block.span, scope: &scope };
        let region = self.region(&site, procedure.regional, block.region.as_ref(), &mut Trace::new(), diagnostics);
        let (Ok(region), true) = (region, complete) else { return };
        let address = self.name(module, &block.block).at(None);
        match self.inputs.answers.get(&address) {
            None => self.pending.push(Lookup { address, region, parameters, span: block.span }),
            Some(Ok(items)) => self.modules[module].lookups[index] = Some(answer(&procedure, items, block.span)),
            Some(Err(why)) => diagnostics.push(
                Diagnostic::error(codes::LOOKUP_FAILED, format!("`{address}` could not be looked up: {why}"))
                    .at(block.span)
                    .hint("nothing is planned without it; plan again when the cause is mended (`firma doctor` checks the access)"),
            ),
        }
    }
}

/// `{ items = [...] }`, and `one` when there is exactly one item. Every item answers to `id` too.
fn answer(procedure: &LookupProcedure, items: &Value, span: Span) -> Answer {
    let mut items: Vec<Value> = items.as_list().map(<[Value]>::to_vec).unwrap_or_default();
    if let Some(id) = &procedure.id {
        for item in &mut items {
            if let Value::Map(map) = item
                && let Some(value) = map.get(id).cloned()
            {
                map.entry("id".to_owned()).or_insert(value);
            }
        }
    }
    let count = items.len();
    let mut value = Map::new();
    if let [one] = &items[..] {
        value.insert("one".to_owned(), one.clone());
    }
    value.insert("items".to_owned(), Value::List(items));
    Answer { value: Expr::literal_at(Value::Map(value), span), count }
}
