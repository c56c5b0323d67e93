//! What happens to each address: one decision, with its reasons.

use crate::{
    diff::{Difference, Sides, difference},
    failed::{self, Standing},
    nodes::{marked_like, recorded_attributes},
    observe::EXPIRES,
    reads::lasting,
    recover::same_identity,
    secret::{is_hashed, marked},
    step::{Action, AttributeChange, Drift, Reason},
    worlds::Options,
};
use firma_catalog::{procedure::Procedure, shape};
use firma_model::{
    desired::{DesiredResource, OnRemove},
    diagnostic::{Diagnostic, Diagnostics, Severity},
    document::Document,
    expr::Expr,
    observed::Sighting,
    path::Path,
    record::{Record, Status},
    small_map::SmallMap,
    time::Timestamp,
    value::{Map, Value},
};

/// What was decided for one address.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What happens; `None` is nothing.
    pub action: Option<Action>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What differs.
    pub changes: Vec<AttributeChange>,
    /// Updates of the procedure that are needed.
    pub updates: Vec<usize>,
    /// Attributes as they will be, resolved as far as possible (write-only ones marked).
    pub wanted: Map,
    /// What was seen in the cloud, to be written down.
    pub observed: Option<Map>,
    /// What differs between state and cloud.
    pub drift: Option<Drift>,
}

impl Decision {
    pub(crate) fn nothing() -> Decision {
        Decision {
            action: None,
            reasons: Vec::new(),
            changes: Vec::new(),
            updates: Vec::new(),
            wanted: Map::new(),
            observed: None,
            drift: None,
        }
    }
}

/// The desired attributes in the form the planner compares: normalised, write-only parts marked, nulls gone.
pub fn prepared(procedure: &Procedure, mut resolved: Map) -> Map {
    resolved.retain(|_, value| !value.is_null());
    for (name, value) in &mut resolved {
        let Some(attribute) = procedure.attributes.get(name) else { continue };
        let given = std::mem::replace(value, Value::Null);
        // A hash is of the normal form already.
        let normal = if is_hashed(given.reveal()) { given } else { shape::normalise(attribute, given) };
        *value = marked(attribute, normal);
    }
    resolved
}

/// Decides for an address that is wanted. `resolved` are its attributes with every residual closed as far as it goes;
/// `triggered` is why it is replaced whatever they are.
#[expect(clippy::too_many_arguments, reason = "each is another side of what there is to know of one address")]
pub fn wanted(
    procedure: &Procedure,
    desired: &DesiredResource,
    resolved: Map,
    record: Option<&Record>,
    sighting: Option<&Sighting>,
    triggered: Vec<Reason>,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Decision {
    let attributes = prepared(procedure, resolved);
    let Some(record) = record else {
        return create(attributes, vec![Reason::New], None);
    };
    let seen = match sighting {
        Some(Sighting::Gone) => {
            let drift = Drift { address: record.address.clone(), gone: true, changes: Vec::new(), aside: Vec::new() };
            return create(attributes, vec![Reason::AbsentInCloud], Some(drift));
        }
        Some(Sighting::Blocked(fault)) => {
            diagnostics.push(
                Diagnostic::error("E0520", format!("cannot tell what became of {}: {fault}", record.address))
                    .at(desired.span)
                    .hint("nothing is planned for an object that could not be looked at: mend the access (`firma doctor` checks it) and plan again, or trust the state with --refresh=false"),
            );
            return Decision::nothing();
        }
        Some(Sighting::Present { attributes, status, .. }) => Some((attributes, status)),
        None => None,
    };
    // The common case is that nothing changed at all: equal bytes need no look inside.
    let metadata = bookkeeping(desired, record, procedure);
    let requested = options.selection.replaces(&desired.address);
    let at_rest = metadata.is_empty() && record.status == Status::Ready && triggered.is_empty() && !requested;
    if at_rest && seen.is_none() && !has_write_only(procedure) && record.inputs.is_of(&attributes) {
        return Decision::nothing();
    }
    let inputs = decoded(&record.inputs);
    let observed = match seen {
        // By what is wanted too: an interrupted change may have put a secret where none was recorded.
        Some((shown, _)) => &marked_like(&attributes, marked_like(&inputs, shown.clone())),
        None => &decoded(&record.observed),
    };
    let mut found = difference(Sides {
        procedure,
        desired: attributes,
        inputs: &inputs,
        observed,
        ignore: &desired.lifecycle.ignore_changes,
        key: &options.hash_key,
    });
    region_change(&mut found, desired, record);
    let status = seen.and_then(|(_, status)| status.as_deref());
    match failed::standing(procedure, record, status) {
        Standing::Sound => {}
        Standing::Useless(reason) => {
            found.replace = true;
            found.reasons.insert(0, reason);
        }
        // Whoever wants another one anyway says so, and gives up what is in it.
        Standing::Grave if found.replace || requested || !triggered.is_empty() => {}
        Standing::Grave => {
            diagnostics.push(failed::grave(record, status.unwrap_or_default()).at(desired.span));
            return Decision::nothing();
        }
    }
    if !triggered.is_empty() {
        found.replace = true;
        found.reasons.splice(0..0, triggered);
    }
    if requested {
        found.replace = true;
        found.reasons.insert(0, Reason::Requested);
    }
    let incomplete = matches!(record.status, Status::Creating | Status::Incomplete);
    let mut drifted = found.drift.clone();
    if incomplete {
        // What is as it was wanted already is the work of the change that was not finished, and nobody else's.
        let wanted = Value::Map(found.wanted.clone());
        drifted.retain(|change| change.after.is_none() || change.after.as_ref() != change.path.get(&wanted));
    }
    let drift = (!drifted.is_empty()).then(|| Drift {
        address: record.address.clone(),
        gone: false,
        changes: drifted,
        aside: Vec::new(),
    });
    let action = if found.replace {
        Some(Action::Replace)
    } else if !found.updates.is_empty() || incomplete {
        Some(Action::Update)
    } else if found.record || !metadata.is_empty() {
        Some(Action::Record)
    } else {
        None
    };
    if let Some(other) = somebody_elses(record, sighting) {
        // A change would be refused when it is carried out. What looks as it should needs none, and is only told.
        let severity = if action.is_some() { Severity::Error } else { Severity::Warning };
        diagnostics.push(Diagnostic { severity, ..other }.at(desired.span));
        return Decision::nothing();
    }
    let mut reasons = found.reasons;
    if incomplete {
        reasons.insert(0, Reason::Incomplete);
    }
    if action == Some(Action::Record) {
        reasons.extend(metadata);
    }
    Decision {
        observed: action.and(seen.map(|_| observed.clone())),
        action,
        reasons,
        changes: found.changes,
        updates: found.updates.into_iter().filter(|index| *index != usize::MAX).collect(),
        wanted: found.wanted,
        drift,
    }
}

/// The refusal to touch an object that has our id or name and was made by somebody else, after ours was deleted.
pub fn somebody_elses(record: &Record, sighting: Option<&Sighting>) -> Option<Diagnostic> {
    let Some(Sighting::Present { fingerprint, .. }) = sighting else { return None };
    if same_identity(&record.fingerprint, fingerprint) {
        return None;
    }
    let message = format!(
        "{} is no longer there: `{}` is another object now (recorded `{}`, the cloud shows `{fingerprint}`)",
        record.address, record.cloud_id, record.fingerprint
    );
    Some(
        Diagnostic::error("E0529", message)
            .hint("nothing is done to an object that this project did not make")
            .hint(format!("firma state rm '{}' forgets ours and leaves theirs alone; then plan again", record.address)),
    )
}

fn create(attributes: Map, reasons: Vec<Reason>, drift: Option<Drift>) -> Decision {
    // Not collected: a list that grows has room for more than most resources have.
    let mut changes = Vec::with_capacity(attributes.len());
    changes.extend(attributes.iter().map(|(name, value)| AttributeChange {
        path: Path::attribute(name),
        before: None,
        after: Some(value.clone()),
        forces_replacement: false,
    }));
    Decision { action: Some(Action::Create), reasons, changes, wanted: attributes, drift, ..Decision::nothing() }
}

fn has_write_only(procedure: &Procedure) -> bool {
    procedure.attributes.values().any(|attribute| attribute.write_only)
}

fn decoded(document: &Document) -> Map {
    match document.decode() {
        Ok(Value::Map(map)) => map,
        _ => Map::new(),
    }
}

/// Another region is another object.
fn region_change(found: &mut Difference, desired: &DesiredResource, record: &Record) {
    if desired.region != record.region {
        let path = Path::attribute("region");
        found.replace = true;
        found.reasons.push(Reason::Immutable { path: path.clone() });
        found.changes.push(AttributeChange {
            path,
            before: record.region.as_deref().map(Value::string),
            after: desired.region.as_deref().map(Value::string),
            forces_replacement: true,
        });
    }
}

fn bookkeeping(desired: &DesiredResource, record: &Record, procedure: &Procedure) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let mut note = |differs: bool, what: &str| {
        if differs {
            reasons.push(Reason::Bookkeeping { what: what.into() });
        }
    };
    note(*lasting(&desired.dependencies) != record.dependencies, "dependencies");
    note(desired.lifecycle.prevent_destroy != record.prevent_destroy, "prevent_destroy");
    note(desired.lifecycle.on_remove != record.on_remove, "on_remove");
    note(procedure.schema_version != record.schema_version, "schema_version");
    reasons
}

/// Decides for an address that is recorded and not wanted (any more).
pub fn unwanted(
    procedure: Option<&Procedure>,
    record: &Record,
    desired: Option<&DesiredResource>,
    sighting: Option<&Sighting>,
    reason: Reason,
    options: &Options,
    diagnostics: &mut Diagnostics,
) -> Decision {
    let place = |diagnostic: Diagnostic| match desired {
        Some(desired) => diagnostic.at(desired.span),
        None => diagnostic,
    };
    match sighting {
        Some(Sighting::Gone) => {
            let drift = Drift { address: record.address.clone(), gone: true, changes: Vec::new(), aside: Vec::new() };
            return Decision {
                action: Some(Action::Forget),
                reasons: vec![reason, Reason::AbsentInCloud],
                drift: Some(drift),
                ..Decision::nothing()
            };
        }
        Some(Sighting::Blocked(fault)) => {
            diagnostics.push(
                place(Diagnostic::error("E0520", format!("cannot tell what became of {}: {fault}", record.address)))
                    .hint("nothing is deleted that could not be looked at first: mend the access (`firma doctor` checks it) and plan again"),
            );
            return Decision::nothing();
        }
        _ => {}
    }
    let on_remove = desired.map_or(record.on_remove, |desired| desired.lifecycle.on_remove);
    // A replacement deletes what it replaces, at once or by a later plan.
    if on_remove == OnRemove::Retain && record.deposed.is_empty() {
        return Decision {
            action: Some(Action::Forget),
            reasons: vec![reason, Reason::Retained],
            ..Decision::nothing()
        };
    }
    if let Some(diagnostic) = somebody_elses(record, sighting) {
        diagnostics.push(place(diagnostic));
        return Decision::nothing();
    }
    if refuse_deletion(record, desired, "deleted", diagnostics) {
        return Decision::nothing();
    }
    if procedure.is_none() {
        diagnostics.push(
            place(Diagnostic::error(
                "E0521",
                format!("{} is of a kind this version does not know, so it cannot be deleted", record.address),
            ))
            .hint("use the version of firma that made it, or `firma state rm` to leave it in the cloud"),
        );
        return Decision::nothing();
    }
    if let Some(diagnostic) = unexpired(procedure, record, sighting, options.now) {
        diagnostics.push(place(diagnostic));
        return Decision::nothing();
    }
    let changes = recorded_attributes(record)
        .into_iter()
        .filter(|(name, _)| name == "id" || procedure.is_some_and(|procedure| procedure.attributes.contains_key(name)))
        .map(|(name, value)| AttributeChange {
            path: Path::attribute(&name),
            before: Some(value),
            after: None,
            forces_replacement: false,
        })
        .collect();
    Decision { action: Some(Action::Delete), reasons: vec![reason], changes, ..Decision::nothing() }
}

/// `prevent_destroy` stops a deletion; says so and returns true.
pub fn refuse_deletion(
    record: &Record,
    desired: Option<&DesiredResource>,
    verb: &str,
    diagnostics: &mut Diagnostics,
) -> bool {
    let prevented = desired.map_or(record.prevent_destroy, |desired| desired.lifecycle.prevent_destroy);
    if prevented {
        let mut diagnostic =
            Diagnostic::error("E0522", format!("{} would be {verb}, and prevent_destroy forbids it", record.address))
                .hint("set lifecycle.prevent_destroy = false and apply that first, or keep the block as it was");
        if let Some(desired) = desired {
            diagnostic = diagnostic.at(desired.span);
        }
        diagnostics.push(diagnostic);
    }
    prevented
}

/// A prepaid object that has not expired cannot be given back: says so before anything else is touched.
pub fn unexpired(
    procedure: Option<&Procedure>,
    record: &Record,
    sighting: Option<&Sighting>,
    now: Timestamp,
) -> Option<Diagnostic> {
    let prepaid = record.billing.as_ref().is_some_and(firma_model::place::Billing::is_prepaid);
    if !prepaid || procedure.is_some_and(|procedure| procedure.expires.is_none()) {
        return None;
    }
    let seen = match sighting {
        Some(Sighting::Present { attributes, .. }) => attributes.get(EXPIRES).cloned(),
        _ => decoded(&record.observed).remove(EXPIRES),
    };
    let expires = seen.as_ref().and_then(Value::as_str).and_then(Timestamp::parse)?;
    (expires > now).then(|| {
        Diagnostic::error(
            "E0523",
            format!("{} is paid for until {expires} and cannot be deleted before", record.address),
        )
        .hint(
            "set lifecycle.on_remove = \"retain\" to leave it in the cloud and forget it, or wait until it has expired",
        )
    })
}

/// The expressions a step carries: known values as they are, residuals where something is still unknown.
pub fn step_attributes(desired: &DesiredResource, wanted: &Map) -> SmallMap<String, Expr> {
    wanted
        .iter()
        .map(|(name, value)| {
            let expr = match desired.attributes.get(name) {
                Some(expr) if value.has_unknown() => expr.clone(),
                _ => Expr::literal(value.clone()),
            };
            (name.clone(), expr)
        })
        .collect()
}
