//! A small plan that uses every part of the format, with a secret wherever one can be.

use crate::conditions::{PlannedCondition, Subject as Of};
use crate::ephemeral::Ephemeral;
use crate::postponed::{Postponed, Wait, What, Why};
use crate::step::{
    Action, After, AttributeChange, BlockShape, CallOutline, Drift, Gate, Identity, Leg, Mode, Plan, PlannedOutput,
    Reason, Rule, Scope, Step,
};
use crate::terms::Term;
use firma_catalog::procedure::{
    Attribute, Call, Computed, CreateWithout, How, Identity as Naming, LookupProcedure, OnChange, Parameter, Procedure,
    Recovery, Shape, Source, Stage, StatusRule, Unique, Update, UsualSeconds, ZoneRule,
};
use firma_model::{
    address::{Address, KindId, Node, NodeSet},
    deferral::{Asks, Subject},
    desired::{OnRemove, Repetition},
    document::Document,
    expr::{Expr, ExprKind},
    path::Path,
    place::Billing,
    record::{Record, Status},
    small_map::SmallMap,
    span::Span,
    value::{Map, Value},
};
use std::{collections::BTreeMap, sync::Arc};

pub(super) const SECRET: &str = "not-a-secret";

pub(super) fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

fn hidden() -> Value {
    Value::string(SECRET).sensitive()
}

fn id_of(node: &str) -> Expr {
    Expr::node_attribute(Node::Instance(address(node)), "id")
}

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

pub(super) fn lookup() -> LookupProcedure {
    LookupProcedure {
        kind: "vpc.vpc".into(),
        title: "networks".into(),
        service: "vpc".into(),
        operation: "describeVpcs".into(),
        regional: true,
        parameters: BTreeMap::new(),
        many: true,
        items: "vpcs".into(),
        item: Shape::Any,
        id: Some("vpc_id".into()),
        total: Some("totalCount".into()),
        pages: None,
    }
}

pub(super) fn procedure() -> Procedure {
    let attribute = Attribute {
        write: Some("subnetName".into()),
        read: Some("subnetName".into()),
        shape: Shape::List(Box::new(Shape::String)),
        required: true,
        required_unless: vec!["vpc_id".into()],
        write_only: false,
        on_change: OnChange::Update(0),
        grows_only: false,
        default: Some(serde_json::json!({ "a": [1, null] })),
        elements: None,
        inside: BTreeMap::new(),
        found_by: Vec::new(),
        one_more: false,
        set_elsewhere: false,
        normal: None,
        references: None,
        doc: None,
    };
    let call = Call {
        service: "vpc".into(),
        operation: "modifySubnet".into(),
        parameters: vec![Parameter { name: "subnetId".into(), source: Source::Id }],
    };
    Procedure {
        kind: "vpc.subnet".into(),
        title: "A subnet".into(),
        schema_version: 1,
        attributes: BTreeMap::from([("subnet_name".into(), attribute)]),
        computed: BTreeMap::from([(
            "secret".into(),
            Computed { read: "key.secret".into(), shape: Shape::String, once: vec!["createKey".into()] },
        )]),
        regional: true,
        zone: ZoneRule::None,
        billing_methods: vec![],
        identity: Naming::Assigned("subnetId".into()),
        create: Some(call.clone()),
        create_without: Some(CreateWithout { attribute: "subnet_name".into(), call: call.clone() }),
        read: None,
        list: None,
        select: None,
        updates: vec![Update {
            attributes: vec!["subnet_name".into()],
            how: How::Calls(vec![Stage {
                call,
                until: vec![],
                wait: false,
                when: Some(("subnet_name".into(), vec![true.into()])),
            }]),
            notice: None,
        }],
        delete: None,
        before_delete: Vec::new(),
        status: Some(StatusRule {
            path: "status".into(),
            ready: vec!["RUNNING".into()],
            failed: vec!["ERROR".into()],
            gone: vec![],
            grave: vec!["ERROR".into()],
        }),
        recovery: Recovery::Bare,
        fingerprint: vec!["vpcId".into()],
        expires: None,
        serial: vec![Source::IdPart(1)],
        cidr: None,
        unique: vec![Unique { equal: vec!["vpc_id".into()], overlapping: Some("address_prefix".into()) }],
        rules: Default::default(),
        quotas: Vec::new(),
        held_by: Vec::new(),
        usual_seconds: UsualSeconds { create: 1, update: 1, delete: 1 },
        timeout_seconds: UsualSeconds { create: 60, update: 60, delete: 60 },
    }
}

pub(super) fn record(of: &str) -> Record {
    let address = address(of);
    Record {
        kind: KindId::new(address.kind().as_str()),
        address,
        deposed: String::new(),
        schema_version: 1,
        cloud_id: "subnet-1".into(),
        region: Some("cn-north-1".into()),
        zone: None,
        billing: None,
        status: Status::Ready,
        inputs: Document::encode(&Value::Map(Map::from([("password".into(), hidden())]))),
        observed: Document::from_text("{ \"kept\": [1.10, \"as it was\"] }"),
        fingerprint: "vpc-1".into(),
        dependencies: NodeSet::from([Node::Instance("vpc.vpc.main".parse().expect("an address"))]),
        create_before_destroy: false,
        prevent_destroy: true,
        on_remove: OnRemove::Retain,
        version: 3,
    }
}

pub(super) fn sample() -> Plan {
    let web = address("vpc.subnet.web[\"a b\"]");
    let template = expr(ExprKind::Template(vec![Expr::literal(Value::string(SECRET)), id_of("vpc.vpc.main")]));
    let step = Step {
        address: web.clone(),
        deposed: String::new(),
        leg: Leg::Create,
        action: Action::Replace,
        reasons: vec![Reason::New, Reason::Immutable { path: Path::attribute("cidr").key("a b").index(2) }],
        region: Some("cn-north-1".into()),
        zone: Some("cn-north-1a".into()),
        billing: Some(Billing {
            method: "prepaid_by_duration".into(),
            unit: Some("month".into()),
            duration: Some(1),
            auto_renew: Some(true),
        }),
        record: Some(Box::new(record("vpc.subnet.web[\"a b\"]"))),
        attributes: SmallMap::from([
            ("vpc_id".into(), id_of("vpc.vpc.main")),
            ("password".into(), Expr::literal(hidden())),
            ("user_data".into(), expr(ExprKind::Sensitive(Box::new(template)))),
        ]),
        changes: vec![
            AttributeChange {
                path: Path::attribute("password"),
                before: Some(hidden()),
                after: Some(Value::List(vec![hidden(), Value::unknown()])),
                forces_replacement: true,
            },
            AttributeChange {
                path: Path::attribute("nothing"),
                before: Some(Value::Null),
                after: None,
                forces_replacement: false,
            },
        ],
        dependencies: NodeSet::from([Node::Block(address("vpc.vpc.main").block)]),
        deposes: "1".into(),
        create_before_destroy: true,
        prevent_destroy: false,
        on_remove: OnRemove::Destroy,
        observed: Some(Map::from([("id".into(), Value::set(vec![Value::from(2), Value::from(1)]))])),
        timeout_seconds: Some(90),
        calls: vec![CallOutline { service: "vpc".into(), operation: "createSubnet".into(), class: "bare".into() }],
        after: vec![After { vertex: 1, rule: Rule::MakeAfterDependency }],
        priority: 12,
    };
    Plan {
        identity: Identity {
            project: "shop".into(),
            lineage: "l-1".into(),
            endpoint: "emulator".into(),
            account: "pin".into(),
            catalog: "digest".into(),
            after_run: 7,
        },
        mode: Mode::Apply,
        scope: Scope {
            target: vec!["vpc.subnet.*".into()],
            exclude: vec!["module.net".into()],
            replace: vec!["vpc.subnet.web[\"a b\"]".into()],
            left_out: 3,
        },
        procedures: BTreeMap::from([("vpc.subnet".into(), Arc::new(procedure()))]),
        lookups: BTreeMap::from([("vpc.vpc".into(), Arc::new(lookup()))]),
        steps: vec![step],
        gates: vec![Gate::default()],
        basis: BTreeMap::from([(web.clone(), Some(3)), (address("vpc.vpc.main"), None)]),
        deposed_basis: BTreeMap::from([(web.clone(), BTreeMap::from([("0a".into(), 9)]))]),
        kept: BTreeMap::from([(address("vpc.vpc.main"), Map::from([("token".into(), hidden())]))]),
        blocks: BTreeMap::from([(
            web.block.clone(),
            BlockShape { repetition: Repetition::ForEach, instances: vec![web.clone()] },
        )]),
        outputs: BTreeMap::from([
            (
                "login".into(),
                PlannedOutput {
                    value: Expr::literal(Value::string(SECRET)),
                    after: Value::string(SECRET),
                    before: Some(Value::string(SECRET)),
                    sensitive: true,
                },
            ),
            (
                "id".into(),
                PlannedOutput { value: id_of("vpc.vpc.main"), after: Value::unknown(), before: None, sensitive: false },
            ),
        ]),
        drift: vec![Drift { address: web, gone: false, changes: vec![], aside: vec![] }],
        unchanged: 4,
        terms: vec![Term { until: "2027-01-31T23:59:59Z".into(), address: address("disk.disk.d"), renewed: true }],
        conditions: vec![
            PlannedCondition {
                of: Of::Postcondition(address("vpc.vpc.main")),
                condition: id_of("vpc.vpc.main"),
                message: Expr::literal(hidden()),
                operands: BTreeMap::from([("self.id".into(), id_of("vpc.vpc.main"))]),
            },
            PlannedCondition {
                of: Of::Check("up".into()),
                condition: Expr::literal(Value::from(false)),
                message: Expr::literal(Value::string("down")),
                operands: BTreeMap::new(),
            },
        ],
        postponed: vec![
            Postponed {
                what: What::Subject {
                    subject: Subject::Block("vpc.subnet.later".parse::<Address>().expect("an address").block),
                    asks: Asks::ForEach,
                },
                waits: vec![Wait { on: "vpc.vpc.main.id".into(), why: Why::Created }],
                stays: vec!["vpc.subnet.later[\"a\"]".parse().expect("an address")],
            },
            Postponed {
                what: What::Subject { subject: Subject::Module("module.net".into()), asks: Asks::Enabled },
                waits: vec![],
                stays: vec![],
            },
        ],
        files: BTreeMap::from([("init.sh".into(), "00ff".into())]),
        ephemeral: Ephemeral {
            inputs: BTreeMap::from([("word".into(), "00ff".into())]),
            attributes: BTreeMap::from([(
                address("vpc.vpc.main"),
                BTreeMap::from([("description".into(), Expr::input("word", Default::default()))]),
            )]),
        },
    }
}
