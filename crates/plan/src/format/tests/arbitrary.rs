//! Plans of every form, made up.

use super::samples::{address, lookup, procedure};
use crate::conditions::{PlannedCondition, Subject as Of};
use crate::ephemeral::Ephemeral;
use crate::postponed::{Postponed, Wait, What, Why};
use crate::step::{
    Action, After, AttributeChange, BlockShape, CallOutline, Drift, Gate, Identity, Leg, Mode, Plan, PlannedOutput,
    Reason, Rule, Scope, Step,
};
use crate::terms::Term;
use firma_model::{
    address::{Address, Node},
    deferral::{Asks, Subject},
    desired::{OnRemove, Repetition},
    document::Document,
    expr::{BinaryOp, Expr, ExprKind, For, UnaryOp},
    number::Number,
    path::{Path, Step as PathStep},
    place::Billing,
    record::{Record, Status},
    span::Span,
    types::{ObjectField, Type},
    value::{Map, Unknown, Value},
};
use proptest::{
    collection::{btree_map, btree_set, vec},
    option,
    prelude::*,
};
use std::{collections::BTreeMap, sync::Arc};

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z_]{1,6}",
        "\\PC{0,6}",
        Just("$sensitive".to_owned()),
        Just("{\"$sensitive\":1}\n\u{1b}".to_owned())
    ]
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        "-?[0-9]{1,25}(\\.[0-9]{1,20})?(e-?[0-9]{1,2})?".prop_filter_map("finite", |text| Number::parse(&text)),
    ]
}

fn ty() -> impl Strategy<Value = Type> {
    let leaf = prop_oneof![Just(Type::Any), Just(Type::String), Just(Type::Number), Just(Type::Bool)];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Type::List(Box::new(t))),
            inner.clone().prop_map(|t| Type::Set(Box::new(t))),
            inner.clone().prop_map(|t| Type::Map(Box::new(t))),
            vec(inner.clone(), 0..3).prop_map(Type::Tuple),
            btree_map(word(), (inner, any::<bool>()), 0..3).prop_map(|fields| Type::Object(
                fields
                    .into_iter()
                    .map(|(name, (ty, optional))| {
                        let default = optional.then_some(Value::Null);
                        (name, ObjectField { ty, optional, default })
                    })
                    .collect()
            )),
        ]
    })
}

fn value() -> impl Strategy<Value = Value> {
    let unknown = (option::of(ty()), any::<bool>(), option::of(word()))
        .prop_map(|(ty, not_null, prefix)| Value::Unknown(Box::new(Unknown { ty, not_null, prefix })));
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        number().prop_map(Value::Number),
        word().prop_map(Value::from),
        unknown,
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::List),
            vec(inner.clone(), 0..3).prop_map(Value::set),
            btree_map(word(), inner.clone(), 0..3).prop_map(|map| Value::Map(map.into())),
            inner.prop_map(Value::sensitive),
        ]
    })
}

fn map() -> impl Strategy<Value = Map> {
    btree_map(word(), value(), 0..3).prop_map(Map::from)
}

fn any_address() -> impl Strategy<Value = Address> {
    let plain = ["vpc.vpc.main", "data.vm.image.ubuntu", "vpc.subnet.web[3]", "module.net.module.x.vpc.subnet.web"];
    prop_oneof![
        proptest::sample::select(plain.to_vec()).prop_map(address),
        word().prop_map(|key| address("vm.instance.web").block.at(Some(firma_model::address::Key::Name(key.into())))),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    prop_oneof![any_address().prop_map(Node::Instance), any_address().prop_map(|address| Node::Block(address.block))]
}

fn path() -> impl Strategy<Value = Path> {
    let step = prop_oneof![word().prop_map(PathStep::Key), any::<u8>().prop_map(|n| PathStep::Index(n.into()))];
    vec(step, 0..4).prop_map(Path)
}

fn operator() -> impl Strategy<Value = BinaryOp> {
    use BinaryOp::*;
    proptest::sample::select(vec![
        Or,
        And,
        Equal,
        NotEqual,
        Less,
        LessEqual,
        Greater,
        GreaterEqual,
        Add,
        Subtract,
        Multiply,
        Divide,
        Modulo,
    ])
}

fn expr() -> impl Strategy<Value = Expr> {
    let of = |kind| Expr { kind, span: Span::default() };
    let leaf = prop_oneof![
        value().prop_map(ExprKind::Literal),
        word().prop_map(|name| ExprKind::Name(name.into())),
        node().prop_map(ExprKind::Node),
    ];
    leaf.prop_map(of).prop_recursive(4, 16, 3, move |inner| {
        let boxed = || inner.clone().prop_map(Box::new);
        let list = || vec(inner.clone(), 0..3);
        let loops = (
            (option::of(word()), word(), any::<bool>()),
            (inner.clone(), inner.clone()),
            (option::of(inner.clone()), option::of(inner.clone())),
        )
            .prop_map(|((key_name, value_name, grouping), (collection, value), (key, condition))| {
                let key_name = key_name.map(Arc::from);
                ExprKind::For(Box::new(For {
                    key_name,
                    value_name: Arc::from(value_name),
                    collection,
                    key,
                    value,
                    grouping,
                    condition,
                }))
            });
        prop_oneof![
            (boxed(), word()).prop_map(|(of, name)| ExprKind::Attribute(of, name.into())),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::Index(a, b)),
            (boxed(), boxed()).prop_map(|(a, b)| ExprKind::Splat(a, b)),
            list().prop_map(ExprKind::Template),
            list().prop_map(ExprKind::List),
            vec((inner.clone(), inner.clone()), 0..3).prop_map(ExprKind::Map),
            (word(), list(), any::<bool>()).prop_map(|(f, list, expand)| ExprKind::Call(f.into(), list, expand)),
            (any::<bool>(), boxed())
                .prop_map(|(not, of)| { ExprKind::Unary(if not { UnaryOp::Not } else { UnaryOp::Negate }, of) }),
            (operator(), boxed(), boxed()).prop_map(|(op, a, b)| ExprKind::Binary(op, a, b)),
            (boxed(), boxed(), boxed()).prop_map(|(a, b, c)| ExprKind::Conditional(a, b, c)),
            loops,
            boxed().prop_map(ExprKind::Sensitive),
        ]
        .prop_map(of)
    })
}

fn reason() -> impl Strategy<Value = Reason> {
    prop_oneof![
        proptest::sample::select(vec![
            Reason::New,
            Reason::Requested,
            Reason::Tainted,
            Reason::Incomplete,
            Reason::AbsentInCloud,
            Reason::NotInManifest,
            Reason::WrongRepetition,
            Reason::Destroyed,
            Reason::DestroyedInPart,
            Reason::Retained,
            Reason::Deposed,
            Reason::Changed,
            Reason::Drift,
        ]),
        path().prop_map(|path| Reason::Immutable { path }),
        path().prop_map(|path| Reason::ImmutablePending { path }),
        path().prop_map(|path| Reason::Triggered { path }),
        path().prop_map(|path| Reason::SecretLost { path }),
        path().prop_map(|path| Reason::LeftAsIs { path }),
        word().prop_map(|what| Reason::Bookkeeping { what }),
        word().prop_map(|on| Reason::WaitsFor { on }),
        word().prop_map(|by| Reason::TriggeredBy { by }),
        word().prop_map(|id| Reason::Imported { id }),
        path().prop_map(|path| Reason::Believed { path }),
    ]
}

fn change() -> impl Strategy<Value = AttributeChange> {
    (path(), option::of(value()), option::of(value()), any::<bool>()).prop_map(
        |(path, before, after, forces_replacement)| AttributeChange { path, before, after, forces_replacement },
    )
}

fn billing() -> impl Strategy<Value = Billing> {
    (word(), option::of(word()), option::of(any::<u32>()), option::of(any::<bool>()))
        .prop_map(|(method, unit, duration, auto_renew)| Billing { method, unit, duration, auto_renew })
}

fn on_remove() -> impl Strategy<Value = OnRemove> {
    proptest::sample::select(vec![OnRemove::Destroy, OnRemove::Retain])
}

fn record() -> impl Strategy<Value = Record> {
    let status = vec![Status::Ready, Status::Creating, Status::Incomplete, Status::Tainted, Status::Deposed];
    (
        (any_address(), word(), any::<u32>(), word(), option::of(word()), option::of(billing())),
        (proptest::sample::select(status), map(), word(), word(), btree_set(node(), 0..3)),
        (any::<bool>(), any::<bool>(), on_remove(), any::<u64>()),
    )
        .prop_map(
            |((address, deposed, schema, id, place, billing), (status, inputs, observed, print, deps), rest)| Record {
                kind: address.kind().clone(),
                address,
                deposed,
                schema_version: schema,
                cloud_id: id,
                region: place.clone(),
                zone: place,
                billing,
                status,
                inputs: Document::encode(&Value::Map(inputs)),
                observed: Document::from_text(observed),
                fingerprint: print,
                dependencies: deps.into(),
                create_before_destroy: rest.0,
                prevent_destroy: rest.1,
                on_remove: rest.2,
                version: rest.3,
            },
        )
}

fn after() -> impl Strategy<Value = Vec<After>> {
    let rules = vec![
        Rule::MakeAfterDependency,
        Rule::DeleteAfterDependant,
        Rule::DeleteBeforeMake,
        Rule::ChangeAfterDependantDeleted,
        Rule::DeleteAfterMovedAway,
        Rule::MakeBeforeDelete,
        Rule::Succession,
        Rule::TakeAfterRelease,
        Rule::DeleteOnceItHolds,
    ];
    // The plan below always has one gate, so vertex 0 is there even if no step is.
    vec(proptest::sample::select(rules).prop_map(|rule| After { vertex: 0, rule }), 0..3)
}

fn step() -> impl Strategy<Value = Step> {
    let legs = vec![Leg::Create, Leg::Update, Leg::Delete, Leg::Forget, Leg::Record, Leg::Read];
    let actions = vec![
        Action::Create,
        Action::Update,
        Action::Replace,
        Action::Delete,
        Action::Forget,
        Action::Record,
        Action::Read,
        Action::Move,
    ];
    let call =
        (word(), word(), word()).prop_map(|(service, operation, class)| CallOutline { service, operation, class });
    (
        (any_address(), word(), proptest::sample::select(legs), proptest::sample::select(actions), vec(reason(), 0..3)),
        (option::of(word()), option::of(word()), option::of(billing()), option::of(record()), word(), any::<bool>()),
        (btree_map(word(), expr(), 0..3), vec(change(), 0..3), btree_set(node(), 0..3), any::<bool>(), on_remove()),
        (option::of(map()), vec(call, 0..3), after(), any::<u64>()),
    )
        .prop_map(|(what, place, wanted, rest)| Step {
            address: what.0,
            deposed: what.1,
            leg: what.2,
            action: what.3,
            reasons: what.4,
            region: place.0,
            zone: place.1,
            billing: place.2,
            record: place.3.map(Box::new),
            attributes: wanted.0.into(),
            changes: wanted.1,
            dependencies: wanted.2.into(),
            deposes: place.4,
            create_before_destroy: place.5,
            prevent_destroy: wanted.3,
            on_remove: wanted.4,
            observed: rest.0,
            timeout_seconds: None,
            calls: rest.1,
            after: rest.2,
            priority: rest.3,
        })
}

fn output() -> impl Strategy<Value = PlannedOutput> {
    (expr(), value(), option::of(value()), any::<bool>()).prop_map(|(value, after, before, sensitive)| PlannedOutput {
        value,
        after,
        before,
        sensitive,
    })
}

fn condition() -> impl Strategy<Value = PlannedCondition> {
    let of = prop_oneof![
        any_address().prop_map(Of::Precondition),
        any_address().prop_map(Of::Postcondition),
        word().prop_map(Of::Output),
        word().prop_map(Of::Check),
    ];
    (of, expr(), expr(), btree_map(word(), expr(), 0..2))
        .prop_map(|(of, condition, message, operands)| PlannedCondition { of, condition, message, operands })
}

fn scope() -> impl Strategy<Value = Scope> {
    (vec(word(), 0..2), vec(word(), 0..2), vec(word(), 0..2), any::<u64>())
        .prop_map(|(target, exclude, replace, left_out)| Scope { target, exclude, replace, left_out })
}

fn postponed() -> impl Strategy<Value = Postponed> {
    let asks =
        proptest::sample::select(vec![Asks::ForEach, Asks::Count, Asks::Enabled, Asks::Parameters, Asks::Settings]);
    let action = || proptest::sample::select(vec![Action::Create, Action::Update, Action::Replace, Action::Delete]);
    let why =
        proptest::sample::select(vec![Why::Created, Why::Updated, Why::Replaced, Why::Read, Why::Postponed, Why::Held]);
    let what = prop_oneof![
        (any_address(), asks).prop_map(|(at, asks)| What::Subject { subject: Subject::look_up(at), asks }),
        (any_address(), action()).prop_map(|(address, action)| What::Instance { address, action }),
        (any_address(), action()).prop_map(|(address, action)| What::Held { address, action }),
        word().prop_map(|name| What::Output { name }),
    ];
    let wait = (word(), why).prop_map(|(on, why)| Wait { on, why });
    (what, vec(wait, 0..2), vec(any_address(), 0..2)).prop_map(|(what, waits, stays)| Postponed { what, waits, stays })
}

fn ephemeral() -> impl Strategy<Value = Ephemeral> {
    let attributes = btree_map(any_address(), btree_map(word(), expr(), 0..2), 0..2);
    (btree_map(word(), word(), 0..2), attributes).prop_map(|(inputs, attributes)| Ephemeral { inputs, attributes })
}

pub(super) fn plan() -> impl Strategy<Value = Plan> {
    let drift = (any_address(), any::<bool>(), vec(change(), 0..2), vec(change(), 0..2))
        .prop_map(|(address, gone, changes, aside)| Drift { address, gone, changes, aside });
    let term =
        (word(), any_address(), any::<bool>()).prop_map(|(until, address, renewed)| Term { until, address, renewed });
    let versions = btree_map(word(), any::<u64>(), 1..3);
    let block = vec(any_address(), 0..3).prop_map(|instances| BlockShape { repetition: Repetition::Count, instances });
    (
        (word(), proptest::sample::select(vec![Mode::Apply, Mode::Destroy, Mode::RefreshOnly]), vec(step(), 0..3)),
        (btree_map(any_address(), option::of(any::<u64>()), 0..3), btree_map(any_address(), map(), 0..2)),
        (btree_map(any_address(), block, 0..2), btree_map(word(), output(), 0..2), vec(drift, 0..2)),
        (
            (
                any::<u64>(),
                btree_map(word(), word(), 0..2),
                vec(condition(), 0..2),
                vec(postponed(), 0..3),
                vec(term, 0..2),
            ),
            (scope(), btree_map(any_address(), versions, 0..2), ephemeral()),
        ),
    )
        .prop_map(|((name, mode, steps), (basis, kept), (blocks, outputs, drift), (rest, part))| Plan {
            identity: Identity { project: name.clone(), account: name, ..Identity::default() },
            mode,
            scope: part.0,
            procedures: BTreeMap::from([("vpc.subnet".into(), Arc::new(procedure()))]),
            lookups: BTreeMap::from([("vpc.vpc".into(), Arc::new(lookup()))]),
            steps,
            gates: vec![Gate::default()],
            basis,
            deposed_basis: part.1,
            kept,
            blocks: blocks.into_iter().map(|(address, shape)| (address.block, shape)).collect(),
            outputs,
            drift,
            unchanged: rest.0,
            conditions: rest.2,
            postponed: rest.3,
            terms: rest.4,
            files: rest.1,
            ephemeral: part.2,
        })
}
