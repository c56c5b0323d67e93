//! The calls of a plan before any is made: in an order that may happen, with method, path and body.
//!
//! They are formed by `fill`, as an apply forms them, from what is known when the plan is made. What the cloud has yet to
//! hand out has its name in braces, `{vpc.vpc.main.id}`; what is drawn when it is sent, too: `{client token}`, `{mark}`.

use crate::{
    fill::{self, ReadyCall},
    legible::{Reader, name_unknowns},
    lookup,
    nodes::{block_value, planned_attributes, recorded_attributes, recorded_inputs},
    observe::Question,
    progress::Progress,
    secret::HashKey,
    step::{Leg, Plan, Step},
};
use firma_api::legible::legible;
use firma_catalog::procedure::{LookupProcedure, Procedure};
use firma_expr::{Limits, Nodes, resolve};
use firma_model::{
    address::{Address, Node},
    desired::OnRemove,
    document::Document,
    event::EventBody,
    record::{Record, Status},
    value::{Map, Value},
};
use std::{borrow::Cow, collections::HashMap, sync::Arc};

pub use firma_api::{Method, legible::Legible};

/// A call that an apply will or may make.
#[derive(Clone, Debug, PartialEq)]
pub struct ListedCall {
    /// Position of its step in the plan.
    pub step: u32,
    /// Address.
    pub address: Address,
    /// Deposed id, empty for the current object.
    pub deposed: String,
    /// What the step does.
    pub leg: Leg,
    /// Service.
    pub service: String,
    /// Operation.
    pub operation: String,
    /// Recovery class.
    pub class: String,
    /// Region.
    pub region: Option<String>,
    /// Method, path and body; `None` for a call that is made only if something turns out otherwise than it looks now.
    pub request: Option<Legible>,
}

/// Every call of a plan, in an order in which they may be made. Without the project's key, changed secrets cannot be told
/// from others, and count as changed.
pub fn listing(plan: &Arc<Plan>, key: Option<&HashKey>) -> Vec<ListedCall> {
    let values = Foreseen::of(plan);
    let mut calls = Vec::new();
    for at in sequence(plan) {
        let step = &plan.steps[at as usize];
        if let Some(procedure) = plan.lookups.get(step.kind().as_str()).filter(|_| step.leg == Leg::Read) {
            let asked = asked(step, procedure, &values);
            let class = step.calls.first().map_or("", |call| call.class.as_str());
            let text = legible(&asked.service, &asked.operation, asked.region.as_deref(), &asked.parameters);
            calls.push(listed(at, step, &asked.service, &asked.operation, class, Some(text)));
            continue;
        }
        let formed = match plan.procedure(step.kind()) {
            Some(procedure) => formed(step, procedure, &values, key.unwrap_or(&[0; 32])),
            None => Vec::new(),
        };
        for call in &formed {
            calls.push(listed(at, step, &call.service, &call.operation, &call.class, Some(request(call))));
        }
        for outline in &step.calls {
            let known = formed.iter().any(|c| c.service == outline.service && c.operation == outline.operation);
            if !known {
                calls.push(listed(at, step, &outline.service, &outline.operation, &outline.class, None));
            }
        }
    }
    calls
}

/// The steps in the order in which one worker would take them.
pub fn sequence(plan: &Arc<Plan>) -> Vec<u32> {
    let mut progress = Progress::new(plan.clone());
    let mut order = Vec::with_capacity(plan.steps.len());
    while let Some(at) = progress.start() {
        order.push(at);
        let step = &plan.steps[at as usize];
        let over = EventBody::Removed {
            step: at,
            address: step.address.clone(),
            deposed: String::new(),
            cloud_id: String::new(),
            how: String::new(),
        };
        progress.apply(&over);
    }
    order
}

fn listed(at: u32, step: &Step, service: &str, operation: &str, class: &str, request: Option<Legible>) -> ListedCall {
    ListedCall {
        step: at,
        address: step.address.clone(),
        deposed: step.deposed.clone(),
        leg: step.leg,
        service: service.to_owned(),
        operation: operation.to_owned(),
        class: class.to_owned(),
        region: step.region.clone(),
        request,
    }
}

fn request(call: &ReadyCall) -> Legible {
    legible(&call.service, &call.operation, call.region.as_deref(), &call.parameters)
}

fn formed(step: &Step, procedure: &Procedure, values: &Foreseen<'_>, key: &HashKey) -> Vec<ReadyCall> {
    match (step.leg, &step.record) {
        (Leg::Create, _) => {
            let attributes = attributes(step, procedure, values);
            let create =
                fill::create_call_for(Reader::Person, step, procedure, &attributes, "{client token}", "{mark}");
            let Some(create) = create else { return Vec::new() };
            let record = just_made(step, procedure, &attributes, &create.applies);
            let rest = fill::update_calls_for(Reader::Person, step, procedure, &record, &attributes, key);
            std::iter::once(create).chain(fill::agreed(step, rest)).collect()
        }
        (Leg::Update, Some(record)) => {
            let attributes = attributes(step, procedure, values);
            let mut record = record.clone();
            if let Some(seen) = &step.observed {
                record.observed = Document::encode(&Value::Map(seen.clone()));
            }
            let calls = fill::update_calls_for(Reader::Person, step, procedure, &record, &attributes, key);
            fill::agreed(step, calls)
        }
        (Leg::Delete, Some(record)) => {
            let before = fill::before_delete_calls_for(Reader::Person, step, procedure, record);
            before.into_iter().chain(fill::delete_call_for(Reader::Person, step, procedure, record)).collect()
        }
        _ => Vec::new(),
    }
}

/// The first page of what a look-up asks for.
fn asked(step: &Step, procedure: &LookupProcedure, values: &Foreseen<'_>) -> Question {
    let named = step.attributes.iter().map(|(name, expr)| {
        let value = resolve(expr, values, &Limits::default()).map_or_else(|_| Value::unknown(), Cow::into_owned);
        (name.clone(), Reader::Person.plain(&name_unknowns(value, expr)))
    });
    lookup::question(procedure, step.region.as_deref(), &named.collect(), 1)
}

/// The attributes of a step, with a name for whatever is unknown in them.
fn attributes(step: &Step, procedure: &Procedure, values: &Foreseen<'_>) -> Map {
    let named = step.attributes.iter().map(|(name, expr)| {
        let value = resolve(expr, values, &Limits::default()).map_or_else(|_| Value::unknown(), Cow::into_owned);
        (name.clone(), name_unknowns(value, expr))
    });
    crate::decide::prepared(procedure, named.collect())
}

/// The record of an object as it will stand when its create call was answered.
fn just_made(step: &Step, procedure: &Procedure, attributes: &Map, applied: &[String]) -> Record {
    let inputs: Map =
        attributes.iter().filter(|(name, _)| applied.contains(name)).map(|(k, v)| (k.clone(), v.clone())).collect();
    let shown = attributes.iter().map(|(name, value)| (name.clone(), Reader::Person.plain(value))).collect();
    let id = fill::known_id(procedure, &shown).unwrap_or_else(|| format!("{{{}.id}}", step.address));
    Record {
        address: step.address.clone(),
        deposed: String::new(),
        kind: step.address.kind().clone(),
        schema_version: 0,
        cloud_id: id,
        region: step.region.clone(),
        zone: step.zone.clone(),
        billing: step.billing.clone(),
        status: Status::Creating,
        inputs: Document::encode(&Value::Map(inputs)),
        observed: Document::encode(&Value::Map(Map::new())),
        fingerprint: String::new(),
        dependencies: step.dependencies.clone(),
        create_before_destroy: false,
        prevent_destroy: false,
        on_remove: OnRemove::Destroy,
        version: 0,
    }
}

/// What nodes will be, as far as that is known before anything was done.
struct Foreseen<'p> {
    plan: &'p Plan,
    made: HashMap<&'p Address, Value>,
}

impl<'p> Foreseen<'p> {
    fn of(plan: &'p Plan) -> Foreseen<'p> {
        let mut foreseen = Foreseen { plan, made: HashMap::new() };
        for step in &plan.steps {
            let Some(procedure) = plan.procedure(step.kind()) else { continue };
            let known = || {
                let known =
                    step.attributes.iter().filter_map(|(name, expr)| Some((name.clone(), expr.as_value()?.clone())));
                known.collect::<Map>()
            };
            let value = match (step.leg, &step.record) {
                (Leg::Create, _) => planned_attributes(procedure, &known()),
                (Leg::Update, Some(record)) => {
                    let mut attributes = recorded_attributes(record);
                    for name in step.attributes.keys() {
                        attributes.insert(name.clone(), Value::unknown());
                    }
                    attributes.extend(known());
                    attributes
                }
                (Leg::Record, Some(record)) => {
                    let mut attributes = recorded_attributes(record);
                    attributes.extend(recorded_inputs(record));
                    attributes
                }
                _ => continue,
            };
            foreseen.made.insert(&step.address, Value::Map(value));
        }
        foreseen
    }

    fn one(&self, address: &Address) -> Value {
        match (self.made.get(address), self.plan.kept.get(address)) {
            (Some(value), _) => value.clone(),
            (None, Some(kept)) => Value::Map(kept.clone()),
            (None, None) => Value::unknown(),
        }
    }
}

impl Nodes for Foreseen<'_> {
    fn node(&self, node: &Node) -> Cow<'_, Value> {
        match node {
            Node::Instance(address) => match self.made.get(address) {
                Some(value) => Cow::Borrowed(value),
                None => Cow::Owned(self.one(address)),
            },
            Node::Block(block) => Cow::Owned(match self.plan.blocks.get(block) {
                Some(shape) => {
                    let instances = shape.instances.iter().map(|address| (address.clone(), self.one(address)));
                    block_value(shape.repetition, instances.collect())
                }
                None => Value::unknown(),
            }),
        }
    }

    fn attribute(&self, node: &Node, name: &str) -> Option<Cow<'_, Value>> {
        let Node::Instance(address) = node else { return None };
        match (self.made.get(address), self.plan.kept.get(address)) {
            (Some(Value::Map(map)), _) => map.get(name).map(Cow::Borrowed),
            (_, Some(kept)) => kept.get(name).map(Cow::Borrowed),
            _ => None,
        }
    }
}
