//! What is known before anything is applied: at least what Terraform 1.11 knows, and never anything else.
//!
//! `tests/corpus/unknowns.txt` holds expressions over attributes of something that does not exist yet, `unknowns.json` what
//! Terraform's plan says of each. They are asked twice: over values that are unknown, as variables of a plan would be, and
//! over nodes, reduced first and resolved against unknown attributes then. Then the attributes are filled in, in several
//! ways: whatever was called known must be what comes out.

use crate::support::{Known, Names, instance, reduced, resolved};
use firma_expr::{Limits, Scope, resolve};
use firma_model::{
    expr::{Expr, ExprKind},
    span::Span,
    types::Type,
    value::{Unknown, Value},
};
use serde_json::Value as Json;
use std::borrow::Cow;

fn corpus(name: &str) -> String {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/corpus").join(name);
    std::fs::read_to_string(path).expect("a file of the corpus")
}

fn unknown(ty: Option<Type>, not_null: bool) -> Value {
    Value::Unknown(Box::new(Unknown { ty, not_null, prefix: None }))
}

fn late(name: &str) -> Expr {
    Expr { kind: ExprKind::Attribute(Box::new(instance("vpc.vpc.late")), name.into()), span: Span::default() }
}

/// The names, over these unknown parts: the same as in `record`.
fn scope(text: Expr, number: Expr, bool: Expr, texts: Expr, any: Expr) -> Names {
    let b = || Expr::literal(Value::from("b"));
    let make = |kind| Expr { kind, span: Span::default() };
    let mut names = Names::default()
        .with("local.text", text.clone())
        .with("local.number", number)
        .with("local.bool", bool)
        .with("local.texts", texts)
        .with("local.any", any)
        .value("local.known", "known")
        .value("local.three", 3_i64);
    let parts = [
        ("local.list", make(ExprKind::List(vec![text.clone(), b()]))),
        ("local.map", make(ExprKind::Map(vec![(Expr::literal(Value::from("a")), text.clone()), (b(), b())]))),
        ("local.prefixed", make(ExprKind::Template(vec![Expr::literal(Value::from("net-")), text]))),
    ];
    for (name, expr) in parts {
        let done = firma_expr::evaluate(&expr, &Names::default(), &mut firma_expr::Trace::new(), &Limits::default());
        names = names.with(name, done.expect("no errors"));
    }
    names
}

fn over_values() -> Names {
    let literal = Expr::literal;
    scope(
        literal(unknown(Some(Type::String), true)),
        literal(unknown(Some(Type::Number), false)),
        literal(unknown(Some(Type::Bool), true)),
        literal(unknown(Some(Type::List(Box::new(Type::String))), true)),
        literal(Value::unknown()),
    )
}

fn over_nodes() -> Names {
    scope(late("text"), late("number"), late("bool"), late("texts"), late("any"))
}

fn attributes(text: Value, number: Value, bool: Value, texts: Value, any: Value) -> Known {
    let all = [("text", text), ("number", number), ("bool", bool), ("texts", texts), ("any", any)];
    Known::default().with("vpc.vpc.late", &all)
}

fn nothing_known() -> Known {
    attributes(
        unknown(Some(Type::String), true),
        unknown(Some(Type::Number), false),
        unknown(Some(Type::Bool), true),
        unknown(Some(Type::List(Box::new(Type::String))), true),
        Value::unknown(),
    )
}

/// Ways in which it may turn out.
fn outcomes() -> Vec<Known> {
    let texts = |items: &[&str]| Value::List(items.iter().map(|item| Value::from(*item)).collect());
    let map = |value: &str| serde(&format!("{{\"a\":{value}}}"));
    vec![
        attributes("x".into(), 1_i64.into(), true.into(), texts(&["x"]), map("1")),
        attributes("1".into(), 0_i64.into(), false.into(), texts(&[]), Value::Null),
        attributes("b".into(), Value::Null, true.into(), texts(&["b", "b"]), texts(&["a"])),
        attributes("".into(), 5_i64.into(), false.into(), texts(&["", "a"]), "text".into()),
        attributes("c".into(), 4_i64.into(), true.into(), texts(&["c"]), 3_i64.into()),
    ]
}

fn serde(text: &str) -> Value {
    let decoded = reduced("${jsondecode(it)}", &Names::default().value("it", text)).expect("JSON");
    decoded.as_value().expect("a value").clone()
}

/// A value as JSON, `"?"` for what is not known.
fn shown(value: &Value) -> Json {
    match value.reveal() {
        Value::Unknown(_) => Json::from("?"),
        Value::List(items) | Value::Set(items) => items.iter().map(shown).collect(),
        Value::Map(map) => Json::Object(map.iter().map(|(key, value)| (key.clone(), shown(value))).collect()),
        Value::Null => Json::Null,
        Value::Bool(truth) => Json::from(*truth),
        Value::Number(number) => {
            number.as_str().parse::<i64>().map_or_else(|_| Json::from(number.as_f64()), Json::from)
        }
        Value::String(text) => Json::from(&**text),
        Value::Sensitive(_) => unreachable!("revealed"),
    }
}

/// Whether everything that `wanted` knows is in `found`.
fn covers(found: &Json, wanted: &Json) -> bool {
    match (found, wanted) {
        (_, Json::String(text)) if text == "?" => true,
        (Json::Array(a), Json::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| covers(a, b)),
        (Json::Object(a), Json::Object(b)) => {
            a.keys().eq(b.keys()) && a.iter().all(|(key, value)| covers(value, &b[key]))
        }
        (a, b) => a == b,
    }
}

fn cases() -> Vec<(String, Json)> {
    let recorded: Vec<Json> = serde_json::from_str(&corpus("unknowns.json")).expect("JSON");
    let listed = corpus("unknowns.txt");
    let listed: Vec<&str> = listed.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')).collect();
    let text = |case: &Json| case["expression"].as_str().expect("an expression").to_owned();
    assert_eq!(listed, recorded.iter().map(text).collect::<Vec<_>>(), "run tests/corpus/record");
    recorded
        .iter()
        .map(|case| (text(case), if case["error"] == true { Json::from("!") } else { case["known"].clone() }))
        .collect()
}

fn check(name: &str, ask: impl Fn(&str) -> Result<Value, String>) {
    let mut failures = Vec::new();
    for (expression, wanted) in cases() {
        match ask(&format!("${{{expression}}}")) {
            Ok(value) if covers(&shown(&value), &wanted) => {}
            Ok(value) => failures.push(format!("{expression}\n  Terraform knows {wanted}\n  found {}", shown(&value))),
            Err(_) if wanted == "!" => {}
            Err(error) => failures.push(format!("{expression}\n  Terraform knows {wanted}\n  found {error}")),
        }
    }
    assert!(failures.is_empty(), "{name}: {}\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn as_much_is_known_of_values() {
    let scope = over_values();
    check("values", |text| {
        let expr = reduced(text, &scope).map_err(|errors| format!("{errors:?}"))?;
        expr.as_value().cloned().ok_or_else(|| format!("left as {expr:?}"))
    });
}

#[test]
fn as_much_is_known_of_nodes() {
    let (scope, nodes) = (over_nodes(), nothing_known());
    check("nodes", |text| resolved(text, &scope, &nodes).map_err(|errors| format!("{errors:?}")));
}

/// What was called known is what comes out, however it turns out; and what was called a text stays one.
fn agrees(before: &Value, after: &Value) -> bool {
    match (before.reveal(), after.reveal()) {
        (Value::Unknown(unknown), after) => {
            let prefix = unknown.prefix.as_deref().unwrap_or("");
            !(unknown.not_null && after.is_null())
                && after.as_str().is_none_or(|text| text.starts_with(prefix))
                && (after.is_null() || unknown.ty.as_ref().is_none_or(|ty| of_type(after, ty)))
        }
        (Value::List(a), Value::List(b)) | (Value::Set(a), Value::Set(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| agrees(a, b))
        }
        (Value::Map(a), Value::Map(b)) => {
            a.keys().eq(b.keys()) && a.values().zip(b.values()).all(|(a, b)| agrees(a, b))
        }
        (a, b) => a == b,
    }
}

fn of_type(value: &Value, ty: &Type) -> bool {
    match (ty, value.reveal()) {
        (Type::Any, _) | (_, Value::Null) => true,
        (Type::String, Value::String(_)) | (Type::Number, Value::Number(_)) | (Type::Bool, Value::Bool(_)) => true,
        (Type::List(inner), Value::List(items)) | (Type::Set(inner), Value::Set(items)) => {
            items.iter().all(|item| of_type(item, inner))
        }
        (Type::Tuple(types), Value::List(items)) => {
            types.len() == items.len() && items.iter().zip(types).all(|(item, ty)| of_type(item, ty))
        }
        (Type::Map(inner), Value::Map(map)) => map.values().all(|item| of_type(item, inner)),
        (Type::Object(fields), Value::Map(map)) => {
            map.iter().all(|(name, item)| fields.get(name).is_some_and(|field| of_type(item, &field.ty)))
        }
        _ => false,
    }
}

#[test]
fn what_is_called_known_comes_out() {
    let scope = over_nodes();
    let mut failures = Vec::new();
    for (expression, _) in cases() {
        let text = format!("${{{expression}}}");
        let Ok(expr) = reduced(&text, &scope as &dyn Scope) else { continue };
        let nodes = nothing_known();
        let Ok(before) = resolve(&expr, &nodes, &Limits::default()).map(Cow::into_owned) else { continue };
        for (at, nodes) in outcomes().iter().enumerate() {
            // An error later is said when it is there.
            let Ok(after) = resolve(&expr, nodes, &Limits::default()) else { continue };
            if !agrees(&before, &after) {
                failures.push(format!("{expression} ({at})\n  before {before:?}\n  after  {after:?}"));
            }
        }
    }
    assert!(failures.is_empty(), "{}\n{}", failures.len(), failures.join("\n"));
}
