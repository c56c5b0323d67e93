//! Values that were not known when the manifests were read, held against the rules of their kind now that they are.

use firma_catalog::{procedure::Procedure, rules};
use firma_model::{
    desired::DesiredResource,
    diagnostic::Diagnostics,
    path::Path,
    value::{Map, Value},
};

/// Checks the attributes of a resource that were left for later; `resolved` is what is known of them now.
pub(crate) fn check(resource: &DesiredResource, procedure: &Procedure, resolved: &Map) -> Diagnostics {
    if procedure.rules.list.is_empty() {
        return Diagnostics::new();
    }
    let was_open = |name: &str| resource.attributes.get(name).is_some_and(|expr| expr.as_value().is_none());
    if !resource.attributes.iter().any(|(_, expr)| expr.as_value().is_none()) {
        return Diagnostics::new();
    }
    let region = resource.region.as_deref().map(Value::string);
    let stands_in = Value::unknown();
    let given = |name: &str| match name {
        "region" => region.as_ref(),
        name if resource.lifecycle.ignore_changes.names(name) => Some(&stands_in),
        name => resolved.get(name),
    };
    let place = |path: &Path| {
        let written = path.head().and_then(|head| resource.attributes.get(head)).map(|expr| expr.span);
        written.filter(|span| span.end > span.start).unwrap_or(resource.span)
    };
    let mut found = rules::check_where(procedure, &was_open, &given, &place);
    for diagnostic in &mut found.list {
        diagnostic.message = format!("{}: {}", resource.address, diagnostic.message);
    }
    found
}
