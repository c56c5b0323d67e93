//! Every kind of the catalogue: made, changed, replaced and deleted with deaths at each effect, and with faults at each call.

use crate::{
    bare,
    case::{Case, SUBJECT, case, limited},
    explore::{Nesting, explore},
    faults::{Phase, disturb, repeat},
    session::{Goal, Scene},
    tally::Tally,
};
use firma_catalog::Catalog;
use firma_emulator::Settings;
use firma_lab::{Frozen, Lab, stack::REGION};
use firma_model::{
    address::{Address, KindId},
    desired::Desired,
    document::from_plain_json,
    value::Value,
};
use firma_plan::{
    procedure::{Computed, How, OnChange, Procedure, Recovery},
    step::{Action, Mode, Plan},
};
use firma_tests::cases::Beside;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The kinds that have a cloud: a kind without a create call is a value in the state, and swept with the kinds of steps.
pub(crate) fn all() -> Vec<Arc<Procedure>> {
    let catalog = Catalog::builtin();
    let mut names: Vec<&str> = catalog.kind_names().collect();
    names.sort_unstable();
    let procedures = names.into_iter().filter_map(|name| catalog.kind(&KindId::new(name)));
    procedures.filter(|procedure| procedure.create.is_some()).collect()
}

/// Answers of the look-ups that cases may refer to.
pub(crate) async fn look_up(beside: &Beside) -> BTreeMap<String, String> {
    let lab = Lab::new();
    let mut found = BTreeMap::new();
    for (name, lookup) in &beside.lookups {
        let kind = lookup["kind"].as_str().expect("kind");
        let procedure = Catalog::builtin().lookup(&KindId::new(kind)).expect("a look-up kind");
        let Value::Map(parameters) = from_plain_json(&lookup["parameters"]) else { panic!("parameters") };
        let items = firma_engine::look_up(&lab.cloud, &procedure, Some(REGION), &parameters).await.unwrap();
        let at = lookup["at"].as_u64().unwrap_or(0) as usize;
        let item = items.as_list().unwrap()[at].as_map().unwrap();
        let id = item[lookup["attribute"].as_str().unwrap_or("id")].as_str().unwrap();
        found.insert(name.clone(), id.to_owned());
    }
    found
}

/// A laboratory with room for a subject, its successor and what stands beside them, of kinds of which a region has few.
pub(crate) fn spacious() -> Lab {
    Lab::with(Settings { quotas: [("kubernetes".to_owned(), 10)].into(), ..Settings::default() })
}

/// Sweeps one kind.
pub(crate) async fn sweep(procedure: &Arc<Procedure>, beside: &Beside, found: &BTreeMap<String, String>) -> Tally {
    let mut tally = Tally::new(&procedure.kind);
    let case = match case(procedure, beside, found) {
        Ok(case) => case,
        Err(lacks) => {
            lacks.into_iter().for_each(|lack| tally.find(lack));
            return tally;
        }
    };
    let scene = Scene(format!("{}, before it", case.kind));
    let lab = spacious();
    lab.converge(&case.without).await;
    let empty = lab.freeze();
    lab.converge(&case.create).await;
    let made = lab.freeze();
    drop(scene);
    let mut phases = phases(procedure, &case, &empty, &made);
    covers(procedure, &case, &phases, &mut tally).await;
    phases.extend(created_first(procedure, &case, &made).await);
    let limited = limited(lab.procedures.values().map(|procedure| &**procedure));
    let mut operations = BTreeSet::new();
    for phase in &phases {
        let what = format!("{} {}", case.kind, phase.name);
        let story = explore(&what, &phase.start, &phase.goal, Nesting::Whole, &limited, &mut tally).await;
        let Some(story) = story else { continue };
        operations.extend(story.made.iter().cloned());
        disturb(&what, phase, &story, &limited, &mut tally).await;
        repeat(&what, phase, &mut tally).await;
    }
    for operation in operations_of(procedure) {
        if !operations.contains(&operation) && !case.exempt.contains(&operation) {
            tally.find(format!("{operation} was never called: give {} a world that needs it", case.kind));
        }
    }
    bare::sweep(procedure, &case, &mut tally).await;
    tally
}

/// What a kind is swept towards. A create that nothing identifies and whose answer is lost is somebody's to adopt.
fn goal(procedure: &Procedure, desired: &Desired) -> Goal {
    let once = procedure.computed.values().any(Computed::is_shown_once);
    Goal { adopts: procedure.recovery == Recovery::Bare, once, ..Goal::apply(desired.clone()) }
}

fn phases(procedure: &Procedure, case: &Case, empty: &Frozen, made: &Frozen) -> Vec<Phase> {
    let phase = |name: String, action, start: &Frozen, desired: &Desired| Phase {
        name,
        action,
        start: start.clone(),
        goal: goal(procedure, desired),
    };
    let mut phases = vec![phase("create".into(), Action::Create, empty, &case.create)];
    for (number, world) in case.changes.iter().enumerate() {
        phases.push(phase(format!("change {number}"), Action::Update, made, world));
    }
    for (number, world) in case.replacements.iter().enumerate() {
        phases.push(phase(format!("replace {number}"), Action::Replace, made, world));
    }
    phases.push(phase("delete".into(), Action::Delete, made, &case.without));
    phases
}

/// The replacements again, the new object before the old one is gone: all that two objects of the kind can stand beside.
async fn created_first(procedure: &Procedure, case: &Case, made: &Frozen) -> Vec<Phase> {
    let subject: Address = format!("{}.{SUBJECT}", case.kind).parse().unwrap();
    let mut phases = Vec::new();
    for (number, world) in case.replacements.iter().enumerate() {
        let mut desired = world.clone();
        desired.resources.get_mut(&subject).unwrap().lifecycle.create_before_destroy = true;
        let name = format!("replace {number}, created first");
        let _scene = Scene(format!("{} {name}, planning", case.kind));
        match made.thaw().try_plan(&desired, Mode::Apply).await {
            Ok(plan) => {
                assert!(plan.steps.iter().any(|step| step.address == subject && !step.deposes.is_empty()), "{name}");
                let goal = goal(procedure, &desired);
                phases.push(Phase { name, action: Action::Replace, start: made.clone(), goal });
            }
            Err(codes) => {
                assert_eq!(codes, ["E0540"], "{name}");
                assert!(!procedure.unique.is_empty(), "{name}");
            }
        }
    }
    phases
}

/// Every attribute that can be changed is changed somewhere, every one that replaces does so somewhere.
async fn covers(procedure: &Procedure, case: &Case, phases: &[Phase], tally: &mut Tally) {
    let mut changed = BTreeSet::new();
    let mut replacing = BTreeSet::new();
    for phase in phases {
        let _scene = Scene(format!("{} {}, planning", case.kind, phase.name));
        let plan = phase.start.thaw().plan(&phase.goal.desired, Mode::Apply).await;
        let mut strange =
            plan.steps.iter().filter(|step| step.address.to_string() != format!("{}.{SUBJECT}", case.kind));
        let other = strange.next().map(|step| step.address.to_string());
        if let Some(other) = other {
            tally.find(format!("{} {} also concerns {other}", case.kind, phase.name));
        }
        if plan.steps.first().map(|step| step.action) != Some(phase.action) {
            let found: Vec<_> = plan.steps.iter().map(|step| (step.action, &step.reasons)).collect();
            tally.find(format!("{} {} is no {:?} but {found:?}", case.kind, phase.name, phase.action));
        }
        note(&plan, phase.action, &mut changed, &mut replacing);
    }
    for (name, attribute) in &procedure.attributes {
        if case.exempt.contains(name) {
            continue;
        }
        let in_place = matches!(attribute.on_change, OnChange::Update(_));
        if in_place && !changed.contains(name) {
            tally.find(format!("no [[change]] of {} changes `{name}`", case.kind));
        }
        if (attribute.on_change == OnChange::Replace || attribute.grows_only) && !replacing.contains(name) {
            tally.find(format!("no [[replace]] of {} is forced by `{name}`", case.kind));
        }
    }
}

fn note(plan: &Plan, action: Action, changed: &mut BTreeSet<String>, replacing: &mut BTreeSet<String>) {
    for change in plan.steps.iter().flat_map(|step| &step.changes) {
        let Some(head) = change.path.head() else { continue };
        match action {
            Action::Update => changed.insert(head.to_owned()),
            Action::Replace if change.forces_replacement => replacing.insert(head.to_owned()),
            _ => false,
        };
    }
}

/// Everything a kind's procedure can call.
fn operations_of(procedure: &Procedure) -> BTreeSet<String> {
    let mut calls: Vec<_> = procedure.create.iter().chain(&procedure.delete).collect();
    calls.extend(procedure.create_without.iter().map(|without| &without.call));
    let mut names = BTreeSet::new();
    for update in &procedure.updates {
        match &update.how {
            How::Calls(stages) => calls.extend(stages.iter().map(|stage| &stage.call)),
            How::Elements { add, remove, modify, .. } => calls.extend([add, remove, modify]),
            How::Members { add, remove } => calls.extend([add, remove]),
            How::Tags(_) => {
                names.extend(["resourcetag.tagResources", "resourcetag.unTagResources"].map(str::to_owned));
            }
        }
    }
    names.extend(calls.iter().map(|call| format!("{}.{}", call.service, call.operation)));
    names
}
