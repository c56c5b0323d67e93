//! Region, zone, billing and tags: from the block itself or from `[defaults]`.

use super::{
    defaults::{KnownDefaults, Setting},
    nested::shadow,
    scope::InstanceScope,
    world::World,
};
use crate::{codes, spot::spot_in_attribute};
use firma_catalog::{Procedure, billing as methods, places, procedure::ZoneRule, shape};
use firma_expr::Trace;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::{Expr, ExprKind},
    path::Path,
    place::Billing,
    span::Span,
    value::{Map, Value},
};
use std::sync::Arc;

/// Everybody who reads a plan reads this.
pub(super) fn sensitive(what: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::SENSITIVE_PLACE, format!("{what} cannot be sensitive"))
        .at(span)
        .hint("nonsensitive(...) says that the value is no secret")
}

/// A region or zone as it was written: its name, or nothing for null.
fn name_of_place(value: &Value, what: &str, span: Span, diagnostics: &mut Diagnostics) -> Result<Setting<String>, ()> {
    let problem = match value {
        value if value.is_null() => return Ok(Setting::Absent),
        Value::Sensitive(_) => sensitive(&format!("the {what}"), span),
        Value::String(text) => return Ok(Setting::Set(text.to_string(), span)),
        other => {
            let message = format!("a {what} is text, not {}", other.type_name());
            Diagnostic::error(codes::BAD_PLACE, message).at(span)
        }
    };
    diagnostics.push(problem);
    Err(())
}

/// Where a resource or a look-up is evaluated.
pub(super) struct Site<'s, 'w, 'p> {
    /// What it is, for messages: its kind.
    pub(super) kind: &'s str,
    /// The block's header.
    pub(super) header: Span,
    pub(super) scope: &'s InstanceScope<'w, 'p>,
}

impl<'p> World<'p> {
    fn defaults_of(&self, site: &Site<'_, '_, 'p>) -> &KnownDefaults {
        &self.modules[site.scope.module].defaults
    }

    /// The region: `Ok(None)` for what lives in none.
    ///
    /// # Errors
    /// It cannot be told, which was said.
    pub(super) fn region(
        &self,
        site: &Site<'_, '_, 'p>,
        regional: bool,
        written: Option<&Expr>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<String>, ()> {
        let given = match written {
            None => Setting::Absent,
            Some(expr) => {
                let value = self.known(expr, site.scope, trace, "the region", diagnostics).ok_or(())?;
                name_of_place(&value, "region", expr.span, diagnostics)?
            }
        };
        match (given, regional) {
            (Setting::Set(region, span), true) => {
                let found = places::check_region(&region, span);
                let wrong = !found.is_empty();
                diagnostics.extend(found);
                if wrong { Err(()) } else { Ok(Some(region)) }
            }
            (Setting::Set(_, span), false) => {
                diagnostics.push(
                    Diagnostic::error(codes::NO_REGION_HERE, format!("{} lives in no region", site.kind))
                        .at(span)
                        .hint("leave `region` out"),
                );
                Err(())
            }
            (_, false) => Ok(None),
            (_, true) => match &self.defaults_of(site).region {
                Setting::Set(region, _) => Ok(Some(region.clone())),
                Setting::Tainted => Err(()),
                Setting::Absent => {
                    diagnostics.push(
                        Diagnostic::error(codes::MISSING_REGION, format!("{} needs a region", site.kind))
                            .at(site.header)
                            .hint("write `region = \"cn-north-1\"` here or in [defaults]"),
                    );
                    Err(())
                }
            },
        }
    }

    /// The zone, from the block or, where the kind requires one, from the defaults of its region.
    ///
    /// # Errors
    /// It cannot be told, which was said.
    pub(super) fn zone(
        &self,
        site: &Site<'_, '_, 'p>,
        procedure: &Procedure,
        region: Option<&str>,
        written: Option<&Expr>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<String>, ()> {
        if procedure.zone == ZoneRule::None {
            return Ok(None);
        }
        let mut zone = Setting::Absent;
        if let Some(expr) = written {
            let value = self.known(expr, site.scope, trace, "the zone", diagnostics).ok_or(())?;
            zone = name_of_place(&value, "zone", expr.span, diagnostics)?;
        }
        let Some(region) = region else { return Ok(None) };
        if zone == Setting::Absent && procedure.zone == ZoneRule::Required {
            let of_region =
                self.defaults_of(site).of(Some(region)).map(|shared| shared.zone.clone()).unwrap_or_default();
            zone = of_region.or(&self.defaults_of(site).every.zone);
            // A default of the whole project means only the region it lies in.
            if let Setting::Set(name, _) = &zone
                && !places::is_zone_of(region, name)
            {
                zone = Setting::Absent;
            }
        }
        let (name, span) = match &zone {
            Setting::Tainted => return Err(()),
            Setting::Absent => (None, site.header),
            Setting::Set(name, span) => (Some(name.as_str()), *span),
        };
        let found = places::check_zone(procedure, region, name, span);
        let wrong = found.has_errors();
        diagnostics.extend(found);
        if wrong { Err(()) } else { Ok(name.map(str::to_owned)) }
    }

    /// The billing of kinds that are billed.
    ///
    /// # Errors
    /// It cannot be told, which was said.
    pub(super) fn billing(
        &self,
        site: &Site<'_, '_, 'p>,
        procedure: &Procedure,
        region: Option<&str>,
        written: Option<&Expr>,
        trace: &mut Trace,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Billing>, ()> {
        if procedure.billing_methods.is_empty() {
            return Ok(None);
        }
        let mut billing = Setting::Absent;
        if let Some(expr) = written {
            let value = self.known(expr, site.scope, trace, "the billing", diagnostics).ok_or(())?;
            if !value.is_null() {
                billing = Setting::Set(value, expr.span);
            }
        }
        let own = written.filter(|_| billing != Setting::Absent);
        if own.is_none() {
            let of_region = self.defaults_of(site).of(region).map(|shared| shared.billing.clone()).unwrap_or_default();
            billing = of_region.or(&self.defaults_of(site).every.billing);
        }
        let (value, span) = match billing {
            Setting::Tainted => return Err(()),
            Setting::Absent => {
                diagnostics.extend(methods::check(procedure, None, site.header));
                return Err(());
            }
            Setting::Set(value, span) => (value, span),
        };
        if value.has_sensitive() {
            diagnostics.push(sensitive("the billing", span));
            return Err(());
        }
        let place = |path: &Path, part| own.map_or(span, |written| spot_in_attribute(written, path, part));
        let mut found = shape::check_at(procedure, "billing", &value, &place);
        if !found.has_errors() {
            let value = match procedure.attributes.get("billing") {
                Some(attribute) => shape::normalise(attribute, value),
                None => value,
            };
            let billing = Billing::from_value(&value);
            // What the defaults say is judged where it is used: another kind may well sell it.
            let at = if own.is_some() { span } else { site.header };
            found = methods::check(procedure, billing.as_ref(), at);
            if own.is_none() {
                for diagnostic in &mut found.list {
                    *diagnostic = diagnostic.clone().related(span, "the billing comes from here");
                }
            }
            if !found.has_errors() {
                diagnostics.extend(found);
                return Ok(billing);
            }
        }
        diagnostics.extend(found);
        Err(())
    }

    /// The tags of a kind that can carry them: the defaults, and over them what the block says. What is known only later
    /// is merged later.
    ///
    /// # Errors
    /// They cannot be told, which was said.
    pub(super) fn tags(
        &self,
        site: &Site<'_, '_, 'p>,
        procedure: &Procedure,
        region: Option<&str>,
        explicit: Option<(Expr, &Expr)>,
        diagnostics: &mut Diagnostics,
    ) -> Result<Option<Expr>, ()> {
        if !procedure.attributes.contains_key("tags") {
            return Ok(None);
        }
        let mut defaults = Map::new();
        let mut place = Span::default();
        for setting in [Some(&self.defaults_of(site).every), self.defaults_of(site).of(region)].into_iter().flatten() {
            match &setting.tags {
                Setting::Absent => {}
                Setting::Tainted => return Err(()),
                Setting::Set(tags, span) => {
                    place = *span;
                    defaults.extend(tags.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
            }
        }
        let merged = match explicit {
            None if defaults.is_empty() => return Ok(None),
            None => {
                let found = shape::check(procedure, "tags", &Value::Map(defaults.clone()), place);
                let wrong = found.has_errors();
                diagnostics.extend(found);
                return if wrong { Err(()) } else { Ok(Some(Expr::literal_at(Value::Map(defaults), place))) };
            }
            Some((explicit, written)) => {
                let place = |path: &Path, part| spot_in_attribute(written, path, part);
                let found = shape::check_at(procedure, "tags", &shadow(&explicit), &place);
                let wrong = found.has_errors();
                diagnostics.extend(found);
                if wrong {
                    return Err(());
                }
                explicit
            }
        };
        Ok(Some(if defaults.is_empty() { merged } else { merge(defaults, merged) }))
    }
}

fn merge(mut defaults: Map, explicit: Expr) -> Expr {
    let span = explicit.span;
    match explicit.kind {
        ExprKind::Literal(Value::Map(tags)) => {
            defaults.extend(tags);
            Expr::literal_at(Value::Map(defaults), span)
        }
        ExprKind::Map(mut entries) if entries.iter().all(|(key, _)| key.as_value().is_some()) => {
            for (key, _) in &entries {
                if let Some(key) = key.as_value().and_then(Value::as_str) {
                    defaults.remove(key);
                }
            }
            let literal = |(key, value): (String, Value)| (Expr::literal(Value::from(key)), Expr::literal(value));
            entries.extend(defaults.into_iter().map(literal));
            Expr { kind: ExprKind::Map(entries), span }
        }
        kind => {
            let parts = vec![Expr::literal(Value::Map(defaults)), Expr { kind, span }];
            Expr { kind: ExprKind::Call(Arc::from("merge"), parts, false), span }
        }
    }
}
