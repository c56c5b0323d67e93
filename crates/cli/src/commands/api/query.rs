//! `--query`: a part of the answer, in JMESPath.

use crate::exit::Failure;
use firma_model::diagnostic::Diagnostic;
use jmespath::{Expression, JmespathError};
use serde_json::Value;

/// Reads an expression.
pub(super) fn compile(text: &str) -> Result<Expression<'static>, Failure> {
    jmespath::compile(text).map_err(|error| refused(&error))
}

/// What it finds.
pub(super) fn ask(query: &Expression<'_>, result: &Value) -> Result<Value, Failure> {
    let found = query.search(result).map_err(|error| refused(&error))?;
    serde_json::to_value(&found)
        .map_err(|error| Failure::new(Diagnostic::error("E0942", format!("`--query`: {error}"))))
}

/// The library's words, and a mark under the place.
fn refused(error: &JmespathError) -> Failure {
    let at = format!("{}\n{}^", error.expression, " ".repeat(error.column));
    let message = format!("`--query` cannot be followed: {}\n{at}", error.reason);
    Failure::new(
        Diagnostic::error("E0942", message).hint("expressions are JMESPath: vpcs[].vpcId, vpcs[?vpcName=='main']"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_query_finds_a_part() {
        let result = json!({"vpcs": [{"vpcId": "vpc-1", "size": 2}, {"vpcId": "vpc-2", "size": 1}]});
        for (query, expected) in [
            ("vpcs[].vpcId", json!(["vpc-1", "vpc-2"])),
            ("length(vpcs)", json!(2)),
            ("sort_by(vpcs, &size)[0].vpcId", json!("vpc-2")),
            ("vpcs[?vpcId=='vpc-2'] | [0].size", json!(1)),
            ("nothing", json!(null)),
        ] {
            let compiled = compile(query).expect("it compiles");
            assert_eq!(ask(&compiled, &result).expect("it finds"), expected, "{query}");
        }
    }

    #[test]
    fn what_is_wrong_is_shown_with_its_place() {
        let message = |failure: Failure| failure.diagnostics.list[0].message.clone();
        let broken = compile("vpcs[").map(drop).expect_err("it does not compile");
        assert!(message(broken).contains("vpcs[\n"), "the place");
        let sized = compile("length(size)").expect("it compiles");
        let wrong = ask(&sized, &json!({"size": 1})).expect_err("a number has no length");
        assert!(message(wrong).contains("length(size)"), "the place");
    }
}
