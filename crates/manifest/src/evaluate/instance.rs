//! One instance of a block: its attributes, where it lives, how it is paid for, what it depends on.

use super::{
    Timeouts, ephemeral, misfit,
    nested::{inherit, shadow},
    place::Site,
    rules,
    same::Same,
    scope::InstanceScope,
    settings::Open,
    world::{Instance, World},
};
use crate::{
    project::{ResourceBlock, Written},
    spot::spot_in_attribute,
};
use firma_catalog::{Procedure, shape};
use firma_expr::Trace;
use firma_model::{
    address::{Key, NodeSet},
    deferral::Subject,
    desired::{DesiredResource, Lifecycle},
    diagnostic::Diagnostics,
    expr::Expr,
    path::Path,
    small_map::SmallMap,
    value::Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// What is evaluated apart from the kind's own attributes.
pub(super) const LIFTED: [&str; 3] = ["billing", "tags", "zone"];

impl<'p> World<'p> {
    /// Evaluates an instance. What cannot be told is tainted; a diagnostic says why.
    #[expect(clippy::too_many_arguments, reason = "each is a different part of what the block has become")]
    pub(super) fn instance(
        &self,
        module: usize,
        block: &'p ResourceBlock,
        written: &[&'p Written],
        same: &[Option<Same>],
        procedure: &Procedure,
        key: Option<Key>,
        each: Option<Expr>,
        dependencies: &NodeSet,
        diagnostics: &mut Diagnostics,
    ) -> (Instance, Option<Timeouts>, BTreeMap<String, Expr>) {
        let address = self.name(module, &block.block).at(key);
        let scope = match (&address.key, each) {
            (Some(Key::Name(name)), Some(value)) => InstanceScope::each(self, module, name.clone(), value),
            (Some(Key::Index(index)), _) => InstanceScope::index(self, module, *index),
            _ => InstanceScope::plain(self, module),
        };
        let find = |name: &str| written.iter().find(|w| *w.name == *name).map(|w| &w.value);
        // Most blocks say nothing that could be open.
        let sets = block.region.is_some() || !block.timeouts.is_empty() || block.lifecycle.is_some();
        let scope = match sets || find("zone").is_some() || find("billing").is_some() {
            true => scope.asking(&Subject::Instance(address.clone())),
            false => scope,
        };
        let open: Option<Open> = scope.settings.as_ref().map(|settings| settings.open.clone());
        let mut trace = Trace::new();
        let lifted = LIFTED.iter().filter(|name| find(name).is_none() && procedure.attributes.contains_key(**name));
        let mut attributes: SmallMap<String, Expr> = SmallMap::with_capacity(written.len() + lifted.count());
        let mut tainted = BTreeSet::new();
        for (at, attribute) in written.iter().enumerate().filter(|(_, w)| !LIFTED.contains(&&*w.name)) {
            let found = match same.get(at) {
                Some(Some(same)) => {
                    trace.extend(&same.trace);
                    Ok(same.value.clone())
                }
                _ => self.attribute(attribute, procedure, &scope, &mut trace, diagnostics),
            };
            match found {
                Ok(Some(value)) => {
                    attributes.insert(attribute.name.to_string(), value);
                }
                Ok(None) => {}
                Err(()) => {
                    tainted.insert(attribute.name.to_string());
                }
            }
        }
        let site = Site { kind: &procedure.kind, header: block.span, scope: &scope };
        let region = self.region(&site, procedure.regional, block.region.as_deref(), &mut trace, diagnostics);
        let is_open = region.is_err() && open.as_ref().is_some_and(|open| !open.borrow().is_empty());
        let zone = match &region {
            Ok(region) => self.zone(&site, procedure, region.as_deref(), find("zone"), &mut trace, diagnostics),
            Err(()) => Err(()),
        };
        let region = region.unwrap_or_else(|()| {
            tainted.insert("region".to_owned());
            None
        });
        let zone = zone.unwrap_or_else(|()| {
            tainted.insert("zone".to_owned());
            None
        });
        // The defaults of a region that is not known yet may say how it is paid for.
        let billing = match find("billing") {
            None if is_open => Err(()),
            written => self.billing(&site, procedure, region.as_deref(), written, &mut trace, diagnostics),
        };
        let billing = billing.unwrap_or_else(|()| {
            tainted.insert("billing".to_owned());
            None
        });
        let explicit = match find("tags") {
            None => Ok(None),
            Some(expr) => match self.reduce(expr, &scope, &mut trace, diagnostics) {
                None => Err(()),
                Some(value) if value.as_value().is_some_and(Value::is_null) => Ok(None),
                Some(value) if value.has_input() => {
                    diagnostics.push(ephemeral::kept("a tag", &value).at(expr.span));
                    Err(())
                }
                Some(value) => Ok(Some((value, expr))),
            },
        };
        match explicit.and_then(|explicit| self.tags(&site, procedure, region.as_deref(), explicit, diagnostics)) {
            Ok(Some(tags)) => {
                attributes.insert("tags".to_owned(), tags);
            }
            Ok(None) => {}
            Err(()) => {
                tainted.insert("tags".to_owned());
            }
        }
        let zone_value = zone.as_deref().map(Value::string);
        let billing_value = billing.as_ref().map(firma_model::place::Billing::to_value);
        for (name, value) in &mut attributes {
            if let Some(attribute) = procedure.attributes.get(name) {
                inherit(&attribute.shape, value, zone_value.as_ref(), billing_value.as_ref());
            }
        }
        attributes.extend(zone_value.map(|value| ("zone".to_owned(), Expr::literal_at(value, block.span))));
        attributes.extend(billing_value.map(|value| ("billing".to_owned(), Expr::literal_at(value, block.span))));
        let present = |name: &str| attributes.contains_key(name) || tainted.contains(name);
        diagnostics.extend(shape::required(procedure, present, block.span));
        let lifecycle = match &block.lifecycle {
            Some(written) => self.lifecycle(written, procedure, &scope, diagnostics),
            None => Lifecycle::NOTHING,
        };
        let ignored = &lifecycle.ignore_changes;
        diagnostics.extend(rules::check(procedure, &attributes, region.as_deref(), ignored, written, block.span));
        let timeouts = (!block.timeouts.is_empty()).then(|| self.timeouts(block, &scope, diagnostics));
        let mut all = dependencies.clone();
        all.extend(trace.nodes().cloned());
        let mut resource = DesiredResource {
            address,
            region,
            zone,
            billing,
            attributes,
            dependencies: all,
            lifecycle: lifecycle.into(),
            span: block.span,
        };
        if let Some(lifecycle) = &block.lifecycle {
            self.expectations(lifecycle, &mut resource, scope, diagnostics);
        }
        let open = open.map(|open| open.take()).unwrap_or_default();
        (Instance { resource: Box::new(resource), tainted, later: None }, timeouts, open)
    }

    /// One attribute: `Ok(None)` when it is absent.
    pub(super) fn attribute(
        &self,
        written: &Written,
        procedure: &Procedure,
        scope: &InstanceScope<'_, 'p>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Expr>, ()> {
        let value = self.reduce(&written.value, scope, trace, diagnostics).ok_or(())?;
        if value.as_value().is_some_and(Value::is_null) {
            return Ok(None);
        }
        let place = |path: &Path, part| spot_in_attribute(&written.value, path, part);
        let found = shape::check_at(procedure, &written.name, &shadow(&value), &place);
        let mut wrong = found.has_errors();
        diagnostics.extend(found);
        if let Some(attribute) = procedure.attributes.get(&*written.name)
            && let Some(found) = misfit::of(&attribute.shape, &value, self)
        {
            diagnostics.push(found.said_of(written, &procedure.kind));
            wrong = true;
        }
        if let Some(found) = ephemeral::in_attribute(procedure, &written.name, &value) {
            diagnostics.push(found.at(written.value.span));
            wrong = true;
        }
        if wrong { Err(()) } else { Ok(Some(self.gathered(value, trace))) }
    }
}
