//! The language by example: `cases/*.txt` hold expressions and, indented below each, what they give.
//!
//! The results were compared with Terraform 1.11's; where this language differs on purpose, the case says so with a
//! comment. `! E0207 text` expects an error of that code whose message contains the text.

use crate::support::{Names, error, show, value};

fn check(file: &str, cases: &str) {
    let mut failures = Vec::new();
    let mut expression: Option<&str> = None;
    let mut count = 0;
    for line in cases.lines() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let Some(expected) = line.strip_prefix("    ") else {
            assert!(expression.is_none(), "{file}: {expression:?} has no result");
            expression = Some(line);
            continue;
        };
        let source = expression.take().unwrap_or_else(|| panic!("{file}: {line:?} belongs to nothing"));
        count += 1;
        let text = format!("${{{source}}}");
        let found = match expected.strip_prefix("! ") {
            Some(wanted) => {
                let found = error(&text, &Names::default());
                let (code, part) = wanted.split_once(' ').unwrap_or((wanted, ""));
                if found.code == code && found.message.contains(part) {
                    continue;
                }
                format!("! {} {}", found.code, found.message)
            }
            None => {
                let found = std::panic::catch_unwind(|| show(&value(&text, &Names::default()).reveal_deep()));
                found.unwrap_or_else(|panic| {
                    panic.downcast_ref::<String>().cloned().unwrap_or_else(|| "a panic".to_owned())
                })
            }
        };
        if found != expected {
            failures.push(format!("{source}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(expression.is_none(), "{file}: {expression:?} has no result");
    assert!(count > 10, "{file} has only {count} cases");
    assert!(failures.is_empty(), "{file}: {} of {count}\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn operators() {
    check("operators.txt", include_str!("cases/operators.txt"));
}

#[test]
fn templates() {
    check("templates.txt", include_str!("cases/templates.txt"));
}

#[test]
fn collections() {
    check("collections.txt", include_str!("cases/collections.txt"));
}

#[test]
fn strings() {
    check("strings.txt", include_str!("cases/strings.txt"));
}

#[test]
fn functions() {
    check("functions.txt", include_str!("cases/functions.txt"));
}

#[test]
fn further() {
    check("further.txt", include_str!("cases/further.txt"));
}

#[test]
fn errors() {
    check("errors.txt", include_str!("cases/errors.txt"));
}
