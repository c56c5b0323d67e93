//! Bad and excessive input: a diagnostic, never a hang, an overflow or a crash.

use crate::support::{Known, Names, error, instance, parsed, reduced, resolved, value};
use firma_expr::{Limits, MAX_TEXT, Trace, evaluate, parse_type, resolve};
use firma_model::{
    expr::{Expr, ExprKind},
    span::{SourceId, Span},
    value::Value,
};

fn code(text: &str) -> &'static str {
    match parsed(text) {
        Err(error) => error.code,
        Ok(_) => error(text, &Names::default()).code,
    }
}

fn nested(open: &str, inner: &str, close: &str, depth: usize) -> String {
    format!("${{{}{inner}{}}}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn long_evaluations() {
    assert_eq!(code("${range(0, 10000000)}"), "E0204");
    // The others with a tenth of the steps, to save time.
    let limits = Limits { steps: 100_000, ..Limits::default() };
    for text in [
        "${length(range(10000000))}",
        "${[for a in range(2000) : [for b in range(2000) : a * b]]}",
        "${length([for a in range(100) : [for b in range(100) : [for c in range(1000) : 1]]])}",
        "${setproduct(range(1000), range(1000), range(1000))}",
        "${flatten([for a in range(2000) : range(1000)])}",
        "${{ for a in range(2000000) : a => a }}",
    ] {
        let expr = parsed(text).expect("an expression");
        let errors = evaluate(&expr, &Names::default(), &mut Trace::new(), &limits).expect_err("an error");
        assert_eq!(errors.list[0].code, "E0204", "{text}");
    }
}

#[test]
fn huge_texts() {
    for text in [
        "${join(\"\", [for i in range(20000) : format(\"%01000d\", i)])}",
        "${indent(100000000, \"a\\nb\")}",
        "${replace(join(\"\", [for i in range(9999) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]), \"a\", format(\"%01000d\", 1))}",
        "${replace(join(\"\", [for i in range(9999) : \"aaaaaaaaaaaaaaaaaaaaaaaaaaaa\"]), \"/a/\", format(\"%01000d\", 1))}",
    ] {
        assert_eq!(code(text), "E0204", "{text}");
    }
    let big = Names::default().value("big", "x".repeat(9 << 20));
    assert_eq!(error("${big}${big}", &big).code, "E0204");
    assert_eq!(error("${[for i in range(10000) : \"${big}\"]}", &big).code, "E0204");
    assert_eq!(error("${[for i in range(10000) : upper(big)]}", &big).code, "E0204");
}

#[test]
fn deep_texts() {
    for (open, close) in [("(", ")"), ("[", "]"), ("{a=", "}"), ("upper(", ")"), ("!", ""), ("true ? 1 : ", "")] {
        let legal = nested(open, "true", close, 60);
        assert!(parsed(&legal).is_ok(), "{legal}: {:?}", parsed(&legal));
        let _ = reduced(&legal, &Names::default());
        assert_eq!(code(&nested(open, "true", close, 70)), "E0203", "{open}");
        assert_eq!(code(&nested(open, "true", close, 5000)), "E0203", "{open}");
    }
    assert_eq!(code(&nested("\"${", "1", "}\"", 5000)), "E0203");
    assert_eq!(value(&format!("${{1{}}}", "+1".repeat(100)), &Names::default()), Value::from(101_i64));
    assert_eq!(code(&format!("${{1{}}}", "+1".repeat(1000))), "E0203");
    assert_eq!(code(&format!("${{a{}}}", ".b".repeat(20000))), "E0203");
    assert_eq!(code(&format!("${{a{}}}", "[0]".repeat(20000))), "E0203");
    assert_eq!(code(&format!("${{a{}}}", "[*]".repeat(20000))), "E0203");
    assert_eq!(code(&format!("${{{}}}", "x".repeat(MAX_TEXT))), "E0203");
}

#[test]
fn residuals_that_double() {
    // local.n = "${local.n-1}${local.n-1}": 2^n parts, unless something stops it.
    let mut scope = Names::default().with("x", instance("vpc.vpc.main"));
    let mut here = reduced("${x.id}", &scope).expect("a residual");
    for depth in 0..64 {
        scope = scope.with("local.before", here);
        match reduced("${[local.before, local.before]}", &scope) {
            Ok(expr) => here = expr,
            Err(errors) => {
                assert!(depth > 10, "too early: {depth}");
                assert_eq!(errors.list[0].code, "E0204");
                return;
            }
        }
    }
    panic!("nothing stopped it");
}

#[test]
fn values_that_nest_without_end() {
    let mut scope = Names::default().value("local.before", Value::from(1_i64));
    for depth in 0..2000 {
        match reduced("${[local.before]}", &scope) {
            Ok(expr) => scope = scope.with("local.before", expr),
            Err(errors) => {
                assert!(depth > 100);
                assert_eq!(errors.list[0].code, "E0204");
                return;
            }
        }
    }
    panic!("nothing stopped it");
}

/// Each kind of level costs another amount of stack: whatever is accepted can also be resolved on a test's thread.
#[test]
fn residuals_that_nest_without_end() {
    for text in [
        "${local.before.x}",
        "${upper(local.before)}",
        "a${local.before}",
        "${[local.before]}",
        "${{ a = local.before }}",
        "${!local.before}",
        "${1 + local.before}",
        "${true && local.before}",
        "${local.before ? 1 : 2}",
        "${[1, 2][local.before]}",
        "${[for x in local.before : x]}",
        "${[for x in [1] : local.before if local.before]}",
        "${{ for x in local.before : x => x }}",
        "${local.before.*.a}",
        "${try(local.before, 1)}",
        "${max(local.before...)}",
        "${sensitive(upper(local.before))}",
    ] {
        // A whole resource can be no text.
        let kind = ExprKind::Attribute(Box::new(instance("vpc.vpc.main")), "id".into());
        let mut scope = Names::default().with("local.before", Expr { kind, span: Span::default() });
        let mut depth = 0;
        loop {
            match reduced(text, &scope) {
                Ok(expr) => {
                    let nodes = Known::default();
                    let _ = resolve(&expr, &nodes, &Limits::default());
                    scope = scope.with("local.before", expr);
                }
                Err(errors) => {
                    assert!(depth > 10, "{text} at {depth}");
                    assert_eq!(errors.list[0].code, "E0204", "{text}");
                    break;
                }
            }
            depth += 1;
            assert!(depth < 2000, "nothing stopped {text}");
        }
    }
}

#[test]
fn deep_json() {
    let text = format!("${{jsondecode(\"{}{}\")}}", "[".repeat(20000), "]".repeat(20000));
    assert_eq!(error(&text, &Names::default()).code, "E0222");
}

#[test]
fn patterns_that_explode() {
    for text in ["${regex(\"(a{1000}){1000}\", \"a\")}", "${replace(\"a\", \"/(((a{100}){100}){100})/\", \"\")}"] {
        assert_eq!(error(text, &Names::default()).code, "E0222", "{text}");
    }
    let text = "${can(regex(\"(a*)*(a*)*b\", join(\"\", [for i in range(5000) : \"a\"])))}";
    assert_eq!(value(text, &Names::default()), Value::from(false));
}

#[test]
fn try_does_not_hide_limits() {
    assert_eq!(error("${try(range(10000000), 1)}", &Names::default()).code, "E0204");
    assert_eq!(error("${try(uper(1), 1)}", &Names::default()).code, "E0220");
    assert_eq!(error("${try(nothing.here, 1)}", &Names::default()).code, "E0301");
    assert_eq!(error("${can(range(10000000))}", &Names::default()).code, "E0204");
}

#[test]
fn all_errors_of_an_expression() {
    let found = reduced("${[uper(1), 1 / 0, { a = lenght([]) }]}", &Names::default()).expect_err("errors");
    let codes: Vec<&str> = found.list.iter().map(|error| error.code).collect();
    assert_eq!(codes, ["E0220", "E0210", "E0220"]);
    assert_eq!(found.list[2].hints, ["did you mean `length`?"]);
}

#[test]
fn limits_are_the_callers() {
    let text = parsed("${[for i in range(100) : i]}").expect("an expression");
    let tight = Limits { steps: 50, ..Limits::default() };
    let errors = evaluate(&text, &Names::default(), &mut Trace::new(), &tight).expect_err("an error");
    assert_eq!(errors.list[0].code, "E0204");
}

#[test]
fn a_literal_costs_nothing() {
    let literal = Expr { kind: ExprKind::Literal(Value::from("x")), span: Span::default() };
    let nodes = Known::default();
    let found = resolve(&literal, &nodes, &Limits { steps: 0, text: 0, depth: 0 }).expect("a value");
    assert!(matches!(found, std::borrow::Cow::Borrowed(_)));
    assert_eq!(resolved("plain", &Names::default(), &nodes).expect("a value"), Value::from("plain"));
}

#[test]
fn directives_that_nest() {
    let nested = |depth: usize| format!("{}x{}", "%{ if true }".repeat(depth), "%{ endif }".repeat(depth));
    assert_eq!(value(&nested(20), &Names::default()), Value::from("x"));
    for depth in [70, 500, 2000] {
        match parsed(&nested(depth)) {
            Ok(tree) => drop(evaluate(&tree, &Names::default(), &mut Trace::new(), &Limits::default())),
            Err(error) => assert!(matches!(error.code, "E0203" | "E0202"), "{depth}: {error:?}"),
        }
    }
    let walks = format!("{}x{}", "%{ for a in range(1000) }".repeat(3), "%{ endfor }".repeat(3));
    assert_eq!(code(&walks), "E0204");
}

#[test]
fn yaml_that_explodes() {
    // Each line is ten times the one before.
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let before = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    let names = Names::default().value("text", text);
    assert_eq!(error("${yamldecode(text)}", &names).code, "E0204");
    let deep = Names::default().value("text", "[".repeat(5000)).value("dashes", "- ".repeat(5000));
    assert_eq!(error("${yamldecode(text)}", &deep).code, "E0222");
    assert_eq!(error("${yamldecode(dashes)}", &deep).code, "E0222");
}

#[test]
fn costly_functions() {
    let limits = Limits { steps: 100_000, ..Limits::default() };
    for text in [
        "${[for i in range(90000) : can(regex(\"a{1,${i % 999}}(b|c){100}\", \"a\"))]}",
        "${[for i in range(90000) : i / 7]}",
        "${[for i in range(9000) : length(tolist([range(1000)]))]}",
        "${[for i in range(9000) : sort(range(100))]}",
        "${[for i in range(9000) : rsadecrypt(\"AAAA\", \"x\")]}",
    ] {
        let expr = parsed(text).expect("an expression");
        let errors = evaluate(&expr, &Names::default(), &mut Trace::new(), &limits).expect_err("an error");
        assert!(errors.list.iter().any(|error| matches!(error.code, "E0204" | "E0222")), "{text}: {errors:?}");
    }
}

#[test]
fn numbers_of_any_length() {
    for text in [
        "1e-999999999999",
        "1e999999999999",
        "0e999999999999",
        &"9".repeat(60000),
        &format!("0.{}1", "0".repeat(60000)),
    ] {
        let _ = reduced(&format!("${{{text} + 1}}"), &Names::default());
        let _ = reduced(&format!("${{tostring({text})}}"), &Names::default());
        let _ = reduced(&format!("${{format(\"%.500f %g %e\", {text}, {text}, {text})}}"), &Names::default());
        let _ = reduced(&format!("${{parseint(\"{text}\", 10)}}"), &Names::default());
    }
}

/// Whatever asks for more than anybody means is refused at once, in the words of a diagnostic with a place.
#[test]
fn growth_of_every_kind() {
    for (text, expected) in [
        ("${range(0, 1000000000)}", "E0204"),
        ("${range(1e18)}", "E0204"),
        ("${[for i in range(1000000000) : i]}", "E0204"),
        ("${{ for i in range(0, 1e9) : i => i }}", "E0204"),
        ("${format(\"%1000000000d\", 1)}", "E0204"),
        ("${format(\"%.1000000000f\", 1)}", "E0204"),
        ("${formatlist(\"%99999999s\", range(1000))}", "E0204"),
        ("${join(\"\", [for i in range(3000) : format(\"%010000d\", i)])}", "E0204"),
        ("${setproduct(range(9999), range(9999), range(9999), range(9999))}", "E0204"),
        ("${flatten([for a in range(9999) : [for b in range(9999) : [a, b]]])}", "E0204"),
        ("${chunklist(range(10000000), 1)}", "E0204"),
        ("${pow(10, 1e9)}", "E0210"),
        ("${cidrsubnets(\"10.0.0.0/8\", [for i in range(5000000) : 24]...)}", "E0204"),
        ("${cidrhost(\"10.0.0.0/8\", 1e30)}", "E0222"),
        ("${regex(\"((a{999}){999}){999}\", \"a\")}", "E0222"),
        ("${substr(indent(99999999, \"a\\nb\"), 0, 1)}", "E0204"),
        ("${jsondecode(join(\"\", [for i in range(99999) : \"[\"]))}", "E0222"),
        ("${yamldecode(join(\"\", [for i in range(9999) : \"[\"]))}", "E0222"),
    ] {
        let found = error(text, &Names::default());
        let clear = found.code == expected || found.code == "E0222";
        assert!(clear && found.span.is_some(), "{text}: {found:?}");
    }
}

#[test]
fn types_that_nest() {
    let nested = |depth: usize| format!("{}string{}", "list(".repeat(depth), ")".repeat(depth));
    let place = |start, end| Span::new(SourceId(0), start, end);
    assert!(parse_type(&nested(20), &place).is_ok());
    let objects = format!("{}string{}", "object({ a = ".repeat(9000), " })".repeat(9000));
    for text in [nested(9000), objects, "optional(".repeat(9000), "tuple([".repeat(9000)] {
        let found = parse_type(&text, &place).expect_err("a diagnostic");
        assert!(matches!(found.code, "E0203" | "E0230") && found.span.is_some(), "{found:?}");
    }
}

#[test]
fn heredocs_and_templates_that_nest() {
    let heredoc = |inner: &str| format!("${{<<A\n{inner}\nA\n}}");
    let mut text = "x".to_owned();
    for _ in 0..300 {
        text = heredoc(&text);
    }
    match parsed(&text) {
        Ok(tree) => drop(evaluate(&tree, &Names::default(), &mut Trace::new(), &Limits::default())),
        Err(found) => assert!(matches!(found.code, "E0201" | "E0203"), "{found:?}"),
    }
    let quoted = format!("${{{}1{}}}", "\"${".repeat(300), "}\"".repeat(300));
    assert_eq!(code(&quoted), "E0203");
}

/// Errors of types show what an operand is, and never anything of one that is sensitive.
#[test]
fn what_an_operand_is_stands_beside_it() {
    let names = Names::default()
        .value("size", "small")
        .value("hidden", Value::from("not-a-secret").sensitive())
        .value("many", Value::List(vec![Value::from("not-a-secret")]).sensitive());
    for (text, label) in [
        ("${size + 1}", Some("this is \"small\"")),
        ("${size.a}", Some("this is \"small\"")),
        ("${size[0]}", Some("this is \"small\"")),
        ("${[for x in size : x]}", Some("this is \"small\"")),
        ("${[for x in [1] : x if size]}", Some("this is \"small\"")),
        ("${size ? 1 : 2}", Some("this is \"small\"")),
        ("${hidden + 1}", Some("this is a sensitive value")),
        ("${hidden ? 1 : 2}", Some("this is a sensitive value")),
        ("${[for x in hidden : x]}", Some("this is a sensitive value")),
        ("${hidden.a}", None),
        ("${[for x in many : x + 1]}", None),
        ("${[for x in many : { a = 1 }[x]]}", None),
        ("${[for x in many : 1 if x]}", None),
        ("${many[*].a}", None),
        ("${{ for x in many : x => tonumber(x) }}", None),
    ] {
        let found = error(text, &names);
        assert_eq!(found.label.as_deref(), label, "{text}: {found:?}");
        assert!(!format!("{found:?}").contains("not-a-secret"), "{text}: {found:?}");
    }
}
