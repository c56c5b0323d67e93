//! What the cloud takes as a value: a resource's attributes held against the rules of its kind, as far as they are known.

use super::nested::{OPEN, shadow};
use crate::{project::Written, spot::spot_in_attribute};
use firma_catalog::{Procedure, rules, shape::Part};
use firma_model::{
    desired::IgnoreChanges, diagnostic::Diagnostics, expr::Expr, path::Path, small_map::SmallMap, span::Span,
    value::Value,
};
use std::borrow::Cow;

/// Checks what a resource is given. What is left for later is looked at when a plan knows it.
pub(super) fn check(
    procedure: &Procedure,
    attributes: &SmallMap<String, Expr>,
    region: Option<&str>,
    ignored: &IgnoreChanges,
    written: &[&Written],
    block: Span,
) -> Diagnostics {
    if procedure.rules.list.is_empty() {
        return Diagnostics::new();
    }
    let shadows: Vec<(&str, Cow<'_, Value>)> =
        attributes.iter().map(|(name, expr)| (name.as_str(), shadow(expr))).collect();
    let region = region.map(Value::string);
    let given = |name: &str| match name {
        "region" => region.as_ref(),
        // What is written of an attribute that is left as it is does not count: an import writes something that stands
        // there.
        name if ignored.names(name) => Some(&*OPEN),
        name => shadows.iter().find(|(known, _)| *known == name).map(|(_, value)| &**value),
    };
    let place = |path: &Path| {
        let found = written.iter().find(|written| Some(&*written.name) == path.head());
        found.map_or(block, |written| spot_in_attribute(&written.value, path, Part::Value))
    };
    rules::check(procedure, &given, &place)
}
