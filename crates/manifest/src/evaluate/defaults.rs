//! Defaults: what a module says, over what the caller says, over what the caller itself goes by.

use super::{place::sensitive, scope::InstanceScope, world::World};
use crate::{codes, project::Defaults};
use firma_catalog::places;
use firma_expr::Trace;
use firma_model::{
    diagnostic::{Diagnostic, Diagnostics},
    expr::Expr,
    span::Span,
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

/// Something that may be set, and may have gone wrong.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Setting<T> {
    /// Not written.
    #[default]
    Absent,
    /// Written and wrong, which was said.
    Tainted,
    /// Written.
    Set(T, Span),
}

impl<T: Clone> Setting<T> {
    /// This, or the other where this is not written.
    pub(super) fn or(&self, other: &Setting<T>) -> Setting<T> {
        match self {
            Setting::Absent => other.clone(),
            found => found.clone(),
        }
    }
}

/// The defaults of a module instance, evaluated.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownDefaults {
    pub(super) region: Setting<String>,
    pub(super) every: Shared,
    regions: BTreeMap<String, Shared>,
}

/// What a whole module and a single region can both give a default for.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    pub(super) zone: Setting<String>,
    pub(super) billing: Setting<Value>,
    pub(super) tags: Setting<Map>,
}

impl KnownDefaults {
    /// The region of whatever says none.
    pub(super) fn region(&self) -> Option<String> {
        match &self.region {
            Setting::Set(region, _) => Some(region.clone()),
            Setting::Absent | Setting::Tainted => None,
        }
    }

    /// What is said for one region.
    pub(super) fn of(&self, region: Option<&str>) -> Option<&Shared> {
        self.regions.get(region?)
    }

    /// These, with what is said nearer put over them. What is said nearer for every region goes before what was said
    /// further away for one; tags add up.
    fn overridden(&self, nearer: KnownDefaults) -> KnownDefaults {
        let mut all = self.clone();
        all.region = nearer.region.or(&self.region);
        for (name, region) in &mut all.regions {
            if let Setting::Set(zone, _) = &nearer.every.zone
                && places::is_zone_of(name, zone)
            {
                region.zone = Setting::Absent;
            }
            if nearer.every.billing != Setting::Absent {
                region.billing = Setting::Absent;
            }
            if let (Setting::Set(nearer, _), Setting::Set(tags, _)) = (&nearer.every.tags, &mut region.tags) {
                tags.retain(|key, _| !nearer.contains_key(key));
            }
        }
        all.every = all.every.overridden(nearer.every);
        for (name, region) in nearer.regions {
            let merged = all.regions.remove(&name).unwrap_or_default().overridden(region);
            all.regions.insert(name, merged);
        }
        all
    }
}

impl Shared {
    fn overridden(&self, nearer: Shared) -> Shared {
        let tags = match (&self.tags, nearer.tags) {
            (Setting::Set(further, _), Setting::Set(nearer, span)) => {
                let mut all = further.clone();
                all.extend(nearer);
                Setting::Set(all, span)
            }
            (further, nearer) => nearer.or(further),
        };
        Shared { zone: nearer.zone.or(&self.zone), billing: nearer.billing.or(&self.billing), tags }
    }
}

fn is_empty(defaults: &Defaults) -> bool {
    let Defaults { region, zone, billing, tags, regions } = defaults;
    region.is_none() && zone.is_none() && billing.is_none() && tags.is_none() && regions.is_empty()
}

fn outside(zone: &str, region: &str, span: Span) -> Diagnostic {
    Diagnostic::error(codes::DEFAULT_ZONE, format!("`{zone}` is not a zone of {region}"))
        .at(span)
        .hint(format!("zones of {region} are {}", places::zones(region).join(", ")))
}

impl<'p> World<'p> {
    /// The defaults of a module instance.
    pub(super) fn known_defaults(&self, module: usize, diagnostics: &mut Diagnostics) -> Arc<KnownDefaults> {
        let here = &self.modules[module];
        let own = &here.project.defaults;
        let Some(caller) = &here.caller else {
            return Arc::new(self.written_defaults(own, &InstanceScope::plain(self, module), diagnostics));
        };
        let inherited = &self.modules[caller.module].defaults;
        let written = self.tree.call(here.place).and_then(|call| call.defaults.as_ref());
        let mut all = inherited.clone();
        if !is_empty(own) {
            let scope = InstanceScope::plain(self, module);
            all = Arc::new(all.overridden(self.written_defaults(own, &scope, diagnostics)));
        }
        if let Some(written) = written {
            let scope = InstanceScope::of_call(self, caller);
            all = Arc::new(all.overridden(self.written_defaults(written, &scope, diagnostics)));
        }
        all
    }

    /// Evaluates and checks defaults as they are written.
    fn written_defaults(
        &self,
        written: &Defaults,
        scope: &InstanceScope<'_, 'p>,
        diagnostics: &mut Diagnostics,
    ) -> KnownDefaults {
        let text = |expr: &Option<Expr>, what: &str, diagnostics: &mut Diagnostics| {
            self.setting(expr.as_ref(), scope, what, diagnostics, |value| value.as_str().map(str::to_owned), "text")
        };
        let shared =
            |zone: &Option<Expr>, billing: &Option<Expr>, tags: &Option<Expr>, diagnostics: &mut Diagnostics| {
                let any = |value: &Value| value.as_map().map(|_| value.clone());
                let map = |value: &Value| value.as_map().cloned();
                Shared {
                    zone: text(zone, "the default zone", diagnostics),
                    billing: self.setting(billing.as_ref(), scope, "the default billing", diagnostics, any, "a table"),
                    tags: self.setting(tags.as_ref(), scope, "the default tags", diagnostics, map, "a table"),
                }
            };
        let mut every = shared(&written.zone, &written.billing, &written.tags, diagnostics);
        let mut regions = BTreeMap::new();
        for (name, region) in &written.regions {
            let found = places::check_region(name, region.name_span);
            let is_region = found.is_empty();
            diagnostics.extend(found);
            let mut shared = shared(&region.zone, &region.billing, &region.tags, diagnostics);
            if is_region
                && let Setting::Set(zone, span) = &shared.zone
                && !places::is_zone_of(name, zone)
            {
                diagnostics.push(outside(zone, name, *span));
                shared.zone = Setting::Tainted;
            }
            regions.insert(name.clone(), shared);
        }
        let mut region = text(&written.region, "the default region", diagnostics);
        if let Setting::Set(id, span) = &region {
            let found = places::check_region(id, *span);
            if !found.is_empty() {
                diagnostics.extend(found);
                region = Setting::Tainted;
            }
        }
        if let Setting::Set(zone, span) = &every.zone
            && !places::regions().iter().any(|region| places::is_zone_of(&region.id, zone))
        {
            let all: Vec<&str> = places::regions().iter().flat_map(|region| places::zones(&region.id)).collect();
            diagnostics.push(
                Diagnostic::error(codes::DEFAULT_ZONE, format!("the default zone `{zone}` lies in no region"))
                    .at(*span)
                    .did_you_mean(firma_model::suggest::closest(zone, all.iter().copied()))
                    .hint(format!("zones are {}", all.join(", "))),
            );
            every.zone = Setting::Tainted;
        }
        KnownDefaults { region, every, regions }
    }

    fn setting<T>(
        &self,
        expr: Option<&Expr>,
        scope: &InstanceScope<'_, 'p>,
        what: &str,
        diagnostics: &mut Diagnostics,
        read: impl Fn(&Value) -> Option<T>,
        expected: &str,
    ) -> Setting<T> {
        let Some(expr) = expr else { return Setting::Absent };
        match self.known(expr, scope, &mut Trace::new(), what, diagnostics) {
            None => Setting::Tainted,
            Some(value) if value.is_null() => Setting::Absent,
            Some(Value::Sensitive(_)) => {
                diagnostics.push(sensitive(what, expr.span));
                Setting::Tainted
            }
            Some(value) => match read(&value) {
                Some(found) => Setting::Set(found, expr.span),
                None => {
                    let message = format!("{what} must be {expected}, not {}", value.type_name());
                    diagnostics.push(Diagnostic::error(codes::WRONG_SETTING, message).at(expr.span));
                    Setting::Tainted
                }
            },
        }
    }
}
