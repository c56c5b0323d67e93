//! The format: nothing is lost, nothing leaks, nothing panics.

mod arbitrary;
mod samples;

use super::{FormatError, decode, digest::concealed, encode, id, id_of_encoded};
use crate::{secret::HashKey, step::Plan};
use firma_model::{
    diagnostic::Diagnostic,
    expr::{Expr, ExprKind, UnaryOp},
    span::{SourceId, Span},
    value::Value,
};
use proptest::prelude::*;
use samples::{SECRET, sample};

const KEY: HashKey = [7; 32];

fn text(plan: &Plan) -> String {
    String::from_utf8(encode(plan)).expect("JSON is UTF-8")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_what_is_read(plan in arbitrary::plan()) {
        let bytes = encode(&plan);
        let read = decode(&bytes).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&read, &plan);
        prop_assert_eq!(encode(&read), bytes);
    }

    #[test]
    fn any_bytes_give_an_answer(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn a_changed_byte_gives_an_answer(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = encode(&sample());
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // A digit may become another digit; what matters is that nothing panics.
        let _ = decode(&bytes);
    }
}

#[test]
fn a_truncated_plan_is_an_error_at_every_length() {
    let bytes = encode(&sample());
    for length in 0..bytes.len() {
        assert!(decode(&bytes[..length]).is_err(), "{length} of {} bytes", bytes.len());
    }
}

#[test]
fn a_flipped_bit_never_panics() {
    let bytes = encode(&sample());
    for at in 0..bytes.len() {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        let _ = decode(&flipped);
    }
}

#[test]
fn other_formats_are_told_apart() {
    let message = |text: &str| decode(text.as_bytes()).expect_err("refused").to_string();
    assert_eq!(message(""), "this is not a plan of Firma");
    assert_eq!(message("{}"), "this is not a plan of Firma");
    assert_eq!(message(r#"{"format":"firma.review/v1"}"#), "this is not a plan of Firma");
    assert_eq!(
        message(r#"{"format":"firma.plan/2","whatever":[1,2]}"#),
        "the plan has the format firma.plan/2; this version of Firma reads firma.plan/1"
    );
    assert_eq!(
        message(r#"{"format":"firma.plan/1","procedure_format":9,"plan":{}}"#),
        "the plan has the format firma.plan/1 with procedures of version 9; this version of Firma reads firma.plan/1"
    );
    assert!(
        message(r#"{"format":"firma.plan/1","procedure_format":1,"plan":{}}"#).starts_with("the plan is damaged: ")
    );
    let code = |text: &str| Diagnostic::from(decode(text.as_bytes()).expect_err("refused")).code;
    assert_eq!(code("{}"), "E0640");
    assert_eq!(code(r#"{"format":"firma.plan/2"}"#), "E0641");
}

#[test]
fn an_edge_to_nowhere_is_damage() {
    let mut plan = sample();
    plan.steps[0].after[0].vertex = 999;
    let error = decode(&encode(&plan)).expect_err("refused");
    assert!(matches!(error, FormatError::Damaged { ref why } if why.contains("vertex 999")), "{error}");
    assert_eq!(Diagnostic::from(error).code, "E0642");
}

#[test]
fn terms_must_make_one_tree() {
    let good = r#""terms":[{"node":"vpc.vpc.main"},{"attribute":[0,"id"]}]"#;
    let bytes = text(&sample());
    assert!(bytes.contains(good), "{bytes}");
    for bad in [
        r#""terms":[]"#,
        r#""terms":[{"attribute":[0,"id"]}]"#,
        r#""terms":[{"node":"vpc.vpc.main"},{"attribute":[4294967295,"id"]}]"#,
        r#""terms":[{"node":"vpc.vpc.main"},{"index":[0,0]}]"#,
        r#""terms":[{"node":"vpc.vpc.main"},{"name":"x"}]"#,
        r#""terms":[{"node":"vpc.vpc.main"},{"unary":["~",0]}]"#,
        r#""terms":[{"node":"not an address"}]"#,
    ] {
        assert!(decode(bytes.replace(good, bad).as_bytes()).is_err(), "{bad}");
    }
}

fn nested(levels: usize) -> Plan {
    let mut expr = Expr { kind: ExprKind::Name("x".into()), span: Span::default() };
    for _ in 0..levels {
        expr = Expr { kind: ExprKind::Unary(UnaryOp::Not, Box::new(expr)), span: Span::default() };
    }
    let mut plan = sample();
    plan.steps[0].attributes.insert("deep".into(), expr);
    plan
}

#[test]
fn depth_is_bounded() {
    let deep = nested(300);
    assert_eq!(decode(&encode(&deep)), Ok(deep));
    let error = decode(&encode(&nested(600))).expect_err("refused").to_string();
    assert!(error.contains("nested more than 512 levels"), "{error}");
    let brackets = "[".repeat(200_000);
    assert!(decode(brackets.as_bytes()).is_err());
    let head = r#"{"format":"firma.plan/1","procedure_format":1,"#;
    assert!(decode(format!("{head}\"plan\":{brackets}").as_bytes()).is_err());
}

#[test]
fn places_in_sources_are_not_kept() {
    let plan = sample();
    let mut moved = plan.clone();
    for expr in moved.steps.iter_mut().flat_map(|step| step.attributes.values_mut()) {
        expr.span = Span::new(SourceId(3), 10, 20);
    }
    assert_eq!(encode(&moved), encode(&plan));
}

#[test]
fn numbers_keep_their_digits() {
    for digits in
        ["0.1", "1e-7", "123456789012345678901234567890", "18446744073709551615", "-5", "1.50", "0.30000000000000004"]
    {
        let mut plan = sample();
        let number = firma_model::number::Number::parse(digits).expect("a number");
        plan.steps[0].attributes.insert("n".into(), Expr::literal(Value::Number(number.clone())));
        let read = decode(&encode(&plan)).expect("decodes");
        let Some(Value::Number(back)) = read.steps[0].attributes["n"].as_value() else { panic!("a number") };
        assert_eq!(back, &number);
        assert_eq!(back.canonical(), number.canonical());
    }
}

#[test]
fn the_id_is_of_the_plan_and_of_the_key() {
    let plan = sample();
    let first = id(&plan, &KEY);
    assert_eq!(first.len(), 64);
    assert_eq!(first, id(&plan.clone(), &KEY));
    assert_eq!(first, id_of_encoded(&encode(&plan), &KEY));
    assert_eq!(first, id(&decode(&encode(&plan)).expect("decodes"), &KEY));
    assert_ne!(first, id(&plan, &[8; 32]));
    let mut other = plan.clone();
    other.unchanged += 1;
    assert_ne!(first, id(&other, &KEY));
    let mut other = plan;
    other.steps[0].attributes.insert("password".into(), Expr::literal(Value::string("another").sensitive()));
    assert_ne!(first, id(&other, &KEY));
}

#[test]
fn what_is_hashed_holds_no_secret() {
    let bytes = encode(&sample());
    assert!(
        String::from_utf8_lossy(&bytes).matches(SECRET).count() >= 6,
        "the sample hides something everywhere it can"
    );
    let mut shown = Vec::new();
    concealed(&bytes, &KEY, &mut |part| shown.extend_from_slice(part));
    let shown = String::from_utf8(shown).expect("still text");
    assert!(!shown.contains(SECRET), "{shown}");
    serde_json::from_str::<serde_json::Value>(&shown).expect("still JSON");
}

#[test]
fn keys_that_look_like_marks_stay_keys() {
    let mut plan = sample();
    let tricky = Value::Map(
        ["$sensitive", "$$sensitive", "$set", "$number", "$unknown", "$", "plain"]
            .into_iter()
            .map(|key| (key.to_owned(), Value::string("{\"$sensitive\":")))
            .collect(),
    );
    for key in ["$sensitive", "$unknown"] {
        let one = Value::Map([(key.to_owned(), Value::from(true))].into());
        plan.steps[0].attributes.insert(format!("one {key}"), Expr::literal(one));
    }
    plan.steps[0].attributes.insert("tricky".into(), Expr::literal(tricky));
    assert_eq!(decode(&encode(&plan)), Ok(plan));
}
