//! The tables other crates rely on: functions and codes.

use firma_expr::FUNCTIONS;

#[test]
fn functions_are_sorted_and_described() {
    let names: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
    assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    assert!(names.len() >= 100, "{}", names.len());
    for function in FUNCTIONS {
        assert!(function.summary.ends_with('.'), "{}", function.name);
        assert!(function.optional <= function.parameters.len(), "{}", function.name);
        assert!(function.usage().starts_with(function.name), "{}", function.usage());
    }
}

#[test]
fn every_function_has_a_case() {
    let cases = [
        include_str!("cases/strings.txt"),
        include_str!("cases/functions.txt"),
        include_str!("cases/templates.txt"),
        include_str!("cases/errors.txt"),
        include_str!("residuals.rs"),
        include_str!("cases/further.txt"),
        include_str!("../../../../tests/corpus/expressions.txt"),
    ]
    .concat();
    for function in FUNCTIONS {
        assert!(cases.contains(&format!("{}(", function.name)), "{}", function.name);
    }
}
