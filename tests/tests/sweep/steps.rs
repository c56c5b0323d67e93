//! Every kind of step there is, in stacks of several: what a plan orders, crashes must not disorder.

use crate::{
    case::limited,
    explore::{Nesting, explore},
    session::{Goal, Scene},
    tally::Tally,
};
use firma_engine::Commit;
use firma_lab::{Lab, stack};
use firma_model::{
    address::{Address, Key},
    desired::{Desired, OnRemove, Repetition},
    event::{Event, EventBody},
    expr::Expr,
    record::{Record, Status},
    span::Span,
    statement::{Import, Move},
    value::Value,
};
use firma_plan::step::{Action, Leg, Mode, Plan, Reason};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

async fn sweep(name: &str, lab: &Lab, goal: &Goal, nesting: Nesting) -> Tally {
    let mut tally = Tally::new(name);
    let limited = limited(lab.procedures.values().map(|procedure| &**procedure));
    let story = explore(name, &lab.freeze(), goal, nesting, &limited, &mut tally).await;
    if goal.mode == Mode::RefreshOnly && story.is_some_and(|story| !story.made.is_empty()) {
        tally.find("what only looks has changed something".to_owned());
    }
    tally
}

/// A server with everything attached to it is made.
pub(crate) async fn create() -> Tally {
    let lab = Lab::new();
    let image = lab.image().await;
    sweep("a server is made", &lab, &Goal::apply(stack::server(&image)), Nesting::Recovery).await
}

/// Much of it is changed at once.
pub(crate) async fn change() -> Tally {
    let lab = Lab::new();
    let image = lab.image().await;
    lab.converge(&stack::server(&image)).await;
    sweep("a server is changed", &lab, &Goal::apply(stack::changed_server(&image)), Nesting::Recovery).await
}

/// All of it is destroyed.
pub(crate) async fn destroy() -> Tally {
    let lab = Lab::new();
    let image = lab.image().await;
    let server = stack::server(&image);
    lab.converge(&server).await;
    let goal = Goal { mode: Mode::Destroy, ..Goal::apply(server) };
    sweep("a server is destroyed", &lab, &goal, Nesting::Recovery).await
}

/// A network is replaced with everything that stands in it: dependants go first and come last.
pub(crate) async fn replace() -> Tally {
    let lab = Lab::new();
    lab.converge(&stack::network()).await;
    let mut other = stack::network();
    set(&mut other, "vpc.vpc.main", "address_prefix", "10.1.0.0/16");
    set(&mut other, "vpc.subnet.a", "address_prefix", "10.1.1.0/24");
    sweep("a network is replaced", &lab, &Goal::apply(other), Nesting::Recovery).await
}

/// The same network, every part of it made before the old one goes.
pub(crate) async fn succeed() -> Tally {
    let lab = Lab::new();
    let mut before = stack::network();
    first(&mut before);
    lab.converge(&before).await;
    let mut other = stack::network();
    first(&mut other);
    set(&mut other, "vpc.vpc.main", "address_prefix", "10.1.0.0/16");
    set(&mut other, "vpc.subnet.a", "address_prefix", "10.1.1.0/24");
    let plan = lab.plan(&other, Mode::Apply).await;
    assert!(plan.steps.iter().filter(|step| !step.deposes.is_empty()).count() >= 3);
    sweep("a network is succeeded", &lab, &Goal::apply(other), Nesting::Recovery).await
}

fn first(world: &mut Desired) {
    for name in ["vpc.subnet.a", "vpc.network_security_group.web"] {
        world.resources.get_mut(&name.parse().unwrap()).unwrap().lifecycle.create_before_destroy = true;
    }
}

/// The cloud was changed by somebody else, and that is written down.
pub(crate) async fn refresh() -> Tally {
    let lab = Lab::new();
    let world = stack::network();
    lab.converge(&world).await;
    let mut other = world.clone();
    set(&mut other, "vpc.vpc.main", "description", "by somebody else");
    set(&mut other, "vpc.subnet.a", "subnet_name", "by-somebody-else");
    let plan = lab.plan(&other, Mode::Apply).await;
    assert!(lab.apply_through(&plan, unwritten).await.is_complete());
    let goal = Goal { mode: Mode::RefreshOnly, ..Goal::apply(world) };
    let plan = lab.plan(&goal.desired, goal.mode).await;
    assert_eq!(plan.steps.iter().filter(|step| step.leg == Leg::Record).count(), 2);
    sweep("a drift is written down", &lab, &goal, Nesting::Recovery).await
}

/// A journal that keeps nothing: whoever acts through it is somebody else.
pub(crate) fn unwritten(_: Commit) -> Commit {
    Arc::new(|_| Box::pin(async { Ok(Vec::new()) }))
}

fn set(world: &mut Desired, address: &str, name: &str, value: &str) {
    let address: Address = address.parse().unwrap();
    let resource = world.resources.get_mut(&address).unwrap();
    resource.attributes.insert(name.to_owned(), Expr::literal(Value::string(value)));
}

/// Every action and every leg in one plan: create, update, replace, delete, forget, record, move; values of the state alone,
/// the deposed half of a replacement, outputs.
pub(crate) async fn everything() -> Tally {
    let lab = Lab::new();
    lab.converge(&before()).await;
    forget(&lab, "vm.keypair.forgotten");
    depose(&lab, "vpc.elastic_ip.spare", "vpc.elastic_ip.front");
    // Somebody deleted this one.
    let gone = before();
    let mut without = gone.clone();
    without.resources.remove(&"vm.keypair.gone".parse().unwrap());
    without.resources.remove(&"vpc.elastic_ip.spare".parse().unwrap());
    let deletion = only(&lab.plan(&without, Mode::Apply).await, "vm.keypair.gone");
    assert!(lab.apply_through(&deletion, unwritten).await.is_complete());

    let kept: Address = "vpc.elastic_ip.kept".parse().unwrap();
    let left = BTreeSet::from([("vpc.elastic_ip".to_owned(), lab.recorded().records[&kept].cloud_id.clone())]);
    let goal = Goal { left, ..Goal::apply(after()) };
    let scene = Scene("everything, planning".to_owned());
    complete(&*lab.plan(&goal.desired, goal.mode).await);
    drop(scene);
    sweep("everything at once", &lab, &goal, Nesting::Whole).await
}

/// The plan has every action and leg there is.
fn complete(plan: &Plan) {
    let actions: BTreeSet<Action> = plan.steps.iter().map(|step| step.action).collect();
    for action in [
        Action::Create,
        Action::Update,
        Action::Replace,
        Action::Delete,
        Action::Forget,
        Action::Record,
        Action::Move,
        Action::Import,
    ] {
        assert!(actions.contains(&action), "no step is a {}", action.as_str());
    }
    let legs: BTreeSet<Leg> = plan.steps.iter().map(|step| step.leg).collect();
    assert_eq!(legs.len(), 5, "{legs:?}");
    let reasons: Vec<&Reason> = plan.steps.iter().flat_map(|step| &step.reasons).collect();
    for reason in [Reason::Deposed, Reason::Retained, Reason::AbsentInCloud] {
        assert!(reasons.contains(&&reason), "nothing is {}", reason.code());
    }
    assert!(plan.steps.iter().any(|step| step.moves_from().is_some() && step.action == Action::Update));
    let local = plan.steps.iter().filter(|step| step.kind().as_str() == "firma.value");
    assert_eq!(
        local.map(|step| step.action).collect::<BTreeSet<_>>().len(),
        4,
        "values are made, changed, replaced, deleted"
    );
    assert!(plan.outputs.values().any(|output| output.before.as_ref() != Some(&output.after)));
}

fn before() -> Desired {
    let mut world = stack::desired(&[
        ("vpc.vpc.main", stack::vpc("main")),
        ("vpc.subnet.a", stack::subnet(1)),
        ("vpc.subnet.b", stack::subnet(2)),
        ("vpc.network_security_group.web", stack::group(&[80, 443])),
        ("vm.keypair.admin", stack::keypair()),
        ("vm.keypair.gone", named_key("gone")),
        ("vm.keypair.renamed", named_key("renamed")),
        ("vm.keypair.forgotten", named_key("taken")),
        ("vpc.elastic_ip.front", stack::elastic_ip()),
        ("vpc.elastic_ip.spare", stack::elastic_ip()),
        ("vpc.elastic_ip.kept", stack::elastic_ip()),
        ("disk.disk.old", stack::disk(100)),
        ("firma.value.changed", json!({ "input": "before" })),
        ("firma.value.replaced", json!({ "input": "@vpc.vpc.main#id", "triggers_replace": "before" })),
        ("firma.value.deleted", json!({ "input": "@firma.value.replaced#id" })),
    ]);
    let kept = world.resources.get_mut(&"vpc.elastic_ip.kept".parse().unwrap()).unwrap();
    kept.lifecycle.on_remove = OnRemove::Retain;
    stack::with_output(world, "value", "@firma.value.changed#output")
}

fn after() -> Desired {
    let mut key = stack::keypair();
    key["public_key"] = named_key("x")["public_key"].clone();
    let mut group = stack::group(&[443, 22]);
    group["description"] = json!("changed");
    let mut changed = stack::subnet(2);
    changed["description"] = json!("moved and changed");
    let mut world = stack::desired(&[
        ("vpc.vpc.main", stack::vpc("main")),
        ("vpc.subnet.a[0]", stack::subnet(1)),
        ("vpc.subnet.b[0]", changed),
        ("vpc.network_security_group.web", group),
        ("vm.keypair.admin", key),
        ("vm.keypair.named", named_key("renamed")),
        ("vm.keypair.taken", named_key("taken")),
        ("vpc.elastic_ip.front", stack::elastic_ip()),
        ("disk.disk.new", stack::disk(50)),
        ("firma.value.changed", json!({ "input": "@disk.disk.new#id" })),
        ("firma.value.replaced", json!({ "input": "@vpc.vpc.main#id", "triggers_replace": "after" })),
        ("firma.value.made", json!({ "input": "@firma.value.replaced#id" })),
    ]);
    world.resources.get_mut(&"vpc.vpc.main".parse().unwrap()).unwrap().lifecycle.prevent_destroy = true;
    let (from, to) = ("vm.keypair.renamed".parse().unwrap(), "vm.keypair.named".parse().unwrap());
    world.moves.push(Move { from, to, span: Span::default() });
    let import = Import { id: "taken".to_owned(), region: None, force: true, span: Span::default() };
    world.imports.insert("vm.keypair.taken".parse().unwrap(), import);
    for (address, resource) in &world.resources {
        if address.key == Some(Key::Index(0)) {
            world.blocks.insert(resource.address.block.clone(), Repetition::Count);
        }
    }
    stack::with_output(world, "value", "@firma.value.changed#output")
}

fn named_key(name: &str) -> serde_json::Value {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIG90aGVyIGV4YW1wbGU6IG5vIHByaXZhdGUgaGFsZi4u other@example";
    json!({ "key_name": name, "public_key": key })
}

/// Takes an object out of the state and leaves it in the cloud.
fn forget(lab: &Lab, address: &str) {
    let record = lab.recorded().records[&address.parse().unwrap()].clone();
    let lease = lab.lease();
    let run = lab.begin("apply", None);
    let body = EventBody::Removed {
        step: 0,
        address: record.address,
        deposed: String::new(),
        cloud_id: record.cloud_id,
        how: "forgotten".to_owned(),
    };
    let at = firma_api::Clock::now(&*lab.clock);
    lab.store.lock().unwrap().commit(&lease, run, &[Event { at, body }]).unwrap();
    lab.release(&lease);
}

/// Makes one object the deposed half of another address, as a replacement that made first would have left it.
fn depose(lab: &Lab, from: &str, to: &str) {
    let old = lab.recorded().records[&from.parse().unwrap()].clone();
    let lease = lab.lease();
    let run = lab.begin("apply", None);
    let removed = EventBody::Removed {
        step: 0,
        address: old.address.clone(),
        deposed: String::new(),
        cloud_id: old.cloud_id.clone(),
        how: "moved".to_owned(),
    };
    let record =
        Record { address: to.parse().unwrap(), deposed: "00000001".to_owned(), status: Status::Deposed, ..old };
    let at = firma_api::Clock::now(&*lab.clock);
    let events = [removed, EventBody::Done { step: 0, record }].map(|body| Event { at, body });
    lab.store.lock().unwrap().commit(&lease, run, &events).unwrap();
    lab.release(&lease);
}

/// What a plan does to one address, and nothing else.
fn only(plan: &Arc<Plan>, address: &str) -> Arc<Plan> {
    let address: Address = address.parse().unwrap();
    let mut steps: Vec<_> = plan.steps.iter().filter(|step| step.address == address).cloned().collect();
    steps.iter_mut().for_each(|step| step.after.clear());
    let outputs = BTreeMap::new();
    Arc::new(Plan { steps, gates: Vec::new(), outputs, ..(**plan).clone() })
}
