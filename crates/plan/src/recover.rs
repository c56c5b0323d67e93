//! A call whose answer was lost: where to look for what it may have done, and what the findings prove.
//!
//! Used while a plan is carried out and again when a journal with open intents is found. Nothing here decides for the
//! user: what nothing identifies is offered as a candidate, never taken.

use crate::{
    compare::{agrees, agrees_in, belonging, shows_others},
    fill::{self, ReadyCall},
    marker::MARKER_FIELD,
    nodes::{block_value, complete, recorded_attributes},
    observe::{Batch, Look, item_id, looks},
    once,
    parts::{head, part, shape_of},
    recording::{self, RecordParts},
    secret::HashKey,
    step::{Plan, Step},
    wait::is_at_rest,
};
use firma_catalog::procedure::{How, Procedure, Recovery, Stage};
use firma_expr::Nodes;
use firma_model::{
    address::{Address, Node},
    document::Document,
    event::Intent,
    observed::Sighting,
    record::{Record, Recorded, Status},
    time::Timestamp,
    value::{Map, Value},
};
use serde_json::{Map as JsonMap, Value as Json};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Only after this many milliseconds does an empty probe mean that nothing was made: a request may still be under way (the
/// client gives up on one after as long), and a list may lag behind.
pub const SETTLE_MILLIS: i64 = 60_000;

/// No send of a call, no repetition either, leaves later than this after it was begun, however long its turn or the cloud's
/// patience took. The cloud remembers a client token for ten minutes; a minute of that is left for the way there.
pub const SEND_MILLIS: i64 = 9 * 60_000;

/// Two clocks may differ by this much, each being off by what is tolerated: a time that another process wrote down counts
/// as that much later.
pub const SKEW_MILLIS: i64 = 120_000;

/// Where to look for what a lost create may have made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Under this id, which was free before.
    Id(String),
    /// Send it again: the token makes the cloud answer as it did the first time.
    Resend,
    /// Among all objects of the kind, for this marker.
    Marker(String),
    /// Among the objects of the kind that nobody knows, for those that look like it.
    Alike,
}

/// The probe of a create's intent.
pub fn probe(procedure: &Procedure, intent: &Intent, attributes: &Map, begun: Timestamp, now: Timestamp) -> Probe {
    match &procedure.recovery {
        Recovery::Named => fill::known_id(procedure, attributes).map_or(Probe::Alike, Probe::Id),
        Recovery::Tokened(_) if intent.token.is_some() && now.millis_since(begun) < SEND_MILLIS => Probe::Resend,
        Recovery::MarkedByTag(_) | Recovery::MarkedByDescription(..) => {
            intent.marker.clone().map_or(Probe::Alike, Probe::Marker)
        }
        Recovery::Tokened(_) | Recovery::Bare => Probe::Alike,
    }
}

/// Whether an empty probe now means that nothing was made by a call that another process began. `watched` are the
/// milliseconds for which this one has been looking, by a clock that nobody sets: long enough by itself. By the wall
/// clock the last send must be allowed for as well: the process may have died long after it wrote the call down, right
/// after sending it. `settle` is at least [`SETTLE_MILLIS`] unless the caller knows that nothing can be under way.
pub fn is_settled(begun: Timestamp, now: Timestamp, watched: i64, settle: i64) -> bool {
    watched >= settle || now.millis_since(begun) >= SEND_MILLIS + settle + SKEW_MILLIS
}

/// The objects in a list's items, by id. `within` names the parents whose list it is.
pub fn sightings(
    procedure: &Arc<Procedure>,
    region: Option<&str>,
    within: &str,
    items: &[Json],
) -> BTreeMap<String, Sighting> {
    let ids: Vec<String> = items.iter().filter_map(|item| item_id(procedure, within, item)).collect();
    let batch = Batch { procedure: procedure.clone(), region: region.map(str::to_owned), ids };
    looks(&batch, &items.iter().collect::<Vec<_>>())
        .into_iter()
        .filter_map(|(id, look)| match look {
            Look::Seen(sighting) => Some((id, *sighting)),
            Look::Missing => None,
        })
        .collect()
}

/// The object that carries a marker.
pub fn marked<'s>(seen: &'s BTreeMap<String, Sighting>, marker: &str) -> Option<(&'s str, &'s Sighting)> {
    seen.iter().find_map(|(id, sighting)| match sighting {
        Sighting::Present { attributes, .. } => {
            let found = attributes.get(MARKER_FIELD).and_then(Value::as_str) == Some(marker);
            found.then_some((id.as_str(), sighting))
        }
        _ => None,
    })
}

/// Objects that were not there before, that nobody has recorded, and that look like what was asked for.
pub fn candidates(
    procedure: &Procedure,
    seen: &BTreeMap<String, Sighting>,
    before: Option<&[String]>,
    recorded: &BTreeSet<String>,
    wanted: &Map,
) -> Vec<String> {
    seen.iter()
        .filter(|(id, _)| !recorded.contains(*id) && before.is_none_or(|before| !before.contains(id)))
        .filter(|(_, sighting)| match sighting {
            Sighting::Present { attributes, .. } => alike(procedure, wanted, attributes),
            _ => false,
        })
        .map(|(id, _)| id.clone())
        .collect()
}

/// Whether an object shows what a create would have given it.
fn alike(procedure: &Procedure, wanted: &Map, seen: &Map) -> bool {
    wanted.iter().all(|(name, value)| {
        let Some(attribute) = procedure.attributes.get(name) else { return true };
        if attribute.write.is_none() || attribute.read.is_none() {
            return true;
        }
        let Some(seen) = seen.get(name) else { return true };
        match (shows_others(attribute), value.as_list(), seen.as_list()) {
            (true, Some(wanted), Some(shown)) => agrees(value, &Value::List(belonging(attribute, wanted, shown))),
            _ => agrees(value, seen),
        }
    })
}

/// Whether an object is still the one that was recorded, as far as both say anything: an id can be given out again.
pub fn same_identity(recorded: &str, seen: &str) -> bool {
    recorded.split('|').zip(seen.split('|')).all(|(old, new)| old.is_empty() || new.is_empty() || old == new)
}

/// The record of an object right after its create call: what that call applied, what was seen so far, and what was shown
/// once. Without what should have been shown it is of no use, and to be replaced.
pub fn created_record(
    step: &Step,
    procedure: &Procedure,
    id: &str,
    attributes: &Map,
    (seen, once): (Option<&Sighting>, &Map),
    key: &HashKey,
) -> Record {
    let applied: Map = attributes
        .iter()
        .filter(|(name, _)| procedure.attributes.get(*name).is_some_and(|attribute| attribute.write.is_some()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let nothing = Map::new();
    let (observed, fingerprint) = match seen {
        Some(Sighting::Present { attributes, fingerprint, .. }) => (attributes, fingerprint.as_str()),
        _ => (&nothing, ""),
    };
    let status = match once::lost(procedure, attributes, once) {
        Some(_) => Status::Tainted,
        None => Status::Creating,
    };
    let parts = RecordParts { cloud_id: id, status, applied: &applied, observed, once, fingerprint };
    recording::record(step, procedure, &parts, key)
}

/// Whether a change whose answer was lost is still to be made.
#[derive(Clone, Debug, PartialEq)]
pub enum Still {
    /// It was made, or is being made.
    Done,
    /// It was not; the call as it must be made now, where that can differ from the first.
    Needed(Option<Box<ReadyCall>>),
}

/// Judges by what the object looks like now. Changes that no read shows count as not made: they set, they do not add.
/// Members come and go one by one with one operation: which of them a call is about says what was `sent`.
pub fn still_needed(
    step: &Step,
    procedure: &Procedure,
    record: &Record,
    sighting: &Sighting,
    attributes: &Map,
    (operation, sent): (&str, Option<&JsonMap<String, Json>>),
    key: &HashKey,
) -> Still {
    let Sighting::Present { attributes: observed, status, .. } = sighting else { return Still::Needed(None) };
    if is_stage(procedure, operation) {
        // Its task is running: whoever waits for it will see how it ends.
        let waits = stages(procedure, operation).any(|stage| stage.wait);
        let running = waits && !is_at_rest(procedure, status.as_deref());
        return match running || is_satisfied(procedure, sighting, attributes, operation) {
            true => Still::Done,
            false => Still::Needed(None),
        };
    }
    let mut now = record.clone();
    now.observed = Document::encode(&Value::Map(observed.clone()));
    let calls = fill::update_calls(step, procedure, &now, attributes, key);
    let sent = sent.filter(|_| is_about_a_member(procedure, operation));
    let same = |call: &ReadyCall| call.operation == operation && sent.is_none_or(|sent| call.parameters == *sent);
    match calls.into_iter().find(same) {
        Some(call) => Still::Needed(Some(Box::new(call))),
        None => Still::Done,
    }
}

fn is_about_a_member(procedure: &Procedure, operation: &str) -> bool {
    procedure.updates.iter().any(|update| match &update.how {
        How::Members { add, remove } => [add, remove].iter().any(|call| call.operation == operation),
        _ => false,
    })
}

/// Whether an object already shows all that a call of an update is for: a stop finds it stopped, a change finds its values.
/// Such calls are left out when an interrupted change is made again: some are refused the second time.
pub fn is_satisfied(procedure: &Procedure, sighting: &Sighting, attributes: &Map, operation: &str) -> bool {
    // Two changes may be made by one operation, of which the object must show both.
    is_stage(procedure, operation)
        && stages(procedure, operation).all(|stage| shows_all(procedure, stage, sighting, attributes))
}

/// Whether an object shows all that a stage is for.
fn shows_all(procedure: &Procedure, stage: &Stage, sighting: &Sighting, attributes: &Map) -> bool {
    let Sighting::Present { attributes: observed, status, .. } = sighting else { return false };
    if let Some((name, values)) = &stage.when {
        let seen = observed.get(name).map(firma_model::document::to_plain_json);
        return seen.is_some_and(|seen| values.contains(&seen));
    }
    let mut names = stage.call.parameters.iter().filter_map(|parameter| parameter.source.attribute());
    // A call that sets no attribute (a stop, a start) is for its status alone.
    let Some(first) = names.next() else {
        return status.as_ref().is_some_and(|status| stage.until.contains(status));
    };
    std::iter::once(first).chain(names).all(|name| match (shape_of(procedure, name), part(attributes, name)) {
        (Some(shape), Some(wanted)) => {
            let seen = part(observed, name).filter(|seen| procedure.shows(head(name)) && !seen.is_null());
            seen.is_some_and(|seen| agrees_in(shape, wanted, seen))
        }
        (_, None) => true,
        (None, _) => false,
    })
}

/// Whether a call is one of those that set attributes or change the status, and not one about elements or tags.
pub fn is_stage(procedure: &Procedure, operation: &str) -> bool {
    stages(procedure, operation).next().is_some()
}

fn stages<'p>(procedure: &'p Procedure, operation: &str) -> impl Iterator<Item = &'p Stage> {
    let calls = procedure.updates.iter().filter_map(|update| match &update.how {
        How::Calls(stages) => Some(stages),
        _ => None,
    });
    calls.flatten().filter(move |stage| stage.call.operation == operation)
}

/// Nodes as the state has them: what a step of an interrupted run referred to was done before it, or did not change.
#[derive(Clone, Copy, Debug)]
pub struct RecordedNodes<'a> {
    /// The plan of that run.
    pub plan: &'a Plan,
    /// The state now.
    pub recorded: &'a Recorded,
}

impl RecordedNodes<'_> {
    fn value(&self, address: &Address) -> Value {
        if let Some(record) = self.recorded.records.get(address) {
            let mut attributes = recorded_attributes(record);
            if let Some(procedure) = self.plan.procedure(address.kind()) {
                complete(procedure, &mut attributes);
            }
            return Value::Map(attributes);
        }
        self.plan.kept.get(address).map_or_else(Value::unknown, |map| Value::Map(map.clone()))
    }
}

impl Nodes for RecordedNodes<'_> {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        Cow::Owned(match node {
            Node::Instance(address) => self.value(address),
            Node::Block(block) => match self.plan.blocks.get(block) {
                Some(shape) => {
                    let instances =
                        shape.instances.iter().map(|address| (address.clone(), self.value(address))).collect();
                    block_value(shape.repetition, instances)
                }
                None => Value::unknown(),
            },
        })
    }
}
