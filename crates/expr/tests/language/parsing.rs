//! From text to trees: what is a literal, where things stand, what is refused.

use crate::support::{Names, error, parsed, value};
use firma_expr::{Segment, each_reference, parse};
use firma_model::{
    expr::ExprKind,
    span::{SourceId, Span},
    value::Value,
};

#[test]
fn plain_text_is_a_literal() {
    for text in ["", "plain", "100 %", "$", "$ {x}", "{x}", "a\\n\"b\"", "é"] {
        let expr = parsed(text).expect("a literal");
        assert_eq!(expr.kind, ExprKind::Literal(Value::from(text)), "{text}");
        assert_eq!(expr.span, Span::new(SourceId(0), 0, text.len()));
    }
}

#[test]
fn template_text() {
    let scope = Names::default().value("x", "v").value("n", Value::from(5_i64));
    let cases = [
        ("${n}", Value::from(5_i64)),
        ("${ n }", Value::from(5_i64)),
        ("${\n  n\n}", Value::from(5_i64)),
        ("${n} ", Value::from("5 ")),
        ("a${x}b", Value::from("avb")),
        ("$${x}", Value::from("${x}")),
        ("%%{x}", Value::from("%{x}")),
        ("$$${x}", Value::from("$${x}")),
        ("a$${b}${x}", Value::from("a${b}v")),
        ("back\\slash ${x} \"quoted\"", Value::from("back\\slash v \"quoted\"")),
        ("a \n ${~ x ~} \n b", Value::from("avb")),
        ("${null}", Value::Null),
        ("${<<EOT\nhello\n  ${x}\nEOT\n}", Value::from("hello\n  v\n")),
        ("${<<-EOT\n    a\n      b\n    EOT\n}", Value::from("a\n  b\n")),
        ("${\"${x}\"}", Value::from("v")),
        ("${upper(\"${x}\")}", Value::from("V")),
        ("${/* comment */ n}", Value::from(5_i64)),
        ("${n == 5 ? \"a\" : \"b\"}", Value::from("a")),
        ("${true}", Value::from(true)),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text, &scope), expected, "{text}");
    }
}

#[test]
fn places() {
    // Offsets as a caller would translate them: here into a file where the text begins at byte 100.
    let at = |text: &str| parse(text, &|start, end| Span::new(SourceId(7), start + 100, end + 100));
    let expr = at("ab${upper(x.y)}").expect("a template");
    assert_eq!(expr.span, Span::new(SourceId(7), 100, 115));
    let ExprKind::Template(parts) = &expr.kind else { panic!("{expr:?}") };
    assert_eq!(parts[0].span, Span::new(SourceId(7), 100, 102));
    assert_eq!(parts[1].span, Span::new(SourceId(7), 104, 114));
    let ExprKind::Call(_, arguments, _) = &parts[1].kind else { panic!("{parts:?}") };
    assert_eq!(arguments[0].span, Span::new(SourceId(7), 110, 113));
}

#[test]
fn places_of_errors() {
    let scope = Names::default().value("x", "v");
    let cases = [
        ("ab${x.}", "E0201", 6, 7),
        ("${x", "E0201", 3, 3),
        ("a ${x} b ${", "E0201", 9, 11),
        ("${}", "E0201", 2, 3),
        ("é${+}", "E0201", 4, 5),
        ("a %{ if x }b", "E0202", 2, 4),
        ("a %{ if x }b%{ endif }", "E0211", 8, 9),
        ("${nothing}", "E0301", 2, 9),
        ("${[1, nothing.a]}", "E0301", 6, 15),
        ("${upper([])}", "E0222", 8, 10),
        ("${1 + \"a\"}", "E0208", 6, 9),
        ("${x.y}", "E0206", 2, 5),
        ("a${null}", "E0214", 3, 7),
        ("${frob(1)}", "E0220", 2, 9),
    ];
    for (text, code, start, end) in cases {
        let found = match parsed(text) {
            Err(error) => error,
            Ok(_) => error(text, &scope),
        };
        let span = found.span.expect("a place");
        assert_eq!((found.code, span.start, span.end), (code, start, end), "{text}: {}", found.message);
    }
}

#[test]
fn messages_of_syntax_errors() {
    let cases = [
        ("${x", "expected `}`, found the end of the text"),
        ("${}", "an expression was expected, found `}`"),
        ("${1 2}", "expected `}`, found `2`"),
        ("%{ if x }a", "this `%{` does not begin a directive that has an end"),
        ("a%{ endif }", "this `%{` does not begin a directive that has an end"),
    ];
    for (text, message) in cases {
        let found = parsed(text).expect_err("an error");
        assert!(found.message.contains(message), "{text}: {}", found.message);
    }
}

#[test]
fn references() {
    let text = "${var.a}-${local.list[0].x}${[for s in vpc.subnet.web : s.id if s.n == var.b]}\
                ${data.vm.image.ubuntu[var.k].id}${upper(each.value)}${module.m[*].x}";
    let expr = parsed(text).expect("a template");
    let mut found = Vec::new();
    each_reference(&expr, &mut |reference| {
        assert!(matches!(reference.segments[0], Segment::Name(_)));
        found.push(reference.to_string());
    });
    assert_eq!(
        found,
        [
            "var.a",
            "local.list[0].x",
            "vpc.subnet.web",
            "var.b",
            "data.vm.image.ubuntu",
            "var.k",
            "each.value",
            "module.m"
        ]
    );
}
