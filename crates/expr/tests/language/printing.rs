//! Residuals for people, and what they wait for.

use crate::support::{Names, instance, instances, parsed, reduced};
use firma_model::value::Value;

fn scope() -> Names {
    Names::default()
        .with("vpc.subnet.web", instances("vpc.subnet.web", &["a", "b"]))
        .with("vpc.vpc.main", instance("vpc.vpc.main"))
        .value("var.env", "prod")
        .value("var.secret", Value::from("not-a-secret").sensitive())
}

#[test]
fn residuals_read_as_they_are_written() {
    let cases = [
        ("${vpc.vpc.main.id}", "vpc.vpc.main.id", "vpc.vpc.main.id"),
        ("net-${vpc.vpc.main.id}-${var.env}", "\"net-${vpc.vpc.main.id}-prod\"", "vpc.vpc.main.id"),
        ("${upper(vpc.vpc.main.id)}", "upper(vpc.vpc.main.id)", "vpc.vpc.main.id"),
        ("${(vpc.vpc.main.n + 1) * 2}", "(vpc.vpc.main.n + 1) * 2", "vpc.vpc.main.n"),
        ("${vpc.vpc.main.n - (1 - 2)}", "vpc.vpc.main.n - -1", "vpc.vpc.main.n"),
        ("${1 - (vpc.vpc.main.n - 2)}", "1 - (vpc.vpc.main.n - 2)", "vpc.vpc.main.n"),
        (
            "${!(vpc.vpc.main.a && vpc.vpc.main.b)}",
            "!(vpc.vpc.main.a && vpc.vpc.main.b)",
            "vpc.vpc.main.a vpc.vpc.main.b",
        ),
        ("${vpc.vpc.main.a ? \"x\" : var.env}", "vpc.vpc.main.a ? \"x\" : \"prod\"", "vpc.vpc.main.a"),
        (
            "${[for s in vpc.subnet.web : s.id]}",
            "[vpc.subnet.web[\"a\"].id, vpc.subnet.web[\"b\"].id]",
            "vpc.subnet.web[\"a\"].id vpc.subnet.web[\"b\"].id",
        ),
        (
            "${[for x in vpc.vpc.main.list : \"${x}-${var.env}\" if x != \"\"]}",
            "[for x in vpc.vpc.main.list : \"${x}-prod\" if x != \"\"]",
            "vpc.vpc.main.list",
        ),
        (
            "${{ for k, v in vpc.vpc.main.map : k => v... }}",
            "{for k, v in vpc.vpc.main.map : k => v...}",
            "vpc.vpc.main.map",
        ),
        ("${vpc.vpc.main.list[*].id}", "vpc.vpc.main.list[*].id", "vpc.vpc.main.list"),
        ("${{ a = vpc.vpc.main.id, \"b c\" = 1 }}", "{ a = vpc.vpc.main.id, \"b c\" = 1 }", "vpc.vpc.main.id"),
        ("${vpc.vpc.main.map[var.env]}", "vpc.vpc.main.map[\"prod\"]", "vpc.vpc.main.map"),
        ("${var.secret}-${vpc.vpc.main.id}", "(sensitive)", "vpc.vpc.main.id"),
        ("${[var.secret, vpc.vpc.main.id]}", "[(sensitive), vpc.vpc.main.id]", "vpc.vpc.main.id"),
        ("${jsonencode([vpc.vpc.main])}", "jsonencode([vpc.vpc.main])", "vpc.vpc.main"),
        ("a\"b\n\u{1b}$${x}${vpc.vpc.main.id}", "\"a\\\"b\\n\\u001b$${x}${vpc.vpc.main.id}\"", "vpc.vpc.main.id"),
        ("${max(vpc.vpc.main.list...)}", "max(vpc.vpc.main.list...)", "vpc.vpc.main.list"),
        ("%{ if vpc.vpc.main.a }x%{ endif }", "\"${vpc.vpc.main.a ? \"x\" : \"\"}\"", "vpc.vpc.main.a"),
    ];
    for (text, shown, awaited) in cases {
        let left = reduced(text, &scope()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
        assert_eq!(left.to_string(), shown, "{text}");
        assert_eq!(left.awaited().join(" "), awaited, "{text}");
    }
}

/// What is printed reads back as the same: no parentheses are missing.
#[test]
fn operators_read_back() {
    let text = "${a.a ? b.b || c.c && !d.d == (e.e < f.f) : -(g.g + h.h * (i.i - j.j)) % (k.k ? l.l : m.m)}";
    let tree = parsed(text).expect("an expression");
    let again = parsed(&format!("${{{tree}}}")).expect("an expression");
    assert_eq!(again.to_string(), tree.to_string());
}

#[test]
fn long_ones_are_cut() {
    let items = vec!["vpc.vpc.main.id"; 100].join(", ");
    let left = reduced(&format!("${{[{items}]}}"), &scope()).expect("a residual");
    assert!(left.to_string().ends_with("vpc.vpc.main.id, ...]"));
    assert!(left.to_string().len() < 1000);
    let mut scope = scope();
    for _ in 0..100 {
        let deeper = reduced("${[local.before]}", &scope.with("local.before", left.clone())).expect("a residual");
        assert!(deeper.to_string().len() < 1000);
        scope = self::scope().with("local.before", deeper);
    }
}
