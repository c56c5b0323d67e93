//! Hand-built worlds.

use firma_catalog::{Catalog, Procedure};
use firma_model::{
    address::{Address, Node, NodeSet},
    deferral::{Inquiry, Outlook, Subject},
    desired::{Desired, DesiredResource, Lifecycle, OnRemove, Repetition},
    diagnostic::Diagnostics,
    document::{Document, from_plain_json},
    expr::Expr,
    observed::{Observed, Sighting},
    place::Billing,
    record::{Record, Recorded, Status},
    small_map::SmallMap,
    span::Span,
    value::{Map, Value},
};
use firma_plan::{
    Options, Worlds,
    step::{Action, Leg, Plan},
};
use serde_json::Value as Json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Worlds under construction.
#[derive(Default)]
pub(crate) struct Stage {
    pub(crate) desired: Desired,
    pub(crate) recorded: Recorded,
    pub(crate) observed: Observed,
    pub(crate) options: Options,
}

pub(crate) fn address(text: &str) -> Address {
    text.parse().expect(text)
}

fn map(json: Json) -> Map {
    match json {
        Json::Object(members) => members.into_iter().map(|(name, value)| (name, from_plain_json(&value))).collect(),
        other => panic!("not an object: {other}"),
    }
}

impl Stage {
    /// Wants a resource. Texts that begin with `@` refer to an attribute: `@vpc.vpc.main.id`.
    pub(crate) fn want(&mut self, name: &str, attributes: Json) -> &mut DesiredResource {
        let address = address(name);
        let mut dependencies = NodeSet::new();
        let mut exprs = SmallMap::new();
        let mut billing = None;
        for (name, value) in map(attributes) {
            if name == "billing" {
                billing = Billing::from_value(&value);
            }
            let expr = match value.as_str().and_then(|text| text.strip_prefix('@')) {
                Some(reference) => {
                    let (on, attribute) = reference.rsplit_once('.').expect("address.attribute");
                    let node: Node = on.parse().expect(on);
                    dependencies.insert(node.clone());
                    Expr::node_attribute(node, attribute)
                }
                None => Expr::literal(value),
            };
            exprs.insert(name, expr);
        }
        let repetition = if address.key.is_some() { Repetition::ForEach } else { Repetition::Single };
        self.desired.blocks.insert(address.block.clone(), repetition);
        self.desired.kinds.insert(address.kind().clone());
        let cloudless = address.kind().service() == "firma";
        let resource = DesiredResource {
            address: address.clone(),
            region: (!cloudless).then(|| "cn-north-1".to_owned()),
            zone: exprs.get("zone").and_then(Expr::as_value).and_then(Value::as_str).map(str::to_owned),
            billing,
            attributes: exprs,
            dependencies,
            lifecycle: Lifecycle::NOTHING.into(),
            span: Span::default(),
        };
        self.desired.resources.insert(address.clone(), Box::new(resource));
        self.desired.resources.get_mut(&address).expect("just inserted")
    }

    /// Records an object as applied with these inputs, depending on these.
    pub(crate) fn have(&mut self, name: &str, id: &str, inputs: Json, dependencies: &[&str]) -> &mut Record {
        let address = address(name);
        let procedure = procedure(address.kind().as_str());
        let inputs = firma_plan::decide::prepared(&procedure, map(inputs).into_iter().collect());
        let billing = inputs.get("billing").and_then(Billing::from_value);
        let cloudless = address.kind().service() == "firma";
        let record = Record {
            address: address.clone(),
            deposed: String::new(),
            kind: address.kind().clone(),
            schema_version: procedure.schema_version,
            cloud_id: id.to_owned(),
            region: (!cloudless).then(|| "cn-north-1".to_owned()),
            zone: inputs.get("zone").and_then(Value::as_str).map(str::to_owned),
            billing,
            status: Status::Ready,
            observed: Document::encode(&Value::Map(inputs.clone())),
            inputs: Document::encode(&Value::Map(inputs)),
            fingerprint: String::new(),
            dependencies: dependencies.iter().map(|d| d.parse().expect("a node")).collect(),
            create_before_destroy: false,
            prevent_destroy: false,
            on_remove: OnRemove::Destroy,
            version: 1,
        };
        self.recorded.records.insert(address.clone(), record);
        self.recorded.records.get_mut(&address).expect("just inserted")
    }

    /// What the cloud says of an object.
    pub(crate) fn seen(&mut self, name: &str, attributes: Json) {
        let sighting = Sighting::Present { attributes: map(attributes), fingerprint: String::new(), status: None };
        self.observed.objects.insert(address(name), sighting);
    }

    pub(crate) fn gone(&mut self, name: &str) {
        self.observed.objects.insert(address(name), Sighting::Gone);
    }

    pub(crate) fn plan(&self) -> (Option<Plan>, Diagnostics) {
        self.look(|worlds| firma_plan::plan(worlds, &self.options))
    }

    /// What the planner says to inquiries.
    pub(crate) fn foresee(&self, inquiries: &[Inquiry]) -> (BTreeMap<Subject, Outlook>, Diagnostics) {
        self.look(|worlds| firma_plan::foresee(worlds, &self.options, inquiries))
    }

    /// The worlds, for whatever looks at them.
    pub(crate) fn look<T>(&self, at: impl FnOnce(Worlds<'_>) -> T) -> T {
        let mut procedures = BTreeMap::new();
        let wanted = self.desired.kinds.iter();
        for kind in wanted.chain(self.recorded.records.values().map(|record| &record.kind)) {
            if let Some(procedure) = Catalog::builtin().kind(kind) {
                procedures.insert(kind.as_str().to_owned(), procedure);
            }
        }
        let worlds = Worlds {
            desired: &self.desired,
            recorded: &self.recorded,
            observed: &self.observed,
            procedures: &procedures,
        };
        at(worlds)
    }

    /// The plan, which must be there.
    pub(crate) fn planned(&self) -> Plan {
        let (plan, diagnostics) = self.plan();
        plan.unwrap_or_else(|| panic!("no plan: {diagnostics:#?}"))
    }

    /// The codes of the findings.
    pub(crate) fn codes(&self) -> Vec<&'static str> {
        self.plan().1.list.iter().map(|d| d.code).collect()
    }
}

pub(crate) fn procedure(kind: &str) -> Arc<Procedure> {
    Catalog::builtin().kind(&firma_model::address::KindId::new(kind)).expect(kind)
}

/// Steps in an order that respects every edge, by `leg address`.
pub(crate) fn sequence(plan: &Plan) -> Vec<String> {
    let mut progress = firma_plan::progress::Progress::new(Arc::new(plan.clone()));
    let mut names = Vec::new();
    while let Some(step) = progress.start() {
        let this = &plan.steps[step as usize];
        names.push(format!("{} {}", this.leg.as_str(), this.address));
        progress.apply(&firma_model::event::EventBody::Removed {
            step,
            address: this.address.clone(),
            deposed: String::new(),
            cloud_id: String::new(),
            how: "deleted".into(),
        });
    }
    assert!(progress.is_over(), "some steps never became ready: {names:?}");
    names
}

/// Whether one step comes before another whatever the order of free ones: reachability over the edges.
pub(crate) fn must_precede(plan: &Plan, first: (&str, Leg), second: (&str, Leg)) -> bool {
    let find = |(name, leg): (&str, Leg)| {
        plan.steps
            .iter()
            .position(|step| step.address == address(name) && step.leg == leg)
            .unwrap_or_else(|| panic!("no step {} {name}", leg.as_str()))
    };
    let (from, to) = (find(first), find(second));
    let mut work = vec![to];
    let mut seen = BTreeSet::new();
    while let Some(vertex) = work.pop() {
        if vertex == from {
            return true;
        }
        if !seen.insert(vertex) {
            continue;
        }
        let after = match plan.steps.get(vertex) {
            Some(step) => &step.after,
            None => &plan.gates[vertex - plan.steps.len()].after,
        };
        work.extend(after.iter().map(|edge| edge.vertex as usize));
    }
    false
}

/// What happens to an address.
pub(crate) fn action(plan: &Plan, name: &str) -> Option<Action> {
    plan.steps.iter().find(|step| step.address == address(name)).map(|step| step.action)
}

/// Codes of the reasons of an address's last step.
pub(crate) fn reasons(plan: &Plan, name: &str) -> Vec<&'static str> {
    plan.steps
        .iter()
        .rfind(|step| step.address == address(name))
        .map(|step| step.reasons.iter().map(|reason| reason.code()).collect())
        .unwrap_or_default()
}
