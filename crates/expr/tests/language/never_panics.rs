//! Random trees and random texts: evaluation answers or refuses, it never panics, and it is deterministic.

use crate::support::{Known, Names, instance, instances, parsed, show};
use firma_expr::{FUNCTIONS, Limits, Trace, evaluate, resolve};
use firma_model::{
    expr::{BinaryOp, Expr, ExprKind, For, UnaryOp},
    number::Number,
    span::Span,
    value::Value,
};
use proptest::prelude::*;
use std::sync::Arc;

const LIMITS: Limits = Limits { steps: 20_000, text: 1 << 16, depth: 128 };

fn scope() -> Names {
    Names::default()
        .with("block", instances("vpc.subnet.web", &["a", "b"]))
        .with("node", instance("vpc.vpc.main"))
        .with("unknown", Expr::literal(Value::unknown()))
        .value("secret", Value::from("not-a-secret").sensitive())
        .value("list", Value::List(vec![Value::from("a"), Value::Null, Value::unknown()]))
}

fn made(kind: ExprKind) -> Expr {
    Expr { kind, span: Span::default() }
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-5_i64..40).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter_map("finite", |f| Number::from_f64(f).map(Value::Number)),
        "[a-z%/{}$.:é0-9-]{0,8}".prop_map(Value::from),
        prop::sample::select(vec![
            "10.0.0.0/16",
            "fd00::/64",
            "::/0",
            "0.0.0.0/0",
            "%s",
            "%5.2f|%d",
            "%[1]v",
            "YYYY-MM-DD",
            "2018-01-02T23:12:01Z",
            "0000-01-01T00:00:00+23:59",
            "1h30m",
            "-99999999h",
            "{\"a\": [1, 2.5e3]}",
            "a,b\n1,2",
            "/(a)(b)?/",
            "(?P<x>.)",
            "dns",
            "true",
            "12",
        ])
        .prop_map(Value::from),
        Just(Value::unknown()),
        Just(Value::from("s").sensitive()),
    ]
}

fn literal() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(2, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::List),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::set),
            prop::collection::btree_map("[a-c]", inner.clone(), 0..4).prop_map(|map| Value::Map(map.into())),
            inner.prop_map(Value::sensitive),
        ]
    })
}

fn expression() -> impl Strategy<Value = Expr> {
    let names = prop::sample::select(vec!["block", "node", "unknown", "secret", "list", "x", "k", "nothing"]);
    let leaf = prop_oneof![
        3 => literal().prop_map(Expr::literal),
        2 => names.prop_map(|name| made(ExprKind::Name(name.into()))),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let function = prop::sample::select(FUNCTIONS.iter().map(|function| function.name).collect::<Vec<_>>());
        let ops = prop::sample::select(vec![
            BinaryOp::Or, BinaryOp::And, BinaryOp::Equal, BinaryOp::NotEqual, BinaryOp::Less, BinaryOp::LessEqual,
            BinaryOp::Greater, BinaryOp::GreaterEqual, BinaryOp::Add, BinaryOp::Subtract, BinaryOp::Multiply,
            BinaryOp::Divide, BinaryOp::Modulo,
        ]);
        let attribute = prop::sample::select(vec!["id", "a", "b"]);
        let star = made(ExprKind::Name("*".into()));
        let each = prop_oneof![
            Just(star.clone()),
            Just(made(ExprKind::Attribute(Box::new(star), "a".into()))),
        ];
        prop_oneof![
            1 => (boxed.clone(), attribute).prop_map(|(of, name)| made(ExprKind::Attribute(of, name.into()))),
            1 => (boxed.clone(), boxed.clone()).prop_map(|(of, key)| made(ExprKind::Index(of, key))),
            1 => (boxed.clone(), each).prop_map(|(of, each)| made(ExprKind::Splat(of, Box::new(each)))),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|parts| made(ExprKind::Template(parts))),
            1 => prop::collection::vec(inner.clone(), 0..4).prop_map(|items| made(ExprKind::List(items))),
            1 => prop::collection::vec((inner.clone(), inner.clone()), 0..3).prop_map(|entries| made(ExprKind::Map(entries))),
            5 => (function, prop::collection::vec(inner.clone(), 0..4), any::<bool>())
                .prop_map(|(name, arguments, expand)| made(ExprKind::Call(Arc::from(name), arguments, expand))),
            1 => boxed.clone().prop_map(|of| made(ExprKind::Unary(UnaryOp::Not, of))),
            1 => boxed.clone().prop_map(|of| made(ExprKind::Unary(UnaryOp::Negate, of))),
            4 => prop_oneof![
            1 => (ops, boxed.clone(), boxed.clone()).prop_map(|(op, a, b)| made(ExprKind::Binary(op, a, b))),
            1 => (boxed.clone(), boxed.clone(), boxed.clone()).prop_map(|(c, a, b)| made(ExprKind::Conditional(c, a, b))),
            1 => (inner.clone(), inner.clone(), prop::option::of(inner.clone()), prop::option::of(inner), any::<bool>()).prop_map(
                |(collection, value, key, condition, grouping)| {
                    let key_name = Some(Arc::from("k"));
                    let value_name = Arc::from("x");
                    made(ExprKind::For(Box::new(For { key_name, value_name, collection, key, value, grouping, condition })))
                }
            ),
            1 => boxed.prop_map(|of| made(ExprKind::Sensitive(of))),
            ],
        ]
    })
}

fn known() -> Known {
    let id = Value::from("id-1");
    Known::default()
        .with("vpc.subnet.web[\"a\"]", &[("id", id.clone()), ("a", Value::unknown())])
        .with("vpc.subnet.web[\"b\"]", &[("id", id.sensitive()), ("a", Value::from(2_i64))])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn trees(expr in expression()) {
        let once = evaluate(&expr, &scope(), &mut Trace::new(), &LIMITS);
        let again = evaluate(&expr, &scope(), &mut Trace::new(), &LIMITS);
        prop_assert_eq!(&once, &again);
        if let Ok(reduced) = once {
            // Reducing what is reduced needs no names.
            let stable = evaluate(&reduced, &Names::default(), &mut Trace::new(), &LIMITS);
            if let Err(errors) = &stable {
                prop_assert!(errors.list.iter().all(|error| error.code != "E0301"), "{:?} of {:?}", errors, reduced);
            }
            if let Ok(value) = resolve(&reduced, &known(), &LIMITS) {
                show(&value);
            }
        }
    }

    #[test]
    fn texts(text in "(\\$\\{|[a-z]|[0-9]|[\\[\\]{}()\"., +*/?:!%=&|<>$~-]|for |in |if |é|\n|=>|\\.\\.\\.|\\[\\*\\]|<<E\n){0,40}") {
        if let Ok(expr) = parsed(&text) {
            let _ = evaluate(&expr, &scope(), &mut Trace::new(), &LIMITS);
        }
    }

    #[test]
    fn expressions(text in "(\"[a-z]\"|[a-z]{1,3}|[0-9]|\\[|\\]|\\{|\\}|\\(|\\)|, | \\+ | == | \\? | : |upper\\(|length\\(|\\.a|\\[0\\]|\\[\\*\\]|\\[for x in | if ){0,20}") {
        if let Ok(expr) = parsed(&format!("${{{text}}}")) {
            let _ = evaluate(&expr, &scope(), &mut Trace::new(), &LIMITS);
        }
    }
}
