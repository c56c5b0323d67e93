//! What is read here is read by the whole grammar in the same way, places included.

use super::{MAX_CALLS, parse};
use crate::lower;
use hcl_edit::parser::parse_template;

/// Pieces of which texts are put together.
const PIECES: [&str; 46] = [
    "a",
    "vpc",
    "each",
    "true",
    "null",
    "for",
    "if",
    "in",
    "x-y",
    "_z",
    "é",
    "1",
    "0",
    "01",
    ".",
    ".id",
    ".true",
    ".0",
    "[0]",
    "[12]",
    "[\"k\"]",
    "[\"a b\"]",
    "[\"é\"]",
    "[\"${a}\"]",
    "[\"\\n\"]",
    "[each.key]",
    "[*]",
    ".*",
    "${",
    "${a",
    "${a}",
    "${a.b}",
    "${ a }",
    "${~a~}",
    "}",
    "$",
    "$${",
    "%",
    "%%{",
    "%{",
    "{",
    "\"",
    "\\",
    " ",
    "\n",
    "\r\n",
];

fn same_as_the_grammar(text: &str) -> bool {
    let Some(found) = parse(text) else { return false };
    let template = parse_template(text).unwrap_or_else(|e| panic!("{text:?} is no template: {e}"));
    let expected = lower::template(&template, text.len());
    let expected = expected.unwrap_or_else(|problem| panic!("{text:?} is refused: {problem:?}"));
    assert_eq!(found, expected, "{text:?}");
    true
}

#[test]
fn all_short_texts() {
    let mut read = 0;
    for a in PIECES {
        for b in PIECES {
            for c in PIECES {
                read += u32::from(same_as_the_grammar(&format!("${{{a}{b}{c}}}")));
                read += u32::from(same_as_the_grammar(&format!("{a}{b}{c}${{local.x}}")));
                read += u32::from(same_as_the_grammar(&format!("${{var.y}}{a}{b}{c}")));
            }
        }
    }
    assert!(read > 10_000, "only {read} were plain");
}

/// Pieces of which what stands in a call is put together.
const ARGUMENTS: [&str; 19] = [
    "f(", "g-h(", "core::f(", "if(", ")", ",", ", ", " ", "a", "b.c", "1", "01", "1.5", "\"k l\"", "\"%\"", "[0]",
    "...", "true", "\n",
];

#[test]
fn all_short_calls() {
    let mut read = 0;
    for a in ARGUMENTS {
        for b in ARGUMENTS {
            for c in ARGUMENTS {
                for d in ARGUMENTS {
                    read += u32::from(same_as_the_grammar(&format!("${{f({a}{b}{c}{d})}}")));
                }
                read += u32::from(same_as_the_grammar(&format!("x${{f(f({a}{b}{c}), a).b}} ${{c}}")));
            }
        }
    }
    assert!(read > 1_000, "only {read} were plain");
}

#[test]
fn calls_that_are_nested_deeply_are_left_to_the_grammar() {
    for depth in [1, MAX_CALLS, MAX_CALLS + 1, 40] {
        let text = format!("${{{}a{}}}", "f(".repeat(depth), ")".repeat(depth));
        assert_eq!(same_as_the_grammar(&text), depth <= MAX_CALLS, "{depth}");
    }
    assert!(parse(&format!("${{{}", "f(".repeat(100_000))).is_none());
}

#[test]
fn what_manifests_are_full_of_is_plain() {
    for text in [
        "${vpc.vpc.main.id}",
        "${local.prefix}-web-${count.index}",
        "${vpc.subnet.web[\"a\"].id}",
        "${vpc.subnet.web[3].id}",
        "${each.key}",
        "hub ${firma.value.r0.output}, 17",
        "名 ${var.name} é",
        "${upper(a)}",
        "${cidrsubnet(vpc.vpc.main.address_prefix, 8, 17)}",
        "${join(\"-\", local.names)}-${format(\"n d\", count.index)}",
        "${element(sort(keys(var.zones)), 0).name[1]}",
    ] {
        assert!(same_as_the_grammar(text), "{text}");
    }
    for text in ["", "plain", "${upper(a...)}", "${-a}", "$${a}", "${a + b}", "${a}%{ if b }c%{ endif }"] {
        assert!(parse(text).is_none(), "{text}");
    }
}
